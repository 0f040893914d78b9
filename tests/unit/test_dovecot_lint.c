/* SPDX-License-Identifier: MIT */
/*
 * What lint finds in Dovecot's files, and what it does not. A finding is "LINE:COLUMN S WORDS",
 * where S is N, W or P, and the words are part of its text; findings are sorted by line.
 */
#include "base/buf.h"
#include "unit.h"

#include <mailreeve/conf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define V24 "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"

static const struct {
	const char *text;
	const char *found[4];
} rows[] = {
	/* names before 2.4 */
	{"mail_location = x\nprotocol imap {\n mail_plugins = y\n}\nplugin {\n anything = z\n}\n",
         {0}},
	{"mail_locaton = x\n", {"1:1 W is it 'mail_location'?"}},
	{"protocol imap {\n  mail_plugin = x\n}\n", {"2:3 W is it 'mail_plugins'?"}},
	{"zzzzzzzz = x\n", {"1:1 W unknown setting 'zzzzzzzz'"}},
	{"service imap {\n proces_limit = 1\n}\n", {"2:2 W is it 'process_limit'?"}},
	{"service imap {\n unix_listener x {\n mode = 1\n}\n}\n", {0}},
	{"driver = pam\n", {"1:1 W one inside 'passdb'"}},
	{"passdb {\n mail_debug = yes\n}\n", {"2:2 W one outside of blocks"}},
	{"mail_driver = maildir\n", {"1:1 W new in Dovecot 2.4"}},
	{"protocl imap {\n}\n", {"1:1 W is it 'protocol'?"}},
	{"zzzz {\n}\n", {"1:1 W unknown block 'zzzz'"}},
	{"auth default {\n mechanisms = plain\n passdb pam {\n }\n socket listen {\n client {\n "
         "path = x\n }\n }\n}\n",
         {0}},
	{"default_mail_env = x\n", {0}},
	{"plugin/quota = x\n", {0}},

	/* names of 2.4 */
	{V24 "mail_driver = maildir\npassdb sql {\n query = x\n passdb_sql_query = y\n}\n",
         {"5:2 W 'query' is not used"}},
	{V24 "mail_plugins {\n anything = yes\n}\n@group = x\n", {0}},
	{V24 "mail_location = x\n", {"3:1 W before 2.4"}},
	{V24 "mail_drver = x\n", {"3:1 W is it 'mail_driver'?"}},
	{V24 "zzzz {\n}\n", {"3:1 W unknown block 'zzzz'"}},
	{V24 "quota user {\n warning x {\n threshold = over\n}\n}\n", {0}},
	{V24 "passdb shadow {\n}\n", {"3:1 W no passdb 'shadow'"}},
	{"listen = *\n" V24, {"1:1 P before dovecot_config_version"}},
	{"# a\n\ndovecot_config_version = 2.4.0\n", {"1:1 P dovecot_storage_version"}},

	/* set again */
	{"listen = *\nlisten = ::\n", {"1:1 W set again in line 2"}},
	{"mail_plugins = a\nmail_plugins = $mail_plugins b\n", {0}},
	{"service a {\n user = x\n}\nservice a {\n user = y\n}\n", {"2:2 W set again in line 5"}},
	{"passdb {\n driver = a\n}\npassdb {\n driver = b\n}\n", {0}},
	{"plugin {\n a = b\n}\nplugin {\n a = c\n}\n", {"2:2 W set again in line 5"}},
	{"protocol imap {\n mail_plugins = a\n}\nmail_plugins = b\n",
         {"4:1 W too late for the block in line 2"}},
	{"mail_plugins = b\nprotocol imap {\n mail_plugins = a\n}\n", {0}},
	{"service imap {\n user = a\n}\nprotocol imap {\n ssl = no\n}\n", {0}},

	/* braces */
	{"protocol imap {\n  mail_plugins = x\n", {"1:1 P a '}' is missing"}},
	{"protocol imap {\n  mail_plugins = x\nservice a {\n}\n", {"1:1 P missing before line 3"}},
	{"}\n", {"1:1 P closes nothing"}},
	{"listen = x }\n", {"1:10 W '}' is part of the value"}},
	{"listen = x {\n", {"1:10 W '{' is part of the value"}},
	{"mail_location = %{x}\n", {0}},
	{"service imap { user = x }\n", {"1:16 P behind '{'"}},

	/* comments, quotes, continuations */
	{"login_greeting = it's # x\n", {"1:18 W the comment is part of the value"}},
	{"login_greeting = \"it's\" # x\n", {0}},
	{"login_greeting = a#b\n", {"1:19 W no blank"}},
	{"login_greeting = \"a\" b\n", {"1:18 W the quote is part of the value"}},
	{"login_greeting = \"a\" \"b\"\n", {"1:18 W quotes inside"}},
	{"login_greeting = \"a\\\"b\"\n", {0}},
	{"login_greeting = a \\\n# b\n", {"1:1 W lost"}},
	{"\xef\xbb\xbflisten = *\n", {"1:1 P byte order mark"}},

	/* variables */
	{"login_greeting = $ecret\n", {"1:18 W '$ecret' is no setting"}},
	{"login_greeting = \"$ecret\" \n", {0}},
	{"mail_location = maildir:~/%u\n", {0}},
	{V24 "mail_path = ~/%u\n", {"3:13 W '%u' is plain text since 2.4: %{user}"}},
	{V24 "mail_path = ~/%Ld\n", {"3:13 W '%d' is plain text"}},
	{V24 "mail_path = ~/%{user}/100%%u/%2Fu/%Y\n", {0}},
	{V24 "mail_plugins = $mail_plugins a\n", {"3:16 W '$mail_plugins' is plain text"}},
	{V24 "mail_path = $SET:mail_home\n", {0}},
	{V24 "login_greeting = \"a\\eb\"\n", {"3:18 W since 2.4.2"}},
	{V24 "login_greeting = \"a\\\\b\"\n", {0}},

	/* types */
	{"mail_debug = true\n", {"1:14 P 'true' is neither yes nor no"}},
	{"mail_debug = Y\nmail_fsync = never\n", {0}},
	{"mail_debug = \n", {"1:14 P '' is neither yes nor no"}},
	{"mail_debug = %{x}\n", {0}},
	{"default_vsz_limit = 256 MiB\n", {0}},
	{"default_vsz_limit = 1.5G\n", {"1:21 P no fractions"}},
	{"default_vsz_limit = 256MBs\n", {"1:21 P units are B, K"}},
	{"default_vsz_limit = unlimited\n", {"1:21 P no size"}},
	{V24 "default_vsz_limit = unlimited\n", {0}},
	{"default_client_limit = 1k\n", {"1:24 P takes no unit"}},
	{"default_client_limit = many\n", {"1:24 P no number"}},
	{"mailbox_idle_check_interval = 1 ho\n", {0}},
	{"mailbox_idle_check_interval = 1h30m\n", {"1:31 P one number"}},
	{"mailbox_idle_check_interval = 60\n", {"1:31 P without a unit"}},
	{"mailbox_idle_check_interval = 0\n", {0}},
	{"auth_cache_ttl = 3600\n", {0}},
	{"service imap {\n vsz_limit = 1X\n}\n", {"2:14 P units are"}},
	{"plugin {\n mail_debug = true\n}\n", {0}},
	{V24 "service imap {\n vsz_limit = 1X\n}\n", {"4:14 P units are"}},

	/* files: b.conf is there */
	{"ssl_cert = </nonexistent\n", {"1:13 N '/nonexistent' is not there"}},
	{"ssl_cert = </dev/null\nssl_key = <b.conf\n", {0}},
	{"ssl_cert = <c.conf\n", {"1:13 N 'c.conf' is not there"}},
	{"ssl_cert = </nonexistent/%{x}\n", {0}},
	{"protocol imap {\n ssl_cert = </nonexistent\n}\n", {"2:14 N is not there"}},
	{V24 "login_greeting = </nonexistent\n", {"3:19 N is not there"}},
	{"ssl_cert = /etc/x.pem\n", {"1:12 W write </etc/x.pem"}},
	{"local ::1 {\n ssl_client_key = /etc/x.pem\n}\n", {"2:19 W write </etc/x.pem"}},
	{"ssl_dh = -----BEGIN\nssl_client_ca_file = /etc/x.pem\n", {0}},
	{"ssl_cert_file = /etc/x.pem\n", {0}},

	/* protocols, modes */
	{"protocols = imap lda\n", {"1:13 P no Dovecot has a protocol 'lda'"}},
	{"protocols = imap pop3 lmtp sieve submission\n", {0}},
	{"protocols = imaps pop3s managesieve $protocols\n", {0}},
	{"protocols = none\n", {0}},
	{"protocols = imap {% if x %}pop3{% endif %}\n", {0}},
	{"protocols = imap none\n", {"1:13 P 'none'"}},
	{"protocols = imap x\nservice x {\n protocol = x\n}\n", {0}},
	{V24 "protocols = imap lda\n", {"3:13 P 'lda'"}},
	{V24 "protocols {\n imap = yes\n lda = yes\n}\n", {"5:2 P 'lda'"}},
	{V24 "protocols = imaps\n", {"3:13 P 'imaps'"}},
	{"service imap {\n unix_listener x {\n mode = 666\n}\n}\n", {"3:9 W write 0666"}},
	{"service imap {\n fifo_listener x {\n mode = 0666\n}\n}\n", {0}},
	{V24 "service imap {\n unix_listener x {\n mode = 660\n}\n}\n", {"5:9 W write 0660"}},

	/* includes: b.conf is there, and empty */
	{"!include b.conf\n!include b.conf\n", {"2:1 W read a second time"}},
	{"!include b.conf\nprotocol imap {\n !include b.conf\n}\n", {0}},
	{"!include c.conf\n", {"1:1 P no file matches"}},
	{"!include_try c.conf\n", {0}},
};

