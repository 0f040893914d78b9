/* SPDX-License-Identifier: MIT */
/* Values that are not what they seem. */
#include "conf/dovecot_lint.h"
#include "conf/dovecot_names.h"

#include <string.h>

struct value {
	struct dovecot_lint *lint;
	const struct reeve_row *row;
	const char *text; /* decoded */
	size_t length;
	uint32_t at; /* where it stands */
	bool is_quoted, is_24;
};

static void say(const struct value *value, const char *text)
{
	dovecot_lint_say(value->lint, REEVE_WARNING, value->row->doc, value->at, "%s", text);
}

/* ---- comments, quotes, braces -------------------------------------------------------------- */

/* A quote that does not close hides the '#' behind it. */
static void check_comment(const struct value *value)
{
	const char *at = value->is_quoted ? NULL : strstr(value->text, " #");

	if (at == NULL && !value->is_quoted)
		at = strstr(value->text, "\t#");
	if (at != NULL)
		say(value, "the comment is part of the value, for a quote before it makes it so");
}

/* `"a" b` keeps its quotes; so does `"a" "b"` those inside. */
static void check_quotes(const struct value *value)
{
	const struct reeve_doc *doc = value->row->doc;
	const struct reeve_node *node = &doc->nodes[value->row->node];
	unsigned char quote = node->value < node->value_end ? doc->bytes[node->value] : '\0';

	if (quote != '"' && quote != '\'')
		return;
	if (!value->is_quoted) {
		say(value, "the quote is part of the value: it does not end where the value does");
		return;
	}
	for (uint32_t at = node->value + 1; at + 1 < node->value_end; at++) {
		if (doc->bytes[at] == '\\') {
			at++;
		} else if (doc->bytes[at] == quote) {
			say(value, "quotes inside the value are part of it");
			return;
		}
	}
}

static void check_braces(const struct value *value)
{
	int open = 0;

	if (value->is_quoted || value->length == 0)
		return;
	for (const char *at = value->text; *at != '\0'; at++)
		open += *at == '{' ? 1 : *at == '}' ? -1 : 0;
	if (open < 0 && value->text[value->length - 1] == '}')
		say(value, "the '}' is part of the value: a block's stands on a line of its own");
	else if (open > 0 && value->text[value->length - 1] == '{')
		say(value, "the '{' is part of the value: no block begins here");
}

/* ---- variables ----------------------------------------------------------------------------- */

static bool is_word(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
}

/* `$name` where it is not expanded, or cannot be. */
static void check_dollar(const struct value *value)
{
	for (const char *at = strchr(value->text, '$'); at != NULL && !value->is_quoted;
	     at = strchr(at + 1, '$')) {
		char name[100];
		size_t n = 0;

		if (at > value->text && at[-1] != ' ' && at[-1] != '\t')
			continue;
		while (is_word(at[1 + n]))
			n++;
		if (n == 0 || n >= sizeof name || (at[1 + n] != '\0' && at[1 + n] != ' '))
			continue;
		memcpy(name, at + 1, n);
		name[n] = '\0';
		/* Maps of dicts have variables of their own. */
		if (value->is_24 && !reeve_dovecot_was_in("", name) &&
		    reeve_dovecot_kind(name) == REEVE_DOVECOT_UNKNOWN)
			continue;
		if (value->is_24) {
			dovecot_lint_say(
				value->lint, REEVE_WARNING, value->row->doc, value->at,
				"'$%s' is plain text since 2.4: $SET:%s is its value, and a "
				"block adds to a list",
				name, name);
			return;
		}
		if (reeve_dovecot_was_where(name) == NULL) {
			dovecot_lint_say(
				value->lint, REEVE_WARNING, value->row->doc, value->at,
				"'$%s' is no setting, and Dovecot 2 refuses it without quotes",
				name);
			return;
		}
	}
}

static bool is_hex(char byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'F') ||
	       (byte >= 'a' && byte <= 'f');
}

/* %u and its kin, which since 2.4 are text (var-expand-parser.y: a '%' without '{' is a literal).
 */
static void check_percent(const struct value *value)
{
	static const struct {
		char letter;
		const char *name;
	} letters[] = {
		{'u', "%{user}"},          {'n', "%{user | username}"},
		{'d', "%{user | domain}"}, {'h', "%{home}"},
		{'s', "%{protocol}"},      {'l', "%{local_ip}"},
		{'r', "%{remote_ip}"},     {'p', "%{pid}"},
		{'i', "%{uid}"},
	};

	/* Formats of strftime(3). */
	if (strcmp(value->row->name, "log_timestamp") == 0)
		return;
	for (const char *at = strchr(value->text, '%'); at != NULL; at = strchr(at, '%')) {
		const char *next = at + 1;

		at++;
		if (*next == '%') {
			at++;
			continue;
		}
		if (is_hex(next[0]) && next[0] != '\0' && is_hex(next[1]))
			continue;
		while (*next == '-' || *next == '.' || (*next >= '0' && *next <= '9') ||
		       (*next != '\0' && strchr("LUERXNHMDTW", *next) != NULL))
			next++;
		for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
			if (*next != letters[i].letter || is_word(next[1]))
				continue;
			dovecot_lint_say(value->lint, REEVE_WARNING, value->row->doc, value->at,
			                 "'%%%c' is plain text since 2.4: %s is the variable",
			                 *next, letters[i].name);
			return;
		}
	}
}

/* Since 2.4.2, a backslash in quotes stands before a quote or a backslash, or the file is refused.
 */
static void check_escapes(const struct value *value)
{
	const struct reeve_doc *doc = value->row->doc;
	const struct reeve_node *node = &doc->nodes[value->row->node];

	if (!value->is_quoted)
		return;
	for (uint32_t at = node->value + 1; at + 1 < node->value_end; at++) {
		if (doc->bytes[at] != '\\')
			continue;
		at++;
		if (doc->bytes[at] != '\\' && doc->bytes[at] != '"' && doc->bytes[at] != '\n' &&
		    doc->bytes[at] != '\r') {
			say(value, "since 2.4.2, only \\\\ and \\\" may stand in quotes");
			return;
		}
	}
}

void dovecot_lint_values(struct dovecot_lint *lint)
{
	for (uint32_t i = 0; i < lint->eval->row_count; i++) {
		const struct reeve_row *row = &lint->eval->rows[i];
		const struct reeve_node *node = &row->doc->nodes[row->node];
		struct value value = {
			.lint = lint,
			.row = row,
			.text = row->value,
			.length = strlen(row->value),
			.at = node->value,
			.is_quoted = reeve_dovecot_is_quoted(row->doc, row->node),
			.is_24 = lint->eval->is_24,
		};

		if (node->flags & (REEVE_NODE_FROM_FILE | REEVE_NODE_HERE))
			continue;
		check_comment(&value);
		check_quotes(&value);
		check_braces(&value);
		check_dollar(&value);
		if (value.is_24) {
			check_percent(&value);
			check_escapes(&value);
		}
	}
}
