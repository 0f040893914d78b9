/* SPDX-License-Identifier: MIT */
/* System users who leave, with their mail: archived, removed, and by saying it again. */
#include "base/lock.h"
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include "user_wish.h"
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAIL "From a@b Sat Jan  3 01:05:34 2026\\n\\nhi\\n\\n"

/* Ann has mail in her box and in her home; bob is there, too. */
static void set_up(void)
{
	wish_enter();
	ck_assert_int_eq(
		system("set -e; cd root; mkdir -p home/mail-users/ann/Maildir/new ../kept; umask "
	               "077\n"
	               "for u in ann:1001 bob:1002; do n=${u%:*} i=${u#*:}\n"
	               "echo $n:x:$i:8::/home/mail-users/$n:/usr/sbin/nologin >>etc/passwd\n"
	               "echo $n:!:20000:0:99999:7::: >>etc/shadow\n"
	               "printf '" MAIL "' >var/mail/$n; chown $i:8 var/mail/$n; done\n"
	               "echo old >home/mail-users/ann/Maildir/new/1\n"
	               "ln -s /etc home/mail-users/ann/link\n"
	               "chown -hR 1001:8 home/mail-users/ann\n"),
		0);
}

/* How many steps it took, and an error; -1 if nothing was done. */
static int remove_ann(enum reeve_users_mail mail, struct reeve_error *err)
{
	struct reeve_users *users = wish_begin();
	struct reeve_users_result result;

	reeve_users_remove(users, "ann", mail, "kept");
	reeve_users_apply(users, &result, err);
	reeve_users_close(users);
	return result.is_changed ? (int)result.steps : err->code == REEVE_OK ? 0 : -1;
}

/* All that is hers is as it was. */
static void check_there(void)
{
	ck_assert_int_eq(
		system("cd root && grep -q ^ann: etc/passwd && grep -q ^ann: etc/shadow && "
	               "printf '" MAIL "' | cmp - var/mail/ann && [ ! -e var/mail/ann.lock ] && "
	               "[ -e home/mail-users/ann/Maildir/new/1 ] && [ -z \"$(ls ../kept)\" ]"),
		0);
}

static void check_gone(void)
{
	ck_assert_int_eq(
		system("cd root && ! grep ^ann: etc/passwd && [ \"$(ls var/mail)\" = bob ] && "
	               "[ ! -e home/mail-users/ann ] && grep -q ^bob: etc/shadow && "
	               "[ -e etc/passwd ]"),
		0);
}

START_TEST(test_archive)
{
	struct reeve_error err = {0};

	ck_assert_msg(remove_ann(REEVE_USERS_ARCHIVE_MAIL, &err) == 4, "%s", err.text);
	check_gone();
	ck_assert_int_eq(system("set -e; cd kept; [ $(stat -c %a ann-*.tar) = 600 ]; mkdir x; "
	                        "tar -C x -xpf ann-*.tar; printf '" MAIL
	                        "' | cmp - x/var/mail/ann; "
	                        "[ $(cat x/home/mail-users/ann/Maildir/new/1) = old ]; "
	                        "[ $(readlink x/home/mail-users/ann/link) = /etc ]; "
	                        "[ $(stat -c %u x/var/mail/ann) = 1001 ]"),
	                 0);
	/* There is nobody any more. */
	ck_assert_int_eq(remove_ann(REEVE_USERS_ARCHIVE_MAIL, &err), 0);
}
END_TEST

START_TEST(test_keep)
{
	struct reeve_error err = {0};

	ck_assert_int_eq(remove_ann(REEVE_USERS_KEEP_MAIL, &err), 1);
	ck_assert_int_eq(system("cd root && ! grep ^ann: etc/passwd && [ -e var/mail/ann ] && "
	                        "[ -e home/mail-users/ann/Maildir/new/1 ]"),
	                 0);
	ck_assert_int_eq(remove_ann(REEVE_USERS_KEEP_MAIL, &err), 0);
	ck_assert_int_eq(remove_ann(REEVE_USERS_REMOVE_MAIL, &err), 2);
	check_gone();
}
END_TEST

