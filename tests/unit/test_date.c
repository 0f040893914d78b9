/* SPDX-License-Identifier: MIT */
/* The Date: field: what Dovecot's message_date_parse() makes of each, by hand. */
#include "mime/date.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

/* 2025-11-03 10:20:30 UTC */
#define NOV_3 INT64_C(1762165230)
#define HOUR  3600

static const struct {
	const char *text;
	bool ok;
	int64_t seconds;
	int zone;
} rows[] = {
	/* as RFC 5322 has it */
	{"Mon, 03 Nov 2025 10:20:30 +0000", true, NOV_3, 0},
	{"Mon, 3 Nov 2025 10:20:30 +0100", true, NOV_3 - HOUR, 60},
	{"3 Nov 2025 10:20:30 -0530", true, NOV_3 + 5 * HOUR + HOUR / 2, -330},
	{"3 Nov 2025 10:20 +0000", true, NOV_3 - 30, 0},
	{"Sat, 29 Feb 2020 23:59:59 +0000", true, 1583020799, 0},
	{"Thu, 1 Jan 1970 00:00:00 +0000", true, 0, 0},
	{"Fri, 31 Dec 9999 23:59:59 +0000", true, INT64_C(253402300799), 0},

	/* folded, commented */
	{"Mon,\r\n 03 Nov 2025\r\n\t10:20:30 +0000", true, NOV_3, 0},
	{"  Mon,3 Nov 2025 10:20:30 +0000  ", true, NOV_3, 0},
	{"(a (b) \\) c) Mon (x), (y) 3 (z)Nov 2025 10 : 20 : 30 +0000 (UTC)", true, NOV_3, 0},
	{"Mon, 3 Nov 2025 10:20:30 +0000 (CET", false, 0, 0},
	{"Mon, 3 Nov 2025 10:20:30 (CET", false, 0, 0},
	{"(Mon, 3 Nov 2025 10:20:30 +0000", false, 0, 0},
	{"(Mon \\", false, 0, 0},
	{"3 Nov 2025 10:20:30(no zone)", true, NOV_3, 0},

	/* obsolete zones */
	{"3 Nov 2025 10:20:30 GMT", true, NOV_3, 0},
	{"3 Nov 2025 10:20:30 UT", true, NOV_3, 0},
	{"3 Nov 2025 10:20:30 EST", true, NOV_3 + 5 * HOUR, -300},
	{"3 Nov 2025 10:20:30 EDT", true, NOV_3 + 4 * HOUR, -240},
	{"3 Nov 2025 10:20:30 CST", true, NOV_3 + 6 * HOUR, -360},
	{"3 Nov 2025 10:20:30 MDT", true, NOV_3 + 6 * HOUR, -360},
	{"3 Nov 2025 10:20:30 PST", true, NOV_3 + 8 * HOUR, -480},
	{"3 Nov 2025 10:20:30 pdT", true, NOV_3 + 7 * HOUR, -420},
	{"3 Nov 2025 10:20:30 pdt", true, NOV_3, 0}, /* the T must be one */
	{"3 Nov 2025 10:20:30 EET", true, NOV_3, 0},
	{"3 Nov 2025 10:20:30 CEST", true, NOV_3, 0},
	{"3 Nov 2025 10:20:30 A", true, NOV_3 - HOUR, 60},
	{"3 Nov 2025 10:20:30 I", true, NOV_3 - 9 * HOUR, 540},
	{"3 Nov 2025 10:20:30 J", true, NOV_3, 0},
	{"3 Nov 2025 10:20:30 K", true, NOV_3 - 10 * HOUR, 600},
	{"3 Nov 2025 10:20:30 M", true, NOV_3 - 12 * HOUR, 720},
	{"3 Nov 2025 10:20:30 N", true, NOV_3 + HOUR, -60},
	{"3 Nov 2025 10:20:30 Y", true, NOV_3 + 12 * HOUR, -720},
	{"3 Nov 2025 10:20:30 Z", true, NOV_3, 0},
	{"3 Nov 2025 10:20:30 z", true, NOV_3, 0},
	{"3 Nov 2025 10:20:30 a", true, NOV_3 - 33 * HOUR, 1980}, /* Dovecot's slip */
	{"3 Nov 2025 10:20:30 n", true, NOV_3 + 33 * HOUR, -1980},
	{"3 Nov 2025 10:20:30 0", true, NOV_3 + 16 * HOUR, -960},

	/* zones that are none */
	{"3 Nov 2025 10:20:30", true, NOV_3, 0},
	{"3 Nov 2025 10:20:30 +100", true, NOV_3, 0},
	{"3 Nov 2025 10:20:30 +01:00", true, NOV_3, 0},
	{"3 Nov 2025 10:20:30 +0a00", true, NOV_3, 0},
	{"3 Nov 2025 10:20:30 0100", true, NOV_3, 0},
	{"3 Nov 2025 10:20:30 +9999", true, NOV_3 - 6039 * 60, 6039},
	{"3 Nov 2025 10:20:30 +0100 and more", true, NOV_3 - HOUR, 60},
	{"3 Nov 2025 10:20:30 \"CET\"", false, 0, 0},

	/* years */
	{"3 Nov 69 10:20:30 +0000", true, INT64_C(3150699630), 0},
	{"3 Nov 70 10:20:30 +0000", true, 26475630, 0},
	{"3 Nov 99 10:20:30 +0000", true, 941624430, 0},
	{"3 Nov 125 10:20:30 +0000", false, 0, 0},
	{"3 Nov 1899 10:20:30 +0000", false, 0, 0},
	{"1 Jan 1900 00:00:00 +0000", true, INT64_C(-2208988800), 0},
	{"3 Nov 20250 10:20:30 +0000", false, 0, 0},
	{"31 Dec 1969 23:59:59 +0000", false, 0, 0}, /* (time_t)-1 */
	{"31 Dec 1969 23:59:58 +0000", true, -2, 0},
	{"1 Jan 1970 00:59:59 +0100", true, -1, 60},

	/* what clients write */
	{"Foo, 3 Nov 2025 10:20:30 +0000", true, NOV_3, 0},
	{"Monday, 3 Nov 2025 10:20:30 +0000", false, 0, 0},
	{"Mo, 3 Nov 2025 10:20:30 +0000", false, 0, 0},
	{"Mon 3 Nov 2025 10:20:30 +0000", false, 0, 0},
	{"3 November 2025 10:20:30 +0000", true, NOV_3, 0},
	{"3 NOVxyz 2025 10.20.30 +0000", true, NOV_3, 0},
	{"3-Nov-2025 10:20:30 +0000", false, 0, 0},
	{"2025-11-03T10:20:30Z", false, 0, 0},
	{"Nov 3 10:20:30 2025", false, 0, 0},
	{"3 Nov 2025 9:05:00 +0000", true, NOV_3 - 4530, 0},
	{"3 Nov 2025 010:20:30 +0000", false, 0, 0},
	{"3 Nov 2025 10:2:30 +0000", false, 0, 0},
	{"3 Nov 2025 10:20:3 +0000", false, 0, 0},
	{"3 Nov 2025 10:20: +0000", false, 0, 0},
	{"3 Nov 2025 10 +0000", false, 0, 0},

	/* times that are none */
	{"3 Nov 2025 10:20:60 +0000", true, NOV_3 + 29, 0},
	{"3 Nov 2025 10:20:61 +0000", false, 0, 0},
	{"3 Nov 2025 24:00:00 +0000", false, 0, 0},
	{"3 Nov 2025 10:60:00 +0000", false, 0, 0},
	{"0 Nov 2025 10:20:30 +0000", false, 0, 0},
	{"31 Nov 2025 10:20:30 +0000", false, 0, 0},
	{"29 Feb 2023 10:20:30 +0000", false, 0, 0},
	{"003 Nov 2025 10:20:30 +0000", false, 0, 0},
	{"+3 Nov 2025 10:20:30 +0000", false, 0, 0},

	/* cut off anywhere */
	{"", false, 0, 0},
	{" ", false, 0, 0},
	{"Mon", false, 0, 0},
	{"Mon,", false, 0, 0},
	{"3", false, 0, 0},
	{"3 N", false, 0, 0},
	{"3 Nov", false, 0, 0},
	{"3 Nov 2025", false, 0, 0},
	{"3 Nov 2025 10", false, 0, 0},
	{"3 Nov 2025 10:", false, 0, 0},
	{"3 Nov 2025 10:2", false, 0, 0},
	{"3 Nov 2025 10:20:", false, 0, 0},
	{"\xff\xfe", false, 0, 0},
};

