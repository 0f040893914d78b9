/* SPDX-License-Identifier: MIT */
/* What Dovecot configurations mean: lists and single settings, written by hand. */
#include "base/buf.h"
#include "folder.h"
#include "unit.h"

#include <mailreeve/conf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { WRITTEN, EFFECTIVE = REEVE_CONF_EFFECTIVE, BLOCKS = REEVE_CONF_EFFECTIVE | REEVE_CONF_BLOCKS };

#define V "dovecot_config_version = 2.4.1\n"

/* `before` is dovecot.conf; of several files each begins with "== NAME\n". */
static const struct {
	const char *name, *files;
	unsigned int flags;
	const char *list; /* "PATH = value\n"; "- " in front of what is shadowed */
} rows[] = {
	{"nothing", "# a\n\n", EFFECTIVE, ""},
	{"written", "a = 1\nb = \"2 # \" # c\na = <x\n", WRITTEN, "- a = 1\nb = 2 # \na = <x\n"},
	{"written in blocks", "protocol imap {\n a = 1\n}\na = 2\nprotocol imap {\n a = 3\n}\n", WRITTEN,
	 "- protocol imap/a = 1\na = 2\nprotocol imap/a = 3\n"},
	{"a value that goes on is no shadow", "a = x\na = $a y\n", WRITTEN, "a = x\na = $a y\n"},
	{"later wins, where it stands", "a = 1\nb = 2\na = 3\n", EFFECTIVE, "b = 2\na = 3\n"},
	{"blocks come together", "service a {\n x = 1\n}\ny = 2\nservice a {\n z = 3\n x = 4\n}\n",
	 EFFECTIVE, "y = 2\nservice a/z = 3\nservice a/x = 4\n"},
	{"2.4: blocks come together", V "passdb a {\n args = 1\n}\npassdb b {\n args = 2\n}\npassdb a {\n args = 3\n}\n",
	 EFFECTIVE, V "passdb a/args = 3\npassdb b/args = 2\n"},
	{"a shadow behind a place", "service a {\n x = 1\n}\nservice a {\n x = 2\n}\n", EFFECTIVE,
	 "service a/x = 2\n"},
	{"names in other case", "service A {\n x = 1\n}\nservice a {\n x = 2\n}\n", EFFECTIVE,
	 "service a/x = 2\n"},
	{"blocks without name", "passdb {\n driver = a\n}\nuserdb {\n driver = b\n}\npassdb {\n driver = c\n}\n",
	 EFFECTIVE, "passdb[1]/driver = a\nuserdb/driver = b\npassdb[2]/driver = c\n"},
	{"lists", "plugin {\n a = 1\n}\nplugin {\n b = 2\n a = 3\n}\nplugin/b = 4\n", EFFECTIVE,
	 "plugin/a = 3\nplugin/b = 4\n"},
	{"keys with slashes", "service auth {\n user = a\n}\nservice/auth/user = b\n", EFFECTIVE,
	 "service/auth/user = b\n"},
	{"escaped keys", "service x {\n unix_listener /a {\n  mode = 1\n }\n unix_listener/\\sa/mode = 2\n}\n",
	 EFFECTIVE, "service x/unix_listener/\\sa/mode = 2\n"},
	{"filters in any nesting",
	 "remote 10.0.0.1/32 {\n protocol a {\n  x = 1\n }\n}\nremote 10.0.0.1 {\n protocol a {\n  x = 2\n }\n}\n",
	 EFFECTIVE, "remote 10.0.0.1/protocol a/x = 2\n"},
	{"one address, written in two ways", "local ::1 {\n x = 1\n}\nlocal [0:0::1] {\n x = 2\n}\n",
	 EFFECTIVE, "local \"[0:0::1]\"/x = 2\n"},
	{"two nets", "local 10.0.0.0/8 {\n x = 1\n}\nlocal 10.0.0.0/9 {\n x = 2\n}\n", EFFECTIVE,
	 "local 10.0.0.0/8/x = 1\nlocal 10.0.0.0/9/x = 2\n"},
	{"names of hosts", "local_name A.b {\n x = 1\n}\nlocal_name a.B {\n x = 2\n}\n", EFFECTIVE,
	 "local_name a.B/x = 2\n"},
	{"its own variable", "mail_plugins = $mail_plugins a\nprotocol imap {\n mail_plugins = $mail_plugins b\n}\n"
	                     "mail_plugins = c   $mail_plugins\n",
	 EFFECTIVE, "protocol imap/mail_plugins =  a b\nmail_plugins = c  a\n"},
	{"its own variable, built in", "auth_mechanisms = $auth_mechanisms login\n", EFFECTIVE,
	 "auth_mechanisms = plain login\n"},
	{"other variables", "a = x\nb = $a  y\nc = \"$a  y\"\nd = $a$d\n", EFFECTIVE,
	 "a = x\nb = $a y\nc = $a  y\nd = $a$d\n"},
	{"other names", "mail = a\nmail_location = b\nnamespace x {\n mail = c\n location = d\n}\n", EFFECTIVE,
	 "mail_location = b\nnamespace x/location = d\n"},
	{"1.x: auth", "auth_debug = no\nauth a {\n debug = yes\n passdb pam {\n }\n passdb pam {\n  args = x\n }\n"
	              " socket listen {\n  client {\n   path = /c\n  }\n }\n}\nauth b {\n debug = no\n}\n",
	 EFFECTIVE, "auth a/passdb pam[2]/args = x\nauth a/socket listen/client/path = /c\nauth b/debug = no\n"},
	{"empty blocks", "passdb {\n}\nservice a {\n unix_listener b {\n }\n}\nx = 1\nprotocol c {\n y = 2\n}\n",
	 BLOCKS, "passdb/ = \nservice a/unix_listener b/ = \nx = 1\nprotocol c/y = 2\n"},
	{"an odd name", "mailbox \"a 'b' c\" {\n auto = no\n}\n", EFFECTIVE,
	 "mailbox \"a 'b' c\"/auto = no\n"},

	{"2.4: names in a list of filters",
	 V "passdb sql {\n query = 1\n passdb_sql_query = 2\n}\npassdb_sql_query = 3\n", EFFECTIVE,
	 V "passdb sql/passdb_sql_query = 2\npassdb_sql_query = 3\n"},
	{"2.4: names in a filter", V "auth_policy_server_url = 1\nauth_policy {\n server_url = 2\n ssl = no\n}\n",
	 EFFECTIVE, V "auth_policy/server_url = 2\nauth_policy/ssl = no\n"},
	{"2.4: a name for itself", V "mysql h {\n host = x\n}\nmysql h {\n port = 1\n}\n", EFFECTIVE,
	 V "mysql h/port = 1\n"},
	{"2.4: words", V "mail_plugins = a \"b c\" d\nmail_plugins {\n a = no\n e = yes\n}\n", EFFECTIVE,
	 V "mail_plugins = \"b c\" d e\n"},
	{"2.4: words, anew", V "mail_plugins {\n a = yes\n}\nmail_plugins = b\n", EFFECTIVE,
	 V "mail_plugins = b\n"},
	{"2.4: words, one by one", V "mail_plugins {\n a = yes\n b = no\n}\nprotocol imap {\n mail_plugins/c = yes\n}\n",
	 EFFECTIVE, V "mail_plugins/a = yes\nmail_plugins/b = no\nprotocol imap/mail_plugins/c = yes\n"},
	{"2.4: words, written", V "mail_plugins = a\nmail_plugins {\n b = yes\n}\n", WRITTEN,
	 V "mail_plugins = a\nmail_plugins/b = yes\n"},
	{"2.4: words, thrown away", V "mail_plugins {\n a = yes\n}\nmail_plugins = b\nmail_plugins = c\n", WRITTEN,
	 V "- mail_plugins/a = yes\n- mail_plugins = b\nmail_plugins = c\n"},
	{"2.4: texts", V "userdb x {\n fields {\n  uid = 1\n }\n fields =\n userdb_fields {\n  uid = 2\n }\n}\n", EFFECTIVE,
	 V "userdb x/fields = \nuserdb x/userdb_fields/uid = 2\n"},
	{"2.4: its own variable", V "mail_path = a\nprotocol imap {\n mail_path = $SET:mail_path/b $SET:mail_path $mail_path\n}\n",
	 EFFECTIVE, V "mail_path = a\nprotocol imap/mail_path = $SET:mail_path/b a $mail_path\n"},
	{"2.4: groups", V "group @g a {\n x = 1\n}\n@g = a\n@g = b\n", EFFECTIVE,
	 V "group \"@g a\"/x = 1\n@g = b\n"},
	{"2.4: the version counts once", V "mail_path = x\n" V, EFFECTIVE, V "mail_path = x\n"},

	{"an include, in its place", "== dovecot.conf\na = 1\nb = 1\n!include x\nb = 3\n== x\na = 2\nb = 2\n",
	 EFFECTIVE, "a = 2\nb = 3\n"},
	{"an include inside a block", "== dovecot.conf\nprotocol imap {\n!include x\n}\n== x\na = 1\n", EFFECTIVE,
	 "protocol imap/a = 1\n"},
	{"an include that closes", "== dovecot.conf\nprotocol a {\n!include x\nc = 3\n}\n== x\na = 1\n}\nb = 2\nprotocol d {\n",
	 EFFECTIVE, "protocol a/a = 1\nb = 2\nprotocol d/c = 3\n"},
	{"includes by pattern", "== dovecot.conf\n!include {y,x}*\n== x1\na = x1\n== x2\na = x2\n== y1\na = y1\nb = y1\n",
	 WRITTEN, "- a = y1\nb = y1\n- a = x1\na = x2\n"},
	{"in the order of bytes", "== dovecot.conf\n!include [ab0-9A-Z]*\n== a\nx = a\n== B\nx = B\n== 10\nx = 10\n== 9\nx = 9\n",
	 WRITTEN, "- x = 10\n- x = 9\n- x = B\nx = a\n"},
	{"a file twice", "== dovecot.conf\nplugin {\n!include x\n}\n!include ./x\n== x\na = 1\n", EFFECTIVE,
	 "plugin/a = 1\na = 1\n"},
	{"from the folder of the includer", "== dovecot.conf\n!include d/x\n== d/x\n!include y\n== d/y\na = 1\n== y\na = 2\n",
	 EFFECTIVE, "a = 1\n"},
};