/* What is mounted below the home is in no archive, and cannot go: nothing is done. */
START_TEST(test_mounted)
{
	static const enum reeve_users_mail mails[] = {REEVE_USERS_ARCHIVE_MAIL,
	                                              REEVE_USERS_REMOVE_MAIL};
	const char *below = "root/home/mail-users/ann/Maildir/new";
	struct reeve_error err = {0};
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
			_exit(77);
		/* Another file system; a folder of the same. */
		if ((_i / 2 == 0 ? mount("none", below, "tmpfs", 0, NULL)
		                 : mount("kept", below, NULL, MS_BIND, NULL)) < 0)
			_exit(77);
		if (remove_ann(mails[_i % 2], &err) >= 0 ||
		    strcmp(err.text, "nothing was changed: another file system is at "
		                     "'/home/mail-users/ann/Maildir/new': it has to be taken away "
		                     "first") != 0)
			_exit(1);
		_exit(0);
	}
	ck_assert(waitpid(pid, &status, 0) == pid);
	ck_assert_int_eq(WIFEXITED(status), 1);
	if (WEXITSTATUS(status) == 77)
		return; /* nothing can be mounted here */
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	check_there();
}
END_TEST

/* Killed before each step, and said again. What was archived before is archived still. */
START_TEST(test_killed)
{
	struct reeve_error err = {0};
	int status;
	pid_t pid;

	wish_cancel_at = _i + 1;
	wish_is_killed = true;
	pid = fork();
	if (pid == 0)
		_exit(remove_ann(REEVE_USERS_ARCHIVE_MAIL, &err) < 0 || err.code != REEVE_OK);
	ck_assert(waitpid(pid, &status, 0) == pid);
	wish_cancel_at = 0;
	/* How often is asked while tar runs depends on how long that takes. */
	ck_assert(WIFSIGNALED(status) || status == 0);
	ck_assert_msg(remove_ann(REEVE_USERS_ARCHIVE_MAIL, &err) >= 0, "%s", err.text);
	check_gone();
	ck_assert_int_eq(system("for f in kept/*.tar; do tar -tf $f; done | grep -q var/mail/ann"),
	                 0);
}
END_TEST

/* What goes wrong, and what is said; nothing is done then, if not `is_late`. */
static const struct row {
	const char *name, *command, *text;
	bool is_late;
} rows[] = {
	{"he is logged in",
         "printf '8\\nuser ann is currently used by process 7\\n' >root/etc/fail-userdel",
         "nothing was changed: userdel: user ann is currently used by process 7", false},
	{"mailbox of another", "chown 1002 root/var/mail/ann",
         "the mailbox '/var/mail/ann' belongs to uid 1002", false},
	{"mailbox is a link", "rm root/var/mail/ann; ln -s bob root/var/mail/ann",
         "'/var/mail/ann' is neither a file nor a folder", false},
	{"mailbox is bob's", "rm root/var/mail/ann; ln root/var/mail/bob root/var/mail/ann",
         "the mailbox '/var/mail/ann' belongs to uid 1002", false},
	{"no folder", "rmdir kept", "cannot open the folder 'kept': No such file or directory",
         false},
	{"the folder goes", "rmdir kept; ln -s root/home/mail-users/ann kept",
         "the archive's folder 'kept' is in what shall be removed", false},
	{"mail comes late",
         "echo 'echo new >/home/mail-users/ann/Maildir/new/2' >>root/usr/sbin/userdel",
         "users were removed, but: cannot remove '2' in '/home/mail-users/ann': it came after the "
         "archive was begun",
         true},
};

