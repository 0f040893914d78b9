/* SPDX-License-Identifier: MIT */
/*
 * A passwd-file of Dovecot as nodes (cf_tree.h): as db-passwd-file.c splits it; and edits of it, each of
 * which is tried a second time, when it must be none.
 */
#include "cf_tree.h"
#include "conf/passwd_file.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define ROW CF_TREE_ROW

static const struct cf_tree_row rows[] = {
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
	/* half a line end is one where the file ends, and a byte elsewhere */
	ROW("ann:x\r", "ann=[x]{[ann][x]}", ""),
	ROW("ann\r", "ann{[ann]}", ""),
	ROW("ann:x\n\r", "ann=[x]{[ann][x]}_", ""),
	ROW("ann:x\ry\n", "ann=[x^y]{[ann][x^y]}", ""),
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
	cf_tree_check(REEVE_SYNTAX_PASSWD_FILE, &rows[_i]);
}
END_TEST

/* ---- edits --------------------------------------------------------------------------------- */

enum what { ADD, SET, EXTRA, REMOVE };

/*
 * ADD: the name and the other fields as they stand in the line. SET: a field's number in `key`. NULL for
 * `after`: nothing is changed.
 */
static const struct edit {
	enum what what;
	const char *before, *name, *key, *value, *after;
	int r;
} edits[] = {
	/* a password, in place; the rest of the line as it was */
	{SET, "ann:{PLAIN}x:1000:1000:Ann Lee:/home/ann:/bin/sh:a=b\n", "ann", "1", "{CRYPT}$y$j9T$s$h",
	 "ann:{CRYPT}$y$j9T$s$h:1000:1000:Ann Lee:/home/ann:/bin/sh:a=b\n", 1},
	{SET, "ann:x::::::allow_nets=2001:db8::/32,::1\n", "ann", "1", "y",
	 "ann:y::::::allow_nets=2001:db8::/32,::1\n", 1},
	{SET, "ann:x\r\nbob:y\r\n", "ann", "1", "z", "ann:z\r\nbob:y\r\n", 1},
	{SET, "ann:x\nbob:y", "bob", "1", "z", "ann:x\nbob:z", 1},
	{SET, "ann:x\nbob:y", "bob", "1", "y", NULL, 0},
	{SET, "ann\n", "ann", "1", "y", "ann:y\n", 1},
	{SET, "ann", "ann", "1", "y", "ann:y", 1},
	{SET, "ann:", "ann", "1", "y", "ann:y", 1},
	{SET, "ann:\r\n", "ann", "1", "y", "ann:y\r\n", 1},
	{SET, "ann:x\r", "ann", "1", "y", "ann:y\r", 1},
	{SET, "ann\r", "ann", "1", "y", "ann:y\r", 1},
	{SET, "ann::::::\n", "ann", "1", "y", "ann:y:::::\n", 1},
	{SET, "ann:x:1:1::\n", "ann", "1", "", "ann::1:1::\n", 1},
	/* a ':' in a password ends it: "b" is the uid */
	{SET, "ann:{PLAIN}a:b\n", "ann", "1", "y", "ann:y:b\n", 1},
	{SET, "# ann:x\n:x\n\nann :x\nann:x # y\n", "ann", "1", "z", "# ann:x\n:x\n\nann :x\nann:z\n", 1},
	/* of two lines Dovecot takes the first */
	{SET, "ann:x\nbob:y\nann:z\n", "ann", "1", "w", "ann:w\nbob:y\nann:z\n", 1},
	{SET, "Ann:x\nann:y\n", "ann", "1", "w", "Ann:x\nann:w\n", 1},
	{SET, "ann:x\n", "ann", "5", "/h", "ann:x::::/h\n", 1},
	{SET, "ann:x:1:1:g:/home/ann:/bin/sh:e\n", "ann", "5", "/h", "ann:x:1:1:g:/h:/bin/sh:e\n", 1},
	{SET, "ann:x\n", "bob", "1", "y", NULL, -1},
	{SET, "ann:x\n", "ann", "1", "y:z", NULL, -1},
	{SET, "ann:x\n", "ann", "1", "y\nroot:", NULL, -1},
	{SET, "ann:x\n", "ann", "1", "y\r", NULL, -1},

	/* extra fields */
	{EXTRA, "ann:x:1:1::/h::userdb_quota_rule=*:storage=1G\n", "ann", "userdb_quota_rule",
	 "*:storage=2G", "ann:x:1:1::/h::userdb_quota_rule=*:storage=2G\n", 1},
	{EXTRA, "ann:x:1:1::/h::userdb_quota_rule=*:storage=1G\n", "ann", "userdb_quota_rule",
	 "*:storage=1G", NULL, 0},
	{EXTRA, "ann:x:1:1::/h::a=b=c  q=1 d e=\r\n", "ann", "q", "2",
	 "ann:x:1:1::/h::a=b=c  q=2 d e=\r\n", 1},
	{EXTRA, "ann:x:1:1::/h::qq=1 Q=2\n", "ann", "q", "3", "ann:x:1:1::/h::qq=1 Q=2 q=3\n", 1},
	{EXTRA, "ann:x:1:1::/h::allow_nets=::1,2001:db8::/32\n", "ann", "q", "1",
	 "ann:x:1:1::/h::allow_nets=::1,2001:db8::/32 q=1\n", 1},
	{EXTRA, "ann:x:1:1::/h::a=b ", "ann", "q", "1", "ann:x:1:1::/h::a=b q=1", 1},
	{EXTRA, "ann:x:1:1::/h::\n", "ann", "q", "1", "ann:x:1:1::/h::q=1\n", 1},
	{EXTRA, "ann:x:1:1::/h::", "ann", "q", "1", "ann:x:1:1::/h::q=1", 1},
	{EXTRA, "ann:x:1:1::/h:\n", "ann", "q", "1", "ann:x:1:1::/h::q=1\n", 1},
	{EXTRA, "ann:x:1:1::/h:", "ann", "q", "1", "ann:x:1:1::/h::q=1", 1},
	{EXTRA, "ann:x\n", "ann", "q", "1", "ann:x::::::q=1\n", 1},
	{EXTRA, "ann", "ann", "q", "1", "ann:::::::q=1", 1},
	{EXTRA, "ann:x\r", "ann", "q", "1", "ann:x::::::q=1\r", 1},
	{EXTRA, "ann:x::::::nologin\n", "ann", "nologin", "", NULL, 0},
	{EXTRA, "ann:x::::::a\n", "ann", "nologin", "", "ann:x::::::a nologin\n", 1},
	{EXTRA, "ann:x::::::nologin=y a\n", "ann", "nologin", "", "ann:x::::::nologin a\n", 1},
	/* of one key twice the later counts */
	{EXTRA, "ann:x::::::q=1 q=2\n", "ann", "q", "3", "ann:x::::::q=1 q=3\n", 1},
	{EXTRA, "ann:x::::::q=1 q=2\n", "ann", "q", "2", NULL, 0},
	{EXTRA, "ann:x::::::a=q=1\n", "ann", "q", NULL, NULL, 0},
	{EXTRA, "ann:x::::::q=1 a q=2 q\n", "ann", "q", NULL, "ann:x::::::a\n", 1},
	{EXTRA, "ann:x::::::q=1\r\n", "ann", "q", NULL, "ann:x::::::\r\n", 1},
	{EXTRA, "ann:x::::::a q=1  b\n", "ann", "q", NULL, "ann:x::::::a  b\n", 1},
	/* 2.3 takes what is behind an empty eighth field for the mail's location, 2.4 for nothing */
	{EXTRA, "ann:x:1:1::/h:::maildir:~/M\n", "ann", "q", "1",
	 "ann:x:1:1::/h::userdb_mail=maildir:~/M q=1\n", 1},
	{EXTRA, "ann:x:1:1::/h:::mbox:~/M a=b\n", "ann", "a", "c",
	 "ann:x:1:1::/h::userdb_mail=mbox:~/M a=c\n", 1},
	{EXTRA, "ann:x:1:1::/h:::mbox:~/M\n", "ann", "userdb_mail", "mbox:~/N",
	 "ann:x:1:1::/h::userdb_mail=mbox:~/N\n", 1},
	{EXTRA, "ann:x:1:1::/h:::mbox:~/M\n", "ann", "userdb_mail", "mbox:~/M", NULL, 0},
	{EXTRA, "ann:x:1:1::/h:::\n", "ann", "q", "1", "ann:x:1:1::/h::q=1\n", 1},
	{EXTRA, "ann:x:1:1::/h::::a\n", "ann", "q", "1", NULL, -1},
	{EXTRA, "ann:x\n", "ann", "q", "1 2", NULL, -1},
	{EXTRA, "ann:x\n", "ann", "q=", "1", NULL, -1},
	{EXTRA, "ann:x\n", "ann", "", "1", NULL, -1},
	{EXTRA, "ann:x\n", "ann", ":q", "1", NULL, -1},
	{EXTRA, "ann:x\n", "ann", "q", "1\n", NULL, -1},
	{EXTRA, "ann:x\n", "bob", "q", "1", NULL, -1},

	/* a new user, with as many fields as his neighbour */
	{ADD, "", "ann", NULL, "x", "ann:x::::::\n", 1},
	{ADD, "# users\n", "ann", NULL, "x", "# users\nann:x::::::\n", 1},
	{ADD, "bob:y\n", "ann", NULL, "x", "bob:y\nann:x\n", 1},
	{ADD, "bob:y", "ann", NULL, "x", "bob:y\nann:x\n", 1},
	{ADD, "bob:y\r\n", "ann", NULL, "x", "bob:y\r\nann:x\r\n", 1},
	{ADD, "bob:y\r", "ann", NULL, "x", "bob:y\r\nann:x\r\n", 1},
	{ADD, "ann:y\r", "ann", NULL, "x", NULL, 0},
	{ADD, "bob:y\n\r", "ann", NULL, "x", "bob:y\nann:x\n\r", 1},
	{ADD, "zed:z\r\nbob:y", "ann", NULL, "x", "zed:z\r\nbob:y\r\nann:x\r\n", 1},
	{ADD, "bob:y:1:1::/b::\n", "ann", NULL, "x:2:2::/a", "bob:y:1:1::/b::\nann:x:2:2::/a::\n", 1},
	{ADD, "bob:y\n", "ann", NULL, "x:2:2::/a", "bob:y\nann:x:2:2::/a\n", 1},
	{ADD, "bob:y\n", "ann", NULL, "x:2:2::/a::q=*:storage=2G b",
	 "bob:y\nann:x:2:2::/a::q=*:storage=2G b\n", 1},
	{ADD, "bob:y\n\n\n", "ann", NULL, "x", "bob:y\nann:x\n\n\n", 1},
	{ADD, "bob:y\n# end\n", "ann", NULL, "x", "bob:y\n# end\nann:x\n", 1},
	/* in order, if all are */
	{ADD, "bob:y\ncid:y\neve:y\n", "dan", NULL, "x", "bob:y\ncid:y\ndan:x\neve:y\n", 1},
	{ADD, "bob:y\ncid:y\n# e\neve:y\n", "dan", NULL, "x", "bob:y\ncid:y\ndan:x\n# e\neve:y\n", 1},
	{ADD, "# all\nbob:y:::::\ncid:y\neve:y\n", "ann", NULL, "x",
	 "# all\nann:x:::::\nbob:y:::::\ncid:y\neve:y\n", 1},
	{ADD, "bob:y\ncid:y\neve:y\n# end\n", "zed", NULL, "x", "bob:y\ncid:y\neve:y\n# end\nzed:x\n", 1},
	{ADD, "bob:y\ncid:y\n", "bz", NULL, "x", "bob:y\ncid:y\nbz:x\n", 1},
	{ADD, "cid:y\nbob:y\neve:y\n", "dan", NULL, "x", "cid:y\nbob:y\neve:y\ndan:x\n", 1},
	/* behind the last one of his domain */
	{ADD, "# a\nb@a.org:y\na@a.org:y\n\n# z\na@z.org:y\n", "c@a.org", NULL, "x",
	 "# a\nb@a.org:y\na@a.org:y\nc@a.org:x\n\n# z\na@z.org:y\n", 1},
	{ADD, "b@a.org:y\na@z.org:y\na@xa.org:y", "c@xa.org", NULL, "x",
	 "b@a.org:y\na@z.org:y\na@xa.org:y\nc@xa.org:x\n", 1},
	{ADD, "ann:y\n", "ann", NULL, "x", NULL, 0},
	{ADD, "", "#ann", NULL, "x", NULL, -1},
	{ADD, "", "", NULL, "x", NULL, -1},
	{ADD, "", "a:b", NULL, "x", NULL, -1},
	{ADD, "", "ann", NULL, "x::::::a\nroot:", NULL, -1},

	/* a user goes: all lines of his, or the second would come to life */
	{REMOVE, "ann:x:1:1::/h::a=b\nbob:y\n", "ann", NULL, NULL, "bob:y\n", 1},
	{REMOVE, "# ann\nann:x\n\nbob:y\nann:z\r\n", "ann", NULL, NULL, "# ann\n\nbob:y\n", 1},
	{REMOVE, "bob:y\nann:x", "ann", NULL, NULL, "bob:y\n", 1},
	{REMOVE, "ann", "ann", NULL, NULL, "", 1},
	{REMOVE, "annx:x\n#ann:x\n", "ann", NULL, NULL, NULL, 0},
};

