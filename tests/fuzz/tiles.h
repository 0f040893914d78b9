/* SPDX-License-Identifier: MIT */
/* What holds of any bytes in files of lines: nodes tile them, and no setting is without a name. */
#ifndef FUZZ_TILES_H
#define FUZZ_TILES_H

#include "conf/tree.h"
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so, const char *what)
{
	if (!so) {
		fprintf(stderr, "%s\n", what);
		abort();
	}
}

static int tiles(enum reeve_syntax syntax, const uint8_t *data, size_t size)
{
	struct reeve_doc *doc = reeve_doc_of(syntax, "file", data, size, NULL, NULL);

	must(doc != NULL, "cannot be parsed");
	must(reeve_tree_tiles(doc), "nodes do not tile");
	for (uint32_t n = doc->nodes[0].first; n != 0; n = doc->nodes[n].next) {
		if (doc->nodes[n].kind == REEVE_NODE_SETTING)
			must(doc->nodes[n].name < doc->nodes[n].name_end, "a setting without a name");
	}
	reeve_doc_free(doc);
	return 0;
}

#endif
