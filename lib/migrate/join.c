/* SPDX-License-Identifier: MIT */
/* Blocks of one name below each other, of which we made one: a person would have written one block.
 */
#include "migrate/hop.h"

#include <string.h>

/* Blocks that Dovecot joins, too. */
static bool is_joined(const struct migrate_site *site)
{
	static const char *const types[] = {"service", "inet_listener", "unix_listener",
	                                    "fifo_listener"};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(site->thing.type, types[i]) == 0)
			return site->thing.name != NULL && *site->value != '\0';
	return false;
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

/* Whether the head of a block was not in the file that was read, in the line that it comes from. */
static bool is_ours(struct migrate_hop *hop, const struct migrate_site *site)
{
	const struct migrate_page *page = reeve_migrate_page(hop, site);
	const struct reeve_doc *doc = page->doc;
	uint32_t line = reeve_migrate_line_of(page, reeve_migrate_node(hop, site)->name);
	uint32_t old = hop->migrate->starts[site->page][page->origins[line] - 1], end = old;

	while (end < doc->read.size && doc->read.bytes[end] != '\n')
		end++;
	return strcmp(stripped(hop, doc->bytes, page->starts[line], page->starts[line + 1]),
	              stripped(hop, doc->read.bytes, old, end)) != 0;
}

/* Head, content and end have lines of their own, and there is no comment on the first and the last.
 */
static bool is_plain(struct migrate_hop *hop, const struct migrate_site *site)
{
	const struct migrate_page *page = reeve_migrate_page(hop, site);
	const struct reeve_node *node = reeve_migrate_node(hop, site);

	return (node->flags & (REEVE_NODE_UNCLOSED | REEVE_NODE_ONE_LINE)) == 0 &&
	       reeve_migrate_is_on_lines(hop, site) && node->note_end <= node->note &&
	       strcmp(stripped(hop, page->doc->bytes, node->body_end, node->end), "}") == 0;
}

/* The block below, if it is of the same name and nothing but an empty line and comments of its own
 * are between. NULL. */
static struct migrate_site *block_below(const struct migrate_hop *hop,
                                        const struct migrate_site *site)
{
	struct migrate_site *below = reeve_migrate_below(hop, site);

	return below != NULL && strcmp(below->thing.type, site->thing.type) == 0 &&
	                       strcmp(below->value, site->value) == 0
	               ? below
	               : NULL;
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

static void join(struct migrate_hop *hop, struct migrate_site *site, struct migrate_site *below)
{
	struct migrate_page *page = reeve_migrate_page(hop, site);
	uint32_t tail = reeve_migrate_line_of(page, page->doc->nodes[site->node].body_end);
	uint32_t first, last;
	const char *indent = inner(hop, below);

	reeve_migrate_instead(page, tail, tail, NULL);
	reeve_migrate_lines(hop, below, &first, &last);
	reeve_migrate_instead(page, first, last, NULL);
	if (indent != NULL)
		reeve_migrate_indent_between(hop, site, below, indent);
}

bool reeve_migrate_join(struct migrate_hop *hop)
{
	bool any = false;

	for (uint32_t i = 0; i < hop->count; i++) {
		struct migrate_site *site = &hop->sites[i], *below;

		if (!is_joined(site) || (below = block_below(hop, site)) == NULL ||
		    !is_plain(hop, site) || !is_plain(hop, below) ||
		    (!is_ours(hop, site) && !is_ours(hop, below)))
			continue;
		join(hop, site, below);
		any = true;
	}
	return any;
}
