/* SPDX-License-Identifier: MIT */
/* What is run after a change is run, too, if the change was broken off, by whoever comes to end it. */
#include <mailreeve/plan.h>
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct reeve_plan_how how;
static char heard[1000];

static void hear(void *user, const struct reeve_diag *diag)
{
	(void)user;
	snprintf(heard + strlen(heard), sizeof heard - strlen(heard), "%s: %s\n", diag->file, diag->text);
}

static const struct reeve_talk talk = {.diag = hear};

static void set_up(void)
{
	folder_enter();
	how = (struct reeve_plan_how){.root = user_root_make(), .what = "test", .talk = &talk};
	heard[0] = '\0';
	folder_write("root/etc/aliases", "a: b\n");
	folder_write("root/etc/b", "old\n");
}

/* Kept until the test is over. */
static const char *path_of(const char *path)
{
	static char texts[4][200];
	static unsigned int next;
	char *text = texts[next++ % 4];

	snprintf(text, sizeof texts[0], "%s%s", how.root, path);
	return text;
}

static void end(struct reeve_plan *plan, char id[REEVE_CHANGE_ID])
{
	struct reeve_plan_result result;
	struct reeve_error err = {0};

	ck_assert_msg(reeve_plan_apply(plan, &result, &err) == 0, "%s", err.text);
	strcpy(id, result.id);
	reeve_plan_free(plan);
}

/* A change of two files that was killed before its note, or else behind it; its ID. */
static void change(char id[REEVE_CHANGE_ID], bool is_noted)
{
	struct reeve_error err = {0};
	struct reeve_plan *plan = reeve_plan_begin(&how, &err);
	char path[200];

	ck_assert_msg(plan != NULL, "%s", err.text);
	reeve_plan_replace(plan, path_of("/etc/aliases"), "a: b\n", 5, "a: c\n", 5);
	reeve_plan_replace(plan, path_of("/etc/b"), "old\n", 4, "new\n", 4);
	reeve_plan_after(plan, REEVE_AFTER_NEWALIASES, NULL);
	end(plan, id);
	snprintf(path, sizeof path, "root/var/lib/mailreeve/undo/%s/done", id);
	if (!is_noted)
		ck_assert_int_eq(unlink(path), 0);
}

START_TEST(test_settled)
{
	char id[REEVE_CHANGE_ID];
	struct reeve_error err = {0};
	struct reeve_plan *plan;

	change(id, false);
	if (_i == 1)
		folder_write("root/etc/fail-newaliases", "75\nno room\n");
	how.dry_run = true;
	reeve_plan_free(reeve_plan_begin(&how, &err));
	how.dry_run = false;
	ck_assert_str_eq(folder_read("root/ran"), "(none)");
	plan = reeve_plan_begin(&how, &err);
	ck_assert_msg(plan != NULL, "%s", err.text);
	ck_assert_ptr_null(reeve_plan_after_at(plan, 0));
	reeve_plan_free(plan);
	if (_i == 0)
		ck_assert_str_eq(folder_read("root/ran"), "newaliases \n");
	ck_assert_int_eq(strstr(heard, "all files are in place, but: 'newaliases' failed: "
	                               "newaliases: no room") != NULL,
	                 _i == 1);
	/* Once. */
	reeve_plan_free(reeve_plan_begin(&how, &err));
	if (_i == 0)
		ck_assert_str_eq(folder_read("root/ran"), "newaliases \n");
}
END_TEST

/* Killed behind the note: whoever comes next runs it, once for all; what failed is tried again. */
START_TEST(test_behind)
{
	char id[REEVE_CHANGE_ID], undo[REEVE_CHANGE_ID], text[200];
	struct reeve_error err = {0};

	change(id, true);
	how.dry_run = true;
	reeve_plan_free(reeve_plan_begin(&how, &err));
	how.dry_run = false;
	ck_assert_str_eq(folder_read("root/ran"), "(none)");
	if (_i == 1) {
		folder_write("root/etc/fail-newaliases", "75\nno room\n");
		reeve_plan_free(reeve_plan_begin(&how, &err));
		snprintf(text, sizeof text, "%s: 'newaliases' was not run after this change, and cannot be "
		                            "now: 'newaliases' failed: newaliases: no room\n", id);
		ck_assert_str_eq(heard, text);
		ck_assert_int_eq(unlink("root/etc/fail-newaliases"), 0);
		ck_assert_int_eq(unlink("root/ran"), 0);
		/* Not what is about to be taken back, nor when it is: then it is the undo that is behind. */
		heard[0] = '\0';
		end(reeve_plan_undo(&how, id, &err), undo);
		ck_assert_str_eq(heard, "");
		ck_assert_str_eq(folder_read("root/ran"), "(none)");
		memcpy(id, undo, sizeof id);
	}
	heard[0] = '\0';
	reeve_plan_free(reeve_plan_begin(&how, &err));
	ck_assert_str_eq(folder_read("root/ran"), "newaliases \n");
	snprintf(text, sizeof text, "%s: 'newaliases' was not run after this change, and is now\n", id);
	ck_assert_str_eq(heard, text);
	heard[0] = '\0';
	reeve_plan_free(reeve_plan_begin(&how, &err));
	ck_assert_str_eq(folder_read("root/ran"), "newaliases \n");
	ck_assert_str_eq(heard, "");
}
END_TEST

