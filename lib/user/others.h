/* SPDX-License-Identifier: MIT */
/* Whether a folder is another virtual user's, too, by what Dovecot makes of his line. */
#ifndef USER_OTHERS_H
#define USER_OTHERS_H

#include "user/entry.h"

/*
 * Another line whose home or mail is at `path`, inside of it, or, with `is_above`, above it: its name, kept; NULL.
 * Without `is_all` only lines are asked that say themselves where that is (userdb_home, userdb_mail ...), for
 * what depends on the name is another place for each.
 */
const char *users_others(struct reeve_users *users, const struct users_entry *entry,
                         const char *path, bool is_above, bool is_all);

#endif
