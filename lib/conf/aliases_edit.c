/* SPDX-License-Identifier: MIT */
/* Edits of an aliases file: how they are kept, and a target or an entry more. */
#include "base/error.h"
#include "conf/aliases_edit.h"
#include "conf/cf_lines.h"
#include "conf/postfix.h"

#include <string.h>

void reeve_aliases_list(const struct reeve_doc *doc, uint32_t node, const char *without,
                         struct reeve_buf *list)
{
	struct reeve_span span;
	struct reeve_buf plain;
	uint32_t at = 0;

	reeve_buf_init(&plain, REEVE_CONF_MAX_BYTES);
	while (reeve_aliases_target(doc, node, &at, &span)) {
		reeve_buf_clear(&plain);
		reeve_aliases_plain(doc, (uint32_t)span.offset,
		                    (uint32_t)(span.offset + span.length), &plain);
		if (without != NULL && reeve_aliases_same_target(reeve_buf_text(&plain), without))
			continue;
		reeve_buf_add_text(list, reeve_buf_text(&plain));
		reeve_buf_add_byte(list, '\n');
	}
	reeve_buf_dispose(&plain);
}

int reeve_aliases_apply(struct reeve_doc *doc, struct reeve_edits *edits, uint32_t number,
                 struct reeve_buf *wanted, struct reeve_error *err)
{
	struct reeve_doc_before before;
	struct reeve_buf list;
	uint32_t node;
	int r = -1;

	reeve_buf_init(&list, REEVE_CONF_MAX_BYTES);
	if (edits == NULL || wanted->has_failed) {
		reeve_fail_nomem(err);
		goto out;
	}
	if (reeve_doc_try(doc, edits, &before, err) < 0)
		goto out;
	for (node = doc->nodes[0].first; node != 0 && number > 0; node = doc->nodes[node].next)
		number -= doc->nodes[node].kind == REEVE_NODE_SETTING;
	while (node != 0 && doc->nodes[node].kind != REEVE_NODE_SETTING)
		node = doc->nodes[node].next;
	if (node != 0)
		reeve_aliases_list(doc, node, NULL, &list);
	if (strcmp(reeve_buf_text(&list), reeve_buf_text(wanted)) == 0 && !list.has_failed) {
		reeve_doc_keep(doc, &before);
		r = 1;
	} else if (reeve_doc_undo(doc, &before, err) == 0) {
		reeve_fail(err, REEVE_EREFUSED,
		           "'%s' has an alias written so that it cannot be changed safely",
		           doc->path);
	}
out:
	reeve_edits_free(edits);
	reeve_buf_dispose(wanted);
	reeve_buf_dispose(&list);
	return r;
}

uint32_t reeve_aliases_number(const struct reeve_doc *doc, uint32_t node)
{
	uint32_t number = 0;

	for (uint32_t i = doc->nodes[0].first; i != node; i = doc->nodes[i].next)
		number += doc->nodes[i].kind == REEVE_NODE_SETTING;
	return number;
}

/* ---- a new entry --------------------------------------------------------------------------- */

/* The column at which the value of an entry begins, behind its name, one colon and blanks; 0: it does not. */
static uint32_t column_of(const struct reeve_doc *doc, uint32_t n)
{
	const struct reeve_node *node = &doc->nodes[n];

	if (node->value == node->value_end || doc->bytes[node->name_end] != ':')
		return 0;
	for (uint32_t at = node->name_end + 1; at < node->value; at++) {
		if (doc->bytes[at] != ' ')
			return 0;
	}
	return node->value - node->name;
}

/* ':' and what stands between it and the value, like the file's last two entries. */
static void add_gap(const struct reeve_doc *doc, size_t name_length, struct reeve_buf *line)
{
	const struct reeve_node *nodes = doc->nodes;
	uint32_t last = 0, other = 0, column;

	for (uint32_t i = nodes[0].first; i != 0; i = nodes[i].next) {
		if (nodes[i].kind == REEVE_NODE_SETTING && nodes[i].value < nodes[i].value_end) {
			other = last;
			last = i;
		}
	}
	if (last == 0) {
		reeve_buf_add_text(line, ": ");
		return;
	}
	column = column_of(doc, last);
	if (column > 0 && other != 0 && column == column_of(doc, other) &&
	    nodes[last].name_end - nodes[last].name != nodes[other].name_end - nodes[other].name) {
		reeve_buf_add_text(line, ": ");
		for (size_t at = name_length + 2; at < column; at++)
			reeve_buf_add_byte(line, ' ');
		return;
	}

	const unsigned char *gap = doc->bytes + nodes[last].name_end;
	size_t n = nodes[last].value - nodes[last].name_end;
	if (memchr(gap, '\n', n) != NULL)
		reeve_buf_add_text(line, ": ");
	else
		reeve_buf_add(line, gap, n);
}

static int add_entry(struct reeve_doc *doc, const char *name, struct reeve_aliases_word *target,
                     struct reeve_error *err)
{
	uint32_t last = doc->nodes[0].last, at = doc->size;
	struct reeve_edits *edits = reeve_edits_new();
	struct reeve_buf line, text, wanted;

