/* SPDX-License-Identifier: MIT */
/* Tallies by name: exact while there is room, honest when there is not. */
#include "report/counter.h"
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names of one letter, each time with so many bytes: "a5 b3 a1". */
static struct reeve_counter *counted(size_t room, const char *adds)
{
	struct reeve_counter *counter = reeve_counter_new(room);

	ck_assert_ptr_nonnull(counter);
	for (const char *p = adds; *p != '\0';) {
		char *end;
		struct reeve_tally one = {.count = 1, .bytes = strtoull(p + 1, &end, 10)};

		ck_assert_int_eq(reeve_counter_add(counter, p, 1, &one), 0);
		p = *end == ' ' ? end + 1 : end;
	}
	return counter;
}

/* "a 2/6 b 1/3+2; others 0/0 of 2": count/bytes+missed. */
static const char *shown(const struct reeve_counter *counter, size_t max)
{
	static char text[1000];
	struct reeve_report_name rows[16];
	struct reeve_report_names names;
	size_t n = 0;

	ck_assert_int_eq(reeve_counter_top(counter, rows, max, &names), 0);
	for (size_t i = 0; i < names.count; i++) {
		n += (size_t)snprintf(text + n, sizeof text - n, "%s %" PRIu64 "/%" PRIu64,
		                      rows[i].name, rows[i].tally.count, rows[i].tally.bytes);
		if (rows[i].missed_bytes > 0)
			n += (size_t)snprintf(text + n, sizeof text - n, "+%" PRIu64,
			                      rows[i].missed_bytes);
		n += (size_t)snprintf(text + n, sizeof text - n, " ");
	}
	snprintf(text + n, sizeof text - n, "others %" PRIu64 "/%" PRIu64 " of %" PRIu64 "%s",
	         names.others.count, names.others.bytes, names.distinct,
	         names.is_exact ? "" : " or more");
	return text;
}

static const struct {
	const char *name;
	size_t room, max;
	const char *adds;
	const char *expected;
} rows[] = {
	{"none", 4, 4, "", "others 0/0 of 0"},
	{"most bytes first", 4, 4, "a5 b3 c9 a1", "c 1/9 a 2/6 b 1/3 others 0/0 of 3"},
	{"of equals by name", 4, 4, "b3 a3 d3 c3", "a 1/3 b 1/3 c 1/3 d 1/3 others 0/0 of 4"},
	{"others", 4, 2, "a5 b3 c9 d1", "c 1/9 a 1/5 others 2/4 of 4"},
	{"no row", 4, 0, "a5 b3", "others 2/8 of 2"},
	{"no bytes", 4, 4, "a0 b0", "a 1/0 b 1/0 others 0/0 of 2"},
	/* c pushes out b, which had 3: so c may have had 3 before */
	{"one too many", 2, 2, "a5 b3 c9", "c 1/9+3 a 1/5 others 1/3 of 2 or more"},
	/* then b comes back for a, the lightest with 5 */
	{"back again", 2, 2, "a5 b3 c9 b2", "c 1/9+3 b 1/2+5 others 2/8 of 2 or more"},
	{"the light ones fight", 2, 2, "a9 b1 c1 d1 a1",
         "a 2/10 d 1/1+2 others 2/2 of 2 or more"},
	{"one place", 1, 1, "a1 b1 b1 c1", "c 1/1+3 others 3/3 of 1 or more"},
};

START_TEST(test_counter)
{
	struct reeve_counter *counter = counted(rows[_i].room, rows[_i].adds);

	ck_assert_msg(strcmp(shown(counter, rows[_i].max), rows[_i].expected) == 0, "%s: %s",
	              rows[_i].name, shown(counter, rows[_i].max));
	reeve_counter_free(counter);
}
END_TEST

static const struct {
	const char *name;
	size_t room;
	const char *one, *other;
	const char *expected;
} merges[] = {
	{"exact", 4, "a5 b3", "b1 c2", "a 1/5 b 2/4 c 1/2 others 0/0 of 3"},
	{"into nothing", 4, "", "a5 b3 c1 d1 e1",
         "a 1/5 b 1/3 d 1/1 e 1/1+1 others 1/1 of 4 or more"},
	/* the other may have missed 1 of a */
	{"other is full", 2, "a5", "b3 c1 d2", "a 1/5+1 b 1/3 others 2/3 of 2 or more"},
	{"we are full", 2, "a5 b1 c2", "a1 d9", "d 1/9+1 a 2/6 others 2/3 of 2 or more"},
};

