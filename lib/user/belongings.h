/* SPDX-License-Identifier: MIT */
/* What goes with a user: found here, for system users and virtual ones. */
#ifndef USER_BELONGINGS_H
#define USER_BELONGINGS_H

#include "user/leaving.h"
#include <sys/stat.h>

/* Somebody who leaves, whose mail belongs to `uid`. NULL: no memory. */
struct users_leaving *users_leaving_new(struct reeve_users *users, const char *name, uid_t uid);

/*
 * His home; a mailbox outside of `home` (what is inside goes or stays with it). What is not there is no part; a
 * home that stays (it is another's, too, or the system's, or its path is no plain one) is warned of. 1 if it is a part now, 0, -1 with err:
 * REEVE_EREFUSED for a mailbox of somebody else's.
 */
int users_leaving_home(struct reeve_users *users, struct users_leaving *leaving, const char *home,
                       struct reeve_error *err);
int users_leaving_box(struct reeve_users *users, struct users_leaving *leaving, const char *path,
                      const char *home, struct reeve_error *err);

/* What was to go and does not: a warning, for it is on the disk still, and a step that says so. */
void users_leaving_stays(struct reeve_users *users, const char *name, const char *what,
                         const char *path, const char *why);

/* Steps: the parts are held, and archived if that is wished; they are removed in `order`. */
int users_leaving_copy(struct reeve_users *users, struct users_leaving *leaving,
                       enum reeve_users_mail mail, const char *archive, struct reeve_error *err);
void users_leaving_go(struct reeve_users *users, struct users_leaving *leaving,
                      enum users_order order);

/* What is at a path: 1 with its stat, 0 if there is nothing, -1 with err. */
int users_leaving_look(const struct reeve_users *users, const char *path, struct stat *st_r,
                       struct reeve_error *err);

/* Whether no user has a uid: what belongs to it was left by somebody who is gone. */
bool users_is_nobodys(const struct reeve_users *users, uid_t uid);

#endif
