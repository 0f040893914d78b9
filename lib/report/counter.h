/* SPDX-License-Identifier: MIT */
/*
 * Tallies by name, for more names than there is memory: the space-saving counters of Metwally,
 * Agrawal and El Abbadi (2005).
 *
 * Up to `room` names are counted exactly. When one more comes, the name with the fewest bytes
 * gives up its place. The new name starts from nothing, but may have been here before: it missed
 * at most what the most who ever left had. So a name's bytes lie between `bytes` and
 * `bytes + missed`, and a name with more than one part in `room` of all bytes is always there.
 */
#ifndef REPORT_COUNTER_H
#define REPORT_COUNTER_H

#include <mailreeve/report.h>

/* Longer names are cut: the longest address has 320 bytes (RFC 5321 section 4.5.3.1). */
#define REEVE_NAME_MAX 320

struct reeve_counter;

struct reeve_counter *reeve_counter_new(size_t room); /* NULL: no memory */
void reeve_counter_free(struct reeve_counter *counter);

/* Both return 0, or -1 if there is no memory. */
int reeve_counter_add(struct reeve_counter *counter, const char *name, size_t n,
                      const struct reeve_tally *tally);
int reeve_counter_merge(struct reeve_counter *counter, const struct reeve_counter *other);

/*
 * The names with most bytes, into rows[max]; the strings stay the counter's. The rows are pointed
 * to by *names_r, whose other fields are filled. 0, or -1 if there is no memory.
 */
int reeve_counter_top(const struct reeve_counter *counter, struct reeve_report_name *rows,
                      size_t max, struct reeve_report_names *names_r);

/* One of so many bytes. */
struct reeve_tally reeve_tally_one(uint64_t bytes, bool is_unread);

/* a += b */
void reeve_tally_add(struct reeve_tally *a, const struct reeve_tally *b);

#endif