/* In a folder of its own, if the name has one. */
static void write_file(const char *name, const char *text)
{
	char folder[100];

	snprintf(folder, sizeof folder, "%s", name);
	if (strchr(folder, '/') != NULL) {
		*strchr(folder, '/') = '\0';
		mkdir(folder, 0755);
	}
	folder_write(name, text);
}

static void write_files(const char *text)
{
	char name[100], *copy = strdup(text), *at = copy;

	if (strncmp(text, "== ", 3) != 0)
		folder_write("dovecot.conf", text);
	while (strncmp(at, "== ", 3) == 0) {
		char *line_end = strchr(at, '\n'), *end = strstr(line_end, "\n== ");

		snprintf(name, sizeof name, "%.*s", (int)(line_end - at - 3), at + 3);
		if (end != NULL)
			*end = '\0';
		if (end == NULL) {
			write_file(name, line_end + 1);
			break;
		}
		/* The line end before the next name belongs to the file. */
		struct reeve_buf buf;
		reeve_buf_init(&buf, 10000);
		reeve_buf_add_text(&buf, line_end + 1);
		reeve_buf_add_text(&buf, "\n");
		write_file(name, reeve_buf_text(&buf));
		reeve_buf_dispose(&buf);
		at = end + 1;
	}
	free(copy);
}

