/* SPDX-License-Identifier: MIT */
/*
 * The form in which texts are compared.
 *
 * Dovecot made its tables of UnicodeData.txt: the title case of a character by itself, and then its
 * decomposition, whether canonical or not, by one step, in the order it has there. That is neither
 * NFD nor NFKD, so of libunistring we take the two properties, and the rest is here.
 */
#include "mime/fold.h"
#include "mime/utf8.h"

#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>

static void add_character(ucs4_t character, struct reeve_buf *out)
{
	uint8_t bytes[6];
	int n = u8_uctomb(bytes, character, sizeof bytes);

	if (n > 0)
		reeve_buf_add(out, bytes, (size_t)n);
}

/* Hangul syllables are made of two or three letters (Unicode Standard, section 3.12). */
static void add_hangul(ucs4_t syllable, struct reeve_buf *out)
{
	ucs4_t index = syllable - 0xac00;

	add_character(0x1100 + index / (21 * 28), out);
	add_character(0x1161 + index / 28 % 21, out);
	if (index % 28 != 0)
		add_character(0x11a7 + index % 28, out);
}

/* The digraphs in title case (U+01C5: D with z with caron) stay whole, as in Dovecot's tables. */
static bool is_digraph(ucs4_t character)
{
	return character == 0x01c5 || character == 0x01c8 || character == 0x01cb ||
	       character == 0x01f2;
}

static void fold_character(ucs4_t character, struct reeve_buf *out)
{
	ucs4_t pieces[UC_DECOMPOSITION_MAX_LENGTH];
	int tag, count;

	character = uc_totitle(character);
	if (character >= 0xac00 && character <= 0xd7a3) {
		add_hangul(character, out);
		return;
	}
	count = is_digraph(character) ? -1 : uc_decomposition(character, &tag, pieces);
	/* Dovecot looks for several characters in place of one below U+10000 only. */
	if (count < 1 || (count > 1 && character > 0xffff)) {
		add_character(character, out);
		return;
	}
	for (int i = 0; i < count; i++)
		add_character(pieces[i], out);
}

/* A loop without a way out, of which compilers make vectors. */
static void fold_ascii(const unsigned char *text, size_t n, unsigned char *to)
{
	for (size_t i = 0; i < n; i++)
		to[i] = text[i] - ((unsigned char)(text[i] - 'a') < 26 ? 32 : 0);
}

enum { BLOCK = 4096 };

void reeve_fold(const char *text, size_t n, struct reeve_buf *out)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + n;

	while (p < end) {
		size_t size = (size_t)(end - p) < BLOCK ? (size_t)(end - p) : BLOCK;
		size_t ascii = reeve_utf8_ascii(p, size);
		uint32_t character;
		size_t length;

		if (ascii > 0) {
			unsigned char block[BLOCK];

			fold_ascii(p, ascii, block);
			reeve_buf_add(out, block, ascii);
			p += ascii;
			continue;
		}
		length = reeve_utf8_get(p, (size_t)(end - p), &character);
		if (length > 0)
			fold_character(character, out);
		else
			reeve_utf8_add_broken(out);
		p += length > 0 ? length : 1;
	}
}
