/* SPDX-License-Identifier: MIT */
/* What is in the folder of mailboxes, and among the homes: whose, and who can read it. */
#include "user/check.h"

#include "base/error.h"
#include "base/open.h"
#include "user/home.h"
#include "user/line.h"
#include "user/system.h"
#include "user/virtual.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOCK_MADE_S 300 /* liblockfile believes no lock for longer */

/* Locks and hidden files are nobody's mail. */
static bool is_aside(const char *name)
{
	size_t n = strlen(name);

	return name[0] == '.' || (n > 5 && strcmp(name + n - 5, ".lock") == 0);
}

/* ---- without a user ------------------------------------------------------------------------- */

/* Whether a folder is there for many, as the configuration or the home of its owner says. */
static bool is_for_many(const struct users_check *check, const char *path, uint32_t uid)
{
	const char *base = reeve_users_setting(check->users, REEVE_CONF_POSTFIX,
	                                       "virtual_mailbox_base");

	return (base != NULL && base[0] != '\0' && users_path_is_inside(base, path)) ||
	       users_home_is_for_many(check->users, path,
	                              reeve_accounts_uid(&check->users->accounts, uid));
}

/* Whether a virtual user lives or has his mail in a folder; without the root. */
static bool is_of_virtual(const struct users_check *check, const char *path)
{
	struct reeve_users *users = check->users;
	struct users_line line = {0};
	struct reeve_location own;
	struct reeve_user user;
	bool found = false, has_own;
	int r = 0;

	while (!found && (r = users_line_next(users, &line, NULL)) > 0) {
		char *mailbox = NULL;

		if (users_line_fill(users, &line, &user, &own, &has_own, NULL) < 0)
			return true; /* it cannot be told, so nothing is */
		struct reeve_whom whom = {user.name, user.home, user.has_ids, user.uid, user.gid};
		found = (user.home != NULL && users_path_is_inside(user.home, path)) ||
		        (users_mailbox_where(users, &whom, true, has_own ? &own : NULL, &mailbox,
		                             NULL) > 0 &&
		         users_path_is_inside(mailbox + strlen(users->root), path));
		free(mailbox);
	}
	return found || r < 0; /* a file that cannot be read may name it */
}

/*
 * Of root's folders only what no user, of this host or elsewhere, may have is told; and of no folder anything
 * while users of SQL or LDAP may have it.
 */
static bool is_kept(struct users_check *check, const char *path, uint32_t uid)
{
	if (is_for_many(check, path, uid) || !users_check_knows_all(check))
		return true;
	return uid == 0 && (users_home_shared(check->users, path, "") != NULL ||
	                    is_of_virtual(check, path));
}

/* A user who is gone left it, and useradd(8) gave his uid to another one. */
static void tell_left(struct users_check *check, const char *what, const char *path,
                      const char *name, uint32_t uid)
{
	const struct reeve_account *owner = reeve_accounts_uid(&check->users->accounts, uid);

	if (owner == NULL || uid < USERS_UID_MIN || uid == USERS_UID_NOBODY)
		users_check_fault(check, REEVE_WARNING, path, 0,
		                  "a %s without a user: there is no '%s'", what, name);
	else
		users_check_fault(check, REEVE_PROBLEM, path, 0,
		                  "a %s without a user: there is no '%s', and '%s' has the uid that "
		                  "it belongs to (%u), and can read it",
		                  what, name, owner->name, (unsigned int)uid);
}

/* ---- the spool ------------------------------------------------------------------------------ */

static const char *kind_of(mode_t mode)
{
	return S_ISLNK(mode)    ? "symbolic link"
	       : S_ISFIFO(mode) ? "FIFO"
	       : S_ISSOCK(mode) ? "socket"
	       : S_ISDIR(mode)  ? "folder"
	       : S_ISREG(mode)  ? "mailbox"
	                        : "device";
}

