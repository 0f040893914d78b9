/* SPDX-License-Identifier: MIT */
/* Values of a query's keys that are texts to look for, field names and keywords. */
#include "base/error.h"
#include "mbox/query.h"
#include "mime/fold.h"
#include "mime/utf8.h"

#include <string.h>
#include <strings.h>

/* More than anybody types; what is sought across the edges of pieces is kept twice. */
enum { TEXT_MAX_BYTES = 4096 };

/* What Dovecot adds to an mbox (mbox-storage.c): its searches do not see these. */
static const char *const hidden[] = {
	"Content-Length", "Status", "X-IMAP", "X-IMAPbase", "X-Keywords", "X-Status", "X-UID",
};

bool query_field_is_hidden(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
		if (strlen(hidden[i]) == n && strncasecmp(hidden[i], name, n) == 0)
			return true;
	}
	return false;
}

/*
 * The name of a field (RFC 5322 section 3.6.8). What can be none would choose every message once
 * a NOT stands before it.
 */
static int take_field(struct query_words *words, struct query_text *text)
{
	const char *name = words->word.text;

	for (const char *c = name; *c != '\0'; c++) {
		if (*c <= ' ' || *c > '~' || *c == ':')
			return query_fail(words, &words->word, "'%s' is not the name of a field",
			                  name);
	}
	if (*name == '\0')
		return query_fail(words, &words->word, "the name of a field is missing");
	if (query_field_is_hidden(name, strlen(name)))
		return query_fail(words, &words->word,
		                  "'%s' is a mail program's own note, and not searched", name);
	text->field = name;
	return 0;
}

bool query_keyword_is_valid(const char *keyword, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (keyword[i] <= ' ' || keyword[i] > '~' || strchr("(){%*\"\\]", keyword[i]) != NULL)
			return false;
	}
	return n > 0 && n <= QUERY_KEYWORD_MAX;
}

/* The word at hand, in the form in which texts are compared. Broken UTF-8 would be found in any. */
static int fold(struct query_words *words, struct reeve_arena *arena, struct query_text *text)
{
	const char *word = words->word.text;
	size_t n = strlen(word);
	bool is_valid = true;
	struct reeve_buf folded;

	/* A character becomes a few at most. */
	reeve_buf_init(&folded, n * 20 + 1);
	if (n > 0) {
		reeve_utf8_add((const unsigned char *)word, n, &folded);
		is_valid = folded.length == n && memcmp(folded.bytes, word, n) == 0;
		reeve_buf_clear(&folded);
		reeve_fold(word, n, &folded);
	}
	text->length = folded.length;
	if (!folded.has_failed)
		text->text = reeve_arena_strndup(arena, reeve_buf_text(&folded), text->length);
	reeve_buf_dispose(&folded);
	if (text->text == NULL)
		return reeve_fail_nomem(words->err);
	return is_valid ? 0 : query_fail(words, &words->word, "the text is not UTF-8");
}

static int take_keyword(struct query_words *words, struct query_text *text)
{
	text->text = words->word.text;
	text->length = strlen(text->text);
	if (!query_keyword_is_valid(text->text, text->length))
		return query_fail(words, &words->word, "'%s' cannot be a keyword", text->text);
	return 0;
}

/* Empty, it asks whether the field is there; of a body that would be no question. */
static int take_text(struct query_words *words, const struct query_key *key,
                     struct reeve_arena *arena, struct query_text *text)
{
	const char *word = words->word.text;
	size_t n = strlen(word);

	if (n == 0 && text->field == NULL)
		return query_fail(words, &words->word, "the text for '%s' is empty", key->name);
	if (n > TEXT_MAX_BYTES)
		return query_fail(words, &words->word, "a text of more than %d bytes",
		                  TEXT_MAX_BYTES);
	return fold(words, arena, text);
}

int query_text_parse(struct query_words *words, const struct query_key *key,
                     struct reeve_arena *arena, struct query_text *text)
{
	text->where = key->where;
	text->field = key->field;
	if (key->where == QUERY_IN_KEYWORDS)
		return take_keyword(words, text);
	if (key->where == QUERY_IN_FIELD) {
		struct query_word at = words->word;

		if (take_field(words, text) < 0 || query_words_step(words) < 0)
			return -1;
		if (words->word.kind != QUERY_WORD)
			return query_fail(words, &at, "'%s' wants a text after the field's name",
			                  key->name);
	}
	return take_text(words, key, arena, text);
}
