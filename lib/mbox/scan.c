/* SPDX-License-Identifier: MIT */
/*
 * The scanner: where each message of a mailbox begins and ends, and what it is.
 *
 * Where Dovecot 2.3 and 2.4 read a mailbox differently, and where we read it differently from
 * both, stands in docs/deviations.md.
 */
#include "mbox/scan.h"
#include "base/error.h"
#include "mbox/from.h"
#include "mbox/header.h"
#include "mbox/separator.h"
#include "mime/type.h"

#include <string.h>

enum {
	/* The window holds this much of a message before it is read: few headers are longer. */
	AHEAD = 16384,
	/* After a jump over a body of known length. */
	LITTLE = 32768,
};

/* Mixes the From_ line and header at [start, end) into the hash over all before. */
static int hash_header(struct reeve_scan *scan, uint64_t *hash, uint64_t start, uint64_t end,
                       struct reeve_error *err)
{
	struct reeve_source *src = &scan->src;
	uint64_t parts[4] = {*hash, start, end - start, 0};
	uint64_t offset = start;
	size_t have;
	const unsigned char *p;

	/* Mostly the header is still in the window, whole. */
	have = end - start < REEVE_WINDOW_BYTES ? (size_t)(end - start) : REEVE_WINDOW_BYTES;
	p = reeve_source_at(src, start, have, &have, err);
	if (p == NULL)
		return -1;
	if (have >= end - start) {
		parts[3] = reeve_hash(p, (size_t)(end - start));
	} else {
		reeve_hasher_reset(scan->hasher);
		while (offset < end) {
			p = reeve_source_at(src, offset, 1, &have, err);
			if (p == NULL)
				return -1;
			if (have > end - offset)
				have = (size_t)(end - offset);
			reeve_hasher_add(scan->hasher, p, have);
			offset += have;
		}
		parts[3] = reeve_hasher_value(scan->hasher);
	}
	*hash = reeve_hash(parts, sizeof parts);
	return 0;
}

/* The message's From_ line, mostly found a moment ago: *header_r is where its header begins. */
static int read_from(struct reeve_scan *scan, uint64_t offset, uint64_t *header_r,
                     struct reeve_error *err)
{
	if (!scan->has_from || scan->from != offset) {
		int is_from = reeve_separator_at(scan, offset, err);

		if (is_from < 0)
			return -1;
		if (is_from == 0)
			return offset == 0 ? reeve_fail(err, REEVE_EFORMAT, "no From_ line at its beginning")
			                   : reeve_fail(err, REEVE_ECHANGED, "another program rewrote it");
	}
	*header_r = scan->from_end;
	if (scan->from_end == 0)
		return reeve_line_end(scan, offset, scan->src.size, header_r, err);
	return 0;
}

/* Where a body's Content-Length leads, if it can be believed: 1 with *end_r and *next_r, 0, -1. */
static int believe_length(struct reeve_scan *scan, const struct reeve_header *h, uint64_t body,
                          uint64_t *end_r, uint64_t *next_r, struct reeve_error *err)
{
	/* A length of nothing leads to where the search begins. */
	if (!h->has_length || h->length == 0 || h->length >= scan->src.size - body)
		return 0;
	*end_r = body + h->length;
	return reeve_separator_by_length(scan, *end_r, next_r, err);
}

/*
 * Where the line end before a separator begins that ended the header, CR included: Dovecot counts
 * Content-Length from there, for lack of an empty line.
 */
static int before_separator(struct reeve_scan *scan, const struct reeve_header *h,
                            uint64_t *offset_r, struct reeve_error *err)
{
	size_t have;
	uint64_t offset = h->end - 1;

	if (offset > h->start) {
		const unsigned char *p = reeve_source_at(&scan->src, offset - 1, 2, &have, err);

		if (p == NULL)
			return -1;
		if (p[0] == '\r')
			offset--;
	}
	*offset_r = offset;
	return 0;
}

/* The header's size, without the last line end if that one belongs to the next separator. */
static uint64_t header_size(const struct reeve_header *h, bool is_all)
{
	return h->size_virtual - (is_all ? h->last_end : 0);
}

