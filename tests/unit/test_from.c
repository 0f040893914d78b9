/* SPDX-License-Identifier: MIT */
/* From_ lines: what Dovecot takes for one, and the date it reads there, by hand. */
#include "mbox/from.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* 2001-11-29 22:33:52 and 2001-11-09 22:33:52 UTC */
#define NOV_29 INT64_C(1007073232)
#define NOV_9  (NOV_29 - 20 * 86400)
#define HOUR   3600

static const struct {
	const char *text; /* after "From " */
	bool ok;
	int64_t received;
} rows[] = {
	/* as Postfix and others write it */
	{"x@example.org  Thu Nov 29 22:33:52 2001\n", true, NOV_29},
	{"x Thu Nov 29 22:33:52 2001\n", true, NOV_29},
	{"x Thu Nov 29 22:33:52 2001", true, NOV_29},
	{"x Thu Nov 29 22:33:52 2001\r\n", true, NOV_29},
	{"x Thu Nov  9 22:33:52 2001\n", true, NOV_9},
	{"x Thu Nov 9 22:33:52 2001\n", true, NOV_9},
	{"x Thu Nov 09 22:33:52 2001\n", true, NOV_9},
	{"x Thu Nov 29 22:33 2001\n", true, NOV_29 - 52},
	{"x Thu Nov 9 22:33 2001\n", true, NOV_9 - 52}, /* the shortest */
	{"x Thu Nov 9 22:33 2001", false, 0},           /* and one less */
	{"x Thu Nov 29 22:33:52 2001 remote from y\n", true, NOV_29},
	{"Thu Nov 29 22:33:52 2001\n", false, 0}, /* the weekday is the sender, so the date is short */

	/* senders */
	{" Thu Nov 29 22:33:52 2001\n", true, NOV_29},
	{"\"a b\"@x Thu Nov 29 22:33:52 2001\n", true, NOV_29},
	{"\"a \\\" b\"@x Thu Nov 29 22:33:52 2001\n", true, NOV_29},
	{"\"a b Thu Nov 29 22:33:52 2001\n", false, 0},
	{"\"a\nb\" Thu Nov 29 22:33:52 2001\n", false, 0},
	{"x\ty Thu Nov 29 22:33:52 2001\n", true, NOV_29},
	{"x y Thu Nov 29 22:33:52 2001\n", false, 0},
	{"\n", false, 0},
	{"x\n", false, 0},
	{"", false, 0},
	{"x", false, 0},
	{"\"", false, 0},
	{"x ", false, 0},

	/* zones: before the year they are passed over, after it their minutes are seconds */
	{"x Thu Nov 29 22:33:52 PST 2001\n", true, NOV_29},
	{"x Thu Nov 29 22:33:52 -0800 2001\n", true, NOV_29},
	{"x Thu Nov 29 22:33:52 2001 PST\n", true, NOV_29},
	{"x Thu Nov 29 22:33:52 2001 +0300\n", true, NOV_29 - 3 * HOUR},
	{"x Thu Nov 29 22:33:52 2001 -0800\n", true, NOV_29 + 8 * HOUR},
	{"x Thu Nov 29 22:33:52 2001 +0530\n", true, NOV_29 - 5 * HOUR - 30},
	{"x Thu Nov 29 22:33:52 PST 2001 +0100\n", true, NOV_29 - HOUR},
	{"x Thu Nov 29 22:33:52 2001 +030\n", true, NOV_29},
	{"x Thu Nov 29 22:33:52 PST\n", false, 0},
	{"x Thu Nov 29 22:33:52 PST", false, 0},

	/* "Thu, 29 Nov 2001 22:33:52" */
	{"x Thu, 29 Nov 2001 22:33:52\n", true, NOV_29},
	{"x Thu, 9 Nov 2001 22:33:52 +0100\n", true, NOV_9 - HOUR},
	{"x Thu, 9 Nov 2001 22:33\n", true, NOV_9 - 52},
	{"x Thu, Nov 9 2001 22:33:52\n", false, 0},
	{"x 2001-11-29 22:33:52 and more\n", false, 0},

	/* what a date may be */
	{"x thu nov 29 22:33:52 2001\n", true, NOV_29},
	{"x ???? Nov 29 22:33:52 2001\n", false, 0}, /* a weekday has four bytes with its space */
	{"x abc Nov 29 22:33:52 2001\n", true, NOV_29},
	{"x Thu ??? 29 22:33:52 2001\n", true, NOV_29 - 304 * 86400}, /* 29 January */
	{"x Thu Nox 29 22:33:52 2001\n", false, 0},
	{"x Thu Nov  0 22:33:52 2001\n", true, NOV_29 - 28 * 86400},
	{"x Thu Nov 32 22:33:52 2001\n", true, NOV_29 + 3 * 86400}, /* without a zone any will do */
	{"x Thu Nov 32 22:33:52 2001 +0000\n", false, 0},
	{"x Thu Nov 29 25:33:52 2001\n", true, NOV_29 + 3 * HOUR},
	{"x Thu Nov 29 25:33:52 2001 +0000\n", false, 0},
	{"x Thu Nov 29 22:33:60 2001 +0000\n", true, NOV_29 + 7}, /* a leap second is the 59th */
	{"x Thu Nov 29 22:33:61 2001 +0000\n", false, 0},
	{"x Wed Dec 31 23:59:59 1969 +0000\n", false, 0}, /* -1 is mktime()'s word for none */
	{"x Wed Dec 31 23:59:59 1969\n", true, 0},
	{"x Thu Jan  1 00:00:00 1970\n", true, 0},
	{"x Fri Dec 31 23:59:59 9999\n", true, INT64_C(253402300799)},
	{"x Thu Nov 29 22:33:52 01\n", false, 0},
	{"x Thu Nov 29 22-33-52 2001\n", false, 0},
	{"x Thu Nov 29 2:33:52 2001\n", false, 0},
	{"x Thu Nov 29 22:3:52 2001\n", false, 0},
	{"x Thu Nov 29 22:33:5 2001\n", false, 0},
	{"x Thu Nov x 22:33:52 2001 abc\n", false, 0},

	/* the weekday may hold the line end: Dovecot reads on */
	{"x \nab Nov 29 22:33:52 2001\n", true, NOV_29},
	{"x ab\n Nov 29 22:33:52 2001\n", true, NOV_29},
	{"x Thu\nNov 29 22:33:52 2001\n", true, NOV_29},

	/* prose */
	{"now on all will be well, and all manner of things\n", false, 0},
	{"here to there it takes 9 Nov 2001\n", false, 0},
};