/* Carry one out. A line of ADD is taken apart here: the fields behind the name, the last with its colons. */
static int carry_out(struct reeve_doc *doc, const void *row, struct reeve_error *err)
{
	const struct edit *edit = row;
	const char *fields[REEVE_PWF_FIELDS] = {edit->name};
	char line[100], *p = line;

	switch (edit->what) {
	case ADD:
		strcpy(line, edit->value);
		for (size_t i = 1; i < REEVE_PWF_FIELDS; i++) {
			fields[i] = p;
			if (p != NULL && i < REEVE_PWF_FIELDS - 1 && (p = strchr(p, ':')) != NULL)
				*p++ = '\0';
		}
		return reeve_passwd_file_add(doc, fields, err);
	case SET:
		return reeve_passwd_file_set(doc, edit->name, (enum reeve_pwf_field)atoi(edit->key),
		                             edit->value, err);
	case EXTRA:
		return reeve_passwd_file_set_extra(doc, edit->name, edit->key, edit->value, err);
	case REMOVE:
		break;
	}
	return reeve_passwd_file_remove(doc, edit->name, err);
}

START_TEST(test_edit)
{
	const struct edit *edit = &edits[_i];

	cf_edit_check(REEVE_SYNTAX_PASSWD_FILE, edit->before, edit->after, edit->r, carry_out, edit);
}
END_TEST

