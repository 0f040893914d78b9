/* SPDX-License-Identifier: MIT */
/* Going through all files in reading order, with one stack of files and one of open blocks. */
#include "base/rows.h"
#include "conf/dovecot_include.h"
#include "conf/dovecot_walk.h"

#include <stdlib.h>
#include <string.h>

/* How often one document may be inside itself, by different names, before it is called a loop. */
#define TIMES_INSIDE 2

enum step {
	ARRIVE, /* at a node that was not looked at */
	GO_DOWN,
	GO_UP,  /* all below the node was seen: a block's '}' */
	GO_ON,
};

struct reeve_walk_file {
	uint32_t file, at;
	enum step step;
	const uint32_t *included; /* what is still to be read at `at` */
	uint32_t included_count;
};

void reeve_walk_init(struct reeve_walk *walk, struct reeve_conf *conf)
{
	*walk = (struct reeve_walk){.conf = conf};
}

void reeve_walk_dispose(struct reeve_walk *walk)
{
	free(walk->blocks);
	free(walk->files);
	*walk = (struct reeve_walk){0};
}

/* ---- the stacks ---------------------------------------------------------------------------- */

static bool push_file(struct reeve_walk *walk, uint32_t file)
{
	const struct reeve_dovecot *own = walk->conf->own;

	struct reeve_walk_file *files =
		reeve_rows_grow(walk->files, sizeof *files, walk->file_depth, &walk->file_room);

	if (files == NULL)
		return false;
	walk->files = files;
	walk->files[walk->file_depth++] = (struct reeve_walk_file){.file = file, .step = GO_DOWN};
	walk->files_read++;
	walk->bytes_read += own->files[file].doc->size;
	return true;
}

static bool push_block(struct reeve_walk *walk)
{
	struct reeve_walk_block *blocks =
		reeve_rows_grow(walk->blocks, sizeof *blocks, walk->depth, &walk->block_room);

	if (blocks == NULL)
		return false;
	walk->blocks = blocks;
	walk->blocks[walk->depth++] = (struct reeve_walk_block){walk->doc, walk->node};
	return true;
}

static enum reeve_walk_event close_block(struct reeve_walk *walk)
{
	if (walk->depth == 0)
		return REEVE_WALK_STRAY;
	walk->left = walk->blocks[--walk->depth];
	return REEVE_WALK_LEAVE;
}

/* ---- includes ------------------------------------------------------------------------------ */

/* Why a file cannot be read here, or NULL. */
static const char *forbidden(const struct reeve_walk *walk, uint32_t file)
{
	const struct reeve_dovecot *own = walk->conf->own;
	unsigned int inside = 0;

	for (size_t i = 0; i < walk->file_depth; i++) {
		/* Dovecot compares names, and runs out of files when a loop has different ones. */
		if (walk->files[i].file == file)
			return "it would include itself";
		inside += own->files[walk->files[i].file].doc == own->files[file].doc;
	}
	if (inside >= TIMES_INSIDE)
		return "it would include itself, by another name";
	if (walk->file_depth >= REEVE_WALK_DEPTH)
		return "files include each other too deep";
	if (walk->files_read >= REEVE_WALK_FILES || walk->bytes_read > REEVE_WALK_BYTES)
		return "too much is included";
	return NULL;
}

/* Tell once of each !include. */
static void tell(struct reeve_walk *walk, const char *why, uint32_t file)
{
	const struct reeve_dovecot *own = walk->conf->own;
	const struct reeve_walk_file *here = &walk->files[walk->file_depth - 1];
	struct reeve_doc *doc = own->files[here->file].doc;
	struct reeve_include *include;
	bool has_failed;

	include = reeve_include_find(walk->conf, here->file, here->at, false, &has_failed);
	if (!walk->is_opening || include == NULL || include->is_told)
		return;
	include->is_told = true;
	reeve_doc_diag(doc, REEVE_PROBLEM, doc->nodes[here->at].name, "'%s' is not read: %s",
	               own->files[file].path, why);
}

/* Start to read the next of the files that an !include names. */
static bool read_next(struct reeve_walk *walk, struct reeve_walk_file *here)
{
	uint32_t file = *here->included++;
	const char *why = forbidden(walk, file);

	here->included_count--;
	if (why == NULL)
		return push_file(walk, file);
	tell(walk, why, file);
	return true;
}

