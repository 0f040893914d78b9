/* SPDX-License-Identifier: MIT */
/*
 * A walk over the MIME structure of one message.
 *
 * Parts are opened one in the other; at any time the innermost is being read, for the next line
 * that begins with a boundary of any open one. Where no boundary can come, nothing is looked for.
 */
#include "mime/parts.h"
#include "base/error.h"
#include "base/find.h"
#include "mime/walk.h"

#include <stdlib.h>
#include <string.h>

/* A line that may be a boundary. */
struct found {
	struct reeve_level *level; /* whose boundary it is; NULL: the message ends */
	bool is_last;              /* the closing one */
	uint64_t line;             /* where it begins */
	uint64_t body_end;         /* before the line end that belongs to it */
};

static bool may_end_before(const struct reeve_walk *walk)
{
	if (walk->count >= REEVE_PARTS_COUNT)
		return false;
	for (size_t i = 0; i <= walk->level->part.depth; i++) {
		if (walk->levels[i]->is_open)
			return true;
	}
	return false;
}

static bool is_body_wanted(const struct reeve_walk *walk)
{
	return walk->handler->body != NULL && walk->level->part.is_leaf && !walk->level->is_skipped;
}

static int feed(struct reeve_walk *walk, const unsigned char *p, size_t n)
{
	walk->at += n;
	while (n > 0 && is_body_wanted(walk)) {
		size_t size = n < REEVE_PART_BODY_BYTES ? n : REEVE_PART_BODY_BYTES;
		int ret = walk->handler->body(walk->user, &walk->level->part, p, size);

		if (ret == REEVE_PART_SKIP)
			walk->level->is_skipped = true;
		else if (ret != 0)
			return ret;
		p += size;
		n -= size;
	}
	return 0;
}

/* The body goes on to the end of the message. */
static int read_rest(struct reeve_walk *walk)
{
	while (walk->at < walk->end && is_body_wanted(walk)) {
		size_t have;
		const unsigned char *p = reeve_walk_look(walk, walk->at, 1, &have);
		int ret = p == NULL ? -1 : feed(walk, p, have);

		if (ret != 0)
			return ret;
	}
	walk->at = walk->end;
	return 0;
}

/*
 * The line end in p[0..n) that "--" follows, from `from` on, without its CR; or n. What may be the
 * beginning of one, at the window's end, is not passed over: *keep_r bytes.
 */
static size_t find_line(const unsigned char *p, size_t n, size_t from, size_t *keep_r)
{
	size_t i = from;

	*keep_r = 0;
	while (i < n) {
		i += reeve_find_line(p + i, n - i, '-');
		if (i + 2 < n) {
			if (p[i + 2] == '-')
				return i;
			i++;
			continue;
		}
		if (p[i] == '\n')
			*keep_r = n - i;
		else if (p[i] == '\r')
			*keep_r = 1;
		if (p[i] == '\n' && i > 0 && p[i - 1] == '\r')
			++*keep_r;
		break;
	}
	return n;
}

/*
 * The body at walk->at, to the next boundary or to the end of the message. In the loop `from` is
 * how much behind walk->at was looked at: a line end that no boundary follows.
 */
static int read_body(struct reeve_walk *walk, struct found *found)
{
	size_t from = 0, want = 1;

	*found = (struct found){.line = walk->at, .body_end = walk->at};
	if (walk->is_line_start && may_end_before(walk)) {
		if (reeve_walk_boundary(walk, walk->at, &found->level, &found->is_last) < 0)
			return -1;
		if (found->level != NULL)
			return 0;
	}
	while (walk->at < walk->end && may_end_before(walk)) {
		size_t have, keep, lf, n;
		const unsigned char *p = reeve_walk_look(walk, walk->at, want, &have);
		bool is_last;
		int ret;

		if (p == NULL)
			return -1;
		is_last = walk->at + have == walk->end;
		lf = find_line(p, have, from, &keep);
		n = lf < have ? lf - (lf > 0 && p[lf - 1] == '\r') : is_last ? have : have - keep;
		ret = feed(walk, p, n);
		if (ret != 0)
			return ret;
		from = 0;
		want = n > 0 ? 1 : have + 1;
		if (lf == have)
			continue;

		found->body_end = walk->at;
		found->line = walk->at + (lf - n) + 1;
		if (reeve_walk_boundary(walk, found->line, &found->level, &found->is_last) < 0)
			return -1;
		if (found->level != NULL)
			return 0;
		from = lf - n + 1;
		want = from + 1;
	}
	found->body_end = walk->end;
	return read_rest(walk);
}

/* Behind the line at `offset`. */
static int pass_line(struct reeve_walk *walk, uint64_t offset)
{
	walk->at = offset;
	walk->is_line_start = true;
	while (walk->at < walk->end) {
		size_t have;
		const unsigned char *p = reeve_walk_look(walk, walk->at, 1, &have), *lf;

		if (p == NULL)
			return -1;
		lf = memchr(p, '\n', have);
		if (lf != NULL) {
			walk->at += (size_t)(lf + 1 - p);
			return 0;
		}
		walk->at += have;
	}
	return 0;
}

