/* SPDX-License-Identifier: MIT */
/*
 * Settings of an included file that belong outside of the blocks that include it. The file cannot
 * close those blocks and open them again, for there may be several; so this is the one case in
 * which lines leave their file: the setting and the comments right above it go behind each of the
 * blocks, and behind the !include of the root file that reads it outside of blocks, too.
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

/* Where a setting goes that leaves its file: behind the last of these lines of another one. */
struct exit {
	struct migrate_page *page;
	uint32_t first, last;
};

/* Whether what would stand behind a node of the file would be what a comment above it is about. */
static bool is_below_comment(const struct reeve_doc *doc, uint32_t node)
{
	while (--node > 0)
		if (doc->nodes[node].kind != REEVE_NODE_BLANK &&
		    doc->nodes[node].kind != REEVE_NODE_BLOCK &&
		    doc->nodes[node].kind != REEVE_NODE_INCLUDE)
			return doc->nodes[node].kind == REEVE_NODE_COMMENT;
	return false;
}

/* Whether empty lines are between a site and a comment above it, which would stay. */
static bool is_apart(const struct migrate_hop *hop, const struct migrate_site *site)
{
	const struct reeve_node *nodes = hop->pages[site->page].doc->nodes;
	uint32_t n = site->node;

	while (n > 1 && nodes[n - 1].kind == REEVE_NODE_BLANK)
		n--;
	return n < site->node && n > 1 && nodes[n - 1].kind == REEVE_NODE_COMMENT;
}

/* Whether another site may set what a site sets at a place. */
static bool is_rival(const struct migrate_site *s, const struct migrate_site *site,
                     const struct migrate_place *place)
{
	return s != site && s->thing.name == NULL &&
	       (strcmp(s->thing.type, place->name) == 0 ||
	        (s->main != NULL && strcmp(s->main->row.new_path, site->main->row.new_path) == 0));
}

static bool has_rival(const struct migrate_hop *hop, const struct migrate_site *site,
                      const struct migrate_place *place)
{
	for (const struct migrate_site *s = hop->sites; s < hop->sites + hop->count; s++)
		if (is_rival(s, site, place))
			return true;
	return false;
}

/* Whether behind the !include it might be behind what counted instead: any included file sets it,
 * too. What the root file sets stays in order with it. */
static bool is_overtaken(struct migrate_hop *hop, struct migrate_site *site)
{
	struct migrate_place places[MIGRATE_MAX_PLACES];
	size_t n = places_in(hop, site, 0, places);

	for (const struct migrate_site *s = hop->sites; s < hop->sites + hop->count; s++)
		for (size_t i = 0; s->page != 0 && i < n; i++)
			if (is_rival(s, site, &places[i]))
				return true;
	return false;
}

/* The !include of the root file, if nothing else includes the file outside of blocks. What goes to
 * several places, and leaves something where it was, stays. */
static bool by_include(struct migrate_hop *hop, struct migrate_site *site,
                       struct exit *exit_r)
{
	const struct migrate_page *page = &hop->pages[site->page];
	struct migrate_page *root = &hop->pages[0];
	const struct reeve_node *node = &root->doc->nodes[page->include];

	if (page->include == 0 || page->is_ambiguous || root->has_nul ||
	    site->main->action != MIGRATE_MOVE || is_below_comment(root->doc, page->include) ||
	    is_apart(hop, site) ||
	    root->starts[reeve_migrate_line_of(root, node->start)] != node->start ||
	    strcspn((const char *)reeve_migrate_copy(hop, root->doc->bytes + node->value,
	                                             node->value_end - node->value),
	            "*?[{") != node->value_end - node->value ||
	    is_overtaken(hop, site))
		return false;
	exit_r->page = root;
	exit_r->first = reeve_migrate_line_of(root, node->start);
	exit_r->last = reeve_migrate_line_of(root, node->end - 1);
	return true;
}

