/* SPDX-License-Identifier: MIT */
/*
 * A whole file in memory: for configurations, which are small. Mailboxes go through base/source.h.
 *
 *     reeve_whole_read(&whole, path, max, err)
 *     ... whole.bytes, whole.size, whole.st ...
 *     reeve_whole_dispose(&whole)
 */
#ifndef BASE_WHOLE_H
#define BASE_WHOLE_H

#include <mailreeve/base.h>
#include <sys/stat.h>

struct reeve_whole {
	unsigned char *bytes; /* exactly `size` of them, nothing behind; never NULL after a read */
	size_t size;
	struct stat st; /* as it was when the bytes had been read */
};

/*
 * Read a regular file of `max` bytes at most, following symbolic links.
 *
 * Returns 0, or -1 with err: REEVE_EIO, REEVE_ENOMEM, REEVE_EFORMAT for what is no regular file and
 * for one that is larger than `max`, REEVE_ECHANGED if it was written to while we read.
 */
int reeve_whole_read(struct reeve_whole *whole, const char *path, size_t max,
                     struct reeve_error *err);

/* The same from an open file; `path` is for messages. The descriptor stays the caller's. */
int reeve_whole_read_fd(struct reeve_whole *whole, int fd, const char *path, size_t max,
                        struct reeve_error *err);

void reeve_whole_dispose(struct reeve_whole *whole); /* {0} is fine */

#endif
