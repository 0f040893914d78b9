/* SPDX-License-Identifier: MIT */
/* Quotas of users: their own, in a passwd-file, and maildirs that are full. */
#include "folder.h"
#include "limits_files.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])
#define OLD                                                                                        \
	"protocols = lmtp\nmail_plugins = quota\nmail_location = maildir:~/Maildir:INDEX=x\n"      \
	"userdb {\n  driver = passwd-file\n  args = username_format=%n /etc/users\n}\n"
#define OLD_ROOT "plugin {\n  quota = count:x\n  quota_grace = 0\n"
#define NEW                                                                                        \
	"dovecot_config_version = 2.4.0\nprotocols = lmtp\nmail_plugins = quota\n"                 \
	"mail_driver = maildir\nmail_path = %{home}/Maildir\n"                                     \
	"userdb passwd-file {\n  passwd_file_path = /etc/users\n}\n"                               \
	"quota x {\n  storage_grace = 0\n"
#define ANN "ann@x.org:{PLAIN}a:1:1::/home/ann:"
#define BOB "bob:{PLAIN}b:1:1::/home/bob:"
#define FULL                                                                                       \
	"protocols = lmtp\nmail_plugins = quota\nmail_location = maildir:~/Maildir\n" OLD_ROOT     \
	"  quota_grace = 1k\n  quota_rule = *:bytes=133\n}\n"
#define USERDB "userdb {\n  driver = passwd-file\n  args = /etc/users\n"
#define IS_FULL(name)                                                                              \
	"mailbox-full Maildir:0 the mailbox of " name                                              \
	" has 133 bytes (133 B), and quota_rule *:bytes=133 is 133 (133 B); "

/* ann's mail takes 100 (with CRLF 110) + 20 + 3 bytes; bob has none. */
static const char *const files[][2] = {
	{"etc/passwd", "ann:x:1:1::/home/ann:/bin/sh\nbob:x:2:2::/home/bob:/bin/sh\n"},
	{"etc/postfix/main.cf", "message_size_limit = 200\n"},
	{"etc/postfix/master.cf", "smtp inet n - n - - smtpd\n"},
	{"home/ann/Maildir/cur/1.a,S=100,W=110:2,S", "x"},
	{"home/ann/Maildir/new/2.a", "12345678901234567890"},
	{"home/ann/Maildir/tmp/3.a,S=1000", "x"},
	{"home/ann/Maildir/.Sent/cur/4.a,S=3:2,", "x"},
	{"home/ann/Maildir/dovecot.index", "123456789"},
	{"home/bob/Maildir/cur/.keep", ""},
	{"etc/of/a.org/users", "ann:x:1:1::/home/ann\n"},
	{"etc/of/b.org/users", "# b\nbob:x:1:1::/home/bob::userdb_quota_rule=*:bytes=10\n"},
};

