/* SPDX-License-Identifier: MIT */
/* Whose mailbox is where, in a made-up root. */
#include "folder.h"
#include "unit.h"

#include <mailreeve/mbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROWS(table) (int)(sizeof table / sizeof table[0])

static void enter(void)
{
	folder_enter();
	ck_assert_int_eq(mkdir("root", 0755), 0);
	ck_assert_int_eq(mkdir("root/etc", 0755), 0);
	ck_assert_int_eq(mkdir("root/var", 0755), 0);
	ck_assert_int_eq(mkdir("root/var/mail", 0755), 0);
	folder_write("root/etc/passwd", "root:x:0:0::/root:/bin/sh\n"
	                                "ann:x:1000:1000:Ann:/home/ann:/bin/sh\n"
	                                "\n"
	                                "broken line\n"
	                                "bob.x:x:1001:1001::/home/bob:/bin/sh\n");
}

/* What login.defs says, and where ann's mail is then. */
static const struct {
	const char *name;
	const char *defs; /* NULL: no file */
	const char *path;
} defs[] = {
	{"no login.defs", NULL, "root/var/mail/ann"},
	{"nothing said", "# MAIL_DIR /elsewhere\nUMASK 022\n", "root/var/mail/ann"},
	{"tabs", "MAIL_DIR\t\t/var/spool/mail\n", "root/var/spool/mail/ann"},
	{"blanks around", "  \tMAIL_DIR   /srv/mail  \t\r\n", "root/srv/mail/ann"},
	{"quotes", "MAIL_DIR \"/srv/my mail\" # note\n", "root/srv/my mail/ann"},
	{"a blank inside", "MAIL_DIR /srv/my mail\n", "root/srv/my mail/ann"},
	{"no newline", "MAIL_DIR /srv/mail", "root/srv/mail/ann"},
	{"slash at the end", "MAIL_DIR /srv/mail//\n", "root/srv/mail/ann"},
	{"the last wins", "MAIL_DIR /one\nMAIL_DIR /two\n", "root/two/ann"},
	{"a longer name", "MAIL_DIRECTORY /one\nXMAIL_DIR /two\n", "root/var/mail/ann"},
	{"no value", "MAIL_DIR /one\nMAIL_DIR\n", "root/one/ann"},
	{"in the home", "MAIL_FILE .mail\n", "root/home/ann/.mail"},
	{"MAIL_DIR first", "MAIL_FILE .mail\nMAIL_DIR /srv/mail\n", "root/srv/mail/ann"},
};

START_TEST(test_login_defs)
{
	for (int i = 0; i < ROWS(defs); i++) {
		struct reeve_error err = {0};

		if (defs[i].defs != NULL)
			folder_write("root/etc/login.defs", defs[i].defs);
		char *path = reeve_spool_user("root/", "ann", &err);
		ck_assert_msg(path != NULL, "%s: %s", defs[i].name, err.text);
		ck_assert_msg(strcmp(path, defs[i].path) == 0, "%s: %s", defs[i].name, path);
		free(path);
	}
}
END_TEST

static const struct {
	const char *user;
	const char *path; /* NULL: it fails */
	const char *error;
} users[] = {
	{"ann", "root/var/mail/ann", NULL},
	{"bob.x", "root/var/mail/bob.x", NULL},
	{"nobody", NULL, "there is no user 'nobody'"},
	{"broken line", NULL, "there is no user 'broken line'"},
	{"", NULL, "'' cannot be a user's name"},
	{".", NULL, "'.' cannot be a user's name"},
	{"..", NULL, "'..' cannot be a user's name"},
	{"../ann", NULL, "'../ann' cannot be a user's name"},
	{"a/b", NULL, "'a/b' cannot be a user's name"},
	{"ann.lock", NULL, "'ann.lock' cannot be a user's name"},
};

START_TEST(test_users)
{
	for (int i = 0; i < ROWS(users); i++) {
		struct reeve_error err = {0};
		char *path = reeve_spool_user("root", users[i].user, &err);

		ck_assert_pstr_eq(path, users[i].path);
		if (users[i].error != NULL) {
			ck_assert_str_eq(err.text, users[i].error);
			ck_assert_int_eq(err.code, REEVE_EUSAGE);
		}
		free(path);
	}
}
END_TEST

START_TEST(test_this_host)
{
	struct reeve_error err = {0};
	char *path = reeve_spool_user(NULL, "root", &err);

	ck_assert_msg(path != NULL, "%s", err.text);
	ck_assert_int_eq(path[0], '/');
	free(path);
	ck_assert_ptr_null(reeve_spool_user("/", "nobody-has-this-name", &err));
	ck_assert_str_eq(err.text, "there is no user 'nobody-has-this-name'");
}
END_TEST

static void remember(void *user, const struct reeve_diag *diag)
{
	char *log = user;
	size_t n = strlen(log);

	snprintf(log + n, 2000 - n, "%d %s: %s\n", diag->severity, diag->file, diag->text);
}

