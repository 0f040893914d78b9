/* SPDX-License-Identifier: MIT */
/* Writing a journal, so that it is durable before anything moves. */
#include "base/journal_file.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/io.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Pieces on their way into the file, hashed and written some hundred at a time. */
struct writer {
	struct reeve_journal *journal;
	const struct reeve_journal_plan *plan;
	struct reeve_hasher *hasher;
	struct reeve_source box;
	struct reeve_piece *block;
	size_t filled;
	uint64_t put_at; /* where the next block goes; 0: only count */
	uint64_t count;
};

static int writer_flush(struct writer *w, struct reeve_error *err)
{
	size_t n = w->filled * sizeof *w->block;

	reeve_hasher_add(w->hasher, w->block, n);
	if (reeve_write_at(w->journal->fd, w->block, n, w->put_at, err) < 0)
		return -1;
	w->put_at += n;
	w->filled = 0;
	return 0;
}

static int writer_add(struct writer *w, uint64_t from, uint64_t length, struct reeve_error *err)
{
	if (length == 0)
		return 0;
	w->count++;
	if (w->put_at == 0)
		return 0;

	struct reeve_piece *piece = &w->block[w->filled];
	*piece = (struct reeve_piece){.from = from, .length = length};
	if ((from & REEVE_PIECE_TEXT) == 0 &&
	    reeve_piece_edges(&w->box, piece, &piece->head_hash, &piece->tail_hash, err) < 0)
		return -1;
	return ++w->filled == REEVE_PIECES_CACHED ? writer_flush(w, err) : 0;
}

/*
 * What is left of the file from the first edit on. Fails if at some point the new file would have
 * overtaken the old one: then bytes would have to move right.
 */
static int write_pieces(struct writer *w, uint64_t *text_bytes_r, struct reeve_error *err)
{
	const struct reeve_edits *edits = w->plan->edits;
	uint64_t size = (uint64_t)w->plan->st->st_size;
	uint64_t old_at = w->journal->start, new_at = old_at, text_at = 0;

	for (size_t i = 0; i < reeve_edits_count(edits); i++) {
		size_t n;
		const void *text;
		struct reeve_span span = reeve_edits_at(edits, i, &text, &n);

		assert(span.offset >= old_at && span.length <= size - span.offset);
		if (writer_add(w, old_at, span.offset - old_at, err) < 0 ||
		    writer_add(w, text_at | REEVE_PIECE_TEXT, n, err) < 0)
			return -1;
		new_at += span.offset - old_at + n;
		old_at = span.offset + span.length;
		text_at += n;
		if (new_at > old_at)
			return reeve_fail(err, REEVE_EUSAGE, "edits would make the file grow");
	}
	if (writer_add(w, old_at, size - old_at, err) < 0)
		return -1;
	*text_bytes_r = text_at;
	return 0;
}

static int write_text(struct writer *w, struct reeve_error *err)
{
	for (size_t i = 0; i < reeve_edits_count(w->plan->edits); i++) {
		size_t n;
		const void *text;

		reeve_edits_at(w->plan->edits, i, &text, &n);
		if (n == 0)
			continue;
		reeve_hasher_add(w->hasher, text, n);
		if (reeve_write_at(w->journal->fd, text, n, w->put_at, err) < 0)
			return -1;
		w->put_at += n;
	}
	return 0;
}

/*
 * Have the space: as root, before the owner's identity is taken on again, so that ext4's reserved
 * blocks serve where a full disk has no others. Chunks may shrink for it; the rest may not.
 */
static int have_space(struct reeve_journal *journal, uint64_t to_move, uint64_t chunk_bytes_max,
                      struct reeve_error *err)
{
	uint64_t chunk = reeve_journal_round_up(to_move < chunk_bytes_max ? to_move : chunk_bytes_max);

	for (;;) {
		journal->chunk_bytes = chunk;
		/* Two, in turn: while one is filled, the newest record may need the other. */
		journal->areas = chunk == 0 ? 0 : 2;
		int e = posix_fallocate(journal->fd, 0, (off_t)reeve_journal_area(journal, journal->areas));
		if (e == 0)
			return 0;
		errno = e;
		if (e == EINTR)
			continue;
		if ((e != ENOSPC && e != EDQUOT) || chunk == 0)
			return reeve_fail_errno(err, "no room for the journal of '%s', %" PRIu64 " bytes",
			                        journal->path, reeve_journal_area(journal, 0));
		if (ftruncate(journal->fd, 0) < 0)
			return reeve_fail_errno(err, "journal of '%s'", journal->path);
		chunk = chunk <= REEVE_JOURNAL_BLOCK ? 0 : reeve_journal_round_up(chunk / 8);
	}
}

