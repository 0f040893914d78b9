/* SPDX-License-Identifier: MIT */
/* Which of the unsynced changes came through a power loss: some of all the ways, each disk once. */
#ifndef CRASH_CHOICES_H
#define CRASH_CHOICES_H

#include "disk.h"

struct choices {
	struct disk *disk;
	struct disk_log *log;
	size_t applied; /* changes so far */
	/* of the disk at hand */
	struct disk_unit *units;
	bool *present;
	size_t unit_count;
	/* of this object */
	uint64_t *seen; /* hashes of disks that were tried: a set of a power of two */
	size_t seen_size, seen_count;
};

/* A disk that was not tried before. `key` is a hash of it. False: no more. */
typedef bool choices_fn(void *user, const struct disk_files *files, uint64_t key);

/*
 * The power fails after the changes that were applied. All unsynced units came through, or none,
 * or all but one, or one, or some by chance.
 */
void choices_each(struct choices *c, choices_fn *fn, void *user);

/* On stderr, indented: what did not come through of the disk at hand. */
void choices_show(const struct choices *c);

void choices_dispose(struct choices *c); /* not the disk and the log */

#endif
