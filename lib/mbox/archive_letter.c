/* SPDX-License-Identifier: MIT */
/* One message on its way into an archive. archive.c says what is changed, and why. */
#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "mbox/archive_parts.h"
#include "mbox/from.h"
#include "mbox/separator.h"

#include <string.h>

#define TOUCH_SECONDS 20
#define PROGRESS_BYTES ((uint64_t)8 << 20)

/* ---- copying --------------------------------------------------------------------------------- */

/* Now and then, while bytes go through. */
static int tend(struct reeve_archive *archive, struct reeve_error *err)
{
	time_t now = time(NULL);

	if (now - archive->touched >= TOUCH_SECONDS || now < archive->touched) {
		archive->touched = now;
		archive_touch(archive);
	}
	if (archive->copied >= archive->told + PROGRESS_BYTES) {
		archive->told = archive->copied;
		reeve_progress(archive->plan->talk, "archive", archive->copied, archive->total);
	}
	if (reeve_canceled(archive->plan->talk))
		return reeve_fail(err, REEVE_ECANCELED, "interrupted; the mailbox is as it was");
	return 0;
}

int archive_copy_run(struct reeve_archive *archive, struct reeve_source *src,
                     struct reeve_error *err)
{
	uint64_t at = archive->run.offset, end = at + archive->run.length;

	archive->run = (struct reeve_span){0};
	while (at < end) {
		size_t have;
		const unsigned char *p = reeve_source_at(src, at, 1, &have, err);

		if (p == NULL)
			return -1;
		if (have > end - at)
			have = (size_t)(end - at);
		if (have == 0)
			return reeve_fail(err, REEVE_ECHANGED, "the mailbox became shorter");
		if (reeve_append_write(archive->file->append, p, have, err) < 0)
			return -1;
		at += have;
		archive->copied += have;
		if (tend(archive, err) < 0)
			return -1;
	}
	return 0;
}

/* Bytes [from, to) of the box come next. */
static int add_span(struct reeve_archive *archive, struct reeve_source *src, uint64_t from,
                    uint64_t to, struct reeve_error *err)
{
	struct reeve_span *run = &archive->run;

	if (run->length > 0 && run->offset + run->length == from) {
		run->length += to - from;
		return 0;
	}
	if (archive_copy_run(archive, src, err) < 0)
		return -1;
	*run = (struct reeve_span){from, to - from};
	return 0;
}

static int add_text(struct reeve_archive *archive, struct reeve_source *src, const char *text,
                    struct reeve_error *err)
{
	if (archive_copy_run(archive, src, err) < 0)
		return -1;
	return reeve_append_write(archive->file->append, text, strlen(text), err);
}

/* ---- the header ------------------------------------------------------------------------------ */

static int leave_out(void *user, struct reeve_span field)
{
	struct archive_letter *letter = user;

	if (letter->left_out == NULL)
		letter->left_out = reeve_edits_new();
	if (letter->left_out == NULL)
		return 1;
	reeve_edits_add(letter->left_out, field, NULL, 0);
	return 0;
}

/* Go over the header and note which of its fields are left out. */
static int read_fields(struct archive_letter *letter, struct reeve_header *h,
                       struct reeve_error *err)
{
	reeve_edits_free(letter->left_out);
	letter->left_out = NULL;
	h->limit = letter->end;
	h->each = leave_out;
	h->user = letter;
	int r = reeve_header_read(h, err);
	if (r > 0)
		return reeve_fail_nomem(err);
	if (r == 0 && letter->left_out != NULL)
		r = reeve_edits_check(letter->left_out, err);
	return r;
}

static int read_header(struct archive_letter *letter, struct reeve_scan *scan, uint64_t start,
                       struct reeve_error *err)
{
	struct reeve_header *h = &letter->header, again;

	reeve_header_init(h, scan, start);
	if (read_fields(letter, h, err) < 0)
		return -1;
	reeve_header_init(&again, scan, start);
	if (h->ended_by == REEVE_HEADER_SEPARATOR && h->end < letter->end)
		again.is_cut = false; /* the length hides it: the header goes on */
	else if (h->has_length && h->length > letter->end - h->end)
		again.each_length = true;
	else
		return 0;
	return read_fields(letter, &again, err);
}

/* Bytes of the box, without moving the window where they are in it. */
static int peek(const struct reeve_source *src, unsigned char *buf, size_t n, uint64_t offset,
                struct reeve_error *err)
{
	if (offset >= src->start && offset - src->start + n <= src->filled) {
		memcpy(buf, src->buf + (offset - src->start), n);
		return 0;
	}
	return reeve_read_at(src->fd, buf, n, offset, err);
}

int archive_read_letter(struct archive_letter *letter, struct reeve_scan *scan,
                        struct reeve_error *err)
{
	unsigned char end[2] = "";
	uint64_t start;
	int is_from = reeve_separator_at(scan, letter->start, err);

