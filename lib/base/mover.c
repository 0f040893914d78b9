/* SPDX-License-Identifier: MIT */
/* Steps: kept bytes move left, never over anything that a second try would need. */
#include "base/mover.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"

#include <sys/stat.h>
#include <unistd.h>

#define STALE_BYTES 4096 /* enough to tell stale bytes from mail that was appended */
#define PLACED_BYTES 4096 /* more than cron's mails have in common at their ends */

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
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
		size_t part = n - done < REEVE_MOVER_BYTES ? (size_t)(n - done) : REEVE_MOVER_BYTES;
		struct reeve_mover before = *m;
		size_t cut = 0;

		if (reeve_mover_gather(m, part, err) < 0 ||
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
		size_t n = left < REEVE_MOVER_BYTES ? (size_t)left : REEVE_MOVER_BYTES;

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
		return reeve_mover_pass(m, err);
	}
	if (gap >= least(REEVE_COMPACT_GAP_BYTES, left) || m->journal->chunk_bytes == 0)
		return step_direct(m, least(least(gap, REEVE_COMPACT_STEP_BYTES), left), err);
	return step_chunk(m, least(m->journal->chunk_bytes, left), err);
}

/* ---- the whole way -------------------------------------------------------------------------- */

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
