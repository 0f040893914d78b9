/* SPDX-License-Identifier: MIT */
/*
 * Every rule: a small file is made from its row, and it has to be this row that changes it, and not
 * one above it. What comes out is written by hand in test_migrate.c; here it is seen that what was
 * old is gone, and that a second migration finds nothing.
 */
#include "folder.h"
#include "unit.h"

#include "migrate/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
	char bytes[2000];
	size_t n;
};

static void add(struct text *text, const char *bytes, size_t n)
{
	ck_assert_uint_lt(text->n + n, sizeof text->bytes);
	memcpy(text->bytes + text->n, bytes, n);
	text->n += n;
	text->bytes[text->n] = '\0';
}

static void add_text(struct text *text, const char *bytes)
{
	add(text, bytes, strlen(bytes));
}

/* A pattern as a text that it matches. */
static void add_sample(struct text *text, const char *pattern, size_t n, const char *star)
{
	for (size_t i = 0; i < n; i++)
		if (pattern[i] == '*')
			add_text(text, star);
		else if (pattern[i] == '#')
			add_text(text, "30");
		else if (pattern[i] != '<')
			add(text, pattern + i, 1);
		else
			i += 2; /* "<n>": no digits */
}

static void add_value(struct text *text, const char *pattern)
{
	if (*pattern == '\0')
		add_text(text, "x1");
	else if (strcmp(pattern, "empty") == 0)
		return;
	else if (strcmp(pattern, "#") == 0 || strncmp(pattern, "# <", 3) == 0)
		add_text(text, strcmp(pattern, "#") == 0 ? "2000" : "7");
	else if (strcmp(pattern, "script") == 0)
		add_text(text, "/x");
	else if (strcmp(pattern, "port") == 0)
		add_text(text, "10.0.0.1:99");
	else if (strncmp(pattern, "word ", 5) == 0) {
		add_text(text, "aa ");
		add_text(text, pattern + 5);
		add_text(text, " bb");
	} else
		add_sample(text, pattern, strlen(pattern), "a");
}

/* Blocks of the first alternative of a context, opened. Returns how many. */
static int open_blocks(struct text *text, const char *context)
{
	const char *end = strstr(context, ", ");
	size_t n = end == NULL ? strlen(context) : (size_t)(end - context);
	int count = 0;

	for (size_t at = 0; at < n;) {
		size_t step = strcspn(context + at, "/,");

		if (at + step > n)
			step = n - at;
		if (strncmp(context + at, "root", step) != 0 &&
		    strncmp(context + at, "filter", step) != 0) {
			add_sample(text, context + at, step, "imap");
			if (memchr(context + at, ' ', step) == NULL &&
			    strncmp(context + at, "plugin", 6) != 0 &&
			    strncmp(context + at, "auth", 4) != 0 &&
			    strncmp(context + at, "userdb", 6) != 0)
				add_text(text, " y");
			else if (strncmp(context + at, "auth", step) == 0)
				add_text(text, " default");
			add_text(text, " {\n");
			count++;
		}
		at += step + 1;
	}
	return count;
}

/* What makes a file one of that version, without being near to any other row. */
static const char *era(int from)
{
	return from == MIGRATE_1_0   ? "mmap_no_write = yes\n"
	       : from == MIGRATE_1_1 ? "login_greeting_capability = yes\n"
	                             : "mail_log_max_lines_per_sec = 1\n";
}

/* Blocks that a row is about, and what they need around them or in them. */
static void make_file(struct text *text, const struct migrate_rule *rule)
{
	const struct reeve_migrate_rule *row = &rule->row;
	int depth;

	if (rule->is_era)
		add_text(text, era(rule->from));
	if (rule->is_late)
		add_text(text, "ssl_parameters_regenerate = 1\n");
	depth = open_blocks(text, row->context);
	add_sample(text, row->old_name, strlen(row->old_name) - (rule->is_block ? 1 : 0),
	           "default");
	if (rule->is_block) {
		add_text(text, "\n");
		if (strcmp(row->new_path, "socket") == 0)
			add_text(text, "path = /x/a-master\n");
		depth++;
	} else {
		add_text(text, " = ");
		add_value(text, row->old_value);
		add_text(text, "\n");
	}
	while (depth-- > 0)
		add_text(text, "}\n");
}

