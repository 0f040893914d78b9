/* SPDX-License-Identifier: MIT */
/*
 * What an archive is, between the files that make one.
 *
 *     archive.c         all that is chosen, one message after the other
 *     archive_letter.c  one message: what is copied, left out, supplied
 *     archive_files.c   which file it goes to; files open, locked, undone
 */
#ifndef MBOX_ARCHIVE_PARTS_H
#define MBOX_ARCHIVE_PARTS_H

#include "base/append.h"
#include "mbox/archive.h"
#include "mbox/header.h"

#include <time.h>

/* How many files are open, and locked, at once. */
#define ARCHIVE_FILES_MAX 32

struct archive_file {
	char *path; /* NULL: none */
	struct reeve_append *append;
	uint64_t used; /* when, counted in messages */
	bool is_rewound;
};

/* A file that was let go, since there were too many. */
struct archive_past {
	char *path;
	struct reeve_append_memory memory;
};

struct reeve_archive {
	const struct reeve_archive_plan *plan;
	bool has_date; /* the name has %Y or the like */
	bool waits_no_more;
	struct archive_file files[ARCHIVE_FILES_MAX];
	struct archive_file *file; /* of the message at hand */
	struct archive_past *past;
	size_t past_count;
	struct reeve_span run; /* bytes of the box that are yet to be copied to it */
	uint64_t messages;
	uint64_t copied, told, total; /* bytes */
	time_t touched;
	char name[4096];
};

/* ---- archive_files.c: with the identity paused ------------------------------------------------- */

/* The name for a message received at that moment, into archive->name. */
int archive_make_name(struct reeve_archive *archive, int64_t received, struct reeve_error *err);

/* The file of archive->name, opened if it is not. NULL with err. */
struct archive_file *archive_find_file(struct reeve_archive *archive, struct reeve_error *err);

int archive_flush(struct reeve_archive *archive, struct reeve_error *err);
void archive_touch(struct reeve_archive *archive);

/* ---- archive_letter.c -------------------------------------------------------------------------- */

struct archive_letter {
	uint64_t start, end; /* asked */
	bool is_joined;      /* asked: a suspect piece follows */
	int64_t received;
	bool has_cr;  /* its From_ line ends in CR LF */
	bool is_bare; /* all behind its From_ line is left out */
	struct reeve_header header;
	struct reeve_edits *left_out; /* fields of its header; NULL: none. To be freed */
};

/* Read From_ line and header of the message at [start, end). */
int archive_read_letter(struct archive_letter *letter, struct reeve_scan *scan,
                        struct reeve_error *err);

/* Add it to archive->file. Some of it may wait for archive_copy_run(). */
int archive_add_letter(struct reeve_archive *archive, struct archive_letter *letter,
                       struct reeve_source *src, struct reeve_error *err);

/* Copy what is waiting. */
int archive_copy_run(struct reeve_archive *archive, struct reeve_source *src,
                     struct reeve_error *err);

/* Whether the bytes, the last of a file or of a message, end with an empty line. */
bool archive_is_empty_line(const unsigned char *bytes, size_t n);

/* Whether the message's Content-Length leads to the line end with which it ends; its last bytes. */
bool archive_ends_by_length(const struct reeve_header *h, uint64_t end, const unsigned char *tail,
                            size_t n);

#endif
