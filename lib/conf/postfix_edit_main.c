/* SPDX-License-Identifier: MIT */
/* Edits of main.cf: a parameter's value, in its place; a new one where a person would put it. */
#include "conf/cf_lines.h"
#include "conf/postfix.h"

#include <stdlib.h>
#include <string.h>

#define INDENT "    "

void reeve_pf_replace(struct reeve_edits *edits, uint32_t start, uint32_t end, const char *text)
{
	reeve_edits_add(edits, (struct reeve_span){start, end - start}, text, strlen(text));
}

void reeve_pf_remove_lines(const struct reeve_doc *doc, struct reeve_edits *edits, uint32_t start,
                           uint32_t end)
{
	while (start < end) {
		uint32_t next = reeve_line_after(doc, start);

		if (reeve_cf_line(doc, start) > CF_COMMENT)
			reeve_pf_replace(edits, start, next, "");
		start = next;
	}
}

/* ---- a value that is there ----------------------------------------------------------------- */

/* How much of text (n bytes) a piece of a value makes at its beginning or end; 0: it does not. */
static size_t matches(const struct reeve_doc *doc, const struct reeve_node *piece, const char *text,
                      size_t n, bool at_end)
{
	struct reeve_buf raw, squeezed;
	size_t length, take = 0;

	reeve_buf_init(&raw, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&squeezed, REEVE_CONF_MAX_BYTES);
	reeve_buf_add(&raw, doc->bytes + piece->value, piece->value_end - piece->value);
	reeve_pf_squeeze(&squeezed, reeve_buf_text(&raw));
	length = squeezed.length;
	if (length > 0 && length <= n &&
	    memcmp(at_end ? text + n - length : text, squeezed.bytes, length) == 0) {
		if (length == n)
			take = length;
		else if (at_end ? text[n - length - 1] == ' ' : text[length] == ' ')
			take = length + 1;
	}
	reeve_buf_dispose(&raw);
	reeve_buf_dispose(&squeezed);
	return take;
}

/* Put text (n bytes) in a line of its own behind a piece, indented like `like`. */
static void add_line(const struct reeve_doc *doc, struct reeve_edits *edits,
                     const struct reeve_node *piece, const struct reeve_node *like,
                     const char *text, size_t n)
{
	struct reeve_buf line;

	reeve_buf_init(&line, REEVE_CONF_MAX_BYTES);
	reeve_buf_add_text(&line, reeve_line_eol(doc, piece->value));
	if (like != NULL)
		reeve_buf_add(&line, doc->bytes + like->start, like->value - like->start);
	else
		reeve_buf_add_text(&line, INDENT);
	reeve_buf_add(&line, text, n);
	reeve_edits_add(edits, (struct reeve_span){piece->value_end, 0}, reeve_buf_text(&line),
	                line.length);
	reeve_buf_dispose(&line);
}

/* The pieces of a value over several lines, and which of them stay: at its beginning, at its end. */
struct lines {
	const struct reeve_node **pieces;
	size_t count, head, tail;
	const char *text; /* the words between those that stay */
	size_t n;
};

static bool find_lines(const struct reeve_doc *doc, const struct reeve_node *node,
                       const char *value, struct lines *lines)
{
	const struct reeve_node *nodes = doc->nodes;
	size_t take;

	*lines = (struct lines){.text = value, .n = strlen(value)};
	for (uint32_t c = node->first; c != 0; c = nodes[c].next)
		lines->count += nodes[c].kind == REEVE_NODE_PIECE;
	lines->pieces = malloc((lines->count + 1) * sizeof(struct reeve_node *));
	if (lines->pieces == NULL)
		return false;
	lines->count = 0;
	for (uint32_t c = node->first; c != 0; c = nodes[c].next) {
		if (nodes[c].kind == REEVE_NODE_PIECE)
			lines->pieces[lines->count++] = &nodes[c];
	}
	while (lines->head < lines->count && lines->n > 0 &&
	       (take = matches(doc, lines->pieces[lines->head], lines->text, lines->n, false)) > 0) {
		lines->text += take;
		lines->n -= take;
		lines->head++;
	}
	/* The first piece, which is behind the name, can only be the first. */
	while (lines->head + lines->tail < lines->count - (lines->head == 0) && lines->n > 0 &&
	       (take = matches(doc, lines->pieces[lines->count - lines->tail - 1], lines->text,
	                       lines->n, true)) > 0) {
		lines->n -= take;
		lines->tail++;
	}
	return true;
}

/*
 * A value over several lines: lines whose words stay are kept, at its beginning and its end; the new words
 * between go into the first of the others. Comments between stay where they are.
 */