static struct reeve_conf *open_conf(const struct reeve_talk *talk)
{
	struct reeve_conf_how how = {.path = "dovecot.conf", .talk = talk};
	struct reeve_error err = {0};
	struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_DOVECOT, &how, &err);

	ck_assert_msg(conf != NULL, "%s", err.text);
	return conf;
}

START_TEST(lists)
{
	struct reeve_conf *conf;
	struct reeve_buf out;

	folder_enter();
	write_files(rows[_i].files);
	conf = open_conf(NULL);
	struct reeve_conf_list *list = reeve_conf_list(conf, rows[_i].flags, NULL);
	reeve_buf_init(&out, 10000);
	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);

		reeve_buf_add_text(&out, row->is_shadowed ? "- " : "");
		reeve_buf_add_text(&out, row->path);
		reeve_buf_add_text(&out, " = ");
		reeve_buf_add_text(&out, row->value);
		reeve_buf_add_text(&out, "\n");
	}
	ck_assert_msg(strcmp(reeve_buf_text(&out), rows[_i].list) == 0, "%s:\n%s\nand not\n%s",
	              rows[_i].name, reeve_buf_text(&out), rows[_i].list);
	reeve_buf_dispose(&out);
	reeve_conf_list_free(list);
	reeve_conf_close(conf);
	folder_leave();
}
END_TEST

