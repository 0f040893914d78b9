/* SPDX-License-Identifier: MIT */
/* Killed while tar(1) runs, or behind userdel(8), and said again at once. */
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include "user_wish.h"
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int count(const char *pattern)
{
	glob_t found;
	int n = glob(pattern, 0, NULL, &found) == 0 ? (int)found.gl_pathc : 0;

	globfree(&found);
	return n;
}

static bool is_begun(void)
{
	return count("kept/*.part") > 0;
}

static bool is_line_gone(void)
{
	return strstr(folder_read("root/etc/dovecot/users"), "ann@") == NULL;
}

/* Both have a home that takes tar(1) a while. */
static void set_up(void)
{
	wish_enter();
	ck_assert_int_eq(
		system("set -e; mkdir -m 700 kept; cd root; mkdir -p etc/dovecot srv/ann\n"
	               "truncate -s 64M srv/ann/mail; chown -R 1001:8 srv/ann\n"
	               "cat >etc/dovecot/dovecot.conf <<-END\n"
	               "\tpassdb {\n\t driver = passwd-file\n\t args = /etc/dovecot/users\n\t}\n"
	               "\tuserdb {\n\t driver = passwd-file\n\t args = /etc/dovecot/users\n\t}\n"
	               "\tEND\n"
	               "echo ann@x.org:x:1001:8::/srv/ann >etc/dovecot/users\n"),
		0);
}

static int remove_users(const char *const names[], struct reeve_error *err)
{
	struct reeve_users *users = wish_begin();

	for (size_t i = 0; names[i] != NULL; i++)
		reeve_users_remove(users, names[i], REEVE_USERS_ARCHIVE_MAIL, "kept");
	return wish_end(users, err);
}

