/* SPDX-License-Identifier: MIT */
/* What is looked at before anything is done for a system user. */
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include "user_wish.h"
#include <stdlib.h>
#include <string.h>

/* What is looked at before anything is done. */
static const struct refused {
	const char *name, *command;
	struct reeve_user_wish wish;
	enum reeve_code code;
	const char *text;
} refused[] = {
	{"group", ":", {.name = "ann", .group = "post"}, REEVE_EUSAGE, "there is no group 'post'"},
	{"shell",
         ":",
         {.name = "ann", .shell = "/bin/sh"},
         REEVE_EREFUSED,
         "'ann' in group mail with the login shell '/bin/sh' could remove other users' mailboxes: "
         "it has to be allowed"},
	{"group root",
         ":",
         {.name = "ann", .group = "root", .allow_shell = true},
         REEVE_EREFUSED,
         "'ann' in group 'root' has what root's group may read and change: no group for mail users"},
	{"group root by number",
         ":",
         {.name = "ann", .group = "0"},
         REEVE_EREFUSED,
         "'ann' in group '0' has what root's group may read and change: no group for mail users"},
	{"group shadow by another name",
         "printf 'shadow:x:42:\\nhidden:x:42:\\n' >>root/etc/group",
         {.name = "ann", .group = "hidden"},
         REEVE_EREFUSED,
         "'ann' in group 'hidden' may read all hashes of passwords: no group for mail users"},
	{"group disk",
         "echo disk:x:6: >>root/etc/group",
         {.name = "ann", .group = "disk"},
         REEVE_EREFUSED,
         "'ann' in group 'disk' may read and change every disk: no group for mail users"},
	{"group sudo with a shell",
         "echo sudo:x:27: >>root/etc/group",
         {.name = "ann", .group = "27", .shell = "/bin/sh"},
         REEVE_EREFUSED,
         "'ann' in group '27' may become root by his login shell: it has to be allowed"},
	{"uid",
         ":",
         {.name = "ann", .has_ids = true, .uid = 8},
         REEVE_EUSAGE,
         "uid 8 is not for users (100 to 65533)"},
	{"uid is taken",
         "echo bob:x:1005:100::/home/bob:/bin/sh >>root/etc/passwd",
         {.name = "ann", .has_ids = true, .uid = 1005},
         REEVE_EREFUSED,
         "uid 1005 is taken by 'bob'"},
	{"home of another",
         "echo bob:x:1005:100::/srv/ann/bob:/bin/sh >>root/etc/passwd",
         {.name = "ann", .home = "/srv"},
         REEVE_EREFUSED,
         "the home '/srv/ann' is that of 'bob', or has it inside"},
	{"home is there",
         "echo bob:x:1007:100::/home/bob:/bin/sh >>root/etc/passwd; "
         "mkdir -m 700 root/home/ann; chown 1007 root/home/ann",
         {.name = "ann", .home = "/home"},
         REEVE_EREFUSED,
         "'/home/ann' is there already, and belongs to uid 1007 ('bob')"},
	/* /opt, say. */
	{"home is a folder of root's",
         "mkdir -m 755 root/home/ann",
         {.name = "ann", .home = "/home"},
         REEVE_EREFUSED,
         "'/home/ann' is there already, and belongs to uid 0 ('root')"},
	{"home is a link",
         "ln -s /etc root/home/ann",
         {.name = "ann", .home = "/home//ann/"},
         REEVE_EREFUSED,
         "the home '/home/ann' would be '/etc', which is the system's"},
	{"home is a link of no harm",
         "mkdir -p root/srv/x/y; ln -s ../srv/x/y root/home/ann",
         {.name = "ann", .home = "/home//ann/"},
         REEVE_EREFUSED,
         "'/home/ann' is there already, and is a symbolic link"},
	{"home leads out",
         "ln -s /tmp root/home/x",
         {.name = "ann", .home = "/home/x"},
         REEVE_EREFUSED,
         NULL},
	{"home in one of another",
         "mkdir -m 755 root/home/kim; chown 1007 root/home/kim",
         {.name = "ann", .home = "/home/kim/new"},
         REEVE_EREFUSED,
         "'/home/kim/new/ann' would be in a folder of somebody else's (uid 1007)"},
	{"home among mailboxes",
         ":",
         {.name = "ann", .home = "/var/mail"},
         REEVE_EREFUSED,
         "the home '/var/mail/ann' would be in '/var/mail', the folder of mailboxes, or has it "
         "inside: no mail could be put into a mailbox there"},
	{"home among mailboxes, by another name",
         "mkdir root/var/spool; ln -s ../mail root/var/spool/mail",
         {.name = "ann", .home = "/var/spool/mail"},
         REEVE_EREFUSED,
         "the home '/var/spool/mail/ann' would be in '/var/mail', the folder of mailboxes, or has it "
         "inside: no mail could be put into a mailbox there"},
	{"home among mailboxes of login.defs",
         "echo MAIL_DIR /srv/boxes >root/etc/login.defs; mkdir -p root/srv/boxes",
         {.name = "ann", .home = "/srv/boxes/deep"},
         REEVE_EREFUSED,
         "the home '/srv/boxes/deep/ann' would be in '/srv/boxes', the folder of mailboxes, or has "
         "it inside: no mail could be put into a mailbox there"},
	{"home among mailboxes of Dovecot's",
         "mkdir root/etc/dovecot; echo 'mail_location = mbox:~/mail:INBOX=/srv/inbox/%u' "
         ">root/etc/dovecot/dovecot.conf",
         {.name = "ann", .home = "/srv/inbox"},
         REEVE_EREFUSED,
         "the home '/srv/inbox/ann' would be in '/srv/inbox', the folder of mailboxes, or has it "
         "inside: no mail could be put into a mailbox there"},
	{"home with the mailboxes in it",
         "echo MAIL_DIR /srv/ann/boxes >root/etc/login.defs; mkdir -p root/srv/ann/boxes",
         {.name = "ann", .home = "/srv"},
         REEVE_EREFUSED,
         "the home '/srv/ann' would be in '/srv/ann/boxes', the folder of mailboxes, or has it "
         "inside: no mail could be put into a mailbox there"},
	{"home of the system's",
         ":",
         {.name = "ann", .home = "/usr/lib/x"},
         REEVE_EREFUSED,
         "the home '/usr/lib/x/ann' would be in '/usr', which is the system's"},
	{"home in the root",
         ":",
         {.name = "ann", .home = "/"},
         REEVE_EREFUSED,
         "the home '/ann' would be in '/', which is the system's"},
	{"home is the system's",
         ":",
         {.name = "opt", .home = "/opt"},
         REEVE_EREFUSED,
         "the home '/opt' would be '/opt', which is the system's"},
	{"home with dots",
         ":",
         {.name = "ann", .home = "/home/../etc"},
         REEVE_EUSAGE,
         "the home '/home/../etc/ann' has '.' or '..' in it"},
	{"home with a colon",
         ":",
         {.name = "ann", .home = "/home:x"},
         REEVE_EUSAGE,
         "the home has a character that passwd(5) cannot hold"},
	{"mailbox of another",
         "echo mail >root/var/mail/ann; chown 1007:8 root/var/mail/ann; "
         "echo mail >root/var/mail/kim; chown 1007:8 root/var/mail/kim",
         {.name = "ann"},
         REEVE_EREFUSED,
         "'/var/mail/ann' is there already, and belongs to uid 1007 (nobody's)"},
	{"uid of mail that was left",
         "echo mail >root/var/mail/kim; chown 1007:8 root/var/mail/kim",
         {.name = "ann", .has_ids = true, .uid = 1007},
         REEVE_EREFUSED,
         "who gets uid 1007 gets '/var/mail/kim', too, which a user who is gone left"},
	{"mailbox is a link",
         "ln -s /etc/shadow root/var/mail/ann",
         {.name = "ann"},
         REEVE_EREFUSED,
         "'/var/mail/ann' is there already, and is a symbolic link"},
	{"mailbox is a hard link",
         "umask 077; : >root/x; ln root/x root/var/mail/ann",
         {.name = "ann"},
         REEVE_EREFUSED,
         "'/var/mail/ann' is there already, and has a second hard link"},
	{"no spool", "rmdir root/var/mail", {.name = "ann"}, REEVE_EIO, NULL},
	{"in another group",
         "echo ann:x:1005:100::/home/ann:/bin/sh >>root/etc/passwd",
         {.name = "ann"},
         REEVE_EREFUSED,
         "'ann' is there already, in the group with gid 100, not in 'mail'"},
	{"the system's",
         ":",
         {.name = "mail"},
         REEVE_EREFUSED,
         "'mail' is a user of the system's (uid 8)"},
	{"name", ":", {.name = "Ann"}, REEVE_EUSAGE, NULL},
	{"hash", ":", {.name = "ann", .hash = "garbage!!"}, REEVE_EUSAGE, NULL},
};