START_TEST(table)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t n = strlen(rows[i].text);
		char *exact = malloc(n + (n == 0)); /* no NUL: one byte too many is seen */
		int64_t seconds = 0;
		int zone = 0;

		memcpy(exact, rows[i].text, n);
		bool ok = reeve_date_parse(exact, n, &seconds, &zone);
		ck_assert_msg(ok == rows[i].ok, "'%s'", rows[i].text);
		if (ok) {
			ck_assert_msg(seconds == rows[i].seconds, "'%s': %lld", rows[i].text,
			              (long long)seconds);
			ck_assert_msg(zone == rows[i].zone, "'%s': %d", rows[i].text, zone);
		}
		free(exact);
	}
}
END_TEST

START_TEST(nul_is_a_byte)
{
	int64_t seconds;
	int zone;

	ck_assert(reeve_date_parse("3 Nov 2025 10:20:30 (\0) +0100", 29, &seconds, &zone));
	ck_assert_int_eq(zone, 60);
	ck_assert(!reeve_date_parse("3 Nov 2025 10:20:30 \0 +0100", 27, &seconds, &zone));
}
END_TEST

Suite *suite_date(void)
{
	Suite *suite = suite_create("mime/date");
	TCase *tcase = tcase_create("dates");

	tcase_add_test(tcase, table);
	tcase_add_test(tcase, nul_is_a_byte);
	suite_add_tcase(suite, tcase);
	return suite;
}
