/* SPDX-License-Identifier: MIT */
/* The two loops over every byte, at every length around their blocks. */
#include "base/find.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 600 };

START_TEST(line)
{
	for (size_t n = 1; n <= MOST; n++) {
		unsigned char *exact = malloc(n);

		memset(exact, '\n', n);
		ck_assert_uint_eq(reeve_find_line(exact, n, '-'), n - 1);
		for (size_t at = n - 1; at >= 1 && at + 70 > n; at--) {
			exact[at] = '-';
			ck_assert_uint_eq(reeve_find_line(exact, n, '-'), at - 1);
			ck_assert_uint_eq(reeve_find_line(exact, n, 'F'), n - 1);
		}
		free(exact);
	}
}
END_TEST

START_TEST(bare)
{
	for (size_t n = 1; n <= MOST; n++) {
		unsigned char *exact = malloc(n);

		memset(exact, '\n', n);
		ck_assert_uint_eq(reeve_count_bare(exact, n, 'x'), n);
		ck_assert_uint_eq(reeve_count_bare(exact, n, '\r'), n - 1);
		exact[n / 2] = '\r';
		ck_assert_uint_eq(reeve_count_bare(exact, n, 'x'), n / 2 + 1 < n ? n - 2 : n - 1);
		free(exact);
	}
}
END_TEST

Suite *suite_find(void)
{
	Suite *suite = suite_create("base/find");
	TCase *tcase = tcase_create("find");

	tcase_add_test(tcase, line);
	tcase_add_test(tcase, bare);
	suite_add_tcase(suite, tcase);
	return suite;
}
