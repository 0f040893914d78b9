/* SPDX-License-Identifier: MIT */
/*
 * What an entry of an aliases file says, as src/postalias/postalias.c and src/global/tok822_parse.c of Postfix
 * take it. Of two entries of one name the first counts: postalias puts no second one into its table.
 */
#include "conf/aliases.h"
#include "conf/cf_lines.h"

#include <string.h>
#include <strings.h>

/* Where a scan of a name or value is: in quotes, or how deep in (comments). */
struct scan {
	uint32_t comments;
	bool is_quoted;
};

/*
 * One step from `at`: the byte there, and past it; over a line end, to the next line that holds text. Of a
 * byte behind a backslash *is_literal_r. Returns where the next one is.
 */
static uint32_t step(const struct reeve_doc *doc, uint32_t at, uint32_t end, struct scan *scan,
                     unsigned char *c_r, bool *is_literal_r)
{
	unsigned char c = doc->bytes[at++];

	*is_literal_r = false;
	if (c == '\\' && at < end && doc->bytes[at] != '\n') {
		c = doc->bytes[at++];
		*is_literal_r = true;
	} else if (c == '\n') {
		at = reeve_cf_text_line(doc, at, end);
	} else if (c == '"' && scan->comments == 0) {
		scan->is_quoted = !scan->is_quoted;
	} else if (c == '(' && !scan->is_quoted) {
		scan->comments++;
	} else if (c == ')' && scan->comments > 0) {
		scan->comments--;
		c = '(';
	}
	*c_r = c;
	return at;
}

void reeve_aliases_plain(const struct reeve_doc *doc, uint32_t start, uint32_t end,
                         struct reeve_buf *buf)
{
	size_t first = buf->length;
	struct scan scan = {0, false};
	bool is_literal, blank = false;
	unsigned char c;

	while (start < end) {
		start = step(doc, start, end, &scan, &c, &is_literal);
		if (scan.comments > 0 || c == '\n' ||
		    (!is_literal && (c == '"' || (c == '(' && !scan.is_quoted))))
			continue;
		if (!scan.is_quoted && !is_literal && reeve_cf_is_space(c)) {
			blank = true;
			continue;
		}
		if (blank && buf->length > first)
			reeve_buf_add_byte(buf, ' ');
		blank = false;
		reeve_buf_add_byte(buf, c);
	}
}

int reeve_aliases_target(const struct reeve_doc *doc, uint32_t node, uint32_t *at,
                         struct reeve_span *span_r)
{
	uint32_t stop = doc->nodes[node].value_end, start = *at == 0 ? doc->nodes[node].value : *at;
	struct scan scan = {0, false};

	/* Nothing between two commas is nothing. */
	do {
		start = reeve_cf_skip_space(doc, start, stop);
	} while (start < stop && doc->bytes[start] == ',' && ++start);
	if (start >= stop)
		return 0;

	uint32_t end = start;
	while (end < stop) {
		bool is_literal;
		unsigned char c;
		uint32_t next = step(doc, end, stop, &scan, &c, &is_literal);

		if (c == ',' && !is_literal && !scan.is_quoted && scan.comments == 0)
			break;
		end = next;
	}
	*at = end;
	*span_r = (struct reeve_span){start, reeve_cf_trim(doc, start, end) - start};
	return 1;
}

void reeve_aliases_name(const struct reeve_doc *doc, uint32_t node, struct reeve_buf *buf)
{
	reeve_aliases_plain(doc, doc->nodes[node].name, doc->nodes[node].name_end, buf);
}

void reeve_aliases_value(const struct reeve_doc *doc, uint32_t node, struct reeve_buf *buf)
{
	struct reeve_span target;
	uint32_t at = 0;

	while (reeve_aliases_target(doc, node, &at, &target)) {
		if (buf->length > 0)
			reeve_buf_add_text(buf, ", ");
		reeve_cf_text(doc, (uint32_t)target.offset,
		              (uint32_t)(target.offset + target.length), buf);
	}
}

bool reeve_aliases_is(const struct reeve_doc *doc, uint32_t node, const char *name)
{
	struct reeve_buf plain;
	bool is_same;

	if (doc->nodes[node].kind != REEVE_NODE_SETTING)
		return false;
	reeve_buf_init(&plain, REEVE_CONF_MAX_BYTES);
	reeve_aliases_name(doc, node, &plain);
	is_same = strcasecmp(reeve_buf_text(&plain), name) == 0;
	reeve_buf_dispose(&plain);
	return is_same;
}

uint32_t reeve_aliases_find(const struct reeve_doc *doc, const char *name)
{
	for (uint32_t i = doc->nodes[0].first; i != 0; i = doc->nodes[i].next) {
		if (reeve_aliases_is(doc, i, name))
			return i;
	}
	return 0;
}

bool reeve_aliases_same_target(const char *a, const char *b)
{
	/* A command, a file, a list is not an address. */
	return strchr("|/:", a[0]) != NULL ? strcmp(a, b) == 0 : strcasecmp(a, b) == 0;
}