/* And who says it again is told, and can have it run. */
START_TEST(test_noted)
{
	char id[REEVE_CHANGE_ID], undo[REEVE_CHANGE_ID], text[400];
	struct reeve_error err = {0};
	struct reeve_plan *plan;

	change(id, true);
	end(reeve_plan_undo(&how, id, &err), undo);
	ck_assert_str_eq(folder_read("root/ran"), "(none)");
	ck_assert_ptr_null(reeve_plan_undo(&how, id, &err));
	ck_assert_str_eq(folder_read("root/ran"), "newaliases \n");
	snprintf(text, sizeof text,
	         "change %s is undone already, by %s; 'reeve-undo --root=%s --finish %s' runs "
	         "'newaliases' again",
	         id, undo, how.root, undo);
	ck_assert_str_eq(err.text, text);
	plan = reeve_plan_finish(&how, undo, &err);
	ck_assert_msg(plan != NULL, "%s", err.text);
	ck_assert_uint_eq(reeve_plan_count(plan), 0);
	ck_assert_str_eq(reeve_plan_after_at(plan, 0), "newaliases");
	ck_assert_int_eq(reeve_plan_run_after(plan, &err), 0);
	reeve_plan_free(plan);
	ck_assert_str_eq(folder_read("root/ran"), "newaliases \nnewaliases \n");
}
END_TEST

/* Between two files: a run of reeve-user's carries it on. */
START_TEST(test_users)
{
	struct reeve_users_how users_how = {.root = how.root, .is_for_changes = true, .what = "test", .talk = &talk};
	char id[REEVE_CHANGE_ID];
	struct reeve_error err = {0};
	struct reeve_users *users;

	change(id, false);
	folder_write("root/etc/b", "old\n");
	if (_i == 1)
		folder_write("root/etc/fail-newaliases", "75\nno room\n");
	users = reeve_users_open(&users_how, &err);
	ck_assert_msg(users != NULL, "%s", err.text);
	reeve_users_close(users);
	ck_assert_str_eq(folder_read("root/etc/b"), "new\n");
	ck_assert_str_eq(folder_read("root/etc/aliases"), "a: c\n");
	if (_i == 0)
		ck_assert_str_eq(folder_read("root/ran"), "newaliases \n");
	ck_assert_int_eq(strstr(heard, "carried to its end, but: 'newaliases' failed: ") != NULL,
	                 _i == 1);
}
END_TEST

/* Between two modes: they are given, and the plan that comes is none of aliases. */
START_TEST(test_rights)
{
	static const char *const paths[] = {"/etc/a", "/etc/b"};
	struct reeve_rights old = {0, 0, 0600}, new = {0, 0, 0640};
	char id[REEVE_CHANGE_ID], path[200];
	struct reeve_error err = {0};
	struct reeve_plan *plan = reeve_plan_begin(&how, &err);

	ck_assert_int_eq(system("cd root/etc; : >a; chmod 600 a b"), 0);
	for (int i = 0; i < 2; i++)
		reeve_plan_give(plan, path_of(paths[i]), &old, &new);
	reeve_plan_after(plan, REEVE_AFTER_NEWALIASES, NULL);
	end(plan, id);
	snprintf(path, sizeof path, "root/var/lib/mailreeve/undo/%s/done", id);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(system("chmod 600 root/etc/b"), 0);
	plan = reeve_plan_begin(&how, &err);
	ck_assert_msg(plan != NULL, "%s", err.text);
	ck_assert_int_eq(system("[ $(stat -c %a root/etc/b) = 640 ]"), 0);
	ck_assert_ptr_null(reeve_plan_after_at(plan, 0));
	reeve_plan_free(plan);
	ck_assert_str_eq(folder_read("root/ran"), "newaliases \n");
}
END_TEST

Suite *suite_plan_after_killed(void)
{
	Suite *suite = suite_create("plan/after_killed");
	TCase *tcase = tcase_create("after_killed");

	if (!user_root_can()) {
		unit_skip(8, "only root may chroot(2)");
		return suite;
	}
	tcase_add_checked_fixture(tcase, set_up, folder_leave);
	tcase_add_loop_test(tcase, test_settled, 0, 2);
	tcase_add_loop_test(tcase, test_behind, 0, 2);
	tcase_add_test(tcase, test_noted);
	tcase_add_loop_test(tcase, test_users, 0, 2);
	tcase_add_test(tcase, test_rights);
	suite_add_tcase(suite, tcase);
	return suite;
}
