/* SPDX-License-Identifier: MIT */
/*
 * Finding several texts in a stream of bytes that comes in pieces of any size.
 *
 *     reeve_finder_init(&finder, needles, count, err);
 *     reeve_finder_add(&finder, bytes, n);      as often as you like
 *     reeve_finder_cut(&finder);                what comes is not joined to what was
 *     reeve_finder_dispose(&finder);
 *
 * A text that was found is not looked for any more, until its is_found is false again.
 */
#ifndef MBOX_FINDER_H
#define MBOX_FINDER_H

#include <mailreeve/base.h>

struct reeve_needle {
	const char *bytes;
	size_t length; /* not 0 */
	bool is_found;
};

struct reeve_finder {
	struct reeve_needle *needles; /* the caller's */
	size_t count;
	size_t longest;
	unsigned char *tail; /* the last bytes, as many as a text that is to come may begin with */
	size_t tail_length;
};

int reeve_finder_init(struct reeve_finder *finder, struct reeve_needle *needles, size_t count,
                      struct reeve_error *err);
void reeve_finder_dispose(struct reeve_finder *finder);

/* Whether a text was found that was not found before. */
bool reeve_finder_add(struct reeve_finder *finder, const void *bytes, size_t n);
void reeve_finder_cut(struct reeve_finder *finder);

#endif
