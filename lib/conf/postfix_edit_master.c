/* SPDX-License-Identifier: MIT */
/* Edits of master.cf: a field in its column, an option, a command. */
#include "base/error.h"
#include "conf/cf_lines.h"
#include "conf/postfix.h"

#include <string.h>

#define INDENT "  "

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

/* Whether what stands between the beginning of the line and `at` is white space. */
static bool begins_line(const struct reeve_doc *doc, uint32_t at)
{
	while (at > 0 && is_blank(doc->bytes[at - 1]))
		at--;
	return at == 0 || doc->bytes[at - 1] == '\n';
}

/* The bytes of a word node without white space around. */
static void bounds(const struct reeve_doc *doc, uint32_t n, uint32_t *start_r, uint32_t *end_r)
{
	*start_r = reeve_cf_skip_space(doc, doc->nodes[n].start, doc->nodes[n].end);
	*end_r = reeve_cf_trim(doc, *start_r, doc->nodes[n].end);
}

/* ---- fields -------------------------------------------------------------------------------- */

/* Blanks and nothing else from `at` on, up to a word in the same line; 0 where the line ends first. */
static uint32_t gap(const struct reeve_doc *doc, uint32_t at)
{
	uint32_t from = at;

	while (at < doc->size && doc->bytes[at] == ' ')
		at++;
	return at == doc->size || doc->bytes[at] == '\t' || doc->bytes[at] == '\r' ||
	                       doc->bytes[at] == '\n'
	               ? 0
	               : at - from;
}

/* Whether the fields of a service stand in columns: somewhere there is more than one blank. */
static bool has_columns(const struct reeve_doc *doc, const struct pf_service *service)
{
	for (size_t i = 0; i < PF_COMMAND; i++) {
		if (gap(doc, doc->nodes[service->words[i].node].value_end) > 1)
			return true;
	}
	return false;
}

void reeve_pf_edit_field(const struct postfix *own, const struct pf_service *service, int field,
                         const char *value, struct reeve_edits *edits)
{
	const struct reeve_doc *doc = own->master;
	const struct reeve_node *node = &doc->nodes[service->words[field].node];
	uint32_t had = node->value_end - node->value, blanks = gap(doc, node->value_end);
	uint32_t n = (uint32_t)strlen(value), end = node->value_end;
	struct reeve_buf text;

	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	reeve_buf_add_text(&text, value);
	if (blanks > 0 && has_columns(doc, service)) {
		/* The next word keeps its column, with one blank at least in front of it. */
		if (n > had)
			end += n - had < blanks ? n - had : blanks - 1;
		for (; n < had; n++)
			reeve_buf_add_byte(&text, ' ');
	}
	reeve_edits_add(edits, (struct reeve_span){node->value, end - node->value},
	                reeve_buf_text(&text), text.length);
	reeve_buf_dispose(&text);
}

/* ---- options ------------------------------------------------------------------------------- */

void reeve_pf_add_indent(const struct postfix *own, const struct pf_service *service,
                         struct reeve_buf *text)
{
	const struct reeve_doc *doc = own->master;
	const struct pf_index *index = own->index;

	for (size_t i = 0; i <= index->service_count; i++) {
		const struct pf_service *at = i == 0 ? service : &index->services[i - 1];

		for (size_t j = 0; at != NULL && j < at->options.count; j++) {
			uint32_t start, end;

			bounds(doc, at->options.rows[j].node, &start, &end);
			if (!begins_line(doc, start))
				continue;
			reeve_buf_add(text, doc->bytes + doc->nodes[at->options.rows[j].node].start,
			              start - doc->nodes[at->options.rows[j].node].start);
			return;
		}
	}
	reeve_buf_add_text(text, INDENT);
}

void reeve_pf_add_option_text(struct reeve_buf *text, const char *name, size_t n, const char *value)
{
	bool is_braced = value[strcspn(value, " \t\r\n\v\f")] != '\0';

	reeve_buf_add_text(text, is_braced ? "-o { " : "-o ");
	reeve_buf_add(text, name, n);
	reeve_buf_add_text(text, is_braced ? " = " : "=");
	reeve_buf_add_text(text, value);
	if (is_braced)
		reeve_buf_add_text(text, " }");
}

