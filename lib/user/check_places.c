/* SPDX-License-Identifier: MIT */
/*
 * Homes, mailboxes and the spool: who may read them, whose they are, what is missing, what is too
 * much.
 */
#include "user/check.h"

#include "base/error.h"
#include "base/open.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PASSWD_BYTES 65536

/* ---- who is whose --------------------------------------------------------------------------- */

/*
 * The account of a name; of "/" from NSS, too. 1, 0 if there is none, -1 if that cannot be told
 * just now, and then nothing is: an LDAP server that is down makes nobody's mailbox an orphan.
 */
static int find_ids(const struct users_check *check, const char *name, uint32_t *uid_r,
                    uint32_t *gid_r)
{
	const struct reeve_account *account = reeve_accounts_find(&check->users->accounts, name);
	struct passwd entry, *found = NULL;
	char *buf;
	int error;

	if (account != NULL) {
		*uid_r = account->uid;
		*gid_r = account->gid;
		return 1;
	}
	if (check->users->root[0] != '\0')
		return 0;
	buf = malloc(PASSWD_BYTES);
	if (buf == NULL)
		return -1;
	error = getpwnam_r(name, &entry, buf, PASSWD_BYTES, &found);
	if (found != NULL) {
		*uid_r = entry.pw_uid;
		*gid_r = entry.pw_gid;
	}
	free(buf);
	if (error != 0 && error != ENOENT && error != ESRCH)
		return -1;
	return found != NULL;
}

/* "'bob'"; or "uid 1003" and *is_none_r, where nobody has it. */
static const char *owner_name(const struct users_check *check, uint32_t uid, char *buf, size_t n,
                              bool *is_none_r)
{
	const struct reeve_account *account = reeve_accounts_uid(&check->users->accounts, uid);
	struct passwd entry, *found = NULL;
	char *more;
	int error = 0;

	snprintf(buf, n, "uid %u", (unsigned int)uid);
	*is_none_r = account == NULL;
	if (account != NULL)
		snprintf(buf, n, "'%s'", account->name);
	if (account != NULL || check->users->root[0] != '\0')
		return buf;
	more = malloc(PASSWD_BYTES);
	if (more != NULL)
		error = getpwuid_r(uid, &entry, more, PASSWD_BYTES, &found);
	if (found != NULL)
		snprintf(buf, n, "'%s'", entry.pw_name);
	*is_none_r = more != NULL && found == NULL &&
	             (error == 0 || error == ENOENT || error == ESRCH);
	free(more);
	return buf;
}

/* ---- owner and mode ------------------------------------------------------------------------- */

/* Who else may read or write it, as a sentence has it; NULL: nobody. */
static const char *who_else(struct users_check *check, const struct users_thing *thing, char *buf,
                            size_t n)
{
	const struct reeve_account_group *group;
	mode_t mode = thing->st.st_mode;

	if ((mode & 06) != 0)
		return "every user";
	if ((mode & 060) == 0 || !users_check_is_shared(check, thing->st.st_gid, thing->uid))
		return NULL;
	group = reeve_accounts_gid(&check->users->accounts, thing->st.st_gid);
	snprintf(buf, n, "group '%s'", group == NULL ? "?" : group->name);
	return buf;
}

static void check_thing(struct users_check *check, struct users_thing thing)
{
	mode_t mode = thing.st.st_mode;
	char buf[300];
	const char *who;

	if (thing.st.st_uid != thing.uid)
		users_check_fault(
			check, REEVE_PROBLEM, thing.path, 0, "the %s of '%s' belongs to %s",
			thing.what, thing.user,
			owner_name(check, thing.st.st_uid, buf, sizeof buf, &thing.is_ownerless));
	who = who_else(check, &thing, buf, sizeof buf);
	if (who != NULL)
		users_check_fault(check, REEVE_WARNING, thing.path, 0,
		                  "the %s of '%s' may be %s by %s (mode %04o)", thing.what,
		                  thing.user, (mode & 022) != 0 ? "read and changed" : "read", who,
		                  (unsigned int)(mode & 07777));
	if (check->repair)
		users_check_mend(check, &thing, who == NULL ? mode : mode & ~(mode_t)077);
}

/* ---- of mail users -------------------------------------------------------------------------- */

/* Homes that stand for none, or that many have. */
static bool is_no_home(const char *home)
{
	return home == NULL || home[0] != '/' || home[1] == '\0' ||
	       strncmp(home, "/nonexistent", 12) == 0 || strcmp(home, "/dev/null") == 0;
}

static struct users_thing thing_of(const struct reeve_user *user, const char *what,
                                   const char *path, const struct stat *st)
{
	return (struct users_thing){.what = what,
	                            .path = path,
	                            .user = user->name,
	                            .uid = user->uid,
	                            .gid = user->gid,
	                            .home = user->home,
	                            .st = *st};
}

static void check_home(struct users_check *check, const struct reeve_user *user)
{
	const char *path;
	struct users_amount amount;

	if (is_no_home(user->home))
		return;
	path = reeve_users_text(check->users, "%s%s", check->users->root, user->home);
	users_mailbox_look(check->users, path, false, &amount);
	switch (amount.is) {
	case USERS_MAILBOX_HIDDEN:
		return;
	case USERS_MAILBOX_NONE:
		users_check_fault(check, REEVE_WARNING, user->file, user->line,
		                  "'%s' has no home: there is no '%s'", user->name, path);
		return;
	case USERS_MAILBOX_OTHER:
		/* A link to another disk is root's matter; what it leads to is not looked at. */
		return;
	case USERS_MAILBOX_THERE:
		break;
	}
	if (!S_ISDIR(amount.st.st_mode)) {
		users_check_fault(check, REEVE_PROBLEM, user->file, user->line,
		                  "the home of '%s' is no folder: '%s'", user->name, path);
		return;
	}
	check_thing(check, thing_of(user, "home", path, &amount.st));
}

