/* SPDX-License-Identifier: MIT */
/* Writing, finding, believing and removing the journal of a compaction. */
#include "base/journal.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/io.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK         4096u
#define RECORD_AT(s)  (BLOCK * (1 + (uint64_t)((s) % 2)))
#define PIECES_AT     (3 * (uint64_t)BLOCK)
#define PIECES_CACHED 1024
#define PATH_MAX_HERE 3072

static const char magic[16] = "mailreeve jrnl1";

/* Block 0 as it is on disk. */
struct header {
	char magic[16];
	uint64_t device, inode, old_size, start;
	uint64_t piece_count, text_bytes, chunk_bytes;
	uint32_t areas;
	uint32_t keep_new;
	int64_t atime_seconds;
	int64_t atime_nanoseconds;
	uint64_t body_hash; /* of pieces and text */
	uint32_t path_bytes;
	char path[PATH_MAX_HERE];
	uint64_t self_hash; /* of all before */
};
_Static_assert(sizeof(struct header) <= BLOCK, "the header is one block");
_Static_assert(sizeof(struct reeve_piece) == 24, "pieces have no holes to hash");

static uint64_t round_up(uint64_t n)
{
	return (n + BLOCK - 1) / BLOCK * BLOCK;
}

static void place_parts(struct reeve_journal *j)
{
	j->pieces_at = PIECES_AT;
	j->text_at = j->pieces_at + j->piece_count * sizeof(struct reeve_piece);
	j->chunks_at = round_up(j->text_at + j->text_bytes);
}

uint64_t reeve_journal_area(const struct reeve_journal *journal, uint32_t i)
{
	return journal->chunks_at + i * journal->chunk_bytes;
}

/* ---- pieces -------------------------------------------------------------------------------- */

/*
 * The n bytes at `offset`, or NULL. Where pieces are small, one read brings the edges of many:
 * a box of cron mail has tens of thousands. Where they are large, an edge is all that is read.
 */
static const unsigned char *edge_at(struct reeve_source *src, uint64_t offset, size_t n,
                                    struct reeve_error *err)
{
	enum { NEAR = 32768 };
	size_t have;

	src->most = offset >= src->start && offset - src->start < src->filled + NEAR ? 2 * NEAR : n;
	const unsigned char *edge = reeve_source_at(src, offset, n, &have, err);
	if (edge != NULL && have < n) {
		reeve_fail(err, REEVE_ECHANGED, "the file became shorter while it was read");
		return NULL;
	}
	return edge;
}

int reeve_piece_edges(struct reeve_source *src, const struct reeve_piece *piece, uint32_t *head_r,
                      uint32_t *tail_r, struct reeve_error *err)
{
	size_t n = piece->length < REEVE_PIECE_EDGE ? (size_t)piece->length : REEVE_PIECE_EDGE;
	const unsigned char *edge = edge_at(src, piece->from, n, err);

	if (edge == NULL)
		return -1;
	*head_r = (uint32_t)reeve_hash(edge, n);
	edge = edge_at(src, piece->from + piece->length - n, n, err);
	if (edge == NULL)
		return -1;
	*tail_r = (uint32_t)reeve_hash(edge, n);
	return 0;
}

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
	return ++w->filled == PIECES_CACHED ? writer_flush(w, err) : 0;
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

