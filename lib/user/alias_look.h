/* SPDX-License-Identifier: MIT */
/* Where aliases lead: what mail would never come out of, and who would miss his. */
#ifndef USER_ALIAS_LOOK_H
#define USER_ALIAS_LOOK_H

#include "conf/aliases.h"
#include "user/user.h"

/*
 * Before an alias leads to `target`, too: -1 with err, REEVE_EREFUSED, for one that comes back to itself.
 * A user whose mail all goes elsewhere is a warning.
 */
int users_alias_look(struct reeve_users *users, const struct reeve_doc *doc, const char *alias,
                     const char *target, struct reeve_error *err);

/* A warning where all of an alias goes that RFC 5321 or local mail needs. */
void users_alias_warn_gone(struct reeve_users *users, const struct reeve_doc *doc,
                           const char *alias);

/* A warning of the aliases that lead to a user who goes; nothing where no file of aliases can be read. */
void users_alias_warn_left(struct reeve_users *users, const char *name);

/* A warning where an alias of this name, of who comes, leads elsewhere only; else as the one above. */
void users_alias_warn_taken(struct reeve_users *users, const char *name);

/* Warnings of aliases that lead to nobody, of mail users whose mail an alias takes, of an old table. How many. */
long users_alias_check(struct reeve_users *users);

#endif
