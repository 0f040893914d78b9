/* SPDX-License-Identifier: MIT */
/*
 * Fields of shadow(5) that shall be set, all by one chpasswd(8). Hashes go to its standard input
 * and into no text; they are wiped when they are done with.
 */
#ifndef USER_SECRETS_H
#define USER_SECRETS_H

#include "user/steps.h"

#define USERS_LOCKED_DAY 1 /* shadow(5), field 8, of whom we locked: 2 January 1970 */

/*
 * The user's field shall be `field` (taken over, wiped and freed; NULL: nothing). `old` is what it
 * is taken back to; NULL: he is new, and goes as a whole.
 */
void users_secret_add(struct reeve_users *users, const char *name, char *field, const char *old);

/* Wiped and freed. NULL is fine. */
void users_secrets_free(struct users_secret *secrets);

/*
 * The field for a password (hashed now) or a hash, of which one is NULL. To be wiped and freed, or
 * given to users_secret_add(). NULL with err: REEVE_EUSAGE, REEVE_EIO, REEVE_ENOMEM.
 */
char *users_secret_make(const char *password, const char *hash, const char *scheme, bool is_virtual,
                        struct reeve_error *err);

/* Whether a field is what is asked for: the password fits, by the scheme if one is named (else
 * NULL). */
bool users_secret_fits(const char *field, const char *password, const char *scheme);

/* `hash` (taken over) as a field for a user who may be locked, and stays so. NULL: no memory, or
 * NULL. */
char *users_secret_field(char *hash, const struct reeve_account *account);

/* A warning if a hash that was given (NULL: none) is weak or soon guessed. */
void users_secret_warn(const struct reeve_users *users, const char *name, const char *hash,
                       const char *file, uint64_t line);

/*
 * Who is there keeps the password in `field`; the wish gives him one, too. A warning if that is another
 * one. Of a file's wishes only hashes are compared: what hashing a hundred passwords takes, nobody
 * would wait for at each run. These are counted.
 */
void users_secret_stays(struct reeve_users *users, const struct reeve_user_wish *wish,
                        const char *field);

/* What was counted, at the end of the file. */
void users_secret_tell_stays(struct reeve_users *users, const char *file);

void users_secret_wipe(char *field); /* and freed. NULL is fine */

#endif
