/* SPDX-License-Identifier: MIT */
/* Small boxes, each made so that a prune of the read mail goes one of compact's ways. */
#ifndef CRASH_BOXES_H
#define CRASH_BOXES_H

#include <stdbool.h>
#include <stddef.h>

struct bytes {
	char *at; /* ends with a NUL that is not counted */
	size_t n;
};

void bytes_add(struct bytes *b, const char *at, size_t n);
void bytes_free(struct bytes *b);
bool bytes_equal(const struct bytes *a, const struct bytes *b);

struct crash_box {
	const char *name;
	const char *mails; /* "r900 k700": a read message of about 900 bytes, one to keep of 700 */
	const char *how;   /* a letter each: see boxes.c */
	int repeat;        /* the mails so many times; 0: once */
	bool is_big;       /* for the library's own step sizes */
};

extern const struct crash_box crash_boxes[];
extern const size_t crash_box_count;

/* The box as it is, and as it shall be: without the read messages, X-IMAPbase moved along. */
struct bytes crash_box_old(const struct crash_box *box);
struct bytes crash_box_new(const struct crash_box *box);

/* What must be in the archive when it is so: the read messages, without X-IMAPbase. */
struct bytes crash_box_gone(const struct crash_box *box);

/* A message as a delivery would append it, unread, of about n bytes. */
struct bytes crash_delivery(size_t n);

#endif
