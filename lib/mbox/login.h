/* SPDX-License-Identifier: MIT */
/* Who the users are, and where login.defs says that their mail lies; of this host or of a root. */
#ifndef MBOX_LOGIN_H
#define MBOX_LOGIN_H

#include <mailreeve/base.h>

/* What the functions below take as root: "" for the host itself (NULL, "/"), else the root
 * without its last slashes. To be freed; NULL: no memory. */
char *reeve_login_root(const char *root);

/*
 * The folder of mailboxes: MAIL_DIR of root's etc/login.defs, or /var/mail. If only MAIL_FILE is
 * set and file_r is not NULL, *dir_r is NULL and *file_r the mailbox's name inside the home.
 * Both to be freed. Paths as the root sees them.
 * Returns 0, or -1 with err: REEVE_EIO, REEVE_EFORMAT for a relative MAIL_DIR.
 */
int reeve_login_mail(const char *root, char **dir_r, char **file_r, struct reeve_error *err);

/*
 * The uids that useradd(8) gives to users: UID_MIN and UID_MAX, or 1000 to 60000.
 * Returns 0, or -1 with err: REEVE_EIO.
 */
int reeve_login_uids(const char *root, uint32_t *min_r, uint32_t *max_r, struct reeve_error *err);

/*
 * Look a user up. *home_r (may be NULL) is his home, to be freed. Returns 1, 0 if there is no
 * such user, -1 with err. That the look-up failed never passes for "no such user": his mail would
 * be taken for an orphan's.
 */
int reeve_login_find(const char *root, const char *name, char **home_r, struct reeve_error *err);

#endif
