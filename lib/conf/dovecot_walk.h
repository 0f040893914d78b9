/* SPDX-License-Identifier: MIT */
/*
 * A Dovecot configuration as Dovecot reads it: the root file, and each included file at the place
 * where the !include stands, inside whatever block is open there.
 *
 *     reeve_walk_init(&walk, conf);
 *     while ((event = reeve_walk_next(&walk)) != REEVE_WALK_END)
 *             ... walk.doc, walk.node, walk.blocks[0 .. walk.depth) ...
 *     if (walk.has_failed) ...                        no memory
 *     reeve_walk_dispose(&walk);
 *
 * There is one stack of open blocks for all files (config-parser.c, cur_section): an included file may
 * close a block of its includer, and leave blocks open to it. So where a setting stands is said by
 * walk.blocks, and not by the parents of its node.
 *
 * A file that is included twice is one document and is walked twice. While the configuration
 * is opened the walk also finds and parses the files; later ones meet the same files, until
 * something else than settings is changed in the documents.
 *
 * Time is bounded by what a walk goes through: REEVE_WALK_FILES files, of REEVE_WALK_BYTES together,
 * REEVE_WALK_DEPTH inside each other. Beyond, an !include reads nothing.
 */
#ifndef CONF_DOVECOT_WALK_H
#define CONF_DOVECOT_WALK_H

#include "conf/kinds.h"

#define REEVE_WALK_FILES ((size_t)20000)
#define REEVE_WALK_BYTES ((uint64_t)1 << 30)
#define REEVE_WALK_DEPTH ((size_t)1000)

enum reeve_walk_event {
	REEVE_WALK_END,
	REEVE_WALK_ENTER,   /* a REEVE_NODE_BLOCK; it is the last of walk.blocks */
	REEVE_WALK_LEAVE,   /* a '}': walk.left was the last of walk.blocks, and is off it */
	REEVE_WALK_SETTING, /* a REEVE_NODE_SETTING */
	REEVE_WALK_INCLUDE, /* a REEVE_NODE_INCLUDE; what its files hold comes next */
	REEVE_WALK_STRAY,   /* a '}' where nothing is open */
	REEVE_WALK_ERROR,   /* a REEVE_NODE_ERROR */
	REEVE_WALK_COMMENT, /* a REEVE_NODE_COMMENT; only with wants_comments */
};

struct reeve_walk_block {
	struct reeve_doc *doc;
	uint32_t node;
};

struct reeve_walk {
	struct reeve_doc *doc; /* where the event is */
	uint32_t node;         /* of LEAVE and STRAY: the block or REEVE_NODE_CLOSE that ends there */
	struct reeve_walk_block *blocks;
	size_t depth;
	struct reeve_walk_block left;
	bool has_failed;
	bool wants_comments; /* set after reeve_walk_init() */

	/* the walk's own */
	struct reeve_conf *conf;
	bool is_opening;
	struct reeve_walk_file *files; /* the stack of files being read */
	size_t file_depth, file_room, block_room;
	size_t files_read;
	uint64_t bytes_read;
};

void reeve_walk_init(struct reeve_walk *walk, struct reeve_conf *conf);
enum reeve_walk_event reeve_walk_next(struct reeve_walk *walk);
void reeve_walk_dispose(struct reeve_walk *walk);

/*
 * Whether the files say that they are for 2.4: `dovecot_config_version` outside of blocks. What such a
 * file means is different (blocks with names are filters, lists have their own rules).
 */
bool reeve_dovecot_is_24(struct reeve_conf *conf);

#endif
