/* SPDX-License-Identifier: MIT */
/* Virtual users who come: the line in the passwd-file, and the home. */
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include "user_virtual.h"
#include "user_wish.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GIGA  (UINT64_C(1) << 30)

static int add(const struct reeve_user_wish *wish, struct reeve_error *err)
{
	struct reeve_users *users = wish_begin();

	reeve_users_add(users, wish);
	return wish_end(users, err);
}

static const struct added {
	const char *name, *command;
	struct reeve_user_wish wish;
	int steps;
	const char *line, *look; /* a command that is true */
} added[] = {
	{"all of it", ":", {.name = "ann@example.org", .hash = VIRTUAL_HASH, .quota_bytes = 2 * GIGA}, 3,
         "ann@example.org:" VIRTUAL_HASH
         ":900:900::/srv/vmail/example.org/ann::userdb_quota_rule=*:storage=2G",
         "[ \"$(stat -c '%a %u %g' srv/vmail/example.org/ann)\" = '700 900 900' ]"},
	{"2.4", "sed -i -e '1i dovecot_config_version = 2.4.0' -e '1,$d' etc/dovecot/dovecot.conf; "
                "echo 'passdb passwd-file {\n passwd_file_path = /etc/dovecot/users\n}\n"
                "userdb passwd-file {\n passwd_file_path = /etc/dovecot/users\n}' "
                ">>etc/dovecot/dovecot.conf",
         {.name = "ann@example.org", .hash = VIRTUAL_HASH, .quota_bytes = 1536 << 20}, 3,
         "ann@example.org:" VIRTUAL_HASH
         ":900:900::/srv/vmail/example.org/ann::userdb_quota_storage_size=1536M",
         ":"},
	{"no password, new domain", ":", {.name = "ann@new.example"}, 2,
         "ann@new.example:{CRYPT}$!:900:900::/srv/vmail/new.example/ann::",
         "[ \"$(stat -c '%a %u' srv/vmail/new.example)\" = '700 900' ]"},
	{"ids and home", ":",
         {.name = "ann@example.org", .has_ids = true, .uid = 950, .gid = 951, .home = "/srv/x"}, 2,
         "ann@example.org:{CRYPT}$!:950:951::/srv/x/example.org/ann::",
         "[ \"$(stat -c '%a %u' srv/x/example.org/ann srv/x | tr '\\n' ' ')\" = '700 950 755 0 ' ]"},
	{"home itself", ":", {.name = "ann@example.org", .home = "/srv/vmail/ann/"}, 2,
         "ann@example.org:{CRYPT}$!:900:900::/srv/vmail/ann::", ":"},
	{"without a domain", ":", {.name = "ann", .is_virtual = true, .hash = VIRTUAL_HASH}, 2,
         "ann:" VIRTUAL_HASH ":900:900::/srv/vmail/ann::", ":"},
	{"without a domain, where the configuration has one",
         "echo 'mail_home = /srv/vmail/%d/%n' >>etc/dovecot/dovecot.conf",
         {.name = "ann", .is_virtual = true, .hash = VIRTUAL_HASH}, 2,
         "ann:" VIRTUAL_HASH ":900:900::/srv/vmail/ann::", ":"},
	{"a folder for many, beside the mailboxes",
         "echo 'mail_home = /var/mail/hosts/%d/%n' >>etc/dovecot/dovecot.conf", {.name = "ann@example.org"},
         2, "ann@example.org:{CRYPT}$!:900:900::/var/mail/hosts/example.org/ann::", ":"},
	{"domains beside the mailboxes",
         "echo 'mail_home = /var/mail/%d/%n' >>etc/dovecot/dovecot.conf", {.name = "ann@example.org"},
         2, "ann@example.org:{CRYPT}$!:900:900::/var/mail/example.org/ann::", ":"},
	{"below /var/lib", ":", {.name = "ann@example.org", .home = "/var/lib/vmail"}, 2,
         "ann@example.org:{CRYPT}$!:900:900::/var/lib/vmail/example.org/ann::", ":"},
	{"she is there", ":", {.name = "eve@example.org", .hash = VIRTUAL_HASH}, 0,
         "eve@example.org:" VIRTUAL_HASH
         ":900:900::/srv/vmail/example.org/eve::userdb_mail=maildir:~/M a=b=c",
         ":"},
	{"she gets a quota", ":", {.name = "eve@example.org", .quota_bytes = GIGA}, 1,
         "eve@example.org:" VIRTUAL_HASH
         ":900:900::/srv/vmail/example.org/eve::userdb_mail=maildir:~/M a=b=c "
         "userdb_quota_rule=*:storage=1G",
         ":"},
	{"she has it, in kilobytes", "sed -i s/a=b=c/userdb_quota_rule=*:storage=1048576/ etc/dovecot/users",
         {.name = "eve@example.org", .quota_bytes = GIGA}, 0,
         "eve@example.org:" VIRTUAL_HASH
         ":900:900::/srv/vmail/example.org/eve::userdb_mail=maildir:~/M "
         "userdb_quota_rule=*:storage=1048576",
         ":"},
	{"she had no password", "sed -i 's/{SHA[^:]*//' etc/dovecot/users",
         {.name = "eve@example.org", .hash = VIRTUAL_HASH}, 1,
         "eve@example.org:" VIRTUAL_HASH
         ":900:900::/srv/vmail/example.org/eve::userdb_mail=maildir:~/M a=b=c",
         ":"},
	{"her home was not made", "rm -r srv/vmail/example.org",
         {.name = "eve@example.org"}, 1,
         "eve@example.org:" VIRTUAL_HASH
         ":900:900::/srv/vmail/example.org/eve::userdb_mail=maildir:~/M a=b=c",
         "[ \"$(stat -c '%a %u' srv/vmail/example.org/eve)\" = '700 900' ]"},
};

