/* SPDX-License-Identifier: MIT */
/* The power fails: disks as it may leave them, each made real and recovered. */
#ifndef CRASH_OUTAGE_H
#define CRASH_OUTAGE_H

#include "choices.h"
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
	struct choices choices; /* of the disk and its log */
	size_t begin;           /* the power fails after this change and all later ones */
	unsigned int tried, failed;
	bool stop_at_failure; /* and say nothing */
};

/*
 * The power fails after the changes that were applied. What does not recover is counted, and said
 * unless stop_at_failure.
 */
void outage_try(struct outage *o);

#endif