/* Whether the spool is looked through, and this box in it. */
static bool is_in_spool(const struct users_check *check, const char *path)
{
	const char *root = check->users->root, *spool = check->mail->spool;
	size_t n = strlen(root), m = spool == NULL ? 0 : strlen(spool);

	return m > 0 && strncmp(path, root, n) == 0 && strncmp(path + n, spool, m) == 0 &&
	       path[n + m] == '/' && strcspn(path + n + m + 1, "/") == strlen(path + n + m + 1);
}

static int check_mailbox(struct users_check *check, const struct reeve_user *user,
                         struct reeve_error *err)
{
	struct users_whom whom = {user->name, user->home, user->has_ids, user->uid, user->gid};
	struct users_amount amount;
	char *path;
	int found = users_mailbox_where(check->users, &whom, user->is_virtual, NULL, &path, err);

	if (found <= 0)
		return found;
	users_mailbox_look(check->users, path, false, &amount);
	if (amount.is == USERS_MAILBOX_NONE)
		users_check_fault(check, REEVE_WARNING, user->file, user->line,
		                  "'%s' has no mailbox: there is no '%s'", user->name, path);
	else if (amount.is == USERS_MAILBOX_OTHER)
		users_check_fault(check, REEVE_WARNING, path, 0,
		                  "the mailbox of '%s' is neither a file nor a folder%s",
		                  user->name,
		                  S_ISLNK(amount.st.st_mode) ? ", but a symbolic link" : "");
	else if (amount.is == USERS_MAILBOX_THERE && !is_in_spool(check, path))
		check_thing(check, thing_of(user, "mailbox", reeve_users_keep(check->users, path),
		                            &amount.st));
	free(path);
	return 0;
}

/* ---- the spool ------------------------------------------------------------------------------ */

static void check_box(struct users_check *check, const char *spool, const char *name,
                      const struct stat *st)
{
	const char *path = reeve_users_text(check->users, "%s/%s", spool, name);
	struct users_thing thing = {.what = "mailbox", .path = path, .st = *st};
	int found = find_ids(check, name, &thing.uid, &thing.gid);

	if (found < 0)
		users_check_fault(check, REEVE_NOTE, path, 0,
		                  "whether there is a user '%s' cannot be found out now", name);
	else if (found == 0)
		users_check_fault(check, REEVE_WARNING, path, 0,
		                  "a mailbox without a user: there is no '%s'", name);
	if (found <= 0)
		return;
	thing.user = reeve_users_keep(check->users, name);
	check_thing(check, thing);
}

static void check_folder(struct users_check *check, const char *spool, const struct stat *st)
{
	bool is_none;
	char buf[300];

	if (st->st_uid != 0)
		users_check_fault(check, REEVE_PROBLEM, spool, 0,
		                  "the folder of mailboxes belongs to %s, not to root",
		                  owner_name(check, st->st_uid, buf, sizeof buf, &is_none));
	if ((st->st_mode & 01002) == 02)
		users_check_fault(check, REEVE_PROBLEM, spool, 0,
		                  "every user can remove and replace mailboxes (mode %04o)",
		                  (unsigned int)(st->st_mode & 07777));
}

/* A file, or where each has a Maildir a folder, is a mailbox; locks and hidden files are none. */
static bool is_box(const struct users_check *check, const char *name, const struct stat *st)
{
	size_t n = strlen(name);

	return name[0] != '.' && !(n > 5 && strcmp(name + n - 5, ".lock") == 0) &&
	       (S_ISREG(st->st_mode) || (check->mail->is_spool_of_folders && S_ISDIR(st->st_mode)));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int check_spool(struct users_check *check, struct reeve_error *err)
{
	struct reeve_users *users = check->users;
	const char *spool;
	struct dirent **entries = NULL;
	struct stat st;
	int fd, count;

	if (check->mail->spool == NULL)
		return 0;
	spool = reeve_users_text(users, "%s%s", users->root, check->mail->spool);
	fd = reeve_open_in_root(users->root, spool);
	if (fd < 0 && (errno == ENOENT || errno == EACCES))
		return 0;
	count = fd < 0 || fstat(fd, &st) < 0 ? -1 : scandirat(fd, ".", &entries, NULL, by_name);
	if (count < 0) {
		reeve_fail_errno(err, "cannot read the mail folder '%s'", spool);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	check_folder(check, spool, &st);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && is_box(check, name, &st))
			check_box(check, spool, name, &st);
		free(entries[i]);
	}
	free(entries);
	close(fd);
	return 0;
}

int users_check_places(struct users_check *check, struct reeve_error *err)
{
	const struct reeve_accounts *accounts = &check->users->accounts;
	struct reeve_user user;

	if (check_spool(check, err) < 0)
		return -1;
	for (size_t i = 0; i < accounts->count; i++) {
		if (!reeve_users_is_mail_user(check->users, &accounts->rows[i]))
			continue;
		reeve_users_fill(check->users, &accounts->rows[i], &user);
		check_home(check, &user);
		if (check_mailbox(check, &user, err) < 0)
			return -1;
	}
	return 0;
}
