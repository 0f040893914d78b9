/* SPDX-License-Identifier: MIT */
/* Steps: kept bytes move left, never over anything that a second try would need. */
#include "base/mover.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BYTES  ((size_t)1 << 20)
#define STALE_BYTES 4096 /* enough to tell stale bytes from mail that was appended */
#define PLACED_BYTES 4096 /* more than cron's mails have in common at their ends */

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* ---- where bytes come from ------------------------------------------------------------------ */

/* The i-th piece, with the appended bytes as one more. NULL behind the last, or with err set. */
static const struct reeve_piece *piece_at(struct reeve_mover *m, uint64_t i,
                                          struct reeve_piece *tail, struct reeve_error *err)
{
	if (i < m->journal->piece_count)
		return reeve_journal_piece(m->journal, i, err);
	*tail = (struct reeve_piece){
		.from = m->journal->old_size,
		.length = m->source_end - m->journal->old_size,
	};
	return i == m->journal->piece_count && tail->length > 0 ? tail : NULL;
}

int reeve_mover_lowest_needed(struct reeve_mover *m, uint64_t *offset_r, struct reeve_error *err)
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

int reeve_mover_advance(struct reeve_mover *m, uint64_t n, struct reeve_error *err)
{
	m->at += n;
	while (n > 0) {
		struct reeve_piece tail;
		const struct reeve_piece *p = piece_at(m, m->index, &tail, err);
		if (p == NULL)
			return -1;

		uint64_t left = p->length - m->into;
		uint64_t step = n < left ? n : left;
		if (left == 0 && p == &tail)
			return reeve_fail(err, REEVE_EFORMAT, "its journal contradicts itself");
		n -= step;
		m->into += step;
		/* Nothing follows what was appended, but more may be appended to it. */
		if (m->into == p->length && p != &tail) {
			m->index++;
			m->into = 0;
		}
	}
	return 0;
}

/* Read n bytes of a piece, which begin at `from` in the box or in the journal. */
static int read_piece(struct reeve_mover *m, bool is_text, unsigned char *buf, size_t n,
                      uint64_t from, struct reeve_error *err)
{
	if (is_text || n > REEVE_NEAR_BYTES)
		return reeve_read_at(is_text ? m->journal->fd : m->c->fd, buf, n, from, err);
	m->box.size = m->source_end;
	const unsigned char *bytes = reeve_source_near(&m->box, from, n, err);
	if (bytes == NULL)
		return -1;
	memcpy(buf, bytes, n);
	return 0;
}

/* Read n (at most COPY_BYTES) bytes of the new file from the mover's place on, and advance. */
static int gather(struct reeve_mover *m, size_t n, struct reeve_error *err)
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

		if (read_piece(m, is_text, m->buf + filled, step, from, err) < 0 ||
		    reeve_mover_advance(m, step, err) < 0)
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
static int pour(struct reeve_mover *m, struct sink *sink, uint64_t n, uint64_t *length_r,
                struct reeve_error *err)
{
	struct reeve_mover end = {0};
	uint64_t done = 0, start = m->at, last = m->new_size - start;

