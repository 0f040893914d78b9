/* SPDX-License-Identifier: MIT */
/* Making nodes, and walking over them without recursion: blocks nest as deep as a file is long. */
#include "conf/tree.h"

#include <stdlib.h>
#include <string.h>

uint32_t reeve_tree_add(struct reeve_doc *doc, uint32_t parent, enum reeve_node_kind kind,
                        uint32_t start, uint32_t end)
{
	if (doc->has_failed)
		return 0;
	if (doc->count == doc->room) {
		size_t room = (size_t)doc->room + doc->room / 2 + 16;
		struct reeve_node *nodes = NULL;

		if (room <= UINT32_MAX && room <= SIZE_MAX / sizeof *nodes)
			nodes = realloc(doc->nodes, room * sizeof *nodes);
		if (nodes == NULL) {
			doc->has_failed = true;
			return 0;
		}
		doc->nodes = nodes;
		doc->room = (uint32_t)room;
	}

	uint32_t n = doc->count++;
	struct reeve_node *nodes = doc->nodes, *above = &nodes[parent];
	nodes[n] = (struct reeve_node){
		.kind = (uint8_t)kind, .start = start, .end = end, .parent = parent};
	if (n == 0) /* the file */
		return 0;
	if (above->last == 0)
		above->first = n;
	else
		nodes[above->last].next = n;
	above->last = n;
	return n;
}

uint32_t reeve_line_after(const struct reeve_doc *doc, uint32_t at)
{
	const unsigned char *p = memchr(doc->bytes + at, '\n', doc->size - at);

	return p == NULL ? doc->size : (uint32_t)(p - doc->bytes) + 1;
}

uint32_t reeve_line_text_end(const struct reeve_doc *doc, uint32_t start, uint32_t end)
{
	bool is_whole = end > start && doc->bytes[end - 1] == '\n';

	if (is_whole)
		end--;
	if ((is_whole || end == doc->size) && end > start && doc->bytes[end - 1] == '\r')
		end--;
	return end;
}

const char *reeve_line_eol(const struct reeve_doc *doc, uint32_t at)
{
	uint32_t end = reeve_line_after(doc, at);

	if (end > at && end == doc->size && doc->bytes[end - 1] == '\r')
		return "\r\n";
	if (end == at || doc->bytes[end - 1] != '\n') {
		/* The last line has none: as the one before. */
		while (at > 0 && doc->bytes[at - 1] != '\n')
			at--;
		end = at;
	}
	return end >= 2 && doc->bytes[end - 1] == '\n' && doc->bytes[end - 2] == '\r' ? "\r\n" : "\n";
}

uint32_t reeve_tree_skip(const struct reeve_doc *doc, uint32_t node)
{
	while (node != 0 && doc->nodes[node].next == 0)
		node = doc->nodes[node].parent;
	return doc->nodes[node].next;
}

uint32_t reeve_tree_next(const struct reeve_doc *doc, uint32_t node)
{
	uint32_t first = doc->nodes[node].first;

	return first != 0 ? first : reeve_tree_skip(doc, node);
}

static bool is_inside(uint32_t from, uint32_t to, const struct reeve_node *node)
{
	return from <= to && ((from == 0 && to == 0) || (from >= node->start && to <= node->end));
}

bool reeve_tree_tiles(const struct reeve_doc *doc)
{
	const struct reeve_node *file = &doc->nodes[0];

	if (file->start != 0 || file->end != doc->size || file->body != 0 ||
	    file->body_end != doc->size)
		return false;
	for (uint32_t n = 0; n < doc->count; n++) {
		const struct reeve_node *node = &doc->nodes[n];
		uint32_t at = node->body, last = 0;

		if (!is_inside(node->start, node->end, node) ||
		    !is_inside(node->name, node->name_end, node) ||
		    !is_inside(node->value, node->value_end, node) ||
		    !is_inside(node->note, node->note_end, node) ||
		    !is_inside(node->body, node->body_end, node))
			return false;
		/* Each node is below exactly one other, and comes after it. */
		if (n > 0 && (node->parent >= n || node->start == node->end))
			return false;
		for (uint32_t child = node->first; child != 0; child = doc->nodes[child].next) {
			if (child <= last || doc->nodes[child].parent != n ||
			    doc->nodes[child].start != at)
				return false;
			at = doc->nodes[child].end;
			last = child;
		}
		if (at != (node->first != 0 ? node->body_end : node->body))
			return false;
		if (node->first == 0 && n > 0 && node->body != node->body_end)
			return false;
		if (node->first == 0 && n == 0 && doc->size > 0)
			return false;
	}
	return true;
}
