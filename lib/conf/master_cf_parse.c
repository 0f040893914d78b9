/* SPDX-License-Identifier: MIT */
/*
 * master.cf as nodes: a block for each service, whose children are pieces for its words, a setting for
 * each "-o name=value" (two words) or "-oname=value" (one), and the comments and empty lines
 * inside.
 *
 * Words are split as argv_splitq() of Postfix 3.x does it (src/util/mystrtok.c, mystrtokq()): at
 * blanks, tabs and line ends, but not inside { }, where blanks and continued lines are a part of the
 * word. A word node owns the white space behind it; the first word of a line owns its indent.
 */
#include "conf/cf_lines.h"

#include <string.h>

#define FIELDS 8 /* service, type, private, unprivileged, chroot, wakeup, process limit, command */

struct word {
	uint32_t start, end; /* of its bytes */
	uint32_t line;       /* where the line begins that it begins in */
};

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * The word after `at`, in the logical line that ends at `end` and is at `line` there. False at the end,
 * or at a NUL, where Postfix's text ends.
 */
static bool next_word(const struct reeve_doc *doc, uint32_t *at, uint32_t *line, uint32_t end,
                      struct word *word_r)
{
	const unsigned char *bytes = doc->bytes;
	uint32_t p = *at, level = 0;

	while (p < end && is_blank(bytes[p])) {
		if (bytes[p++] == '\n')
			*line = p = reeve_cf_text_line(doc, p, end);
	}
	if (p >= end || bytes[p] == '\0') {
		*at = p;
		return false;
	}
	word_r->start = p;
	word_r->line = *line;
	word_r->end = p;
	while (p < end && bytes[p] != '\0') {
		if (bytes[p] == '{') {
			level++;
		} else if (bytes[p] == '}' && level > 0) {
			level--;
		} else if (level == 0 && is_blank(bytes[p])) {
			break;
		} else if (bytes[p] == '\n') {
			p++;
			*line = p = reeve_cf_text_line(doc, p, end);
			continue;
		}
		p++;
		word_r->end = p;
	}
	*at = p;
	return true;
}

/* Name and value of an option, "name=value" or "{ name = value }", in [at, end). */
static void split_option(const struct reeve_doc *doc, struct reeve_node *node, uint32_t at,
                         uint32_t end)
{
	const unsigned char *bytes = doc->bytes;

	if (bytes[at] == '{') {
		at = reeve_cf_skip_space(doc, at + 1, end);
		if (end > at && bytes[end - 1] == '}')
			end--;
		end = reeve_cf_trim(doc, at, end);
	}
	node->name = at;
	while (at < end && bytes[at] != '=' && !reeve_cf_is_space(bytes[at]))
		at++;
	node->name_end = at;
	at = reeve_cf_skip_space(doc, at, end);
	if (at >= end || bytes[at] != '=')
		return;
	node->value = node->value_end = ++at;
	at = reeve_cf_skip_space(doc, at, end);
	if (at < end) {
		node->value = at;
		node->value_end = end;
	}
}

static bool is_word(const struct reeve_doc *doc, const struct word *word, const char *text)
{
	return word->end - word->start == strlen(text) &&
	       memcmp(doc->bytes + word->start, text, strlen(text)) == 0;
}

/*
 * A node from `from` on for a word, or (value != NULL) for "-o" and its value; `next` is where the next
 * word begins. Where it goes over lines, comments inside it make children. Returns its end.
 */
static uint32_t add_word(struct reeve_doc *doc, uint32_t block, uint32_t from,
                         const struct word *word, const struct word *value, bool is_option,
                         uint32_t next)
{
	uint32_t last = value != NULL ? value->end : word->end;
	uint32_t end = next;

	/* A line may be long, and have many words: its end is looked for once. */
	if (memchr(doc->bytes + last, '\n', next - last) != NULL)
		end = reeve_line_after(doc, last);
	uint32_t n = reeve_tree_add(doc, block, is_option ? REEVE_NODE_SETTING : REEVE_NODE_PIECE,
	                            from, end);
	struct reeve_node *node = &doc->nodes[n];
	if (value != NULL) {
		split_option(doc, node, value->start, value->end);
	} else if (is_option) {
		split_option(doc, node, word->start + 2, word->end);
	} else {
		node->value = word->start;
		node->value_end = word->end;
	}
	if (n != 0 && memchr(doc->bytes + word->start, '\n', last - word->start) != NULL) {
		node->body = from;
		node->body_end = end;
		reeve_cf_add_lines(doc, n, from, end, true);
	}
	return end;
}

static void add_words(struct reeve_doc *doc, uint32_t block, uint32_t start, uint32_t end)
{
	uint32_t scan = start, line = start, at = start;
	struct word word, value, next = {0};
	bool has_options = true, has_next;

	has_next = next_word(doc, &scan, &line, end, &next);
	for (size_t i = 0; has_next && !doc->has_failed; i++) {
		bool is_option = false, has_value = false;

		word = next;
		has_next = next_word(doc, &scan, &line, end, &next);
		if (i >= FIELDS && has_options)
			has_options = doc->bytes[word.start] == '-' && !is_word(doc, &word, "--");
		if (i >= FIELDS && has_options && word.end - word.start >= 2 &&
		    doc->bytes[word.start + 1] == 'o') {
			has_value = has_next && word.end - word.start == 2;
			is_option = has_value || word.end - word.start > 2;
		}
		if (has_value) {
			value = next;
			has_next = next_word(doc, &scan, &line, end, &next);
		}
		if (word.line > at) { /* what stands in the lines before it */
			reeve_cf_add_lines(doc, block, at, word.line, false);
			at = word.line;
		}
		at = add_word(doc, block, at, &word, has_value ? &value : NULL, is_option,
		              has_next ? next.start : end);
	}
	if (at < end) /* behind a NUL */
		reeve_tree_add(doc, block, REEVE_NODE_ERROR, at, end);
}

static void add_service(struct reeve_doc *doc, uint32_t start, uint32_t end)
{
	uint32_t scan = start, line = start;
	struct word words[FIELDS];
	size_t count = 0;

	while (count < FIELDS && next_word(doc, &scan, &line, end, &words[count]))
		count++;
	if (count < FIELDS) {
		reeve_cf_add_error(doc, start, end, REEVE_PROBLEM,
		                   "fewer than eight fields: Postfix refuses the whole file");
		return;
	}

	uint32_t n = reeve_tree_add(doc, 0, REEVE_NODE_BLOCK, start, end);
	struct reeve_node *node = &doc->nodes[n];
	if (n == 0)
		return;
	node->name = words[0].start;
	node->name_end = words[0].end;
	node->value = words[1].start;
	node->value_end = words[1].end;
	node->body = start;
	node->body_end = end;
	add_words(doc, n, start, end);
}

void reeve_parse_master_cf(struct reeve_doc *doc)
{
	reeve_cf_parse(doc, add_service);
}
