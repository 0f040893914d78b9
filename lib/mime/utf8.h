/* SPDX-License-Identifier: MIT */
/* UTF-8 that may be broken (RFC 3629). */
#ifndef MIME_UTF8_H
#define MIME_UTF8_H

#include "base/buf.h"

#include <stdint.h>

/* The character at p, of n bytes; n is at least 1. Returns its length, or 0 if it is none. */
size_t reeve_utf8_get(const unsigned char *p, size_t n, uint32_t *character_r);

/* How many of n bytes are before a character that they leave unfinished, if the last one is. */
size_t reeve_utf8_whole(const unsigned char *text, size_t n);

/* How many bytes at the beginning are ASCII. */
size_t reeve_utf8_ascii(const unsigned char *text, size_t n);

/*
 * Append text that should be UTF-8. Each byte that belongs to no character becomes U+FFFD, but a
 * run of them one.
 */
void reeve_utf8_add(const unsigned char *text, size_t n, struct reeve_buf *out);

/* Append U+FFFD, unless it is what `out` ends with. */
void reeve_utf8_add_broken(struct reeve_buf *out);

#endif
