/* SPDX-License-Identifier: MIT */
/* Carrying out a journal: the mover, the process around it, and going on after a crash. */
#include "base/compact.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/io.h"
#include "base/journal.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Tests make these small, so that a small file takes many steps. */
#ifndef REEVE_COMPACT_STEP_BYTES
#define REEVE_COMPACT_STEP_BYTES (UINT64_C(64) << 20) /* flushed at least this often */
#endif
#ifndef REEVE_COMPACT_CHUNK_BYTES
#define REEVE_COMPACT_CHUNK_BYTES (UINT64_C(8) << 20) /* through the journal at once */
#endif
#ifndef REEVE_COMPACT_GAP_BYTES
#define REEVE_COMPACT_GAP_BYTES (UINT64_C(1) << 20) /* below it the journal is worth its flushes */
#endif

#define COPY_BYTES  ((size_t)1 << 20)
#define TICK_MS     20000
#define STALE_BYTES 4096 /* enough to tell stale bytes from mail that was appended */

/*
 * Where the mover is. Everything of the new file before `at` is in place; what comes next is the
 * piece `index`, `into` bytes of which are in place. Behind the journal's last piece follows what
 * was appended to the old file since: [old_size, source_end).
 */
struct mover {
	const struct reeve_compact *c;
	struct reeve_journal *journal;
	struct reeve_hasher *hasher;
	unsigned char *buf; /* COPY_BYTES */
	uint64_t at;
	uint64_t index;
	uint64_t into;
	uint64_t source_end;
	uint64_t new_size;
	pid_t parent; /* 0: we are no child */
	struct timespec ticked;
};

/* ---- where bytes come from ------------------------------------------------------------------ */

/* The i-th piece, with the appended bytes as one more. NULL behind the last, or with err set. */
static const struct reeve_piece *piece_at(struct mover *m, uint64_t i, struct reeve_piece *tail,
                                          struct reeve_error *err)
{
	if (i < m->journal->piece_count)
		return reeve_journal_piece(m->journal, i, err);
	*tail = (struct reeve_piece){
		.from = m->journal->old_size,
		.length = m->source_end - m->journal->old_size,
	};
	return i == m->journal->piece_count && tail->length > 0 ? tail : NULL;
}

/*
 * The lowest byte of the file that is still needed to go on from here: below it everything may be
 * overwritten. source_end if nothing of the file is needed any more.
 */
static int lowest_needed(struct mover *m, uint64_t *offset_r, struct reeve_error *err)
{
	uint64_t into = m->into;

	for (uint64_t i = m->index;; i++, into = 0) {
		struct reeve_piece tail;
		struct reeve_error mine = {0};
		const struct reeve_piece *p = piece_at(m, i, &tail, &mine);

		if (p == NULL && mine.code != REEVE_OK) {
			if (err != NULL)
				*err = mine;
			return -1;
		}
		if (p == NULL) {
			*offset_r = m->source_end;
			return 0;
		}
		if ((p->from & REEVE_PIECE_TEXT) == 0) {
			*offset_r = p->from + into;
			return 0;
		}
	}
}

/* Go n bytes on, over as many pieces as they are. */
static int advance(struct mover *m, uint64_t n, struct reeve_error *err)
{
	m->at += n;
	while (n > 0) {
		struct reeve_piece tail;
		const struct reeve_piece *p = piece_at(m, m->index, &tail, err);
		if (p == NULL)
			return -1;

		uint64_t left = p->length - m->into;
		uint64_t step = n < left ? n : left;
		n -= step;
		m->into += step;
		if (m->into == p->length) {
			m->index++;
			m->into = 0;
		}
	}
	return 0;
}

/* Read n (at most COPY_BYTES) bytes of the new file from the mover's place on, and advance. */
static int gather(struct mover *m, size_t n, struct reeve_error *err)
{
	for (size_t filled = 0; filled < n;) {
		struct reeve_piece tail;
		const struct reeve_piece *p = piece_at(m, m->index, &tail, err);
		if (p == NULL)
			return -1;

		bool is_text = (p->from & REEVE_PIECE_TEXT) != 0;
		uint64_t left = p->length - m->into;
		size_t step = left < n - filled ? (size_t)left : n - filled;
		uint64_t from = (p->from & ~REEVE_PIECE_TEXT) + m->into;
		if (is_text)
			from += m->journal->text_at;

		if (reeve_read_at(is_text ? m->journal->fd : m->c->fd, m->buf + filled, step, from,
		                  err) < 0 ||
		    advance(m, step, err) < 0)
			return -1;
		filled += step;
	}
	return 0;
}

