/* SPDX-License-Identifier: MIT */
/*
 * Content transfer encodings (RFC 2045 section 6), decoded in pieces.
 *
 *     reeve_decoder_init(&decoder, encoding);
 *     reeve_decoder_add(&decoder, bytes, n, &out);     as often as you like
 *
 * They take what Dovecot's take (lib/base64.c, lib-mail/qp-decoder.c), and stop where those stop.
 */
#ifndef MIME_ENCODING_H
#define MIME_ENCODING_H

#include "base/buf.h"

enum reeve_encoding {
	REEVE_ENCODING_NONE, /* 7bit, 8bit, binary: the bytes as they are */
	REEVE_ENCODING_QUOTED_PRINTABLE,
	REEVE_ENCODING_BASE64,
	REEVE_ENCODING_UNKNOWN, /* says something else: nobody knows what the bytes mean */
};

struct reeve_decoder {
	enum reeve_encoding encoding;
	bool is_finished; /* base64: behind its end, or behind what cannot be base64 */
	unsigned char state, bits, hex;
	unsigned char blanks_count;
	unsigned char blanks[77]; /* quoted-printable: white space that may end the line */
};

/* What the value of a Content-Transfer-Encoding field says. */
enum reeve_encoding reeve_encoding_parse(const char *value, size_t n);

void reeve_decoder_init(struct reeve_decoder *decoder, enum reeve_encoding encoding);

/*
 * Append the decoded bytes: at most n of base64, 2 n and 80 of quoted-printable (whose line ends
 * become CR LF), n of REEVE_ENCODING_NONE, none of REEVE_ENCODING_UNKNOWN.
 */
void reeve_decoder_add(struct reeve_decoder *decoder, const unsigned char *bytes, size_t n,
                       struct reeve_buf *out);

/* What a hexadecimal digit stands for, or -1. */
int reeve_hex_value(unsigned char digit);

#endif