static int write_header(struct reeve_journal *journal, uint64_t body_hash, struct reeve_error *err)
{
	size_t path_bytes = strlen(journal->path);
	struct reeve_journal_header *h = calloc(1, REEVE_JOURNAL_BLOCK);

	if (h == NULL)
		return reeve_fail_nomem(err);
	if (path_bytes >= REEVE_JOURNAL_PATH) {
		free(h);
		return reeve_fail(err, REEVE_EUSAGE, "path too long: '%s'", journal->path);
	}
	memcpy(h->magic, REEVE_JOURNAL_MAGIC, sizeof h->magic);
	h->device = journal->device;
	h->inode = journal->inode;
	h->old_size = journal->old_size;
	h->start = journal->start;
	h->piece_count = journal->piece_count;
	h->text_bytes = journal->text_bytes;
	h->chunk_bytes = journal->chunk_bytes;
	h->areas = journal->areas;
	h->keep_new = journal->keep_new;
	h->atime_seconds = journal->atime.tv_sec;
	h->atime_nanoseconds = journal->atime.tv_nsec;
	h->body_hash = body_hash;
	h->path_bytes = (uint32_t)path_bytes;
	memcpy(h->path, journal->path, path_bytes);
	h->self_hash = reeve_hash(h, offsetof(struct reeve_journal_header, self_hash));

	int r = reeve_write_at(journal->fd, h, REEVE_JOURNAL_BLOCK, 0, err);
	free(h);
	return r;
}

/* Everything that the journal says at the beginning, durable at the end. */
static int write_all(struct reeve_journal *journal, struct writer *w,
                     const struct reeve_journals *j, struct reeve_error *err)
{
	uint64_t text_bytes;

	w->put_at = journal->pieces_at;
	w->count = 0;
	if (write_pieces(w, &text_bytes, err) < 0 || writer_flush(w, err) < 0 ||
	    write_text(w, err) < 0)
		return -1;

	struct reeve_record first = {
		.kind = REEVE_RECORD_DIRECT,
		.at = journal->start,
		.source_end = journal->old_size,
	};
	if (reeve_journal_put_record(journal, &first, err) < 0 ||
	    write_header(journal, reeve_hasher_value(w->hasher), err) < 0)
		return -1;
	if (fsync(journal->fd) < 0)
		return reeve_fail_errno(err, "cannot flush the journal of '%s'", journal->path);
	if (fsync(j->dirfd) < 0) /* the name, too */
		return reeve_fail_errno(err, "cannot flush the folder of journals");
	return 0;
}

struct reeve_journal *reeve_journal_new(const struct reeve_journals *j,
                                        const struct reeve_journal_plan *plan,
                                        struct reeve_identity *identity, struct reeve_error *err)
{
	struct reeve_journal *journal = reeve_journal_alloc(plan->path, err);
	struct writer w = {.journal = journal, .plan = plan};
	size_t n;
	const void *text;
	bool ok = false;

	if (journal == NULL)
		return NULL;
	journal->device = plan->st->st_dev;
	journal->inode = plan->st->st_ino;
	journal->owner = j->owner;
	journal->old_size = (uint64_t)plan->st->st_size;
	journal->start = reeve_edits_at(plan->edits, 0, &text, &n).offset;
	journal->keep_new = plan->keep_new;
	journal->atime = plan->st->st_atim;
	snprintf(journal->name, sizeof journal->name, "%" PRIu64 "-%" PRIu64, journal->device,
	         journal->inode);

	w.hasher = reeve_hasher_new();
	w.block = malloc(REEVE_PIECES_CACHED * sizeof *w.block);
	if (w.hasher == NULL || w.block == NULL) {
		reeve_fail_nomem(err);
		goto out;
	}
	if (reeve_source_init(&w.box, plan->box_fd, err) < 0 ||
	    write_pieces(&w, &journal->text_bytes, err) < 0) /* counts them */
		goto out;
	journal->piece_count = w.count;
	reeve_journal_place_parts(journal);

	reeve_identity_pause(identity);
	journal->fd = openat(j->dirfd, journal->name,
	                     O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (journal->fd < 0 && errno == EEXIST)
		reeve_fail(err, REEVE_EBUSY, "a journal of '%s' is already there", journal->path);
	else if (journal->fd < 0)
		reeve_fail_errno(err, "cannot make a journal of '%s'", journal->path);
	else if (have_space(journal, journal->old_size - journal->start, plan->chunk_bytes_max,
	                    err) == 0)
		ok = true;
	reeve_identity_resume(identity);

	if (ok && write_all(journal, &w, j, err) < 0)
		ok = false;
	if (!ok && journal->fd >= 0)
		reeve_journal_remove(journal, j, identity, NULL);
out:
	free(w.block);
	reeve_source_dispose(&w.box);
	reeve_hasher_free(w.hasher);
	if (!ok) {
		reeve_journal_close(journal);
		return NULL;
	}
	return journal;
}
