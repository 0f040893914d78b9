/* SPDX-License-Identifier: MIT */
/* Virtual users who leave: home and mail where Dovecot has them, by their lines; what stays is said. */
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include "user_wish.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_ "root/etc/dovecot/users"

/* A passwd-file for both; the mail is uid 5000's. */
static void set_up(void)
{
	wish_enter();
	ck_assert_int_eq(
		system("set -e; cd root; mkdir -p etc/dovecot srv ../kept\n"
	               "for d in uh1 uh2 md mb two; do mkdir -p srv/$d; echo mail >srv/$d/inbox; done\n"
	               "chown -R 5000:5000 srv/*; chmod 700 srv/*\n"),
		0);
	folder_write("root/etc/dovecot/dovecot.conf",
	             "mail_location = maildir:~/Maildir\n"
	             "passdb {\n driver = passwd-file\n args = /etc/dovecot/users\n}\n"
	             "userdb {\n driver = passwd-file\n args = /etc/dovecot/users\n}\n");
}

#define TWO_FOUR                                                                                 \
	"printf '%s\n' 'dovecot_config_version = 2.4.0' 'mail_driver = maildir' "                  \
	"'mail_path = ~/Maildir' 'passdb passwd-file {' ' passwd_file_path = /etc/dovecot/users' " \
	"'}' 'userdb passwd-file {' ' passwd_file_path = /etc/dovecot/users' '}' "                 \
	">etc/dovecot/dovecot.conf"

