/* SPDX-License-Identifier: MIT */
/*
 * Blocks of which we took all that was set in them. An empty protocol { } says nothing, to Dovecot
 * or to a reader, so it goes, and its comments stay where it stood. Of others even the empty one
 * means something: a service, a namespace, a mailbox, a listener, a passdb is there because its
 * block is.
 */
#include "migrate/hop.h"

#include <ctype.h>
#include <string.h>

/* Blocks that only say whom, or what, the settings in them are for. */
static bool is_only_around(const struct migrate_site *site)
{
	return site->thing.name != NULL && (reeve_migrate_is_filter(site->thing.type) ||
	                                    strcmp(site->thing.type, "plugin") == 0);
}

/* Whether who takes the '#' away means this block: "#name = value", "#name x {", "#}", "#!include
 * x". A second '#' begins a comment of it. */
static bool is_switched_off(const unsigned char *bytes, uint32_t at, uint32_t end)
{
	uint32_t name;

	while (at < end && (bytes[at] == '#' || bytes[at] == ' ' || bytes[at] == '\t'))
		at++;
	const unsigned char *second = memchr(bytes + at, '#', end - at);
	if (second != NULL)
		end = (uint32_t)(second - bytes);
	if (memchr(bytes + at, '{', end - at) != NULL || memchr(bytes + at, '}', end - at) != NULL)
		return true;
	if (end - at > 8 && memcmp(bytes + at, "!include", 8) == 0)
		return true;
	for (name = at; at < end && (isalnum(bytes[at]) || strchr("_/-.", bytes[at]) != NULL) &&
	                bytes[at] != '\0';)
		at++;
	if (at == name)
		return false;
	while (at < end && (bytes[at] == ' ' || bytes[at] == '\t'))
		at++;
	return at < end && bytes[at] == '=';
}

bool reeve_migrate_is_switched_off(const struct reeve_doc *doc, uint32_t node)
{
	const struct reeve_node *is = &doc->nodes[node];

	return is->kind == REEVE_NODE_COMMENT &&
	       is_switched_off(doc->bytes, is->note, reeve_line_text_end(doc, is->start, is->end));
}

/* Nothing but empty lines and comments that are as good outside. *has_comments_r: any. */
static bool is_empty(const struct reeve_doc *doc, uint32_t block, bool *has_comments_r)
{
	const struct reeve_node *nodes = doc->nodes;
	uint32_t note = nodes[block].note, note_end = nodes[block].note_end;
	uint32_t tail = nodes[block].body_end, end = nodes[block].end;

	while (tail < end && doc->bytes[tail] != '#')
		tail++;
	*has_comments_r = note_end > note || tail < end;
	if (is_switched_off(doc->bytes, note, note_end) || is_switched_off(doc->bytes, tail, end))
		return false;
	for (uint32_t n = nodes[block].first; n != 0; n = nodes[n].next) {
		if (nodes[n].kind == REEVE_NODE_BLANK)
			continue;
		*has_comments_r = true;
		if (nodes[n].kind != REEVE_NODE_COMMENT || reeve_migrate_is_switched_off(doc, n))
			return false;
	}
	return true;
}

/* Whether something was set in these lines of the file that was read. */
static bool had_settings(const struct migrate_hop *hop, const struct migrate_site *block)
{
	const struct migrate_page *page = &hop->pages[block->page];
	const struct reeve_node *node = &page->doc->nodes[block->node];
	const struct reeve_whole *read = &page->doc->read;
	const uint32_t *starts = hop->migrate->starts[block->page];
	uint32_t at = starts[page->origins[reeve_migrate_line_of(page, node->start)] - 1];
	uint32_t last = starts[page->origins[reeve_migrate_line_of(page, node->body_end)] - 1];

	while (at <= last && at < read->size) {
		bool is_comment = false, is_setting = false, is_head = false;

		for (; at < read->size && read->bytes[at] != '\n'; at++) {
			is_comment |= read->bytes[at] == '#';
			is_setting |= read->bytes[at] == '=' && !is_comment;
			if (!is_comment && !isspace(read->bytes[at]))
				is_head = read->bytes[at] == '{';
		}
		if (is_setting && !is_head)
			return true;
		at++;
	}
	return false;
}

static void drop_all(struct migrate_hop *hop, const struct migrate_site *block)
{
	struct migrate_page *page = &hop->pages[block->page];
	const struct reeve_node *node = &page->doc->nodes[block->node];

	uint32_t first = reeve_migrate_line_of(page, node->start);
	uint32_t last = reeve_migrate_line_of(page, node->body_end);

	reeve_migrate_instead(page, first, last, NULL);
	reeve_migrate_close_gap(page, first, last);
}

bool reeve_migrate_empty(struct migrate_hop *hop)
{
	bool any = false;

	for (uint32_t i = 0; i < hop->count; i++) {
		const struct migrate_site *site = &hop->sites[i];
		bool has_comments;

		if (!is_only_around(site) || !reeve_migrate_is_on_lines(hop, site) ||
		    !reeve_migrate_has_end(hop, site) ||
		    !is_empty(hop->pages[site->page].doc, site->node, &has_comments) ||
		    !had_settings(hop, site))
			continue;
		if (has_comments)
			reeve_migrate_unwrap(hop, site);
		else
			drop_all(hop, site);
		any = true;
	}
	return any;
}
