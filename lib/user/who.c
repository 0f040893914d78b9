/* SPDX-License-Identifier: MIT */
/* The users that there are, one after another or by name. */
#include "base/error.h"
#include "user/line.h"
#include "user/mailbox.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- system users --------------------------------------------------------------------------- */

bool reeve_users_is_mail_user(const struct reeve_users *users, const struct reeve_account *account)
{
	const struct reeve_account_group *mail = users->accounts.mail;

	return mail != NULL && account->gid == mail->gid && account->uid >= USERS_UID_MIN &&
	       account->uid != USERS_UID_NOBODY && !account->is_double;
}

void reeve_users_fill(struct reeve_users *users, const struct reeve_account *account,
                      struct reeve_user *user_r)
{
	const int64_t today = (int64_t)time(NULL) / 86400;

	*user_r = (struct reeve_user){
		.name = account->name,
		.file = users->accounts.passwd_path,
		.line = account->line,
		.has_ids = true,
		.uid = account->uid,
		.gid = account->gid,
		.home = account->home[0] == '\0' ? NULL : account->home,
		.shell = account->shell,
		.may_log_in = reeve_account_may_log_in(account->shell),
		.is_expired = account->expires_day >= 0 && account->expires_day <= today,
		.is_password_known = account->hash != NULL,
	};
	if (account->hash != NULL)
		reeve_password_look(account->hash, &user_r->password);
	user_r->is_locked = user_r->password.is_locked || user_r->is_expired;
}

/* ---- both ----------------------------------------------------------------------------------- */

/* Where his mail is, and how much. -1 with err. */
static int fill_mailbox(struct reeve_users *users, struct reeve_user *user,
                        const struct reeve_location *own, struct reeve_error *err)
{
	struct reeve_whom whom = {user->name, user->home, user->has_ids, user->uid, user->gid};
	struct users_amount amount;
	char *path;
	int found = users_mailbox_where(users, &whom, user->is_virtual, own, &path, err);

	if (found <= 0)
		return found;
	free(users->mailbox);
	user->mailbox = users->mailbox = path;
	users_mailbox_look(users, path, true, &amount);
	user->has_mailbox = amount.is == USERS_MAILBOX_THERE;
	if (user->has_mailbox) {
		user->mailbox_bytes = amount.bytes;
		user->mailbox_time = amount.time;
	}
	return 0;
}

/* His quota is in a passwd-file of its own, if Dovecot's configuration names one for that. */
static int fill_quota(struct reeve_users *users, struct reeve_user *user, struct reeve_error *err)
{
	const struct users_where *where = users_where(users, err);
	struct users_line line = {.name = user->name};

	if (where == NULL)
		return -1;
	if (where->quota_file == NULL)
		return 0;
	line.doc = users_doc(users, REEVE_SYNTAX_PASSWD_FILE, where->quota_file, err);
	if (line.doc == NULL)
		return -1;
	line.node = reeve_passwd_file_find(line.doc, user->name);
	user->has_quota = line.node != 0 && users_line_quota(users, &line, &user->quota_bytes);
	return 0;
}

static int give_account(struct reeve_users *users, const struct reeve_account *account,
                        struct reeve_user *user_r, struct reeve_error *err)
{
	reeve_users_fill(users, account, user_r);
	return fill_mailbox(users, user_r, NULL, err) < 0 || fill_quota(users, user_r, err) < 0 ? -1
	                                                                                        : 1;
}

static int give_line(struct reeve_users *users, const struct users_line *line,
                     struct reeve_user *user_r, struct reeve_error *err)
{
	struct reeve_location own;
	bool has_own;

	if (users_line_fill(users, line, user_r, &own, &has_own, err) < 0)
		return -1;
	return fill_mailbox(users, user_r, has_own ? &own : NULL, err) < 0 ? -1 : 1;
}

/* ---- the public door ------------------------------------------------------------------------ */

int reeve_users_next(struct reeve_users *users, struct reeve_user *user_r, struct reeve_error *err)
{
	int more;

	while (users->next_account < users->accounts.count) {
		const struct reeve_account *account =
			&users->accounts.rows[users->next_account++];

		if (reeve_users_is_mail_user(users, account))
			return give_account(users, account, user_r, err);
	}
	if (users->next_line == NULL)
		users->next_line = reeve_arena_alloc(users->arena, sizeof *users->next_line);
	if (users->next_line == NULL)
		return reeve_fail_nomem(err);
	more = users_line_next(users, users->next_line, err);
	return more <= 0 ? more : give_line(users, users->next_line, user_r, err);
}

int reeve_users_find(struct reeve_users *users, const char *name, struct reeve_user *user_r,
                     struct reeve_error *err)
{
	const struct reeve_account *account;
	struct users_line line;
	int found = users_line_find(users, name, &line, err);

	if (found < 0)
		return -1;
	if (found > 0)
		return give_line(users, &line, user_r, err);
	account = reeve_accounts_find(&users->accounts, name);
	return account == NULL ? 0 : give_account(users, account, user_r, err);
}
