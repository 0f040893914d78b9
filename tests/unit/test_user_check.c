/* SPDX-License-Identifier: MIT */
/* What check finds of users of the system in a made-up root, and what it does not. */
#include "check_root.h"
#include "folder.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BCRYPT_REST "abcdefghijklmnopqrstuu5Lcxz1sW3XBuwkbZSVHmEp4yb.CxZBC"

static const struct {
	const char *name;
	const char *passwd, *shadow, *group;
	const char *places;
	const char *says;
} rows[] = {
	{"a new Debian", DEBIAN, "root:*:1:0:99999:7:::\n", MAIL, "var/mail/ 02775", ""},
	{"Debian's own have mail, too", DEBIAN, "", MAIL, "var/mail/root 0600 var/mail/nobody 0600",
         "P root/var/mail/nobody:0: the mailbox of 'nobody' belongs to uid ^\n"
         "P root/var/mail/root:0: the mailbox of 'root' belongs to uid ^\n"},
	{"all is well", DEBIAN ANN, "ann:" YESCRYPT ":1:0:99999:7:::\n", MAIL, GOOD, ""},
	{"no shadow", ROOT ANN, NULL, MAIL, GOOD,
         "N root/etc/shadow:0: it cannot be read: nothing is said about passwords\n"},

	/* Who may log in. */
	{"a shell", ROOT "ann:x:^:&::/home/ann:/bin/sh\n", "ann:!:1::::::\n", MAIL, GOOD,
         "W root/etc/passwd:2: 'ann' is in group mail and may log in (shell '/bin/sh'): what he runs "
         "can remove and replace mailboxes; usermod -s /usr/sbin/nologin ends it\n"},
	{"no shell is one", ROOT "ann:x:^:&::/home/ann:\n", "ann:!:1::::::\n", MAIL, GOOD,
         "W root/etc/passwd:2: 'ann' is in group mail and may log in (shell '/bin/sh'): what he runs "
         "can remove and replace mailboxes; usermod -s /usr/sbin/nologin ends it\n"},
	{"expired", ROOT "ann:x:^:&::/home/ann:/bin/sh\n", "ann:!:1:::::1:\n", MAIL, GOOD, ""},
	{"a member", ROOT "cat:x:#:100::/home/cat:/bin/bash\n", "", "mail:x:&:root,cat\n",
         "var/mail/ 02775",
         "W root/etc/group:1: 'cat' is in group mail and may log in (shell '/bin/bash'): what he "
         "runs can remove and replace mailboxes\n"},
	{"a member without a shell", ROOT "cat:x:#:100::/home/cat:/bin/false\n", "",
         "mail:x:&:cat\n", "var/mail/ 02775", ""},

	/* Places. */
	{"nothing is there", ROOT ANN, "ann:!:1::::::\n", MAIL, "var/mail/ 02775",
         "W root/etc/passwd:2: 'ann' has no home: there is no 'root/home/ann'\n"
         "W root/etc/passwd:2: 'ann' has no mailbox: there is no 'root/var/mail/ann'\n"},
	{"as useradd makes them", ROOT ANN BOB, "ann:!:1::::::\nbob:!:1::::::\n", MAIL,
         "var/mail/ann 0660 home/ann/ 0755",
         "P root/var/mail/ann:0: the mailbox of 'ann' may be read and changed by group 'mail' (mode "
         "0660)\n"
         "P root/home/ann:0: the home of 'ann' may be read by every user (mode 0755)\n"
         "W root/etc/passwd:3: 'bob' has no mailbox: there is no 'root/var/mail/bob'\n"},
	{"nobody else has the group", ROOT ANN, "ann:!:1::::::\n", MAIL,
         "var/mail/ann 0660 home/ann/ 0750", ""},
	{"a home that is passed through", ROOT ANN, "ann:!:1::::::\n", MAIL, BOX "home/ann/ 0711", ""},
	{"for all", ROOT ANN, "ann:!:1::::::\n", MAIL, "var/mail/ann 0644 home/ann/ 0702",
         "P root/var/mail/ann:0: the mailbox of 'ann' may be read by every user (mode 0644)\n"
         "P root/home/ann:0: the home of 'ann' may be read and changed by every user (mode "
         "0702)\n"},
	{"another's", ROOT ANN BOB, "ann:!:1::::::\nbob:!:1::::::\n", MAIL,
         GOOD "var/mail/bob 0600",
         "P root/var/mail/bob:0: the mailbox of 'bob' belongs to 'ann'\n"},
	{"a home that is no folder", ROOT ANN, "ann:!:1::::::\n", MAIL, BOX "home/ann 0600",
         "P root/etc/passwd:2: the home of 'ann' is no folder: 'root/home/ann'\n"},
	{"a user without group mail", ROOT ANN "cat:x:#:100::/home/cat:/bin/sh\n",
         "ann:!:1::::::\ncat::1::::::\n", MAIL, GOOD "var/mail/cat 0660",
         "P root/var/mail/cat:0: the mailbox of 'cat' belongs to 'ann'\n"
         "P root/var/mail/cat:0: the mailbox of 'cat' may be read and changed by group 'mail' (mode "
         "0660)\n"},
	{"boxes without users", ROOT ANN, "ann:!:1::::::\n", MAIL,
         GOOD "var/mail/Ann 0600 var/mail/zoe 0600 var/mail/.hidden 0644 var/mail/ann.lock 0644 "
              "var/mail/folder/ 0755",
         "P root/var/mail/Ann:0: a mailbox without a user: there is no 'Ann', and 'ann' has the uid "
         "that it belongs to (^), and can read it\n"
         "P root/var/mail/folder:0: a folder without a user: there is no 'folder', and 'ann' has "
         "the uid that it belongs to (^), and can read it\n"
         "P root/var/mail/zoe:0: a mailbox without a user: there is no 'zoe', and 'ann' has the uid "
         "that it belongs to (^), and can read it\n"},
	{"nobody's uid", ROOT, "", MAIL, "var/mail/zoe 0600 var/mail/folder/ 0700",
         "W root/var/mail/folder:0: a folder without a user: there is no 'folder'\n"
         "W root/var/mail/zoe:0: a mailbox without a user: there is no 'zoe'\n"},
	{"a folder for many", ROOT "vmail:x:^:100::/var/mail/hosts:/bin/false\n", "", MAIL,
         "var/mail/hosts/ 0700", ""},
	{"a home without a user", ROOT ANN, "ann:!:1::::::\n", MAIL,
         GOOD "home/mail-users/zoe/ 0700",
         "P root/home/mail-users/zoe:0: a home without a user: there is no 'zoe', and 'ann' has the "
         "uid that it belongs to (^), and can read it\n"},
	{"a spool for all", ROOT, "", MAIL, "var/mail/ 0777",
         "P root/var/mail:0: every user can remove and replace mailboxes (mode 0777)\n"},
	{"a spool for all, as /tmp", ROOT, "", MAIL, "var/mail/ 01777",
         "W root/var/mail:0: every user can make a mailbox of another's name, while there is none "
         "(mode 1777)\n"},
	{"a home in the spool", ROOT "ann:x:^:&::/var/mail/ann:/usr/sbin/nologin\n", "ann:!:1::::::\n",
         MAIL, "var/mail/ann/ 0700",
         "P root/var/mail/ann:0: the mailbox of 'ann' is a folder, and should be a file: no mail can be "
         "put into it\n"},
	{"a home in the spool, of who has no group mail",
         ROOT "ann:x:^:100::/var/mail/ann:/usr/sbin/nologin\n", "", MAIL, "var/mail/ann/ 0700",
         "P root/var/mail/ann:0: the mailbox of 'ann' is a folder, and should be a file: no mail can be "
         "put into it\n"},
	{"a home deep in the spool", ROOT "ann:x:^:&::/var/mail/x/ann:/usr/sbin/nologin\n",
         "ann:!:1::::::\n", MAIL, BOX "var/mail/x/ann/ 0700",
         "P root/etc/passwd:2: the home of 'ann' is in '/var/mail', the folder of mailboxes, or has it "
         "inside: '/var/mail/x/ann'\n"},

	/* Passwords. */
	{"open", ROOT ANN, "ann::1::::::\n", MAIL, GOOD,
         "P root/etc/shadow:1: the password of 'ann' is empty: none is asked for\n"},
	{"open in passwd", ROOT "ann::^:&::/home/ann:/usr/sbin/nologin\n", "", MAIL, GOOD,
         "P root/etc/passwd:2: the password of 'ann' is empty: none is asked for\n"},
	{"weak", ROOT ANN, "ann:$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/:1::::::\n", MAIL, GOOD,
         "W root/etc/shadow:1: the password of 'ann' is hashed by CRYPT md5crypt, which is weak\n"},
	{"a cheap bcrypt", ROOT ANN, "ann:$2y$05$" BCRYPT_REST ":1::::::\n", MAIL, GOOD,
         "W root/etc/shadow:1: the password of 'ann' is hashed by CRYPT bcrypt, of a cost below 10\n"},
	{"a bcrypt", ROOT ANN, "ann:$2y$10$" BCRYPT_REST ":1::::::\n", MAIL, GOOD, ""},
	{"not in shadow", ROOT ANN, "root:*:1::::::\n", MAIL, GOOD,
         "P root/etc/passwd:2: 'ann' has no line in 'root/etc/shadow'\n"},

	/* Names. */
	{"twice", ROOT ANN ANN, "ann:!:1::::::\n", MAIL, GOOD,
         "W root/etc/passwd:3: 'ann' is there already (line 2), and that line counts\n"},
	{"one uid", ROOT ANN "eve:x:^:&::/nonexistent:/usr/sbin/nologin\n",
         "ann:!:1::::::\neve:!:1::::::\n", MAIL, GOOD "var/mail/eve 0600",
         "P root/etc/passwd:3: 'eve' has the uid of 'ann' (line 2): each may read what is the "
         "other's\n"},
	{"root twice", ROOT "toor:x:0:0::/root:/bin/sh\n", "", MAIL, "var/mail/ 02775",
         "P root/etc/passwd:2: 'toor' has uid 0, as 'root' (line 1): he may read and change everything\n"},
	{"torn lines", ROOT "torn:x\n" ANN, "ann:!:1::::::\n", MAIL "odd:x\n", GOOD,
         "W root/etc/passwd:2: this line is no account to passwd(5)\n"
         "W root/etc/group:3: this line is no group to group(5)\n"},
};

