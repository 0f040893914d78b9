/* SPDX-License-Identifier: MIT */
/* Plans that make, remove and give files: what is refused, and what was broken off. */
#include "folder.h"
#include "plan_root.h"
#include "unit.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* ---- refused ------------------------------------------------------------------------------ */

static void link_x(void)
{
	ck_assert_int_eq(symlink("ann", "r/mail/x"), 0);
}

static void link_nowhere(void)
{
	ck_assert_int_eq(symlink("none", "r/mail/x"), 0);
}

static void hard_link_x(void)
{
	ck_assert_int_eq(link("r/mail/ann", "r/mail/x"), 0);
}

static void fifo_x(void)
{
	ck_assert_int_eq(mkfifo("r/mail/x", 0644), 0);
}

static void folder_x(void)
{
	ck_assert_int_eq(mkdir("r/mail/x", 0700), 0);
}

static void file_x(void)
{
	folder_write("r/mail/x", "other\n");
	ck_assert_int_eq(chmod("r/mail/x", 0604), 0);
}

static void nothing_x(void)
{
}

static const struct refused {
	enum reeve_plan_kind kind;
	void (*make)(void);
	enum reeve_code code;
	const char *text;
} refused[] = {
	{REEVE_PLAN_CREATE, file_x, REEVE_ECHANGED, "'r/mail/x' is there already"},
	{REEVE_PLAN_CREATE, link_nowhere, REEVE_EREFUSED, "'r/mail/x' is a symbolic link"},
	{REEVE_PLAN_CREATE, folder_x, REEVE_EFORMAT, "'r/mail/x' is a folder"},
	{REEVE_PLAN_CREATE, fifo_x, REEVE_EREFUSED, "'r/mail/x' is a FIFO"},
	{REEVE_PLAN_REMOVE, file_x, REEVE_ECHANGED, "'r/mail/x' was changed by somebody else"},
	{REEVE_PLAN_REMOVE, nothing_x, REEVE_ECHANGED, "'r/mail/x' was removed by somebody else"},
	{REEVE_PLAN_REMOVE, link_x, REEVE_EREFUSED, "'r/mail/x' is a symbolic link"},
	{REEVE_PLAN_GIVE, file_x, REEVE_ECHANGED, "'r/mail/x' was changed by somebody else"},
	{REEVE_PLAN_GIVE, link_x, REEVE_EREFUSED, "'r/mail/x' is a symbolic link"},
	{REEVE_PLAN_GIVE, hard_link_x, REEVE_EREFUSED, "'r/mail/x' has 2 hard links"},
	{REEVE_PLAN_GIVE, fifo_x, REEVE_EREFUSED, "'r/mail/x' is a FIFO"},
	{REEVE_PLAN_GIVE, nothing_x, REEVE_EIO, "cannot open 'r/mail/x': No such file"},
};

static void change_x(struct reeve_plan *plan, enum reeve_plan_kind kind)
{
	switch (kind) {
	case REEVE_PLAN_CREATE:
		plan_root_create(plan, "r/mail/x", "x\n");
		break;
	case REEVE_PLAN_REMOVE:
		reeve_plan_remove(plan, "r/mail/x", "x\n", 2);
		break;
	case REEVE_PLAN_GIVE:
		plan_root_give(plan, "r/mail/x", 0644, 0600);
		break;
	case REEVE_PLAN_REPLACE:
		plan_root_replace(plan, "r/mail/x", "x\n", "y\n");
		break;
	}
}

START_TEST(test_refused)
{
	const struct refused *row = &refused[_i];
	struct reeve_error err = {0};
	struct reeve_plan *plan;

	row->make();
	plan = plan_root_begin();
	plan_root_replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	change_x(plan, row->kind);
	ck_assert_int_eq(plan_root_apply(plan, NULL, &err), -1);
	ck_assert_msg(err.code == row->code && strncmp(err.text, row->text, strlen(row->text)) == 0,
	              "%d: %d %s", _i, err.code, err.text);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	plan_root_assert_tidy(0);
}
END_TEST

