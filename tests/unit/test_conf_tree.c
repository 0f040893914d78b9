/* SPDX-License-Identifier: MIT */
/* Trees over bytes: walking, and whether nodes tile a file. The trees are made by hand. */
#include "conf/tree.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

/* A node: its parent's number, then spans. Node 0 is made by the test. */
struct made {
	uint32_t parent, start, end, body, body_end, name, name_end;
};

/* "a {\n b=1\n}\nc\n" */
#define BYTES "a {\n b=1\n}\nc\n"
static const struct made good[] = {
	{0, 0, 11, 4, 9, 0, 1},   /* 1: the block; its head "a {\n", its tail "}\n" */
	{1, 4, 9, 0, 0, 5, 6},    /* 2: b=1 */
	{0, 11, 13, 0, 0, 11, 12}, /* 3: c */
};

static const struct {
	const char *name;
	struct made nodes[4]; /* ends with a row of zeros, as no node is */
	bool tiles;
} rows[] = {
	{"good", {{0, 0, 11, 4, 9, 0, 1}, {1, 4, 9, 0, 0, 5, 6}, {0, 11, 13, 0, 0, 11, 12}}, true},
	{"one node", {{0, 0, 13, 0, 0, 0, 0}}, true},
	{"no node", {{0}}, false},
	{"a gap between", {{0, 0, 10, 0, 0, 0, 0}, {0, 11, 13, 0, 0, 0, 0}}, false},
	{"an overlap", {{0, 0, 11, 0, 0, 0, 0}, {0, 10, 13, 0, 0, 0, 0}}, false},
	{"a gap at the beginning", {{0, 1, 13, 0, 0, 0, 0}}, false},
	{"a gap at the end", {{0, 0, 12, 0, 0, 0, 0}}, false},
	{"beyond the end", {{0, 0, 14, 0, 0, 0, 0}}, false},
	{"an empty node", {{0, 0, 13, 0, 0, 0, 0}, {0, 13, 13, 0, 0, 0, 0}}, false},
	{"a gap in a body", {{0, 0, 13, 4, 9, 0, 0}, {1, 5, 9, 0, 0, 0, 0}}, false},
	{"a body that goes on behind its children", {{0, 0, 13, 4, 10, 0, 0}, {1, 4, 9, 0, 0, 0, 0}},
         false},
	{"a body without children", {{0, 0, 13, 4, 9, 0, 0}}, false},
	{"a body beyond its node", {{0, 0, 11, 4, 13, 0, 0}, {1, 4, 13, 0, 0, 0, 0}}, false},
	{"a name of somebody else's", {{0, 0, 11, 0, 0, 10, 12}, {0, 11, 13, 0, 0, 0, 0}}, false},
};

/* Until a row of zeros, or `count` of them. The file's bytes are in a buffer of their size. */
static void make(struct reeve_doc *doc, const struct made *nodes, size_t count)
{
	*doc = (struct reeve_doc){.size = sizeof BYTES - 1};
	doc->bytes = malloc(doc->size);
	memcpy(doc->bytes, BYTES, doc->size);
	reeve_tree_add(doc, 0, REEVE_NODE_FILE, 0, doc->size);
	doc->nodes[0].body_end = doc->size;
	for (size_t i = 0; i < count && (nodes[i].end | nodes[i].start) != 0; i++) {
		uint32_t n = reeve_tree_add(doc, nodes[i].parent, REEVE_NODE_BLOCK, nodes[i].start,
		                            nodes[i].end);

		ck_assert_uint_eq(n, i + 1);
		doc->nodes[n].body = nodes[i].body;
		doc->nodes[n].body_end = nodes[i].body_end;
		doc->nodes[n].name = nodes[i].name;
		doc->nodes[n].name_end = nodes[i].name_end;
	}
}

static void unmake(struct reeve_doc *doc)
{
	free(doc->bytes);
	free(doc->nodes);
	free(doc->lines);
}

