/* SPDX-License-Identifier: MIT */
/* What goes or gets another name, and several that become one.
 * Rows are as migrate_case.h says. */
#include "migrate_case.h"
#include "unit.h"

static const struct migrate_case rows[] = {
	/* what goes */
	{"removed", "# a\nssl_parameters_regenerate = 168 # b\n\n# c\nnfs_check = no\n",
         "# a\n# b\n\n# c\n", "2 removed 5 removed"},
	{"fsync", "fsync_disable = yes\n", "mail_fsync = never\n", ""},
	{"fsync, as ever", "fsync_disable = No # x\n", "mail_fsync = optimized # x\n", ""},
	{"fsync on NFS", "fsync_disable = no\nprotocol imap {\n  mail_nfs_index = yes\n}\n",
         "mail_fsync = always\nprotocol imap {\n  mail_nfs_index = yes\n}\n", ""},
	{"NFS, nothing about fsync",
         "protocol imap {\n  mail_nfs_index = Yes # x\n}\nmail_nfs_index = no\n",
         "protocol imap {\n  mail_nfs_index = Yes # x\n  mail_fsync = always\n}\nmail_nfs_index = "
         "no\n",
         ""},
	{"NFS in 2.x", "mail_nfs_index = yes\nmail_fsync = always\n", NULL, ""},
	{"dns", "service dns_client {\n}\n", "service dns-client {\n}\n", ""},
	{"parameters", "service ssl-params {\n  user = x\n}\n", NULL, "1 noted"},
	{"director", "director_doveadm_port = 24245\n",
         "service director {\n  inet_listener doveadm {\n    port = 24245\n  }\n}\n", ""},
	{"a module folder of 1.x", OF_1_2 "protocol imap {\n  mail_plugin_dir = /x/imap\n}\n", "",
         "1 removed 3 removed"},
	{"a module folder of 2.x", "service imap {\n}\nmail_plugin_dir = /x\n", NULL, ""},
	{"old statistics", "stats_memory_limit = 16M\nstats_user_min_time = 60\n",
         "old_stats_memory_limit = 16M\nold_stats_user_min_time = 60s\n", ""},
	{"over several lines", "login_user = \\\n  dovenull\nssl_cert_file = \\\n  /a\n",
         "service imap-login {\n  user = dovenull\n}\nservice pop3-login {\n  user = "
         "dovenull\n}\nservice managesieve-login {\n  user = dovenull\n}\n"
         "ssl_cert = \\\n  </a\n",
         ""},
	{"1.0",
         "default_mail_env = maildir:~/Maildir\nmail_extra_groups = mail\ndefault_auth_realm = "
         "x\nmail_use_modules = yes\n",
         "mail_location = maildir:~/Maildir\nmail_access_groups = mail\nauth_default_realm = x\n",
         "4 removed"},

	/* several that become one */
	{"two of two names", "imapc_ssl_ca_dir = /a\npop3c_ssl_ca_dir = /b\n",
         "# mailreeve: this is ssl_client_ca_dir, and so is pop3c_ssl_ca_dir in line 2 below, "
         "which "
         "counts: keep one of them\n"
         "ssl_client_ca_dir = /a\nssl_client_ca_dir = /b\n",
         "1 decide"},
	{"one that was there",
         "ssl_client_ca_dir = /a\nprotocol imap {\n  imapc_ssl_ca_dir = /c\n}\nimapc_ssl_ca_dir = "
         "/b\n",
         "# mailreeve: this is ssl_client_ca_dir, and so is imapc_ssl_ca_dir in line 5 below, "
         "which "
         "counts: keep one of them\n"
         "ssl_client_ca_dir = /a\nprotocol imap {\n  ssl_client_ca_dir = /c\n}\nssl_client_ca_dir "
         "= "
         "/b\n",
         "1 decide"},
	{"one that comes later, in a second block of the name",
         "protocol imap {\n  imapc_ssl_ca_dir = /a\n}\nprotocol imap {\n  ssl_client_ca_dir = "
         "/b\n}\n",
         "protocol imap {\n  # mailreeve: this is ssl_client_ca_dir, and so is ssl_client_ca_dir "
         "in "
         "line 5 below, which counts: keep one of them\n"
         "  ssl_client_ca_dir = /a\n}\nprotocol imap {\n  ssl_client_ca_dir = /b\n}\n",
         "2 decide"},
	{"in an auth, and outside", "auth default {\n  verbose = yes\n}\nauth_verbose = no\n",
         "# mailreeve: this is auth_verbose, and so is auth_verbose in line 4 below, which counts: "
         "keep one of them\n"
         "auth_verbose = yes\nauth_verbose = no\n",
         "2 decide"},
	{"of one value", "imapc_ssl_ca_dir = /a\npop3c_ssl_ca_dir = /a\n",
         "ssl_client_ca_dir = /a\nssl_client_ca_dir = /a\n", ""},
	{"one name twice", "imapc_ssl_ca_dir = /a\nimapc_ssl_ca_dir = /b\n",
         "ssl_client_ca_dir = /a\nssl_client_ca_dir = /b\n", ""},
	{"in other blocks", "imapc_ssl_ca_dir = /a\nprotocol imap {\n  pop3c_ssl_ca_dir = /b\n}\n",
         "ssl_client_ca_dir = /a\nprotocol imap {\n  ssl_client_ca_dir = /b\n}\n", ""},
	{"both places of mail", "mail_location = a\ndefault_mail_env = b\n",
         "# mailreeve: this is mail_location, and so is default_mail_env in line 2 below, which "
         "counts: keep one of them\n"
         "mail_location = a\nmail_location = b\n",
         "1 decide"},
	{"no second place of mail", "mail_location = a\ndefault_mail_env =\n",
         "mail_location = a\n", "2 removed"},
	{"TLS was not required any more", "ssl = required\nssl_disable = no\n",
         "# mailreeve: this is ssl, and so is ssl_disable in line 2 below, which counts: keep one "
         "of them\nssl = required\nssl = yes\n",
         "1 decide"},
	{"TLS was not required in a block",
         "protocol imap {\n  ssl_disable = no # a\n}\nssl = REQUIRED\n",
         "protocol imap {\n  # mailreeve: ssl = required outside does not count here, as it did "
         "not with this name: take this line out to have it count\n  ssl = yes # a\n}\n"
         "ssl = REQUIRED\n",
         "2 noted"},
	{"TLS is required later", "ssl_disable = no\nssl = required\n", "ssl = required\n",
         "1 removed"},
	{"TLS is required inside",
         "protocol imap {\n  ssl_disable = no\n  ssl = required\n}\nssl = yes\n",
         "protocol imap {\n  ssl = required\n}\nssl = yes\n", "2 removed"},
	{"TLS is required inside, and no more",
         "protocol imap {\n  ssl = required\n  ssl_disable = no\n}\nssl = yes\n",
         "protocol imap {\n  # mailreeve: this is ssl, and so is ssl_disable in line 3 below, "
         "which counts: keep one of them\n  ssl = required\n  ssl = yes\n}\nssl = yes\n",
         "2 decide"},
	{"TLS is required outside only",
         "protocol imap {\n  ssl = no\n  ssl_disable = no\n}\nssl = required\n",
         "protocol imap {\n  # mailreeve: this is ssl, and so is ssl_disable in line 3 below, "
         "which "
         "counts: keep one of them\n  ssl = no\n  ssl = yes\n}\nssl = required\n",
         "2 decide"},
	{"no TLS after all", "ssl = required\nssl_disable = yes\n",
         "# mailreeve: this is ssl, and so is ssl_disable in line 2 below, which counts: keep one "
         "of "
         "them\n"
         "ssl = required\nssl = no\n",
         "1 decide"},
};

START_TEST(table)
{
	migrate_case_try(&rows[_i]);
}
END_TEST

Suite *suite_migrate_name(void)
{
	Suite *suite = suite_create("migrate/name");
	TCase *tcase = tcase_create("migrate_name");

	tcase_add_loop_test(tcase, table, 0, sizeof rows / sizeof *rows);
	suite_add_tcase(suite, tcase);
	return suite;
}
