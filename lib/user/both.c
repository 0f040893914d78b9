/* SPDX-License-Identifier: MIT */
/* A name that is a user of the system and a virtual one. */
#include "user/both.h"

#include "base/error.h"
#include "user/system.h"
#include <stdlib.h>
#include <string.h>

/* Of a userdb's line these say as little as nothing. */
bool users_line_has_password(const struct users_line *line)
{
	char *field = users_line_field(line, REEVE_PWF_PASSWORD);
	bool has = field == NULL ||
	           (field[0] != '\0' && strcmp(field, "x") != 0 && strcmp(field, "*") != 0);

	if (field != NULL)
		explicit_bzero(field, strlen(field));
	free(field);
	return has || users_line_is_open(line);
}

bool users_line_is_second(struct reeve_users *users, const struct users_line *line,
                          bool *has_account_r)
{
	bool has_account = strchr(line->name, '@') == NULL &&
	                   (reeve_accounts_find(&users->accounts, line->name) != NULL ||
	                    users_system_is_elsewhere(users, line->name));

	if (has_account_r != NULL)
		*has_account_r = has_account;
	return has_account && users_line_has_password(line);
}

int users_both_refuse(struct reeve_users *users, const char *name, struct reeve_error *err)
{
	struct users_line line;

	if (strchr(name, '@') != NULL || users_line_find(users, name, &line, NULL) <= 0 ||
	    !users_line_is_second(users, &line, NULL))
		return 0;
	return reeve_fail(err, REEVE_EREFUSED,
	                  "'%s' is a user of the system, and a virtual one in '%s', too: each lets "
	                  "him in by a password of its own; one of them has to go first",
	                  name, line.doc->path);
}
