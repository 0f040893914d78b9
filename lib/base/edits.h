/* SPDX-License-Identifier: MIT */
/*
 * An ordered list "these bytes instead of that span". A new file is a source and its edits.
 *
 * Edits are added in the order of their offsets and do not overlap; spans that touch become one
 * edit where neither brings text. Adding fails sticky: after the first failure nothing is added,
 * and reeve_edits_check() reports it. 16 bytes of memory per edit, and the texts.
 */
#ifndef BASE_EDITS_H
#define BASE_EDITS_H

#include <mailreeve/base.h>

struct reeve_edits;

struct reeve_edits *reeve_edits_new(void); /* NULL: no memory */
void reeve_edits_free(struct reeve_edits *edits);

/* `text` (n bytes, copied; n may be 0) instead of `span` (whose length may be 0). */
void reeve_edits_add(struct reeve_edits *edits, struct reeve_span span, const void *text, size_t n);

int reeve_edits_check(const struct reeve_edits *edits, struct reeve_error *err);

size_t reeve_edits_count(const struct reeve_edits *edits);

/* The i-th edit. *text_r belongs to edits. */
struct reeve_span reeve_edits_at(const struct reeve_edits *edits, size_t i, const void **text_r,
                                 size_t *n_r);

#endif