static const struct reeve_migrate_change *change_by(struct reeve_migrate *migrate,
                                                    const struct reeve_migrate_rule *rule)
{
	for (size_t i = 0; i < reeve_migrate_change_count(migrate); i++) {
		const struct reeve_migrate_change *change = reeve_migrate_change_at(migrate, i);

		if (change->rule->hop == rule->hop &&
		    strcmp(change->rule->old_name, rule->old_name) == 0 &&
		    strcmp(change->rule->context, rule->context) == 0 &&
		    strcmp(change->rule->old_value, rule->old_value) == 0)
			return change;
	}
	return NULL;
}

static struct reeve_migrate *migrate_text(const char *text)
{
	struct reeve_migrate_how how = {.path = "dovecot.conf"};
	struct reeve_error err = {0};

	folder_write("dovecot.conf", text);
	struct reeve_migrate *migrate = reeve_migrate_open(&how, &err);
	ck_assert_msg(migrate != NULL && reeve_migrate_run(migrate, "2.3", &err) >= 0, "%s",
	              err.text);
	return migrate;
}

static void try_row(size_t i)
{
	struct migrate_rules rules;
	struct reeve_error err = {0};
	struct text text = {.n = 0};

	ck_assert_msg(reeve_migrate_rules_read(&rules, &reeve_migrate_rows[i], 1, &err) == 0, "%s",
	              err.text);
	const struct migrate_rule *rule = &rules.rows[0];
	if (rule->action == MIGRATE_NEW || rule->action == MIGRATE_ADVICE) {
		reeve_migrate_rules_dispose(&rules);
		return;
	}
	make_file(&text, rule);
	folder_enter();

	struct reeve_migrate *migrate = migrate_text(text.bytes);
	const struct reeve_migrate_change *change = change_by(migrate, &rule->row);
	/* What keeps its value is no change: a row that says "the prefix is there already". */
	bool is_idle =
		(rule->action == MIGRATE_VALUE && strcmp(rule->row.new_value, "{}") == 0) ||
		strcmp(rule->row.old_name, "namespace private {}") == 0; /* but a second one */
	ck_assert_msg(is_idle || change != NULL, "%s of %s does not match\n%s", rule->row.old_name,
	              rule->row.hop, text.bytes);

	struct reeve_conf_file file = reeve_migrate_file(migrate, 0);
	struct text after = {.n = 0};
	add(&after, file.new_bytes, file.new_size);
	if (rule->action == MIGRATE_RENAME || rule->action == MIGRATE_REMOVE ||
	    rule->action == MIGRATE_MOVE) {
		char old[100];

		snprintf(old, sizeof old, "\n%s =", rule->row.old_name);
		ck_assert_msg(strstr(after.bytes, old) == NULL, "%s is still there:\n%s", old,
		              after.bytes);
	}
	if (rule->action == MIGRATE_RENAME)
		ck_assert_msg(*change->after != '\0', "%s became nothing", rule->row.old_name);
	reeve_migrate_close(migrate);

	migrate = migrate_text(after.bytes);
	file = reeve_migrate_file(migrate, 0);
	ck_assert_msg(file.new_bytes == file.old_bytes, "a second time changes\n%s\nto\n%.*s",
	              after.bytes, (int)file.new_size, (const char *)file.new_bytes);
	reeve_migrate_close(migrate);
	folder_leave();
	reeve_migrate_rules_dispose(&rules);
}

/* A process for each row would take longer than the rows. */
enum { PARTS = 8 };

START_TEST(row)
{
	for (size_t i = (size_t)_i; i < reeve_migrate_row_count; i += PARTS)
		try_row(i);
}
END_TEST

/* ---- patterns ------------------------------------------------------------------------------ */