/* The body's end by its length: count up to there. */
static int measure_by_length(struct reeve_scan *scan, struct reeve_header *h, uint64_t end,
                             uint64_t next, uint64_t *size_r, struct reeve_error *err)
{
	if (h->ended_by != REEVE_HEADER_EMPTY_LINE) {
		/* Read as one message, its header goes on after the From_ line in it. */
		unsigned int needs = h->needs;

		reeve_header_init(h, scan, h->start);
		h->needs = needs;
		h->limit = end;
		h->is_cut = false;
		if (reeve_header_read(h, err) < 0)
			return -1;
	}

	struct reeve_body body = {.offset = h->end, .before = '\n'};
	if (reeve_body_count(scan, &body, end, err) < 0)
		return -1;
	/* A CR before the file's last line end belongs to that, whatever the length says. */
	if (next == scan->src.size && next - end == 1 && body.before == '\r' && end > h->end)
		end--;
	*size_r = header_size(h, false) + (end - h->end) + body.bare;
	return 0;
}

/* Search for the body's end. */
static int measure_by_search(struct reeve_scan *scan, struct reeve_header *h, uint64_t *next_r,
                             uint64_t *size_r, struct reeve_error *err)
{
	bool is_counted = (h->needs & REEVE_NEED_SIZE) != 0;
	struct reeve_body body = {.offset = h->end, .before = '\n'};

	if (h->ended_by != REEVE_HEADER_EMPTY_LINE) {
		*next_r = h->end;
	} else if (reeve_separator_search(scan, h->end - 1, is_counted ? &body : NULL, next_r,
	                                  err) < 0) {
		return -1;
	}
	/* The line end before a separator, or before the end of the file, is not the body's. */
	uint64_t end = body.offset;
	if (end < *next_r && end > h->end && body.before == '\r')
		end--;
	*size_r = header_size(h, *next_r == h->end) + (end - h->end) + body.bare;
	return 0;
}

/* *next_r is where the next message begins, *size_r the size of this one if that is needed. */
static int find_end(struct reeve_scan *scan, struct reeve_header *h, uint64_t *next_r,
                    uint64_t *size_r, struct reeve_error *err)
{
	struct reeve_source *src = &scan->src;
	uint64_t body = h->end, end;
	int is_believed;

	if (h->ended_by == REEVE_HEADER_SEPARATOR && h->has_length &&
	    before_separator(scan, h, &body, err) < 0)
		return -1;
	is_believed = believe_length(scan, h, body, &end, next_r, err);
	if (is_believed < 0)
		return -1;
	if (is_believed == 0)
		return measure_by_search(scan, h, next_r, size_r, err);
	if ((h->needs & REEVE_NEED_SIZE) != 0 ||
	    ((h->needs & REEVE_NEED_SENT) != 0 && h->ended_by != REEVE_HEADER_EMPTY_LINE))
		return measure_by_length(scan, h, end, *next_r, size_r, err);
	if (*next_r > src->start + src->filled)
		src->most = LITTLE;
	return 0;
}

/* The UID Dovecot gives a message that brings no credible one. */
static uint32_t next_uid(struct reeve_scan_mark *mark)
{
	return mark->next_uid < UINT32_MAX ? mark->next_uid++ : UINT32_MAX;
}

/* What the header said, into the message and into the mark after it. */
static void fill_message(struct reeve_message *msg, const struct reeve_header *h,
                         struct reeve_scan_mark *mark)
{
	msg->flags = h->flags;
	msg->is_pseudo = h->is_pseudo;
	msg->is_suspect = !h->is_pseudo && !(h->begins_well && h->has_trace);
	msg->header = (struct reeve_span){h->start, h->end - h->start};
	msg->imapbase = h->imapbase;

	mark->next_uid = h->next_uid;
	mark->last_uid = h->uid;
	mark->uid_validity = h->uid_validity;
	mark->has_first = true;
	if (!h->is_pseudo) {
		msg->seq = ++mark->seq;
		if (mark->last_uid == 0)
			mark->last_uid = next_uid(mark);
		if (h->needs & REEVE_NEED_UID)
			msg->uid = mark->last_uid;
	}
}

/* A header that goes with the message at the scan's mark, yet to be read. */
static void begin_header(struct reeve_header *h, struct reeve_scan *scan, uint64_t start,
                         const struct reeve_scan_mark *mark)
{
	reeve_header_init(h, scan, start);
	h->is_first = !mark->has_first;
	h->next_uid = mark->next_uid;
	h->last_uid = mark->last_uid;
	h->uid_validity = mark->uid_validity;
}

int reeve_scan_init(struct reeve_scan *scan, int fd, unsigned int needs, struct reeve_error *err)
{
	*scan = (struct reeve_scan){.needs = needs, .mark = {.next_uid = 1}};
	if (reeve_source_init(&scan->src, fd, err) < 0)
		return -1;
	scan->hasher = reeve_hasher_new();
	if (scan->hasher == NULL) {
		reeve_scan_dispose(scan);
		return reeve_fail_nomem(err);
	}
	return 0;
}

