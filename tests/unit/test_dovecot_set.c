/* SPDX-License-Identifier: MIT */
/*
 * Setting and removing settings of Dovecot's files: a table of files before and after. Several files
 * in one text begin with "== NAME\n"; without that it is dovecot.conf. It is in a folder of
 * its own, so ../b.conf is somebody else's.
 */
#include "base/buf.h"
#include "unit.h"

#include <mailreeve/conf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { UNSET = -100, USAGE = -REEVE_EUSAGE, REFUSED = -REEVE_EREFUSED };

#define V24 "dovecot_config_version = 2.4.0\n"

static const struct {
	const char *before, *path, *value; /* value NULL: unset */
	int result;                        /* 1, 0, or -code */
	const char *after;                 /* NULL: as before */
} rows[] = {
	/* in place */
	{"listen = *\n", "listen", "::", 1, "listen = ::\n"},
	{"listen = *\n", "listen", "*", 0, NULL},
	{"\tlisten=*\t# all\r\na = b\r\n", "listen", "*, ::", 1, "\tlisten=*, ::\t# all\r\na = b\r\n"},
	{"a = b", "a", "c", 1, "a = c"},
	{"a = b\na = c\nd = e\n", "a", "f", 1, "a = b\na = f\nd = e\n"},
	{"a = \"b\"\n", "a", "c d", 1, "a = \"c d\"\n"},
	{"a = 'b'\n", "a", "c", 1, "a = 'c'\n"},
	{"a = 'b'\n", "a", "it's", 1, "a = it's\n"},
	{"a = 'b' # c\n", "a", "it's", 1, "a = \"it's\" # c\n"},
	{"a = \"b\"\n", "a", "c\\d\"e", 1, "a = \"c\\\\d\\\"e\"\n"},
	{"a = b\n", "a", " c", 1, "a = \" c\"\n"},
	{"a = b\n", "a", "c ", 1, "a = \"c \"\n"},
	{"a = b\n", "a", "c # d", 1, "a = \"c # d\"\n"},
	{"a = b\n", "a", "c#d", 1, "a = \"c#d\"\n"},
	{"a = b\n", "a", "\"c\"", 1, "a = \"\\\"c\\\"\"\n"},
	{"a = b\n", "a", "\"c", 1, "a = \"c\n"},
	{"a = b\n", "a", "c\\", 1, "a = \"c\\\\\"\n"},
	{"a = b\n", "a", "c\\d", 1, "a = c\\d\n"},
	{"a = b\n", "a", "c}", 1, "a = c}\n"},
	{"a = b\n", "a", "{", 1, "a = {\n"},
	{"a = b\n", "a", "", 1, "a = \n"},
	{"a = \"b\"\n", "a", "", 1, "a = \"\"\n"},
	{"a =\n", "a", "b", 1, "a = b\n"},
	{"a=\n", "a", "b", 1, "a=b\n"},
	{"a = # c\n", "a", "b", 1, "a = b # c\n"},
	{"a =\r\n", "a", "b", 1, "a = b\r\n"},
	{"a = b\n", "a", "c\nd", USAGE, NULL},
	{"a = b\n", "a", "c\rd", USAGE, NULL},
	{"a = b\n", "a", "<<c", USAGE, NULL},
	{"a = b\n", "a", "<", USAGE, NULL},
	{"a = b\n", "a", "</c/d", 1, "a = </c/d\n"},
	{"a = b\n", "a", "< /c/d", 1, "a = </c/d\n"},
	{"a = </c # d\n", "a", "</e", 1, "a = </e # d\n"},
	{"a = < /c\n", "a", "/c", 1, "a = /c\n"},
	{"a = </c\n", "a", "</c", 0, NULL},
	{"a = </c\n", "a", "/c", 1, "a = /c\n"},
	{"a = \"</c\"\n", "a", "</c", 1, "a = </c\n"},
	{"a = b \\\n  c\nd = e\n", "a", "f", 1, "a = f\nd = e\n"},
	{"a = b \\\n  c\nd = e\n", "a", "b c", 0, NULL},
	{"a = <<E\nb\nE\n", "a", "c", REFUSED, NULL},
	{"a = <<E\nb\nE\n", "a", "b", REFUSED, NULL},
	{"\"a b\" = c\n", "a b", "d", 1, "\"a b\" = d\n"},
	{"a { b = c }\n", "a/b", "d", 1, "a { b = d }\n"},
	{"a { b = c\n}\n", "a/b", "d", 1, "a { b = d\n}\n"},
	{"\xef\xbb\xbf" "a = b\n", "a", "c", 1, "\xef\xbb\xbf" "a = c\n"},

	/* variables */
	{"mail_plugins = a\n", "mail_plugins", "$mail_plugins b", 1, "mail_plugins = $mail_plugins b\n"},
	{"mail_plugins = \"a\"\n", "mail_plugins", "$mail_plugins b", 1,
	 "mail_plugins = $mail_plugins b\n"},
	{"a = b\n", "a", "$ecret", 1, "a = \"$ecret\"\n"},
	{"a = b\n", "a", "pa$word", 1, "a = pa$word\n"},
	{"a = b\n", "a", "pa$  word", 1, "a = \"pa$  word\"\n"},
	{"a = b\n", "a", "$ENV:X y", 1, "a = $ENV:X y\n"},
	{"dovecot_config_version = 2.4.0\na = b\n", "a", "$SET:c", 1,
	 "dovecot_config_version = 2.4.0\na = $SET:c\n"},

	/* in blocks */
	{"protocol imap {\n  mail_plugins = a\n}\nprotocol pop3 {\n  mail_plugins = b\n}\n",
	 "protocol imap/mail_plugins", "c", 1,
	 "protocol imap {\n  mail_plugins = c\n}\nprotocol pop3 {\n  mail_plugins = b\n}\n"},
	{"a x {\n b = c\n}\na x {\n b = d\n}\n", "a x/b", "e", 1,
	 "a x {\n b = c\n}\na x {\n b = e\n}\n"},
	{"passdb {\n driver = a\n}\npassdb {\n driver = b\n}\n", "passdb/driver", "c", USAGE, NULL},
	{"passdb {\n driver = a\n}\npassdb {\n driver = b\n}\n", "passdb[2]/driver", "c", 1,
	 "passdb {\n driver = a\n}\npassdb {\n driver = c\n}\n"},
	{"passdb {\n driver = a\n}\npassdb {\n driver = b\n}\n", "passdb/args", "c", USAGE, NULL},
	{"passdb {\n driver = a\n}\n", "passdb/driver", "c", 1, "passdb {\n driver = c\n}\n"},
	{"passdb {\n driver = a\n}\npassdb pam {\n driver = b\n}\n", "passdb/driver", "c", 1,
	 "passdb {\n driver = c\n}\npassdb pam {\n driver = b\n}\n"},
	{"passdb {\n driver = a\n}\npassdb pam {\n driver = b\n}\n", "passdb/args", "c", 1,
	 "passdb {\n driver = a\n args = c\n}\npassdb pam {\n driver = b\n}\n"},
	{"passdb ldap {\n driver = a\n}\npassdb pam {\n driver = b\n}\n", "passdb/driver", "c", USAGE, NULL},
	{"passdb {\n driver = a\n}\n", "passdb/args", "c", 1,
	 "passdb {\n driver = a\n args = c\n}\n"},
	{"plugin {\n  a = b\n}\nplugin/c = d\n", "plugin/c", "e", 1,
	 "plugin {\n  a = b\n}\nplugin/c = e\n"},

	/* after a commented-out default */
	{"#listen = *\n\na = b\n", "listen", "::", 1, "#listen = *\nlisten = ::\n\na = b\n"},
	{"# a\n#listen=*\n#b = c\n", "listen", "::", 1, "# a\n#listen=*\nlisten=::\n#b = c\n"},
	{"#a =\n", "a", "b", 1, "#a =\na = b\n"},
	{"#a = b\n# c\n#a = d\n\n", "a", "e", 1, "#a = b\n# c\n#a = d\na = e\n\n"},
	{"#a = b\n# for instance\n#   a = d\n", "a", "e", 1, "#a = b\na = e\n# for instance\n#   a = d\n"},
	{"# a = b\nc = d\n", "a", "e", 1, "# a = b\na = e\nc = d\n"},
	{"#a = b", "a", "c", 1, "#a = b\na = c"},
	{"#a = b\r\n", "a", "c", 1, "#a = b\r\na = c\r\n"},
	{"c = d\n#a = b\r\ne = f\n", "a", "g", 1, "c = d\n#a = b\r\na = g\r\ne = f\n"},
	{"x {\n\t#a = b\n\tc = d\n}\n", "x/a", "e", 1, "x {\n\t#a = b\n\ta = e\n\tc = d\n}\n"},
	{"#a = b\nx {\n c = d\n}\n", "x/a", "e", 1, "#a = b\nx {\n c = d\n a = e\n}\n"},
	{"#x {\n  #a = b\n#}\nc = d\n", "a", "e", 1, "#x {\n  #a = b\n#}\nc = d\na = e\n"},
	{"#ab = c\n", "a", "d", 1, "#ab = c\na = d\n"},
	{"== dovecot.conf\n!include b.conf\na = b\n== b.conf\nx {\n}\n#c = d\n", "c", "e", 1,
	 "== dovecot.conf\n!include b.conf\na = b\n== b.conf\nx {\n}\n#c = d\nc = e\n"},

	/* at the end of its block */
	{"", "a", "b", 1, "a = b\n"},
	{"\n", "a", "b", 1, "a = b\n\n"},
	{"c = d", "a", "b", 1, "c = d\na = b"},
	{"c=d\n", "a", "b", 1, "c=d\na=b\n"},
	{"c = d\r\n", "a", "b", 1, "c = d\r\na = b\r\n"},
	{"c   = d\nee  = f\n", "a", "b", 1, "c   = d\nee  = f\na   = b\n"},
	{"x {\n}\n", "x/a", "b", 1, "x {\n  a = b\n}\n"},
	{"x {\n   # y\n}\n", "x/a", "b", 1, "x {\n   # y\n   a = b\n}\n"},
	{"x {\n    c = d\n}\ny {\n}\n", "y/a", "b", 1, "x {\n    c = d\n}\ny {\n    a = b\n}\n"},
	{"x {\n\tc = d\n\n\n}\n", "x/a", "b", 1, "x {\n\tc = d\n\ta = b\n\n\n}\n"},
	{"x {\n  y {\n  }\n}\n", "x/a", "b", 1, "x {\n  y {\n  }\n  a = b\n}\n"},
	{"x {", "x/a", "b", 1, "x {\n  a = b"},
	{"x {\n c = d\n}\nx {\n e = f\n}\n", "x/a", "b", 1,
	 "x {\n c = d\n}\nx {\n e = f\n a = b\n}\n"},
	{"x { c = d }\n", "x/a", "b", REFUSED, NULL},
	{"x { }\n", "x/a", "b", REFUSED, NULL},
	{"x {\n c = d\n} }\n", "x/a", "b", 1, "x {\n c = d\n a = b\n} }\n"},
	{"\xef\xbb\xbf", "a", "b", 1, "\xef\xbb\xbf" "a = b\n"},
	{"c = d\n", "a b", "e", 1, "c = d\n\"a b\" = e\n"},
	{"== dovecot.conf\nx {\n  !include b.conf\n}\n== b.conf\nc = d\n", "x/a", "b", 1,
	 "== dovecot.conf\nx {\n  !include b.conf\n  a = b\n}\n== b.conf\nc = d\n"},

	/* above what uses it */
	{"a = b\n# c\nprotocol imap {\n  mail_plugins = $mail_plugins d\n}\ne = f\n", "mail_plugins", "g", 1,
	 "a = b\nmail_plugins = g\n# c\nprotocol imap {\n  mail_plugins = $mail_plugins d\n}\ne = f\n"},
	{"# a\n\n# c\nprotocol imap {\n  mail_plugins = d\n}\n", "mail_plugins", "g", 1,
	 "# a\n\nmail_plugins = g\n# c\nprotocol imap {\n  mail_plugins = d\n}\n"},
	{"# a\n\nlisten = *\n", "dovecot_config_version", "2.4.0", 1,
	 "# a\n\ndovecot_config_version = 2.4.0\nlisten = *\n"},

	/* new blocks */
	{"a = b\n", "x/c", "d", 1, "a = b\n\nx {\n  c = d\n}\n"},
	{"", "x y/c", "d", 1, "x y {\n  c = d\n}\n"},
	{"a = b\n", "namespace inbox/mailbox \"Sent Messages\"/auto", "no", 1,
	 "a = b\n\nnamespace inbox {\n  mailbox \"Sent Messages\" {\n    auto = no\n  }\n}\n"},
	{"service auth {\n\tx = y\n}\n", "service auth/unix_listener /a/b/mode", "0600", 1,
	 "service auth {\n\tx = y\n\tunix_listener /a/b {\n\t\tmode = 0600\n\t}\n}\n"},
	{"service auth {\n}\n", "service/auth/unix_listener/client/mode", "0600", 1,
	 "service auth {\n  unix_listener client {\n    mode = 0600\n  }\n}\n"},
	{"== dovecot.conf\n!include b.conf\na = b\n== b.conf\nprotocol imap {\n  c = d\n}\n",
	 "protocol lmtp/c", "e", 1,
	 "== dovecot.conf\n!include b.conf\na = b\n== b.conf\nprotocol imap {\n  c = d\n}\n\n"
	 "protocol lmtp {\n  c = e\n}\n"},
	{"passdb {\n driver = a\n}\n", "passdb[2]/driver", "b", 1,
	 "passdb {\n driver = a\n}\n\npassdb {\n driver = b\n}\n"},
	{"passdb {\n driver = a\n}\n", "passdb[3]/driver", "b", USAGE, NULL},
	{"a = b\n", "x {/c", "d", 1, "a = b\n\nx \"{\" {\n  c = d\n}\n"},
	{"a = b\n", "x \"a\\\"b\"/c", "d", REFUSED, NULL},

	{"service auth {\n  #unix_listener /a {\n  #  mode = 0666\n  #}\n  user = x\n}\n",
	 "service auth/unix_listener /a/mode", "0660", 1,
	 "service auth {\n  #unix_listener /a {\n  #  mode = 0666\n  #}\n  unix_listener /a {\n"
	 "    mode = 0660\n  }\n  user = x\n}\n"},
	{"#protocol lmtp {\n  #a = b\n#}\n#protocol imap {\n  #a = b\n#}\nc = d\n", "protocol lmtp/a", "e", 1,
	 "#protocol lmtp {\n  #a = b\n#}\nprotocol lmtp {\n  a = e\n}\n#protocol imap {\n  #a = b\n#}\n"
	 "c = d\n"},
	{"== dovecot.conf\n!include b.conf\n}\na = b\n== b.conf\nprotocol imap {\n  c = d\n}\nx {\n",
	 "protocol lmtp/c", "e", 1,
	 "== dovecot.conf\n!include b.conf\n}\na = b\n\nprotocol lmtp {\n  c = e\n}\n== b.conf\n"
	 "protocol imap {\n  c = d\n}\nx {\n"},

	/* somebody else's files are not changed */
	{"== dovecot.conf\n!include ../b.conf\nc = d\n== ../b.conf\na = $a b\n", "a", "e", 1,
	 "== dovecot.conf\n!include ../b.conf\na = e\nc = d\n== ../b.conf\na = $a b\n"},
	{"== dovecot.conf\n!include ../b.conf\nc = d\n== ../b.conf\na = b\n", "a", "b", 0, NULL},
	{"== dovecot.conf\n#a = c\n!include ../b.conf\n#a = d\n== ../b.conf\na = b\n", "a", "e", 1,
	 "== dovecot.conf\n#a = c\n!include ../b.conf\n#a = d\na = e\n== ../b.conf\na = b\n"},
	{"== dovecot.conf\n#a = c\n!include ../b.conf\n== ../b.conf\na = b\n#a = d\n", "a", "e", 1,
	 "== dovecot.conf\n#a = c\n!include ../b.conf\na = e\n== ../b.conf\na = b\n#a = d\n"},
	{"== dovecot.conf\n!include ../b.conf\n== ../b.conf\n#a = b\n", "a", "e", 1,
	 "== dovecot.conf\n!include ../b.conf\na = e\n== ../b.conf\n#a = b\n"},
	{"== dovecot.conf\na = c\n!include ../b.conf\n== ../b.conf\na = b\n", "a", "e", 1,
	 "== dovecot.conf\na = c\n!include ../b.conf\na = e\n== ../b.conf\na = b\n"},
	{"== dovecot.conf\n!include ../b.conf\na = c\n== ../b.conf\na = b\n", "a", "e", 1,
	 "== dovecot.conf\n!include ../b.conf\na = e\n== ../b.conf\na = b\n"},
	{"== dovecot.conf\nx {\n  !include ../b.conf\n}\n== ../b.conf\na = b\n", "x/a", "e", 1,
	 "== dovecot.conf\nx {\n  !include ../b.conf\n  a = e\n}\n== ../b.conf\na = b\n"},
	{"== dovecot.conf\n!include ../b.conf\nx y {\n c = d\n}\n== ../b.conf\nx y {\n a = b\n}\n",
	 "x/a", "e", 1,
	 "== dovecot.conf\n!include ../b.conf\nx y {\n c = d\n a = e\n}\n"
	 "== ../b.conf\nx y {\n a = b\n}\n"},
	{"== dovecot.conf\n!include ../b.conf\n== ../b.conf\nx y {\n a = b\n}\n", "x/a", "e", 1,
	 "== dovecot.conf\n!include ../b.conf\n\nx y {\n  a = e\n}\n"
	 "== ../b.conf\nx y {\n a = b\n}\n"},
	{"== dovecot.conf\n!include ../b.conf\n== ../b.conf\nx y {\n a = b\n}\n", "x y/c", "e", 1,
	 "== dovecot.conf\n!include ../b.conf\n\nx y {\n  c = e\n}\n"
	 "== ../b.conf\nx y {\n a = b\n}\n"},
	{"== dovecot.conf\n!include ../b.conf\n== ../b.conf\npassdb {\n a = b\n}\n", "passdb/a", "e",
	 REFUSED, NULL},
	{"== dovecot.conf\n!include ../b.conf\n== ../b.conf\npassdb {\n a = b\n}\n", "passdb/c", "e",
	 REFUSED, NULL},
	{"== dovecot.conf\n!include ../b.conf\n== ../b.conf\nprotocol imap {\n mail_plugins = b\n}\n",
	 "mail_plugins", "c", 1,
	 "== dovecot.conf\nmail_plugins = c\n!include ../b.conf\n"
	 "== ../b.conf\nprotocol imap {\n mail_plugins = b\n}\n"},
	{"== dovecot.conf\n" V24 "#protocols = a\n!include ../b.conf\nc = d\n"
	 "== ../b.conf\nprotocols {\n imap = yes\n}\n",
	 "protocols", "pop3", 1,
	 "== dovecot.conf\n" V24 "#protocols = a\n!include ../b.conf\nprotocols = pop3\nc = d\n"
	 "== ../b.conf\nprotocols {\n imap = yes\n}\n"},
	{"== dovecot.conf\na = b\n!include ../b.conf\n== ../b.conf\na = c\n", "a", NULL, REFUSED, NULL},

	/* what cannot be */
	{"a = b\n", "", "c", USAGE, NULL},
	{"a = b\n", "x/", "c", USAGE, NULL},
	{"a = b\n", "/x", "c", USAGE, NULL},
	{"a = b\n", "x \"y/z", "c", USAGE, NULL},
	{"a = b\n", "!include", "c", USAGE, NULL},
	{"== dovecot.conf\nx {\n!include b.conf\n}\ny {\n!include b.conf\n}\n== b.conf\na = b\n", "x/a", "c",
	 REFUSED, NULL},
	{"a = b \\\n", "c", "d", REFUSED, NULL},

	/* unset */
	{"a = b\n", "a", NULL, 1, ""},
	{"a = b\n", "c", NULL, 0, NULL},
	{"# c\na = b # d\n\ne = f\na = g\n", "a", NULL, 1, "# c\n\ne = f\n"},
	{"x {\n  a = b\n}\n", "x/a", NULL, 1, "x {\n}\n"},
	{"a = b \\\n  c\nd = e\n", "a", NULL, 1, "d = e\n"},
	{"a = <<E\nb\nE\nd = e\n", "a", NULL, 1, "d = e\n"},
	{"c = d\na = b", "a", NULL, 1, "c = d\n"},
	{"x { a = b }\n", "x/a", NULL, 1, "x { }\n"},
	{"x { a = b\n c = d\n}\n", "x/a", NULL, 1, "x { \n c = d\n}\n"},
	{"passdb {\n driver = a\n}\npassdb {\n driver = b\n}\n", "passdb/driver", NULL, USAGE, NULL},
	{"passdb {\n driver = a\n}\npassdb pam {\n driver = b\n}\n", "passdb/driver", NULL, 1,
	 "passdb {\n}\npassdb pam {\n driver = b\n}\n"},
	{"x y {\n z \"v w\" {\n }\n}\n", "x y/z v w", NULL, USAGE, NULL},
	{"x y {\n z \"v w\" {\n }\n}\n", "x", NULL, USAGE, NULL},
	{"x y {\n z \"v w\" {\n }\n}\n", "x y/z", NULL, USAGE, NULL},
	{"passdb {\n}\npassdb {\n}\n", "passdb[2]", NULL, USAGE, NULL},
	{"passdb {\n}\npassdb {\n}\n", "passdb[3]", NULL, 0, NULL},
	{"== dovecot.conf\na = b\n!include b.conf\n!include b.conf\n== b.conf\na = c\nd = e\n", "a", NULL, 1,
	 "== dovecot.conf\n!include b.conf\n!include b.conf\n== b.conf\nd = e\n"},
	{"== dovecot.conf\nx {\n!include b.conf\n}\ny {\n!include b.conf\n}\n== b.conf\na = b\n", "x/a", NULL,
	 REFUSED, NULL},
};