static void edit_lines(const struct reeve_doc *doc, const struct lines *lines,
                       struct reeve_edits *edits)
{
	size_t behind = lines->count - lines->tail; /* the first that stays at the end */

	for (size_t i = lines->head; i < behind; i++) {
		const struct reeve_node *piece = lines->pieces[i];
		uint32_t n = piece->value_end - piece->value;

		if (i == lines->head && (lines->n > 0 || i == 0))
			reeve_edits_add(edits, (struct reeve_span){piece->value, n}, lines->text,
			                lines->n);
		else
			reeve_pf_replace(edits, piece->start, piece->end, "");
	}
	/* Nothing goes, something comes: a line indented like its neighbour. */
	if (lines->head == behind && lines->n > 0)
		add_line(doc, edits, lines->pieces[behind - 1],
		         lines->tail > 0     ? lines->pieces[behind]
		         : lines->count > 1 ? lines->pieces[1]
		                            : NULL,
		         lines->text, lines->n);
}

static void edit_value(const struct reeve_doc *doc, const struct reeve_node *node, const char *value,
                       struct reeve_edits *edits)
{
	struct reeve_buf text;

	if (node->first != 0) {
		struct lines lines;

		/* Without memory nothing is edited, which is seen, and refused, afterwards. */
		reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
		reeve_pf_squeeze(&text, value);
		if (find_lines(doc, node, reeve_buf_text(&text), &lines))
			edit_lines(doc, &lines, edits);
		free(lines.pieces);
		reeve_buf_dispose(&text);
		return;
	}
	if (node->value < node->value_end) {
		reeve_pf_replace(edits, node->value, node->value_end, value);
		return;
	}
	/* "name =": behind the blanks that are there, or with one. */
	uint32_t at = node->value;
	while (at < node->end && (doc->bytes[at] == ' ' || doc->bytes[at] == '\t'))
		at++;
	if (at == node->value && node->value >= 2 && reeve_cf_is_space(doc->bytes[at - 2]))
		reeve_edits_add(edits, (struct reeve_span){at, 0}, " ", 1);
	reeve_edits_add(edits, (struct reeve_span){at, 0}, value, strlen(value));
}

/* ---- a new one ----------------------------------------------------------------------------- */

/* Where "name =" stands in [at, end), behind '#' and blanks, its '=' at *equals_r. */
static bool is_setting_of(const struct reeve_doc *doc, uint32_t at, uint32_t end,
                          const struct pf_path *path, uint32_t *name_r, uint32_t *equals_r)
{
	while (at < end && (doc->bytes[at] == '#' || doc->bytes[at] == ' ' || doc->bytes[at] == '\t'))
		at++;
	*name_r = at;
	if (end - at < path->name_length ||
	    memcmp(doc->bytes + at, path->name, path->name_length) != 0)
		return false;
	at += (uint32_t)path->name_length;
	while (at < end && (doc->bytes[at] == ' ' || doc->bytes[at] == '\t'))
		at++;
	*equals_r = at;
	return at < end && doc->bytes[at] == '=';
}

/* Whether a commented-out setting goes on in the next comment line: "#name =", "#name = a,". */
static bool goes_on(const struct reeve_doc *doc, uint32_t at, uint32_t end)
{
	uint32_t last = reeve_cf_trim(doc, at, end);

	return last > at && (doc->bytes[last - 1] == ',' || doc->bytes[last - 1] == '=');
}

static bool is_indented_comment(const struct reeve_doc *doc, uint32_t n)
{
	const struct reeve_node *node = &doc->nodes[n];

	return node->kind == REEVE_NODE_COMMENT && node->end - node->start > 1 &&
	       doc->bytes[node->start] == '#' &&
	       (doc->bytes[node->start + 1] == ' ' || doc->bytes[node->start + 1] == '\t');
}

/* The last commented-out setting of that name; 0 if there is none. *end_r: the last of its lines. */
static uint32_t find_default(const struct reeve_doc *doc, const struct pf_path *path,
                             uint32_t *end_r)
{
	const struct reeve_node *nodes = doc->nodes;
	uint32_t found = 0, name, equals;

	for (uint32_t n = nodes[0].first; n != 0; n = nodes[n].next) {
		if (nodes[n].kind != REEVE_NODE_COMMENT || doc->bytes[nodes[n].start] != '#' ||
		    !is_setting_of(doc, nodes[n].start, nodes[n].end, path, &name, &equals))
			continue;
		found = n;
	}
	*end_r = found;
	while (found != 0 && goes_on(doc, nodes[*end_r].start, nodes[*end_r].end) &&
	       nodes[*end_r].next != 0 && is_indented_comment(doc, nodes[*end_r].next))
		*end_r = nodes[*end_r].next;
	return found;
}