START_TEST(test_refused)
{
	const struct refused *row = &refused[_i];
	struct reeve_users *users;
	struct reeve_error err = {0};
	char before[4096];

	ck_assert_int_eq(system(row->command), 0);
	strcpy(before, folder_read("root/etc/passwd"));
	users = wish_begin();
	reeve_users_add(users, &(struct reeve_user_wish){.name = "carl"});
	reeve_users_add(users, &row->wish);
	ck_assert_int_eq(wish_end(users, &err), -1);
	ck_assert_msg(err.code == row->code &&
	                      (row->text == NULL || strcmp(err.text, row->text) == 0),
	              "%s: %d '%s'", row->name, err.code, err.text);
	ck_assert_str_eq(folder_read("root/etc/passwd"), before);
	ck_assert_str_eq(wish_ran(), "(none)");
	ck_assert_str_eq(wish_look("home/mail-users"), "none");
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

Suite *suite_user_refused(void)
{
	Suite *suite = suite_create("user/refused");
	TCase *tcase = tcase_create("refused");

	if (!user_root_can()) {
		unit_skip(COUNT(refused),
		          "users are made in a root only by who may chroot");
		return suite;
	}
	tcase_add_checked_fixture(tcase, wish_enter, folder_leave);
	tcase_add_loop_test(tcase, test_refused, 0, COUNT(refused));
	suite_add_tcase(suite, tcase);
	return suite;
}
