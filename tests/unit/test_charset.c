/* SPDX-License-Identifier: MIT */
/* Charsets to UTF-8, in one piece and byte by byte. */
#include "mime/charset.h"
#include "mime/utf8.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define BROKEN "\xef\xbf\xbd"

static const struct {
	const char *charset, *in, *out;
} rows[] = {
	{NULL, "plain", "plain"},
	{"utf-8", "K\xc3\xa4se", "K\xc3\xa4se"},
	{"UTF8", "\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7"}, /* PENGUIN */
	{"us-ascii", "K\xc3\xa4se", "K\xc3\xa4se"},
	{"utf-8", "K\xe4se", "K" BROKEN "se"},
	{"utf-8", "\xe4\xe4\xe4x\xe4y", BROKEN "x" BROKEN "y"},
	{"utf-8", "\xc0\x80x", BROKEN "x"},         /* NUL in two bytes */
	{"utf-8", "\xe0\x9f\xbfx", BROKEN "x"},     /* two bytes in three */
	{"utf-8", "\xed\xa0\x80x", BROKEN "x"},     /* a surrogate */
	{"utf-8", "\xf4\x90\x80\x80x", BROKEN "x"}, /* beyond U+10FFFF */
	{"utf-8", "\xf8\x88\x80\x80\x80x", BROKEN "x"},
	{"utf-8", "K\xc3", "K"}, /* unfinished */
	{"utf-8", "K\xf0\x9f\x90", "K"},
	{"iso-8859-1", "K\xe4se", "K\xc3\xa4se"},
	{"ISO-8859-15", "\xa4", "\xe2\x82\xac"},
	{"windows-1252", "\x93x\x94", "\xe2\x80\x9cx\xe2\x80\x9d"},
	{"windows-1252", "a\x81z", "a" BROKEN "z"},
	{"koi8-r", "\xd0\xcf\xde\xd4\xc1", "\xd0\xbf\xd0\xbe\xd1\x87\xd1\x82\xd0\xb0"},
	{"shift_jis", "\x83\x81\x81[\x83\x8b", "\xe3\x83\xa1\xe3\x83\xbc\xe3\x83\xab"},
	{"shift_jis", "x\x83", "x"},
	{"gb2312", "\xd3\xca", "\xe9\x82\xae"},
	{"iso-2022-jp", "\x1b$B%a!<%k\x1b(B!", "\xe3\x83\xa1\xe3\x83\xbc\xe3\x83\xab!"},
	{"utf-7", "K+AOQ-se", "K\xc3\xa4se"},
	{"utf-16be//IGNORE", "\1K\1\1", "\xc5\x8b\xc4\x81"},
	{"no-such-charset", "K\xc3\xa4se \xe4", "K\xc3\xa4se "},
	{"", "x\xe4y", "x" BROKEN "y"},
	{"../../../etc/passwd", "x", "x"},
	{"a-name-that-is-longer-than-any-charset-that-iconv-has-ever-known-of", "x", "x"},
};

static void check(struct reeve_charsets *charsets, size_t row, size_t step)
{
	struct reeve_charset *charset = reeve_charsets_get(charsets, rows[row].charset);
	size_t n = strlen(rows[row].in);
	unsigned char *exact = malloc(n);
	struct reeve_buf out;

	ck_assert_ptr_nonnull(charset);
	memcpy(exact, rows[row].in, n);
	reeve_buf_init(&out, 1000);
	for (size_t i = 0; i < n; i += step)
		reeve_charset_add(charset, exact + i, n - i < step ? n - i : step, &out);
	ck_assert_msg(strcmp(reeve_buf_text(&out), rows[row].out) == 0, "row %zu by %zu: '%s'", row,
	              step, reeve_buf_text(&out));
	reeve_buf_dispose(&out);
	free(exact);
}

START_TEST(table)
{
	struct reeve_charsets *charsets = reeve_charsets_new();

	for (size_t step = 1; step < 8; step++) {
		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
			check(charsets, i, step);
	}
	reeve_charsets_free(charsets);
	reeve_charsets_free(NULL);
}
END_TEST

START_TEST(stay_open)
{
	struct reeve_charsets *charsets = reeve_charsets_new();
	struct reeve_charset *latin = reeve_charsets_get(charsets, "iso-8859-1");
	struct reeve_charset *utf8 = reeve_charsets_get(charsets, "utf-8");

	ck_assert(!reeve_charset_is_utf8(latin) && reeve_charset_is_utf8(utf8));
	ck_assert_ptr_ne(latin, reeve_charsets_get(charsets, "koi8-r"));
	ck_assert_ptr_eq(latin, reeve_charsets_get(charsets, "ISO-8859-1"));
	ck_assert_ptr_eq(latin, reeve_charsets_get(charsets, "iso-8859-1//TRANSLIT"));
	ck_assert_ptr_eq(utf8, reeve_charsets_get(charsets, "US-ASCII"));
	ck_assert_ptr_eq(utf8, reeve_charsets_get(charsets, "no-such-charset"));
	reeve_charsets_free(charsets);
}
END_TEST

/* More than iconv converts at once, and a character on each boundary. */
START_TEST(long_text)
{
	enum { COUNT = 40000 };
	struct reeve_charsets *charsets = reeve_charsets_new();
	struct reeve_charset *charset = reeve_charsets_get(charsets, "iso-8859-1");
	unsigned char *in = malloc(COUNT);
	struct reeve_buf out;

	memset(in, 0xe4, COUNT);
	reeve_buf_init(&out, 2 * COUNT);
	reeve_charset_add(charset, in, COUNT, &out);
	ck_assert_uint_eq(out.length, 2 * COUNT);
	for (size_t i = 0; i < out.length; i += 2)
		ck_assert_int_eq(memcmp(out.bytes + i, "\xc3\xa4", 2), 0);
	reeve_buf_dispose(&out);
	free(in);
	reeve_charsets_free(charsets);
}
END_TEST

START_TEST(whole_characters)
{
	static const struct {
		const char *text;
		size_t whole;
	} ends[] = {
		{"", 0}, {"abc", 3}, {"ab\xc3", 2}, {"ab\xc3\xa4", 4}, {"\xe2", 0},
		{"\xe2\x82", 0}, {"\xe2\x82\xac", 3}, {"a\xf0\x9f\x90", 1}, {"\xf0\x9f\x90\xa7", 4},
		{"\x80\x80\x80\x80", 4}, {"a\xff", 2},
	};

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		const unsigned char *text = (const unsigned char *)ends[i].text;

		ck_assert_msg(reeve_utf8_whole(text, strlen(ends[i].text)) == ends[i].whole,
		              "row %zu", i);
	}
}
END_TEST

Suite *suite_charset(void)
{
	Suite *suite = suite_create("mime/charset, mime/utf8");
	TCase *tcase = tcase_create("charset");

	tcase_add_test(tcase, table);
	tcase_add_test(tcase, stay_open);
	tcase_add_test(tcase, long_text);
	tcase_add_test(tcase, whole_characters);
	suite_add_tcase(suite, tcase);
	return suite;
}
