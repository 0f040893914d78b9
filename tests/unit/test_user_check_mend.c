/* SPDX-License-Identifier: MIT */
/* What check --repair makes of what it finds, and what it leaves. */
#include "check_root.h"
#include "folder.h"
#include "unit.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static mode_t mode_of(const char *path)
{
	struct stat st;

	ck_assert_msg(stat(path, &st) == 0, "%s", path);
	return st.st_mode & 07777;
}

START_TEST(test_repair)
{
	static const char *const steps[] = {
		"give the mailbox '/var/mail/ann' mode 0600 instead of 0664",
		"give the home '/home/ann' mode 0700 instead of 0755",
	};
	struct reeve_users_how only_looks = {.root = "root", .state = "state", .talk = &check_talk};
	struct reeve_error err = {0};
	struct reeve_users *users;

	check_root(ROOT ANN, "ann:!:1::::::\n", MAIL,
	          "var/mail/ann 0664 home/ann/ 0755 var/mail/zoe 0644");
	users = check_begin();
	ck_assert_int_eq(check_look(users, true), 3);
	for (int i = 0, k = 0; i < (int)reeve_users_step_count(users); i++) {
		struct reeve_user_step step = reeve_users_step_at(users, (size_t)i);

		ck_assert_int_lt(k, ROWS(steps));
		ck_assert_str_eq(step.text, steps[k++]);
		ck_assert(step.is_change);
	}
	ck_assert_int_eq(reeve_users_step_count(users), ROWS(steps));
	ck_assert_int_eq(mode_of("root/var/mail/ann"), 0664);
	ck_assert_int_eq(check_end(users), 2);
	ck_assert_int_eq(mode_of("root/var/mail/ann"), 0600);
	ck_assert_int_eq(mode_of("root/home/ann"), 0700);
	ck_assert_int_eq(mode_of("root/var/mail/zoe"), 0644); /* nobody's */

	users = check_begin();
	ck_assert_int_eq(check_look(users, true), 1);
	reeve_users_close(users);
	users = reeve_users_open(&only_looks, &err);
	ck_assert_int_eq(reeve_users_check(users, true, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EUSAGE);
	reeve_users_close(users);
}
END_TEST

/* A second name, or a way that somebody else can bend: left, and the rest is mended. */
START_TEST(test_repair_refused)
{
	struct reeve_users *users;

	check_root(ROOT ANN, "ann:!:1::::::\n", MAIL, "var/mail/ann 0644 home/ann/ 0705");
	ck_assert_int_eq(link("root/var/mail/ann", "root/home/ann/mine"), 0);
	users = check_begin();
	ck_assert_int_eq(check_look(users, true), 3);
	ck_assert_msg(strstr(check_said, "N root/var/mail/ann:0: left as it is: it has a second hard link") !=
	                      NULL,
	              "%s", check_said);
	ck_assert_int_eq(check_end(users), 1);
	ck_assert_int_eq(mode_of("root/var/mail/ann"), 0644);
	ck_assert_int_eq(mode_of("root/home/ann"), 0700);
}
END_TEST

/* What many users have is mended once: of a second change the plan would refuse all. */
START_TEST(test_repair_shared)
{
	struct reeve_users *users;

	check_root(ROOT, "", MAIL, "v/ 0755 v/M/ 0700");
	ck_assert_int_eq(mkdir("root/etc/dovecot", 0755), 0);
	folder_write("root/etc/dovecot/dovecot.conf", FILE_23);
	check_write("root/etc/dovecot/users", "ann@x::^:&::/v\nbob@x::^:&::/v\n");
	users = check_begin();
	ck_assert_int_eq(check_look(users, true), 1);
	ck_assert_int_eq(check_end(users), 1);
	ck_assert_int_eq(mode_of("root/v"), 0700);
}
END_TEST

/* Root's becomes the user's; a third person's does not. */
START_TEST(test_repair_owner)
{
	struct reeve_users *users;
	struct stat st;

	if (geteuid() != 0) {
		unit_skip(1, "only root gives files away");
		return;
	}
	check_root(ROOT ANN BOB "eve:x:1005:&::/srv:/usr/sbin/nologin\n",
	          "ann:!:1::::::\nbob:!:1::::::\neve:!:1::::::\n", MAIL,
	          GOOD "var/mail/bob 0600 var/mail/eve 0600 srv/ 0700");
	ck_assert_int_eq(chown("root/var/mail/ann", 0, 0), 0);
	ck_assert_int_eq(chown("root/home/ann", 7777, 0), 0);
	ck_assert_int_eq(chown("root/srv", 0, 0), 0); /* not named after her */
	ck_assert_int_eq(chown("root/var/mail/eve", 1005, 8), 0);
	users = check_begin();
	ck_assert_int_eq(check_look(users, true), 4);
	ck_assert_int_eq(check_end(users), 2);
	ck_assert_int_eq(stat("root/var/mail/ann", &st), 0);
	ck_assert(st.st_uid == 1000 && st.st_gid == 8);
	ck_assert_int_eq(stat("root/home/ann", &st), 0);
	ck_assert(st.st_uid == 1000 && st.st_gid == 8);
	ck_assert_int_eq(stat("root/var/mail/bob", &st), 0);
	ck_assert_int_eq(st.st_uid, 1000);
	ck_assert_int_eq(stat("root/srv", &st), 0);
	ck_assert_int_eq(st.st_uid, 0);
}
END_TEST

/* Whoever owns the folder can move any file of root's there: he is not given what is in it. */
START_TEST(test_repair_moved)
{
	struct reeve_users *users;

	if (geteuid() != 0) {
		unit_skip(1, "only root gives files away");
		return;
	}
	for (int is_empty = 0; is_empty <= 1; is_empty++) {
		check_root(ROOT ANN, "ann:!:1::::::\n", MAIL, "home/ann/ 0700 home/ann/mbox 0600");
		mkdir("root/etc/postfix", 0755);
		check_write("root/etc/postfix/main.cf", "home_mailbox = mbox\n");
		check_write("root/etc/postfix/master.cf", "smtp inet n - y - - smtpd\n");
		check_write("root/home/ann/mbox", is_empty ? "" : "a secret of root's\n");
		ck_assert_int_eq(chown("root/home/ann/mbox", 0, 0), 0);
		users = check_begin();
		ck_assert_int_eq(check_look(users, true), 1);
		ck_assert_int_eq(reeve_users_step_count(users), is_empty);
		reeve_users_close(users);
	}
}
END_TEST

Suite *suite_user_check_mend(void)
{
	Suite *s = suite_create("user/check_mend");
	TCase *tc = tcase_create("check_mend");

	tcase_add_checked_fixture(tc, check_enter, folder_leave);
	tcase_add_test(tc, test_repair);
	tcase_add_test(tc, test_repair_refused);
	tcase_add_test(tc, test_repair_shared);
	tcase_add_test(tc, test_repair_owner);
	tcase_add_test(tc, test_repair_moved);
	suite_add_tcase(s, tc);
	return s;
}
