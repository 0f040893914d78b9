/* SPDX-License-Identifier: MIT */
/*
 * /etc/aliases as nodes (cf_tree.h), as aliases(5) has it; and edits of it, each of which is tried a second
 * time, when it must be none.
 */
#include "cf_tree.h"
#include "conf/aliases.h"
#include "unit.h"

#include <string.h>

#define ROW CF_TREE_ROW

static const struct cf_tree_row rows[] = {
	ROW("", "", ""),
	ROW("# a\n\n", "#_", ""),
	ROW("postmaster: root\n", "postmaster=[root]", ""),
	ROW("postmaster:root", "postmaster=[root]", ""),
	ROW("postmaster : root, ann \r\n", "postmaster=[root, ann]", ""),
	ROW("root:\n", "root=[]", ""),
	ROW("root: ann,\n  bob\n", "root=[ann,~  bob]{[ann,][bob]}", ""),
	ROW("root:\n  ann,\n# c\n\n  bob\n", "root=[ann,~# c~~  bob]{[ann,]#_[bob]}", ""),
	ROW("root\n : ann\n", "root=[ann]", ""),
	ROW("list: :include:/etc/list\n", "list=[:include:/etc/list]", ""),
	ROW("prog: \"|/usr/bin/x a:b # c\"\n", "prog=[\"|/usr/bin/x a:b # c\"]", ""),
	ROW("\"a: b\": c\n", "\"a: b\"=[c]", ""),
	ROW("a\\:b: c\n", "a\\:b=[c]", ""),
	ROW("a (b: c): d\n", "a (b: c)=[d]", ""),
	ROW("a: /var/mail/a\n", "a=[/var/mail/a]", ""),
	ROW("a\n", "!", "1:1W"),
	ROW("\"a: b\n", "!", "1:1W"),
	ROW(": b\n", "!", "1:1W"),
	ROW(" a: b\nc: d\n", "!c=[d]", "1:1W"),
};

START_TEST(test_tree)
{
	cf_tree_check(REEVE_SYNTAX_ALIASES, &rows[_i]);
}
END_TEST

/* ---- edits --------------------------------------------------------------------------------- */

