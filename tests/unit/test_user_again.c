/* SPDX-License-Identifier: MIT */
/* Runs that fail, are stopped or killed, or meet: by saying it again all is there, once. */
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include "user_wish.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Stopped before each step: nothing stays. Killed there, and said again: all is there, once. */
START_TEST(test_broken_off)
{
	struct reeve_error err = {0};
	int status;

	wish_cancel_at = _i / 2 + 1;
	wish_is_killed = _i % 2 == 1;
	if (!wish_is_killed) {
		ck_assert_int_eq(wish_add("ann", WISH_HASH, &err), -1);
		ck_assert_int_eq(err.code, REEVE_ECANCELED);
		ck_assert_str_eq(err.text, "nothing was changed: stopped");
		wish_check_gone();
		return;
	}
	pid_t pid = fork();
	if (pid == 0)
		_exit(wish_add("ann", WISH_HASH, NULL) < 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	wish_cancel_at = 0;
	ck_assert_msg(wish_add("ann", WISH_HASH, &err) == 4 - _i / 2, "%s", err.text);
	wish_check_there();
}
END_TEST

/* What a run leaves that is killed inside a step. */
static const struct begun {
	const char *name, *command;
} begun[] = {
	{"home is root's",
         "mkdir -p -m 755 root/home/mail-users; mkdir -m 700 root/home/mail-users/ann"},
	{"mailbox is root's", "umask 077; : >root/var/mail/ann"},
	{"no line in shadow",
         "echo ann:x:1001:8::/home/mail-users/ann:/usr/sbin/nologin >>root/etc/passwd"},
};

START_TEST(test_begun)
{
	struct reeve_error err = {0};

	ck_assert_int_eq(system(begun[_i].command), 0);
	/* The stand-in for chpasswd makes no line, the real one does (tests/real). */
	if (_i == 2)
		ck_assert_int_eq(
			system("sed -i 's/^rewrite/echo ann:x:1:::::: >>\\/etc\\/shadow; rewrite/' "
		               "root/usr/sbin/chpasswd"),
			0);
	ck_assert_msg(wish_add("ann", WISH_HASH, &err) > 0, "%s: %s", begun[_i].name, err.text);
	wish_check_there();
}
END_TEST

/* What makes a step fail, and what is said. */
static const struct failing {
	const char *name, *command, *text;
} failing[] = {
	{"useradd", "printf '4\\nUID 1001 is not unique\\n' >root/etc/fail-useradd",
         "nothing was changed: useradd: UID 1001 is not unique"},
	{"chpasswd", "printf '1\\nline 1: no\\n' >root/etc/fail-chpasswd",
         "nothing was changed: chpasswd: line 1: no"},
	{"somebody is quicker with the mailbox",
         "echo ': >/var/mail/ann; chmod 600 /var/mail/ann; echo mail >>/var/mail/ann' "
         ">>root/usr/sbin/useradd; cp -L /bin/chmod root/bin/chmod; mkdir root/moved",
         "nothing was changed: '/var/mail/ann' is there already, and belongs to uid 0 ('root')"},
	{"cannot be taken back",
         "printf '1\\nno\\n' >root/etc/fail-chpasswd; printf '8\\nbusy\\n' >root/etc/fail-userdel",
         "chpasswd: no; and not taken back: add system user 'ann' (home "
         "'/home/mail-users/ann', group mail): userdel: busy"},
};

START_TEST(test_failing)
{
	const struct failing *row = &failing[_i];
	struct reeve_error err = {0};

	ck_assert_int_eq(system(row->command), 0);
	ck_assert_int_eq(wish_add("ann", WISH_HASH, &err), -1);
	ck_assert_msg(strcmp(err.text, row->text) == 0, "%s: '%s'", row->name, err.text);
	if (_i == 2)
		ck_assert_int_eq(unlink("root/var/mail/ann"), 0); /* not ours */
	if (_i < 3)
		wish_check_gone();
}
END_TEST

/* Two at once want the same, and something of their own. */
START_TEST(test_at_once)
{
	pid_t pids[2];
	int status;

	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct reeve_users *users = wish_begin();
			reeve_users_add(users,
			                &(struct reeve_user_wish){.name = "ann", .hash = WISH_HASH});
			reeve_users_add(users,
			                &(struct reeve_user_wish){.name = i == 0 ? "bob" : "carl"});
			_exit(wish_end(users, NULL) < 0);
		}
	}
	for (int i = 0; i < 2; i++)
		ck_assert(waitpid(pids[i], &status, 0) == pids[i] && status == 0);
	ck_assert_int_eq(
		system("[ $(grep -c '^ann:' root/etc/passwd) = 1 ] && "
	               "[ $(cut -d: -f3 root/etc/passwd | sort | uniq -d | wc -l) = 0 ] && "
	               "[ $(wc -l <root/etc/passwd) = 5 ] && [ $(ls root/var/mail | wc -l) = 3 ]"),
		0);
}
END_TEST

/* A run is killed, its useradd(8) is not: the next run waits for that. */
START_TEST(test_goes_on)
{
	struct reeve_users_how how = {.root = wish_root, .is_for_changes = true, .what = "test"};
	struct reeve_error err = {0};
	int status;
	pid_t pid;

	ck_assert_int_eq(
		system("mkfifo root/wait && sed -i '1a read -r x </wait' root/usr/sbin/useradd"),
		0);
	pid = fork();
	if (pid == 0)
		_exit(wish_add("ann", WISH_HASH, NULL) < 0);
	int fd = open("root/wait", O_WRONLY | O_CLOEXEC); /* when it reads */
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	ck_assert_ptr_null(reeve_users_open(&how, &err));
	ck_assert_msg(err.code == REEVE_EBUSY, "%s", err.text);
	ck_assert_int_eq(write(fd, "go\n", 3), 3);
	ck_assert_msg(wish_add("ann", WISH_HASH, &err) == 3, "%s", err.text);
	close(fd);
	wish_check_there();
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))
#define STEPS 4 /* of an add, with a password */

Suite *suite_user_again(void)
{
	Suite *suite = suite_create("user/again");
	TCase *tcase = tcase_create("again");

	if (!user_root_can()) {
		unit_skip(2 + 2 * STEPS + COUNT(begun) + COUNT(failing),
		          "users are made in a root only by who may chroot");
		return suite;
	}
	tcase_add_checked_fixture(tcase, wish_enter, folder_leave);
	tcase_add_loop_test(tcase, test_broken_off, 0, 2 * STEPS);
	tcase_add_loop_test(tcase, test_begun, 0, COUNT(begun));
	tcase_add_loop_test(tcase, test_failing, 0, COUNT(failing));
	tcase_add_test(tcase, test_at_once);
	tcase_add_test(tcase, test_goes_on);
	suite_add_tcase(suite, tcase);
	return suite;
}
