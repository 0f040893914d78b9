/* SPDX-License-Identifier: MIT */
/*
 * What check finds in a made-up root, and what it does not; and what repair makes of it.
 *
 * In the tables '^' is the uid of whoever owns the files (who runs the test, or 1000 for root), '#'
 * another one, '&' the gid of group mail.
 */
#include "folder.h"
#include "unit.h"

#include "user/user.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROWS(table) (int)(sizeof table / sizeof table[0])

static unsigned int uid, gid;
static char said[8192];
static long hidden; /* findings that are there because only root can make a folder root's */

static void enter(void)
{
	uid = geteuid() == 0 ? 1000 : geteuid();
	gid = geteuid() == 0 ? 8 : getegid();
	folder_enter();
}

/* The text with its ids. */
static void fill(const char *text, char *out, size_t n)
{
	size_t used = 0;

	for (; *text != '\0' && used + 16 < n; text++) {
		if (*text == '^' || *text == '#' || *text == '&')
			used += (size_t)snprintf(out + used, n - used, "%u",
			                         *text == '^' ? uid : *text == '#' ? uid + 1 : gid);
		else
			out[used++] = *text;
	}
	out[used] = '\0';
}

static void write_file(const char *name, const char *text)
{
	char filled[2048];

	if (text == NULL)
		return;
	fill(text, filled, sizeof filled);
	folder_write(name, filled);
}

