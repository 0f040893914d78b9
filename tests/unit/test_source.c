/* SPDX-License-Identifier: MIT */
/* The window over a file, and the hash: bytes in, the same bytes out. */
#include "base/hash.h"
#include "base/source.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES (REEVE_WINDOW_BYTES * 5 / 2)

/* What stands at an offset: no period that a window could hide; a line end now and then. */
static unsigned char byte_at(uint64_t offset)
{
	uint64_t x = offset * UINT64_C(0x9e3779b97f4a7c15);

	return (unsigned char)(x >> 56);
}

static unsigned char expected[FILE_BYTES];

static FILE *make_file(void)
{
	FILE *f = tmpfile();

	ck_assert_ptr_nonnull(f);
	for (uint64_t i = 0; i < FILE_BYTES; i++)
		expected[i] = byte_at(i);
	ck_assert_uint_eq(fwrite(expected, 1, FILE_BYTES, f), FILE_BYTES);
	ck_assert_int_eq(fflush(f), 0);
	return f;
}

static const struct {
	uint64_t offset;
	size_t want;
} wants[] = {
	{0, 1},
	{0, REEVE_WINDOW_BYTES},
	{1, REEVE_WINDOW_BYTES},
	{REEVE_WINDOW_BYTES - 1, 2},
	{REEVE_WINDOW_BYTES, 100},
	{FILE_BYTES - 10, 10},
	{FILE_BYTES - 10, 100},
	{5, 5},
	{FILE_BYTES, 1},
	{FILE_BYTES + 1000, 1},
	{UINT64_MAX, 1},
	{7, 0},
};

START_TEST(windows)
{
	FILE *f = make_file();
	struct reeve_source src;

	ck_assert_int_eq(reeve_source_init(&src, fileno(f), NULL), 0);
	ck_assert_uint_eq(src.size, FILE_BYTES);
	for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++) {
		size_t have, want = wants[i].want;
		uint64_t offset = wants[i].offset;
		const unsigned char *p = reeve_source_at(&src, offset, want, &have, NULL);

		ck_assert_msg(p != NULL, "row %zu", i);
		if (offset >= FILE_BYTES)
			want = 0;
		else if (want > FILE_BYTES - offset)
			want = FILE_BYTES - offset;
		ck_assert_msg(have >= want, "row %zu: %zu", i, have);
		if (have > 0)
			ck_assert_msg(memcmp(p, expected + offset, have) == 0, "row %zu", i);
	}
	reeve_source_dispose(&src);
	fclose(f);
}
END_TEST

START_TEST(size_is_the_callers)
{
	FILE *f = make_file();
	struct reeve_source src;
	struct reeve_error err = {0};
	size_t have;

	ck_assert_int_eq(reeve_source_init(&src, fileno(f), NULL), 0);
	src.size = 10;
	ck_assert_ptr_nonnull(reeve_source_at(&src, 8, 5, &have, NULL));
	ck_assert_uint_eq(have, 2);
	src.size = 100;
	ck_assert_ptr_nonnull(reeve_source_at(&src, 8, 50, &have, NULL));
	ck_assert_uint_eq(have, 92);
	src.size = 9;
	ck_assert_ptr_nonnull(reeve_source_at(&src, 8, 50, &have, NULL));
	ck_assert_uint_eq(have, 1);

	src.size = FILE_BYTES + 1;
	ck_assert_ptr_null(reeve_source_at(&src, FILE_BYTES - 1, 2, &have, &err));
	ck_assert_int_eq(err.code, REEVE_ECHANGED);
	ck_assert_str_eq(err.text, "the file became shorter while it was read");
	reeve_source_dispose(&src);

	ck_assert_int_eq(reeve_source_init(&src, -1, &err), -1);
	ck_assert_int_eq(err.sys_errno, EBADF);
	reeve_source_dispose(&src);
	fclose(f);
}
END_TEST

/* Pieces close to each other come out of one read, those far apart cost no more than themselves. */
START_TEST(pieces_near_each_other)
{
	FILE *f = make_file();
	struct reeve_source src;
	struct reeve_error err = {0};
	static const struct {
		uint64_t offset;
		size_t n, filled;
	} rows[] = {
		{1000000, 64, 64}, /* far from the window at 0 */
		{1000010, 5, 64},
		{1000060, 100, 2 * REEVE_NEAR_BYTES},
		{1030000, 100, 2 * REEVE_NEAR_BYTES},
		{20, 10, 10},
		{FILE_BYTES - 10, 10, 10},
	};

	ck_assert_int_eq(reeve_source_init(&src, fileno(f), NULL), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const unsigned char *p = reeve_source_near(&src, rows[i].offset, rows[i].n, NULL);

		ck_assert_msg(p != NULL && memcmp(p, expected + rows[i].offset, rows[i].n) == 0,
		              "row %zu", i);
		ck_assert_msg(src.filled == rows[i].filled, "row %zu: %zu", i, src.filled);
	}
	ck_assert_ptr_null(reeve_source_near(&src, FILE_BYTES - 10, 11, &err));
	ck_assert_int_eq(err.code, REEVE_ECHANGED);
	reeve_source_dispose(&src);
	fclose(f);
}
END_TEST

START_TEST(lines)
{
	FILE *f = make_file();
	struct reeve_source src;
	uint64_t line = 1;

	ck_assert_int_eq(reeve_source_init(&src, fileno(f), NULL), 0);
	for (uint64_t i = 0; i < FILE_BYTES; i++) {
		if (i % 10007 == 0)
			ck_assert_uint_eq(reeve_source_line(&src, i), line);
		line += expected[i] == '\n';
	}
	ck_assert_uint_eq(reeve_source_line(&src, FILE_BYTES), line);
	ck_assert_uint_eq(reeve_source_line(&src, UINT64_MAX), line);
	ck_assert_uint_eq(reeve_source_line(&src, 0), 1);
	reeve_source_dispose(&src);
	fclose(f);
}
END_TEST

START_TEST(hash_in_pieces)
{
	static const char text[] = "From ann@example.org Mon Nov  3 10:00:00 2025\n";
	struct reeve_hasher *h = reeve_hasher_new(), *other = reeve_hasher_new();

	/* XXH3_64bits of nothing, as the xxHash specification gives it. */
	ck_assert_uint_eq(reeve_hash("", 0), UINT64_C(0x2d06800538d394c2));
	ck_assert_uint_eq(reeve_hasher_value(h), reeve_hash("", 0));
	for (size_t i = 0; i < sizeof text - 1; i++) {
		ck_assert_uint_eq(reeve_hasher_value(h), reeve_hash(text, i));
		reeve_hasher_add(h, text + i, 1);
	}
	reeve_hasher_copy(other, h);
	reeve_hasher_reset(h);
	ck_assert_uint_eq(reeve_hasher_value(other), reeve_hash(text, sizeof text - 1));
	ck_assert_uint_eq(reeve_hasher_value(h), reeve_hash("", 0));
	reeve_hasher_free(h);
	reeve_hasher_free(other);
	reeve_hasher_free(NULL);
}
END_TEST

Suite *suite_source(void)
{
	Suite *suite = suite_create("base/source, base/hash");
	TCase *tcase = tcase_create("source");

	tcase_add_test(tcase, windows);
	tcase_add_test(tcase, size_is_the_callers);
	tcase_add_test(tcase, pieces_near_each_other);
	tcase_add_test(tcase, lines);
	tcase_add_test(tcase, hash_in_pieces);
	suite_add_tcase(suite, tcase);
	return suite;
}