/* Each in a buffer of its exact size. */
START_TEST(test_parse)
{
	size_t n = strlen(rows[_i].text);
	unsigned char *bytes = malloc(n);
	struct reeve_day day = {0};
	int64_t received = -42, again = -42;

	setenv("TZ", "UTC", 1);
	tzset();
	if (n > 0)
		memcpy(bytes, rows[_i].text, n);
	bool ok = reeve_from_parse(bytes, n, &received);
	ck_assert_msg(ok == rows[_i].ok, "'%s': %d", rows[_i].text, ok);
	ck_assert_msg(received == (ok ? rows[_i].received : -42), "'%s': %lld", rows[_i].text,
	              (long long)received);
	ck_assert(reeve_from_parse(bytes, n, NULL) == ok);
	for (int i = 0; i < 2; i++) /* the day is unknown, then known */
		ck_assert(reeve_from_read(bytes, n, &day, &again) == ok && again == received);

	/* A line that is cut off must not be read beyond its end. */
	for (size_t cut = 1; cut < n; cut++) {
		unsigned char *part = malloc(cut);

		memcpy(part, bytes, cut);
		reeve_from_parse(part, cut, &received);
		free(part);
	}
	free(bytes);
}
END_TEST

/* Clocks went back in Berlin on 28 October 2001 at 3:00, forward on 25 March at 2:00. */
START_TEST(test_local)
{
	static const struct {
		const char *text;
		int64_t received;
	} locals[] = {
		{"x Thu Nov 29 22:33:52 2001\n", NOV_29 - HOUR},
		{"x Thu Nov 29 00:00:00 2001\n", NOV_29 - HOUR - 81232},
		{"x Sun Oct 28 00:30:00 2001\n", 1004221800}, /* 27 October, 22:30 UTC */
		{"x Sun Oct 28 12:00:00 2001\n", 1004266800}, /* 11:00 UTC */
		{"x Sun Mar 25 01:00:00 2001\n", 985478400},  /* 0:00 UTC */
		{"x Sun Mar 25 12:00:00 2001\n", 985514400},  /* 10:00 UTC */
		{"x Thu Nov 29 22:33:53 2001\n", NOV_29 - HOUR + 1},
	};
	struct reeve_day day = {0};

	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	for (size_t i = 0; i < sizeof locals / sizeof locals[0]; i++) {
		const unsigned char *text = (const unsigned char *)locals[i].text;
		int64_t received = 0;

		ck_assert(reeve_from_read(text, strlen(locals[i].text), &day, &received));
		ck_assert_msg(received == locals[i].received, "'%s': %lld", locals[i].text,
		              (long long)received);
	}
}
END_TEST

#define LINE "From x Thu Nov 29 22:33:52 2001\n"

static const struct {
	const char *text;
	size_t last;
} lasts[] = {
	{"", 0},
	{LINE, 0},
	{LINE "\nbody\n\n" LINE, 39},
	{LINE "\nbody\n\n" LINE "\nFrom now on\n", 39},
	{LINE "\nbody\n\n" LINE "\nmore\n\nFrom x Thu Nov", 39}, /* cut off */
	{LINE "\nbody\n\n" LINE "\nmore\n\nFrom ", 39},
	{"body\n" LINE LINE, 37},
	{"no From x Thu Nov 29 22:33:52 2001\n", 0},
};

START_TEST(test_last)
{
	size_t n = strlen(lasts[_i].text);
	unsigned char *bytes = malloc(n);

	if (n > 0)
		memcpy(bytes, lasts[_i].text, n);
	ck_assert_msg(reeve_from_last(bytes, n) == lasts[_i].last, "'%s': %zu", lasts[_i].text,
	              reeve_from_last(bytes, n));
	free(bytes);
}
END_TEST

Suite *suite_from(void)
{
	Suite *suite = suite_create("mbox/from");
	TCase *lines = tcase_create("lines");

	tcase_add_loop_test(lines, test_parse, 0, sizeof rows / sizeof rows[0]);
	tcase_add_test(lines, test_local);
	tcase_add_loop_test(lines, test_last, 0, sizeof lasts / sizeof lasts[0]);
	suite_add_tcase(suite, lines);
	return suite;
}
