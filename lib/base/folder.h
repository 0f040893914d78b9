/* SPDX-License-Identifier: MIT */
/* Folders of our own, in which things wait for the next run: made durably, believed carefully. */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include <mailreeve/base.h>
#include <sys/types.h>

/*
 * mkdir -p: the last folder is 0700, those above as the system makes them. The name of each new one
 * is flushed: what is in a folder is worth nothing if the folder is lost. `path` is changed while
 * we work, and is again what it was at the end.
 */
int reeve_folder_make(char *path, struct reeve_error *err);

/*
 * A folder's descriptor in *fd_r; -1 if there is none. REEVE_EREFUSED if it does not belong to
 * `owner`, or others may write there: who could put a file into it could have us believe it.
 */
int reeve_folder_open(const char *path, uid_t owner, int *fd_r, struct reeve_error *err);

/* Make the names in an open folder (O_PATH will do) durable; `path` is for messages. */
int reeve_folder_flush(int dirfd, const char *path, struct reeve_error *err);

/* Remove a name and all below it. What cannot be removed stays: -1 with errno. */
int reeve_folder_remove(int dirfd, const char *name);

#endif
