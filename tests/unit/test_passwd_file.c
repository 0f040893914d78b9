/* SPDX-License-Identifier: MIT */
/* A passwd-file of Dovecot as nodes (cf_tree.h): as db-passwd-file.c splits it. */
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
	ROW("\n\r\n# a\n#b", "_##", ""),
	ROW("ann:{PLAIN}x:1000:1000:Ann:/home/ann:/bin/sh:userdb_mail=maildir:~/Mail a=b\n",
	    "ann=[{PLAIN}x]{[ann][{PLAIN}x][1000][1000][Ann][/home/ann][/bin/sh]"
	    "[userdb_mail=maildir:~/Mail a=b]}", ""),
	ROW("ann:x::::::allow_nets=2001:db8::/32,::1\n",
	    "ann=[x]{[ann][x][][][][][][allow_nets=2001:db8::/32,::1]}", ""),
	ROW("ann:x\n", "ann=[x]{[ann][x]}", ""),
	ROW("ann:x", "ann=[x]{[ann][x]}", ""),
	ROW("ann:x\r\nbob:y\r\n", "ann=[x]{[ann][x]}bob=[y]{[bob][y]}", ""),
	ROW("ann:\n", "ann=[]{[ann][]}", ""),
	ROW("ann:", "ann=[]{[ann]}", ""),
	ROW("ann\n", "ann{[ann]}", ""),
	ROW("ann@example.org:x\n", "ann@example.org=[x]{[ann@example.org][x]}", ""),
	/* white space is a part of what it is in */
	ROW(" ann : x \n", " ann =[ x ]{[ ann ][ x ]}", ""),
	ROW(" # a\n", " # a{[ # a]}", ""),
	ROW(" \n", " {[ ]}", ""),
	ROW("ann:x # no comment\n", "ann=[x # no comment]{[ann][x # no comment]}", ""),
	ROW(":x\nann:y\n", "!ann=[y]{[ann][y]}", "1:1W"),
	ROW("ann:a\0b:c\n", "ann=[a0b]{[ann][a0b][c]}", ""),
};

START_TEST(test_tree)
{
	char told[100], *tree;

	tree = cf_tree_of(REEVE_SYNTAX_PASSWD_FILE, rows[_i].text, rows[_i].n, told);
	ck_assert_str_eq(tree, rows[_i].tree);
	ck_assert_str_eq(told, rows[_i].told);
	free(tree);
}
END_TEST

Suite *suite_passwd_file(void)
{
	Suite *suite = suite_create("passwd_file");
	TCase *tcase = tcase_create("tree");

	tcase_add_loop_test(tcase, test_tree, 0, sizeof rows / sizeof *rows);
	suite_add_tcase(suite, tcase);
	return suite;
}
