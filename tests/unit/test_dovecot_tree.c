/* SPDX-License-Identifier: MIT */
/*
 * Dovecot's files as nodes: a table of texts, their trees in short, and what was told.
 *
 * In short: _ blank, # comment, name=[value], name=<[file], name=<<[lines], type{...} type(name){...},
 * } a block's end without its beginning, include[pattern], ! error. Behind '}': 1 on one line, ~ not
 * closed. Behind a node: its note in ''.
 */
#include "conf/dovecot.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *text, *tree, *told; /* told: line:column and N, W or P */
} rows[] = {
	{"", "", ""},
	{"\n", "_", ""},
	{"\n \t\r\n\n", "_", ""},
	{"# a\n\n#b", "# 'a'_# 'b'", ""},

	/* settings */
	{"listen = *\n", "listen=[*]", ""},
	{"listen = *", "listen=[*]", ""},
	{"listen=*\r\n", "listen=[*]", ""},
	{"\tlisten\t=\t*, ::  \n", "listen=[*, ::]", ""},
	{"listen =\n", "listen=[]", ""},
	{"listen = \n", "listen=[]", ""},
	{"a = b = c\n", "a=[b = c]", ""},
	{"a = b {\n", "a=[b {]", ""},
	{"a = b }\n", "a=[b }]", ""},
	{"a/b = c\n", "a/b=[c]", ""},
	{"a = \"b c \"\n", "a=[b c ]", ""},
	{"a = 'b c '\n", "a=[b c ]", ""},
	{"a = \"\"\n", "a=[]", ""},
	{"a = \"b\\\"c\\\\d\\e\"\n", "a=[b\"c\\de]", ""},
	{"a = b\\\"c\n", "a=[b\\\"c]", ""},
	{"a = \"b\" \"c\"\n", "a=[b\" \"c]", ""},
	{"a = \"b'\n", "a=[\"b']", ""},
	{"\"a b\" = c\n", "a b=[c]", ""},
	{"\"a\\\"b\" = c\n", "a\"b=[c]", ""},
	{"\"\" = c\n", "=[c]", ""},
	{"a = <file\n", "a=<[file]", ""},
	{"a =<\t/a b \n", "a=<[/a b]", ""},
	{"a = <\n", "a=<[]", ""},
	{"a = \"<b\"\n", "a=[<b]", ""},
	{"a = b\xff\n", "a=[b\xff]", ""},

	/* comments */
	{"a = b # c \n", "a=[b]'# c'", ""},
	{"a = # c\n", "a=[]'# c'", ""},
	{"a = b#c\n", "a=[b]'#c'", "1:6W"},
	{"a = \"b # c\" # d\n", "a=[b # c]'# d'", ""},
	{"a = it's # c\n", "a=[it's # c]", ""},
	{"a = it's 'n' it # c\n", "a=[it's 'n' it # c]", ""},
	{"a = 'b\\'c' # d\n", "a=[b'c]'# d'", ""},
	{"a { # c\n} # d\n", "a{}'# c'", ""},

	/* continuations */
	{"a = b \\\n  c\n", "a=[b c]", ""},
	{"a = b\\\nc\n", "a=[b c]", ""},
	{"a = \\\r\n\tb \\\r\n\tc\r\n", "a=[b c]", ""},
	{"a \\\n= \\\nb\n", "a=[b]", ""},
	{"a = b \\ # c\n  d # e\n", "a=[b d]'# e'", ""},
	{"a = \"b \\\n  c\"\n", "a=[b c]", ""},
	{"a = \"b # c\\\n  d\"\n", "a=[b # c d]", ""},
	{"a = b \\\n\\\nc\n", "a=[b c]", ""},
	{"\\\na = b\n", "a=[b]", ""},
	{"a = b # c \\\nd = e\n", "a=[b]'# c \\'d=[e]", ""},
	{"service \\\nauth \\\n{\n a = b\n}\n", "service(auth){a=[b]}", ""},
	{"mailbox \"Sent \\\n  Mail\" {\n}\n", "mailbox(Sent Mail){}", ""},
	{"a = b \\\n# c\nd = e\n", "!# 'c'd=[e]", "1:1W"},
	{"a = b \\\n\nd = e\n", "!_d=[e]", "1:1W"},
	{"a = b \\\n c \\\n", "!", "1:1W"},
	{"a = b \\", "!", "1:1W"},
	{"\\\n\n", "!_", ""},

	/* blocks */
	{"a {\n}\n", "a{}", ""},
	{"a {\n\n}\n", "a{_}", ""},
	{"a b {\n c = d\n}\n", "a(b){c=[d]}", ""},
	{"a \"b c\" {\n}\n", "a(b c){}", ""},
	{"a \"b\\c\"{\n}\n", "a(bc){}", ""},
	{"a 'b' {\n}\n", "a('b'){}", ""},
	{"a /b/c {\n  d e {\n f = g\n } # h\n}\n", "a(/b/c){d(e){f=[g]}}", ""},
	{"group @a b {\n c = d\n}\n", "group(@a b){c=[d]}", ""},
	{"group {\n}\n", "group{}", ""},
	{"group a {\n}\n", "group(a){}", "1:1P"},
	{"}\n", "}", ""},
	{"a = b\n} # c\n", "a=[b]}'# c'", ""},
	{"a {\n b = c\n", "a{b=[c]}~", ""},
	{"a {\n b {", "a{b{}~}~", ""},
	{"a {\n}\n}\nb {\n", "a{}}b{}~", ""},

	/* blocks that Dovecot refuses */
	{"a b { c = d }\n", "a(b){c=[d]}1", "1:7P"},
	{"a { b = c } # d\n", "a{b=[c]}1'# d'", "1:5P"},
	{"a { } # b\n", "a{}1'# b'", "1:5P"},
	{"a { }\n", "a{}1", "1:5P"},
	{"a {}\nb = c\n", "a{}1b=[c]", "1:4P"},
	{"a {b=c}\n", "a{b=[c]}1", "1:4P"},
	{"a { b = c # d\n", "a{b=[c]'# d'}~", "1:5P"},
	{"a { b = c\n d = e\n}\n", "a{b=[c]d=[e]}", "1:5P"},
	{"a { b c { d = e } }\n", "a{b(c){d=[e]}1}1", "1:5P 1:11P"},
	{"a { b c { } }\n", "a{b(c){}1}1", "1:5P 1:11P 1:13P"},
	{"a { b c { d = e }\n f = g\n}\n", "a{b(c){d=[e]}1f=[g]}", "1:5P 1:11P"},
	{"a { b {\n c = d\n}\n}\n", "a{b{c=[d]}}", "1:5P"},
	{"a { !include b }\n", "a{include[b]}1", "1:5P"},
	{"a { b }\n", "a{!}1", "1:5P 1:5P"},
	{"a { b = ${c} }\n", "a{b=[${c}]}1", "1:5P"},
	{"a{\n b = c\n}\n", "a{b=[c]}", "1:1P"},
	{"a b{\n c = d\n}\n", "a(b){c=[d]}", "1:1P"},
	{"a b\n{\n c = d\n}\n", "!{c=[d]}", "1:1P 2:1P"},
	{"a {\nb {\n} }\n", "a{b{}}", "3:3P"},
	{"a {\nb {\n}}\nc = d\n", "a{b{}}c=[d]", "3:2P"},
	{"a {\n} b {\n}\n", "a{}b{}", "2:3P"},
	{"}}\n", "}}", "1:2P"},

	/* includes */
	{"!include conf.d/*.conf\n", "include[conf.d/*.conf]", ""},
	{"!include_try \"a b\" # c\n", "include[\"a b\"]'# c'", ""},
	{"!include\n", "include[]", ""},
	{"!included a\n", "!", "1:1P"},

	/* errors */
	{"a\n", "!", "1:1P"},
	{"a b\nc = d\n", "!c=[d]", "1:1P"},
	{"a b c {\n}\n", "!}", "1:1P"},
	{"= b\n", "!", "1:1P"},
	{"a \"b {\n", "a(\"b){}~", "1:1P"},

	/* here-documents */
	{"a = <<E\nb # c\n  d {\nE\ne = f\n", "a=<<[b # c\n  d {\n]e=[f]", ""},
	{"a = << E F \r\n\r\nE F\r\n", "a=<<[\n]", ""},
	{"a = <<E\nE", "a=<<[]", ""},
	{"a = <<E\n E\nE \n", "!", "1:7P"},
	{"a {\n b = <<E\n}\nE\n}\n", "a{b=<<[}\n]}", ""},
	{"a = <<\n", "a=<[<]", ""},

	/* a byte order mark */
	{"\xef\xbb\xbf", "_", "1:1P"},
	{"\xef\xbb\xbf\n\na = b\n", "__a=[b]", "1:1P"},
	{"\xef\xbb\xbf" "a = b\n", "_a=[b]", "1:1P"},
	{"\xef\xbb\xbf# a\n", "_# 'a'", "1:1P"},
};

