/* SPDX-License-Identifier: MIT */
/* Plans that replace files: what stays as it was, what is refused before anything is written. */
#include "folder.h"
#include "plan_root.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

START_TEST(test_apply)
{
	struct reeve_plan_result result = plan_root_change_both();
	struct stat st;

	ck_assert_str_eq(folder_read("r/etc/a"), "a = 2\n");
	ck_assert_str_eq(folder_read("r/etc/b"), "b = 2\n");
	ck_assert(result.is_changed);
	ck_assert_uint_eq(result.files, 2);
	ck_assert(record_is_id(result.id));
	plan_root_assert_tidy(1);
	ck_assert_int_eq(stat("r/var/lib/mailreeve/undo", &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0700);
	ck_assert_str_eq(folder_read(plan_root_record(&result, "2.old")), "b = 1\n");
	ck_assert_int_eq(stat(plan_root_record(&result, "2.old"), &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0644);
}
END_TEST

/* What changes nothing writes nothing: the same inode, the same times, no record. */
START_TEST(test_nothing)
{
	struct reeve_plan_result result;
	struct stat before, after;
	struct reeve_plan *plan = plan_root_begin();

	ck_assert_int_eq(stat("r/etc/a", &before), 0);
	plan_root_replace(plan, "r/etc/a", "a = 1\n", "a = 1\n");
	ck_assert_uint_eq(reeve_plan_count(plan), 0);
	ck_assert_int_eq(plan_root_apply(plan, &result, NULL), 0);
	ck_assert(!result.is_changed);
	ck_assert_str_eq(result.id, "");
	ck_assert_int_eq(stat("r/etc/a", &after), 0);
	ck_assert_int_eq(memcmp(&before.st_ctim, &after.st_ctim, sizeof before.st_ctim), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	plan_root_assert_tidy(0);
}
END_TEST

/* Bytes are bytes. */
START_TEST(test_bytes)
{
	static const char old[] = "a\0b\r\n", new[] = "\0\xff\r";
	struct reeve_plan *plan;
	FILE *f = fopen("r/etc/a", "w");

	ck_assert_uint_eq(fwrite(old, 1, sizeof old - 1, f), sizeof old - 1);
	fclose(f);
	plan = plan_root_begin();
	reeve_plan_replace(plan, "r/etc/a", old, sizeof old - 1, new, sizeof new - 1);
	plan_root_replace(plan, "r/etc/b", "b = 1\n", "");
	ck_assert_int_eq(plan_root_apply(plan, NULL, NULL), 0);
	ck_assert_int_eq(memcmp(folder_read("r/etc/a"), new, sizeof new), 0);
	ck_assert_str_eq(folder_read("r/etc/b"), "");
}
END_TEST

START_TEST(test_dry_run)
{
	struct reeve_plan_result result;
	struct reeve_plan *plan;

	plan_root_how.dry_run = true;
	plan = plan_root_begin();
	plan_root_replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	ck_assert_uint_eq(reeve_plan_count(plan), 1);
	ck_assert_str_eq(reeve_plan_at(plan, 0).path, "/etc/a");
	ck_assert_int_eq(plan_root_apply(plan, &result, NULL), 0);
	ck_assert(result.is_changed);
	ck_assert_uint_eq(result.files, 1);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_int_eq(access("r/var", F_OK), -1);
}
END_TEST

START_TEST(test_diff)
{
	struct reeve_plan *plan = plan_root_begin();
	char *diff;
	size_t n;

	plan_root_replace(plan, "r/etc/a", "a = 1\n", "a = 1\nb = \x1b\n");
	ck_assert_int_eq(reeve_plan_diff(plan, 0, REEVE_DIFF_CHANGE, &diff, &n, NULL), 0);
	ck_assert_str_eq(diff, "--- a/etc/a\n+++ b/etc/a\n@@ -1 +1,2 @@\n a = 1\n+b = \x1b\n");
	free(diff);
	ck_assert_int_eq(reeve_plan_diff(plan, 1, REEVE_DIFF_CHANGE, &diff, &n, NULL), -1);
	reeve_plan_free(plan);
}
END_TEST

/* ---- what stays --------------------------------------------------------------------------- */

START_TEST(test_attributes)
{
	struct stat st;
	char value[20] = "";
	bool is_root = geteuid() == 0;
	int has = setxattr("r/etc/a", "user.note", "mine", 4, 0);

	if (is_root)
		ck_assert_int_eq(chown("r/etc/a", 65534, 8), 0);
	ck_assert_int_eq(chmod("r/etc/a", 0640), 0);
	plan_root_change_both();
	ck_assert_int_eq(stat("r/etc/a", &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0640);
	if (is_root) {
		ck_assert_uint_eq(st.st_uid, 65534);
		ck_assert_uint_eq(st.st_gid, 8);
	}
	if (has == 0) {
		ck_assert_int_eq(getxattr("r/etc/a", "user.note", value, sizeof value), 4);
		ck_assert_str_eq(value, "mine");
	}
}
END_TEST

/* A link in /etc stays one, and what it leads to is replaced; the record names both. */
START_TEST(test_link)
{
	struct stat st;
	struct reeve_plan *plan;

	ck_assert_int_eq(mkdir("r/srv", 0755), 0);
	folder_write("r/srv/c", "c = 1\n");
	ck_assert_int_eq(symlink("../srv/d", "r/etc/c"), 0);
	ck_assert_int_eq(symlink("c", "r/srv/d"), 0);
	plan = plan_root_begin();
	plan_root_replace(plan, "r/etc/c", "c = 1\n", "c = 2\n");
	ck_assert_str_eq(reeve_plan_at(plan, 0).path, "/etc/c");
	ck_assert_str_eq(reeve_plan_at(plan, 0).target, "/srv/c");
	ck_assert_int_eq(plan_root_apply(plan, NULL, NULL), 0);
	ck_assert_str_eq(folder_read("r/srv/c"), "c = 2\n");
	ck_assert_int_eq(lstat("r/etc/c", &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_int_eq(plan_root_apply(reeve_plan_undo(&plan_root_how, NULL, NULL), NULL, NULL),
	                 0);
	ck_assert_str_eq(folder_read("r/srv/c"), "c = 1\n");
	ck_assert_int_eq(lstat("r/etc/c", &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
}
END_TEST

/* ---- what is refused ---------------------------------------------------------------------- */

static void make_fifo(void)
{
	ck_assert_int_eq(mkfifo("r/etc/x", 0600), 0);
}

static void make_hard_link(void)
{
	ck_assert_int_eq(link("r/etc/b", "r/etc/x"), 0);
}

static void make_link_out(void)
{
	folder_write("out", "x = 1\n");
	ck_assert_int_eq(symlink("../../out", "r/etc/x"), 0);
}

static void make_loop(void)
{
	ck_assert_int_eq(symlink("x", "r/etc/x"), 0);
}

static void make_folder(void)
{
	ck_assert_int_eq(mkdir("r/etc/x", 0700), 0);
}

static void make_other(void)
{
	folder_write("r/etc/x", "x = other\n");
}

static void make_his_link(void)
{
	ck_assert_int_eq(symlink("b", "r/etc/x"), 0);
	(void)!lchown("r/etc/x", 65534, 65534);
}

static void make_nothing(void)
{
}

static const struct refused {
	const char *name;
	void (*make)(void);
	enum reeve_code code;
	const char *text;
	bool needs_root;
} refused[] = {
	{"fifo", make_fifo, REEVE_EREFUSED, "'r/etc/x' is a FIFO", false},
	{"hard link", make_hard_link, REEVE_EREFUSED, "'r/etc/x' has 2 hard links", false},
	{"out", make_link_out, REEVE_EREFUSED, "leads out of 'r'", false},
	{"loop", make_loop, REEVE_EIO, "cannot open 'r/etc/x': Too many levels", false},
	{"folder", make_folder, REEVE_EFORMAT, "'r/etc/x' is a folder", false},
	{"missing", make_nothing, REEVE_EIO, "cannot open 'r/etc/x': No such file", false},
	{"other bytes", make_other, REEVE_ECHANGED, "'r/etc/x' was changed by somebody else",
         false},
	{"somebody's link", make_his_link, REEVE_EREFUSED, "symbolic link that uid 65534 made",
         true},
};

START_TEST(test_refused)
{
	const struct refused *row = &refused[_i];
	struct reeve_error err = {0};
	struct reeve_plan *plan;

	if (row->needs_root && geteuid() != 0)
		return;
	row->make();
	plan = plan_root_begin();
	plan_root_replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	plan_root_replace(plan, "r/etc/x", "x = 1\n", "x = 2\n");
	plan_root_replace(plan, "r/etc/b", "?", "!");
	ck_assert_int_eq(plan_root_apply(plan, NULL, &err), -1);
	ck_assert_msg(err.code == row->code && strstr(err.text, row->text) != NULL, "%s: %d %s",
	              row->name, err.code, err.text);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	plan_root_assert_tidy(0);
}
END_TEST

/* The same file by two names. */
START_TEST(test_twice)
{
	struct reeve_error err = {0};
	struct reeve_plan *plan = plan_root_begin();

	ck_assert_int_eq(symlink("a", "r/etc/x"), 0);
	plan_root_replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	plan_root_replace(plan, "r/etc/x", "a = 1\n", "a = 3\n");
	ck_assert_int_eq(reeve_plan_ok(plan, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EUSAGE);
	ck_assert_int_eq(plan_root_apply(plan, NULL, NULL), -1);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
}
END_TEST

/* Changed after it was read: by its bytes, by another file in its place, by its mode. */
START_TEST(test_changed)
{
	struct reeve_error err = {0};
	struct reeve_plan *plan = plan_root_begin();

	plan_root_replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	plan_root_replace(plan, "r/etc/b", "b = 1\n", "b = 2\n");
	if (_i == 0) {
		folder_write("r/etc/b", "b = 3\n");
	} else if (_i == 1) {
		folder_write("r/etc/b.new", "b = 1\n");
		ck_assert_int_eq(rename("r/etc/b.new", "r/etc/b"), 0);
	} else {
		ck_assert_int_eq(chmod("r/etc/b", 0600), 0);
	}
	ck_assert_int_eq(plan_root_apply(plan, NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_ECHANGED);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	plan_root_assert_tidy(0);
}
END_TEST

START_TEST(test_lock)
{
	struct reeve_error err = {0};
	struct reeve_plan *plan = plan_root_begin();
	char holder[40];

	ck_assert_ptr_null(reeve_plan_begin(&plan_root_how, &err));
	ck_assert_int_eq(err.code, REEVE_EBUSY);
	snprintf(holder, sizeof holder, "held by pid %ld", (long)getpid());
	ck_assert_ptr_nonnull(strstr(err.text, holder));
	plan_root_how.dry_run = true;
	reeve_plan_free(plan_root_begin()); /* a look is always possible */
	plan_root_how.dry_run = false;
	reeve_plan_free(plan);
	reeve_plan_free(plan_root_begin());
}
END_TEST

/* An image whose var leads out of it: nothing is made there, nothing is believed. */
START_TEST(test_state_outside)
{
	struct reeve_error err = {0};

	ck_assert_int_eq(mkdir("out", 0755), 0);
	if (_i == 1) {
		ck_assert_int_eq(mkdir("out/lib", 0755), 0);
		ck_assert_int_eq(mkdir("out/lib/mailreeve", 0755), 0);
	}
	ck_assert_int_eq(symlink("../out", "r/var"), 0);
	ck_assert_ptr_null(reeve_plan_begin(&plan_root_how, &err));
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	ck_assert_msg(strstr(err.text, "leads out of 'r'") != NULL, "%s", err.text);
	ck_assert_int_eq(access("out/lib/mailreeve/undo", F_OK), -1);
	ck_assert_ptr_null(reeve_changes_open(&plan_root_how, &err));
	plan_root_how.dry_run = true;
	reeve_plan_free(plan_root_begin());
}
END_TEST

/* Who may not look at the list is told so; a dry run does without. */
START_TEST(test_blind)
{
	struct reeve_error err = {0};

	if (geteuid() != 0)
		return;
	plan_root_change_both();
	ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_ptr_null(reeve_changes_open(&plan_root_how, &err));
	ck_assert_msg(strstr(err.text, "must belong to uid 65534") != NULL, "%s", err.text);
	plan_root_how.dry_run = true;
	ck_assert_ptr_null(reeve_plan_undo(&plan_root_how, NULL, &err));
	reeve_plan_free(plan_root_begin());
	ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

Suite *suite_plan(void)
{
	Suite *suite = suite_create("plan/plan");
	TCase *tc = tcase_create("plan");

	tcase_add_checked_fixture(tc, plan_root_enter, folder_leave);
	tcase_add_test(tc, test_apply);
	tcase_add_test(tc, test_nothing);
	tcase_add_test(tc, test_bytes);
	tcase_add_test(tc, test_dry_run);
	tcase_add_test(tc, test_diff);
	tcase_add_test(tc, test_attributes);
	tcase_add_test(tc, test_link);
	tcase_add_loop_test(tc, test_refused, 0, sizeof refused / sizeof refused[0]);
	tcase_add_test(tc, test_twice);
	tcase_add_loop_test(tc, test_changed, 0, 3);
	tcase_add_test(tc, test_lock);
	tcase_add_loop_test(tc, test_state_outside, 0, 2);
	tcase_add_test(tc, test_blind);
	suite_add_tcase(suite, tc);
	return suite;
}
