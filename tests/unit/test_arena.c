/* SPDX-License-Identifier: MIT */
/* Memory in one piece: what is handed out, and what is left of it when it is wiped. */
#include "base/arena.h"

#include "unit.h"
#include <stdbool.h>
#include <string.h>

START_TEST(test_wipe)
{
	struct reeve_arena *arena = reeve_arena_new();
	static char large[100000];
	const char *small, *texts[3];
	bool is_zero = true;

	ck_assert_ptr_nonnull(arena);
	memset(large, 'x', sizeof large);
	texts[0] = reeve_arena_strndup(arena, "$6$salt$hash", 12);
	texts[1] = reeve_arena_strndup(arena, large, sizeof large);
	texts[2] = reeve_arena_format(arena, "%s:%d", "ann", 1001);
	ck_assert(texts[0] != NULL && texts[1] != NULL && texts[2] != NULL);
	ck_assert_str_eq(texts[2], "ann:1001");
	reeve_arena_wipe(arena);
	for (size_t i = 0; i < sizeof large; i++)
		is_zero = is_zero && texts[1][i] == 0 && (i >= 12 || texts[0][i] == 0) &&
		          (i >= 8 || texts[2][i] == 0);
	ck_assert(is_zero);
	/* It may be used again. */
	small = reeve_arena_strndup(arena, "bob", 3);
	ck_assert_str_eq(small, "bob");
	reeve_arena_free(arena);
	reeve_arena_wipe(NULL);
}
END_TEST

Suite *suite_arena(void)
{
	Suite *suite = suite_create("arena");
	TCase *tcase = tcase_create("arena");

	tcase_add_test(tcase, test_wipe);
	suite_add_tcase(suite, tcase);
	return suite;
}
