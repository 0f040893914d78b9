/* SPDX-License-Identifier: MIT */
/* Where mail is by what a made-up root configures; how much of it, how old; who has it. */
#include "folder.h"
#include "unit.h"

#include "user/mailbox.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROWS(table) (int)(sizeof table / sizeof table[0])

static void make(const char *folder)
{
	ck_assert_msg(mkdir(folder, 0755) == 0, "%s", folder);
}

static void enter(void)
{
	static const char *const folders[] = {
		"root", "root/etc", "root/etc/dovecot", "root/etc/postfix", "root/var", "root/var/mail",
		"root/home", "root/home/ann", "root/home/bob"};

	folder_enter();
	for (int i = 0; i < ROWS(folders); i++)
		make(folders[i]);
	folder_write("root/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"
	                                "mail:x:8:8:mail:/var/mail:/usr/sbin/nologin\n"
	                                "ann:x:1000:8:Ann:/home/ann:/usr/sbin/nologin\n"
	                                "cat:x:1002:1002::/home/cat:/bin/sh\n"
	                                "bob:x:1001:8::/home/bob:/bin/sh\n"
	                                "ann:x:1009:8::/home/other:/bin/sh\n"
	                                "nobody:x:65534:8:nobody:/nonexistent:/usr/sbin/nologin\n");
	folder_write("root/etc/shadow", "ann:!$y$j9T$x$y:20000:0:99999:7:::\n"
	                                "bob:$6$salt$hash:20000:0:99999:7::1:\n");
	folder_write("root/etc/group", "root:x:0:\nmail:x:8:\n");
}

static struct reeve_users *open_root(void)
{
	struct reeve_users_how how = {.root = "root"};
	struct reeve_error err = {0};
	struct reeve_users *users = reeve_users_open(&how, &err);

	ck_assert_msg(users != NULL, "%s", err.text);
	return users;
}

#define SYSTEM_23 "passdb {\n driver = pam\n}\nuserdb {\n driver = passwd\n}\n"
#define SYSTEM_24 "dovecot_config_version = 2.4.0\nuserdb passwd {\n}\n"
#define VIRTUAL_23 "userdb {\n driver = passwd-file\n args = /etc/dovecot/users\n}\n"

static const struct {
	const char *name;
	const char *dovecot, *main_cf, *login_defs; /* NULL: there is none */
	const char *ann;                            /* NULL: it is not known */
	const char *vera;                           /* vera@example.org, virtual */
} places[] = {
	{"nothing", NULL, NULL, NULL, "root/var/mail/ann", NULL},
	{"login.defs", NULL, NULL, "MAIL_DIR /srv/mail/\n", "root/srv/mail/ann", NULL},
	{"in the home by login.defs", NULL, NULL, "MAIL_FILE .mail\n", "root/home/ann/.mail", NULL},
	{"Postfix's default is not said", NULL, "", "MAIL_DIR /srv/mail\n", "root/srv/mail/ann",
         NULL},
	{"Postfix's spool", NULL, "mail_spool_directory = /var/spool/mail\n", "MAIL_DIR /srv/mail\n",
         "root/var/spool/mail/ann", NULL},
	{"Postfix's spool of folders", NULL, "mail_spool_directory = /var/spool/mail/\n", NULL,
         "root/var/spool/mail/ann/", NULL},
	{"home_mailbox", NULL, "home_mailbox = Maildir/\n", NULL, "root/home/ann/Maildir/", NULL},
	{"home_mailbox goes first", NULL, "home_mailbox = in\nmail_spool_directory = /x\n", NULL,
         "root/home/ann/in", NULL},
	{"Dovecot goes first", SYSTEM_23 "mail_location = maildir:~/M\n", "home_mailbox = Maildir/\n",
         NULL, "root/home/ann/M", NULL},
	{"2.3 mbox", SYSTEM_23 "mail_location = mbox:~/mail:INBOX=/var/mail/%u\n", NULL, NULL,
         "root/var/mail/ann", "root/var/mail/vera@example.org"},
	{"2.3, the namespace of INBOX",
         SYSTEM_23 "mail_location = mbox:~/mail\nnamespace inbox {\n inbox = yes\n"
                   " location = maildir:/v/%n\n}\nnamespace x {\n location = mbox:/x\n}\n",
         NULL, NULL, "root/v/ann", "root/v/vera"},
	{"2.4, the namespace of INBOX",
         SYSTEM_24 "mail_driver = maildir\nmail_path = ~/M\nnamespace inbox {\n inbox = yes\n"
                   " mail_path = /v/%{user|username}\n}\n",
         NULL, NULL, "root/v/ann", "root/v/vera"},
	{"2.3 says nothing", SYSTEM_23, "home_mailbox = Maildir/\n", NULL, "root/home/ann/Maildir/",
         NULL},
	{"2.4", SYSTEM_24 "mail_driver = maildir\nmail_path = /v/%{user | domain}/%{user|username}\n",
         NULL, NULL, "root/v/ann", "root/v/example.org/vera"},
	{"2.4, home of its own", SYSTEM_24 "mail_driver = maildir\nmail_path = ~/M\n"
         "mail_home = /v/%{user | username}\n", NULL, NULL, "root/home/ann/M", "root/v/vera/M"},
	{"Dovecot knows virtual users only", VIRTUAL_23 "mail_location = maildir:/v/%d/%n\n", NULL,
         NULL, "root/var/mail/ann", "root/v/example.org/vera"},
	{"both kinds", VIRTUAL_23 SYSTEM_23 "mail_location = maildir:/v/%n\n", NULL, NULL,
         "root/v/ann", "root/v/vera"},
	{"who a passdb let in", "userdb {\n driver = static\n args = uid=v home=/v/%u\n}\n"
         "mail_location = maildir:/v/%n\n", NULL, NULL, "root/v/ann", "root/v/vera"},
	{"a variable that we do not know", SYSTEM_23 "mail_location = maildir:/v/%r\n", NULL, NULL,
         "root/var/mail/ann", NULL},
};