/* ---- steps ---------------------------------------------------------------------------------- */

/* Where the bytes of a step go: to the file, or to a chunk of the journal, hashed. */
struct sink {
	int fd;
	uint64_t offset;
	struct reeve_hasher *hasher; /* NULL: not hashed */
	uint64_t hash;               /* of the first `length` bytes */
};

/*
 * Write the next n bytes of the new file to a sink. The step ends where a message ends, if one
 * does: *length_r tells, and the mover stands there. Bytes behind it are written in vain, which
 * is harmless: they lie where the step may write.
 */
static int pour(struct mover *m, struct sink *sink, uint64_t n, uint64_t *length_r,
                struct reeve_error *err)
{
	struct mover end = {0};
	uint64_t done = 0, start = m->at, last = m->new_size - start;

	*length_r = 0;
	while (done < n) {
		size_t part = n - done < COPY_BYTES ? (size_t)(n - done) : COPY_BYTES;
		struct mover before = *m;
		size_t cut = 0;

		if (gather(m, part, err) < 0 ||
		    reeve_write_at(sink->fd, m->buf, part, sink->offset + done, err) < 0)
			return -1;
		if (done + part == last)
			cut = part; /* the end of the file is the end of a message */
		else if (m->c->boundary != NULL)
			cut = m->c->boundary(m->buf, part);
		if (sink->hasher != NULL)
			reeve_hasher_add(sink->hasher, m->buf, cut);
		if (cut > 0) {
			end = before;
			if (advance(&end, cut, err) < 0)
				return -1;
			*length_r = done + cut;
			sink->hash = sink->hasher == NULL ? 0 : reeve_hasher_value(sink->hasher);
		}
		if (sink->hasher != NULL)
			reeve_hasher_add(sink->hasher, m->buf + cut, part - cut);
		done += part;
	}
	if (*length_r == 0) { /* one message larger than the step */
		*length_r = n;
		sink->hash = sink->hasher == NULL ? 0 : reeve_hasher_value(sink->hasher);
	} else {
		m->at = end.at;
		m->index = end.index;
		m->into = end.into;
	}
	return 0;
}

/* Put a chunk from the journal where its record says. */
static int place_chunk(struct mover *m, const struct reeve_record *record, struct reeve_error *err)
{
	uint64_t from = reeve_journal_area(m->journal, record->area);

	for (uint64_t done = 0; done < record->length;) {
		uint64_t left = record->length - done;
		size_t n = left < COPY_BYTES ? (size_t)left : COPY_BYTES;

		if (reeve_read_at(m->journal->fd, m->buf, n, from + done, err) < 0 ||
		    reeve_write_at(m->c->fd, m->buf, n, record->at + done, err) < 0)
			return -1;
		done += n;
	}
	return 0;
}

/* Before the next record says that this is in place, it must be. */
static int flush_file(struct mover *m, struct reeve_error *err)
{
	if (fdatasync(m->c->fd) < 0)
		return reeve_fail_errno(err, "cannot flush");
	return 0;
}

/* A step whose bytes go straight to their place, below everything that a second try needs. */
static int step_direct(struct mover *m, uint64_t n, struct reeve_error *err)
{
	struct reeve_record record = {
		.kind = REEVE_RECORD_DIRECT,
		.at = m->at,
		.source_end = m->source_end,
	};
	struct sink sink = {.fd = m->c->fd, .offset = m->at};
	uint64_t length;

	if (reeve_journal_record(m->journal, &record, err) < 0 ||
	    pour(m, &sink, n, &length, err) < 0)
		return -1;
	return flush_file(m, err);
}

