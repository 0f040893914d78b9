/* SPDX-License-Identifier: MIT */
/*
 * Blocks of one name, of which we made one: a person would have written one block.
 *
 * Below each other they become one where they stand. If other things are between, the lines of one
 * go to the other. Comments must not suffer: none may come to stand above another setting than
 * before, and their order stays, so what is between and what moves may not both have some. What is
 * meant must be the same: nothing moves across an include, which may set the same, and nothing that
 * refers to other settings ($name), for their order counts.
 */
#include "migrate/hop.h"

#include <string.h>

/* Blocks that Dovecot joins, too. */
static bool is_joined(const struct migrate_site *site)
{
	static const char *const types[] = {"service", "inet_listener", "unix_listener",
	                                    "fifo_listener", "protocol"};

	if (site->thing.name == NULL)
		return false;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(site->thing.type, types[i]) == 0)
			return *site->value != '\0';
	return strcmp(site->thing.type, "plugin") == 0;
}

/* The bytes of a line without white space around it. */
static const char *stripped(struct migrate_hop *hop, const unsigned char *bytes, uint32_t from,
                            uint32_t to)
{
	while (from < to && strchr(" \t", bytes[from]) != NULL && bytes[from] != '\0')
		from++;
	while (to > from && strchr(" \t\r\n", bytes[to - 1]) != NULL && bytes[to - 1] != '\0')
		to--;
	return reeve_migrate_copy(hop, bytes + from, to - from);
}

/* The line of the file that was read where the head of a block comes from, from 1. */
static uint32_t origin(struct migrate_hop *hop, const struct migrate_site *site)
{
	const struct migrate_page *page = reeve_migrate_page(hop, site);

	return page->origins[reeve_migrate_line_of(page, reeve_migrate_node(hop, site)->name)];
}

static const char *old_line(struct migrate_hop *hop, const struct migrate_site *site, uint32_t line)
{
	const struct reeve_doc *doc = reeve_migrate_page(hop, site)->doc;
	uint32_t start = hop->migrate->starts[site->page][line - 1], end = start;

	while (end < doc->read.size && doc->read.bytes[end] != '\n')
		end++;
	return stripped(hop, doc->read.bytes, start, end);
}

/* Whether the head of a block was not in the file that was read, in the line that it comes from. */
static bool is_ours(struct migrate_hop *hop, const struct migrate_site *site)
{
	const struct migrate_page *page = reeve_migrate_page(hop, site);
	uint32_t line = reeve_migrate_line_of(page, reeve_migrate_node(hop, site)->name);

	return strcmp(stripped(hop, page->doc->bytes, page->starts[line], page->starts[line + 1]),
	              old_line(hop, site, origin(hop, site))) != 0;
}

/* Protocols are not made, only broken: whether these were two before. */
static bool were_two(struct migrate_hop *hop, const struct migrate_site *site,
                     const struct migrate_site *other)
{
	if (strcmp(site->thing.type, "protocol") != 0)
		return false;
	for (uint32_t i = origin(hop, site) + 1; i <= origin(hop, other); i++)
		if (strncmp(old_line(hop, site, i), "protocol", 8) == 0)
			return true;
	return false;
}

/* Head, content and end have lines of their own, and there is no comment on the first and the last.
 */
static bool is_plain(struct migrate_hop *hop, const struct migrate_site *site)
{
	const struct migrate_page *page = reeve_migrate_page(hop, site);
	const struct reeve_node *node = reeve_migrate_node(hop, site);

	return reeve_migrate_is_closed(hop, site) && reeve_migrate_is_on_lines(hop, site) &&
	       node->note_end <= node->note &&
	       strcmp(stripped(hop, page->doc->bytes, node->body_end, node->end), "}") == 0;
}

static bool is_same(const struct migrate_site *a, const struct migrate_site *b)
{
	return b->thing.name != NULL && strcmp(a->thing.type, b->thing.type) == 0 &&
	       strcmp(a->value, b->value) == 0;
}

/* The indentation of what is in a block; NULL: nothing. */
static const char *inner(struct migrate_hop *hop, const struct migrate_site *site)
{
	const struct migrate_page *page = reeve_migrate_page(hop, site);
	const struct reeve_node *nodes = page->doc->nodes;

	for (uint32_t n = nodes[site->node].first; n != 0; n = nodes[n].next)
		if (nodes[n].kind != REEVE_NODE_BLANK)
			return reeve_migrate_indent(hop, page,
			                            reeve_migrate_line_of(page, nodes[n].start));
	return NULL;
}

