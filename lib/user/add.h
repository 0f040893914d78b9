/* SPDX-License-Identifier: MIT */
/* Wishes for users that shall be there; both look whether they are, and add what that takes. */
#ifndef USER_ADD_H
#define USER_ADD_H

#include "user/steps.h"

/* 0, or -1 with err: REEVE_EUSAGE, REEVE_EREFUSED, REEVE_EIO, REEVE_ENOMEM. */
int users_add_system(struct reeve_users *users, const struct reeve_user_wish *wish,
                     struct reeve_error *err);

/* A home out of a wish: the folder of homes and the name, or the home itself. "": no memory. */
const char *users_home_text(struct reeve_users *users, const char *homes, const char *name);

#endif