	reeve_buf_init(&line, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&wanted, REEVE_CONF_MAX_BYTES);
	if (last != 0 && doc->nodes[last].kind == REEVE_NODE_BLANK)
		at = doc->nodes[last].start;

	const char *eol = reeve_line_eol(doc, at > 0 ? at - 1 : 0);
	if (at > 0 && doc->bytes[at - 1] != '\n')
		reeve_buf_add_text(&line, eol);
	reeve_aliases_add_quoted(&text, name, "");
	reeve_buf_add_text(&line, reeve_buf_text(&text));
	add_gap(doc, text.length, &line);
	reeve_buf_add_text(&line, reeve_buf_text(&target->written));
	reeve_buf_add_text(&line, eol);
	if (edits != NULL)
		reeve_pf_replace(edits, at, at, reeve_buf_text(&line));
	reeve_buf_add_text(&wanted, reeve_buf_text(&target->plain));
	reeve_buf_add_byte(&wanted, '\n');
	reeve_buf_dispose(&line);
	reeve_buf_dispose(&text);
	return reeve_aliases_apply(doc, edits, reeve_aliases_number(doc, 0), &wanted, err);
}

/* ---- a target more ------------------------------------------------------------------------- */

/* The last of an entry's lines, if each of them has one target; else 0. */
static uint32_t last_line(const struct reeve_doc *doc, uint32_t node)
{
	uint32_t last = 0, at = 0, lines = 0, targets = 0;
	struct reeve_span span;

	for (uint32_t i = doc->nodes[node].first; i != 0; i = doc->nodes[i].next) {
		if (doc->nodes[i].kind == REEVE_NODE_PIECE) {
			last = i;
			lines++;
		}
	}
	while (reeve_aliases_target(doc, node, &at, &span))
		targets++;
	return lines > 1 && lines == targets ? last : 0;
}

static void edit_more(const struct reeve_doc *doc, uint32_t n, const char *target,
                      struct reeve_edits *edits)
{
	const struct reeve_node *node = &doc->nodes[n];
	uint32_t at = node->value_end, line = last_line(doc, n);
	struct reeve_buf text;

	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	if (node->value == node->value_end) {
		while (at < node->end && (doc->bytes[at] == ' ' || doc->bytes[at] == '\t'))
			at++;
		if (at == node->value)
			reeve_buf_add_byte(&text, ' ');
	} else if (line != 0) {
		const struct reeve_node *piece = &doc->nodes[line];
		bool is_comma_first = doc->bytes[piece->value] == ',';

		if (!is_comma_first && doc->bytes[at - 1] != ',')
			reeve_buf_add_byte(&text, ',');
		reeve_buf_add_text(&text, reeve_line_eol(doc, piece->value));
		reeve_buf_add(&text, doc->bytes + piece->start, piece->value - piece->start);
		if (is_comma_first)
			reeve_buf_add_text(&text, ", ");
	} else {
		reeve_buf_add_text(&text, doc->bytes[at - 1] == ',' ? " " : ", ");
	}
	reeve_buf_add_text(&text, target);
	reeve_pf_replace(edits, at, at, reeve_buf_text(&text));
	reeve_buf_dispose(&text);
}

static bool has_target(const struct reeve_doc *doc, uint32_t node, const char *target)
{
	struct reeve_buf all, others;
	bool is_there;

	reeve_buf_init(&all, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&others, REEVE_CONF_MAX_BYTES);
	reeve_aliases_list(doc, node, NULL, &all);
	reeve_aliases_list(doc, node, target, &others);
	is_there = all.length != others.length;
	reeve_buf_dispose(&all);
	reeve_buf_dispose(&others);
	return is_there;
}

int reeve_aliases_add(struct reeve_doc *doc, const char *name, const char *target,
                      struct reeve_error *err)
{
	struct reeve_edits *edits;
	struct reeve_buf wanted;
	struct reeve_aliases_word word;
	uint32_t node;
	int r = 0;

	if (reeve_aliases_check_name(name, err) < 0 || reeve_aliases_word_init(&word, target, err) < 0)
		return -1;
	node = reeve_aliases_find(doc, name);
	if (node == 0) {
		r = add_entry(doc, name, &word, err);
	} else if (!has_target(doc, node, reeve_buf_text(&word.plain))) {
		reeve_buf_init(&wanted, REEVE_CONF_MAX_BYTES);
		reeve_aliases_list(doc, node, NULL, &wanted);
		reeve_buf_add_text(&wanted, reeve_buf_text(&word.plain));
		reeve_buf_add_byte(&wanted, '\n');
		edits = reeve_edits_new();
		if (edits != NULL)
			edit_more(doc, node, reeve_buf_text(&word.written), edits);
		r = reeve_aliases_apply(doc, edits, reeve_aliases_number(doc, node), &wanted, err);
	}
	reeve_aliases_word_dispose(&word);
	return r;
}
