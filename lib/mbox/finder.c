/* SPDX-License-Identifier: MIT */
/* Finding several texts in a stream of bytes, with memmem(3) in each piece and across its edge. */
#include "mbox/finder.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

int reeve_finder_init(struct reeve_finder *finder, struct reeve_needle *needles, size_t count,
                      struct reeve_error *err)
{
	*finder = (struct reeve_finder){.needles = needles, .count = count, .longest = 1};
	for (size_t i = 0; i < count; i++) {
		if (needles[i].length > finder->longest)
			finder->longest = needles[i].length;
	}
	/* A tail, and as much of the next piece behind it. */
	finder->tail = malloc(2 * finder->longest);
	return finder->tail == NULL ? reeve_fail_nomem(err) : 0;
}

void reeve_finder_dispose(struct reeve_finder *finder)
{
	if (finder == NULL)
		return;
	free(finder->tail);
	finder->tail = NULL;
}

/* In the tail and `more` bytes behind it, beginning in the tail. */
static bool is_across(const struct reeve_finder *finder, const struct reeve_needle *needle,
                      size_t more)
{
	size_t part = needle->length - 1;
	size_t before = part < finder->tail_length ? part : finder->tail_length;
	size_t after = part < more ? part : more;

	return memmem(finder->tail + finder->tail_length - before, before + after, needle->bytes,
	              needle->length) != NULL;
}

/* Keep the last bytes of the tail and the piece; `more` of the piece stand behind the tail. */
static void move_tail(struct reeve_finder *finder, const void *bytes, size_t n, size_t more)
{
	size_t keep = finder->longest - 1;

	if (n >= keep) {
		memcpy(finder->tail, (const unsigned char *)bytes + n - keep, keep);
		finder->tail_length = keep;
		return;
	}
	finder->tail_length += more;
	if (finder->tail_length > keep) {
		memmove(finder->tail, finder->tail + finder->tail_length - keep, keep);
		finder->tail_length = keep;
	}
}

bool reeve_finder_add(struct reeve_finder *finder, const void *bytes, size_t n)
{
	size_t more = n < finder->longest - 1 ? n : finder->longest - 1;
	bool is_new = false;

	memcpy(finder->tail + finder->tail_length, bytes, more);
	for (size_t i = 0; i < finder->count; i++) {
		struct reeve_needle *needle = &finder->needles[i];

		if (needle->is_found)
			continue;
		needle->is_found = is_across(finder, needle, more) ||
		                   memmem(bytes, n, needle->bytes, needle->length) != NULL;
		is_new = is_new || needle->is_found;
	}
	move_tail(finder, bytes, n, more);
	return is_new;
}

void reeve_finder_cut(struct reeve_finder *finder)
{
	finder->tail_length = 0;
}
