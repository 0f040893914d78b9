/* SPDX-License-Identifier: MIT */
/* Texts in a stream: found in every piece and across every edge. */
#include "mbox/finder.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

/* Pieces are apart by "|"; "/" cuts. What is found of a, abc, aab and cc is a string of 1 to 4. */
static const struct {
	const char *pieces;
	const char *found;
} finder_rows[] = {
	{"", ""},
	{"xyz", ""},
	{"a", "1"},
	{"abc", "12"},
	{"ab|c", "12"},
	{"a|b|c", "12"},
	{"a|b||c", "12"},
	{"ab|xc", "1"},
	{"ab/c", "1"},
	{"aaab", "13"},
	{"a|a|a|b", "13"},
	{"aa|a|bx", "13"},
	{"c|c", "4"},
	{"c/c", ""},
	{"xxc|cxx", "4"},
	{"aab|cc", "1234"},
	{"xabx|c|abcc", "124"},
};

START_TEST(finder)
{
	for (size_t i = 0; i < sizeof finder_rows / sizeof finder_rows[0]; i++) {
		struct reeve_needle needles[] = {
			{"a", 1, false}, {"abc", 3, false}, {"aab", 3, false}, {"cc", 2, false}};
		const char *p = finder_rows[i].pieces;
		struct reeve_finder f;
		char found[5] = "";
		size_t n = 0, news = 0;

		ck_assert_int_eq(reeve_finder_init(&f, needles, 4, NULL), 0);
		for (;;) {
			size_t length = strcspn(p, "|/");
			char *exact = malloc(length + 1);

			memcpy(exact, p, length);
			exact = realloc(exact, length > 0 ? length : 1);
			news += reeve_finder_add(&f, exact, length);
			free(exact);
			p += length;
			if (*p == '\0')
				break;
			if (*p++ == '/')
				reeve_finder_cut(&f);
		}
		for (size_t k = 0; k < 4; k++) {
			if (needles[k].is_found)
				found[n++] = (char)('1' + k);
		}
		ck_assert_msg(strcmp(found, finder_rows[i].found) == 0, "%s: found '%s'",
		              finder_rows[i].pieces, found);
		ck_assert_msg((news > 0) == (n > 0) && news <= n, "%s: new %zu times",
		              finder_rows[i].pieces, news);
		reeve_finder_dispose(&f);
	}
}
END_TEST

Suite *suite_finder(void)
{
	Suite *suite = suite_create("mbox/finder");
	TCase *tcase = tcase_create("finder");

	tcase_add_test(tcase, finder);
	suite_add_tcase(suite, tcase);
	return suite;
}
