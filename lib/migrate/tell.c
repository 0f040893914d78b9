/* SPDX-License-Identifier: MIT */
/* What is said of a site, in memory and in the file, and the texts that rules are filled in with.
 */
#include "migrate/hop.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct migrate_page *reeve_migrate_page(struct migrate_hop *hop, const struct migrate_site *site)
{
	return &hop->pages[site->page];
}

const struct reeve_node *reeve_migrate_node(const struct migrate_hop *hop,
                                            const struct migrate_site *site)
{
	return &hop->pages[site->page].doc->nodes[site->node];
}

void reeve_migrate_lines(const struct migrate_hop *hop, const struct migrate_site *site,
                         uint32_t *first_r, uint32_t *last_r)
{
	const struct reeve_node *node = reeve_migrate_node(hop, site);
	uint32_t end = node->kind == REEVE_NODE_BLOCK ? node->body : node->end;

	*first_r = reeve_migrate_line_of(&hop->pages[site->page], node->start);
	*last_r = reeve_migrate_line_of(&hop->pages[site->page], end > node->start ? end - 1 : end);
}

/* Bytes of the file without white space and line end behind them. */
const char *reeve_migrate_bytes(struct migrate_hop *hop, const struct migrate_site *site,
                                uint32_t from, uint32_t to)
{
	const unsigned char *all = reeve_migrate_page(hop, site)->doc->bytes;

	while (to > from && (all[to - 1] == '\n' || all[to - 1] == '\r' || all[to - 1] == ' ' ||
	                     all[to - 1] == '\t'))
		to--;
	return reeve_migrate_copy(hop, all + from, to - from);
}

/* ---- telling ------------------------------------------------------------------------------- */

static const char *kept(struct reeve_migrate *migrate, const char *text)
{
	char *copy = reeve_arena_strndup(migrate->arena, text, strlen(text));

	migrate->has_failed |= copy == NULL;
	return copy == NULL ? "" : copy;
}

uint64_t reeve_migrate_column(const struct reeve_doc *doc, uint32_t start)
{
	const unsigned char *bytes = doc->read.bytes;
	uint32_t at = start;

	while (at < doc->read.size && (bytes[at] == ' ' || bytes[at] == '\t'))
		at++;
	return at - start + 1;
}

/* `text` with every `what` replaced. */
static const char *replaced(struct migrate_hop *hop, const char *text, const char *what,
                            const char *by)
{
	const char *at = strstr(text, what);

	if (at == NULL)
		return text;
	return reeve_migrate_text(hop, "%.*s%s%s", (int)(at - text), text, by,
	                          replaced(hop, at + strlen(what), what, by));
}

/* What is not changed is seen again when a hop is made twice. */
static bool is_told(const struct reeve_migrate *migrate, const struct reeve_migrate_change *change)
{
	if (change->kind != REEVE_MIGRATE_NOTED && change->kind != REEVE_MIGRATE_DECIDE)
		return false;
	for (size_t i = 0; i < migrate->change_count; i++) {
		const struct reeve_migrate_change *c = &migrate->changes[i];

		if (c->kind == change->kind && c->file == change->file && c->line == change->line &&
		    strcmp(c->text, change->text) == 0)
			return true;
	}
	return false;
}

/* What stood in a line of the file that was read, if an earlier hop changed it: what it is now
 * never stood there. NULL. */
static const char *was_before(const struct reeve_migrate *migrate,
                              const struct reeve_migrate_change *change)
{
	for (size_t i = 0; i < migrate->change_count; i++)
		if (migrate->changes[i].line == change->line &&
		    migrate->changes[i].file == change->file)
			return migrate->changes[i].before;
	return NULL;
}

void reeve_migrate_tell(struct migrate_hop *hop, const struct migrate_site *site,
                        enum reeve_migrate_kind kind, const struct migrate_rule *rule,
                        const char *after, const char *text)
{
	struct reeve_migrate *migrate = hop->migrate;
	const struct migrate_page *page = reeve_migrate_page(hop, site);
	const char *shown = reeve_migrate_shown(hop, site, rule);
	uint64_t line =
		page->origins[reeve_migrate_line_of(page, reeve_migrate_node(hop, site)->name)];
	struct reeve_migrate_change change = {.kind = kind,
	                                      .file = page->doc->path,
	                                      .line = line,
	                                      .text = reeve_migrate_hide(hop, text),
	                                      .rule = &rule->row};

	if (is_told(migrate, &change))
		return;
	if (migrate->change_count == migrate->change_room) {
		size_t room = migrate->change_room * 2 + 32;
		struct reeve_migrate_change *changes =
			realloc(migrate->changes, room * sizeof *changes);

		if (changes == NULL) {
			hop->has_failed = true;
			return;
		}
		migrate->changes = changes;
		migrate->change_room = room;
	}
	change.column = reeve_migrate_column(page->doc, migrate->starts[site->page][line - 1]);
	change.before = was_before(migrate, &change);
	if (change.before == NULL && site->thing.name == NULL)
		change.before =
			kept(migrate, reeve_migrate_text(hop, "%s = %s", site->thing.type, shown));
	else if (change.before == NULL)
		change.before = kept(migrate, reeve_migrate_text(hop, "%s%s%s {", site->thing.type,
		                                                 *site->value == '\0' ? "" : " ",
		                                                 site->value));
	if (shown != site->value)
		after = replaced(hop, after, site->value, shown);
	change.after = kept(migrate, reeve_migrate_hide(hop, after));
	change.text = kept(migrate, change.text);
	migrate->changes[migrate->change_count++] = change;
}

