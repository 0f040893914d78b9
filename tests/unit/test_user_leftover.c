/* SPDX-License-Identifier: MIT */
/* What a run that was killed left: cleared away if it is surely ours, and in nobody's hands. */
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *root;
static char heard[2000];

static void hear(void *user, const struct reeve_diag *diag)
{
	(void)user;
	if (diag->severity == REEVE_WARNING)
		snprintf(heard + strlen(heard), sizeof heard - strlen(heard), "%s: %s\n", diag->file,
		         diag->text);
}

static void set_up(void)
{
	folder_enter();
	root = user_root_make();
	ck_assert_int_eq(
		system("set -e; mkdir -m 700 kept\n"
	               "echo ann:x:1001:8::/home/ann:/usr/sbin/nologin >>root/etc/passwd\n"
	               "echo 'ann:!:20000::::::' >>root/etc/shadow\n"
	               "echo mail >root/var/mail/ann; chown 1001:8 root/var/mail/ann\n"
	               "chmod 600 root/var/mail/ann\n"),
		0);
	heard[0] = '\0';
}

/* 1 if the run went well, and did something. */
static int remove_ann(bool dry_run)
{
	const struct reeve_talk talk = {.diag = hear};
	struct reeve_users_how how = {.root = root,
	                              .is_for_changes = true,
	                              .dry_run = dry_run,
	                              .what = "test",
	                              .talk = &talk};
	struct reeve_users_result result;
	struct reeve_error err = {0};
	struct reeve_users *users = reeve_users_open(&how, &err);

	ck_assert_msg(users != NULL, "%s", err.text);
	reeve_users_remove(users, "ann", REEVE_USERS_ARCHIVE_MAIL, "kept");
	int r = reeve_users_apply(users, &result, &err);
	reeve_users_close(users);
	ck_assert_msg(r == 0, "%s", err.text);
	return result.steps > 0;
}

static void make(const char *name, mode_t mode)
{
	folder_write(name, "begun");
	ck_assert_int_eq(chmod(name, mode), 0);
}

START_TEST(test_archives)
{
	static const struct {
		const char *name;
		mode_t mode;
		bool stays;
	} rows[] = {
		{"kept/ann-20261129-163000.tar.part", 0600, false},
		{"kept/ann-20261129-163000-2.tar.part", 0600, false},
		{"kept/ann-20261129-163001.tar.part", 0640, true},
		{"kept/ann-20261129-163002.tar", 0600, true},
		{"kept/ann-20261129-1630.tar.part", 0600, true},
		{"kept/ann-20261129-163003.tar.part.gz", 0600, true},
		{"kept/ann.tar.part", 0600, true},
		{"kept/bob-ann-20261129-163004.tar.part", 0600, true},
	};
	const char link_name[] = "kept/ann-20261129-163005.tar.part";

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		make(rows[i].name, rows[i].mode);
	make("notes", 0600);
	ck_assert_int_eq(link("notes", link_name), 0);
	ck_assert_int_eq(symlink("../notes", "kept/ann-20261129-163006.tar.part"), 0);
	ck_assert_int_eq(remove_ann(true), 1);
	ck_assert_int_eq(access(rows[0].name, F_OK), 0);
	heard[0] = '\0';
	ck_assert_int_eq(remove_ann(false), 1);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		ck_assert_msg((access(rows[i].name, F_OK) == 0) == rows[i].stays, "%s",
		              rows[i].name);
	ck_assert_int_eq(access(link_name, F_OK), 0);
	ck_assert_str_eq(folder_read("kept/ann-20261129-163006.tar.part"), "begun");
	ck_assert_str_eq(heard, "kept/bob-ann-20261129-163004.tar.part: this archive of 'bob-ann' was "
	                        "begun by a run that was broken off, and is not whole\n");
	ck_assert_ptr_nonnull(strstr(folder_read("root/ran"), "userdel"));
}
END_TEST

