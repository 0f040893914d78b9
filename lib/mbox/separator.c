/* SPDX-License-Identifier: MIT */
/* Where the next message begins: by searching for a From_ line, or by Content-Length. */
#include "mbox/separator.h"
#include "base/error.h"
#include "base/find.h"
#include "base/io.h"
#include "mbox/from.h"

#include <string.h>

/*
 * Bytes at an offset that is far from the window, without moving the window there: a mailbox full
 * of wrong Content-Lengths must not cost a window each. Returns how many, or -1 with err.
 */
static ssize_t peek(const struct reeve_source *src, uint64_t offset, unsigned char *buf, size_t n,
                    struct reeve_error *err)
{
	if (n > src->size - offset)
		n = (size_t)(src->size - offset);
	return reeve_read_at(src->fd, buf, n, offset, err) < 0 ? -1 : (ssize_t)n;
}

/* Offset after the last line end of the file; 0 if it has none. Found once for a size. */
static int last_line(struct reeve_scan *scan, uint64_t *offset_r, struct reeve_error *err)
{
	const struct reeve_source *src = &scan->src;

	if (!scan->has_last_line || scan->last_line_size != src->size) {
		unsigned char buf[4096];
		uint64_t end = src->size;

		scan->last_line = 0;
		while (end > 0 && scan->last_line == 0) {
			size_t n = end < sizeof buf ? (size_t)end : sizeof buf;
			const unsigned char *lf;

			if (peek(src, end - n, buf, n, err) < 0)
				return -1;
			lf = memrchr(buf, '\n', n);
			end -= n;
			if (lf != NULL)
				scan->last_line = end + (uint64_t)(lf - buf) + 1;
		}
		scan->has_last_line = true;
		scan->last_line_size = src->size;
	}
	*offset_r = scan->last_line;
	return 0;
}

/*
 * Whether the bytes, which begin at `offset`, are a From_ line. `n` of them are known; fewer than
 * asked for only at the end of the file.
 */
static int is_separator(struct reeve_scan *scan, uint64_t offset, const unsigned char *bytes,
                        size_t n, struct reeve_error *err)
{
	const unsigned char *lf;
	int64_t received = 0;
	uint64_t last;

	if (n < 5 || memcmp(bytes, "From ", 5) != 0)
		return 0;
	n -= 5;
	if (n > REEVE_FROM_LOOK)
		n = REEVE_FROM_LOOK;
	if (!reeve_from_read(bytes + 5, n, &scan->day,
	                     scan->needs & REEVE_NEED_RECEIVED ? &received : NULL))
		return 0;
	lf = memchr(bytes + 5, '\n', n);
	if (lf == NULL) {
		if (last_line(scan, &last, err) < 0)
			return -1;
		if (offset >= last)
			return 0;
	}
	/* Not before: what was found last may still be wanted when this one is none. */
	scan->has_from = true;
	scan->received = received;
	scan->from = offset;
	scan->from_end = lf == NULL ? 0 : offset + (uint64_t)(lf - bytes) + 1;
	return 1;
}

/* The weekday of a From_ line may hold its line end, as Dovecot reads it: know a little more. */
enum { MORE = 64 };

int reeve_separator_at(struct reeve_scan *scan, uint64_t offset, struct reeve_error *err)
{
	size_t have;
	const unsigned char *p = reeve_source_at(&scan->src, offset, MORE, &have, err);

	if (p == NULL)
		return -1;
	if (have < 5 || memcmp(p, "From ", 5) != 0)
		return 0;
	/* Mostly the line and more is in the window. */
	if (have < 5 + REEVE_FROM_LOOK) {
		const unsigned char *lf = memchr(p, '\n', have);

		if (lf == NULL || have - (size_t)(lf - p) < MORE)
			p = reeve_source_at(&scan->src, offset, 5 + REEVE_FROM_LOOK, &have, err);
		if (p == NULL)
			return -1;
	}
	return is_separator(scan, offset, p, have, err);
}

int reeve_separator_by_length(struct reeve_scan *scan, uint64_t offset, uint64_t *next_r,
                              struct reeve_error *err)
{
	const struct reeve_source *src = &scan->src;
	unsigned char buf[2 + 5 + REEVE_FROM_LOOK];
	const unsigned char *p = buf;
	uint64_t left = src->size - offset;
	ssize_t n = (ssize_t)sizeof buf;

