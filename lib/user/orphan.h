/* SPDX-License-Identifier: MIT */
/*
 * What users who are gone left in the folder of mailboxes and among the homes: who gets the uid of
 * one of them gets his mail, too, and useradd(8) does not look.
 */
#ifndef USER_ORPHAN_H
#define USER_ORPHAN_H

#include "user/fresh.h"

/*
 * Look through the folder of mailboxes, and the one that `home` will be in; each is read once.
 * Returns 0, or -1 with err: REEVE_EIO.
 */
int users_orphans_look(struct reeve_users *users, const char *home, struct reeve_error *err);

/* A thing that a user who is gone left, of this uid and under another name; NULL. */
const char *users_orphan_of(const struct reeve_users *users, uint32_t uid, const char *name);

/* The uid of what `name` left, if it is one, and all that has it was left under this name. */
bool users_orphan_uid(const struct reeve_users *users, const char *name, uint32_t *uid_r);

/*
 * A uid for who wished none: 0 if useradd(8) may choose, for nothing was left. All wishes are known.
 * Returns 0, or -1 with err: REEVE_EREFUSED if all are taken, REEVE_EIO.
 */
int users_orphan_avoid(struct reeve_users *users, uint32_t *uid_r, struct reeve_error *err);

#endif