/* What changes between the look and the deed. */
START_TEST(test_changed)
{
	struct reeve_error err = {0};
	struct reeve_plan *plan = plan_root_begin();

	plan_root_replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	plan_root_create(plan, "r/etc/users", "ann:x\n");
	plan_root_give(plan, "r/mail/ann", 0644, 0600);
	if (_i == 0) {
		folder_write("r/etc/users", "his\n");
	} else if (_i == 1) {
		ck_assert_int_eq(symlink("none", "r/etc/users"), 0);
	} else if (_i == 2) {
		ck_assert_int_eq(chmod("r/mail/ann", 0666), 0);
	} else if (_i == 3) {
		ck_assert_int_eq(rename("r/mail/bob", "r/mail/ann"), 0);
	} else {
		ck_assert_int_eq(link("r/mail/ann", "r/mail/carl"), 0);
	}
	ck_assert_int_eq(plan_root_apply(plan, NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_ECHANGED);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_str_eq(folder_read("r/etc/users"), _i == 0 ? "his\n" : "(none)");
	ck_assert_uint_eq(plan_root_mode("r/mail/ann"), _i == 2 ? 0666 : 0644);
	plan_root_assert_tidy(0);
}
END_TEST

/* Two changes of one name, where nothing is yet, and of different kinds. */
START_TEST(test_twice)
{
	struct reeve_error err = {0};
	struct reeve_plan *plan = plan_root_begin();

	if (_i == 0) {
		plan_root_create(plan, "r/etc/users", "ann:x\n");
		plan_root_create(plan, "r/etc/../etc/users", "bob:x\n");
	} else {
		plan_root_give(plan, "r/etc/a", 0644, 0600);
		plan_root_replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	}
	ck_assert_int_eq(plan_root_apply(plan, NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EUSAGE);
	plan_root_assert_tidy(0);
}
END_TEST

/* One name in two folders, and one number in two file systems, are two files. */
START_TEST(test_not_twice)
{
	struct reeve_error err = {0};
	struct reeve_plan *plan;

	if (_i == 1) {
		/* Of this test's process alone, which mounts are gone with. */
		if (unshare(CLONE_NEWNS) < 0 ||
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		    mount("none", "r/etc", "tmpfs", 0, NULL) < 0 ||
		    mount("none", "r/mail", "tmpfs", 0, NULL) < 0)
			return; /* nothing can be mounted here */
		folder_write("r/etc/a", "a = 1\n");
		folder_write("r/mail/ann", "a = 1\n");
		ck_assert_uint_eq(plan_root_look("r/etc/a").st_ino,
		                  plan_root_look("r/mail/ann").st_ino);
	}
	plan = plan_root_begin();
	if (_i == 0) {
		plan_root_create(plan, "r/etc/users", "ann:x\n");
		plan_root_create(plan, "r/mail/users", "bob:x\n");
	} else {
		plan_root_replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
		plan_root_replace(plan, "r/mail/ann", "a = 1\n", "a = 3\n");
	}
	ck_assert_msg(plan_root_apply(plan, NULL, &err) == 0, "%s", err.text);
	ck_assert_str_eq(folder_read(_i == 0 ? "r/etc/users" : "r/etc/a"),
	                 _i == 0 ? "ann:x\n" : "a = 2\n");
	ck_assert_str_eq(folder_read(_i == 0 ? "r/mail/users" : "r/mail/ann"),
	                 _i == 0 ? "bob:x\n" : "a = 3\n");
	plan_root_assert_tidy(1);
	if (_i == 1)
		ck_assert_int_eq(umount("r/etc") + umount("r/mail"), 0);
}
END_TEST

/* ---- broken off --------------------------------------------------------------------------- */

/* A change without its note; files and modes as they are then, and what the next run makes of it.
 */
static const struct leftover {
	const char *name;
	const char *a, *users;
	unsigned int ann, bob;
	bool asks, has_files;
	int records;
	unsigned int ann_then, bob_then;
} leftovers[] = {
	{"all old", "a = 1\n", NULL, 0644, 0664, false, true, 0, 0644, 0664},
	{"all new", "a = 2\n", "u\n", 0600, 0640, false, true, 1, 0600, 0640},
	{"a file is missing", "a = 2\n", NULL, 0644, 0664, true, true, 1, 0644, 0664},
	{"a file is made", "a = 1\n", "u\n", 0644, 0664, true, true, 1, 0644, 0664},
	{"rights are missing", "a = 2\n", "u\n", 0600, 0664, false, true, 1, 0600, 0640},
	{"rights are left", "a = 1\n", NULL, 0600, 0664, false, true, 0, 0644, 0664},
	{"rights are his", "a = 2\n", "u\n", 0666, 0664, false, true, 1, 0666, 0640},
	{"a file is his", "a = 2\n", "his\n", 0600, 0640, false, true, 1, 0600, 0640},
	{"rights alone, none", NULL, NULL, 0644, 0664, false, false, 0, 0644, 0664},
	{"rights alone, some", NULL, NULL, 0600, 0664, false, false, 1, 0600, 0640},
	{"rights alone, all", NULL, NULL, 0600, 0640, false, false, 1, 0600, 0640},
	{"rights alone, his", NULL, NULL, 0666, 0606, false, false, 1, 0666, 0606},
};

START_TEST(test_leftover)
{
	const struct leftover *row = &leftovers[_i];
	struct reeve_plan_result result;
	struct reeve_error err = {0};
	struct reeve_plan *plan = plan_root_begin();

	ck_assert_int_eq(chmod("r/mail/bob", 0664), 0);
	if (row->has_files) {
		plan_root_replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
		plan_root_create(plan, "r/etc/users", "u\n");
	}
	plan_root_give(plan, "r/mail/ann", 0644, 0600);
	plan_root_give(plan, "r/mail/bob", 0664, 0640);
	ck_assert_msg(plan_root_apply(plan, &result, &err) == 0, "%s", err.text);
	ck_assert_int_eq(unlink(plan_root_record(&result, "done")), 0);
	if (row->a != NULL)
		folder_write("r/etc/a", row->a);
	if (row->users != NULL)
		folder_write("r/etc/users", row->users);
	else if (row->has_files)
		ck_assert_int_eq(unlink("r/etc/users"), 0);
	ck_assert_int_eq(chmod("r/mail/ann", row->ann) + chmod("r/mail/bob", row->bob), 0);

	/* A dry run leaves it. */
	plan_root_how.dry_run = true;
	reeve_plan_free(plan_root_begin());
	plan_root_how.dry_run = false;
	ck_assert_uint_eq(plan_root_mode("r/mail/bob"), row->bob);

	plan = reeve_plan_begin(&plan_root_how, &err);
	ck_assert_msg((plan == NULL) == row->asks, "%s: %s", row->name, err.text);
	reeve_plan_free(plan);
	ck_assert_msg(plan_root_mode("r/mail/ann") == row->ann_then &&
	                      plan_root_mode("r/mail/bob") == row->bob_then,
	              "%s: %o %o", row->name, plan_root_mode("r/mail/ann"),
	              plan_root_mode("r/mail/bob"));
	ck_assert_str_eq(folder_read("r/etc/users"), row->users == NULL ? "(none)" : row->users);
	plan_root_assert_tidy(row->records);
	if (!row->asks)
		return;
	plan = _i % 2 == 0 ? reeve_plan_finish(&plan_root_how, NULL, &err)
	                   : reeve_plan_undo(&plan_root_how, NULL, &err);
	ck_assert_msg(plan_root_apply(plan, NULL, &err) == 0, "%s: %s", row->name, err.text);
	ck_assert_str_eq(folder_read("r/etc/a"), _i % 2 == 0 ? "a = 2\n" : "a = 1\n");
	ck_assert_str_eq(folder_read("r/etc/users"), _i % 2 == 0 ? "u\n" : "(none)");
	ck_assert_uint_eq(plan_root_mode("r/mail/bob"), _i % 2 == 0 ? 0640 : 0664);
	plan_root_assert_tidy(1);
}
END_TEST

static const struct between {
	struct reeve_rights now;
	bool is;
} betweens[] = {
	{{0, 8, 02664}, true},  /* old */
	{{0, 8, 00660}, true},  /* what both may */
	{{0, 8, 02660}, true},  /* the same, with a bit that gets lost */
	{{7, 9, 00660}, true},  /* given away */
	{{7, 9, 00770}, true},  /* new */
	{{7, 8, 00660}, false}, /* of nobody's doing */
	{{0, 8, 00666}, false}, {{7, 9, 04770}, false},
};

START_TEST(test_between)
{
	const struct reeve_rights old = {0, 8, 02664}, new = {7, 9, 00770};

	ck_assert_msg(plan_rights_between(&betweens[_i].now, &old, &new) == betweens[_i].is, "%d",
	              _i);
}
END_TEST

Suite *suite_plan_kinds_refused(void)
{
	Suite *suite = suite_create("plan/kinds_refused");
	TCase *tc = tcase_create("kinds_refused");

	tcase_add_checked_fixture(tc, plan_root_enter, folder_leave);
	tcase_add_loop_test(tc, test_refused, 0, sizeof refused / sizeof refused[0]);
	tcase_add_loop_test(tc, test_changed, 0, 5);
	tcase_add_loop_test(tc, test_twice, 0, 2);
	tcase_add_loop_test(tc, test_not_twice, 0, 2);
	tcase_add_loop_test(tc, test_leftover, 0, sizeof leftovers / sizeof leftovers[0]);
	tcase_add_loop_test(tc, test_between, 0, sizeof betweens / sizeof betweens[0]);
	suite_add_tcase(suite, tc);
	return suite;
}
