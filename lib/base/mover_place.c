/* SPDX-License-Identifier: MIT */
/* Where the mover stands among the pieces, and the bytes that it finds there. */
#include "base/error.h"
#include "base/io.h"
#include "base/mover.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

int reeve_mover_gather(struct reeve_mover *m, size_t n, struct reeve_error *err)
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

int reeve_mover_pass(struct reeve_mover *m, struct reeve_error *err)
{
	struct reeve_piece tail;
	const struct reeve_piece *p = piece_at(m, m->index, &tail, err);

	return p == NULL ? -1 : reeve_mover_advance(m, p->length - m->into, err);
}

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

int reeve_mover_init(struct reeve_mover *m, const struct reeve_compact *c,
                     struct reeve_journal *journal, struct reeve_error *err)
{
	*m = (struct reeve_mover){
		.c = c,
		.journal = journal,
		.hasher = reeve_hasher_new(),
		.buf = malloc(REEVE_MOVER_BYTES),
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