int reeve_scan_next(struct reeve_scan *scan, struct reeve_message *msg, struct reeve_error *err)
{
	struct reeve_scan_mark mark = scan->mark;
	struct reeve_header h;
	uint64_t start, next;
	size_t have;

	if (mark.offset >= scan->src.size)
		return 0;
	*msg = (struct reeve_message){0};
	if (reeve_source_at(&scan->src, mark.offset, AHEAD, &have, err) == NULL ||
	    read_from(scan, mark.offset, &start, err) < 0)
		return -1;
	if (scan->needs & REEVE_NEED_RECEIVED)
		msg->received = scan->received;

	begin_header(&h, scan, start, &mark);
	h.needs = scan->needs;
	if (reeve_header_read(&h, err) < 0 ||
	    hash_header(scan, &mark.headers_hash, mark.offset, h.end, err) < 0)
		return -1;
	fill_message(msg, &h, &mark);

	if (find_end(scan, &h, &next, &msg->size_virtual, err) < 0)
		return -1;
	if ((scan->needs & REEVE_NEED_SIZE) == 0)
		msg->size_virtual = 0;
	msg->sent = h.sent;
	msg->sent_zone_minutes = h.sent_zone_minutes;
	msg->whole = (struct reeve_span){mark.offset, next - mark.offset};
	mark.offset = next;
	scan->mark = mark;
	return 1;
}

void reeve_scan_dispose(struct reeve_scan *scan)
{
	if (scan == NULL)
		return;
	reeve_source_dispose(&scan->src);
	reeve_hasher_free(scan->hasher);
	scan->hasher = NULL;
}

int reeve_scan_resume(struct reeve_scan *scan, const struct reeve_scan_mark *mark,
                      struct reeve_error *err)
{
	if (mark->offset > scan->src.size)
		return reeve_fail(err, REEVE_ECHANGED, "the file became shorter");
	scan->mark = *mark;
	scan->has_from = false;
	return 0;
}

int reeve_scan_verify(struct reeve_scan *scan, const struct reeve_scan_mark *mark,
                      bool (*next)(void *user, uint64_t *offset_r), void *user,
                      struct reeve_error *err)
{
	struct reeve_scan_mark seen = {.next_uid = 1};
	struct reeve_source *src = &scan->src;
	size_t most = src->most;
	uint64_t offset, start;
	int ret = 0;

	/* The window may be older than the file is now. */
	src->filled = 0;
	while (next(user, &offset)) {
		struct reeve_header h;

		if (offset < seen.offset || offset >= src->size)
			goto out;
		/* Bodies longer than a few reads are jumped over. */
		src->most = offset - seen.offset > LITTLE ? AHEAD : REEVE_READ_BYTES;
		seen.offset = offset;
		ret = reeve_separator_at(scan, offset, err);
		if (ret <= 0)
			goto out;
		ret = -1;
		if (read_from(scan, offset, &start, err) < 0)
			goto out;
		begin_header(&h, scan, start, &seen);
		if (reeve_header_read(&h, err) < 0 ||
		    hash_header(scan, &seen.headers_hash, offset, h.end, err) < 0)
			goto out;
		ret = 0;
	}
	ret = seen.headers_hash == mark->headers_hash;
	if (ret > 0 && mark->offset < src->size)
		ret = reeve_separator_at(scan, mark->offset, err);
out:
	scan->has_from = false;
	src->most = most;
	return ret;
}

int reeve_scan_forged(struct reeve_scan *scan, const struct reeve_message *msg,
                      int (*fn)(void *user, struct reeve_span field), void *user,
                      struct reeve_error *err)
{
	struct reeve_header h;

	reeve_header_init(&h, scan, msg->header.offset);
	h.each = fn;
	h.user = user;
	return reeve_header_read(&h, err);
}

int reeve_scan_check(struct reeve_source *src, const char *path, struct reeve_error *err)
{
	char what[200];
	size_t have;
	const unsigned char *p = reeve_source_at(src, 0, 5 + REEVE_FROM_LOOK, &have, err);

	if (p == NULL)
		return reeve_fail_prefix(err, "cannot read '%s'", path);
	if (have == 0)
		return 0;
	/* A lone From_ line that does not end is none. */
	if (have > 5 && memcmp(p, "From ", 5) == 0 && reeve_from_parse(p + 5, have - 5, NULL) &&
	    (have < src->size || memchr(p, '\n', have) != NULL))
		return 0;

	reeve_type_describe(p, have, what, sizeof what);
	return reeve_fail(err, REEVE_EFORMAT, "'%s' is not an mbox%s%s", path,
	                  what[0] != '\0' ? ": " : "", what);
}
