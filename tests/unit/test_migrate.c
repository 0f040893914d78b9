/* SPDX-License-Identifier: MIT */
/* Migrations as a whole: versions, errors, what is told of lines, secrets, files with errors. What
 * becomes of settings is in test_migrate_*.c. */
#include "folder.h"
#include "migrate_case.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

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
	migrate_case_expect(
		"without sieve", migrate,
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
	static const char *const lines[] = {"auth default {", "failure_delay = 2",
	                                    "proxy_self = ...", "ssl_disable = no",
	                                    "dbox_rotate_interval = ..."};

	folder_enter();
	folder_write("dovecot.conf", "auth default {\n  failure_delay = 2\n  proxy_self = x\n}\n"
	                             "ssl_disable = no\ndbox_rotate_interval = 1\n");
	struct reeve_migrate *migrate = migrate_case_run("before");
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
		"imapc_ssl_ca_dir = /a;passwd=... | ssl_client_ca_dir = /a;passwd=...",
		"imapc_master_passwd = ... | ",
	};

	folder_enter();
	folder_write("dovecot.conf",
	             "auth default {\n  passdb pam {\n    args = blocking=no password='SE CRET' "
	             "x=y\n  }\n}\n"
	             "plugin {\n  expire_dict = mysql://ann:SE:CRET@h/x\n}\n"
	             "imapc_ssl_ca_dir = /a;passwd=SECRET;b\nimapc_master_passwd = SECRET\n");
	struct reeve_migrate *migrate = migrate_case_run("secrets");
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

/* Values of a setting with passwords, and how they are shown. */
static const struct {
	const char *value, *shown;
} hidden[] = {
	{"host=x password = SECRET user=y", "host=x password = ... user=y"},
	{"a:dnpass =\tSECRET", "a:dnpass =\t..."},
	{"pgsql://u:SEC/RET@RET@host/x y@z", "pgsql://...@host/x y@z"},
	{"a:x,passwd='a\\'SECRET b' c", "a:x,passwd=... c"},
	{"passwd=\"a SECRET\"SECRET c", "passwd=... c"},
	{"passwd=a\\ SECRET c", "passwd=... c"},
	{"passwd='SECRET c", "passwd=..."},
	{"db_pass-word=a,SECRET;SECRET c", "db_pass-word=... c"},
	{"x=y passwd= z=a@b://c", "x=y passwd= ..."},
	{"x pass:SECRET,SECRET y", "x pass:... y"},
	{"userdb_pass:\"SECRET SECRET\" y", "userdb_pass:... y"},
	{"a:b pass: c pass:", "a:b pass: c pass:"},
};

START_TEST(secrets_in_values)
{
	char text[200], want[200];
	bool was_said = false;

	/* A name that goes, and tells the version. */
	snprintf(text, sizeof text, "mail_extra_groups = %s\n", hidden[_i].value);
	snprintf(want, sizeof want, "mail_extra_groups = %s", hidden[_i].shown);
	folder_enter();
	folder_write("dovecot.conf", text);
	struct reeve_migrate *migrate = migrate_case_run("secrets");
	for (size_t i = 0; i < reeve_migrate_change_count(migrate); i++) {
		const struct reeve_migrate_change *change = reeve_migrate_change_at(migrate, i);

		ck_assert_msg(strstr(change->text, "RET") == NULL, "%s", change->text);
		ck_assert_msg(strstr(change->after, "RET") == NULL, "%s", change->after);
		ck_assert_msg(strcmp(change->before, want) == 0, "%s", change->before);
		was_said = true;
	}
	ck_assert(was_said);
	ck_assert(strstr(reeve_migrate_version(migrate).why, "RET") == NULL);
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
	struct reeve_migrate *migrate = migrate_case_run("old line");
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
	struct reeve_migrate *migrate = migrate_case_run("old line of a line that moved");
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
	Suite *suite = suite_create("migrate/migrate");
	TCase *tcase = tcase_create("migrate");

	tcase_add_loop_test(tcase, version, 0, sizeof versions / sizeof *versions);
	tcase_add_test(tcase, errors);
	tcase_add_test(tcase, before);
	tcase_add_test(tcase, secrets);
	tcase_add_loop_test(tcase, secrets_in_values, 0, sizeof hidden / sizeof *hidden);
	tcase_add_test(tcase, old_line);
	tcase_add_test(tcase, old_line_moved);
	tcase_add_loop_test(tcase, sound, 0, sizeof sounds / sizeof *sounds);
	suite_add_tcase(suite, tcase);
	return suite;
}
