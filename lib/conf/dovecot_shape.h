/* SPDX-License-Identifier: MIT */
/*
 * A line of a Dovecot file, its comment off and its continuations joined, and what it says.
 *
 *     dovecot_joined_start(&joined, &line);
 *     while (joined.wants_more)
 *             next line is skipped: it is lost. Else dovecot_joined_add(&joined, &next)
 *     dovecot_shape_find(&shape, joined.text, 0, joined.n)
 */
#ifndef CONF_DOVECOT_SHAPE_H
#define CONF_DOVECOT_SHAPE_H

#include "conf/dovecot.h"

struct dovecot_piece;

/* Lines that a backslash joins, as one text of which each byte's place in the file is known. */
struct dovecot_joined {
	const struct reeve_doc *doc;
	const unsigned char *text; /* n bytes: the file's, or of buf */
	size_t n;
	uint32_t end; /* of the last line */
	bool wants_more; /* it ends in a backslash, and a line is left */
	bool is_dropped; /* it ends in a backslash, and what follows does not continue it */
	bool has_failed; /* no memory */
	struct dovecot_piece *pieces;
	size_t count, room;
	struct reeve_buf buf;
};

void dovecot_joined_init(struct dovecot_joined *joined, const struct reeve_doc *doc);
void dovecot_joined_dispose(struct dovecot_joined *joined);
void dovecot_joined_start(struct dovecot_joined *joined, const struct reeve_dovecot_line *line);
void dovecot_joined_add(struct dovecot_joined *joined, const struct reeve_dovecot_line *line);

/* An empty line or a comment between them. */
void dovecot_joined_skip(struct dovecot_joined *joined, const struct reeve_dovecot_line *line);

/* Where a byte of the text is in the file. Of a text that is empty there is none. */
uint32_t dovecot_joined_offset(const struct dovecot_joined *joined, size_t at);

/* Of the end of something that does not end in white space. */
uint32_t dovecot_joined_end(const struct dovecot_joined *joined, size_t at);

enum dovecot_shape_kind {
	DOVECOT_ERROR,
	DOVECOT_SETTING, /* key = value */
	DOVECOT_INCLUDE, /* !include pattern */
	DOVECOT_OPEN,    /* key { or key name { */
};

struct dovecot_shape {
	enum dovecot_shape_kind kind;
	const unsigned char *text;
	size_t n;
	size_t key, key_end;
	size_t value, value_end; /* n, n: none, or an empty one */
	size_t equals;           /* SETTING: of the '=' */
	size_t rest;             /* OPEN: what is not white behind the '{'; n: nothing */
	bool is_from_file, is_here; /* here: value is the word that ends it */
	const char *problem;        /* for which Dovecot refuses the file, whatever the kind; NULL */
};

/* Look at text[from, n), which is not empty and has no white space around. Offsets are into text. */
void dovecot_shape_find(struct dovecot_shape *shape, const unsigned char *text, size_t from, size_t n);

#endif
