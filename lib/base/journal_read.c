/* SPDX-License-Identifier: MIT */
/* A journal's bytes, and how far to believe them. */
#include "base/journal_file.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/io.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define READ_BYTES ((size_t)1 << 16)

/*
 * A journal that is not whole was never durable, and may be dropped. A journal that cannot be read
 * may not: so the questions here answer 1, 0 if it is not whole, or -1 with err.
 */
static int read_part(const struct reeve_journal *journal, void *buf, size_t n, uint64_t offset,
                     struct reeve_error *err)
{
	struct reeve_error mine = {0};

	if (reeve_read_at(journal->fd, buf, n, offset, &mine) == 0)
		return 1;
	if (mine.code == REEVE_ECHANGED) /* it ends before */
		return 0;
	if (err != NULL)
		*err = mine;
	return -1;
}

/* Hash [offset, offset + length) of the journal into the hasher. */
static int hash_part(const struct reeve_journal *journal, struct reeve_hasher *hasher,
                     uint64_t offset, uint64_t length, struct reeve_error *err)
{
	unsigned char *buf = malloc(READ_BYTES);
	int r = 1;

	if (buf == NULL)
		return reeve_fail_nomem(err);
	while (length > 0 && r > 0) {
		size_t n = length < READ_BYTES ? (size_t)length : READ_BYTES;

		r = read_part(journal, buf, n, offset, err);
		if (r > 0)
			reeve_hasher_add(hasher, buf, n);
		offset += n;
		length -= n;
	}
	free(buf);
	return r;
}

/* Fill the journal from its header. */
static int read_header(struct reeve_journal *journal, uint64_t *body_hash_r,
                       struct reeve_error *err)
{
	union {
		struct reeve_journal_header h;
		unsigned char block[REEVE_JOURNAL_BLOCK];
	} u;
	int r = read_part(journal, &u, sizeof u, 0, err);

	if (r <= 0)
		return r;
	if (memcmp(u.h.magic, REEVE_JOURNAL_MAGIC, sizeof u.h.magic) != 0 ||
	    u.h.self_hash != reeve_hash(&u.h, offsetof(struct reeve_journal_header, self_hash)) ||
	    u.h.path_bytes >= REEVE_JOURNAL_PATH)
		return 0;

	journal->device = u.h.device;
	journal->inode = u.h.inode;
	journal->old_size = u.h.old_size;
	journal->start = u.h.start;
	journal->piece_count = u.h.piece_count;
	journal->text_bytes = u.h.text_bytes;
	journal->chunk_bytes = u.h.chunk_bytes;
	journal->areas = u.h.areas;
	journal->keep_new = u.h.keep_new != 0;
	journal->atime.tv_sec = u.h.atime_seconds;
	journal->atime.tv_nsec = u.h.atime_nanoseconds;
	*body_hash_r = u.h.body_hash;
	free(journal->path);
	journal->path = strndup(u.h.path, u.h.path_bytes);
	return journal->path != NULL ? 1 : reeve_fail_nomem(err);
}

/* Whether the numbers in the header can be those of a journal that is as long as this one. */
static bool is_plausible(const struct reeve_journal *journal, uint64_t size)
{
	/* Far above what we write; a forged one must not keep a boot waiting over its holes. */
	const uint64_t most = UINT64_C(1) << 26;

	return journal->piece_count <= UINT64_C(1) << 40 && journal->text_bytes <= most &&
	       journal->chunk_bytes <= most && (journal->areas == 0 || journal->areas == 2) &&
	       (journal->areas > 0) == (journal->chunk_bytes > 0) &&
	       journal->start <= journal->old_size && journal->old_size < UINT64_C(1) << 62 &&
	       reeve_journal_area(journal, journal->areas) <= reeve_journal_round_up(size);
}

/*
 * Whether pieces and text are those that were written, and make sense: in order, inside the old
 * file, never to the right. A journal may be its user's, so nothing in it is taken on trust.
 */
static int check_pieces(struct reeve_journal *journal, struct reeve_hasher *hasher,
                        struct reeve_error *err)
{
	uint64_t old_at = journal->start, new_at = old_at;

