/* SPDX-License-Identifier: MIT */
/* What is run after a change: written down with it, and run again when it is taken back. */
#include <mailreeve/plan.h>
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *root;

static void set_up(void)
{
	folder_enter();
	root = user_root_make();
	folder_write("root/usr/sbin/postalias", "#!/bin/sh\necho \"postalias $*\" >>/ran\n");
	ck_assert_int_eq(chmod("root/usr/sbin/postalias", 0755), 0);
}

/* By the library's own change of aliases; its ID. */
static const char *lead(const char *alias, const char *target)
{
	static char id[REEVE_CHANGE_ID];
	struct reeve_users_how how = {.root = root, .is_for_changes = true, .what = "test"};
	struct reeve_users_result result;
	struct reeve_error err = {0};
	struct reeve_users *users = reeve_users_open(&how, &err);

	ck_assert_msg(users != NULL, "%s", err.text);
	reeve_users_alias(users, alias, target, true);
	ck_assert_msg(reeve_users_apply(users, &result, &err) == 0, "%s", err.text);
	strcpy(id, result.id);
	reeve_users_close(users);
	return id;
}

/* -1: what follows failed. The ID of the undo in `id`. */
static int undo(const char *change, char id[REEVE_CHANGE_ID], struct reeve_error *err)
{
	struct reeve_plan_how how = {.root = root, .what = "test"};
	struct reeve_plan_result result;
	struct reeve_plan *plan = reeve_plan_undo(&how, change, err);

	ck_assert_msg(plan != NULL, "%s", err->text);
	ck_assert_msg(reeve_plan_apply(plan, &result, err) == 0, "%s", err->text);
	strcpy(id, result.id);
	int r = reeve_plan_run_after(plan, err);
	reeve_plan_free(plan);
	return r;
}

START_TEST(test_aliases)
{
	char id[REEVE_CHANGE_ID];
	struct reeve_error err = {0};

	ck_assert_int_eq(undo(lead("sales", "ann"), id, &err), 0);
	ck_assert_str_eq(folder_read("root/etc/aliases"), "(none)");
	ck_assert_str_eq(folder_read("root/ran"), "newaliases \nnewaliases \n");
	/* An undo of the undo, too. */
	ck_assert_int_eq(undo(id, id, &err), 0);
	ck_assert_str_eq(folder_read("root/etc/aliases"), "sales: ann\n");
	ck_assert_str_eq(folder_read("root/ran"), "newaliases \nnewaliases \nnewaliases \n");
}
END_TEST

START_TEST(test_other_table)
{
	char id[REEVE_CHANGE_ID];
	struct reeve_error err = {0};

	ck_assert_int_eq(system("mkdir root/etc/postfix; : >root/etc/postfix/master.cf"), 0);
	folder_write("root/etc/postfix/main.cf", "alias_maps = lmdb:/etc/a\nalias_database =\n");
	folder_write("root/etc/a", "a: b\n");
	ck_assert_int_eq(undo(lead("sales", "ann"), id, &err), 0);
	ck_assert_str_eq(folder_read("root/etc/a"), "a: b\n");
	ck_assert_str_eq(folder_read("root/ran"), "postalias lmdb:/etc/a\npostalias lmdb:/etc/a\n");
}
END_TEST

/* The files are back, and it is told what is not. */
START_TEST(test_fails)
{
	char id[REEVE_CHANGE_ID], change[REEVE_CHANGE_ID];
	struct reeve_error err = {0};

	strcpy(change, lead("sales", "ann"));
	folder_write("root/etc/fail-newaliases", "75\nno room\n");
	ck_assert_int_eq(undo(change, id, &err), -1);
	ck_assert_str_eq(err.text, "'newaliases' failed: newaliases: no room");
	ck_assert_str_eq(folder_read("root/etc/aliases"), "(none)");
	ck_assert_int_eq(unlink("root/usr/sbin/newaliases"), 0);
	ck_assert_int_eq(undo(id, id, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	ck_assert_str_eq(folder_read("root/etc/aliases"), "sales: ann\n");
}
END_TEST

/* Where there is no program nothing is written down; nor what nobody knows. */
START_TEST(test_none)
{
	struct reeve_plan_how how = {.root = root, .what = "test"};
	char id[REEVE_CHANGE_ID];
	struct reeve_error err = {0};
	struct reeve_plan *plan;

	ck_assert_int_eq(unlink("root/usr/sbin/newaliases"), 0);
	ck_assert_int_eq(undo(lead("sales", "ann"), id, &err), 0);
	ck_assert_str_eq(folder_read("root/ran"), "(none)");
	plan = reeve_plan_begin(&how, &err);
	ck_assert_ptr_null(reeve_plan_after_at(plan, 0));
	reeve_plan_after(plan, REEVE_AFTER_POSTALIAS, "hash:/etc/aliases");
	reeve_plan_after(plan, REEVE_AFTER_POSTALIAS, "hash:/etc/aliases");
	ck_assert_str_eq(reeve_plan_after_at(plan, 0), "postalias hash:/etc/aliases");
	ck_assert_ptr_null(reeve_plan_after_at(plan, 1));
	ck_assert_int_eq(reeve_plan_ok(plan, &err), 0);
	reeve_plan_after(plan, REEVE_AFTER_POSTALIAS, "-d x");
	ck_assert_int_eq(reeve_plan_ok(plan, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EUSAGE);
	reeve_plan_free(plan);
}
END_TEST

Suite *suite_plan_after(void)
{
	Suite *suite = suite_create("plan/after");
	TCase *tcase = tcase_create("after");

	tcase_add_checked_fixture(tcase, set_up, folder_leave);
	if (user_root_can()) {
		tcase_add_test(tcase, test_aliases);
		tcase_add_test(tcase, test_other_table);
		tcase_add_test(tcase, test_fails);
		tcase_add_test(tcase, test_none);
	} else {
		unit_skip(4, "only root may chroot(2)");
	}
	suite_add_tcase(suite, tcase);
	return suite;
}
