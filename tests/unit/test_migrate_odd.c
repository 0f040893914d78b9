/* SPDX-License-Identifier: MIT */
/* Files as nobody should write them, and somebody did. Rows are as migrate_case.h says. */
#include "folder.h"
#include "migrate_case.h"
#include "unit.h"

#include <sys/stat.h>

static const struct migrate_case rows[] = {
	{"a quota's name in 2.x, as Courier's users wrote it",
         "passdb {\n  driver = pam\n}\nplugin {\n  quota = maildir:ignore=Trash\n"
         "  quota_rule = ?:storage=0\n}\n",
         NULL, "5 noted"},
	{"a quota's name in 2.x, without a rule",
         "passdb {\n  driver = pam\n}\nplugin {\n  quota = maildir:storage=10\n}\n", NULL,
         "5 noted"},
	{"a quota's name in 1.1",
         "plugin {\n  quota = maildir:storage=1\n}\nprotocol lda {\n  plugin {\n"
         "    quota2_rule3 = Spam:storage=2\n  }\n}\n",
         NULL, "2 noted"},
	{"two paths of a socket",
         "auth default {\n  socket listen {\n    client {\n      path = /a # one\n      path = /b\n"
         "      mode = 0600\n    }\n  }\n}\n",
         "service auth {\n  unix_listener /b {\n    # one\n    mode = 0600\n  }\n}\n", "4 removed"},
	{"the address of a listener that is off",
         "protocols = imaps\nprotocol imap {\n  listen = 10.0.0.1 # a\n}\n"
         "protocol pop3 {\n  listen = 10.0.0.1:111\n}\n",
         "protocols = imap\nservice imap-login {\n  inet_listener imap {\n    port = 0\n"
         "    address = 10.0.0.1 # a\n  }\n}\n"
         "service pop3-login {\n  inet_listener pop3 {\n    address = 10.0.0.1\n    port = 111\n"
         "  }\n}\n",
         ""},
	{"what nss looked in", "userdb {\n  driver = nss\n  args = blocking=no service=ldap\n}\n",
         "userdb {\n  driver = passwd\n  args = blocking=no\n}\n", "3 removed"},
	{"a certificate with a name that 2.x cannot read", "ssl_cert_file = \"/a#b\"\n",
         "# mailreeve: 2.x takes a '#' in the name of a file for a comment, and no quotes help: "
         "give "
         "the file another name\nssl_cert_file = \"/a#b\"\n",
         "1 decide"},
	{"the folder of scripts among a plugin's settings",
         "login_user = x\nplugin {\n  sieve_storage = ~/a # b\n}\n",
         "service imap-login {\n  user = x\n}\nservice pop3-login {\n  user = x\n}\n"
         "service managesieve-login {\n  user = x\n}\nplugin {\n  sieve_dir = ~/a # b\n}\n",
         ""},
	{"... of which there is one",
         "plugin {\n  sieve_storage = ~/a\n  sieve_dir = ~/b\n}\nauth {\n}\n",
         "plugin {\n  sieve_storage = ~/a\n  sieve_dir = ~/b\n}\n", ""},
	{"... in 2.x", "service auth {\n}\nplugin {\n  sieve_storage = ~/a\n}\n", NULL, ""},
	{"the default of an auth section",
         "auth_verbose = no\nauth default {\n  verbose = yes\n}\n",
         "auth_verbose = no\nauth_verbose = yes\n", ""},
	{"settings of plugins in protocol lda",
         "protocol lda {\n  quota = maildir # a\n  # b\n  quota_rule2 = Trash:storage=1\n"
         "  quota2_rule = *:storage=2\n  acl_groups = x\n  quota_full_tempfail = yes\n}\n",
         "protocol lda {\n  plugin {\n    quota = maildir # a\n    # b\n"
         "    quota_rule2 = Trash:storage=1\n    quota2_rule = *:storage=2\n    acl_groups = x\n  "
         "}\n"
         "  quota_full_tempfail = yes\n}\n",
         ""},
	{"... and not in other protocols", "protocol imap {\n  trash = x\n}\n",
         "protocol imap {\n  # mailreeve: Dovecot 2.3 does not know trash here: settings of "
         "plugins stand "
         "in plugin { }: move it there\n  trash = x\n}\n",
         "2 decide"},
	{"a port for TLS, of two protocols that have none",
         "protocols = imap pop3\nssl_listen = *:993 # a\n", "protocols = imap pop3\n# a\n",
         "2 removed"},
	{"... of which one has it", "protocols = imap imaps pop3\nssl_listen = *:993\n",
         "protocols = imap pop3\nservice imap-login {\n  inet_listener imaps {\n    address = *\n"
         "    port = 993\n  }\n}\n",
         ""},
	{"... and of one that is alone", "protocols = imap\nssl_listen = *:994\n",
         "protocols = imap\nservice imap-login {\n  inet_listener imaps {\n    address = *\n"
         "    port = 994\n  }\n}\nservice pop3-login {\n  inet_listener pop3s {\n    address = *\n"
         "    port = 994\n  }\n}\n",
         ""},
	{"words in capitals", "lock_method = FLock # a\nnamespace x {\n  list = YES\n}\n",
         "lock_method = flock # a\nnamespace x {\n  list = yes\n}\n", ""},
};

START_TEST(table)
{
	migrate_case_try(&rows[_i]);
}
END_TEST

/* A copy of /etc/dovecot for a try: the copies of its files are changed, and the originals are not
 * looked at. */
START_TEST(copy)
{
	static const struct migrate_case row = {
		"a copy",
		"auth default {\n  !include_try /etc/dovecot/conf.d/reeve-*.auth\n}\n"
		"!include /usr/local/etc/dovecot/conf.d/reeve-x.conf\n",
		"!include_try /etc/dovecot/conf.d/reeve-*.auth\n"
		"!include /usr/local/etc/dovecot/conf.d/reeve-x.conf\n",
		""};
	struct reeve_migrate *migrate;

	folder_enter();
	ck_assert_int_eq(mkdir("conf.d", 0755), 0);
	folder_write("dovecot.conf", row.before);
	folder_write("conf.d/reeve-a.auth", "mechanisms = plain\n");
	folder_write("conf.d/reeve-x.conf", "ssl_disable = yes\n");
	migrate = migrate_case_run(row.name);
	migrate_case_expect(row.name, migrate, row.after);
	ck_assert_uint_eq(reeve_migrate_file_count(migrate), 3);
	migrate_case_expect(row.name, migrate,
	                    "== reeve-a.auth\nauth_mechanisms = plain\n"
	                    "== reeve-x.conf\nssl = no\n");
	reeve_migrate_close(migrate);
	folder_leave();
}
END_TEST

Suite *suite_migrate_odd(void)
{
	Suite *suite = suite_create("migrate/odd");
	TCase *tcase = tcase_create("migrate_odd");

	tcase_add_loop_test(tcase, table, 0, sizeof rows / sizeof *rows);
	tcase_add_test(tcase, copy);
	suite_add_tcase(suite, tcase);
	return suite;
}
