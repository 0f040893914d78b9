/* SPDX-License-Identifier: MIT */
/*
 * Which of many names is most like one that somebody mistyped.
 *
 *     struct reeve_similar similar;
 *     reeve_similar_begin(&similar, "mynetwork", 9);
 *     for all names: reeve_similar_try(&similar, name);
 *     similar.best             the nearest, or NULL: none is near enough to be what was meant
 *
 * Near is: a few letters missing, too many, wrong, or two of them swapped; of a short name fewer.
 */
#ifndef CONF_SIMILAR_H
#define CONF_SIMILAR_H

#include <stddef.h>

struct reeve_similar {
	const char *name; /* borrowed; n bytes */
	size_t n;
	const char *best; /* what was handed in; of names that are as near, the first */
	unsigned int steps; /* one more than best's, or than is near */
};

void reeve_similar_begin(struct reeve_similar *similar, const char *name, size_t n);
void reeve_similar_try(struct reeve_similar *similar, const char *name);

#endif
