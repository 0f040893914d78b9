/* SPDX-License-Identifier: MIT */
/*
 * Content transfer encodings, decoded in pieces.
 *
 * base64: white space is passed over, and the first byte that is neither that nor of the alphabet
 * ends it, for good; so does padding. quoted-printable: what is wrong stays as it stands, white
 * space at a line's end goes, and each line end becomes CR LF.
 */
#include "mime/encoding.h"
#include "mime/lexer.h"

#include <string.h>
#include <strings.h>

/* ---- base64 ------------------------------------------------------------------------ */

enum { BLANK = 64, OTHER = 128 };

/* Six bits of each letter, or what it is instead. */
#define O8 OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER
#define O64 O8, O8, O8, O8, O8, O8, O8, O8
static const unsigned char sextets[256] = {
	OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER,
	OTHER, BLANK, BLANK, OTHER, OTHER, BLANK, OTHER, OTHER,
	O8, O8,
	BLANK, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER,
	OTHER, OTHER, OTHER, 62, OTHER, OTHER, OTHER, 63,
	52, 53, 54, 55, 56, 57, 58, 59,
	60, 61, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER,
	OTHER, 0, 1, 2, 3, 4, 5, 6,
	7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22,
	23, 24, 25, OTHER, OTHER, OTHER, OTHER, OTHER,
	OTHER, 26, 27, 28, 29, 30, 31, 32,
	33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48,
	49, 50, 51, OTHER, OTHER, OTHER, OTHER, OTHER,
	O64, O64,
};

/* Whole quanta of four letters, as long as nothing else comes. Returns where that ended. */
static const unsigned char *take_quanta(const unsigned char *p, const unsigned char *end,
                                        unsigned char **to)
{
	unsigned char *out = *to;

	for (; end - p >= 4; p += 4, out += 3) {
		unsigned int a = sextets[p[0]], b = sextets[p[1]], c = sextets[p[2]],
			     d = sextets[p[3]];

		if ((a | b | c | d) > 63)
			break;
		out[0] = (unsigned char)(a << 2 | b >> 4);
		out[1] = (unsigned char)(b << 4 | c >> 2);
		out[2] = (unsigned char)(c << 6 | d);
	}
	*to = out;
	return p;
}

/* One letter. `state` tells how many came before it in its quantum, `bits` the last of them. */
static void take_letter(struct reeve_decoder *decoder, unsigned char bits, unsigned char **to)
{
	unsigned int before = decoder->bits;

	decoder->bits = bits;
	switch (decoder->state) {
	case 0:
		break;
	case 1:
		*(*to)++ = (unsigned char)(before << 2 | bits >> 4);
		break;
	case 2:
		*(*to)++ = (unsigned char)(before << 4 | bits >> 2);
		break;
	case 3:
		*(*to)++ = (unsigned char)(before << 6 | bits);
		break;
	}
	decoder->state = (decoder->state + 1) & 3;
}

enum { BLOCK = 4096 };

static void add_base64(struct reeve_decoder *decoder, const unsigned char *bytes, size_t n,
                       struct reeve_buf *out)
{
	unsigned char block[BLOCK / 4 * 3 + 3];

	while (n > 0 && !decoder->is_finished) {
		size_t size = n < BLOCK ? n : BLOCK;
		const unsigned char *p = bytes, *end = bytes + size;
		unsigned char *to = block;

		while (p < end) {
			if (decoder->state == 0)
				p = take_quanta(p, end, &to);
			if (p == end)
				break;
			unsigned char bits = sextets[*p++];
			if (bits == OTHER) {
				decoder->is_finished = true;
				break;
			}
			if (bits != BLANK)
				take_letter(decoder, bits, &to);
		}
		reeve_buf_add(out, block, (size_t)(to - block));
		bytes += size;
		n -= size;
	}
}

/* ---- quoted-printable -------------------------------------------------------------- */

/* What came before the bytes at hand. */
enum {
	TEXT,
	BLANKS,        /* white space, which goes if a line end follows; it is in `blanks` */
	EQUALS,        /* "=" */
	EQUALS_BLANKS, /* "=" and `blanks` */
	EQUALS_HEX,    /* "=" and a digit, `hex` */
	CR,            /* `blanks` and CR */
	EQUALS_CR,     /* "=", `blanks` and CR */
};

