/* SPDX-License-Identifier: MIT */
/*
 * The dotlock of a file: FILE.lock, made by liblockfile (base/dotlock.c is its one door).
 *
 * Nothing here waits. To be used under the fcntl lock, so that of two of ours only one at a time
 * finds a dotlock stale and takes it away. base/lock.h is what others use.
 */
#ifndef BASE_DOTLOCK_H
#define BASE_DOTLOCK_H

#include <mailreeve/base.h>
#include <sys/types.h>

struct reeve_dotlock {
	char *path; /* with ".lock"; the caller's */
	bool is_made;
	pid_t pid; /* written in it */
	dev_t dev; /* to know it again */
	ino_t ino;
};

/* Who is in the way. */
struct reeve_holder {
	const char *lock; /* "fcntl", "dotlock", or NULL: gone before we could look */
	pid_t pid;        /* 0: unknown */
	bool is_stale;    /* the dotlock is nobody's, but does not go away */
};

enum reeve_try {
	REEVE_TRY_HELD,
	REEVE_TRY_BUSY,   /* *holder says by whom */
	REEVE_TRY_FULL,   /* no room to write a dotlock */
	REEVE_TRY_FAILED, /* with err: it will not do later either */
};

/* Whether a dotlock is there and, for all we know, somebody has it. */
bool reeve_dotlock_is_held(const struct reeve_dotlock *dotlock, struct reeve_holder *holder);

/* Remove a dotlock that nobody holds. False if it is there still. */
bool reeve_dotlock_sweep(const struct reeve_dotlock *dotlock, struct reeve_holder *holder);

/* Try once to make it, taking a stale one away. */
enum reeve_try reeve_dotlock_make(struct reeve_dotlock *dotlock, struct reeve_holder *holder,
                                  struct reeve_error *err);

/*
 * liblockfile's file for a moment, which it links to the lock: of the process `pid`, of our own user, who
 * was killed meanwhile. Its name in the folder; false: there is none, or the process lives.
 */
#define REEVE_DOTLOCK_LEFT 64
bool reeve_dotlock_left(int dirfd, pid_t pid, char name[REEVE_DOTLOCK_LEFT]);

/* Both do nothing unless the dotlock is still the one that was made. */
void reeve_dotlock_touch(struct reeve_dotlock *dotlock);
void reeve_dotlock_remove(struct reeve_dotlock *dotlock);

#endif
