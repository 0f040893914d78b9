/* SPDX-License-Identifier: MIT */
/* Who else may read and change a passwd-file: what check finds, and what it leaves alone. */
#include "check_root.h"
#include "folder.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USERS "root/etc/dovecot/users"
#define SECRET "ann@x:{SHA512-CRYPT}$6$salt$hash\n"
#define VMAIL "vmail:x:5000:5000::/v:/usr/sbin/nologin\n"
#define PERSON "pia:x:1007:1007::/home/pia:/bin/bash\n"
#define GROUPS                                                                                     \
	"root:x:0:\nmail:x:8:\ndovecot:x:106:\nvmail:x:5000:\nstaff:x:50:pia\npia:x:1007:\n"       \
	"service:x:107:postfix,dovenull\n"
#define BOXES "mail_location = mbox:~/m:INBOX=/var/mail/%u\nuserdb {\n driver = passwd\n}\n"
#define MAILBOXES "eva:x:1009:8::/home/eva:/usr/sbin/nologin\n"

static const struct {
	const char *name, *text;
	unsigned int mode, uid, gid;
	const char *says; /* of the passwd-file; NULL: nothing */
} rows[] = {
	/* Ordinary installations. */
	{"Debian's advice", SECRET, 0640, 0, 106, NULL},
	{"root's", SECRET, 0600, 0, 0, NULL},
	{"Dovecot's", SECRET, 0600, 102, 106, NULL},
	{"vmail's", SECRET, 0600, 5000, 5000, NULL},
	{"vmail's group", SECRET, 0660, 0, 5000, NULL},
	{"a group of services", SECRET, 0640, 0, 107, NULL},
	{"no passwords", "ann@x:::::/v/ann\nbob@x:x\ncat@x:{PLAIN}\n#:secret\n", 0644, 0, 0, NULL},

	{"for all to change", SECRET, 0646, 0, 0,
         "P " USERS ":0: every user can change the passwd-file, and so be anybody in it (mode 0646)\n"},
	{"for all to change, without passwords", "ann@x\n", 0602, 0, 0,
         "P " USERS ":0: every user can change the passwd-file, and so be anybody in it (mode 0602)\n"},
	{"for all to read", SECRET, 0644, 0, 106,
         "P " USERS ":0: a password is open to others: every user can read the passwd-file (mode "
         "0644)\n"},
	{"a person's", SECRET, 0600, 1007, 0,
         "P " USERS ":0: the passwd-file belongs to 'pia', who can change everybody's password\n"},
	{"a mail user's", SECRET, 0600, 1009, 0,
         "P " USERS ":0: the passwd-file belongs to 'eva', who can change everybody's password\n"},
	{"a group to read", SECRET, 0640, 0, 50,
         "P " USERS ":0: a password is open to others: group 'staff', which 'pia' is in, can read the "
         "passwd-file (mode 0640)\n"},
	{"a group of mail users to change", "ann@x\n", 0660, 0, 8,
         "P " USERS ":0: everybody's password can be changed by others: group 'mail', which 'eva' is in, "
         "can change the passwd-file (mode 0660)\n"},
};

static void make(const char *conf, const char *text)
{
	check_root(DEBIAN VMAIL PERSON MAILBOXES, "", GROUPS, NULL);
	ck_assert_int_eq(mkdir("root/etc/dovecot", 0755), 0);
	folder_write("root/etc/dovecot/dovecot.conf", conf);
	folder_write(USERS, text);
}

/* What was said of a path, and nothing else. */
static const char *of(const char *part)
{
	static char kept[2048];
	size_t used = 0;

	for (const char *at = check_said; *at != '\0';) {
		size_t n = strcspn(at, "\n") + 1;
		const char *found = strstr(at, part);

		if (found != NULL && found < at + n && used + n < sizeof kept) {
			memcpy(kept + used, at, n);
			used += n;
		}
		at += n;
	}
	kept[used] = '\0';
	return kept;
}