/* ---- below each other ---------------------------------------------------------------------- */

static bool join_next(struct migrate_hop *hop, struct migrate_site *site)
{
	struct migrate_page *page = reeve_migrate_page(hop, site);
	struct migrate_site *below = reeve_migrate_below(hop, site);
	uint32_t tail = reeve_migrate_line_of(page, page->doc->nodes[site->node].body_end);
	uint32_t first, last;

	if (below == NULL || !is_same(site, below) || !is_plain(hop, site) ||
	    !is_plain(hop, below) || (!is_ours(hop, site) && !is_ours(hop, below)))
		return false;
	const char *indent = inner(hop, below);
	reeve_migrate_instead(page, tail, tail, NULL);
	reeve_migrate_lines(hop, below, &first, &last);
	reeve_migrate_instead(page, first, last, NULL);
	if (indent != NULL)
		reeve_migrate_indent_between(hop, site, below, indent);
	return true;
}

/* ---- with other things between ------------------------------------------------------------- */

/* The last child that is no empty line; 0: none. */
static uint32_t last_inside(const struct reeve_node *nodes, uint32_t block)
{
	uint32_t last = 0;

	for (uint32_t n = nodes[block].first; n != 0; n = nodes[n].next)
		if (nodes[n].kind != REEVE_NODE_BLANK)
			last = n;
	return last;
}

/* The first of the comments right above a block, or the block. */
static uint32_t with_comments(const struct reeve_node *nodes, uint32_t block)
{
	uint32_t top = block;

	for (uint32_t n = nodes[nodes[block].parent].first; n != block; n = nodes[n].next)
		if (nodes[n].kind != REEVE_NODE_COMMENT)
			top = block;
		else if (top == block)
			top = n;
	return top;
}

