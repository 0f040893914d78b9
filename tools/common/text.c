/* SPDX-License-Identifier: MIT */
/* Strangers' text, made harmless and fitting. */
#include "text.h"

#include "utf8.h"
#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>

#define REPLACEMENT 0xfffd

static bool is_utf8;

/* Ranges of characters that would speak to the terminal, or play tricks on who reads. */
static const struct {
	uint32_t first, last, shown;
} rows[] = {
	{0x0001, 0x0008, REPLACEMENT}, /* C0 controls */
	{0x0009, 0x000a, ' '},
	{0x000b, 0x001f, REPLACEMENT},
	{0x007f, 0x009f, REPLACEMENT}, /* DEL, C1 controls */
	{0x00ad, 0x00ad, 0},           /* soft hyphen */
	{0x034f, 0x034f, 0},           /* combining grapheme joiner */
	{0x061c, 0x061c, REPLACEMENT}, /* bidirectional controls (Unicode, UAX 9) */
	{0x115f, 0x1160, ' '},         /* Hangul fillers: blank, but wide or not */
	{0x17b4, 0x17b5, 0},
	{0x180b, 0x180f, 0},           /* Mongolian variation selectors */
	{0x200b, 0x200d, 0},           /* of no width: space, joiners */
	{0x200e, 0x200f, REPLACEMENT}, /* bidirectional controls */
	{0x2028, 0x202e, REPLACEMENT}, /* line and paragraph end, bidirectional controls */
	{0x2060, 0x2065, 0},
	{0x2066, 0x2069, REPLACEMENT}, /* bidirectional controls */
	{0x206a, 0x206f, 0},
	{0x3164, 0x3164, ' '},
	{0xe000, 0xf8ff, REPLACEMENT}, /* private use */
	{0xfe00, 0xfe0f, 0},           /* variation selectors, which change widths */
	{0xfeff, 0xfeff, 0},
	{0xffa0, 0xffa0, ' '},
	{0xfff0, 0xfffb, REPLACEMENT},
	{0xfffe, 0xffff, REPLACEMENT},
	{0xe0000, 0xe0fff, 0},         /* tags, more variation selectors */
	{0xf0000, 0x10ffff, REPLACEMENT},
};

uint32_t text_harmless(uint32_t c)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0] && c >= rows[i].first; i++)
		if (c <= rows[i].last)
			return rows[i].shown;
	return c;
}

void text_begin(void)
{
	setlocale(LC_CTYPE, "");
	is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool text_is_utf8(void)
{
	return is_utf8;
}

/* One character as it is shown: its bytes, how many, and how many columns they take. */
struct shown {
	char bytes[5];
	size_t n;
	size_t width;
};

static void put_utf8(struct shown *shown, uint32_t c)
{
	char *p = shown->bytes;

	if (c < 0x80) {
		*p++ = (char)c;
	} else if (c < 0x800) {
		*p++ = (char)(0xc0 | c >> 6);
		*p++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*p++ = (char)(0xe0 | c >> 12);
		*p++ = (char)(0x80 | (c >> 6 & 0x3f));
		*p++ = (char)(0x80 | (c & 0x3f));
	} else {
		*p++ = (char)(0xf0 | c >> 18);
		*p++ = (char)(0x80 | (c >> 12 & 0x3f));
		*p++ = (char)(0x80 | (c >> 6 & 0x3f));
		*p++ = (char)(0x80 | (c & 0x3f));
	}
	shown->n = (size_t)(p - shown->bytes);
}

/* The next character of *text, which is moved on. False at the end. */
static bool next(const char **text, struct shown *shown)
{
	uint32_t c = REPLACEMENT;
	size_t n;

	if (**text == '\0')
		return false;
	n = utf8_decode(*text, &c);
	*text += n > 0 ? n : 1;
	c = text_harmless(c);
	*shown = (struct shown){0};
	if (c == 0)
		return true;
	if (c >= 0x80 && is_utf8) {
		int width = wcwidth((wchar_t)c);

		/* Unassigned, as this C library knows: who can say how wide it is? */
		if (width < 0) {
			c = REPLACEMENT;
			width = 1;
		}
		put_utf8(shown, c);
		shown->width = (size_t)width;
	} else {
		put_utf8(shown, c < 0x80 ? c : '?');
		shown->width = 1;
	}
	return true;
}

size_t text_width(const char *text)
{
	struct shown shown;
	size_t width = 0;

	while (next(&text, &shown))
		width += shown.width;
	return width;
}

size_t text_fit(char *buf, size_t n, const char *text, size_t width)
{
	const char *dots = is_utf8 ? "\xe2\x80\xa6" : "...";
	size_t dots_width = is_utf8 ? 1 : 3;
	size_t columns = 0, used = 0;
	size_t cut_columns = 0, cut_used = 0; /* where dots still fit behind */
	bool is_cut = false;
	struct shown shown;

	if (dots_width > width || strlen(dots) >= n) {
		dots = "";
		dots_width = 0;
	}
	while (next(&text, &shown)) {
		if (columns + shown.width > width || used + shown.n + strlen(dots) >= n) {
			is_cut = true;
			break;
		}
		memcpy(buf + used, shown.bytes, shown.n);
		used += shown.n;
		columns += shown.width;
		if (columns + dots_width <= width) {
			cut_columns = columns;
			cut_used = used;
		}
	}
	if (is_cut) {
		memcpy(buf + cut_used, dots, strlen(dots));
		used = cut_used + strlen(dots);
		columns = cut_columns + dots_width;
	}
	buf[used] = '\0';
	return columns;
}
