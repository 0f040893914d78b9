/* SPDX-License-Identifier: MIT */
/* A folder of a test's own. */
#ifndef FOLDER_H
#define FOLDER_H

#include <sys/types.h>

/* Make an empty folder and make it the working folder: names in tests are short. */
void folder_enter(void);

/* Remove it and all in it. */
void folder_leave(void);

/* The folders above this path, as far as they are not there. */
void folder_make_above(const char *path);

/* A file with this text. */
void folder_write(const char *name, const char *text);

/* Its text; good until the next call. "(none)" if there is none. */
const char *folder_read(const char *name);

/* How many names in the working folder begin with `prefix`. */
int folder_count(const char *prefix);

#endif
