/* SPDX-License-Identifier: MIT */
/* Values of options that several tools have. What is wrong is a usage error. */
#ifndef COMMON_OPTION_H
#define COMMON_OPTION_H

#include <stdint.h>

#define OPTION_LOCK_TIMEOUT_MS INT64_C(60000) /* a delivery holds its lock for less than a second */

/* --lock-timeout: seconds, a week at most. In milliseconds. */
int64_t option_lock_timeout_ms(const char *arg);

/* --root of a tool that works on configurations: without slashes at its end; NULL for "/". */
char *option_root(char *arg);

/* A path in the root: the root in front; NULL: as it is. To be freed; NULL without memory. */
char *option_in_root(const char *root, const char *path);

#endif
