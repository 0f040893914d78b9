/* SPDX-License-Identifier: MIT */
/*
 * The lock of plans, for who has programs change something besides.
 *
 * A program goes on when who started it is killed. It is handed the descriptor of the lock, which
 * is of the open file, and so is held until the program has ended, too.
 */
#ifndef PLAN_LOCK_H
#define PLAN_LOCK_H

#include <mailreeve/plan.h>
#include <sys/types.h>

/* The plan's; -1 for a dry run. */
int reeve_plan_lock_fd(const struct reeve_plan *plan);

/* Who had the lock before: what he left, if he was killed, is ours to clear away. 0: nobody knows. */
pid_t reeve_plan_before(const struct reeve_plan *plan);

#endif