static const struct row {
	const char *name, *line, *command, *gone, *stays, *told;
} rows[] = {
	{"userdb_home", "uh:x:5000:5000::/srv/uh1::userdb_home=/srv/uh2", ":", "uh2", "uh1", "uh1"},
	{"userdb_home with a variable", "uh:x:5000:5000::/srv/uh1::userdb_home=/srv/%n2", ":", "uh2",
         "uh1", "uh1"},
	{"userdb_home of another", "uh:x:5000:5000::/srv/uh1",
         "echo b:x:5000:5000::/srv/b::userdb_home=/srv/uh1 >>etc/dovecot/users", NULL, "uh1", "uh1"},
	{"userdb_home of another, by his name", "uh:x:5000:5000::/srv/uh1",
         "echo b:x:5000:5000::/srv/b::userdb_home=/srv/uh1/%n >>etc/dovecot/users", NULL, "uh1",
         "uh1"},
	{"userdb_mail of another", "uh:x:5000:5000::/srv/uh1",
         "echo b:x:5000:5000::/srv/b::userdb_mail=maildir:/srv/uh1/b >>etc/dovecot/users", NULL,
         "uh1", "uh1"},
	{"userdb_uid", "uh:x:5001:5001::/srv/uh1::userdb_uid=5000 userdb_gid=5000", ":", "uh1", "uh2",
         NULL},
	{"userdb_mail", "uh:x:5000:5000::/srv/uh1::userdb_mail=maildir:/srv/md", ":", "md", "uh2",
         NULL},
	{"a file", "uh:x:5000:5000::/srv/uh1::userdb_mail=mbox:~/mail:INBOX=/srv/mb/inbox", ":",
         "mb/inbox", "mb", NULL},
	{"2.4", "uh:x:5000:5000::/srv/uh1::userdb_mail_path=/srv/md", TWO_FOUR, "md", "uh2", NULL},
	{"a file in 2.4",
         "uh:x:5000:5000::/srv/uh1::userdb_mail_driver=mbox userdb_mail_path=~/mail "
         "userdb_mail_inbox_path=/srv/mb/inbox",
         TWO_FOUR, "mb/inbox", "mb", NULL},
	{"folders beside INBOX", "uh:x:5000:5000::/srv/uh1",
         "sed -i '1s,.*,mail_location = mbox:/srv/%u2:INBOX=/srv/uh1/inbox,' etc/dovecot/dovecot.conf", "uh1",
         "uh2", "uh2"},
	{"folders beside INBOX, by the line", "uh:x:5000:5000::/srv/uh1::userdb_mail=mbox:/srv/two:INBOX=~/inbox",
         ":", "uh1", "two", "two"},
	{"another namespace", "uh:x:5000:5000::/srv/uh1",
         "printf 'namespace a {\n prefix = a/\n location = maildir:/srv/%%n2\n}\n' >>etc/dovecot/dovecot.conf",
         "uh1", "uh2", "uh2"},
	{"another namespace of 2.4", "uh:x:5000:5000::/srv/uh1",
         TWO_FOUR "; printf 'namespace a {\n mail_path = /srv/%%{user}2\n}\n' >>etc/dovecot/dovecot.conf",
         "uh1", "uh2", "uh2"},
	{"one that is disabled", "uh:x:5000:5000::/srv/uh1",
         "printf 'namespace a {\n location = maildir:/srv/%%n2\n disabled = yes\n}\n' "
         ">>etc/dovecot/dovecot.conf", "uh1", "uh2", NULL},
	{"one for all", "uh:x:5000:5000::/srv/uh1",
         "printf 'namespace a {\n location = maildir:/srv/two\n}\n' >>etc/dovecot/dovecot.conf", "uh1", "two",
         NULL},
	{"one in the home", "uh:x:5000:5000::/srv/uh1",
         "printf 'namespace a {\n location = maildir:/srv/%%n1/a\n}\n' >>etc/dovecot/dovecot.conf; "
         "mkdir srv/uh1/a; chown 5000 srv/uh1/a", "uh1", "two", NULL},
	{"another has it, too", "uh:x:5000:5000::/srv/uh1::userdb_mail=maildir:/srv/md",
         "echo b:x:5000:5000::/srv/b::userdb_mail=maildir:/srv/md >>etc/dovecot/users", "uh1", "md",
         "md"},
	{"another's home", "uh:x:5000:5000::/srv/uh1::userdb_mail=maildir:/srv/md",
         "echo b:x:5000:5000::/srv/md/b >>etc/dovecot/users", "uh1", "md", "md"},
	{"in another's home", "uh:x:5000:5000::/srv/uh1::userdb_mail=maildir:/srv/md/x",
         "mkdir srv/md/x; chown 5000 srv/md/x; echo b:x:5000:5000::/srv/md >>etc/dovecot/users",
         "uh1", "md/x", "md/x"},
	{"not his", "uh:x:5000:5000::/srv/uh1::userdb_mail=maildir:/srv/md", "chown 5001 srv/md", "uh1",
         "md", "md"},
	{"a link", "uh:x:5000:5000::/srv/uh1::userdb_mail=maildir:/srv/md",
         "rm -r srv/md; ln -s two srv/md; chown -h 5000 srv/md", "uh1", "two/inbox", "md"},
	{"another path", "uh:x:5000:5000::/srv/uh1::userdb_mail=maildir:/srv/../srv/md", ":", "uh1",
         "md", "../srv/md"},
	{"the system's", "uh:x:5000:5000::/srv/uh1::userdb_mail=maildir:/srv",
         "chown 5000 srv", "uh1", "md", ""},
};