/* A new one: behind the last of the options, or the command. */
static void add_option(const struct postfix *own, const struct pf_service *service,
                       const struct pf_path *path, const char *value, struct reeve_edits *edits)
{
	const struct reeve_doc *doc = own->master;
	uint32_t last = service->words[PF_COMMAND].node, start, end, next;
	struct reeve_buf text;
	bool in_line;

	for (size_t i = PF_FIELDS; i < service->word_count && !service->words[i].is_argument; i++)
		last = service->words[i].node;
	bounds(doc, last, &start, &end);
	next = end;
	while (next < doc->size && is_blank(doc->bytes[next]))
		next++;
	/* In the same line where something follows there, or options are written so here. */
	in_line = next < doc->size && doc->bytes[next] != '\r' && doc->bytes[next] != '\n';
	if (last != service->words[PF_COMMAND].node && !begins_line(doc, start))
		in_line = true;

	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	if (in_line) {
		reeve_buf_add_byte(&text, ' ');
	} else {
		reeve_buf_add_text(&text, reeve_line_eol(doc, end > 0 ? end - 1 : 0));
		reeve_pf_add_indent(own, service, &text);
	}
	reeve_pf_add_option_text(&text, path->name, path->name_length, value);
	reeve_edits_add(edits, (struct reeve_span){end, 0}, reeve_buf_text(&text), text.length);
	reeve_buf_dispose(&text);
}

/* The span of a value in a setting node, without a closing brace. */
static void change_option(const struct reeve_doc *doc, const struct reeve_node *node,
                          const char *value, struct reeve_edits *edits)
{
	/* "{ name" and "{name": in braces blanks are fine. */
	uint32_t at = node->name;
	struct reeve_buf text;

	while (at > node->start && reeve_cf_is_space(doc->bytes[at - 1]))
		at--;
	if ((at > node->start && doc->bytes[at - 1] == '{') ||
	    value[strcspn(value, " \t\r\n\v\f")] == '\0') {
		reeve_pf_replace(edits, node->value, node->value_end, value);
		return;
	}
	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	reeve_buf_add_text(&text, "{ ");
	reeve_buf_add(&text, doc->bytes + node->name, node->name_end - node->name);
	reeve_buf_add_text(&text, " = ");
	reeve_buf_add_text(&text, value);
	reeve_buf_add_text(&text, " }");
	reeve_edits_add(edits, (struct reeve_span){node->name, node->value_end - node->name},
	                reeve_buf_text(&text), text.length);
	reeve_buf_dispose(&text);
}

static void remove_option(const struct reeve_doc *doc, uint32_t n, struct reeve_edits *edits)
{
	uint32_t start, end, next;

	bounds(doc, n, &start, &end);
	next = end;
	while (next < doc->size && is_blank(doc->bytes[next]))
		next++;
	bool ends_line = next == doc->size || doc->bytes[next] == '\r' || doc->bytes[next] == '\n';
	if (begins_line(doc, start) && ends_line) {
		reeve_pf_replace(edits, doc->nodes[n].start, doc->nodes[n].end, "");
	} else if (begins_line(doc, start)) {
		/* The next word takes its place, and its indent. */
		reeve_pf_replace(edits, start, next, "");
	} else {
		while (start > 0 && is_blank(doc->bytes[start - 1]))
			start--;
		reeve_pf_replace(edits, start, end, "");
	}
}

/* Whether comments are inside of what the new value (NULL: none) replaces. */
static bool has_comments(const struct reeve_doc *doc, uint32_t n, const char *value)
{
	const struct reeve_node *node = &doc->nodes[n];

	/* Of a value in one line that stays one word, nothing else is touched. */
	if (value != NULL && value[strcspn(value, " \t\r\n\v\f")] == '\0' &&
	    memchr(doc->bytes + node->value, '\n', node->value_end - node->value) == NULL)
		return false;
	for (uint32_t c = doc->nodes[n].first; c != 0; c = doc->nodes[c].next) {
		if (doc->nodes[c].kind == REEVE_NODE_COMMENT)
			return true;
	}
	return false;
}

/* "FILE:LINE:COLUMN: 'name' is written ...: change it by hand" */
static int refuse_option(struct reeve_doc *doc, const struct pf_setting *option, const char *how,
                         struct reeve_error *err)
{
	const struct reeve_node *node = &doc->nodes[option->node];
	uint64_t line, column;

