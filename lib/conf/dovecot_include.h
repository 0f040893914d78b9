/* SPDX-License-Identifier: MIT */
/*
 * The files of a Dovecot configuration, and which of them each !include means.
 *
 * A file has the name by which it was reached, since what it includes is looked for in the
 * folder of that name; several names may be one document (the same device and inode). What a pattern
 * matched is remembered by file and pattern, so that it is asked of the disk once.
 */
#ifndef CONF_DOVECOT_INCLUDE_H
#define CONF_DOVECOT_INCLUDE_H

#include "conf/dovecot.h"

#define REEVE_INCLUDE_FILES ((size_t)10000) /* names that are opened */
#define REEVE_INCLUDE_BRACES 4096u          /* patterns that one with braces stands for */

struct reeve_include_file {
	char *path; /* with the root in front */
	struct reeve_doc *doc;
};

struct reeve_include {
	uint32_t file; /* of the !include */
	char *pattern;
	uint32_t *files; /* what it reads, in this order */
	uint32_t count;
	bool is_told; /* that it is a loop, or too much */
};

struct reeve_slots {
	uint32_t *at; /* index + 1; 0: free */
	size_t count, room; /* room is 0 or a power of 2 */
};

/* conf->own */
struct reeve_dovecot {
	struct reeve_include_file *files; /* files[0] is the root file */
	size_t file_count, file_room;
	struct reeve_include *includes;
	size_t include_count, include_room;
	struct reeve_slots by_path, by_pattern;
	signed char is_24; /* -1: not looked yet */
	struct reeve_arena *answer; /* strings of the last reeve_conf_get() */
};

/* Make conf->own, with the root file in it. */
int reeve_includes_open(struct reeve_conf *conf, struct reeve_error *err);
void reeve_includes_close(struct reeve_conf *conf);

/*
 * The files that an !include (a node of `file`) reads. With `look` it is resolved if it was not yet, and
 * files are opened; what is wrong is a diagnostic. NULL if it is not resolved, or without memory
 * (*failed_r). Good until the next call.
 */
struct reeve_include *reeve_include_find(struct reeve_conf *conf, uint32_t file, uint32_t node,
                                         bool look, bool *failed_r);

/* In dovecot_copy.c: what is behind the usual folder in an absolute pattern, if the root file may be
 * in a copy of that folder. NULL. */
const char *reeve_include_in_copy(const struct reeve_conf *conf, const char *pattern);

#endif
