/* SPDX-License-Identifier: MIT */
/* What a new line of a Dovecot file looks like: as its neighbours do. */
#include "conf/dovecot_edit.h"

#include <string.h>

static bool is_blank(unsigned char byte)
{
	return byte == ' ' || byte == '\t';
}

/* ---- looks --------------------------------------------------------------------------------- */

static void set(struct reeve_buf *buf, const void *bytes, size_t n)
{
	reeve_buf_clear(buf);
	reeve_buf_add(buf, bytes, n);
}

/* The white space before a node's first word, if the node begins its line. */
static bool indent_of(const struct reeve_doc *doc, uint32_t n, struct reeve_buf *indent)
{
	const struct reeve_node *node = &doc->nodes[n];
	uint32_t at = node->start;

	if (at > 0 && doc->bytes[at - 1] != '\n')
		return false;
	while (at < node->end && is_blank(doc->bytes[at]))
		at++;
	set(indent, doc->bytes + node->start, at - node->start);
	return true;
}

/* The white space around the '=' of the name that ends at `at`. */
static void look_around(struct dovecot_looks *looks, const struct reeve_doc *doc, uint32_t name,
                        uint32_t at, uint32_t end)
{
	uint32_t before = at, after;

	while (at < end && is_blank(doc->bytes[at]))
		at++;
	if (at == end || doc->bytes[at] != '=')
		return;
	after = at + 1;
	set(&looks->before, doc->bytes + before, at - before);
	/* Two blanks or more: the '=' of several lines stand below each other. */
	looks->column = at - before > 1 && doc->bytes[before] == ' ' ? at - name : 0;
	for (at = after; at < end && is_blank(doc->bytes[at]); at++)
		;
	if (at < end && doc->bytes[at] != '\r' && doc->bytes[at] != '\n' && doc->bytes[at] != '#')
		set(&looks->after, doc->bytes + after, at - after);
	else if (at == after)
		set(&looks->after, " ", looks->before.length > 0);
}

/* What a level of blocks is indented by in this file. */
static void find_unit(struct dovecot_looks *looks, const struct reeve_doc *doc)
{
	struct reeve_buf outer, inner;

	reeve_buf_init(&outer, 1000);
	reeve_buf_init(&inner, 1000);
	set(&looks->unit, "  ", 2);
	for (uint32_t n = 1; n < doc->count; n++) {
		const struct reeve_node *node = &doc->nodes[n];

		if ((node->kind == REEVE_NODE_SETTING || node->kind == REEVE_NODE_BLOCK) &&
		    node->parent != 0 && indent_of(doc, node->parent, &outer) &&
		    indent_of(doc, n, &inner) && inner.length > outer.length) {
			set(&looks->unit, inner.bytes + outer.length, inner.length - outer.length);
			break;
		}
	}
	reeve_buf_dispose(&outer);
	reeve_buf_dispose(&inner);
}

/* The line end of the line before `at`; where that has none, of the file's first line. */
static const char *eol_of(const struct reeve_doc *doc, uint32_t at)
{
	uint32_t end = at > 0 && doc->bytes[at - 1] == '\n' ? at : reeve_line_after(doc, 0);

	return end > 1 && doc->bytes[end - 1] == '\n' && doc->bytes[end - 2] == '\r' ? "\r\n"
	                                                                             : "\n";
}

void dovecot_looks_init(struct dovecot_looks *looks, const struct reeve_doc *doc, uint32_t at)
{
	*looks = (struct dovecot_looks){.eol = eol_of(doc, at)};
	reeve_buf_init(&looks->indent, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&looks->unit, 1000);
	reeve_buf_init(&looks->before, 1000);
	reeve_buf_init(&looks->after, 1000);
	set(&looks->before, " ", 1);
	set(&looks->after, " ", 1);
	find_unit(looks, doc);
}

void dovecot_looks_dispose(struct dovecot_looks *looks)
{
	reeve_buf_dispose(&looks->indent);
	reeve_buf_dispose(&looks->unit);
	reeve_buf_dispose(&looks->before);
	reeve_buf_dispose(&looks->after);
}

void dovecot_looks_at_comment(struct dovecot_looks *looks, const struct reeve_doc *doc, uint32_t n,
                              size_t name)
{
	const struct reeve_node *node = &doc->nodes[n];
	uint32_t at = node->note + 1;

	indent_of(doc, n, &looks->indent);
	if (name == 0)
		return;
	while (at < node->note_end && is_blank(doc->bytes[at]))
		at++;
	look_around(looks, doc, at, at + (uint32_t)name, node->note_end);
	looks->column = 0;
}

