/* SPDX-License-Identifier: MIT */
/* Two loops over every byte of a mailbox, as vectors. */
#ifndef BASE_FIND_H
#define BASE_FIND_H

#include <stddef.h>
#include <stdint.h>

/*
 * Index of the first line end that `next` follows, as "F" does in "\nFrom ". If there is none,
 * n - 1: the last byte may be one whose next is yet to come. n is at least 1.
 */
size_t reeve_find_line(const unsigned char *bytes, size_t n, unsigned char next);

/* How many line ends have no CR before them; `before` is the byte before the first. */
uint64_t reeve_count_bare(const unsigned char *bytes, size_t n, unsigned char before);

#endif
