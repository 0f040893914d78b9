/* SPDX-License-Identifier: MIT */
/*
 * Two loops over every byte of a mailbox, as vectors.
 *
 * They are plain C: blocks of fixed size without a way out in the middle, of which gcc and clang
 * make vectors at -O2. On x86-64 each is compiled twice, and the CPU is asked which it may have.
 * (target_clones would write the asking for us, but as an ifunc, which runs before the sanitizers
 * are set up.) glibc's memmem(3) for "\nFrom " is three times slower than two compares.
 */
#include "base/find.h"

#include <string.h>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define HAVE_WIDE 1
#define WIDE __attribute__((target("avx2")))
#endif

#define INLINE static inline __attribute__((always_inline))

enum { BLOCK = 256, SMALL = 64 };

/* Whether a pair begins in the `size` bytes; the byte after them is read as well. */
INLINE unsigned char has_pair(const unsigned char *p, size_t size, unsigned char next)
{
	unsigned char found = 0;

	for (size_t i = 0; i < size; i++)
		found |= (unsigned char)((p[i] == '\n') & (p[i + 1] == next));
	return found;
}

INLINE size_t find(const unsigned char *bytes, size_t n, unsigned char next)
{
	const unsigned char *p = bytes, *last = bytes + n - 1; /* the last byte has no next one */

	while (last - p >= BLOCK && !has_pair(p, BLOCK, next))
		p += BLOCK;
	while (last - p >= SMALL && !has_pair(p, SMALL, next))
		p += SMALL;
	while (p < last) {
		p = memchr(p, '\n', (size_t)(last - p));
		if (p == NULL)
			return n - 1;
		if (p[1] == next)
			break;
		p++;
	}
	return (size_t)(p - bytes);
}

/* Line ends without CR among p[1..size]. At most 255. */
INLINE unsigned char count_block(const unsigned char *p, size_t size)
{
	unsigned char bare = 0;

	for (size_t i = 0; i < size; i++)
		bare += (unsigned char)((p[i + 1] == '\n') & (p[i] != '\r'));
	return bare;
}

INLINE uint64_t count(const unsigned char *p, size_t n, unsigned char before)
{
	uint64_t bare;

	if (n == 0)
		return 0;
	bare = p[0] == '\n' && before != '\r';
	for (n--; n >= SMALL; p += SMALL, n -= SMALL)
		bare += count_block(p, SMALL);
	for (; n > 0; p++, n--)
		bare += p[1] == '\n' && p[0] != '\r';
	return bare;
}

#ifdef HAVE_WIDE
WIDE static size_t find_wide(const unsigned char *bytes, size_t n, unsigned char next)
{
	return find(bytes, n, next);
}

WIDE static uint64_t count_wide(const unsigned char *bytes, size_t n, unsigned char before)
{
	return count(bytes, n, before);
}
#endif

size_t reeve_find_line(const unsigned char *bytes, size_t n, unsigned char next)
{
#ifdef HAVE_WIDE
	if (__builtin_cpu_supports("avx2"))
		return find_wide(bytes, n, next);
#endif
	return find(bytes, n, next);
}

uint64_t reeve_count_bare(const unsigned char *bytes, size_t n, unsigned char before)
{
#ifdef HAVE_WIDE
	if (__builtin_cpu_supports("avx2"))
		return count_wide(bytes, n, before);
#endif
	return count(bytes, n, before);
}
