/* SPDX-License-Identifier: MIT */
/* Edits: order, merging, texts, and failures that stay. */
#include "base/edits.h"
#include "unit.h"

#include <string.h>

/* What is added, and what the list then holds. */
struct edit {
	uint64_t offset, length;
	const char *text; /* NULL: none */
};

static const struct {
	const char *name;
	struct edit in[5]; /* ends with a row of zeros */
	struct edit out[5];
	const char *error; /* NULL: none */
} rows[] = {
	{"nothing", {{0}}, {{0}}, NULL},
	{"one", {{5, 10, NULL}}, {{5, 10, NULL}}, NULL},
	{"apart", {{5, 10, NULL}, {16, 1, NULL}}, {{5, 10, NULL}, {16, 1, NULL}}, NULL},
	{"touching spans become one", {{0, 10, NULL}, {10, 5, NULL}, {15, 1, NULL}},
	 {{0, 16, NULL}}, NULL},
	{"a text in front is no part of the next", {{0, 10, "x"}, {10, 5, NULL}},
	 {{0, 10, "x"}, {10, 5, NULL}}, NULL},
	{"a text after is no part of the last", {{0, 10, NULL}, {10, 5, "x"}, {15, 2, NULL}},
	 {{0, 10, NULL}, {10, 5, "x"}, {15, 2, NULL}}, NULL},
	{"insert", {{3, 0, "new"}, {3, 4, NULL}}, {{3, 0, "new"}, {3, 4, NULL}}, NULL},
	{"insert twice", {{3, 0, "a"}, {3, 0, "b"}}, {{3, 0, "a"}, {3, 0, "b"}}, NULL},
	{"nothing instead of nothing", {{3, 0, ""}, {9, 1, NULL}}, {{9, 1, NULL}}, NULL},
	{"overlap", {{0, 10, NULL}, {9, 5, NULL}, {20, 1, NULL}}, {{0, 10, NULL}},
	 "edits overlap or are out of order"},
	{"out of order", {{10, 1, NULL}, {3, 1, NULL}}, {{10, 1, NULL}},
	 "edits overlap or are out of order"},
	{"end beyond 2^64", {{UINT64_MAX, 2, NULL}}, {{0}}, "edits overlap or are out of order"},
	{"up to 2^64", {{UINT64_MAX - 1, 1, NULL}}, {{UINT64_MAX - 1, 1, NULL}}, NULL},
};

static bool is_end(const struct edit *edit)
{
	return edit->length == 0 && edit->text == NULL;
}

START_TEST(table)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reeve_edits *edits = reeve_edits_new();
		struct reeve_error err = {0};
		size_t count = 0;

		for (const struct edit *e = rows[i].in; !is_end(e); e++)
			reeve_edits_add(edits, (struct reeve_span){e->offset, e->length}, e->text,
			                e->text != NULL ? strlen(e->text) : 0);
		int ret = reeve_edits_check(edits, &err);
		ck_assert_msg(ret == (rows[i].error != NULL ? -1 : 0), "%s", rows[i].name);
		if (rows[i].error != NULL)
			ck_assert_str_eq(err.text, rows[i].error);

		for (const struct edit *e = rows[i].out; !is_end(e); e++, count++) {
			const void *text;
			size_t n;

			ck_assert_msg(count < reeve_edits_count(edits), "%s", rows[i].name);
			struct reeve_span span = reeve_edits_at(edits, count, &text, &n);
			ck_assert_msg(span.offset == e->offset && span.length == e->length, "%s: %zu",
			              rows[i].name, count);
			ck_assert_msg(n == (e->text != NULL ? strlen(e->text) : 0), "%s: %zu",
			              rows[i].name, count);
			if (n > 0)
				ck_assert_msg(memcmp(text, e->text, n) == 0, "%s: %zu",
				              rows[i].name, count);
		}
		ck_assert_msg(count == reeve_edits_count(edits), "%s", rows[i].name);
		reeve_edits_free(edits);
	}
}
END_TEST

START_TEST(many)
{
	struct reeve_edits *edits = reeve_edits_new();
	const void *text;
	size_t n, wrong = 0;

	for (uint64_t i = 0; i < 100000; i++)
		reeve_edits_add(edits, (struct reeve_span){i * 3, 2}, "abc", i % 10 == 0 ? 3 : 0);
	ck_assert_int_eq(reeve_edits_check(edits, NULL), 0);
	ck_assert_uint_eq(reeve_edits_count(edits), 100000);
	for (size_t i = 0; i < 100000; i++) {
		struct reeve_span span = reeve_edits_at(edits, i, &text, &n);

		wrong += span.offset != i * 3 || n != (i % 10 == 0 ? 3 : 0);
	}
	ck_assert_uint_eq(wrong, 0);
	reeve_edits_free(edits);
	reeve_edits_free(NULL);
}
END_TEST

Suite *suite_edits(void)
{
	Suite *suite = suite_create("base/edits");
	TCase *tcase = tcase_create("edits");

	tcase_add_test(tcase, table);
	tcase_add_test(tcase, many);
	suite_add_tcase(suite, tcase);
	return suite;
}