static void check_entry(struct users_check *check, const char *spool, const char *name,
                        const struct stat *st)
{
	const char *path = reeve_users_text(check->users, "%s/%s", spool, name);
	const char *inside = path + strlen(check->users->root);
	struct users_thing thing = {.what = "mailbox", .path = path, .st = *st};
	bool is_box = S_ISREG(st->st_mode) || S_ISDIR(st->st_mode);
	int found;

	if (S_ISDIR(st->st_mode) && users_check_is_in_place(check, name, inside)) {
		users_check_fault(check, REEVE_PROBLEM, path, 0,
		                  "the mailbox of '%s' is a folder, and should be a file: no mail "
		                  "can be put into it",
		                  name);
		return;
	}
	if (S_ISDIR(st->st_mode) && !check->mail->is_spool_of_folders &&
	    is_kept(check, inside, st->st_uid))
		return;
	found = users_check_ids(check, name, &thing.uid, &thing.gid);
	if (found < 0)
		users_check_fault(check, REEVE_NOTE, path, 0,
		                  "whether there is a user '%s' cannot be found out now", name);
	else if (found == 0)
		tell_left(check, check->mail->is_spool_of_folders && is_box ? "mailbox"
		                                                            : kind_of(st->st_mode),
		          path, name, st->st_uid);
	else if (!is_box)
		users_check_fault(check, REEVE_WARNING, path, 0,
		                  "the mailbox of '%s' is neither a file nor a folder, but a %s",
		                  name, kind_of(st->st_mode));
	if (found != 1 || !is_box)
		return;
	thing.user = reeve_users_keep(check->users, name);
	users_check_thing(check, thing);
}

/* Whether what delivers makes a file of a name in the spool. */
static bool is_for_files(const struct users_mail *mail)
{
	const struct reeve_location *at = &mail->location;

	if (!mail->is_for_system)
		return true;
	if (at->is_24)
		return at->driver == NULL || strcmp(at->driver, "mbox") == 0;
	return at->location == NULL || at->location[0] == '\0' ||
	       strncmp(at->location, "mbox:", 5) == 0;
}

bool users_check_is_in_place(struct users_check *check, const char *name, const char *path)
{
	struct reeve_users *users = check->users;
	const struct reeve_account *account = reeve_accounts_find(&users->accounts, name);
	struct reeve_whom whom = {.name = name};
	struct users_amount amount;
	const char *other = NULL;
	char *box = NULL;
	bool is_place;

	if (account == NULL || check->mail->is_spool_of_folders || !is_for_files(check->mail))
		return false;
	whom = (struct reeve_whom){name, account->home, true, account->uid, account->gid};
	is_place = users_mailbox_where(users, &whom, false, NULL, &box, NULL) > 0 &&
	           strcmp(box + strlen(users->root), path) == 0 &&
	           users_home_spool(users, path) != NULL;
	if (is_place)
		users_mailbox_look(users, box, false, &amount);
	/* Where Dovecot has a folder for each there is one; and vmail gets no mail of his own. */
	is_place = is_place && amount.is == USERS_MAILBOX_THERE && S_ISDIR(amount.st.st_mode) &&
	           !users_home_is_for_many(users, path, NULL) &&
	           users_virtual_of(users, account, &other, NULL) == 0 && other == NULL;
	free(box);
	return is_place;
}

/* liblockfile makes it, links it to the lock, and removes it, all in a moment. */
static void check_lock(struct users_check *check, const char *spool, const char *name,
                       const struct stat *st)
{
	if (strncmp(name, ".lk", 3) == 0 && S_ISREG(st->st_mode) &&
	    st->st_mtim.tv_sec < time(NULL) - LOCK_MADE_S)
		users_check_fault(check, REEVE_WARNING,
		                  reeve_users_text(check->users, "%s/%s", spool, name), 0,
		                  "a program that was killed while it locked a mailbox left this: it "
		                  "can be removed");
}

