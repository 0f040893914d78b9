/* SPDX-License-Identifier: MIT */
/* Killed while tar(1) runs, and said again at once: no begun archive stays. */
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *root;
static bool is_killed; /* when there is a begun archive */
static char heard[1000];

static int count(const char *pattern)
{
	glob_t found;
	int n = glob(pattern, 0, NULL, &found) == 0 ? (int)found.gl_pathc : 0;

	globfree(&found);
	return n;
}

static bool cancel(void *user)
{
	(void)user;
	if (is_killed && count("kept/*.part") > 0)
		raise(SIGKILL);
	return false;
}

static void hear(void *user, const struct reeve_diag *diag)
{
	(void)user;
	snprintf(heard, sizeof heard, "%s", diag->text);
}

/* Both have a home that takes tar(1) a while. */
static void set_up(void)
{
	folder_enter();
	root = user_root_make();
	is_killed = false;
	heard[0] = '\0';
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

static int remove_user(const char *name, struct reeve_error *err)
{
	const struct reeve_talk talk = {.cancel = cancel, .diag = hear};
	struct reeve_users_how how = {.root = root,
	                              .is_for_changes = true,
	                              .what = "test",
	                              .lock_timeout_ms = 20000,
	                              .talk = &talk};
	struct reeve_users *users = reeve_users_open(&how, err);
	struct reeve_users_result result;

	ck_assert_msg(users != NULL, "%s", err->text);
	reeve_users_remove(users, name, REEVE_USERS_ARCHIVE_MAIL, "kept");
	int r = reeve_users_apply(users, &result, err);
	reeve_users_close(users);
	return r < 0 ? -1 : (int)result.steps;
}

START_TEST(test_again)
{
	static const char *const names[] = {"ann@x.org", "ann"};
	struct reeve_error err = {0};
	int status;
	pid_t pid;

	if (_i == 1)
		ck_assert_int_eq(system("cd root; rm etc/dovecot/users; : >etc/dovecot/users\n"
		                        "echo ann:x:1001:8::/srv/ann:/usr/sbin/nologin >>etc/passwd\n"
		                        "echo 'ann:!:20000::::::' >>etc/shadow\n"),
		                 0);
	is_killed = true;
	pid = fork();
	if (pid == 0)
		_exit(remove_user(names[_i], &err) < 0);
	ck_assert(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	is_killed = false;
	ck_assert_int_eq(count("kept/*.tar"), 0);
	ck_assert_int_eq(count("kept/*.part"), 1);
	ck_assert_msg(remove_user(names[_i], &err) >= 3, "%s", err.text);
	ck_assert_int_eq(count("kept/*.part"), 0);
	ck_assert_int_eq(count("kept/*.tar"), 1);
	ck_assert_int_eq(count("root/srv/ann"), 0);
	ck_assert_str_eq(heard, "");
	ck_assert_int_eq(system("tar -tf kept/*.tar | grep -q '^srv/ann/mail$'"), 0);
}
END_TEST

Suite *suite_user_killed(void)
{
	Suite *suite = suite_create("user/killed");
	TCase *tcase = tcase_create("killed");

	tcase_add_checked_fixture(tcase, set_up, folder_leave);
	if (user_root_can())
		tcase_add_loop_test(tcase, test_again, 0, 2);
	else
		unit_skip(2, "only root may chroot(2)");
	suite_add_tcase(suite, tcase);
	return suite;
}
