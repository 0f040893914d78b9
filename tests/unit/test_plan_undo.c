/* SPDX-License-Identifier: MIT */
/* Plans that undo another: step by step, not twice, and not over what was changed since. */
#include "folder.h"
#include "plan_root.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

START_TEST(test_undo)
{
	struct reeve_plan_result first = plan_root_change_both(), second, third;
	struct reeve_error err = {0};

	ck_assert_msg(plan_root_undo(NULL, &second, &err) == 0, "%s", err.text);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_str_eq(folder_read("r/etc/b"), "b = 1\n");
	/* Not twice. */
	ck_assert_int_eq(plan_root_undo(first.id, NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	ck_assert_ptr_nonnull(strstr(err.text, "undone already, by"));
	ck_assert_int_eq(plan_root_undo(NULL, NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EUSAGE);
	ck_assert_int_eq(plan_root_undo("20000101-000000-1", NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EUSAGE);
	/* The undo can be undone; then the change is there again, and can be undone. */
	ck_assert_int_eq(plan_root_undo(second.id, &third, &err), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 2\n");
	ck_assert_int_eq(plan_root_undo(NULL, NULL, &err), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_str_eq(folder_read("r/etc/b"), "b = 1\n");
	plan_root_assert_tidy(4);
}
END_TEST

/* Each undo without an ID goes one change further back. */
START_TEST(test_undo_steps)
{
	struct reeve_plan *plan;

	plan_root_change_both();
	plan = plan_root_begin();
	plan_root_replace(plan, "r/etc/a", "a = 2\n", "a = 3\n");
	ck_assert_int_eq(plan_root_apply(plan, NULL, NULL), 0);
	ck_assert_int_eq(plan_root_undo(NULL, NULL, NULL), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 2\n");
	ck_assert_str_eq(folder_read("r/etc/b"), "b = 2\n");
	ck_assert_int_eq(plan_root_undo(NULL, NULL, NULL), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_str_eq(folder_read("r/etc/b"), "b = 1\n");
}
END_TEST

/* A file that was changed since: nothing is undone, and a diff can be had of what happened. */
START_TEST(test_conflict)
{
	struct reeve_plan_result result;
	struct reeve_error err = {0};
	struct reeve_plan *plan;
	char *diff;
	size_t n;

	plan_root_change_both();
	folder_write("r/etc/b", "b = mine\n");
	plan = reeve_plan_undo(&plan_root_how, NULL, &err);
	ck_assert_msg(plan != NULL, "%s", err.text);
	ck_assert_uint_eq(reeve_plan_count(plan), 2);
	ck_assert(!reeve_plan_at(plan, 0).is_conflict);
	ck_assert(reeve_plan_at(plan, 1).is_conflict);
	ck_assert_int_eq(reeve_plan_diff(plan, 1, REEVE_DIFF_SINCE, &diff, &n, &err), 0);
	ck_assert_str_eq(diff, "--- a/etc/b\n+++ b/etc/b\n@@ -1 +1 @@\n-b = 2\n+b = mine\n");
	ck_assert_uint_eq(n, strlen(diff));
	free(diff);
	ck_assert_int_eq(plan_root_apply(plan, NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_ECHANGED);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 2\n");
	ck_assert_str_eq(folder_read("r/etc/b"), "b = mine\n");

	/* Left as it is, if that is what is wanted. */
	plan_root_how.leave_changed = true;
	plan = reeve_plan_undo(&plan_root_how, NULL, &err);
	ck_assert_int_eq(plan_root_apply(plan, &result, &err), 0);
	ck_assert_uint_eq(result.files, 1);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_str_eq(folder_read("r/etc/b"), "b = mine\n");
	plan_root_how.leave_changed = false;
	ck_assert_int_eq(
		plan_root_apply(reeve_plan_undo(&plan_root_how, result.id, &err), NULL, &err), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 2\n");

	/* Put back by hand, it is no obstacle. */
	folder_write("r/etc/b", "b = 1\n");
	ck_assert_int_eq(plan_root_undo(NULL, NULL, &err), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
}
END_TEST

/* The last change died before it changed anything: the one before it is not meant. */
START_TEST(test_undo_of_nothing)
{
	struct reeve_plan_result first = plan_root_change_both(), result;
	struct reeve_plan *plan = plan_root_begin();
	struct reeve_error err = {0};

	plan_root_replace(plan, "r/etc/a", "a = 2\n", "a = 3\n");
	ck_assert_int_eq(plan_root_apply(plan, &result, NULL), 0);
	folder_write("r/etc/a", "a = 2\n");
	ck_assert_int_eq(unlink(plan_root_record(&result, "done")), 0);
	plan_root_how.dry_run = true;
	ck_assert_int_eq(plan_root_undo(NULL, &result, &err), 0);
	ck_assert(!result.is_changed);
	plan_root_how.dry_run = false;
	ck_assert_int_eq(plan_root_undo(NULL, &result, &err), 0);
	ck_assert(!result.is_changed);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 2\n");
	ck_assert_int_eq(plan_root_undo(NULL, &result, &err), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");

	/* An undo that died so is said again. */
	ck_assert_int_eq(unlink(plan_root_record(&result, "done")), 0);
	folder_write("r/etc/a", "a = 2\n");
	folder_write("r/etc/b", "b = 2\n");
	ck_assert_int_eq(plan_root_undo(NULL, &result, &err), 0);
	ck_assert(result.is_changed);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_int_eq(plan_root_undo(first.id, NULL, &err), -1);
}
END_TEST

/* The last 20 are kept. */
START_TEST(test_kept)
{
	char old[20] = "a = 1\n", new[20];

	for (int i = 2; i < 27; i++) {
		struct reeve_plan *plan = plan_root_begin();
		snprintf(new, sizeof new, "a = %d\n", i);
		plan_root_replace(plan, "r/etc/a", old, new);
		ck_assert_int_eq(plan_root_apply(plan, NULL, NULL), 0);
		memcpy(old, new, sizeof old);
	}
	plan_root_assert_tidy(20);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(plan_root_undo(NULL, NULL, NULL), 0);
	/* 20 undos pushed the 20 changes out. */
	plan_root_assert_tidy(20);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 6\n");
	ck_assert_int_eq(plan_root_undo(NULL, NULL, NULL), -1);
}
END_TEST

Suite *suite_plan_undo(void)
{
	Suite *suite = suite_create("plan/undo");
	TCase *tc = tcase_create("undo");

	tcase_add_checked_fixture(tc, plan_root_enter, folder_leave);
	tcase_add_test(tc, test_undo);
	tcase_add_test(tc, test_undo_steps);
	tcase_add_test(tc, test_conflict);
	tcase_add_test(tc, test_undo_of_nothing);
	tcase_add_test(tc, test_kept);
	suite_add_tcase(suite, tc);
	return suite;
}