static char *where(struct reeve_users *users, const char *name, const char *home, bool is_virtual)
{
	struct reeve_whom whom = {name, home, true, 1000, 8};
	struct reeve_error err = {0};
	char *path;
	int found = users_mailbox_where(users, &whom, is_virtual, NULL, &path, &err);

	ck_assert_msg(found >= 0, "%s", err.text);
	ck_assert((found == 1) == (path != NULL));
	return path;
}

static void write_or_not(const char *file, const char *text)
{
	if (text == NULL)
		unlink(file);
	else
		folder_write(file, text);
}

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

START_TEST(test_places)
{
	for (int i = 0; i < ROWS(places); i++) {
		struct reeve_users *users;
		char *ann, *vera;

		write_or_not("root/etc/dovecot/dovecot.conf", places[i].dovecot);
		write_or_not("root/etc/postfix/main.cf", places[i].main_cf);
		write_or_not("root/etc/postfix/master.cf", places[i].main_cf == NULL ? NULL : "");
		write_or_not("root/etc/login.defs", places[i].login_defs);
		users = open_root();
		ann = where(users, "ann", "/home/ann", false);
		vera = where(users, "vera@example.org", NULL, true);
		ck_assert_msg(same(ann, places[i].ann), "%s: %s", places[i].name, ann);
		ck_assert_msg(same(vera, places[i].vera), "%s: %s", places[i].name, vera);
		ck_assert_ptr_null(where(users, "../ann", "/home/ann", false));
		free(ann);
		free(vera);
		reeve_users_close(users);
	}
}
END_TEST

/* ---- how much ------------------------------------------------------------------------------- */

static void sized(const char *file, int bytes, long long time)
{
	const struct timespec times[2] = {{.tv_sec = time}, {.tv_sec = time}};
	FILE *f = fopen(file, "w");

	ck_assert_msg(f != NULL, "%s", file);
	for (int i = 0; i < bytes; i++)
		fputc('x', f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, file, times, 0), 0);
}

static struct users_amount look(const char *path, bool is_deep)
{
	struct reeve_users *users = open_root();
	struct users_amount amount;

	users_mailbox_look(users, path, is_deep, &amount);
	reeve_users_close(users);
	return amount;
}

