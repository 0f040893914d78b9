/* SPDX-License-Identifier: MIT */
/* From a query's choice to what really goes, and to edits. */
#include "mbox/choose.h"
#include "base/diag.h"
#include "base/error.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define OFFSET_BITS 48
#define OFFSET_MASK ((UINT64_C(1) << OFFSET_BITS) - 1)

/* More diagnostics about suspect pieces than this help nobody. */
#define HELD_BACK_NAMED 20

/* ---- the index ------------------------------------------------------------------------------ */

int reeve_index_add(struct reeve_index *index, const struct reeve_message *msg, bool is_chosen,
                    struct reeve_error *err)
{
	if (index->count == index->room) {
		size_t room = index->room == 0 ? 4096 : index->room * 2;
		uint64_t *more = realloc(index->messages, room * sizeof *more);
		if (more == NULL)
			return reeve_fail_nomem(err);
		index->messages = more;
		index->room = room;
	}
	uint64_t marks = (is_chosen ? REEVE_MARK_WANTED | REEVE_MARK_CHOSEN : 0) |
	                 (msg->flags & REEVE_FLAG_SEEN ? REEVE_MARK_SEEN : 0) |
	                 (msg->flags & REEVE_FLAG_FLAGGED ? REEVE_MARK_FLAGGED : 0) |
	                 (msg->is_suspect ? REEVE_MARK_SUSPECT : 0) |
	                 (msg->is_pseudo ? REEVE_MARK_PSEUDO : 0);
	if (index->count == 0)
		index->base = msg->is_pseudo ? (struct reeve_span){0} : msg->imapbase;
	index->messages[index->count++] = marks << OFFSET_BITS | msg->whole.offset;
	return 0;
}

void reeve_index_forget_last(struct reeve_index *index)
{
	if (index->count > 0)
		index->count--;
}

void reeve_index_dispose(struct reeve_index *index)
{
	free(index->messages);
	*index = (struct reeve_index){0};
}

uint64_t reeve_index_offset(const struct reeve_index *index, size_t i)
{
	return i == index->count ? index->size : index->messages[i] & OFFSET_MASK;
}

bool reeve_index_has(const struct reeve_index *index, size_t i, unsigned int marks)
{
	return ((index->messages[i] >> OFFSET_BITS) & marks) == marks;
}

static void keep(struct reeve_index *index, size_t i)
{
	index->messages[i] &= ~((uint64_t)REEVE_MARK_CHOSEN << OFFSET_BITS);
}

static bool has_pseudo(const struct reeve_index *index)
{
	return index->count > 0 && reeve_index_has(index, 0, REEVE_MARK_PSEUDO);
}

/* ---- groups: a message and the suspect pieces behind it ---------------------------------------- */

static size_t group_end(const struct reeve_index *index, size_t i)
{
	bool alone = reeve_index_has(index, i, REEVE_MARK_PSEUDO);

	for (i++; !alone && i < index->count && reeve_index_has(index, i, REEVE_MARK_SUSPECT); i++)
		continue;
	return i;
}

/* How many of [i, end) are chosen. */
static size_t count_chosen(const struct reeve_index *index, size_t i, size_t end)
{
	size_t n = 0;

	for (; i < end; i++)
		n += reeve_index_has(index, i, REEVE_MARK_CHOSEN);
	return n;
}

static void keep_group(struct reeve_index *index, size_t i, size_t end)
{
	for (; i < end; i++)
		keep(index, i);
}

static void keep_suspect_groups(struct reeve_index *index, struct reeve_prune_result *result)
{
	size_t end;

	for (size_t i = 0; i < index->count; i = end) {
		end = group_end(index, i);
		size_t chosen = count_chosen(index, i, end);
		if (chosen == 0 || chosen == end - i)
			continue;
		result->held_back += chosen;
		keep_group(index, i, end);
		index->messages[i] |= (uint64_t)REEVE_MARK_HELD << OFFSET_BITS;
	}
}