static const struct {
	const char *dovecot, *users, *found; /* "rule FILE:LINE text; " */
} rows[] = {
	{OLD OLD_ROOT "  quota_rule = *:bytes=200\n}\n", ANN "\n" BOB "\n", ""},
	{OLD OLD_ROOT "}\n", BOB ":userdb_mail=x userdb_quota_rule=*:bytes=200\n", ""},
	/* less than a message */
	{OLD OLD_ROOT "  quota_rule = *:bytes=200\n}\n",
         "# a\n" ANN ":\n" BOB ":userdb_a=b userdb_quota_rule=*:bytes=199\n",
         "message-above-quota users:3 Postfix's message_size_limit 200 is above quota_rule "
         "*:bytes=199 of bob (with its grace, 199 bytes); "},
	/* of one key twice the later counts, as Dovecot has it */
	{OLD OLD_ROOT "}\n", BOB ":userdb_quota_rule=*:bytes=1 userdb_quota_rule=*:bytes=200\n", ""},
	{OLD OLD_ROOT "}\n", BOB ":userdb_quota_rule=*:bytes=200 userdb_quota_rule=*:bytes=199\n",
         "message-above-quota users:1 Postfix's message_size_limit 200 is above quota_rule "
         "*:bytes=199 of bob (with its grace, 199 bytes); "},
	/* where the mail is, as 2.3 had it */
	{OLD OLD_ROOT "  quota_rule = *:bytes=133\n  quota_grace = 1k\n}\n", BOB "::maildir:/home/ann/Maildir\n",
         "mailbox-full Maildir:0 the mailbox of bob has 133 bytes (133 B), and quota_rule "
         "*:bytes=133 is 133 (133 B); "},
	{OLD OLD_ROOT "}\n", BOB ":userdb_quota_rule=Trash:bytes=+1\n", ""},
	{OLD OLD_ROOT "}\n", BOB ":userdb_quota_rule=*:bytes=0\n", ""},
	{OLD OLD_ROOT "}\n", BOB ":userdb_quota_rule=*:storage=1X\n",
         "bad-value users:1 bob: userdb_quota_rule=*:storage=1X: it is no size; "},
	{OLD "plugin {\n  quota_rule = *:bytes=200\n}\n", BOB ":userdb_quota_rule=*:bytes=1\n", ""},
	/* a full maildir */
	{OLD OLD_ROOT "}\n", ANN ":userdb_quota_rule=*:bytes=10M userdb_quota_rule2=x\n", ""},
	{"protocols = lmtp\nmail_plugins = quota\nmail_location = maildir:/home/%n/Maildir\n"
         "userdb {\n  driver = passwd-file\n  args = /etc/users\n}\n" OLD_ROOT
         "  quota_grace = 1k\n  quota_rule = *:bytes=133\n}\n",
         ANN "\n" BOB "\n",
         "mailbox-full Maildir:0 the mailbox of ann@x.org has 133 bytes (133 B), and quota_rule "
         "*:bytes=133 is 133 (133 B); "},
	{"protocols = lmtp\nmail_plugins = quota\nmail_location = maildir:/home/%n/Maildir\n"
         "userdb {\n  driver = passwd-file\n  args = /etc/users\n}\n" OLD_ROOT
         "  quota_grace = 1k\n  quota_rule = *:bytes=134\n}\n",
         ANN "\n", ""},
	{"protocols = lmtp\nmail_plugins = quota\nmail_location = maildir:~/Maildir\n"
         "userdb {\n  driver = passwd\n}\n" OLD_ROOT
         "  quota_grace = 1k\n  quota_rule = *:bytes=100\n}\n",
         "",
         "mailbox-full Maildir:0 the mailbox of ann has 133 bytes (133 B), and quota_rule "
         "*:bytes=100 is 100 (100 B); "},
	/* in the namespace that has INBOX, or where the line has it */
	{"protocols = lmtp\nmail_plugins = quota\nmail_location = mbox:~/mail\n"
         "namespace inbox {\n  inbox = yes\n  location = maildir:~/Maildir\n}\n"
         "userdb {\n  driver = passwd-file\n  args = /etc/users\n}\n" OLD_ROOT
         "  quota_grace = 1k\n  quota_rule = *:bytes=133\n}\n",
         ANN "\n",
         "mailbox-full Maildir:0 the mailbox of ann@x.org has 133 bytes (133 B), and quota_rule "
         "*:bytes=133 is 133 (133 B); "},
	{NEW "  quota_storage_grace = 1k\n  storage_size = 133B\n}\n"
             "namespace inbox {\n  inbox = yes\n  mail_path = /home/bob/Maildir\n}\n",
         ANN "\n", ""},
	{NEW "  quota_storage_grace = 1k\n  storage_size = 133B\n}\n",
         ANN ":userdb_mail_path=/home/bob/Maildir\n", ""},
	/* variables with modifiers and filters */
	{"protocols = lmtp\nmail_plugins = quota\nmail_location = maildir:/home/%Ln/Maildir\n"
         "userdb {\n  driver = passwd-file\n  args = /etc/users\n}\n" OLD_ROOT
         "  quota_grace = 1k\n  quota_rule = *:bytes=133\n}\n",
         "ANN:{PLAIN}a:1:1::/home/x:\n",
         "mailbox-full Maildir:0 the mailbox of ANN has 133 bytes (133 B), and quota_rule "
         "*:bytes=133 is 133 (133 B); "},
	{NEW "  quota_storage_grace = 1k\n  storage_size = 133B\n}\n"
             "mail_path = /home/%{user | username | lower}/Maildir\n",
         "ANN@x:{PLAIN}a:1:1::/home/x:\n",
         "mailbox-full Maildir:0 the mailbox of ANN@x has 133 bytes (133 B), and "
         "quota_storage_size 133B is 133 (133 B); "},
	/* nobody says where he lives: not in the root folder */
	{NEW "  quota_storage_grace = 1k\n  storage_size = 3B\n}\nmail_path = %{home}/home/ann/Maildir\n",
         "ann:{PLAIN}a:1:1:::\n", ""},
	/* without CRLF; with folders that do not count; not enforced; the file system's */
	{OLD "plugin {\n  quota = maildir:x\n  quota_rule = *:bytes=123\n  quota_grace = 1k\n}\n",
         ANN "\n",
         "mailbox-full Maildir:0 the mailbox of ann@x.org has 123 bytes (123 B), and quota_rule "
         "*:bytes=123 is 123 (123 B); "},
	{OLD "plugin {\n  quota = maildir:x\n  quota_rule = *:bytes=124\n  quota_grace = 1k\n}\n",
         ANN "\n", ""},
	{OLD OLD_ROOT "  quota_rule = *:bytes=200\n  quota_rule2 = Sent:ignore\n}\n",
         ANN ":userdb_quota_rule=*:bytes=1k\n", ""},
	{OLD OLD_ROOT
         "  quota_rule = *:bytes=5\n  quota_grace = 1k\n  quota_rule2 = Sent:ignore\n}\n",
         ANN "\n", ""},
	{OLD "plugin {\n  quota = count:x:noenforcing\n  quota_rule = *:bytes=5\n}\n", ANN "\n",
         ""},
	{OLD "plugin {\n  quota = fs:x\n  quota_rule = *:bytes=5\n}\n", ANN "\n", ""},
	{NEW "  driver = fs\n  storage_size = 5B\n}\n", ANN "\n", ""},
	{NEW "  enforce = no\n  storage_size = 5B\n}\n", ANN "\n", ""},
	{"protocols = lmtp\nmail_plugins = quota\nmail_location = mbox:~/Maildir\n"
         "userdb {\n  driver = passwd\n}\n" OLD_ROOT
         "  quota_grace = 1k\n  quota_rule = *:bytes=100\n}\n",
         "", ""},
	/* 2.4 */
	{NEW "  storage_size = 200B\n}\n", ANN "\n", ""},
	{NEW "}\n", BOB ":userdb_quota_storage_size=200B\n", ""},
	{NEW "}\n", BOB ":userdb_quota_storage_size=199B\n",
         "message-above-quota users:1 Postfix's message_size_limit 200 is above "
         "quota_storage_size 199B of bob (with its grace, 199 bytes); "},
	{NEW "}\n", BOB ":userdb_quota_storage_size=unlimited\n", ""},
	{NEW "  storage_size = 200B\n}\n", BOB ":userdb_quota_storage_size=199B\n",
         "user-quota-ignored users:1 bob: userdb_quota_storage_size=199B has no effect; "},
	{NEW "}\nquota_storage_size = 200B\n", BOB ":userdb_quota_storage_size=199B\n",
         "message-above-quota users:1 Postfix's message_size_limit 200 is above "
         "quota_storage_size 199B of bob (with its grace, 199 bytes); "},
	{NEW "}\n", BOB ":userdb_quota_storage_size=-1\n",
         "bad-value users:1 bob: userdb_quota_storage_size=-1: it is no size; "},
	{NEW "  quota_storage_grace = 1k\n  storage_size = 133B\n}\n", ANN "\n" BOB "\n",
         "mailbox-full Maildir:0 the mailbox of ann@x.org has 133 bytes (133 B), and "
         "quota_storage_size 133B is 133 (133 B); "},
	{NEW "  quota_storage_grace = 1k\n  storage_size = 133B\n}\nmail_path = %{home | "
             "foo}/Maildir\n",
         ANN "\n", ""},
	/* the home: of the line, of its later field, of all lines that have none, of all */
	{FULL USERDB "}\n", "ann:x:1:1::/home/bob::userdb_home=/home/ann\n", IS_FULL("ann")},
	{FULL USERDB "}\n", "ann:x:1:1::/home/ann::userdb_home=/home/%Lu-x\n", ""},
	{FULL USERDB "}\n", "ANN@x:x:1:1::/home/bob::userdb_home=/home/%Ln\n", IS_FULL("ANN@x")},
	{FULL USERDB "  default_fields = uid=1 home=/home/%n\n}\n", "ann@x:x:1:1\n", IS_FULL("ann@x")},
	{FULL USERDB "  default_fields = home=/home/%n\n}\n", "ann:x:1:1::/home/bob\n", ""},
	{FULL USERDB "  override_fields = home=/home/%n\n}\n", "ann:x:1:1::/home/bob\n", IS_FULL("ann")},
	{FULL USERDB "  override_fields = home=/home/bob\n}\n", "ann:x:1:1::/home/ann\n", ""},
	{FULL "userdb {\n  driver = passwd\n  override_fields = home=/home/bob\n}\n", "", ""},
	{NEW "  quota_storage_grace = 1k\n  storage_size = 133B\n}\nuserdb passwd-file {\n  fields {\n    "
             "home = /home/%{user | username}\n  }\n}\n",
         "ann@x:x:1:1::/home/bob\n",
         "mailbox-full Maildir:0 the mailbox of ann@x has 133 bytes (133 B), and "
         "quota_storage_size 133B is 133 (133 B); "},
	/* quota or mail of all whom a userdb has are not read: nothing is said of them */
	{FULL USERDB "  override_fields = quota_rule=*:bytes=1000\n}\n",
         "ann:x:1:1::/home/ann::userdb_quota_rule=*:bytes=10\n", ""},
	{FULL USERDB "  default_fields = uid=1 mail=maildir:/home/bob/Maildir\n}\n", "ann:x:1:1::/home/ann\n",
         ""},
	{FULL "userdb {\n  driver = passwd\n  args = namespace/inbox/location=mbox:~/mail\n}\n", "", ""},
	{FULL USERDB "  result_success = continue-ok\n  override_fields = quota_rule=*:bytes=1k\n}\nuserdb {\n  "
                     "driver = passwd\n}\n",
         "ann:x:1:1\n", ""},
	{FULL "passdb {\n  driver = passwd-file\n  args = /etc/users\n}\nuserdb {\n  driver = static\n  args = "
              "home=/home/%n quota_rule=*:bytes=1k\n}\n",
         "ann:{PLAIN}a\n", ""},
	{NEW "  quota_storage_grace = 1k\n  storage_size = 133B\n}\nuserdb passwd-file {\n  fields {\n    "
             "quota_storage_size:default = 1G\n  }\n}\n",
         "ann:x:1:1::/home/ann\n", ""},
	/* too few fields for a userdb; of two lines the first */
	{FULL USERDB "  default_fields = home=/home/%n\n}\n", "ann:x\n", ""},
	{FULL USERDB "}\n", "ann:x:1:1::/home/bob\nann:x:1:1::/home/ann\n", ""},
	/* a file for each domain: whose lines they are */
	{FULL "userdb {\n  driver = passwd-file\n  args = username_format=%n /etc/of/%d/users\n}\n", "",
         IS_FULL("ann@a.org")},
	{OLD OLD_ROOT "}\nuserdb {\n  driver = passwd-file\n  args = username_format=%n /etc/of/%Ld/users\n}\n",
         "",
         "message-above-quota users:2 Postfix's message_size_limit 200 is above quota_rule *:bytes=10 of "
         "bob@b.org (with its grace, 10 bytes); "},
	{FULL "userdb {\n  driver = passwd-file\n  args = /etc/of/%d/users\n}\n", "", ""},
	{NEW "  quota_storage_grace = 1k\n  storage_size = 133B\n}\nuserdb b {\n  driver = passwd-file\n  "
             "passwd_file_path = /etc/of/%{user | domain}/users\n  auth_username_format = %{user | username}\n"
             "}\n",
         "",
         "mailbox-full Maildir:0 the mailbox of ann@a.org has 133 bytes (133 B), and "
         "quota_storage_size 133B is 133 (133 B); "},
	/* who is found by one userdb is not looked for in the next; one that goes on adds its fields */
	{FULL USERDB "}\nuserdb {\n  driver = passwd\n}\n", "ann:x:1:1::/home/bob\n", ""},
	{FULL USERDB "  result_success = continue-ok\n}\nuserdb {\n  driver = passwd\n}\n",
         "ann:x:1:1::::userdb_quota_rule=*:bytes=1k\n", ""},
	{FULL USERDB "  result_success = continue-ok\n}\nuserdb {\n  driver = passwd\n}\n",
         "ann:::::::userdb_quota_rule=*:bytes=133\n", IS_FULL("ann")},
	{FULL USERDB "  result_success = continue-ok\n}\nuserdb {\n  driver = passwd\n}\n",
         "bob:x:1:1::::userdb_quota_rule=*:bytes=1 userdb_a=b\n", IS_FULL("ann")},
	/* the same for all whom a passdb lets in */
	{FULL "passdb {\n  driver = passwd-file\n  args = username_format=%u /etc/users\n}\nuserdb {\n  driver = "
              "static\n  args = uid=1 gid=1 home=/home/%n\n}\n",
         "ann@x:{PLAIN}a\nbob@x:{PLAIN}b:1:1::/home/ann\n", IS_FULL("ann@x")},
};