START_TEST(tiles)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reeve_doc doc;

		make(&doc, rows[i].nodes, 4);
		ck_assert_msg(reeve_tree_tiles(&doc) == rows[i].tiles, "%s", rows[i].name);
		unmake(&doc);
	}
}
END_TEST

START_TEST(walk)
{
	struct reeve_doc doc;

	make(&doc, good, 3);
	ck_assert_uint_eq(reeve_tree_next(&doc, 0), 1);
	ck_assert_uint_eq(reeve_tree_next(&doc, 1), 2);
	ck_assert_uint_eq(reeve_tree_next(&doc, 2), 3);
	ck_assert_uint_eq(reeve_tree_next(&doc, 3), 0);
	ck_assert_uint_eq(reeve_tree_skip(&doc, 1), 3);
	ck_assert_uint_eq(reeve_tree_skip(&doc, 2), 3);
	ck_assert_uint_eq(reeve_tree_skip(&doc, 3), 0);
	ck_assert_uint_eq(reeve_tree_skip(&doc, 0), 0);
	ck_assert_uint_eq(doc.nodes[0].first, 1);
	ck_assert_uint_eq(doc.nodes[0].last, 3);
	unmake(&doc);
}
END_TEST

/* Blocks in blocks, as deep as a file may be: nothing recurses. */
START_TEST(deep)
{
	enum { DEPTH = 100000 };
	struct reeve_doc doc = {.size = 2 * DEPTH};
	uint32_t n = 0, steps = 0;

	doc.bytes = calloc(1, doc.size);
	reeve_tree_add(&doc, 0, REEVE_NODE_FILE, 0, doc.size);
	doc.nodes[0].body_end = doc.size;
	for (uint32_t i = 0; i < DEPTH; i++) {
		n = reeve_tree_add(&doc, n, REEVE_NODE_BLOCK, i, doc.size - i);
		if (i + 1 < DEPTH) {
			doc.nodes[n].body = i + 1;
			doc.nodes[n].body_end = doc.size - i - 1;
		}
	}
	ck_assert(reeve_tree_tiles(&doc));
	for (n = reeve_tree_next(&doc, 0); n != 0; n = reeve_tree_next(&doc, n))
		steps++;
	ck_assert_uint_eq(steps, DEPTH);
	unmake(&doc);
}
END_TEST

static const struct {
	const char *bytes;
	uint32_t at, line_after, text_end; /* of the line that begins at `at` */
} lines[] = {
	{"a\nb\n", 0, 2, 1},
	{"a\nb\n", 2, 4, 3},
	{"a\r\nb", 0, 3, 1},
	{"a\r\nb", 3, 4, 4},
	{"\n", 0, 1, 0},
	{"\r\n", 0, 2, 0},
	{"\r", 0, 1, 0}, /* a CR alone ends the last line only */
	{"a\r", 0, 2, 1},
	{"a\r\r", 0, 3, 2},
	{"a\rb", 0, 3, 3},
	{"a\r\r\n", 0, 4, 2},
	{"", 0, 0, 0},
};

START_TEST(line_ends)
{
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct reeve_doc doc = {.size = (uint32_t)strlen(lines[i].bytes)};

		doc.bytes = malloc(doc.size + (doc.size == 0));
		memcpy(doc.bytes, lines[i].bytes, doc.size);
		uint32_t after = reeve_line_after(&doc, lines[i].at);
		ck_assert_msg(after == lines[i].line_after, "%zu: %u", i, after);
		uint32_t end = reeve_line_text_end(&doc, lines[i].at, after);
		ck_assert_msg(end == lines[i].text_end, "%zu: %u", i, end);
		free(doc.bytes);
	}
}
END_TEST

Suite *suite_conf_tree(void)
{
	Suite *suite = suite_create("conf/tree");
	TCase *tcase = tcase_create("tree");

	tcase_add_test(tcase, tiles);
	tcase_add_test(tcase, walk);
	tcase_add_test(tcase, deep);
	tcase_add_test(tcase, line_ends);
	suite_add_tcase(suite, tcase);
	return suite;
}
