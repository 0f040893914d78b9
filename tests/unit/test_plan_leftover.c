/* SPDX-License-Identifier: MIT */
/* Changes that were broken off: what the next run makes of them, and what the list says of them. */
#include "folder.h"
#include "plan_root.h"
#include "unit.h"

#include "base/hash.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What was broken off (here: has lost its note), and files as they are then. */
static const struct leftover {
	const char *name, *a, *b;
	int records;
	bool asks;
} leftovers[] = {
	{"old, old", "a = 1\n", "b = 1\n", 0, false},
	{"new, new", "a = 2\n", "b = 2\n", 1, false},
	{"new, old", "a = 2\n", "b = 1\n", 1, true},
	{"old, other", "a = 1\n", "b = mine\n", 1, false},
	{"other, new", "a = mine\n", "b = 2\n", 1, false},
	{"other, other", "a = mine\n", "b = mine\n", 1, false},
	{"new, gone", "a = 2\n", NULL, 1, false},
};

START_TEST(test_leftover)
{
	const struct leftover *row = &leftovers[_i];
	struct reeve_plan_result result = plan_root_change_both();
	struct reeve_error err = {0};
	const char *path = plan_root_record(&result, "done");

	ck_assert_int_eq(unlink(path), 0);
	folder_write("r/etc/a", row->a);
	if (row->b != NULL)
		folder_write("r/etc/b", row->b);
	else
		ck_assert_int_eq(unlink("r/etc/b"), 0);
	/* A dry run sees it, and leaves it. */
	plan_root_how.dry_run = true;
	reeve_plan_free(plan_root_begin());
	plan_root_how.dry_run = false;
	ck_assert_int_ne(access(path, F_OK), 0);

	struct reeve_plan *plan = reeve_plan_begin(&plan_root_how, &err);
	ck_assert_msg((plan == NULL) == row->asks, "%s: %s", row->name, err.text);
	reeve_plan_free(plan);
	plan_root_assert_tidy(row->records);
	ck_assert_str_eq(folder_read("r/etc/a"), row->a);
	ck_assert_str_eq(folder_read("r/etc/b"), row->b == NULL ? "(none)" : row->b);
	if (!row->asks)
		return;
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	ck_assert_ptr_nonnull(strstr(err.text, "'/etc/a' is new, '/etc/b' is old; 'reeve-undo "
	                                       "--root=r 2"));
	ck_assert_int_eq(plan_root_undo("20000101-000000-1", NULL, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "comes first"));
	plan = reeve_plan_finish(&plan_root_how, NULL, &err);
	ck_assert_int_eq(plan_root_apply(plan, &result, &err), 0);
	ck_assert_str_eq(folder_read("r/etc/b"), "b = 2\n");
	ck_assert_int_eq(access(path, F_OK), 0);
	ck_assert_ptr_null(reeve_plan_finish(&plan_root_how, NULL, &err));
	ck_assert_int_eq(err.code, REEVE_EUSAGE);
}
END_TEST

/* Its folder is gone: that is no reason never to change anything again. */
START_TEST(test_leftover_folder)
{
	struct reeve_plan_result result = plan_root_change_both();
	const char *path = plan_root_record(&result, "done");

	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rename("r/etc", "r/elsewhere"), 0);
	reeve_plan_free(plan_root_begin());
	ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

/* A manifest that is not ours to act upon is no torn one, which would go with its backups. */
START_TEST(test_strange)
{
	struct reeve_plan_result result = plan_root_change_both();
	struct reeve_error err = {0};
	char text[100];

	folder_write(plan_root_record(&result, "manifest"), "damaged");
	reeve_plan_free(plan_root_begin());
	plan_root_assert_tidy(1);
	ck_assert_int_eq(plan_root_undo(result.id, NULL, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "damaged, or of another version"));

	const char *later = "mailreeve change 2\n";
	snprintf(text, sizeof text, "%send %016" PRIx64 "\n", later,
	         reeve_hash(later, strlen(later)));
	folder_write(plan_root_record(&result, "manifest"), text);
	reeve_plan_free(plan_root_begin());
	ck_assert_int_eq(unlink(plan_root_record(&result, "done")), 0);
	ck_assert_ptr_null(reeve_plan_begin(&plan_root_how, &err));
	ck_assert_ptr_nonnull(strstr(err.text, "another version of mailreeve"));
	plan_root_assert_tidy(1);

	/* Torn, and not done: nothing was changed. */
	folder_write(plan_root_record(&result, "manifest"), "mailreeve change 1\nid");
	reeve_plan_free(plan_root_begin());
	plan_root_assert_tidy(0);
}
END_TEST

/* ---- the list ----------------------------------------------------------------------------- */

