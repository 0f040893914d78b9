/* SPDX-License-Identifier: MIT */
/* Edits of an aliases file: a target or an entry less. */
#include "base/error.h"
#include "conf/aliases_edit.h"
#include "conf/cf_lines.h"
#include "conf/postfix.h"

#include <string.h>

/* The entry goes, but for comments inside it. */
static int remove_entry(struct reeve_doc *doc, uint32_t node, struct reeve_error *err)
{
	struct reeve_edits *edits = reeve_edits_new();
	int r;

	if (edits != NULL)
		reeve_pf_remove_lines(doc, edits, doc->nodes[node].start, doc->nodes[node].end);
	r = edits == NULL ? reeve_fail_nomem(err) : reeve_doc_apply(doc, edits, err);
	reeve_edits_free(edits);
	return r < 0 ? -1 : 1;
}

/* Whether [start, end) is one line or two that follow each other, without a comment between. */
static bool is_near(const struct reeve_doc *doc, uint32_t start, uint32_t end)
{
	uint32_t line = reeve_line_after(doc, start);

	return line > end || (reeve_cf_line(doc, line) == CF_MORE && reeve_line_after(doc, line) >= end);
}

/* The i-th of count targets goes, with one comma, and its line if there is nothing else in it. */
static void edit_less(const struct reeve_doc *doc, const struct reeve_span *targets, size_t i,
                      size_t count, struct reeve_edits *edits)
{
	uint32_t start = (uint32_t)targets[i].offset, end = start + (uint32_t)targets[i].length;
	uint32_t line = start, line_end = reeve_line_after(doc, end), before = 0, next = 0;

	while (line > 0 && doc->bytes[line - 1] != '\n')
		line--;
	if (i > 0)
		before = (uint32_t)(targets[i - 1].offset + targets[i - 1].length);
	if (i + 1 < count)
		next = (uint32_t)targets[i + 1].offset;

	bool is_alone = i > 0 && before <= line && (next == 0 || next >= line_end);
	if (is_alone && (next != 0 || !is_near(doc, before, end))) {
		/* The last one's comma stands behind the one before. */
		if (next == 0 && doc->bytes[before] == ',')
			reeve_pf_replace(edits, before, before + 1, "");
		reeve_pf_replace(edits, line, line_end, "");
	} else if (next != 0 && (i == 0 || next < line_end) && is_near(doc, start, next)) {
		reeve_pf_replace(edits, start, next, "");
	} else if (i > 0) {
		reeve_pf_replace(edits, before, end, "");
	} else {
		/* The first, behind the name, and comments below it: its comma goes, too. */
		end = reeve_cf_skip_space(doc, end, line_end);
		reeve_pf_replace(edits, start, end + (doc->bytes[end] == ','), "");
	}
}

/* One target of that name goes from an entry. 1, 0 if there is none, -1 with err. */
static int remove_target(struct reeve_doc *doc, uint32_t node, const char *target,
                         struct reeve_error *err)
{
	enum { ROOM = 1000 };
	struct reeve_span targets[ROOM];
	size_t count = 0, found = ROOM;
	struct reeve_buf plain, wanted;
	struct reeve_edits *edits;
	uint32_t at = 0;

	reeve_buf_init(&plain, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&wanted, REEVE_CONF_MAX_BYTES);
	while (count < ROOM && reeve_aliases_target(doc, node, &at, &targets[count])) {
		reeve_buf_clear(&plain);
		reeve_aliases_plain(doc, (uint32_t)targets[count].offset,
		                    (uint32_t)(targets[count].offset + targets[count].length),
		                    &plain);
		if (found == ROOM && reeve_aliases_same_target(reeve_buf_text(&plain), target)) {
			found = count;
		} else {
			reeve_buf_add_text(&wanted, reeve_buf_text(&plain));
			reeve_buf_add_byte(&wanted, '\n');
		}
		count++;
	}
	reeve_buf_dispose(&plain);
	if (found == ROOM || count == ROOM || count == 1) {
		reeve_buf_dispose(&wanted);
		if (count == ROOM)
			return reeve_fail(err, REEVE_EREFUSED, "an alias of '%s' has %d targets",
			                  doc->path, ROOM);
		return found == ROOM ? 0 : remove_entry(doc, node, err);
	}
	edits = reeve_edits_new();
	if (edits != NULL)
		edit_less(doc, targets, found, count, edits);
	return reeve_aliases_apply(doc, edits, reeve_aliases_number(doc, node), &wanted, err);
}

int reeve_aliases_remove(struct reeve_doc *doc, const char *name, const char *target,
                         struct reeve_error *err)
{
	bool is_changed = false;
	struct reeve_aliases_word word;
	int r = 0;

	if (target != NULL && reeve_aliases_word_init(&word, target, err) < 0)
		return -1;
	for (uint32_t i = doc->nodes[0].first; i != 0 && r >= 0;) {
		r = 0;
		if (reeve_aliases_is(doc, i, name))
			r = target == NULL
				? remove_entry(doc, i, err)
				: remove_target(doc, i, reeve_buf_text(&word.plain), err);
		is_changed |= r > 0;
		/* After a change the tree is another. */
		i = r > 0 ? doc->nodes[0].first : doc->nodes[i].next;
	}
	if (target != NULL)
		reeve_aliases_word_dispose(&word);
	return r < 0 ? -1 : is_changed;
}