START_TEST(test_failing)
{
	const struct row *row = &rows[_i];
	struct reeve_error err = {0};

	ck_assert_int_eq(system(row->command), 0);
	int got = remove_ann(REEVE_USERS_ARCHIVE_MAIL, &err);
	ck_assert_msg(strcmp(err.text, row->text) == 0, "%s: '%s'", row->name, err.text);
	ck_assert_msg(got == (row->is_late ? 2 : -1), "%s: %d", row->name, got);
	ck_assert_int_eq(system("grep -q ^ann: root/etc/passwd"), row->is_late ? 256 : 0);
	if (_i == 0)
		check_there();
	if (!row->is_late)
		return;
	/* Said again: the new mail is in a second archive. */
	ck_assert_int_eq(system("[ \"$(ls root/home/mail-users/ann/Maildir/new)\" = 2 ]"), 0);
	err = (struct reeve_error){0};
	ck_assert_msg(remove_ann(REEVE_USERS_ARCHIVE_MAIL, &err) == 2, "%s", err.text);
	check_gone();
	ck_assert_int_eq(system("for f in kept/*; do tar -tf $f; done | grep -q new/2"), 0);
}
END_TEST

/* Somebody delivers: he has the lock. */
START_TEST(test_delivery)
{
	struct reeve_error err = {0};
	int fd = open("root/var/mail/ann", O_RDWR | O_CLOEXEC);
	struct reeve_lock *lock = reeve_lock_take("root/var/mail/ann", -1, fd, 0, NULL, &err);
	pid_t pid;
	int status;

	ck_assert_msg(lock != NULL, "%s", err.text);
	pid = fork();
	if (pid == 0)
		_exit(remove_ann(REEVE_USERS_ARCHIVE_MAIL, &err) != 4);
	ck_assert_int_eq(usleep(200000), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_END) > 0, 1);
	ck_assert_int_eq(write(fd, "From late\n", 10), 10);
	reeve_lock_release(lock);
	close(fd);
	ck_assert(waitpid(pid, &status, 0) == pid && status == 0);
	check_gone();
	ck_assert_int_eq(system("tar -xOf kept/ann-*.tar var/mail/ann | grep -q '^From late'"), 0);
}
END_TEST

/* A home that is not his alone stays. */
START_TEST(test_shared)
{
	struct reeve_error err = {0};

	ck_assert_int_eq(
		system("sed -i s,/home/mail-users/bob,/home/mail-users/ann, root/etc/passwd"), 0);
	ck_assert_int_eq(remove_ann(REEVE_USERS_REMOVE_MAIL, &err), 2);
	ck_assert_int_eq(system("[ -e root/home/mail-users/ann/Maildir/new/1 ] && [ ! -e "
	                        "root/var/mail/ann ]"),
	                 0);
}
END_TEST

/* Folders beside an INBOX in the spool: they stay, and are told. */
START_TEST(test_folders)
{
	struct reeve_error err = {0};

	ck_assert_int_eq(system("cd root; mkdir -p etc/dovecot srv/mail/ann; chown 1001 srv/mail/ann"), 0);
	folder_write("root/etc/dovecot/dovecot.conf", "mail_location = mbox:/srv/mail/%u:INBOX=/var/mail/%u\n"
	                                              "userdb {\n driver = passwd\n}\n");
	ck_assert_msg(wish_remove("ann", REEVE_USERS_REMOVE_MAIL, &err) == 3, "%s", err.text);
	ck_assert_str_eq(wish_told, "/srv/mail/ann:0 mail in folders of 'ann' stays: outside of the home only "
	                            "INBOX goes\n");
	ck_assert_int_eq(system("[ -e root/srv/mail/ann ] && [ ! -e root/var/mail/ann ]"), 0);
}
END_TEST

