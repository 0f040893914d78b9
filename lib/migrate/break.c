/* SPDX-License-Identifier: MIT */
/*
 * A block of which some settings belong outside. Lines keep their order, so that each comment keeps
 * what it is about: the block is closed before such settings and opened again behind them, or its
 * head moves down where nothing stays above it, or its end up.
 *
 * Comments right above a setting that leaves go with it. All others stay in the block, if some of
 * it is above or below them, or if one of them at its end is a setting that is switched off.
 */
#include "migrate/hop.h"

#include <string.h>

enum side { OUTSIDE, INSIDE, NEITHER };

struct breaker {
	struct migrate_hop *hop;
	struct migrate_site *block;
	struct migrate_page *page;
	const struct reeve_node *nodes;
	uint32_t step;          /* columns that lines lose that come out */
	const char *indent;     /* of the block's head */
	uint32_t above;         /* the last setting above; 0: none yet */
	uint32_t between;       /* the first node of those below `above`; 0: none */
	bool is_open, is_moved; /* its head was written; not where it stood */
};

static void outdent(struct breaker *b, uint32_t node)
{
	uint32_t first = reeve_migrate_line_of(b->page, b->nodes[node].start);

	for (uint32_t i = first; i < b->page->count && b->page->starts[i] < b->nodes[node].end; i++)
		b->page->lines[i].dedent += b->step;
}

/* The first of the comments right above a node, or the node. */
static uint32_t with_comments(const struct breaker *b, uint32_t node)
{
	uint32_t top = node;

	for (uint32_t n = b->between; n != 0 && n != node; n = b->nodes[n].next)
		if (b->nodes[n].kind == REEVE_NODE_COMMENT)
			top = top == node ? n : top;
		else
			top = node;
	return top;
}

/* Take what is between `above` and `stop` outside. */
static void outdent_between(struct breaker *b, uint32_t stop)
{
	for (uint32_t n = b->between; n != 0 && n != stop; n = b->nodes[n].next)
		outdent(b, n);
}

static struct migrate_line *line_at(const struct breaker *b, uint32_t offset)
{
	return &b->page->lines[reeve_migrate_line_of(b->page, offset)];
}

static void close_before(struct breaker *b, uint32_t node)
{
	const char *brace = reeve_migrate_text(b->hop, "%s}\n", b->indent);
	uint32_t top = with_comments(b, node), n = b->between;

	/* Right below the last setting, if only empty lines are between. */
	while (n != top && b->nodes[n].kind == REEVE_NODE_BLANK)
		n = b->nodes[n].next;
	if (n == top && b->above != 0)
		reeve_migrate_after(b->hop, line_at(b, b->nodes[b->above].end - 1), brace);
	else
		reeve_migrate_before(b->hop, line_at(b, b->nodes[top].start), brace);
	for (n = top; n != node; n = b->nodes[n].next)
		outdent(b, n);
	b->is_open = false;
}

/* Again as soon as can be: what stood in the block stays in it. At first, as late. */
static void open_before(struct breaker *b, uint32_t node)
{
	uint32_t top, n = b->between;

	while (n != node && b->nodes[n].kind == REEVE_NODE_BLANK)
		n = b->nodes[n].next;
	top = b->above != 0 ? n : with_comments(b, node);
	outdent_between(b, top);
	reeve_migrate_before(b->hop, line_at(b, b->nodes[top].start),
	                     reeve_migrate_head(b->hop, b->block, !b->is_moved));
	b->is_open = b->is_moved = true;
}

static enum side side_of(const struct breaker *b, uint32_t node)
{
	uint32_t site = b->page->sites[node];

	if (b->nodes[node].kind == REEVE_NODE_BLANK || b->nodes[node].kind == REEVE_NODE_COMMENT)
		return NEITHER;
	return site != 0 && b->hop->sites[site - 1].is_free ? OUTSIDE : INSIDE;
}

static void drop_head(struct breaker *b)
{
	uint32_t first, last;

	reeve_migrate_lines(b->hop, b->block, &first, &last);
	if (b->is_moved) /* with its comment */
		reeve_migrate_instead(b->page, first, last, NULL);
	else
		reeve_migrate_drop(b->hop, b->block);
}

/* Mark the settings that leave. Returns whether there are any, and the block can be broken. */
static bool mark(struct migrate_hop *hop, struct migrate_site *block)
{
	const struct migrate_page *page = &hop->pages[block->page];
	const struct reeve_node *node = &page->doc->nodes[block->node];
	bool any = false;

	if (!reeve_migrate_has_end(hop, block) || reeve_migrate_depth(hop, block) > 0 ||
	    !reeve_migrate_is_on_lines(hop, block))
		return false;
	for (uint32_t n = node->first; n != 0; n = page->doc->nodes[n].next) {
		struct migrate_site *site =
			page->sites[n] == 0 ? NULL : &hop->sites[page->sites[n] - 1];

		if (site != NULL && reeve_migrate_parent(hop, site) == block &&
		    reeve_migrate_is_out(hop, site))
			any = site->is_free = true;
	}
	return any;
}

void reeve_migrate_break(struct migrate_hop *hop, struct migrate_site *block)
{
	struct breaker b = {.hop = hop, .block = block, .page = &hop->pages[block->page]};
	enum side first_side = NEITHER;
	uint32_t first, last;

	if (!mark(hop, block))
		return;
	b.nodes = b.page->doc->nodes;
	b.step = reeve_migrate_step(b.page, block->node);
	reeve_migrate_lines(hop, block, &first, &last);
	b.indent = reeve_migrate_indent(hop, b.page, first);
	b.between = b.nodes[block->node].first;
	for (uint32_t n = b.between; n != 0 && first_side == NEITHER; n = b.nodes[n].next)
		first_side = side_of(&b, n);
	b.is_open = first_side == INSIDE;
	b.is_moved = b.is_open; /* its first head has the comment */

	for (uint32_t n = b.between; n != 0; n = b.nodes[n].next) {
		enum side side = side_of(&b, n);

		if (side == NEITHER)
			continue;
		if (side == OUTSIDE) {
			if (b.is_open)
				close_before(&b, n);
			else
				outdent_between(&b, n);
			outdent(&b, n);
		} else if (!b.is_open) {
			open_before(&b, n);
		}
		b.above = n;
		b.between = b.nodes[n].next;
	}
	for (uint32_t n = b.between; n != 0 && !b.is_open; n = b.nodes[n].next)
		if (reeve_migrate_is_switched_off(b.page->doc, n))
			open_before(&b, n);
	if (first_side == OUTSIDE)
		drop_head(&b);
	if (!b.is_open) {
		outdent_between(&b, 0);
		reeve_migrate_drop_end(hop, block);
	}
}
