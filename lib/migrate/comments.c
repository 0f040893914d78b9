/* SPDX-License-Identifier: MIT */
/* Comments around lines that go or move: none is lost, and each keeps what it is about. */
#include "migrate/hop.h"

#include <string.h>

/* ---- what is between two things ------------------------------------------------------------ */

struct migrate_site *reeve_migrate_below(const struct migrate_hop *hop,
                                         const struct migrate_site *site)
{
	const struct migrate_page *page = &hop->pages[site->page];
	const struct reeve_node *nodes = page->doc->nodes;
	uint32_t n = nodes[site->node].next;

	if (n != 0 && nodes[n].kind == REEVE_NODE_BLANK)
		n = nodes[n].next;
	while (n != 0 && nodes[n].kind == REEVE_NODE_COMMENT)
		n = nodes[n].next;
	if (n == 0 || nodes[n].kind != nodes[site->node].kind || page->sites[n] == 0)
		return NULL;
	struct migrate_site *below = &hop->sites[page->sites[n] - 1];
	return below->up == site->up ? below : NULL;
}

const char *reeve_migrate_comment(struct migrate_hop *hop, const struct migrate_page *page,
                                  uint32_t node, const char *indent)
{
	const struct reeve_node *comment = &page->doc->nodes[node];
	uint32_t end = reeve_line_text_end(page->doc, comment->start, comment->end);

	return reeve_migrate_text(hop, "%s%.*s\n", indent, (int)(end - comment->note),
	                          (const char *)page->doc->bytes + comment->note);
}

void reeve_migrate_indent_between(struct migrate_hop *hop, const struct migrate_site *above,
                                  const struct migrate_site *below, const char *indent)
{
	struct migrate_page *page = &hop->pages[above->page];
	const struct reeve_node *nodes = page->doc->nodes;

	for (uint32_t n = nodes[above->node].next; n != below->node; n = nodes[n].next) {
		uint32_t line = reeve_migrate_line_of(page, nodes[n].start);

		if (nodes[n].kind == REEVE_NODE_COMMENT)
			reeve_migrate_instead(page, line, line,
			                      reeve_migrate_comment(hop, page, n, indent));
	}
}

/* ---- lines that go ------------------------------------------------------------------------- */

const char *reeve_migrate_note(struct migrate_hop *hop, const struct migrate_site *site)
{
	const struct reeve_node *node = reeve_migrate_node(hop, site);

	if (node->note_end <= node->note)
		return "";
	return reeve_migrate_text(hop, " %s",
	                          reeve_migrate_bytes(hop, site, node->note, node->note_end));
}

void reeve_migrate_drop(struct migrate_hop *hop, const struct migrate_site *site)
{
	struct migrate_page *page = &hop->pages[site->page];
	const char *note = reeve_migrate_note(hop, site);
	uint32_t first, last;

	reeve_migrate_lines(hop, site, &first, &last);
	if (*note != '\0')
		note = reeve_migrate_text(hop, "%s%s\n", reeve_migrate_indent(hop, page, first),
		                          note + 1);
	reeve_migrate_instead(page, first, last, *note == '\0' ? NULL : note);
}

void reeve_migrate_drop_end(struct migrate_hop *hop, const struct migrate_site *block)
{
	struct migrate_page *page = &hop->pages[block->page];
	const struct reeve_node *node = &page->doc->nodes[block->node];
	const unsigned char *bytes = page->doc->bytes;
	uint32_t line = reeve_migrate_line_of(page, node->body_end), at = node->body_end;
	uint32_t end = reeve_line_text_end(page->doc, at, node->end);
	const char *note = NULL;

	while (at < end && bytes[at] != '#')
		at++;
	if (at < end)
		note = reeve_migrate_text(hop, "%s%.*s\n", reeve_migrate_indent(hop, page, line),
		                          (int)(end - at), (const char *)bytes + at);
	reeve_migrate_instead(page, line, line, note);
}

static bool is_gone(const struct migrate_line *line)
{
	return line->is_dropped && line->before == NULL && line->instead == NULL &&
	       line->moved == NULL && line->after == NULL;
}

static bool is_blank(const struct migrate_page *page, uint32_t line)
{
	uint32_t at = page->starts[line];

	while (at < page->starts[line + 1] && strchr(" \t\r\n", page->doc->bytes[at]) != NULL &&
	       page->doc->bytes[at] != '\0')
		at++;
	return at == page->starts[line + 1];
}

void reeve_migrate_close_gap(struct migrate_page *page, uint32_t first, uint32_t last)
{
	uint32_t above = first, below = last + 1; /* above: the line + 1; 0: none */

	while (above > 0 && is_gone(&page->lines[above - 1]))
		above--;
	while (below < page->count && is_gone(&page->lines[below]))
		below++;
	if (below < page->count && is_blank(page, below)) {
		while (below < page->count && (above == 0 || is_blank(page, above - 1)) &&
		       is_blank(page, below))
			page->lines[below++].is_dropped = true;
	} else if (below == page->count) {
		while (above > 0 && is_blank(page, above - 1))
			page->lines[--above].is_dropped = true;
	}
}

void reeve_migrate_unwrap(struct migrate_hop *hop, const struct migrate_site *block)
{
	struct migrate_page *page = &hop->pages[block->page];
	uint32_t step = reeve_migrate_step(page, block->node), first, last, tail;

	reeve_migrate_lines(hop, block, &first, &last);
	tail = reeve_migrate_line_of(page, page->doc->nodes[block->node].body_end);
	for (uint32_t i = last + 1; i < tail; i++)
		page->lines[i].dedent += step;
	reeve_migrate_drop(hop, block);
	reeve_migrate_drop_end(hop, block);
}
