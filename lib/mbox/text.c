/* SPDX-License-Identifier: MIT */
/*
 * Looking into messages for the texts of a query: keywords, then the header, then all of it.
 *
 * After each step, and whenever a text was found, the query is asked whether that is enough.
 */
#include "mbox/text.h"
#include "base/error.h"
#include "mbox/text_look.h"

#include <stdlib.h>
#include <string.h>

/* A header is read with this; few are longer. */
enum { LITTLE = 16384 };

/* ---- answers --------------------------------------------------------------------------------- */

static int decide(struct reeve_text *t)
{
	return query_answer(t->query, t->msg, t->totals) != QUERY_UNKNOWN ? TEXT_DECIDED : 0;
}

int text_say_yes(struct reeve_text *t, size_t number)
{
	t->found.answers[number] = QUERY_YES;
	return decide(t);
}

/* What was looked for in all of the message, and is not there. */
static void say_no(struct reeve_text *t, enum query_where first, enum query_where last)
{
	for (size_t i = 0; i < t->query->text_count; i++) {
		if (t->texts[i].where >= first && t->texts[i].where <= last &&
		    t->found.answers[i] == QUERY_UNKNOWN)
			t->found.answers[i] = QUERY_NO;
	}
}

static bool has_texts(const struct reeve_text *t, enum query_where first, enum query_where last)
{
	for (size_t i = 0; i < t->query->text_count; i++) {
		if (t->texts[i].where >= first && t->texts[i].where <= last)
			return true;
	}
	return false;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* A window on [offset, offset + length): the scan's if it holds that, else our own. */
static struct reeve_source *window(struct reeve_text *t, struct reeve_source *src,
                                   struct reeve_span span, struct reeve_error *err)
{
	if (span.offset >= src->start && span.offset - src->start <= src->filled &&
	    span.length <= src->filled - (size_t)(span.offset - src->start))
		return src;
	if (!t->has_own) {
		if (reeve_source_init(&t->own, t->fd, err) < 0)
			return NULL;
		t->has_own = true;
	}
	t->own.size = src->size;
	t->own.filled = 0; /* the file may have changed since it was used */
	return &t->own;
}

/* A message's own header is all that is read. */
static int stop(void *user, const struct reeve_part *part)
{
	(void)user;
	(void)part;
	return TEXT_DECIDED;
}

static bool has_failed(const struct reeve_text *t)
{
	bool failed = t->has_no_memory || t->raw.has_failed || t->words.has_failed ||
	              t->decoded.has_failed || t->utf8.has_failed || t->folded.has_failed;

	for (size_t i = 0; i <= QUERY_IN_FIELD; i++)
		failed = failed || t->forms[i].has_failed;
	return failed;
}

static int walk(struct reeve_text *t, struct reeve_source *src, struct reeve_span header,
                const struct reeve_parts_handler *handler, struct reeve_error *err)
{
	bool is_header_only = handler->begin == stop;
	struct reeve_source *from = window(t, src, is_header_only ? header : t->msg->whole, err);

	if (from == NULL)
		return -1;
	if (from == &t->own)
		from->most = is_header_only ? LITTLE : REEVE_READ_BYTES;
	int r = reeve_parts_walk(from, header, t->msg->whole, handler, t, err);
	if (r >= 0 && has_failed(t))
		return reeve_fail_nomem(err);
	return r < 0 ? -1 : 0;
}

/* ---- the steps ------------------------------------------------------------------------------- */

/* Of the first message, what stands before the list was written by somebody else. */
static struct reeve_span header_with_keywords(const struct reeve_message *msg)
{
	struct reeve_span header = msg->header;

	if (msg->imapbase.length > 0) {
		uint64_t end = header.offset + header.length;

		header.offset = msg->imapbase.offset;
		header.length = end - header.offset;
	}
	return header;
}

static int look_at_keywords(struct reeve_text *t, struct reeve_source *src,
                            struct reeve_error *err)
{
	const struct reeve_parts_handler handler = {
		.charsets = t->charsets, .field = text_take_keywords, .begin = stop};

	if (!t->keywords_are_read) {
		struct reeve_source *from = src;

		if (t->imapbase.length > 0)
			from = window(t, src, t->imapbase, err);
		if (from == NULL || reeve_keywords_read(&t->keywords, from, t->imapbase, err) < 0)
			return -1;
		t->keywords_are_read = true;
	}
	if (walk(t, src, header_with_keywords(t->msg), &handler, err) < 0)
		return -1;
	say_no(t, QUERY_IN_KEYWORDS, QUERY_IN_KEYWORDS);
	return 0;
}

static int look_at_header(struct reeve_text *t, struct reeve_source *src, struct reeve_error *err)
{
	const struct reeve_parts_handler handler = {
		.charsets = t->charsets, .field = text_take_field, .begin = stop};

	if (walk(t, src, t->msg->header, &handler, err) < 0)
		return -1;
	if (decide(t) != TEXT_DECIDED)
		say_no(t, QUERY_IN_ADDRESSES, QUERY_IN_FIELD);
	return 0;
}

static int look_at_all(struct reeve_text *t, struct reeve_source *src, struct reeve_error *err)
{
	const struct reeve_parts_handler handler = {.charsets = t->charsets,
	                                            .field = text_read_field,
	                                            .begin = text_begin_part,
	                                            .body = text_read_body,
	                                            .end = text_end_part};

	text_begin_streams(t);
	if (walk(t, src, t->msg->header, &handler, err) < 0)
		return -1;
	if (decide(t) != TEXT_DECIDED)
		say_no(t, QUERY_IN_BODY, QUERY_IN_ALL);
	return 0;
}

/* ---- the way --------------------------------------------------------------------------------- */

static void each_buf(struct reeve_text *t, void (*fn)(struct reeve_buf *buf))
{
	struct reeve_buf *bufs[] = {&t->raw, &t->words, &t->decoded, &t->utf8, &t->folded};

	for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
		fn(bufs[i]);
	for (size_t i = 0; i <= QUERY_IN_FIELD; i++)
		fn(&t->forms[i]);
}

static void init_buf(struct reeve_buf *buf)
{
	reeve_buf_init(buf, TEXT_BUF_MAX);
}

struct reeve_text *reeve_text_new(const struct reeve_query *query, int fd,
                                  struct reeve_error *err)
{
	struct reeve_text *t = calloc(1, sizeof *t);
	size_t n = query->text_count, count = 0;

	if (t == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	t->query = query;
	t->fd = fd;
	each_buf(t, init_buf);
	t->texts = calloc(n, sizeof *t->texts);
	t->found.answers = calloc(n, 1);
	t->needles = calloc(n, sizeof *t->needles);
	t->numbers = calloc(n, sizeof *t->numbers);
	t->charsets = reeve_charsets_new();
	if (t->texts == NULL || t->found.answers == NULL || t->needles == NULL ||
	    t->numbers == NULL || t->charsets == NULL) {
		reeve_fail_nomem(err);
		goto fail;
	}
	for (const struct query_text *text = query->texts; text != NULL; text = text->next)
		t->texts[count++] = *text;
	if (text_open_streams(t, err) < 0)
		goto fail;
	return t;
fail:
	reeve_text_free(t);
	return NULL;
}

void reeve_text_free(struct reeve_text *t)
{
	if (t == NULL)
		return;
	each_buf(t, reeve_buf_dispose);
	for (size_t i = 0; i < STREAM_COUNT; i++)
		reeve_finder_dispose(&t->finders[i]);
	reeve_charsets_free(t->charsets);
	reeve_keywords_dispose(&t->keywords);
	if (t->has_own)
		reeve_source_dispose(&t->own);
	free(t->numbers);
	free(t->needles);
	free(t->found.answers);
	free(t->texts);
	free(t);
}

void reeve_text_begin(struct reeve_text *t, const struct reeve_message *first)
{
	t->imapbase = first->imapbase;
	t->keywords_are_read = false;
}

int reeve_text_match(struct reeve_text *t, struct reeve_source *src, struct reeve_message *msg,
                     const struct reeve_totals *totals, struct reeve_error *err)
{
	static const struct {
		enum query_where first, last;
		int (*look)(struct reeve_text *t, struct reeve_source *src, struct reeve_error *err);
	} steps[] = {
		{QUERY_IN_KEYWORDS, QUERY_IN_KEYWORDS, look_at_keywords},
		{QUERY_IN_ADDRESSES, QUERY_IN_FIELD, look_at_header},
		{QUERY_IN_BODY, QUERY_IN_ALL, look_at_all},
	};

	t->msg = msg;
	t->totals = totals;
	memset(t->found.answers, QUERY_UNKNOWN, t->query->text_count);
	msg->found = &t->found;
	for (size_t i = 0; i < sizeof steps / sizeof steps[0] && decide(t) != TEXT_DECIDED; i++) {
		if (has_texts(t, steps[i].first, steps[i].last) &&
		    steps[i].look(t, src, err) < 0)
			return -1;
	}
	return query_answer(t->query, msg, totals) == QUERY_YES;
}
