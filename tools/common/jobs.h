/* SPDX-License-Identifier: MIT */
/*
 * Many pieces of work in several processes: processes, since whose uid is effective is a matter of
 * the whole process.
 *
 * What a child has to say it writes to a pipe. The parent reads all pipes, keeps what came, and
 * hands it over in the order of the pieces, so that what is said does not depend on who is
 * faster. When a signal asks the tool to stop, the children are sent it too, no new ones are
 * started, and the parent waits until all are done with what must not be left half done.
 */
#ifndef COMMON_JOBS_H
#define COMMON_JOBS_H

#include <stdbool.h>
#include <stddef.h>

struct jobs {
	size_t count; /* pieces of work */
	unsigned int at_once;
	void *user;

	/* In a child: do piece i, write to `out`. */
	void (*work)(void *user, size_t i, int out);

	/* Piece i is done; all n bytes that it wrote. status as of waitpid(2), -1: no process was had. */
	void (*done)(void *user, size_t i, const unsigned char *said, size_t n, int status);

	/* Now and then: so many pieces are done. May be NULL. */
	void (*progress)(void *user, size_t done);
};

/* Returns when no child is left. Pieces that were not begun, since the tool is to stop, are not done. */
void jobs_complete(const struct jobs *jobs);

/* For work(): all of it. False if nobody listens any more. */
bool jobs_write(int out, const void *bytes, size_t n);

#endif