START_TEST(test_merge)
{
	struct reeve_counter *one = counted(merges[_i].room, merges[_i].one);
	struct reeve_counter *other = counted(merges[_i].room, merges[_i].other);

	ck_assert_int_eq(reeve_counter_merge(one, other), 0);
	ck_assert_msg(strcmp(shown(one, 4), merges[_i].expected) == 0, "%s: %s", merges[_i].name,
	              shown(one, 4));
	reeve_counter_free(one);
	reeve_counter_free(other);
}
END_TEST

/* 200,000 senders, of whom each eighth mail is of one of three: memory is bounded, bounds hold. */
START_TEST(test_many)
{
	static const uint64_t share[] = {4000, 3000, 2000};
	struct reeve_counter *counter = reeve_counter_new(REEVE_REPORT_NAMES);
	uint64_t truth[3] = {0}, all = 0, told = 0;
	struct reeve_report_name top[10];
	struct reeve_report_names names;
	char name[40];

	for (unsigned int i = 0; i < 200000; i++) {
		bool is_big = i % 8 == 0;
		unsigned int who = i / 8 % 3;
		struct reeve_tally one = {.count = 1, .bytes = is_big ? share[who] : 700};

		if (is_big) {
			snprintf(name, sizeof name, "big%u@example.org", who);
			truth[who] += one.bytes;
		} else {
			snprintf(name, sizeof name, "sender%u@example.org", i);
		}
		all += one.bytes;
		ck_assert_int_eq(reeve_counter_add(counter, name, strlen(name), &one), 0);
	}
	ck_assert_int_eq(reeve_counter_top(counter, top, 10, &names), 0);
	ck_assert(!names.is_exact);
	ck_assert_uint_eq(names.distinct, REEVE_REPORT_NAMES);
	for (unsigned int i = 0; i < names.count; i++) {
		told += top[i].tally.bytes;
		ck_assert_uint_le(top[i].missed_bytes, all / REEVE_REPORT_NAMES);
		if (i >= 3)
			continue;
		snprintf(name, sizeof name, "big%u@example.org", i);
		ck_assert_str_eq(top[i].name, name);
		ck_assert_uint_le(top[i].tally.bytes, truth[i]);
		ck_assert_uint_ge(top[i].tally.bytes + top[i].missed_bytes, truth[i]);
	}
	ck_assert_uint_eq(told + names.others.bytes, all);
	ck_assert_uint_eq(names.all.bytes, all);
	reeve_counter_free(counter);
}
END_TEST

START_TEST(test_long_name)
{
	struct reeve_counter *counter = reeve_counter_new(4);
	struct reeve_tally one = {.count = 1, .bytes = 1};
	struct reeve_report_name row;
	struct reeve_report_names names;
	char *name = malloc(5000);

	memset(name, 'x', 5000);
	ck_assert_int_eq(reeve_counter_add(counter, name, 5000, &one), 0);
	ck_assert_int_eq(reeve_counter_add(counter, name, 4000, &one), 0);
	ck_assert_int_eq(reeve_counter_top(counter, &row, 1, &names), 0);
	ck_assert_uint_eq(strlen(row.name), REEVE_NAME_MAX);
	ck_assert_uint_eq(row.tally.count, 2);
	free(name);
	reeve_counter_free(counter);
}
END_TEST

Suite *suite_report_counter(void)
{
	Suite *suite = suite_create("report/counter");
	TCase *cases = tcase_create("counter");

	tcase_add_loop_test(cases, test_counter, 0, sizeof rows / sizeof rows[0]);
	tcase_add_loop_test(cases, test_merge, 0, sizeof merges / sizeof merges[0]);
	tcase_add_test(cases, test_many);
	tcase_add_test(cases, test_long_name);
	suite_add_tcase(suite, cases);
	return suite;
}