/* Another's home inside, and a '/' too many: it stays. */
START_TEST(test_slashes)
{
	static const char *const homes[][2] = {
		{"/home/mail-users/ann/", "/home/mail-users/ann/bob"},
		{"/home/mail-users/ann", "/home//mail-users/ann/bob/"},
		{"/home//mail-users/ann/", "/home/mail-users/bob"},
	};
	struct reeve_error err = {0};
	char command[200];

	snprintf(command, sizeof command,
	         "cd root; sed -i -e 's,::/.*/ann:,::%s:,' -e 's,::/.*/bob:,::%s:,' etc/passwd; "
	         "mkdir home/mail-users/ann/bob",
	         homes[_i][0], homes[_i][1]);
	ck_assert_int_eq(system(command), 0);
	int got = remove_ann(REEVE_USERS_REMOVE_MAIL, &err);
	ck_assert_msg(got == (_i < 2 ? 2 : 3), "%d, '%s'", got, err.text);
	ck_assert_int_eq(system(_i < 2 ? "[ -e root/home/mail-users/ann/bob ]"
	                               : "[ ! -e root/home/mail-users/ann ]"),
	                 0);
}
END_TEST

/* Deeper than a process may have files open. */
START_TEST(test_deep)
{
	struct reeve_error err = {0};
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_eq(chdir("root/home/mail-users/ann"), 0);
	for (int i = 0; i < 1100; i++)
		ck_assert(mkdir("d", 0700) == 0 && chown("d", 1001, 8) == 0 && chdir("d") == 0);
	ck_assert(fchdir(here) == 0 && close(here) == 0);
	ck_assert_msg(remove_ann(REEVE_USERS_ARCHIVE_MAIL, &err) == 4, "%s", err.text);
	check_gone();
}
END_TEST

/* One of two is logged in: he and his mail stay, the other's goes. */
START_TEST(test_two)
{
	struct reeve_error err = {0};
	struct reeve_users *users = wish_begin();
	struct reeve_users_result result;

	ck_assert_int_eq(system("sed -i '2i for n; do :; done; [ $n != ann ] || { echo userdel: "
	                        "busy >&2; exit 8; }' "
	                        "root/usr/sbin/userdel"),
	                 0);
	reeve_users_remove(users, "bob", REEVE_USERS_REMOVE_MAIL, NULL);
	reeve_users_remove(users, "ann", REEVE_USERS_REMOVE_MAIL, NULL);
	ck_assert_int_eq(reeve_users_apply(users, &result, &err), -1);
	reeve_users_close(users);
	ck_assert_str_eq(err.text, "users were removed, but: userdel: busy");
	ck_assert(result.is_changed);
	ck_assert_int_eq(err.code, REEVE_EBUSY);
	ck_assert_int_eq(system("cd root && ! grep ^bob: etc/passwd && [ ! -e var/mail/bob ]"), 0);
	check_there();
}
END_TEST

#define COUNT ((int)(sizeof rows / sizeof rows[0]))
#define ASKED 6 /* before the steps, and at least once while tar runs */

Suite *suite_user_remove(void)
{
	Suite *suite = suite_create("user/remove");
	TCase *tcase = tcase_create("remove");

	if (!user_root_can()) {
		unit_skip(10 + ASKED + COUNT, "users are removed in a root only by who may chroot");
		return suite;
	}
	tcase_add_checked_fixture(tcase, set_up, folder_leave);
	tcase_add_test(tcase, test_archive);
	tcase_add_test(tcase, test_keep);
	tcase_add_loop_test(tcase, test_mounted, 0, 4);
	tcase_add_loop_test(tcase, test_killed, 0, ASKED);
	tcase_add_loop_test(tcase, test_failing, 0, COUNT);
	tcase_add_test(tcase, test_delivery);
	tcase_add_test(tcase, test_shared);
	tcase_add_test(tcase, test_folders);
	tcase_add_loop_test(tcase, test_slashes, 0, 3);
	tcase_add_test(tcase, test_two);
	tcase_add_test(tcase, test_deep);
	suite_add_tcase(suite, tcase);
	return suite;
}
