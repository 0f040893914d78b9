/* SPDX-License-Identifier: MIT */
/*
 * The form in which texts are compared. Expected values are those of Dovecot's
 * uni_utf8_to_decomposed_titlecase(), by UnicodeData.txt.
 */
#include "mime/fold.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define BROKEN "\xef\xbf\xbd"

static const struct {
	const char *text, *folded;
} rows[] = {
	{"", ""},
	{"Subject: hello, World @`{[^~", "SUBJECT: HELLO, WORLD @`{[^~"},
	{"\xc3\xa4", "A\xcc\x88"},         /* a with diaeresis */
	{"\xc3\x84", "A\xcc\x88"},         /* A with diaeresis */
	{"a\xcc\x88", "A\xcc\x88"},        /* in two characters */
	{"\xc3\x9f", "\xc3\x9f"},          /* sharp s has no title case of its own */
	{"\xc5\x93", "\xc5\x92"},          /* oe */
	{"\xc2\xb5", "\xce\x9c"},          /* MICRO SIGN is a mu */
	{"\xce\xbc", "\xce\x9c"},
	{"\xcf\x82\xcf\x83", "\xce\xa3\xce\xa3"}, /* both sigmas */
	{"\xd0\x9f\xd0\xbe\xd1\x87", "\xd0\x9f\xd0\x9e\xd0\xa7"},
	{"\xd0\xb9", "\xd0\x98\xcc\x86"},  /* short i */
	{"\xc7\x86\xc7\x84", "\xc7\x85\xc7\x85"}, /* the digraph of d and z with caron */
	{"\xef\xac\x80", "ff"},            /* the ligature ff: taken apart after the title case */
	{"\xc2\xaa", "a"},                 /* FEMININE ORDINAL INDICATOR */
	{"\xef\xbc\xa1", "A"},             /* fullwidth A */
	{"\xef\xbd\x81", "A"},             /* fullwidth a: title case first */
	{"\xe2\x84\xa2", "TM"},
	{"\xe2\x84\xab", "\xc3\x85"},      /* ANGSTROM SIGN: one step only */
	{"\xc7\xbb", "\xc3\x85\xcc\x81"},  /* A with ring and acute: one step only */
	{"\xed\x95\x9c", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"}, /* Hangul han */
	{"\xea\xb0\x80", "\xe1\x84\x80\xe1\x85\xa1"},             /* Hangul ga */
	{"\xf0\x9d\x90\x80", "A"},         /* MATHEMATICAL BOLD CAPITAL A */
	{"\xf0\x9d\x85\x9e", "\xf0\x9d\x85\x9e"}, /* MUSICAL SYMBOL HALF NOTE stays whole */
	{"\xf0\x90\x90\xa8", "\xf0\x90\x90\x80"}, /* DESERET SMALL LETTER LONG I */
	{"\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac"},
	{"\xc2\xa0x", " X"},               /* NO-BREAK SPACE */
	{"a\xe4\xe4z", "A" BROKEN "Z"},
	{"\xc3", BROKEN},
};

START_TEST(table)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t n = strlen(rows[i].text);
		char *exact = malloc(n + (n == 0));
		struct reeve_buf out;

		memcpy(exact, rows[i].text, n);
		reeve_buf_init(&out, 100);
		reeve_fold(exact, n, &out);
		ck_assert_msg(strcmp(reeve_buf_text(&out), rows[i].folded) == 0, "row %zu: '%s'", i,
		              reeve_buf_text(&out));
		reeve_buf_dispose(&out);
		free(exact);
	}
}
END_TEST

START_TEST(long_ascii)
{
	char text[10001];
	struct reeve_buf out;

	memset(text, 'a', sizeof text);
	text[5000] = '\xe4';
	reeve_buf_init(&out, sizeof text + 2);
	reeve_fold(text, sizeof text, &out);
	ck_assert_uint_eq(out.length, sizeof text + 2);
	for (size_t i = 0; i < out.length; i++)
		ck_assert(i >= 5000 && i < 5003 ? out.bytes[i] >= 0x80 : out.bytes[i] == 'A');
	reeve_buf_dispose(&out);
}
END_TEST

Suite *suite_fold(void)
{
	Suite *suite = suite_create("mime/fold");
	TCase *tcase = tcase_create("fold");

	tcase_add_test(tcase, table);
	tcase_add_test(tcase, long_ascii);
	suite_add_tcase(suite, tcase);
	return suite;
}