/* ---- one setting --------------------------------------------------------------------------- */

static const char sample[] = "== dovecot.conf\n"
			     "listen = a\n"
			     "listen = b\n"
			     "auth_mechanisms = $auth_mechanisms x\n"
			     "passdb {\n driver = c\n}\n"
			     "passdb {\n driver = d\n}\n"
			     "service auth {\n unix_listener /a/b {\n  mode = e\n }\n}\n"
			     "!include x\n"
			     "== x\n"
			     "# x\n"
			     "protocol imap {\n\tmail_plugins = f\n}\n";

/* A block without name beside those that have one: its PATH has none. */
static const char sample_named[] = "passdb {\n args = e\n}\n"
				   "passdb pam {\n args = f\n driver = g\n}\n"
				   "userdb a {\n args = h\n}\n"
				   "userdb b {\n args = i\n}\n";

/* A type with a slash, and one that is written so in a PATH. */
static const char sample_slash[] = "service/auth {\n x = g\n}\n"
				   "service auth {\n x = h\n}\n"
				   "service imap {\n x = i\n}\n";

/* Of auth_x, and of x, which is set once more. */
static const char sample_auth[] = "auth a {\n x = e\n x = $y\n}\nx = f\n";

static const char sample_24[] = V "passdb sql {\n query = a\n}\n"
				  "mail_plugins = b c\n"
				  "protocol imap {\n mail_plugins {\n  d = yes\n }\n}\n"
				  "auth_policy {\n server_url = e\n}\n"
				  "userdb ldap {\n ldap_filter = f\n}\n";

