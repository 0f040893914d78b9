/* SPDX-License-Identifier: MIT */
/* The values of Content-Type and Content-Disposition: a type, and parameters behind it. */
#include "mime/parameter.h"
#include "mime/encoding.h"
#include "mime/lexer.h"
#include "mime/utf8.h"

#include <string.h>
#include <strings.h>

/* No mailer cuts a name into more pieces. */
enum { PIECES = 64 };

struct piece {
	unsigned int index;
	bool is_extended;     /* percent signs, and the first has a charset */
	size_t start, length; /* in `values` */
};

struct search {
	struct reeve_lexer lexer;
	const char *name;
	struct reeve_buf key, value;
	struct reeve_buf values; /* of the pieces */
	struct piece pieces[PIECES];
	size_t count;
	bool is_broken; /* too many pieces, or one is missing */
};

/* ---- the value before the parameters ----------------------------------------------- */

static size_t position(const struct reeve_lexer *lexer, const char *value)
{
	return (size_t)(lexer->p - (const unsigned char *)value);
}

/* From `start` on, what was just read, in lower case. */
static void lower(struct reeve_buf *out, size_t start)
{
	for (size_t i = start; i < out->length; i++) {
		if (out->bytes[i] >= 'A' && out->bytes[i] <= 'Z')
			out->bytes[i] |= 0x20;
	}
}

/* A token. Returns false if it is empty. */
static bool take_token(struct reeve_lexer *lexer, struct reeve_buf *out, enum reeve_lexed *lexed)
{
	size_t before = out->length;

	*lexed = reeve_lexer_token(lexer, out);
	return out->length > before && *lexed != REEVE_LEXED_BROKEN;
}

static bool take_type(struct reeve_lexer *lexer, struct reeve_buf *out)
{
	enum reeve_lexed lexed = reeve_lexer_skip(lexer);

	if (lexed != REEVE_LEXED_MORE || !take_token(lexer, out, &lexed) ||
	    lexed != REEVE_LEXED_MORE || *lexer->p != '/')
		return false;
	lexer->p++;
	reeve_buf_add_byte(out, '/');
	if (reeve_lexer_skip(lexer) != REEVE_LEXED_MORE || !take_token(lexer, out, &lexed))
		return false;
	return lexed == REEVE_LEXED_LAST || *lexer->p == ';';
}

size_t reeve_content_type(const char *value, size_t n, struct reeve_buf *out)
{
	struct reeve_lexer lexer = {.p = (const unsigned char *)value};
	size_t start = out->length;

	lexer.end = lexer.p + n;
	if (!take_type(&lexer, out))
		out->length = start;
	lower(out, start);
	return position(&lexer, value);
}

size_t reeve_content_disposition(const char *value, size_t n, struct reeve_buf *out)
{
	struct reeve_lexer lexer = {.p = (const unsigned char *)value};
	size_t start = out->length;

	lexer.end = lexer.p + n;
	reeve_lexer_skip(&lexer);
	reeve_lexer_token(&lexer, out);
	lower(out, start);
	return position(&lexer, value);
}

/* ---- parameters -------------------------------------------------------------------- */

/* The encoded word that some write without the quotes that it needs: name==?utf-8?Q?...?= */
static void take_word(struct reeve_lexer *lexer, struct reeve_buf *out)
{
	while (lexer->p < lexer->end && strchr("; \t\r\n", *lexer->p) == NULL)
		reeve_buf_add_byte(out, *lexer->p++);
}

/* From the ";" on: a key and a value. Returns false if something is wrong. */
static bool take_parameter(struct search *search)
{
	struct reeve_lexer *lexer = &search->lexer;

	reeve_buf_clear(&search->key);
	reeve_buf_clear(&search->value);
	if (*lexer->p != ';')
		return false;
	lexer->p++;
	if (reeve_lexer_skip(lexer) != REEVE_LEXED_MORE ||
	    reeve_lexer_token(lexer, &search->key) != REEVE_LEXED_MORE || *lexer->p != '=')
		return false;
	lexer->p++;
	switch (reeve_lexer_skip(lexer)) {
	case REEVE_LEXED_BROKEN:
		return false;
	case REEVE_LEXED_LAST:
		return true;
	case REEVE_LEXED_MORE:
		break;
	}
	if (*lexer->p == '"')
		return reeve_lexer_quoted(lexer, &search->value) != REEVE_LEXED_BROKEN;
	if (*lexer->p != '=')
		return reeve_lexer_token(lexer, &search->value) != REEVE_LEXED_BROKEN;
	take_word(lexer, &search->value);
	return true;
}

/* What stands behind the name: "*", "*2" or "*2*". Returns false if it is something else. */
static bool take_index(const char *behind, struct piece *piece)
{
	*piece = (struct piece){0};
	if (*behind != '*')
		return false;
	if (behind[1] != '\0') {
		behind++;
		while (*behind >= '0' && *behind <= '9' && piece->index <= PIECES)
			piece->index = piece->index * 10 + (unsigned int)(*behind++ - '0');
	}
	piece->is_extended = *behind == '*';
	return behind[piece->is_extended] == '\0';
}

