/* SPDX-License-Identifier: MIT */
/* !include: what is found, what is told, and where it ends. */
#include "base/buf.h"
#include "conf/dovecot_walk.h"
#include "folder.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files of all rows: */
static const struct {
	const char *name, *text;
} files[] = {
	{"a", "a = 1\n"},
	{"r/etc/dovecot/dovecot.conf", "!include /etc/dovecot/d/*\n!include ../../../a\n!include link\n"},
	{"r/etc/dovecot/d/1", "one = 1\n"},
	{"r/etc/dovecot/d/2", "two = 2\n"},
	{"itself", "x = 1\n  !include itself\n"},
	{"pair", "!include other\ny = 1\n"},
	{"other", "!include pair\nz = 1\n"},
	{"spelt", "s = 1\n!include ./spelt\n"},
};

static const struct {
	const char *name, *root, *text, *path; /* text of dovecot.conf, or another path to open */
	const char *walked;                    /* the names of settings, as they are met */
	const char *said;
} rows[] = {
	{"missing", NULL, "!include nope\n!include_try nope\na = 1\n", NULL, "a ",
	 "dovecot.conf:1:1: no file matches 'nope'\n"},
	{"missing in a block", NULL, "b {\n  !include \"a\"\n}\n", NULL, "",
	 "dovecot.conf:2:3: no file matches '\"a\"'\n"},
	{"nothing", NULL, "!include\n", NULL, "", "dovecot.conf:1:1: no file matches ''\n"},
	{"home", NULL, "!include ~/a\n", NULL, "", "dovecot.conf:1:1: no file matches '~/a'\n"},
	{"a comment behind", NULL, "!include a # b\n", NULL, "a ", ""},
	{"goes on", NULL, "!include \\\n  a\n", NULL, "a ", ""},
	{"a folder", NULL, "!include d\n!include_try d\n", NULL, "",
	 "dovecot.conf:1:1: 'd' is a folder, of which nothing is read\n"},
	{"no file", NULL, "!include fifo\n", NULL, "",
	 "dovecot.conf:1:1: 'fifo' is not a regular file\n"},
	{"itself", NULL, NULL, "itself", "x ", "itself:2:3: 'itself' is not read: it would include itself\n"},
	{"each other", NULL, NULL, "pair", "z y ", "other:1:1: 'pair' is not read: it would include itself\n"},
	{"itself, by another name", NULL, NULL, "spelt", "s s ",
	 "spelt:2:1: '././spelt' is not read: it would include itself, by another name\n"},
	{"one file, many times", NULL, "!include a\n!include a\n!include ./a\n", NULL, "a a a ", ""},
	{"millions of patterns", NULL, "!include {1,2,3,4}{1,2,3,4}{1,2,3,4}{1,2,3,4}{1,2,3,4}{1,2,3,4}{1,2,3,4}\n", NULL,
	 "", "dovecot.conf:1:1: the pattern stands for too much\n"},
	{"below a root", "r", NULL, "r/etc/dovecot/dovecot.conf", "one two ",
	 "r/etc/dovecot/dovecot.conf:2:1: cannot open 'r/etc/dovecot/../../../a': No such file or directory\n"
	 "r/etc/dovecot/dovecot.conf:3:1: cannot open 'r/etc/dovecot/link': No such file or directory\n"},
	{"a root with odd letters", "r[1]*", NULL, "r[1]*/dovecot.conf", "q ", ""},
};

static void note(void *user, const struct reeve_diag *diag)
{
	struct reeve_buf *said = user;
	const char *text = diag->text, *tail = strstr(text, "', to '");
	char line[1200];

	/* Where a link leads to is the name of the folder that the test made. */
	snprintf(line, sizeof line, "%s:%d:%d: %.*s\n", diag->file, (int)diag->line, (int)diag->column,
	         (int)(tail == NULL ? strlen(text) : (size_t)(tail - text) + 1), text);
	reeve_buf_add_text(said, line);
}

static void make_files(void)
{
	folder_enter();
	mkdir("r", 0755);
	mkdir("r/etc", 0755);
	mkdir("r/etc/dovecot", 0755);
	mkdir("r/etc/dovecot/d", 0755);
	mkdir("r[1]*", 0755);
	mkdir("d", 0755);
	mkfifo("fifo", 0644);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		folder_write(files[i].name, files[i].text);
	folder_write("r[1]*/dovecot.conf", "!include /q*\n!include_try /p\n");
	folder_write("r[1]*/q1", "q = 1\n");
	ck_assert_int_eq(symlink("../../../a", "r/etc/dovecot/link"), 0);
}