static void own(const char *path, mode_t mode)
{
	if (geteuid() == 0)
		ck_assert_int_eq(chown(path, uid, gid), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

/* "PATH MODE PATH MODE ...", below root; folders end with '/'. The folders above are made. */
static void make_places(const char *text)
{
	char path[512] = "root", word[256];
	unsigned int mode;
	int n;

	while (text != NULL && sscanf(text, " %255s %o%n", word, &mode, &n) == 2) {
		text += n;
		snprintf(path, sizeof path, "root/%s", word);
		for (char *p = path; (p = strchr(p, '/')) != NULL; p++) {
			*p = '\0';
			mkdir(path, 0755);
			*p = '/';
		}
		if (path[strlen(path) - 1] != '/')
			folder_write(path, "From x\n");
		own(path, mode);
	}
}

static void hear(void *user, const struct reeve_diag *diag)
{
	static const char letters[] = "NWP";
	size_t n = strlen(said);

	(void)user;
	if (geteuid() != 0 && strstr(diag->text, "folder of mailboxes belongs") != NULL) {
		hidden++;
		return;
	}
	snprintf(said + n, sizeof said - n, "%c %s:%d: %s\n", letters[diag->severity], diag->file,
	         (int)diag->line, diag->text);
}

static const struct reeve_talk talk = {.diag = hear};

#define ROOT "root:x:0:0:root:/root:/bin/bash\n"
#define DEBIAN                                                                                     \
	ROOT "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"                                   \
	     "sync:x:4:65534:sync:/bin:/bin/sync\n"                                                \
	     "mail:x:8:&:mail:/var/mail:/usr/sbin/nologin\n"                                       \
	     "list:x:38:38:Mailing List Manager:/var/list:/usr/sbin/nologin\n"                     \
	     "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"                        \
	     "postfix:x:101:105::/var/spool/postfix:/usr/sbin/nologin\n"                           \
	     "dovecot:x:102:106:Dovecot mail server:/usr/lib/dovecot:/usr/sbin/nologin\n"          \
	     "dovenull:x:103:107:Dovecot login user:/nonexistent:/usr/sbin/nologin\n"
#define MAIL "root:x:0:\nmail:x:&:\n"
#define ANN  "ann:x:^:&::/home/ann:/usr/sbin/nologin\n"
#define BOB  "bob:x:#:&::/nonexistent:/usr/sbin/nologin\n"
#define GOOD "var/mail/ann 0600 home/ann/ 0700 "
#define BOX  "var/mail/ann 0600 "
#define YESCRYPT                                                                                   \
	"$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"

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
         "W root/var/mail/ann:0: the mailbox of 'ann' may be read and changed by group 'mail' (mode "
         "0660)\n"
         "W root/home/ann:0: the home of 'ann' may be read by every user (mode 0755)\n"
         "W root/etc/passwd:3: 'bob' has no mailbox: there is no 'root/var/mail/bob'\n"},
	{"nobody else has the group", ROOT ANN, "ann:!:1::::::\n", MAIL,
         "var/mail/ann 0660 home/ann/ 0750", ""},
	{"a home that is passed through", ROOT ANN, "ann:!:1::::::\n", MAIL, BOX "home/ann/ 0711", ""},
	{"for all", ROOT ANN, "ann:!:1::::::\n", MAIL, "var/mail/ann 0644 home/ann/ 0702",
         "W root/var/mail/ann:0: the mailbox of 'ann' may be read by every user (mode 0644)\n"
         "W root/home/ann:0: the home of 'ann' may be read and changed by every user (mode "
         "0702)\n"},
	{"another's", ROOT ANN BOB, "ann:!:1::::::\nbob:!:1::::::\n", MAIL,
         GOOD "var/mail/bob 0600",
         "P root/var/mail/bob:0: the mailbox of 'bob' belongs to 'ann'\n"},
	{"a home that is no folder", ROOT ANN, "ann:!:1::::::\n", MAIL, BOX "home/ann 0600",
         "P root/etc/passwd:2: the home of 'ann' is no folder: 'root/home/ann'\n"},
	{"a user without group mail", ROOT ANN "cat:x:#:100::/home/cat:/bin/sh\n",
         "ann:!:1::::::\ncat::1::::::\n", MAIL, GOOD "var/mail/cat 0660",
         "P root/var/mail/cat:0: the mailbox of 'cat' belongs to 'ann'\n"
         "W root/var/mail/cat:0: the mailbox of 'cat' may be read and changed by group 'mail' (mode "
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
	{"a spool for all, as /tmp", ROOT, "", MAIL, "var/mail/ 01777", ""},

	/* Passwords. */
	{"open", ROOT ANN, "ann::1::::::\n", MAIL, GOOD,
         "P root/etc/shadow:1: the password of 'ann' is empty: none is asked for\n"},
	{"open in passwd", ROOT "ann::^:&::/home/ann:/usr/sbin/nologin\n", "", MAIL, GOOD,
         "P root/etc/passwd:2: the password of 'ann' is empty: none is asked for\n"},
	{"weak", ROOT ANN, "ann:$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/:1::::::\n", MAIL, GOOD,
         "W root/etc/shadow:1: the password of 'ann' is hashed by CRYPT md5crypt, which is weak\n"},
	{"not in shadow", ROOT ANN, "root:*:1::::::\n", MAIL, GOOD,
         "P root/etc/passwd:2: 'ann' has no line in 'root/etc/shadow'\n"},

	/* Names. */
	{"twice", ROOT ANN ANN, "ann:!:1::::::\n", MAIL, GOOD,
         "W root/etc/passwd:3: 'ann' is there already (line 2), and that line counts\n"},
	{"one uid", ROOT ANN "eve:x:^:&::/nonexistent:/usr/sbin/nologin\n",
         "ann:!:1::::::\neve:!:1::::::\n", MAIL, GOOD "var/mail/eve 0600",
         "P root/etc/passwd:3: 'eve' has the uid of 'ann' (line 2): each may read what is the "
         "other's\n"},
	{"torn lines", ROOT "torn:x\n" ANN, "ann:!:1::::::\n", MAIL "odd:x\n", GOOD,
         "W root/etc/passwd:2: this line is no account to passwd(5)\n"
         "W root/etc/group:3: this line is no group to group(5)\n"},
};

static void make_root(const char *passwd, const char *shadow, const char *group,
                      const char *places)
{
	if (access("root", F_OK) == 0)
		ck_assert_int_eq(system("rm -rf root"), 0);
	ck_assert_int_eq(mkdir("root", 0755), 0);
	ck_assert_int_eq(mkdir("root/etc", 0755), 0);
	write_file("root/etc/passwd", passwd);
	write_file("root/etc/shadow", shadow);
	write_file("root/etc/group", group);
	make_places(places);
	/* The folder of mailboxes is root's, unless a row says otherwise. */
	if (geteuid() == 0 && access("root/var/mail", F_OK) == 0)
		ck_assert_int_eq(chown("root/var/mail", 0, gid), 0);
}

static int count(const char *text, const char *first)
{
	int n = 0;

	for (const char *p = text; *p != '\0'; p = strchr(p, '\n') + 1)
		n += strchr(first, *p) != NULL;
	return n;
}

static long look(struct reeve_users *users, bool repair)
{
	struct reeve_error err = {0};
	long found;

	said[0] = '\0';
	hidden = 0;
	found = reeve_users_check(users, repair, &err);
	ck_assert_msg(found >= 0, "%s", err.text);
	return found - hidden;
}

static long check(struct reeve_users_how *how, bool repair)
{
	struct reeve_error err = {0};
	struct reeve_users *users = reeve_users_open(how, &err);
	long found;

	ck_assert_msg(users != NULL, "%s", err.text);
	found = look(users, repair);
	reeve_users_close(users);
	return found;
}

START_TEST(test_check)
{
	struct reeve_users_how how = {.root = "root", .talk = &talk};
	char says[2048];

	for (int i = 0; i < ROWS(rows); i++) {
		long found;

		make_root(rows[i].passwd, rows[i].shadow, rows[i].group, rows[i].places);
		found = check(&how, false);
		fill(rows[i].says, says, sizeof says);
		ck_assert_msg(strcmp(said, says) == 0, "%s:\n%s", rows[i].name, said);
		ck_assert_msg(found == count(says, "WP"), "%s: %ld", rows[i].name, found);
	}
}
END_TEST

/* What is no plain file in the folder of mailboxes, and a box that has two names. */
START_TEST(test_no_files)
{
	struct reeve_users_how how = {.root = "root", .talk = &talk};

	make_root(ROOT ANN, "ann:!:1::::::\n", MAIL, GOOD);
	ck_assert_int_eq(system("cd root/var/mail; ln ann ../other; mkfifo fifo; ln -s ann link; "
	                        "ln -s ann root"),
	                 0);
	check(&how, false);
	ck_assert_str_eq(said,
	                 "W root/var/mail/ann:0: the mailbox of 'ann' has a second hard link: find / "
	                 "-samefile 'root/var/mail/ann' tells where, and rm of the other name ends "
	                 "it\n"
	                 "W root/var/mail/fifo:0: a FIFO without a user: there is no 'fifo'\n"
	                 "W root/var/mail/link:0: a symbolic link without a user: there is no 'link'\n"
	                 "W root/var/mail/root:0: the mailbox of 'root' is neither a file nor a "
	                 "folder, but a symbolic link\n");
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
         "W root/home/ann/M:0: the mailbox of 'ann' may be read by every user (mode 0755)\n"},
	{"a Maildir that is not there", ROOT ANN,
         "userdb {\n driver = passwd\n}\nmail_location = maildir:~/M\n", GOOD,
         "W root/etc/passwd:2: 'ann' has no mailbox: there is no 'root/home/ann/M'\n"},
};

