/* SPDX-License-Identifier: MIT */
/* Arrays that grow by a row. */
#include "base/rows.h"
#include "unit.h"

#include <stdint.h>
#include <stdlib.h>

START_TEST(test_grow)
{
	uint32_t *rows = NULL;
	size_t room = 0;

	for (size_t count = 0; count < 1000; count++) {
		rows = reeve_rows_grow(rows, sizeof *rows, count, &room);
		ck_assert_ptr_nonnull(rows);
		ck_assert_uint_gt(room, count);
		rows[count] = (uint32_t)count;
	}
	ck_assert_uint_eq(room, 1024);
	for (size_t i = 0; i < 1000; i++)
		ck_assert_uint_eq(rows[i], i);
	free(rows);
}
END_TEST

/* More than there can be: the rows stay, and so does what is known of them. */
START_TEST(test_too_many)
{
	static const size_t rooms[] = {SIZE_MAX / 4, SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX};
	uint64_t *rows = calloc(16, sizeof *rows);

	for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
		size_t room = rooms[i];

		ck_assert_ptr_null(reeve_rows_grow(rows, sizeof *rows, room, &room));
		ck_assert_uint_eq(room, rooms[i]);
	}
	ck_assert_uint_eq(rows[15], 0);
	free(rows);
}
END_TEST

Suite *suite_rows(void)
{
	Suite *suite = suite_create("base/rows");
	TCase *tcase = tcase_create("rows");

	tcase_add_test(tcase, test_grow);
	tcase_add_test(tcase, test_too_many);
	suite_add_tcase(suite, tcase);
	return suite;
}
