/* SPDX-License-Identifier: MIT */
/* Work in several processes, counted together. */
#ifndef CRASH_JOBS_H
#define CRASH_JOBS_H

#include <stdbool.h>
#include <stddef.h>

/* Counts one test; returns whether it passed. */
bool jobs_count(bool passed);
void jobs_skip(void);

/*
 * Calls fn(i) for i from 0 to n - 1, each in a process of its own, `jobs` at a time. A process that
 * dies counts as a test that failed. Prints "N passed, N failed, N skipped"; returns the status to
 * exit with.
 */
int jobs_run(size_t n, int jobs, void (*fn)(size_t i));

#endif