const char *reeve_migrate_said(struct migrate_hop *hop, const struct migrate_site *site,
                               const char *begin)
{
	static const char ours[] = "# mailreeve: ";
	const struct migrate_page *page = reeve_migrate_page(hop, site);
	const struct migrate_site *block = reeve_migrate_parent(hop, site);
	uint32_t first, last, head = 0, body = 0;
	size_t n = strlen(begin);

	reeve_migrate_lines(hop, site, &first, &last);
	if (block != NULL && block->page == site->page) {
		reeve_migrate_lines(hop, block, &head, &body);
		body++;
	}
	for (uint32_t i = first; i > 0; i--) {
		uint32_t at = page->starts[i - 1], end = page->starts[i];

		if (i - 1 >= head && i - 1 < body)
			continue;
		while (at < end && (page->doc->bytes[at] == ' ' || page->doc->bytes[at] == '\t'))
			at++;
		if (at == end || page->doc->bytes[at] != '#')
			break;
		const char *text = reeve_migrate_bytes(hop, site, at, end);
		if (strncmp(text, ours, sizeof ours - 1) == 0 &&
		    strncmp(text + sizeof ours - 1, begin, n) == 0)
			return text + sizeof ours - 1;
	}
	return NULL;
}

/* Rules say what goes wrong while a plugin that is gone is loaded; who delivers mail has no logins. */
static const char *as_it_fails(struct migrate_hop *hop, const struct migrate_site *site,
                               const char *text)
{
	struct migrate_block around[MIGRATE_MAX_DEPTH];
	size_t depth = reeve_migrate_around(hop, site, around);

	for (size_t i = 0; i < depth; i++)
		if (strcmp(around[i].type, "protocol") == 0 &&
		    (strcmp(around[i].name, "lda") == 0 || strcmp(around[i].name, "lmtp") == 0))
			return replaced(hop, text, "nobody can log in", "no mail is delivered");
	return text;
}

/* How much of a text is a rule's, in front of what it takes from elsewhere in the files. That is
 * another one when half of the advice was followed, and the comment is still the same. */
static size_t own_part(struct migrate_hop *hop, const struct migrate_site *site,
                       const struct migrate_rule *rule, const char *text)
{
	const char *note = as_it_fails(hop, site, rule->row.note);
	const char *end = strstr(note, "{mailboxes ");
	size_t n = end == NULL ? 0 : (size_t)(end - note);

	return n > 0 && strncmp(text, note, n) == 0 ? n : strlen(text);
}

static void comment_above(struct migrate_hop *hop, struct migrate_site *site,
                          const struct migrate_rule *rule, const char *text)
{
	struct migrate_page *page = reeve_migrate_page(hop, site);
	const char *comment = reeve_migrate_text(hop, "# mailreeve: %s", text);
	uint32_t first, last;

	if (reeve_migrate_said(hop, site, reeve_migrate_copy(hop, text, own_part(hop, site, rule, text))) !=
	    NULL)
		return;
	reeve_migrate_lines(hop, site, &first, &last);
	reeve_migrate_before(
		hop, &page->lines[first],
		reeve_migrate_text(hop, "%s%s\n",
	                           site->indent != NULL ? site->indent
	                                                : reeve_migrate_indent(hop, page, first),
	                           comment));
}

void reeve_migrate_decide(struct migrate_hop *hop, struct migrate_site *site,
                          const struct migrate_rule *rule, const char *text)
{
	reeve_migrate_tell(hop, site, REEVE_MIGRATE_DECIDE, rule, "", text);
	comment_above(hop, site, rule, text);
}

void reeve_migrate_remind(struct migrate_hop *hop, struct migrate_site *site,
                          const struct migrate_rule *rule, const char *text)
{
	reeve_migrate_tell(hop, site, REEVE_MIGRATE_NOTED, rule, "", text);
	comment_above(hop, site, rule, text);
}

/* ---- filling templates --------------------------------------------------------------------- */

static bool is_unit(const char *text)
{
	return *text != '\0' && strchr("smhdwKMGT", *text) != NULL && text[1] == '\0';
}

const char *reeve_migrate_fill(struct migrate_hop *hop, const struct migrate_site *site,
                               const char *text)
{
	if (strcmp(text, "empty") == 0)
		return "";
	/* A unit is for a number without one. */
	if (strncmp(text, "{}", 2) == 0 && is_unit(text + 2) &&
	    site->value[strspn(site->value, "0123456789")] != '\0')
		return site->value;
	text = replaced(hop, text, "<n>", site->digits);
	text = replaced(hop, text, "{name}",
	                site->thing.name != NULL ? site->thing.name : site->thing.type);
	text = replaced(hop, text, "{*}", site->star);
	text = replaced(hop, as_it_fails(hop, site, text), "{}", site->value);
	if (strstr(text, "{mailboxes autocreate}") != NULL)
		text = replaced(hop, text, "{mailboxes autocreate}",
		                reeve_migrate_mailboxes(hop, false));
	if (strstr(text, "{mailboxes expire}") != NULL)
		text = replaced(hop, text, "{mailboxes expire}",
		                reeve_migrate_mailboxes(hop, true));
	return text;
}
