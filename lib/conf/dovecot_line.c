/* SPDX-License-Identifier: MIT */
/* One line of a Dovecot file, as config_parse_line() (src/config/config-parser.c) first sees it. */
#include "conf/dovecot.h"

#include <string.h>

/* Where the comment begins in [at, end), or end. A '#' in quotes is none; quotes need not close. */
static uint32_t find_comment(const unsigned char *bytes, uint32_t at, uint32_t end)
{
	for (; at < end && bytes[at] != '#'; at++) {
		unsigned char quote = bytes[at];

		if (quote != '"' && quote != '\'')
			continue;
		for (at++; at < end && bytes[at] != quote; at++) {
			if (bytes[at] == '\\' && at + 1 < end)
				at++;
		}
	}
	return at < end ? at : end;
}

static uint32_t trim(const unsigned char *bytes, uint32_t start, uint32_t end)
{
	while (end > start && reeve_dovecot_is_white(bytes[end - 1]))
		end--;
	return end;
}

struct reeve_dovecot_line reeve_dovecot_line_at(const struct reeve_doc *doc, uint32_t start)
{
	const unsigned char *bytes = doc->bytes, *nul;
	struct reeve_dovecot_line line = {.start = start, .end = reeve_line_after(doc, start)};
	uint32_t end = reeve_line_text_end(doc, start, line.end), at = start, comment;

	/* Lines are C strings there. */
	nul = memchr(bytes + start, '\0', end - start);
	if (nul != NULL) {
		end = (uint32_t)(nul - bytes);
		line.has_nul = true;
	}
	while (at < end && reeve_dovecot_is_white(bytes[at]))
		at++;
	line.text = line.text_end = at;
	line.is_skipped = at == end || bytes[at] == '#';
	comment = find_comment(bytes, at, end);
	if (comment < end) {
		line.note = comment;
		line.note_end = trim(bytes, comment, end);
		line.is_ambiguous = !line.is_skipped && !reeve_dovecot_is_white(bytes[comment - 1]);
	}
	if (line.is_skipped)
		return line;
	end = trim(bytes, at, comment);
	if (bytes[end - 1] == '\\') {
		line.continues = true;
		end = trim(bytes, at, end - 1);
	}
	line.text_end = end;
	return line;
}