START_TEST(test_list)
{
	struct reeve_plan_result first = plan_root_change_both(), second;
	struct reeve_changes *changes;
	struct reeve_change change;
	char what[] = "set 'x'\nand \\ more";

	plan_root_how.what = what;
	ck_assert_int_eq(plan_root_undo(NULL, &second, NULL), 0);
	changes = reeve_changes_open(&plan_root_how, NULL);
	ck_assert_ptr_nonnull(changes);
	ck_assert_int_eq(reeve_changes_next(changes, &change, NULL), 1);
	ck_assert_str_eq(change.id, second.id);
	ck_assert_str_eq(change.what, what);
	ck_assert_str_eq(change.undoes, first.id);
	ck_assert_int_eq(change.state, REEVE_CHANGE_DONE);
	ck_assert_int_eq(reeve_changes_next(changes, &change, NULL), 1);
	ck_assert_str_eq(change.id, first.id);
	ck_assert_ptr_null(change.undoes);
	ck_assert_int_eq(change.state, REEVE_CHANGE_UNDONE);
	ck_assert_uint_eq(change.file_count, 2);
	ck_assert_str_eq(change.files[1], "/etc/b");
	ck_assert_int_eq(reeve_changes_next(changes, &change, NULL), 0);
	reeve_changes_close(changes);
	/* Nothing there is an empty list. */
	plan_root_how.root = "r/etc";
	changes = reeve_changes_open(&plan_root_how, NULL);
	ck_assert_int_eq(reeve_changes_next(changes, &change, NULL), 0);
	reeve_changes_close(changes);
}
END_TEST

/* What the list says of changes that were not ended, and what can be said to them. */
static const struct listed {
	const char *name, *a, *b, *manifest;
	bool is_done;
	enum reeve_change_state state;
	size_t files;
	int undo, finish;
} listed[] = {
	{"none is new", "a = 1\n", "b = 1\n", NULL, false, REEVE_CHANGE_NOT_BEGUN, 2, 0, -1},
	{"all are new", "a = 2\n", "b = 2\n", NULL, false, REEVE_CHANGE_DONE, 2, 0, 0},
	{"mixed", "a = 2\n", "b = 1\n", NULL, false, REEVE_CHANGE_BROKEN_OFF, 2, 0, 0},
	{"torn", "a = 1\n", "b = 1\n", "mailreeve", false, REEVE_CHANGE_NOT_BEGUN, 0, 0, -1},
	{"damaged", "a = 2\n", "b = 2\n", "mailreeve", true, REEVE_CHANGE_UNREADABLE, 0, -1, -1},
};

START_TEST(test_list_left)
{
	const struct listed *row = &listed[_i / 2];
	bool is_finish = _i % 2 != 0;
	struct reeve_plan_result result = plan_root_change_both();
	struct reeve_error err = {0};
	struct reeve_changes *changes;
	struct reeve_change change;

	if (!row->is_done)
		ck_assert_int_eq(unlink(plan_root_record(&result, "done")), 0);
	if (row->manifest != NULL)
		folder_write(plan_root_record(&result, "manifest"), row->manifest);
	folder_write("r/etc/a", row->a);
	folder_write("r/etc/b", row->b);
	changes = reeve_changes_open(&plan_root_how, &err);
	ck_assert_int_eq(reeve_changes_next(changes, &change, &err), 1);
	ck_assert_str_eq(change.id, result.id);
	ck_assert_msg(change.state == row->state, "%s: %d", row->name, change.state);
	ck_assert_uint_eq(change.file_count, row->files);
	ck_assert_int_lt(llabs(change.time - time(NULL)), 100);
	reeve_changes_close(changes);

	/* A dry run says what a run does. */
	for (int dry = 1; dry >= 0; dry--) {
		plan_root_how.dry_run = dry != 0;
		struct reeve_plan *plan =
			is_finish ? reeve_plan_finish(&plan_root_how, result.id, &err)
				  : reeve_plan_undo(&plan_root_how, result.id, &err);
		int r = plan_root_apply(plan, NULL, &err);
		ck_assert_msg(r == (is_finish ? row->finish : row->undo), "%s, dry %d: %s",
		              row->name, dry, err.text);
	}
	if (row->state == REEVE_CHANGE_NOT_BEGUN && is_finish)
		ck_assert_ptr_nonnull(strstr(err.text, "cleared away: make it again"));
}
END_TEST

/* One that is just being made is not broken off. */
START_TEST(test_list_running)
{
	struct reeve_plan_result result = plan_root_change_both();
	struct reeve_changes *changes;
	struct reeve_change change;
	int fd = open("r/var/lib/mailreeve/plan.lock", O_RDWR | O_CLOEXEC);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	ck_assert_int_eq(fcntl(fd, F_OFD_SETLK, &lock), 0);
	ck_assert_int_eq(unlink(plan_root_record(&result, "done")), 0);
	changes = reeve_changes_open(&plan_root_how, NULL);
	ck_assert_int_eq(reeve_changes_next(changes, &change, NULL), 1);
	ck_assert_int_eq(change.state, REEVE_CHANGE_UNDER_WAY);
	reeve_changes_close(changes);
	close(fd);
}
END_TEST

Suite *suite_plan_leftover(void)
{
	Suite *suite = suite_create("plan/leftover");
	TCase *tc = tcase_create("leftover");

	tcase_add_checked_fixture(tc, plan_root_enter, folder_leave);
	tcase_add_loop_test(tc, test_leftover, 0, sizeof leftovers / sizeof leftovers[0]);
	tcase_add_test(tc, test_leftover_folder);
	tcase_add_test(tc, test_strange);
	tcase_add_test(tc, test_list);
	tcase_add_loop_test(tc, test_list_left, 0, 2 * sizeof listed / sizeof listed[0]);
	tcase_add_test(tc, test_list_running);
	suite_add_tcase(suite, tc);
	return suite;
}
