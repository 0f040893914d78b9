/* SPDX-License-Identifier: MIT */
/* The power fails: disks as it may leave them, each made real and recovered. */
#ifndef CRASH_OUTAGE_H
#define CRASH_OUTAGE_H

#include "disk.h"
#include "scratch.h"

struct outage {
	struct scratch s;
	const struct crash_box *box;
	struct bytes old, new, gone; /* gone: what is to be archived */
	struct bytes deliveries[2];
	const char *what; /* "prune", or "recovery from N" */
	bool ends_new;    /* what is replayed ended with the new box */
	struct disk_log log;
	struct disk *disk;
	struct disk_unit *units;
	bool *present;
	size_t unit_count;
	size_t begin;   /* the power fails after this change and all later ones */
	size_t applied; /* changes so far */
	uint64_t *seen; /* hashes of disks that were tried: a set of a power of two */
	size_t seen_size, seen_count;
	unsigned int tried, failed;
	bool stop_at_failure; /* and say nothing */
};

/*
 * The power fails after the changes that were applied. All unsynced units came through, or none,
 * or all but one, or one, or some by chance; disks that were tried before are not tried again.
 * What does not recover is counted, and said unless stop_at_failure.
 */
void outage_try(struct outage *o);

#endif
