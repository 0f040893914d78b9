/* SPDX-License-Identifier: MIT */
/* Encoded words: what Dovecot's message_header_decode_utf8() makes of each. */
#include "mime/word.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define AE     "\xc3\xa4"
#define BROKEN "\xef\xbf\xbd"

static const struct {
	const char *value, *text;
} rows[] = {
	{"", ""},
	{"plain text", "plain text"},
	{" plain ", " plain "},
	{"=?utf-8?Q?K=C3=A4se?=", "K" AE "se"},
	{"=?UTF-8?q?K=c3=a4se_und_Brot?=", "K" AE "se und Brot"},
	{"=?utf-8?B?S8Okc2U=?=", "K" AE "se"},
	{"=?iso-8859-1?Q?K=E4se?=", "K" AE "se"},
	{"=?iso-8859-1?b?S+RzZQ==?=", "K" AE "se"},
	{"Re: =?utf-8?Q?K=C3=A4se?= today", "Re: K" AE "se today"},

	/* white space between words goes, and before the first */
	{"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"},
	{"=?utf-8?Q?a?= \t =?iso-8859-1?Q?=E4?=", "a" AE},
	{"=?utf-8?Q?a?=  b =?utf-8?Q?c?=", "a  b c"},
	{"  =?utf-8?Q?a?=  ", "a  "},
	{"=?utf-8?Q?a_?= =?utf-8?Q?_b?=", "a  b"},
	{"=?utf-8?Q?\?= =?utf-8?Q?b?=", "b"},

	/* where no word should be */
	{"\"=?utf-8?Q?a?=\"", "\"a\""},
	{"x=?utf-8?Q?a?=y", "xay"},
	{"=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"},
	{"=?utf-8?Q?a b?=", "a b"},
	{"=?utf-8?Quoted?a?=", "a"},

	/* what is none stays */
	{"=?utf-8?Q?a", "=?utf-8?Q?a"},
	{"=?utf-8?Q?a?", "=?utf-8?Q?a?"},
	{"=?utf-8?Q?a?b?=", "=?utf-8?Q?a?b?="},
	{"=?utf-8?X?a?=", "=?utf-8?X?a?="},
	{"=?utf-8??a?=", "=?utf-8??a?="},
	{"=?utf-8?Q", "=?utf-8?Q"},
	{"=?", "=?"},
	{"a=", "a="},
	{"=?a =?utf-8?Q?b?=", "=?a b"},
	{"=?a? =?utf-8?Q?b?=", "=?a? b"},
	{" =?a", "=?a"}, /* though the white space before goes */

	/* what is wrong inside */
	{"=?utf-8?Q?a=4?=", "a=4"},
	{"=?utf-8?Q?a=4x=41?=", "a=4xA"},
	{"=?utf-8?Q?=_?=", "=_"},
	{"=?utf-8?B?S8Ok*c2U=?=", "K" AE},
	{"=?utf-8?B?S8Okc2U?=", "K" AE "se"},
	{"=?utf-8?B?S8 Okc2U=?=", "K" AE "se"},

	/* a character in two words is two broken halves */
	{"=?utf-8?Q?K=C3?= =?utf-8?Q?=A4se?=", "K" BROKEN "se"},
	{"=?utf-8?Q?K=C3?= x =?utf-8?Q?=A4se?=", "K" BROKEN " x " BROKEN "se"},
	{"=?shift_jis?B?g4E=?= =?shift_jis?B?gVs=?=", "\xe3\x83\xa1\xe3\x83\xbc"},
	{"=?shift_jis?B?g4GB?= =?shift_jis?B?Ww==?=", "\xe3\x83\xa1["},

	/* charsets */
	{"=?no-such?Q?K=C3=A4se=E4?=", "K" AE "se" BROKEN},
	{"=??Q?K=C3=A4se?=", "K" AE "se"},
	{"=?utf-8*de?Q?K=C3=A4se?=", "K" AE "se"}, /* RFC 2231 section 5; unknown, but UTF-8 */
	{"=?us-ascii?Q?K=C3=A4se?=", "K" AE "se"},
	{"=?iso-2022-jp?B?GyRCJWEhPCVrGyhC?=", "\xe3\x83\xa1\xe3\x83\xbc\xe3\x83\xab"},

	/* bytes that no word made */
	{"K\xc3\xa4se", "K" AE "se"},
	{"K\xe4se", "K" BROKEN "se"},
	{"\xe4\xe4\xe4", BROKEN},
	{"\xe4=?utf-8?Q?=E4?=\xe4", BROKEN},
};

START_TEST(table)
{
	struct reeve_charsets *charsets = reeve_charsets_new();

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t n = strlen(rows[i].value);
		char *exact = malloc(n + (n == 0));
		struct reeve_buf out;

		memcpy(exact, rows[i].value, n);
		reeve_buf_init(&out, 1000);
		reeve_word_decode(i % 2 == 0 ? charsets : NULL, exact, n, &out);
		ck_assert_msg(strcmp(reeve_buf_text(&out), rows[i].text) == 0, "'%s': '%s'",
		              rows[i].value, reeve_buf_text(&out));
		reeve_buf_dispose(&out);
		free(exact);
	}
	reeve_charsets_free(charsets);
}
END_TEST

START_TEST(nul_is_a_byte)
{
	static const char value[] = "a\0b =?utf-8?Q?c=00d?=";
	struct reeve_buf out;

	reeve_buf_init(&out, 100);
	reeve_word_decode(NULL, value, sizeof value - 1, &out);
	ck_assert_uint_eq(out.length, 7);
	ck_assert_int_eq(memcmp(out.bytes, "a\0b c\0d", 7), 0);
	reeve_buf_dispose(&out);
}
END_TEST

/* What a value of many words costs grows with its length only. */
START_TEST(many_words)
{
	static const char *const words[] = {
		"=?utf-8?Q?=E4?= ", "=?koi8-r?B?0A==?= ", "=?no-such?Q?x?= ", "=?", "=?x?", "=?x?Q?",
	};
	enum { BYTES = 1 << 20 };
	struct reeve_buf value, out;

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		reeve_buf_init(&value, BYTES);
		reeve_buf_init(&out, BYTES);
		while (!value.is_cut)
			reeve_buf_add_text(&value, words[i]);
		reeve_word_decode(NULL, (const char *)value.bytes, value.length, &out);
		ck_assert_msg(out.length > 0 && !out.has_failed, "%s", words[i]);
		reeve_buf_dispose(&value);
		reeve_buf_dispose(&out);
	}
}
END_TEST

Suite *suite_word(void)
{
	Suite *suite = suite_create("mime/word");
	TCase *tcase = tcase_create("word");

	tcase_add_test(tcase, table);
	tcase_add_test(tcase, nul_is_a_byte);
	tcase_add_test(tcase, many_words);
	suite_add_tcase(suite, tcase);
	return suite;
}
