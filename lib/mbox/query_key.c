/* SPDX-License-Identifier: MIT */
/* The search keys as rows, and what to say of a word that is none. */
#include "mbox/query.h"

#include <string.h>
#include <strings.h>

#define SEEN     REEVE_FLAG_SEEN
#define OLD      REEVE_FLAG_OLD
#define ANSWERED REEVE_FLAG_ANSWERED
#define FLAGGED  REEVE_FLAG_FLAGGED
#define DRAFT    REEVE_FLAG_DRAFT
#define DELETED  REEVE_FLAG_DELETED

/* Dovecot: lib-storage/mail-search-register-imap.c, and -human.c for dates, sizes and OR. */
static const struct query_key keys[] = {
	{.name = "ALL", .type = QUERY_ALL},
	{.name = "SEEN", .type = QUERY_FLAGS, .flags = SEEN, .flags_are = SEEN},
	{.name = "UNSEEN", .type = QUERY_FLAGS, .flags = SEEN},
	{.name = "ANSWERED", .type = QUERY_FLAGS, .flags = ANSWERED, .flags_are = ANSWERED},
	{.name = "UNANSWERED", .type = QUERY_FLAGS, .flags = ANSWERED},
	{.name = "FLAGGED", .type = QUERY_FLAGS, .flags = FLAGGED, .flags_are = FLAGGED},
	{.name = "UNFLAGGED", .type = QUERY_FLAGS, .flags = FLAGGED},
	{.name = "DELETED", .type = QUERY_FLAGS, .flags = DELETED, .flags_are = DELETED},
	{.name = "UNDELETED", .type = QUERY_FLAGS, .flags = DELETED},
	{.name = "DRAFT", .type = QUERY_FLAGS, .flags = DRAFT, .flags_are = DRAFT},
	{.name = "UNDRAFT", .type = QUERY_FLAGS, .flags = DRAFT},
	{.name = "OLD", .type = QUERY_FLAGS, .flags = OLD, .flags_are = OLD},
	{.name = "RECENT", .type = QUERY_FLAGS, .flags = OLD},
	{.name = "NEW", .type = QUERY_FLAGS, .flags = OLD | SEEN},
	{.name = "BEFORE", QUERY_DATE, QUERY_RECEIVED, QUERY_BEFORE},
	{.name = "ON", QUERY_DATE, QUERY_RECEIVED, QUERY_ON},
	{.name = "SINCE", QUERY_DATE, QUERY_RECEIVED, QUERY_SINCE},
	{.name = "SENTBEFORE", QUERY_DATE, QUERY_SENT, QUERY_BEFORE},
	{.name = "SENTON", QUERY_DATE, QUERY_SENT, QUERY_ON},
	{.name = "SENTSINCE", QUERY_DATE, QUERY_SENT, QUERY_SINCE},
	{.name = "SMALLER", QUERY_BYTES, QUERY_SIZE, QUERY_BEFORE},
	{.name = "LARGER", QUERY_BYTES, QUERY_SIZE, QUERY_ABOVE},
	{.name = "UID", QUERY_SET, QUERY_UID},
	{.name = "FROM", QUERY_STRING, QUERY_TEXT, .field = "From"},
	{.name = "TO", QUERY_STRING, QUERY_TEXT, .field = "To"},
	{.name = "CC", QUERY_STRING, QUERY_TEXT, .field = "Cc"},
	{.name = "BCC", QUERY_STRING, QUERY_TEXT, .field = "Bcc"},
	{.name = "SUBJECT", QUERY_STRING, QUERY_TEXT, .where = QUERY_IN_SUBJECT, .field = "Subject"},
	{.name = "HEADER", QUERY_STRING, QUERY_TEXT, .where = QUERY_IN_FIELD},
	{.name = "BODY", QUERY_STRING, QUERY_TEXT, .where = QUERY_IN_BODY},
	{.name = "TEXT", QUERY_STRING, QUERY_TEXT, .where = QUERY_IN_ALL},
	{.name = "KEYWORD", QUERY_STRING, QUERY_TEXT, .where = QUERY_IN_KEYWORDS},
	{.name = "UNKEYWORD", QUERY_STRING, QUERY_TEXT, .where = QUERY_IN_KEYWORDS, .is_not = true},
	{.name = "$", QUERY_NOT_YET},
	{.name = "FUZZY", QUERY_NOT_YET},
	{.name = "GUID", QUERY_NOT_YET},
	{.name = "INTHREAD", QUERY_NOT_YET},
	{.name = "MAILBOX", QUERY_NOT_YET},
	{.name = "MAILBOX-GUID", QUERY_NOT_YET},
	{.name = "MIMEPART", QUERY_NOT_YET},
	{.name = "MODSEQ", QUERY_NOT_YET},
	{.name = "OLDER", QUERY_NOT_YET},
	{.name = "OLDESTONLY", QUERY_NOT_YET},
	{.name = "SAVEDATESUPPORTED", QUERY_NOT_YET},
	{.name = "SAVEDBEFORE", QUERY_NOT_YET},
	{.name = "SAVEDON", QUERY_NOT_YET},
	{.name = "SAVEDSINCE", QUERY_NOT_YET},
	{.name = "X-GUID", QUERY_NOT_YET},
	{.name = "X-MAILBOX", QUERY_NOT_YET},
	{.name = "X-REAL-UID", QUERY_NOT_YET},
	{.name = "X-SAVEDBEFORE", QUERY_NOT_YET},
	{.name = "X-SAVEDON", QUERY_NOT_YET},
	{.name = "X-SAVEDSINCE", QUERY_NOT_YET},
	{.name = "YOUNGER", QUERY_NOT_YET},
};

