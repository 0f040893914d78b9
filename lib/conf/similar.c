/* SPDX-License-Identifier: MIT */
/* How many slips of the fingers lie between two names. */
#include "conf/similar.h"

#include <string.h>

enum { LONGEST = 80 }; /* of a name; the longest of Postfix has 58 */

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * Steps from a to b: insert, delete, replace, swap neighbours (the optimal string alignment
 * distance). `limit` if there are as many or more.
 */
static unsigned int steps_between(const char *a, size_t a_n, const char *b, size_t b_n,
                                  unsigned int limit)
{
	unsigned int rows[3][LONGEST + 1];
	unsigned int *before = rows[0], *last = rows[1], *now = rows[2];

	for (size_t j = 0; j <= b_n; j++)
		last[j] = before[j] = (unsigned int)j;
	for (size_t i = 1; i <= a_n; i++) {
		unsigned int row = now[0] = (unsigned int)i;

		for (size_t j = 1; j <= b_n; j++) {
			unsigned int n = last[j - 1] + (a[i - 1] != b[j - 1]);

			n = least(n, least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				n = least(n, before[j - 2] + 1);
			now[j] = n;
			row = least(row, n);
		}
		if (row >= limit)
			return limit;
		unsigned int *free_row = before;
		before = last;
		last = now;
		now = free_row;
	}
	return least(last[b_n], limit);
}

void reeve_similar_begin(struct reeve_similar *similar, const char *name, size_t n)
{
	*similar = (struct reeve_similar){.name = name, .n = n};
	/* Every name of three letters is like every other. */
	similar->steps = n < 4 ? 1 : n < 8 ? 2 : n < 14 ? 3 : 4;
}

void reeve_similar_try(struct reeve_similar *similar, const char *name)
{
	size_t n = strlen(name), more = n > similar->n ? n - similar->n : similar->n - n;
	unsigned int steps;

	if (more >= similar->steps || n > LONGEST || similar->n > LONGEST)
		return;
	steps = steps_between(similar->name, similar->n, name, n, similar->steps);
	if (steps < similar->steps) {
		similar->steps = steps;
		similar->best = name;
	}
}
