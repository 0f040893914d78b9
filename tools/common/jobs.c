/* SPDX-License-Identifier: MIT */
/* Pieces of work in child processes: starting, listening, handing over in order. */
#include "jobs.h"

#include "tool.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 100

enum state { WAITING, RUNNING, READY, HANDED_OVER };

struct piece {
	enum state state;
	pid_t pid;
	int fd; /* of the pipe */
	int status;
	unsigned char *said;
	size_t n, room;
};

struct run {
	const struct jobs *jobs;
	struct piece *pieces;
	size_t next, handed_over, ready; /* to begin; so many are handed over, and ended */
	unsigned int running;
	bool is_told; /* the children were told to stop */
};

bool jobs_write(int out, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	while (n > 0) {
		ssize_t put = write(out, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		p += put;
		n -= (size_t)put;
	}
	return true;
}

static void start(struct run *run, size_t i)
{
	struct piece *piece = &run->pieces[i];
	int ends[2] = {-1, -1};

	*piece = (struct piece){.state = READY, .pid = -1, .fd = -1, .status = -1};
	fflush(NULL); /* or the child has it, too */
	if (pipe2(ends, O_CLOEXEC) == 0)
		piece->pid = fork();
	if (piece->pid == 0) {
		/* Nobody else's pipe: its reader waits until the last writer is gone. */
		close(ends[0]);
		for (size_t k = 0; k < i; k++)
			if (run->pieces[k].state == RUNNING)
				close(run->pieces[k].fd);
		run->jobs->work(run->jobs->user, i, ends[1]);
		_exit(0);
	}
	if (ends[1] >= 0)
		close(ends[1]);
	if (piece->pid < 0) {
		if (ends[0] >= 0)
			close(ends[0]);
		run->ready++;
		return;
	}
	piece->state = RUNNING;
	piece->fd = ends[0];
	run->running++;
}

/* Read what a child says; at the end of it, see how it ended. */
static void listen_to(struct run *run, struct piece *piece)
{
	if (piece->n == piece->room) {
		size_t room = piece->room == 0 ? 4096 : piece->room * 2;
		unsigned char *more = realloc(piece->said, room);

		if (more == NULL) {
			tool_error("out of memory");
			exit(TOOL_FAILED);
		}
		piece->said = more;
		piece->room = room;
	}

	ssize_t n = read(piece->fd, piece->said + piece->n, piece->room - piece->n);
	if (n < 0 && errno == EINTR)
		return;
	if (n > 0) {
		piece->n += (size_t)n;
		return;
	}
	close(piece->fd);
	while (waitpid(piece->pid, &piece->status, 0) < 0 && errno == EINTR)
		continue;
	piece->state = READY;
	run->running--;
	run->ready++;
}

/* Wait for a word of a child, for a tick. */
static void wait_for_word(struct run *run)
{
	struct pollfd *polled = calloc(run->running, sizeof *polled);
	struct piece **who = calloc(run->running, sizeof(struct piece *));
	nfds_t n = 0;

	if (polled == NULL || who == NULL) {
		tool_error("out of memory");
		exit(TOOL_FAILED);
	}
	for (size_t i = run->handed_over; i < run->next; i++) {
		if (run->pieces[i].state != RUNNING)
			continue;
		who[n] = &run->pieces[i];
		polled[n++] = (struct pollfd){.fd = run->pieces[i].fd, .events = POLLIN};
	}
	if (poll(polled, n, TICK_MS) > 0)
		for (nfds_t i = 0; i < n; i++)
			if (polled[i].revents != 0)
				listen_to(run, who[i]);
	free(who);
	free(polled);
}

/*
 * A terminal sends its signals to all, kill(1) to the parent only; twice does no harm. Of these
 * signals some may be ignored (nohup(1)), but not the one that stopped us.
 */
static void stop_children(struct run *run)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE};

	for (size_t i = run->handed_over; i < run->next; i++)
		for (size_t k = 0; k < sizeof signals / sizeof signals[0]; k++)
			if (run->pieces[i].state == RUNNING)
				kill(run->pieces[i].pid, signals[k]);
	run->is_told = true;
}

static void hand_over(struct run *run)
{
	while (run->handed_over < run->next && run->pieces[run->handed_over].state == READY) {
		struct piece *piece = &run->pieces[run->handed_over];

		run->jobs->done(run->jobs->user, run->handed_over, piece->said, piece->n,
		                piece->status);
		free(piece->said);
		piece->said = NULL;
		piece->state = HANDED_OVER;
		run->handed_over++;
	}
}

void jobs_complete(const struct jobs *jobs)
{
	struct run run = {.jobs = jobs, .pieces = calloc(jobs->count + 1, sizeof(struct piece))};

	if (run.pieces == NULL) {
		tool_error("out of memory");
		tool_worse(TOOL_FAILED);
		return;
	}
	for (;;) {
		while (!tool_is_stopped() && run.next < jobs->count && run.running < jobs->at_once)
			start(&run, run.next++);
		if (run.running > 0)
			wait_for_word(&run);
		if (tool_is_stopped() && !run.is_told)
			stop_children(&run);
		hand_over(&run);
		if (jobs->progress != NULL)
			jobs->progress(jobs->user, run.ready);
		if (run.running == 0 && (tool_is_stopped() || run.next == jobs->count))
			break;
	}
	free(run.pieces);
}