int reeve_hex_value(unsigned char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 0x20;
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static void add_hex(unsigned char high, unsigned char low, struct reeve_buf *out)
{
	reeve_buf_add_byte(out, (unsigned char)(reeve_hex_value(high) << 4 | reeve_hex_value(low)));
}

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

static void keep_blank(struct reeve_decoder *decoder, unsigned char blank)
{
	/* A line has 76 bytes at most; of more white space than that the rest is lost. */
	if (decoder->blanks_count < sizeof decoder->blanks)
		decoder->blanks[decoder->blanks_count++] = blank;
}

/* What was kept is plain text after all. */
static void give_back(struct reeve_decoder *decoder, struct reeve_buf *out)
{
	if (decoder->state == EQUALS || decoder->state == EQUALS_BLANKS ||
	    decoder->state == EQUALS_HEX || decoder->state == EQUALS_CR)
		reeve_buf_add_byte(out, '=');
	if (decoder->state == EQUALS_HEX)
		reeve_buf_add_byte(out, decoder->hex);
	reeve_buf_add(out, decoder->blanks, decoder->blanks_count);
	if (decoder->state == CR || decoder->state == EQUALS_CR)
		reeve_buf_add_byte(out, '\r');
	decoder->blanks_count = 0;
	decoder->state = TEXT;
}

static void end_line(struct reeve_decoder *decoder, bool is_soft, struct reeve_buf *out)
{
	if (!is_soft)
		reeve_buf_add(out, "\r\n", 2);
	decoder->blanks_count = 0;
	decoder->state = TEXT;
}

/* Bytes that mean themselves, up to one that may not. */
static const unsigned char *take_plain(const unsigned char *p, const unsigned char *end)
{
	while (p < end) {
		if (*p <= '=') {
			if (*p == '=' || *p == '\r' || *p == '\n')
				break;
			/* A single blank between two letters, as most are, is plain. */
			if (is_blank(*p) && (end - p < 2 || p[1] <= ' '))
				break;
		}
		p++;
	}
	return p;
}

/* From TEXT on. Returns where that ended. */
static const unsigned char *take_text(struct reeve_decoder *decoder, const unsigned char *p,
                                      const unsigned char *end, struct reeve_buf *out)
{
	while (p < end) {
		const unsigned char *start = p;

		p = take_plain(p, end);
		reeve_buf_add(out, start, (size_t)(p - start));
		if (p == end)
			break;
		if (*p == '\n') {
			reeve_buf_add(out, "\r\n", 2);
			p++;
			continue;
		}
		if (*p == '=' && end - p > 2 && reeve_hex_value(p[1]) >= 0 && reeve_hex_value(p[2]) >= 0) {
			add_hex(p[1], p[2], out);
			p += 3;
			continue;
		}
		if (is_blank(*p)) {
			keep_blank(decoder, *p);
			decoder->state = BLANKS;
		} else {
			decoder->state = *p == '=' ? EQUALS : CR;
		}
		return p + 1;
	}
	return p;
}

/* The byte after what was kept. Returns false if it is to be looked at again, as text. */
static bool take_next(struct reeve_decoder *decoder, unsigned char byte, struct reeve_buf *out)
{
	bool is_soft = decoder->state != BLANKS && decoder->state != CR;

	if (byte == '\n' && decoder->state != EQUALS_HEX) {
		end_line(decoder, is_soft, out);
		return true;
	}
	switch (decoder->state) {
	case BLANKS:
	case EQUALS:
	case EQUALS_BLANKS:
		if (byte == '\r') {
			decoder->state = is_soft ? EQUALS_CR : CR;
			return true;
		}
		if (is_blank(byte)) {
			keep_blank(decoder, byte);
			decoder->state = is_soft ? EQUALS_BLANKS : BLANKS;
			return true;
		}
		if (decoder->state == EQUALS && reeve_hex_value(byte) >= 0) {
			decoder->hex = byte;
			decoder->state = EQUALS_HEX;
			return true;
		}
		break;
	case EQUALS_HEX:
		if (reeve_hex_value(byte) < 0)
			break;
		add_hex(decoder->hex, byte, out);
		decoder->state = TEXT;
		return true;
	}
	give_back(decoder, out);
	return false;
}

static void add_quoted(struct reeve_decoder *decoder, const unsigned char *bytes, size_t n,
                       struct reeve_buf *out)
{
	const unsigned char *p = bytes, *end = bytes + n;

	while (p < end) {
		if (decoder->state == TEXT)
			p = take_text(decoder, p, end, out);
		else if (take_next(decoder, *p, out))
			p++;
	}
}

/* ---- ------------------------------------------------------------------------------- */

enum reeve_encoding reeve_encoding_parse(const char *value, size_t n)
{
	static const struct {
		const char *name;
		enum reeve_encoding encoding;
	} rows[] = {
		{"7bit", REEVE_ENCODING_NONE},
		{"8bit", REEVE_ENCODING_NONE},
		{"binary", REEVE_ENCODING_NONE},
		{"quoted-printable", REEVE_ENCODING_QUOTED_PRINTABLE},
		{"base64", REEVE_ENCODING_BASE64},
	};
	struct reeve_lexer lexer = {.p = (const unsigned char *)value};
	enum reeve_encoding encoding = REEVE_ENCODING_UNKNOWN;
	struct reeve_buf token;

	lexer.end = lexer.p + n;
	reeve_buf_init(&token, sizeof "quoted-printable");
	reeve_lexer_skip(&lexer);
	/* Parameters it has none (RFC 2045 section 6.1), but some write them. */
	if (reeve_lexer_token(&lexer, &token) != REEVE_LEXED_MORE || *lexer.p == ';') {
		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
			if (strcasecmp(reeve_buf_text(&token), rows[i].name) == 0)
				encoding = rows[i].encoding;
		}
	}
	reeve_buf_dispose(&token);
	return encoding;
}

void reeve_decoder_init(struct reeve_decoder *decoder, enum reeve_encoding encoding)
{
	*decoder = (struct reeve_decoder){.encoding = encoding};
}

void reeve_decoder_add(struct reeve_decoder *decoder, const unsigned char *bytes, size_t n,
                       struct reeve_buf *out)
{
	switch (decoder->encoding) {
	case REEVE_ENCODING_NONE:
		reeve_buf_add(out, bytes, n);
		break;
	case REEVE_ENCODING_QUOTED_PRINTABLE:
		add_quoted(decoder, bytes, n, out);
		break;
	case REEVE_ENCODING_BASE64:
		add_base64(decoder, bytes, n, out);
		break;
	case REEVE_ENCODING_UNKNOWN:
		break;
	}
}
