/* SPDX-License-Identifier: MIT */
/* Characters of UTF-8 (RFC 3629 section 4), in text that may be none. */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* How many bytes at text, which a NUL ends, make one character; 0 if none. *c_r is which, if asked. */
size_t utf8_decode(const char *text, uint32_t *c_r);

#endif
