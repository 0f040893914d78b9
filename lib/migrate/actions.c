/* SPDX-License-Identifier: MIT */
/* What rules do to lines. */
#include "migrate/hop.h"

#include <string.h>

/* ---- settings ------------------------------------------------------------------------------ */

static const char *trimmed(struct migrate_hop *hop, const char *text)
{
	size_t n = strlen(text);

	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		n--;
	return reeve_migrate_copy(hop, text, n);
}

void reeve_migrate_rewrite(struct migrate_hop *hop, struct migrate_site *site, const char *name,
                           const char *value)
{
	struct migrate_page *page = reeve_migrate_page(hop, site);
	const struct reeve_node *node = reeve_migrate_node(hop, site);
	uint32_t first, last, value_at = node->value, value_end = node->value_end;
	const unsigned char *all = page->doc->bytes;
	uint32_t end = reeve_line_text_end(page->doc, node->start, node->end);
	const char *between, *old, *behind;

	if (value_end == 0) /* no value is written */
		value_at = value_end = node->name_end;
	reeve_migrate_lines(hop, site, &first, &last);
	between = reeve_migrate_copy(hop, all + node->name_end, value_at - node->name_end);
	old = reeve_migrate_copy(hop, all + value_at, value_end - value_at);
	behind = reeve_migrate_copy(hop, all + value_end, end - value_end);
	if (value != NULL && *old == '\0' && *value != '\0' && between[0] != '\0' &&
	    between[strlen(between) - 1] == '=')
		between = reeve_migrate_text(hop, "%s ", between);
	if (value != NULL && *value == '\0') /* no blank at the end of the line */
		between = trimmed(hop, between);
	reeve_migrate_instead(
		page, first, last,
		reeve_migrate_text(
			hop, "%s%s%s%s%s\n", reeve_migrate_indent(hop, page, first),
			name != NULL ? name
				     : reeve_migrate_bytes(hop, site, node->name, node->name_end),
			between, value != NULL ? value : old, behind));
}

/* What the line is now, for whoever is told. */
static const char *one_line(struct migrate_hop *hop, const struct migrate_site *site)
{
	struct migrate_page *page = reeve_migrate_page(hop, site);
	uint32_t first, last;

	reeve_migrate_lines(hop, site, &first, &last);
	const char *text = page->lines[first].instead;
	if (text == NULL)
		return "";
	text += strspn(text, " \t");
	return reeve_migrate_copy(hop, text, strcspn(text, "\n"));
}

/* Several settings instead of one, written with " ;; " between. */
static void split(struct migrate_hop *hop, struct migrate_site *site)
{
	struct migrate_page *page = reeve_migrate_page(hop, site);
	const char *rest = reeve_migrate_fill(hop, site, site->main->row.new_value), *text = "";
	const char *note = reeve_migrate_note(hop, site);
	uint32_t first, last;

	reeve_migrate_lines(hop, site, &first, &last);
	for (;;) {
		const char *end = strstr(rest, " ;; ");
		int n = (int)(end == NULL ? strlen(rest) : (size_t)(end - rest));

		text = reeve_migrate_text(hop, "%s%s%.*s%s\n", text,
		                          reeve_migrate_indent(hop, page, first), n, rest, note);
		note = "";
		if (end == NULL)
			break;
		rest = end + 4;
	}
	reeve_migrate_instead(page, first, last, text);
}

/* Words that go, or become others. Returns the words that are left, with a blank between. */
static const char *without_words(struct migrate_hop *hop, const struct migrate_site *site)
{
	const char *left = "";
	size_t n;

	for (const char *p = site->value; (p = reeve_migrate_word(p, &n)) != NULL; p += n) {
		bool goes = false;

		for (size_t i = 0; i < site->more_count; i++) {
			const char *word = site->more[i]->row.new_path;

			goes |= site->more[i]->action == MIGRATE_WORD && strlen(word) == n &&
			        memcmp(word, p, n) == 0;
		}
		if (!goes)
			left = reeve_migrate_text(hop, "%s%s%.*s", left, *left == '\0' ? "" : " ",
			                          (int)n, p);
	}
	return left;
}

/* ---- blocks -------------------------------------------------------------------------------- */

