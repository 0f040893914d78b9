/* SPDX-License-Identifier: MIT */
/*
 * A progress bar on stderr, for people who wait: only on a terminal, only for work that takes
 * longer than half a second, gone without a trace at the end.
 *
 *     progress_allow();                       once, unless --quiet or --json
 *     progress_begin("abc");                  before each piece of work
 *     progress_show("scan", done, total);     from the library
 *     progress_end();
 */
#ifndef COMMON_PROGRESS_H
#define COMMON_PROGRESS_H

#include <stdint.h>

void progress_allow(void);

/* `name` is the file's; good until progress_end(). */
void progress_begin(const char *name);

/* Phase, done and total as reeve_progress_fn tells them. May run in a child of ours. */
void progress_show(const char *phase, uint64_t done, uint64_t total);

/* The bar for many files at once: so many of so many are done. */
void progress_count(const char *what, uint64_t done, uint64_t total);

/* Take the bar away, so that a line of text can be written. It may come again. */
void progress_erase(void);

void progress_end(void);

#endif
