/* SPDX-License-Identifier: MIT */
/*
 * A walk over the MIME structure of one message, in one pass and with bounded memory.
 *
 * Parts are what Dovecot takes for parts (lib-mail/message-parser.c): multipart/... and
 * message/rfc822 are opened, up to 100 deep and 10,000 in all, and what is beyond is a leaf; a line
 * that begins with a boundary of any open part ends those inside it; a boundary within a header
 * ends that. Preambles and epilogues belong to no leaf.
 *
 *     field() of each header line, begin(), body()... of a leaf or the parts inside, end()
 */
#ifndef MIME_PARTS_H
#define MIME_PARTS_H

#include "base/source.h"
#include "mime/charset.h"
#include "mime/encoding.h"

#define REEVE_PARTS_DEPTH 100
#define REEVE_PARTS_COUNT 10000

/* The longest value of a field; what is longer is cut. */
#define REEVE_PART_VALUE_BYTES ((size_t)1 << 20)

/* Bytes that body() gets at once, at most. */
#define REEVE_PART_BODY_BYTES ((size_t)1 << 16)

/* From begin() or body(): no (more) bytes of this part, please; the walk goes on. */
#define REEVE_PART_SKIP 0x5419

/* Strings belong to the walk and are good until the part's end(). */
struct reeve_part {
	const char *type;    /* "text/plain", in lower case; the default if the header says none */
	const char *charset; /* as it stands; NULL if the header says none */
	const char *name;    /* filename= or name=, decoded (RFC 2231, RFC 2047) to UTF-8; or NULL */
	enum reeve_encoding encoding;
	unsigned int depth;  /* 0: the message itself */
	bool is_leaf;        /* not opened: its body is bytes */
	bool is_text;        /* a leaf that Dovecot's BODY looks into: text/..., message/... */
	bool is_attachment;  /* Content-Disposition says so */
	struct reeve_span header; /* of the file, with the empty line */
	struct reeve_span body;   /* without the line end before a boundary; length known at end() */
};

/* A header field; or a line without a colon, which is all value. Good during the call only. */
struct reeve_part_field {
	const char *name;
	size_t name_length;
	const char *middle; /* the colon, blanks before it, and one blank behind it */
	size_t middle_length;
	const char *value;  /* unfolded: without line ends, a tab that began a line as a blank */
	size_t value_length;
	bool has_line_end;  /* false: the header ends with it, without an empty line or line end */
};

/* Any may be NULL. A non-zero return stops the walk and is returned. They leave src alone. */
struct reeve_parts_handler {
	struct reeve_charsets *charsets; /* for names of parts; NULL is slower */

	/* In the part depth is known and where the header begins, and nothing else yet. */
	int (*field)(void *user, const struct reeve_part *part, const struct reeve_part_field *field);

	/* The header is complete. */
	int (*begin)(void *user, const struct reeve_part *part);

	/*
	 * Bytes of a leaf, still encoded. Without it, and after REEVE_PART_SKIP, a body that no
	 * boundary can end is not even read.
	 */
	int (*body)(void *user, const struct reeve_part *part, const unsigned char *bytes, size_t n);

	/* The part is complete, and so are those inside. */
	int (*end)(void *user, const struct reeve_part *part);
};

/*
 * Walk over a message: `header` is its header with the empty line, and its body is what is between
 * that and the end of `whole`, as reeve_mbox_next() gives them. Moves the window of src.
 *
 * Returns 0, what a handler returned, or -1 with err: REEVE_EIO, REEVE_ECHANGED, REEVE_ENOMEM.
 */
int reeve_parts_walk(struct reeve_source *src, struct reeve_span header, struct reeve_span whole,
                     const struct reeve_parts_handler *handler, void *user,
                     struct reeve_error *err);

#endif
