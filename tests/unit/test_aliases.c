/* SPDX-License-Identifier: MIT */
/* /etc/aliases as nodes (cf_tree.h), as aliases(5) has it. */
#include "cf_tree.h"
#include "unit.h"

#include <stdlib.h>

#define ROW(text, tree, told) {text, sizeof(text) - 1, tree, told}

static const struct {
	const char *text;
	size_t n;
	const char *tree, *told;
} rows[] = {
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
	char told[100], *tree = cf_tree_of(REEVE_SYNTAX_ALIASES, rows[_i].text, rows[_i].n, told);

	ck_assert_str_eq(tree, rows[_i].tree);
	ck_assert_str_eq(told, rows[_i].told);
	free(tree);
}
END_TEST

Suite *suite_aliases(void)
{
	Suite *suite = suite_create("aliases");
	TCase *tcase = tcase_create("tree");

	tcase_add_loop_test(tcase, test_tree, 0, sizeof rows / sizeof *rows);
	suite_add_tcase(suite, tcase);
	return suite;
}
