/* SPDX-License-Identifier: MIT */
/* Whether a line is a boundary of one of the open parts. */
#include "mime/walk.h"

#include <string.h>

const unsigned char *reeve_walk_look(struct reeve_walk *walk, uint64_t offset, size_t want,
                                     size_t *have_r)
{
	const unsigned char *p = reeve_source_at(walk->src, offset, want, have_r, walk->err);

	if (*have_r > walk->end - offset)
		*have_r = (size_t)(walk->end - offset);
	return p;
}

/*
 * The longest one that the line begins with, as in Dovecot: of boundaries "a" and "ab" a line
 * "--ab" is the latter's, whichever is the inner part. Nothing is longer than the line itself.
 */
static struct reeve_level *match(struct reeve_walk *walk, const unsigned char *line, size_t n)
{
	bool has_dashes = n > 2 && line[n - 1] == '-' && line[n - 2] == '-';
	struct reeve_level *best = NULL;

	for (size_t i = walk->level->part.depth + 1; i-- > 0;) {
		struct reeve_level *level = walk->levels[i];
		size_t length = level->boundary_length;

		if (!level->is_open || length > n || memcmp(level->boundary, line, length) != 0 ||
		    (best != NULL && best->boundary_length >= length))
			continue;
		best = level;
		if (length == n || (has_dashes && length + 2 == n))
			break;
	}
	return best;
}

int reeve_walk_boundary(struct reeve_walk *walk, uint64_t offset, struct reeve_level **level_r,
                        bool *is_last_r)
{
	size_t have, n;
	const unsigned char *p = reeve_walk_look(walk, offset, REEVE_BOUNDARY_LINE_BYTES + 4,
	                                         &have),
			    *lf;

	*level_r = NULL;
	*is_last_r = false;
	if (p == NULL)
		return -1;
	if (have < 2 || p[0] != '-' || p[1] != '-' || walk->count >= REEVE_PARTS_COUNT)
		return 0;
	p += 2;
	have -= 2;
	n = have < REEVE_BOUNDARY_LINE_BYTES ? have : REEVE_BOUNDARY_LINE_BYTES;
	lf = memchr(p, '\n', n);
	if (lf != NULL)
		n = (size_t)(lf - p);
	if (lf != NULL && n > 0 && p[n - 1] == '\r')
		n--;
	*level_r = match(walk, p, n);
	if (*level_r != NULL) {
		size_t length = (*level_r)->boundary_length;

		*is_last_r = have >= length + 2 && p[length] == '-' && p[length + 1] == '-';
	}
	return 0;
}