static const char *new_head(struct migrate_hop *hop, struct migrate_site *site)
{
	const struct migrate_rule *rule = site->main;

	if (rule != NULL && rule->action == MIGRATE_ODD)
		return reeve_migrate_listener(hop, site);
	if (rule == NULL || rule->action != MIGRATE_BLOCK)
		return NULL;
	if (strcmp(rule->row.new_path, "namespace {name}") == 0)
		return reeve_migrate_text(hop, "namespace %s", reeve_migrate_namespace(hop, site));
	return reeve_migrate_fill(hop, site, rule->row.new_path);
}

const char *reeve_migrate_head(struct migrate_hop *hop, struct migrate_site *site, bool with_note)
{
	struct migrate_page *page = reeve_migrate_page(hop, site);
	const struct reeve_node *node = reeve_migrate_node(hop, site);
	uint32_t first, last,
		named = node->value_end > node->name_end ? node->value_end : node->name_end;
	uint32_t end = reeve_line_text_end(page->doc, node->start, node->body);
	const char *head = new_head(hop, site), *behind;

	reeve_migrate_lines(hop, site, &first, &last);
	if (head == NULL)
		head = reeve_migrate_bytes(hop, site, node->name, named);
	behind = reeve_migrate_copy(hop, page->doc->bytes + named, end - named);
	if (!with_note || strchr(behind, '{') == NULL || strchr(behind, '\n') != NULL)
		behind = with_note ? reeve_migrate_text(hop, " {%s", reeve_migrate_note(hop, site))
		                   : " {";
	return reeve_migrate_text(hop, "%s%s%s\n", reeve_migrate_indent(hop, page, first), head,
	                          behind);
}

/* The head, and the settings that the rule puts below it. False if it is as it was. */
static bool rename_block(struct migrate_hop *hop, struct migrate_site *site)
{
	struct migrate_page *page = reeve_migrate_page(hop, site);
	const struct reeve_node *node = reeve_migrate_node(hop, site);
	const char *line = reeve_migrate_fill(hop, site, site->main->row.new_value), *inner;
	uint32_t first, last;

	reeve_migrate_lines(hop, site, &first, &last);
	if (!page->lines[first].is_dropped) { /* else it was moved down */
		const char *head = reeve_migrate_head(hop, site, true);
		uint32_t at = page->starts[first];

		if (*line == '\0' && page->lines[first].dedent == 0 &&
		    strncmp(head, (const char *)page->doc->bytes + at,
		            page->starts[last + 1] - at) == 0)
			return false;
		reeve_migrate_instead(page, first, last, head);
	}
	if (site->main->action != MIGRATE_BLOCK || *line == '\0')
		return true;
	inner = reeve_migrate_deeper(hop, page, first, reeve_migrate_indent(hop, page, first));
	for (uint32_t n = node->first; n != 0; n = page->doc->nodes[n].next)
		if (page->doc->nodes[n].kind != REEVE_NODE_BLANK) {
			uint32_t l = reeve_migrate_line_of(page, page->doc->nodes[n].start);

			inner = reeve_migrate_indent(hop, page, l);
			break;
		}
	reeve_migrate_after(hop, &page->lines[last],
	                    reeve_migrate_text(hop, "%s%s\n", inner, line));
	return true;
}

/* ---- all ----------------------------------------------------------------------------------- */

/* The first thing a person should know, in words that have the value: no two values sound alike. */
static const char *about(struct migrate_hop *hop, const struct migrate_site *site, const char *what)
{
	const char *note = site->main->row.note;

	return reeve_migrate_text(hop, "%s: %s = %s%s%s", what, site->thing.type,
	                          reeve_migrate_shown(hop, site, site->main),
	                          *note == '\0' ? "" : "; ", note);
}

/* Whether the name of a file would end at a '#', which config-parser.c of 2.0 to 2.3 looks for
 * before '<', and quotes make it the value itself. */
static bool is_cut(const struct migrate_site *site)
{
	return strncmp(site->main->row.new_value, "<", 1) == 0 && strchr(site->value, '#') != NULL;
}

/* Any value that becomes a fixed one: what it was is told, for it shows nowhere else. */
static void tell_fixed(struct migrate_hop *hop, const struct migrate_site *site)
{
	reeve_migrate_tell(hop, site, REEVE_MIGRATE_REMOVED, site->main, "",
	                   about(hop, site, "not all of it is left"));
}

