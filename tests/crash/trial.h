/* SPDX-License-Identifier: MIT */
/* One prune that goes wrong at one call: run it, look, recover, look again. */
#ifndef CRASH_TRIAL_H
#define CRASH_TRIAL_H

#include "scratch.h"

struct trial {
	struct scratch *s;
	const struct crash_box *box;
	const struct bytes *old, *new;
	const struct bytes *gone; /* what is to be archived; empty: nothing */
	struct plan plan;
	uint32_t recover_at;      /* the recovery is killed at this call too */
	bool recovery_was_killed; /* out: else it made fewer calls */
	bool renumbers;           /* between crash and recovery the device gets another number */
	const struct bytes
		*delivery;  /* between crash and recovery, and after one killed; or NULL */
	unsigned int shown; /* failures printed: only the first of many are */
};

/*
 * A run without trouble. *new, the box that was expected, becomes the one that came out: they are
 * the same but for the place of X-IMAPbase. Returns the number of calls it took; -1: it is wrong.
 */
int trial_learn(struct trial *t, struct bytes *new);

/* Run it as planned. True if all is well; else it was said what is not, and how to see it again. */
bool trial_run(struct trial *t);

/*
 * Run it as planned; if a journal is left, another program changes a byte at so many sixteenths of
 * the box (Dovecot marks a message). Either the recovery sees it, says so and touches nothing, or
 * the change is kept and all else is right.
 */
bool trial_meddle(struct trial *t, size_t part);

#endif