void reeve_tell_held_back(const struct reeve_index *index, const char *path,
                          const struct reeve_talk *talk, struct reeve_source *src)
{
	size_t groups = 0, end;

	for (size_t i = 0; i < index->count; i = end) {
		end = group_end(index, i);
		if (!reeve_index_has(index, i, REEVE_MARK_HELD) || groups++ >= HELD_BACK_NAMED)
			continue;

		size_t seq = i + 1 - has_pseudo(index);
		reeve_diag(talk, REEVE_WARNING, path,
		           reeve_source_line(src, reeve_index_offset(index, i + 1)), 1,
		           "message %zu may be a piece of message %zu that quotes a 'From ' line; "
		           "%s kept, since not %s chosen",
		           seq + 1, seq, end - i > 2 ? "these and the pieces behind are" : "both are",
		           end - i > 2 ? "all were" : "both were");
	}
	if (groups > HELD_BACK_NAMED)
		reeve_diag(talk, REEVE_WARNING, path, 0, 0,
		           "%zu more messages are kept for the same reason",
		           groups - HELD_BACK_NAMED);
}

/* ---- holding back ---------------------------------------------------------------------------- */

static void keep_by_wish(struct reeve_index *index, const struct reeve_prune *prune)
{
	size_t count = index->count - has_pseudo(index);
	size_t last = prune->keep_last < count ? index->count - (size_t)prune->keep_last : 0;

	for (size_t i = 0; i < index->count; i++) {
		if (reeve_index_has(index, i, REEVE_MARK_PSEUDO) || i >= last ||
		    (prune->keep_flagged && reeve_index_has(index, i, REEVE_MARK_FLAGGED)))
			keep(index, i);
	}
}

static bool is_all_seen(const struct reeve_index *index, size_t i, size_t end)
{
	for (; i < end; i++)
		if (!reeve_index_has(index, i, REEVE_MARK_SEEN))
			return false;
	return true;
}

/* How large the file would be without the chosen ones. */
static uint64_t size_after(const struct reeve_index *index)
{
	uint64_t size = index->size;
	size_t chosen = 0;

	for (size_t i = 0; i < index->count; i++) {
		if (!reeve_index_has(index, i, REEVE_MARK_CHOSEN))
			continue;
		size -= reeve_index_offset(index, i + 1) - reeve_index_offset(index, i);
		chosen++;
	}
	/* The first message's X-IMAPbase moves on to the one that is first then. */
	if (chosen > 0 && chosen < index->count && reeve_index_has(index, 0, REEVE_MARK_CHOSEN))
		size += index->base.length;
	return size;
}

/*
 * Of the chosen, keep all but the oldest that must go to reach the maximum: from the oldest on,
 * with read_first the groups that are all read, then the others. The oldest is the first in the
 * file, as mail was delivered.
 */
static void keep_below_maximum(struct reeve_index *index, const struct reeve_prune *prune)
{
	uint64_t size = index->size;

	for (int round = prune->read_first ? 0 : 1; round < 2; round++) {
		size_t end;
		for (size_t i = 0; i < index->count; i = end) {
			end = group_end(index, i);
			if (count_chosen(index, i, end) == 0)
				continue;
			bool read_round = is_all_seen(index, i, end) && prune->read_first;
			if (read_round != (round == 0))
				continue;
			if (size <= prune->max_size_bytes) {
				keep_group(index, i, end);
				continue;
			}
			size -= reeve_index_offset(index, end) - reeve_index_offset(index, i);
			if (i == 0 && end < index->count)
				size += index->base.length;
		}
	}
}

/* As the query said, nothing held back: the index may have been through a choice before. */
static void begin_again(struct reeve_index *index)
{
	for (size_t i = 0; i < index->count; i++) {
		uint64_t *message = &index->messages[i];

		*message &= ~((uint64_t)(REEVE_MARK_CHOSEN | REEVE_MARK_HELD) << OFFSET_BITS);
		if (reeve_index_has(index, i, REEVE_MARK_WANTED))
			*message |= (uint64_t)REEVE_MARK_CHOSEN << OFFSET_BITS;
	}
}

/* ---- the choice ------------------------------------------------------------------------------ */