/* ---- nodes --------------------------------------------------------------------------------- */

static bool arrive(struct reeve_walk *walk, struct reeve_walk_file *here,
                   enum reeve_walk_event *event_r)
{
	const struct reeve_node *node = &walk->doc->nodes[here->at];
	bool has_failed = false;

	here->step = GO_ON;
	switch ((enum reeve_node_kind)node->kind) {
	case REEVE_NODE_SETTING:
		*event_r = REEVE_WALK_SETTING;
		return true;
	case REEVE_NODE_ERROR:
		*event_r = REEVE_WALK_ERROR;
		return true;
	case REEVE_NODE_CLOSE:
		*event_r = close_block(walk);
		return true;
	case REEVE_NODE_BLOCK:
		here->step = node->first != 0 ? GO_DOWN : GO_UP;
		*event_r = REEVE_WALK_ENTER;
		return push_block(walk);
	case REEVE_NODE_INCLUDE: {
		const struct reeve_include *include = reeve_include_find(
			walk->conf, here->file, here->at, walk->is_opening, &has_failed);

		if (include != NULL) {
			here->included = include->files;
			here->included_count = include->count;
		}
		*event_r = REEVE_WALK_INCLUDE;
		return !has_failed;
	}
	case REEVE_NODE_COMMENT:
		*event_r = walk->wants_comments ? REEVE_WALK_COMMENT : REEVE_WALK_END;
		return true;
	case REEVE_NODE_FILE:
	case REEVE_NODE_BLANK:
	case REEVE_NODE_PIECE:
		break;
	}
	*event_r = REEVE_WALK_END;
	return true;
}

/* One step of the file on top. Fills *event_r if something is to be told; false without memory. */
static bool take_step(struct reeve_walk *walk, enum reeve_walk_event *event_r)
{
	const struct reeve_dovecot *own = walk->conf->own;
	struct reeve_walk_file *here = &walk->files[walk->file_depth - 1];
	const struct reeve_node *node;

	walk->doc = own->files[here->file].doc;
	walk->node = here->at;
	node = &walk->doc->nodes[here->at];
	switch (here->step) {
	case ARRIVE:
		return arrive(walk, here, event_r);
	case GO_DOWN:
		here->step = node->first != 0 ? ARRIVE : GO_UP;
		here->at = node->first != 0 ? node->first : here->at;
		return true;
	case GO_UP:
		if (here->at == 0) {
			walk->file_depth--;
			return true;
		}
		here->step = GO_ON;
		if (node->kind == REEVE_NODE_BLOCK && !(node->flags & REEVE_NODE_UNCLOSED))
			*event_r = close_block(walk);
		return true;
	case GO_ON:
		if (here->included_count > 0)
			return read_next(walk, here);
		here->step = node->next != 0 ? ARRIVE : GO_UP;
		here->at = node->next != 0 ? node->next : node->parent;
		return true;
	}
	return true;
}

enum reeve_walk_event reeve_walk_next(struct reeve_walk *walk)
{
	enum reeve_walk_event event = REEVE_WALK_END;

	if (walk->files_read == 0 && !walk->has_failed && !push_file(walk, 0))
		walk->has_failed = true;
	while (event == REEVE_WALK_END && walk->file_depth > 0 && !walk->has_failed) {
		if (!take_step(walk, &event))
			walk->has_failed = true;
	}
	return walk->has_failed ? REEVE_WALK_END : event;
}

bool reeve_dovecot_is_24(struct reeve_conf *conf)
{
	static const char name[] = "dovecot_config_version";
	struct reeve_dovecot *own = conf->own;
	enum reeve_walk_event event;
	struct reeve_walk walk;

	if (own->is_24 >= 0)
		return own->is_24;
	own->is_24 = 0;
	reeve_walk_init(&walk, conf);
	while (own->is_24 == 0 && (event = reeve_walk_next(&walk)) != REEVE_WALK_END) {
		const struct reeve_node *node = &walk.doc->nodes[walk.node];
		uint32_t n = node->name_end - node->name;

		own->is_24 = event == REEVE_WALK_SETTING && walk.depth == 0 &&
			n == sizeof name - 1 && memcmp(walk.doc->bytes + node->name, name, n) == 0;
	}
	reeve_walk_dispose(&walk);
	return own->is_24;
}
