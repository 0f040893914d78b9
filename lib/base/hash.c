/* SPDX-License-Identifier: MIT */
/* XXH3 of libxxhash, and nothing else: the one door to it. */
#include "base/hash.h"

#include <xxhash.h>

/* struct reeve_hasher is never defined: a pointer to one is a pointer to their state. */
static XXH3_state_t *state(struct reeve_hasher *h)
{
	return (XXH3_state_t *)h;
}

static const XXH3_state_t *const_state(const struct reeve_hasher *h)
{
	return (const XXH3_state_t *)h;
}

uint64_t reeve_hash(const void *bytes, size_t n)
{
	return XXH3_64bits(bytes, n);
}

struct reeve_hasher *reeve_hasher_new(void)
{
	XXH3_state_t *s = XXH3_createState(); /* aligned to 64, which malloc(3) does not promise */

	if (s != NULL)
		XXH3_64bits_reset(s);
	return (struct reeve_hasher *)s;
}

void reeve_hasher_reset(struct reeve_hasher *h)
{
	XXH3_64bits_reset(state(h));
}

void reeve_hasher_add(struct reeve_hasher *h, const void *bytes, size_t n)
{
	XXH3_64bits_update(state(h), bytes, n);
}

uint64_t reeve_hasher_value(const struct reeve_hasher *h)
{
	return XXH3_64bits_digest(const_state(h));
}

void reeve_hasher_copy(struct reeve_hasher *to, const struct reeve_hasher *from)
{
	XXH3_copyState(state(to), const_state(from));
}

void reeve_hasher_free(struct reeve_hasher *h)
{
	XXH3_freeState(state(h));
}
