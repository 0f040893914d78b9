/* SPDX-License-Identifier: MIT */
/*
 * Settings of an included file that belong outside of the blocks that include it. The file cannot
 * close those blocks and open them again, for there may be several; so this is the one case in
 * which lines leave their file: the setting and the comments right above it go behind each of the
 * blocks.
 */
#include "migrate/hop.h"

#include <string.h>

/* Where a site goes by one of the blocks that it is read in. */
static size_t places_in(struct migrate_hop *hop, struct migrate_site *site, uint32_t up,
                        struct migrate_place places[MIGRATE_MAX_PLACES])
{
	uint32_t own = site->up;
	size_t n;

	site->up = up;
	n = reeve_migrate_places(hop, site, places);
	site->up = own;
	return n;
}

/* The i-th block that a site is read in; false: there are fewer. */
static bool up_of(const struct migrate_site *site, size_t i, uint32_t *up_r)
{
	*up_r = i == 0 ? site->up : i <= site->again_count ? site->again[i - 1] : 0;
	return i <= site->again_count;
}

bool reeve_migrate_is_outside(const struct migrate_hop *hop, struct migrate_site *site)
{
	uint32_t own = site->up, up;
	bool is_outside = !site->is_read_often;

	for (size_t i = 0; up_of(site, i, &up); i++) {
		site->up = up;
		is_outside &= reeve_migrate_depth(hop, site) == 0;
	}
	site->up = own;
	return is_outside;
}

/* A protocol in another file, outside of all blocks, that ends in a line of its own. NULL. */
static struct migrate_site *includer(struct migrate_hop *hop, const struct migrate_site *site,
                                     uint32_t up)
{
	struct migrate_site *block = up == 0 ? NULL : &hop->sites[up - 1];

	if (block == NULL || block->page == site->page || block->up != 0 ||
	    strcmp(block->thing.type, "protocol") != 0 || !reeve_migrate_is_on_lines(hop, block) ||
	    !reeve_migrate_is_closed(hop, block))
		return NULL;
	return block;
}

const char *reeve_migrate_everywhere(struct migrate_hop *hop, struct migrate_site *site)
{
	struct migrate_place places[MIGRATE_MAX_PLACES];
	const char *words = "";
	uint32_t up;

	for (size_t i = 0; up_of(site, i, &up); i++) {
		const char *more =
			reeve_migrate_in_words(hop, places, places_in(hop, site, up, places), NULL);

		if (strstr(words, more) == NULL)
			words = reeve_migrate_text(hop, "%s%s%s", words, *words == '\0' ? "" : ", ",
			                           more);
	}
	return words;
}

bool reeve_migrate_goes(struct migrate_hop *hop, struct migrate_site *site)
{
	struct migrate_place places[MIGRATE_MAX_PLACES];
	uint32_t up;

	for (size_t i = 0; up_of(site, i, &up); i++)
		if (places_in(hop, site, up, places) > 0)
			return true;
	return false;
}

/* The comments right above a site, without indentation, and its own; they leave their file. */
static const char *take_comments(struct migrate_hop *hop, const struct migrate_site *site,
                                 const char *indent)
{
	struct migrate_page *page = reeve_migrate_page(hop, site);
	const struct reeve_node *nodes = page->doc->nodes;
	const char *text = "", *note = reeve_migrate_note(hop, site);

	for (uint32_t n = nodes[nodes[site->node].parent].first, top = 0; n != site->node;
	     n = nodes[n].next) {
		top = nodes[n].kind != REEVE_NODE_COMMENT ? 0 : top == 0 ? n : top;
		if (nodes[n].next != site->node || top == 0)
			continue;
		for (uint32_t c = top; c != site->node; c = nodes[c].next) {
			uint32_t line = reeve_migrate_line_of(page, nodes[c].start);

			text = reeve_migrate_text(hop, "%s%s", text,
			                          reeve_migrate_comment(hop, page, c, indent));
			reeve_migrate_instead(page, line, line, NULL);
		}
	}
	return *note == '\0' ? text : reeve_migrate_text(hop, "%s%s%s\n", text, indent, note + 1);
}

static void put_behind(struct migrate_hop *hop, struct migrate_site *site,
                       struct migrate_site *block, const struct migrate_place *places, size_t n,
                       bool is_first)
{
	struct migrate_page *page = reeve_migrate_page(hop, block);
	uint32_t head = reeve_migrate_line_of(page, reeve_migrate_node(hop, block)->start);
	uint32_t tail = reeve_migrate_line_of(page, reeve_migrate_node(hop, block)->body_end);
	const char *indent = reeve_migrate_indent(hop, page, head), *comments = "";

	if (is_first)
		comments = take_comments(hop, site, indent);
	reeve_migrate_after(
		hop, &page->lines[tail],
		reeve_migrate_text(hop, "%s%s", comments,
	                           reeve_migrate_render(hop, page, head, indent, places, n, "")));
}

bool reeve_migrate_take_out(struct migrate_hop *hop, struct migrate_site *site)
{
	struct migrate_page *page = reeve_migrate_page(hop, site);
	struct migrate_place places[MIGRATE_MAX_PLACES];
	uint32_t up, first, last;
	bool is_first = true;
	size_t n;

	if (site->is_read_often || !reeve_migrate_goes(hop, site))
		return false;
	/* Where it does nothing, nothing is needed instead. */
	for (size_t i = 0; up_of(site, i, &up); i++)
		if (includer(hop, site, up) == NULL &&
		    (up == 0 || places_in(hop, site, up, places) > 0))
			return false;
	reeve_migrate_lines(hop, site, &first, &last);
	reeve_migrate_tell(hop, site, REEVE_MIGRATE_CHANGED, site->main,
	                   reeve_migrate_everywhere(hop, site), site->main->row.note);
	for (size_t i = 0; up_of(site, i, &up); i++) {
		if ((n = places_in(hop, site, up, places)) == 0)
			continue;
		put_behind(hop, site, includer(hop, site, up), places, n, is_first);
		is_first = false;
	}
	reeve_migrate_instead(page, first, last, NULL);
	return true;
}
