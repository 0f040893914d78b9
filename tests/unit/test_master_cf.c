/* SPDX-License-Identifier: MIT */
/* master.cf as nodes (cf_tree.h), and a service as postconf -M prints it. */
#include "cf_tree.h"
#include "conf/postfix.h"
#include "unit.h"

#include <string.h>

#define F "s inet n - - - - "
#define T "s/inet{[s][inet][n][-][-][-][-]"
#define ROW CF_TREE_ROW

static const struct cf_tree_row rows[] = {
	ROW("", "", ""),
	ROW("# a\n\n", "#_", ""),
	ROW(F "c\n", T "[c]}", ""),
	ROW(F "c", T "[c]}", ""),
	ROW("s\tinet  n - -\t-    - c  \n", T "[c]}", ""),
	ROW(F "c\r\n", T "[c]}", ""),
	ROW("s inet n - - -\n  - c\n", T "[c]}", ""),
	ROW(F "c -v d\n", T "[c][-v][d]}", ""),

	/* options */
	ROW(F "c -o a=b\n", T "[c]a=[b]}", ""),
	ROW(F "c\n  -o a=b\n  -o c=d\n", T "[c]a=[b]c=[d]}", ""),
	ROW(F "c\n  -o a=\n", T "[c]a=[]}", ""),
	ROW(F "c -oa=b\n", T "[c]a=[b]}", ""),
	ROW(F "c -o a\n", T "[c]a}", ""),
	ROW(F "c -o\n", T "[c][-o]}", ""),
	ROW(F "c -o\n  a=b\n", T "[c]a=[b]{[-o][a=b]}}", ""),
	ROW(F "c -o { a = b c }\n", T "[c]a=[b c]}", ""),
	ROW(F "c -o {a=b}\n", T "[c]a=[b]}", ""),
	ROW(F "c -o a={b c}\n", T "[c]a=[{b c}]}", ""),
	ROW(F "c -o { a = b,\n    c }\n", T "[c]a=[b,~    c]{[-o { a = b,][c }]}}", ""),
	ROW(F "c -o { a = b,\n# x\n    c }\n",
	    T "[c]a=[b,~# x~    c]{[-o { a = b,]#[c }]}}", ""),
	ROW(F "c d -o a=b\n", T "[c][d][-o][a=b]}", ""),
	ROW(F "c -- -o a=b\n", T "[c][--][-o][a=b]}", ""),
	ROW(F "c -vo a=b\n", T "[c][-vo][a=b]}", ""),

	/* comments inside */
	ROW(F "c\n# x\n  -o a=b\n", T "[c]#a=[b]}", ""),
	ROW(F "c\n\n  # x\n  -o a=b\n# y\nt unix - - - - - d\n",
	    T "[c]_#a=[b]}#t/unix{[t][unix][-][-][-][-][-][d]}", ""),
	ROW("s inet\n# x\n  n - - - - c\n", "s/inet{[s][inet]#[n][-][-][-][-][c]}", ""),

	/* braces */
	ROW(F "c {a b} d{e f}g\n", T "[c][{a b}][d{e f}g]}", ""),
	ROW(F "c {a\n b}\n", T "[c][{a~ b}]{[{a][b}]}}", ""),
	ROW(F "c {a\n", T "[c][{a]}", ""),
	ROW(F "c a} b\n", T "[c][a}][b]}", ""),

	/* what Postfix refuses, or passes over */
	ROW("s inet n - - - -\n", "!", "1:1P"),
	ROW("s\n", "!", "1:1P"),
	ROW(" " F "c\n", "!", "1:1W"),
	ROW(F "c -o a=b\0 d\n", T "[c]a=[b]}", ""),
	ROW(F "c\0\n -o a=b\n", T "[c]!}", ""),
	ROW("s inet n\0 - - - - c\n", "!", "1:1P"),
};

START_TEST(test_tree)
{
	cf_tree_check(REEVE_SYNTAX_MASTER_CF, &rows[_i]);
}
END_TEST

/* As postconf -M prints it, of 3.7.11 and 3.10.13. */
#define P "s          inet  n       -       -       -       -       "

static const struct {
	const char *text, *printed;
} printed[] = {
	{F "c\n", P "c"},
	{F "c -o a=b -v\n", P "c -o a=b -v"},
	{F "c\n -o {a = b  c}\n", P "c -o {a=b  c}"},
	{F "c -oa=b\n", P "c -o a=b"},
	{F "c -vo a=b\n", P "c -v -o a=b"},
	{F "c -ofoo=1\n", P "c -o f -o -o=1"},
	{F "c -o { a b }\n", P "c -o {a b}"},
	{F "c -o { a = b } x\n", P "c -o a=b x"},
	{F "c {a b} {c d}\n", P "c a b {c d}"}, /* the first loses its braces there, too */
	{F "c {a}{b}\n", P "c a"},
	{F "c -o {a = b\n", P "c -o a=b"},
	{"longservicename inet n - - - - c\n",
	 "longservicename inet n   -       -       -       -       c"},
	{F "/a/b\n", P "/a/b"},
};

START_TEST(test_print)
{
	struct reeve_conf *conf = reeve_pf_of("", 0, printed[_i].text, strlen(printed[_i].text), NULL,
	                                      NULL);
	struct reeve_conf_setting setting;
	const char *name = _i == 11 ? "longservicename/inet" : "s/inet";

	ck_assert_ptr_nonnull(conf);
	ck_assert_int_eq(reeve_conf_get(conf, name, 0, &setting, NULL), 1);
	ck_assert_str_eq(setting.value, printed[_i].printed);
	reeve_conf_close(conf);
}
END_TEST

Suite *suite_master_cf(void)
{
	Suite *suite = suite_create("conf/master_cf");
	TCase *tcase = tcase_create("master_cf");

	tcase_add_loop_test(tcase, test_tree, 0, sizeof rows / sizeof *rows);
	tcase_add_loop_test(tcase, test_print, 0, sizeof printed / sizeof *printed);
	suite_add_tcase(suite, tcase);
	return suite;
}