static void move(struct migrate_hop *hop, struct migrate_site *site)
{
	const struct reeve_migrate_rule *row = &site->main->row;
	struct migrate_page *page = reeve_migrate_page(hop, site);
	uint32_t first, last;

	reeve_migrate_move(hop, site);
	reeve_migrate_lines(hop, site, &first, &last);
	if (page->lines[first].is_dropped && *row->old_value == '\0' && *row->new_value != '\0' &&
	    strchr(row->new_value, '{') == NULL && reeve_migrate_goes(hop, site))
		tell_fixed(hop, site);
}

static void act_main(struct migrate_hop *hop, struct migrate_site *site)
{
	const struct migrate_rule *rule = site->main;
	const char *value = *rule->row.new_value == '\0'
	                            ? NULL
	                            : reeve_migrate_fill(hop, site, rule->row.new_value);

	/* What is in a file of its own is no number and no word. */
	if (value != NULL && (reeve_migrate_node(hop, site)->flags & REEVE_NODE_FROM_FILE) != 0)
		value = NULL;
	switch (rule->action) {
	case MIGRATE_RENAME:
		if (is_cut(site)) {
			reeve_migrate_decide(
				hop, site, rule,
				"2.x takes a '#' in the name of a file for a comment, and "
				"no quotes help: give the file another name");
			return;
		}
		if (reeve_migrate_is_idle(hop, site)) {
			reeve_migrate_drop(hop, site);
			reeve_migrate_tell(hop, site, REEVE_MIGRATE_REMOVED, rule, "",
			                   "removed: ssl_disable = no; ssl = required is behind "
			                   "it, and counts");
			return;
		}
		if (reeve_migrate_is_weaker(hop, site))
			reeve_migrate_remind(
				hop, site, rule,
				"ssl = required outside does not count here, as it did not with "
				"this name: take this line out to have it count");
		reeve_migrate_rewrite(hop, site, reeve_migrate_fill(hop, site, rule->row.new_path),
		                      value);
		break;
	case MIGRATE_VALUE:
		if (value == NULL || strcmp(value, site->value) == 0)
			return;
		reeve_migrate_rewrite(hop, site, NULL, value);
		if (strchr(rule->row.old_value, '*') != NULL &&
		    strchr(rule->row.new_value, '{') == NULL)
			tell_fixed(hop, site);
		break;
	case MIGRATE_SPLIT:
		split(hop, site);
		break;
	case MIGRATE_REMOVE:
		reeve_migrate_drop(hop, site);
		reeve_migrate_tell(hop, site, REEVE_MIGRATE_REMOVED, rule, "",
		                   about(hop, site, "removed"));
		return;
	case MIGRATE_BLOCK:
		if (!rename_block(hop, site))
			return;
		break;
	case MIGRATE_ODD:
		if (site->thing.name != NULL)
			rename_block(hop, site);
		reeve_migrate_odd(hop, site);
		return;
	case MIGRATE_MOVE:
		move(hop, site);
		return;
	case MIGRATE_UNWRAP: /* was done with the lines' indentation */
	case MIGRATE_WORD:
	case MIGRATE_MANUAL:
	case MIGRATE_NOTE:
	case MIGRATE_NEW:
	case MIGRATE_ADVICE:
		return;
	}
	reeve_migrate_tell(hop, site, REEVE_MIGRATE_CHANGED, rule, one_line(hop, site),
	                   rule->row.note);
}

void reeve_migrate_act(struct migrate_hop *hop, struct migrate_site *site)
{
	bool has_words = false;

	if (site->main != NULL)
		act_main(hop, site);
	for (size_t i = 0; i < site->more_count; i++) {
		const struct migrate_rule *rule = site->more[i];

		if (reeve_migrate_names_mailboxes(rule)) {
			hop->migrate->has_advice = true;
		} else if (rule->action == MIGRATE_MANUAL) {
			reeve_migrate_decide(hop, site, rule,
			                     reeve_migrate_fill(hop, site, rule->row.note));
		} else if (rule->action == MIGRATE_NOTE) {
			reeve_migrate_tell(hop, site, REEVE_MIGRATE_NOTED, rule, "",
			                   rule->row.note);
		} else {
			if (!has_words)
				reeve_migrate_rewrite(hop, site, NULL, without_words(hop, site));
			has_words = true;
			reeve_migrate_tell(hop, site, REEVE_MIGRATE_CHANGED, rule,
			                   one_line(hop, site),
			                   reeve_migrate_text(hop, "without %s: %s",
			                                      rule->row.new_path, rule->row.note));
		}
	}
}