START_TEST(test_extra)
{
	static const struct {
		const char *line, *key, *value; /* NULL: it is not there */
	} extras[] = {
		{"a:x:1:1::/h::userdb_mail=mbox:~/M b", "userdb_mail", "mbox:~/M"},
		{"a:x:1:1::/h::b userdb_mail=mbox:~/M=x", "userdb_mail", "mbox:~/M=x"},
		{"a:x:1:1::/h:::mbox:~/M b", "userdb_mail", "mbox:~/M"},
		{"a:x:1:1::/h:::mbox:~/M b", "b", ""},
		{"a:x:1:1::/h:::", "userdb_mail", NULL},
		{"a:x:1:1::/h::b=1 b=2", "b", "2"},
		{"a:x:1:1::/h::b", "bb", NULL},
		{"a:x:1:1::/h", "b", NULL},
	};
	struct reeve_error err;
	struct reeve_doc *doc = reeve_doc_of(REEVE_SYNTAX_PASSWD_FILE, "users", extras[_i].line,
	                                     strlen(extras[_i].line), NULL, &err);
	struct reeve_span value = {0, 0};
	bool is_there = reeve_passwd_file_extra(doc, reeve_passwd_file_find(doc, "a"),
	                                        extras[_i].key, &value);

	ck_assert_int_eq(is_there, extras[_i].value != NULL);
	if (is_there) {
		ck_assert_uint_eq(value.length, strlen(extras[_i].value));
		ck_assert_mem_eq(doc->bytes + value.offset, extras[_i].value, value.length);
	}
	reeve_doc_free(doc);
}
END_TEST

