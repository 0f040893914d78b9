/* SPDX-License-Identifier: MIT */
/* Transfer encodings: what Dovecot's decoders make of each, by hand; in one piece and byte by byte. */
#include "mime/encoding.h"
#include "unit.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define B REEVE_ENCODING_BASE64
#define Q REEVE_ENCODING_QUOTED_PRINTABLE

static const struct {
	enum reeve_encoding encoding;
	const char *in, *out;
} rows[] = {
	{REEVE_ENCODING_NONE, "a=20b\n", "a=20b\n"},
	{REEVE_ENCODING_UNKNOWN, "a=20b\n", ""},

	{B, "TWFpbA==", "Mail"},
	{B, "TWFpbHM=", "Mails"},
	{B, "TWFpbGVy", "Mailer"},
	{B, "TWFpbGVyTWFpbGVyTWFpbGVy", "MailerMailerMailer"},
	{B, " TW\r\nFp\tbGVy\n", "Mailer"},
	{B, "TWFpb", "Mai"},
	{B, "TWFpbA", "Mail"},
	{B, "TWFpbA=", "Mail"},
	{B, "TWFp=bGVy", "Mai"},         /* nothing behind padding */
	{B, "TWFpbA==TWFpbA==", "Mail"}, /* nor another text */
	{B, "TWFp*bGVy", "Mai"},         /* nor behind what cannot be */
	{B, "TWFp-_bGVy", "Mai"},        /* base64url is something else */
	{B, "TWFp\xc3\xa4", "Mai"},
	{B, "T", ""},
	{B, "", ""},
	{B, "+/+/", "\xfb\xff\xbf"},

	{Q, "Mail", "Mail"},
	{Q, "=4D=61=69=6C", "Mail"},
	{Q, "=4d=6c", "Ml"}, /* RFC 2045 wants capitals */
	{Q, "a\nb\r\nc", "a\r\nb\r\nc"},
	{Q, "a b  c\td", "a b  c\td"},
	{Q, "a \t\nb", "a\r\nb"},
	{Q, "a \r\nb", "a\r\nb"},
	{Q, "a=\nb=\r\nc= \t\nd=\t\r\ne", "abcde"},
	{Q, "a=20\nb", "a \r\nb"},
	{Q, "a =\nb", "a b"},
	{Q, "a\rb\r\r\nc", "a\rb\r\r\nc"},
	{Q, "a \rb", "a \rb"},
	{Q, "a=xb", "a=xb"},
	{Q, "a==41", "a=A"},
	{Q, "a=4xb", "a=4xb"},
	{Q, "a=4=41", "a=4A"},
	{Q, "a=4\nb", "a=4\r\nb"},
	{Q, "a= b", "a= b"},
	{Q, "a=\rb", "a=\rb"},
	{Q, "a= \rb", "a= \rb"},
	{Q, "a=", "a"},   /* what the end leaves unfinished is not there */
	{Q, "a=4", "a"},
	{Q, "a ", "a"},
	{Q, "a\r", "a"},
	{Q, "\xe4=E4", "\xe4\xe4"},
	{Q, "a>b<c?", "a>b<c?"},
};

static void check(size_t row, size_t step)
{
	size_t n = strlen(rows[row].in), wanted = strlen(rows[row].out);
	unsigned char *exact = malloc(n + (n == 0));
	struct reeve_decoder decoder;
	struct reeve_buf out;

	memcpy(exact, rows[row].in, n);
	reeve_buf_init(&out, 1000);
	reeve_decoder_init(&decoder, rows[row].encoding);
	for (size_t i = 0; i < n; i += step)
		reeve_decoder_add(&decoder, exact + i, n - i < step ? n - i : step, &out);
	ck_assert_msg(out.length == wanted && memcmp(reeve_buf_text(&out), rows[row].out, wanted) == 0,
	              "'%s' by %zu: '%s'", rows[row].in, step, reeve_buf_text(&out));
	reeve_buf_dispose(&out);
	free(exact);
}

START_TEST(table)
{
	static const size_t steps[] = {SIZE_MAX / 2, 1, 2, 3, 5};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++)
			check(i, steps[k]);
	}
}
END_TEST

/* Of more white space than a line may have, 77 bytes are kept: Dovecot's buffer. */
START_TEST(white_space_is_bounded)
{
	struct reeve_decoder decoder;
	unsigned char in[1000];
	struct reeve_buf out;

	memset(in, ' ', sizeof in);
	in[999] = 'x';
	reeve_buf_init(&out, 2000);
	reeve_decoder_init(&decoder, Q);
	reeve_decoder_add(&decoder, in, sizeof in, &out);
	ck_assert_uint_eq(out.length, 78);
	reeve_buf_dispose(&out);
}
END_TEST

START_TEST(long_base64)
{
	enum { GROUPS = 30000 };
	char *in = malloc(GROUPS * 5);
	struct reeve_decoder decoder;
	struct reeve_buf out;
	size_t n = 0;

	for (int i = 0; i < GROUPS; i++) {
		memcpy(in + n, "TWFp", 4);
		n += 4;
		if (i % 19 == 18)
			in[n++] = '\n';
	}
	reeve_buf_init(&out, GROUPS * 3);
	reeve_decoder_init(&decoder, B);
	reeve_decoder_add(&decoder, (unsigned char *)in, n, &out);
	ck_assert_uint_eq(out.length, GROUPS * 3);
	for (size_t i = 0; i < out.length; i += 3)
		ck_assert_int_eq(memcmp(out.bytes + i, "Mai", 3), 0);
	reeve_buf_dispose(&out);
	free(in);
}
END_TEST

static const struct {
	const char *value;
	enum reeve_encoding encoding;
} names[] = {
	{"7bit", REEVE_ENCODING_NONE},
	{"8BIT", REEVE_ENCODING_NONE},
	{"Binary", REEVE_ENCODING_NONE},
	{"base64", B},
	{" BASE64 ", B},
	{"(which?) base64 (that)", B},
	{"base64;", B},
	{"base64; charset=utf-8", B},
	{"Quoted-Printable", Q},
	{"base64 binary", REEVE_ENCODING_UNKNOWN},
	{"\"base64\"", REEVE_ENCODING_UNKNOWN},
	{"base64,", REEVE_ENCODING_UNKNOWN},
	{"base", REEVE_ENCODING_UNKNOWN},
	{"quoted-printables", REEVE_ENCODING_UNKNOWN},
	{"x-uuencode", REEVE_ENCODING_UNKNOWN},
	{"", REEVE_ENCODING_UNKNOWN},
};

START_TEST(field)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t n = strlen(names[i].value);
		char *exact = malloc(n + (n == 0));

		memcpy(exact, names[i].value, n);
		ck_assert_msg(reeve_encoding_parse(exact, n) == names[i].encoding, "'%s'",
		              names[i].value);
		free(exact);
	}
}
END_TEST

Suite *suite_encoding(void)
{
	Suite *suite = suite_create("mime/encoding");
	TCase *tcase = tcase_create("encoding");

	tcase_add_test(tcase, table);
	tcase_add_test(tcase, white_space_is_bounded);
	tcase_add_test(tcase, long_base64);
	tcase_add_test(tcase, field);
	suite_add_tcase(suite, tcase);
	return suite;
}
