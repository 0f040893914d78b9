/* SPDX-License-Identifier: MIT */
/*
 * Encoded words: =?charset?B?text?= or =?charset?Q?text?= (RFC 2047), as Dovecot reads them, which
 * is more generous than the RFC: they may stand next to letters and in quotes, be of any length,
 * have white space in them, and of the encoding only the first letter counts.
 */
#include "mime/word.h"
#include "mime/encoding.h"
#include "mime/utf8.h"

#include <string.h>

struct words {
	struct reeve_charsets *charsets, *own; /* own: nobody gave us any */
	struct reeve_buf *out;
	struct reeve_buf text; /* of a word, decoded, in its charset */
	struct reeve_buf name; /* of the charset */
};

struct word {
	const unsigned char *charset, *text; /* text ends where the word does, but for "?=" */
	size_t charset_length, text_length;
	unsigned char encoding;
	const unsigned char *end;
};

/* The word whose "=?" is before p. False: it is none. */
static bool find_word(const unsigned char *p, const unsigned char *end, struct word *word)
{
	const unsigned char *encoding, *text, *last;

	word->charset = p;
	encoding = memchr(p, '?', (size_t)(end - p));
	if (encoding == NULL)
		return false;
	word->charset_length = (size_t)(encoding++ - p);
	text = memchr(encoding, '?', (size_t)(end - encoding));
	if (text == NULL)
		return false;
	word->encoding = *encoding;
	word->text = ++text;
	last = memchr(text, '?', (size_t)(end - text));
	if (last == NULL || end - last < 2 || last[1] != '=')
		return false;
	word->text_length = (size_t)(last - text);
	word->end = last + 2;
	return strchr("QqBb", word->encoding) != NULL && word->encoding != '\0';
}

/* What is no "=" and two digits stays; two digits have to be there, or the rest stays. */
static void decode_q(const unsigned char *p, size_t n, struct reeve_buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '=' && n - i <= 2) {
			reeve_buf_add(out, p + i, n - i);
			return;
		}
		if (p[i] == '=' && reeve_hex_value(p[i + 1]) >= 0 &&
		    reeve_hex_value(p[i + 2]) >= 0) {
			reeve_buf_add_byte(out, (unsigned char)(reeve_hex_value(p[i + 1]) << 4 |
			                                        reeve_hex_value(p[i + 2])));
			i += 2;
		} else {
			reeve_buf_add_byte(out, p[i] == '_' ? ' ' : p[i]);
		}
	}
}

static struct reeve_charset *get_charset(struct words *words, const struct word *word)
{
	if (words->charsets == NULL)
		words->charsets = words->own = reeve_charsets_new();
	if (words->charsets == NULL)
		return NULL;
	reeve_buf_clear(&words->name);
	reeve_buf_add(&words->name, word->charset, word->charset_length);
	return reeve_charsets_get(words->charsets, reeve_buf_text(&words->name));
}

static void add_word(struct words *words, const struct word *word)
{
	struct reeve_charset *charset;

	reeve_buf_clear(&words->text);
	if (strchr("Bb", word->encoding) != NULL) {
		struct reeve_decoder decoder;

		reeve_decoder_init(&decoder, REEVE_ENCODING_BASE64);
		reeve_decoder_add(&decoder, word->text, word->text_length, &words->text);
	} else {
		decode_q(word->text, word->text_length, &words->text);
	}
	if (words->text.length == 0)
		return;
	charset = get_charset(words, word);
	if (charset == NULL)
		words->out->has_failed = true;
	else if (reeve_charset_is_utf8(charset))
		reeve_utf8_add(words->text.bytes, words->text.length, words->out);
	else
		reeve_charset_add(charset, words->text.bytes, words->text.length, words->out);
}

static bool is_white(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != ' ' && p[i] != '\t' && p[i] != '\r' && p[i] != '\n')
			return false;
	}
	return true;
}

static void decode(struct words *words, const unsigned char *p, const unsigned char *end)
{
	const unsigned char *plain = p; /* what is before belongs to words */

	while (end - p >= 2) {
		struct word word;

		p = memchr(p, '=', (size_t)(end - p - 1));
		if (p == NULL)
			break;
		if (p[1] != '?') {
			p++;
			continue;
		}
		/* White space goes between words, and so it does before the first. */
		if (!is_white(plain, (size_t)(p - plain)))
			reeve_utf8_add(plain, (size_t)(p - plain), words->out);
		plain = p;
		p += 2;
		if (find_word(p, end, &word)) {
			add_word(words, &word);
			plain = p = word.end;
		}
	}
	reeve_utf8_add(plain, (size_t)(end - plain), words->out);
}

void reeve_word_decode(struct reeve_charsets *charsets, const char *value, size_t n,
                       struct reeve_buf *out)
{
	struct words words = {.charsets = charsets, .out = out};

	reeve_buf_init(&words.text, n);
	reeve_buf_init(&words.name, n);
	decode(&words, (const unsigned char *)value, (const unsigned char *)value + n);
	out->has_failed |= words.text.has_failed || words.name.has_failed;
	reeve_buf_dispose(&words.text);
	reeve_buf_dispose(&words.name);
	reeve_charsets_free(words.own);
}
