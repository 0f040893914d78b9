/* SPDX-License-Identifier: MIT */
/* The table that Postfix makes of a file of aliases, and reads instead. */
#ifndef USER_ALIAS_TABLE_H
#define USER_ALIAS_TABLE_H

#include "user/where.h"

enum users_table {
	USERS_TABLE_UNKNOWN, /* of a kind that has none beside its file, or it cannot be looked at */
	USERS_TABLE_WELL,
	USERS_TABLE_OLD, /* older than its file: what broke a run off may have come between them */
	USERS_TABLE_MISSING,
};

enum users_table users_table_look(struct reeve_users *users);

/*
 * The table shall follow the file, which is changed: a step, if it does not. A note where there is no program
 * to make it.
 */
void users_table_wish(struct reeve_users *users, const struct users_where *where, bool is_changed);

/* Where there is such a step, done or not: the table follows the file that was taken back. 0, -1. */
int users_table_again(struct reeve_users *users, struct reeve_error *err);

#endif
