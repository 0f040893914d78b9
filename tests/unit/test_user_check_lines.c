/* SPDX-License-Identifier: MIT */
/* What check finds of virtual users and their mail, and what it does not. */
#include "check_root.h"
#include "folder.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
	const char *name;
	const char *users, *places;
	const char *says;
} lines[] = {
	{"no file", NULL, NULL,
         "W root/etc/dovecot/users:0: the passwd-file of virtual users is not there\n"},
	{"all is well", "ann@x:{SHA512-CRYPT}$6$salt$hash:^:&::/v/ann\n", "v/ann/ 0700 v/ann/M/ 0700", ""},
	{"nothing is there yet", "ann@x::^:&::/v/ann\n", NULL,
         "N root/etc/dovecot/users:1: 'ann@x' has no mailbox yet: there is no 'root/v/ann/M'\n"},
	{"open places", "ann@x::^:&::/v/ann\n", "v/ann/ 0755 v/ann/M/ 0777",
         "P root/v/ann:0: the home of 'ann@x' may be read by every user (mode 0755)\n"
         "P root/v/ann/M:0: the mailbox of 'ann@x' may be read and changed by every user (mode "
         "0777)\n"},
	{"another's", "ann@x::#:&::/v/ann\n", "v/ann/ 0700 v/ann/M/ 0700",
         "P root/v/ann:0: the home of 'ann@x' belongs to uid ^\n"
         "P root/v/ann/M:0: the mailbox of 'ann@x' belongs to uid ^\n"},
	{"nobody knows whose", "ann@x:::::/v/ann\n", "v/ann/ 0700 v/ann/M/ 0700", ""},
	{"one home for many", "ann@x::^:&::/v\nbob@x::^:&::/v\n", "v/ 0755 v/M/ 0700",
         "P root/v:0: the home of 'ann@x' may be read by every user (mode 0755)\n"},
	{"twice", "ann@x::^:&::/v/ann\nbob@x\nann@x::^:&::/v/other\n", "v/ann/ 0700 v/ann/M/ 0700",
         "W root/etc/dovecot/users:3: 'ann@x' is there already (line 1), and the first line counts\n"},
	{"upper case", "ann@x:::::/v/ann\nBob@x\n", "v/ann/ 0700 v/ann/M/ 0700",
         "P root/etc/dovecot/users:2: Dovecot makes lower case of names: nobody reaches 'Bob@x'\n"},
	{"passwords", "ann@x:::::/v/ann::nopassword\nbob@x:{DES-CRYPT}JuXD4WLNH.kOs\n",
         "v/ann/ 0700 v/ann/M/ 0700",
         "P root/etc/dovecot/users:1: no password of 'ann@x' is asked for (nopassword)\n"
         "W root/etc/dovecot/users:2: the password of 'bob@x' is of the scheme DES-CRYPT, which is "
         "weak\n"},
	{"of the system, too", "root:{DES-CRYPT}JuXD4WLNH.kOs:^:&::/v/root\n", "v/root/ 0700 v/root/M/ 0700",
         "W root/etc/dovecot/users:1: the password of 'root' is of the scheme DES-CRYPT, which is "
         "weak\n"
         "P root/etc/dovecot/users:1: 'root' is a user of the system, too: each lets him in by a "
         "password of its own\n"},
	{"the quota of one of the system", "root:::::/v/root::userdb_quota_rule=*:storage=1G\n",
         "v/root/ 0700 v/root/M/ 0700", ""},
	{"mail of those who are gone",
         "ann@x::^:&::/v/x/ann\nmoved@x::^:&::/v/x/elsewhere\nbob@y::^:&::/w/bob\ncat@z::^:&::/w/cat\n",
         "v/x/ann/ 0700 v/x/ann/M/ 0700 v/x/elsewhere/ 0700 v/x/elsewhere/M/ 0700 v/x/zoe/M/ 0700 v/x/moved/M/ 0700 "
         "v/x/sieve/ 0755 v/x/.old/M/ 0755 w/bob/ 0700 w/bob/M/ 0700 w/cat/ 0700 w/cat/M/ 0700 "
         "w/dan/M/ 0700",
         "W root/v/x/zoe:0: a mailbox without a user: there is no 'zoe@x'\n"},
	{"in the spool", "ann@x:::::/v/ann::userdb_mail=mbox:~/m:INBOX=/var/mail/%u\n",
         "v/ann/ 0700 var/mail/ann@x 0644 var/mail/bob@x 0600",
         "W root/var/mail/bob@x:0: a mailbox without a user: there is no 'bob@x'\n"
         "P root/var/mail/ann@x:0: the mailbox of 'ann@x' may be read by every user (mode 0644)\n"},
};

START_TEST(test_lines)
{
	struct reeve_users_how how = {.root = "root", .talk = &check_talk};
	char says[2048];

	for (int i = 0; i < ROWS(lines); i++) {
		check_root(ROOT, "", MAIL, lines[i].places);
		ck_assert_int_eq(mkdir("root/etc/dovecot", 0755), 0);
		folder_write("root/etc/dovecot/dovecot.conf", FILE_23);
		check_write("root/etc/dovecot/users", lines[i].users);
		check_users(&how, false);
		check_fill(lines[i].says, says, sizeof says);
		ck_assert_msg(strcmp(check_said, says) == 0, "%s:\n%s", lines[i].name, check_said);
	}
}
END_TEST

