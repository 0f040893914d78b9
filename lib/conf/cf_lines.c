/* SPDX-License-Identifier: MIT */
/* Logical lines of main.cf, master.cf and aliases. */
#include "conf/cf_lines.h"

#include <string.h>

enum { MAX_TOLD = 100 }; /* as dovecot_parse.c: of a picture nobody reads more */

enum cf_line reeve_cf_line(const struct reeve_doc *doc, uint32_t at)
{
	uint32_t start = at;

	while (at < doc->size && doc->bytes[at] != '\n' && reeve_cf_is_space(doc->bytes[at]))
		at++;
	if (at == doc->size || doc->bytes[at] == '\n')
		return CF_BLANK;
	if (doc->bytes[at] == '#')
		return CF_COMMENT;
	return at == start ? CF_TEXT : CF_MORE;
}

uint32_t reeve_cf_line_end(const struct reeve_doc *doc, uint32_t at)
{
	uint32_t end = reeve_line_after(doc, at);

	for (at = end; at < doc->size; at = reeve_line_after(doc, at)) {
		enum cf_line line = reeve_cf_line(doc, at);

		if (line == CF_TEXT)
			break;
		if (line == CF_MORE)
			end = reeve_line_after(doc, at);
	}
	return end;
}

uint32_t reeve_cf_lines_between(const struct reeve_doc *doc, uint32_t at)
{
	return reeve_cf_text_line(doc, at, doc->size);
}

uint32_t reeve_cf_text_line(const struct reeve_doc *doc, uint32_t at, uint32_t end)
{
	while (at < end && reeve_cf_line(doc, at) <= CF_COMMENT)
		at = reeve_line_after(doc, at);
	return at < end ? at : end;
}

uint32_t reeve_cf_skip_space(const struct reeve_doc *doc, uint32_t at, uint32_t end)
{
	while (at < end && reeve_cf_is_space(doc->bytes[at])) {
		if (doc->bytes[at++] == '\n')
			at = reeve_cf_text_line(doc, at, end);
	}
	return at;
}

uint32_t reeve_cf_trim(const struct reeve_doc *doc, uint32_t start, uint32_t end)
{
	while (end > start && reeve_cf_is_space(doc->bytes[end - 1]))
		end--;
	return end;
}

void reeve_cf_text(const struct reeve_doc *doc, uint32_t at, uint32_t end, struct reeve_buf *buf)
{
	while (at < end) {
		const unsigned char *line = doc->bytes + at;
		const unsigned char *line_end = memchr(line, '\n', end - at);
		size_t n = line_end != NULL ? (size_t)(line_end - line) : end - at;
		const unsigned char *nul = memchr(line, '\0', n);

		if (nul != NULL) {
			reeve_buf_add(buf, line, (size_t)(nul - line));
			return;
		}
		reeve_buf_add(buf, line, n);
		if (line_end == NULL)
			return;
		at = reeve_cf_text_line(doc, at + (uint32_t)n + 1, end);
	}
}

void reeve_cf_add_lines(struct reeve_doc *doc, uint32_t parent, uint32_t at, uint32_t end,
                        bool is_text)
{
	static const enum reeve_node_kind kinds[] = {
		[CF_BLANK] = REEVE_NODE_BLANK,
		[CF_COMMENT] = REEVE_NODE_COMMENT,
		[CF_TEXT] = REEVE_NODE_PIECE,
		[CF_MORE] = REEVE_NODE_PIECE,
	};

	while (at < end && !doc->has_failed) {
		/* A value that begins with '#' behind its name is no comment. */
		bool is_inside = at > 0 && doc->bytes[at - 1] != '\n';
		enum cf_line line = is_inside ? CF_TEXT : reeve_cf_line(doc, at);
		uint32_t next = reeve_line_after(doc, at);
		enum reeve_node_kind kind = is_text ? kinds[line]
		                                    : kinds[line <= CF_COMMENT ? line : CF_BLANK];

		while (line == CF_BLANK && next < end && reeve_cf_line(doc, next) == CF_BLANK)
			next = reeve_line_after(doc, next);
		next = next < end ? next : end;

		uint32_t n = reeve_tree_add(doc, parent, kind, at, next);
		if (kind == REEVE_NODE_PIECE) {
			uint32_t value = reeve_cf_skip_space(doc, at, next);

			doc->nodes[n].value = value;
			doc->nodes[n].value_end = reeve_cf_trim(doc, value, next);
		}
		at = next;
	}
}

void reeve_cf_add_error(struct reeve_doc *doc, uint32_t at, uint32_t end,
                        enum reeve_severity severity, const char *why)
{
	reeve_tree_add(doc, 0, REEVE_NODE_ERROR, at, end);
	if (doc->errors++ < MAX_TOLD)
		reeve_doc_diag(doc, severity, at, "%s", why);
	else if (doc->errors == MAX_TOLD + 1)
		reeve_doc_diag(doc, REEVE_NOTE, at, "more of the kind is not told");
}

void reeve_cf_parse(struct reeve_doc *doc, reeve_cf_add_fn *add)
{
	for (uint32_t at = 0, end; at < doc->size && !doc->has_failed; at = end) {
		enum cf_line line = reeve_cf_line(doc, at);

		if (line <= CF_COMMENT) {
			end = reeve_cf_lines_between(doc, at);
			reeve_cf_add_lines(doc, 0, at, end, false);
			continue;
		}
		end = reeve_cf_line_end(doc, at);
		if (line == CF_TEXT)
			add(doc, at, end);
		else
			reeve_cf_add_error(doc, at, end, REEVE_WARNING,
			                   "a first line with white space in front continues nothing:"
			                   " Postfix passes over it");
	}
}