static int count(const char *text, const char *first)
{
	int n = 0;

	for (const char *p = text; *p != '\0'; p = strchr(p, '\n') + 1)
		n += strchr(first, *p) != NULL;
	return n;
}

START_TEST(test_check)
{
	struct reeve_users_how how = {.root = "root", .talk = &check_talk};
	char says[2048];

	for (int i = 0; i < ROWS(rows); i++) {
		long found;

		check_root(rows[i].passwd, rows[i].shadow, rows[i].group, rows[i].places);
		found = check_users(&how, false);
		check_fill(rows[i].says, says, sizeof says);
		ck_assert_msg(strcmp(check_said, says) == 0, "%s:\n%s", rows[i].name, check_said);
		ck_assert_msg(found == count(says, "WP"), "%s: %ld", rows[i].name, found);
	}
}
END_TEST

/* What is no plain file in the folder of mailboxes, and a box that has two names. */
START_TEST(test_no_files)
{
	struct reeve_users_how how = {.root = "root", .talk = &check_talk};

	check_root(ROOT ANN, "ann:!:1::::::\n", MAIL, GOOD);
	ck_assert_int_eq(system("cd root/var/mail; ln ann ../other; mkfifo fifo; ln -s ann link; "
	                        "ln -s ann root"),
	                 0);
	check_users(&how, false);
	ck_assert_str_eq(check_said,
	                 "W root/var/mail/ann:0: the mailbox of 'ann' has a second hard link: find / "
	                 "-samefile 'root/var/mail/ann' tells where, and rm of the other name ends "
	                 "it\n"
	                 "W root/var/mail/fifo:0: a FIFO without a user: there is no 'fifo'\n"
	                 "W root/var/mail/link:0: a symbolic link without a user: there is no 'link'\n"
	                 "W root/var/mail/root:0: the mailbox of 'root' is neither a file nor a "
	                 "folder, but a symbolic link\n");
}
END_TEST

