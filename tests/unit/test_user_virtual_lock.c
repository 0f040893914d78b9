/* SPDX-License-Identifier: MIT */
/* Locks and passwords of virtual users, in the second field of the line and beside it. */
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include "user_virtual.h"
#include "user_wish.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct locked {
	const char *name, *before, *after;
	bool is_locked;
	int steps;
} locked[] = {
	{"lock", VIRTUAL_HASH, "{CRYPT}$!" VIRTUAL_HASH, true, 1},
	{"lock any scheme", "{ARGON2ID}$argon2id$v=19$x", "{CRYPT}$!{ARGON2ID}$argon2id$v=19$x", true, 1},
	{"lock without a scheme", WISH_HASH5, "{CRYPT}$!" WISH_HASH5, true, 1},
	{"locked already", "{CRYPT}$!" VIRTUAL_HASH, "{CRYPT}$!" VIRTUAL_HASH, true, 0},
	{"unlock", "{CRYPT}$!" VIRTUAL_HASH, VIRTUAL_HASH, false, 1},
	{"unlock in lower case", "{crypt}$!" VIRTUAL_HASH, VIRTUAL_HASH, false, 1},
	{"unlock what another locked", "{SHA256-CRYPT}!" WISH_HASH5, VIRTUAL_HASH, false, 1},
	{"unlock a '!'", "!" WISH_HASH5, WISH_HASH5, false, 1},
	{"not locked", VIRTUAL_HASH, VIRTUAL_HASH, false, 0},
	{"nothing to unlock", "{CRYPT}$!", "{CRYPT}$!", false, -1},
};

START_TEST(test_lock)
{
	const struct locked *row = &locked[_i];
	struct reeve_users *users;
	struct reeve_error err = {0};
	char text[400];

	snprintf(text, sizeof text, "eve@example.org:%s:900:900::/srv/x\n", row->before);
	folder_write(VIRTUAL_FILE, text);
	users = wish_begin();
	reeve_users_lock(users, "eve@example.org", row->is_locked);
	ck_assert_msg(wish_end(users, &err) == row->steps, "%s: %s", row->name, err.text);
	snprintf(text, sizeof text, "eve@example.org:%s:900:900::/srv/x\n", row->after);
	ck_assert_msg(strcmp(folder_read(VIRTUAL_FILE), text) == 0, "%s: %s", row->name,
	              folder_read(VIRTUAL_FILE));
}
END_TEST