static const struct {
	const char *pattern, *value;
	bool is_match;
} values[] = {
	{"", "", true},
	{"", "x", true},
	{"empty", "", true},
	{"empty", "x", false},
	{"yes", "YES", true},
	{"yes", "yess", false},
	{"#", "0", false},
	{"#", "10", true},
	{"#", "10s", false},
	{"#", "", false},
	{"# <1024", "1023", true},
	{"# <1024", "1024", false},
	{"word b", "a, b", true},
	{"word b", "a,bb", false},
	{"port", "*:143", true},
	{"port", "[::]:143", true},
	{"port", "[::]", false},
	{"port", "::1", false},
	{"port", "*, 10.0.0.1", false},
	{"port", "host:1", true},
	{"script", "/usr/lib/dovecot/imap", false},
	{"script", "pop3 -x", false},
	{"script", "", false},
	{"script", "/usr/lib/dovecot/rawlog /usr/lib/dovecot/imap", true},
	{"script", "/usr/local/bin/my-imap", true},
	{"* #", "Trash 7", true},
	{"* #", "Trash", false},
	{"* /*", "storage=95%% /x y", true},
	{"* /*", "storage=95%% x /y", true},
	{"* /*", "/x", false},
	{"maildir:storage=*", "maildir:storage=", true},
};

START_TEST(value)
{
	const char *star;
	size_t n;

	ck_assert_msg(reeve_migrate_match_value(values[_i].pattern, values[_i].value, &star, &n) ==
	                      values[_i].is_match,
	              "'%s' and '%s'", values[_i].pattern, values[_i].value);
}
END_TEST

static const struct {
	const char *context;
	struct migrate_block blocks[3];
	bool is_match;
} contexts[] = {
	{"root", {{NULL, NULL}}, true},
	{"root", {{"plugin", ""}}, false},
	{"auth", {{"auth", "default"}}, true},
	{"auth", {{"auth", "default"}, {"passdb", "pam"}}, false},
	{"auth/passdb pam", {{"auth", "default"}, {"passdb", "pam"}}, true},
	{"auth/passdb pam", {{"auth", "default"}, {"passdb", "sql"}}, false},
	{"filter", {{NULL, NULL}}, true},
	{"filter", {{"protocol", "imap"}}, true},
	{"filter", {{"remote", "1"}, {"protocol", "imap"}}, true},
	{"filter", {{"plugin", ""}}, false},
	{"filter/plugin", {{"plugin", ""}}, true},
	{"filter/plugin", {{"protocol", "lda"}, {"plugin", ""}}, true},
	{"filter/plugin", {{"protocol", "lda"}}, false},
	{"root, protocol *", {{"protocol", "x"}}, true},
	{"root, protocol *", {{NULL, NULL}}, true},
	{"root, protocol *", {{"local", "x"}}, false},
	{"root/service stats", {{"service", "stats"}}, true},
};

START_TEST(context)
{
	size_t n = 0;

	while (n < 3 && contexts[_i].blocks[n].type != NULL)
		n++;
	ck_assert_msg(reeve_migrate_match_context(contexts[_i].context, contexts[_i].blocks, n) ==
	                      contexts[_i].is_match,
	              "'%s', row %d", contexts[_i].context, _i);
}
END_TEST

static const struct reeve_migrate_rule bad[] = {
	{"1.2", "any", "root", "a", "", "remove", "", "", "", "x"},
	{"1.2-2.1", "any", "root", "a", "", "remove", "", "", "", "x"},
	{"1.2-2.0", "now", "root", "a", "", "remove", "", "", "", "x"},
	{"1.2-2.0", "any", "", "a", "", "remove", "", "", "", "x"},
	{"1.2-2.0", "any", "root", "", "", "remove", "", "", "", "x"},
	{"1.2-2.0", "any", "root", "a", "", "removed", "", "", "", "x"},
	{"1.2-2.0", "any", "root", "a", "", "remove", "", "", "", ""},
};

START_TEST(bad_row)
{
	struct migrate_rules rules;
	struct reeve_error err = {0};

	ck_assert_int_eq(reeve_migrate_rules_read(&rules, &bad[_i], 1, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EFORMAT);
	reeve_migrate_rules_dispose(&rules);
}
END_TEST

Suite *suite_migrate_rows(void)
{
	Suite *suite = suite_create("migrate/rows");
	TCase *tcase = tcase_create("migrate_rows");

	tcase_add_loop_test(tcase, row, 0, PARTS);
	tcase_add_loop_test(tcase, value, 0, sizeof values / sizeof *values);
	tcase_add_loop_test(tcase, context, 0, sizeof contexts / sizeof *contexts);
	tcase_add_loop_test(tcase, bad_row, 0, sizeof bad / sizeof *bad);
	suite_add_tcase(suite, tcase);
	return suite;
}