/* A folder of root's in the spool: nobody has it, or a user of the system's name, or the users of Dovecot's. */
START_TEST(test_folders)
{
	static const struct {
		const char *folder, *file, *text, *says;
	} folders[] = {
		{"hosts", "/dev/null", "",
	         "W root/var/mail/hosts:0: a folder without a user: there is no 'hosts'\n"},
		{"ann", "/dev/null", "",
	         "P root/var/mail/ann:0: the mailbox of 'ann' is a folder, and should be a file: no mail "
	         "can be put into it\n"},
		{"hosts", "root/etc/postfix/main.cf", "virtual_mailbox_base = /var/mail/hosts\n", ""},
		{"hosts", "root/etc/dovecot/dovecot.conf", "mail_location = maildir:/var/mail/hosts/%d/%n\n",
	         ""},
		{"hosts", "root/etc/dovecot/dovecot.conf", "userdb {\n driver = sql\n}\n", ""},
		{"ann", "root/etc/dovecot/dovecot.conf",
	         "mail_location = maildir:/var/mail/%u\nuserdb {\n driver = passwd\n}\n",
	         "P root/var/mail/ann:0: the mailbox of 'ann' belongs to 'root'\n"},
	};
	struct reeve_users_how how = {.root = "root", .talk = &check_talk};
	struct reeve_error err = {0};
	struct reeve_users *users;
	char path[100];

	if (geteuid() != 0)
		return;
	for (int i = 0; i < ROWS(folders); i++) {
		check_root(ROOT ANN, "ann:!:1::::::\n", MAIL, "var/mail/ 02775 home/ann/ 0700");
		ck_assert_int_eq(system("mkdir root/etc/dovecot root/etc/postfix"), 0);
		snprintf(path, sizeof path, "root/var/mail/%s", folders[i].folder);
		ck_assert_int_eq(mkdir(path, 0700), 0);
		if (strcmp(folders[i].folder, "ann") != 0)
			folder_write("root/var/mail/ann", "");
		ck_assert_int_eq(system("chown 1000 root/var/mail/ann; chmod 600 root/var/mail/*; "
		                        "[ ! -d root/var/mail/ann ] || chown 0 root/var/mail/ann"), 0);
		if (folders[i].file[0] != '/')
			folder_write(folders[i].file, folders[i].text);
		check_users(&how, false);
		ck_assert_msg(strcmp(check_said, folders[i].says) == 0, "%d:\n%s", i, check_said);
	}
	/* Whose it is according to a passwd-file that cannot be read, nobody knows. */
	folder_write("root/etc/dovecot/dovecot.conf",
	             "passdb {\n driver = passwd-file\n args = /etc/postfix\n}\n"
	             "userdb {\n driver = passwd-file\n args = /etc/postfix\n}\n");
	ck_assert_int_eq(system("mkdir root/var/mail/hosts"), 0);
	users = reeve_users_open(&how, &err);
	ck_assert_msg(users != NULL, "%s", err.text);
	check_said[0] = '\0';
	ck_assert_int_eq(reeve_users_check(users, false, &err), -1);
	reeve_users_close(users);
	ck_assert_str_eq(err.text, "'root/etc/postfix' is not a regular file");
	ck_assert_ptr_null(strstr(check_said, "hosts"));
}
END_TEST