/* ---- the tree in short --------------------------------------------------------------------- */

static void add_text(struct reeve_buf *out, const struct reeve_doc *doc, uint32_t n, bool value)
{
	reeve_buf_add_text(out, value ? "[" : "(");
	reeve_dovecot_value(doc, n, out);
	reeve_buf_add_text(out, value ? "]" : ")");
}

static void add_node(struct reeve_buf *out, const struct reeve_doc *doc, uint32_t n)
{
	const struct reeve_node *node = &doc->nodes[n];

	switch ((enum reeve_node_kind)node->kind) {
	case REEVE_NODE_BLANK:
		reeve_buf_add_text(out, "_");
		return;
	case REEVE_NODE_COMMENT:
		reeve_buf_add_text(out, "# ");
		reeve_buf_add_text(out, "'");
		for (uint32_t at = node->note + 1; at < node->note_end; at++) {
			if (doc->bytes[at] != ' ' || at > node->note + 1)
				reeve_buf_add_byte(out, doc->bytes[at]);
		}
		reeve_buf_add_text(out, "'");
		return;
	case REEVE_NODE_SETTING:
		reeve_dovecot_name(doc, n, out);
		reeve_buf_add_text(out, node->flags & REEVE_NODE_HERE      ? "=<<" :
		                        node->flags & REEVE_NODE_FROM_FILE ? "=<" :
		                                                             "=");
		add_text(out, doc, n, true);
		return;
	case REEVE_NODE_INCLUDE:
		reeve_buf_add_text(out, "include");
		add_text(out, doc, n, true);
		return;
	case REEVE_NODE_BLOCK:
		reeve_dovecot_name(doc, n, out);
		if (node->value_end > 0)
			add_text(out, doc, n, false);
		reeve_buf_add_text(out, "{");
		return;
	case REEVE_NODE_CLOSE:
		reeve_buf_add_text(out, "}");
		return;
	case REEVE_NODE_ERROR:
		reeve_buf_add_text(out, "!");
		return;
	case REEVE_NODE_FILE:
	case REEVE_NODE_PIECE:
		ck_abort_msg("a node of no Dovecot file");
	}
}

