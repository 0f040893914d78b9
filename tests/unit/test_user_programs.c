/* SPDX-License-Identifier: MIT */
/* What the programs that change accounts answer, and what is made of that. */
#include "user/programs.h"

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct row {
	const char *name, *script;
	enum reeve_code code;
	int status;
	const char *text;
} rows[] = {
	{"done", "echo words; exit 0", REEVE_OK, 0, ""},
	{"reads", "read -r a; [ \"$a\" = ann:secret ]", REEVE_OK, 0, ""},
	{"says why", "echo \"useradd: user 'ann' already exists\" >&2; exit 9", REEVE_EIO, 9,
         "useradd: user 'ann' already exists"},
	{"says nothing", "exit 7", REEVE_EIO, 7, "useradd ended with status 7"},
	{"two lines, a bell", "printf 'useradd: one\\a\\nuseradd: two\\n' >&2; exit 1", REEVE_EIO,
         1, "useradd: one?;useradd: two"},
	{"killed", "kill -9 $$", REEVE_EIO, 0, "useradd was killed by signal 9"},
	/* vipw(8) holds /etc/.pwd.lock: lckpwdf(3) waits, and says nothing. */
	{"locked", "echo 'useradd: cannot lock /etc/passwd; try again later.' >&2; exit 1",
         REEVE_EBUSY, 1, "useradd: cannot lock /etc/passwd; try again later."},
	{"locked by whom",
         "echo 'useradd: lock /etc/passwd.lock already used by PID 42' >&2\n"
         "echo 'useradd: cannot lock /etc/passwd; try again later.' >&2; exit 1",
         REEVE_EBUSY, 1,
         "useradd: lock /etc/passwd.lock already used by PID 42;"
         "useradd: cannot lock /etc/passwd; try again later."},
	/* Trying again will not help. */
	{"cannot be locked",
         "echo 'useradd: /etc/passwd.42: Read-only file system' >&2\n"
         "echo 'useradd: cannot lock /etc/passwd; try again later.' >&2; exit 1",
         REEVE_EIO, 1,
         "useradd: /etc/passwd.42: Read-only file system;"
         "useradd: cannot lock /etc/passwd; try again later."},
};

static struct reeve_users *users;

START_TEST(test_run)
{
	static const char *const argv[] = {"useradd", "ann", NULL};
	const struct row *row = &rows[_i];
	struct reeve_error err = {0};
	char script[1000];
	int status;

	snprintf(script, sizeof script, "#!/bin/sh\n%s\n", row->script);
	folder_write("root/usr/sbin/useradd", script);
	int got = users_program_run(users, argv, "ann:secret\n", 11, &status, &err);
	ck_assert_msg(got == (row->code == REEVE_OK ? 0 : -1) && err.code == row->code &&
	                      status == row->status && strcmp(err.text, row->text) == 0,
	              "%s: %d, code %d, status %d, '%s'", row->name, got, err.code, status,
	              err.text);
}
END_TEST

START_TEST(test_none)
{
	static const char *const argv[] = {"userdel", "ann", NULL};
	struct reeve_error err = {0};

	ck_assert_int_eq(unlink("root/usr/sbin/userdel"), 0);
	ck_assert_int_eq(users_program_look(users, "useradd", &err), 0);
	ck_assert_int_eq(users_program_run(users, argv, NULL, 0, NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no program 'userdel' in '"));
}
END_TEST

static void set_up(void)
{
	folder_enter();
	struct reeve_users_how how = {.root = user_root_make()};
	users = reeve_users_open(&how, NULL);
	ck_assert_ptr_nonnull(users);
}

static void tear_down(void)
{
	reeve_users_close(users);
	folder_leave();
}

Suite *suite_user_programs(void)
{
	Suite *suite = suite_create("user/programs");
	TCase *tcase = tcase_create("run");
	const int count = sizeof rows / sizeof rows[0];

	if (!user_root_can()) {
		unit_skip(count + 1, "programs run in a root only for who may chroot");
		return suite;
	}
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, test_run, 0, count);
	tcase_add_test(tcase, test_none);
	suite_add_tcase(suite, tcase);
	return suite;
}
