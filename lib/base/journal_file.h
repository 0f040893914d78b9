/* SPDX-License-Identifier: MIT */
/* The journal's bytes on disk, and what the files that write and read them share. */
#ifndef BASE_JOURNAL_FILE_H
#define BASE_JOURNAL_FILE_H

#include "base/journal.h"

#define REEVE_JOURNAL_BLOCK  4096u
#define REEVE_JOURNAL_MAGIC  "mailreeve jrnl1" /* 16 bytes with the NUL */
#define REEVE_JOURNAL_PATH   3072              /* bytes for the path */
#define REEVE_PIECES_CACHED  1024

/* Where slot s of the two records is. */
#define REEVE_RECORD_AT(s) (REEVE_JOURNAL_BLOCK * (1 + (uint64_t)((s) % 2)))

/* Block 0. */
struct reeve_journal_header {
	char magic[16];
	uint64_t device, inode, old_size, start;
	uint64_t piece_count, text_bytes, chunk_bytes;
	uint32_t areas;
	uint32_t keep_new;
	int64_t atime_seconds;
	int64_t atime_nanoseconds;
	uint64_t body_hash; /* of pieces and text */
	uint32_t path_bytes;
	char path[REEVE_JOURNAL_PATH];
	uint64_t self_hash; /* of all before */
};
_Static_assert(sizeof(struct reeve_journal_header) <= REEVE_JOURNAL_BLOCK, "it is one block");
_Static_assert(sizeof(struct reeve_piece) == 24, "pieces have no holes to hash");

/* An empty one about the file `path` (NULL: to be read), or NULL with err. */
struct reeve_journal *reeve_journal_alloc(const char *path, struct reeve_error *err);

/*
 * Fill it from its file, which is open and has `size` bytes (journal_read.c). 1, 0 if it is not whole, or
 * -1 with err.
 */
int reeve_journal_read(struct reeve_journal *journal, uint64_t size, struct reeve_error *err);

/* Work out the offsets of pieces, text and chunks from their numbers. */
void reeve_journal_place_parts(struct reeve_journal *journal);

uint64_t reeve_journal_round_up(uint64_t n);

uint64_t reeve_record_hash(const struct reeve_record *record);

/* Write a record, durable only with what is flushed next. */
int reeve_journal_put_record(struct reeve_journal *journal, struct reeve_record *record,
                             struct reeve_error *err);

#endif
