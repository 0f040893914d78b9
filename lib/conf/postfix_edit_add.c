/* SPDX-License-Identifier: MIT */
/* A new service of master.cf: in columns like the others, where a person would put it. */
#include "conf/cf_lines.h"
#include "conf/postfix.h"

#include <string.h>

/* ---- its text ------------------------------------------------------------------------------ */

/* The column at which word `i` of a service begins, in its first line; 0 if that is elsewhere. */
static uint32_t column_of(const struct reeve_doc *doc, const struct pf_service *service, size_t i)
{
	uint32_t start = doc->nodes[service->node].start;
	uint32_t at = doc->nodes[service->words[i].node].value;

	if (memchr(doc->bytes + start, '\n', at - start) != NULL ||
	    memchr(doc->bytes + start, '\t', at - start) != NULL)
		return 0;
	return at - start;
}

/* Its lines, the first without a line end in front, the last with one. */
static void add_text(const struct postfix *own, const struct pf_service *wanted, const char *eol,
                     struct reeve_buf *text)
{
	const struct reeve_doc *doc = own->master;
	const struct pf_index *index = own->index;
	const struct pf_service *like = NULL;

	for (size_t i = index->service_count; i-- > 0 && like == NULL;) {
		if (column_of(doc, &index->services[i], PF_COMMAND) != 0)
			like = &index->services[i];
	}
	for (size_t i = 0; i < PF_FIELDS; i++) {
		/* Columns as in Debian's file, where there is none to look at. */
		static const uint32_t usual[PF_FIELDS] = {0, 10, 16, 24, 32, 40, 48, 56};
		uint32_t column = like != NULL ? column_of(doc, like, i) : usual[i];

		while (i > 0 && !text->has_failed &&
		       (text->bytes[text->length - 1] != ' ' || text->length < column))
			reeve_buf_add_byte(text, ' ');
		reeve_buf_add_text(text, wanted->words[i].text);
	}
	for (size_t i = PF_FIELDS; i < wanted->word_count; i++) {
		const struct pf_word *word = &wanted->words[i];
		bool is_braced = word->is_argument && word->text[strcspn(word->text, " \t")] != '\0';

		if (word->has_value) {
			const char *option = wanted->words[++i].text;
			const char *equals = strchr(option, '=');

			reeve_buf_add_text(text, eol);
			reeve_pf_add_indent(own, NULL, text);
			if (equals != NULL) {
				reeve_pf_add_option_text(text, option, (size_t)(equals - option),
				                         equals + 1);
			} else {
				reeve_buf_add_text(text, "-o ");
				reeve_buf_add_text(text, option);
			}
			continue;
		}
		/* Arguments behind options in lines of their own are in one, too. */
		if (word->is_argument && !wanted->words[i - 1].is_argument && i > PF_FIELDS &&
		    wanted->options.count > 0) {
			reeve_buf_add_text(text, eol);
			reeve_pf_add_indent(own, NULL, text);
		} else {
			reeve_buf_add_byte(text, ' ');
		}
		reeve_buf_add_text(text, is_braced ? "{" : "");
		reeve_buf_add_text(text, word->text);
		reeve_buf_add_text(text, is_braced ? "}" : "");
	}
	reeve_buf_add_text(text, eol);
}

/* ---- its place ----------------------------------------------------------------------------- */

/* The next word of a line that ends at `end`; false where there is none. */
static bool next_word(const struct reeve_doc *doc, uint32_t *at, uint32_t end, uint32_t *start_r)
{
	while (*at < end && reeve_cf_is_space(doc->bytes[*at]))
		++*at;
	*start_r = *at;
	while (*at < end && !reeve_cf_is_space(doc->bytes[*at]))
		++*at;
	return *at > *start_r;
}

/* How many words there are in [at, end), if the first are name and type of the service; else 0. */
static size_t count_fields(const struct reeve_doc *doc, uint32_t at, uint32_t end,
                           const struct pf_service *wanted)
{
	uint32_t start;
	size_t count = 0;

	while (next_word(doc, &at, end, &start)) {
		if (count < 2 && (strlen(wanted->words[count].text) != at - start ||
		                  memcmp(wanted->words[count].text, doc->bytes + start, at - start) != 0))
			return 0;
		count++;
	}
	return count < 2 ? 0 : count;
}

/* Whether a comment is the entry of a service, "#submission inet n - y - - smtpd". */
static bool is_entry_of(const struct reeve_doc *doc, const struct reeve_node *node,
                        const struct pf_service *wanted)
{
	uint32_t at = node->start;

	while (at < node->end && doc->bytes[at] == '#')
		at++;
	return count_fields(doc, at, node->end, wanted) >= PF_FIELDS;
}

/* Whether a comment goes on with the entry above: "#  -o name=value", "#     prose about that". */
static bool goes_on(const struct reeve_doc *doc, const struct reeve_node *node)
{
	const unsigned char *text = doc->bytes + node->start;
	uint32_t n = node->end - node->start;

	return node->kind == REEVE_NODE_COMMENT && n >= 4 && text[0] == '#' &&
	       (text[1] == '\t' || memcmp(text + 1, "  ", 2) == 0 || memcmp(text + 1, " \t", 2) == 0 ||
	        memcmp(text + 1, " -o", 3) == 0);
}

/* Behind the last commented-out entry of that name and type, and what goes on with it; or the end. */
static uint32_t place_of(const struct reeve_doc *doc, const struct pf_service *wanted)
{
	const struct reeve_node *nodes = doc->nodes;
	uint32_t place = doc->size, next;

	for (uint32_t n = nodes[0].first; n != 0; n = nodes[n].next) {
		if (nodes[n].kind != REEVE_NODE_COMMENT || !is_entry_of(doc, &nodes[n], wanted))
			continue;
		while (nodes[n].next != 0 && goes_on(doc, &nodes[nodes[n].next]))
			n = nodes[n].next;
		/* A stray line that is indented would continue the new one. */
		next = reeve_cf_lines_between(doc, nodes[n].end);
		if (next == doc->size || reeve_cf_line(doc, next) != CF_MORE)
			place = nodes[n].end;
	}
	return place;
}

/* A line of that name and type with too few fields, which is no service; or 0. */
static uint32_t find_short(const struct reeve_doc *doc, const struct pf_service *wanted)
{
	const struct reeve_node *nodes = doc->nodes;

	for (uint32_t n = nodes[0].first; n != 0; n = nodes[n].next) {
		uint32_t at = nodes[n].start;

		if (nodes[n].kind == REEVE_NODE_ERROR && reeve_cf_line(doc, at) == CF_TEXT &&
		    count_fields(doc, at, reeve_line_after(doc, at), wanted) > 0)
			return n;
	}
	return 0;
}

void reeve_pf_add_service(const struct postfix *own, const struct pf_service *wanted,
                          struct reeve_edits *edits)
{
	const struct reeve_doc *doc = own->master;
	uint32_t part = find_short(doc, wanted);
	uint32_t at = part != 0 ? doc->nodes[part].start : place_of(doc, wanted);
	const char *eol = reeve_line_eol(doc, at > 0 ? at - 1 : 0);
	struct reeve_buf text;

	if (part == 0 && at > 0 && doc->bytes[at - 1] != '\n')
		reeve_pf_replace(edits, at, at, eol);
	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	add_text(own, wanted, eol, &text);
	reeve_edits_add(edits, (struct reeve_span){at, 0}, reeve_buf_text(&text), text.length);
	if (part != 0)
		reeve_pf_remove_lines(doc, edits, at, doc->nodes[part].end);
	reeve_buf_dispose(&text);
}