START_TEST(test_dovecot)
{
	struct reeve_users_how how = {.root = "root", .talk = &talk};
	char says[1000];

	for (int i = 0; i < ROWS(dovecots); i++) {
		make_root(dovecots[i].passwd, "ann:!:1::::::\nAnn:!:1::::::\nANN:!:1::::::\n", MAIL,
		          dovecots[i].places);
		ck_assert_int_eq(mkdir("root/etc/dovecot", 0755), 0);
		folder_write("root/etc/dovecot/dovecot.conf", dovecots[i].dovecot);
		check(&how, false);
		fill(dovecots[i].says, says, sizeof says);
		ck_assert_msg(strcmp(said, says) == 0, "%s:\n%s", dovecots[i].name, said);
	}
}
END_TEST

#define FILE_23                                                                                    \
	"passdb {\n driver = passwd-file\n args = /etc/dovecot/users\n}\n"                         \
	"userdb {\n driver = passwd-file\n args = /etc/dovecot/users\n}\n"                         \
	"mail_location = maildir:~/M\n"

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
         "W root/v/ann:0: the home of 'ann@x' may be read by every user (mode 0755)\n"
         "W root/v/ann/M:0: the mailbox of 'ann@x' may be read and changed by every user (mode "
         "0777)\n"},
	{"another's", "ann@x::#:&::/v/ann\n", "v/ann/ 0700 v/ann/M/ 0700",
         "P root/v/ann:0: the home of 'ann@x' belongs to uid ^\n"
         "P root/v/ann/M:0: the mailbox of 'ann@x' belongs to uid ^\n"},
	{"nobody knows whose", "ann@x:::::/v/ann\n", "v/ann/ 0700 v/ann/M/ 0700", ""},
	{"one home for many", "ann@x::^:&::/v\nbob@x::^:&::/v\n", "v/ 0755 v/M/ 0700",
         "W root/v:0: the home of 'ann@x' may be read by every user (mode 0755)\n"},
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
         "W root/var/mail/ann@x:0: the mailbox of 'ann@x' may be read by every user (mode 0644)\n"},
};

