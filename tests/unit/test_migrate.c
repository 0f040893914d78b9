/* SPDX-License-Identifier: MIT */
/*
 * Migrations: files before and after, written by hand, and what is said about which lines. Several
 * files in one text begin with "== NAME\n"; without that it is dovecot.conf.
 */
#include "folder.h"
#include "unit.h"

#include <mailreeve/migrate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What makes a file one of 1.2, and goes without a trace but a note in line 1. */
#define OF_1_2 "login_dir = x\n"

struct row {
	const char *name, *before, *after; /* after NULL: as before */
	const char *said; /* "LINE kind" of what is no change, with blanks between */
};

static const struct row rows[] = {
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
         ""},

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
	{"ssl_listen, empty", "ssl_listen =\nmail_uid = 8\n", "mail_uid = 8\n", "1 removed"},

	/* login and mail processes */
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
	{"login in a protocol and outside, in an include",
         "== dovecot.conf\n!include a.inc\nprotocol pop3 {\n  !include a.inc\n}\n== "
         "a.inc\nlogin_user = x\n",
         "== dovecot.conf\n!include a.inc\nprotocol pop3 {\n  !include a.inc\n}\n== a.inc\n"
         "# mailreeve: outside of all blocks, write service imap-login { user = x }, service "
         "pop3-login "
         "{ user = x }, service managesieve-login { user = x }, and remove this\nlogin_user = x\n",
         "1 decide"},
	{"other values of yes and no",
         "protocol imap {\n  login_chroot = maybe\n  login_process_per_connection = 1\n}\n", NULL,
         ""},
	{"dict", "dict_process_count = 2\n", "service dict {\n  process_limit = 2\n}\n", ""},

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

	/* sieve and other plugins */
	{"sieve", "protocol managesieve {\n  # a\n  sieve=~/.s\n  # b\n  sieve_storage=~/d\n}\n",
         "protocol sieve {\n  # a\n  plugin {\n    sieve = ~/.s\n    # b\n    sieve_dir = ~/d\n  "
         "}\n}\n",
         ""},
	{"sieve at root", "sieve_storage = ~/d\n", "plugin {\n  sieve_dir = ~/d\n}\n", ""},
	{"sieve of lda",
         "protocol lda {\n  global_script_path = /x\n  mail_plugins = cmusieve quota\n}\n",
         "protocol lda {\n  plugin {\n    sieve_default = /x\n  }\n"
         "  # mailreeve: the plugin cmusieve is gone, and nothing is delivered with it here: look "
         "through the scripts (imapflags and notify were changed), then write sieve instead\n"
         "  mail_plugins = cmusieve quota\n}\n",
         "3 decide"},
	{"sieve of lda, other settings",
         "protocol lda {\n  mail_plugins = sieve\n  # one\n  sieve_before = /x\n"
         "  sieve_dir = ~/s\n}\n",
         "protocol lda {\n  mail_plugins = sieve\n  # one\n  plugin {\n    sieve_before = /x\n"
         "    sieve_dir = ~/s\n  }\n}\n",
         ""},
	{"a file of parameters", "ssl_parameters_file = /x\n", "", "1 removed"},
	{"statistics of 2.2",
         "mail_plugins = stats\nplugin {\n  stats_refresh = 30 secs\n}\nservice stats {\n"
         "  unix_listener stats {\n  }\n  fifo_listener stats-mail {\n  }\n}\n",
         "# mailreeve: the plugin stats is called old_stats now, and nobody can log in with it "
         "here: write old_stats, or nothing, for statistics need no plugin now\n"
         "mail_plugins = stats\nplugin {\n  stats_refresh = 30 secs\n}\nservice stats {\n"
         "  unix_listener stats {\n  }\n  fifo_listener stats-mail {\n  }\n}\n",
         "1 decide 3 noted 6 noted 8 noted"},
	{"folders that a plugin made",
         "mail_plugins = autocreate\nplugin {\n  autocreate = Sent\n  autosubscribe = Sent\n}\n",
         "# mailreeve: the plugin autocreate is gone since 2.3.14, and nobody can log in with it "
         "here: take the word out, and write namespace inbox { inbox = yes mailbox Sent { auto = subscribe } }\n"
         "mail_plugins = autocreate\nplugin {\n  autocreate = Sent\n  autosubscribe = Sent\n}\n",
         "1 decide 3 noted 4 noted"},
	{"folders that a plugin made, of several namespaces",
         "protocol imap {\n  mail_plugins = autocreate\n}\nplugin {\n  autocreate = INBOX.Sent\n"
         "  autocreate2 = INBOX.My Junk\n  autocreate4 = INBOX.None\n  autosubscribe = INBOX.Sent\n"
         "  autosubscribe2 = Archive/&AOQ-\n  autosubscribe3 = INBOX.Trash\n}\nnamespace one {\n"
         "  inbox = yes\n}\nnamespace two {\n  prefix = Archive/\n}\nnamespace one {\n"
         "  prefix = INBOX.\n  mailbox Trash {\n    auto = subscribe\n  }\n  mailbox Sent {\n"
         "    special_use = x\n  }\n}\n",
         "protocol imap {\n"
         "  # mailreeve: the plugin autocreate is gone since 2.3.14, and nobody can log in with it "
         "here: take the word out, and write namespace one { mailbox Sent { auto = subscribe } "
         "mailbox \"My Junk\" { auto = create } }, namespace two { mailbox &AOQ- { auto = subscribe } "
         "}; since 2.1 names are UTF-8, no longer mUTF-7 with '&'\n"
         "  mail_plugins = autocreate\n}\nplugin {\n  autocreate = INBOX.Sent\n"
         "  autocreate2 = INBOX.My Junk\n  autocreate4 = INBOX.None\n  autosubscribe = INBOX.Sent\n"
         "  autosubscribe2 = Archive/&AOQ-\n  autosubscribe3 = INBOX.Trash\n}\nnamespace one {\n"
         "  inbox = yes\n}\nnamespace two {\n  prefix = Archive/\n}\nnamespace one {\n"
         "  prefix = INBOX.\n  mailbox Trash {\n    auto = subscribe\n  }\n  mailbox Sent {\n"
         "    special_use = x\n  }\n}\n",
         "2 decide 5 noted 6 noted 7 noted 8 noted 9 noted 10 noted"},
	{"folders that a plugin made, and sections that are there",
         "mail_plugins = autocreate expire\nplugin {\n  autocreate = Sent\n  expire = Sent\n}\nnamespace "
         "{\n  inbox = yes\n  mailbox Sent {\n    auto = create\n    autoexpunge = 0\n  }\n}\n",
         "# mailreeve: the plugin expire is gone since 2.3.14, and nobody can log in with it here: "
         "take the word out, and write namespace { mailbox Sent { autoexpunge = DAYSd } }, DAYS as your "
         "job with doveadm expunge has them\n"
         "# mailreeve: the plugin autocreate is gone since 2.3.14, and nobody can log in with it here: "
         "take the word out, and write nothing, for the mailbox sections are there\n"
         "mail_plugins = autocreate expire\nplugin {\n  autocreate = Sent\n  expire = Sent\n}\nnamespace "
         "{\n  inbox = yes\n  mailbox Sent {\n    auto = create\n    autoexpunge = 0\n  }\n}\n",
         "1 decide 1 decide 3 noted 4 noted"},
	{"folders that a plugin made, without names", "mail_plugins = autocreate expire\n",
         "# mailreeve: the plugin expire is gone since 2.3.14, and nobody can log in with it here: "
         "take the word out, and write autoexpunge = DAYSd in a mailbox section of the namespace\n"
         "# mailreeve: the plugin autocreate is gone since 2.3.14, and nobody can log in with it here: "
         "take the word out, and write auto = create or subscribe in a mailbox section of the "
         "namespace\nmail_plugins = autocreate expire\n",
         "1 decide 1 decide"},
	{"folders that are emptied, of 1.x",
         "plugin {\n  expire = Trash 7 Trash/* 7 Spam 30 Spam 14\n}\n",
         "plugin {\n  # mailreeve: since 2.0 the days do not stand here, and 2.3.14 has no expire "
         "plugin: write namespace inbox { inbox = yes mailbox Trash { autoexpunge = 7d } mailbox "
         "Trash/* { autoexpunge = 7d } mailbox Spam { autoexpunge = 14d } }\n"
         "  expire = Trash 7 Trash/* 7 Spam 30 Spam 14\n}\n",
         "2 decide 2 noted"},
	{"what plugins do not read any more",
         "plugin {\n  mail_log_group_events = yes\n  expire_altmove = a 7\n  mbox_snarf = ~/x\n}\n",
         NULL, "2 noted 3 noted 4 noted"},
	{"lazy_expunge",
         "plugin {\n  lazy_expunge = .E/ .D/ .D/.E/\n}\nprotocol imap {\n  plugin {\n"
         "    lazy_expunge = .E/\n  }\n}\n",
         "plugin {\n  # mailreeve: since 2.1 there is one namespace here, and nobody can log in "
         "with "
         "several: write the first one\n  lazy_expunge = .E/ .D/ .D/.E/\n}\nprotocol imap {\n"
         "  plugin {\n    lazy_expunge = .E/\n  }\n}\n",
         "2 decide"},
	{"a plugin without another in its place", "mail_plugins = snarf\n",
         "# mailreeve: the plugin snarf is gone since 2.3.14, and nobody can log in with it here: "
         "nothing came instead\nmail_plugins = snarf\n",
         "1 decide"},
	{"quota of 1.0",
         "plugin {\n  quota = maildir:storage=10240:messages=1000\n  quota2 = dirsize:messages=5 # "
         "x\n}\n",
         "plugin {\n  quota = maildir\n  quota_rule = *:storage=10240:messages=1000\n  quota2 = "
         "dirsize # x\n  quota2_rule = *:messages=5\n}\n",
         ""},
	{"quota of 1.0, a rule is there",
         "plugin {\n  quota = maildir:storage=10240:ignore=Trash:messages=1000 # x\n"
         "  quota_rule = Spam:storage=5\n  quota_rule3 = Sent:ignore\n}\n",
         "plugin {\n  quota = maildir # x\n  quota_rule2 = *:storage=10240:messages=1000\n"
         "  quota_rule4 = Trash:ignore\n  quota_rule = Spam:storage=5\n"
         "  quota_rule3 = Sent:ignore\n}\n",
         ""},
	{"quota of 1.0, what is ignored alone",
         "plugin {\n  quota2 = dirsize:ignore=Trash:ignore=Junk\n}\n",
         "plugin {\n  quota2 = dirsize\n  quota2_rule = Trash:ignore\n"
         "  quota2_rule2 = Junk:ignore\n}\n",
         ""},
	{"quota of 1.0, a rule of a protocol, and one of the root",
         "plugin {\n  quota = maildir:storage=1\n}\nprotocol lda {\n  plugin {\n"
         "    quota_rule = Spam:storage=2\n    quota = maildir:storage=3\n  }\n}\n",
         "plugin {\n  quota = maildir\n  quota_rule2 = *:storage=1\n}\nprotocol lda {\n  plugin {\n"
         "    quota_rule = Spam:storage=2\n    quota = maildir\n    quota_rule2 = *:storage=3\n  "
         "}\n}\n",
         ""},
	{"quota of 1.0 in a dictionary",
         "plugin {\n  quota = dict:storage=10240:messages=1000 proxy::quota # x\n"
         "  quota2 = dict:ignore=My Trash:storage=1 proxy::two\n  quota3 = "
         "dict:user::proxy::x\n}\n",
         "plugin {\n  quota = dict:user::proxy::quota # x\n"
         "  quota_rule = *:storage=10240:messages=1000\n  quota2 = dict:user::proxy::two\n"
         "  quota2_rule = *:storage=1\n  quota2_rule2 = My Trash:ignore\n"
         "  quota3 = dict:user::proxy::x\n}\n",
         ""},
	{"quota of 1.1 with a strange name",
         "plugin {\n  quota = maildir:storage=1\n  quota_rule2 = *:storage=2\n"
         "  quota2 = dirsize:storage=3\n}\nprotocol lda {\n  plugin {\n"
         "    quota2_rule = *:storage=4\n  }\n}\n",
         NULL, "2 noted 4 noted"},
	{"quota warning",
         "plugin {\n  quota_warning = storage=95%% /usr/bin/warn 95\n  quota_warning2 = "
         "storage=80%% quota-warning 80 %u\n}\n",
         "plugin {\n  # mailreeve: since 2.0 a warning goes to the socket of a script service: "
         "write quota-warning and its arguments instead "
         "of the path, and a service quota-warning with executable = script PATH, a user, and "
         "unix_listener quota-warning\n"
         "  quota_warning = storage=95%% /usr/bin/warn 95\n  quota_warning2 = storage=80%% "
         "quota-warning 80 %u\n}\n",
         "2 decide"},
	{"expire", "plugin {\n  expire_dict = proxy::expire\n}\n", NULL, "2 noted"},
	{"a dict of Berkeley DB", "dict {\n  x = db:/x\n}\nplugin {\n  acl_shared_dict = db:/y\n}\n",
         "dict {\n  # mailreeve: 2.3.17 has no dict of Berkeley DB any more: use file: or, by proxy:, one of SQL, and bring over what is in it\n  x = db:/x\n}\nplugin {\n  # mailreeve: 2.3.17 has no dict of Berkeley DB any more: use file: or, by proxy:, one of SQL, and bring over what is in it\n  "
         "acl_shared_dict = db:/y\n}\n",
         "2 decide 5 decide"},
	{"plugins of other names", "mail_plugins = mbox_snarf\nplugin {\n  sieve_plugins = sieve_pipe\n}\n",
         "# mailreeve: the plugin mbox_snarf became snarf, which is gone since 2.3.14, and nobody can "
         "log in with it here: nothing came instead\nmail_plugins = mbox_snarf\nplugin {\n  "
         "# mailreeve: the plugin sieve_pipe was for Pigeonhole 0.3, and is part of sieve_extprograms "
         "since 0.4: write that, and vnd.dovecot.pipe in sieve_extensions or "
         "sieve_global_extensions\n  sieve_plugins = sieve_pipe\n}\n",
         "1 decide 3 decide"},
	{"caches",
         "mail_cache_compress_min_size = 1k\nplugin {\n  imap_zlib_compress_level = 5\n}\n",
         "mail_cache_purge_min_size = 1k\nplugin {\n  imap_compress_deflate_level = 5\n}\n", ""},

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

	/* blocks of one name with something between */
	{"apart",
         "auth_user = x # a\nmail_uid = 8\n\nauth_chroot = y\n\n# b\nmail_gid = 8\nauth_process_size = "
         "\\\n  9\nauth_verbose = yes\n",
         "service auth {\n  user = x # a\n  chroot = y\n  vsz_limit = 9M\n}\nmail_uid = 8\n\n"
         "# b\nmail_gid = 8\nauth_verbose = yes\n",
         ""},
	{"apart, with comments of its own",
         "auth default {\n    user = x\n    verbose = yes\n\n    # a\n    # b\n    socket listen {\n"
         "        client {\n            # c\n            path = y\n            mode = 0600\n        }\n"
         "    }\n    debug = yes\n}\n",
         "service auth {\n    user = x\n\n    # a\n    # b\n    unix_listener y {\n        # c\n"
         "        mode = 0600\n    }\n}\nauth_verbose = yes\n\nauth_debug = yes\n",
         ""},
	{"apart, comments would change their order",
         "auth_user = x\n# a\nmail_uid = 8\n# b\nauth_chroot = y\n",
         "service auth {\n  user = x\n}\n# a\nmail_uid = 8\n# b\nservice auth {\n  chroot = y\n}\n",
         ""},
	{"apart, comments that are about something else",
         "auth_user = x\nmail_uid = 8\n# a\n\n# b\nauth_chroot = y\nprotocol lda {\n  mail_gid = 8\n"
         "  # c\n}\nauth_process_size = 9\n",
         "service auth {\n  user = x\n}\nmail_uid = 8\n# a\n\n# b\nservice auth {\n  chroot = y\n}\n"
         "protocol lda {\n  mail_gid = 8\n  # c\n}\nservice auth {\n  vsz_limit = 9M\n}\n",
         ""},
	{"apart, a comment at the end",
         "auth default {\n  socket listen {\n    client {\n      path = y\n      # a\n    }\n  }\n"
         "  verbose = yes\n  socket listen {\n    client {\n      path = z\n      # b\n    }\n  }\n}\n",
         "service auth {\n  unix_listener y {\n    # a\n  }\n}\nauth_verbose = yes\nservice auth {\n"
         "  unix_listener z {\n    # b\n  }\n}\n",
         ""},
	{"apart, and the order counts",
         "== dovecot.conf\nauth_user = x\n!include a.inc\nauth_chroot = $default_login_user\n"
         "default_login_user = y\nauth_process_size = $x\n== a.inc\nservice auth {\n  chroot = z\n}\n",
         "== dovecot.conf\nservice auth {\n  user = x\n}\n!include a.inc\nservice auth {\n  chroot = "
         "$default_login_user\n}\ndefault_login_user = y\nservice auth {\n  vsz_limit = $x\n}\n== a.inc\n"
         "service auth {\n  chroot = z\n}\n",
         ""},
	{"apart, and one was there",
         "mail_uid = 8\n\nauth_user = x\n\nmail_gid = 8\nservice auth {\n    # a\n    user = y\n}\n"
         "auth_verbose = yes\nauth_chroot = z\n",
         "mail_uid = 8\n\nmail_gid = 8\nservice auth {\n    user = x\n    # a\n    user = y\n    chroot "
         "= z\n}\nauth_verbose = yes\n",
         ""},
	{"apart, and one was there, that gets a comment",
         "mail_uid = 8\n\n# a\nauth_user = x\n\nmail_gid = 8\nservice auth {\n    user = y\n}\n",
         "mail_uid = 8\n\nmail_gid = 8\nservice auth {\n    # a\n    user = x\n    user = y\n}\n", ""},
	{"apart, and the first comment is perhaps of the file",
         "# a\nauth_user = x\nmail_gid = 8\nservice auth {\n  user = y\n}\n",
         "# a\nservice auth {\n  user = x\n}\nmail_gid = 8\nservice auth {\n  user = y\n}\n", ""},
	{"apart, and one was there with a comment above",
         "auth_user = x\nmail_gid = 8\n# a\nservice auth {\n  user = y\n}\n",
         "service auth {\n  user = x\n}\nmail_gid = 8\n# a\nservice auth {\n  user = y\n}\n", ""},
	{"apart, as they were",
         "service auth {\n  user = x\n}\nmail_uid = 8\nservice auth {\n  chroot = y\n}\nauth_count = 1\n",
         "service auth {\n  user = x\n}\nmail_uid = 8\nservice auth {\n  chroot = y\n}\n",
         "8 removed"},
	{"a protocol that was broken, and two that were two",
         "protocol imap {\n  mail_uid = 8\n  mail_process_size = 9\n  mail_gid = 8\n}\n"
         "protocol pop3 {\n  login_user = x\n  mail_uid = 8\n}\nverbose_ssl = yes\n"
         "protocol pop3 {\n  mail_gid = 8\n}\n",
         "protocol imap {\n  mail_uid = 8\n  mail_gid = 8\n}\nservice imap {\n  vsz_limit = 9M\n}\n"
         "service pop3-login {\n  user = x\n}\nprotocol pop3 {\n  mail_uid = 8\n}\nverbose_ssl = yes\n"
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
	{"empty as it was", "protocol imap {\n}\nplugin {\n  # x = y\n\n}\nremote \"a=b\" {\n}\n"
         "auth_count = 1\nprotocol lda {\n  plugin {\n  }\n  umask = 0\n}\n",
         "protocol imap {\n}\nplugin {\n  # x = y\n\n}\nremote \"a=b\" {\n}\n"
         "protocol lda {\n  plugin {\n  }\n}\n",
         "9 removed 13 removed"},

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
	{"TLS stays required", "ssl = required\nssl_disable = no\n", "ssl = required\n",
         "2 removed"},
	{"TLS stays required in blocks",
         "protocol imap {\n  ssl_disable = no # a\n}\nssl = REQUIRED\n",
         "# a\nssl = REQUIRED\n", "2 removed"},
	{"TLS is required later", "ssl_disable = no\nssl = required\n", "ssl = required\n",
         "1 removed"},
	{"TLS is required inside",
         "protocol imap {\n  ssl = required\n  ssl_disable = no\n}\nssl = yes\n",
         "protocol imap {\n  ssl = required\n}\nssl = yes\n", "3 removed"},
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

/* ---- files --------------------------------------------------------------------------------- */

static const char *next_file(const char *text, char *name, const char **body_r, size_t *n_r)
{
	const char *end;

	if (*text == '\0')
		return NULL;
	strcpy(name, "dovecot.conf");
	*body_r = text;
	if (strncmp(text, "== ", 3) == 0) {
		size_t n = strcspn(text + 3, "\n");

		memcpy(name, text + 3, n);
		name[n] = '\0';
		*body_r = text + 3 + n + 1;
	}
	end = strstr(*body_r, "\n== ");
	*n_r = end == NULL ? strlen(*body_r) : (size_t)(end + 1 - *body_r);
	return *body_r + *n_r;
}

static void write_files(const char *text)
{
	char name[100];
	const char *body;
	size_t n;

	if (*text == '\0')
		folder_write("dovecot.conf", "");
	while ((text = next_file(text, name, &body, &n)) != NULL) {
		char *copy = strndup(body, n);

		folder_write(name, copy);
		free(copy);
	}
}

/* All files as they would be written. */
static void expect_files(const char *row, struct reeve_migrate *migrate, const char *text)
{
	char name[100];
	const char *body = "";
	size_t n = 0;

	strcpy(name, "dovecot.conf");
	if (*text != '\0')
		text = next_file(text, name, &body, &n);
	for (; text != NULL; text = next_file(text, name, &body, &n)) {
		bool found = false;

		for (size_t i = 0; i < reeve_migrate_file_count(migrate); i++) {
			struct reeve_conf_file file = reeve_migrate_file(migrate, i);
			const char *slash = strrchr(file.path, '/');

			if (strcmp(slash == NULL ? file.path : slash + 1, name) != 0)
				continue;
			found = true;
			ck_assert_msg(file.new_size == n && memcmp(file.new_bytes, body, n) == 0,
			              "%s: %s is\n%.*s\nwanted\n%.*s", row, name,
			              (int)file.new_size, (const char *)file.new_bytes, (int)n,
			              body);
		}
		ck_assert_msg(found, "%s: no file %s", row, name);
	}
}

static void expect_said(const struct row *row, struct reeve_migrate *migrate)
{
	static const char *const kinds[] = {"changed", "removed", "noted", "decide"};
	char said[1000] = "";

	for (size_t i = 0; i < reeve_migrate_change_count(migrate); i++) {
		const struct reeve_migrate_change *change = reeve_migrate_change_at(migrate, i);
		size_t n = strlen(said);

		if (change->kind != REEVE_MIGRATE_CHANGED)
			snprintf(said + n, sizeof said - n, "%s%llu %s", n == 0 ? "" : " ",
			         (unsigned long long)change->line, kinds[change->kind]);
	}
	ck_assert_msg(strcmp(said, row->said) == 0, "%s: said '%s', wanted '%s'", row->name, said,
	              row->said);
}

static struct reeve_migrate *migrate_files(const char *name)
{
	struct reeve_migrate_how how = {.path = "dovecot.conf"};
	struct reeve_error err = {0};
	struct reeve_migrate *migrate = reeve_migrate_open(&how, &err);

	ck_assert_msg(migrate != NULL, "%s: %s", name, err.text);
	ck_assert_msg(reeve_migrate_run(migrate, "2.3", &err) >= 0, "%s: %s", name, err.text);
	return migrate;
}

START_TEST(table)
{
	const struct row *row = &rows[_i];
	const char *after = row->after == NULL ? row->before : row->after;

	folder_enter();
	write_files(row->before);
	struct reeve_migrate *migrate = migrate_files(row->name);
	expect_said(row, migrate);
	expect_files(row->name, migrate, after);
	reeve_migrate_close(migrate);

	/* A second time changes nothing. */
	write_files(after);
	migrate = migrate_files(row->name);
	expect_files(row->name, migrate, after);
	reeve_migrate_close(migrate);
	folder_leave();
}
END_TEST

/* ---- versions ------------------------------------------------------------------------------ */

static const struct {
	const char *text, *version; /* NULL: nothing tells */
} versions[] = {
	{"", NULL},
	{"protocols = imap\nmbox_lock_timeout = 300\n", NULL},
	{"default_mail_env = x\n", "1.0"},
	{"ssl_disable = yes\n", "1.1"},
	{"auth default {\n}\n", "1.2"},
	{"login_user = x\nmail_read_mmaped = yes\n", "1.0"},
	{"service imap {\n}\n", "2.0"},
	{"auth default {\n}\nservice imap {\n}\n", "2.0"},
	{"passdb {\n}\n", "2.0"},
	{"namespace x {\n  mailbox Sent {\n  }\n}\n", "2.1"},
	{"service replicator {\n}\n", "2.1"},
	{"service aggregator {\n}\n", "2.1"},
	{"imapc_host = x\n", "2.1"},
	{"director_username_hash = %u\n", "2.0"},
	{"ssl_prefer_server_ciphers = yes\n", "2.2"},
	{"namespace {\n  mailbox Trash {\n    autoexpunge = 30d\n  }\n}\n", "2.2"},
	{"director_consistent_hashing = yes\n", "2.2"},
	{"imap_hibernate_timeout = 5s\n", "2.2"},
	{"auth_policy_server_url = http://x\n", "2.2"},
	{"protocol imap {\n  mail_plugins = $mail_plugins imap_sieve\n}\n", "2.2"},
	{"plugin {\n  imapsieve_mailbox1_name = Junk\n}\n", "2.2"},
	{"ssl_protocols = !SSLv3\n", "2.2"},
	{"ssl_min_protocol = TLSv1\n", "2.3"},
	{"dovecot_config_version = 2.4.1\n", "2.4"},
	{"# a\nservice imap {\n}\ndovecot_config_version = 2.4.1\n", "2.4"},
};

START_TEST(version)
{
	struct reeve_migrate_how how = {.path = "dovecot.conf"};
	struct reeve_error err = {0};

	folder_enter();
	folder_write("dovecot.conf", versions[_i].text);
	struct reeve_migrate *migrate = reeve_migrate_open(&how, &err);
	ck_assert_msg(migrate != NULL, "%s", err.text);
	ck_assert_pstr_eq(reeve_migrate_version(migrate).name, versions[_i].version);
	reeve_migrate_close(migrate);
	folder_leave();
}
END_TEST

START_TEST(errors)
{
	struct reeve_migrate_how how = {.path = "dovecot.conf"};
	struct reeve_error err = {0};

	folder_enter();
	ck_assert_ptr_null(reeve_migrate_open(&how, &err));
	ck_assert_int_eq(err.code, REEVE_EIO);
	folder_write("dovecot.conf", "login_user = x\n");
	how.without_sieve = true;
	struct reeve_migrate *migrate = reeve_migrate_open(&how, &err);
	ck_assert_int_eq(reeve_migrate_run(migrate, "2.4", &err), -1);
	ck_assert_int_eq(err.code, REEVE_EUSAGE);
	ck_assert_int_eq(reeve_migrate_run(migrate, "1.2", &err), -1);
	ck_assert_int_eq(reeve_migrate_run(migrate, "2.0", &err), 1);
	expect_files("without sieve", migrate,
	             "service imap-login {\n  user = x\n}\nservice pop3-login {\n  user = x\n}\n");
	ck_assert_int_eq(reeve_migrate_run(migrate, "2.0", &err), -1);
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	reeve_migrate_close(migrate);
	reeve_migrate_close(NULL);
	folder_leave();
}
END_TEST

/* What stood there before is told, also of a line that several hops change, and of names that
 * nobody knows. */
START_TEST(before)
{
	static const char *const lines[] = {"auth default {", "failure_delay = 2", "proxy_self = ...",
	                                    "ssl_disable = no", "dbox_rotate_interval = ..."};

	folder_enter();
	folder_write("dovecot.conf", "auth default {\n  failure_delay = 2\n  proxy_self = x\n}\n"
	                             "ssl_disable = no\ndbox_rotate_interval = 1\n");
	struct reeve_migrate *migrate = migrate_files("before");
	size_t n = reeve_migrate_change_count(migrate);
	ck_assert_uint_ge(n, 6);
	for (size_t i = 0; i < n; i++) {
		const struct reeve_migrate_change *change = reeve_migrate_change_at(migrate, i);
		size_t line = change->line - (change->line > 3);

		ck_assert_str_eq(change->before, lines[line - 1]);
	}
	reeve_migrate_close(migrate);
	folder_leave();
}
END_TEST

/* Nothing that is said has a password. */
START_TEST(secrets)
{
	static const char *const said[] = {
		"auth default { | ",
		"passdb pam { | passdb {",
		"args = blocking=no password=... x=y | args = password=... x=y",
		"expire_dict = mysql://...@h/x | ",
		"imapc_ssl_ca_dir = /a;passwd=...;b | ssl_client_ca_dir = /a;passwd=...;b",
		"imapc_master_passwd = ... | ",
	};

	folder_enter();
	folder_write("dovecot.conf",
	             "auth default {\n  passdb pam {\n    args = blocking=no password='SE CRET' x=y\n  }\n}\n"
	             "plugin {\n  expire_dict = mysql://ann:SE:CRET@h/x\n}\n"
	             "imapc_ssl_ca_dir = /a;passwd=SECRET;b\nimapc_master_passwd = SECRET\n");
	struct reeve_migrate *migrate = migrate_files("secrets");
	size_t n = reeve_migrate_change_count(migrate);
	for (size_t i = 0; i < n; i++) {
		const struct reeve_migrate_change *change = reeve_migrate_change_at(migrate, i);

		char line[200];

		snprintf(line, sizeof line, "%s | %s", change->before, change->after);
		ck_assert_uint_lt(i, sizeof said / sizeof *said);
		ck_assert_str_eq(line, said[i]);
		ck_assert_msg(strstr(change->text, "CRET") == NULL, "%s", change->text);
	}
	ck_assert_uint_eq(n, sizeof said / sizeof *said);
	reeve_migrate_close(migrate);
	folder_leave();
}
END_TEST

/* Which line a new one comes from. */
START_TEST(old_line)
{
	static const uint64_t lines[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3};
	uint64_t column = 0;

	folder_enter();
	folder_write("dovecot.conf", "login_user = x\n# a\n\tmail_uid = 8\n");
	struct reeve_migrate *migrate = migrate_files("old line");
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		ck_assert_uint_eq(reeve_migrate_old_line(migrate, 0, i + 1, &column), lines[i]);
	ck_assert_uint_eq(column, 2);
	ck_assert_uint_eq(reeve_migrate_old_line(migrate, 0, 0, NULL), 0);
	ck_assert_uint_eq(reeve_migrate_old_line(migrate, 0, 12, NULL), 0);
	reeve_migrate_close(migrate);
	folder_leave();
}
END_TEST

/* Also of one that moved. */
START_TEST(old_line_moved)
{
	static const uint64_t lines[] = {1, 1, 3, 1, 2};

	folder_enter();
	folder_write("dovecot.conf", "auth_user = x\nmail_uid = 8\nauth_chroot = y\n");
	struct reeve_migrate *migrate = migrate_files("old line of a line that moved");
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		ck_assert_uint_eq(reeve_migrate_old_line(migrate, 0, i + 1, NULL), lines[i]);
	reeve_migrate_close(migrate);
	folder_leave();
}
END_TEST

/* ---- syntax -------------------------------------------------------------------------------- */

static const struct {
	const char *text,
		*said; /* said: "dovecot.conf:LINE:COLUMN" of the last error; NULL: none */
} sounds[] = {
	{"login_user = x\n", NULL},
	{"protocol imap {\n  a = b\n", "dovecot.conf:1:1"},
	{"a = b\n service x {\n  c {\n  }\n", "dovecot.conf:2:2"},
	{"login_user = x\n  }\n", "dovecot.conf:2:3"},
	{"protocol imap {\n}\n}\na = b\n", "dovecot.conf:3:1"},
	{"login_user = x\nx y z\n", "dovecot.conf:2:1"},
	{"a {\n} b = c\n", "dovecot.conf:2:3"},
	{"login_user = x\na = b \\\n", NULL}, /* lost, without a word */
	{"!include none.conf\n", "dovecot.conf:1:1"},
};

static void take_error(void *user, const struct reeve_diag *diag)
{
	if (diag->severity == REEVE_PROBLEM)
		snprintf(user, 100, "%s:%ju:%ju", diag->file, (uintmax_t)diag->line,
		         (uintmax_t)diag->column);
}

START_TEST(sound)
{
	char said[100] = "";
	struct reeve_talk talk = {.diag = take_error, .user = said};
	struct reeve_migrate_how how = {
		.path = "dovecot.conf", .talk = &talk, .needs_syntax = true};
	struct reeve_error err = {0};

	folder_enter();
	folder_write("dovecot.conf", sounds[_i].text);
	struct reeve_migrate *migrate = reeve_migrate_open(&how, &err);
	ck_assert_str_eq(said, sounds[_i].said == NULL ? "" : sounds[_i].said);
	/* A file that is not there is told, but the syntax is fine. */
	ck_assert_int_eq(migrate == NULL,
	                 sounds[_i].said != NULL && strncmp(sounds[_i].text, "!include", 8) != 0);
	if (migrate == NULL)
		ck_assert_int_eq(err.code, REEVE_EFORMAT);
	reeve_migrate_close(migrate);
	folder_leave();
}
END_TEST

Suite *suite_migrate(void)
{
	Suite *suite = suite_create("migrate");
	TCase *tcase = tcase_create("migrate");

	tcase_add_loop_test(tcase, table, 0, sizeof rows / sizeof *rows);
	tcase_add_loop_test(tcase, version, 0, sizeof versions / sizeof *versions);
	tcase_add_test(tcase, errors);
	tcase_add_test(tcase, before);
	tcase_add_test(tcase, secrets);
	tcase_add_test(tcase, old_line);
	tcase_add_test(tcase, old_line_moved);
	tcase_add_loop_test(tcase, sound, 0, sizeof sounds / sizeof *sounds);
	suite_add_tcase(suite, tcase);
	return suite;
}
