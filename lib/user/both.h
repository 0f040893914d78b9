/* SPDX-License-Identifier: MIT */
/*
 * A name that is a user of the system and a line of the passwd-file, too. Dovecot asks one passdb
 * after another: whoever is locked in one of them gets in by the other.
 */
#ifndef USER_BOTH_H
#define USER_BOTH_H

#include "user/line.h"

/* Whether a line lets somebody in by a password of its own, also if it is locked. */
bool users_line_has_password(const struct users_line *line);

/*
 * Whether a line is about a user of the system (of passwd(5), or NSS) and has a password. One
 * without, for his quota say, makes no second user. *has_account_r
 * says whether there is such a user; NULL.
 */
bool users_line_is_second(struct reeve_users *users, const struct users_line *line,
                          bool *has_account_r);

/* Whether a name is both; no name with an '@' is. 0, or -1 with err: REEVE_EREFUSED. */
int users_both_refuse(struct reeve_users *users, const char *name, struct reeve_error *err);

#endif