START_TEST(test_password)
{
	struct reeve_users *users = wish_begin();
	struct reeve_error err = {0};

	reeve_users_lock(users, "eve@example.org", true);
	reeve_users_password(users, "eve@example.org", NULL, "{CRYPT}" WISH_HASH5, NULL);
	ck_assert_msg(wish_end(users, &err) == 2, "%s", err.text);
	ck_assert_ptr_nonnull(strstr(virtual_line("eve"), ":{CRYPT}$!{CRYPT}" WISH_HASH5 ":900:"));
	users = wish_begin();
	reeve_users_password(users, "eve@example.org", NULL, "{CRYPT}" WISH_HASH5, NULL);
	ck_assert_int_eq(wish_end(users, &err), 0);
	users = wish_begin();
	reeve_users_password(users, "nobody@example.org", NULL, VIRTUAL_HASH, NULL);
	ck_assert_int_eq(wish_end(users, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no user 'nobody@example.org' in '"));
}
END_TEST

/* Dovecot 2.4 lets any password in with `nopassword`, whatever its value and the password field. */
static const struct open {
	const char *before, *after; /* behind the name */
	bool is_locked; /* else the password is set */
	int steps;
} opens[] = {
	{":900:900::/srv/x::nopassword", "{CRYPT}$!:900:900::/srv/x::", true, 1},
	{":900:900::/srv/x::a=b nopassword=no c", "{CRYPT}$!:900:900::/srv/x::a=b c", true, 1},
	{":900:900::/srv/x::nopassword:protected", "{CRYPT}$!:900:900::/srv/x::", true, 1},
	{"{CRYPT}$!:900:900::/srv/x::nopassword", "{CRYPT}$!:900:900::/srv/x::", true, 1},
	{"{CRYPT}$!" VIRTUAL_HASH ":900:900::/srv/x::nopassword",
         "{CRYPT}$!" VIRTUAL_HASH ":900:900::/srv/x::", true, 1},
	{":900:900::/srv/x::nopassword=y", VIRTUAL_HASH ":900:900::/srv/x::", false, 1},
	{VIRTUAL_HASH ":900:900::/srv/x::nopassword", VIRTUAL_HASH ":900:900::/srv/x::", false, 1},
};

START_TEST(test_open)
{
	const struct open *row = &opens[_i];
	struct reeve_error err = {0};
	char text[400];

	for (int again = 0; again < 2; again++) {
		struct reeve_users *users;

		snprintf(text, sizeof text, "eve@example.org:%s\n", row->before);
		if (!again)
			folder_write(VIRTUAL_FILE, text);
		users = wish_begin();
		if (row->is_locked)
			reeve_users_lock(users, "eve@example.org", true);
		else
			reeve_users_password(users, "eve@example.org", NULL, VIRTUAL_HASH, NULL);
		int got = wish_end(users, &err);
		ck_assert_msg(got == (again ? 0 : row->steps), "%s: %d, '%s'", row->before, got,
		              err.text);
		snprintf(text, sizeof text, "eve@example.org:%s\n", row->after);
		ck_assert_msg(strcmp(folder_read(VIRTUAL_FILE), text) == 0, "%s: %s", row->before,
		              folder_read(VIRTUAL_FILE));
	}
}
END_TEST

/* eve is a user of the system, and has a line. */
static const struct both {
	const char *line; /* behind the name */
	bool is_refused;  /* else the line is only about her quota, or the like */
} boths[] = {
	{"{CRYPT}$!:900:900::/srv/x", true},
	{VIRTUAL_HASH ":900:900::/srv/x", true},
	{":900:900::/srv/x::nopassword", true},
	{":::::::userdb_quota_rule=*:storage=1G", false},
	{"x:::::::userdb_quota_rule=*:storage=1G", false},
};

START_TEST(test_both)
{
	const struct both *row = &boths[_i];
	struct reeve_error err = {0};
	struct reeve_users *users;
	char text[400];

	ck_assert_int_eq(system("cd root/etc && echo eve:x:1005:8::/home/eve:/usr/sbin/nologin >>passwd "
	                        "&& echo 'eve:" WISH_HASH5 ":19000::::::' >>shadow"),
	                 0);
	snprintf(text, sizeof text, "eve:%s\n", row->line);
	folder_write(VIRTUAL_FILE, text);
	for (int is_password = 0; is_password < 2; is_password++) {
		err = (struct reeve_error){0};
		users = wish_begin();
		if (is_password)
			reeve_users_password(users, "eve", NULL, WISH_HASH, NULL);
		else
			reeve_users_lock(users, "eve", true);
		int got = wish_end(users, &err);
		ck_assert_msg(got == (row->is_refused ? -1 : 1), "%s: %d, '%s'", row->line, got,
		              err.text);
		if (row->is_refused)
			ck_assert_ptr_nonnull(strstr(err.text, "is a user of the system, and a "
			                                       "virtual one in '"));
		ck_assert_str_eq(folder_read(VIRTUAL_FILE), text);
	}
	/* The virtual one goes, and she of the system is there alone. */
	if (row->is_refused) {
		ck_assert_int_ge(wish_remove("eve", REEVE_USERS_KEEP_MAIL, &err), 1);
		ck_assert_int_eq(system("grep -q ^eve: root/etc/passwd"), 0);
		ck_assert_str_eq(virtual_line("eve"), "(none)");
		users = wish_begin();
		reeve_users_lock(users, "eve", true);
		ck_assert_int_eq(wish_end(users, &err), 1);
	}
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

Suite *suite_user_virtual_lock(void)
{
	Suite *suite = suite_create("user/virtual_lock");
	TCase *tcase = tcase_create("virtual_lock");

	if (!user_root_can()) {
		unit_skip(1 + COUNT(locked) + COUNT(opens) + COUNT(boths),
		          "virtual users' homes are given to them only by root");
		return suite;
	}
	tcase_add_checked_fixture(tcase, virtual_enter, folder_leave);
	tcase_add_loop_test(tcase, test_lock, 0, COUNT(locked));
	tcase_add_loop_test(tcase, test_open, 0, COUNT(opens));
	tcase_add_loop_test(tcase, test_both, 0, COUNT(boths));
	tcase_add_test(tcase, test_password);
	suite_add_tcase(suite, tcase);
	return suite;
}