START_TEST(test_add)
{
	const struct added *row = &added[_i];
	struct reeve_error err = {0};
	char command[600], before[400];

	snprintf(command, sizeof command, "cd root; %s", row->command);
	ck_assert_int_eq(system(command), 0);
	strcpy(before, virtual_line("eve"));
	int got = add(&row->wish, &err);
	ck_assert_msg(got == row->steps, "%s: %d, '%s'", row->name, got, err.text);
	ck_assert_msg(strcmp(virtual_line(row->wish.name), row->line) == 0, "%s: '%s'", row->name,
	              virtual_line(row->wish.name));
	snprintf(command, sizeof command, "cd root; %s", row->look);
	ck_assert_msg(system(command) == 0, "%s", row->name);
	if (strncmp(row->wish.name, "eve", 3) != 0)
		ck_assert_str_eq(virtual_line("eve"), before);
	ck_assert_ptr_nonnull(strstr(folder_read(VIRTUAL_FILE), "# people\r\n"));
	/* Once more: so it is. */
	got = add(&row->wish, &err);
	ck_assert_msg(got == 0, "%s again: %d, '%s'", row->name, got, err.text);
}
END_TEST

static const struct refused {
	const char *name, *command;
	struct reeve_user_wish wish;
	const char *text;
} refused[] = {
	{"group", ":", {.name = "ann@example.org", .group = "mail"},
         "'ann@example.org' is a virtual user: he has neither group nor shell"},
	{"nobody's", "sed -i /vmail/d root/etc/passwd", {.name = "ann@example.org"},
         "nobody says whose the mail of 'ann@example.org' is: give uid and gid, or make a user vmail"},
	{"no gid", ":", {.name = "ann@example.org", .has_ids = true, .uid = 950},
         "the mail of 'ann@example.org' is uid 950's, but of no group: give a gid, too"},
	{"group root's", "sed -i /vmail/s/900:900/900:0/ root/etc/passwd", {.name = "ann@example.org"},
         "the mail of 'ann@example.org' cannot be root's"},
	{"root's", ":", {.name = "ann@example.org", .has_ids = true},
         "the mail of 'ann@example.org' cannot be root's"},
	{"home of eve", ":", {.name = "ann@example.org", .home = "/srv/vmail/example.org/eve/ann/.."},
         NULL},
	{"home with eve's in it", "sed -i s,/eve:,/ann/eve:, " VIRTUAL_FILE, {.name = "ann@example.org"},
         "the home '/srv/vmail/example.org/ann' is that of 'eve@example.org', or has it inside"},
	{"home of the system's", ":", {.name = "ann@example.org", .home = "/etc"},
         "the home '/etc/example.org/ann' would be in '/etc', which is the system's"},
	{"home among mailboxes", ":", {.name = "ann@example.org", .home = "/var/mail/ann"},
         "the home '/var/mail/ann' would be in '/var/mail', the folder of mailboxes, or has it "
         "inside: no mail could be put into a mailbox there"},
	{"home with a variable", ":", {.name = "ann@example.org", .home = "/srv/%d"},
         "the home '/srv/%d/example.org/ann' has a '%' in it"},
	{"home of somebody", "mkdir root/srv/vmail/example.org/ann; chown 901 root/srv/vmail/example.org/ann",
         {.name = "ann@example.org"},
         "'/srv/vmail/example.org/ann' is there already, and belongs to uid 901 (nobody's)"},
	{"other home", ":", {.name = "eve@example.org", .home = "/srv/x"},
         "'eve@example.org' has the home '/srv/vmail/example.org/eve' already"},
	{"other uid", ":", {.name = "eve@example.org", .has_ids = true, .uid = 950, .gid = 900},
         "'eve@example.org' has uid 900 and gid 900 already"},
	{"of the system", "echo ann:x:1005:8::/home/ann:/bin/sh >>root/etc/passwd",
         {.name = "ann", .is_virtual = true},
         "'ann' is a user of the system: a virtual one of that name would be another way in"},
	{"of the system, there already",
         "echo eve:x:1005:8::/home/eve:/bin/sh >>root/etc/passwd; "
         "sed -i s/^eve@example.org/eve/ " VIRTUAL_FILE,
         {.name = "eve", .is_virtual = true},
         "'eve' is a user of the system: a virtual one of that name would be another way in"},
	{"a system user of a virtual one's name", "sed -i s/^eve@example.org/eve/ " VIRTUAL_FILE,
         {.name = "eve"},
         NULL},
	{"two files", "sed -i '/userdb/,$s,/users,/homes,' root/etc/dovecot/dovecot.conf",
         {.name = "ann@example.org"},
         "Dovecot takes the password of 'ann@example.org' from '/etc/dovecot/users', and his home from "
         "'/etc/dovecot/homes': give its passdb and its userdb one file with both"},
	{"no file", "rm root/etc/dovecot/dovecot.conf", {.name = "ann@example.org"},
         "there is no place for 'ann@example.org': no configuration of Dovecot names a passwd-file"},
};

