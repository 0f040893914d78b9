/* SPDX-License-Identifier: MIT */
/*
 * A query's text as words, as a shell would hand them to doveadm: blanks separate, "double
 * quotes" keep blanks together, parentheses stand for themselves.
 */
#include "base/error.h"
#include "mbox/query.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int query_fail(struct query_words *words, const struct query_word *at, const char *fmt, ...)
{
	char text[sizeof words->err->text];
	va_list args;

	va_start(args, fmt);
	if (vsnprintf(text, sizeof text, fmt, args) < 0)
		text[0] = '\0';
	va_end(args);
	return reeve_fail(words->err, REEVE_EUSAGE, "query:%lu:%lu: %s", at->line, at->column,
	                  text);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void advance(struct query_words *words)
{
	if (*words->next++ == '\n') {
		words->line++;
		words->column = 1;
	} else {
		words->column++;
	}
}

/* As in IMAP (RFC 3501 section 4.3), a backslash quotes a quote or a backslash. */
static int take_quoted(struct query_words *words)
{
	advance(words);
	while (*words->next != '"') {
		if (words->next[0] == '\\' && (words->next[1] == '"' || words->next[1] == '\\'))
			advance(words);
		if (*words->next == '\0')
			return query_fail(words, &words->word, "a quote without its end");
		*words->to++ = *words->next;
		advance(words);
	}
	advance(words);
	return 0;
}

static void take_plain(struct query_words *words)
{
	while (*words->next != '\0' && !is_blank(*words->next) &&
	       strchr("()\"", *words->next) == NULL) {
		*words->to++ = *words->next;
		advance(words);
	}
}

int query_words_start(struct query_words *words, const char *text, struct reeve_arena *arena,
                      struct reeve_error *err)
{
	*words = (struct query_words){.next = text, .line = 1, .column = 1, .err = err};

	/* Words take no more than their bytes in the text and a NUL each. */
	words->to = reeve_arena_alloc(arena, strlen(text) * 2 + 1);
	if (words->to == NULL)
		return reeve_fail_nomem(err);
	return query_words_step(words);
}

int query_words_step(struct query_words *words)
{
	struct query_word *word = &words->word;
	int ret = 0;

	while (is_blank(*words->next))
		advance(words);
	*word = (struct query_word){.line = words->line, .column = words->column};
	switch (*words->next) {
	case '\0':
		word->kind = QUERY_END;
		return 0;
	case '(':
		word->kind = QUERY_OPEN;
		advance(words);
		return 0;
	case ')':
		word->kind = QUERY_CLOSE;
		advance(words);
		return 0;
	}
	word->kind = QUERY_WORD;
	word->text = words->to;
	if (*words->next == '"')
		ret = take_quoted(words);
	else
		take_plain(words);
	*words->to++ = '\0';
	return ret;
}