/* The first node at or behind an offset: they are in the order of their starts. */
static uint32_t node_at(const struct reeve_doc *doc, uint32_t offset)
{
	uint32_t low = 0, high = doc->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (doc->nodes[middle].start < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What a line would stand below: a comment, if it is about the next setting; else a setting or an
 * include. The file: nothing is above. */
static enum reeve_node_kind kind_above(const struct reeve_doc *doc, uint32_t offset)
{
	uint32_t n = node_at(doc, offset);

	while (n-- > 1)
		if (doc->nodes[n].kind != REEVE_NODE_BLANK &&
		    doc->nodes[n].kind != REEVE_NODE_BLOCK)
			return doc->nodes[n].kind;
	return REEVE_NODE_FILE;
}

static bool has_comment(const struct reeve_doc *doc, uint32_t from, uint32_t to)
{
	for (uint32_t n = node_at(doc, from); n < doc->count && doc->nodes[n].start < to; n++)
		if (doc->nodes[n].kind == REEVE_NODE_COMMENT)
			return true;
	return false;
}

/* The next block of the name in this file and in the same block, with nothing between that may set
 * the same. NULL. */
static struct migrate_site *block_behind(const struct migrate_hop *hop,
                                         const struct migrate_site *site)
{
	const struct migrate_page *page = &hop->pages[site->page];
	const struct reeve_node *nodes = page->doc->nodes;

	for (uint32_t n = nodes[site->node].next; n != 0; n = nodes[n].next) {
		struct migrate_site *other =
			page->sites[n] == 0 ? NULL : &hop->sites[page->sites[n] - 1];

		if (nodes[n].kind == REEVE_NODE_BLANK || nodes[n].kind == REEVE_NODE_COMMENT)
			continue;
		if (other == NULL || other->up != site->up)
			return NULL;
		if (is_same(site, other))
			return other;
	}
	return NULL;
}

/* Lines of a block go behind line `to` of another one, with the comments right above it. */
static void carry(struct migrate_hop *hop, const struct migrate_site *block, uint32_t top,
                  const struct migrate_site *into, uint32_t to)
{
	struct migrate_page *page = reeve_migrate_page(hop, block);
	const struct reeve_node *nodes = page->doc->nodes;
	const char *from = inner(hop, block), *indent = inner(hop, into);
	uint32_t first, last, head, tail = reeve_migrate_line_of(page, nodes[block->node].body_end);

	reeve_migrate_lines(hop, into, &first, &head);
	indent = indent != NULL ? indent : from != NULL ? from : "";
	reeve_migrate_lines(hop, block, &first, &last);
	for (uint32_t n = top; n != block->node; n = nodes[n].next) {
		uint32_t line = reeve_migrate_line_of(page, nodes[n].start);
		const char *text = reeve_migrate_comment(hop, page, n, indent);

		if (n == top && to != head)
			text = reeve_migrate_text(hop, "\n%s", text);
		reeve_migrate_carry_to(hop, page, line, to, text);
	}
	reeve_migrate_instead(page, first, last, NULL);
	for (uint32_t i = last + 1; i < tail; i++) {
		const unsigned char *bytes = page->doc->bytes;
		uint32_t at = page->starts[i], n = (uint32_t)strlen(from == NULL ? "" : from);
		uint32_t end = reeve_line_text_end(page->doc, at, page->starts[i + 1]);

		if (end - at >= n && n > 0 && memcmp(bytes + at, from, n) == 0)
			at += n;
		else
			n = 0;
		reeve_migrate_carry_to(hop, page, i, to,
		                       reeve_migrate_text(hop, "%s%.*s\n", n > 0 ? indent : "",
		                                          (int)(end - at),
		                                          (const char *)bytes + at));
	}
	reeve_migrate_instead(page, tail, tail, NULL);
	reeve_migrate_close_gap(page, reeve_migrate_line_of(page, nodes[top].start), tail);
}

/* Whether a block and the comments from node `top` on can go to `to`, across [from, end): no
 * comment there may have been about something in it, or come to be, and the order of comments
 * stays. */
static bool can_go(struct migrate_hop *hop, const struct migrate_site *block, uint32_t top,
                   uint32_t to, uint32_t from, uint32_t end)
{
	const struct reeve_doc *doc = reeve_migrate_page(hop, block)->doc;
	const struct reeve_node *node = reeve_migrate_node(hop, block);
	uint32_t start = doc->nodes[top].start;

	return is_ours(hop, block) && kind_above(doc, start) != REEVE_NODE_COMMENT &&
	       kind_above(doc, node->body_end) != REEVE_NODE_COMMENT &&
	       kind_above(doc, to) != REEVE_NODE_COMMENT &&
	       memchr(doc->bytes + node->body, '$', node->body_end - node->body) == NULL &&
	       (!has_comment(doc, start, node->end) || !has_comment(doc, from, end));
}

/* Whether its lines, or those around it, are moved already: the rest is for the next time. */
static bool is_busy(const struct migrate_hop *hop, const struct migrate_site *site)
{
	for (; site != NULL; site = reeve_migrate_parent(hop, site))
		if (site->was_moved)
			return true;
	return false;
}

static bool join_behind(struct migrate_hop *hop, struct migrate_site *site)
{
	struct migrate_page *page = reeve_migrate_page(hop, site);
	const struct reeve_node *nodes = page->doc->nodes;
	struct migrate_site *other = block_behind(hop, site);
	uint32_t top, top_other, last, up, down;

	if (other == NULL || is_busy(hop, site) || is_busy(hop, other) ||
	    were_two(hop, site, other) || !is_plain(hop, site) || !is_plain(hop, other))
		return false;
	top = with_comments(nodes, site->node);
	top_other = with_comments(nodes, other->node);
	last = last_inside(nodes, site->node);
	up = last == 0 ? nodes[site->node].body : nodes[last].end;
	down = nodes[other->node].body;
	if (can_go(hop, other, top_other, up, nodes[site->node].end, nodes[top_other].start))
		carry(hop, other, top_other, site, reeve_migrate_line_of(page, up - 1));
	/* Before what is in the other one: of two settings the last one counts. A comment at the
	 * beginning may be about the file. */
	else if ((top == site->node ||
	          kind_above(page->doc, nodes[top].start) != REEVE_NODE_FILE) &&
	         can_go(hop, site, top, down, nodes[site->node].end, down))
		carry(hop, site, top, other, reeve_migrate_line_of(page, down - 1));
	else
		return false;
	site->was_moved = other->was_moved = true;
	return true;
}

/* ---- all ----------------------------------------------------------------------------------- */

bool reeve_migrate_join(struct migrate_hop *hop)
{
	bool any = false;

	for (uint32_t i = 0; i < hop->count; i++)
		any |= is_joined(&hop->sites[i]) && join_next(hop, &hop->sites[i]);
	if (any)
		return true;
	for (uint32_t i = 0; i < hop->count; i++)
		any |= is_joined(&hop->sites[i]) && join_behind(hop, &hop->sites[i]);
	return any;
}
