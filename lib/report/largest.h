/* SPDX-License-Identifier: MIT */
/* The largest messages, as many as are asked for; of equals the earlier ones. */
#ifndef REPORT_LARGEST_H
#define REPORT_LARGEST_H

#include <mailreeve/report.h>

struct reeve_largest {
	size_t max;
	size_t count, room;
	struct reeve_report_message *heap; /* the smallest on top; strings are its own */
};

/* Whether a message of that size, after all that were added, would be among them. */
bool reeve_largest_wants(const struct reeve_largest *largest, uint64_t bytes);

/* The strings are copied. 0, or -1 if there is no memory. */
int reeve_largest_add(struct reeve_largest *largest, const struct reeve_report_message *msg);
int reeve_largest_merge(struct reeve_largest *largest, const struct reeve_largest *other);

/* Into rows, which has room for `count`: largest first, strings still its own. */
void reeve_largest_sorted(const struct reeve_largest *largest, struct reeve_report_message *rows);

void reeve_largest_dispose(struct reeve_largest *largest);

#endif
