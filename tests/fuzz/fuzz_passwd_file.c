/* SPDX-License-Identifier: MIT */
/* Any bytes as a passwd-file; and edits of it, which must do what they say, and no more. */
#include "conf/passwd_file.h"
#include "tiles.h"

#include <string.h>

/* Of two files the second has one line more, which came and went: perhaps only the end of its last line. */
static bool is_as_before(const struct reeve_doc *doc, const uint8_t *data, size_t size)
{
	return doc->size >= size && doc->size <= size + 2 &&
	       (size == 0 || memcmp(doc->bytes, data, size) == 0) &&
	       (doc->size == size || doc->bytes[doc->size - 1] == '\n');
}

static void add_and_remove(struct reeve_doc *doc, const uint8_t *data, size_t size)
{
	static const char *const fields[REEVE_PWF_FIELDS] = {"zz@fuzz", "{CRYPT}x"};

	if (reeve_passwd_file_find(doc, fields[0]) != 0)
		return;
	must(reeve_passwd_file_add(doc, fields, NULL) == 1, "cannot add");
	must(reeve_tree_tiles(doc), "nodes do not tile after add");
	must(reeve_passwd_file_find(doc, fields[0]) != 0, "added, and not there");
	must(reeve_passwd_file_remove(doc, fields[0], NULL) == 1, "cannot remove");
	must(is_as_before(doc, data, size), "not as before");
}

/* Several at once, of one domain and of two. */
static void add_some(struct reeve_doc *doc)
{
	static const struct reeve_pwf_line lines[] = {
		{{"zz@fuzz", "x"}}, {{"aa@zzuf", "y"}}, {{"yy@fuzz", "z", "1"}}, {{"mm", "{CRYPT}"}}};
	bool is_names;
	uint32_t parses = doc->parses, node;

	node = reeve_passwd_file_alien(doc, &is_names);
	must(node < doc->count && (node != 0 || !is_names), "an alien line that is none");
	must(reeve_passwd_file_add_all(doc, lines, 4, NULL) >= 0, "cannot add several");
	must(doc->parses <= parses + 1, "parsed more than once");
	must(reeve_tree_tiles(doc), "nodes do not tile after adding several");
	for (size_t i = 0; i < 4; i++)
		must(reeve_passwd_file_find(doc, lines[i].fields[0]) != 0, "added, and not there");
	must(reeve_passwd_file_add_all(doc, lines, 4, NULL) == 0, "added twice");
}

/* An extra field for the first user whose name has no NUL. */
static void set_and_unset(struct reeve_doc *doc)
{
	const struct reeve_node *nodes = doc->nodes;
	struct reeve_span span;
	uint32_t n = nodes[0].first;

	while (n != 0 && (nodes[n].kind != REEVE_NODE_SETTING ||
	                  memchr(doc->bytes + nodes[n].name, '\0', nodes[n].name_end - nodes[n].name)))
		n = nodes[n].next;
	if (n == 0)
		return;
	char *name = strndup((const char *)doc->bytes + nodes[n].name,
	                     nodes[n].name_end - nodes[n].name);
	must(name != NULL, "no memory");
	/* A name with a '\r' is one all the same. */
	if (reeve_passwd_file_set_extra(doc, name, "zz", "1:2", NULL) >= 0) {
		must(reeve_passwd_file_extra(doc, reeve_passwd_file_find(doc, name), "zz", &span) &&
		             span.length == 3 && memcmp(doc->bytes + span.offset, "1:2", 3) == 0,
		     "the extra field is not what was set");
		must(reeve_passwd_file_set_extra(doc, name, "zz", NULL, NULL) == 1, "cannot unset");
	}
	must(reeve_passwd_file_set(doc, name, REEVE_PWF_PASSWORD, "{CRYPT}y", NULL) >= 0,
	     "cannot set a password");
	must(reeve_passwd_file_field(doc, reeve_passwd_file_find(doc, name), REEVE_PWF_PASSWORD, &span) &&
	             span.length == 8,
	     "the password is not what was set");
	must(reeve_passwd_file_remove(doc, name, NULL) == 1 &&
	             reeve_passwd_file_find(doc, name) == 0,
	     "removed, and there");
	must(reeve_tree_tiles(doc), "nodes do not tile after edits");
	free(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reeve_doc *doc = reeve_doc_of(REEVE_SYNTAX_PASSWD_FILE, "file", data, size, NULL, NULL);

	must(doc != NULL, "cannot be parsed");
	add_and_remove(doc, data, size);
	set_and_unset(doc);
	add_some(doc);
	reeve_doc_free(doc);
	return tiles(REEVE_SYNTAX_PASSWD_FILE, data, size);
}