	*length_r = 0;
	while (done < n) {
		size_t part = n - done < COPY_BYTES ? (size_t)(n - done) : COPY_BYTES;
		struct reeve_mover before = *m;
		size_t cut = 0;

		if (gather(m, part, err) < 0 ||
		    reeve_write_at(sink->fd, m->buf, part, sink->offset + done, err) < 0)
			return -1;
		reeve_write_begin(sink->fd, sink->offset + done, part);
		if (done + part == last)
			cut = part; /* the end of the file is the end of a message */
		else if (m->c->boundary != NULL)
			cut = m->c->boundary(m->buf, part);
		if (sink->hasher != NULL)
			reeve_hasher_add(sink->hasher, m->buf, cut);
		if (cut > 0) {
			end = before;
			if (reeve_mover_advance(&end, cut, err) < 0)
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

int reeve_mover_place_chunk(struct reeve_mover *m, const struct reeve_record *record,
                            struct reeve_error *err)
{
	uint64_t from = reeve_journal_area(m->journal, record->area);

	for (uint64_t done = 0; done < record->length;) {
		uint64_t left = record->length - done;
		size_t n = left < COPY_BYTES ? (size_t)left : COPY_BYTES;

		if (reeve_read_at(m->journal->fd, m->buf, n, from + done, err) < 0 ||
		    reeve_write_at(m->c->fd, m->buf, n, record->at + done, err) < 0)
			return -1;
		reeve_write_begin(m->c->fd, record->at + done, n);
		done += n;
	}
	return 0;
}

int reeve_mover_hash_placed(struct reeve_mover *m, uint64_t at, uint64_t *hash_r,
                            struct reeve_error *err)
{
	size_t n = (size_t)least(at - m->journal->start, PLACED_BYTES);

	*hash_r = 0;
	if (reeve_read_at(m->c->fd, m->buf, n, at - n, err) < 0)
		return -1;
	if (n > 0)
		*hash_r = reeve_hash(m->buf, n);
	return 0;
}

/*
 * Make a record durable. It says that all before it is in place, so that must be true first; but
 * not earlier: while the disk writes one step, the next chunk is being put together.
 */
static int put_down(struct reeve_mover *m, struct reeve_record *record, struct reeve_error *err)
{
	if (fdatasync(m->c->fd) < 0)
		return reeve_fail_errno(err, "cannot flush");
	if (reeve_mover_hash_placed(m, record->at, &record->placed_hash, err) < 0)
		return -1;
	return reeve_journal_record(m->journal, record, err);
}

/* A step whose bytes go straight to their place, below everything that a second try needs. */
static int step_direct(struct reeve_mover *m, uint64_t n, struct reeve_error *err)
{
	struct reeve_record record = {
		.kind = REEVE_RECORD_DIRECT,
		.at = m->at,
		.source_end = m->source_end,
	};
	struct sink sink = {.fd = m->c->fd, .offset = m->at};
	uint64_t length;

	if (put_down(m, &record, err) < 0)
		return -1;
	return pour(m, &sink, n, &length, err);
}

/* A step that would overwrite what a second try needs: its bytes are saved in the journal first. */
static int step_chunk(struct reeve_mover *m, uint64_t n, struct reeve_error *err)
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
	if (put_down(m, &record, err) < 0)
		return -1;
	return reeve_mover_place_chunk(m, &record, err);
}

static int step(struct reeve_mover *m, struct reeve_error *err)
{
	uint64_t left = m->new_size - m->at, needed;

	if (reeve_mover_lowest_needed(m, &needed, err) < 0)
		return -1;
	/* No assert: a user's journal was checked, but he can write in it while we read. */
	if (needed < m->at)
		return reeve_fail(err, REEVE_EFORMAT, "its journal contradicts itself");
	uint64_t gap = needed - m->at;

	if (gap == 0 && m->journal->chunk_bytes == 0) {
		/* Texts as long as what they stand for: the rest of this piece does not move. */
		struct reeve_piece tail;
		const struct reeve_piece *p = piece_at(m, m->index, &tail, err);
		return p == NULL ? -1 : reeve_mover_advance(m, p->length - m->into, err);
	}
	if (gap >= least(REEVE_COMPACT_GAP_BYTES, left) || m->journal->chunk_bytes == 0)
		return step_direct(m, least(least(gap, REEVE_COMPACT_STEP_BYTES), left), err);
	return step_chunk(m, least(m->journal->chunk_bytes, left), err);
}

/* ---- the whole way -------------------------------------------------------------------------- */

int reeve_mover_take_in_appended(struct reeve_mover *m, struct reeve_error *err)
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

static void tick(struct reeve_mover *m)
{
	struct timespec now;

	if (m->parent == 0 || getppid() == m->parent || m->c->tick == NULL)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((now.tv_sec - m->ticked.tv_sec) * 1000 < REEVE_TICK_MS)
		return;
	m->ticked = now;
	m->c->tick(m->c->lock_user);
}

int reeve_mover_hash_stale(struct reeve_mover *m, struct reeve_record *record,
                           struct reeve_error *err)
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

void reeve_compact_set_times(int fd, bool keep_new, struct timespec atime)
{
	struct timespec now, times[2];

	clock_gettime(CLOCK_REALTIME, &now);
	times[0] = keep_new ? atime : now;
	times[1] = now;
	(void)futimens(fd, times);
}

int reeve_compact_cut(int fd, uint64_t size, bool keep_new, struct timespec atime,
                      struct reeve_error *err)
{
	if (ftruncate(fd, (off_t)size) < 0)
		return reeve_fail_errno(err, "cannot truncate");
	reeve_compact_set_times(fd, keep_new, atime);
	/* Before the journal is gone, or stale copies would come back as mail. */
	if (fsync(fd) < 0)
		return reeve_fail_errno(err, "cannot flush");
	return 0;
}

int reeve_mover_carry_out(struct reeve_mover *m, struct reeve_error *err)
{
	struct reeve_record done = {.kind = REEVE_RECORD_DONE};

	do {
		while (m->at < m->new_size) {
			if (step(m, err) < 0)
				return -1;
			reeve_progress(m->c->talk, "move", m->at, m->new_size);
			tick(m);
		}
		if (reeve_mover_take_in_appended(m, err) < 0)
			return -1;
	} while (m->at < m->new_size);

	done.at = m->at;
	done.source_end = m->source_end;
	if (reeve_mover_hash_stale(m, &done, err) < 0 ||
	    put_down(m, &done, err) < 0 ||
	    reeve_compact_cut(m->c->fd, m->at, m->journal->keep_new, m->journal->atime, err) < 0)
		return -1;
	return reeve_journal_remove(m->journal, m->c->journals, m->c->identity, err);
}

int reeve_mover_init(struct reeve_mover *m, const struct reeve_compact *c,
                     struct reeve_journal *journal, struct reeve_error *err)
{
	*m = (struct reeve_mover){
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
	if (reeve_source_init(&m->box, c->fd, err) < 0)
		return -1;
	for (uint64_t i = 0; i < journal->piece_count; i++) {
		const struct reeve_piece *p = reeve_journal_piece(journal, i, err);
		if (p == NULL)
			return -1;
		m->new_size += p->length;
	}
	m->new_size += m->source_end - journal->old_size;
	return 0;
}

void reeve_mover_dispose(struct reeve_mover *m)
{
	free(m->buf);
	reeve_source_dispose(&m->box);
	reeve_hasher_free(m->hasher);
}

