/* SPDX-License-Identifier: MIT */
/* Values with `$`: text to 1.x, names of settings to 2.x. Rows are as migrate_case.h says. */
#include "folder.h"
#include "migrate_case.h"
#include "unit.h"

#include <string.h>

#define OF_2_0 "service imap {\n}\n"
#define NO(name)                                                                                   \
	"# mailreeve: $" name " is no setting, and Dovecot does not start with it: write the "     \
	"value in quotes if it is text\n"

static const struct migrate_case rows[] = {
	/* of 1.x */
	{"a setting of auth", "auth default {\n  gssapi_hostname = $ALL\n}\n",
         "auth_gssapi_hostname = \"$ALL\"\n", ""},
	{"a text", OF_1_2 "login_greeting = $hello there # x\n",
         "login_greeting = \"$hello there\" # x\n", "1 removed"},
	{"a later word", OF_1_2 "login_greeting=pay $5\n", "login_greeting=\"pay $5\"\n",
         "1 removed"},
	{"the name of a setting", OF_1_2 "login_greeting = $protocols\n",
         "login_greeting = \"$protocols\"\n", "1 removed"},
	{"a '$' alone", OF_1_2 "login_greeting = $ 5\n", "login_greeting = \"$ 5\"\n", "1 removed"},
	{"quotes and backslashes", OF_1_2 "login_greeting = or \\b \"$c\" $d 'e\n",
         "login_greeting = \"or \\\\b \\\"$c\\\" $d 'e\"\n", "1 removed"},
	{"quotes around a part", OF_1_2 "login_greeting = a \"b\\\" $d\"\n",
         "login_greeting = \"a \\\"b\\\\\\\" $d\\\"\"\n", "1 removed"},
	{"blanks become one", OF_1_2 "login_greeting = 5$  and more\n",
         "login_greeting = \"5$  and more\"\n", "1 removed"},
	{"over two lines", OF_1_2 "login_greeting = a \\\n  $b # x\nmail_uid = 8\n",
         "login_greeting = \"a $b\" # x\nmail_uid = 8\n", "1 removed"},
	{"what stays",
         OF_1_2
         "login_greeting = a$b c\nmail_gid = \"a\" $b\nhostname = \"$x\"\nmail_uid = '$y' $z\n",
         "login_greeting = a$b c\nmail_gid = \"a\" $b\nhostname = \"$x\"\nmail_uid = '$y' $z\n",
         "1 removed"},
	{"a file", OF_1_2 "ssl_cert_file = $x/y\n", "ssl_cert = <$x/y\n", "1 removed"},
	{"a plugin", OF_1_2 "plugin {\n  quota_warning = storage=9%% $x\n}\n",
         "plugin {\n  quota_warning = \"storage=9%% $x\"\n}\n", "1 removed"},
	{"moved into plugin", "protocol lda {\n  sieve_global_path = $HOME/x\n}\n",
         "protocol lda {\n  plugin {\n    sieve_default = \"$HOME/x\"\n  }\n}\n", ""},
	{"moved into a service", "login_user = $x # y\n",
         "service imap-login {\n  user = \"$x\" # y\n}\nservice pop3-login {\n  user = \"$x\"\n}\n"
         "service managesieve-login {\n  user = \"$x\"\n}\n",
         ""},
	{"in an include", "== dovecot.conf\n" OF_1_2 "!include a.inc\n== a.inc\nhostname = $x\n",
         "== dovecot.conf\n!include a.inc\n== a.inc\nhostname = \"$x\"\n", "1 removed"},
	{"2.x with something old",
         OF_1_2 "mail_plugins = quota\nprotocol imap {\n  mail_plugins = "
                "$mail_plugins x\n}\nhostname = $protocols\n",
         "mail_plugins = quota\nprotocol imap {\n  mail_plugins = $mail_plugins x\n}\n"
         "hostname = $protocols\n",
         "1 removed"},
	{"2.x with something old, by the environment",
         OF_1_2 "ssl_key_password = $ENV:PW\nhostname = $protocols\n",
         "ssl_key_password = $ENV:PW\nhostname = $protocols\n", "1 removed"},
	{"2.x with something old, by a name of 2.x",
         OF_1_2 "plugin {\n  x = $default_login_user\n}\nhostname = $protocols\n",
         "plugin {\n  x = $default_login_user\n}\nhostname = $protocols\n", "1 removed"},

	/* of 2.x */
	{"a name of 2.x", OF_2_0 "hostname = $mail_location\nmail_uid = x $mail_gid\n", NULL, ""},
	{"the environment", OF_2_0 "hostname = $ENV:HOST\n", NULL, ""},
	{"no name", OF_2_0 "hostname = $nosuch x\n", OF_2_0 NO("nosuch") "hostname = $nosuch x\n",
         "3 decide"},
	{"a tab before it", OF_2_0 "hostname = a\t$nosuch\n", NULL, ""},
	{"a blank and a tab before it", OF_2_0 "hostname = a \t$nosuch\n",
         OF_2_0 NO("nosuch") "hostname = a \t$nosuch\n", "3 decide"},
	{"a later word is none", OF_2_0 "mail_plugins = $mail_plugins x $y\n",
         OF_2_0 NO("y") "mail_plugins = $mail_plugins x $y\n", "3 decide"},
	{"a name of before", OF_2_0 "plugin {\n  x = $ssl_cert_file\n}\n",
         OF_2_0 "plugin {\n  " NO("ssl_cert_file") "  x = $ssl_cert_file\n}\n", "4 decide"},
	{"a block", OF_2_0 "hostname = $namespace\n",
         OF_2_0 NO("namespace") "hostname = $namespace\n", "3 decide"},
	{"of any version", "hostname = $nosuch\nmail_uid = $mail_gid\n",
         NO("nosuch") "hostname = $nosuch\nmail_uid = $mail_gid\n", "1 decide"},
	{"a secret", OF_2_0 "ssl_key_password = $ecret\n",
         OF_2_0
         "# mailreeve: a word that begins with '$' is no setting, and Dovecot does not start "
         "with it: write the value in quotes if it is text\nssl_key_password = $ecret\n",
         "3 decide"},
};

START_TEST(table)
{
	migrate_case_try(&rows[_i]);
}
END_TEST

/* Nothing that is said has a secret in it. */
START_TEST(secret)
{
	folder_enter();
	folder_write("dovecot.conf", OF_1_2 "ssl_key_password = $e\"cret\n");
	struct reeve_migrate *migrate = migrate_case_run("secret");
	ck_assert_uint_eq(reeve_migrate_change_count(migrate), 2);
	const struct reeve_migrate_change *change = reeve_migrate_change_at(migrate, 1);
	ck_assert_str_eq(change->before, "ssl_key_password = ...");
	ck_assert_str_eq(change->after, "ssl_key_password = ...");
	reeve_migrate_close(migrate);
	folder_leave();
}
END_TEST

Suite *suite_migrate_dollar(void)
{
	Suite *suite = suite_create("migrate/dollar");
	TCase *tcase = tcase_create("migrate_dollar");

	tcase_add_loop_test(tcase, table, 0, sizeof rows / sizeof *rows);
	tcase_add_test(tcase, secret);
	suite_add_tcase(suite, tcase);
	return suite;
}
