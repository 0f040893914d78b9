/* SPDX-License-Identifier: MIT */
/* Settings that belong into blocks of their own now: those below each other that go to the same
 * share them. */
#include "migrate/hop.h"

#include <string.h>

static const char outside[] = "outside of all blocks, write ";

/* Settings below each other that go to the same blocks share them. */
struct group {
	const struct migrate_page *page;
	uint32_t line; /* of the first */
	struct migrate_site *sites[32];
	struct migrate_place places[32][MIGRATE_MAX_PLACES];
	size_t counts[32], count;
	const char *blocks[MIGRATE_MAX_PLACES]; /* the outer ones, in their order */
	size_t block_count;
};

static bool is_in_place(const struct migrate_hop *hop, struct migrate_site *site)
{
	return site->is_free || strncmp(site->main->row.new_path, "./", 2) == 0 ||
	       reeve_migrate_is_outside(hop, site);
}

/* Where a site goes, if nothing of it stays where it is. */
static size_t whole_places(struct migrate_hop *hop, struct migrate_site *site,
                           struct migrate_place places[MIGRATE_MAX_PLACES])
{
	const char *rest = NULL;
	size_t n = 0;

	if (site->main == NULL || site->was_moved)
		return 0;
	if (site->main->action == MIGRATE_MOVE)
		n = reeve_migrate_places(hop, site, places);
	else if (site->main->action == MIGRATE_ODD &&
	         strcmp(site->main->row.new_path, "listen") == 0)
		n = reeve_migrate_listen(hop, site, places, &rest);
	return rest == NULL && is_in_place(hop, site) ? n : 0;
}

static size_t outer_blocks(const struct migrate_place *places, size_t n,
                           const char *blocks[MIGRATE_MAX_PLACES])
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < count && strcmp(blocks[k], places[i].blocks[0]) != 0)
			k++;
		if (k == count)
			blocks[count++] = places[i].blocks[0];
	}
	return count;
}

/* What goes to the block of the first of them; the other blocks may be more or fewer. */
static bool add_to_group(struct migrate_hop *hop, struct group *group, struct migrate_site *site)
{
	const char *blocks[MIGRATE_MAX_PLACES] = {NULL};
	size_t i = group->count, n, count;

	if (i == 32)
		return false;
	n = group->counts[i] = whole_places(hop, site, group->places[i]);
	count = outer_blocks(group->places[i], n, blocks);
	if (count == 0 || (i > 0 && strcmp(blocks[0], group->blocks[0]) != 0))
		return false;
	for (size_t k = 0; k < count; k++) {
		size_t known = 0;

		while (known < group->block_count && strcmp(blocks[k], group->blocks[known]) != 0)
			known++;
		if (known == MIGRATE_MAX_PLACES)
			return false;
		if (known == group->block_count)
			group->blocks[group->block_count++] = blocks[k];
	}
	group->sites[group->count++] = site;
	site->was_moved = true;
	return true;
}

/* What a site sets in one of the outer blocks. */
static const char *inside(struct migrate_hop *hop, const struct group *group, size_t i,
                          size_t block, const char *indent, const char *note)
{
	struct migrate_place places[MIGRATE_MAX_PLACES];
	size_t n = 0;

	for (size_t k = 0; k < group->counts[i]; k++) {
		const struct migrate_place *place = &group->places[i][k];

		if (strcmp(place->blocks[0], group->blocks[block]) == 0)
			places[n++] = (struct migrate_place){
				.blocks = {place->blocks[1], place->blocks[2], NULL},
				.name = place->name,
				.value = place->value};
	}
	return reeve_migrate_render(hop, group->page, group->line, indent, places, n, note);
}

/* The first block has them where they stand, with their comments; the others below it. */
static void write_group(struct migrate_hop *hop, const struct group *group, const char *indent)
{
	const char *inner = reeve_migrate_deeper(hop, group->page, group->line, indent);

	for (size_t i = 0; i < group->count; i++) {
		struct migrate_page *page = &hop->pages[group->sites[i]->page];
		const char *text =
			inside(hop, group, i, 0, inner, reeve_migrate_note(hop, group->sites[i]));
		uint32_t first, last;

		if (i == 0)
			text = reeve_migrate_text(hop, "%s%s {\n%s", indent, group->blocks[0],
			                          text);
		else
			group->sites[i]->indent = inner;
		if (i == group->count - 1)
			text = reeve_migrate_text(hop, "%s%s}\n", text, indent);
		else
			reeve_migrate_indent_between(hop, group->sites[i], group->sites[i + 1],
			                             inner);
		for (size_t block = 1; i == group->count - 1 && block < group->block_count;
		     block++) {
			text = reeve_migrate_text(hop, "%s%s%s {\n", text, indent,
			                          group->blocks[block]);
			for (size_t k = 0; k < group->count; k++)
				text = reeve_migrate_text(hop, "%s%s", text,
				                          inside(hop, group, k, block, inner, ""));
			text = reeve_migrate_text(hop, "%s%s}\n", text, indent);
		}
		reeve_migrate_lines(hop, group->sites[i], &first, &last);
		reeve_migrate_instead(page, first, last, text);
		reeve_migrate_tell(
			hop, group->sites[i], REEVE_MIGRATE_CHANGED, group->sites[i]->main,
			reeve_migrate_in_words(hop, group->places[i], group->counts[i], NULL),
			group->sites[i]->main->row.note);
	}
}

