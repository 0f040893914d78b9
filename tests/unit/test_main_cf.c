/* SPDX-License-Identifier: MIT */
/* main.cf as nodes (cf_tree.h): what readllines() and split_nameval() of Postfix make of each text. */
#include "cf_tree.h"
#include "unit.h"

#define ROW CF_TREE_ROW

static const struct cf_tree_row rows[] = {
	ROW("", "", ""),
	ROW("\n", "_", ""),
	ROW("\n \t\n\r\n", "_", ""),
	ROW("# a\n  # b\n\n#c", "##_#", ""),

	/* settings */
	ROW("a = b\n", "a=[b]", ""),
	ROW("a = b", "a=[b]", ""),
	ROW("a=b\n", "a=[b]", ""),
	ROW("a\t=\t b  \n", "a=[b]", ""),
	ROW("a = b\r\n", "a=[b]", ""),
	ROW("a =\n", "a=[]", ""),
	ROW("a=", "a=[]", ""),
	ROW("a = b = c\n", "a=[b = c]", ""),
	ROW("a = b # c\n", "a=[b # c]", ""),
	ROW("a = #b\n", "a=[#b]", ""),
	ROW("a = \"b \\\n", "a=[\"b \\]", ""),
	ROW("a\v=\fb\n", "a=[b]", ""),
	ROW("a = b\xa0\n", "a=[b\xa0]", ""),
	ROW("\xef\xbb\xbf" "a = b\n", "\xef\xbb\xbf" "a=[b]", ""),
	ROW("a/b = c\n", "a/b=[c]", ""),

	/* continued lines */
	ROW("a = b,\n  c\n", "a=[b,~  c]{[b,][c]}", ""),
	ROW("a = b,\n\tc\nd = e\n", "a=[b,~\tc]{[b,][c]}d=[e]", ""),
	ROW("a =\n  b\n", "a=[b]", ""),
	ROW("a =\n  b\n  c\n", "a=[b~  c]{[b][c]}", ""),
	ROW("a =\n# x\n  b\n", "a=[b]", ""),
	ROW("a\n = b\n", "a=[b]", ""),
	ROW("a\n# x\n\n =\n b\n", "a=[b]", ""),
	ROW("a = b\n  c\n", "a=[b~  c]{[b][c]}", ""),
	ROW("a = b\r\n  c\r\n", "a=[b^~  c]{[b][c]}", ""),
	ROW("a = b\n c", "a=[b~ c]{[b][c]}", ""),
	ROW("a = #b\n c\n", "a=[#b~ c]{[#b][c]}", ""),
	ROW("a = b\n# x\n  c\n", "a=[b~# x~  c]{[b]#[c]}", ""),
	ROW("a = b\n  # x\n  c\n", "a=[b~  # x~  c]{[b]#[c]}", ""),
	ROW("a = b\n\n \n  c\n", "a=[b~~ ~  c]{[b]_[c]}", ""),
	ROW("a = b\n# x\n\n  c\n# y\nd = e\n", "a=[b~# x~~  c]{[b]#_[c]}#d=[e]", ""),
	ROW("a = b\n# x\n\n", "a=[b]#_", ""),
	ROW("a = b\n  # x\nc = d\n", "a=[b]#c=[d]", ""),
	ROW("a = b\n   c = d\n", "a=[b~   c = d]{[b][c = d]}", ""),
	ROW("a = b\n ", "a=[b]_", ""),

	/* a first line that continues nothing */
	ROW(" a = b\n", "!", "1:1W"),
	ROW(" a = b\n c\nd = e\n", "!d=[e]", "1:1W"),
	ROW("# x\n\n a = b\n# y\n c\nd = e\n", "#_!d=[e]", "3:1W"),

	/* what Postfix refuses */
	ROW("a\n", "!", "1:1P"),
	ROW("a b = c\n", "!", "1:1P"),
	ROW("= b\n", "!", "1:1P"),
	ROW("a\n b = c\nd = e\n", "!d=[e]", "1:1P"),
	ROW("a = b\nc\n", "a=[b]!", "2:1P"),
	ROW("a\n", "!", "1:1P"),

	/* NUL ends what Postfix sees of a line */
	ROW("a\0b = c\n", "!", "1:1P"),
	ROW("\0\n", "!", "1:1P"),
	ROW("a = b\0c\n", "a=[b0c]", ""),
	ROW("a = \0\n", "a=[0]", ""),
};

START_TEST(test_tree)
{
	cf_tree_check(REEVE_SYNTAX_MAIN_CF, &rows[_i]);
}
END_TEST

Suite *suite_main_cf(void)
{
	Suite *suite = suite_create("conf/main_cf");
	TCase *tcase = tcase_create("tree");

	tcase_add_loop_test(tcase, test_tree, 0, sizeof rows / sizeof *rows);
	suite_add_tcase(suite, tcase);
	return suite;
}
