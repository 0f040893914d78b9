/* SPDX-License-Identifier: MIT */
/* Names that Dovecot 2.3 does not know where they stand: what is said of them, where, once. */
#include "folder.h"
#include "migrate_case.h"
#include "unit.h"

#include <mailreeve/migrate.h>
#include <stdio.h>
#include <string.h>

static const struct row {
	const char *name, *text; /* dovecot.conf */
	const char *said;        /* "LINE:COLUMN: BEFORE: TEXT\n" of what a person decides */
} rows[] = {
	{"known", "mail_uid = 8\nprotocol imap {\n  imap_capability = x\n}\n", ""},
	{"no version knew it", "nosuch = 5\n",
         "1:1: nosuch = ...: Dovecot 2.3 does not know nosuch here: take it out, or see what was "
         "meant\n"},
	{"mistyped", "\n\tmail_locaton = x\n",
         "2:2: mail_locaton = ...: Dovecot 2.3 does not know mail_locaton here: is mail_location "
         "meant?\n"},
	{"of a block", "idle_kill = 5s\n",
         "1:1: idle_kill = ...: Dovecot 2.3 does not know idle_kill here: it is a setting inside "
         "service { }: move it there\n"},
	{"of no block", "service auth {\n  mail_uid = 8\n}\n",
         "2:3: mail_uid = ...: Dovecot 2.3 does not know mail_uid here: it is a setting outside of "
         "this block: move it there\n"},
	{"without its prefix",
         "worker_max_count = 5\nprotocol imap {\n  client_workarounds = x\n}\n",
         "1:1: worker_max_count = ...: Dovecot 2.3 does not know worker_max_count here: is "
         "auth_worker_max_count meant?\n"
         "3:3: client_workarounds = ...: Dovecot 2.3 does not know client_workarounds here: is "
         "imap_client_workarounds meant?\n"},
	{"of a plugin", "protocol imap {\n  sieve_global_dir = /x\n}\nfts_decoder = x\n",
         "2:3: sieve_global_dir = ...: Dovecot 2.3 does not know sieve_global_dir here: settings "
         "of "
         "plugins stand in plugin { }: move it there\n"
         "4:1: fts_decoder = ...: Dovecot 2.3 does not know fts_decoder here: settings of plugins "
         "stand in plugin { }: move it there\n"},
	{"of an older version", "imap_use_modules = yes\n",
         "1:1: imap_use_modules = yes: Dovecot 2.3 does not know imap_use_modules here: it is of "
         "an older version: take it out\n"},
	{"of 2.4", "mail_path = ~/x\n",
         "1:1: mail_path = ...: Dovecot 2.3 does not know mail_path here: it is of version 2.4: "
         "take it out\n"},
	{"renamed before", "auth default {\n  digest_realm = x\n}\n",
         "2:3: digest_realm = ...: Dovecot 2.3 does not know auth_digest_realm here: take it out, "
         "or "
         "see what was meant\n"},
	{"in listeners",
         "service a {\n  unix_listener x {\n    port = 1\n    mode = 0600\n  }\n"
         "  inet_listener x {\n    port = 1\n    mode = 0600\n  }\n}\n",
         "3:5: port = ...: Dovecot 2.3 does not know port here: it is a setting inside "
         "inet_listener { }: move it there\n"
         "8:5: mode = ...: Dovecot 2.3 does not know mode here: it is a setting inside "
         "unix_listener { }: move it there\n"},
	{"blocks",
         "plugins {\n  nosuch = 1\n}\nunix_listener x {\n}\nservice x {\n  passdb {\n  }\n}\n"
         "mail_uid {\n}\nnamespace {\n  mailbox x {\n  }\n}\nnosuch {\n}\n",
         "1:1: plugins {: Dovecot 2.3 does not know plugins { } here: is plugin meant?\n"
         "4:1: unix_listener x {: Dovecot 2.3 does not know unix_listener { } here: it stands in "
         "service { }: move it there\n"
         "7:3: passdb {: Dovecot 2.3 does not know passdb { } here: it stands outside of other "
         "blocks: move it there\n"
         "10:1: mail_uid {: Dovecot 2.3 does not know mail_uid { } here: it is a setting: write it "
         "with '='\n"
         "16:1: nosuch {: Dovecot 2.3 does not know nosuch { } here: take it out, or see what was "
         "meant\n"},
	{"names that are free", "plugin {\n  nosuch = 1\n}\ndict {\n  nosuch = x\n}\n", ""},
	{"in filters",
         "local_name x {\n  protocol imap {\n    mail_uid = 8\n    plugin {\n      x = "
         "y\n    }\n  }\n}\n",
         ""},
	{"a path, words of templates", "plugin/quota = x\n@NAME@ = x\n%{y} = x\n", ""},
	{"for 2.4", "dovecot_config_version = 2.4.1\nmail_path = x\nnosuch = 1\n", ""},
};