/* Whether Dovecot has mail of the system's users in files of the spool, beside which it makes locks. */
static bool wants_locks(const struct users_check *check)
{
	struct reeve_users *users = check->users;
	const struct reeve_whom anybody = {"x", USERS_HOMES "/x", true, USERS_UID_LOGIN, USERS_UID_LOGIN};
	const char *locks = reeve_users_setting(users, REEVE_CONF_DOVECOT, "mbox_write_locks");
	char *box = NULL;
	bool is_in = users_mailbox_where(users, &anybody, false, NULL, &box, NULL) > 0 &&
	             box[strlen(box) - 1] != '/' &&
	             users_path_is_inside(box + strlen(users->root), check->mail->spool);

	free(box);
	return is_in && check->mail->is_for_system && is_for_files(check->mail) && (locks == NULL || strstr(locks, "dotlock") != NULL);
}

static void check_folder(struct users_check *check, const char *spool, const struct stat *st)
{
	const struct reeve_accounts *accounts = &check->users->accounts;
	const struct reeve_account_group *group = reeve_accounts_gid(accounts, st->st_gid);
	const struct reeve_account *person;
	bool is_none;
	char buf[300];

	/* That of Debian's is group mail's: what its members can do is told with them. */
	if ((st->st_mode & 01020) == 020 && st->st_uid == 0 && accounts->mail != NULL &&
	    accounts->mail->gid != st->st_gid &&
	    (person = users_check_person_of(check, st->st_gid)) != NULL)
		users_check_fault(check, REEVE_WARNING, spool, 0,
		                  "group '%s', which '%s' is in, can remove and replace mailboxes (mode "
		                  "%04o): Debian's group is mail",
		                  group == NULL ? "?" : group->name, person->name,
		                  (unsigned int)(st->st_mode & 07777));
	/* With an ACL it is the most that any entry gives. */
	if ((st->st_mode & 022) == 0 && wants_locks(check))
		users_check_fault(check, REEVE_WARNING, spool, 0,
		                  "group mail cannot make locks here (mode %04o), so Dovecot lets users read "
		                  "their mailboxes only, and delete nothing: Debian's mode is 2775",
		                  (unsigned int)(st->st_mode & 07777));
	if (st->st_uid != 0)
		users_check_fault(check, REEVE_PROBLEM, spool, 0,
		                  "the folder of mailboxes belongs to %s, not to root",
		                  users_check_owner(check, st->st_uid, buf, sizeof buf, &is_none));
	if ((st->st_mode & 01002) == 02)
		users_check_fault(check, REEVE_PROBLEM, spool, 0,
		                  "every user can remove and replace mailboxes (mode %04o)",
		                  (unsigned int)(st->st_mode & 07777));
	else if ((st->st_mode & 02) != 0)
		users_check_fault(check, REEVE_WARNING, spool, 0,
		                  "every user can make a mailbox of another's name, while there is "
		                  "none (mode %04o)",
		                  (unsigned int)(st->st_mode & 07777));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int users_check_spool(struct users_check *check, struct reeve_error *err)
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

		if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			(is_aside(name) ? check_lock : check_entry)(check, spool, name, &st);
		free(entries[i]);
	}
	free(entries);
	close(fd);
	return 0;
}

/* ---- homes ---------------------------------------------------------------------------------- */

/* Of users who are gone, where others got their uids. */
void users_check_homes(struct users_check *check)
{
	struct reeve_users *users = check->users;
	const char *homes = reeve_users_text(users, "%s" USERS_HOMES, users->root);
	int fd = reeve_open_in_root(users->root, homes);
	struct dirent **entries = NULL;
	int count = fd < 0 ? 0 : scandirat(fd, ".", &entries, NULL, by_name);

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		const char *path = reeve_users_text(users, "%s/%s", homes, name);
		uint32_t uid, gid;
		struct stat st;

		if (!is_aside(name) && fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISDIR(st.st_mode) && reeve_accounts_uid(&users->accounts, st.st_uid) != NULL &&
		    !is_for_many(check, path + strlen(users->root), st.st_uid) &&
		    users_check_ids(check, name, &uid, &gid) == 0 && users_check_knows_all(check))
			tell_left(check, "home", path, name, st.st_uid);
		free(entries[i]);
	}
	free(entries);
	if (fd >= 0)
		close(fd);
}
