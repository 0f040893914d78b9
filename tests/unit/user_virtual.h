/* SPDX-License-Identifier: MIT */
/* A root with Dovecot 2.3, a passwd-file, a user vmail, and eve, who is in the file already. */
#ifndef USER_VIRTUAL_H
#define USER_VIRTUAL_H

#include "user_wish.h"

#define VIRTUAL_FILE "root/etc/dovecot/users"
#define VIRTUAL_HASH "{SHA256-CRYPT}" WISH_HASH5

/* A fixture, with a folder "kept" for archives. To leave: folder_leave(). */
void virtual_enter(void);

/* The line of a user, as it is in the file; "(none)". Good until the next call. */
const char *virtual_line(const char *name);

#endif
