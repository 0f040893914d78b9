/* SPDX-License-Identifier: MIT */
/* Going on after a crash, from the last record of a journal. */
#include "base/mover.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/source.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

/* If bytes shifted, every piece behind is elsewhere; nobody reads a thousand lines. */
#define NAMED_MOST 100

/*
 * Whether what was moved is in its place, at least the last of it, and the pieces that are still to
 * be moved are where they were (in a box restored from a backup they are). All that differ are named:
 * with them the person can put together what the other program tore.
 */
static int check_remaining(struct reeve_mover *m, struct reeve_error *err)
{
	const struct reeve_record *last = &m->journal->last;
	uint64_t wrong = 0, needed, placed;
	struct reeve_source src;

	if (reeve_mover_hash_placed(m, last->at, &placed, err) < 0)
		return -1;
	if (placed != last->placed_hash) {
		wrong++;
		reeve_diag(m->c->talk, REEVE_PROBLEM, m->c->path, 0, 0,
		           "bytes %" PRIu64 " to %" PRIu64 " were moved there and have changed since",
		           m->journal->start, last->at);
	}
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
		if (wrong++ >= NAMED_MOST)
			continue;
		reeve_diag(m->c->talk, REEVE_PROBLEM, m->c->path, 0, 0,
		           "bytes %" PRIu64 " to %" PRIu64 " were to be kept and have changed since",
		           p->from + into, p->from + p->length);
	}
	if (wrong > NAMED_MOST)
		reeve_diag(m->c->talk, REEVE_PROBLEM, m->c->path, 0, 0,
		           "%" PRIu64 " more pieces have changed since", wrong - NAMED_MOST);
	reeve_source_dispose(&src);
	if (r < 0 || wrong == 0)
		return r;
	if (reeve_mover_lowest_needed(m, &needed, NULL) == 0 && needed > m->at)
		reeve_diag(m->c->talk, REEVE_PROBLEM, m->c->path, 0, 0,
		           "bytes %" PRIu64 " to %" PRIu64
		           " hold torn or doubled pieces of what was moved", m->at, needed);
	return reeve_fail(err, REEVE_ECHANGED,
	                  "another program rewrote '%s' while it was half cleaned; "
	                  "nothing was touched, journal '%s' stays", m->c->path, m->journal->name);
}

/*
 * All is moved: was the file cut off behind it? Then perhaps mail came since, which is not to be
 * cut off, however long the file is now. 1, 0, or -1 with err.
 */
static int is_cut(struct reeve_mover *m, const struct reeve_record *record, uint64_t size,
                  struct reeve_error *err)
{
	struct reeve_record now = {0};

	if (size < record->source_end)
		return 1;
	if (reeve_mover_hash_stale(m, &now, err) < 0)
		return -1;
	bool same_start = now.data_hash == record->data_hash;
	if (same_start == (now.end_hash == record->end_hash))
		return !same_start;
	reeve_diag(m->c->talk, REEVE_PROBLEM, m->c->path, 0, 0,
	           "bytes %" PRIu64 " to %" PRIu64 " hold doubled pieces of what was moved",
	           record->at, record->source_end);
	return reeve_fail(err, REEVE_ECHANGED,
	                  "another program rewrote '%s' while it was half cleaned; "
	                  "nothing was touched, journal '%s' stays", m->c->path, m->journal->name);
}

/*
 * Put the mover where the last record says. Returns 1 to go on from there, 0 if the file was cut
 * already and only the journal is left, -1 with err.
 */
static int take_up(struct reeve_mover *m, struct reeve_error *err)
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
	if (reeve_mover_advance(m, record.at - m->at, err) < 0)
		return -1;
	if (record.kind == REEVE_RECORD_DONE) {
		int was_cut = is_cut(m, &record, size, err);
		if (was_cut > 0 && size == record.at)
			reeve_compact_set_times(m->c->fd, m->journal->keep_new, m->journal->atime);
		/* Before the journal is gone: the cut may be in memory only. */
		if (was_cut > 0 && fsync(m->c->fd) < 0)
			return reeve_fail_errno(err, "cannot flush '%s'", m->c->path);
		if (was_cut != 0)
			return was_cut < 0 ? -1 : 0;
	}
	if (size < record.source_end)
		return reeve_fail(err, REEVE_ECHANGED, "another program cut '%s' short while it was "
		                  "half cleaned; nothing was touched, journal '%s' stays", m->c->path,
		                  m->journal->name);

	if (record.kind == REEVE_RECORD_CHUNK && reeve_mover_advance(m, record.length, err) < 0)
		return -1;
	if (check_remaining(m, err) < 0)
		return -1;

	/* The record may have been seen in the page cache only: durable before we go by it. */
	if (fsync(m->journal->fd) < 0 || fsync(m->c->journals->dirfd) < 0)
		return reeve_fail_errno(err, "cannot flush the journal of '%s'", m->c->path);
	if (record.kind == REEVE_RECORD_CHUNK &&
	    reeve_mover_place_chunk(m, &record, err) < 0)
		return -1;
	return reeve_mover_take_in_appended(m, err) < 0 ? -1 : 1;
}

static int finish_journal(const struct reeve_compact *c, struct reeve_journal *journal,
                          struct reeve_error *err)
{
	struct reeve_mover m;
	int r = reeve_mover_init(&m, c, journal, err);

	if (r == 0)
		r = take_up(&m, err);
	if (r > 0)
		r = reeve_mover_carry_out(&m, err);
	else if (r == 0)
		r = reeve_journal_remove(journal, c->journals, c->identity, err);
	reeve_mover_dispose(&m);
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
