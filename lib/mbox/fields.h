/* SPDX-License-Identifier: MIT */
/* The header fields that say something about a message or a mailbox. */
#ifndef MBOX_FIELDS_H
#define MBOX_FIELDS_H

#include "mbox/header.h"

struct reeve_field {
	const char *name; /* in lower case */
	size_t length;
	bool is_hidden; /* Dovecot's own, which its readers do not see (mbox-storage.c) */
	bool is_trace;  /* mail that was delivered has one of these */
	bool is_imap;   /* X-IMAP or X-IMAPbase */
	bool is_length; /* Content-Length */
	void (*take)(struct reeve_header *h, const unsigned char *value, size_t n);
};

/* The field that a header line is of, or NULL. *value_r is where its value begins. */
const struct reeve_field *reeve_field_find(const unsigned char *line, size_t n,
                                           const unsigned char **value_r);

#endif
