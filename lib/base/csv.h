/* SPDX-License-Identifier: MIT */
/*
 * Records of comma-separated values (RFC 4180).
 *
 *     reeve_csv_open(&csv, bytes, n, err)
 *     while ((more = reeve_csv_next(&csv, err)) != 0)
 *             ... csv.fields[0..csv.count), or, if more < 0, what is wrong at csv.line, csv.column ...
 *     reeve_csv_dispose(&csv);
 *
 * Lines end in CRLF or LF, the last one need not. A field in quotes may hold commas, line ends and
 * doubled quotes. Blanks are a part of a field. Beyond the RFC, empty lines are passed over, and a
 * byte order mark at the beginning, which spreadsheets write.
 *
 * What was read is wiped when it is let go, for it may hold passwords; `bytes` are the caller's.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <mailreeve/base.h>

#define REEVE_CSV_FIELDS 100 /* in a record */

struct reeve_csv_field {
	const char *text; /* with a NUL behind, and none inside */
	uint64_t line, column;
};

struct reeve_csv {
	const unsigned char *bytes;
	size_t n, at;
	uint64_t at_line;
	size_t line_start; /* of the line that `at` is in */

	char *text; /* what the fields of a record hold */
	size_t text_size;

	struct reeve_csv_field fields[REEVE_CSV_FIELDS];
	size_t count;
	uint64_t line, column; /* of the record; after -1 of what is wrong */
};

/* `bytes` must last. Returns 0, or -1 with err: REEVE_ENOMEM. */
int reeve_csv_open(struct reeve_csv *csv, const void *bytes, size_t n, struct reeve_error *err);

/*
 * The next record. Returns 1; 0 at the end; -1 with err: REEVE_EFORMAT for one that is wrong. Work
 * may go on after that, with the line behind.
 */
int reeve_csv_next(struct reeve_csv *csv, struct reeve_error *err);

void reeve_csv_dispose(struct reeve_csv *csv); /* {0} is fine */

#endif