/* That, or a protocol in another file, outside of all blocks, that ends in a line of its own. */
static bool find_exit(struct migrate_hop *hop, struct migrate_site *site, uint32_t up,
                      struct exit *exit_r)
{
	const struct migrate_site *block = up == 0 ? NULL : &hop->sites[up - 1];

	if (block == NULL)
		return by_include(hop, site, exit_r);
	if (block->page == site->page || block->up != 0 ||
	    strcmp(block->thing.type, "protocol") != 0 || !reeve_migrate_is_on_lines(hop, block) ||
	    !reeve_migrate_is_closed(hop, block))
		return false;
	const struct reeve_node *node = reeve_migrate_node(hop, block);
	exit_r->page = reeve_migrate_page(hop, block);
	exit_r->first = reeve_migrate_line_of(exit_r->page, node->start);
	exit_r->last = reeve_migrate_line_of(exit_r->page, node->body_end);
	return true;
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
	return site->is_read_often; /* those are not all */
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

static bool is_same_place(const struct migrate_place *a, const struct migrate_place *b)
{
	for (size_t i = 0; i < 3; i++)
		if ((a->blocks[i] == NULL) != (b->blocks[i] == NULL) ||
		    (a->blocks[i] != NULL && strcmp(a->blocks[i], b->blocks[i]) != 0))
			return false;
	return strcmp(a->name, b->name) == 0 && strcmp(a->value, b->value) == 0;
}

/* Whether the first one that sets anything has set all of these. */
static bool is_repeated(struct migrate_hop *hop, struct migrate_site *site,
                        const struct migrate_place *places, size_t n, uint32_t first_up)
{
	struct migrate_place first[MIGRATE_MAX_PLACES];
	size_t count = places_in(hop, site, first_up, first);

	for (size_t i = 0; i < n; i++) {
		size_t known = 0;

		while (known < count && !is_same_place(&places[i], &first[known]))
			known++;
		if (known == count || has_rival(hop, site, &places[i]))
			return false;
	}
	return true;
}

static void put_behind(struct migrate_hop *hop, struct migrate_site *site, const struct exit *way,
                       const struct migrate_place *places, size_t n, bool is_first)
{
	const char *indent = reeve_migrate_indent(hop, way->page, way->first), *comments = "";

	if (is_first)
		comments = take_comments(hop, site, indent);
	reeve_migrate_after(hop, &way->page->lines[way->last],
	                    reeve_migrate_text(hop, "%s%s", comments,
	                                       reeve_migrate_render(hop, way->page, way->first,
	                                                            indent, places, n, "")));
}

bool reeve_migrate_take_out(struct migrate_hop *hop, struct migrate_site *site)
{
	struct migrate_page *page = reeve_migrate_page(hop, site);
	struct migrate_place places[MIGRATE_MAX_PLACES];
	uint32_t up, first, last;
	uint32_t first_up = 0;
	bool is_first = true;
	struct exit way;
	size_t n;

	if (site->is_read_often || !reeve_migrate_goes(hop, site))
		return false;
	/* Where it does nothing, nothing is needed instead. */
	for (size_t i = 0; up_of(site, i, &up); i++)
		if (!find_exit(hop, site, up, &way) &&
		    (up == 0 || places_in(hop, site, up, places) > 0))
			return false;
	reeve_migrate_lines(hop, site, &first, &last);
	reeve_migrate_tell(hop, site, REEVE_MIGRATE_CHANGED, site->main,
	                   reeve_migrate_everywhere(hop, site), site->main->row.note);
	for (size_t i = 0; up_of(site, i, &up); i++) {
		n = places_in(hop, site, up, places);
		if (n == 0 || !find_exit(hop, site, up, &way) ||
		    (!is_first && is_repeated(hop, site, places, n, first_up)))
			continue;
		first_up = is_first ? up : first_up;
		put_behind(hop, site, &way, places, n, is_first);
		is_first = false;
	}
	reeve_migrate_instead(page, first, last, NULL);
	return true;
}
