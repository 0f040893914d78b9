/* SPDX-License-Identifier: MIT */
/* Inside the shim: what happens before and after a call. */
#ifndef CRASH_SHIM_CORE_H
#define CRASH_SHIM_CORE_H

#include "shim.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct crash_call {
	enum crash_op op;
	int fd; /* -1: by path */
	int dirfd, dirfd2;
	const char *path, *path2;
	const void *bytes; /* of a write; NULL: they are in the file when it is done */
	uint64_t offset;
	uint64_t length; /* crash_begin() may halve it */
	int mode;
	bool is_stream; /* a write at the file's own position */
	/* crash_begin's notes */
	bool is_counted;
	uint32_t number;
	uint64_t unlinked_ino;
	char *full, *full2; /* absolute paths */
};

/* Whether to make the call; if not, errno is set and the call has failed. */
bool crash_begin(struct crash_call *call);

/* To be given what the call returned; returns it, with errno as it was. */
ssize_t crash_end(struct crash_call *call, ssize_t result);

#endif