const struct reeve_piece *reeve_journal_piece(struct reeve_journal *journal, uint64_t i,
                                              struct reeve_error *err)
{
	assert(i < journal->piece_count);
	if (i < journal->cache_first || i >= journal->cache_first + journal->cache_count) {
		uint64_t left = journal->piece_count - i;
		size_t n = left < PIECES_CACHED ? (size_t)left : PIECES_CACHED;

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

static uint64_t record_hash(const struct reeve_record *record)
{
	return reeve_hash(record, offsetof(struct reeve_record, self_hash));
}

/* In the page cache only; for the first record, which is flushed together with the rest. */
static int put_record(struct reeve_journal *journal, struct reeve_record *record,
                      struct reeve_error *err)
{
	record->sequence = journal->last.sequence + 1;
	record->self_hash = record_hash(record);
	if (reeve_write_at(journal->fd, record, sizeof *record, RECORD_AT(record->sequence), err) < 0)
		return reeve_fail_prefix(err, "journal of '%s'", journal->path);
	journal->last = *record;
	return 0;
}

int reeve_journal_record(struct reeve_journal *journal, struct reeve_record *record,
                         struct reeve_error *err)
{
	if (put_record(journal, record, err) < 0)
		return -1;
	/* Before this is durable, nothing may be overwritten that the record before needs. */
	if (fdatasync(journal->fd) < 0)
		return reeve_fail_errno(err, "cannot flush the journal of '%s'", journal->path);
	return 0;
}

/* Whether the chunk that a record speaks of is there. */
static bool chunk_is_whole(const struct reeve_journal *journal, const struct reeve_record *record)
{
	if (record->area >= journal->areas || record->length > journal->chunk_bytes)
		return false;

	struct reeve_hasher *hasher = reeve_hasher_new();
	unsigned char *buf = malloc(1 << 20);
	uint64_t at = reeve_journal_area(journal, record->area), left = record->length;
	bool whole = false;

	if (hasher == NULL || buf == NULL)
		goto out;
	while (left > 0) {
		size_t n = left < (1 << 20) ? (size_t)left : 1 << 20;
		if (reeve_read_at(journal->fd, buf, n, at, NULL) < 0)
			goto out;
		reeve_hasher_add(hasher, buf, n);
		at += n;
		left -= n;
	}
	whole = reeve_hasher_value(hasher) == record->data_hash;
out:
	free(buf);
	reeve_hasher_free(hasher);
	return whole;
}

/*
 * The newest whole record. A chunk that is not whole means that the crash came before its record
 * was durable, so nothing of that step reached the file: the record before is the one to go by.
 */
static bool find_last_record(struct reeve_journal *journal)
{
	journal->last.sequence = 0;
	for (int slot = 0; slot < 2; slot++) {
		struct reeve_record r;

		if (reeve_read_at(journal->fd, &r, sizeof r, RECORD_AT(slot), NULL) < 0 ||
		    r.self_hash != record_hash(&r) || r.sequence % 2 != (uint64_t)slot ||
		    r.kind < REEVE_RECORD_DIRECT || r.kind > REEVE_RECORD_DONE)
			continue;
		if (r.kind == REEVE_RECORD_CHUNK && !chunk_is_whole(journal, &r))
			continue;
		if (r.sequence > journal->last.sequence)
			journal->last = r;
	}
	return journal->last.sequence > 0;
}

/* ---- a new journal ------------------------------------------------------------------------- */

/*
 * Have the space: as root, before the owner's identity is taken on again, so that ext4's reserved
 * blocks serve where a full disk has no others. Chunks may shrink for it; the rest may not.
 */
static int have_space(struct reeve_journal *journal, uint64_t to_move, uint64_t chunk_bytes_max,
                      struct reeve_error *err)
{
	uint64_t chunk = round_up(to_move < chunk_bytes_max ? to_move : chunk_bytes_max);

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
			return reeve_fail_errno(err, "no room for the journal of '%s'", journal->path);
		if (ftruncate(journal->fd, 0) < 0)
			return reeve_fail_errno(err, "journal of '%s'", journal->path);
		chunk = chunk <= BLOCK ? 0 : round_up(chunk / 8);
	}
}

static int write_header(struct reeve_journal *journal, uint64_t body_hash, struct reeve_error *err)
{
	size_t path_bytes = strlen(journal->path);
	struct header *h = calloc(1, BLOCK);

	if (h == NULL)
		return reeve_fail_nomem(err);
	if (path_bytes >= PATH_MAX_HERE) {
		free(h);
		return reeve_fail(err, REEVE_EUSAGE, "path too long: '%s'", journal->path);
	}
	memcpy(h->magic, magic, sizeof magic);
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
	h->self_hash = reeve_hash(h, offsetof(struct header, self_hash));

	int r = reeve_write_at(journal->fd, h, BLOCK, 0, err);
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
	if (put_record(journal, &first, err) < 0 ||
	    write_header(journal, reeve_hasher_value(w->hasher), err) < 0)
		return -1;
	if (fsync(journal->fd) < 0)
		return reeve_fail_errno(err, "cannot flush the journal of '%s'", journal->path);
	if (fsync(j->dirfd) < 0) /* the name, too */
		return reeve_fail_errno(err, "cannot flush the folder of journals");
	return 0;
}

static struct reeve_journal *journal_alloc(const char *path, struct reeve_error *err)
{
	struct reeve_journal *journal = calloc(1, sizeof *journal);
	/* Finding the file again after a reboot takes a path that does not depend on where we are. */
	char *whole = path == NULL ? NULL : realpath(path, NULL);