START_TEST(test_lines)
{
	struct reeve_users_how how = {.root = "root", .talk = &talk};
	char says[2048];

	for (int i = 0; i < ROWS(lines); i++) {
		make_root(ROOT, "", MAIL, lines[i].places);
		ck_assert_int_eq(mkdir("root/etc/dovecot", 0755), 0);
		folder_write("root/etc/dovecot/dovecot.conf", FILE_23);
		write_file("root/etc/dovecot/users", lines[i].users);
		check(&how, false);
		fill(lines[i].says, says, sizeof says);
		ck_assert_msg(strcmp(said, says) == 0, "%s:\n%s", lines[i].name, said);
	}
}
END_TEST

/* What Dovecot knows from elsewhere may be theirs. */
START_TEST(test_left)
{
	struct reeve_users_how how = {.root = "root", .talk = &talk};

	make_root(ROOT, "", MAIL, "v/ann/ 0700 v/ann/M/ 0700 v/zoe/M/ 0700");
	ck_assert_int_eq(mkdir("root/etc/dovecot", 0755), 0);
	write_file("root/etc/dovecot/users", "ann@x::^:&::/v/ann\n");
	folder_write("root/etc/dovecot/dovecot.conf", FILE_23);
	ck_assert_int_eq(check(&how, false), 1);
	ck_assert_str_eq(said, "W root/v/zoe:0: a mailbox without a user: there is no 'zoe@x'\n");
	folder_write("root/etc/dovecot/dovecot.conf", FILE_23 "userdb {\n driver = sql\n}\n");
	ck_assert_int_eq(check(&how, false), 0);
}
END_TEST

START_TEST(test_subids)
{
	struct reeve_users_how how = {.root = "root", .talk = &talk};

	make_root(ROOT ANN "cat:x:#:100::/home/cat:/bin/sh\n", "ann:!:1::::::\n", MAIL, GOOD);
	write_file("root/etc/subuid", "cat:100000:65536\nann:165536:65536\n");
	write_file("root/etc/subgid", "gone:1:1\n^:165536:65536\n#:1:1\n");
	ck_assert_int_eq(check(&how, false), 2);
	ck_assert_str_eq(said, "W root/etc/subuid:2: 'ann' has subordinate ids, for which a mail user "
	                       "has no use\n"
	                       "W root/etc/subgid:2: 'ann' has subordinate ids, for which a mail user "
	                       "has no use\n");
}
END_TEST

/* ---- repair --------------------------------------------------------------------------------- */

static mode_t mode_of(const char *path)
{
	struct stat st;

	ck_assert_msg(stat(path, &st) == 0, "%s", path);
	return st.st_mode & 07777;
}