static const struct {
	const char *name;
	const char *passwd, *dovecot, *places;
	const char *says;
} dovecots[] = {
	{"upper case", ROOT "Ann:x:^:&::/home/ann:/usr/sbin/nologin\n", "", GOOD "var/mail/Ann 0600",
         "P root/etc/passwd:2: Dovecot makes lower case of names: nobody reaches 'Ann'\n"
         "P root/var/mail/ann:0: a mailbox without a user: there is no 'ann', and 'Ann' has the uid "
         "that it belongs to (^), and can read it\n"},
	{"two by case", ROOT ANN "ANN:x:#:&::/nonexistent:/usr/sbin/nologin\n", "",
         GOOD "var/mail/ANN 0600",
         "P root/etc/passwd:3: Dovecot makes lower case of names: what is meant for 'ANN' goes to "
         "'ann' (line 2)\n"
         "P root/var/mail/ANN:0: the mailbox of 'ANN' belongs to 'ann'\n"},
	{"case is kept", ROOT "Ann:x:^:&::/home/ann:/usr/sbin/nologin\n",
         "auth_username_format = %u\n", "home/ann/ 0700 var/mail/Ann 0600", ""},
	{"a Maildir that is open", ROOT ANN,
         "userdb {\n driver = passwd\n}\nmail_location = maildir:~/M\n",
         "home/ann/ 0700 home/ann/M/ 0755 var/mail/ 0755",
         "P root/home/ann/M:0: the mailbox of 'ann' may be read by every user (mode 0755)\n"},
	{"a Maildir that is not there", ROOT ANN,
         "userdb {\n driver = passwd\n}\nmail_location = maildir:~/M\n", GOOD,
         "W root/etc/passwd:2: 'ann' has no mailbox: there is no 'root/home/ann/M'\n"},
};

