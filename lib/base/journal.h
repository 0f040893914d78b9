/* SPDX-License-Identifier: MIT */
/*
 * The journal of one compaction: what is kept, what is put in, how far it has come.
 *
 * The file, in the machine's own byte order (it never leaves the machine):
 *
 *     0      header   what file this is about, sizes, a hash of itself and of the pieces
 *     4096   record   slot 0 \  progress, written in turn, so that one is always whole; a block
 *     8192   record   slot 1 /  each, so that a torn write hurts one
 *     12288  pieces   the new file from `start` on, in order: a span of the old one, or of the text
 *            text     bytes that are put in
 *            chunks   areas for bytes that go through the journal, none or two of chunk_bytes
 *
 * A journal that is not whole was never made durable, so nothing was moved yet: it may be dropped.
 */
#ifndef BASE_JOURNAL_H
#define BASE_JOURNAL_H

#include "base/compact.h"
#include "base/source.h"

/* A piece whose span is of the journal's text, not of the file. */
#define REEVE_PIECE_TEXT (UINT64_C(1) << 63)

/* Bytes at each end of a piece by which a rewritten file is noticed. */
#define REEVE_PIECE_EDGE 64

struct reeve_piece {
	uint64_t from;   /* offset in the old file, or REEVE_PIECE_TEXT | offset in the text */
	uint64_t length;
	uint32_t head_hash, tail_hash; /* of up to REEVE_PIECE_EDGE bytes at either end */
};

#define REEVE_JOURNAL_NAME 48 /* bytes for "DEVICE-INODE" */

enum reeve_record_kind {
	REEVE_RECORD_DIRECT = 1, /* all before `at` is in place */
	REEVE_RECORD_CHUNK,      /* and what follows is in a chunk: put it there, go on behind it */
	REEVE_RECORD_DONE,       /* all is in place; cut the file at `at` */
};

struct reeve_record {
	uint64_t sequence;
	uint32_t kind;
	uint32_t area;       /* which chunk area */
	uint64_t at;         /* offset in the new file */
	uint64_t length;     /* of the chunk */
	uint64_t data_hash;  /* of the chunk; of the first stale bytes, at `at`, when done */
	uint64_t end_hash;   /* of the last stale bytes, before source_end, when done */
	uint64_t placed_hash; /* of the bytes that were put in place last, before `at` */
	uint64_t source_end; /* size of the old file as far as it was taken in */
	uint64_t self_hash;  /* of the fields above */
};

struct reeve_journal {
	int fd;
	char name[REEVE_JOURNAL_NAME]; /* in journals->dirfd */
	char *path;    /* of the file it is about */
	uint64_t device, inode;
	uid_t owner;          /* whose journal file this is */
	uint64_t old_size;    /* of the file */
	uint64_t start;       /* bytes before it stay where they are */
	uint64_t piece_count;
	uint64_t text_bytes;
	uint64_t chunk_bytes; /* size of an area; 0: no areas */
	uint32_t areas;
	bool keep_new;
	struct timespec atime; /* of the file before the change, for keep_new */
	uint64_t pieces_at, text_at, chunks_at; /* offsets in the journal */
	struct reeve_record last; /* the newest whole record */

	/* A window on the pieces, since there may be millions. */
	struct reeve_piece *cache;
	uint64_t cache_first;
	size_t cache_count;
};

/* What a new journal begins with. */
struct reeve_journal_plan {
	const char *path;
	const struct stat *st; /* of the file */
	const struct reeve_edits *edits;
	bool keep_new;
	uint64_t chunk_bytes_max;
	int box_fd; /* to hash the pieces' edges */
};

/*
 * Write a new journal and make it durable. Its space is had before anything is written; where
 * there is too little, chunks get smaller, at last none.
 * Returns it, or NULL with err: REEVE_EIO (nothing is left behind), REEVE_EUSAGE if the edits do
 * not shrink the file at every point, REEVE_EBUSY if there is one already.
 */
struct reeve_journal *reeve_journal_new(const struct reeve_journals *j,
                                        const struct reeve_journal_plan *plan,
                                        struct reeve_identity *identity, struct reeve_error *err);

/*
 * Open the journal that is about the file st describes (by device and inode, or by inode and path
 * after a reboot gave the device another number). *journal_r is NULL if there is none. Without
 * *is_whole_r only its name is sure, and it may be removed.
 * Returns 0, or -1 with err; REEVE_EREFUSED for one that neither root nor st's owner owns.
 */
int reeve_journal_open(const struct reeve_journals *j, const char *path, const struct stat *st,
                       struct reeve_identity *identity, struct reeve_journal **journal_r,
                       bool *is_whole_r, struct reeve_error *err);

/* Names of journals in the folder: an array to be freed. */
struct reeve_names {
	char (*name)[REEVE_JOURNAL_NAME];
	size_t count;
};
int reeve_journals_names(const struct reeve_journals *j, struct reeve_identity *identity,
                         struct reeve_names *names_r, struct reeve_error *err);

/* The i-th piece, or NULL with err. Good until the next call. */
const struct reeve_piece *reeve_journal_piece(struct reeve_journal *journal, uint64_t i,
                                              struct reeve_error *err);

/* Write a record (sequence and self_hash are filled in), durable when it returns. */
int reeve_journal_record(struct reeve_journal *journal, struct reeve_record *record,
                         struct reeve_error *err);

/* Where area i begins. */
uint64_t reeve_journal_area(const struct reeve_journal *journal, uint32_t i);

/* Hashes of a piece's edges as they are in the file `src` now. 0, or -1 with err. */
int reeve_piece_edges(struct reeve_source *src, const struct reeve_piece *piece, uint32_t *head_r,
                      uint32_t *tail_r, struct reeve_error *err);

/* Remove the file (durability does not matter: a done journal that comes back does no harm). */
int reeve_journal_remove(struct reeve_journal *journal, const struct reeve_journals *j,
                         struct reeve_identity *identity, struct reeve_error *err);

void reeve_journal_close(struct reeve_journal *journal);

#endif
