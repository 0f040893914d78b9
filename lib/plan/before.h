/* SPDX-License-Identifier: MIT */
/* What a file was before its last change, for who completes what a run that was killed began. */
#ifndef PLAN_BEFORE_H
#define PLAN_BEFORE_H

#include <mailreeve/plan.h>

/*
 * The bytes of a file (`path` as the root sees it) before the last change of it that is done and kept; they
 * belong to the plan. 1, 0 if there were none or no change of it is kept, -1 with err: REEVE_EIO,
 * REEVE_EFORMAT, REEVE_ENOMEM.
 */
int reeve_plan_before_last(struct reeve_plan *plan, const char *path, const void **bytes_r, size_t *n_r,
                           struct reeve_error *err);

#endif
