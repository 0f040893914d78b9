/* SPDX-License-Identifier: MIT */
/*
 * hold: hold the locks of a mailbox as the tools do, for tests against real servers.
 *
 *     hold BOX TIMEOUT_MS           take them, say "held", let go when stdin ends
 *     hold BOX TIMEOUT_MS ROUNDS    take and let go, at least ROUNDS times and until stdin ends
 *
 * While it holds them nobody may change the box; it counts it when somebody does. Prints one line
 * at the end of each step. Exit status 75 if the locks were busy.
 */
#include "base/identity.h"
#include "base/lock.h"
#include "base/open.h"
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HOLD_MS 4  /* in each round */
#define REST_MS 10 /* between rounds, at most */

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Whether stdin is at its end, asked for at most so long. */
static bool is_over(int timeout_ms)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	char byte;

	return poll(&in, 1, timeout_ms) > 0 && read(STDIN_FILENO, &byte, 1) <= 0;
}

static int fail(int64_t start, const struct reeve_error *err)
{
	printf("%s %" PRId64 " %s\n", err->code == REEVE_EBUSY ? "busy" : "failed",
	       now_ms() - start, err->text);
	return err->code == REEVE_EBUSY ? 75 : 1;
}

static bool is_changed(int fd, const struct stat *before)
{
	struct stat now;

	return fstat(fd, &now) < 0 || now.st_size != before->st_size ||
	       now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
	       now.st_mtim.tv_nsec != before->st_mtim.tv_nsec;
}

static void say(const char *text, int64_t number)
{
	printf("%s %" PRId64 "\n", text, number);
	fflush(stdout);
}

static int hold_once(const struct reeve_place *place, int fd, int64_t timeout_ms)
{
	int64_t start = now_ms();
	struct reeve_error err;
	struct reeve_lock *lock = reeve_lock_take(place->path, place->dirfd, fd, timeout_ms, NULL, &err);
	struct stat before;
	bool changed;

	if (lock == NULL)
		return fail(start, &err);
	fstat(fd, &before);
	say("held", reeve_lock_wait_ms(lock));
	while (!is_over(-1))
		;
	changed = is_changed(fd, &before);
	reeve_lock_release(lock);
	say(changed ? "changed meanwhile" : "released", now_ms() - start);
	return changed;
}

static int hold_often(const struct reeve_place *place, int fd, int64_t timeout_ms, long rounds)
{
	int64_t longest = 0, changed = 0, start = now_ms();
	struct reeve_error err;
	long done = 0;

	for (bool over = false; done < rounds || !over; done++) {
		struct reeve_lock *lock = reeve_lock_take(place->path, place->dirfd, fd, timeout_ms, NULL, &err);
		struct stat before;

		if (lock == NULL)
			return fail(start, &err);
		if (reeve_lock_wait_ms(lock) > longest)
			longest = reeve_lock_wait_ms(lock);
		if (!reeve_place_still(place, fd))
			changed++;
		fstat(fd, &before);
		usleep(HOLD_MS * 1000);
		changed += is_changed(fd, &before);
		reeve_lock_release(lock);
		if (over)
			usleep(REST_MS * 1000);
		else
			over = is_over((int)(random() % REST_MS) + 1);
	}
	printf("rounds %ld longest %" PRId64 " changed %" PRId64 "\n", done, longest, changed);
	return changed != 0;
}

int main(int argc, char **argv)
{
	struct reeve_identity id;
	struct reeve_place place;
	struct reeve_error err;
	int fd = -1, status = 1;
	uid_t uid;
	gid_t gid;

	if (argc != 3 && argc != 4)
		return 2;
	if (reeve_place_open(&place, NULL, argv[1], &err) < 0)
		return fail(now_ms(), &err);
	reeve_identity_for(&place.st, &place.dir, &uid, &gid);
	if (reeve_identity_become(&id, uid, gid, &err) < 0 ||
	    (fd = reeve_place_file(&place, O_RDWR, &err)) < 0)
		return fail(now_ms(), &err);

	if (argc == 3)
		status = hold_once(&place, fd, atol(argv[2]));
	else
		status = hold_often(&place, fd, atol(argv[2]), atol(argv[3]));
	close(fd);
	reeve_identity_restore(&id);
	reeve_place_close(&place);
	return status;
}
