/* SPDX-License-Identifier: MIT */
/* Virtual users who are removed: the line, the home, and who has to stay for their sake. */
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include "user_virtual.h"
#include "user_wish.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct removed {
	const char *name, *command;
	int steps;
	const char *look; /* in the root */
} removed[] = {
	{"with her home", ":", 3,
         "[ ! -e srv/vmail/example.org/eve ] && tar -tf ../kept/eve@example.org-*.tar | "
         "grep -q '^srv/vmail/example.org/eve/$'"},
	{"another has the home, too",
         "echo bob@example.org::900:900::/srv/vmail/example.org/eve >>etc/dovecot/users", 1,
         "[ -e srv/vmail/example.org/eve ]"},
	{"another's is inside",
         "echo bob@example.org::900:900::/srv/vmail/example.org/eve/bob >>etc/dovecot/users", 1,
         "[ -e srv/vmail/example.org/eve ]"},
	{"one home for all", "sed -i 's,/eve:,:,; s,/example.org:,:,' etc/dovecot/users", 1,
         "[ -e srv/vmail/example.org/eve ]"},
	{"one mailbox for all",
         "mkdir -p srv/all/Maildir; chown -R 900:900 srv/all; "
         "sed -i 's,maildir:~/M,maildir:/srv/all/Maildir,' etc/dovecot/users; "
         "echo bob@example.org::900:900::/srv/bob::userdb_mail=maildir:/srv/all/Maildir "
         ">>etc/dovecot/users",
         3, "[ -e srv/all/Maildir ] && [ ! -e srv/vmail/example.org/eve ]"},
	{"home of somebody", "chown 901 srv/vmail/example.org/eve", 1, "[ -e srv/vmail/example.org/eve ]"},
	/* Killed before the home went. */
	{"no line any more", "sed -i /eve/d etc/dovecot/users", 2, "[ ! -e srv/vmail/example.org/eve ]"},
};

START_TEST(test_remove)
{
	const struct removed *row = &removed[_i];
	struct reeve_error err = {0};
	char command[600];

	snprintf(command, sizeof command, "cd root; %s", row->command);
	ck_assert_int_eq(system(command), 0);
	int got = wish_remove("eve@example.org", REEVE_USERS_ARCHIVE_MAIL, &err);
	ck_assert_msg(got == row->steps, "%s: %d, '%s'", row->name, got, err.text);
	snprintf(command, sizeof command,
	         "cd root && ! grep -q eve@example.org etc/dovecot/users && [ -e srv/vmail ] && %s",
	         row->look);
	ck_assert_msg(system(command) == 0, "%s", row->name);
}
END_TEST

/* Of a file that Dovecot does not know the lines say all; of one that it asks for passwords only, nothing. */
START_TEST(test_own_home)
{
	static const struct {
		const char *conf, *home, *look;
		int steps;
	} files[] = {
		{"mail_home = /home/%n\n", "/v/u7",
	         "[ ! -e v/u7 ] && tar -tf ../kept/u8@x.org-*.tar | grep -q '^v/u7/mail$'", 3},
		{"passdb {\n driver = passwd-file\n args = /etc/pf2\n}\n"
	         "userdb {\n driver = static\n args = uid=950 gid=950 home=/home/%n\n}\n",
	         "/home/u8", "[ -e v/u7/mail ]", 1},
	};
	struct reeve_error err = {0};
	struct reeve_user user;
	struct reeve_users *users;

	ck_assert_int_eq(system("cd root; mkdir -p v/u7; echo mail >v/u7/mail; chown -R 950:950 v/u7; "
	                        "echo u8@x.org:x:950:950::/v/u7:: >etc/pf2"), 0);
	folder_write("root/etc/dovecot/dovecot.conf", files[_i].conf);
	users = wish_begin_in("root/etc/pf2");
	ck_assert_int_eq(reeve_users_find(users, "u8@x.org", &user, &err), 1);
	ck_assert(user.has_ids && user.uid == 950 && user.gid == 950);
	ck_assert_str_eq(user.home, files[_i].home);
	reeve_users_remove(users, "u8@x.org", REEVE_USERS_ARCHIVE_MAIL, "kept");
	int got = wish_end(users, &err);
	ck_assert_msg(got == files[_i].steps, "%d: %d, '%s'", _i, got, err.text);
	ck_assert_str_eq(folder_read("root/etc/pf2"), "");
	char command[200];
	snprintf(command, sizeof command, "cd root; %s", files[_i].look);
	ck_assert_msg(system(command) == 0, "%d", _i);
}
END_TEST

