/* SPDX-License-Identifier: MIT */
/* Any bytes as /etc/aliases; and edits of it, which must do what they say, or nothing. */
#include "conf/aliases.h"
#include "tiles.h"

#include <string.h>

static void list(const struct reeve_doc *doc, struct reeve_buf *buf)
{
	for (uint32_t n = doc->nodes[0].first; n != 0; n = doc->nodes[n].next) {
		if (doc->nodes[n].kind != REEVE_NODE_SETTING)
			continue;
		reeve_aliases_name(doc, n, buf);
		reeve_buf_add_byte(buf, ':');
		reeve_aliases_value(doc, n, buf);
		reeve_buf_add_byte(buf, '\n');
	}
}

/* What was there is there, in its order, after `name` got a target and lost it again. */
static void add_and_remove(struct reeve_doc *doc, const char *name)
{
	struct reeve_buf before, after;
	uint32_t size = doc->size;
	int r = reeve_aliases_add(doc, name, "zz@fuzz", NULL);

	must(r >= 0 || doc->size == size, "refused, and changed");
	must(reeve_tree_tiles(doc), "nodes do not tile after add");
	if (r != 1)
		return;
	must(reeve_aliases_find(doc, name) != 0, "added, and not there");
	reeve_buf_init(&before, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&after, REEVE_CONF_MAX_BYTES);
	list(doc, &before);
	must(reeve_aliases_add(doc, name, "zz@fuzz", NULL) == 0, "added twice");
	r = reeve_aliases_remove(doc, name, "zz@fuzz", NULL);
	must(reeve_tree_tiles(doc), "nodes do not tile after remove");
	if (r == 1 && reeve_aliases_add(doc, name, "zz@fuzz", NULL) == 1) {
		list(doc, &after);
		/* One that had the target twice, or alone, comes back in another place. */
		must(after.length <= before.length + 2, "more than there was");
	}
	reeve_buf_dispose(&before);
	reeve_buf_dispose(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reeve_doc *doc = reeve_doc_of(REEVE_SYNTAX_ALIASES, "file", data, size, NULL, NULL);
	struct reeve_buf name;

	must(doc != NULL, "cannot be parsed");
	add_and_remove(doc, "zz-fuzz");
	reeve_buf_init(&name, REEVE_CONF_MAX_BYTES);
	if (doc->nodes[0].first != 0 && doc->nodes[doc->nodes[0].first].kind == REEVE_NODE_SETTING)
		reeve_aliases_name(doc, doc->nodes[0].first, &name);
	if (name.length > 0)
		add_and_remove(doc, reeve_buf_text(&name));
	reeve_buf_dispose(&name);
	reeve_doc_free(doc);
	return tiles(REEVE_SYNTAX_ALIASES, data, size);
}
