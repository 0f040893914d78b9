/* SPDX-License-Identifier: MIT */
/*
 * What text.c and its two readers share: the header's fields (text_header.c) and all of a message
 * (text_body.c).
 */
#ifndef MBOX_TEXT_LOOK_H
#define MBOX_TEXT_LOOK_H

#include "mbox/finder.h"
#include "mbox/keywords.h"
#include "mbox/text.h"
#include "mime/charset.h"
#include "mime/parts.h"

/* What a handler returns when the rest of the message does not matter. */
#define TEXT_DECIDED 1

/* Unpacking takes a value of a field, or the bytes of a body, to a few times their size. */
#define TEXT_BUF_MAX (8 * REEVE_PART_VALUE_BYTES)

/* What is looked through by one finder. */
enum text_stream {
	STREAM_BODY, /* the bodies alone */
	STREAM_ALL,  /* headers and bodies, as they follow each other */
	STREAM_COUNT,
};

struct reeve_text {
	const struct reeve_query *query;
	struct query_text *texts; /* of the query, by number */
	struct reeve_found found;

	struct reeve_source own; /* for what the scan's window does not hold; opened when needed */
	bool has_own;
	int fd;

	struct reeve_span imapbase; /* of the first message */
	struct reeve_keywords keywords;
	bool keywords_are_read;

	/* The message at work. */
	struct reeve_message *msg;
	const struct reeve_totals *totals;

	/* Of the field at hand what each kind of text is looked for in, if it was made. */
	struct reeve_buf forms[QUERY_IN_FIELD + 1];
	bool has_form[QUERY_IN_FIELD + 1];
	struct reeve_buf raw, words; /* on the way to one */

	/* Needles stand in the order of the streams; `number` tells which text each is. */
	struct reeve_needle *needles;
	size_t *numbers;
	struct reeve_finder finders[STREAM_COUNT];
	struct reeve_decoder decoder;
	struct reeve_charsets *charsets;
	struct reeve_charset *charset; /* of the part at hand; one of charsets */
	struct reeve_buf decoded, utf8, folded;
	bool has_no_memory;
};

/* The answer to a text is yes. TEXT_DECIDED, or 0 if that is not yet enough. */
int text_say_yes(struct reeve_text *t, size_t number);

/* Append what a field's value says: encoded words decoded, and then folded. */
void text_unpack(struct reeve_text *t, const char *value, size_t n, struct reeve_buf *out);

/* Handlers of a walk; `user` is the struct reeve_text. */
int text_take_field(void *user, const struct reeve_part *part,
                    const struct reeve_part_field *field);
int text_take_keywords(void *user, const struct reeve_part *part,
                       const struct reeve_part_field *field);
int text_read_field(void *user, const struct reeve_part *part,
                    const struct reeve_part_field *field);
int text_begin_part(void *user, const struct reeve_part *part);
int text_read_body(void *user, const struct reeve_part *part, const unsigned char *bytes, size_t n);
int text_end_part(void *user, const struct reeve_part *part);

/* Needles for BODY and TEXT; and before each message, none found. 0, or -1 with err. */
int text_open_streams(struct reeve_text *t, struct reeve_error *err);
void text_begin_streams(struct reeve_text *t);

#endif