/* What Dovecot knows from elsewhere may be theirs. */
START_TEST(test_left)
{
	struct reeve_users_how how = {.root = "root", .talk = &check_talk};

	check_root(ROOT, "", MAIL, "v/ann/ 0700 v/ann/M/ 0700 v/zoe/M/ 0700");
	ck_assert_int_eq(mkdir("root/etc/dovecot", 0755), 0);
	check_write("root/etc/dovecot/users", "ann@x::^:&::/v/ann\n");
	folder_write("root/etc/dovecot/dovecot.conf", FILE_23);
	ck_assert_int_eq(check_users(&how, false), 1);
	ck_assert_str_eq(check_said, "W root/v/zoe:0: a mailbox without a user: there is no 'zoe@x'\n");
	folder_write("root/etc/dovecot/dovecot.conf", FILE_23 "userdb {\n driver = sql\n}\n");
	ck_assert_int_eq(check_users(&how, false), 0);
}
END_TEST

/* Passwords that are guessed fast or need not be; a mechanism may ask for them so. */
START_TEST(test_passwords)
{
	static const struct {
		const char *field, *mechanisms, *says;
	} rows[] = {
		{"{PLAIN}secret", "plain",
	         "W root/etc/dovecot/users:1: the password of 'ann@x' is of the scheme PLAIN, which is the "
	         "password itself\n"},
		{"{cleartext}secret", "plain login",
	         "W root/etc/dovecot/users:1: the password of 'ann@x' is of the scheme CLEARTEXT, which is "
	         "the password itself\n"},
		{"{PLAIN.HEX}414243", "plain CRAM-MD5",
	         "N root/etc/dovecot/users:1: the password of 'ann@x' is of the scheme PLAIN.HEX, which is "
	         "the password itself; auth_mechanisms has one that needs it: cram-md5\n"},
		{"{SHA512}aa", "plain cram-md5",
	         "W root/etc/dovecot/users:1: the password of 'ann@x' is of the scheme SHA512, which is "
	         "guessed fast\n"},
		{"{CRAM-MD5}aa", "plain digest-md5",
	         "W root/etc/dovecot/users:1: the password of 'ann@x' is of the scheme CRAM-MD5, which is "
	         "guessed fast\n"},
		{"{CRAM-MD5}aa", "cram-md5",
	         "N root/etc/dovecot/users:1: the password of 'ann@x' is of the scheme CRAM-MD5, which is "
	         "guessed fast; auth_mechanisms has one that needs it: cram-md5\n"},
		{"{HMAC-MD5}aa", "cram-md5",
	         "N root/etc/dovecot/users:1: the password of 'ann@x' is of the scheme HMAC-MD5, which is "
	         "weak; auth_mechanisms has one that needs it: cram-md5\n"},
		{"{BLF-CRYPT}$2y$05$abcdefghijklmnopqrstuu5Lcxz1sW3XBuwkbZSVHmEp4yb.CxZBC", "plain",
	         "W root/etc/dovecot/users:1: the password of 'ann@x' is of the scheme BLF-CRYPT, of a cost "
	         "below 10\n"},
		{"{CRYPT}$!{PLAIN}secret", "plain",
	         "W root/etc/dovecot/users:1: the password of 'ann@x' is of the scheme PLAIN, which is the "
	         "password itself\n"},
		{"{ARGON2ID}$argon2id$v=19$x", "plain", ""},
	};
	struct reeve_users_how how = {.root = "root", .talk = &check_talk};
	char text[300];

	for (int i = 0; i < ROWS(rows); i++) {
		check_root(ROOT, "", MAIL, "v/ann/ 0700 v/ann/M/ 0700");
		ck_assert_int_eq(mkdir("root/etc/dovecot", 0755), 0);
		snprintf(text, sizeof text, FILE_23 "auth_mechanisms = %s\n", rows[i].mechanisms);
		folder_write("root/etc/dovecot/dovecot.conf", text);
		snprintf(text, sizeof text, "ann@x:%s:^:&::/v/ann\n", rows[i].field);
		check_write("root/etc/dovecot/users", text);
		ck_assert_int_eq(check_users(&how, false), rows[i].says[0] == 'W');
		ck_assert_msg(strcmp(check_said, rows[i].says) == 0, "%s:\n%s", rows[i].field, check_said);
	}
}
END_TEST

Suite *suite_user_check_lines(void)
{
	Suite *s = suite_create("user/check_lines");
	TCase *tc = tcase_create("check_lines");

	tcase_add_checked_fixture(tc, check_enter, folder_leave);
	tcase_add_test(tc, test_lines);
	tcase_add_test(tc, test_left);
	tcase_add_test(tc, test_passwords);
	suite_add_tcase(s, tc);
	return s;
}
