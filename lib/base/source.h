/* SPDX-License-Identifier: MIT */
/*
 * A file's bytes through a window.
 *
 * pread(2) into a buffer of one megabyte, not mmap(2): a mailbox can shrink while we look, and a
 * mapping would die of SIGBUS. Memory is the window, whatever the size of the file. It is filled by
 * parts that stay in a processor's second cache until they were looked at: a third faster.
 *
 *     reeve_source_init(&src, fd, err);
 *     p = reeve_source_at(&src, offset, want, &have, err);   as often as you like
 *     reeve_source_dispose(&src);
 */
#ifndef BASE_SOURCE_H
#define BASE_SOURCE_H

#include <mailreeve/base.h>

#define REEVE_WINDOW_BYTES ((size_t)1 << 20)   /* the most that can be looked at together */
#define REEVE_READ_BYTES   ((size_t)256 << 10) /* what is read at once, unless more is wanted */

struct reeve_source {
	int fd;             /* borrowed */
	uint64_t size;      /* of the file, as fstat said at init; the caller may lower or raise it */
	unsigned char *buf; /* REEVE_WINDOW_BYTES */
	uint64_t start;     /* offset of buf[0] */
	size_t filled;
	size_t most; /* bytes to read at once, REEVE_READ_BYTES; less is good for jumping about */
	uint64_t line_offset, lines_before; /* where reeve_source_line() was last, and its count */
};

int reeve_source_init(struct reeve_source *src, int fd, struct reeve_error *err);
void reeve_source_dispose(struct reeve_source *src);

/*
 * Bytes at `offset`, at least `want` of them (at most REEVE_WINDOW_BYTES) unless src->size comes
 * first; *have_r tells how many, often more than wanted. Good until the next call.
 *
 * Returns NULL with err: REEVE_EIO, or REEVE_ECHANGED if the file ends before src->size.
 * At src->size: a pointer, and 0 bytes.
 */
const unsigned char *reeve_source_at(struct reeve_source *src, uint64_t offset, size_t want,
                                     size_t *have_r, struct reeve_error *err);

/*
 * Exactly n bytes (at most REEVE_WINDOW_BYTES) at `offset`, for callers that go through a file in
 * small pieces: where they lie close together one read brings many, for a box of cron mail has
 * tens of thousands; where they do not, no more is read than the piece. Good until the next call.
 *
 * Returns NULL with err, REEVE_ECHANGED if src->size comes first.
 */
#define REEVE_NEAR_BYTES ((size_t)32768)
const unsigned char *reeve_source_near(struct reeve_source *src, uint64_t offset, size_t n,
                                       struct reeve_error *err);

/*
 * The line (from 1) that `offset` stands on: counts line ends before it, from the last call's
 * offset on where it can. Moves the window. 0 on error.
 */
uint64_t reeve_source_line(struct reeve_source *src, uint64_t offset);

#endif
