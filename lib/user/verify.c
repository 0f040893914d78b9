/* SPDX-License-Identifier: MIT */
/* Whether a password is that of a user. */
#include "base/error.h"
#include "user/line.h"
#include <stdlib.h>
#include <string.h>

static int verify_line(const struct users_line *line, const char *password, struct reeve_error *err)
{
	char *field = users_line_field(line, REEVE_PWF_PASSWORD);
	int result;

	if (field == NULL)
		return reeve_fail_nomem(err);
	result = reeve_password_verify(field, password, err);
	explicit_bzero(field, strlen(field)); /* {PLAIN} is one of the schemes */
	free(field);
	return result;
}

int reeve_users_verify(struct reeve_users *users, const char *name, const char *password,
                       struct reeve_error *err)
{
	const struct reeve_account *account;
	struct users_line line;
	int found = users_line_find(users, name, &line, err);

	if (found < 0)
		return -1;
	if (found > 0)
		return verify_line(&line, password, err);
	account = reeve_accounts_find(&users->accounts, name);
	if (account == NULL)
		return reeve_fail(err, REEVE_EUSAGE, "there is no user '%s'", name);
	if (account->hash == NULL)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "the password of '%s' is in '%s', which we may not read", name,
		                  users->accounts.shadow_path);
	return reeve_password_verify(account->hash, password, err);
}
