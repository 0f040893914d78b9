/* SPDX-License-Identifier: MIT */
/*
 * /etc/aliases as nodes: a setting "name: value, value" for each logical line, whose children, where it
 * goes over several lines, are its pieces, one a line, and the comments between them (aliases(5)).
 *
 * The name ends at the first ':' that is not inside "quotes", (a comment), or behind a backslash
 * (src/postalias/postalias.c, src/global/tok822_parse.c). What the value means, a |command, a /file,
 * an :include:, is not looked at.
 */
#include "conf/cf_lines.h"

/* The ':' behind the name, in the text lines of [at, end), or end. */
static uint32_t find_colon(const struct reeve_doc *doc, uint32_t at, uint32_t end)
{
	const unsigned char *bytes = doc->bytes;
	uint32_t comments = 0;
	bool is_quoted = false;

	while (at < end) {
		unsigned char c = bytes[at++];

		if (c == '\n')
			at = reeve_cf_text_line(doc, at, end);
		else if (c == '\\' && at < end && bytes[at] != '\n')
			at++;
		else if (c == '"' && comments == 0)
			is_quoted = !is_quoted;
		else if (c == '(' && !is_quoted)
			comments++;
		else if (c == ')' && comments > 0)
			comments--;
		else if (c == ':' && !is_quoted && comments == 0)
			return at - 1;
	}
	return end;
}

static void add_alias(struct reeve_doc *doc, uint32_t at, uint32_t end)
{
	uint32_t colon = find_colon(doc, at, end);

	if (colon == end || reeve_cf_trim(doc, at, colon) == at) {
		reeve_cf_add_error(doc, at, end, REEVE_WARNING,
		                   "no 'name:' in this line: newaliases(1) passes over it");
		return;
	}

	uint32_t n = reeve_tree_add(doc, 0, REEVE_NODE_SETTING, at, end);
	uint32_t value = reeve_cf_skip_space(doc, colon + 1, end);
	struct reeve_node *node = &doc->nodes[n];
	node->name = at;
	node->name_end = reeve_cf_trim(doc, at, colon);
	node->value = node->value_end = colon + 1;
	if (value < end) {
		node->value = value;
		node->value_end = reeve_cf_trim(doc, value, end);
	}
	if (n != 0 && value < end && reeve_line_after(doc, value) < end) {
		node->body = value;
		node->body_end = end;
		reeve_cf_add_lines(doc, n, value, end, true);
	}
}

void reeve_parse_aliases(struct reeve_doc *doc)
{
	reeve_cf_parse(doc, add_alias);
}