START_TEST(test_own)
{
	const struct row *row = &rows[_i];
	enum reeve_users_mail mails[] = {REEVE_USERS_REMOVE_MAIL, REEVE_USERS_ARCHIVE_MAIL};
	char text[600];

	for (size_t k = 0; k < 2; k++) {
		struct reeve_error err = {0};
		struct reeve_users *users;

		folder_leave();
		set_up();
		snprintf(text, sizeof text, "%s\n", row->line);
		folder_write(FILE_, text);
		snprintf(text, sizeof text, "cd root; %s", row->command);
		ck_assert_int_eq(system(text), 0);
		users = wish_begin();
		reeve_users_remove(users, "uh", mails[k], "kept");
		ck_assert_msg(wish_end(users, &err) > 0, "%s: %s", row->name, err.text);
		ck_assert_ptr_null(strstr(folder_read(FILE_), "uh:"));
		if (row->gone != NULL) {
			snprintf(text, sizeof text, "[ ! -e root/srv/%s ]", row->gone);
			ck_assert_msg(system(text) == 0, "%s: %s", row->name, row->gone);
			snprintf(text, sizeof text, "tar -tf kept/uh-*.tar | grep -q '^srv/%s/*$'",
			         row->gone);
			ck_assert_msg(k == 0 || system(text) == 0, "%s: no %s", row->name,
			              row->gone);
		}
		snprintf(text, sizeof text, "[ -e root/srv/%s ]", row->stays);
		ck_assert_msg(system(text) == 0, "%s: %s", row->name, row->stays);
		snprintf(text, sizeof text, "/srv%s%s:0 ", row->told == NULL || !*row->told ? "" : "/",
		         row->told == NULL ? "" : row->told);
		ck_assert_msg(row->told == NULL ? wish_told[0] == '\0'
		                                : strncmp(wish_told, text, strlen(text)) == 0 &&
		                                          strstr(wish_told, "of 'uh' stays: ") != NULL,
		              "%s: '%s'", row->name, wish_told);
	}
}
END_TEST

/* A new user gets no home that is another's by userdb_home. */
START_TEST(test_neighbour)
{
	struct reeve_error err = {0};
	struct reeve_users *users;

	folder_write(FILE_, "uh:x:5000:5000::/srv/uh1::userdb_home=/srv/uh2\n");
	users = wish_begin();
	reeve_users_add(users, &(struct reeve_user_wish){.name = "uh2@x.org",
	                                                 .home = "/srv/uh2",
	                                                 .has_ids = true,
	                                                 .uid = 5000,
	                                                 .gid = 5000});
	ck_assert_int_eq(wish_end(users, &err), -1);
	ck_assert_msg(strstr(wish_told, "the home '/srv/uh2' is that of 'uh', or has it inside") != NULL ||
	                      strstr(err.text, "the home '/srv/uh2' is that of 'uh'") != NULL,
	              "%s / %s", err.text, wish_told);
}
END_TEST

/* A domain that is a link to another: who is asked for by it is somebody of the other. */
START_TEST(test_twin)
{
	static const struct {
		const char *name, *command, *text;
	} twins[] = {
		{"ann@alias.org", "ln -s a.org alias.org",
	         "'ann@alias.org' and 'ann@a.org' are one line: "},
		{"ann@file.org", "mkdir file.org; ln -s ../a.org/passwd file.org/passwd",
	         "'ann@file.org' and 'ann@a.org' are one line: "},
		{"ann@a.org", "ln -s a.org alias.org", NULL},
		{"ann@a.org", "mkdir b.org; cp a.org/passwd b.org", NULL},
	};
	char text[300];

	for (size_t i = 0; i < sizeof twins / sizeof twins[0]; i++) {
		struct reeve_error err = {0};
		struct reeve_users *users;

		folder_leave();
		set_up();
		ck_assert_int_eq(system("cd root; mkdir -p etc/vmail/a.org srv/a.org/ann; "
		                        "chown 5000:5000 srv/a.org/ann; "
		                        "echo ann:x:5000:5000::/srv/a.org/ann >etc/vmail/a.org/passwd; "
		                        "sed -i 's,/etc/dovecot/users,username_format=%n "
		                        "/etc/vmail/%d/passwd,' etc/dovecot/dovecot.conf"),
		                 0);
		snprintf(text, sizeof text, "cd root/etc/vmail; %s", twins[i].command);
		ck_assert_int_eq(system(text), 0);
		users = wish_begin();
		reeve_users_remove(users, twins[i].name, REEVE_USERS_REMOVE_MAIL, NULL);
		int got = wish_end(users, &err);
		ck_assert_msg((got < 0) == (twins[i].text != NULL), "%s: %d %s", twins[i].name, got,
		              err.text);
		if (twins[i].text != NULL)
			ck_assert_msg(strncmp(err.text, twins[i].text, strlen(twins[i].text)) == 0,
			              "%s", err.text);
		ck_assert_int_eq(system("grep -q ^ann: root/etc/vmail/a.org/passwd && "
		                        "[ -e root/srv/a.org/ann ]") == 0,
		                 twins[i].text != NULL);
		ck_assert_int_eq(strstr(wish_told, "'ann@alias.org' are one line, which goes") != NULL,
		                 i == 2);
	}
}
END_TEST