START_TEST(test_file)
{
	struct users_amount amount;

	sized("root/var/mail/ann", 123, 1000000);
	amount = look("root/var/mail/ann", true);
	ck_assert_int_eq(amount.is, USERS_MAILBOX_THERE);
	ck_assert_int_eq(amount.bytes, 123);
	ck_assert_int_eq(amount.time, 1000000);
	ck_assert_int_eq(look("root/var/mail/bob", true).is, USERS_MAILBOX_NONE);
	ck_assert_int_eq(look("root/no/such/bob", true).is, USERS_MAILBOX_NONE);
	ck_assert_int_eq(symlink("ann", "root/var/mail/link"), 0);
	ck_assert_int_eq(look("root/var/mail/link", true).is, USERS_MAILBOX_OTHER);
	ck_assert_int_eq(mkfifo("root/var/mail/pipe", 0600), 0);
	ck_assert_int_eq(look("root/var/mail/pipe", true).is, USERS_MAILBOX_OTHER);
}
END_TEST

START_TEST(test_folder)
{
	const struct timespec old[2] = {{.tv_sec = 500}, {.tv_sec = 500}};
	struct users_amount amount;

	make("root/home/ann/Maildir");
	make("root/home/ann/Maildir/cur");
	make("root/home/ann/Maildir/new");
	make("root/home/ann/Maildir/.Sent");
	make("root/home/ann/Maildir/.Sent/cur");
	sized("root/home/ann/Maildir/cur/1:2,S", 10, 2000);
	sized("root/home/ann/Maildir/.Sent/cur/2", 100, 3000);
	/* Not mail, or not his. */
	sized("root/home/ann/Maildir/dovecot.index.cache", 5000, 9000);
	sized("root/home/ann/Maildir/subscriptions", 700, 9000);
	sized("root/home/ann/secret", 4000, 9000);
	ck_assert_int_eq(symlink("../secret", "root/home/ann/Maildir/cur/3"), 0);
	ck_assert_int_eq(symlink("../..", "root/home/ann/Maildir/.Loop"), 0);
	utimensat(AT_FDCWD, "root/home/ann/Maildir/cur", old, 0);
	utimensat(AT_FDCWD, "root/home/ann/Maildir/new", old, 0);
	utimensat(AT_FDCWD, "root/home/ann/Maildir/.Sent/cur", old, 0);

	amount = look("root/home/ann/Maildir/", true);
	ck_assert_int_eq(amount.is, USERS_MAILBOX_THERE);
	ck_assert_int_eq(amount.bytes, 110);
	ck_assert_int_eq(amount.time, 3000);
	ck_assert_int_eq(look("root/home/ann/Maildir", false).bytes, 0);
}
END_TEST

/* ---- who ------------------------------------------------------------------------------------ */

START_TEST(test_next)
{
	struct reeve_users *users = open_root();
	struct reeve_error err = {0};
	struct reeve_user user;

	sized("root/var/mail/bob", 42, 4000);
	ck_assert_int_eq(reeve_users_next(users, &user, &err), 1);
	ck_assert_str_eq(user.name, "ann");
	ck_assert_int_eq(user.line, 3);
	ck_assert_int_eq(user.uid, 1000);
	ck_assert(!user.may_log_in && user.is_locked && !user.is_expired && !user.has_mailbox);
	ck_assert_str_eq(user.mailbox, "root/var/mail/ann");
	ck_assert(user.is_password_known && !user.password.is_none);
	ck_assert_int_eq(reeve_users_next(users, &user, &err), 1);
	ck_assert_str_eq(user.name, "bob");
	ck_assert(user.may_log_in && user.is_locked && user.is_expired && user.has_mailbox);
	ck_assert(!user.password.is_locked);
	ck_assert_int_eq(user.mailbox_bytes, 42);
	ck_assert_int_eq(user.mailbox_time, 4000);
	/* Not Debian's own `mail`, not nobody, not the second ann. */
	ck_assert_int_eq(reeve_users_next(users, &user, &err), 0);

	ck_assert_int_eq(reeve_users_find(users, "cat", &user, &err), 1);
	ck_assert_int_eq(user.gid, 1002);
	ck_assert(!user.is_password_known);
	ck_assert_int_eq(reeve_users_find(users, "dan", &user, &err), 0);
	reeve_users_close(users);
}
END_TEST

Suite *suite_user_mailbox(void)
{
	Suite *s = suite_create("user/mailbox");
	TCase *tc = tcase_create("mailbox");

	tcase_add_checked_fixture(tc, enter, folder_leave);
	tcase_add_test(tc, test_places);
	tcase_add_test(tc, test_file);
	tcase_add_test(tc, test_folder);
	tcase_add_test(tc, test_next);
	suite_add_tcase(s, tc);
	return s;
}
