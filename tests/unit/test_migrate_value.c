/* SPDX-License-Identifier: MIT */
/* Certificates and TLS, namespaces, numbers that get a unit. Rows are as migrate_case.h says. */
#include "migrate_case.h"
#include "unit.h"

static const struct migrate_case rows[] = {
	/* certificates */
	{"certificates", "ssl_cert_file = /a\nssl_key_file=\"/b c\" # x\n",
         "ssl_cert = </a\nssl_key=</b c # x\n", ""},
	{"no certificate", "ssl_ca_file =\n", "", "1 removed"},
	{"in a protocol", "protocol imap {\n  ssl_cert_file = /a\n  ssl_disable = no\n}\n",
         "protocol imap {\n  ssl_cert = </a\n  ssl = yes\n}\n", ""},
	{"no TLS", "ssl_disable = Yes\n", "ssl = no\n", ""},
	{"ssl_protocols", "ssl_protocols = !SSLv2 !SSLv3\n", "ssl_min_protocol = TLSv1\n", ""},
	{"ssl_protocols, two on", "ssl_protocols = TLSv1.2, TLSv1.1\n",
         "ssl_min_protocol = TLSv1.1\n", ""},
	{"ssl_protocols, newest", "ssl_protocols = !SSLv2 !SSLv3 !TLSv1 !TLSv1.1\n",
         "ssl_min_protocol = TLSv1.2\n", ""},
	{"ssl_protocols, SSLv2 not named", "ssl_protocols = !SSLv3 !TLSv1\n",
         "ssl_min_protocol = TLSv1.1\n", ""},
	{"ssl_protocols, SSLv3 off", "ssl_protocols = !SSLv3\n", "ssl_min_protocol = TLSv1\n", ""},
	{"ssl_protocols, three off", "ssl_protocols = !SSLv3 !TLSv1 !TLSv1.1\n",
         "ssl_min_protocol = TLSv1.2\n", ""},
	{"ssl_protocols, a comma", "ssl_protocols = !SSLv3,!TLSv1\n",
         "ssl_min_protocol = TLSv1.1\n", ""},
	{"ssl_protocols, small letters", "ssl_protocols = !sslv2 !SSLV3 !tlsv1\n",
         "ssl_min_protocol = TLSv1.1\n", ""},
	{"ssl_protocols, SSLv2 on", "ssl_protocols = SSLv2 TLSv1 TLSv1.1 TLSv1.2\n",
         "ssl_min_protocol = TLSv1\n", ""},
	{"ssl_protocols, 1.3 off", "ssl_protocols = !SSLv3 !TLSv1.3\n",
         "# mailreeve: TLSv1.3 was off here, and 2.3 cannot switch off a version above the lowest: "
         "it is on now\nssl_min_protocol = TLSv1\n",
         "1 decide"},
	{"ssl_protocols, 1.2 off", "ssl_protocols = TLSv1 TLSv1.1 !TLSv1.2\n",
         "# mailreeve: TLSv1.2 was off here, and 2.3 cannot switch off a version above the lowest: "
         "it is on now\nssl_min_protocol = TLSv1\n",
         "1 decide"},
	{"ssl_protocols, two above", "ssl_protocols = SSLv3 TLSv1\n",
         "# mailreeve: TLSv1.1 and TLSv1.2 were off here, and 2.3 cannot switch off a version "
         "above the "
         "lowest: they are on now\nssl_min_protocol = SSLv3\n",
         "1 decide"},
	{"ssl_protocols, four above", "ssl_protocols = SSLv3 !TLSv1.3\n",
         "# mailreeve: TLSv1, TLSv1.1, TLSv1.2 and TLSv1.3 were off here, and 2.3 cannot switch "
         "off a "
         "version above the lowest: they are on now\nssl_min_protocol = SSLv3\n",
         "1 decide"},
	{"ssl_protocols, all", "ssl_protocols = ALL !SSLv2\n", "ssl_min_protocol = SSLv3\n", ""},
	{"ssl_protocols, 1.3", "ssl_protocols = TLSv1.3\n", "ssl_min_protocol = TLSv1.3\n", ""},
	{"ssl_protocols, none", "ssl_protocols = TLSv1 !TLSv1\n",
         "# mailreeve: no version is left on, or a word is unknown: write ssl_min_protocol "
         "instead\nssl_protocols = TLSv1 !TLSv1\n",
         "1 decide"},
	{"ssl_protocols in local", "local 10.0.0.1 {\n  ssl_protocols = !SSLv2\n}\n",
         "local 10.0.0.1 {\n  ssl_min_protocol = SSLv3\n}\n", ""},

	/* namespaces */
	{"namespaces of 1.x",
         OF_1_2 "namespace private {\n  inbox = yes\n}\nnamespace public {\n  prefix = p/\n}\n"
                "namespace public {\n}\nnamespace shared {\n  # x\n}\n",
         "namespace private {\n  inbox = yes\n}\nnamespace public {\n  type = public\n  prefix = "
         "p/\n}\n"
         "namespace public2 {\n  type = public\n}\nnamespace shared {\n  type = shared\n  # x\n}\n",
         "1 removed"},
	{"namespaces of 2.x", "service imap {\n}\nnamespace public {\n}\n", NULL, ""},
	{"hidden in 1.0", "mail_read_mmaped = yes\nnamespace private {\n  hidden = yes # x\n}\n",
         "namespace private {\n  hidden = yes # x\n  list = no\n}\n", "1 removed"},
	{"what is there already",
         "auth_userinfo = x\nnamespace private {\n  list = children\n  hidden = yes\n}\nnamespace "
         "public {\n  # x\n  type = shared\n}\n",
         "# mailreeve: of 0.99: write a passdb and a userdb instead\nauth_userinfo = x\n"
         "namespace private {\n  list = children\n  hidden = yes\n}\nnamespace public {\n  # x\n  "
         "type = shared\n}\n",
         "1 decide"},
	{"hidden later", OF_1_2 "namespace private {\n  hidden = yes\n}\n",
         "namespace private {\n  hidden = yes\n}\n", "1 removed"},

	/* units */
	{"mbox and dbox",
         OF_1_2 "mbox_min_index_size = 64\ndbox_rotate_size = 2048\nmbox_lock_timeout = 300\n",
         "mbox_min_index_size = 64K\nmdbox_rotate_size = 2048K\nmbox_lock_timeout = 300s\n",
         "1 removed"},
	{"of 2.x",
         "service imap {\n}\nmbox_min_index_size = 64\nmbox_lock_timeout = 5 "
         "mins\nimap_idle_notify_interval = 29\n",
         "service imap {\n}\nmbox_min_index_size = 64\nmbox_lock_timeout = 5 "
         "mins\nimap_idle_notify_interval = 29s\n",
         ""},
	{"idle_kill", "service imap {\n  idle_kill = 60\n}\n",
         "service imap {\n  idle_kill = 60s\n}\n", ""},
};

START_TEST(table)
{
	migrate_case_try(&rows[_i]);
}
END_TEST

Suite *suite_migrate_value(void)
{
	Suite *suite = suite_create("migrate/value");
	TCase *tcase = tcase_create("migrate_value");

	tcase_add_loop_test(tcase, table, 0, sizeof rows / sizeof *rows);
	suite_add_tcase(suite, tcase);
	return suite;
}
