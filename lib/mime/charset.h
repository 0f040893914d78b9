/* SPDX-License-Identifier: MIT */
/*
 * Text in any charset to UTF-8, in pieces. This is iconv's one door.
 *
 *     charsets = reeve_charsets_new();
 *     charset = reeve_charsets_get(charsets, name);       for each text
 *     reeve_charset_add(charset, bytes, n, &out);         as often as you like
 *     reeve_charsets_free(charsets);
 *
 * glibc loads a module for a charset and unloads it when the last user closes it, which takes longer
 * than to convert a header field by far. So what was opened stays open, up to 32 of them.
 *
 * As Dovecot does it (lib-charset/charset-iconv.c, lib-mail/message-decoder.c): broken bytes become
 * U+FFFD, a run of them one. A character that the last piece of a text leaves unfinished is dropped.
 */
#ifndef MIME_CHARSET_H
#define MIME_CHARSET_H

#include "base/buf.h"

struct reeve_charsets;
struct reeve_charset;

/* Returns NULL if there is no memory. */
struct reeve_charsets *reeve_charsets_new(void);
void reeve_charsets_free(struct reeve_charsets *charsets);

/*
 * Ready for a new text. Names are those of mail: MIME's and what iconv knows besides, in any case.
 * NULL, and a charset that iconv does not know, are UTF-8; so is US-ASCII. There is one converter of
 * a name: texts in the same charset have to come one after the other.
 *
 * Returns NULL if there is no memory; else it belongs to charsets, and is good until 31 others were
 * asked for.
 */
struct reeve_charset *reeve_charsets_get(struct reeve_charsets *charsets, const char *name);

/* Whether it is UTF-8, or is taken for it. */
bool reeve_charset_is_utf8(const struct reeve_charset *charset);

/* Append whole characters only; the bytes of one that is unfinished wait for the next piece. */
void reeve_charset_add(struct reeve_charset *charset, const unsigned char *bytes, size_t n,
                       struct reeve_buf *out);

#endif