static void count_all(const struct reeve_index *index, struct reeve_prune_result *result)
{
	result->messages_before = index->count - has_pseudo(index);
	result->bytes_before = index->size;
	result->unread_before = 0;
	for (size_t i = has_pseudo(index); i < index->count; i++)
		result->unread_before += !reeve_index_has(index, i, REEVE_MARK_SEEN);
}

static void count_removed(const struct reeve_index *index, struct reeve_prune_result *result)
{
	result->messages_removed = result->unread_removed = 0;
	for (size_t i = 0; i < index->count; i++) {
		if (!reeve_index_has(index, i, REEVE_MARK_CHOSEN))
			continue;
		result->messages_removed++;
		result->unread_removed += !reeve_index_has(index, i, REEVE_MARK_SEEN);
	}
	result->bytes_removed = index->size - size_after(index);
}

int reeve_choose(struct reeve_index *index, const char *path, const struct reeve_prune *prune,
                 struct reeve_prune_result *result, struct reeve_error *err)
{
	result->held_back = 0;
	count_all(index, result);
	if (prune->refuse_unread && result->unread_before > 0)
		return reeve_fail(err, REEVE_EREFUSED, "'%s' has %" PRIu64 " unread message%s", path,
		                  result->unread_before, result->unread_before == 1 ? "" : "s");
	begin_again(index);
	keep_by_wish(index, prune);
	keep_suspect_groups(index, result);
	if (prune->has_max_size)
		keep_below_maximum(index, prune);
	count_removed(index, result);
	return 0;
}

/* ---- edits ----------------------------------------------------------------------------------- */

static int drop_line(void *user, struct reeve_span line)
{
	struct reeve_edits *edits = user;

	reeve_edits_add(edits, line, NULL, 0);
	return 0;
}

/* The first message's X-IMAPbase lines into the message at `offset`, the first that stays. */
static int move_base(struct reeve_edits *edits, const struct reeve_index *index, uint64_t offset,
                     struct reeve_scan *scan, struct reeve_error *err)
{
	struct reeve_scan_mark mark = {.offset = offset, .has_first = true};
	struct reeve_message msg;
	unsigned char *base = NULL;
	int r = -1;

	if (index->base.length > REEVE_WINDOW_BYTES)
		return reeve_fail(err, REEVE_EFORMAT, "the X-IMAPbase header is %" PRIu64 " bytes long",
		                  index->base.length);
	size_t have, n = (size_t)index->base.length;
	const unsigned char *p = reeve_source_at(&scan->src, index->base.offset, n, &have, err);
	if (p == NULL)
		return -1;
	if (have < n)
		return reeve_fail(err, REEVE_ECHANGED, "the file shrank");
	base = malloc(n);
	if (base == NULL)
		return reeve_fail_nomem(err);
	memcpy(base, p, n);

	if (reeve_scan_resume(scan, &mark, err) < 0 || reeve_scan_next(scan, &msg, err) < 0)
		goto out;
	/* Right after the From_ line: Dovecot believes no X-UID that stands before it. */
	reeve_edits_add(edits, (struct reeve_span){.offset = msg.header.offset}, base, n);
	r = reeve_scan_forged(scan, &msg, drop_line, edits, err);
out:
	free(base);
	return r;
}

struct reeve_edits *reeve_chosen_edits(const struct reeve_index *index, struct reeve_scan *scan,
                                       struct reeve_error *err)
{
	struct reeve_edits *edits = reeve_edits_new();
	bool base_is_due = index->count > 0 && index->base.length > 0 &&
	                   reeve_index_has(index, 0, REEVE_MARK_CHOSEN);

	if (edits == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	for (size_t i = 0; i < index->count; i++) {
		uint64_t at = reeve_index_offset(index, i);

		if (reeve_index_has(index, i, REEVE_MARK_CHOSEN)) {
			struct reeve_span span = {at, reeve_index_offset(index, i + 1) - at};
			reeve_edits_add(edits, span, NULL, 0);
		} else if (base_is_due) {
			base_is_due = false;
			if (move_base(edits, index, at, scan, err) < 0)
				goto fail;
		}
	}
	if (reeve_edits_check(edits, err) == 0)
		return edits;
fail:
	reeve_edits_free(edits);
	return NULL;
}
