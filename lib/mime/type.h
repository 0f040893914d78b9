/* SPDX-License-Identifier: MIT */
/* What a file is, by its bytes. libmagic is loaded only when asked; this is its one door. */
#ifndef MIME_TYPE_H
#define MIME_TYPE_H

#include <stddef.h>

/* A name in words ("gzip compressed data, ..."), at most n bytes with the NUL; "" if unknown. */
void reeve_type_describe(const void *bytes, size_t size, char *buf, size_t n);

/*
 * Types of many files: the database stays loaded. NULL: no memory; where there is no libmagic, a
 * sniffer that knows nothing.
 */
struct reeve_sniffer;
struct reeve_sniffer *reeve_sniffer_new(void);

/* "application/pdf", from the first bytes; good until the next call. NULL if it is not known. */
const char *reeve_sniffer_type(struct reeve_sniffer *sniffer, const void *bytes, size_t size);
void reeve_sniffer_free(struct reeve_sniffer *sniffer);

#endif
