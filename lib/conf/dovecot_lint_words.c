/* SPDX-License-Identifier: MIT */
/*
 * Values that are words of their own kind: `protocols`, which must be of services
 * (services_have_protocol()), and modes of sockets, which are octal only with a 0 in front (get_octal()).
 */
#include "conf/dovecot_lint.h"

#include <string.h>

/* ---- protocols ----------------------------------------------------------------------------- */

static bool is_same(const char *text, size_t n, const char *word)
{
	return strlen(word) == n && memcmp(text, word, n) == 0;
}

/* Whether some version has it, or a service here. */
static bool is_protocol(const struct dovecot_lint *lint, const char *word, size_t n)
{
	static const char *const names[] = {"imap",       "pop3",  "lmtp", "sieve",
	                                    "submission", "imaps", "pop3s", "managesieve"};
	/* The old names of 1.x, which old-set-parser.c takes, 2.4 does not. */
	size_t count = lint->eval->is_24 ? 5 : sizeof names / sizeof names[0];

	for (size_t i = 0; i < count; i++) {
		if (is_same(word, n, names[i]))
			return true;
	}
	for (uint32_t i = 0; i < lint->eval->row_count; i++) {
		const struct reeve_row *row = &lint->eval->rows[i];

		if (strcmp(row->name, "protocol") == 0 && is_same(word, n, row->value) &&
		    strcmp(dovecot_lint_place(lint, row)->type, "service") == 0)
			return true;
	}
	return false;
}

static void check_protocol(struct dovecot_lint *lint, const struct reeve_row *row, uint32_t at,
                           const char *word, size_t n)
{
	/* Others are variables, or placeholders. */
	if (n > 0 && strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_-") >= n &&
	    !is_protocol(lint, word, n))
		dovecot_lint_say(lint, REEVE_PROBLEM, row->doc, at,
		                 "no Dovecot has a protocol '%.*s'", (int)n, word);
}

static void check_protocols(struct dovecot_lint *lint, const struct reeve_row *row)
{
	const struct reeve_node *node = &row->doc->nodes[row->node];
	const char *word = row->value;

	/* In a template not all words are ones. */
	if (strcmp(word, "none") == 0 || strpbrk(word, "{}<>%") != NULL)
		return;
	for (size_t n; *word != '\0'; word += n) {
		word += strspn(word, " \t");
		n = strcspn(word, " \t");
		check_protocol(lint, row, node->value, word, n);
	}
}

/* ---- modes --------------------------------------------------------------------------------- */

static void check_mode(struct dovecot_lint *lint, const struct reeve_row *row)
{
	size_t n = strlen(row->value);

	if ((n == 3 || n == 4) && *row->value != '0' && strspn(row->value, "01234567") == n)
		dovecot_lint_say(lint, REEVE_WARNING, row->doc, row->doc->nodes[row->node].value,
		                 "'%s' is read as a decimal number: write 0%s", row->value,
		                 row->value);
}

void dovecot_lint_words(struct dovecot_lint *lint)
{
	for (uint32_t i = 0; i < lint->eval->row_count; i++) {
		const struct reeve_row *row = &lint->eval->rows[i];
		const struct reeve_place *place = dovecot_lint_place(lint, row);
		unsigned int flags = row->doc->nodes[row->node].flags;

		if (row->is_shadowed || (flags & (REEVE_NODE_FROM_FILE | REEVE_NODE_HERE)))
			continue;
		if (row->place == 0 && strcmp(row->name, "protocols") == 0)
			check_protocols(lint, row);
		else if (lint->eval->is_24 && place->parent == 0 &&
		         strcmp(place->type, "protocols") == 0 && strcmp(row->value, "yes") == 0)
			check_protocol(lint, row, row->doc->nodes[row->node].name, row->name,
			               strlen(row->name));
		else if (strcmp(row->name, "mode") == 0 &&
		         (strcmp(place->type, "unix_listener") == 0 ||
		          strcmp(place->type, "fifo_listener") == 0))
			check_mode(lint, row);
	}
}