static const struct edit {
	char what; /* '+' or '-' */
	const char *before, *name, *target, *after; /* after NULL: nothing is changed */
	int r;
} edits[] = {
	/* a target more */
	{'+', "root: ann\n", "root", "bob", "root: ann, bob\n", 1},
	{'+', "root:\tann\t\nx: y\n", "root", "bob", "root:\tann, bob\t\nx: y\n", 1},
	{'+', "root: ann", "root", "bob@example.org", "root: ann, bob@example.org", 1},
	{'+', "root: ann \r\n", "root", "bob", "root: ann, bob \r\n", 1},
	{'+', "root: ann,\n", "root", "bob", "root: ann, bob\n", 1},
	{'+', "Root: ann\n", "root", "bob", "Root: ann, bob\n", 1},
	{'+', "root: Ann\n", "ROOT", "ann", NULL, 0},
	{'+', "root: \"ann\"\n", "root", "ann", NULL, 0},
	{'+', "root:\n", "root", "ann", "root: ann\n", 1},
	{'+', "root: \n", "root", "ann", "root: ann\n", 1},
	{'+', "root:", "root", "ann", "root: ann", 1},
	{'+', "\"root\": ann (who, me)\n", "root", "bob", "\"root\": ann (who, me), bob\n", 1},
	{'+', "\"a b\": ann\n", "a b", "bob", "\"a b\": ann, bob\n", 1},
	{'+', "a\\ b: ann\n", "a b", "bob", "a\\ b: ann, bob\n", 1},
	/* one a line */
	{'+', "root: ann,\n      bob\nx: y\n", "root", "cid", "root: ann,\n      bob,\n      cid\nx: y\n", 1},
	{'+', "root: ann,\r\n\tbob\r\n", "root", "cid", "root: ann,\r\n\tbob,\r\n\tcid\r\n", 1},
	{'+', "root: ann,\n\tbob", "root", "cid", "root: ann,\n\tbob,\n\tcid", 1},
	{'+', "root:\n ann,\n# c\n\n bob,\n# d\n", "root", "cid", "root:\n ann,\n# c\n\n bob,\n cid\n# d\n", 1},
	{'+', "root: ann\n    , bob\n", "root", "cid", "root: ann\n    , bob\n    , cid\n", 1},
	/* lines that are just full */
	{'+', "root: ann, bob,\n  cid\n", "root", "dan", "root: ann, bob,\n  cid, dan\n", 1},
	{'+', "root:\n  ann\n", "root", "bob", "root:\n  ann, bob\n", 1},
	/* commands, files, lists */
	{'+', "a: b\n", "a", "|/bin/x -y \"z\"", "a: b, \"|/bin/x -y \\\"z\\\"\"\n", 1},
	{'+', "a: \"|/bin/x y, z\", b\n", "a", "|/bin/x y, z", NULL, 0},
	{'+', "a: \"|/bin/x\"\n", "a", "|/BIN/x", "a: \"|/bin/x\", \"|/BIN/x\"\n", 1},
	{'+', "a: b\n", "a", "/var/mail/c", "a: b, /var/mail/c\n", 1},
	{'+', "a: b\n", "a", ":include:/etc/c", "a: b, :include:/etc/c\n", 1},
	{'+', "a: :include:/etc/c\n", "a", ":include:/etc/c", NULL, 0},
	{'+', "a: b\n", "a", "/a b", "a: b, \"/a b\"\n", 1},

	/* a new one, like its neighbours */
	{'+', "", "root", "ann", "root: ann\n", 1},
	{'+', "# x\n", "root", "ann", "# x\nroot: ann\n", 1},
	{'+', "# See man 5 aliases for format\npostmaster:    root\n", "root", "ann",
	 "# See man 5 aliases for format\npostmaster:    root\nroot:    ann\n", 1},
	{'+', "a:b", "root", "ann", "a:b\nroot:ann\n", 1},
	{'+', "a:\tb\r\n", "root", "ann", "a:\tb\r\nroot:\tann\r\n", 1},
	{'+', "a: b\n  , c\n\n\n", "root", "ann", "a: b\n  , c\nroot: ann\n\n\n", 1},
	{'+', "abuse:     x\nwebmaster: x\n", "root", "ann", "abuse:     x\nwebmaster: x\nroot:      ann\n", 1},
	{'+', "abuse:     x\nwebmaster: x\n", "hostmaster", "y",
	 "abuse:     x\nwebmaster: x\nhostmaster: y\n", 1},
	{'+', "a:\n  b\n", "root", "ann", "a:\n  b\nroot: ann\n", 1},
	{'+', "a: b\n# c: d\n", "c", "ann", "a: b\n# c: d\nc: ann\n", 1},
	{'+', "a: b\n", "first last", "ann", "a: b\n\"first last\": ann\n", 1},
	{'+', "a: b\n", "#x", "ann", "a: b\n\"#x\": ann\n", 1},
	/* a target in quotes is as the file has it */
	{'+', "a: b\n", "c", "\"d e\"@x", "a: b\nc: \"d e\"@x\n", 1},
	{'+', "a: \"|x y\"\n", "a", "\"|x y\"", NULL, 0},
	{'+', "a: |x\n", "a", "\"|x\"", NULL, 0},
	{'+', "", "c", "\"d", NULL, -1},
	{'+', "", "c", "\"d\", e", NULL, -1},
	{'+', "", "c", "\"\"", NULL, -1},
	{'+', "", "c", "d, e", NULL, -1},
	{'+', "", "c", "d e", NULL, -1},
	{'+', "", "c@example.org", "ann", NULL, -1},
	{'+', "", "c", "", NULL, -1},
	{'+', "", "", "ann", NULL, -1},
	{'+', "", "c", "ann\nroot: bob", NULL, -1},
	{'+', "", "c\t", "ann", NULL, -1},
	/* a quote that is not closed takes whatever follows it */
	{'+', "a: \"b\n", "a", "c", NULL, -1},
	{'+', "a: (b\n", "a", "c", NULL, -1},

	/* a target less */
	{'-', "a: b, c, d\nx: y\n", "A", "b", "a: c, d\nx: y\n", 1},
	{'-', "a: b, c, d\n", "a", "C", "a: b, d\n", 1},
	{'-', "a: b, c, d\n", "a", "d", "a: b, c\n", 1},
	{'-', "a: b,c,d", "a", "c", "a: b,d", 1},
	{'-', "a: b,, c,\n", "a", "c", "a: b,\n", 1},
	{'-', "a: b, c, b\n", "a", "b", "a: c\n", 1},
	{'-', "a: b,\n  c,\n  d\n", "a", "b", "a: c,\n  d\n", 1},
	{'-', "a: b,\n  c,\n  d\n", "a", "c", "a: b,\n  d\n", 1},
	{'-', "a: b,\r\n  c,\r\n  d\r\n", "a", "d", "a: b,\r\n  c\r\n", 1},
	{'-', "a: b,\n  c,\n  d", "a", "d", "a: b,\n  c", 1},
	{'-', "a: b,\n# x\n  c,\n# y\n  d\n", "a", "b", "a: \n# x\n  c,\n# y\n  d\n", 1},
	{'-', "a: b,\n# x\n  c,\n# y\n  d\n", "a", "c", "a: b,\n# x\n# y\n  d\n", 1},
	{'-', "a: b,\n# x\n  c,\n# y\n  d\n", "a", "d", "a: b,\n# x\n  c\n# y\n", 1},
	{'-', "a: b\n , c\n , d\n", "a", "b", "a: c\n , d\n", 1},
	{'-', "a: b\n , c\n , d\n", "a", "c", "a: b\n , d\n", 1},
	{'-', "a: b\n , c\n , d\n", "a", "d", "a: b\n , c\n", 1},
	{'-', "a: b, c,\n  d\n", "a", "c", "a: b,\n  d\n", 1},
	{'-', "a: b, c,\n  d, e\n", "a", "d", "a: b, c,\n  e\n", 1},
	{'-', "a: \"|x, y\", b\n", "a", "|x, y", "a: b\n", 1},
	{'-', "a: \"|x, y\", b\n", "a", "\"|x, y\"", "a: b\n", 1},
	{'-', "a: b\n", "a", "c", NULL, 0},
	{'-', "a: b\n", "a", "b, c", NULL, -1},
	{'-', "a: b\n", "c", "b", NULL, 0},
	/* the last one, and the whole */
	{'-', "x: y\na: b\n", "a", "b", "x: y\n", 1},
	{'-', "x: y\na: b", "a", "b", "x: y\n", 1},
	{'-', "x: y\na: b,\n# c\n  d\nz: w\n", "a", NULL, "x: y\n# c\nz: w\n", 1},
	{'-', "a: b\nx: y\nA: b, c\n", "a", "b", "x: y\nA: c\n", 1},
	{'-', "a: b\nx: y\n\"a\": c\n", "a", NULL, "x: y\n", 1},
	{'-', "a: b\n", "x", NULL, NULL, 0},
};

