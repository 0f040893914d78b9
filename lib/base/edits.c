/* SPDX-License-Identifier: MIT */
/*
 * The ordered list of edits: spans in one array, the few texts in another.
 *
 * A prune of a big box has a span per removed message and one text at most, so a span is all that
 * an edit costs (16 bytes); a text is found by the number of its edit.
 */
#include "base/edits.h"
#include "base/error.h"
#include "base/number.h"
#include "base/rows.h"

#include <stdlib.h>
#include <string.h>

struct text {
	size_t edit; /* which edit brings it */
	size_t length;
	void *bytes;
};

struct reeve_edits {
	struct reeve_span *spans;
	size_t count, room;
	struct text *texts; /* in the order of their edits */
	size_t text_count, text_room;
	enum reeve_code failed; /* the first failure; REEVE_OK */
};

struct reeve_edits *reeve_edits_new(void)
{
	return calloc(1, sizeof(struct reeve_edits));
}

void reeve_edits_free(struct reeve_edits *edits)
{
	if (edits == NULL)
		return;
	for (size_t i = 0; i < edits->text_count; i++)
		free(edits->texts[i].bytes);
	free(edits->texts);
	free(edits->spans);
	free(edits);
}

static bool add_text(struct reeve_edits *edits, const void *text, size_t n)
{
	struct text *texts = reeve_rows_grow(edits->texts, sizeof *texts, edits->text_count,
	                                     &edits->text_room);

	if (texts == NULL)
		return false;
	edits->texts = texts;

	struct text *row = &texts[edits->text_count];
	row->edit = edits->count;
	row->length = n;
	row->bytes = malloc(n);
	if (row->bytes == NULL)
		return false;
	memcpy(row->bytes, text, n);
	edits->text_count++;
	return true;
}

static bool last_has_text(const struct reeve_edits *edits)
{
	return edits->text_count > 0 &&
	       edits->texts[edits->text_count - 1].edit == edits->count - 1;
}

void reeve_edits_add(struct reeve_edits *edits, struct reeve_span span, const void *text, size_t n)
{
	struct reeve_span *last = edits->count > 0 ? &edits->spans[edits->count - 1] : NULL;
	struct reeve_span *spans;
	uint64_t end;

	if (edits->failed != REEVE_OK)
		return;
	/* Not an assert: these bytes end up in somebody's mailbox, and refusing is always safe. */
	if (!reeve_add_size(span.offset, span.length, &end) ||
	    (last != NULL && span.offset < last->offset + last->length)) {
		edits->failed = REEVE_EUSAGE;
		return;
	}
	if (span.length == 0 && n == 0)
		return;
	if (last != NULL && n == 0 && span.offset == last->offset + last->length &&
	    !last_has_text(edits)) {
		last->length += span.length;
		return;
	}
	spans = reeve_rows_grow(edits->spans, sizeof *spans, edits->count, &edits->room);
	if (spans == NULL) {
		edits->failed = REEVE_ENOMEM;
		return;
	}
	edits->spans = spans;
	if (n > 0 && !add_text(edits, text, n)) {
		edits->failed = REEVE_ENOMEM;
		return;
	}
	spans[edits->count++] = span;
}

int reeve_edits_check(const struct reeve_edits *edits, struct reeve_error *err)
{
	if (edits->failed == REEVE_OK)
		return 0;
	if (edits->failed == REEVE_ENOMEM)
		return reeve_fail_nomem(err);
	return reeve_fail(err, edits->failed, "edits overlap or are out of order");
}

size_t reeve_edits_count(const struct reeve_edits *edits)
{
	return edits->count;
}

struct reeve_span reeve_edits_at(const struct reeve_edits *edits, size_t i, const void **text_r,
                                 size_t *n_r)
{
	size_t low = 0, high = edits->text_count;

	*text_r = NULL;
	*n_r = 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (edits->texts[middle].edit < i)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < edits->text_count && edits->texts[low].edit == i) {
		*text_r = edits->texts[low].bytes;
		*n_r = edits->texts[low].length;
	}
	return edits->spans[i];
}
