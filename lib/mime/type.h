/* SPDX-License-Identifier: MIT */
/* What a file is, by its bytes. libmagic is loaded only when asked; this is its one door. */
#ifndef MIME_TYPE_H
#define MIME_TYPE_H

#include <stddef.h>

/* A name in words ("gzip compressed data, ..."), at most n bytes with the NUL; "" if unknown. */
void reeve_type_describe(const void *bytes, size_t size, char *buf, size_t n);

#endif