START_TEST(test_rights)
{
	struct reeve_users_how how = {.root = "root", .talk = &check_talk};

	if (geteuid() != 0) {
		unit_skip(1, "only root gives files away");
		return;
	}
	for (int i = 0; i < ROWS(rows); i++) {
		make(FILE_23, rows[i].text);
		ck_assert_int_eq(chown(USERS, rows[i].uid, rows[i].gid), 0);
		ck_assert_int_eq(chmod(USERS, rows[i].mode), 0);
		check_users(&how, false);
		ck_assert_msg(strcmp(of("passwd-file"), rows[i].says == NULL ? "" : rows[i].says) == 0,
		              "%s:\n%s", rows[i].name, check_said);
	}
}
END_TEST

/* Every file that is named: two of them, of masters, by variables, behind a link. */
START_TEST(test_all)
{
	struct reeve_users_how how = {.root = "root", .talk = &check_talk};

	if (geteuid() != 0) {
		unit_skip(1, "only root makes an ordinary one");
		return;
	}
	make("passdb {\n driver = passwd-file\n master = yes\n args = /etc/dovecot/masters\n}\n"
	     "passdb {\n driver = passwd-file\n args = /etc/dovecot/users\n}\n"
	     "passdb {\n driver = passwd-file\n args = /etc/vmail/%d/passwd\n}\n",
	     SECRET);
	chmod(USERS, 0600);
	mkdir("root/etc/vmail", 0755);
	mkdir("root/etc/vmail/a.org", 0777);
	chmod("root/etc/vmail/a.org", 0777);
	mkdir("root/etc/vmail/b.org", 0755);
	mkdir("root/srv", 0755);
	folder_write("root/etc/vmail/a.org/passwd", SECRET);
	folder_write("root/srv/real", SECRET);
	ck_assert_int_eq(symlink("/srv/real", "root/etc/vmail/b.org/passwd"), 0);
	folder_write("root/etc/dovecot/masters", SECRET);
	chmod("root/etc/vmail/a.org/passwd", 0644);
	chmod("root/srv/real", 0644);
	chmod("root/etc/dovecot/masters", 0644);
	check_users(&how, false);
	ck_assert_str_eq(
		of("passwd-file"),
		"P root/etc/dovecot/masters:0: a password is open to others: every user can read the "
		"passwd-file (mode 0644)\n"
		"P root/etc/vmail/a.org:0: every user can put another passwd-file in the place of "
		"'root/etc/vmail/a.org/passwd' (mode 0777)\n"
		"P root/etc/vmail/a.org/passwd:0: a password is open to others: every user can read the "
		"passwd-file (mode 0644)\n"
		"P root/srv/real:0: a password is open to others: every user can read the passwd-file "
		"(mode 0644)\n");
	chmod("root/etc/vmail/a.org", 01777); /* as /tmp: what is there stays */
	check_users(&how, false);
	ck_assert_str_eq(of("in the place of"), "");
}
END_TEST

/* The others lose it, and Dovecot, who may have been one of them, keeps it. */
START_TEST(test_repair)
{
	static const struct {
		unsigned int mode, gid, to_mode, to_gid;
	} mended[] = {
		{0644, 0, 0640, 106},  {0646, 0, 0640, 106},   {0602, 0, 0600, 0},
		{0644, 106, 0640, 106}, {0666, 5000, 0664, 5000}, {0660, 8, 0640, 106},
	};
	struct reeve_users *users;
	struct stat st;

	if (geteuid() != 0) {
		unit_skip(1, "only root gives files away");
		return;
	}
	for (int i = 0; i < ROWS(mended); i++) {
		make(FILE_23, SECRET);
		ck_assert_int_eq(chmod("root/etc/dovecot", 0777), 0);
		ck_assert_int_eq(chown(USERS, 0, mended[i].gid), 0);
		ck_assert_int_eq(chmod(USERS, mended[i].mode), 0);
		users = check_begin();
		check_look(users, true);
		ck_assert_int_eq(check_end(users), 2);
		ck_assert_int_eq(stat(USERS, &st), 0);
		ck_assert_msg((st.st_mode & 07777) == mended[i].to_mode && st.st_gid == mended[i].to_gid,
		              "%d: %o %u", i, st.st_mode & 07777u, st.st_gid);
		ck_assert_int_eq(stat("root/etc/dovecot", &st), 0);
		ck_assert_int_eq(st.st_mode & 07777, 0775);
	}
}
END_TEST