/* Of several who leave each sees what the others left: it is told once, and only what stays. */
START_TEST(test_told_once)
{
	const struct reeve_talk talk = {.diag = hear};
	struct reeve_users_how how = {
		.root = root, .is_for_changes = true, .dry_run = true, .what = "test", .talk = &talk};
	static const char *const names[] = {"bob", "ann", "cat"};
	struct reeve_users_result result;
	struct reeve_error err = {0};
	struct reeve_users *users;

	ck_assert_int_eq(
		system("for u in bob:1002 cat:1003; do n=${u%:*} i=${u#*:}\n"
	               "echo $n:x:$i:8::/home/$n:/usr/sbin/nologin >>root/etc/passwd\n"
	               "echo $n:!:20000:::::: >>root/etc/shadow; echo mail >root/var/mail/$n\n"
	               "chown $i:8 root/var/mail/$n; chmod 600 root/var/mail/$n; done"),
		0);
	make("kept/ann-20261129-163000.tar.part", 0600);
	make("kept/dan-20261129-163000.tar.part", 0600);
	users = reeve_users_open(&how, &err);
	ck_assert_msg(users != NULL, "%s", err.text);
	for (int i = 0; i < 3; i++)
		reeve_users_remove(users, names[i], REEVE_USERS_ARCHIVE_MAIL, "kept");
	ck_assert_msg(reeve_users_apply(users, &result, &err) == 0, "%s", err.text);
	reeve_users_close(users);
	ck_assert_str_eq(heard, "kept/dan-20261129-163000.tar.part: this archive of 'dan' was begun by a "
	                        "run that was broken off, and is not whole\n");
}
END_TEST

/* Somebody has it, and nobody waits for him. */
START_TEST(test_in_use)
{
	const char name[] = "kept/ann-20261129-163000.tar.part";
	struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int ready[2], fd;
	char byte;

	make(name, 0600);
	ck_assert_int_eq(pipe(ready), 0);
	pid_t child = fork();
	if (child == 0) {
		fd = open(name, O_WRONLY | O_CLOEXEC);
		_exit(fcntl(fd, F_OFD_SETLK, &all) < 0 || write(ready[1], "x", 1) != 1 || pause());
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ck_assert_int_eq(remove_ann(false), 1);
	ck_assert_int_eq(access(name, F_OK), 0);
	ck_assert_str_eq(heard, "kept/ann-20261129-163000.tar.part: another process writes this archive "
	                        "of 'ann' still: it stays\n");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}
END_TEST

/* He is gone, and nothing is archived any more: what was begun may be all that there is. */
START_TEST(test_only_copy)
{
	const char name[] = "kept/ann-20261129-163000.tar.part";

	make(name, 0600);
	ck_assert_int_eq(system("sed -i /ann/d root/etc/passwd root/etc/shadow; rm root/var/mail/ann"), 0);
	ck_assert_int_eq(remove_ann(false), 0);
	ck_assert_int_eq(access(name, F_OK), 0);
	ck_assert_str_eq(heard, "kept/ann-20261129-163000.tar.part: this archive of 'ann' was begun by a "
	                        "run that was broken off, and is not whole\n");
}
END_TEST

START_TEST(test_lock)
{
	static const struct {
		const char *text; /* of the file; NULL: its pid */
		bool is_alive, is_before, is_other, stays;
		mode_t mode;
	} rows[] = {
		{NULL, false, true, false, false, 0644}, {"", false, true, false, false, 0600},
		{NULL, true, true, false, true, 0644},   {NULL, false, false, false, true, 0644},
		{NULL, false, true, true, true, 0644},   {NULL, false, true, false, true, 0666},
		{"mail", false, true, false, true, 0644},
	};
	char host[200], name[300], text[40];
	pid_t dead = fork();

	if (dead == 0)
		_exit(0);
	waitpid(dead, NULL, 0);
	gethostname(host, sizeof host);
	host[strcspn(host, ".")] = '\0';
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		pid_t pid = rows[i].is_alive ? getppid() : dead;

		folder_leave();
		set_up();
		ck_assert_int_eq(system("mkdir -p root/var/lib/mailreeve"), 0);
		snprintf(text, sizeof text, "%-10ld\n", rows[i].is_before ? (long)pid : 1L);
		folder_write("root/var/lib/mailreeve/plan.lock", text);
		snprintf(name, sizeof name, "root/var/mail/.lk%05ld%x%.23s", (long)pid, 7, host);
		snprintf(text, sizeof text, "%ld\n", (long)pid);
		folder_write(name, rows[i].text == NULL ? text : rows[i].text);
		ck_assert_int_eq(chmod(name, rows[i].mode), 0);
		if (rows[i].is_other)
			ck_assert_int_eq(chown(name, 1001, 8), 0);
		ck_assert_int_eq(remove_ann(false), 1);
		ck_assert_msg((access(name, F_OK) == 0) == rows[i].stays, "row %zu", i);
	}
}
END_TEST