struct finding {
	uint64_t line, column;
	char text[300];
};

static struct finding findings[20];
static size_t count;

static void tell(void *user, const struct reeve_diag *diag)
{
	size_t i = count;

	(void)user;
	ck_assert_uint_lt(count, 20);
	for (; i > 0 && findings[i - 1].line > diag->line; i--)
		findings[i] = findings[i - 1];
	findings[i].line = diag->line;
	findings[i].column = diag->column;
	snprintf(findings[i].text, sizeof findings[i].text, "%c %s", "NWP"[diag->severity],
	         diag -> text);
	count++;
}

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[200];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "wb");
	ck_assert(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

START_TEST(table)
{
	char folder[] = "/tmp/reeve-lint-XXXXXX", path[200];
	struct reeve_talk talk = {.diag = tell};
	struct reeve_conf_how how = {.path = path, .talk = &talk};
	struct reeve_error err = {0};
	size_t expected = 0;
	long warnings = 0;

	count = 0;
	ck_assert(mkdtemp(folder) != NULL);
	write_file(folder, "dovecot.conf", rows[_i].text);
	write_file(folder, "b.conf", "");
	snprintf(path, sizeof path, "%s/dovecot.conf", folder);
	struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_DOVECOT, &how, &err);
	ck_assert_msg(conf != NULL, "%s", err.text);
	long found = reeve_conf_lint(conf, &err);

	for (size_t i = 0; i < count; i++)
		warnings += findings[i].text[0] != 'N';
	ck_assert_msg(found == warnings, "'%s': %ld findings, not %ld", rows[_i].text, found,
	              warnings);
	while (expected < 4 && rows[_i].found[expected] != NULL) {
		char where[40];
		int n = snprintf(where, sizeof where, "%ju:%ju ",
		                 (uintmax_t)findings[expected].line,
		                 (uintmax_t)findings[expected].column);
		const char *row = rows[_i].found[expected], *is = findings[expected].text;

		ck_assert_msg(expected < count, "'%s': not found: %s", rows[_i].text, row);
		ck_assert_msg(strncmp(row, where, (size_t)n) == 0 && row[n] == is[0] &&
		                      strstr(is, row + n + 2) != NULL,
		              "'%s': %s%s\nnot %s", rows[_i].text, where, is, row);
		expected++;
	}
	ck_assert_msg(count == expected, "'%s': %s", rows[_i].text, findings[expected].text);
	reeve_conf_close(conf);
	unlink(path);
	snprintf(path, sizeof path, "%s/b.conf", folder);
	unlink(path);
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

Suite *suite_dovecot_lint(void)
{
	Suite *s = suite_create("conf/dovecot_lint");
	TCase *c = tcase_create("dovecot_lint");

	tcase_add_loop_test(c, table, 0, sizeof rows / sizeof rows[0]);
	suite_add_tcase(s, c);
	return s;
}
