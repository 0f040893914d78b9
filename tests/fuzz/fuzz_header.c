/* SPDX-License-Identifier: MIT */
/*
 * Values of header fields: words, addresses, parameters, encodings, charsets.
 *
 * Whatever comes in, text comes out as UTF-8, and as much of it as the length of the value allows.
 * What works in pieces gives the same in one piece. The input's first line is taken for the name of
 * a charset as well, in which the rest is.
 */
#include "mime/address.h"
#include "mime/encoding.h"
#include "mime/fold.h"
#include "mime/parameter.h"
#include "mime/utf8.h"
#include "mime/word.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void promise(bool is_kept)
{
	if (!is_kept)
		abort();
}

/* One character of a value becomes this many bytes at most: U+FDFA, folded. */
enum { GROWTH = 40 };

static void is_utf8(const struct reeve_buf *text)
{
	size_t i = 0, length;
	uint32_t character;

	promise(!text->has_failed);
	for (; i < text->length; i += length) {
		length = reeve_utf8_get(text->bytes + i, text->length - i, &character);
		promise(length > 0);
	}
}

static bool is_same(const struct reeve_buf *a, const struct reeve_buf *b)
{
	return a->length == b->length &&
	       (a->length == 0 || memcmp(a->bytes, b->bytes, a->length) == 0);
}

static void try_words(struct reeve_charsets *charsets, const char *value, size_t n)
{
	struct reeve_buf one, two;
	size_t half;

	reeve_buf_init(&one, GROWTH * n);
	reeve_buf_init(&two, GROWTH * n);
	reeve_word_decode(charsets, value, n, &one);
	is_utf8(&one);
	promise(!one.is_cut);
	reeve_word_decode(NULL, value, n, &two);
	promise(is_same(&one, &two));

	/* Folded at once and in two. */
	reeve_buf_clear(&two);
	reeve_fold(reeve_buf_text(&one), one.length, &two);
	is_utf8(&two);
	half = reeve_utf8_whole(one.bytes, one.length / 2);
	struct reeve_buf three;
	reeve_buf_init(&three, GROWTH * n);
	reeve_fold(reeve_buf_text(&one), half, &three);
	reeve_fold(reeve_buf_text(&one) + half, one.length - half, &three);
	promise(is_same(&two, &three));
	reeve_buf_dispose(&one);
	reeve_buf_dispose(&two);
	reeve_buf_dispose(&three);
}

static int count_address(void *user, const struct reeve_address *address)
{
	promise(address->local != NULL || address->domain == NULL);
	++*(size_t *)user;
	return 0;
}

static void try_addresses(struct reeve_charsets *charsets, const char *value, size_t n)
{
	struct reeve_sender sender;
	struct reeve_buf text;
	size_t count = 0;

	promise(reeve_address_each(value, n, false, count_address, &count) == 0);
	promise(count <= 2 * n + 2);
	reeve_buf_init(&text, 64 * n + 64);
	reeve_address_text(value, n, &text);
	promise(!text.is_cut && !text.has_failed);
	reeve_buf_clear(&text);
	if (reeve_sender_parse(charsets, value, n, &sender)) {
		reeve_buf_add_text(&text, sender.name);
		reeve_buf_add_text(&text, sender.local);
		reeve_buf_add_text(&text, sender.domain);
		is_utf8(&text);
		promise(sender.local[0] != '\0' && sender.domain[0] != '\0');
	}
	reeve_buf_dispose(&text);
}

static void try_parameters(struct reeve_charsets *charsets, const char *value, size_t n)
{
	struct reeve_buf type, text;

	reeve_buf_init(&type, 3 * n);
	reeve_buf_init(&text, GROWTH * n);
	promise(reeve_content_disposition(value, n, &type) <= n);
	reeve_buf_clear(&type);
	size_t skip = reeve_content_type(value, n, &type);
	promise(skip <= n && !type.is_cut);
	reeve_parameter_get(charsets, value + skip, n - skip, "a", &text);
	promise(!text.has_failed);
	promise(reeve_encoding_parse(value, n) <= REEVE_ENCODING_UNKNOWN);
	reeve_buf_dispose(&type);
	reeve_buf_dispose(&text);
}

static void try_encoding(enum reeve_encoding encoding, const unsigned char *bytes, size_t n)
{
	struct reeve_decoder decoder;
	struct reeve_buf one, two;

	reeve_buf_init(&one, 2 * n + 80);
	reeve_buf_init(&two, 2 * n + 80);
	reeve_decoder_init(&decoder, encoding);
	reeve_decoder_add(&decoder, bytes, n, &one);
	reeve_decoder_init(&decoder, encoding);
	for (size_t i = 0, step; i < n; i += step) {
		step = 1 + (size_t)bytes[i] % 7;
		if (step > n - i)
			step = n - i;
		reeve_decoder_add(&decoder, bytes + i, step, &two);
	}
	promise(is_same(&one, &two) && !one.is_cut);
	reeve_buf_dispose(&one);
	reeve_buf_dispose(&two);
}

/* In pieces broken bytes that stand side by side may become more than one U+FFFD. */
static void try_charset(struct reeve_charsets *charsets, const unsigned char *bytes, size_t n)
{
	const unsigned char *lf = n > 0 ? memchr(bytes, '\n', n) : NULL;
	struct reeve_charset *charset;
	struct reeve_buf name, text;

	if (lf == NULL)
		return;
	reeve_buf_init(&name, 100);
	reeve_buf_add(&name, bytes, (size_t)(lf - bytes));
	reeve_buf_init(&text, GROWTH * n);
	charset = reeve_charsets_get(charsets, reeve_buf_text(&name));
	promise(charset != NULL);
	reeve_charset_add(charset, lf + 1, (size_t)(bytes + n - lf - 1), &text);
	is_utf8(&text);
	reeve_buf_clear(&text);
	charset = reeve_charsets_get(charsets, reeve_buf_text(&name));
	for (const unsigned char *p = lf + 1; p < bytes + n; p++)
		reeve_charset_add(charset, p, 1, &text);
	is_utf8(&text);
	reeve_buf_dispose(&name);
	reeve_buf_dispose(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct reeve_charsets *charsets;
	const char *value = (const char *)bytes;

	if (charsets == NULL)
		charsets = reeve_charsets_new();
	try_words(charsets, value, n);
	try_addresses(charsets, value, n);
	try_parameters(charsets, value, n);
	try_encoding(REEVE_ENCODING_BASE64, bytes, n);
	try_encoding(REEVE_ENCODING_QUOTED_PRINTABLE, bytes, n);
	try_charset(charsets, bytes, n);
	return 0;
}