static void add_end(struct reeve_buf *out, const struct reeve_doc *doc, uint32_t n)
{
	const struct reeve_node *node = &doc->nodes[n];

	if (node->kind == REEVE_NODE_BLOCK) {
		reeve_buf_add_text(out, "}");
		if (node->flags & REEVE_NODE_ONE_LINE)
			reeve_buf_add_text(out, "1");
		if (node->flags & REEVE_NODE_UNCLOSED)
			reeve_buf_add_text(out, "~");
	}
	if (node->note_end > 0 && node->kind != REEVE_NODE_COMMENT) {
		reeve_buf_add_text(out, "'");
		reeve_buf_add(out, doc->bytes + node->note, node->note_end - node->note);
		reeve_buf_add_text(out, "'");
	}
}

static void add_tree(struct reeve_buf *out, const struct reeve_doc *doc)
{
	for (uint32_t n = reeve_tree_next(doc, 0), next; n != 0; n = next) {
		next = reeve_tree_next(doc, n);
		add_node(out, doc, n);
		if (doc->nodes[n].first == 0)
			add_end(out, doc, n);
		/* Blocks that end here. */
		for (uint32_t at = n; at != 0 && doc->nodes[at].next == 0 &&
		                      doc->nodes[n].first == 0;) {
			at = doc->nodes[at].parent;
			if (at != 0)
				add_end(out, doc, at);
		}
	}
}

static void tell(void *user, const struct reeve_diag *diag)
{
	struct reeve_buf *told = user;
	char text[60];

	snprintf(text, sizeof text, "%s%ju:%ju%c", told->length > 0 ? " " : "",
	         (uintmax_t)diag->line, (uintmax_t)diag->column, "NWP"[diag->severity]);
	reeve_buf_add_text(told, text);
}

static void check(enum reeve_syntax syntax, const char *text, size_t n, const char *tree,
                  const char *expected)
{
	struct reeve_buf out, told;
	struct reeve_talk talk = {.diag = tell, .user = &told};
	struct reeve_error err = {0};

	reeve_buf_init(&out, 10000);
	reeve_buf_init(&told, 10000);
	struct reeve_doc *doc = reeve_doc_of(syntax, "a.conf", text, n, &talk, &err);
	ck_assert_msg(doc != NULL, "'%s': %s", text, err.text);
	ck_assert_msg(reeve_tree_tiles(doc), "'%s' has gaps", text);
	add_tree(&out, doc);
	ck_assert_msg(strcmp(reeve_buf_text(&out), tree) == 0, "'%s'\nis   %s\nnot  %s", text,
	              reeve_buf_text(&out), tree);
	ck_assert_msg(strcmp(reeve_buf_text(&told), expected) == 0, "'%s'\ntold '%s'\nnot  '%s'", text,
	              reeve_buf_text(&told), expected);
	reeve_doc_free(doc);
	reeve_buf_dispose(&out);
	reeve_buf_dispose(&told);
}

