/* SPDX-License-Identifier: MIT */
/*
 * main.cf as nodes: settings, comments, empty lines.
 *
 * A setting is a logical line "name = value"; where its value goes over several lines, its children
 * are the pieces, one a line, and the comments between them (src/util/readlline.c,
 * split_nameval.c). Nothing is quoted in main.cf, and a '#' inside a line is a part of the value. A byte
 * order mark is a part of what it stands in front of, to Postfix and so to us.
 */
#include "conf/cf_lines.h"

/* "name = value" in [at, end). False, with `why_r`, if it is none. */
static bool split(const struct reeve_doc *doc, uint32_t at, uint32_t end, struct reeve_node *node,
                  const char **why_r)
{
	const unsigned char *bytes = doc->bytes;

	node->name = at;
	while (at < end && bytes[at] != '=' && bytes[at] != '\0' && !reeve_cf_is_space(bytes[at]))
		at++;
	node->name_end = at;
	if (node->name == node->name_end) {
		*why_r = "no name in front of '=': Postfix refuses the whole file";
		return false;
	}
	at = reeve_cf_skip_space(doc, at, end);
	if (at == end || bytes[at] != '=') {
		*why_r = "no '=' behind the first word: Postfix refuses the whole file";
		return false;
	}
	node->value = node->value_end = ++at;
	at = reeve_cf_skip_space(doc, at, end);
	if (at < end) {
		node->value = at;
		node->value_end = reeve_cf_trim(doc, at, end);
	}
	return true;
}

static void add_setting(struct reeve_doc *doc, uint32_t at, uint32_t end)
{
	struct reeve_node parts = {0};
	const char *why;

	if (!split(doc, at, end, &parts, &why)) {
		reeve_cf_add_error(doc, at, end, REEVE_PROBLEM, why);
		return;
	}

	uint32_t n = reeve_tree_add(doc, 0, REEVE_NODE_SETTING, at, end);
	struct reeve_node *node = &doc->nodes[n];
	node->name = parts.name;
	node->name_end = parts.name_end;
	node->value = parts.value;
	node->value_end = parts.value_end;
	if (n != 0 && parts.value < parts.value_end && reeve_line_after(doc, parts.value) < end) {
		node->body = parts.value;
		node->body_end = end;
		reeve_cf_add_lines(doc, n, parts.value, end, true);
	}
}

void reeve_parse_main_cf(struct reeve_doc *doc)
{
	reeve_cf_parse(doc, add_setting);
}