	/* Most From_ lines are short, most Content-Lengths right. */
	if (offset >= src->start && offset - src->start < src->filled && left >= sizeof buf &&
	    src->filled - (size_t)(offset - src->start) >= sizeof buf)
		p = src->buf + (offset - src->start);
	else if ((n = peek(src, offset, buf, 512, err)) == 512 &&
	         memchr(buf + 2, '\n', 512 - 2 - MORE) == NULL)
		n = peek(src, offset, buf, sizeof buf, err);
	if (n < 0)
		return -1;

	size_t line_end = n >= 1 && p[0] == '\r' ? 2 : 1;
	if ((size_t)n < line_end || p[line_end - 1] != '\n')
		return 0;
	*next_r = offset + line_end;
	if (left == line_end)
		return 1;
	/* "\nFrom x Thu Nov  9 22:33:52 2001": Dovecot takes nothing shorter for one here. */
	if (left <= 30 + line_end)
		return 0;
	return is_separator(scan, *next_r, p + line_end, (size_t)n - line_end, err);
}

/* Counts to `end`, in the window p that begins at `start`. */
static void count_to(struct reeve_body *body, uint64_t end, const unsigned char *p, uint64_t start)
{
	if (body == NULL || end <= body->offset)
		return;
	p += body->offset - start;
	body->bare += reeve_count_bare(p, (size_t)(end - body->offset), body->before);
	body->before = p[end - body->offset - 1];
	body->offset = end;
}

int reeve_body_count(struct reeve_scan *scan, struct reeve_body *body, uint64_t end,
                     struct reeve_error *err)
{
	while (body->offset < end) {
		uint64_t offset = body->offset;
		size_t have;
		const unsigned char *p = reeve_source_at(&scan->src, offset, 1, &have, err);

		if (p == NULL)
			return -1;
		count_to(body, end - offset < have ? end : offset + have, p, offset);
	}
	return 0;
}

/* After a jump little is read at once; the longer the search goes on, the more. */
static void read_more(struct reeve_source *src, uint64_t offset)
{
	if (src->most < REEVE_READ_BYTES && offset + 2 > src->start + src->filled)
		src->most *= 2;
}

int reeve_separator_search(struct reeve_scan *scan, uint64_t offset, struct reeve_body *body,
                           uint64_t *next_r, struct reeve_error *err)
{
	struct reeve_source *src = &scan->src;

	*next_r = src->size;
	while (offset < src->size) {
		size_t have, i = 0, skip = 0;

		read_more(src, offset);
		const unsigned char *p = reeve_source_at(src, offset, 6, &have, err);
		if (p == NULL)
			return -1;

		/* Within the window, to what may be a separator, or to its end. */
		while (skip == 0) {
			i += reeve_find_line(p + i, have - i, 'F');
			if (i + 6 > have)
				break;
			if (memcmp(p + i + 1, "From ", 5) == 0)
				skip = REEVE_FROM_SKIP;
			else
				i++;
		}
		if (skip == 0 && offset + have == src->size) {
			/* A line end that ends the file is no part of the last message. */
			count_to(body, src->size - (p[have - 1] == '\n'), p, offset);
			break;
		}
		count_to(body, offset + i, p, offset);
		offset += i;
		if (skip == 0)
			continue;

		int found = reeve_separator_at(scan, offset + 1, err);
		if (found < 0)
			return -1;
		if (found > 0) {
			*next_r = offset + 1;
			break;
		}
		offset += skip;
		if (offset >= src->size)
			offset = src->size - 1;
		if (body != NULL && reeve_body_count(scan, body, offset, err) < 0)
			return -1;
	}
	return 0;
}

int reeve_line_end(struct reeve_scan *scan, uint64_t offset, uint64_t limit, uint64_t *end_r,
                   struct reeve_error *err)
{
	while (offset < limit) {
		size_t have;
		const unsigned char *p = reeve_source_at(&scan->src, offset, 1, &have, err);

		if (p == NULL)
			return -1;
		if (have > limit - offset)
			have = (size_t)(limit - offset);

		const unsigned char *lf = memchr(p, '\n', have);
		if (lf != NULL) {
			*end_r = offset + (uint64_t)(lf - p) + 1;
			return 0;
		}
		offset += have;
	}
	*end_r = limit;
	return 0;
}
