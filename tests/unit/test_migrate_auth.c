/* SPDX-License-Identifier: MIT */
/* What becomes of auth sections and their sockets, and of files that need nothing.
 * Rows are as migrate_case.h says. */
#include "migrate_case.h"
#include "unit.h"

static const struct migrate_case rows[] = {
	{"nothing", "", NULL, ""},
	{"of 2.3", "ssl_min_protocol = TLSv1\nservice auth {\n}\n", NULL, ""},
	{"of 2.4", "dovecot_config_version = 2.4.1\nssl_protocols = x\n", NULL, ""},
	{"the example",
         "# one\n"
         "auth default {\n"
         "    # two\n"
         "    socket listen {\n"
         "        client {\n"
         "            path = /var/spool/postfix/private/auth-dovecot\n"
         "            mode = 0660\n"
         "            user = postfix\n"
         "            group = postfix\n"
         "        }\n"
         "    }\n"
         "}\n"
         "# three\n",
         "# one\n"
         "# two\n"
         "service auth {\n"
         "    unix_listener /var/spool/postfix/private/auth-dovecot {\n"
         "        mode = 0660\n"
         "        user = postfix\n"
         "        group = postfix\n"
         "    }\n"
         "}\n"
         "# three\n",
         ""},

	/* auth */
	{"auth",
         "auth default {\n  mechanisms = plain login\n  passdb pam {\n    args = *\n  }\n"
         "  userdb passwd {\n  }\n  count = 1\n  user = root\n}\n",
         "auth_mechanisms = plain login\npassdb {\n  driver = pam\n  args = *\n}\nuserdb {\n  "
         "driver = passwd\n}\n"
         "service auth {\n  user = root\n}\n",
         "8 removed"},
	{"auth, comments behind braces", "auth default { # a\n  passdb pam { # b\n  } # c\n} # d\n",
         "# a\npassdb { # b\n  driver = pam\n} # c\n# d\n", ""},
	{"auth, tabs", "auth default {\n\tpassdb pam {\n\t\targs = *\n\t}\n}\n",
         "passdb {\n\tdriver = pam\n\targs = *\n}\n", ""},
	{"auth, CRLF, no line end at the end", "auth default {\r\n  user = root\r\n}\r\nlisten = *",
         "service auth {\r\n  user = root\r\n}\r\nlisten = *", ""},
	{"auth, CRLF, a value over two lines",
         "auth default {\r\n  mechanisms = plain \\\r\n    login\r\n}\r\nssl_cert_file = "
         "\\\r\n /x\r\n",
         "auth_mechanisms = plain \\\r\n    login\r\nssl_cert = \\\r\n </x\r\n", ""},
	{"auth, the prefix is there", "auth default {\n  auth_verbose = yes\n  auth_user = x\n}\n",
         "auth_verbose = yes\nservice auth {\n  user = x\n}\n", ""},
	{"auth, other settings",
         "auth default {\n  chroot = /x\n  process_size = 64\n  executable = /a\n}\n",
         "service auth {\n  chroot = /x\n  vsz_limit = 64M\n  executable = /a\n}\n", ""},
	{"auth, two",
         "auth default {\n  mechanisms = plain\n}\nauth two {\n  mechanisms = login\n  passdb sql "
         "{\n  }\n}\n",
         "auth_mechanisms = plain\n"
         "# mailreeve: there is only one auth now: the passdbs and userdbs below come after those "
         "above, and of every "
         "other setting the last one counts; see that this is what you want\n"
         "auth_mechanisms = login\npassdb {\n  driver = sql\n}\n",
         "4 decide"},
	{"auth, in an include",
         "== dovecot.conf\n!include auth.inc\n!include more.inc\n"
         "== auth.inc\nauth default {\n  !include in.inc\n}\n== in.inc\n# x\nmechanisms = "
         "plain\nuser = root\n"
         "== more.inc\nservice imap {\n}\n",
         "== dovecot.conf\n!include auth.inc\n!include more.inc\n"
         "== auth.inc\n!include in.inc\n== in.inc\n# x\nauth_mechanisms = plain\nservice auth {\n  "
         "user = root\n}\n"
         "== more.inc\nservice imap {\n}\n",
         ""},
	{"auth, left open",
         "== dovecot.conf\n!include a.inc\n}\n== a.inc\nauth default {\nmechanisms = plain\n",
         "== dovecot.conf\n!include a.inc\n}\n== a.inc\n# mailreeve: the file does not close this "
         "block: close it here\n"
         "auth default {\nauth_mechanisms = plain\n",
         "1 decide"},
	{"auth, an include leaves a block open",
         "== dovecot.conf\nauth default {\n  !include a.inc\n}\n== a.inc\npassdb {\n",
         "== dovecot.conf\n# mailreeve: a file that is included here ends this block, or leaves "
         "one open: end each block in its own file\n"
         "auth default {\n  !include a.inc\n}\n== a.inc\npassdb {\n",
         "1 decide"},
	{"auth, an include ends it",
         "== dovecot.conf\nauth default {\n  !include a.inc\n}\n== a.inc\n}\nauth x {\n",
         "== dovecot.conf\n# mailreeve: a file that is included here ends this block, or leaves "
         "one open: end each block in its own file\n"
         "auth default {\n  !include a.inc\n}\n== a.inc\n}\n"
         "# mailreeve: the file does not close this block: close it here\nauth x {\n",
         "1 decide 2 decide"},
	{"cache",
         "auth default {\n  cache_size = 512\n  cache_ttl = 3600\n  failure_delay = 0\n}\n",
         "auth_cache_size = 512K\nauth_cache_ttl = 3600s\nauth_failure_delay = 0\n", ""},
	{"cache at root", OF_1_2 "auth_cache_size = 1023\n", "auth_cache_size = 1023K\n",
         "1 removed"},
	{"cache in auth, with its prefix", "auth default {\n  auth_cache_size = 512\n}\n",
         "auth_cache_size = 512K\n", ""},
	{"cache with a unit", "auth default {\n  cache_size = 512M\n}\n",
         "auth_cache_size = 512M\n", ""},
	{"a small cache of 2.x", "service auth {\n}\nauth_cache_size = 512\n",
         "service auth {\n}\nauth_cache_size = 512M\n", ""},
	{"a large cache", "auth default {\n  cache_size = 2048\n}\n", "auth_cache_size = 2048K\n",
         ""},
	{"a large cache of 2.x", "service auth {\n}\nauth_cache_size = 2048\n", NULL, ""},
	{"workers", "auth default {\n  worker_max_request_count = 5\n}\n",
         "service auth-worker {\n  service_count = 5\n}\n", ""},
	{"winbind", "auth default {\n  ntlm_use_winbind = yes\n}\n", "auth_use_winbind = yes\n",
         ""},
	{"pam, blocking",
         "auth default {\n  passdb pam {\n    args = blocking=no session=yes *\n  }\n}\n",
         "passdb {\n  driver = pam\n  args = session=yes *\n}\n", ""},
	{"pam, blocking as ever",
         "auth default {\n  passdb pam {\n    args = blocking=yes *\n  }\n}\n",
         "passdb {\n  driver = pam\n  args = blocking=yes *\n}\n", ""},
	{"userdb nss", "auth default {\n  userdb nss {\n  }\n}\n",
         "userdb {\n  driver = passwd\n}\n", ""},
	{"userdb nss, a service",
         "auth default {\n  userdb nss {\n    args = service=ldap\n  }\n}\n",
         "userdb {\n  driver = passwd\n}\n", "3 removed"},
	{"userdb nss, not blocking",
         "userdb {\n  driver = nss\n  args = service=ldap blocking=no\n}\nuserdb {\n"
         "  driver = nss\n  args = blocking=no service=ldap\n}\n",
         "userdb {\n  driver = passwd\n  args = blocking=no\n}\nuserdb {\n  driver = passwd\n"
         "  args = blocking=no\n}\n",
         "3 removed 7 removed"},

	{"auth without a name, and in itself",
         "auth {\n  mechanisms = plain\n  auth x {\n    verbose = yes\n    user = x\n  }\n}\n",
         "auth_mechanisms = plain\n"
         "# mailreeve: there is only one auth now: the passdbs and userdbs below come after those "
         "above, and of every "
         "other setting the last one counts; see that this is what you want\n"
         "auth_verbose = yes\nservice auth {\n  user = x\n}\n",
         "3 decide"},
	{"the program of 1.x",
         "auth default {\n  executable = /usr/lib/dovecot/dovecot-auth\n}\nauth_executable = "
         "/usr/lib/dovecot/dovecot-auth\n",
         "# mailreeve: 2.x has no program dovecot-auth, and auth cannot start with it: take this "
         "out, the default is right\n"
         "service auth {\n  executable = /usr/lib/dovecot/dovecot-auth\n"
         "  # mailreeve: 2.x has no program dovecot-auth, and auth cannot start with it: take this "
         "out, the default is right\n"
         "  executable = /usr/lib/dovecot/dovecot-auth\n}\n",
         "2 decide 4 decide"},
	{"a remark inside of a new block",
         "auth_user = root\nauth_executable = /usr/lib/dovecot/dovecot-auth\n",
         "service auth {\n  user = root\n"
         "  # mailreeve: 2.x has no program dovecot-auth, and auth cannot start with it: take this "
         "out, the default is right\n"
         "  executable = /usr/lib/dovecot/dovecot-auth\n}\n",
         "2 decide"},
	{"auth, what 1.x did not have", "auth default {\n  proxy_self = x\n}\n",
         "auth_proxy_self = x\n", ""},
	{"behind a brace", "auth default { user = x\n}\nprotocol imap { login_user = y }\n", NULL,
         ""},
	{"a block with something behind its brace",
         "protocol imap {\n  mail_uid = 8\n  login_user = x\n}log_path = y\n",
         "protocol imap {\n  mail_uid = 8\n  # mailreeve: outside of all blocks, write service "
         "imap-login { user = x }, and remove this\n  login_user = x\n}log_path = y\n",
         "3 decide"},
	{"behind the last brace", "auth default {\n} login_user = x\n", NULL, ""},

	/* sockets */
	{"a socket in base_dir",
         "base_dir = /var/run/dovecot/\nauth default {\n  socket listen {\n    master {\n"
         "      path = /var/run/dovecot/auth-master\n      mode = 0600\n    }\n  }\n}\n",
         "base_dir = /var/run/dovecot/\nservice auth {\n  unix_listener auth-master {\n    mode = "
         "0600\n  }\n}\n",
         ""},
	{"a socket in the other run",
         "auth default {\n  socket listen {\n    client {\n"
         "      path = /var/run/dovecot/auth-client # why\n    }\n  }\n}\n",
         "service auth {\n  # mailreeve: if Dovecot says 'Socket already exists', take the folder "
         "off this name: it is Dovecot's own then, and /var/run a link to /run\n"
         "  unix_listener /var/run/dovecot/auth-client {\n    # why\n  }\n}\n",
         "3 noted"},
	{"a socket without a path",
         "auth default {\n  socket listen {\n    master {\n    }\n  }\n}\n",
         "service auth {\n  # mailreeve: no path was written here, and 1.x had a default: see that "
         "this is the one\n"
         "  unix_listener auth-master {\n  }\n}\n",
         "3 decide"},
	{"a master socket of another name",
         "auth default {\n  socket listen {\n    master {\n      path = /x/y\n    }\n  }\n}\n",
         "service auth {\n  # mailreeve: the name of a socket that answers about users has to end "
         "in -userdb or -master: "
         "choose one, and tell it to whoever uses this socket\n  unix_listener /x/y {\n  }\n}\n",
         "3 decide"},
	{"a client socket of a master's name",
         "auth default {\n  socket listen {\n    client {\n      path = /x/a-userdb\n    }\n  "
         "}\n}\n",
         "service auth {\n  # mailreeve: a socket for clients must not end in -userdb or -master: "
         "choose another name, "
         "and tell it to whoever uses this socket\n  unix_listener /x/a-userdb {\n  }\n}\n",
         "3 decide"},
	{"socket connect",
         "auth x {\n  socket connect {\n    master {\n      path = /x\n    }\n  }\n}\n",
         "# mailreeve: an auth server elsewhere cannot be named like this any more; see service "
         "auth and auth_socket_path\n"
         "socket connect {\n  master {\n    path = /x\n  }\n}\n",
         "2 decide"},
};

START_TEST(table)
{
	migrate_case_try(&rows[_i]);
}
END_TEST

Suite *suite_migrate_auth(void)
{
	Suite *suite = suite_create("migrate/auth");
	TCase *tcase = tcase_create("migrate_auth");

	tcase_add_loop_test(tcase, table, 0, sizeof rows / sizeof *rows);
	suite_add_tcase(suite, tcase);
	return suite;
}
