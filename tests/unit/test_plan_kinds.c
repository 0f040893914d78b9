/* SPDX-License-Identifier: MIT */
/* Plans that make a file, remove one, or give it to somebody: there, and back. */
#include "folder.h"
#include "plan_root.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void assert_diff(const struct reeve_plan *plan, size_t i, enum reeve_diff which,
                        const char *text)
{
	struct reeve_error err = {0};
	char *diff;
	size_t n;

	ck_assert_msg(reeve_plan_diff(plan, i, which, &diff, &n, &err) == 0, "%s", err.text);
	ck_assert_str_eq(diff, text);
	ck_assert_uint_eq(n, strlen(text));
	free(diff);
}

/* ---- made, and removed -------------------------------------------------------------------- */

START_TEST(test_create)
{
	struct reeve_plan_result first, second;
	struct reeve_error err = {0};
	struct reeve_plan *plan = plan_root_begin();
	char line[200];

	if (plan_root_mine.uid == 0)
		plan_root_mine.uid = 65534, plan_root_mine.gid = 8;
	plan_root_create(plan, "r/etc/users", "ann:x\n");
	plan_root_replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	ck_assert_uint_eq(reeve_plan_count(plan), 2);
	ck_assert_int_eq(reeve_plan_at(plan, 0).kind, REEVE_PLAN_CREATE);
	ck_assert_str_eq(reeve_plan_at(plan, 0).path, "/etc/users");
	ck_assert_ptr_null(reeve_plan_at(plan, 0).old);
	ck_assert_uint_eq(reeve_plan_at(plan, 0).new_rights.mode, 0640);
	snprintf(line, sizeof line,
	         "# /etc/users: nothing -> %u:%u 0640\n"
	         "--- /dev/null\n+++ b/etc/users\n@@ -0,0 +1 @@\n+ann:x\n",
	         plan_root_mine.uid, plan_root_mine.gid);
	assert_diff(plan, 0, REEVE_DIFF_CHANGE, line);
	ck_assert_msg(plan_root_apply(plan, &first, &err) == 0, "%s", err.text);
	ck_assert_str_eq(folder_read("r/etc/users"), "ann:x\n");
	ck_assert_uint_eq(plan_root_mode("r/etc/users"), 0640);
	ck_assert_uint_eq(plan_root_look("r/etc/users").st_uid, plan_root_mine.uid);
	ck_assert_uint_eq(plan_root_look("r/etc/users").st_gid, plan_root_mine.gid);
	plan_root_assert_tidy(1);

	/* Its mode does not tell that somebody wrote to it; made again, it has that. */
	ck_assert_int_eq(chmod("r/etc/users", 0600), 0);
	ck_assert_msg(plan_root_undo(first.id, &second, &err) == 0, "%s", err.text);
	ck_assert_str_eq(folder_read("r/etc/users"), "(none)");
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_msg(plan_root_undo(second.id, NULL, &err) == 0, "%s", err.text);
	ck_assert_str_eq(folder_read("r/etc/users"), "ann:x\n");
	ck_assert_uint_eq(plan_root_mode("r/etc/users"), 0600);
	ck_assert_uint_eq(plan_root_look("r/etc/users").st_uid, plan_root_mine.uid);
	plan_root_assert_tidy(3);
}
END_TEST