static char folder[40];

/* Write the files of a text. */
static void write_files(const char *text)
{
	const char *name = "dovecot.conf", *at = text, *end;
	size_t n = strlen(name);

	do {
		char path[200];

		if (strncmp(at, "== ", 3) == 0) {
			name = at + 3;
			n = strcspn(name, "\n");
			at = name + n + 1;
		}
		end = strstr(at, "\n== ");
		end = end == NULL ? at + strlen(at) : end + 1;
		snprintf(path, sizeof path, "%s/%.*s", folder, (int)n, name);
		FILE *f = fopen(path, "wb");
		ck_assert(f != NULL && fwrite(at, 1, (size_t)(end - at), f) == (size_t)(end - at));
		ck_assert_int_eq(fclose(f), 0);
		at = end;
	} while (*at != '\0');
}

/* The files as one text again. */
static void join_files(const struct reeve_conf *conf, bool has_names, struct reeve_buf *out)
{
	for (size_t i = 0; i < reeve_conf_file_count(conf); i++) {
		struct reeve_conf_file file = reeve_conf_file(conf, i);

		if (has_names) {
			reeve_buf_add_text(out, "== ");
			reeve_buf_add_text(out, file.path + strlen(folder) + 1);
			reeve_buf_add_text(out, "\n");
		}
		reeve_buf_add(out, file.new_bytes, file.new_size);
	}
}

