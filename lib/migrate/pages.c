/* SPDX-License-Identifier: MIT */
/* What becomes of each line, and how that becomes edits. */
#include "base/buf.h"
#include "base/edits.h"
#include "base/error.h"
#include "migrate/hop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- text ---------------------------------------------------------------------------------- */

/* Text where there is no memory for any. */
static char *nothing(struct migrate_hop *hop)
{
	static char nothing[1];

	hop->has_failed = true;
	return nothing;
}

char *reeve_migrate_copy(struct migrate_hop *hop, const void *bytes, size_t n)
{
	char *copy = reeve_arena_strndup(hop->arena, bytes, n);

	return copy != NULL ? copy : nothing(hop);
}

char *reeve_migrate_text(struct migrate_hop *hop, const char *fmt, ...)
{
	char *text;
	va_list args;

	va_start(args, fmt);
	text = reeve_arena_vformat(hop->arena, fmt, args);
	va_end(args);
	return text != NULL ? text : nothing(hop);
}

uint32_t reeve_migrate_line_of(const struct migrate_page *page, uint32_t offset)
{
	uint32_t low = 0, high = page->count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (page->starts[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void reeve_migrate_before(struct migrate_hop *hop, struct migrate_line *line, const char *text)
{
	line->before =
		line->before == NULL ? text : reeve_migrate_text(hop, "%s%s", line->before, text);
}

void reeve_migrate_after(struct migrate_hop *hop, struct migrate_line *line, const char *text)
{
	line->after =
		line->after == NULL ? text : reeve_migrate_text(hop, "%s%s", line->after, text);
}

void reeve_migrate_instead(struct migrate_page *page, uint32_t first, uint32_t last,
                           const char *text)
{
	for (uint32_t i = first; i <= last && i < page->count; i++)
		page->lines[i].is_dropped = true;
	page->lines[first].instead = text;
}

void reeve_migrate_carry_to(struct migrate_hop *hop, struct migrate_page *page, uint32_t line,
                            uint32_t to, const char *text)
{
	struct migrate_piece *piece = reeve_arena_alloc(hop->arena, sizeof *piece);
	struct migrate_line *above = &page->lines[to];

	reeve_migrate_instead(page, line, line, NULL);
	if (piece == NULL) {
		hop->has_failed = true;
		return;
	}
	*piece = (struct migrate_piece){text, page->origins[line], NULL};
	*(above->moved == NULL ? &above->moved : above->last) = piece;
	above->last = &piece->next;
}

/* ---- indentation --------------------------------------------------------------------------- */

static bool is_blank(unsigned char byte)
{
	return byte == ' ' || byte == '\t';
}

/* How many bytes of white space a line begins with, and how many columns they are. */
static uint32_t white(const struct migrate_page *page, uint32_t line, uint32_t *columns_r)
{
	uint32_t at = page->starts[line], end = page->starts[line + 1], columns = 0;

	for (; at < end && is_blank(page->doc->bytes[at]); at++)
		columns = page->doc->bytes[at] == '\t' ? columns / 8 * 8 + 8 : columns + 1;
	*columns_r = columns;
	return at - page->starts[line];
}

uint32_t reeve_migrate_columns(const struct migrate_page *page, uint32_t line)
{
	uint32_t columns;

	white(page, line, &columns);
	return columns;
}

const char *reeve_migrate_indent(struct migrate_hop *hop, const struct migrate_page *page,
                                 uint32_t line)
{
	const unsigned char *bytes = page->doc->bytes + page->starts[line];
	uint32_t columns, n = white(page, line, &columns), dedent = page->lines[line].dedent;

	if (dedent == 0)
		return reeve_migrate_copy(hop, bytes, n);
	columns = dedent < columns ? columns - dedent : 0;
	/* Tabs stay tabs where they can. */
	if (memchr(bytes, '\t', n) != NULL && columns % 8 == 0)
		return reeve_migrate_text(hop, "%.*s", (int)(columns / 8),
		                          "\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t");
	return reeve_migrate_text(hop, "%*s", (int)columns, "");
}

uint32_t reeve_migrate_step(const struct migrate_page *page, uint32_t block)
{
	const struct reeve_doc *doc = page->doc;
	const struct reeve_node *nodes = doc->nodes;
	uint32_t outer =
		reeve_migrate_columns(page, reeve_migrate_line_of(page, nodes[block].start));

	for (int pass = 0; pass < 2; pass++)
		for (uint32_t n = nodes[block].first; n != 0; n = nodes[n].next) {
			uint32_t line = reeve_migrate_line_of(page, nodes[n].start);
			bool counts = nodes[n].kind == REEVE_NODE_SETTING ||
			              nodes[n].kind == REEVE_NODE_BLOCK ||
			              nodes[n].kind == REEVE_NODE_INCLUDE ||
			              (pass == 1 && nodes[n].kind == REEVE_NODE_COMMENT);

			if (counts && reeve_migrate_columns(page, line) > outer)
				return reeve_migrate_columns(page, line) - outer;
		}
	return 0;
}

/* How many lines lie between a line and a block; 0: it is in it. */
static uint32_t lines_between(const struct migrate_page *page, const struct reeve_node *block,
                              uint32_t line)
{
	uint32_t first = reeve_migrate_line_of(page, block->start);
	uint32_t last = reeve_migrate_line_of(page, block->end > block->start ? block->end - 1
	                                                                      : block->end);

	return line < first ? first - line : line > last ? line - last : 0;
}

const char *reeve_migrate_deeper(struct migrate_hop *hop, const struct migrate_page *page,
                                 uint32_t line, const char *indent)
{
	const struct reeve_node *nodes = page->doc->nodes;
	uint32_t best = 0, best_step = 0, nearest = UINT32_MAX;

	/* As the nearest block does it that has something in it; of those around, the innermost. */
	for (uint32_t n = reeve_tree_next(page->doc, 0); n != 0;
	     n = reeve_tree_next(page->doc, n)) {
		uint32_t step, between;

		if (nodes[n].kind != REEVE_NODE_BLOCK ||
		    (between = lines_between(page, &nodes[n], line)) > nearest ||
		    (between == nearest && between > 0) ||
		    (step = reeve_migrate_step(page, n)) == 0)
			continue;
		best = n;
		best_step = step;
		nearest = between;
	}
	if (best == 0)
		return reeve_migrate_text(hop, "%s  ", indent);
	line = reeve_migrate_line_of(page, nodes[nodes[best].first].start);
	if (best_step == 8 && page->doc->bytes[page->starts[line]] == '\t')
		return reeve_migrate_text(hop, "%s\t", indent);
	return reeve_migrate_text(hop, "%s%*s", indent, (int)(best_step > 8 ? 8 : best_step), "");
}

/* ---- edits --------------------------------------------------------------------------------- */

/* Texts with the file's line ends. Each line of it comes from line `origin` of the file. */
struct out {
	struct reeve_buf text;    /* of the edit at hand */
	struct reeve_buf origins; /* uint32_t each */
	const char *eol;
};

static void put(struct out *out, const char *text, uint32_t origin)
{
	for (; text != NULL && *text != '\0';) {
		size_t n = strcspn(text, "\n"), end = n;

		/* A value over two lines has the file's line ends already. */
		if (text[n] == '\n' && n > 0 && text[n - 1] == '\r' && out->eol[0] == '\r')
			end--;
		reeve_buf_add(&out->text, text, end);
		reeve_buf_add_text(&out->text, out->eol);
		reeve_buf_add(&out->origins, &origin, sizeof origin);
		text += n + (text[n] == '\n');
	}
}

static void carry_line(struct migrate_hop *hop, struct migrate_page *page, uint32_t i,
                       struct reeve_edits *edits, struct out *out)
{
	const struct migrate_line *line = &page->lines[i];
	uint32_t start = page->starts[i], end = page->starts[i + 1], origin = page->origins[i],
		 columns;
	bool is_open = i == page->count - 1 && (end == start || page->doc->bytes[end - 1] != '\n');

	reeve_buf_clear(&out->text);
	put(out, line->before, origin);
	if (!line->is_dropped) {
		uint32_t keep = start;

		if (line->dedent > 0) {
			keep += white(page, i, &columns);
			reeve_buf_add_text(&out->text, reeve_migrate_indent(hop, page, i));
		}
		reeve_edits_add(edits, (struct reeve_span){start, keep - start}, out->text.bytes,
		                out->text.length);
		reeve_buf_add(&out->origins, &origin, sizeof origin);
		reeve_buf_clear(&out->text);
		start = end;
		if ((line->after != NULL || line->moved != NULL) && is_open)
			reeve_buf_add_text(&out->text, out->eol);
	}
	put(out, line->instead, origin);
	for (const struct migrate_piece *p = line->moved; p != NULL; p = p->next)
		put(out, p->text, p->origin);
	put(out, line->after, origin);
	/* A file without a line end at its end stays so. */
	if (is_open && out->text.length >= strlen(out->eol))
		out->text.length -= strlen(out->eol);
	reeve_edits_add(edits, (struct reeve_span){start, end - start}, out->text.bytes,
	                out->text.length);
}

static bool is_changed(const struct migrate_page *page)
{
	for (uint32_t i = 0; i < page->count; i++) {
		const struct migrate_line *line = &page->lines[i];

		if (line->before != NULL || line->after != NULL || line->moved != NULL ||
		    line->is_dropped || line->dedent > 0)
			return true;
	}
	return false;
}

static int carry_page(struct migrate_hop *hop, struct migrate_page *page, uint32_t **origins,
                      struct reeve_error *err)
{
	struct reeve_edits *edits = reeve_edits_new();
	struct out out = {.eol = page->eol};
	int r = -1;

	reeve_buf_init(&out.text, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&out.origins, SIZE_MAX);
	if (edits == NULL) {
		reeve_fail_nomem(err);
		goto out;
	}
	for (uint32_t i = 0; i < page->count; i++)
		carry_line(hop, page, i, edits, &out);
	if (out.origins.length == 0) /* a file of which nothing is left */
		reeve_buf_add(&out.origins, &(uint32_t){1}, sizeof(uint32_t));
	if (hop->has_failed || out.text.has_failed || out.origins.has_failed) {
		reeve_fail_nomem(err);
		goto out;
	}
	r = reeve_doc_apply(page->doc, edits, err);
	if (r == 0) {
		free(*origins);
		*origins = (uint32_t *)(void *)out.origins.bytes;
		out.origins.bytes = NULL;
	}
out:
	reeve_edits_free(edits);
	reeve_buf_dispose(&out.text);
	reeve_buf_dispose(&out.origins);
	return r;
}

int reeve_migrate_carry(struct migrate_hop *hop, struct reeve_error *err)
{
	if (hop->has_failed)
		return reeve_fail_nomem(err);
	for (uint32_t i = 0; i < hop->page_count; i++) {
		if (is_changed(&hop->pages[i]) &&
		    carry_page(hop, &hop->pages[i], &hop->migrate->origins[i], err) < 0)
			return -1;
	}
	return 0;
}
