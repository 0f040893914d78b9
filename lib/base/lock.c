/* SPDX-License-Identifier: MIT */
/*
 * The two locks of a mailbox, taken together or not at all.
 *
 * One try: look for a dotlock, take fcntl, make the dotlock; whatever is busy, let go of all.
 * Looking first keeps us from disturbing Postfix, which has the dotlock when it tries fcntl, and
 * sleeps a second if we happen to hold that just then.
 */
#include "base/lock.h"

#include "base/diag.h"
#include "base/dotlock.h"
#include "base/error.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* Between two tries. Random, so that two who wait do not meet again and again. */
#define PAUSE_MIN_MS 5
#define PAUSE_MAX_MS 60

struct reeve_lock {
	int fd; /* borrowed */
	char *path;
	struct reeve_dotlock dotlock;
	int64_t wait_ms;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Sleep a while, at most limit_ms. A signal ends it: perhaps somebody wants us to stop. */
static void pause_randomly(int64_t limit_ms)
{
	uint16_t dice = 0;
	int64_t ms;

	/* Without random bytes (very early at boot) the clock is random enough. */
	if (getrandom(&dice, sizeof dice, GRND_NONBLOCK) != sizeof dice) {
		struct timespec t;

		clock_gettime(CLOCK_REALTIME, &t);
		dice = (uint16_t)(t.tv_nsec >> 8);
	}
	ms = PAUSE_MIN_MS + dice % (PAUSE_MAX_MS - PAUSE_MIN_MS + 1);
	if (ms > limit_ms)
		ms = limit_ms;
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* ---- fcntl ---------------------------------------------------------------------------------- */

static int set_fcntl(int fd, short type)
{
	struct flock whole = {.l_type = type, .l_whence = SEEK_SET};

	return fcntl(fd, F_OFD_SETLK, &whole);
}

static enum reeve_try try_fcntl(const struct reeve_lock *lock, struct reeve_holder *holder,
                                struct reeve_error *err)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (set_fcntl(lock->fd, F_WRLCK) == 0)
		return REEVE_TRY_HELD;
	if (errno != EAGAIN && errno != EACCES) {
		reeve_fail_errno(err, "cannot lock '%s'", lock->path);
		return REEVE_TRY_FAILED;
	}
	/* The pid is -1 for another F_OFD_ lock, 0 for a process in another pid namespace. */
	*holder = (struct reeve_holder){.lock = "fcntl"};
	if (fcntl(lock->fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK && whole.l_pid > 0)
		holder->pid = whole.l_pid;
	return REEVE_TRY_BUSY;
}

/* ---- both ----------------------------------------------------------------------------------- */

static enum reeve_try try_both(struct reeve_lock *lock, struct reeve_holder *holder,
                               const struct reeve_talk *talk, struct reeve_error *err)
{
	enum reeve_try outcome;
	struct stat st;

	if (reeve_dotlock_is_held(&lock->dotlock, holder))
		return REEVE_TRY_BUSY;
	outcome = try_fcntl(lock, holder, err);
	if (outcome != REEVE_TRY_HELD)
		return outcome;
	outcome = reeve_dotlock_make(&lock->dotlock, holder, err);

	if (outcome == REEVE_TRY_FAILED)
		reeve_fail_prefix(err, "cannot lock '%s'", lock->path);
	if (outcome == REEVE_TRY_FULL) {
		if (lstat(lock->dotlock.path, &st) < 0 && errno == ENOENT) {
			reeve_diag(talk, REEVE_WARNING, lock->path, 0, 0,
			           "no room to write a dotlock: only the fcntl lock is held");
			return REEVE_TRY_HELD;
		}
		reeve_dotlock_is_held(&lock->dotlock, holder);
		outcome = REEVE_TRY_BUSY;
	}
	if (outcome != REEVE_TRY_HELD)
		set_fcntl(lock->fd, F_UNLCK);
	return outcome;
}

static void fail_busy(const struct reeve_lock *lock, const struct reeve_holder *holder,
                      struct reeve_error *err)
{
	if (holder->lock == NULL)
		reeve_fail(err, REEVE_EBUSY, "cannot lock '%s': cannot make '%s.lock'", lock->path,
		           lock->path);
	else if (holder->is_stale)
		reeve_fail(err, REEVE_EBUSY,
		           "cannot lock '%s': '%s.lock' is stale, but cannot be removed",
		           lock->path, lock->path);
	else if (holder->pid > 0)
		reeve_fail(err, REEVE_EBUSY, "cannot lock '%s': held by pid %ld (%s)", lock->path,
		           (long)holder->pid, holder->lock);
	else
		reeve_fail(err, REEVE_EBUSY, "cannot lock '%s': held by another process (%s)",
		           lock->path, holder->lock);
}

/* Where the dotlock is made; to be freed. liblockfile takes a path, so a folder is named by
 * proc(5). */
static char *dotlock_path(const char *path, int dirfd)
{
	const char *slash = strrchr(path, '/');
	char folder[40], *dotlock;

	snprintf(folder, sizeof folder, "/proc/self/fd/%d", dirfd);
	if (dirfd < 0 || geteuid() != 0 || access(folder, F_OK) < 0)
		return asprintf(&dotlock, "%s.lock", path) < 0 ? NULL : dotlock;
	return asprintf(&dotlock, "%s/%s.lock", folder, slash != NULL ? slash + 1 : path) < 0
	               ? NULL
	               : dotlock;
}

struct reeve_lock *reeve_lock_take(const char *path, int dirfd, int fd, int64_t timeout_ms,
                                   const struct reeve_talk *talk, struct reeve_error *err)
{
	struct reeve_lock *lock = calloc(1, sizeof *lock);
	int64_t start = now_ms();

	if (lock == NULL || (lock->path = strdup(path)) == NULL ||
	    (lock->dotlock.path = dotlock_path(path, dirfd)) == NULL) {
		reeve_fail_nomem(err);
		goto fail;
	}
	lock->fd = fd;

	for (;;) {
		struct reeve_holder holder = {0};
		enum reeve_try outcome = try_both(lock, &holder, talk, err);

		lock->wait_ms = now_ms() - start;
		if (outcome == REEVE_TRY_HELD)
			return lock;
		if (outcome == REEVE_TRY_FAILED)
			goto fail;
		if (lock->wait_ms >= timeout_ms) {
			fail_busy(lock, &holder, err);
			goto fail;
		}
		if (reeve_canceled(talk)) {
			reeve_fail(err, REEVE_ECANCELED, "stopped while waiting to lock '%s'",
			           path);
			goto fail;
		}
		reeve_progress(talk, "lock", (uint64_t)lock->wait_ms, (uint64_t)timeout_ms);
		pause_randomly(timeout_ms - lock->wait_ms);
	}
fail:
	if (lock != NULL) {
		free(lock->dotlock.path);
		free(lock->path);
		free(lock);
	}
	return NULL;
}

void reeve_lock_touch(struct reeve_lock *lock)
{
	reeve_dotlock_touch(&lock->dotlock);
}

void reeve_lock_release(struct reeve_lock *lock)
{
	if (lock == NULL)
		return;
	reeve_dotlock_remove(&lock->dotlock);
	set_fcntl(lock->fd, F_UNLCK);
	free(lock->dotlock.path);
	free(lock->path);
	free(lock);
}

void reeve_lock_sweep(const char *path, int fd)
{
	struct reeve_dotlock dotlock = {0};
	struct reeve_holder holder;
	struct stat st;

	if (asprintf(&dotlock.path, "%s.lock", path) < 0)
		return;
	if (lstat(dotlock.path, &st) == 0 && set_fcntl(fd, F_WRLCK) == 0) {
		reeve_dotlock_sweep(&dotlock, &holder);
		set_fcntl(fd, F_UNLCK);
	}
	free(dotlock.path);
}

int64_t reeve_lock_wait_ms(const struct reeve_lock *lock)
{
	return lock->wait_ms;
}