/* The last setting of the file, or 0. */
static uint32_t last_setting(const struct reeve_doc *doc)
{
	uint32_t last = 0;

	for (uint32_t n = doc->nodes[0].first; n != 0; n = doc->nodes[n].next) {
		if (doc->nodes[n].kind == REEVE_NODE_SETTING)
			last = n;
	}
	return last;
}

/*
 * "name = value" with the blanks of a neighbour, whose name is at [name, name_end) and its '=' at
 * `equals`. Where '=' stand in a column, so does this one.
 */
static void add_like(const struct reeve_doc *doc, uint32_t name, uint32_t name_end, uint32_t equals,
                     const struct pf_path *path, const char *value, struct reeve_buf *line)
{
	const unsigned char *bytes = doc->bytes;
	uint32_t blank = equals + 1;

	reeve_buf_add(line, path->name, path->name_length);
	if (equals - name_end >= 2 && memchr(bytes + name_end, '\t', equals - name_end) == NULL) {
		do
			reeve_buf_add_byte(line, ' ');
		while (line->length < equals - name);
	} else {
		reeve_buf_add(line, bytes + name_end, equals - name_end);
	}
	reeve_buf_add_byte(line, '=');
	while (blank < doc->size && (bytes[blank] == ' ' || bytes[blank] == '\t'))
		blank++;
	reeve_buf_add(line, bytes + equals + 1, blank - equals - 1);
	/* "name =" with nothing behind says nothing about what stands in front of a value. */
	if (blank == equals + 1 && equals > name_end &&
	    (blank == doc->size || bytes[blank] == '\n' || bytes[blank] == '\r'))
		reeve_buf_add_byte(line, ' ');
	reeve_buf_add_text(line, value);
}

static void add_setting(const struct reeve_doc *doc, const struct pf_path *path, const char *value,
                        struct reeve_edits *edits)
{
	const struct reeve_node *nodes = doc->nodes;
	uint32_t end = 0, n = find_default(doc, path, &end), at = doc->size, name, equals;
	struct reeve_buf line;

	reeve_buf_init(&line, REEVE_CONF_MAX_BYTES);
	/* In front of a stray first line that is indented nothing may stand. */
	if (n != 0 && (nodes[end].next == 0 || nodes[nodes[end].next].kind != REEVE_NODE_ERROR)) {
		is_setting_of(doc, nodes[n].start, nodes[n].end, path, &name, &equals);
		add_like(doc, name, name + (uint32_t)path->name_length, equals, path, value, &line);
		at = nodes[end].end;
	} else if ((n = last_setting(doc)) != 0) {
		equals = nodes[n].name_end;
		while (doc->bytes[equals] == ' ' || doc->bytes[equals] == '\t')
			equals++;
		if (doc->bytes[equals] == '=')
			add_like(doc, nodes[n].name, nodes[n].name_end, equals, path, value, &line);
	}
	if (line.length == 0) {
		reeve_buf_add(&line, path->name, path->name_length);
		reeve_buf_add_text(&line, " = ");
		reeve_buf_add_text(&line, value);
	}

	const char *eol = reeve_line_eol(doc, at > 0 ? at - 1 : 0);
	if (at > 0 && doc->bytes[at - 1] != '\n')
		reeve_edits_add(edits, (struct reeve_span){at, 0}, eol, strlen(eol));
	reeve_buf_add_text(&line, eol);
	reeve_edits_add(edits, (struct reeve_span){at, 0}, reeve_buf_text(&line), line.length);
	reeve_buf_dispose(&line);
}

void reeve_pf_edit_main(const struct postfix *own, const struct pf_path *path, const char *value,
                        struct reeve_edits *edits)
{
	const struct pf_settings *settings = &own->index->settings;
	const struct pf_setting *setting = reeve_pf_find(settings, path->name, path->name_length);
	const struct reeve_doc *doc = own->main;

	if (setting == NULL) {
		add_setting(doc, path, value, edits);
		return;
	}
	if (value != NULL) {
		edit_value(doc, &doc->nodes[setting->node], value, edits);
		return;
	}
	for (size_t i = 0; i < settings->count; i++) {
		if (strcmp(settings->rows[i].name, setting->name) == 0)
			reeve_pf_remove_lines(doc, edits, doc->nodes[settings->rows[i].node].start,
			                      doc->nodes[settings->rows[i].node].end);
	}
}
