/* SPDX-License-Identifier: MIT */
/* The inside of a walk over a message: its open parts, one in the other, and where it stands. */
#ifndef MIME_WALK_H
#define MIME_WALK_H

#include "mime/parts.h"

/* RFC 2046 section 5.1.1 allows 70; Dovecot takes 80 and cuts what is longer. */
#define REEVE_BOUNDARY_BYTES 80

/* A line that begins with a boundary, as far as it matters. */
#define REEVE_BOUNDARY_LINE_BYTES (2 + REEVE_BOUNDARY_BYTES + 2)

struct reeve_level {
	struct reeve_part part;
	bool has_type;       /* a Content-Type field was there */
	bool is_multipart, is_digest, is_message;
	bool has_boundary;   /* of the header; the body is searched for it while is_open */
	bool is_open;
	bool is_skipped;     /* REEVE_PART_SKIP */
	size_t boundary_length;
	unsigned char boundary[REEVE_BOUNDARY_BYTES];
	char type[128], charset[64], name[1024];
};

struct reeve_walk {
	struct reeve_source *src;
	const struct reeve_parts_handler *handler;
	void *user;
	struct reeve_error *err;
	struct reeve_charsets *charsets;
	uint64_t end;        /* of the message */
	uint64_t at;         /* what comes next */
	bool is_line_start;  /* a line begins there, which may be a boundary */
	unsigned int count;  /* parts so far */
	struct reeve_level *levels[REEVE_PARTS_DEPTH]; /* those after `level` wait to be used again */
	struct reeve_level *level;
	struct reeve_buf text, name;

	/* The field that is being read, unfolded. */
	struct reeve_buf line;
	size_t first_line;   /* how much of it was its first line */
	bool has_line, is_first_line, is_wanted;
	size_t line_end_length; /* of its last line; 0: it had none */
};

/* The bytes at `offset`, at least `want` unless the message ends, but none behind that; or NULL. */
const unsigned char *reeve_walk_look(struct reeve_walk *walk, uint64_t offset, size_t want,
                                     size_t *have_r);

/*
 * Read the header of walk->level from walk->at, to its empty line, to `limit`, or to a boundary of
 * another part. Calls field(), and fills the level but for what its place in the message decides.
 * *is_whole_r tells whether the empty line was there. Returns 0, what field() returned, or -1.
 */
int reeve_walk_header(struct reeve_walk *walk, uint64_t limit, bool *is_whole_r);

/*
 * The open part that the line at `offset` is a boundary of, in *level_r, or NULL; *is_last_r tells
 * if it is the closing one. Moves the window. Returns 0 or -1.
 */
int reeve_walk_boundary(struct reeve_walk *walk, uint64_t offset, struct reeve_level **level_r,
                        bool *is_last_r);

#endif
