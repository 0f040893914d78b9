/* SPDX-License-Identifier: MIT */
/*
 * The walk over MIME parts: parts nest, spans lie in the message and in the part around, the bytes
 * that body() gets are the span's, and a small window shows the same as a large one; so does a walk
 * that skips bodies.
 */
#include "mime/parts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void promise(bool is_kept)
{
	if (!is_kept)
		abort();
}

struct seen {
	const unsigned char *bytes;
	size_t n;
	struct reeve_part open[REEVE_PARTS_DEPTH]; /* as begin() had them */
	uint64_t fed[REEVE_PARTS_DEPTH];
	unsigned int depth, count; /* parts that are open; parts so far */
	uint64_t hash;
	bool skips;
};

static void add(struct seen *seen, uint64_t value)
{
	seen->hash = (seen->hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	seen->hash ^= seen->hash >> 29;
}

static void add_bytes(struct seen *seen, const char *bytes, size_t n)
{
	add(seen, n);
	for (size_t i = 0; i < n; i++)
		add(seen, (unsigned char)bytes[i]);
}

static uint64_t end_of(struct reeve_span span)
{
	return span.offset + span.length;
}

static int see_field(void *user, const struct reeve_part *part, const struct reeve_part_field *field)
{
	struct seen *seen = user;

	promise(part->depth == seen->depth);
	add_bytes(seen, field->name, field->name_length);
	add_bytes(seen, field->middle, field->middle_length);
	add_bytes(seen, field->value, field->value_length);
	add(seen, field->has_line_end);
	promise(memchr(field->value, '\n', field->value_length) == NULL);
	return 0;
}

static int see_begin(void *user, const struct reeve_part *part)
{
	struct seen *seen = user;

	promise(part->depth == seen->depth && seen->depth < REEVE_PARTS_DEPTH);
	promise(part->body.offset == end_of(part->header) && part->body.offset <= seen->n);
	if (seen->depth > 0) {
		promise(!seen->open[seen->depth - 1].is_leaf);
		promise(part->header.offset >= seen->open[seen->depth - 1].body.offset);
	}
	promise(!part->is_text || part->is_leaf);
	promise(part->name == NULL || strlen(part->name) > 0);
	seen->open[seen->depth] = *part;
	seen->fed[seen->depth++] = 0;
	promise(++seen->count <= REEVE_PARTS_COUNT);
	add(seen, part->header.offset);
	add(seen, part->header.length);
	add_bytes(seen, part->type, strlen(part->type));
	add_bytes(seen, part->name != NULL ? part->name : "", part->name ? strlen(part->name) : 0);
	add(seen, (uint64_t)part->encoding << 4 | (uint64_t)part->is_leaf << 2 |
	          (uint64_t)part->is_text << 1 | part->is_attachment);
	return seen->skips && seen->count % 3 == 0 ? REEVE_PART_SKIP : 0;
}

static int see_body(void *user, const struct reeve_part *part, const unsigned char *bytes, size_t n)
{
	struct seen *seen = user;
	uint64_t *fed = &seen->fed[part->depth];

	promise(part->is_leaf && part->depth + 1 == seen->depth && n <= REEVE_PART_BODY_BYTES);
	promise(n <= seen->n && part->body.offset + *fed + n <= seen->n);
	promise(memcmp(bytes, seen->bytes + part->body.offset + *fed, n) == 0);
	*fed += n;
	return seen->skips && n > 10 ? REEVE_PART_SKIP : 0;
}

static int see_end(void *user, const struct reeve_part *part)
{
	struct seen *seen = user;

	promise(seen->depth > 0 && part->depth == --seen->depth);
	promise(part->header.offset == seen->open[seen->depth].header.offset);
	promise(end_of(part->body) <= seen->n);
	if (!seen->skips)
		promise(seen->fed[part->depth] == (part->is_leaf ? part->body.length : 0));
	/* Of the part around, this much is known to be its body. */
	if (seen->depth > 0) {
		struct reeve_part *around = &seen->open[seen->depth - 1];

		promise(part->header.offset >= end_of(around->body));
		around->body.length = end_of(part->body) - around->body.offset;
	}
	promise(part->is_leaf || part->body.length >= seen->open[seen->depth].body.length);
	add(seen, part->body.length);
	return 0;
}

/* Where the scanner says that a header ends. */
static size_t header_length(const unsigned char *bytes, size_t n)
{
	size_t i = 0;

	while (i < n) {
		const unsigned char *lf = memchr(bytes + i, '\n', n - i);
		bool is_empty = lf == bytes + i || (bytes[i] == '\r' && lf == bytes + i + 1);

		if (lf == NULL)
			return n;
		i = (size_t)(lf + 1 - bytes);
		if (is_empty)
			break;
	}
	return i;
}

/* The window has room for the message, to the byte, so that the sanitizer sees one too many. */
static uint64_t walk(int fd, const unsigned char *bytes, size_t n, size_t most, bool with_fields,
                     bool skips)
{
	const struct reeve_parts_handler handler = {.field = with_fields ? see_field : NULL,
	                                            .begin = see_begin,
	                                            .body = see_body,
	                                            .end = see_end};
	static struct seen seen;
	struct reeve_source src = {.fd = fd, .size = n, .most = most};

	src.buf = malloc(n > 0 ? n : 1);
	if (src.buf == NULL)
		abort();
	seen = (struct seen){.bytes = bytes, .n = n, .skips = skips};
	promise(reeve_parts_walk(&src, (struct reeve_span){0, header_length(bytes, n)},
	                         (struct reeve_span){0, n}, &handler, &seen, NULL) == 0);
	promise(seen.depth == 0);
	reeve_source_dispose(&src);
	return seen.hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static int fd = -1;
	uint64_t hash;

	if (fd < 0)
		fd = memfd_create("message", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 0) < 0 || pwrite(fd, bytes, n, 0) != (ssize_t)n)
		abort();
	hash = walk(fd, bytes, n, REEVE_WINDOW_BYTES, true, false);
	promise(hash == walk(fd, bytes, n, 1 + n % 61, true, false));
	hash = walk(fd, bytes, n, REEVE_WINDOW_BYTES, false, false);
	promise(hash == walk(fd, bytes, n, REEVE_WINDOW_BYTES, false, true));
	return 0;
}
