/* SPDX-License-Identifier: MIT */
/* Trees in short. */
#include "cf_tree.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static void tell(void *user, const struct reeve_diag *diag)
{
	char *told = user;
	size_t n = strlen(told);

	if (n < 80)
		sprintf(told + n, "%s%llu:%llu%c", n > 0 ? " " : "", (unsigned long long)diag->line,
		        (unsigned long long)diag->column, "NWP"[diag->severity]);
}

static void add_span(struct reeve_buf *out, const struct reeve_doc *doc, uint32_t at, uint32_t end)
{
	for (; at < end; at++) {
		unsigned char c = doc->bytes[at];

		reeve_buf_add_byte(out, c == '\n' ? '~' : c == '\r' ? '^' : c == '\0' ? '0' : c);
	}
}

static void add_node(struct reeve_buf *out, const struct reeve_doc *doc, uint32_t n)
{
	const struct reeve_node *node = &doc->nodes[n];

	switch ((enum reeve_node_kind)node->kind) {
	case REEVE_NODE_FILE:
		break;
	case REEVE_NODE_BLANK:
		reeve_buf_add_text(out, "_");
		break;
	case REEVE_NODE_COMMENT:
		reeve_buf_add_text(out, "#");
		break;
	case REEVE_NODE_SETTING:
		add_span(out, doc, node->name, node->name_end);
		if (node->value != 0 || node->value_end != 0) {
			reeve_buf_add_text(out, "=[");
			add_span(out, doc, node->value, node->value_end);
			reeve_buf_add_text(out, "]");
		}
		break;
	case REEVE_NODE_BLOCK:
		add_span(out, doc, node->name, node->name_end);
		reeve_buf_add_text(out, "/");
		add_span(out, doc, node->value, node->value_end);
		break;
	case REEVE_NODE_PIECE:
		reeve_buf_add_text(out, "[");
		add_span(out, doc, node->value, node->value_end);
		reeve_buf_add_text(out, "]");
		break;
	case REEVE_NODE_ERROR:
		reeve_buf_add_text(out, "!");
		break;
	case REEVE_NODE_INCLUDE:
	case REEVE_NODE_CLOSE:
		ck_abort_msg("no such node here");
	}
}

static void add_tree(struct reeve_buf *out, const struct reeve_doc *doc)
{
	for (uint32_t at = doc->nodes[0].first; at != 0;) {
		uint32_t next = doc->nodes[at].first, up = at;

		add_node(out, doc, at);
		if (next != 0)
			reeve_buf_add_text(out, "{");
		while (next == 0 && up != 0) {
			next = doc->nodes[up].next;
			up = doc->nodes[up].parent;
			if (next == 0 && up != 0)
				reeve_buf_add_text(out, "}");
		}
		at = next;
	}
}

void cf_tree_check(enum reeve_syntax syntax, const struct cf_tree_row *row)
{
	char told[100] = "";
	struct reeve_talk talk = {.diag = tell, .user = told};
	struct reeve_doc *doc = reeve_doc_of(syntax, "file", row->text, row->n, &talk, NULL);
	struct reeve_buf out;

	ck_assert_ptr_nonnull(doc);
	ck_assert_msg(reeve_tree_tiles(doc), "'%s' is not tiled", row->text);
	reeve_buf_init(&out, 10000);
	add_tree(&out, doc);
	ck_assert_str_eq(reeve_buf_text(&out), row->tree);
	ck_assert_str_eq(told, row->told);
	reeve_buf_dispose(&out);
	reeve_doc_free(doc);
}

void cf_edit_check(enum reeve_syntax syntax, const char *before, const char *after, int r,
                   int (*edit)(struct reeve_doc *doc, const void *row, struct reeve_error *err),
                   const void *row)
{
	const char *wanted = after != NULL ? after : before;
	struct reeve_error err = {0};
	struct reeve_doc *doc = reeve_doc_of(syntax, "file", before, strlen(before), NULL, &err);

	ck_assert_ptr_nonnull(doc);
	for (int again = 0; again < 2; again++) {
		int got = edit(doc, row, &err);

		ck_assert_msg(doc->size == strlen(wanted) && memcmp(doc->bytes, wanted, doc->size) == 0,
		              "'%s': %.*s", before, (int)doc->size, (const char *)doc->bytes);
		ck_assert_msg(got == (again && r > 0 ? 0 : r), "'%s': %d %s", before, got, err.text);
		ck_assert_int_eq(got < 0, err.text[0] != '\0');
		ck_assert(reeve_tree_tiles(doc));
	}
	reeve_doc_free(doc);
}
