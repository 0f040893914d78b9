/* SPDX-License-Identifier: MIT */
/* System users: whom wishes may be about. */
#ifndef USER_SYSTEM_H
#define USER_SYSTEM_H

#include "user/steps.h"

/* Debian Policy 9.2.2: up to 999 are the system's own; "nobody" is 65534. */
#define USERS_UID_MIN 1000
#define USERS_UID_NOBODY 65534

#define USERS_GROUP "mail"
#define USERS_HOMES "/home/mail-users"
#define USERS_NO_HOME "/nonexistent" /* Debian Policy 9.2.3 */
#define USERS_NO_SHELL "/usr/sbin/nologin"

/* A user of passwd(5) whose password or lock may be changed: not root. 0, or -1: REEVE_EUSAGE,
 * REEVE_EREFUSED. */
int users_system_find(const struct reeve_users *users, const char *name,
                      const struct reeve_account **account_r, struct reeve_error *err);

/*
 * Without shadow(5) nobody knows what would change. A dry run may go on, and takes it that he has
 * a password. -1 with err: REEVE_EIO.
 */
int users_system_knows_hash(const struct reeve_users *users, const struct reeve_account *account,
                            struct reeve_error *err);

/* Whether NSS of this host has a user or a uid that is in no file: LDAP, say. Of a root: no. */
bool users_system_is_elsewhere(const struct reeve_users *users, const char *name);
bool users_system_uid_elsewhere(const struct reeve_users *users, uint32_t uid);

/* The gid of a group of the root (or of NSS of this host), by name or number. 0, or -1:
 * REEVE_EUSAGE. */
int users_system_group(const struct reeve_users *users, const char *group, uint32_t *gid_r,
                       struct reeve_error *err);

/* The file where a system user's mail is, kept. NULL with err. */
const char *users_system_box(struct reeve_users *users, const char *name, const char *home,
                             struct reeve_error *err);

#endif