START_TEST(test_walk)
{
	static const struct {
		const char *path;
		const char *user;
	} boxes[] = {
		{"root/var/mail/ann", "ann"},     {"root/var/mail/ann.old", NULL},
		{"root/var/mail/bob.x", "bob.x"}, {"root/var/mail/lock", NULL},
		{"root/var/mail/root", "root"},
	};
	char log[2000] = "";
	struct reeve_talk talk = {.diag = remember, .user = log};
	struct reeve_error err = {0};
	struct reeve_box box;

	for (size_t i = 5; i-- > 0;)
		folder_write(boxes[i].path, "");
	folder_write("root/var/mail/ann.lock", "1\n");
	folder_write("root/var/mail/.lk12345ahost", "1\n");
	ck_assert_int_eq(mkdir("root/var/mail/maildir", 0700), 0);
	ck_assert_int_eq(symlink("ann", "root/var/mail/link"), 0);
	ck_assert_int_eq(mkfifo("root/var/mail/fifo", 0600), 0);

	struct reeve_spool *spool = reeve_spool_open("root", &talk, &err);
	ck_assert_msg(spool != NULL, "%s", err.text);
	for (size_t i = 0; i < 5; i++) {
		ck_assert_int_eq(reeve_spool_next(spool, &box, &err), 1);
		ck_assert_str_eq(box.path, boxes[i].path);
		ck_assert_pstr_eq(box.user, boxes[i].user);
	}
	ck_assert_int_eq(reeve_spool_next(spool, &box, &err), 0);
	ck_assert_int_eq(reeve_spool_next(spool, &box, &err), 0);
	reeve_spool_close(spool);
	ck_assert_str_eq(log, "1 root/var/mail/fifo: left alone: it is a FIFO\n"
	                      "1 root/var/mail/link: left alone: it is a symbolic link\n"
	                      "0 root/var/mail/maildir: left alone: it is a folder\n");
}
END_TEST

START_TEST(test_walk_empty)
{
	struct reeve_error err = {0};
	struct reeve_box box;
	struct reeve_spool *spool = reeve_spool_open("root", NULL, &err);

	ck_assert_ptr_nonnull(spool);
	ck_assert_int_eq(reeve_spool_next(spool, &box, &err), 0);
	reeve_spool_close(spool);
	reeve_spool_close(NULL);
}
END_TEST

static const struct {
	const char *defs;
	const char *text;
} failures[] = {
	{"MAIL_DIR /none\n", "cannot open the mail folder 'root/none': No such file or directory"},
	{"MAIL_DIR /etc/passwd\n",
         "cannot open the mail folder 'root/etc/passwd': Not a directory"},
	{"MAIL_DIR mail\n", "MAIL_DIR 'mail' in 'root/etc/login.defs' is relative"},
};

START_TEST(test_walk_fails)
{
	struct reeve_error err = {0};

	folder_write("root/etc/login.defs", failures[_i].defs);
	ck_assert_ptr_null(reeve_spool_open("root", NULL, &err));
	ck_assert_str_eq(err.text, failures[_i].text);
}
END_TEST

/* An image's var/mail -> /var/spool/mail is, seen from here, this host's. */
START_TEST(test_link_out_of_root)
{
	struct reeve_error err = {0};

	ck_assert_int_eq(rmdir("root/var/mail"), 0);
	ck_assert_int_eq(symlink("/usr", "root/var/mail"), 0);
	ck_assert_ptr_null(reeve_spool_open("root", NULL, &err));
	ck_assert_str_eq(err.text, "'root/var/mail' leads out of 'root', to '/usr'");
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	ck_assert_ptr_null(reeve_spool_user("root", "ann", &err));
	ck_assert_int_eq(err.code, REEVE_EREFUSED);

	ck_assert_int_eq(unlink("root/var/mail"), 0);
	ck_assert_int_eq(symlink("../etc", "root/var/mail"), 0);
	struct reeve_spool *spool = reeve_spool_open("root", NULL, &err);
	ck_assert_ptr_nonnull(spool);
	reeve_spool_close(spool);
}
END_TEST

/* Without a passwd file nobody knows who is an orphan. */
START_TEST(test_no_passwd)
{
	struct reeve_error err = {0};
	struct reeve_box box;

	folder_write("root/var/mail/ann", "");
	ck_assert_int_eq(unlink("root/etc/passwd"), 0);
	struct reeve_spool *spool = reeve_spool_open("root", NULL, &err);
	ck_assert_ptr_nonnull(spool);
	ck_assert_int_eq(reeve_spool_next(spool, &box, &err), -1);
	ck_assert_str_eq(err.text, "cannot read 'root/etc/passwd': No such file or directory");
	reeve_spool_close(spool);
}
END_TEST

Suite *suite_spool(void)
{
	Suite *suite = suite_create("mbox/spool");
	TCase *cases = tcase_create("spool");

	tcase_add_checked_fixture(cases, enter, folder_leave);
	tcase_add_test(cases, test_login_defs);
	tcase_add_test(cases, test_users);
	tcase_add_test(cases, test_this_host);
	tcase_add_test(cases, test_walk);
	tcase_add_test(cases, test_walk_empty);
	tcase_add_loop_test(cases, test_walk_fails, 0, ROWS(failures));
	tcase_add_test(cases, test_link_out_of_root);
	tcase_add_test(cases, test_no_passwd);
	suite_add_tcase(suite, cases);
	return suite;
}
