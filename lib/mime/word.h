/* SPDX-License-Identifier: MIT */
/*
 * Words of header fields: encoded words (RFC 2047), and text that is 8-bit without saying in what
 * charset.
 */
#ifndef MIME_WORD_H
#define MIME_WORD_H

#include "mime/charset.h"

/*
 * Append to `out` what a header value says, in UTF-8, as Dovecot searches it
 * (lib-mail/message-header-decode.c): encoded words anywhere, inside quotes as well; white space
 * between two of them goes; what is no proper encoded word stays as it stands. Bytes that are no
 * UTF-8 become U+FFFD, a run of them one; so does each half of a character that was cut in two by
 * a word's end. The text of a word in a charset that iconv does not know is taken for UTF-8.
 *
 * The value is unfolded (no line ends); other control characters, NUL as well, come through.
 * `charsets` keeps open what is used here; NULL is slower.
 */
void reeve_word_decode(struct reeve_charsets *charsets, const char *value, size_t n,
                       struct reeve_buf *out);

#endif
