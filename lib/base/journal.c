/* SPDX-License-Identifier: MIT */
/* The journal of a compaction while it is used: its pieces, its records, its end. */
#include "base/journal_file.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/io.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint64_t reeve_journal_round_up(uint64_t n)
{
	return (n + REEVE_JOURNAL_BLOCK - 1) / REEVE_JOURNAL_BLOCK * REEVE_JOURNAL_BLOCK;
}

void reeve_journal_place_parts(struct reeve_journal *journal)
{
	journal->pieces_at = 3 * (uint64_t)REEVE_JOURNAL_BLOCK;
	journal->text_at = journal->pieces_at + journal->piece_count * sizeof(struct reeve_piece);
	journal->chunks_at = reeve_journal_round_up(journal->text_at + journal->text_bytes);
}

uint64_t reeve_journal_area(const struct reeve_journal *journal, uint32_t i)
{
	return journal->chunks_at + i * journal->chunk_bytes;
}

struct reeve_journal *reeve_journal_alloc(const char *path, struct reeve_error *err)
{
	struct reeve_journal *journal = calloc(1, sizeof *journal);
	/* Finding the file again after a reboot takes a path that does not depend on where we are. */
	char *whole = path == NULL ? NULL : realpath(path, NULL);

	if (journal != NULL) {
		journal->fd = -1;
		journal->path = whole != NULL ? whole : strdup(path == NULL ? "?" : path);
		journal->cache = malloc(REEVE_PIECES_CACHED * sizeof *journal->cache);
	}
	if (journal == NULL || journal->path == NULL || journal->cache == NULL) {
		if (journal == NULL)
			free(whole);
		reeve_journal_close(journal);
		reeve_fail_nomem(err);
		return NULL;
	}
	return journal;
}

/* ---- pieces -------------------------------------------------------------------------------- */

int reeve_piece_edges(struct reeve_source *src, const struct reeve_piece *piece, uint32_t *head_r,
                      uint32_t *tail_r, struct reeve_error *err)
{
	size_t n = piece->length < REEVE_PIECE_EDGE ? (size_t)piece->length : REEVE_PIECE_EDGE;
	const unsigned char *edge = reeve_source_near(src, piece->from, n, err);

	if (edge == NULL)
		return -1;
	*head_r = (uint32_t)reeve_hash(edge, n);
	edge = reeve_source_near(src, piece->from + piece->length - n, n, err);
	if (edge == NULL)
		return -1;
	*tail_r = (uint32_t)reeve_hash(edge, n);
	return 0;
}

const struct reeve_piece *reeve_journal_piece(struct reeve_journal *journal, uint64_t i,
                                              struct reeve_error *err)
{
	assert(i < journal->piece_count);
	if (i < journal->cache_first || i >= journal->cache_first + journal->cache_count) {
		uint64_t left = journal->piece_count - i;
		size_t n = left < REEVE_PIECES_CACHED ? (size_t)left : REEVE_PIECES_CACHED;

		journal->cache_count = 0;
		if (reeve_read_at(journal->fd, journal->cache, n * sizeof *journal->cache,
		                  journal->pieces_at + i * sizeof *journal->cache, err) < 0)
			return NULL;
		journal->cache_first = i;
		journal->cache_count = n;
	}
	return &journal->cache[i - journal->cache_first];
}

/* ---- records ------------------------------------------------------------------------------- */

uint64_t reeve_record_hash(const struct reeve_record *record)
{
	return reeve_hash(record, offsetof(struct reeve_record, self_hash));
}

int reeve_journal_put_record(struct reeve_journal *journal, struct reeve_record *record,
                             struct reeve_error *err)
{
	record->sequence = journal->last.sequence + 1;
	record->self_hash = reeve_record_hash(record);
	if (reeve_write_at(journal->fd, record, sizeof *record, REEVE_RECORD_AT(record->sequence), err) < 0)
		return reeve_fail_prefix(err, "journal of '%s'", journal->path);
	journal->last = *record;
	return 0;
}

int reeve_journal_record(struct reeve_journal *journal, struct reeve_record *record,
                         struct reeve_error *err)
{
	if (reeve_journal_put_record(journal, record, err) < 0)
		return -1;
	/* Before this is durable, nothing may be overwritten that the record before needs. */
	if (fdatasync(journal->fd) < 0)
		return reeve_fail_errno(err, "cannot flush the journal of '%s'", journal->path);
	return 0;
}

/* ---- the end -------------------------------------------------------------------------------- */

int reeve_journal_remove(struct reeve_journal *journal, const struct reeve_journals *j,
                         struct reeve_identity *identity, struct reeve_error *err)
{
	reeve_identity_pause(identity);
	int r = unlinkat(j->dirfd, journal->name, 0);
	if (r < 0 && errno != ENOENT)
		reeve_fail_errno(err, "cannot remove the journal of '%s'", journal->path);
	else
		r = 0;
	reeve_identity_resume(identity);
	return r;
}

void reeve_journal_close(struct reeve_journal *journal)
{
	if (journal == NULL)
		return;
	if (journal->fd >= 0)
		close(journal->fd);
	free(journal->path);
	free(journal->cache);
	free(journal);
}
