/* SPDX-License-Identifier: MIT */
/* Whether a password is that of a user. */
#include "base/error.h"
#include "user/user.h"

int reeve_users_verify(struct reeve_users *users, const char *name, const char *password,
                       struct reeve_error *err)
{
	const struct reeve_account *account = reeve_accounts_find(&users->accounts, name);

	if (account == NULL)
		return reeve_fail(err, REEVE_EUSAGE, "there is no user '%s'", name);
	if (account->hash == NULL)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "the password of '%s' is in '%s', which we may not read", name,
		                  users->accounts.shadow_path);
	return reeve_password_verify(account->hash, password, err);
}
