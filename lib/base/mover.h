/* SPDX-License-Identifier: MIT */
/*
 * The mover: where a compaction stands, and the steps it takes.
 *
 *     reeve_mover_init(&m, c, journal, err);        at the beginning of what moves
 *     (after a crash, base/recover.c: reeve_mover_advance() to where the last record says)
 *     reeve_mover_carry_out(&m, err);               to the end, the journal removed
 *     reeve_mover_dispose(&m);
 */
#ifndef BASE_MOVER_H
#define BASE_MOVER_H

#include "base/compact.h"
#include "base/hash.h"
#include "base/journal.h"
#include "base/source.h"
#include <time.h>

/* Tests make these small, so that a small file takes many steps. */
#ifndef REEVE_COMPACT_STEP_BYTES
#define REEVE_COMPACT_STEP_BYTES (UINT64_C(64) << 20) /* flushed at least this often */
#endif
#ifndef REEVE_COMPACT_CHUNK_BYTES
#define REEVE_COMPACT_CHUNK_BYTES (UINT64_C(8) << 20) /* through the journal at once */
#endif
#ifndef REEVE_COMPACT_GAP_BYTES
#define REEVE_COMPACT_GAP_BYTES (UINT64_C(1) << 20) /* below it the journal is worth its flushes */
#endif

#define REEVE_MOVER_BYTES ((size_t)1 << 20) /* gathered at once */
#define REEVE_TICK_MS 20000 /* Dovecot takes over a dotlock that is not touched for 120 s */

/*
 * Where the mover is. Everything of the new file before `at` is in place; what comes next is the
 * piece `index`, `into` bytes of which are in place. Behind the journal's last piece follows what
 * was appended to the old file since: [old_size, source_end).
 */
struct reeve_mover {
	const struct reeve_compact *c;
	struct reeve_journal *journal;
	struct reeve_hasher *hasher;
	unsigned char *buf; /* REEVE_MOVER_BYTES */
	struct reeve_source box; /* for small pieces; what it holds is overwritten only when moved */
	uint64_t at;
	uint64_t index;
	uint64_t into;
	uint64_t source_end;
	uint64_t new_size;
	pid_t parent; /* 0: we are no child */
	struct timespec ticked;
};

int reeve_mover_init(struct reeve_mover *m, const struct reeve_compact *c,
                     struct reeve_journal *journal, struct reeve_error *err);
void reeve_mover_dispose(struct reeve_mover *m);

/* Go n bytes of the new file on, over as many pieces as they are. -1 with err. */
int reeve_mover_advance(struct reeve_mover *m, uint64_t n, struct reeve_error *err);

/*
 * The lowest byte of the file that is still needed to go on from here: below it everything may be
 * overwritten. source_end if nothing of the file is needed any more. -1 with err.
 */
int reeve_mover_lowest_needed(struct reeve_mover *m, uint64_t *offset_r, struct reeve_error *err);

/* Read n (at most REEVE_MOVER_BYTES) bytes of the new file from here on into buf, and advance. */
int reeve_mover_gather(struct reeve_mover *m, size_t n, struct reeve_error *err);

/* Advance to the end of this piece. -1 with err. */
int reeve_mover_pass(struct reeve_mover *m, struct reeve_error *err);

/* What was appended meanwhile is one more kept range. -1 with err; REEVE_ECHANGED if it shrank. */
int reeve_mover_take_in_appended(struct reeve_mover *m, struct reeve_error *err);

/* Put a chunk from the journal where its record says; the next record flushes it. -1 with err. */
int reeve_mover_place_chunk(struct reeve_mover *m, const struct reeve_record *record,
                            struct reeve_error *err);

/*
 * Hashes of the bytes at both ends of what is to be cut off, by which to tell later whether it was.
 * Two, since another program may have changed a byte of one. -1 with err.
 */
int reeve_mover_hash_stale(struct reeve_mover *m, struct reeve_record *record,
                           struct reeve_error *err);

/*
 * A hash of the last bytes before `at` that were put in place; 0 if none were. By it a file that
 * was restored from a backup is told from one that is half moved. -1 with err.
 */
int reeve_mover_hash_placed(struct reeve_mover *m, uint64_t at, uint64_t *hash_r,
                            struct reeve_error *err);

/* From where the mover is to the end. The caller has made its last record durable. */
int reeve_mover_carry_out(struct reeve_mover *m, struct reeve_error *err);

/*
 * The modification time is now; the access time lies below it exactly if mail is new (keep_new),
 * for that is how shells and biff(1) tell. Who is not the owner may not set it, and need not.
 */
void reeve_compact_set_times(int fd, bool keep_new, struct timespec atime);

/* Cut the file off at `size`, set its times, and make that durable. -1 with err. */
int reeve_compact_cut(int fd, uint64_t size, bool keep_new, struct timespec atime,
                      struct reeve_error *err);

#endif