/* No begun archive stays. */
START_TEST(test_again)
{
	static const char *const names[][2] = {{"ann@x.org"}, {"ann"}};
	struct reeve_error err = {0};
	int status;
	pid_t pid;

	if (_i == 1)
		ck_assert_int_eq(system("cd root; rm etc/dovecot/users; : >etc/dovecot/users\n"
		                        "echo ann:x:1001:8::/srv/ann:/usr/sbin/nologin >>etc/passwd\n"
		                        "echo 'ann:!:20000::::::' >>etc/shadow\n"),
		                 0);
	wish_kill_when = is_begun;
	pid = fork();
	if (pid == 0)
		_exit(remove_users(names[_i], &err) < 0);
	ck_assert(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	wish_kill_when = NULL;
	ck_assert_int_eq(count("kept/*.tar"), 0);
	ck_assert_int_eq(count("kept/*.part"), 1);
	ck_assert_msg(remove_users(names[_i], &err) >= 3, "%s", err.text);
	ck_assert_int_eq(count("kept/*.part"), 0);
	ck_assert_int_eq(count("kept/*.tar"), 1);
	ck_assert_int_eq(count("root/srv/ann"), 0);
	ck_assert_str_eq(wish_told, "");
	ck_assert_int_eq(system("tar -tf kept/*.tar | grep -q '^srv/ann/mail$'"), 0);
}
END_TEST

/* The line is gone, which alone said where ann lives, and whose her mail is. */
START_TEST(test_lines)
{
	static const char *const names[] = {"ann@x.org", NULL};
	struct reeve_error err = {0};
	int status;
	pid_t pid;

	wish_kill_when = is_line_gone;
	pid = fork();
	if (pid == 0)
		_exit(remove_users(names, &err) < 0);
	ck_assert(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	wish_kill_when = NULL;
	ck_assert_str_eq(folder_read("root/etc/dovecot/users"), "");
	ck_assert_int_eq(count("root/srv/ann"), 1);
	/* Another has her folder now: it stays. */
	if (_i == 1) {
		folder_write("root/etc/dovecot/users", "bob@x.org:x:1001:8::/srv/ann/b\n");
		ck_assert_msg(remove_users(names, &err) == 0, "%s", err.text);
		ck_assert_str_eq(wish_told, "/srv/ann:0 the home of 'ann@x.org' stays: it is that of "
		                            "'bob@x.org', too, or has it inside\n");
		ck_assert_int_eq(count("root/srv/ann"), 1);
		return;
	}
	ck_assert_msg(remove_users(names, &err) == 2, "%s", err.text);
	ck_assert_int_eq(count("root/srv/ann"), 0);
	ck_assert_ptr_nonnull(strstr(wish_told, "users:0 'ann@x.org' was removed by the last change of this "
	                                        "file, and what is left of his goes now\n"));
	wish_told[0] = '\0';
	ck_assert_int_eq(system("for f in kept/*.tar; do tar -tf $f; done | grep -q '^srv/ann/mail$'"), 0);
	/* And now there is nothing to be done any more. */
	ck_assert_msg(remove_users(names, &err) == 0, "%s", err.text);
	ck_assert_str_eq(wish_told, "");
}
END_TEST

/* Who was in the file before its last change, and was not taken out by that, may be anybody's by now. */
START_TEST(test_lines_by_hand)
{
	static const char *const names[] = {"ann@x.org", NULL};
	struct reeve_error err = {0};
	struct reeve_users *users;

	folder_write("root/etc/dovecot/users", "ann@x.org:x:1001:8::/srv/ann\neve@x.org:x:1001:8::/srv/eve\n");
	users = wish_begin();
	reeve_users_remove(users, "eve@x.org", REEVE_USERS_KEEP_MAIL, NULL);
	ck_assert_msg(wish_end(users, &err) > 0, "%s", err.text);
	folder_write("root/etc/dovecot/users", "");
	ck_assert_int_eq(remove_users(names, &err), 0);
	ck_assert_int_eq(count("root/srv/ann"), 1);
}
END_TEST

/*
 * Of three who leave at once each has a home that only passwd(5) knows. Userdel(8) leaves passwd-, as the real
 * one does, and behind some of them we are killed: there is one home then of who is gone, and it is removed
 * before there is another passwd-.
 */
static const struct many {
	const char *names[4]; /* as they are said */
	const char *last;     /* behind whom we are killed */
} many[] = {
	{{"ann", "bob", "eva"}, "ann bob eva"},
	{{"eva", "bob", "ann"}, "ann bob eva"},
	{{"eva", "ann", "bob"}, "bob"},
	{{"ann", "bob", "eva"}, "bob eva"},
};

START_TEST(test_many)
{
	const struct many *row = &many[_i];
	struct reeve_error err = {0};
	int status, kills = 0;

	ck_assert_int_eq(
		system("cd root; rm -r srv/ann etc/dovecot; i=1000; for u in ann bob eva; do i=$((i + 1))\n"
	               "mkdir -p srv/$u/odd; echo $u >srv/$u/odd/mail; chown -R $i:8 srv/$u/odd\n"
	               "echo $u:x:$i:8::/srv/$u/odd:/usr/sbin/nologin >>etc/passwd\n"
	               "echo \"$u:!:20000::::::\" >>etc/shadow; done\n"
	               "sed -i '2i while read -r l; do echo \"$l\"; done </etc/passwd >/etc/passwd-' "
	               "usr/sbin/userdel\n"
	               "echo 'read -r last </last; case $last in *$name*) kill -9 $PPID; esac' "
	               ">>usr/sbin/userdel"),
		0);
	folder_write("root/last", row->last);
	do {
		pid_t pid = fork();
		if (pid == 0)
			_exit(remove_users(row->names, &err) < 0);
		ck_assert(waitpid(pid, &status, 0) == pid);
		kills += WIFSIGNALED(status);
		ck_assert_int_eq(system("cd root; n=0; for u in srv/*/odd; do u=${u#srv/} u=${u%/odd}\n"
		                        "grep -q ^$u: etc/passwd || n=$((n + 1)); done; [ $n -le 1 ]"),
		                 0);
	} while (WIFSIGNALED(status) && kills < 4);
	ck_assert_int_eq(kills, ((int)strlen(row->last) + 1) / 4);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(count("root/srv/*/odd"), 0);
	ck_assert_int_eq(system("set -e; cd kept; for u in ann bob eva; do for f in $u-*.tar; do\n"
	                        "tar -xOf $f srv/$u/odd/mail; done | grep -q $u; done"),
	                 0);
	ck_assert_str_eq(wish_told, "");
}
END_TEST

Suite *suite_user_killed(void)
{
	Suite *suite = suite_create("user/killed");
	TCase *tcase = tcase_create("killed");

	tcase_add_checked_fixture(tcase, set_up, folder_leave);
	if (user_root_can()) {
		tcase_add_loop_test(tcase, test_again, 0, 2);
		tcase_add_loop_test(tcase, test_lines, 0, 2);
		tcase_add_test(tcase, test_lines_by_hand);
		tcase_add_loop_test(tcase, test_many, 0, sizeof many / sizeof many[0]);
	} else {
		unit_skip(9, "only root may chroot(2)");
	}
	suite_add_tcase(suite, tcase);
	return suite;
}