START_TEST(table)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check(REEVE_SYNTAX_DOVECOT, rows[i].text, strlen(rows[i].text), rows[i].tree, rows[i].told);
}
END_TEST

/* Lines are C strings for Dovecot: what is behind a NUL it does not see. */
static const struct {
	const char *text;
	size_t n;
	const char *tree, *told;
} nul_rows[] = {
#define NUL_ROW(text, tree, told) {text, sizeof text - 1, tree, told}
	NUL_ROW("a = b\0c\nd = e\n", "a=[b]d=[e]", "1:6W"),
	NUL_ROW("a = b \0# c\n", "a=[b]", "1:6W"),
	NUL_ROW("a = b # c\0d\n", "a=[b]'# c'", "1:6W"),
	NUL_ROW("\0a = b\n", "_", "1:1W"),
	NUL_ROW("# a\0b\n", "# 'a'", "1:1W"),
	NUL_ROW("a {\0\n}\0\n", "a{}", "1:4W 2:2W"),
	NUL_ROW("a = b \\\0\n c\n", "a=[b c]", "1:6W"),
	NUL_ROW("\0", "_", "1:1W"),
};

START_TEST(nul)
{
	for (size_t i = 0; i < sizeof nul_rows / sizeof nul_rows[0]; i++)
		check(REEVE_SYNTAX_DOVECOT, nul_rows[i].text, nul_rows[i].n, nul_rows[i].tree,
		      nul_rows[i].told);
}
END_TEST

/* dovecot-sql.conf.ext and its kin: comments do not end a continuation (lib-settings/settings.c). */
static const struct {
	const char *text, *tree, *told;
} ext_rows[] = {
	{"driver = mysql\n\n# a\nconnect = host=x \\\n  user=y\n", "driver=[mysql]_# 'a'connect=[host=x user=y]", ""},
	{"q = SELECT a \\\n# b\n\n  FROM c \\\n#d\n  WHERE e = '%u' # f\ng = h\n",
	 "q=[SELECT a FROM c WHERE e = '%u']'# f'g=[h]", ""},
	{"q = a \\\n# b\n", "!", "1:1W"},
	{"map {\n  pattern = priv/x\n  fields {\n    a = $b\n  }\n}\n", "map{pattern=[priv/x]fields{a=[$b]}}", ""},
};

START_TEST(ext)
{
	for (size_t i = 0; i < sizeof ext_rows / sizeof ext_rows[0]; i++)
		check(REEVE_SYNTAX_DOVECOT_EXT, ext_rows[i].text, strlen(ext_rows[i].text), ext_rows[i].tree,
		      ext_rows[i].told);
}
END_TEST

/* Deeper than any stack: each block is in the one before, and all of them end. */
START_TEST(nested)
{
	enum { DEPTH = 10000 };
	static const char start[] = "a b {\n", end[] = "}\n";
	struct reeve_buf text;
	unsigned int depth = 0;

	reeve_buf_init(&text, 1 << 20);
	for (int i = 0; i < DEPTH; i++)
		reeve_buf_add_text(&text, start);
	reeve_buf_add_text(&text, "c = d\n");
	for (int i = 0; i < DEPTH; i++)
		reeve_buf_add_text(&text, end);
	struct reeve_doc *doc = reeve_doc_of(REEVE_SYNTAX_DOVECOT, "a.conf", text.bytes, text.length, NULL,
	                                     NULL);
	ck_assert(doc != NULL && reeve_tree_tiles(doc));
	ck_assert_uint_eq(doc->count, DEPTH + 2);
	for (uint32_t n = doc->count - 1; n != 0; n = doc->nodes[n].parent)
		depth++;
	ck_assert_uint_eq(depth, DEPTH + 1);
	ck_assert_uint_eq(doc->nodes[1].end, text.length);
	reeve_doc_free(doc);
	reeve_buf_dispose(&text);
}
END_TEST

Suite *suite_dovecot_tree(void)
{
	Suite *s = suite_create("conf/dovecot_tree");
	TCase *c = tcase_create("dovecot_tree");

	tcase_add_test(c, table);
	tcase_add_test(c, nul);
	tcase_add_test(c, ext);
	tcase_add_test(c, nested);
	suite_add_tcase(s, c);
	return s;
}