START_TEST(test_refused)
{
	const struct refused *row = &refused[_i];
	struct reeve_error err = {0};
	char before[400];

	ck_assert_int_eq(system(row->command), 0);
	strcpy(before, folder_read(VIRTUAL_FILE));
	ck_assert_int_eq(add(&row->wish, &err), -1);
	ck_assert_msg(row->text == NULL || strcmp(err.text, row->text) == 0, "%s: '%s'", row->name,
	              err.text);
	ck_assert_str_eq(folder_read(VIRTUAL_FILE), before);
}
END_TEST

/* The files of the system, by name, by another name, and by a link. */
static const struct foreign {
	const char *command, *file;
} foreign[] = {
	{":", "root/etc/passwd"},
	{":", "root//etc/./shadow"},
	{"rm root/etc/group", "root/etc/group"},
	{"ln root/etc/shadow root/etc/x", "root/etc/x"},
	{"ln -s passwd root/etc/x", "root/etc/x"},
	{": >root/etc/aliases", "root/etc/aliases"},
	{"rm -f root/etc/gshadow", "root/etc//gshadow"},
};

START_TEST(test_foreign)
{
	const struct foreign *row = &foreign[_i];
	struct reeve_error err = {0};
	struct reeve_users *users;

	ck_assert_int_eq(system(row->command), 0);
	ck_assert_int_eq(system("cat root/etc/passwd root/etc/shadow >before"), 0);
	users = wish_begin_in(row->file);
	reeve_users_add(users, &(struct reeve_user_wish){.name = "ann@example.org", .hash = VIRTUAL_HASH});
	ck_assert_int_eq(wish_end(users, &err), -1);
	ck_assert_msg(strstr(err.text, "which is no passwd-file of Dovecot's") != NULL, "%s: '%s'",
	              row->file, err.text);
	ck_assert_int_eq(system("cat root/etc/passwd root/etc/shadow | cmp - before"), 0);
}
END_TEST

/* A later step fails, of a system user in the same run: the line and the home go again. */
START_TEST(test_back)
{
	struct reeve_users *users;
	struct reeve_error err = {0};
	char before[400];

	strcpy(before, folder_read(VIRTUAL_FILE));
	ck_assert_int_eq(system("printf '1\\nno\\n' >root/etc/fail-chpasswd"), 0);
	users = wish_begin();
	reeve_users_add(users, &(struct reeve_user_wish){.name = "ann@new.example", .hash = VIRTUAL_HASH});
	reeve_users_add(users, &(struct reeve_user_wish){.name = "bob", .hash = WISH_HASH5});
	ck_assert_int_eq(wish_end(users, &err), -1);
	ck_assert_str_eq(err.text, "nothing was changed: chpasswd: no");
	ck_assert_str_eq(folder_read(VIRTUAL_FILE), before);
	ck_assert_int_eq(system("cd root && [ ! -e srv/vmail/new.example ] && ! grep bob etc/passwd && "
	                        "[ ! -e var/mail/bob ]"),
	                 0);
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

Suite *suite_user_virtual(void)
{
	Suite *suite = suite_create("user/virtual");
	TCase *tcase = tcase_create("virtual");

	if (!user_root_can()) {
		unit_skip(1 + COUNT(added) + COUNT(refused) + COUNT(foreign),
		          "virtual users' homes are given to them only by root");
		return suite;
	}
	tcase_add_checked_fixture(tcase, virtual_enter, folder_leave);
	tcase_add_loop_test(tcase, test_add, 0, COUNT(added));
	tcase_add_loop_test(tcase, test_refused, 0, COUNT(refused));
	tcase_add_loop_test(tcase, test_foreign, 0, COUNT(foreign));
	tcase_add_test(tcase, test_back);
	suite_add_tcase(suite, tcase);
	return suite;
}
