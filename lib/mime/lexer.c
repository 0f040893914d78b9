/* SPDX-License-Identifier: MIT */
/* The pieces that structured header fields are made of, as Dovecot takes them apart. */
#include "mime/lexer.h"

#include <string.h>

/* What a NUL becomes, since texts are C strings further on: U+FFFD. */
#define NUL_TEXT "\xef\xbf\xbd"

enum { ATEXT = 1, TOKEN = 2 };

static bool is_alnum(int byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9');
}

/* What a byte may be part of. */
static unsigned int classes(int byte)
{
	if (is_alnum(byte) || byte >= 128)
		return ATEXT | TOKEN;
	if (byte == '.')
		return TOKEN;
	if (byte <= ' ')
		return 0;
	if (strchr("/=?", byte) != NULL) /* special in MIME only */
		return ATEXT;
	return strchr("!#$%&'*+-^_`{|}~", byte) != NULL ? ATEXT | TOKEN : 0;
}

bool reeve_is_atext(int byte)
{
	return (classes(byte) & ATEXT) != 0;
}

static bool is_blank(int byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static enum reeve_lexed more(const struct reeve_lexer *lexer)
{
	return lexer->p < lexer->end ? REEVE_LEXED_MORE : REEVE_LEXED_LAST;
}

/*
 * The bytes up to the one that closes, behind which p then is; appended without the backslashes of
 * quoted pairs. What opens may be nested, but not in a literal, which keeps its backslashes. False:
 * nothing closes.
 */
static bool take_until(struct reeve_lexer *lexer, int opens, int closes, bool is_literal,
                       struct reeve_buf *out)
{
	const unsigned char *start = lexer->p;
	size_t level = 1;

	for (; lexer->p < lexer->end; lexer->p++) {
		int byte = *lexer->p;

		if (byte == '\0') {
			reeve_buf_add(out, start, (size_t)(lexer->p - start));
			reeve_buf_add_text(out, NUL_TEXT);
			start = lexer->p + 1;
		} else if (byte == '\\' && lexer->p + 1 < lexer->end) {
			/* NUL and line ends are not quoted. */
			if (lexer->p[1] == '\0' || lexer->p[1] == '\r' || lexer->p[1] == '\n')
				continue;
			if (!is_literal) {
				reeve_buf_add(out, start, (size_t)(lexer->p - start));
				start = lexer->p + 1;
			}
			lexer->p++;
		} else if (byte == closes && --level == 0) {
			reeve_buf_add(out, start, (size_t)(lexer->p - start));
			lexer->p++;
			return true;
		} else if (byte == opens) {
			if (is_literal)
				return false;
			level++;
		}
	}
	return false;
}

/* From the "(" on. */
static bool skip_comment(struct reeve_lexer *lexer)
{
	struct reeve_buf nothing = {.max = 0};
	struct reeve_buf *out = lexer->comment != NULL ? lexer->comment : &nothing;

	reeve_buf_clear(out);
	lexer->p++;
	return take_until(lexer, '(', ')', false, out);
}

enum reeve_lexed reeve_lexer_skip(struct reeve_lexer *lexer)
{
	while (lexer->p < lexer->end) {
		if (is_blank(*lexer->p))
			lexer->p++;
		else if (*lexer->p != '(')
			break;
		else if (!skip_comment(lexer))
			return REEVE_LEXED_BROKEN;
	}
	return more(lexer);
}

/* Letters of these classes, and a dot where it is welcome. */
static size_t take_letters(struct reeve_lexer *lexer, unsigned int wanted, bool with_dots,
                           struct reeve_buf *out)
{
	const unsigned char *start = lexer->p;

	while (lexer->p < lexer->end &&
	       ((classes(*lexer->p) & wanted) != 0 || (with_dots && *lexer->p == '.')))
		lexer->p++;
	reeve_buf_add(out, start, (size_t)(lexer->p - start));
	return (size_t)(lexer->p - start);
}

enum reeve_lexed reeve_lexer_atom(struct reeve_lexer *lexer, struct reeve_buf *out)
{
	if (take_letters(lexer, ATEXT, false, out) == 0)
		return REEVE_LEXED_BROKEN;
	return reeve_lexer_skip(lexer);
}

enum reeve_lexed reeve_lexer_token(struct reeve_lexer *lexer, struct reeve_buf *out)
{
	take_letters(lexer, TOKEN, false, out);
	return reeve_lexer_skip(lexer);
}

enum reeve_lexed reeve_lexer_dot_atom(struct reeve_lexer *lexer, struct reeve_buf *out)
{
	for (;;) {
		enum reeve_lexed lexed;

		if (take_letters(lexer, ATEXT, false, out) == 0)
			return REEVE_LEXED_BROKEN;
		lexed = reeve_lexer_skip(lexer);
		if (lexed != REEVE_LEXED_MORE || *lexer->p != '.')
			return lexed;
		reeve_buf_add_byte(out, '.');
		lexer->p++;
		if (reeve_lexer_skip(lexer) != REEVE_LEXED_MORE)
			return REEVE_LEXED_BROKEN;
	}
}

enum reeve_lexed reeve_lexer_quoted(struct reeve_lexer *lexer, struct reeve_buf *out)
{
	lexer->p++;
	if (!take_until(lexer, -1, '"', false, out))
		return REEVE_LEXED_BROKEN;
	return reeve_lexer_skip(lexer);
}

enum reeve_lexed reeve_lexer_phrase(struct reeve_lexer *lexer, struct reeve_buf *out)
{
	enum reeve_lexed lexed;

	if (reeve_lexer_peek(lexer) == -1)
		return REEVE_LEXED_LAST;
	if (*lexer->p == '.')
		return REEVE_LEXED_BROKEN;
	for (;;) {
		if (*lexer->p == '"') {
			lexed = reeve_lexer_quoted(lexer, out);
		} else {
			take_letters(lexer, ATEXT, true, out);
			lexed = reeve_lexer_skip(lexer);
		}
		if (lexed != REEVE_LEXED_MORE)
			return lexed;
		if (!reeve_is_atext(*lexer->p) && *lexer->p != '"' && *lexer->p != '.')
			return lexed;
		reeve_buf_add_byte(out, ' ');
	}
}

enum reeve_lexed reeve_lexer_domain(struct reeve_lexer *lexer, struct reeve_buf *out)
{
	lexer->p++;
	if (reeve_lexer_skip(lexer) != REEVE_LEXED_MORE)
		return REEVE_LEXED_BROKEN;
	if (*lexer->p != '[')
		return reeve_lexer_dot_atom(lexer, out);
	lexer->p++;
	reeve_buf_add_byte(out, '[');
	if (!take_until(lexer, '[', ']', true, out))
		return REEVE_LEXED_BROKEN;
	reeve_buf_add_byte(out, ']');
	return reeve_lexer_skip(lexer);
}
