/* SPDX-License-Identifier: MIT */
/* Homes, mailboxes and the spool: what is missing, and what is too much. */
#include "user/check.h"

#include "base/error.h"
#include "base/open.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- of mail users -------------------------------------------------------------------------- */

/* Homes that stand for none, or that many have. */
static bool is_no_home(const char *home)
{
	return home == NULL || home[0] != '/' || home[1] == '\0' ||
	       strncmp(home, "/nonexistent", 12) == 0 || strcmp(home, "/dev/null") == 0;
}

void users_check_home(struct users_check *check, const struct reeve_user *user)
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
		/* Dovecot makes it when a virtual user first needs one. */
		if (!user->is_virtual)
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
	users_check_thing(check, users_check_thing_of(user, "home", path, &amount.st));
}

/* Whether the spool is looked through, and this box in it. */
static bool is_in_spool(const struct users_check *check, const char *path)
{
	const char *root = check->users->root, *spool = check->mail->spool;
	size_t n = strlen(root), m = spool == NULL ? 0 : strlen(spool);

	return m > 0 && strncmp(path, root, n) == 0 && strncmp(path + n, spool, m) == 0 &&
	       path[n + m] == '/' && strcspn(path + n + m + 1, "/") == strlen(path + n + m + 1);
}

void users_check_mailbox(struct users_check *check, const struct reeve_user *user,
                         const char *path)
{
	struct users_amount amount;

	users_mailbox_look(check->users, path, false, &amount);
	if (amount.is == USERS_MAILBOX_NONE)
		users_check_fault(check, user->is_virtual ? REEVE_NOTE : REEVE_WARNING, user->file,
		                  user->line, "'%s' has no mailbox%s: there is no '%s'", user->name,
		                  user->is_virtual ? " yet" : "", path);
	else if (amount.is == USERS_MAILBOX_OTHER)
		users_check_fault(check, REEVE_WARNING, path, 0,
		                  "the mailbox of '%s' is neither a file nor a folder%s",
		                  user->name,
		                  S_ISLNK(amount.st.st_mode) ? ", but a symbolic link" : "");
	else if (amount.is == USERS_MAILBOX_THERE &&
	         (user->is_virtual || !is_in_spool(check, path)))
		users_check_thing(check,
		                  users_check_thing_of(user, "mailbox",
		                                       reeve_users_keep(check->users, path),
		                                       &amount.st));
}

static int check_account(struct users_check *check, const struct reeve_account *account,
                         struct reeve_error *err)
{
	struct users_whom whom = {account->name, account->home, true, account->uid, account->gid};
	struct reeve_user user;
	char *path;
	int found;

	reeve_users_fill(check->users, account, &user);
	users_check_home(check, &user);
	whom.home = user.home;
	found = users_mailbox_where(check->users, &whom, false, NULL, &path, err);
	if (found > 0)
		users_check_mailbox(check, &user, path);
	free(path);
	return found < 0 ? -1 : 0;
}

/* ---- the spool ------------------------------------------------------------------------------ */

static void check_box(struct users_check *check, const char *spool, const char *name,
                      const struct stat *st)
{
	const char *path = reeve_users_text(check->users, "%s/%s", spool, name);
	struct users_thing thing = {.what = "mailbox", .path = path, .st = *st};
	int found = users_check_ids(check, name, &thing.uid, &thing.gid);

	if (found < 0)
		users_check_fault(check, REEVE_NOTE, path, 0,
		                  "whether there is a user '%s' cannot be found out now", name);
	else if (found == 0)
		users_check_fault(check, REEVE_WARNING, path, 0,
		                  "a mailbox without a user: there is no '%s'", name);
	if (found != 1)
		return;
	thing.user = reeve_users_keep(check->users, name);
	users_check_thing(check, thing);
}

static void check_folder(struct users_check *check, const char *spool, const struct stat *st)
{
	bool is_none;
	char buf[300];

	if (st->st_uid != 0)
		users_check_fault(check, REEVE_PROBLEM, spool, 0,
		                  "the folder of mailboxes belongs to %s, not to root",
		                  users_check_owner(check, st->st_uid, buf, sizeof buf, &is_none));
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

	if (check_spool(check, err) < 0)
		return -1;
	for (size_t i = 0; i < accounts->count; i++)
		if (reeve_users_is_mail_user(check->users, &accounts->rows[i]) &&
		    check_account(check, &accounts->rows[i], err) < 0)
			return -1;
	return 0;
}
