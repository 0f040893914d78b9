/* SPDX-License-Identifier: MIT */
/*
 * Changing a Dovecot configuration: what a PATH means there, how a value is written, where a new
 * line goes. Every change is read again before it is kept (dovecot_edit.c): the setting must have the
 * value, and nothing else another meaning than before.
 */
#ifndef CONF_DOVECOT_EDIT_H
#define CONF_DOVECOT_EDIT_H

#include "conf/dovecot_path.h"

/* A node that a walk met, and the place where it did. */
struct dovecot_at {
	struct reeve_doc *doc; /* NULL: none */
	uint32_t node, place;
};

/* What a PATH means. */
struct dovecot_target {
	struct reeve_conf *conf;
	const char *path;
	struct reeve_places *places;
	enum reeve_path_match level; /* of the settings found; REEVE_PATH_OTHER: none */
	struct dovecot_at *found;    /* in reading order; the last one counts */
	size_t count, room;
	/* Where none was found: the innermost block of the PATH that is there, and what is missing. */
	uint32_t place;
	const char *rest;
	struct reeve_buf text; /* of `rest`, where it is no part of the PATH */
};

/* The places of a configuration, with the PATH (borrowed) read; rewound. NULL: no memory. */
struct reeve_places *dovecot_places_of(struct reeve_conf *conf, const char *path);

/* Whether a file is the configuration's own: others are never changed (dovecot_own.c). */
bool dovecot_is_own(const struct reeve_conf *conf, const struct reeve_doc *doc);

/* -1 with REEVE_EREFUSED: "'PATH' is set in FILE:LINE, outside of the folder: WHY". */
int dovecot_refuse_foreign(const struct dovecot_at *at, const char *path, const char *why,
                           struct reeve_error *err);

/* Find it. -1 with err: REEVE_EUSAGE for a PATH that is none or that could mean several. */
int dovecot_target_find(struct dovecot_target *target, struct reeve_conf *conf, const char *path,
                        struct reeve_error *err);
void dovecot_target_dispose(struct dovecot_target *target);

/* Whether the PATH names a block that is there: 1, 0, or -1 without memory. */
int dovecot_target_is_block(struct reeve_conf *conf, const char *path, struct reeve_error *err);

/* Let `rest` be the setting that was found, to be written in its place once more. */
int dovecot_target_again(struct dovecot_target *target, struct reeve_error *err);

/*
 * Let `rest` be all of the PATH, from outside of all blocks on. -1 with REEVE_EREFUSED for blocks of which
 * a second one would not be the same (passdb).
 */
int dovecot_target_whole(struct dovecot_target *target, struct reeve_error *err);

/* All that is set, in one number, but for what the PATH means with `level` or better. */
struct dovecot_sum {
	uint64_t others;
	size_t count;           /* of what the PATH means */
	struct dovecot_at last; /* the one that counts */
};
int dovecot_sum_take(struct dovecot_sum *sum, struct reeve_conf *conf, const char *path,
                     enum reeve_path_match level, struct reeve_error *err);

/* ---- values as text ------------------------------------------------------------------------ */

/*
 * What somebody wants a value to be. `<file` is a file to be read; a word `$name` is expanded where there is
 * a setting of that name, and text where there is not.
 */
struct dovecot_wish {
	const char *value;
	bool is_from_file, is_variable;
};

int dovecot_wish_make(struct dovecot_wish *wish, struct reeve_conf *conf, const char *value,
                      struct reeve_error *err);

/* Whether a setting has that value, as written. */
bool dovecot_wish_is(const struct dovecot_wish *wish, const struct reeve_doc *doc, uint32_t node);

/*
 * Add `key = value` without the key and all before the value to buf: the value in quotes if `quote` (a
 * quote) says so or it must, such that before + it + after is read as one setting with that value. Returns
 * false if there is no way, or without memory (buf->has_failed).
 */
bool dovecot_wish_write(const struct dovecot_wish *wish, const struct reeve_buf *before, char quote,
                        const void *after, size_t n, struct reeve_buf *buf);

/* ---- new lines ----------------------------------------------------------------------------- */

/* How a line is written; spans of a document's bytes, or texts. */
struct dovecot_looks {
	struct reeve_buf indent, unit, before, after; /* around '=' */
	size_t column;                                /* of a '=' that stands below others; 0 */
	const char *eol;
};

/* The usual ones; line ends as before `at`. */
void dovecot_looks_init(struct dovecot_looks *looks, const struct reeve_doc *doc, uint32_t at);
void dovecot_looks_dispose(struct dovecot_looks *looks);

/* As the commented-out default, whose name has `name` bytes; with 0 only its indentation. */
void dovecot_looks_at_comment(struct dovecot_looks *looks, const struct reeve_doc *doc, uint32_t n,
                              size_t name);

/* As the last setting or block in `container`, else as a comment, else one level deeper than it. */
void dovecot_looks_at_block(struct dovecot_looks *looks, const struct reeve_doc *doc, uint32_t container);

/* Add lines: the blocks of the PATH `rest`, and the setting inside. False if it cannot be written. */
bool dovecot_looks_write(struct dovecot_looks *looks, const char *rest, const struct dovecot_wish *wish,
                         struct reeve_buf *text);

/* What a walk found for the new line, in files of the configuration's own. */
struct dovecot_hunt {
	struct dovecot_target *target;
	struct reeve_buf type, name; /* the first missing block, or the name of the setting */
	uint32_t number;
	bool is_block;           /* a block is missing */
	struct dovecot_at block; /* the last block of the place */
	struct dovecot_at kin;   /* the last block in the place with the missing one's type */
	struct dovecot_at
		comment;        /* a commented-out default, or the '}' of a commented-out block */
	struct dovecot_at user; /* a setting in a filter that a setting outside must come before */
	/*
	 * The last !include before here. Where the target is set in somebody else's file (is_late), it is the
	 * one that leads there, and what comes before that setting was forgotten.
	 */
	struct dovecot_at gate;
	bool is_late;
	int rank;               /* of the comment: how much it looks like one */
	unsigned int commented; /* blocks that comments opened */
	bool is_namesake;       /* the outermost of them is the one that is missing */
};

/* Fill it; target, type, name, number and is_block are set. */
int dovecot_hunt_look(struct dovecot_hunt *hunt, struct reeve_error *err);

/* One insertion: of `text`, at `at` of `doc`. */
struct dovecot_insertion {
	struct reeve_doc *doc;
	uint32_t at;
	struct reeve_buf text;
};

/*
 * Where none was found: the line, with the blocks around it that are missing. With `is_plain` at the end of
 * its block or of the root file, whatever else there may be. -1 with err.
 */
int dovecot_insertion_make(struct dovecot_insertion *insertion, struct dovecot_target *target,
                           const struct dovecot_wish *wish, bool is_plain, struct reeve_error *err);

#endif