void dovecot_looks_at_block(struct dovecot_looks *looks, const struct reeve_doc *doc,
                            uint32_t container)
{
	bool is_found = false;

	if (container != 0) {
		indent_of(doc, container, &looks->indent);
		reeve_buf_add(&looks->indent, looks->unit.bytes, looks->unit.length);
	}
	for (uint32_t n = doc->nodes[container].first; n != 0; n = doc->nodes[n].next) {
		const struct reeve_node *node = &doc->nodes[n];

		if (node->kind == REEVE_NODE_COMMENT && !is_found && container != 0) {
			indent_of(doc, n, &looks->indent);
		} else if (node->kind == REEVE_NODE_SETTING || node->kind == REEVE_NODE_BLOCK) {
			is_found = indent_of(doc, n, &looks->indent) || is_found;
			if (node->kind == REEVE_NODE_SETTING)
				look_around(looks, doc, node->name, node->name_end, node->end);
		}
	}
}

/* ---- writing ------------------------------------------------------------------------------- */

/* A word that needs quotes has them: a block's name, and since 2.4 a setting's. */
static void add_word(struct reeve_buf *buf, const struct reeve_buf *word)
{
	bool is_plain = word->length > 0;

	for (size_t i = 0; i < word->length; i++)
		is_plain &= strchr(" \t\"{}#=", word->bytes[i]) == NULL;
	if (is_plain) {
		reeve_buf_add(buf, word->bytes, word->length);
		return;
	}
	reeve_buf_add_byte(buf, '"');
	for (size_t i = 0; i < word->length; i++) {
		if (word->bytes[i] == '\\' || word->bytes[i] == '"')
			reeve_buf_add_byte(buf, '\\');
		reeve_buf_add_byte(buf, word->bytes[i]);
	}
	reeve_buf_add_byte(buf, '"');
}

static void add_buf(struct reeve_buf *buf, const struct reeve_buf *other)
{
	reeve_buf_add(buf, other->bytes, other->length);
}

/* `name = value` and a line end. */
static bool add_setting(struct reeve_buf *text, const struct dovecot_looks *looks,
                        const struct reeve_buf *name, const struct dovecot_wish *wish)
{
	struct reeve_buf line, value;
	size_t start;
	bool is_good;

	reeve_buf_init(&line, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&value, REEVE_CONF_MAX_BYTES);
	add_buf(&line, &looks->indent);
	start = line.length;
	add_word(&line, name);
	if (looks->column > 0) {
		do
			reeve_buf_add_byte(&line, ' ');
		while (line.length - start < looks->column && !line.has_failed);
	} else {
		add_buf(&line, &looks->before);
	}
	reeve_buf_add_byte(&line, '=');
	if (*wish->value != '\0' || wish->is_from_file)
		add_buf(&line, &looks->after);
	is_good = dovecot_wish_write(wish, &line, '\0', looks->eol, strlen(looks->eol), &value);
	add_buf(text, &line);
	add_buf(text, &value);
	reeve_buf_add_text(text, looks->eol);
	is_good = is_good && !line.has_failed && !value.has_failed;
	reeve_buf_dispose(&line);
	reeve_buf_dispose(&value);
	return is_good;
}

bool dovecot_looks_write(struct dovecot_looks *looks, const char *rest,
                         const struct dovecot_wish *wish, struct reeve_buf *text)
{
	struct reeve_buf type, name;
	unsigned int depth = 0;
	uint32_t number;
	bool is_good;

	reeve_buf_init(&type, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&name, REEVE_CONF_MAX_BYTES);
	while ((rest = reeve_path_step(rest, &type, &name, &number)) != NULL) {
		add_buf(text, &looks->indent);
		add_word(text, &type);
		if (name.length > 0) {
			reeve_buf_add_byte(text, ' ');
			add_word(text, &name);
		}
		reeve_buf_add_text(text, " {");
		reeve_buf_add_text(text, looks->eol);
		add_buf(&looks->indent, &looks->unit);
		depth++;
	}
	is_good = add_setting(text, looks, &type, wish) && !name.has_failed;
	while (depth-- > 0) {
		looks->indent.length -= looks->unit.length;
		add_buf(text, &looks->indent);
		reeve_buf_add_text(text, "}");
		reeve_buf_add_text(text, looks->eol);
	}
	reeve_buf_dispose(&type);
	reeve_buf_dispose(&name);
	return is_good;
}