/* Returns whether it is the parameter, whole. */
static bool take_match(struct search *search)
{
	const char *key = reeve_buf_text(&search->key);
	size_t n = strlen(search->name);
	struct piece piece;

	if (strncasecmp(key, search->name, n) != 0)
		return false;
	if (key[n] == '\0')
		return true;
	if (!take_index(key + n, &piece))
		return false;
	if (search->count == PIECES) {
		search->is_broken = true;
		return false;
	}
	piece.start = search->values.length;
	piece.length = search->value.length;
	reeve_buf_add(&search->values, search->value.bytes, search->value.length);
	search->pieces[search->count++] = piece;
	return false;
}

static void add_percent(const unsigned char *p, size_t n, struct reeve_buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '%' && n - i > 2 && reeve_hex_value(p[i + 1]) >= 0 &&
		    reeve_hex_value(p[i + 2]) >= 0) {
			reeve_buf_add_byte(out, (unsigned char)(reeve_hex_value(p[i + 1]) << 4 |
			                                        reeve_hex_value(p[i + 2])));
			i += 2;
		} else {
			reeve_buf_add_byte(out, p[i]);
		}
	}
}

/* Join the pieces in `value`, in the order of their numbers. */
static bool join(struct search *search)
{
	reeve_buf_clear(&search->value);
	for (unsigned int index = 0; index < search->count; index++) {
		const struct piece *piece = NULL;

		for (size_t i = 0; i < search->count && piece == NULL; i++) {
			if (search->pieces[i].index == index)
				piece = &search->pieces[i];
		}
		if (piece == NULL)
			return false;
		if (piece->length == 0)
			continue;
		if (piece->is_extended)
			add_percent(search->values.bytes + piece->start, piece->length,
			            &search->value);
		else
			reeve_buf_add(&search->value, search->values.bytes + piece->start,
			              piece->length);
	}
	return search->count > 0 && !search->is_broken;
}

/* charset'language'text: returns the length of what is before the text, 0 if it is no such thing.
 */
static size_t take_charset(struct search *search)
{
	const unsigned char *p = search->value.bytes, *end, *quote, *text;

	if (search->value.length == 0)
		return 0;
	end = p + search->value.length;
	quote = memchr(p, '\'', search->value.length);
	text = quote != NULL ? memchr(quote + 1, '\'', (size_t)(end - quote - 1)) : NULL;
	if (text == NULL)
		return 0;
	reeve_buf_clear(&search->key);
	reeve_buf_add(&search->key, p, (size_t)(quote - p));
	return (size_t)(text + 1 - p);
}

static bool is_first_extended(const struct search *search)
{
	for (size_t i = 0; i < search->count; i++) {
		if (search->pieces[i].index == 0)
			return search->pieces[i].is_extended;
	}
	return false;
}

static void convert(struct search *search, struct reeve_charsets *charsets, struct reeve_buf *out)
{
	size_t skip = is_first_extended(search) ? take_charset(search) : 0;
	size_t n = search->value.length - skip;
	struct reeve_charset *charset;

	if (n == 0)
		return;
	charset = reeve_charsets_get(charsets, skip > 0 ? reeve_buf_text(&search->key) : NULL);
	if (charset == NULL)
		out->has_failed = true;
	else if (reeve_charset_is_utf8(charset))
		reeve_utf8_add(search->value.bytes + skip, n, out);
	else
		reeve_charset_add(charset, search->value.bytes + skip, n, out);
}

bool reeve_parameter_get(struct reeve_charsets *charsets, const char *parameters, size_t n,
                         const char *name, struct reeve_buf *out)
{
	struct search search = {.name = name};
	bool is_found = false;

	search.lexer.p = (const unsigned char *)parameters;
	search.lexer.end = search.lexer.p + n;
	reeve_buf_init(&search.key, n);
	reeve_buf_init(&search.value, 3 * n); /* a NUL becomes three bytes */
	reeve_buf_init(&search.values, 3 * n);
	while (search.lexer.p < search.lexer.end && !is_found) {
		if (take_parameter(&search))
			is_found = take_match(&search);
		else if (search.lexer.p < search.lexer.end)
			search.lexer.p++;
	}
	if (is_found) {
		reeve_buf_add(out, search.value.bytes, search.value.length);
	} else if (join(&search)) {
		is_found = true;
		convert(&search, charsets, out);
	}
	out->has_failed |=
		search.key.has_failed || search.value.has_failed || search.values.has_failed;
	reeve_buf_dispose(&search.key);
	reeve_buf_dispose(&search.value);
	reeve_buf_dispose(&search.values);
	return is_found;
}
