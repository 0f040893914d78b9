/* SPDX-License-Identifier: MIT */
/* Documents: where an offset is, edits carried out, diagnostics; and lists of settings. */
#include "base/error.h"
#include "conf/kinds.h"
#include "folder.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct reeve_doc *doc_of(const char *bytes, const struct reeve_talk *talk)
{
	struct reeve_doc *doc = reeve_doc_of(REEVE_SYNTAX_ALIASES, "etc/file", bytes,
	                                     strlen(bytes), talk, NULL);

	ck_assert_ptr_nonnull(doc);
	return doc;
}

static const struct {
	const char *bytes;
	uint32_t offset;
	uint64_t line, column;
} places[] = {
	{"a: b\nc: d\n", 0, 1, 1},
	{"a: b\nc: d\n", 4, 1, 5}, /* the line end is its line's */
	{"a: b\nc: d\n", 5, 2, 1},
	{"a: b\nc: d\n", 9, 2, 5},
	{"a: b\nc: d\n", 10, 2, 6}, /* behind the end */
	{"a: b\n\n\nc: d", 7, 4, 1},
	{"a: b\r\nc: d", 6, 2, 1},
	{"", 0, 1, 1},
};

START_TEST(where)
{
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		struct reeve_doc *doc = doc_of(places[i].bytes, NULL);
		uint64_t line, column;

		reeve_doc_where(doc, places[i].offset, &line, &column);
		ck_assert_msg(line == places[i].line && column == places[i].column,
		              "%zu: %ju:%ju", i, (uintmax_t)line, (uintmax_t)column);
		reeve_doc_free(doc);
	}
}
END_TEST

static const struct {
	const char *name, *before;
	struct {
		uint64_t offset, length;
		const char *text; /* NULL: the row ends here */
	} edits[3];
	const char *after; /* NULL: it fails */
} changes[] = {
	{"no edit", "a: b\n", {{0, 0, NULL}}, "a: b\n"},
	{"instead", "a: b\nc: d\n", {{3, 1, "xyz"}, {0, 0, NULL}}, "a: xyz\nc: d\n"},
	{"in front", "a: b\n", {{0, 0, "x: y\n"}, {0, 0, NULL}}, "x: y\na: b\n"},
	{"behind", "a: b\n", {{5, 0, "x: y\n"}, {0, 0, NULL}}, "a: b\nx: y\n"},
	{"two", "a: b\nc: d\n", {{3, 1, "q"}, {8, 1, "long"}, {0, 0, NULL}}, "a: q\nc: long\n"},
	{"all goes", "a: b\n", {{0, 5, ""}, {0, 0, NULL}}, ""},
	{"out of order", "a: b\nc: d\n", {{8, 1, "q"}, {3, 1, "q"}, {0, 0, NULL}}, NULL},
};

START_TEST(apply)
{
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct reeve_doc *doc = doc_of(changes[i].before, NULL);
		struct reeve_edits *edits = reeve_edits_new();
		const char *after = changes[i].after != NULL ? changes[i].after : changes[i].before;

		for (size_t k = 0; changes[i].edits[k].text != NULL; k++)
			reeve_edits_add(edits,
			                (struct reeve_span){changes[i].edits[k].offset,
			                                    changes[i].edits[k].length},
			                changes[i].edits[k].text, strlen(changes[i].edits[k].text));
		int ret = reeve_doc_apply(doc, edits, NULL);
		ck_assert_msg(ret == (changes[i].after != NULL ? 0 : -1), "%s", changes[i].name);
		ck_assert_msg(doc->size == strlen(after) && memcmp(doc->bytes, after, doc->size) == 0,
		              "%s", changes[i].name);
		ck_assert_msg(reeve_tree_tiles(doc), "%s", changes[i].name);
		/* What was read stays what it was. */
		ck_assert_msg(doc->read.size == strlen(changes[i].before) &&
		              memcmp(doc->read.bytes, changes[i].before, doc->read.size) == 0,
		              "%s", changes[i].name);
		reeve_edits_free(edits);
		reeve_doc_free(doc);
	}
	reeve_doc_free(NULL);
}
END_TEST

