/* SPDX-License-Identifier: MIT */
/*
 * The pieces that structured header fields are made of (RFC 5322 section 3.2, RFC 2045 section 5.1),
 * as Dovecot takes them apart (lib-mail/rfc822-parser.c). Values are unfolded.
 *
 * Each function moves on behind the piece and behind white space and comments that follow, and
 * appends what the piece says to `out`.
 */
#ifndef MIME_LEXER_H
#define MIME_LEXER_H

#include "base/buf.h"

struct reeve_lexer {
	const unsigned char *p, *end;
	struct reeve_buf *comment; /* gets the text of the last comment; or NULL */
};

enum reeve_lexed {
	REEVE_LEXED_BROKEN = -1,
	REEVE_LEXED_LAST = 0, /* nothing follows */
	REEVE_LEXED_MORE = 1,
};

/* The byte there, or -1 at the end. */
static inline int reeve_lexer_peek(const struct reeve_lexer *lexer)
{
	return lexer->p < lexer->end ? *lexer->p : -1;
}

/* Letters of an atom (RFC 5322 section 3.2.3); 8-bit ones too (RFC 6532). */
bool reeve_is_atext(int byte);

/* White space and comments, which may be nested. BROKEN: a comment has no end. */
enum reeve_lexed reeve_lexer_skip(struct reeve_lexer *lexer);

/* BROKEN if none is there. */
enum reeve_lexed reeve_lexer_atom(struct reeve_lexer *lexer, struct reeve_buf *out);

/* "one.two", with white space around the dots. BROKEN: nothing where an atom should be. */
enum reeve_lexed reeve_lexer_dot_atom(struct reeve_lexer *lexer, struct reeve_buf *out);

/* A token of MIME, dots too; it may be empty. */
enum reeve_lexed reeve_lexer_token(struct reeve_lexer *lexer, struct reeve_buf *out);

/* From the quote on. NUL becomes U+FFFD. BROKEN, and nothing appended but pieces, without an end. */
enum reeve_lexed reeve_lexer_quoted(struct reeve_lexer *lexer, struct reeve_buf *out);

/* Words, quoted or not, dots too, with one blank between them. */
enum reeve_lexed reeve_lexer_phrase(struct reeve_lexer *lexer, struct reeve_buf *out);

/* From the "@" on: a dot-atom or a [literal], the brackets kept. */
enum reeve_lexed reeve_lexer_domain(struct reeve_lexer *lexer, struct reeve_buf *out);

#endif
