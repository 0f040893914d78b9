/* SPDX-License-Identifier: MIT */
/* Memory in one piece: what is handed out is zero and apart, and zero again when it is wiped. */
#include "base/arena.h"

#include "unit.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool all_are(const unsigned char *p, size_t n, unsigned char value)
{
	while (n > 0 && *p == value)
		p++, n--;
	return n == 0;
}

START_TEST(arena_is_zero_and_apart)
{
	struct reeve_arena *arena = reeve_arena_new();
	unsigned char *pieces[200];

	for (size_t i = 0; i < 200; i++) {
		size_t n = i * i; /* up to 39601: within blocks and beyond their first sizes */

		pieces[i] = reeve_arena_alloc(arena, n);
		ck_assert_ptr_nonnull(pieces[i]);
		ck_assert_uint_eq((uintptr_t)pieces[i] % sizeof(void *), 0);
		ck_assert(all_are(pieces[i], n, 0));
		memset(pieces[i], (int)i, n);
	}
	for (size_t i = 0; i < 200; i++)
		ck_assert(all_are(pieces[i], i * i, (unsigned char)i));
	ck_assert_str_eq(reeve_arena_strndup(arena, "seen it", 4), "seen");
	ck_assert_str_eq(reeve_arena_strndup(arena, NULL, 0), "");
	ck_assert_ptr_null(reeve_arena_alloc(arena, SIZE_MAX));
	ck_assert_ptr_null(reeve_arena_alloc(arena, SIZE_MAX - 16));
	reeve_arena_free(arena);
	reeve_arena_free(NULL);
}
END_TEST

START_TEST(wipe)
{
	struct reeve_arena *arena = reeve_arena_new();
	static char large[100000];
	const char *small, *texts[3];

	ck_assert_ptr_nonnull(arena);
	memset(large, 'x', sizeof large);
	texts[0] = reeve_arena_strndup(arena, "$6$salt$hash", 12);
	texts[1] = reeve_arena_strndup(arena, large, sizeof large);
	texts[2] = reeve_arena_format(arena, "%s:%d", "ann", 1001);
	ck_assert(texts[0] != NULL && texts[1] != NULL && texts[2] != NULL);
	ck_assert_str_eq(texts[2], "ann:1001");
	reeve_arena_wipe(arena);
	ck_assert(all_are((const unsigned char *)texts[0], 13, 0));
	ck_assert(all_are((const unsigned char *)texts[1], sizeof large, 0));
	ck_assert(all_are((const unsigned char *)texts[2], 9, 0));
	/* It may be used again. */
	small = reeve_arena_strndup(arena, "bob", 3);
	ck_assert_str_eq(small, "bob");
	reeve_arena_free(arena);
	reeve_arena_wipe(NULL);
}
END_TEST

Suite *suite_arena(void)
{
	Suite *suite = suite_create("base/arena");
	TCase *tcase = tcase_create("arena");

	tcase_add_test(tcase, arena_is_zero_and_apart);
	tcase_add_test(tcase, wipe);
	suite_add_tcase(suite, tcase);
	return suite;
}