/* A change on a change; lines are counted afresh. */
START_TEST(apply_twice)
{
	struct reeve_doc *doc = doc_of("a: b\n", NULL);
	uint64_t line, column;

	for (int i = 0; i < 2; i++) {
		struct reeve_edits *edits = reeve_edits_new();

		reeve_doc_where(doc, doc->size, &line, &column);
		reeve_edits_add(edits, (struct reeve_span){0, 0}, "x: y\n", 5);
		ck_assert_int_eq(reeve_doc_apply(doc, edits, NULL), 0);
		reeve_edits_free(edits);
	}
	ck_assert_uint_eq(doc->size, 15);
	ck_assert_mem_eq(doc->bytes, "x: y\nx: y\na: b\n", 15);
	reeve_doc_where(doc, 10, &line, &column);
	ck_assert_uint_eq(line, 3);
	reeve_doc_free(doc);
}
END_TEST

static char said[200];

static void hear(void *user, const struct reeve_diag *diag)
{
	(void)user;
	snprintf(said, sizeof said, "%s:%d:%d: %d: %s", diag->file, (int)diag->line,
	         (int)diag->column, (int)diag->severity, diag->text);
}

START_TEST(diag)
{
	const struct reeve_talk talk = {.diag = hear};
	struct reeve_doc *doc = doc_of("a: b\nc: d\n", &talk);

	reeve_doc_diag(doc, REEVE_WARNING, 8, "%s is odd", "d");
	ck_assert_str_eq(said, "etc/file:2:4: 1: d is odd");
	reeve_doc_free(doc);
}
END_TEST

START_TEST(open)
{
	struct reeve_error err;
	struct reeve_doc *doc;

	folder_enter();
	folder_write("file", "a: b\n");
	doc = reeve_doc_open(REEVE_SYNTAX_ALIASES, NULL, "file", NULL, &err);
	ck_assert_ptr_nonnull(doc);
	ck_assert_str_eq(doc->path, "file");
	ck_assert_uint_eq(doc->size, 5);
	ck_assert(reeve_tree_tiles(doc));
	reeve_doc_free(doc);
	ck_assert_ptr_null(reeve_doc_open(REEVE_SYNTAX_ALIASES, NULL, "none", NULL, &err));
	ck_assert_str_eq(err.text, "cannot open 'none': No such file or directory");
	folder_leave();
}
END_TEST

/* ---- lists --------------------------------------------------------------------------------- */

static int list_some(struct reeve_conf *conf, unsigned int flags, struct reeve_conf_list *list,
                     struct reeve_error *err)
{
	char path[20] = "a", value[20];

	if (flags != REEVE_CONF_EFFECTIVE)
		return reeve_fail(err, REEVE_EFORMAT, "not today");
	for (int i = 0; i < 1000; i++) {
		snprintf(value, sizeof value, "%d", i);
		reeve_conf_list_add(list, &(struct reeve_conf_setting){
			.path = path, .value = value, .file = i == 0 ? NULL : conf->how.path,
			.line = (uint64_t)i, .column = 1});
	}
	reeve_conf_list_row(list, 5)->is_shadowed = true;
	strcpy(path, "gone");
	return 0;
}

START_TEST(list)
{
	static const struct reeve_conf_ops ops = {.list = list_some};
	struct reeve_conf conf = {.ops = &ops, .how = {.path = "etc/file"}};
	struct reeve_error err;
	struct reeve_conf_list *made = reeve_conf_list(&conf, REEVE_CONF_EFFECTIVE, &err);

	ck_assert_uint_eq(reeve_conf_list_count(made), 1000);
	for (size_t i = 0; i < 1000; i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(made, i);

		ck_assert_str_eq(row->path, "a");
		ck_assert_int_eq(atoi(row->value), (int)i);
		ck_assert_uint_eq(row->line, i);
		ck_assert(row->is_shadowed == (i == 5));
		if (i == 0)
			ck_assert_ptr_null(row->file);
		else
			ck_assert_str_eq(row->file, "etc/file");
	}
	reeve_conf_list_free(made);
	ck_assert_ptr_null(reeve_conf_list(&conf, 0, &err));
	ck_assert_str_eq(err.text, "not today");
	reeve_conf_list_free(NULL);
}
END_TEST

Suite *suite_conf_doc(void)
{
	Suite *suite = suite_create("conf/doc");
	TCase *tcase = tcase_create("doc");

	tcase_add_test(tcase, where);
	tcase_add_test(tcase, apply);
	tcase_add_test(tcase, apply_twice);
	tcase_add_test(tcase, diag);
	tcase_add_test(tcase, open);
	tcase_add_test(tcase, list);
	suite_add_tcase(suite, tcase);
	return suite;
}
