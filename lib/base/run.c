/* SPDX-License-Identifier: MIT */
/* Run a program, talk to it, listen to it, and see its end. */
#include "base/run.h"
#include "base/diag.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST_FD 3
#define LOOK_MS 100 /* how often "stop?" is asked */
#define QUIET_MS 10 /* how often "ended?" is, where no pipe would tell */

enum { OUT, ERR, START, IN, PIPES };

struct run {
	const struct reeve_run_how *how;
	pid_t pid;
	int pipes[PIPES][2]; /* read, write; -1: none */
	size_t given;        /* of the input */
	int64_t deadline_ms;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void close_end(struct run *run, int pipe, int end)
{
	if (run->pipes[pipe][end] >= 0)
		close(run->pipes[pipe][end]);
	run->pipes[pipe][end] = -1;
}

/* ---- the new process: system calls only --------------------------------------------------- */

/* The file becomes descriptor `to`, and stays open when the program starts. */
static bool move_fd(int from, int to)
{
	return from == to ? fcntl(to, F_SETFD, 0) == 0 : dup2(from, to) == to;
}

/* Descriptors above all that are handed on, so that moving one cannot close another. */
static bool lift(int *fd, int above)
{
	*fd = fcntl(*fd, F_DUPFD_CLOEXEC, above);
	return *fd >= 0;
}

static bool arrange_fds(struct run *run)
{
	const struct reeve_run_how *how = run->how;
	int above = FIRST_FD + (int)how->fd_count, fds[2];
	int quiet = open("/dev/null", O_RDWR | O_CLOEXEC);
	int in = run->pipes[IN][0] >= 0 ? run->pipes[IN][0] : quiet;

	if (quiet < 0 || !lift(&quiet, above) || !lift(&in, above) ||
	    !lift(&run->pipes[START][1], above))
		return false;
	for (int i = OUT; i <= ERR; i++) {
		fds[i] = run->pipes[i][1] >= 0 ? run->pipes[i][1] : quiet;
		if (!lift(&fds[i], above))
			return false;
	}
	for (size_t i = 0; i < how->fd_count; i++) {
		int fd = how->fds[i];
		if (!lift(&fd, above) || !move_fd(fd, FIRST_FD + (int)i))
			return false;
	}
	return move_fd(in, 0) && move_fd(fds[OUT], 1) && move_fd(fds[ERR], 2);
}

static _Noreturn void become(struct run *run)
{
	static const char *const env[] = {"PATH=" REEVE_RUN_PATH, "LC_ALL=C", NULL};
	const struct reeve_run_how *how = run->how;
	struct sigaction act = {.sa_handler = SIG_DFL};
	sigset_t none;

	setpgid(0, 0);
	for (int i = 1; i < SIGRTMIN; i++)
		(void)sigaction(i, &act, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);

	if (arrange_fds(run) && (how->prepare == NULL || how->prepare(how->user)) &&
	    (how->root == NULL || chroot(how->root) == 0) && chdir("/") == 0)
		execve(how->argv[0], (char *const *)how->argv, (char *const *)env);
	int saved = errno;
	(void)!write(run->pipes[START][1], &saved, sizeof saved);
	_exit(127);
}

/* ---- ours --------------------------------------------------------------------------------- */

/* What there is to read. False at the end. */
static bool hear(int fd, struct reeve_buf *buf)
{
	char some[4096];
	ssize_t n;

	do
		n = read(fd, some, sizeof some);
	while (n < 0 && errno == EINTR);
	if (n > 0 && buf != NULL)
		reeve_buf_add(buf, some, (size_t)n);
	return n > 0;
}

/*
 * Give it what its pipe takes. False when there is no more to give, or nobody who takes it: then
 * the kernel says EPIPE to us, and SIGPIPE to this thread, which the caller shall not hear of.
 */
static bool tell(int fd, const struct reeve_run_how *how, size_t *given)
{
	const struct timespec now = {0};
	sigset_t broken, old, pending;
	ssize_t n;

	sigemptyset(&broken);
	sigaddset(&broken, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &broken, &old);
	do
		n = write(fd, (const char *)how->input + *given, how->input_n - *given);
	while (n < 0 && errno == EINTR);
	int saved = errno;
	if (n < 0 && saved == EPIPE && !sigismember(&pending, SIGPIPE))
		while (sigtimedwait(&broken, NULL, &now) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (n > 0)
		*given += (size_t)n;
	return n >= 0 ? *given < how->input_n : saved == EAGAIN;
}

/* It has ended: what it said is in the pipes. What a grandchild still says is not asked for. */
static void hear_rest(int fd, struct reeve_buf *buf)
{
	char some[4096];
	int left;

	if (fd < 0 || ioctl(fd, FIONREAD, &left) < 0)
		return;
	while (left > 0) {
		size_t want = (size_t)left < sizeof some ? (size_t)left : sizeof some;
		ssize_t n = read(fd, some, want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		reeve_buf_add(buf, some, (size_t)n);
		left -= (int)n;
	}
}

/* Whether it ended; *status_r is wait(2)'s. A caller who ignores SIGCHLD never learns how. */
static bool has_ended(struct run *run, bool waits, int *status_r)
{
	pid_t got;

	do
		got = waitpid(run->pid, status_r, waits ? 0 : WNOHANG);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		*status_r = 0xff00;
	return got != 0;
}

/* Move what can be moved through its pipes, or wait `ms` for it. */
static void serve(struct run *run, int ms)
{
	struct reeve_buf *bufs[] = {run->how->out, run->how->err};
	struct pollfd fds[] = {{.fd = run->pipes[OUT][0], .events = POLLIN},
	                       {.fd = run->pipes[ERR][0], .events = POLLIN},
	                       {.fd = run->pipes[IN][1], .events = POLLOUT}};

	if (poll(fds, sizeof fds / sizeof fds[0], ms) <= 0)
		return;
	for (int i = OUT; i <= ERR; i++)
		if (fds[i].revents != 0 && !hear(fds[i].fd, bufs[i]))
			close_end(run, i, 0);
	if (fds[2].revents != 0 && !tell(fds[2].fd, run->how, &run->given))
		close_end(run, IN, 1);
}

/* Talk and listen until it ends, or must. Fills the answer. */
static void attend(struct run *run, struct reeve_run_answer *answer)
{
	int status = 0;

	while (!has_ended(run, false, &status)) {
		int64_t left = run->deadline_ms - now_ms();
		bool is_silent = run->pipes[OUT][0] < 0 && run->pipes[ERR][0] < 0;

		if (left <= 0 || reeve_canceled(run->how->talk)) {
			answer->end = left <= 0 ? REEVE_RUN_TOO_LONG : REEVE_RUN_STOPPED;
			kill(-run->pid, SIGKILL);
			has_ended(run, true, &status);
			return;
		}
		serve(run, is_silent ? QUIET_MS : left < LOOK_MS ? (int)left : LOOK_MS);
	}
	hear_rest(run->pipes[OUT][0], run->how->out);
	hear_rest(run->pipes[ERR][0], run->how->err);
	answer->end = WIFSIGNALED(status) ? REEVE_RUN_KILLED : REEVE_RUN_EXITED;
	answer->status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static int make_pipes(struct run *run, struct reeve_error *err)
{
	const struct reeve_run_how *how = run->how;
	bool wanted[PIPES] = {how->out != NULL, how->err != NULL, true, how->input_n > 0};

	for (int i = 0; i < PIPES; i++)
		if (wanted[i] && pipe2(run->pipes[i], O_CLOEXEC) < 0)
			return reeve_fail_errno(err, "cannot make a pipe");
	/* Our end only: a program that does not read must not hold us. */
	if (wanted[IN] && fcntl(run->pipes[IN][1], F_SETFL, O_NONBLOCK) < 0)
		return reeve_fail_errno(err, "cannot make a pipe");
	return 0;
}

int reeve_run(const struct reeve_run_how *how, struct reeve_run_answer *answer_r,
              struct reeve_error *err)
{
	struct run run = {.how = how, .pipes = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}}};
	int start_errno, result = -1, status;

	*answer_r = (struct reeve_run_answer){0};
	if (make_pipes(&run, err) < 0)
		goto out;
	run.deadline_ms = now_ms() + how->timeout_ms;
	run.pid = fork();
	if (run.pid < 0) {
		reeve_fail_errno(err, "cannot start '%s'", how->argv[0]);
		goto out;
	}
	if (run.pid == 0)
		become(&run);
	setpgid(run.pid, run.pid);
	for (int i = 0; i < PIPES; i++)
		close_end(&run, i, i == IN ? 0 : 1);

	result = 0;
	ssize_t n;
	do
		n = read(run.pipes[START][0], &start_errno, sizeof start_errno);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof start_errno) {
		*answer_r = (struct reeve_run_answer){REEVE_RUN_NOT, start_errno};
		has_ended(&run, true, &status);
	} else {
		attend(&run, answer_r);
	}
out:
	for (int i = 0; i < PIPES; i++)
		for (int end = 0; end < 2; end++)
			close_end(&run, i, end);
	return result;
}

const char *reeve_run_find(const char *root, const char *name, char *buf, size_t n)
{
	const char *p = REEVE_RUN_PATH;
	struct stat st;

	for (;;) {
		size_t length = strcspn(p, ":");
		size_t top = root == NULL ? 0 : strlen(root);
		int r = snprintf(buf, n, "%s%.*s/%s", root == NULL ? "" : root, (int)length, p,
		                 name);
		if (r > 0 && (size_t)r < n && lstat(buf, &st) == 0 &&
		    (S_ISLNK(st.st_mode) || (S_ISREG(st.st_mode) && (st.st_mode & 0111) != 0)))
			return buf + top;
		if (p[length] == '\0')
			return NULL;
		p += length + 1;
	}
}
