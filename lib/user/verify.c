/* SPDX-License-Identifier: MIT */
/* Whether a password is that of a user. */
#include "base/error.h"
#include "user/line.h"
#include <stdlib.h>
#include <string.h>

/* The password field of a user, to be wiped and freed. NULL with err. */
static char *field_of(struct reeve_users *users, const char *name, struct reeve_error *err)
{
	const struct reeve_account *account;
	struct users_line line;
	char *field;
	int found = users_line_find(users, name, &line, err);

	if (found < 0)
		return NULL;
	if (found > 0) {
		field = users_line_field(&line, REEVE_PWF_PASSWORD);
	} else {
		account = reeve_accounts_find(&users->accounts, name);
		if (account == NULL) {
			reeve_fail(err, REEVE_EUSAGE, "there is no user '%s'", name);
			return NULL;
		}
		if (account->hash == NULL) {
			reeve_fail(err, REEVE_EREFUSED,
			           "the password of '%s' is in '%s', which we may not read", name,
			           users->accounts.shadow_path);
			return NULL;
		}
		field = strdup(account->hash);
	}
	if (field == NULL)
		reeve_fail_nomem(err);
	return field;
}

int reeve_users_verify(struct reeve_users *users, const char *name, const char *password,
                       struct reeve_error *err)
{
	char *field = field_of(users, name, err);
	int fits;

	if (field == NULL)
		return -1;
	fits = reeve_password_verify(field, password, err);
	explicit_bzero(field, strlen(field));
	free(field);
	return fits;
}