START_TEST(includes)
{
	struct reeve_buf said, walked;
	struct reeve_talk talk = {.diag = note, .user = &said};
	struct reeve_conf_how how = {.root = rows[_i].root, .path = rows[_i].path, .talk = &talk};
	enum reeve_walk_event event;
	struct reeve_walk walk;

	make_files();
	reeve_buf_init(&said, 100000);
	reeve_buf_init(&walked, 100000);
	if (rows[_i].text != NULL) {
		folder_write("dovecot.conf", rows[_i].text);
		how.path = "dovecot.conf";
	}
	struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_DOVECOT, &how, NULL);
	ck_assert_ptr_nonnull(conf);
	reeve_walk_init(&walk, conf);
	while ((event = reeve_walk_next(&walk)) != REEVE_WALK_END) {
		const struct reeve_node *node = &walk.doc->nodes[walk.node];

		if (event != REEVE_WALK_SETTING)
			continue;
		reeve_buf_add(&walked, walk.doc->bytes + node->name, node->name_end - node->name);
		reeve_buf_add_text(&walked, " ");
	}
	reeve_walk_dispose(&walk);
	ck_assert_msg(strcmp(reeve_buf_text(&walked), rows[_i].walked) == 0, "%s: walked %s",
	              rows[_i].name, reeve_buf_text(&walked));
	ck_assert_msg(strcmp(reeve_buf_text(&said), rows[_i].said) == 0, "%s: said %s", rows[_i].name,
	              reeve_buf_text(&said));
	reeve_conf_close(conf);
	reeve_buf_dispose(&said);
	reeve_buf_dispose(&walked);
	folder_leave();
}
END_TEST

/* ---- limits -------------------------------------------------------------------------------- */

static size_t count_settings(struct reeve_buf *said)
{
	struct reeve_talk talk = {.diag = note, .user = said};
	struct reeve_conf_how how = {.path = "dovecot.conf", .talk = &talk};
	struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_DOVECOT, &how, NULL);
	struct reeve_conf_list *list = reeve_conf_list(conf, 0, NULL);
	size_t n = reeve_conf_list_count(list);

	reeve_conf_list_free(list);
	reeve_conf_close(conf);
	return n;
}

/* Each file includes the next one twice: 2^30 times the last. */
START_TEST(doubling)
{
	struct reeve_buf said;
	char name[20], text[60];

	folder_enter();
	reeve_buf_init(&said, 100000);
	folder_write("dovecot.conf", "!include f0\n");
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof name, "f%d", i);
		snprintf(text, sizeof text, "!include f%d\n!include f%d\n", i + 1, i + 1);
		folder_write(name, text);
	}
	folder_write("f30", "a = 1\n");
	size_t n = count_settings(&said);
	ck_assert_msg(n > 100 && n < 30000, "%zu", n);
	ck_assert_msg(strstr(reeve_buf_text(&said), "too much is included") != NULL, "%s",
	              reeve_buf_text(&said));
	reeve_buf_dispose(&said);
	folder_leave();
}
END_TEST

/* 5000 !include of one file, and blocks 5000 deep. */
START_TEST(many)
{
	struct reeve_buf said, text;

	folder_enter();
	reeve_buf_init(&said, 1000);
	reeve_buf_init(&text, 1000000);
	for (int i = 0; i < 5000; i++)
		reeve_buf_add_text(&text, "!include a\nb {\nc = 1\n");
	folder_write("dovecot.conf", reeve_buf_text(&text));
	folder_write("a", "a = 1\n");
	/* What is deeper than 100 blocks is no configuration. */
	ck_assert_uint_eq(count_settings(&said), 201);
	reeve_buf_dispose(&said);
	reeve_buf_dispose(&text);
	folder_leave();
}
END_TEST

/* A chain as long as descriptors would last for Dovecot is read, a longer one is cut off. */
START_TEST(chain)
{
	struct reeve_buf said;
	char name[20], text[60];

	folder_enter();
	reeve_buf_init(&said, 1000);
	folder_write("dovecot.conf", "!include f0\n");
	for (int i = 0; i < 1100; i++) {
		snprintf(name, sizeof name, "f%d", i);
		snprintf(text, sizeof text, "a = %d\n!include f%d\n", i, i + 1);
		folder_write(name, text);
	}
	folder_write("f1100", "");
	ck_assert_uint_eq(count_settings(&said), REEVE_WALK_DEPTH - 1);
	ck_assert_msg(strstr(reeve_buf_text(&said), "too deep") != NULL, "%s", reeve_buf_text(&said));
	reeve_buf_dispose(&said);
	folder_leave();
}
END_TEST

Suite *suite_dovecot_include(void)
{
	Suite *suite = suite_create("conf/dovecot_include");
	TCase *tcase = tcase_create("tables");

	tcase_add_loop_test(tcase, includes, 0, sizeof rows / sizeof rows[0]);
	tcase_add_test(tcase, doubling);
	tcase_add_test(tcase, many);
	tcase_add_test(tcase, chain);
	suite_add_tcase(suite, tcase);
	return suite;
}
