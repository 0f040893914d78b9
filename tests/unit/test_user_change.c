/* SPDX-License-Identifier: MIT */
/* Wishes about system users, carried out in a root: whole, or not at all. */
#include "user/places.h"
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include "user_wish.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

START_TEST(test_add)
{
	struct reeve_error err = {0};

	ck_assert_msg(wish_add("ann", WISH_HASH, &err) == 4, "%s", err.text);
	wish_check_there();
	ck_assert_str_eq(wish_ran(),
	                 "useradd -M -d /home/mail-users/ann -g mail -s /usr/sbin/nologin -K "
	                 "SUB_UID_COUNT=0 -K SUB_GID_COUNT=0 ann\nchpasswd -e\n");
	/* So it is already. */
	ck_assert_int_eq(unlink("root/ran"), 0);
	ck_assert_int_eq(wish_add("ann", WISH_HASH5, &err), 0);
	ck_assert_str_eq(wish_ran(), "(none)");
	wish_check_there();
}
END_TEST

/* Of the way to a home only a part could be made. */
START_TEST(test_half_made)
{
	struct reeve_users *users = wish_begin();
	struct reeve_error err = {0};
	char home[320] = "/srv/new/";

	memset(home + strlen(home), 'x', 300);
	reeve_users_add(users, &(struct reeve_user_wish){.name = "ann", .home = home});
	ck_assert_int_eq(wish_end(users, &err), -1);
	ck_assert_msg(strstr(err.text, "File name too long") != NULL &&
	                      strstr(err.text, "not taken back") == NULL,
	              "%s", err.text);
	ck_assert_str_eq(wish_look("srv"), "none");
	wish_check_gone();
}
END_TEST

/* After it was looked at, something of root's came under the name. */
START_TEST(test_exchanged)
{
	static const struct {
		const char *command, *look;
	} rows[] = {
		{"mkdir -m 700 root/home/ann; : >root/home/ann/secret", "0700 0 0"},
		{"mkdir -m 755 root/home/ann", "0755 0 0"},
	};
	struct reeve_users *users = wish_begin();
	struct users_place place = {.kind = USERS_PLACE_HOME,
	                            .path = "/home/ann",
	                            .knows_owner = true,
	                            .uid = 1001,
	                            .gid = 8};
	struct reeve_error err = {0};

	ck_assert_int_eq(system(rows[_i].command), 0);
	ck_assert_int_eq(users_place_make(users, &place, &err), -1);
	ck_assert_str_eq(err.text, "'/home/ann' was replaced while it was made");
	ck_assert_str_eq(wish_look("home/ann"), rows[_i].look);
	reeve_users_close(users);
}
END_TEST

/* Homes as others write them into passwd(5). */
START_TEST(test_homes)
{
	static const char *const homes[] = {"/home/ann/", "/home//ann", "/nonexistent"};
	struct reeve_error err = {0};

	ck_assert_int_eq(system("cd root; echo 'nobody:x:65534:65534::/nonexistent:/bin/false' "
	                        ">>etc/passwd; echo 'ann:!:20000:0:99999:7:::' >>etc/shadow"),
	                 0);
	for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
		char command[200];

		snprintf(command, sizeof command,
		         "cd root; sed -i /^ann/d etc/passwd; rm -rf home/ann var/mail/ann; "
		         "echo ann:x:1001:8::%s:/usr/sbin/nologin >>etc/passwd",
		         homes[i]);
		ck_assert_int_eq(system(command), 0);
		int got = wish_add("ann", NULL, &err);
		ck_assert_msg(got == (i < 2 ? 2 : 1), "%s: %d %s", homes[i], got, err.text);
		ck_assert_str_eq(wish_look("home/ann"), i < 2 ? "0700 1001 8" : "none");
		ck_assert_str_eq(wish_look("var/mail/ann"), "0600 1001 8");
	}
}
END_TEST

