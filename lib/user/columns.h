/* SPDX-License-Identifier: MIT */
/* The columns of a batch: their names, and how a field becomes a part of a wish. */
#ifndef USER_COLUMNS_H
#define USER_COLUMNS_H

#include "user/steps.h"

/* The column of a name, in any case; -1: there is none. */
int users_column_find(const char *name);
const char *users_column_name(enum users_column column);

/*
 * Put a field that is not empty into the wish, which borrows the text. 0, or -1 with err: REEVE_EUSAGE;
 * it does not repeat the text.
 */
int users_column_take(enum users_column at, const char *text, struct reeve_user_wish *wish,
                      struct reeve_error *err);

#endif
