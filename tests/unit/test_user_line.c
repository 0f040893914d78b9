/* SPDX-License-Identifier: MIT */
/* Virtual users of made-up roots: what Dovecot makes of their lines. */
#include "folder.h"
#include "unit.h"

#include "user/line.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROWS(table) (int)(sizeof table / sizeof table[0])

#define FILE_23                                                                                    \
	"passdb {\n driver = passwd-file\n args = /etc/dovecot/users\n}\n"                         \
	"userdb {\n driver = passwd-file\n args = /etc/dovecot/users\n}\n"
#define FILE_24                                                                                    \
	"dovecot_config_version = 2.4.0\n"                                                         \
	"passdb passwd-file {\n passwd_file_path = /etc/dovecot/users\n}\n"                        \
	"userdb passwd-file {\n passwd_file_path = /etc/dovecot/users\n}\n"

static void enter(void)
{
	static const char *const folders[] = {"root", "root/etc", "root/etc/dovecot"};

	folder_enter();
	for (int i = 0; i < ROWS(folders); i++)
		ck_assert_int_eq(mkdir(folders[i], 0755), 0);
	folder_write("root/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
	                                "vmail:x:5000:5001::/v:/usr/sbin/nologin\n"
	                                "sys:x:1000:8::/home/sys:/usr/sbin/nologin\n");
	folder_write("root/etc/group", "root:x:0:\nmail:x:8:\nvmail:x:5001:\n");
}

static struct reeve_users *open_root(const char *dovecot, const char *file)
{
	struct reeve_users_how how = {.root = "root"};
	struct reeve_error err = {0};
	struct reeve_users *users;

	folder_write("root/etc/dovecot/dovecot.conf", dovecot);
	folder_write("root/etc/dovecot/users", file);
	users = reeve_users_open(&how, &err);
	ck_assert_msg(users != NULL, "%s", err.text);
	return users;
}

static const struct {
	const char *name;
	const char *dovecot, *file, *asked;
	const char *says; /* line, ids, home, mailbox, quota, password; or "none", or an error */
} rows[] = {
	{"all is in the line", FILE_23 "mail_location = maildir:~/M\n",
         "# users\nann@x.org:{PLAIN}s:5000:5001:Ann:/v/x.org/ann::userdb_quota_rule=*:storage=2G\n",
         "ann@x.org", "2 5000:5001 /v/x.org/ann root/v/x.org/ann/M 2147483648 PLAIN"},
	{"nothing but a password", FILE_23 "mail_location = maildir:/m/%d/%n\n", "ann@x.org:{PLAIN}s\n",
         "ann@x.org", "1 - - root/m/x.org/ann 0 PLAIN"},
	{"KiB, and messages", FILE_23, "a@x::::::: userdb_quota_rule=*:storage=10:messages=5 x\n", "a@x",
         "1 - - - 10240 none"},
	{"a rule for a folder", FILE_23, "a@x:::::::userdb_quota_rule=Trash:storage=10\n", "a@x",
         "1 - - - 0 none"},
	{"2.4", FILE_24 "mail_driver = maildir\nmail_path = ~/M\n",
         "a@x:{CRYPT}$!{PLAIN}s:vmail:vmail::/v/a::userdb_quota_storage_size=1M "
         "userdb_quota_rule=*:storage=2G\n",
         "a@x", "1 5000:5001 /v/a root/v/a/M 1048576 PLAIN locked"},
	{"a location of his own", FILE_23 "mail_location = maildir:~/M\n",
         "a@x::5000:5001::/v/a::userdb_mail=mdbox:~/box\n", "a@x",
         "1 5000:5001 /v/a root/v/a/box 0 none"},
	{"a location of his own, in part", FILE_24 "mail_driver = maildir\nmail_path = ~/M\n",
         "a@x::5000:5001::/v/a::userdb_mail_path=~/box\n", "a@x",
         "1 5000:5001 /v/a root/v/a/box 0 none"},
	{"what the userdb says", FILE_23 "mail_home = /h/%u\n",
         "a@x:{PLAIN}s:nobody-here:8:::::\n", "a@x", "1 - /h/a@x - 0 PLAIN"},
	{"a home for all",
         "passdb {\n driver = passwd-file\n args = /etc/dovecot/users\n}\n"
         "userdb {\n driver = static\n args = uid=vmail gid=vmail home=/v/%d/%n\n}\n"
         "mail_location = maildir:~/M\n",
         "a@x:{PLAIN}s:1:1::/else\n", "a@x", "1 5000:5001 /v/x/a root/v/x/a/M 0 PLAIN"},
	{"without domains",
         "passdb {\n driver = passwd-file\n args = username_format=%n /etc/dovecot/users\n}\n"
         "userdb {\n driver = passwd-file\n args = username_format=%n /etc/dovecot/users\n}\n"
         "mail_location = maildir:/m/%d/%n\n",
         "b:x\na:{PLAIN}s\n", "a@x.org", "2 - - root/m/x.org/a 0 PLAIN"},
	{"no password is asked for", FILE_23, "a@x:::::::nopassword\n", "a@x", "1 - - - 0 open"},
	{"nobody", FILE_23, "a@x:{PLAIN}s\n", "b@x", "none"},
	{"a system user", FILE_23 "userdb {\n driver = passwd\n}\n", "a@x:{PLAIN}s\n", "sys",
         "3 1000:8 /home/sys root/var/mail/sys 0 none"},
	{"a format that we cannot follow",
         "passdb {\n driver = passwd-file\n args = username_format=%{host} /etc/dovecot/users\n}\n",
         "a@x:{PLAIN}s\n", "sys", "3 1000:8 /home/sys root/var/mail/sys 0 none"},
};