/* Kim is gone and her mail is there: only she gets her uid. */
static const struct left {
	const char *name, *command;
	struct reeve_user_wish wishes[3];
	const char *lines[3]; /* of passwd(5), up to the gid */
} left[] = {
	{"her box",
         "echo mail >root/var/mail/kim; chown 1001:8 root/var/mail/kim",
         {{.name = "ann"}, {.name = "bob"}, {.name = "carl", .has_ids = true, .uid = 1003}},
         {"\nann:x:1002:8", "\nbob:x:1004:8", "\ncarl:x:1003:8"}},
	{"her home",
         "mkdir -p -m 755 root/home/mail-users; mkdir -m 700 root/home/mail-users/kim; "
         "chown 1001:8 root/home/mail-users/kim",
         {{.name = "ann"}},
         {"\nann:x:1002:8"}},
	{"not hers, but at the end of the range",
         "echo mail >root/var/mail/kim; chown 1003:8 root/var/mail/kim; "
         "printf 'UID_MIN 1001\nUID_MAX 1003\n' >root/etc/login.defs",
         {{.name = "ann"}, {.name = "bob"}},
         {"\nann:x:1001:8", "\nbob:x:1002:8"}},
	{"she comes back",
         "echo mail >root/var/mail/kim; chown 1005:8 root/var/mail/kim; chmod 600 "
         "root/var/mail/kim",
         {{.name = "ann"}, {.name = "kim"}},
         {"\nann:x:1006:8", "\nkim:x:1005:8"}},
};

START_TEST(test_left)
{
	const struct left *row = &left[_i];
	struct reeve_error err = {0};
	struct reeve_users *users;

	ck_assert_int_eq(system(row->command), 0);
	users = wish_begin();
	for (size_t i = 0; i < 3 && row->wishes[i].name != NULL; i++)
		reeve_users_add(users, &row->wishes[i]);
	ck_assert_msg(wish_end(users, &err) > 0, "%s: %s", row->name, err.text);
	for (size_t i = 0; i < 3 && row->lines[i] != NULL; i++)
		ck_assert_msg(strstr(folder_read("root/etc/passwd"), row->lines[i]) != NULL,
		              "%s: no %s in %s", row->name, row->lines[i] + 1,
		              folder_read("root/etc/passwd"));
}
END_TEST

/* Everything that is wrong with a batch is said, and nothing of it done. */
START_TEST(test_batch)
{
	static const struct reeve_user_wish wishes[] = {
		{.name = "ann", .has_ids = true, .uid = 1005, .file = "list", .line = 2},
		{.name = "bob", .has_ids = true, .uid = 1005, .file = "list", .line = 3},
		{.name = "carl", .file = "list", .line = 4},
		{.name = "carl", .file = "list", .line = 5},
		{.name = "dora", .home = "/home/mail-users/ann/dora", .file = "list", .line = 6},
	};
	struct reeve_users *users = wish_begin();
	struct reeve_error err = {0};

	for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++)
		reeve_users_add(users, &wishes[i]);
	ck_assert_int_eq(wish_end(users, &err), -1);
	ck_assert_str_eq(err.text, "nothing was changed: 2 of the wishes cannot be");
	ck_assert_str_eq(wish_told,
	                 "list:3 'ann' shall have uid 1005, too\nlist:5 'carl' is named twice\n");
	ck_assert_str_eq(wish_ran(), "(none)");
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

Suite *suite_user_change(void)
{
	Suite *suite = suite_create("user/change");
	TCase *tcase = tcase_create("change");

	if (!user_root_can()) {
		unit_skip(6 + COUNT(left),
		          "users are made in a root only by who may chroot");
		return suite;
	}
	tcase_add_checked_fixture(tcase, wish_enter, folder_leave);
	tcase_add_test(tcase, test_add);
	tcase_add_test(tcase, test_half_made);
	tcase_add_loop_test(tcase, test_exchanged, 0, 2);
	tcase_add_test(tcase, test_homes);
	tcase_add_loop_test(tcase, test_left, 0, COUNT(left));
	tcase_add_test(tcase, test_batch);
	suite_add_tcase(suite, tcase);
	return suite;
}
