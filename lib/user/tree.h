/* SPDX-License-Identifier: MIT */
/* Removing a folder and all below it that somebody else filled; looking first whether that can be. */
#ifndef USER_TREE_H
#define USER_TREE_H

#include <mailreeve/base.h>
#include <sys/types.h>

/*
 * Remove `name` in the open folder `dirfd`, and all below it. No symbolic link is followed, and
 * what is on another file system stays. With `since`, what changed after that stays, too: it is in
 * no archive. What has to stay makes all folders above it stay. `path` is for messages.
 *
 * Returns 0; -1 with err: REEVE_ECHANGED for something that is newer, REEVE_EREFUSED for another
 * file system, REEVE_EIO. What can be removed is, even so.
 */
int users_tree_remove(int dirfd, const char *name, const char *path, const struct timespec *since,
                      struct reeve_error *err);

/*
 * Whether all below the open folder `fd` is on its file system, and nothing is mounted there: what
 * is would be in no archive, and could not be removed. What is deeper than 200 folders is not looked
 * at; users_tree_remove() leaves it if it has to.
 *
 * Returns 0; -1 with err: REEVE_EREFUSED, REEVE_EIO.
 */
int users_tree_is_one(int fd, const char *path, struct reeve_error *err);

#endif