/* Lines and the spool: root's uid, a group with a person in it, folders of users whom SQL knows. */
static const struct {
	const char *name, *conf, *lines, *command;
	const char *part, *says; /* what is said with this part in it */
} others[] = {
	{"root's uid", FILE_23, "evil@x:{SHA512-CRYPT}$6$salt$hash:0:0::/root::\nann@x::5000:5000::/v\n", ":",
         "is root's",
         "P " USERS ":1: 'evil@x' has the uid that is root's\n"},
	{"a spool of persons", FILE_23, "", "chown 0:50 root/var/mail && chmod 2775 root/var/mail", "replace",
         "W root/var/mail:0: group 'staff', which 'pia' is in, can remove and replace mailboxes (mode "
         "2775): Debian's group is mail\n"},
	{"a spool of services", FILE_23, "", "chown 0:107 root/var/mail && chmod 2775 root/var/mail", "replace",
         ""},
	{"a spool as Debian's", FILE_23, "", "chown 0:8 root/var/mail && chmod 2775 root/var/mail", "replace", ""},
	{"a spool that mail cannot write", BOXES, "", "chown 0:8 root/var/mail && chmod 755 root/var/mail", "locks",
         "W root/var/mail:0: group mail cannot make locks here (mode 0755), so Dovecot lets users read "
         "their mailboxes only, and delete nothing: Debian's mode is 2775\n"},
	{"who makes no locks", BOXES "mbox_write_locks = fcntl\n", "", "chmod 755 root/var/mail", "locks", ""},
	{"mail elsewhere", "mail_location = maildir:~/m\nuserdb {\n driver = passwd\n}\n", "",
         "chmod 755 root/var/mail", "locks", ""},
	{"Debian's mode", BOXES, "", "chown 0:8 root/var/mail && chmod 2775 root/var/mail", "locks", ""},
	{"a folder of nobody's", FILE_23, "", "mkdir -m 700 root/var/mail/v && chown 5000:5000 root/var/mail/v",
         "without a user", "P root/var/mail/v:0: a folder without a user: there is no 'v', and 'vmail' has the uid that it "
         "belongs to (5000), and can read it\n"},
	{"a folder of SQL users", FILE_23 "userdb {\n driver = sql\n args = /etc/dovecot/sql.conf\n}\n", "",
         "mkdir -m 700 root/var/mail/v && chown 5000:5000 root/var/mail/v", "without a user", ""},
	{"a path without a domain", "mail_location = maildir:/var/mail/vhosts/%d/%n\nuserdb {\n driver = passwd\n}\n",
         "", ":", "'eva' has no mailbox",
         "W root/etc/passwd:12: 'eva' has no mailbox: there is no 'root/var/mail/vhosts/eva'\n"},
};

START_TEST(test_others)
{
	struct reeve_users_how how = {.root = "root", .talk = &check_talk};

	if (geteuid() != 0) {
		unit_skip(1, "only root gives files away");
		return;
	}
	for (int i = 0; i < ROWS(others); i++) {
		make(others[i].conf, others[i].lines);
		ck_assert_int_eq(system("mkdir -p root/var/mail"), 0);
		ck_assert_int_eq(system(others[i].command), 0);
		check_users(&how, false);
		ck_assert_msg(strcmp(of(others[i].part), others[i].says) == 0, "%s:\n%s", others[i].name,
		              check_said);
	}
}
END_TEST

Suite *suite_user_check_files(void)
{
	Suite *s = suite_create("user/check_files");
	TCase *tc = tcase_create("check_files");

	tcase_add_checked_fixture(tc, check_enter, folder_leave);
	tcase_add_test(tc, test_rights);
	tcase_add_test(tc, test_all);
	tcase_add_test(tc, test_repair);
	tcase_add_test(tc, test_others);
	suite_add_tcase(s, tc);
	return s;
}
