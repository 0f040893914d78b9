/* SPDX-License-Identifier: MIT */
/*
 * A new file in the place of another: written beside it, flushed, renamed.
 *
 *     reeve_replace_write(dirfd, beside, bytes, n, old_fd, path, err)    whole and durable
 *     reeve_replace_rename(dirfd, beside, name, path, err)               old or new, never half
 *     reeve_folder_flush(dirfd, path, err)                               and now new for good
 *
 * Where nothing was, reeve_replace_write_new() and reeve_replace_name() do the first two.
 *
 * Flushed before the rename: ext4 and others may write the name first, and after a power loss
 * it would lead to a file of zeros. All for one folder, whose descriptor (O_PATH will do) the
 * caller has, so that nobody can put another in its place between two steps.
 */
#ifndef BASE_REPLACE_H
#define BASE_REPLACE_H

#include <mailreeve/base.h>
#include <sys/stat.h>

/*
 * Write the file `beside`, flushed. What a run that was killed left under this name goes first. It
 * is for nobody else's eyes (0600) until it has what `like` (an open file; -1: stays 0600) has:
 * owner, group, mode, ACL and extended attributes. `path` is for messages.
 *
 * Returns 0, or -1 with err and no file: REEVE_EREFUSED for an attribute that cannot be kept,
 * REEVE_EIO.
 */
int reeve_replace_write(int dirfd, const char *beside, const void *bytes, size_t n, int like,
                        const char *path, struct reeve_error *err);

/* The same with owner, group and mode of `as`; an ACL is what the folder gives. */
int reeve_replace_write_new(int dirfd, const char *beside, const void *bytes, size_t n,
                            const struct stat *as, const char *path, struct reeve_error *err);

int reeve_replace_rename(int dirfd, const char *beside, const char *name, const char *path,
                         struct reeve_error *err);

/*
 * The same, but not in the place of something that is there: REEVE_ECHANGED. In one step, but on file
 * systems that cannot (NFS): there we look first, and what is made in between is lost.
 */
int reeve_replace_name(int dirfd, const char *beside, const char *name, const char *path,
                       struct reeve_error *err);

/*
 * Give the file `to` what `from` has: owner, group, mode, ACL, extended attributes, and no others
 * (a folder's default ACL gives some). Left out are hashes of its bytes (security.ima, evm).
 */
int reeve_attributes_copy(int to, int from, const char *path, struct reeve_error *err);

/*
 * The same with owner, group and mode only. At no moment between has anybody a right that neither
 * what it had nor what it is to have gives him.
 */
int reeve_attributes_set(int fd, const struct stat *as, const char *path, struct reeve_error *err);

#endif