static int carry_out(struct reeve_doc *doc, const void *row, struct reeve_error *err)
{
	const struct edit *edit = row;

	return edit->what == '+' ? reeve_aliases_add(doc, edit->name, edit->target, err)
	                         : reeve_aliases_remove(doc, edit->name, edit->target, err);
}

START_TEST(test_edit)
{
	const struct edit *edit = &edits[_i];

	cf_edit_check(REEVE_SYNTAX_ALIASES, edit->before, edit->after, edit->r, carry_out, edit);
}
END_TEST

START_TEST(test_look)
{
	static const struct {
		const char *text, *name, *value;
	} looks[] = {
		{"Root: ann,\n# c\n   bob@x\n", "Root", "ann, bob@x"},
		{"\"a b\" (c) :\t\"|x (y), z\" ,, \\\"d\n", "a b", "\"|x (y), z\", \\\"d"},
		{"a  b: c\n", "a b", "c"},
		{"\"a\\\"(b)\": c\n", "a\"(b)", "c"},
	};
	struct reeve_error err;
	struct reeve_doc *doc = reeve_doc_of(REEVE_SYNTAX_ALIASES, "aliases", looks[_i].text,
	                                     strlen(looks[_i].text), NULL, &err);
	struct reeve_buf buf;

	reeve_buf_init(&buf, 1000);
	reeve_aliases_name(doc, doc->nodes[0].first, &buf);
	ck_assert_str_eq(reeve_buf_text(&buf), looks[_i].name);
	reeve_buf_clear(&buf);
	reeve_aliases_value(doc, doc->nodes[0].first, &buf);
	ck_assert_str_eq(reeve_buf_text(&buf), looks[_i].value);
	reeve_buf_dispose(&buf);
	reeve_doc_free(doc);
}
END_TEST

Suite *suite_aliases(void)
{
	Suite *suite = suite_create("conf/aliases");
	TCase *tcase = tcase_create("tree");

	tcase_add_loop_test(tcase, test_tree, 0, sizeof rows / sizeof *rows);
	tcase_add_loop_test(tcase, test_edit, 0, sizeof edits / sizeof *edits);
	tcase_add_loop_test(tcase, test_look, 0, 4);
	suite_add_tcase(suite, tcase);
	return suite;
}