static void describe(const struct reeve_limits *limits, char *buf, size_t size)
{
	static const char *const rules[] = {"message-above-quota", "mailbox-full", "bad-value",
	                                    "user-quota-ignored"};

	for (size_t i = 0; i < reeve_limits_finding_count(limits); i++) {
		const struct reeve_limit_finding *f = reeve_limits_finding_at(limits, i);
		size_t n = strlen(buf);

		for (size_t k = 0; k < ROWS(rules); k++)
			if (strcmp(f->rule, rules[k]) == 0)
				snprintf(buf + n, size - n, "%s %s:%ju %s; ", f->rule,
				         strrchr(f->file, '/') + 1, (uintmax_t)f->line, f->text);
	}
}

START_TEST(users)
{
	mkdir("etc", 0755);
	mkdir("etc/dovecot", 0755);
	for (size_t i = 0; i < ROWS(files); i++) {
		folder_make_above(files[i][0]);
		folder_write(files[i][0], files[i][1]);
	}
	for (size_t i = 0; i < ROWS(rows); i++) {
		char found[1000];

		folder_write("etc/dovecot/dovecot.conf", rows[i].dovecot);
		folder_write("etc/users", rows[i].users);
		limits_describe(NULL, describe, found, sizeof found);
		ck_assert_msg(strcmp(found, rows[i].found) == 0, "row %zu: %s\nfound: %s", i,
		              rows[i].dovecot, found);
	}
}
END_TEST

/* Folders in folders, as Dovecot's layout=fs has them, count to a depth. */
START_TEST(depth)
{
	static const struct {
		int folders;
		uint64_t bytes;
	} depths[] = {{0, 3}, {16, 3}, {19, 3}, {20, 0}};

	for (size_t i = 0; i < ROWS(depths); i++) {
		char path[100] = "deep/";

		for (int k = 0; k < depths[i].folders; k++)
			strcat(path, "a/");
		strcat(path, "cur/1,S=3");
		folder_make_above(path);
		folder_write(path, "123");
		int fd = open("deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ck_assert_int_ge(fd, 0);
		uint64_t bytes = reeve_limits_maildir_bytes(fd, false);
		ck_assert_msg(bytes == depths[i].bytes, "%d: %ju", depths[i].folders, (uintmax_t)bytes);
		ck_assert_int_eq(remove(path), 0);
	}
}
END_TEST

Suite *suite_limits_users(void)
{
	Suite *suite = suite_create("limits/users");
	TCase *tcase = tcase_create("limits_users");

	tcase_add_checked_fixture(tcase, folder_enter, folder_leave);
	tcase_add_test(tcase, users);
	tcase_add_test(tcase, depth);
	suite_add_tcase(suite, tcase);
	return suite;
}