	for (uint64_t i = 0; i < journal->piece_count; i++) {
		struct reeve_error mine = {0};
		const struct reeve_piece *p = reeve_journal_piece(journal, i, &mine);

		if (p == NULL) {
			if (err != NULL)
				*err = mine;
			return mine.code == REEVE_ECHANGED ? 0 : -1;
		}
		reeve_hasher_add(hasher, p, sizeof *p);
		if (p->length == 0)
			return 0;
		if (p->from & REEVE_PIECE_TEXT) {
			uint64_t at = p->from & ~REEVE_PIECE_TEXT;
			if (at > journal->text_bytes || p->length > journal->text_bytes - at)
				return 0;
		} else {
			if (p->from < old_at || p->from > journal->old_size ||
			    p->length > journal->old_size - p->from || new_at > p->from)
				return 0;
			old_at = p->from + p->length;
		}
		new_at += p->length;
	}
	return new_at <= journal->old_size;
}

static int check_body(struct reeve_journal *journal, uint64_t body_hash, uint64_t size,
                      struct reeve_error *err)
{
	struct reeve_hasher *hasher;
	int r;

	reeve_journal_place_parts(journal);
	if (!is_plausible(journal, size))
		return 0;
	hasher = reeve_hasher_new();
	if (hasher == NULL)
		return reeve_fail_nomem(err);
	r = check_pieces(journal, hasher, err);
	if (r > 0)
		r = hash_part(journal, hasher, journal->text_at, journal->text_bytes, err);
	if (r > 0)
		r = reeve_hasher_value(hasher) == body_hash;
	reeve_hasher_free(hasher);
	return r;
}

/* Whether the chunk that a record speaks of is there. */
static int check_chunk(const struct reeve_journal *journal, const struct reeve_record *record,
                       struct reeve_error *err)
{
	struct reeve_hasher *hasher;
	int r;

	if (record->area >= journal->areas || record->length > journal->chunk_bytes)
		return 0;
	hasher = reeve_hasher_new();
	if (hasher == NULL)
		return reeve_fail_nomem(err);
	r = hash_part(journal, hasher, reeve_journal_area(journal, record->area), record->length,
	              err);
	if (r > 0)
		r = reeve_hasher_value(hasher) == record->data_hash;
	reeve_hasher_free(hasher);
	return r;
}

/*
 * The newest whole record. A chunk that is not whole means that the crash came before its record
 * was durable, so nothing of that step reached the file: the record before is the one to go by.
 */
static int find_last_record(struct reeve_journal *journal, struct reeve_error *err)
{
	journal->last.sequence = 0;
	for (int slot = 0; slot < 2; slot++) {
		struct reeve_record record;
		int r = read_part(journal, &record, sizeof record, REEVE_RECORD_AT(slot), err);

		if (r < 0)
			return -1;
		if (r == 0 || record.self_hash != reeve_record_hash(&record) ||
		    record.sequence % 2 != (uint64_t)slot || record.kind < REEVE_RECORD_DIRECT ||
		    record.kind > REEVE_RECORD_DONE)
			continue;
		if (record.kind == REEVE_RECORD_CHUNK)
			r = check_chunk(journal, &record, err);
		if (r < 0)
			return -1;
		if (r > 0 && record.sequence > journal->last.sequence)
			journal->last = record;
	}
	return journal->last.sequence > 0;
}

/*
 * The first record is written with the rest, and made durable with it. If there is another one, the
 * rest was whole once, and bytes have moved.
 */
static int has_progress(const struct reeve_journal *journal, struct reeve_error *err)
{
	for (int slot = 0; slot < 2; slot++) {
		struct reeve_record record;
		int r = read_part(journal, &record, sizeof record, REEVE_RECORD_AT(slot), err);

		if (r < 0)
			return -1;
		if (r > 0 && record.sequence > 1 && record.self_hash == reeve_record_hash(&record))
			return 1;
	}
	return 0;
}

int reeve_journal_read(struct reeve_journal *journal, uint64_t size, struct reeve_error *err)
{
	uint64_t body_hash;
	int r = read_header(journal, &body_hash, err);

	if (r > 0)
		r = check_body(journal, body_hash, size, err);
	if (r > 0)
		r = find_last_record(journal, err);
	if (r == 0 && (r = has_progress(journal, err)) > 0)
		r = reeve_fail(err, REEVE_EFORMAT, "it is damaged, and bytes have moved already");
	return r < 0 ? reeve_fail_prefix(err, "journal '%s'", journal->name) : r;
}