/* A user who is a line in two files stays in both. */
START_TEST(test_two_files)
{
	struct reeve_error err = {0};

	ck_assert_int_eq(system("sed -i '/userdb/,$s,/users,/homes,' root/etc/dovecot/dovecot.conf"), 0);
	ck_assert_int_eq(wish_remove("eve@example.org", REEVE_USERS_ARCHIVE_MAIL, &err), -1);
	ck_assert_str_eq(err.text, "Dovecot takes the password of 'eve@example.org' from "
	                           "'/etc/dovecot/users', and his home from '/etc/dovecot/homes': give its "
	                           "passdb and its userdb one file with both");
	ck_assert_str_ne(virtual_line("eve"), "(none)");
}
END_TEST

/* Whose uid virtual users have, or in whose home their mail is, stays as long as they do. */
static const struct owner {
	const char *name, *command;
	bool stays;
} owners[] = {
	{"his uid, by the line", ":", true},
	{"his uid, by mail_uid",
         "sed -i 's/:900:900:/:::/' etc/dovecot/users; echo mail_uid = vmail >>etc/dovecot/dovecot.conf",
         true},
	{"his home", "sed -i 's/:900:900:/:901:901:/' etc/dovecot/users", true},
	{"neither", "sed -i 's,:900:900::/srv/vmail,:901:901::/srv/vmail2,' etc/dovecot/users", false},
	{"nobody is left", ": >etc/dovecot/users", false},
};

START_TEST(test_owner)
{
	const struct owner *row = &owners[_i];
	struct reeve_error err = {0};
	char command[600];

	/* A mail user by his group, which vmail often is. */
	snprintf(command, sizeof command, "cd root; sed -i s/:900:900:/:900:8:/ etc/passwd; %s",
	         row->command);
	ck_assert_int_eq(system(command), 0);
	int got = wish_remove("vmail", REEVE_USERS_REMOVE_MAIL, &err);
	ck_assert_msg(got == (row->stays ? -1 : 2), "%s: %d, '%s'", row->name, got, err.text);
	ck_assert_str_eq(err.text, row->stays ? "'vmail' has the mail of virtual users, of "
	                                        "'eve@example.org' for one: remove these first"
	                                      : "");
	ck_assert_int_eq(system(row->stays ? "[ -e root/srv/vmail/example.org/eve ]"
	                                   : "[ ! -e root/srv/vmail ]"),
	                 0);
}
END_TEST

/* In one run, too. */
START_TEST(test_owner_last)
{
	struct reeve_error err = {0};
	struct reeve_users *users;

	ck_assert_int_eq(system("sed -i s/:900:900:/:900:8:/ root/etc/passwd"), 0);
	users = wish_begin();
	reeve_users_remove(users, "eve@example.org", REEVE_USERS_REMOVE_MAIL, NULL);
	reeve_users_remove(users, "vmail", REEVE_USERS_REMOVE_MAIL, NULL);
	int got = wish_end(users, &err);
	ck_assert_msg(got == 4, "%d, '%s'", got, err.text);
	ck_assert_int_eq(system("[ ! -e root/srv/vmail ] && ! grep vmail root/etc/passwd"), 0);
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

Suite *suite_user_virtual_remove(void)
{
	Suite *suite = suite_create("user/virtual_remove");
	TCase *tcase = tcase_create("virtual_remove");

	if (!user_root_can()) {
		unit_skip(4 + COUNT(removed) + COUNT(owners),
		          "virtual users' homes are given to them only by root");
		return suite;
	}
	tcase_add_checked_fixture(tcase, virtual_enter, folder_leave);
	tcase_add_loop_test(tcase, test_remove, 0, COUNT(removed));
	tcase_add_loop_test(tcase, test_own_home, 0, 2);
	tcase_add_test(tcase, test_two_files);
	tcase_add_loop_test(tcase, test_owner, 0, COUNT(owners));
	tcase_add_test(tcase, test_owner_last);
	suite_add_tcase(suite, tcase);
	return suite;
}
