/* SPDX-License-Identifier: MIT */
/*
 * Where the next message begins.
 *
 * As Dovecot's mbox driver sees it (lib-storage/index/mbox/istream-raw-mbox.c): the line end
 * before "From " belongs to the separator, needs no empty line before it, and the From_ line must
 * parse and must end with a line end. A body whose Content-Length leads to such a separator, or to
 * the file's last line end, is not looked into.
 */
#ifndef MBOX_SEPARATOR_H
#define MBOX_SEPARATOR_H

#include "mbox/scan.h"

/* Dovecot looks no further than its buffer of 8 KB for the date of a From_ line. */
#define REEVE_FROM_LOOK 8186

/*
 * After "\nFrom " that is no separator, Dovecot goes on looking behind the next byte: a From_ line
 * after a line that is just "From " is not seen. So far behind the first line end we go on, too.
 */
#define REEVE_FROM_SKIP 7

/*
 * Whether a From_ line begins at `offset`, the line end before it given.
 * 1, and the scan's from, from_end and received are filled; 0; or -1 with err.
 */
int reeve_separator_at(struct reeve_scan *scan, uint64_t offset, struct reeve_error *err);

/*
 * Whether a Content-Length that leads to `offset` can be believed: a separator begins there with
 * its line end, or only the file's last line end is left. Reads no more than that.
 * 1 with *next_r, the beginning of the next From_ line or the end of the file; 0; or -1 with err.
 */
int reeve_separator_by_length(struct reeve_scan *scan, uint64_t offset, uint64_t *next_r,
                              struct reeve_error *err);

/* Counting the bytes that a body has when each line end is CR LF. */
struct reeve_body {
	uint64_t offset;      /* up to where it was counted; where to begin */
	uint64_t bare;        /* line ends without CR; 0 */
	unsigned char before; /* the byte before offset; '\n' */
};

/*
 * Find the first separator whose line end is at `offset` or later. *next_r is the beginning of
 * its From_ line, or the end of the file. `body` (may be NULL) is counted up to the line end that
 * belongs to the separator, or that ends the file; an offset past that stays.
 */
int reeve_separator_search(struct reeve_scan *scan, uint64_t offset, struct reeve_body *body,
                           uint64_t *next_r, struct reeve_error *err);

/* Count to `end`. */
int reeve_body_count(struct reeve_scan *scan, struct reeve_body *body, uint64_t end,
                     struct reeve_error *err);

/* Where the line at `offset` ends: the offset after its line end, at most `limit`. */
int reeve_line_end(struct reeve_scan *scan, uint64_t offset, uint64_t limit, uint64_t *end_r,
                   struct reeve_error *err);

#endif