/* A step that would overwrite what a second try needs: its bytes are saved in the journal first. */
static int step_chunk(struct mover *m, uint64_t n, struct reeve_error *err)
{
	struct reeve_record record = {
		.kind = REEVE_RECORD_CHUNK,
		.area = (uint32_t)((m->journal->last.sequence + 1) % m->journal->areas),
		.at = m->at,
		.source_end = m->source_end,
	};
	struct sink sink = {
		.fd = m->journal->fd,
		.offset = reeve_journal_area(m->journal, record.area),
		.hasher = m->hasher,
	};

	reeve_hasher_reset(m->hasher);
	if (pour(m, &sink, n, &record.length, err) < 0)
		return -1;
	record.data_hash = sink.hash;
	if (reeve_journal_record(m->journal, &record, err) < 0 || place_chunk(m, &record, err) < 0)
		return -1;
	return flush_file(m, err);
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int step(struct mover *m, struct reeve_error *err)
{
	uint64_t left = m->new_size - m->at, needed;

	if (lowest_needed(m, &needed, err) < 0)
		return -1;
	assert(needed >= m->at);
	uint64_t gap = needed - m->at;

	if (gap == 0 && m->journal->chunk_bytes == 0) {
		/* Texts as long as what they stand for: the rest of this piece does not move. */
		struct reeve_piece tail;
		const struct reeve_piece *p = piece_at(m, m->index, &tail, err);
		return p == NULL ? -1 : advance(m, p->length - m->into, err);
	}
	if (gap >= least(REEVE_COMPACT_GAP_BYTES, left) || m->journal->chunk_bytes == 0)
		return step_direct(m, least(least(gap, REEVE_COMPACT_STEP_BYTES), left), err);
	return step_chunk(m, least(m->journal->chunk_bytes, left), err);
}

/* ---- the whole way -------------------------------------------------------------------------- */

/* What was appended meanwhile is one more kept range. */
static int take_in_appended(struct mover *m, struct reeve_error *err)
{
	struct stat st;

	if (fstat(m->c->fd, &st) < 0)
		return reeve_fail_errno(err, "cannot look");
	if ((uint64_t)st.st_size < m->source_end)
		return reeve_fail(err, REEVE_ECHANGED, "another program cut it short");
	m->new_size += (uint64_t)st.st_size - m->source_end;
	m->source_end = (uint64_t)st.st_size;
	return 0;
}

static void tick(struct mover *m)
{
	struct timespec now;

	if (m->parent == 0 || getppid() == m->parent || m->c->tick == NULL)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((now.tv_sec - m->ticked.tv_sec) * 1000 < TICK_MS)
		return;
	m->ticked = now;
	m->c->tick(m->c->lock_user);
}

/*
 * Hashes of the bytes at both ends of what is to be cut off, by which to tell later whether it was.
 * Two, since another program may have changed a byte of one.
 */
static int hash_stale(struct mover *m, struct reeve_record *record, struct reeve_error *err)
{
	size_t n = (size_t)least((m->source_end - m->at + 1) / 2, STALE_BYTES);

	if (reeve_read_at(m->c->fd, m->buf, n, m->at, err) < 0)
		return -1;
	record->data_hash = reeve_hash(m->buf, n);
	if (reeve_read_at(m->c->fd, m->buf, n, m->source_end - n, err) < 0)
		return -1;
	record->end_hash = reeve_hash(m->buf, n);
	return 0;
}

/*
 * The modification time is now; the access time lies below it exactly if mail is new, for that is
 * how shells and biff(1) tell. Who is not the owner may not set it, and need not.
 */
static void set_times(struct mover *m)
{
	struct timespec now, times[2];

	clock_gettime(CLOCK_REALTIME, &now);
	times[0] = m->journal->keep_new ? m->journal->atime : now;
	times[1] = now;
	(void)futimens(m->c->fd, times);
}

static int cut(struct mover *m, struct reeve_error *err)
{
	if (ftruncate(m->c->fd, (off_t)m->at) < 0)
		return reeve_fail_errno(err, "cannot truncate");
	set_times(m);
	/* Before the journal is gone, or stale copies would come back as mail. */
	if (fsync(m->c->fd) < 0)
		return reeve_fail_errno(err, "cannot flush");
	return 0;
}

/* From where the mover is to the end. The caller has made its last record durable. */
static int carry_out(struct mover *m, struct reeve_error *err)
{
	struct reeve_record done = {.kind = REEVE_RECORD_DONE};

	do {
		while (m->at < m->new_size) {
			if (step(m, err) < 0)
				return -1;
			reeve_progress(m->c->talk, "move", m->at, m->new_size);
			tick(m);
		}
		if (take_in_appended(m, err) < 0)
			return -1;
	} while (m->at < m->new_size);

	done.at = m->at;
	done.source_end = m->source_end;
	if (hash_stale(m, &done, err) < 0 || reeve_journal_record(m->journal, &done, err) < 0 ||
	    cut(m, err) < 0)
		return -1;
	return reeve_journal_remove(m->journal, m->c->journals, m->c->identity, err);
}

static int mover_init(struct mover *m, const struct reeve_compact *c,
                      struct reeve_journal *journal, struct reeve_error *err)
{
	*m = (struct mover){
		.c = c,
		.journal = journal,
		.hasher = reeve_hasher_new(),
		.buf = malloc(COPY_BYTES),
		.at = journal->start,
		.source_end = journal->last.source_end,
		.new_size = journal->start,
	};
	if (m->hasher == NULL || m->buf == NULL)
		return reeve_fail_nomem(err);
	for (uint64_t i = 0; i < journal->piece_count; i++) {
		const struct reeve_piece *p = reeve_journal_piece(journal, i, err);
		if (p == NULL)
			return -1;
		m->new_size += p->length;
	}
	m->new_size += m->source_end - journal->old_size;
	return 0;
}

static void mover_dispose(struct mover *m)
{
	free(m->buf);
	reeve_hasher_free(m->hasher);
}

static int left_behind(const struct reeve_compact *c, struct reeve_error *err)
{
	return reeve_fail_prefix(err, "'%s' is left half cleaned, its journal stays, "
	                         "'reeve-prune --recover' goes on", c->path);
}

/* ---- after a crash -------------------------------------------------------------------------- */

/*
 * Whether the pieces that are still to be moved are where they were. All that differ are named:
 * with them the person can put together what the other program tore.
 */
static int check_remaining(struct mover *m, struct reeve_error *err)
{
	uint64_t wrong = 0, needed;
	struct reeve_source src;
	int r = reeve_source_init(&src, m->c->fd, err);

	for (uint64_t i = m->index; r == 0 && i < m->journal->piece_count; i++) {
		const struct reeve_piece *p = reeve_journal_piece(m->journal, i, err);
		uint32_t head, tail;
		if (p == NULL) {
			r = -1;
			break;
		}
		if (p->from & REEVE_PIECE_TEXT)
			continue;

		uint64_t into = i == m->index ? m->into : 0;
		bool ok = reeve_piece_edges(&src, p, &head, &tail, NULL) == 0;
		if (ok && into == 0)
			ok = head == p->head_hash;
		if (ok && into + REEVE_PIECE_EDGE <= p->length)
			ok = tail == p->tail_hash;
		if (ok)
			continue;
		wrong++;
		reeve_diag(m->c->talk, REEVE_PROBLEM, m->c->path, 0, 0,
		           "bytes %" PRIu64 " to %" PRIu64 " were to be kept and have changed since",
		           p->from + into, p->from + p->length);
	}
	reeve_source_dispose(&src);
	if (r < 0 || wrong == 0)
		return r;
	if (lowest_needed(m, &needed, NULL) == 0 && needed > m->at)
		reeve_diag(m->c->talk, REEVE_PROBLEM, m->c->path, 0, 0,
		           "bytes %" PRIu64 " to %" PRIu64
		           " hold torn or doubled pieces of what was moved", m->at, needed);
	return reeve_fail(err, REEVE_ECHANGED,
	                  "another program rewrote '%s' while it was half cleaned; "
	                  "nothing was touched, the journal stays", m->c->path);
}

/*
 * All is moved: was the file cut off behind it? Then perhaps mail came since, which is not to be
 * cut off, however long the file is now. 1, 0, or -1 with err.
 */
static int is_cut(struct mover *m, const struct reeve_record *record, uint64_t size,
                  struct reeve_error *err)
{
	struct reeve_record now = {0};

	if (size < record->source_end)
		return 1;
	if (hash_stale(m, &now, err) < 0)
		return -1;
	bool same_start = now.data_hash == record->data_hash;
	if (same_start == (now.end_hash == record->end_hash))
		return !same_start;
	reeve_diag(m->c->talk, REEVE_PROBLEM, m->c->path, 0, 0,
	           "bytes %" PRIu64 " to %" PRIu64 " hold doubled pieces of what was moved",
	           record->at, record->source_end);
	return reeve_fail(err, REEVE_ECHANGED,
	                  "another program rewrote '%s' while it was half cleaned; "
	                  "nothing was touched, the journal stays", m->c->path);
}

/*
 * Put the mover where the last record says. Returns 1 to go on from there, 0 if the file was cut
 * already and only the journal is left, -1 with err.
 */
static int take_up(struct mover *m, struct reeve_error *err)
{
	const struct reeve_record record = m->journal->last;
	struct stat st;

	if (record.source_end < m->journal->old_size || record.at < m->journal->start ||
	    record.at > m->new_size || record.length > m->new_size - record.at)
		return reeve_fail(err, REEVE_EFORMAT, "the journal of '%s' contradicts itself",
		                  m->c->path);
	if (fstat(m->c->fd, &st) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", m->c->path);

	uint64_t size = (uint64_t)st.st_size;
	if (advance(m, record.at - m->at, err) < 0)
		return -1;
	if (record.kind == REEVE_RECORD_DONE) {
		int was_cut = is_cut(m, &record, size, err);
		if (was_cut > 0 && size == record.at)
			set_times(m);
		if (was_cut != 0)
			return was_cut < 0 ? -1 : 0;
	}
	if (size < record.source_end)
		return reeve_fail(err, REEVE_ECHANGED, "another program cut '%s' short while it was "
		                  "half cleaned; nothing was touched, the journal stays", m->c->path);

	if (record.kind == REEVE_RECORD_CHUNK && advance(m, record.length, err) < 0)
		return -1;
	if (check_remaining(m, err) < 0)
		return -1;

	/* The record may have been seen in the page cache only: durable before we go by it. */
	if (fsync(m->journal->fd) < 0 || fsync(m->c->journals->dirfd) < 0)
		return reeve_fail_errno(err, "cannot flush the journal of '%s'", m->c->path);
	if (record.kind == REEVE_RECORD_CHUNK &&
	    (place_chunk(m, &record, err) < 0 || flush_file(m, err) < 0))
		return -1;
	return take_in_appended(m, err) < 0 ? -1 : 1;
}

static int finish_journal(const struct reeve_compact *c, struct reeve_journal *journal,
                          struct reeve_error *err)
{
	struct mover m;
	int r = mover_init(&m, c, journal, err);

	if (r == 0)
		r = take_up(&m, err);
	if (r > 0)
		r = carry_out(&m, err);
	else if (r == 0)
		r = reeve_journal_remove(journal, c->journals, c->identity, err);
	mover_dispose(&m);
	return r;
}

int reeve_compact_recover(const struct reeve_compact *c, struct reeve_error *err)
{
	struct reeve_journal *journal;
	struct stat st;
	bool is_whole;
	int r;

	if (fstat(c->fd, &st) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", c->path);
	if (reeve_journal_open(c->journals, c->path, &st, c->identity, &journal, &is_whole, err) < 0)
		return -1;
	if (journal == NULL)
		return 0;

	if (is_whole)
		r = finish_journal(c, journal, err);
	else /* it was never durable, so nothing was moved */
		r = reeve_journal_remove(journal, c->journals, c->identity, err);
	reeve_journal_close(journal);
	return r < 0 ? -1 : is_whole;
}

int reeve_compact_pending(const struct reeve_journals *j, const char *path, const struct stat *st,
                          struct reeve_identity *identity, struct reeve_error *err)
{
	struct reeve_journal *journal;
	bool is_whole;

	if (reeve_journal_open(j, path, st, identity, &journal, &is_whole, err) < 0)
		return -1;
	if (journal == NULL)
		return 0;
	reeve_journal_close(journal);
	return is_whole ? REEVE_PENDING : REEVE_PENDING_USELESS;
}

/* ---- parent and child ----------------------------------------------------------------------- */

/* What the child says at its end. */
struct verdict {
	int result;
	struct reeve_error err;
};

static void run_child(struct mover *m, int word_fd)
{
	struct verdict v = {0};

	v.result = carry_out(m, &v.err);
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

	while ((r = poll(&p, 1, TICK_MS)) == 0 || (r < 0 && errno == EINTR)) {
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
static int move_in_child(struct mover *m, struct reeve_error *err)
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
		r = carry_out(m, err);
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

int reeve_compact_run(const struct reeve_compact *c, const struct reeve_edits *edits,
                      struct reeve_error *err)
{
	struct stat st;
	struct mover m = {0};
	int r = -1;

	if (reeve_edits_check(edits, err) < 0)
		return -1;
	if (reeve_edits_count(edits) == 0)
		return 0;
	if (fstat(c->fd, &st) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", c->path);

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

	if (mover_init(&m, c, journal, err) < 0) {
		reeve_journal_remove(journal, c->journals, c->identity, NULL);
		goto out;
	}
	r = move_in_child(&m, err);
	if (r < 0)
		left_behind(c, err);
out:
	mover_dispose(&m);
	reeve_journal_close(journal);
	return r;
}
