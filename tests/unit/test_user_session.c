/* SPDX-License-Identifier: MIT */
/* Several wishes in one session: each is about its own user, whatever the others do to the file. */
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include "user_wish.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of three users each has his mail elsewhere, as his line says. */
static void set_up(void)
{
	wish_enter();
	ck_assert_int_eq(
		system("set -e; cd root; mkdir -p etc/dovecot srv/vmail srv/mail/bob srv/special/cid\n"
	               "echo vmail:x:900:900::/srv/vmail:/usr/sbin/nologin >>etc/passwd\n"
	               "echo vmail:x:900: >>etc/group\n"
	               "mkdir -m 700 srv/vmail/bob srv/vmail/cid srv/vmail/dan\n"
	               "chown -R 900:900 srv/vmail srv/mail srv/special\n"
	               "cat >etc/dovecot/dovecot.conf <<-END\n"
	               "\tmail_location = maildir:~/Maildir\n"
	               "\tpassdb {\n\t driver = passwd-file\n\t args = /etc/dovecot/users\n\t}\n"
	               "\tuserdb {\n\t driver = passwd-file\n\t args = /etc/dovecot/users\n\t}\n"
	               "\tEND\n"),
		0);
	folder_write("root/etc/dovecot/users",
	             "bob@a.org:{PLAIN}x:900:900::/srv/vmail/bob::userdb_mail=maildir:/srv/mail/%n\n"
	             "cid@a.org:{PLAIN}x:900:900::/srv/vmail/cid::userdb_mail=maildir:/srv/special/%n\n"
	             "dan@a.org:{PLAIN}x:900:900::/srv/vmail/dan::\n");
}

/* Who comes in the same run has his line among the others: whose mail goes is still asked of cid's. */
START_TEST(test_add_and_remove)
{
	static const char *const news[] = {"aaa@a.org", "bzz@a.org", "zzz@a.org"};
	struct reeve_error err = {0};
	struct reeve_users *users = wish_begin();

	reeve_users_add(users, &(struct reeve_user_wish){.name = news[_i]});
	reeve_users_remove(users, "cid@a.org", REEVE_USERS_REMOVE_MAIL, NULL);
	ck_assert_msg(wish_end(users, &err) > 0, "%s", err.text);
	ck_assert_str_eq(wish_look("srv/special/cid"), "none");
	ck_assert_str_eq(wish_look("srv/vmail/cid"), "none");
	ck_assert_str_ne(wish_look("srv/mail/bob"), "none");
	ck_assert_str_ne(wish_look("srv/vmail/bob"), "none");
	ck_assert_str_ne(wish_look("srv/vmail/dan"), "none");
	ck_assert_ptr_null(strstr(folder_read("root/etc/dovecot/users"), "cid@"));
	ck_assert_ptr_nonnull(strstr(folder_read("root/etc/dovecot/users"), news[_i]));
}
END_TEST

/* The home of a user who comes is nobody else's to remove, in whichever file he is. */
START_TEST(test_new_inside)
{
	struct reeve_error err = {0};
	struct reeve_users *users = wish_begin();

	reeve_users_remove(users, "bob@a.org", REEVE_USERS_KEEP_MAIL, NULL);
	reeve_users_add(users, &(struct reeve_user_wish){.name = "eve@a.org", .home = "/srv/eve"});
	reeve_users_remove(users, "dan@a.org", REEVE_USERS_REMOVE_MAIL, NULL);
	ck_assert_msg(wish_end(users, &err) > 0, "%s", err.text);
	ck_assert_str_eq(wish_look("srv/vmail/dan"), "none");
	ck_assert_str_ne(wish_look("srv/mail/bob"), "none");
	ck_assert_str_ne(wish_look("srv/eve"), "none");
}
END_TEST

/* Who is there already keeps a home that nobody would get today. */
START_TEST(test_home_stays)
{
	static const char *const homes[] = {"/var/mail/home-of-ann", "/etc/ann", "/srv/ann"};
	struct reeve_error err = {0};
	char command[400];

	snprintf(command, sizeof command,
	         "set -e; cd root; echo ann:x:1001:8::%s:/usr/sbin/nologin >>etc/passwd\n"
	         "echo 'ann:!:20000::::::' >>etc/shadow; mkdir -m 700 .%s; chown 1001:8 .%s\n"
	         "umask 077; : >var/mail/ann; chown 1001:8 var/mail/ann",
	         homes[_i], homes[_i], homes[_i]);
	ck_assert_int_eq(system(command), 0);
	ck_assert_msg(wish_add("ann", NULL, &err) == 0, "%s", err.text);
	ck_assert_str_eq(wish_ran(), "(none)");
}
END_TEST

Suite *suite_user_session(void)
{
	Suite *suite = suite_create("user/session");
	TCase *tcase = tcase_create("session");

	if (!user_root_can()) {
		unit_skip(7, "users are changed in a root only by who may chroot");
		return suite;
	}
	tcase_add_checked_fixture(tcase, set_up, folder_leave);
	tcase_add_loop_test(tcase, test_add_and_remove, 0, 3);
	tcase_add_test(tcase, test_new_inside);
	tcase_add_loop_test(tcase, test_home_stays, 0, 3);
	suite_add_tcase(suite, tcase);
	return suite;
}
