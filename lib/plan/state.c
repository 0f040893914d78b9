/* SPDX-License-Identifier: MIT */
/* The state folder of plans, and the lock that lets one after the other change something. */
#include "base/diag.h"
#include "base/error.h"
#include "base/folder.h"
#include "base/io.h"
#include "base/number.h"
#include "plan/lock.h"
#include "plan/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TRY_MS 50
#define HOLDER_MAX 32

static char *state_path(const struct reeve_plan_how *how, struct reeve_error *err)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char *path = NULL;
	int n;

	if (how->state != NULL)
		n = asprintf(&path, "%s", how->state);
	else if (how->root != NULL || geteuid() == 0)
		n = asprintf(&path, "%s/var/lib/mailreeve", how->root == NULL ? "" : how->root);
	else if (state != NULL && state[0] == '/') /* XDG: relative paths are to be ignored */
		n = asprintf(&path, "%s/mailreeve", state);
	else if (home != NULL && home[0] == '/')
		n = asprintf(&path, "%s/.local/state/mailreeve", home);
	else {
		reeve_fail(err, REEVE_EUSAGE,
		           "no folder for backups: neither XDG_STATE_HOME nor HOME is set");
		return NULL;
	}
	if (n >= 0 && path[0] != '\0')
		return path;
	free(n < 0 ? NULL : path);
	reeve_fail_nomem(err);
	return NULL;
}

/* Who holds the lock wrote his pid into it. */
static void read_holder(int fd, char holder[HOLDER_MAX])
{
	ssize_t n = pread(fd, holder, HOLDER_MAX - 1, 0);

	holder[n > 0 ? n : 0] = '\0';
	holder[strspn(holder, "0123456789")] = '\0';
}

static void pause_ms(long ms)
{
	struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&ts, NULL);
}

static pid_t read_before(int fd)
{
	char holder[HOLDER_MAX];
	uint64_t pid;

	read_holder(fd, holder);
	return reeve_digits(holder, strlen(holder), INT32_MAX, &pid) ? (pid_t)pid : 0;
}

/*
 * The lock is of the open file (F_OFD_SETLK): it is not lost when somebody in this process closes
 * another descriptor of it, and ends with us whatever happens.
 */
static int take_lock(struct plan_state *state, const struct reeve_plan_how *how,
                     struct reeve_error *err)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char holder[HOLDER_MAX], text[HOLDER_MAX];

	state->lock =
		openat(state->fd, "plan.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (state->lock < 0)
		return reeve_fail_errno(err, "cannot open '%s/plan.lock'", state->path);
	for (int64_t waited = 0; fcntl(state->lock, F_OFD_SETLK, &lock) < 0; waited += TRY_MS) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return reeve_fail_errno(err, "cannot lock '%s/plan.lock'", state->path);
		if (reeve_canceled(how->talk))
			return reeve_fail(err, REEVE_ECANCELED, "stopped while waiting for a lock");
		if (waited >= how->lock_timeout_ms) {
			read_holder(state->lock, holder);
			return reeve_fail(
				err, REEVE_EBUSY,
				"another change is under way: '%s/plan.lock' is held by pid %s",
				state->path, holder[0] != '\0' ? holder : "unknown");
		}
		reeve_progress(how->talk, "lock", (uint64_t)waited, (uint64_t)how->lock_timeout_ms);
		pause_ms(TRY_MS);
	}
	state->before = read_before(state->lock);
	/* For people, and who comes next; a full disk does no harm. */
	int n = snprintf(text, sizeof text, "%-10ld\n", (long)getpid());
	(void)reeve_write_at(state->lock, text, (size_t)n, 0, NULL);
	return 0;
}

/*
 * A link in an image must not have us make folders, and believe what is in them, outside of it. As
 * far as the way is there.
 */
static int check_inside(const struct plan_state *state, const struct reeve_plan_how *how,
                        struct reeve_error *err)
{
	char *path = strdup(state->path), *slash;
	struct stat st;
	int r;

	if (path == NULL)
		return reeve_fail_nomem(err);
	while (lstat(path, &st) < 0 && (slash = strrchr(path, '/')) != NULL && slash != path)
		*slash = '\0';
	r = reeve_path_inside(how->root, path, err);
	free(path);
	return r;
}

int plan_state_open(struct plan_state *state, const struct reeve_plan_how *how, bool writes,
                    struct reeve_error *err)
{
	char *undo = NULL;
	int r = -1;

	*state = (struct plan_state){.fd = -1, .undo = -1, .lock = -1};
	state->path = state_path(how, err);
	if (state->path == NULL)
		return -1;
	if (asprintf(&undo, "%s/undo", state->path) < 0) {
		undo = NULL;
		reeve_fail_nomem(err);
		goto out;
	}
	if (how->state == NULL && check_inside(state, how, err) < 0)
		goto out;
	if (writes && reeve_folder_make(undo, err) < 0)
		goto out;
	/* Others may look at what is in it, as at the journals beside; the backups are in undo/. */
	if (reeve_folder_open(state->path, geteuid(), &state->fd, err) < 0)
		goto out;
	if (state->fd >= 0 && reeve_folder_open(undo, geteuid(), &state->undo, err) < 0)
		goto out;
	if (!writes && state->fd >= 0) {
		int lock = openat(state->fd, "plan.lock", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

		state->before = lock < 0 ? 0 : read_before(lock);
		if (lock >= 0)
			close(lock);
	}
	r = writes ? take_lock(state, how, err) : 0;
out:
	free(undo);
	if (r < 0)
		plan_state_close(state);
	return r;
}

void plan_state_close(struct plan_state *state)
{
	const int fds[] = {state->lock, state->undo, state->fd};
	struct flock unlock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};

	/* A program that was handed the descriptor may have left a child that has it. */
	if (state->lock >= 0)
		(void)fcntl(state->lock, F_OFD_SETLK, &unlock);
	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(state->path);
	*state = (struct plan_state){.fd = -1, .undo = -1, .lock = -1};
}

pid_t reeve_plan_before(const struct reeve_plan *plan)
{
	return plan->state.before;
}

int reeve_plan_lock_fd(const struct reeve_plan *plan)
{
	return plan->state.lock;
}
