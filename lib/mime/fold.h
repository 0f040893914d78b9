/* SPDX-License-Identifier: MIT */
/*
 * The form in which texts are compared: case and accents as Dovecot's searches see them
 * (lib/unichar.c, uni_utf8_to_decomposed_titlecase). This is libunistring's one door.
 */
#ifndef MIME_FOLD_H
#define MIME_FOLD_H

#include "base/buf.h"

/*
 * Append the folded text: each character in title case, then taken apart by one step of its
 * (canonical or compatibility) decomposition, so "ä" and "Ä" are "A" and U+0308. A search text and
 * a text folded alike match where Dovecot's do. The text may be folded in pieces that end where a
 * character ends. Bytes that are no UTF-8 become U+FFFD, a run of them one.
 */
void reeve_fold(const char *text, size_t n, struct reeve_buf *out);

#endif