/* Whose it was nobody knows any more: check names it. */
START_TEST(test_check)
{
	const struct timespec old[2] = {{1000, 0}, {1000, 0}};
	const struct reeve_talk talk = {.diag = hear};
	struct reeve_users_how how = {.root = root, .what = "test", .talk = &talk};
	struct reeve_error err = {0};
	struct reeve_users *users = reeve_users_open(&how, &err);

	folder_write("root/var/mail/.lk123450host", "12345\n");
	folder_write("root/var/mail/.lk123451host", "12345\n");
	folder_write("root/var/mail/.hidden", "");
	ck_assert_int_eq(utimensat(AT_FDCWD, "root/var/mail/.lk123450host", old, 0), 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, "root/var/mail/.hidden", old, 0), 0);
	ck_assert_msg(reeve_users_check(users, false, &err) >= 0, "%s", err.text);
	reeve_users_close(users);
	ck_assert_ptr_nonnull(strstr(heard, "/var/mail/.lk123450host: a program that was killed while it"));
	ck_assert_ptr_null(strstr(heard, ".lk123451host"));
	ck_assert_ptr_null(strstr(heard, ".hidden"));
}
END_TEST

/* Killed behind userdel(8), which left passwd-: his home is where that says, if it is still his. */
START_TEST(test_home)
{
	static const struct {
		const char *before; /* what is behind "ann:x:" in passwd- */
		const char *owner;
		bool stays;
	} rows[] = {
		{"1001:8::/srv/odd:/usr/sbin/nologin", "1001", false},
		{"1001:8::/srv/odd/:/usr/sbin/nologin", "1001", false},
		{"1001:8::/srv/odd:/usr/sbin/nologin", "1002", true}, /* another's */
		{"1001:8::/srv/odd:/usr/sbin/nologin", "1003", true}, /* nobody's, and not his */
		{"1002:8::/srv/odd:/usr/sbin/nologin", "1002", true}, /* bob has the uid now */
		{"1001:8::/srv/other:/usr/sbin/nologin", "1001", true},
		{"1001:8::/srv:/usr/sbin/nologin", "1001", true}, /* all homes are in it */
		{"1001:8::/srv/x/../odd:/usr/sbin/nologin", "1001", true},
		{"999:100::/srv/odd:/usr/sbin/nologin", "999", true}, /* no mail user */
		{"1001:100::/srv/odd:/bin/sh", "1001", true},
	};
	char text[400];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		folder_leave();
		set_up();
		snprintf(text, sizeof text, "root:x:0:0::/root:/bin/sh\nann:x:%s\n", rows[i].before);
		folder_write("root/etc/passwd-", text);
		snprintf(text, sizeof text,
		         "sed -i /ann/d root/etc/passwd root/etc/shadow; rm root/var/mail/ann\n"
		         "echo bob:x:1002:8::/srv/odd/bob:/usr/sbin/nologin >>root/etc/passwd\n"
		         "mkdir -p -m 755 root/srv/odd/Maildir; chown %s root/srv root/srv/odd",
		         rows[i].owner);
		ck_assert_int_eq(system(text), 0);
		if (!rows[i].stays)
			ck_assert_int_eq(system("sed -i /bob/d root/etc/passwd"), 0);
		ck_assert_int_eq(chown("root/srv", 0, 0), 0);
		ck_assert_msg(remove_ann(false) == !rows[i].stays, "row %zu", i);
		ck_assert_msg((access("root/srv/odd", F_OK) == 0) == rows[i].stays, "row %zu", i);
	}
}
END_TEST

Suite *suite_user_leftover(void)
{
	Suite *suite = suite_create("user/leftover");
	TCase *tcase = tcase_create("leftover");

	tcase_add_checked_fixture(tcase, set_up, folder_leave);
	if (user_root_can()) {
		tcase_add_test(tcase, test_archives);
		tcase_add_test(tcase, test_told_once);
		tcase_add_test(tcase, test_in_use);
		tcase_add_test(tcase, test_only_copy);
		tcase_add_test(tcase, test_lock);
		tcase_add_test(tcase, test_check);
		tcase_add_test(tcase, test_home);
	} else {
		unit_skip(7, "only root may chroot(2)");
	}
	suite_add_tcase(suite, tcase);
	return suite;
}
