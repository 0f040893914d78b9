/* SPDX-License-Identifier: MIT */
/*
 * What a message says about itself: sender, list, subject, attachments.
 *
 *     reeve_facts_init(&facts, attachments);
 *     reeve_facts_read(&facts, scan, &msg, err);    for each message
 *     reeve_facts_dispose(&facts);
 */
#ifndef REPORT_FACTS_H
#define REPORT_FACTS_H

#include "base/buf.h"
#include "mbox/scan.h"
#include "mime/charset.h"
#include "mime/type.h"
#include "report/counter.h"

struct reeve_facts {
	/* Asked; may be changed before each message. */
	bool wants_subject;

	/* Found: UTF-8, "" where there is none. Good until the next message. */
	char sender[REEVE_NAME_MAX + 1]; /* address, ASCII letters in lower case */
	const char *domain;              /* its end */
	bool has_list;
	char list[REEVE_NAME_MAX + 1];   /* what identifies it in List-Id, likewise */
	const char *subject;

	/* its own */
	struct reeve_counter *attachments; /* by content type; counted into */
	bool has_sender, has_subject;
	struct reeve_charsets *charsets;
	struct reeve_buf text;
	struct reeve_buf decoded;
	bool is_unread;
	int fd;
	struct reeve_sniffer *sniffer; /* NULL: not needed yet */
};

/* Returns 0, or -1 if there is no memory. */
int reeve_facts_init(struct reeve_facts *facts, struct reeve_counter *attachments);

/* Returns 0, or -1 with err. Moves the scan's window, not the scan. */
int reeve_facts_read(struct reeve_facts *facts, struct reeve_scan *scan,
                     const struct reeve_message *msg, struct reeve_error *err);

void reeve_facts_dispose(struct reeve_facts *facts);

#endif
