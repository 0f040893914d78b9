/* SPDX-License-Identifier: MIT */
/* Fast hashes that notice a change, not an attacker: XXH3 of libxxhash, whose one door this is. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t reeve_hash(const void *bytes, size_t n);

/* Over pieces. One reeve_hasher per stream; freed with reeve_hasher_free(). NULL: no memory. */
struct reeve_hasher;
struct reeve_hasher *reeve_hasher_new(void);
void reeve_hasher_reset(struct reeve_hasher *h);
void reeve_hasher_add(struct reeve_hasher *h, const void *bytes, size_t n);
uint64_t reeve_hasher_value(const struct reeve_hasher *h); /* of all so far; adding may go on */
void reeve_hasher_copy(struct reeve_hasher *to, const struct reeve_hasher *from);
void reeve_hasher_free(struct reeve_hasher *h);

#endif
