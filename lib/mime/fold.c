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

/* What is folded goes into a block first: a call for each character would take most of the time. */
enum { BLOCK = 4096 };

struct block {
	unsigned char bytes[BLOCK];
	size_t length;
	struct reeve_buf *out;
};

static void flush(struct block *block)
{
	reeve_buf_add(block->out, block->bytes, block->length);
	block->length = 0;
}

static void add_character(ucs4_t c, struct block *block)
{
	unsigned char *to;

	if (BLOCK - block->length < 4)
		flush(block);
	to = block->bytes + block->length;
	if (c < 0x80) {
		to[0] = (unsigned char)c;
		block->length += 1;
	} else if (c < 0x800) {
		to[0] = (unsigned char)(0xc0 | c >> 6);
		to[1] = (unsigned char)(0x80 | (c & 0x3f));
		block->length += 2;
	} else if (c < 0x10000) {
		to[0] = (unsigned char)(0xe0 | c >> 12);
		to[1] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (unsigned char)(0x80 | (c & 0x3f));
		block->length += 3;
	} else {
		to[0] = (unsigned char)(0xf0 | c >> 18);
		to[1] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
		to[2] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		to[3] = (unsigned char)(0x80 | (c & 0x3f));
		block->length += 4;
	}
}

/* Hangul syllables are made of two or three letters (Unicode Standard, section 3.12). */
static void add_hangul(ucs4_t syllable, struct block *block)
{
	ucs4_t index = syllable - 0xac00;

	add_character(0x1100 + index / (21 * 28), block);
	add_character(0x1161 + index / 28 % 21, block);
	if (index % 28 != 0)
		add_character(0x11a7 + index % 28, block);
}

/* The digraphs in title case (U+01C5: D with z with caron) stay whole, as in Dovecot's tables. */
static bool is_digraph(ucs4_t c)
{
	return c == 0x01c5 || c == 0x01c8 || c == 0x01cb || c == 0x01f2;
}

static void fold_character(ucs4_t c, struct block *block)
{
	ucs4_t pieces[UC_DECOMPOSITION_MAX_LENGTH];
	int tag, count;

	c = uc_totitle(c);
	if (c >= 0xac00 && c <= 0xd7a3) {
		add_hangul(c, block);
		return;
	}
	count = is_digraph(c) ? -1 : uc_decomposition(c, &tag, pieces);
	/* Dovecot looks for several characters in place of one below U+10000 only. */
	if (count < 1 || (count > 1 && c > 0xffff)) {
		add_character(c, block);
		return;
	}
	for (int i = 0; i < count; i++)
		add_character(pieces[i], block);
}

/* A loop without a way out, of which compilers make vectors. */
static void fold_ascii(const unsigned char *text, size_t n, unsigned char *to)
{
	for (size_t i = 0; i < n; i++)
		to[i] = text[i] - ((unsigned char)(text[i] - 'a') < 26 ? 32 : 0);
}

void reeve_fold(const char *text, size_t n, struct reeve_buf *out)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + n;
	struct block block;

	block.length = 0;
	block.out = out;
	while (p < end) {
		size_t room = BLOCK - block.length, left = (size_t)(end - p), length;
		uint32_t character;

		if (*p < 0x80) {
			length = reeve_utf8_ascii(p, left < room ? left : room);
			fold_ascii(p, length, block.bytes + block.length);
			block.length += length;
		} else {
			length = reeve_utf8_get(p, left, &character);
			if (length > 0) {
				fold_character(character, &block);
			} else {
				flush(&block);
				reeve_utf8_add_broken(out);
				length = 1;
			}
		}
		p += length;
		if (block.length == BLOCK)
			flush(&block);
	}
	flush(&block);
}