/* A home that stays is told of, whoever he is. */
START_TEST(test_stays)
{
	static const struct {
		const char *home, *told;
	} homes[] = {
		{"/root", "/root:0 the home of 'ann' stays: it is where the system has its own\n"},
		{"/etc", "/etc:0 the home of 'ann' stays: it is where the system has its own\n"},
		{"/opt", "/opt:0 the home of 'ann' stays: it is where the system has its own\n"},
		{"/srv/../etc", "/srv/../etc:0 the home of 'ann' stays: the home '/srv/../etc' has '.' or "
	                        "'..' in it\n"},
		{"srv/md", "srv/md:0 the home of 'ann' stays: the home 'srv/md' is no absolute path\n"},
		{"", ":0 'ann' has no home: mail of his that is elsewhere stays\n"},
		{"/srv/uh2", "/srv/uh2:0 the home of 'ann' stays: it is that of 'bob', too, or has it "
	                     "inside\n"},
		{"/srv/gone", ""},
		{"/nonexistent", ""},
	};
	char text[300];

	for (size_t i = 0; i < 2 * (sizeof homes / sizeof homes[0]); i++) {
		const char *home = homes[i / 2].home;
		struct reeve_error err = {0};
		struct reeve_users *users;

		folder_leave();
		set_up();
		wish_told[0] = '\0';
		ck_assert_int_eq(system("mkdir -p root/root root/opt; chown 5000:5000 root/root root/opt root/etc"), 0);
		folder_write(FILE_, "");
		if (i % 2 == 0)
			snprintf(text, sizeof text, "ann:x:5000:5000::%s\nbob:x:5000:5000::/srv/uh2\n",
			         home);
		else
			snprintf(text, sizeof text,
			         "root:x:0:0::/root:/bin/sh\nann:x:5000:8::%s:/usr/sbin/nologin\n"
			         "bob:x:5001:8::/srv/uh2:/usr/sbin/nologin\n",
			         home);
		folder_write(i % 2 == 0 ? FILE_ : "root/etc/passwd", text);
		users = wish_begin();
		reeve_users_remove(users, "ann", i / 2 % 2 ? REEVE_USERS_REMOVE_MAIL
		                                           : REEVE_USERS_ARCHIVE_MAIL, "kept");
		ck_assert_msg(wish_end(users, &err) >= 1, "'%s' %zu: %s", home, i, err.text);
		ck_assert_msg(strcmp(wish_told, homes[i / 2].told) == 0, "'%s' %zu: %s", home, i,
		              wish_told);
		ck_assert_int_eq(system("[ -e root/srv/uh2/inbox -a -e root/root -a -e root/srv/md ]"), 0);
	}
}
END_TEST

Suite *suite_user_leaving(void)
{
	Suite *suite = suite_create("user/leaving");
	TCase *tcase = tcase_create("leaving");

	tcase_add_checked_fixture(tcase, set_up, folder_leave);
	if (user_root_can()) {
		tcase_add_loop_test(tcase, test_own, 0, sizeof rows / sizeof rows[0]);
		tcase_add_test(tcase, test_neighbour);
		tcase_add_test(tcase, test_twin);
		tcase_add_test(tcase, test_stays);
	} else {
		unit_skip(sizeof rows / sizeof rows[0] + 3, "only root may chroot(2)");
	}
	suite_add_tcase(suite, tcase);
	return suite;
}
