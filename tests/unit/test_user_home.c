/* SPDX-License-Identifier: MIT */
/* Where no home belongs, by whatever way it is named. */
#include "check_root.h"
#include "folder.h"
#include "unit.h"
#include "user/home.h"
#include "user/real.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void make(const char *conf)
{
	check_root(ROOT "vmail:x:5000:5000::/var/vmail:/usr/sbin/nologin\n", "", MAIL, NULL);
	ck_assert_int_eq(system("cd root && mkdir -p etc/dovecot etc/postfix var/mail/vhosts srv/own home var/lib "
	                        "&& ln -s /etc srv/lnk && ln -s ../../var/lib srv/own/lib "
	                        "&& ln -s /nowhere srv/gone && ln -s round srv/round && ln -s / srv/root "
	                        "&& ln -s /srv/own srv/fine && ln -s /var/mail srv/mail"),
	                 0);
	folder_write("root/etc/dovecot/dovecot.conf", conf);
	folder_write("root/etc/login.defs", "MAIL_DIR /var/mail\n");
}

static const struct {
	const char *conf, *home;
	bool is_virtual;
	const char *why; /* a part of the error; NULL: it may be there */
} rows[] = {
	{"", "/srv/own/ann", false, NULL},
	{"", "/srv/fine/ann", false, NULL},
	{"", "/var/lib/vmail/ann", true, NULL},

	/* By a link. */
	{"", "/srv/lnk/hxe", false, "'/etc', which is the system's"},
	{"", "/srv/lnk/x.org/hxe", true, "'/etc', which is the system's"},
	{"", "/srv/fine/lib/dpkg/x", false, "'/var/lib/dpkg', which is the system's"},
	{"", "/srv/root/hxe", false, "in '/', which is the system's"},
	{"", "/srv/gone/hxe", false, "leads nowhere"},
	{"", "/srv/gone", true, "leads nowhere"},
	{"", "/srv/round/hxe", false, "leads nowhere"},
	{"", "/srv/mail/hxe", true, "the folder of mailboxes"},

	/* Folders of programs of mail. */
	{"", "/var/lib/mailreeve/ann", false, "'/var/lib/mailreeve', which"},
	{"", "/var/lib/dovecot/ann", true, "'/var/lib/dovecot', which"},
	{"", "/var/lib/postfix/ann", false, "'/var/lib/postfix', which"},
	{"", "/var/spool/ann", false, "'/var/spool', which"},
	{"", "/var/spool/postfix/ann", false, "'/var/spool', which"},
	{"mail_home = /var/spool/vhosts/%d/%n\n", "/var/spool/vhosts/x.org/ann", true, NULL},
	{"mail_home = /var/spool/vhosts/%d/%n\n", "/var/spool/other/x.org/ann", true, "'/var/spool', which"},
	{"mail_home = /var/spool/vhosts/%d/%n\n", "/var/spool/vhosts/x.org/ann", false, "'/var/spool', which"},

	/* Among mailboxes: below what is configured only. */
	{"mail_location = maildir:/var/mail/vhosts/%d/%n\n", "/var/mail/vhosts/x.org/q", true, NULL},
	{"mail_location = maildir:/var/mail/vhosts/%d/%n\n", "/var/mail/newuser/q", true, "the folder of mailboxes"},
	{"mail_location = maildir:/var/mail/vhosts/%d/%n\n", "/var/mail/newuser", true, "the folder of mailboxes"},
	{"mail_home = /var/mail/vhosts/%d/%n\n", "/var/mail/vhosts/x.org/q", true, NULL},
	{"mail_home = /var/mail/vhosts/%d/%n\n", "/var/mail/newuser/q", true, "the folder of mailboxes"},
	{"mail_home = /var/mail/vhosts/%d/%n\n", "/var/mail/newuser", true, "the folder of mailboxes"},
	{"mail_home = /var/mail/%d/%n\n", "/var/mail/x.org/q", true, NULL},
	{"mail_home = /var/mail/%d/%n\n", "/var/mail/newuser/q", true, "the folder of mailboxes"},
};

START_TEST(test_homes)
{
	struct reeve_users_how how = {.root = "root", .talk = &check_talk};

	for (int i = 0; i < ROWS(rows); i++) {
		struct reeve_error err = {0};
		struct reeve_users *users;
		int r;

		make(rows[i].conf);
		users = reeve_users_open(&how, &err);
		ck_assert_msg(users != NULL, "%s", err.text);
		r = users_home_check(users, rows[i].home, rows[i].is_virtual, NULL, &err);
		ck_assert_msg(rows[i].why == NULL ? r == 0
		                                  : r == -1 && err.code == REEVE_EREFUSED &&
		                                            strstr(err.text, rows[i].why) != NULL,
		              "%d %s: %d %s", i, rows[i].home, r, err.text);
		reeve_users_close(users);
	}
}
END_TEST

START_TEST(test_real)
{
	static const char *const paths[][2] = {
		{"/", "/"},
		{"//srv//own/", "/srv/own"},
		{"/srv/lnk/x/y", "/etc/x/y"},
		{"/srv/fine/lib/z", "/var/lib/z"},
		{"/srv/root/srv/root/x", "/x"},
		{"/srv/own/../x", "/srv/x"},
		{"/not/../there", "/there"},
		{"/../..", "/"},
	};
	struct reeve_users_how how = {.root = "root", .talk = &check_talk};
	struct reeve_error err = {0};
	struct reeve_users *users;

	make("");
	users = reeve_users_open(&how, &err);
	ck_assert_msg(users != NULL, "%s", err.text);
	for (int i = 0; i < ROWS(paths); i++) {
		const char *real = users_path_real(users, paths[i][0], &err);

		ck_assert_msg(real != NULL && strcmp(real, paths[i][1]) == 0, "%s: %s", paths[i][0],
		              real == NULL ? err.text : real);
	}
	reeve_users_close(users);
}
END_TEST

Suite *suite_user_home(void)
{
	Suite *s = suite_create("user/home");
	TCase *tc = tcase_create("home");

	tcase_add_checked_fixture(tc, check_enter, folder_leave);
	tcase_add_test(tc, test_homes);
	tcase_add_test(tc, test_real);
	suite_add_tcase(s, tc);
	return s;
}
