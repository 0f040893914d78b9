/* SPDX-License-Identifier: MIT */
/* A file's bytes through a window: pread(2) from where they are wanted. */
#include "base/source.h"
#include "base/error.h"
#include "base/io.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/stat.h>

int reeve_source_init(struct reeve_source *src, int fd, struct reeve_error *err)
{
	struct stat st;

	*src = (struct reeve_source){.fd = fd, .most = REEVE_READ_BYTES};
	if (fstat(fd, &st) < 0)
		return reeve_fail_errno(err, "fstat");
	if (st.st_size < 0)
		return reeve_fail(err, REEVE_EFORMAT, "a file of negative size");
	src->size = (uint64_t)st.st_size;
	src->buf = malloc(REEVE_WINDOW_BYTES);
	if (src->buf == NULL)
		return reeve_fail_nomem(err);
	return 0;
}

void reeve_source_dispose(struct reeve_source *src)
{
	if (src == NULL)
		return;
	free(src->buf);
	src->buf = NULL;
	src->filled = 0;
}

/* Fill the window with what begins at `offset`, up to src->size: `want` bytes or more. */
static int fill(struct reeve_source *src, uint64_t offset, size_t want, struct reeve_error *err)
{
	uint64_t left = src->size - offset;
	size_t wanted = src->most > want ? src->most : want;

	if (wanted > left)
		wanted = (size_t)left;

	src->start = offset;
	src->filled = 0;
	if (reeve_read_at(src->fd, src->buf, wanted, offset, err) < 0)
		return -1;
	src->filled = wanted;
	return 0;
}

const unsigned char *reeve_source_at(struct reeve_source *src, uint64_t offset, size_t want,
                                     size_t *have_r, struct reeve_error *err)
{
	assert(want <= REEVE_WINDOW_BYTES);

	*have_r = 0;
	if (offset >= src->size)
		return src->buf;
	if (want == 0)
		want = 1;
	if (want > src->size - offset)
		want = (size_t)(src->size - offset);
	if (offset < src->start || offset - src->start > src->filled ||
	    src->filled - (size_t)(offset - src->start) < want) {
		if (fill(src, offset, want, err) < 0)
			return NULL;
	}

	size_t skip = (size_t)(offset - src->start);
	size_t have = src->filled - skip;
	if (have > src->size - offset) /* the caller lowered the size */
		have = (size_t)(src->size - offset);
	*have_r = have;
	return src->buf + skip;
}

const unsigned char *reeve_source_near(struct reeve_source *src, uint64_t offset, size_t n,
                                       struct reeve_error *err)
{
	bool is_near = offset >= src->start && offset - src->start < src->filled + REEVE_NEAR_BYTES;
	size_t have;

	src->most = is_near ? 2 * REEVE_NEAR_BYTES : n;
	const unsigned char *p = reeve_source_at(src, offset, n, &have, err);
	if (p != NULL && have < n) {
		reeve_fail(err, REEVE_ECHANGED, "the file became shorter while it was read");
		return NULL;
	}
	return p;
}

/* In blocks of fixed size whose sum fits a byte, so that compilers make vectors of it at -O2. */
static uint64_t count_line_ends(const unsigned char *p, size_t n)
{
	enum { BLOCK = 128 };
	uint64_t lines = 0;

	for (; n >= BLOCK; p += BLOCK, n -= BLOCK) {
		unsigned char sum = 0;

		for (int i = 0; i < BLOCK; i++)
			sum += p[i] == '\n';
		lines += sum;
	}
	for (size_t i = 0; i < n; i++)
		lines += p[i] == '\n';
	return lines;
}

uint64_t reeve_source_line(struct reeve_source *src, uint64_t offset)
{
	/* Diagnostics come in the order of the file: go on from the last one. */
	if (offset < src->line_offset || src->line_offset > src->size) {
		src->line_offset = 0;
		src->lines_before = 0;
	}
	if (offset > src->size)
		offset = src->size;
	while (src->line_offset < offset) {
		size_t have;
		const unsigned char *p = reeve_source_at(src, src->line_offset, 1, &have, NULL);

		if (p == NULL || have == 0)
			return 0;
		if (have > offset - src->line_offset)
			have = (size_t)(offset - src->line_offset);
		src->lines_before += count_line_ends(p, have);
		src->line_offset += have;
	}
	return src->lines_before + 1;
}