static void get_said(struct reeve_migrate *migrate, char *said, size_t size)
{
	size_t n = 0;

	*said = '\0';
	for (size_t i = 0; i < reeve_migrate_change_count(migrate); i++) {
		const struct reeve_migrate_change *c = reeve_migrate_change_at(migrate, i);

		if (c->kind == REEVE_MIGRATE_DECIDE)
			n += (size_t)snprintf(said + n, size - n, "%llu:%llu: %s: %s\n",
			                      (unsigned long long)c->line,
			                      (unsigned long long)c->column, c->before, c->text);
	}
}

START_TEST(table)
{
	const struct row *row = &rows[_i];
	char said[2000], again[2000], text[4000];

	folder_enter();
	folder_write("dovecot.conf", row->text);
	struct reeve_migrate *migrate = migrate_case_run(row->name);
	get_said(migrate, said, sizeof said);
	ck_assert_msg(strcmp(said, row->said) == 0, "%s: said\n%swanted\n%s", row->name, said,
	              row->said);

	/* A comment above each; a second time the same is said, and nothing is written. */
	struct reeve_conf_file file = reeve_migrate_file(migrate, 0);
	snprintf(text, sizeof text, "%.*s", (int)file.new_size, (const char *)file.new_bytes);
	size_t comments = 0, lines = 0;
	for (const char *p = text; (p = strstr(p, "# mailreeve: Dovecot 2.3 ")) != NULL; p++)
		comments++;
	for (const char *p = said; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	ck_assert_msg(comments == lines, "%s: %zu comments in\n%s", row->name, comments, text);
	reeve_migrate_close(migrate);
	folder_write("dovecot.conf", text);
	migrate = migrate_case_run(row->name);
	file = reeve_migrate_file(migrate, 0);
	ck_assert_msg(file.new_bytes == file.old_bytes, "%s: changes a second time", row->name);
	get_said(migrate, again, sizeof again);
	for (const char *p = again; (p = strchr(p, '\n')) != NULL; p++)
		lines--;
	ck_assert_msg(lines == 0, "%s: a second time said\n%s", row->name, again);
	reeve_migrate_close(migrate);
	folder_leave();
}
END_TEST

/* A comment of an earlier run, of when it was something else, is enough: it is told, and none comes
 * on top. */
START_TEST(commented)
{
	static const char text[] = "# mailreeve: of 0.99: write a passdb and a userdb instead\n"
				   "auth_userinfoo = x\n";
	char said[2000];

	folder_enter();
	folder_write("dovecot.conf", text);
	struct reeve_migrate *migrate = migrate_case_run("commented");
	get_said(migrate, said, sizeof said);
	ck_assert_str_eq(said,
	                 "2:1: auth_userinfoo = ...: Dovecot 2.3 does not know auth_userinfoo "
	                 "here: take it out, or see what was meant\n");
	struct reeve_conf_file file = reeve_migrate_file(migrate, 0);
	ck_assert_uint_eq(file.new_size, sizeof text - 1);
	ck_assert_mem_eq(file.new_bytes, text, sizeof text - 1);
	reeve_migrate_close(migrate);
	folder_leave();
}
END_TEST

Suite *suite_migrate_unknown(void)
{
	Suite *suite = suite_create("migrate/unknown");
	TCase *tcase = tcase_create("migrate_unknown");

	tcase_add_loop_test(tcase, table, 0, sizeof rows / sizeof *rows);
	tcase_add_test(tcase, commented);
	suite_add_tcase(suite, tcase);
	return suite;
}