#define KEY_COUNT (sizeof keys / sizeof keys[0])

static int letter(char c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

/* How many letters apart two words are: other, missing, too many, or two the wrong way round. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
	enum { MAX = 20 };
	size_t rows[3][MAX + 1], *before = rows[0], *last = rows[1], *row = rows[2];

	if (n > MAX || m > MAX)
		return MAX;
	for (size_t k = 0; k <= m; k++)
		last[k] = k;
	for (size_t i = 1; i <= n; i++) {
		row[0] = i;
		for (size_t k = 1; k <= m; k++) {
			size_t best = last[k - 1] + (letter(a[i - 1]) != b[k - 1]);

			if (last[k] + 1 < best)
				best = last[k] + 1;
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			if (i > 1 && k > 1 && letter(a[i - 1]) == b[k - 2] &&
			    letter(a[i - 2]) == b[k - 1] && before[k - 2] + 1 < best)
				best = before[k - 2] + 1;
			row[k] = best;
		}
		size_t *free_row = before;
		before = last;
		last = row;
		row = free_row;
	}
	return last[m];
}

/* Why the word at hand is no key, with the one that was likely meant. */
static void tell_unknown(struct query_words *words)
{
	const char *text = words->word.text, *name = NULL;
	size_t n = strlen(text);
	size_t nearest = n < 3 ? 1 : n < 5 ? 2 : 3; /* what is near is nearer than this */

	if (strcasecmp(text, "AND") == 0) {
		query_fail(words, &words->word,
		           "there is no 'AND': keys side by side must all match");
		return;
	}
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (keys[i].value == QUERY_NOT_YET)
			continue;
		size_t d = distance(text, n, keys[i].name, strlen(keys[i].name));
		if (d < nearest) {
			nearest = d;
			name = keys[i].name;
		}
	}
	if (name != NULL)
		query_fail(words, &words->word, "unknown search key '%s' (is it '%s'?)", text, name);
	else
		query_fail(words, &words->word, "unknown search key '%s'", text);
}

const struct query_key *query_key_find(struct query_words *words)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (strcasecmp(keys[i].name, words->word.text) != 0)
			continue;
		if (keys[i].value != QUERY_NOT_YET)
			return &keys[i];
		query_fail(words, &words->word, "search key '%s' is not supported yet",
		           keys[i].name);
		return NULL;
	}
	tell_unknown(words);
	return NULL;
}