/* Asked often enough for an index: the same answers, the first line of a name, and none of before. */
START_TEST(test_find)
{
	static const struct {
		const char *name;
		int line;
	} users[] = {
		{"bob", 2}, {"ann", 4}, {"ann@x", 1}, {"an", 0}, {"ann@", 0}, {"zoe", 7}, {"", 0},
		{"#bob", 0}, {"b", 8}, {"bobby", 0},
	};
	const char text[] = "ann@x:1\nbob:1\n#bob:x\nann:1\nbob:2\n:zoe\nzoe\nb:1";
	struct reeve_error err;
	struct reeve_doc *doc = reeve_doc_of(REEVE_SYNTAX_PASSWD_FILE, "users", text,
	                                     strlen(text), NULL, &err);

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
			uint32_t node = reeve_passwd_file_find(doc, users[i].name);
			uint64_t line = 0, column;

			if (node != 0)
				reeve_doc_where(doc, doc->nodes[node].start, &line, &column);
			ck_assert_msg((int)line == users[i].line, "%s: %d", users[i].name, (int)line);
		}
		ck_assert_ptr_nonnull(doc->names);
	}
	ck_assert_int_eq(reeve_passwd_file_remove(doc, "bob", &err), 1);
	ck_assert_ptr_null(doc->names);
	for (size_t i = 0; i < 9; i++)
		ck_assert_uint_eq(reeve_passwd_file_find(doc, "bob"), 0);
	reeve_doc_free(doc);
}
END_TEST

