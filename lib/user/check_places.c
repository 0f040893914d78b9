/* SPDX-License-Identifier: MIT */
/* Homes and mailboxes of mail users: what is missing, and what is too much. */
#include "user/check.h"

#include "user/home.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Homes that stand for none, or that many have. */
static bool is_no_home(const char *home)
{
	return home == NULL || home[0] != '/' || home[1] == '\0' ||
	       strncmp(home, "/nonexistent", 12) == 0 || strcmp(home, "/dev/null") == 0;
}

/* A home among mailboxes. One that is a folder in place of his own is told with that. */
static void check_home_place(struct users_check *check, const struct reeve_user *user)
{
	struct reeve_users *users = check->users;
	const struct reeve_account *owner =
		user->has_ids ? reeve_accounts_uid(&users->accounts, user->uid) : NULL;
	const char *spool = users_home_spool(users, user->home);

	if (spool == NULL ||
	    (user->is_virtual && users_home_is_apart(users, user->home, spool, owner)) ||
	    users_check_is_in_place(check, user->name, user->home))
		return;
	users_check_fault(check, REEVE_PROBLEM, user->file, user->line,
	                  "the home of '%s' is in '%s', the folder of mailboxes, or has it inside: "
	                  "'%s'",
	                  user->name, spool, user->home);
}

void users_check_home(struct users_check *check, const struct reeve_user *user)
{
	const char *path;
	struct users_amount amount;

	if (is_no_home(user->home))
		return;
	path = reeve_users_text(check->users, "%s%s", check->users->root, user->home);
	check_home_place(check, user);
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
	else if (amount.is == USERS_MAILBOX_OTHER && !is_in_spool(check, path))
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
	struct reeve_whom whom = {account->name, account->home, true, account->uid, account->gid};
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

int users_check_places(struct users_check *check, struct reeve_error *err)
{
	const struct reeve_accounts *accounts = &check->users->accounts;

	if (users_check_spool(check, err) < 0)
		return -1;
	users_check_homes(check);
	for (size_t i = 0; i < accounts->count; i++)
		if (reeve_users_is_mail_user(check->users, &accounts->rows[i]) &&
		    check_account(check, &accounts->rows[i], err) < 0)
			return -1;
	return 0;
}
