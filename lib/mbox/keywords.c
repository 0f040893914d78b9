/* SPDX-License-Identifier: MIT */
/* Keywords: the list of a mailbox, and whom to believe about those of a message. */
#include "mbox/keywords.h"
#include "base/error.h"
#include "mbox/query.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char blanks[] = " \t\r\n";

/* The next word of [*p, end), *n_r bytes; or NULL. *p is moved behind it. */
static const char *next_word(const char **p, const char *end, size_t *n_r)
{
	const char *word;

	while (*p < end && strchr(blanks, **p) != NULL)
		++*p;
	word = *p;
	while (*p < end && strchr(blanks, **p) == NULL)
		++*p;
	*n_r = (size_t)(*p - word);
	return *n_r == 0 ? NULL : word;
}

static int by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcasecmp(*x, *y);
}

/* "X-IMAPbase: UIDVALIDITY LAST-UID keywords...", which the scan has looked at. */
static int take_list(struct reeve_keywords *keywords, const char *field, size_t n,
                     struct reeve_error *err)
{
	const char *end = field + n, *p = memchr(field, ':', n), *word;
	char *to;
	size_t length;

	if (p == NULL)
		return 0;
	p++;
	next_word(&p, end, &length);
	next_word(&p, end, &length);

	/* A word takes a blank in front, or a NUL behind it. */
	keywords->text = to = malloc((size_t)(end - p) + 1);
	keywords->words = calloc((size_t)(end - p) / 2 + 1, sizeof *keywords->words);
	if (keywords->text == NULL || keywords->words == NULL)
		return reeve_fail_nomem(err);
	while ((word = next_word(&p, end, &length)) != NULL) {
		if (!query_keyword_is_valid(word, length))
			continue;
		keywords->words[keywords->count++] = to;
		memcpy(to, word, length);
		to += length;
		*to++ = '\0';
	}
	qsort(keywords->words, keywords->count, sizeof *keywords->words, by_name);
	return 0;
}

int reeve_keywords_read(struct reeve_keywords *keywords, struct reeve_source *src,
                        struct reeve_span imapbase, struct reeve_error *err)
{
	const unsigned char *p;
	size_t have, n;

	reeve_keywords_dispose(keywords);
	if (imapbase.length == 0)
		return 0;
	if (imapbase.length > REEVE_WINDOW_BYTES)
		return reeve_fail(err, REEVE_EFORMAT, "the X-IMAPbase field is too long");
	n = (size_t)imapbase.length;
	p = reeve_source_at(src, imapbase.offset, n, &have, err);
	if (p == NULL)
		return -1;
	if (have < n)
		return reeve_fail(err, REEVE_ECHANGED, "the file became shorter");
	if (take_list(keywords, (const char *)p, n, err) < 0) {
		reeve_keywords_dispose(keywords);
		return -1;
	}
	return 0;
}

void reeve_keywords_dispose(struct reeve_keywords *keywords)
{
	if (keywords == NULL)
		return;
	free(keywords->words);
	free(keywords->text);
	*keywords = (struct reeve_keywords){0};
}

bool reeve_keywords_believe(const struct reeve_keywords *keywords, const char *value, size_t n)
{
	const char *p = value, *word;
	char name[QUERY_KEYWORD_MAX + 1], *key = name;
	size_t length, count = 0;

	for (; (word = next_word(&p, value + n, &length)) != NULL; count++) {
		if (length > QUERY_KEYWORD_MAX)
			return false;
		memcpy(name, word, length);
		name[length] = '\0';
		if (keywords->count == 0 || bsearch(&key, keywords->words, keywords->count,
		                                    sizeof key, by_name) == NULL)
			return false;
	}
	return count > 0;
}

bool reeve_keywords_name(const char *value, size_t n, const char *keyword)
{
	const char *p = value, *word;
	size_t length;

	while ((word = next_word(&p, value + n, &length)) != NULL) {
		if (length == strlen(keyword) && strncasecmp(word, keyword, length) == 0)
			return true;
	}
	return false;
}
