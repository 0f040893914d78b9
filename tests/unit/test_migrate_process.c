/* SPDX-License-Identifier: MIT */
/* Settings of login and mail processes. Rows are as migrate_case.h says. */
#include "migrate_case.h"
#include "unit.h"

static const struct migrate_case rows[] = {
	{"login at root", "# one\nlogin_process_size = 64 # x\n\n# two\nlogin_chroot = no\n",
         "# one\nservice imap-login {\n  vsz_limit = 64M # x\n\n  # two\n  chroot =\n}\n"
         "service pop3-login {\n  vsz_limit = 64M\n  chroot =\n}\n"
         "service managesieve-login {\n  vsz_limit = 64M\n  chroot =\n}\n",
         ""},
	{"sizes with a unit",
         "login_process_size = 64M\nprotocol imap {\n  mail_process_size = 1 G\n}\n"
         "auth_process_size = 256MB\n",
         "service imap-login {\n  vsz_limit = 64M\n}\nservice pop3-login {\n  vsz_limit = 64M\n}\n"
         "service managesieve-login {\n  vsz_limit = 64M\n}\nservice imap {\n  vsz_limit = 1 G\n"
         "}\nservice auth {\n  vsz_limit = 256MB\n}\n",
         ""},
	{"login, an empty line below a comment",
         "login_user = a\n# one\n\n# two\nlogin_chroot = yes\n",
         "service imap-login {\n  user = a\n}\nservice pop3-login {\n  user = a\n  chroot = login\n"
         "}\nservice managesieve-login {\n  user = a\n  chroot = login\n}\n"
         "# one\n\n# two\n"
         "service imap-login {\n  chroot = login\n}\n",
         ""},
	{"login in a protocol",
         "protocol pop3 {\n  # one\n  login_process_per_connection = no\n  # two\n  "
         "login_processes_count = 2\n"
         "  # three\n  mail_plugins = quota\n}\n",
         "# one\nservice pop3-login {\n  service_count = 0\n  # two\n  process_min_avail = 2\n}\n"
         "protocol pop3 {\n  # three\n  mail_plugins = quota\n}\n",
         ""},
	{"mail processes below the rest",
         "protocol imap {\n  mail_uid = 8\n\n  # one\n  mail_executable = /x/imap y\n  "
         "max_mail_processes = "
         "7\n\n  # two\n}\n",
         "protocol imap {\n  mail_uid = 8\n}\n\n# one\nservice imap {\n  executable = /x/imap y\n  "
         "process_limit = 7\n}\n\n# two\n",
         ""},
	{"mail processes in the middle",
         "protocol imap { # x\n  mail_uid = 8\n  # one\n\n  # two\n  mail_process_size = 9\n\n  # "
         "three\n\n  mail_gid = 8\n} # y\n",
         "protocol imap { # x\n  mail_uid = 8\n  # one\n\n}\n# two\nservice imap {\n  vsz_limit = "
         "9M\n}\n\n"
         "protocol imap {\n  # three\n\n  mail_gid = 8\n} # y\n",
         ""},
	{"mail processes at first",
         "protocol imap { # x\n  mail_drop_priv_before_exec = yes\n  mail_uid = 8\n} # y\n",
         "service imap {\n  drop_priv_before_exec = yes\n}\nprotocol imap { # x\n  mail_uid = 8\n} "
         "# y\n",
         ""},
	{"nothing else in it", "protocol imap { # x\n  mail_executable = /y/imap\n} # z\n",
         "# x\nservice imap {\n  executable = /y/imap\n}\n# z\n", ""},
	{"a script after the login", "protocol imap {\n  mail_executable = /x/post y\n}\n",
         "# mailreeve: 2.x starts this as root, before it is known who logs in: write executable = "
         "imap imap-postlogin, and a service imap-postlogin with executable = script-login -d "
         "/x/post y and unix_listener imap-postlogin { }, and let the script end with exec \"$@\"\n"
         "service imap {\n  executable = /x/post y\n}\n",
         "2 decide"},
	{"in a block of 2.x", "remote 10.0.0.1 {\n  protocol imap {\n    login_user = x\n  }\n}\n",
         "", "3 removed"},
	{"all protocols but one",
         "protocol !imap {\n  login_user = x\n}\nprotocol !managesieve {\n"
         "  max_mail_processes = 3\n}\nprotocol !pop3 {\n  listen = *\n}\n",
         "service pop3-login {\n  user = x\n}\nservice managesieve-login {\n  user = x\n"
         "  inet_listener sieve {\n    address = *\n  }\n}\n"
         "service imap {\n  process_limit = 3\n}\nservice pop3 {\n  process_limit = 3\n}\n"
         "service imap-login {\n  inet_listener imap {\n    address = *\n  }\n}\n",
         ""},
	{"listen in a block of 2.x",
         "local 10.0.0.1 {\n  # a\n  listen = *\n  ssl = no\n}\nlocal_name b.c {\n"
         "  max_mail_processes = 3\n}\n",
         "local 10.0.0.1 {\n  # a\n  ssl = no\n}\n", "3 removed 7 removed"},
	{"auth in a protocol",
         "protocol imap {\n  auth_user = x\n  auth_cache_size = 7\n  auth_count = 1\n}\n"
         "protocol pop3 {\n  dict_process_count = 2\n}\n",
         "service auth {\n  user = x\n}\nprotocol imap {\n  auth_cache_size = 7K\n}\n"
         "service dict {\n  process_limit = 2\n}\n",
         "4 removed"},
	{"login in a protocol, in an include",
         "== dovecot.conf\nprotocol imap {\n  !include a.inc\n}\n== a.inc\nlogin_user = x\n",
         "== dovecot.conf\nprotocol imap {\n  !include a.inc\n}\nservice imap-login {\n  user = "
         "x\n}\n== a.inc\n",
         ""},
	{"login in two protocols, in an include",
         "== dovecot.conf\nprotocol imap {\n    !include a.inc\n}\n\nprotocol pop3 {\n    !include "
         "a.inc\n    mail_uid = 8\n}\n== a.inc\n# who\nlogin_user = x # y\n\n# how "
         "many\nlogin_max_processes_count = 7\n\nmail_gid = 8\n",
         "== dovecot.conf\nprotocol imap {\n    !include a.inc\n}\n# who\n# y\nservice imap-login "
         "{\n    user = x\n    # how many\n    process_limit = 7\n}\n\nprotocol pop3 {\n    "
         "!include a.inc\n    mail_uid = 8\n}\nservice pop3-login {\n    user = x\n    "
         "process_limit = 7\n}\n== a.inc\n\n\nmail_gid = 8\n",
         ""},
	{"login in two protocols, in an include, one without a login",
         "== dovecot.conf\nprotocol lda {\n  !include a.inc\n}\nprotocol pop3 {\n  !include "
         "a.inc\n}\n"
         "== a.inc\n# who\nlogin_user = x # y\nmail_uid = 8\n",
         "== dovecot.conf\nprotocol lda {\n  !include a.inc\n}\nprotocol pop3 {\n  !include "
         "a.inc\n}\n"
         "# who\n# y\nservice pop3-login {\n  user = x\n}\n== a.inc\nmail_uid = 8\n",
         ""},
	{"login in protocols without one, in an include",
         "== dovecot.conf\nprotocol lda {\n  !include a.inc\n}\nprotocol lmtp {\n  !include "
         "a.inc\n}\n"
         "== a.inc\nlogin_user = x\nmail_uid = 8\n",
         "== dovecot.conf\nprotocol lda {\n  !include a.inc\n}\nprotocol lmtp {\n  !include "
         "a.inc\n}\n"
         "== a.inc\nmail_uid = 8\n",
         "1 removed"},
	{"in a protocol, in an include that leaves a block open",
         "== dovecot.conf\nprotocol imap {\n  !include a.inc\n}\n== a.inc\n"
         "# who\nlogin_user = x # y\nmail_executable = /x/imap\nnamespace a {\n  mailbox b {\n",
         "== dovecot.conf\nprotocol imap {\n  !include a.inc\n}\n== a.inc\n"
         "# who\n# mailreeve: outside of all blocks, write service imap-login { user = x }, and "
         "remove this\n"
         "login_user = x # y\n"
         "# mailreeve: outside of all blocks, write service imap { executable = /x/imap }, and "
         "remove "
         "this\n"
         "mail_executable = /x/imap\nnamespace a {\n  mailbox b {\n",
         "2 decide 3 decide"},
	{"login in a protocol and outside, in an include",
         "== dovecot.conf\n!include a.inc # a\nprotocol pop3 {\n  !include a.inc\n}\n== "
         "a.inc\nmail_uid = 8\n# b\nlogin_user = x # c\n",
         "== dovecot.conf\n!include a.inc # a\n# b\n# c\nservice imap-login {\n  user = x\n}\nservice pop3-login {\n  user = x\n}\n"
         "service managesieve-login {\n  user = x\n}\n"
         "protocol pop3 {\n  !include a.inc\n}\n== a.inc\nmail_uid = 8\n",
         ""},
	{"login in a protocol and outside, and set by something else",
         "== dovecot.conf\n!include a.inc\nlogin_user = y\nprotocol pop3 {\n  !include a.inc\n"
         "}\n== a.inc\nlogin_user = x\n",
         "== dovecot.conf\n!include a.inc\nservice imap-login {\n  user = x\n  user = y\n}\n"
         "service pop3-login {\n  user = x\n  user = y\n  user = x\n}\n"
         "service managesieve-login {\n  user = x\n  user = y\n}\n"
         "protocol pop3 {\n  !include a.inc\n}\n== a.inc\n",
         ""},
	{"auth in two protocols, in an include",
         "== dovecot.conf\nprotocol imap {\n  !include a.inc\n}\nprotocol pop3 {\n"
         "  !include a.inc\n}\n== a.inc\nauth_user = x\n",
         "== dovecot.conf\nprotocol imap {\n  !include a.inc\n}\nservice auth {\n  user = x\n}\n"
         "protocol pop3 {\n  !include a.inc\n}\n== a.inc\n",
         ""},
	{"login twice outside, in an include",
         "== dovecot.conf\n!include a.inc\n!include a.inc\nprotocol pop3 {\n  !include a.inc\n"
         "}\n== a.inc\nlogin_user = x\n",
         "== dovecot.conf\n!include a.inc\n!include a.inc\nprotocol pop3 {\n  !include a.inc\n"
         "}\n== a.inc\n"
         "# mailreeve: outside of all blocks, write service imap-login { user = x }, service "
         "pop3-login { user = x }, service managesieve-login { user = x }, and remove this\n"
         "login_user = x\n",
         "1 decide"},
	{"login in a protocol and outside, in several includes",
         "== dovecot.conf\n!include a*.inc\nprotocol pop3 {\n  !include a.inc\n}\n== a.inc\n"
         "login_user = x\n",
         "== dovecot.conf\n!include a*.inc\nprotocol pop3 {\n  !include a.inc\n}\n== a.inc\n"
         "# mailreeve: outside of all blocks, write service imap-login { user = x }, service "
         "pop3-login { user = x }, service managesieve-login { user = x }, and remove this\n"
         "login_user = x\n",
         "1 decide"},
	{"login in a protocol and outside, set again below it in an include",
         "== dovecot.conf\n!include a.inc\nprotocol pop3 {\n  !include a.inc\n}\n== a.inc\n"
         "login_user = x\nservice imap-login {\n  user = y\n}\n",
         "== dovecot.conf\n!include a.inc\nprotocol pop3 {\n  !include a.inc\n}\n== a.inc\n"
         "# mailreeve: outside of all blocks, write service imap-login { user = x }, service "
         "pop3-login { user = x }, service managesieve-login { user = x }, and remove this\n"
         "login_user = x\nservice imap-login {\n  user = y\n}\n",
         "1 decide"},
	{"login in a protocol and outside, set again by what an include includes",
         "== dovecot.conf\n!include a.inc\nprotocol pop3 {\n  !include a.inc\n}\n== a.inc\n"
         "login_user = x\n!include b.inc\n== b.inc\nservice imap-login {\n  user = y\n}\n",
         "== dovecot.conf\n!include a.inc\nprotocol pop3 {\n  !include a.inc\n}\n== a.inc\n"
         "# mailreeve: outside of all blocks, write service imap-login { user = x }, service "
         "pop3-login { user = x }, service managesieve-login { user = x }, and remove this\n"
         "login_user = x\n!include b.inc\n== b.inc\nservice imap-login {\n  user = y\n}\n",
         "1 decide"},
	{"login in a protocol and outside, in includes in braces",
         "== dovecot.conf\n!include {a,b}.inc\nprotocol pop3 {\n  !include a.inc\n}\n"
         "== a.inc\nlogin_user = x\n== b.inc\nmail_uid = 8\n",
         "== dovecot.conf\n!include {a,b}.inc\nprotocol pop3 {\n  !include a.inc\n}\n"
         "== a.inc\n"
         "# mailreeve: outside of all blocks, write service imap-login { user = x }, service "
         "pop3-login { user = x }, service managesieve-login { user = x }, and remove this\n"
         "login_user = x\n== b.inc\nmail_uid = 8\n",
         "1 decide"},
	{"login in a protocol and outside, in an include below a comment",
         "== dovecot.conf\n# a\n!include a.inc\nprotocol pop3 {\n  !include a.inc\n}\n== a.inc\n"
         "login_user = x\n",
         "== dovecot.conf\n# a\n!include a.inc\nprotocol pop3 {\n  !include a.inc\n}\n== a.inc\n"
         "# mailreeve: outside of all blocks, write service imap-login { user = x }, service "
         "pop3-login { user = x }, service managesieve-login { user = x }, and remove this\n"
         "login_user = x\n",
         "1 decide"},
	{"login in a protocol and outside, in an include, apart from its comment",
         "== dovecot.conf\n!include a.inc\nprotocol pop3 {\n  !include a.inc\n}\n== a.inc\n"
         "# a\n\nlogin_user = x\n",
         "== dovecot.conf\n!include a.inc\nprotocol pop3 {\n  !include a.inc\n}\n== a.inc\n"
         "# a\n\n# mailreeve: outside of all blocks, write service imap-login { user = x }, "
         "service pop3-login { user = x }, service managesieve-login { user = x }, and remove "
         "this\nlogin_user = x\n",
         "3 decide"},
	{"login outside, in an include that opens a block",
         "== dovecot.conf\n!include a.inc\n}\nprotocol pop3 {\n  !include a.inc\n  }\n}\n"
         "== a.inc\nlogin_user = x\nplugin {\n",
         "== dovecot.conf\n!include a.inc\n}\nprotocol pop3 {\n  !include a.inc\n  }\n}\n"
         "== a.inc\n"
         "# mailreeve: outside of all blocks, write service imap-login { user = x }, service "
         "pop3-login { user = x }, service managesieve-login { user = x }, and remove this\n"
         "login_user = x\n"
         "plugin {\n",
         "1 decide"},
	{"login in more protocols than are looked at, in an include",
         "== dovecot.conf\nprotocol lda {\n  !include a.inc\n}\nprotocol lmtp {\n  !include a.inc\n}\n"
         "protocol a {\n  !include a.inc\n}\nprotocol b {\n  !include a.inc\n}\n"
         "protocol c {\n  !include a.inc\n}\nprotocol imap {\n  !include a.inc\n}\n"
         "== a.inc\nlogin_user = x\n",
         "== dovecot.conf\nprotocol lda {\n  !include a.inc\n}\nprotocol lmtp {\n  !include a.inc\n}\n"
         "protocol a {\n  !include a.inc\n}\nprotocol b {\n  !include a.inc\n}\n"
         "protocol c {\n  !include a.inc\n}\nprotocol imap {\n  !include a.inc\n}\n"
         "== a.inc\n# mailreeve: its file is included in more blocks than are looked at: write it "
         "where it goes, outside of all of them, and remove this\nlogin_user = x\n",
         "1 decide"},
	{"another value of yes and no where nobody logs in",
         "protocol lda {\n  mail_uid = 8\n  login_chroot = y\n}\n",
         "protocol lda {\n  mail_uid = 8\n}\n", "3 removed"},
	{"neither yes nor no",
         "protocol imap {\n  login_chroot = maybe\n  login_process_per_connection = 1\n}\n",
         "service imap-login {\n  chroot = login\n  service_count = 1\n}\n",
         "2 removed 3 removed"},
	{"other values of yes and no",
         "protocol imap {\n  login_chroot = y\n  login_process_per_connection = y\n}\n"
         "protocol pop3 {\n  login_chroot = NO\n  login_process_per_connection = NO\n}\n",
         "service imap-login {\n  chroot = login\n  service_count = 1\n}\n"
         "service pop3-login {\n  chroot =\n  service_count = 0\n}\n",
         "2 removed 3 removed"},
	{"dict", "dict_process_count = 2\n", "service dict {\n  process_limit = 2\n}\n", ""},
};

START_TEST(table)
{
	migrate_case_try(&rows[_i]);
}
END_TEST

Suite *suite_migrate_process(void)
{
	Suite *suite = suite_create("migrate/process");
	TCase *tcase = tcase_create("migrate_process");

	tcase_add_loop_test(tcase, table, 0, sizeof rows / sizeof *rows);
	suite_add_tcase(suite, tcase);
	return suite;
}
