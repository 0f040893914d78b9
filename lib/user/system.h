/* SPDX-License-Identifier: MIT */
/* System users: whom wishes may be about. */
#ifndef USER_SYSTEM_H
#define USER_SYSTEM_H

#include "user/mailbox.h"
#include "user/steps.h"

#define USERS_UID_LOGIN 1000 /* who is no mail user by his group */

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

/*
 * Groups that give power: of some nobody is made, of the others nobody who may log in (has_shell).
 * By gid, for a group may be given by number, and have two names. 0, or -1: REEVE_EREFUSED.
 */
int users_group_check(const struct reeve_users *users, const char *name, const char *group,
                      uint32_t gid, bool has_shell, struct reeve_error *err);

/*
 * Where a system user's mailbox is: a file, or, with a '/' at its end, a folder; as the root sees
 * it, kept. NULL if it is not known, or has failed, with err then.
 */
const char *users_system_box(struct reeve_users *users, const struct reeve_whom *whom,
                             struct reeve_error *err);

/* The file of his name in the spool, whoever else says where mail is; kept. NULL with err. */
const char *users_spool_box(struct reeve_users *users, const char *name, struct reeve_error *err);

/*
 * passwd(5) and useradd(8) take no ':', no line end; ".." would make two names for one folder.
 * `what` is for messages: "the home". 0, or -1: REEVE_EUSAGE.
 */
int users_path_check(const char *path, const char *what, struct reeve_error *err);

/* A path, kept: once each '/', and none at the end. "": no memory. */
const char *users_path_clean(struct reeve_users *users, const char *path);

/* Whether `path` is `folder`, or below it, whatever '/' are doubled; without looking. */
bool users_path_is_inside(const char *path, const char *folder);

/* The account other than `name` whose home is `home`, or inside it; NULL. */
const struct reeve_account *users_home_shared(const struct reeve_users *users, const char *home,
                                              const char *name);

#endif
