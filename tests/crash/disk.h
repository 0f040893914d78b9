/* SPDX-License-Identifier: MIT */
/*
 * A disk that forgets. It takes the changes that the shim wrote down, one after the other, and
 * knows after each what a power loss would leave for certain and what only perhaps.
 *
 * Certain: bytes and size of a file at its last fsync or fdatasync, owner and mode at its last
 * fsync; names in a folder at the folder's last fsync. (fsync of a file promises nothing about its name: POSIX, fsync(), and
 * open(2) of Linux say no more.) All else comes in units, any of which may have reached the disk:
 * a sector of a write, a change of a file's size, of its rights, of a name. Of one sector, one size,
 * one file's rights or one name the disk holds some version in the order they were made, but
 * sectors, sizes, rights and names know nothing of each other. Where the size came and the bytes did not, there are zeros.
 *
 * Lock files are let off: they are whole or not there.
 */
#ifndef CRASH_DISK_H
#define CRASH_DISK_H

#include "boxes.h"
#include "shim.h"

#include <stdbool.h>
#include <stdint.h>

/* Which promise a sync makes, by its place in compact's sequence: X(name, word, of what). */
#define DISK_SYNCS(X)                                                                              \
	X(NONE, "none", "not a sync")                                                              \
	X(JOURNAL, "journal", "the new journal")                                                   \
	X(FOLDER, "folder", "the folder of journals, before the box is changed")                   \
	X(PARENT, "parent", "a folder above, in which one was made")                               \
	X(RECORD, "record", "a record in the journal, before its step")                            \
	X(BOX, "box", "the box, after a step")                                                     \
	X(DONE, "done", "the record that all is moved")                                            \
	X(TRUNCATED, "truncated", "the box, after it was truncated")                               \
	X(ARCHIVE, "archive", "the archive, before the box is changed")                            \
	X(ARCHIVE_FOLDER, "archive-folder", "the folder of a new archive")                         \
	X(AGAIN_JOURNAL, "again-journal", "a journal found, before recovery goes by it")           \
	X(AGAIN_FOLDER, "again-folder", "its folder, likewise")                                    \
	X(AGAIN_CUT, "again-cut", "a box found cut, before its journal goes")                      \
	X(OTHER, "other", "something else")

enum disk_sync {
#define DISK_SYNC(name, word, what) DISK_SYNC_##name,
	DISK_SYNCS(DISK_SYNC)
#undef DISK_SYNC
		DISK_SYNC_COUNT,
};

struct disk_sync_row {
	const char *word;
	const char *text;
};

extern const struct disk_sync_row disk_syncs[];

struct disk_op {
	struct crash_record rec;
	const char *path, *path2, *data; /* in the log's bytes */
	enum disk_sync sync;
	bool is_ignored; /* a sync that lies */
	int node;        /* the file or folder it is about, once it was applied */
	uint64_t size_before, size_after;
};

struct disk_log {
	struct bytes raw;
	struct disk_op *ops;
	size_t n;
};

/* Reads the log of a prune or a recovery of the box that is inode box_ino. Exits if it cannot. */
void disk_log_read(struct disk_log *log, const char *path, uint64_t box_ino);
void disk_log_free(struct disk_log *log);

/* From operation `begin` on it was a recovery, whose syncs are for something else. */
void disk_log_recovers(struct disk_log *log, size_t begin, uint64_t box_ino);
void disk_op_print(const struct disk_op *op, size_t i);

struct disk;

/* A disk that holds for certain what now lies below root. */
struct disk *disk_new(const char *root);
void disk_free(struct disk *disk);

void disk_apply(struct disk *disk, struct disk_log *log, size_t i);

/* NULL if what was applied makes the files that now lie below the root; else what differs. */
const char *disk_compare(const struct disk *disk);

struct disk_unit {
	enum { UNIT_BYTES, UNIT_SIZE, UNIT_RIGHTS, UNIT_NAME } kind;
	size_t op;
	int node;
	uint64_t from, to; /* of bytes */
};

/* What is uncertain now: an array to be freed. In the order of the operations. */
struct disk_unit *disk_units(const struct disk *disk, const struct disk_log *log, size_t *n_r);

/* Owner and mode. */
struct disk_rights {
	uint32_t uid, gid, mode;
};

/* A file or folder as a power loss leaves it. */
struct disk_file {
	const char *path; /* the disk's */
	bool is_dir;
	struct disk_rights rights;
	struct bytes content;
};

struct disk_files {
	struct disk_file *files;
	size_t n;
};

/* The disk on which, of the n units, those with present[i] came through. Folders come first. */
struct disk_files disk_state(const struct disk *disk, const struct disk_log *log,
                             const struct disk_unit *units, const bool *present, size_t n);
void disk_files_free(struct disk_files *files);

#endif
