/* SPDX-License-Identifier: MIT */
/* Many new lines of a passwd-file at once: each where it would be alone, and the file is parsed once. */
#include "conf/passwd_file.h"
#include "unit.h"

#include <string.h>

static const struct {
	const char *before, *names, *after;
} rows[] = {
	{"", "c b a", "c:x::::::\nb:x::::::\na:x::::::\n"},
	{"", "c@x b@y a@x z d@y", "c@x:x::::::\na@x:x::::::\nb@y:x::::::\nd@y:x::::::\nz:x::::::\n"},
	/* in order: all of them are */
	{"b:1\nd:1\nf:1\n", "g c a e h", "a:x\nb:1\nc:x\nd:1\ne:x\nf:1\ng:x\nh:x\n"},
	{"b:1\nd:1\nf:1", "h g", "b:1\nd:1\nf:1\ng:x\nh:x\n"},
	{"# top\nb:1::\nd:1\nf:1\n# end\n\n\n", "z a c", "# top\na:x::\nb:1::\nc:x::\nd:1\nf:1\n# end\nz:x\n\n\n"},
	/* each behind its domain, a new one at the end */
	{"d@x:1:\nc@y:1\na@x:1:\nb:1\n", "e@x z@z f@y e@y y@z q",
         "d@x:1:\nc@y:1\nf@y:x\ne@y:x\na@x:1:\ne@x:x:\nb:1\nz@z:x\ny@z:x\nq:x\n"},
	/* the end of a domain is the end of the file */
	{"d@y:1\nc@x:1", "z@z a@x y@z", "d@y:1\nc@x:1\na@x:x\nz@z:x\ny@z:x\n"},
	{"d@y:1\r\nc@x:1\r", "z@z a@x", "d@y:1\r\nc@x:1\r\na@x:x\r\nz@z:x\r\n"},
	/* who is there stays, and "@x" is of no domain */
	{"b:1\na:1\n@x:1\n", "a c@x b", "b:1\na:1\n@x:1\nc@x:x\n"},
	{"b:1\na:1\n", "a b", "b:1\na:1\n"},
};

START_TEST(test_add_all)
{
	struct reeve_pwf_line lines[8] = {0};
	struct reeve_error err = {0};
	struct reeve_doc *doc = reeve_doc_of(REEVE_SYNTAX_PASSWD_FILE, "users", rows[_i].before,
	                                     strlen(rows[_i].before), NULL, &err);
	bool is_changed = strcmp(rows[_i].before, rows[_i].after) != 0;
	char names[100], *rest = names;
	size_t count = 0;

	strcpy(names, rows[_i].names);
	while (rest != NULL) {
		lines[count].fields[REEVE_PWF_NAME] = strsep(&rest, " ");
		lines[count++].fields[REEVE_PWF_PASSWORD] = "x";
	}
	ck_assert_int_eq(reeve_passwd_file_add_all(doc, lines, count, &err), is_changed);
	ck_assert_msg(doc->size == strlen(rows[_i].after) &&
	              memcmp(doc->bytes, rows[_i].after, doc->size) == 0,
	              "row %d: %.*s", _i, (int)doc->size, (const char *)doc->bytes);
	ck_assert_uint_eq(doc->parses, 1 + is_changed);
	ck_assert(reeve_tree_tiles(doc));
	/* Twice is once. */
	ck_assert_int_eq(reeve_passwd_file_add_all(doc, lines, count, &err), 0);
	ck_assert_uint_eq(doc->parses, 1 + is_changed);
	reeve_doc_free(doc);
}
END_TEST

/* One that cannot be: none comes. */
START_TEST(test_add_none)
{
	struct reeve_pwf_line lines[2] = {{{"ann", "x"}}, {{"bob", "x:y"}}};
	struct reeve_error err = {0};
	struct reeve_doc *doc =
		reeve_doc_of(REEVE_SYNTAX_PASSWD_FILE, "users", "a:1\n", 4, NULL, &err);

	ck_assert_int_eq(reeve_passwd_file_add_all(doc, lines, 2, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EUSAGE);
	ck_assert_uint_eq(doc->size, 4);
	reeve_doc_free(doc);
}
END_TEST

Suite *suite_passwd_file_add(void)
{
	Suite *suite = suite_create("conf/passwd_file_add");
	TCase *tcase = tcase_create("passwd_file_add");

	tcase_add_loop_test(tcase, test_add_all, 0, sizeof rows / sizeof *rows);
	tcase_add_test(tcase, test_add_none);
	suite_add_tcase(suite, tcase);
	return suite;
}