	if (is_from < 0)
		return -1;
	if (is_from == 0)
		return reeve_fail(err, REEVE_ECHANGED, "another program rewrote the mailbox");
	letter->received = scan->received;
	start = scan->from_end;
	if (start == 0 && reeve_line_end(scan, letter->start, letter->end, &start, err) < 0)
		return -1;
	if (peek(&scan->src, end, 2, start - 2, err) < 0)
		return -1;
	letter->has_cr = end[0] == '\r' && end[1] == '\n';

	return read_header(letter, scan, start, err);
}

/* ---- the end --------------------------------------------------------------------------------- */

bool archive_is_empty_line(const unsigned char *bytes, size_t n)
{
	if (n == 0 || bytes[n - 1] != '\n')
		return false;
	n--;
	if (n > 0 && bytes[n - 1] == '\r')
		n--;
	return n > 0 && bytes[n - 1] == '\n';
}

bool archive_ends_by_length(const struct reeve_header *h, uint64_t end, const unsigned char *tail,
                            size_t n)
{
	if (!h->has_length || h->length == 0 || n < 2 || tail[n - 1] != '\n')
		return false;
	return h->end + h->length + 1 == end ||
	       (h->end + h->length + 2 == end && tail[n - 2] == '\r');
}

/* The last line, if it is a From_ line without its end: *line_r, else the message's end. */
static int find_unfinished(const struct archive_letter *letter, struct reeve_source *src,
                           uint64_t *line_r, struct reeve_error *err)
{
	unsigned char buf[5 + REEVE_FROM_LOOK];
	uint64_t at = letter->end;
	const unsigned char *lf = NULL;
	size_t n = 0;

	*line_r = letter->end;
	while (lf == NULL && at > letter->start) {
		n = at - letter->start < sizeof buf ? (size_t)(at - letter->start) : sizeof buf;
		if (reeve_read_at(src->fd, buf, n, at - n, err) < 0)
			return -1;
		lf = memrchr(buf, '\n', n);
		at -= n;
	}
	if (lf == NULL)
		return 0;
	at += (uint64_t)(lf - buf) + 1;
	n = letter->end - at < sizeof buf ? (size_t)(letter->end - at) : sizeof buf;
	if (reeve_read_at(src->fd, buf, n, at, err) < 0)
		return -1;
	if (n > 5 && memcmp(buf, "From ", 5) == 0 && reeve_from_parse(buf + 5, n - 5, NULL))
		*line_r = at;
	return 0;
}

/* What must stand between the message and the next From_ line. */
static int finish(struct reeve_archive *archive, const struct archive_letter *letter,
                  struct reeve_source *src, struct reeve_error *err)
{
	const struct reeve_header *h = &letter->header;
	uint64_t length = letter->end - letter->start;
	unsigned char tail[3] = "";
	size_t n = length < sizeof tail ? (size_t)length : sizeof tail;
	const char *line_end = letter->has_cr ? "\r\n" : "\n";

	/* Behind a From_ line with nothing after it none is seen. */
	if (letter->is_joined && letter->is_bare)
		return add_text(archive, src, line_end, err);
	if (letter->is_joined)
		return 0;
	if (peek(src, tail, n, letter->end - n, err) < 0)
		return -1;
	/* A CR without LF is the message's own, and would become part of a bare LF. */
	if (tail[n - 1] == '\r')
		line_end = "\r\n";
	if (archive_is_empty_line(tail, n) || archive_ends_by_length(h, letter->end, tail, n))
		return 0;
	if (tail[n - 1] != '\n' && add_text(archive, src, line_end, err) < 0)
		return -1;
	/* A length that counts every byte up to the end of the box is right with one line end. */
	if (h->has_length && h->length > 0 && h->end + h->length == letter->end &&
	    tail[n - 1] != '\n')
		return 0;
	return add_text(archive, src, line_end, err);
}

int archive_add_letter(struct reeve_archive *archive, struct archive_letter *letter,
                       struct reeve_source *src, struct reeve_error *err)
{
	size_t count = letter->left_out == NULL ? 0 : reeve_edits_count(letter->left_out);
	uint64_t at = letter->start, unfinished = letter->end;
	unsigned char last;

	letter->is_bare = count == 1; /* fields side by side are one edit */
	for (size_t i = 0; i < count; i++) {
		const void *text;
		size_t n;
		struct reeve_span field = reeve_edits_at(letter->left_out, i, &text, &n);

		if (add_span(archive, src, at, field.offset, err) < 0)
			return -1;
		at = field.offset + field.length;
		letter->is_bare &= field.offset == letter->header.start && at == letter->end;
	}
	if (peek(src, &last, 1, letter->end - 1, err) < 0 ||
	    (last != '\n' && find_unfinished(letter, src, &unfinished, err) < 0))
		return -1;
	if (unfinished != letter->end && unfinished >= at) {
		if (add_span(archive, src, at, unfinished, err) < 0 ||
		    add_text(archive, src, ">", err) < 0)
			return -1;
		at = unfinished;
	}
	if (add_span(archive, src, at, letter->end, err) < 0)
		return -1;
	return finish(archive, letter, src, err);
}