START_TEST(test_repair)
{
	static const char *const steps[] = {
		"give the mailbox '/var/mail/ann' mode 0600 instead of 0664",
		"give the home '/home/ann' mode 0700 instead of 0755",
	};
	struct reeve_users_how how = {
		.root = "root", .state = "state", .talk = &talk, .is_for_changes = true};
	struct reeve_users_result result;
	struct reeve_error err = {0};
	struct reeve_users *users;

	make_root(ROOT ANN, "ann:!:1::::::\n", MAIL,
	          "var/mail/ann 0664 home/ann/ 0755 var/mail/zoe 0644");
	users = reeve_users_open(&how, &err);
	ck_assert_msg(users != NULL, "%s", err.text);
	ck_assert_int_eq(look(users, true), 3);
	for (int i = 0, k = 0; i < (int)reeve_users_step_count(users); i++) {
		struct reeve_user_step step = reeve_users_step_at(users, (size_t)i);

		ck_assert_int_lt(k, ROWS(steps));
		ck_assert_str_eq(step.text, steps[k++]);
		ck_assert(step.is_change);
	}
	ck_assert_int_eq(reeve_users_step_count(users), ROWS(steps));
	ck_assert_int_eq(mode_of("root/var/mail/ann"), 0664);
	ck_assert_msg(reeve_users_apply(users, &result, &err) == 0, "%s", err.text);
	ck_assert(result.is_changed && result.steps == 2 && result.id != NULL);
	reeve_users_close(users);
	ck_assert_int_eq(mode_of("root/var/mail/ann"), 0600);
	ck_assert_int_eq(mode_of("root/home/ann"), 0700);
	ck_assert_int_eq(mode_of("root/var/mail/zoe"), 0644); /* nobody's */

	ck_assert_int_eq(check(&how, true), 1);
	how.is_for_changes = false;
	users = reeve_users_open(&how, &err);
	ck_assert_int_eq(reeve_users_check(users, true, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EUSAGE);
	reeve_users_close(users);
}
END_TEST

/* A second name, or a way that somebody else can bend: left, and the rest is mended. */
START_TEST(test_repair_refused)
{
	struct reeve_users_how how = {
		.root = "root", .state = "state", .talk = &talk, .is_for_changes = true};
	struct reeve_users_result result;
	struct reeve_error err = {0};
	struct reeve_users *users;

	make_root(ROOT ANN, "ann:!:1::::::\n", MAIL, "var/mail/ann 0644 home/ann/ 0705");
	ck_assert_int_eq(link("root/var/mail/ann", "root/home/ann/mine"), 0);
	users = reeve_users_open(&how, &err);
	ck_assert_int_eq(look(users, true), 3);
	ck_assert_msg(strstr(said, "N root/var/mail/ann:0: left as it is: it has a second hard link") !=
	                      NULL,
	              "%s", said);
	ck_assert_msg(reeve_users_apply(users, &result, &err) == 0, "%s", err.text);
	ck_assert_int_eq(result.steps, 1);
	reeve_users_close(users);
	ck_assert_int_eq(mode_of("root/var/mail/ann"), 0644);
	ck_assert_int_eq(mode_of("root/home/ann"), 0700);
}
END_TEST

/* What many users have is mended once: of a second change the plan would refuse all. */
START_TEST(test_repair_shared)
{
	struct reeve_users_how how = {
		.root = "root", .state = "state", .talk = &talk, .is_for_changes = true};
	struct reeve_users_result result;
	struct reeve_error err = {0};
	struct reeve_users *users;

	make_root(ROOT, "", MAIL, "v/ 0755 v/M/ 0700");
	ck_assert_int_eq(mkdir("root/etc/dovecot", 0755), 0);
	folder_write("root/etc/dovecot/dovecot.conf", FILE_23);
	write_file("root/etc/dovecot/users", "ann@x::^:&::/v\nbob@x::^:&::/v\n");
	users = reeve_users_open(&how, &err);
	ck_assert_int_eq(look(users, true), 1);
	ck_assert_msg(reeve_users_apply(users, &result, &err) == 0, "%s", err.text);
	ck_assert_int_eq(result.steps, 1);
	reeve_users_close(users);
	ck_assert_int_eq(mode_of("root/v"), 0700);
}
END_TEST

/* Root's becomes the user's; a third person's does not. */
START_TEST(test_repair_owner)
{
	struct reeve_users_how how = {
		.root = "root", .state = "state", .talk = &talk, .is_for_changes = true};
	struct reeve_users_result result;
	struct reeve_error err = {0};
	struct reeve_users *users;
	struct stat st;

	if (geteuid() != 0) {
		unit_skip(1, "only root gives files away");
		return;
	}
	make_root(ROOT ANN BOB "eve:x:1005:&::/srv:/usr/sbin/nologin\n",
	          "ann:!:1::::::\nbob:!:1::::::\neve:!:1::::::\n", MAIL,
	          GOOD "var/mail/bob 0600 var/mail/eve 0600 srv/ 0700");
	ck_assert_int_eq(chown("root/var/mail/ann", 0, 0), 0);
	ck_assert_int_eq(chown("root/home/ann", 7777, 0), 0);
	ck_assert_int_eq(chown("root/srv", 0, 0), 0); /* not named after her */
	ck_assert_int_eq(chown("root/var/mail/eve", 1005, 8), 0);
	users = reeve_users_open(&how, &err);
	ck_assert_int_eq(look(users, true), 4);
	ck_assert_msg(reeve_users_apply(users, &result, &err) == 0, "%s", err.text);
	ck_assert_int_eq(result.steps, 2);
	reeve_users_close(users);
	ck_assert_int_eq(stat("root/var/mail/ann", &st), 0);
	ck_assert(st.st_uid == 1000 && st.st_gid == 8);
	ck_assert_int_eq(stat("root/home/ann", &st), 0);
	ck_assert(st.st_uid == 1000 && st.st_gid == 8);
	ck_assert_int_eq(stat("root/var/mail/bob", &st), 0);
	ck_assert_int_eq(st.st_uid, 1000);
	ck_assert_int_eq(stat("root/srv", &st), 0);
	ck_assert_int_eq(st.st_uid, 0);
}
END_TEST

/* Whoever owns the folder can move any file of root's there: he is not given what is in it. */
START_TEST(test_repair_moved)
{
	struct reeve_users_how how = {
		.root = "root", .state = "state", .talk = &talk, .is_for_changes = true};
	struct reeve_error err = {0};
	struct reeve_users *users;

	if (geteuid() != 0) {
		unit_skip(1, "only root gives files away");
		return;
	}
	for (int is_empty = 0; is_empty <= 1; is_empty++) {
		make_root(ROOT ANN, "ann:!:1::::::\n", MAIL, "home/ann/ 0700 home/ann/mbox 0600");
		mkdir("root/etc/postfix", 0755);
		write_file("root/etc/postfix/main.cf", "home_mailbox = mbox\n");
		write_file("root/etc/postfix/master.cf", "smtp inet n - y - - smtpd\n");
		write_file("root/home/ann/mbox", is_empty ? "" : "a secret of root's\n");
		ck_assert_int_eq(chown("root/home/ann/mbox", 0, 0), 0);
		users = reeve_users_open(&how, &err);
		ck_assert_int_eq(look(users, true), 1);
		ck_assert_int_eq(reeve_users_step_count(users), is_empty);
		reeve_users_close(users);
	}
}
END_TEST

Suite *suite_user_check(void)
{
	Suite *s = suite_create("user_check");
	TCase *tc = tcase_create("check");

	tcase_add_checked_fixture(tc, enter, folder_leave);
	tcase_add_test(tc, test_check);
	tcase_add_test(tc, test_no_files);
	tcase_add_test(tc, test_dovecot);
	tcase_add_test(tc, test_lines);
	tcase_add_test(tc, test_left);
	tcase_add_test(tc, test_subids);
	tcase_add_test(tc, test_repair);
	tcase_add_test(tc, test_repair_refused);
	tcase_add_test(tc, test_repair_shared);
	tcase_add_test(tc, test_repair_owner);
	tcase_add_test(tc, test_repair_moved);
	suite_add_tcase(s, tc);
	return s;
}