static const struct {
	const char *files, *path;
	unsigned int flags;
	int result;
	const char *said; /* "value FILE:LINE:COLUMN" */
} get_rows[] = {
	{sample, "listen", 0, 1, "b dovecot.conf:2:1"},
	{sample, "listen", EFFECTIVE, 1, "b dovecot.conf:2:1"},
	{sample, "nothing", 0, 0, NULL},
	{sample, "nothing", EFFECTIVE, 0, NULL},
	{sample, "auth_mechanisms", 0, 1, "$auth_mechanisms x dovecot.conf:3:1"},
	{sample, "auth_mechanisms", EFFECTIVE, 1, "plain x dovecot.conf:3:1"},
	{sample, "passdb/driver", 0, -REEVE_EUSAGE, NULL},
	{sample, "passdb[1]/driver", EFFECTIVE, 1, "c dovecot.conf:5:2"},
	{sample, "passdb[2]/driver", 0, 1, "d dovecot.conf:8:2"},
	{sample, "passdb[3]/driver", 0, 0, NULL},
	{sample_slash, "service/auth/x", 0, 1, "g dovecot.conf:2:2"},
	{sample_slash, "service auth/x", EFFECTIVE, 1, "h dovecot.conf:5:2"},
	{sample_slash, "service/imap/x", 0, 1, "i dovecot.conf:8:2"},
	{sample_auth, "auth a/x", 0, 1, "$y dovecot.conf:3:2"},
	{sample_auth, "auth a/x", EFFECTIVE, 1, "e dovecot.conf:2:2"},
	{sample_named, "passdb/args", 0, 1, "e dovecot.conf:2:2"},
	{sample_named, "passdb/args", EFFECTIVE, 1, "e dovecot.conf:2:2"},
	{sample_named, "passdb pam/args", 0, 1, "f dovecot.conf:5:2"},
	{sample_named, "passdb/driver", 0, 0, NULL}, /* pam has one */
	{sample_named, "userdb/args", 0, -REEVE_EUSAGE, NULL},
	{sample, "service auth/unix_listener /a/b/mode", 0, 1, "e dovecot.conf:12:3"},
	{sample, "service auth/unix_listener \"/a/b\"/mode", 0, 1, "e dovecot.conf:12:3"},
	{sample, "protocol imap/mail_plugins", EFFECTIVE, 1, "f x:3:2"},
	{sample, "", 0, -REEVE_EUSAGE, NULL},
	{sample, "protocol imap/", 0, -REEVE_EUSAGE, NULL},
	{sample_24, "passdb sql/query", EFFECTIVE, 1, "a dovecot.conf:3:2"},
	{sample_24, "passdb sql/sql_query", EFFECTIVE, 1, "a dovecot.conf:3:2"},
	{sample_24, "passdb sql/passdb_sql_query", EFFECTIVE, 1, "a dovecot.conf:3:2"},
	{sample_24, "passdb sql/passdb_sql_query", 0, 0, NULL},
	{sample_24, "passdb_sql_query", EFFECTIVE, 0, NULL},
	{sample_24, "mail_plugins", EFFECTIVE, 1, "b c dovecot.conf:5:1"},
	{sample_24, "mail_plugins/c", EFFECTIVE, 1, "yes dovecot.conf:5:1"},
	{sample_24, "mail_plugins/d", EFFECTIVE, 0, NULL},
	{sample_24, "protocol imap/mail_plugins/d", EFFECTIVE, 1, "yes dovecot.conf:8:3"},
	{sample_24, "protocol imap/mail_plugins", EFFECTIVE, 1, "d dovecot.conf:8:3"},
	{V "mail_plugins = quota\n", "mail_plugins", EFFECTIVE, 1, "quota dovecot.conf:2:1"},
	{V "mail_plugins {\n a = yes\n b = no\n}\nmail_plugins/c = yes\n", "mail_plugins", EFFECTIVE, 1,
	 "a c dovecot.conf:6:1"},
	{V "mail_plugins {\n a = yes\n}\n", "mail_plugins", 0, 0, NULL},
	{V "protocol imap {\n mail_plugins {\n  a = yes\n }\n}\n", "mail_plugins", EFFECTIVE, 0, NULL},
	{sample_24, "auth_policy/server_url", EFFECTIVE, 1, "e dovecot.conf:12:2"},
	{sample_24, "auth_policy_server_url", EFFECTIVE, 1, "e dovecot.conf:12:2"},
	{sample_24, "userdb ldap/filter", EFFECTIVE, 1, "f dovecot.conf:15:2"},
};

START_TEST(gets)
{
	struct reeve_conf_setting setting = {0};
	struct reeve_error err = {0};
	char said[1000] = "";

	folder_enter();
	write_files(get_rows[_i].files);
	struct reeve_conf *conf = open_conf(NULL);
	int r = reeve_conf_get(conf, get_rows[_i].path, get_rows[_i].flags, &setting, &err);
	if (r > 0)
		snprintf(said, sizeof said, "%s %s:%d:%d", setting.value, setting.file, (int)setting.line,
		         (int)setting.column);
	ck_assert_msg((r < 0 ? -(int)err.code : r) == get_rows[_i].result, "'%s': %d %s",
	              get_rows[_i].path, r, err.text);
	ck_assert_msg(r <= 0 || strcmp(said, get_rows[_i].said) == 0, "'%s': %s", get_rows[_i].path, said);
	reeve_conf_close(conf);
	folder_leave();
}
END_TEST

Suite *suite_dovecot_eval(void)
{
	Suite *suite = suite_create("conf/dovecot_eval");
	TCase *tcase = tcase_create("tables");

	tcase_add_loop_test(tcase, lists, 0, sizeof rows / sizeof rows[0]);
	tcase_add_loop_test(tcase, gets, 0, sizeof get_rows / sizeof get_rows[0]);
	suite_add_tcase(suite, tcase);
	return suite;
}