static void describe(const struct reeve_user *user, char *out, size_t n)
{
	char ids[32] = "-";

	if (user->has_ids)
		snprintf(ids, sizeof ids, "%u:%u", user->uid, user->gid);
	snprintf(out, n, "%d %s %s %s %llu %s%s", (int)user->line, ids,
	         user->home == NULL ? "-" : user->home,
	         user->mailbox == NULL ? "-" : user->mailbox,
	         user->has_quota ? (unsigned long long)user->quota_bytes : 0ULL,
	         user->password.is_open   ? "open"
	         : user->password.is_none || !user->is_password_known ? "none"
	                                  : user->password.scheme,
	         user->is_locked ? " locked" : "");
}

START_TEST(test_find)
{
	for (int i = 0; i < ROWS(rows); i++) {
		struct reeve_users *users = open_root(rows[i].dovecot, rows[i].file);
		struct reeve_error err = {0};
		struct reeve_user user;
		char says[512] = "none";
		int found = reeve_users_find(users, rows[i].asked, &user, &err);

		ck_assert_msg(found >= 0, "%s: %s", rows[i].name, err.text);
		if (found > 0)
			describe(&user, says, sizeof says);
		ck_assert_msg(strcmp(says, rows[i].says) == 0, "%s: %s", rows[i].name, says);
		reeve_users_close(users);
	}
}
END_TEST

START_TEST(test_next)
{
	struct reeve_users *users = open_root(FILE_23, "# x\nb@x:{PLAIN}s:5000:5001\n\na@x:{PLAIN}s\n"
	                                               "b@x:{PLAIN}second\n:no name\nc@x\n");
	static const char *const names[] = {"sys", "b@x", "a@x", "c@x"};
	struct reeve_error err = {0};
	struct reeve_user user;

	for (int i = 0; i < ROWS(names); i++) {
		ck_assert_int_eq(reeve_users_next(users, &user, &err), 1);
		ck_assert_str_eq(user.name, names[i]);
		ck_assert_int_eq(user.is_virtual, i > 0);
		if (user.is_virtual)
			ck_assert_str_eq(user.file, "root/etc/dovecot/users");
	}
	ck_assert_int_eq(reeve_users_next(users, &user, &err), 0);
	ck_assert_int_eq(reeve_users_next(users, &user, &err), 0);
	reeve_users_close(users);
}
END_TEST

/* A system user's quota is in a passwd-file that a userdb of its own names. */
START_TEST(test_quota)
{
	struct reeve_users *users =
		open_root("userdb {\n driver = passwd-file\n args = /etc/dovecot/users\n"
	                  " result_success = continue-ok\n}\nuserdb {\n driver = passwd\n}\n",
	                  "sys:::::::userdb_quota_rule=*:storage=3M\n");
	struct reeve_error err = {0};
	struct reeve_user user;

	ck_assert_int_eq(reeve_users_find(users, "sys", &user, &err), 1);
	ck_assert(!user.is_virtual && user.has_quota);
	ck_assert_int_eq(user.quota_bytes, 3 << 20);
	reeve_users_close(users);
}
END_TEST

START_TEST(test_verify)
{
	struct reeve_users *users = open_root(FILE_23, "a@x:{PLAIN}secret\nb@x:{CRYPT}$!{PLAIN}secret\n");
	struct reeve_error err = {0};

	ck_assert_int_eq(reeve_users_verify(users, "a@x", "secret", &err), 1);
	ck_assert_int_eq(reeve_users_verify(users, "a@x", "Secret", &err), 0);
	ck_assert_int_eq(reeve_users_verify(users, "b@x", "secret", &err), 1);
	ck_assert_int_eq(reeve_users_verify(users, "c@x", "secret", &err), -1);
	ck_assert_int_eq(err.code, REEVE_EUSAGE);
	reeve_users_close(users);
}
END_TEST

Suite *suite_user_line(void)
{
	Suite *s = suite_create("user/line");
	TCase *tc = tcase_create("line");

	tcase_add_checked_fixture(tc, enter, folder_leave);
	tcase_add_test(tc, test_find);
	tcase_add_test(tc, test_next);
	tcase_add_test(tc, test_quota);
	tcase_add_test(tc, test_verify);
	suite_add_tcase(s, tc);
	return s;
}