/* ---- parts ------------------------------------------------------------------------- */

static int push(struct reeve_walk *walk)
{
	size_t depth = walk->level == NULL ? 0 : walk->level->part.depth + 1;
	struct reeve_level *level = walk->levels[depth];

	if (level == NULL)
		level = malloc(sizeof *level);
	if (level == NULL)
		return reeve_fail_nomem(walk->err);
	memset(level, 0, offsetof(struct reeve_level, boundary));
	level->type[0] = '\0';
	level->part.depth = (unsigned int)depth;
	level->part.is_text = true;
	walk->levels[depth] = level;
	walk->level = level;
	walk->count++;
	return 0;
}

/* What its place in the message makes of a part whose header was read. */
static void place(struct reeve_walk *walk, bool is_whole)
{
	struct reeve_level *level = walk->level;
	bool is_deep = level->part.depth + 1 >= REEVE_PARTS_DEPTH;

	if (!level->has_type && level->part.depth > 0 &&
	    walk->levels[level->part.depth - 1]->is_digest) {
		level->part.type = "message/rfc822";
		level->is_message = true;
	} else {
		level->part.type = level->type[0] != '\0' ? level->type : "text/plain";
	}

	level->is_open = level->has_boundary && is_whole && !is_deep;
	level->is_message &= !is_deep && walk->count < REEVE_PARTS_COUNT;
	if (level->is_multipart)
		level->part.is_leaf = level->has_boundary && is_whole && is_deep;
	else
		level->part.is_leaf = !level->is_message;
	level->part.is_text &= level->part.is_leaf;
	level->part.body.offset = walk->at;
}

/* A part at walk->at whose header goes up to `limit`, and the messages that begin with its body. */
static int open_part(struct reeve_walk *walk, uint64_t limit)
{
	do {
		bool is_whole;
		int ret = push(walk);

		if (ret == 0)
			ret = reeve_walk_header(walk, limit, &is_whole);
		if (ret != 0)
			return ret;
		place(walk, is_whole);
		if (walk->handler->begin != NULL)
			ret = walk->handler->begin(walk->user, &walk->level->part);
		if (ret == REEVE_PART_SKIP)
			walk->level->is_skipped = true;
		else if (ret != 0)
			return ret;
		limit = walk->end;
	} while (walk->level->is_message);
	return 0;
}

/* The innermost part ends at `offset`. */
static int close_part(struct reeve_walk *walk, uint64_t offset)
{
	struct reeve_part *part = &walk->level->part;
	int ret = 0;

	part->body.length = offset - part->body.offset;
	if (walk->handler->end != NULL)
		ret = walk->handler->end(walk->user, part);
	walk->level = part->depth > 0 ? walk->levels[part->depth - 1] : NULL;
	return ret;
}

static int walk_message(struct reeve_walk *walk, uint64_t header_end)
{
	int ret = open_part(walk, header_end);

	while (ret == 0) {
		struct found found;

		ret = read_body(walk, &found);
		while (ret == 0 && walk->level != found.level)
			ret = close_part(walk, found.body_end);
		if (ret != 0 || walk->level == NULL)
			return ret;
		if (pass_line(walk, found.line) < 0)
			return -1;
		if (found.is_last)
			found.level->is_open = false;
		else
			ret = open_part(walk, walk->end);
	}
	return ret;
}

int reeve_parts_walk(struct reeve_source *src, struct reeve_span header, struct reeve_span whole,
                     const struct reeve_parts_handler *handler, void *user, struct reeve_error *err)
{
	struct reeve_walk walk = {.src = src,
	                          .handler = handler,
	                          .user = user,
	                          .err = err,
	                          .charsets = handler->charsets,
	                          .at = header.offset,
	                          .end = whole.offset + whole.length};
	int ret = 0;

	reeve_buf_init(&walk.line, REEVE_PART_VALUE_BYTES + 2048);
	reeve_buf_init(&walk.text, 3 * REEVE_PART_VALUE_BYTES + 4096);
	reeve_buf_init(&walk.name, 4096); /* more than a part's name may have */
	if (walk.charsets == NULL)
		walk.charsets = reeve_charsets_new();
	if (walk.charsets != NULL)
		ret = walk_message(&walk, header.offset + header.length);
	if (ret == 0 && (walk.charsets == NULL || walk.line.has_failed || walk.text.has_failed ||
	                 walk.name.has_failed))
		ret = reeve_fail_nomem(err);
	if (handler->charsets == NULL)
		reeve_charsets_free(walk.charsets);
	reeve_buf_dispose(&walk.line);
	reeve_buf_dispose(&walk.text);
	reeve_buf_dispose(&walk.name);
	for (size_t i = 0; i < REEVE_PARTS_DEPTH && walk.levels[i] != NULL; i++)
		free(walk.levels[i]);
	return ret;
}
