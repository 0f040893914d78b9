/* SPDX-License-Identifier: MIT */
/* Protocols and the addresses they listen on. Rows are as migrate_case.h says. */
#include "migrate_case.h"
#include "unit.h"

static const struct migrate_case rows[] = {
	/* protocols */
	{"protocols", "protocols = imap imaps pop3 pop3s managesieve\n",
         "protocols = imap pop3 sieve\n", ""},
	{"protocols with TLS only", "protocols = imaps pop3 pop3s # x\n",
         "protocols = pop3 imap # x\nservice imap-login {\n  inet_listener imap {\n    port = 0\n  "
         "}\n}\n",
         ""},
	{"protocols, pop3s only", "protocols=pop3s",
         "protocols=pop3\nservice pop3-login {\n  inet_listener pop3 {\n    port = 0\n  }\n}", ""},
	{"protocols, lda", "protocols = imap lda\n", "protocols = imap\n", ""},
	{"protocols, none", "protocols = none\n", NULL, ""},
	{"protocol managesieve", "protocol managesieve { # x\n  mail_plugins = y\n}\n",
         "protocol sieve { # x\n  mail_plugins = y\n}\n", ""},
	{"words of clients",
         "protocol imap {\n  imap_client_workarounds = outlook-idle  delay-newmail, "
         "netscape-eoh\n}\n",
         "protocol imap {\n  imap_client_workarounds = delay-newmail\n}\n", ""},
	{"words of clients of 1.0",
         "imap_client_workarounds = tb-negative-fetch tb-extra-mailbox-sep\n",
         "imap_client_workarounds = tb-extra-mailbox-sep\n", ""},
	{"words of clients, all gone", "imap_client_workarounds = outlook-idle # x\n",
         "imap_client_workarounds = # x\n", ""},

	/* listen */
	{"listen with a port", "protocol imap {\n  listen = *:10143\n  ssl_listen = *:10993\n}\n",
         "service imap-login {\n  inet_listener imap {\n    address = *\n    port = 10143\n  }\n"
         "  inet_listener imaps {\n    address = *\n    port = 10993\n  }\n}\n",
         ""},
	{"listen without a port", "protocol pop3 {\n  listen = 10.0.0.1, ::1\n}\n",
         "service pop3-login {\n  inet_listener pop3 {\n    address = 10.0.0.1, ::1\n  }\n}\n", ""},
	{"listen, one port of several addresses",
         "protocol imap {\n  listen = *:144, [::]:144\n}\n",
         "service imap-login {\n  inet_listener imap {\n    address = *, [::]\n    port = 144\n  "
         "}\n}\n",
         ""},
	{"listen, several ports", "protocol imap {\n  listen = *:143 127.0.0.1:1143\n}\n",
         "service imap-login {\n  inet_listener imap {\n    address = *\n    port = 143\n  }\n"
         "  inet_listener imap2 {\n    address = 127.0.0.1\n    port = 1143\n  }\n}\n",
         ""},
	{"listen of managesieve", "protocol managesieve {\n  listen = *:2000\n}\n",
         "service managesieve-login {\n  inet_listener sieve {\n    address = *\n    port = 2000\n "
         " }\n}\n",
         ""},
	{"listen of lda", "protocol lda {\n  listen = *:1 # x\n  mail_plugins = y\n}\n",
         "protocol lda {\n  # x\n  mail_plugins = y\n}\n", "2 removed"},
	{"listen at root", "listen = *, [::]\n", NULL, ""},
	{"listen at root, empty", "listen =\n",
         "# mailreeve: 2.x does not start with an empty listen: write * or an address, or take it "
         "out "
         "for all of them\nlisten =\n",
         "1 decide"},
	{"listen, empty", "protocol imap {\n  listen =\n}\n", "", "2 removed"},
	{"a mailbox that is made, perhaps",
         "namespace a {\n  mailbox b {\n    auto = yes\n  }\n}\n",
         "namespace a {\n  mailbox b {\n    # mailreeve: it is no, create or subscribe: the plugin "
         "autocreate had a list for each\n    auto = yes\n  }\n}\n",
         "3 decide"},
	{"listen at root, a port", "listen = 10.0.0.1:99 # x\n",
         "listen = 10.0.0.1 # x\nservice imap-login {\n  inet_listener imap {\n    port = 99\n  "
         "}\n}\n"
         "service pop3-login {\n  inet_listener pop3 {\n    port = 99\n  }\n}\n",
         ""},
	{"listen at root, a port alone", "listen = :99\n",
         "listen = *\nservice imap-login {\n  inet_listener imap {\n    port = 99\n  }\n}\n"
         "service pop3-login {\n  inet_listener pop3 {\n    port = 99\n  }\n}\n",
         ""},
	{"listen at root, a quote", "listen = \":99\n", NULL, ""},
	{"listen at root, a backslash", "listen = \\:99\nmail_uid = 8\n", NULL, ""},
	{"ssl_listen at root", "ssl_listen = 10.0.0.1\n",
         "service imap-login {\n  inet_listener imaps {\n    address = 10.0.0.1\n  }\n}\n"
         "service pop3-login {\n  inet_listener pop3s {\n    address = 10.0.0.1\n  }\n}\n",
         ""},
	{"listen of imap, which is served with TLS only",
         "protocols = imaps\nprotocol imap {\n  listen = *:143 # x\n  ssl_listen = *:993\n}\n",
         "protocols = imap\nservice imap-login {\n  inet_listener imap {\n    port = 0\n  }\n"
         "  # x\n  inet_listener imaps {\n    address = *\n    port = 993\n  }\n}\n",
         "3 removed"},
	{"listen of pop3, which is served with TLS only",
         "protocol pop3 {\n  listen = *:110\n  mail_uid = 8\n}\nprotocols = imap pop3s\n",
         "protocol pop3 {\n  mail_uid = 8\n}\nprotocols = imap pop3\nservice pop3-login {\n"
         "  inet_listener pop3 {\n    port = 0\n  }\n}\n",
         "2 removed"},
	{"listen at root, imap with TLS only", "protocols = imaps\nlisten = 10.0.0.1:143\n",
         "protocols = imap\nservice imap-login {\n  inet_listener imap {\n    port = 0\n  }\n}\n"
         "listen = 10.0.0.1\nservice pop3-login {\n  inet_listener pop3 {\n    port = 143\n  }\n"
         "}\n",
         ""},
	{"listen at root, one with a port", "listen = 10.0.0.1, 10.0.0.2:143\n",
         "listen = 10.0.0.1, 10.0.0.2\nservice imap-login {\n  inet_listener imap {\n"
         "    port = 143\n  }\n}\nservice pop3-login {\n  inet_listener pop3 {\n    port = 143\n"
         "  }\n}\n",
         ""},
	{"listen at root, two ports",
         "protocols = imap pop3s\nlisten = 10.0.0.1:143 10.0.0.2:144\n",
         "protocols = imap pop3\nservice pop3-login {\n  inet_listener pop3 {\n    port = 0\n  }\n"
         "}\nlisten = 10.0.0.1, 10.0.0.2\nservice imap-login {\n  inet_listener imap {\n"
         "    address = 10.0.0.1\n    port = 143\n  }\n  inet_listener imap2 {\n"
         "    address = 10.0.0.2\n    port = 144\n  }\n}\n",
         ""},
	{"listen, too many", "protocol imap {\n  listen = 1:1 2:2 3:3 4:4 5:5 6:6 7:7 8:8 9:9\n}\n",
         "protocol imap {\n  # mailreeve: too many addresses: write inet_listeners for them\n"
         "  listen = 1:1 2:2 3:3 4:4 5:5 6:6 7:7 8:8 9:9\n}\n",
         "2 decide"},
	{"ssl_listen, several ports",
         "protocol imap {\n  ssl_listen = 10.0.0.1:993 10.0.0.2:1993 10.0.0.3\n}\n",
         "service imap-login {\n  inet_listener imaps {\n    address = 10.0.0.1\n    port = 993\n"
         "  }\n  inet_listener imaps2 {\n    address = 10.0.0.2\n    port = 1993\n    ssl = yes\n"
         "  }\n  inet_listener imaps3 {\n    address = 10.0.0.3\n    port = 993\n    ssl = yes\n"
         "  }\n}\n",
         ""},
	{"ssl_listen of pop3, several ports", "protocol pop3 {\n  ssl_listen = *:995 *:1995\n}\n",
         "service pop3-login {\n  inet_listener pop3s {\n    address = *\n    port = 995\n"
         "  }\n  inet_listener pop3s2 {\n    address = *\n    port = 1995\n    ssl = yes\n"
         "  }\n}\n",
         ""},
	{"listen in two protocols, in an include, one with TLS only",
         "== dovecot.conf\nprotocols = pop3 imaps\nprotocol imap {\n  !include a.inc\n}\n"
         "protocol pop3 {\n  !include a.inc\n}\n== a.inc\nlisten = *:5\nmail_uid = 8\n",
         "== dovecot.conf\nprotocols = pop3 imap\nservice imap-login {\n  inet_listener imap {\n"
         "    port = 0\n  }\n}\nprotocol imap {\n  !include a.inc\n}\n"
         "protocol pop3 {\n  !include a.inc\n}\nservice pop3-login {\n  inet_listener pop3 {\n"
         "    address = *\n    port = 5\n  }\n}\n== a.inc\nmail_uid = 8\n",
         ""},
	{"listen of two protocols, in an include, the second with TLS only",
         "== dovecot.conf\nprotocols = pop3 imaps\nprotocol pop3 {\n  !include a.inc\n}\n"
         "protocol imap {\n  !include a.inc\n}\n== a.inc\nlisten = *:5\nmail_uid = 8\n",
         "== dovecot.conf\nprotocols = pop3 imap\nservice imap-login {\n  inet_listener imap {\n"
         "    port = 0\n  }\n}\nprotocol pop3 {\n  !include a.inc\n}\n"
         "service pop3-login {\n  inet_listener pop3 {\n    address = *\n    port = 5\n  }\n}\n"
         "protocol imap {\n  !include a.inc\n}\n== a.inc\nmail_uid = 8\n",
         ""},
	/* What protocols said of TLS is gone when it is run again. */
	{"listen, decided once, imap with TLS only",
         "== dovecot.conf\nprotocols = imaps pop3\n!include a.inc\nprotocol pop3 {\n  !include "
         "a.inc\n}\n"
         "== a.inc\nlisten = 10.0.0.1:5\n",
         "== dovecot.conf\nprotocols = pop3 imap\nservice imap-login {\n  inet_listener imap {\n"
         "    port = 0\n  }\n}\n!include a.inc\nprotocol pop3 {\n  !include a.inc\n}\n"
         "== a.inc\n# mailreeve: outside of all blocks, write "
         "service pop3-login { inet_listener pop3 { port = 5 } }, "
         "service pop3-login { inet_listener pop3 { address = 10.0.0.1 } }, "
         "service pop3-login { inet_listener pop3 { port = 5 } }, and remove this\n"
         "listen = 10.0.0.1:5\n",
         "1 decide"},
	{"ssl_listen, decided once",
         "== dovecot.conf\nprotocols = imap imaps pop3 pop3s\n!include a.inc\nprotocol pop3 {\n"
         "  !include a.inc\n}\n== a.inc\nssl_listen = *:5\n",
         "== dovecot.conf\nprotocols = imap pop3\n!include a.inc\nprotocol pop3 {\n"
         "  !include a.inc\n}\n== a.inc\n# mailreeve: outside of all blocks, write "
         "service imap-login { inet_listener imaps { address = * } }, "
         "service imap-login { inet_listener imaps { port = 5 } }, "
         "service pop3-login { inet_listener pop3s { address = * } }, "
         "service pop3-login { inet_listener pop3s { port = 5 } }, and remove this\n"
         "ssl_listen = *:5\n",
         "1 decide"},
	{"ssl_listen, empty", "ssl_listen =\nmail_uid = 8\n", "mail_uid = 8\n", "1 removed"},
};

START_TEST(table)
{
	migrate_case_try(&rows[_i]);
}
END_TEST

Suite *suite_migrate_listen(void)
{
	Suite *suite = suite_create("migrate/listen");
	TCase *tcase = tcase_create("migrate_listen");

	tcase_add_loop_test(tcase, table, 0, sizeof rows / sizeof *rows);
	suite_add_tcase(suite, tcase);
	return suite;
}
