/* SPDX-License-Identifier: MIT */
/*
 * Run a program and take its answer.
 *
 * Its environment is PATH and LC_ALL=C, its folder is "/", signals are as at the start of a
 * program. It is a process group of its own: what a terminal sends to us does not reach it, and if
 * it takes too long it goes with all that it started. Children that it leaves behind are not
 * waited for, nor what they say.
 */
#ifndef BASE_RUN_H
#define BASE_RUN_H

#include "base/buf.h"
#include <mailreeve/base.h>

#define REEVE_RUN_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct reeve_run_how {
	const char *const *argv; /* argv[0] is a path, in the root */
	const char *root;        /* where it runs (chroot(2)); NULL: as we do */
	/*
	 * Called in the new process before the root is changed; system calls only. False, with
	 * errno: the program is not run.
	 */
	bool (*prepare)(void *user);
	void *user;
	/*
	 * What it reads from its standard input, through a pipe, so that a secret lies nowhere
	 * else; NULL: that is empty. The caller's, who wipes it. It need not read it, or not all.
	 */
	const void *input;
	size_t input_n;
	const int *fds; /* become its descriptors 3, 4 ... */
	size_t fd_count;
	struct reeve_buf *out, *err; /* what it says until it ends is added; NULL: nobody listens */
	int64_t timeout_ms;
	const struct reeve_talk *talk; /* asked whether to stop; or NULL */
};

enum reeve_run_end {
	REEVE_RUN_EXITED, /* status is its exit status */
	REEVE_RUN_KILLED, /* by signal `status` */
	REEVE_RUN_TOO_LONG,
	REEVE_RUN_STOPPED, /* talk->cancel said so */
	REEVE_RUN_NOT,     /* status is the errno of prepare, chroot or exec */
};

struct reeve_run_answer {
	enum reeve_run_end end;
	int status;
};

/* Returns 0, or -1 with err if there is no process to be had: REEVE_EIO, REEVE_ENOMEM. */
int reeve_run(const struct reeve_run_how *how, struct reeve_run_answer *answer_r,
              struct reeve_error *err);

/*
 * Where a program is in a root (NULL: "/"), by REEVE_RUN_PATH: its path there, static text of
 * `buf`. NULL: nowhere. A link in the root is taken as it is, for it leads elsewhere from here.
 */
const char *reeve_run_find(const char *root, const char *name, char *buf, size_t n);

#endif
