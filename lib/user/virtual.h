/* SPDX-License-Identifier: MIT */
/*
 * Virtual users: lines of the passwd-file that Dovecot's configuration names. Each function finds
 * out what a wish takes, and adds that as steps; 0, or -1 with err: REEVE_EUSAGE, REEVE_EREFUSED,
 * REEVE_EIO, REEVE_ENOMEM.
 */
#ifndef USER_VIRTUAL_H
#define USER_VIRTUAL_H

#include "user/steps.h"

/* Whether a wish about `name` is about a virtual user: by its '@', or because the file has it, and
 * not only for the quota of a system user. */
bool users_is_virtual(struct reeve_users *users, const char *name);

/*
 * Somebody of the passwd-file whose mail has an account's uid, or lies in its home: with the account
 * it would be nobody's, or go with the home. *name_r is kept; NULL: there is none.
 */
int users_virtual_of(struct reeve_users *users, const struct reeve_account *account,
                     const char **name_r, struct reeve_error *err);

int users_virtual_add(struct reeve_users *users, const struct reeve_user_wish *wish,
                      struct reeve_error *err);
int users_virtual_password(struct reeve_users *users, const char *name, const char *password,
                           const char *hash, const char *scheme, struct reeve_error *err);
int users_virtual_lock(struct reeve_users *users, const char *name, bool is_locked,
                       struct reeve_error *err);
int users_virtual_remove(struct reeve_users *users, const char *name, enum reeve_users_mail mail,
                         const char *archive, struct reeve_error *err);

#endif
