/* SPDX-License-Identifier: MIT */
/* How blocks look that settings need now: as the neighbours have it, and as a person would.
 * Rows are as migrate_case.h says. */
#include "migrate_case.h"
#include "unit.h"

static const struct migrate_case rows[] = {
	/* layout: as the neighbours have it, and as a person would */
	{"indented as the nearest block",
         "protocol imap {\n  mail_uid = 8\n}\n\nlogin_user = x\nprotocol pop3 {\n    mail_uid = "
         "8\n}\nprotocol lda {\n\tmail_uid = 8\n}\n\nauth_process_size = 9\n",
         "protocol imap {\n  mail_uid = 8\n}\n\nservice imap-login {\n    user = x\n}\nservice "
         "pop3-login {\n    user = x\n}\nservice managesieve-login {\n    user = x\n}\nprotocol "
         "pop3 {\n    mail_uid = 8\n}\nprotocol lda {\n\tmail_uid = 8\n}\n\nservice auth {\n"
         "\tvsz_limit = 9M\n}\n",
         ""},
	{"one block of what comes together",
         "auth default {\n    user = root\n\n    # why \n    socket listen {\n        master {\n"
         "            path = a-master\n            mode = 0600\n        }\n    }\n}\n",
         "service auth {\n    user = root\n\n    # why \n    unix_listener a-master {\n        "
         "mode = "
         "0600\n    }\n}\n",
         ""},
	{"blocks with more than their comments between",
         "auth default {\n  user = root\n  # count = 1 \n\n  # why\n  socket listen {\n    client "
         "{\n      path = x\n    }\n  }\n}\n",
         "service auth {\n  user = root\n}\n# count = 1 \n\n# why\nservice auth {\n  unix_listener "
         "x "
         "{\n  }\n}\n",
         ""},
	{"blocks that some share", "login_user = x\nssl_listen = *:1\n",
         "service imap-login {\n  user = x\n  inet_listener imaps {\n    address = *\n    port = "
         "1\n  }\n}\nservice pop3-login {\n  user = x\n  inet_listener pop3s {\n    address = *\n  "
         "  "
         "port = 1\n  }\n}\nservice managesieve-login {\n  user = x\n}\n",
         ""},
	{"listeners of one name",
         "protocols = imaps\nprotocol imap {\n  login_user = x\n  ssl_listen = *:1993\n}\n",
         "protocols = imap\nservice imap-login {\n  inet_listener imap {\n    port = 0\n  }\n  "
         "user "
         "= x\n  inet_listener imaps {\n    address = *\n    port = 1993\n  }\n}\n",
         ""},
	{"blocks that were there, and heads with comments",
         "service auth {\n  user = x\n}\nservice auth {\n  chroot = y\n}\nauth default {\n"
         "  socket listen { # why\n    client {\n      path = x\n    }\n  }\n}\n",
         "service auth {\n  user = x\n}\nservice auth {\n  chroot = y\n}\nservice auth { # why\n"
         "  unix_listener x {\n  }\n}\n",
         ""},
	{"no blank behind nothing",
         "protocol imap {\n  imap_client_workarounds = outlook-idle\n}\n",
         "protocol imap {\n  imap_client_workarounds =\n}\n", ""},

	/* blocks of one name with something between */
	{"apart",
         "auth_user = x # a\nmail_uid = 8\n\nauth_chroot = y\n\n# b\nmail_gid = "
         "8\nauth_process_size = "
         "\\\n  9\nauth_verbose = yes\n",
         "service auth {\n  user = x # a\n  chroot = y\n  vsz_limit = 9M\n}\nmail_uid = 8\n\n"
         "# b\nmail_gid = 8\nauth_verbose = yes\n",
         ""},
	{"apart, with comments of its own",
         "auth default {\n    user = x\n    verbose = yes\n\n    # a\n    # b\n    socket listen "
         "{\n"
         "        client {\n            # c\n            path = y\n            mode = 0600\n       "
         " }\n"
         "    }\n    debug = yes\n}\n",
         "service auth {\n    user = x\n\n    # a\n    # b\n    unix_listener y {\n        # c\n"
         "        mode = 0600\n    }\n}\nauth_verbose = yes\n\nauth_debug = yes\n",
         ""},
	{"apart, comments would change their order",
         "auth_user = x\n# a\nmail_uid = 8\n# b\nauth_chroot = y\n",
         "service auth {\n  user = x\n}\n# a\nmail_uid = 8\n# b\nservice auth {\n  chroot = y\n}\n",
         ""},
	{"apart, comments that are about something else",
         "auth_user = x\nmail_uid = 8\n# a\n\n# b\nauth_chroot = y\nprotocol lda {\n  mail_gid = "
         "8\n"
         "  # c\n}\nauth_process_size = 9\n",
         "service auth {\n  user = x\n}\nmail_uid = 8\n# a\n\n# b\nservice auth {\n  chroot = "
         "y\n}\n"
         "protocol lda {\n  mail_gid = 8\n  # c\n}\nservice auth {\n  vsz_limit = 9M\n}\n",
         ""},
	{"apart, a comment at the end",
         "auth default {\n  socket listen {\n    client {\n      path = y\n      # a\n    }\n  }\n"
         "  verbose = yes\n  socket listen {\n    client {\n      path = z\n      # b\n    }\n  "
         "}\n}\n",
         "service auth {\n  unix_listener y {\n    # a\n  }\n}\nauth_verbose = yes\nservice auth "
         "{\n"
         "  unix_listener z {\n    # b\n  }\n}\n",
         ""},
	{"apart, and the order counts",
         "== dovecot.conf\nauth_user = x\n!include a.inc\nauth_chroot = $default_login_user\n"
         "default_login_user = y\nauth_process_size = $default_vsz_limit\n== a.inc\nservice auth {\n  chroot = "
         "z\n}\n",
         "== dovecot.conf\nservice auth {\n  user = x\n}\n!include a.inc\nservice auth {\n  chroot "
         "= "
         "$default_login_user\n}\ndefault_login_user = y\nservice auth {\n  vsz_limit = $default_vsz_limit\n}\n== "
         "a.inc\n"
         "service auth {\n  chroot = z\n}\n",
         ""},
	{"apart, and inside of them",
         "protocol imap {\n  login_user = x\n}\nmail_uid = 8\nprotocol imap {\n  listen = *:1\n"
         "  ssl_listen = *:2\n  listen = *:1\n}\n",
         "service imap-login {\n  user = x\n  inet_listener imap {\n    address = *\n    port = 1\n"
         "    address = *\n    port = 1\n  }\n  inet_listener imaps {\n    address = *\n    port = "
         "2\n"
         "  }\n}\nmail_uid = 8\n",
         ""},
	{"apart, and nothing is in them", "# a\nservice auth {\n}\nmail_uid = 8\nauth_user = x\n",
         "# a\nservice auth {\n}\nmail_uid = 8\nservice auth {\n  user = x\n}\n", ""},
	{"apart, and nothing is in what is above",
         "auth_user = x\nmail_uid = 8\n# a\nremote 10.0.0.1 {\n}\nauth_chroot = y\n",
         "service auth {\n  user = x\n}\nmail_uid = 8\n# a\nremote 10.0.0.1 {\n}\nservice auth {\n"
         "  chroot = y\n}\n",
         ""},
	{"apart, and one was there",
         "mail_uid = 8\n\nauth_user = x\n\nmail_gid = 8\nservice auth {\n    # a\n    user = y\n}\n"
         "auth_verbose = yes\nauth_chroot = z\n",
         "mail_uid = 8\n\nmail_gid = 8\nservice auth {\n    user = x\n    # a\n    user = y\n    "
         "chroot "
         "= z\n}\nauth_verbose = yes\n",
         ""},
	{"apart, and one was there, that gets a comment",
         "mail_uid = 8\n\n# a\nauth_user = x\n\nmail_gid = 8\nservice auth {\n    user = y\n}\n",
         "mail_uid = 8\n\nmail_gid = 8\nservice auth {\n    # a\n    user = x\n    user = y\n}\n",
         ""},
	{"apart, and the first comment is perhaps of the file",
         "# a\nauth_user = x\nmail_gid = 8\nservice auth {\n  user = y\n}\n",
         "# a\nservice auth {\n  user = x\n}\nmail_gid = 8\nservice auth {\n  user = y\n}\n", ""},
	{"apart, and one was there with a comment above",
         "auth_user = x\nmail_gid = 8\n# a\nservice auth {\n  user = y\n}\n",
         "service auth {\n  user = x\n}\nmail_gid = 8\n# a\nservice auth {\n  user = y\n}\n", ""},
	{"apart, as they were",
         "service auth {\n  user = x\n}\nmail_uid = 8\nservice auth {\n  chroot = y\n}\nauth_count "
         "= 1\n",
         "service auth {\n  user = x\n}\nmail_uid = 8\nservice auth {\n  chroot = y\n}\n",
         "8 removed"},
	{"a protocol that was broken, and two that were two",
         "protocol imap {\n  mail_uid = 8\n  mail_process_size = 9\n  mail_gid = 8\n}\n"
         "protocol pop3 {\n  login_user = x\n  mail_uid = 8\n}\nverbose_ssl = yes\n"
         "protocol pop3 {\n  mail_gid = 8\n}\n",
         "protocol imap {\n  mail_uid = 8\n  mail_gid = 8\n}\nservice imap {\n  vsz_limit = 9M\n}\n"
         "service pop3-login {\n  user = x\n}\nprotocol pop3 {\n  mail_uid = 8\n}\nverbose_ssl = "
         "yes\n"
         "protocol pop3 {\n  mail_gid = 8\n}\n",
         ""},
	{"settings of plugins, apart",
         "plugin {\n  quota = maildir\n}\nmail_uid = 8\nsieve_storage = ~/d\n",
         "plugin {\n  quota = maildir\n  sieve_dir = ~/d\n}\nmail_uid = 8\n", ""},

	/* blocks that only we emptied */
	{"emptied, comments",
         "protocol imap { # a\n    # b\n    listen = # c\n\n    # d e = f\n} # g\nmail_uid = 8\n",
         "# a\n# b\n# c\n\n# d e = f\n# g\nmail_uid = 8\n", "3 removed"},
	{"emptied, no second empty line",
         "mail_uid = 8\n\nprotocol imap {\n  listen =\n}\n\nmail_gid = 8\nremote 10.0.0.1 {\n"
         "  protocol pop3 {\n    listen =\n\n    ssl_listen =\n  }\n  protocol lda {\n"
         "    mail_log_max_lines_per_sec = 1\n  }\n}\n",
         "mail_uid = 8\n\nmail_gid = 8\n", "4 removed 10 removed 12 removed 15 removed"},
	{"emptied, a setting is switched off in it",
         "protocol imap {\n  listen =\n  # mail_plugins = quota\n}\nlocal 10.0.0.1 {\n"
         "  #protocol !imap {\n  #}\n  auth_count = 1\n}\n",
         "protocol imap {\n  # mail_plugins = quota\n}\nlocal 10.0.0.1 {\n  #protocol !imap {\n"
         "  #}\n}\n",
         "2 removed 8 removed"},
	{"an include ends a block, another one is below",
         "== dovecot.conf\nservice auth {\n  !include a.inc\n}\nauth_user = x\n== a.inc\n}\n",
         "== dovecot.conf\nservice auth {\n  !include a.inc\n}\nservice auth {\n  user = x\n}\n"
         "== a.inc\n}\n",
         ""},
	{"emptied, an include is switched off in it",
         "protocol imap {\n  listen =\n  #!include_try y\n}\n",
         "protocol imap {\n  #!include_try y\n}\n",
         "2 removed"},
	{"emptied, a plugin's setting is switched off in it",
         "protocol imap {\n  listen =\n  # plugin/foo = 3\n}\n",
         "protocol imap {\n  # plugin/foo = 3\n}\n",
         "2 removed"},
	{"emptied, an odd name is switched off in it",
         "protocol imap {\n  listen =\n  #quota-rule = 3\n}\n",
         "protocol imap {\n  #quota-rule = 3\n}\n",
         "2 removed"},
	{"emptied, a block with a comment is switched off in it",
         "protocol imap {\n  listen =\n  # protocol pop3 {   # gone\n}\n",
         "protocol imap {\n  # protocol pop3 {   # gone\n}\n",
         "2 removed"},
	{"emptied, the end of a block is switched off in it",
         "protocol imap {\n  listen =\n  #}\n}\n",
         "protocol imap {\n  #}\n}\n",
         "2 removed"},
	{"emptied, a block with a blank behind it is switched off in it",
         "protocol imap {\n  listen =\n  #plugin { \n}\n",
         "protocol imap {\n  #plugin { \n}\n",
         "2 removed"},
	{"emptied, a setting is switched off behind its braces",
         "protocol imap { # mail_uid = 8\n  listen =\n}\n",
         "protocol imap { # mail_uid = 8\n}\n",
         "2 removed"},
	{"a setting leaves, and an include below is switched off",
         "mail_uid = 8\n# a\nprotocol pop3 { # b\n  # c\n  login_user = x\n\n  # d\n  #!include x\n"
         "} # e\n",
         "mail_uid = 8\n# a\n# c\nservice pop3-login {\n  user = x\n}\n\nprotocol pop3 { # b\n  # d\n  #!include x\n"
         "} # e\n",
         ""},
	{"some settings leave, and the last one is switched off",
         "protocol pop3 {\n  mail_uid = 8\n  login_user = x\n  #mail_gid = 8\n}\n",
         "protocol pop3 {\n  mail_uid = 8\n}\nservice pop3-login {\n  user = x\n}\nprotocol pop3 {\n"
         "  #mail_gid = 8\n}\n",
         ""},
	{"empty as it was",
         "protocol imap {\n}\nplugin {\n  # x = y\n\n}\nremote \"a=b\" {\n}\n"
         "auth_count = 1\nprotocol lda {\n  plugin {\n  }\n  umask = 0\n}\n",
         "protocol imap {\n}\nplugin {\n  # x = y\n\n}\nremote \"a=b\" {\n}\n"
         "protocol lda {\n  plugin {\n  }\n}\n",
         "9 removed 13 removed"},
};

START_TEST(table)
{
	migrate_case_try(&rows[_i]);
}
END_TEST

Suite *suite_migrate_layout(void)
{
	Suite *suite = suite_create("migrate/layout");
	TCase *tcase = tcase_create("migrate_layout");

	tcase_add_loop_test(tcase, table, 0, sizeof rows / sizeof *rows);
	suite_add_tcase(suite, tcase);
	return suite;
}