static void nowhere(struct migrate_hop *hop, struct migrate_site *site)
{
	const struct migrate_site *parent = reeve_migrate_parent(hop, site);
	const char *why = "it did nothing in this block";
	size_t n, count = 0;

	for (const char *p = site->value; (p = reeve_migrate_word(p, &n)) != NULL; p += n)
		count++;
	if (count > MIGRATE_MAX_ADDRESSES) {
		reeve_migrate_decide(hop, site, site->main,
		                     "too many addresses: write inet_listeners for them");
		return;
	}
	if (*site->value == '\0')
		why = "empty means the default";
	else if (strcmp(site->thing.type, "listen") == 0 &&
	         (parent == NULL || reeve_migrate_is_off(hop, parent->value)))
		why = "protocols has it with TLS only, so nothing listened here";
	else if (parent == NULL)
		why = "protocols has nothing with TLS, so nothing listened here";
	reeve_migrate_drop(hop, site);
	reeve_migrate_tell(hop, site, REEVE_MIGRATE_REMOVED, site->main, "",
	                   reeve_migrate_text(hop, "removed: %s = %s; %s", site->thing.type,
	                                      site->value, why));
}

/* A person has to move it. What was said before holds (NULL: nothing was): where a listener goes is
 * said by protocols as it was then, and it says less now. */
static void decide_outside(struct migrate_hop *hop, struct migrate_site *site, const char *said)
{
	const char *words = reeve_migrate_everywhere(hop, site);

	if (said == NULL && *words == '\0')
		said = "its file is included in more blocks than are looked at: write it where it "
		       "goes, outside of all of them, and remove this";
	if (said == NULL)
		said = reeve_migrate_text(hop, "%s%s, and remove this", outside, words);
	reeve_migrate_decide(hop, site, site->main, said);
}

/* ---- one ----------------------------------------------------------------------------------- */

void reeve_migrate_move(struct migrate_hop *hop, struct migrate_site *site)
{
	struct migrate_page *page = &hop->pages[site->page];
	const struct reeve_node *nodes = page->doc->nodes;
	struct migrate_place places[MIGRATE_MAX_PLACES];
	struct group group = {.page = page};
	const char *rest = NULL, *indent, *said;
	uint32_t first, last;
	size_t n;

	if (site->was_moved)
		return;
	reeve_migrate_lines(hop, site, &first, &last);
	group.line = first;
	indent = reeve_migrate_indent(
		hop, page,
		site->is_free ? reeve_migrate_line_of(page, nodes[nodes[site->node].parent].start)
			      : first);
	for (struct migrate_site *next = site; next != NULL && add_to_group(hop, &group, next);)
		next = reeve_migrate_below(hop, next);
	if (group.count > 0) {
		write_group(hop, &group, indent);
		return;
	}

	if (!is_in_place(hop, site) && (said = reeve_migrate_said(hop, site, outside)) != NULL) {
		decide_outside(hop, site, said);
		return;
	}
	if (site->main->action != MIGRATE_ODD)
		n = reeve_migrate_places(hop, site, places);
	else if (strcmp(site->main->row.new_path, "protocols") == 0)
		n = reeve_migrate_protocols(hop, site, places, &rest);
	else
		n = reeve_migrate_listen(hop, site, places, &rest);
	if (n == 0 && rest == NULL && !reeve_migrate_goes(hop, site)) {
		nowhere(hop, site);
		return;
	}
	if (!is_in_place(hop, site)) {
		if (!reeve_migrate_take_out(hop, site))
			decide_outside(hop, site, NULL);
		return;
	}
	reeve_migrate_rewrite(hop, site, NULL, rest);
	if (n > 0)
		reeve_migrate_after(hop, &page->lines[last],
		                    reeve_migrate_render(hop, page, first, indent, places, n, ""));
	reeve_migrate_tell(
		hop, site, REEVE_MIGRATE_CHANGED, site->main,
		reeve_migrate_in_words(hop, places, n,
	                               reeve_migrate_text(hop, "%s = %s", site->thing.type, rest)),
		site->main->row.note);
}
