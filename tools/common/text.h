/* SPDX-License-Identifier: MIT */
/*
 * Text that strangers wrote, for a terminal: no control characters, nothing that turns the
 * direction of writing or hides, cut by the columns it takes.
 *
 *     text_begin();    once: which characters the locale can show
 */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void text_begin(void);

/* Whether the locale shows UTF-8; else there is ASCII only. */
bool text_is_utf8(void);

/* How many columns the text takes when it is shown. */
size_t text_width(const char *text);

/*
 * The text as it is to be shown, at most `width` columns; what is longer ends in "..." (one
 * column in UTF-8). buf has n bytes, with the NUL; what does not fit is cut, too.
 * Returns the columns taken.
 */
size_t text_fit(char *buf, size_t n, const char *text, size_t width);

/* What to show of a character: itself, another one, or 0 for nothing. For pages, too. */
uint32_t text_harmless(uint32_t c);

#endif