/* Which line says that a file is something else; negative: for all lines are names. */
START_TEST(test_alien)
{
	static const struct {
		const char *text;
		int line;
	} files[] = {
		{"", 0},
		{"\n# a = b\n", 0},
		{"ann:{PLAIN}x\n", 0},
		{"# users\nann\nbob:{PLAIN}x::::::\n", 0},
		{"bob:{PLAIN}x\nann\n", 0},
		{" # a = b\n \nann:x:1:1::/h\n", 0},
		{"people of the mill\nann:x:1:1::/h\n", 0},
		{"ann:{PLAIN}two words\n", 0},
		{"a=b:{PLAIN}x\n", 0},
		{"ann:x:1:1::/h::a=b\nx = y\n", 0},
		{"=:x\n", 0},
		{"ann\nbob \n", -1},
		{"# names\n\nann\n", -3},
		{"# Postfix\n\nmyhostname = a.example.org\nalias_maps = hash:/etc/aliases\n", 3},
		{"alias_maps = hash:/etc/aliases\n", 1},
		{"alias_maps =hash:/etc/aliases\n", 1},
		{"alias_maps= hash:/etc/aliases\n", 1},
		{"compatibility_level=3.6\nx:y\n", 1},
		{"smtp      inet  n       -       y       -       -       smtpd\n"
	         "127.0.0.1:10025 inet n - n - - smtpd\n", 1},
		{"!include conf.d/*.conf\n", 1},
		{"passdb {\n  args = /etc/dovecot/users\n}\n", 2},
		{"ann@example.org bob\n", 1},
	};
	struct reeve_error err;
	uint64_t line = 0, column;
	bool is_names;
	struct reeve_doc *doc = reeve_doc_of(REEVE_SYNTAX_PASSWD_FILE, "users", files[_i].text,
	                                     strlen(files[_i].text), NULL, &err);
	uint32_t node = reeve_passwd_file_alien(doc, &is_names);

	if (node != 0)
		reeve_doc_where(doc, doc->nodes[node].start, &line, &column);
	ck_assert_msg((is_names ? -(int)line : (int)line) == files[_i].line, "row %d: %d, %d", _i,
	              (int)line, is_names);
	reeve_doc_free(doc);
}
END_TEST

Suite *suite_passwd_file(void)
{
	Suite *suite = suite_create("conf/passwd_file");
	TCase *tcase = tcase_create("tree");

	tcase_add_loop_test(tcase, test_tree, 0, sizeof rows / sizeof *rows);
	tcase_add_loop_test(tcase, test_edit, 0, sizeof edits / sizeof *edits);
	tcase_add_loop_test(tcase, test_extra, 0, 8);
	tcase_add_test(tcase, test_find);
	tcase_add_loop_test(tcase, test_alien, 0, 22);
	suite_add_tcase(suite, tcase);
	return suite;
}
