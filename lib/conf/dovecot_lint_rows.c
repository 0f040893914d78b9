/* SPDX-License-Identifier: MIT */
/* Settings that are set again, and settings outside of blocks that come too late for those inside.
 */
#include "conf/dovecot_lint.h"

#include <stdlib.h>
#include <string.h>

/* "line 7", or "FILE:7" in another file. */
static void add_where(struct reeve_buf *buf, const struct reeve_row *row,
                      const struct reeve_doc *from)
{
	uint64_t line, column;
	char digits[24], *p = digits + sizeof digits;

	reeve_doc_where(row->doc, row->doc->nodes[row->node].name, &line, &column);
	do
		*--p = (char)('0' + line % 10);
	while ((line /= 10) > 0);
	if (row->doc == from) {
		reeve_buf_add_text(buf, "line ");
	} else {
		reeve_buf_add_text(buf, row->doc->path);
		reeve_buf_add_text(buf, ":");
	}
	reeve_buf_add(buf, p, (size_t)(digits + sizeof digits - p));
}

/*
 * Set again later, so that this one is never used. In one file that is a slip; a later file that
 * overrides an earlier one may be there for it.
 */
static void check_shadow(struct dovecot_lint *lint, const struct reeve_row *row)
{
	const struct reeve_eval *eval = lint->eval;
	const struct reeve_row *later;
	struct reeve_buf where;

	if (!row->is_shadowed || row->item == REEVE_NONE)
		return;
	later = &eval->rows[eval->items[row->item].row];
	if (later == row || (later->doc == row->doc && later->node == row->node))
		return;
	reeve_buf_init(&where, 500);
	add_where(&where, later, row->doc);
	dovecot_lint_say(lint, later->doc == row->doc ? REEVE_WARNING : REEVE_NOTE, row->doc,
	                 row->doc->nodes[row->node].name, "'%s' is not used: it is set again in %s",
	                 row->name, reeve_buf_text(&where));
	reeve_buf_dispose(&where);
}

/* Whether all blocks around a place are filters, of which at least one. */
static bool is_in_filter(const struct dovecot_lint *lint, uint32_t n)
{
	const struct reeve_place *places = lint->eval->places->places;

	unsigned int depth = 0;

	if (n == 0)
		return false;
	for (; n != 0; n = places[n].parent) {
		const char *type = places[n].type;

		if (++depth > REEVE_EVAL_DEPTH)
			return false;

		if (strcmp(type, "protocol") != 0 && strcmp(type, "local") != 0 &&
		    strcmp(type, "local_name") != 0 && strcmp(type, "remote") != 0)
			return false;
	}
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct reeve_row *const *x = a, *const *y = b;
	int c = strcmp((*x)->name, (*y)->name);

	return c != 0 ? c : (*x)->seq < (*y)->seq ? -1 : (*x)->seq > (*y)->seq;
}

/*
 * A setting inside `protocol imap { }` has its value from what is set outside so far; what comes
 * later does not change it (config_parser_check_warnings()).
 */
static void check_late(struct dovecot_lint *lint)
{
	const struct reeve_eval *eval = lint->eval;
	const struct reeve_row **rows = malloc((eval->row_count + 1) * sizeof(struct reeve_row *));
	const struct reeve_row *inside = NULL;
	uint32_t count = 0;

	if (rows == NULL) {
		lint->has_failed = true;
		return;
	}
	for (uint32_t i = 0; i < eval->row_count; i++)
		rows[count++] = &eval->rows[i];
	qsort(rows, count, sizeof(struct reeve_row *), by_name);
	for (uint32_t i = 0; i < count; i++) {
		const struct reeve_row *row = rows[i];
		struct reeve_buf where;

		if (i == 0 || strcmp(row->name, rows[i - 1]->name) != 0)
			inside = NULL;
		if (inside == NULL && is_in_filter(lint, row->place))
			inside = row;
		if (inside == NULL || row->place != 0)
			continue;
		reeve_buf_init(&where, 500);
		add_where(&where, inside, row->doc);
		dovecot_lint_say(lint, REEVE_WARNING, row->doc, row->doc->nodes[row->node].name,
		                 "'%s' comes too late for the block in %s, which sets it, too",
		                 row->name, reeve_buf_text(&where));
		reeve_buf_dispose(&where);
	}
	free(rows);
}

void dovecot_lint_rows(struct dovecot_lint *lint)
{
	for (uint32_t i = 0; i < lint->eval->row_count; i++)
		check_shadow(lint, &lint->eval->rows[i]);
	check_late(lint);
}
