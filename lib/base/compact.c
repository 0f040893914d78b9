/* SPDX-License-Identifier: MIT */
/* Carrying out edits inside a file: the journal, and the child that moves while the parent waits. */
#include "base/compact.h"
#include "base/error.h"
#include "base/mover.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int left_behind(const struct reeve_compact *c, struct reeve_error *err)
{
	return reeve_fail_prefix(err, "'%s' is left half cleaned, its journal stays, "
	                         "'reeve-prune --recover' goes on", c->path);
}

/* ---- parent and child ----------------------------------------------------------------------- */

/* What the child says at its end. */
struct verdict {
	int result;
	struct reeve_error err;
};

static void run_child(struct reeve_mover *m, int word_fd)
{
	struct verdict v = {0};

	v.result = reeve_mover_carry_out(m, &v.err);
	while (send(word_fd, &v, sizeof v, MSG_NOSIGNAL) < 0 && errno == EINTR)
		continue;
	if (getppid() != m->parent && m->c->orphaned != NULL)
		m->c->orphaned(m->c->lock_user);
	_exit(0);
}

/* Wait for the child's word. False if it died without one. */
static bool wait_child(const struct reeve_compact *c, pid_t child, int word_fd, struct verdict *v)
{
	struct pollfd p = {.fd = word_fd, .events = POLLIN};
	ssize_t n = -1;
	int r;

	while ((r = poll(&p, 1, REEVE_TICK_MS)) == 0 || (r < 0 && errno == EINTR)) {
		if (r == 0 && c->tick != NULL)
			c->tick(c->lock_user);
	}
	do
		n = recv(word_fd, v, sizeof *v, 0);
	while (n < 0 && errno == EINTR);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	return n == (ssize_t)sizeof *v;
}

/* Move in a child, so that what kills a process in the middle leaves one that finishes. */
static int move_in_child(struct reeve_mover *m, struct reeve_error *err)
{
	struct verdict v = {0};
	int ends[2] = {-1, -1};
	pid_t child = -1;

	m->parent = getpid();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0)
		child = fork();
	if (child == 0) {
		close(ends[0]);
		run_child(m, ends[1]);
	}
	if (ends[1] >= 0)
		close(ends[1]);
	m->parent = 0;

	int r;
	if (child < 0) { /* no process to be had: do without */
		r = reeve_mover_carry_out(m, err);
	} else if (wait_child(m->c, child, ends[0], &v)) {
		r = v.result;
		if (r < 0 && err != NULL)
			*err = v.err;
	} else {
		r = reeve_compact_recover(m->c, err) < 0 ? -1 : 0;
	}
	if (ends[0] >= 0)
		close(ends[0]);
	return r;
}

bool reeve_compact_needs_journal(const struct reeve_edits *edits, uint64_t size)
{
	const void *text;
	size_t n;

	if (reeve_edits_count(edits) == 0)
		return false;
	struct reeve_span span = reeve_edits_at(edits, 0, &text, &n);
	return reeve_edits_count(edits) > 1 || n > 0 || span.offset + span.length != size;
}

/* Cut off what the only edit names. */
static int cut_off(const struct reeve_compact *c, const struct reeve_edits *edits,
                   const struct stat *st, struct reeve_error *err)
{
	const void *text;
	size_t n;
	struct reeve_span span = reeve_edits_at(edits, 0, &text, &n);

	if (reeve_compact_cut(c->fd, span.offset, c->keep_new, st->st_atim, err) < 0)
		return reeve_fail_prefix(err, "'%s'", c->path);
	return 0;
}

int reeve_compact_run(const struct reeve_compact *c, const struct reeve_edits *edits,
                      struct reeve_error *err)
{
	struct stat st;
	struct reeve_mover m = {0};
	int r = -1;

	if (reeve_edits_check(edits, err) < 0)
		return -1;
	if (reeve_edits_count(edits) == 0)
		return 0;
	if (fstat(c->fd, &st) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", c->path);
	if (!reeve_compact_needs_journal(edits, (uint64_t)st.st_size))
		return cut_off(c, edits, &st, err);

	struct reeve_journal_plan plan = {
		.path = c->path,
		.st = &st,
		.edits = edits,
		.keep_new = c->keep_new,
		.chunk_bytes_max = REEVE_COMPACT_CHUNK_BYTES,
		.box_fd = c->fd,
	};
	struct reeve_journal *journal = reeve_journal_new(c->journals, &plan, c->identity, err);
	if (journal == NULL)
		return -1;

	if (reeve_mover_init(&m, c, journal, err) < 0) {
		reeve_journal_remove(journal, c->journals, c->identity, NULL);
		goto out;
	}
	r = move_in_child(&m, err);
	if (r < 0)
		left_behind(c, err);
out:
	reeve_mover_dispose(&m);
	reeve_journal_close(journal);
	return r;
}
