/* SPDX-License-Identifier: MIT */
/* Two loops over every byte of a mailbox, as vectors. */
#ifndef MBOX_FIND_H
#define MBOX_FIND_H

#include <stddef.h>
#include <stdint.h>

/*
 * Index of the first line end that an "F" follows, as in "\nFrom ". If there is none, n - 1: the
 * last byte may be one whose "F" is yet to come. n is at least 1.
 */
size_t reeve_find_from(const unsigned char *bytes, size_t n);

/* How many line ends have no CR before them; `before` is the byte before the first. */
uint64_t reeve_count_bare(const unsigned char *bytes, size_t n, unsigned char before);

#endif
