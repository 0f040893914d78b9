/* SPDX-License-Identifier: MIT */
/*
 * Text in any charset to UTF-8, in pieces. This is iconv's one door.
 *
 *     charset = reeve_charset_open(name);
 *     reeve_charset_add(charset, bytes, n, &out);     as often as you like
 *     reeve_charset_reset(charset);                   before the next text
 *     reeve_charset_close(charset);
 *
 * As Dovecot does it (lib-charset/charset-iconv.c, lib-mail/message-decoder.c): broken bytes become
 * U+FFFD, a run of them one. A character that the last piece of a text leaves unfinished is dropped.
 */
#ifndef MIME_CHARSET_H
#define MIME_CHARSET_H

#include "base/buf.h"

struct reeve_charset;

/*
 * Names are those of mail: MIME's and what iconv knows besides, in any case. NULL, and a charset
 * that iconv does not know, are UTF-8; so is US-ASCII.
 * Returns NULL if there is no memory.
 */
struct reeve_charset *reeve_charset_open(const char *name);
void reeve_charset_close(struct reeve_charset *charset);

/* Whether a charset of this name can be had, or is taken for UTF-8. */
bool reeve_charset_is_known(const char *name);

/* Append whole characters only; the bytes of one that is unfinished wait for the next piece. */
void reeve_charset_add(struct reeve_charset *charset, const unsigned char *bytes, size_t n,
                       struct reeve_buf *out);
void reeve_charset_reset(struct reeve_charset *charset);

/*
 * Append text that should be UTF-8: what is none becomes U+FFFD, a run of it one. What is cut off
 * at the end is none either.
 */
void reeve_utf8_add(const unsigned char *text, size_t n, struct reeve_buf *out);

#endif
