/* SPDX-License-Identifier: MIT */
/*
 * Where no home belongs. useradd(8) takes any: of /var/mail/ann it makes a folder where her mailbox
 * should be, and all that is sent to her comes back.
 */
#ifndef USER_HOME_H
#define USER_HOME_H

#include "user/mailbox.h"

/*
 * The folder of mailboxes that a home is, holds or lies in, by whatever name (of Debian
 * /var/spool/mail is a link); as the root sees it. NULL: none. Such are those of main.cf(5),
 * login.defs(5), and of Dovecot where its INBOX is a file.
 */
const char *users_home_spool(struct reeve_users *users, const char *home);

/*
 * Whether a folder is there for many, as Dovecot's configuration says, or the home of `owner` (NULL:
 * not known): "/var/mail/vhosts" of "/var/mail/vhosts/%d/%n". It may be in a folder of mailboxes.
 */
bool users_home_is_for_many(struct reeve_users *users, const char *path,
                            const struct reeve_account *owner);

/* The same of a home in `spool`: whether it lies below such a folder. */
bool users_home_is_apart(struct reeve_users *users, const char *home, const char *spool,
                         const struct reeve_account *owner);

/* Whether a path is where the system has its own, or has such a folder inside. */
bool users_home_is_systems(const char *path);

/*
 * Whether a new home may be there: not in a folder of mailboxes, unless `is_virtual` and apart, nor where
 * the system has its own. 0, or -1 with err: REEVE_EREFUSED.
 */
int users_home_check(struct reeve_users *users, const char *home, bool is_virtual,
                     const struct reeve_account *owner, struct reeve_error *err);

#endif
