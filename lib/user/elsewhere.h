/* SPDX-License-Identifier: MIT */
/* Mail of who leaves that is neither in his home nor his INBOX. */
#ifndef USER_ELSEWHERE_H
#define USER_ELSEWHERE_H

#include "conf/dovecot_location.h"
#include "user/leaving.h"

/*
 * Warn of what is there, when all parts are known. `own` (NULL: none) is what his line says instead of the
 * configuration; `whom` is a user whom Dovecot knows.
 */
void users_leaving_elsewhere(struct reeve_users *users, const struct users_leaving *leaving,
                             const struct reeve_whom *whom, const struct reeve_location *own);

#endif