START_TEST(test_dovecot)
{
	struct reeve_users_how how = {.root = "root", .talk = &check_talk};
	char says[1000];

	for (int i = 0; i < ROWS(dovecots); i++) {
		check_root(dovecots[i].passwd, "ann:!:1::::::\nAnn:!:1::::::\nANN:!:1::::::\n", MAIL,
		          dovecots[i].places);
		ck_assert_int_eq(mkdir("root/etc/dovecot", 0755), 0);
		folder_write("root/etc/dovecot/dovecot.conf", dovecots[i].dovecot);
		check_users(&how, false);
		check_fill(dovecots[i].says, says, sizeof says);
		ck_assert_msg(strcmp(check_said, says) == 0, "%s:\n%s", dovecots[i].name, check_said);
	}
}
END_TEST

START_TEST(test_subids)
{
	struct reeve_users_how how = {.root = "root", .talk = &check_talk};

	check_root(ROOT ANN "cat:x:#:100::/home/cat:/bin/sh\n", "ann:!:1::::::\n", MAIL, GOOD);
	check_write("root/etc/subuid", "cat:100000:65536\nann:165536:65536\n");
	check_write("root/etc/subgid", "gone:1:1\n^:165536:65536\n#:1:1\n");
	ck_assert_int_eq(check_users(&how, false), 2);
	ck_assert_str_eq(check_said, "W root/etc/subuid:2: 'ann' has subordinate ids, for which a mail user "
	                       "has no use\n"
	                       "W root/etc/subgid:2: 'ann' has subordinate ids, for which a mail user "
	                       "has no use\n");
}
END_TEST

Suite *suite_user_check(void)
{
	Suite *s = suite_create("user/check");
	TCase *tc = tcase_create("check");

	tcase_add_checked_fixture(tc, check_enter, folder_leave);
	tcase_add_test(tc, test_check);
	tcase_add_test(tc, test_no_files);
	tcase_add_test(tc, test_folders);
	tcase_add_test(tc, test_dovecot);
	tcase_add_test(tc, test_subids);
	suite_add_tcase(s, tc);
	return s;
}
