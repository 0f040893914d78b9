/* SPDX-License-Identifier: MIT */
/*
 * A passwd-file of Dovecot as nodes: a setting for each user, whose name is the user and whose value is
 * the password with its {SCHEME}; its children are pieces for the fields
 * user:password:uid:gid:gecos:home:shell:extra, of which the eighth goes to the end of the line
 * with whatever colons and '=' it holds (src/auth/db-passwd-file.c, passwd_file_open()).
 *
 * A line that is empty or begins with '#' or ':' is passed over there. White space is a part of a field.
 * A line of a single field is a user without a password.
 */
#include "conf/tree.h"

#include <string.h>

#define FIELDS 8

static void add_user(struct reeve_doc *doc, uint32_t at, uint32_t end)
{
	uint32_t stop = reeve_line_text_end(doc, at, end);
	uint32_t n = reeve_tree_add(doc, 0, REEVE_NODE_SETTING, at, end);

	if (n == 0)
		return;
	doc->nodes[n].body = at;
	doc->nodes[n].body_end = end;
	for (size_t i = 0; i < FIELDS && !doc->has_failed; i++) {
		const unsigned char *colon = NULL;
		uint32_t field_end = stop, next = end;

		if (i < FIELDS - 1)
			colon = memchr(doc->bytes + at, ':', stop - at);
		if (colon != NULL) {
			field_end = (uint32_t)(colon - doc->bytes);
			next = field_end + 1;
		}
		/* A last field of nothing behind the last colon, in a file that ends there. */
		if (at < next) {
			uint32_t piece = reeve_tree_add(doc, n, REEVE_NODE_PIECE, at, next);

			doc->nodes[piece].value = at;
			doc->nodes[piece].value_end = field_end;
		}

		struct reeve_node *user = &doc->nodes[n];
		if (i == 0) {
			user->name = at;
			user->name_end = field_end;
		} else if (i == 1) {
			user->value = at;
			user->value_end = field_end;
		}
		if (colon == NULL)
			break;
		at = next;
	}
}

void reeve_parse_passwd_file(struct reeve_doc *doc)
{
	for (uint32_t at = 0, end; at < doc->size && !doc->has_failed; at = end) {
		uint32_t stop;

		end = reeve_line_after(doc, at);
		stop = reeve_line_text_end(doc, at, end);
		if (at == stop) {
			while (end < doc->size) {
				uint32_t after = reeve_line_after(doc, end);

				if (reeve_line_text_end(doc, end, after) != end)
					break;
				end = after;
			}
			reeve_tree_add(doc, 0, REEVE_NODE_BLANK, at, end);
		} else if (doc->bytes[at] == '#') {
			reeve_tree_add(doc, 0, REEVE_NODE_COMMENT, at, end);
		} else if (doc->bytes[at] == ':') {
			reeve_tree_add(doc, 0, REEVE_NODE_ERROR, at, end);
			reeve_doc_diag(doc, REEVE_WARNING, at,
			               "a line without a user in front of ':': Dovecot passes over it");
		} else {
			add_user(doc, at, end);
		}
	}
}