	if (journal != NULL) {
		journal->fd = -1;
		journal->path = whole != NULL ? whole : strdup(path == NULL ? "?" : path);
		journal->cache = malloc(PIECES_CACHED * sizeof *journal->cache);
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

struct reeve_journal *reeve_journal_new(const struct reeve_journals *j,
                                        const struct reeve_journal_plan *plan,
                                        struct reeve_identity *identity, struct reeve_error *err)
{
	struct reeve_journal *journal = journal_alloc(plan->path, err);
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
	w.block = malloc(PIECES_CACHED * sizeof *w.block);
	if (w.hasher == NULL || w.block == NULL) {
		reeve_fail_nomem(err);
		goto out;
	}
	if (reeve_source_init(&w.box, plan->box_fd, err) < 0 ||
	    write_pieces(&w, &journal->text_bytes, err) < 0) /* counts them */
		goto out;
	journal->piece_count = w.count;
	place_parts(journal);

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

/* ---- an old journal ------------------------------------------------------------------------ */

/* Fill journal from its header. False if this is no whole header. */
static bool read_header(struct reeve_journal *journal, uint64_t *body_hash_r)
{
	union {
		struct header h;
		unsigned char block[BLOCK];
	} u;

	if (reeve_read_at(journal->fd, &u, sizeof u, 0, NULL) < 0 ||
	    memcmp(u.h.magic, magic, sizeof magic) != 0 ||
	    u.h.self_hash != reeve_hash(&u.h, offsetof(struct header, self_hash)) ||
	    u.h.path_bytes >= PATH_MAX_HERE)
		return false;

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
	return journal->path != NULL;
}

/*
 * Whether pieces and text are those that were written, and make sense: in order, inside the old
 * file, never to the right. A journal may be its user's, so nothing in it is taken on trust.
 */
static bool body_is_whole(struct reeve_journal *journal, uint64_t body_hash)
{
	struct stat st;
	uint64_t count_max = (UINT64_C(1) << 40), old_at = journal->start, new_at = old_at;
	struct reeve_hasher *hasher;
	unsigned char buf[BLOCK];
	bool whole = false;

	if (fstat(journal->fd, &st) < 0 || journal->piece_count > count_max ||
	    journal->text_bytes > count_max || journal->chunk_bytes > count_max ||
	    journal->areas > 2 || journal->start > journal->old_size ||
	    journal->old_size > (UINT64_C(1) << 62))
		return false;
	place_parts(journal);
	if (reeve_journal_area(journal, journal->areas) > (uint64_t)st.st_size &&
	    journal->areas > 0)
		return false;
	hasher = reeve_hasher_new();
	if (hasher == NULL)
		return false;

	for (uint64_t i = 0; i < journal->piece_count; i++) {
		const struct reeve_piece *p = reeve_journal_piece(journal, i, NULL);
		if (p == NULL)
			goto out;
		reeve_hasher_add(hasher, p, sizeof *p);
		if (p->length == 0)
			goto out;
		if (p->from & REEVE_PIECE_TEXT) {
			uint64_t at = p->from & ~REEVE_PIECE_TEXT;
			if (at > journal->text_bytes || p->length > journal->text_bytes - at)
				goto out;
		} else {
			if (p->from < old_at || p->from > journal->old_size ||
			    p->length > journal->old_size - p->from || new_at > p->from)
				goto out;
			old_at = p->from + p->length;
		}
		new_at += p->length;
	}
	if (new_at > journal->old_size)
		goto out;
	for (uint64_t at = 0; at < journal->text_bytes; at += BLOCK) {
		uint64_t left = journal->text_bytes - at;
		size_t n = left < BLOCK ? (size_t)left : BLOCK;
		if (reeve_read_at(journal->fd, buf, n, journal->text_at + at, NULL) < 0)
			goto out;
		reeve_hasher_add(hasher, buf, n);
	}
	whole = reeve_hasher_value(hasher) == body_hash;
out:
	reeve_hasher_free(hasher);
	return whole;
}

/* The file that bears this name in the folder, opened; NULL without err if it is none of ours. */
static struct reeve_journal *open_named(const struct reeve_journals *j, const char *name,
                                        struct reeve_identity *identity, bool *is_whole_r,
                                        struct reeve_error *err)
{
	struct reeve_journal *journal = journal_alloc(NULL, err);
	struct stat st;
	uint64_t body_hash;

	if (journal == NULL)
		return NULL;
	snprintf(journal->name, sizeof journal->name, "%s", name);
	reeve_identity_pause(identity);
	journal->fd = openat(j->dirfd, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	reeve_identity_resume(identity);
	if (journal->fd < 0 || fstat(journal->fd, &st) < 0) {
		if (errno != ENOENT)
			reeve_fail_errno(err, "cannot open journal '%s'", name);
		reeve_journal_close(journal);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		reeve_fail(err, REEVE_EREFUSED, "journal '%s' is not a regular file", name);
		reeve_journal_close(journal);
		return NULL;
	}
	journal->owner = st.st_uid;
	*is_whole_r = read_header(journal, &body_hash) && body_is_whole(journal, body_hash) &&
	              find_last_record(journal);
	return journal;
}

/*
 * Whether the journal of this name is about the file. The device's number may have changed since
 * (another order of disks after a reboot); then the inode's number and the path tell.
 */
static bool is_about(const struct reeve_journals *j, const char *name, const char *path,
                     const struct stat *st, struct reeve_identity *identity)
{
	uint64_t device, inode;
	bool whole, same;

	if (sscanf(name, "%" SCNu64 "-%" SCNu64, &device, &inode) != 2 ||
	    inode != (uint64_t)st->st_ino)
		return false;
	if (device == (uint64_t)st->st_dev)
		return true;

	struct reeve_journal *journal = open_named(j, name, identity, &whole, NULL);
	char *real = realpath(path, NULL);
	same = journal != NULL && real != NULL && whole && strcmp(journal->path, real) == 0;
	free(real);
	reeve_journal_close(journal);
	return same;
}

/* The name of the journal about the file, or "". */
static int find_name(const struct reeve_journals *j, const char *path, const struct stat *st,
                     struct reeve_identity *identity, char *name, size_t n,
                     struct reeve_error *err)
{
	struct reeve_names names;

	name[0] = '\0';
	if (reeve_journals_names(j, identity, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count && name[0] == '\0'; i++) {
		if (is_about(j, names.name[i], path, st, identity))
			snprintf(name, n, "%s", names.name[i]);
	}
	free(names.name);
	return 0;
}

int reeve_journal_open(const struct reeve_journals *j, const char *path, const struct stat *st,
                       struct reeve_identity *identity, struct reeve_journal **journal_r,
                       bool *is_whole_r, struct reeve_error *err)
{
	char name[REEVE_JOURNAL_NAME];
	struct reeve_error mine = {0};

	*journal_r = NULL;
	if (j->dirfd < 0)
		return 0;
	if (find_name(j, path, st, identity, name, sizeof name, err) < 0)
		return -1;
	if (name[0] == '\0')
		return 0;

	struct reeve_journal *journal = open_named(j, name, identity, is_whole_r, &mine);
	if (journal == NULL) {
		if (mine.code == REEVE_OK)
			return 0; /* gone meanwhile */
		if (err != NULL)
			*err = mine;
		return -1;
	}
	if (journal->owner != 0 && journal->owner != st->st_uid) {
		reeve_fail(err, REEVE_EREFUSED, "journal '%s' of '%s' belongs to uid %u, neither root "
		           "nor the owner", name, path, (unsigned int)journal->owner);
		reeve_journal_close(journal);
		return -1;
	}
	*journal_r = journal;
	return 0;
}

int reeve_journals_each(const struct reeve_journals *j, int (*fn)(void *user, const char *path),
                        void *user, struct reeve_error *err)
{
	struct reeve_identity nobody = {0};
	struct reeve_names names;
	int r = 0;

	if (j->dirfd < 0)
		return 0;
	if (reeve_journals_names(j, &nobody, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count && r == 0; i++) {
		bool whole;
		struct reeve_journal *journal = open_named(j, names.name[i], &nobody, &whole, err);
		if (journal == NULL)
			continue;
		/* One that is not whole has no path; nothing was moved, and a later run of the
		 * box itself drops it. */
		if (whole)
			r = fn(user, journal->path);
		reeve_journal_close(journal);
	}
	free(names.name);
	return r;
}
