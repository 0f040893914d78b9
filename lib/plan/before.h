/* SPDX-License-Identifier: MIT */
/* What a file was before its last change, for who completes what a run that was killed began. */
#ifndef PLAN_BEFORE_H
#define PLAN_BEFORE_H

#include <mailreeve/plan.h>

struct reeve_plan_side {
	const void *bytes; /* they belong to the plan */
	size_t n;
};

/*
 * What the last change of a file that is done and kept found, and what it left (`path` as the root sees it). 1,
 * 0 if there was none before, no change of it is kept, or the last was an undo; -1 with err: REEVE_EIO,
 * REEVE_EFORMAT, REEVE_ENOMEM.
 */
int reeve_plan_before_last(struct reeve_plan *plan, const char *path, struct reeve_plan_side sides_r[2],
                           struct reeve_error *err);

#endif