	reeve_doc_where(doc, reeve_cf_skip_space(doc, node->start, node->end), &line, &column);
	return reeve_fail(err, REEVE_EREFUSED, "%s:%ju:%ju: '%s' is written %s: change it by hand",
	                  doc->path, (uintmax_t)line, (uintmax_t)column, option->name, how);
}

/*
 * The value of "-vo name=value", whose second word is a piece of its own; false if it is written in another
 * way, or the new value would not be one word.
 */
static bool change_piece(const struct reeve_doc *doc, uint32_t n, const char *value,
                         struct reeve_edits *edits)
{
	uint32_t start, end, at;

	bounds(doc, n, &start, &end);
	for (at = start; at < end && doc->bytes[at] != '='; at++)
		if (strchr(" \t\r\n{", doc->bytes[at]) != NULL)
			return false;
	if (at == end || doc->bytes[start] == '-' || memchr(doc->bytes + at, '{', end - at) != NULL ||
	    value[strcspn(value, " \t\r\n\v\f{}")] != '\0')
		return false;
	reeve_pf_replace(edits, at + 1, end, value);
	return true;
}

int reeve_pf_edit_option(const struct postfix *own, const struct pf_service *service,
                         const struct pf_path *path, const char *value, struct reeve_edits *edits,
                         struct reeve_error *err)
{
	struct reeve_doc *doc = own->master;
	const struct pf_setting *option = reeve_pf_find(&service->options, path->name,
	                                                path->name_length);

	if (option == NULL) {
		add_option(own, service, path, value, edits);
		return 0;
	}
	for (size_t i = 0; i < service->options.count; i++) {
		const struct pf_setting *row = &service->options.rows[i];

		if (strcmp(row->name, option->name) != 0 || (value != NULL && row->is_shadowed))
			continue;
		if (doc->nodes[row->node].kind != REEVE_NODE_SETTING) {
			if (value != NULL && change_piece(doc, row->node, value, edits))
				continue;
			return refuse_option(doc, row, "together with another option", err);
		}
		if (has_comments(doc, row->node, value))
			return refuse_option(doc, row, "with comments inside", err);
		if (value == NULL)
			remove_option(doc, row->node, edits);
		else
			change_option(doc, &doc->nodes[row->node], value, edits);
	}
	return 0;
}

/* ---- services ------------------------------------------------------------------------------ */

/* The last word's node of a service. */
static uint32_t last_node(const struct pf_service *service)
{
	return service->words[service->word_count - 1].node;
}

void reeve_pf_edit_service(const struct postfix *own, const struct pf_service *service,
                           const struct pf_service *wanted, const char *command,
                           struct reeve_edits *edits)
{
	const struct reeve_doc *doc = own->master;
	bool is_same = service->word_count == wanted->word_count;
	uint32_t start, end, last_start, last_end;

	for (int i = 0; i < PF_COMMAND; i++) {
		if (strcmp(service->words[i].text, wanted->words[i].text) != 0)
			reeve_pf_edit_field(own, service, i, wanted->words[i].text, edits);
	}
	for (size_t i = PF_FIELDS; i < service->word_count && is_same; i++)
		is_same = strcmp(service->words[i].text, wanted->words[i].text) == 0;
	if (is_same) { /* only the program, or nothing */
		if (strcmp(service->words[PF_COMMAND].text, wanted->words[PF_COMMAND].text) != 0)
			reeve_pf_edit_field(own, service, PF_COMMAND, wanted->words[PF_COMMAND].text,
			                    edits);
		return;
	}
	bounds(doc, service->words[PF_COMMAND].node, &start, &end);
	bounds(doc, last_node(service), &last_start, &last_end);
	/* In the place of the command all of the new one; what follows in that line, and more lines, go. */
	uint32_t line_end = reeve_line_after(doc, start);
	uint32_t stop = last_end < line_end ? last_end : reeve_cf_trim(doc, start, line_end);
	reeve_pf_replace(edits, start, stop, command);
	if (line_end < doc->nodes[service->node].end)
		reeve_pf_remove_lines(doc, edits, line_end, doc->nodes[service->node].end);
}
