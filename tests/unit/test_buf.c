/* SPDX-License-Identifier: MIT */
/* Growable bytes: what is added is there, up to the maximum. */
#include "base/buf.h"
#include "unit.h"

#include <stdint.h>
#include <string.h>

START_TEST(grows)
{
	struct reeve_buf buf;

	reeve_buf_init(&buf, 1000);
	ck_assert_str_eq(reeve_buf_text(&buf), "");
	for (int i = 0; i < 300; i++) {
		reeve_buf_add_byte(&buf, (unsigned char)i);
		reeve_buf_add(&buf, "xy", 2);
	}
	ck_assert_uint_eq(buf.length, 900);
	for (int i = 0; i < 300; i++) {
		ck_assert_uint_eq(buf.bytes[3 * i], i & 0xff);
		ck_assert_int_eq(memcmp(buf.bytes + 3 * i + 1, "xy", 2), 0);
	}
	ck_assert(!buf.is_cut && !buf.has_failed);
	ck_assert_uint_eq(strlen(reeve_buf_text(&buf) + 1), 3 * 256 - 1);
	reeve_buf_dispose(&buf);
	reeve_buf_dispose(NULL);
}
END_TEST

START_TEST(is_cut_at_the_maximum)
{
	struct reeve_buf buf;

	reeve_buf_init(&buf, 5);
	reeve_buf_add_text(&buf, "abc");
	ck_assert_ptr_nonnull(reeve_buf_room(&buf, 2));
	ck_assert(!buf.is_cut);
	ck_assert_ptr_null(reeve_buf_room(&buf, 3));
	ck_assert(buf.is_cut);

	reeve_buf_clear(&buf);
	ck_assert(!buf.is_cut);
	reeve_buf_add_text(&buf, "abcd");
	reeve_buf_add(&buf, "efg", 3);
	reeve_buf_add_byte(&buf, 'h');
	ck_assert(buf.is_cut && !buf.has_failed);
	ck_assert_str_eq(reeve_buf_text(&buf), "abcde");
	reeve_buf_dispose(&buf);
}
END_TEST

START_TEST(no_memory)
{
	struct reeve_buf buf;

	reeve_buf_init(&buf, SIZE_MAX);
	reeve_buf_add_text(&buf, "abc");
	ck_assert_ptr_null(reeve_buf_room(&buf, SIZE_MAX - 3));
	ck_assert(buf.has_failed && !buf.is_cut);
	reeve_buf_clear(&buf);
	ck_assert(buf.has_failed);
	reeve_buf_dispose(&buf);
}
END_TEST

Suite *suite_buf(void)
{
	Suite *suite = suite_create("base/buf");
	TCase *tcase = tcase_create("buf");

	tcase_add_test(tcase, grows);
	tcase_add_test(tcase, is_cut_at_the_maximum);
	tcase_add_test(tcase, no_memory);
	suite_add_tcase(suite, tcase);
	return suite;
}
