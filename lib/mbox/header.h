/* SPDX-License-Identifier: MIT */
/*
 * The header of a message, line by line, as Dovecot reads it (lib-mail/message-header-parser.c,
 * lib-storage/index/mbox/mbox-sync-parse.c).
 *
 * Any line up to the first empty one is a header line; its name is what stands before the first
 * colon. A line that begins with a space or tab goes on with the one before.
 *
 *     reeve_header_init(&header, scan, offset after the From_ line);
 *     reeve_header_read(&header, err);
 */
#ifndef MBOX_HEADER_H
#define MBOX_HEADER_H

#include "mbox/scan.h"

/* More of a field's value than any reader of these fields needs. */
#define REEVE_VALUE_MAX 4096

enum reeve_header_end {
	REEVE_HEADER_EMPTY_LINE,
	REEVE_HEADER_SEPARATOR, /* no empty line: the next message's From_ line came */
	REEVE_HEADER_LIMIT,     /* nor that */
};

struct reeve_header {
	/* Asked. reeve_header_init() fills all this; to be changed before reading. */
	struct reeve_scan *scan;
	uint64_t start;      /* after the From_ line */
	uint64_t limit;      /* where the file ends, or the message */
	unsigned int needs;  /* enum reeve_need */
	bool is_cut;         /* a separator ends the header */
	bool is_first;       /* in the mailbox */
	uint32_t next_uid, last_uid, uid_validity; /* of the mark; moved on by reading */
	int (*each)(void *user, struct reeve_span line); /* every X-IMAP or X-IMAPbase field, or NULL */
	bool each_length;    /* and every Content-Length */
	void *user;

	/* Found. */
	uint64_t end;        /* after the empty line, or where the separator begins */
	enum reeve_header_end ended_by;
	unsigned int flags;  /* enum reeve_flag */
	uint32_t uid;        /* X-UID, if Dovecot would believe it */
	bool is_pseudo;
	bool begins_well;    /* the first line looks like a header line */
	bool has_trace;      /* a field that delivered mail has */
	bool has_length, has_date;
	uint64_t length;     /* Content-Length */
	struct reeve_span imapbase;
	int64_t sent;
	int sent_zone_minutes;
	uint64_t size_virtual; /* if needed: without hidden fields, each line end CR LF */
	unsigned int last_end; /* what the last line end added to it */

	uint64_t unseen; /* where Dovecot sees no separator, whatever stands there */

	/* The field that the lines before belong to. */
	const struct reeve_field *field; /* NULL: none of ours */
	uint64_t field_start, field_end;
	bool has_line;       /* a line that can go on was read */
	bool is_hidden;      /* it is one of Dovecot's own */
	bool has_cr;         /* its last line ended in CR LF */
	size_t value_length;
	unsigned char value[REEVE_VALUE_MAX];
};

void reeve_header_init(struct reeve_header *h, struct reeve_scan *scan, uint64_t start);

/* Returns 0, or -1 with err; or what `each` returned, if that was not 0. */
int reeve_header_read(struct reeve_header *h, struct reeve_error *err);

#endif
