/* SPDX-License-Identifier: MIT */
/*
 * A root in the working folder of a test, in which programs run: a shell, and stand-ins for those
 * that change accounts. Only root may chroot(2).
 */
#ifndef USER_ROOT_H
#define USER_ROOT_H

#include <stdbool.h>

/* Whether there can be one. */
bool user_root_can(void);

/*
 * Make it: etc/passwd, shadow and group with root and group mail (8), var/mail as Debian has it,
 * and the stand-ins. They add a line to `ran` in the root. Its path; good until the next call.
 *
 * Each of them fails, before it does anything, while etc/fail-NAME is there: with the status and
 * the text of its two lines.
 */
const char *user_root_make(void);

#endif