START_TEST(table)
{
	const char *before = rows[_i].before, *value = rows[_i].value;
	const char *after = rows[_i].after == NULL ? before : rows[_i].after;
	struct reeve_error err = {0};
	struct reeve_conf_how how = {0};
	struct reeve_buf out;
	char root[200], above[] = "/tmp/reeve-set-XXXXXX";
	int r;

	ck_assert(mkdtemp(above) != NULL);
	snprintf(folder, sizeof folder, "%s/etc", above);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	snprintf(root, sizeof root, "%s/dovecot.conf", folder);
	how.path = root;
	write_files(before);
	struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_DOVECOT, &how, &err);
	ck_assert_msg(conf != NULL, "%s", err.text);

	reeve_buf_init(&out, 10000);
	for (int twice = 0; twice < 2; twice++) {
		err = (struct reeve_error){0};
		r = value == NULL ? reeve_conf_unset(conf, rows[_i].path, &err) :
		                    reeve_conf_set(conf, rows[_i].path, value, &err);
		r = r < 0 ? -(int)err.code : r;
		/* Done once, there is nothing more to do. */
		ck_assert_msg(r == (twice && rows[_i].result == 1 ? 0 : rows[_i].result),
		              "row %d, '%s': %d, %s", _i, rows[_i].path, r, err.text);
		reeve_buf_clear(&out);
		join_files(conf, strncmp(before, "== ", 3) == 0, &out);
		ck_assert_msg(out.length == strlen(after) &&
		                      (out.length == 0 || memcmp(out.bytes, after, out.length) == 0),
		              "row %d, '%s':\n%s\nnot\n%s", _i, rows[_i].path, reeve_buf_text(&out),
		              after);
	}
	if (rows[_i].result != 1) {
		struct reeve_conf_file file = reeve_conf_file(conf, 0);

		ck_assert(file.old_bytes == file.new_bytes);
	}
	reeve_conf_close(conf);
	reeve_buf_dispose(&out);
	unlink(root);
	snprintf(root, sizeof root, "%s/b.conf", folder);
	unlink(root);
	snprintf(root, sizeof root, "%s/b.conf", above);
	unlink(root);
	ck_assert_int_eq(rmdir(folder), 0);
	ck_assert_int_eq(rmdir(above), 0);
}
END_TEST

Suite *suite_dovecot_set(void)
{
	Suite *s = suite_create("conf/dovecot_set");
	TCase *c = tcase_create("dovecot_set");

	tcase_add_loop_test(c, table, 0, sizeof rows / sizeof rows[0]);
	suite_add_tcase(s, c);
	return s;
}
