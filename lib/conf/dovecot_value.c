/* SPDX-License-Identifier: MIT */
/* The text of Dovecot nodes: continuations joined, quotes and escapes undone. */
#include "conf/dovecot.h"

#include <string.h>

/* Where the line that holds `at` begins. */
static uint32_t line_start(const struct reeve_doc *doc, uint32_t at)
{
	const unsigned char *before = at > 0 ? memrchr(doc->bytes, '\n', at) : NULL;

	return before == NULL ? 0 : (uint32_t)(before - doc->bytes) + 1;
}

/* The bytes of a span, continuation lines joined as Dovecot does: one blank for each. */
static void add_joined(const struct reeve_doc *doc, uint32_t from, uint32_t to,
                       struct reeve_buf *buf)
{
	uint32_t at;

	if (from == to)
		return;
	if (memchr(doc->bytes + from, '\n', to - from) == NULL) {
		reeve_buf_add(buf, doc->bytes + from, to - from);
		return;
	}
	for (at = line_start(doc, from); at < to;) {
		struct reeve_dovecot_line line = reeve_dovecot_line_at(doc, at);
		uint32_t start = line.text > from ? line.text : from;
		uint32_t end = line.text_end < to ? line.text_end : to;

		if (start < end) {
			reeve_buf_add(buf, doc->bytes + start, end - start);
			if (line.end < to)
				reeve_buf_add_byte(buf, ' ');
		}
		at = line.end;
	}
}

/*
 * Take the quotes off what was added from `start` on, if it has them, and the backslashes: "\x" is
 * x. (2.4.2 and later refuse all but \" and \\.) A lone quote is nothing.
 */
static void unquote(struct reeve_buf *buf, size_t start)
{
	unsigned char *text = buf->bytes + start, quote;
	size_t n = buf->length - start, to = 0;

	if (buf->length == start)
		return;
	quote = text[0];
	if ((quote != '"' && quote != '\'') || text[n - 1] != quote)
		return;
	for (size_t i = 1; i + 1 < n; i++) {
		if (text[i] == '\\' && ++i + 1 == n)
			break;
		text[to++] = text[i];
	}
	buf->length = start + to;
}

static void add_here(const struct reeve_doc *doc, const struct reeve_node *node,
                     struct reeve_buf *buf)
{
	/* The marker's line is the node's last, and no part of the value. */
	uint32_t last = reeve_line_text_end(doc, node->start, node->end);
	uint32_t marker = line_start(doc, last);

	for (uint32_t at = node->value; at < marker; at = reeve_line_after(doc, at)) {
		uint32_t end = reeve_line_after(doc, at);

		reeve_buf_add(buf, doc->bytes + at, reeve_line_text_end(doc, at, end) - at);
		reeve_buf_add_byte(buf, '\n');
	}
}

void reeve_dovecot_value(const struct reeve_doc *doc, uint32_t n, struct reeve_buf *buf)
{
	const struct reeve_node *node = &doc->nodes[n];
	size_t start = buf->length;

	if (node->flags & REEVE_NODE_HERE) {
		add_here(doc, node, buf);
		return;
	}
	add_joined(doc, node->value, node->value_end, buf);
	/* A pattern and the name of a file are taken as they are. */
	if (reeve_dovecot_is_quoted(doc, n))
		unquote(buf, start);
}

void reeve_dovecot_name(const struct reeve_doc *doc, uint32_t n, struct reeve_buf *buf)
{
	const struct reeve_node *node = &doc->nodes[n];
	size_t start = buf->length;

	add_joined(doc, node->name, node->name_end, buf);
	if (buf->length > start && buf->bytes[start] == '"')
		unquote(buf, start);
}

bool reeve_dovecot_is_quoted(const struct reeve_doc *doc, uint32_t n)
{
	const struct reeve_node *node = &doc->nodes[n];
	unsigned char first, last;

	if (node->value == node->value_end || node->kind == REEVE_NODE_INCLUDE ||
	    (node->flags & (REEVE_NODE_FROM_FILE | REEVE_NODE_HERE)))
		return false;
	first = doc->bytes[node->value];
	last = doc->bytes[node->value_end - 1];
	if (node->kind == REEVE_NODE_BLOCK)
		return first == '"';
	return (first == '"' || first == '\'') && first == last;
}