START_TEST(test_create_conflict)
{
	struct reeve_error err = {0};
	struct reeve_plan *plan = plan_root_begin();

	plan_root_create(plan, "r/etc/users", "ann:x\n");
	plan_root_replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	ck_assert_int_eq(plan_root_apply(plan, NULL, NULL), 0);
	folder_write("r/etc/users", "ann:x\nbob:y\n");
	plan = reeve_plan_undo(&plan_root_how, NULL, &err);
	ck_assert(reeve_plan_at(plan, 0).is_conflict);
	assert_diff(plan, 0, REEVE_DIFF_SINCE,
	            "--- a/etc/users\n+++ b/etc/users\n@@ -1 +1,2 @@\n ann:x\n+bob:y\n");
	ck_assert_int_eq(plan_root_apply(plan, NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_ECHANGED);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 2\n");
	plan_root_how.leave_changed = true;
	ck_assert_int_eq(plan_root_undo(NULL, NULL, &err), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_str_eq(folder_read("r/etc/users"), "ann:x\nbob:y\n");
}
END_TEST

START_TEST(test_remove)
{
	struct reeve_error err = {0};
	struct reeve_plan *plan = plan_root_begin();
	char line[200];

	ck_assert_int_eq(chmod("r/etc/a", 0604), 0);
	reeve_plan_remove(plan, "r/etc/a", "a = 1\n", 6);
	ck_assert_int_eq(reeve_plan_at(plan, 0).kind, REEVE_PLAN_REMOVE);
	snprintf(line, sizeof line,
	         "# /etc/a: %u:%u 0604 -> nothing\n"
	         "--- a/etc/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-a = 1\n",
	         plan_root_mine.uid, plan_root_mine.gid);
	assert_diff(plan, 0, REEVE_DIFF_CHANGE, line);
	ck_assert_msg(plan_root_apply(plan, NULL, &err) == 0, "%s", err.text);
	ck_assert_str_eq(folder_read("r/etc/a"), "(none)");
	ck_assert_int_eq(plan_root_undo(NULL, NULL, &err), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_uint_eq(plan_root_mode("r/etc/a"), 0604);
}
END_TEST

/* ---- given -------------------------------------------------------------------------------- */

START_TEST(test_give)
{
	struct stat before = plan_root_look("r/mail/ann"), after;
	struct reeve_error err = {0};
	struct reeve_plan *plan = plan_root_begin();
	int fd = open("r/mail/ann", O_WRONLY | O_APPEND | O_CLOEXEC);
	char line[100];

	plan_root_give(plan, "r/mail/ann", 0644, 0600);
	plan_root_give(plan, "r/mail", 0755, 02770);
	plan_root_give(plan, "r/mail/bob", 0644, 0644); /* is so */
	ck_assert_uint_eq(reeve_plan_count(plan), 2);
	ck_assert_ptr_null(reeve_plan_at(plan, 0).new_bytes);
	snprintf(line, sizeof line, "# /mail/ann: %u:%u 0644 -> %u:%u 0600\n", plan_root_mine.uid,
	         plan_root_mine.gid, plan_root_mine.uid, plan_root_mine.gid);
	assert_diff(plan, 0, REEVE_DIFF_CHANGE, line);
	/* Mail comes meanwhile. */
	ck_assert_int_eq(write(fd, "more\n", 5), 5);
	ck_assert_msg(plan_root_apply(plan, NULL, &err) == 0, "%s", err.text);
	ck_assert_int_eq(write(fd, "more\n", 5), 5);
	ck_assert_uint_eq(plan_root_mode("r/mail/ann"), 0600);
	ck_assert_uint_eq(plan_root_mode("r/mail"), 02770);
	after = plan_root_look("r/mail/ann");
	ck_assert_uint_eq(after.st_ino, before.st_ino);
	ck_assert_str_eq(folder_read("r/mail/ann"), "From ann\nmore\nmore\n");
	plan_root_assert_tidy(1);

	/* One of them was changed since. */
	ck_assert_int_eq(chmod("r/mail", 0700), 0);
	plan = reeve_plan_undo(&plan_root_how, NULL, &err);
	ck_assert(!reeve_plan_at(plan, 0).is_conflict);
	ck_assert(reeve_plan_at(plan, 1).is_conflict);
	ck_assert_int_eq(plan_root_apply(plan, NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_ECHANGED);
	ck_assert_uint_eq(plan_root_mode("r/mail/ann"), 0600);
	ck_assert_int_eq(chmod("r/mail", 02770), 0);
	ck_assert_int_eq(plan_root_undo(NULL, NULL, &err), 0);
	ck_assert_uint_eq(plan_root_mode("r/mail/ann"), 0644);
	ck_assert_uint_eq(plan_root_mode("r/mail"), 0755);
	ck_assert_int_eq(write(fd, "more\n", 5), 5);
	ck_assert_str_eq(folder_read("r/mail/ann"), "From ann\nmore\nmore\nmore\n");
	close(fd);
}
END_TEST

/* Larger than any file that a plan reads. */
START_TEST(test_give_large)
{
	const off_t size = (off_t)3 << 30;
	struct reeve_error err = {0};
	struct reeve_plan *plan;

	if (truncate("r/mail/ann", size) < 0)
		return; /* no room on this file system */
	plan = plan_root_begin();
	plan_root_give(plan, "r/mail/ann", 0644, 0600);
	ck_assert_msg(plan_root_apply(plan, NULL, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(plan_root_mode("r/mail/ann"), 0600);
	ck_assert_int_eq(plan_root_undo(NULL, NULL, &err), 0);
	ck_assert_uint_eq(plan_root_mode("r/mail/ann"), 0644);
	ck_assert_int_eq(plan_root_look("r/mail/ann").st_size, size);
}
END_TEST

/* Whom it was given to may remove it at once; what was made must stay what it was made. */
START_TEST(test_in_place)
{
	struct reeve_error err = {0};
	struct reeve_plan_result result;
	struct reeve_plan *plan = plan_root_begin();

	plan_root_give(plan, "r/mail/ann", 0644, 0600);
	plan_root_create(plan, "r/etc/users", "ann:x\n");
	ck_assert_int_eq(reeve_plan_apply(plan, &result, &err), 0);
	ck_assert_int_eq(unlink("r/mail/ann"), 0);
	ck_assert_int_eq(plan_verify_place(plan, &err), 0);
	folder_write("r/etc/users", "bob:x\n");
	ck_assert_int_eq(plan_verify_place(plan, &err), -1);
	reeve_plan_free(plan);
}
END_TEST

/* To another owner; half of it taken back by hand is a conflict, not half of a change. */
START_TEST(test_give_owner)
{
	struct reeve_rights old = {0, 0, 0644}, new = {65534, 8, 04600};
	struct reeve_error err = {0};
	struct reeve_plan *plan;

	if (geteuid() != 0)
		return;
	plan = plan_root_begin();
	reeve_plan_give(plan, "r/mail/ann", &old, &new);
	ck_assert_msg(plan_root_apply(plan, NULL, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(plan_root_look("r/mail/ann").st_uid, 65534);
	ck_assert_uint_eq(plan_root_look("r/mail/ann").st_gid, 8);
	ck_assert_uint_eq(plan_root_mode("r/mail/ann"), 04600);
	ck_assert_int_eq(chmod("r/mail/ann", 0644), 0);
	ck_assert_int_eq(plan_root_undo(NULL, NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_ECHANGED);
	ck_assert_int_eq(chmod("r/mail/ann", 04600), 0);
	ck_assert_int_eq(plan_root_undo(NULL, NULL, &err), 0);
	ck_assert_uint_eq(plan_root_look("r/mail/ann").st_uid, 0);
	ck_assert_uint_eq(plan_root_mode("r/mail/ann"), 0644);
}
END_TEST

/* What the second cannot have, the first loses again, and a file is as before. */
START_TEST(test_give_fails)
{
	struct reeve_rights new = {65533, 65533, 0600};
	struct reeve_error err = {0};
	struct reeve_plan *plan;

	/* A user who owns the files, and may not give them away. */
	if (geteuid() == 0) {
		ck_assert_int_eq(chown("r", 65534, 65534) + chown("r/etc", 65534, 65534) +
		                         chown("r/mail", 65534, 65534) +
		                         chown("r/etc/a", 65534, 65534) +
		                         chown("r/mail/ann", 65534, 65534) +
		                         chown("r/mail/bob", 65534, 65534) + chmod(".", 0755) +
		                         setegid(65534) + seteuid(65534),
		                 0);
		plan_root_mine.uid = plan_root_mine.gid = 65534;
	}
	plan = plan_root_begin();
	plan_root_replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	plan_root_create(plan, "r/etc/users", "ann:x\n");
	plan_root_give(plan, "r/mail/ann", 0644, 0600);
	struct reeve_rights old = {plan_root_mine.uid, plan_root_mine.gid, 0644};
	reeve_plan_give(plan, "r/mail/bob", &old, &new);
	ck_assert_int_eq(plan_root_apply(plan, NULL, &err), -1);
	ck_assert_msg(err.code == REEVE_EREFUSED &&
	                      strcmp(err.text, "cannot give 'r/mail/bob' to uid 65533, gid "
	                                       "65533: Operation not permitted") == 0,
	              "%s", err.text);
	ck_assert_uint_eq(plan_root_mode("r/mail/ann"), 0644);
	ck_assert_uint_eq(plan_root_mode("r/mail/bob"), 0644);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_str_eq(folder_read("r/etc/users"), "(none)");
	plan_root_assert_tidy(0);
	ck_assert_int_eq(seteuid(getuid()) + setegid(getgid()), 0);
}
END_TEST

Suite *suite_plan_kinds(void)
{
	Suite *suite = suite_create("plan/kinds");
	TCase *tc = tcase_create("kinds");

	tcase_add_checked_fixture(tc, plan_root_enter, folder_leave);
	tcase_add_test(tc, test_create);
	tcase_add_test(tc, test_create_conflict);
	tcase_add_test(tc, test_remove);
	tcase_add_test(tc, test_give);
	tcase_add_test(tc, test_give_large);
	tcase_add_test(tc, test_in_place);
	tcase_add_test(tc, test_give_owner);
	tcase_add_test(tc, test_give_fails);
	suite_add_tcase(suite, tc);
	return suite;
}
