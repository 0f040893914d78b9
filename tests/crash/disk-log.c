/* SPDX-License-Identifier: MIT */
/* The shim's log, read back, and what each sync in it is for. */
#include "disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROW(name, word, text) {word, text},
const struct disk_sync_row disk_syncs[] = {DISK_SYNCS(ROW)};
#undef ROW

static void read_raw(struct bytes *raw, const char *path)
{
	char buf[65536];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && (n = read(fd, buf, sizeof buf)) > 0)
		bytes_add(raw, buf, (size_t)n);
	if (fd >= 0)
		close(fd);
}

static bool is_sync(const struct disk_op *op)
{
	return op->rec.op == CRASH_OP_SYNC || op->rec.op == CRASH_OP_DATASYNC;
}

static bool is_journal(const char *path)
{
	return strstr(path, "/mailreeve/journal/") != NULL;
}

static bool is_folder(const char *path)
{
	size_t n = strlen(path);

	return n > 8 && strcmp(path + n - 8, "/journal") == 0;
}

/* "/var/old", and the folder that it is in. */
static bool ends_with(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n >= m && strcmp(path + n - m, end) == 0;
}

static void name_syncs(struct disk_log *log, uint64_t box_ino)
{
	size_t first_change = log->n, truncated = log->n, last_record = log->n;
	bool has_journal = false;

	for (size_t i = 0; i < log->n; i++) {
		const struct disk_op *op = &log->ops[i];
		bool is_box = op->rec.ino == box_ino;
		if (is_box && first_change == log->n &&
		    (op->rec.op == CRASH_OP_WRITE || op->rec.op == CRASH_OP_TRUNCATE))
			first_change = i;
		if (is_box && op->rec.op == CRASH_OP_TRUNCATE)
			truncated = i;
		if (is_sync(op) && is_journal(op->path) && i < truncated)
			last_record = i;
	}
	for (size_t i = 0; i < log->n; i++) {
		struct disk_op *op = &log->ops[i];
		if (!is_sync(op))
			continue;
		if (op->rec.ino == box_ino) {
			op->sync = i > truncated ? DISK_SYNC_TRUNCATED : DISK_SYNC_BOX;
		} else if (is_journal(op->path)) {
			op->sync = !has_journal && i < first_change ? DISK_SYNC_JOURNAL
			           : i == last_record               ? DISK_SYNC_DONE
			                                            : DISK_SYNC_RECORD;
			has_journal = true;
		} else if (ends_with(op->path, "/var/old")) {
			op->sync = DISK_SYNC_ARCHIVE;
		} else if (ends_with(op->path, "/root/var")) {
			op->sync = DISK_SYNC_ARCHIVE_FOLDER;
		} else {
			op->sync = i > first_change      ? DISK_SYNC_OTHER
			           : is_folder(op->path) ? DISK_SYNC_FOLDER
			                                 : DISK_SYNC_PARENT;
		}
	}
}

void disk_log_read(struct disk_log *log, const char *path, uint64_t box_ino)
{
	*log = (struct disk_log){0};
	read_raw(&log->raw, path);
	for (size_t at = 0; at < log->raw.n;) {
		struct disk_op op = {.node = -1};
		const char *p = log->raw.at + at;

		memcpy(&op.rec, p, sizeof op.rec);
		p += sizeof op.rec;
		op.path = p;
		p += op.rec.path_bytes;
		op.path2 = op.rec.path2_bytes > 0 ? p : NULL;
		p += op.rec.path2_bytes;
		op.data = p;
		if (op.rec.op == CRASH_OP_WRITE)
			p += op.rec.length;
		at = (size_t)(p - log->raw.at);
		log->ops = realloc(log->ops, (log->n + 1) * sizeof *log->ops);
		if (log->ops == NULL || at > log->raw.n)
			abort();
		log->ops[log->n++] = op;
	}
	name_syncs(log, box_ino);
}

void disk_log_recovers(struct disk_log *log, size_t begin, uint64_t box_ino)
{
	bool has_changed = false;

	for (size_t i = begin; i < log->n; i++) {
		struct disk_op *op = &log->ops[i];
		bool is_box = op->rec.ino == box_ino;

		if (is_box && (op->rec.op == CRASH_OP_WRITE || op->rec.op == CRASH_OP_TRUNCATE))
			has_changed = true;
		if (!is_sync(op))
			continue;
		op->sync = has_changed            ? DISK_SYNC_OTHER
		           : is_box               ? DISK_SYNC_AGAIN_CUT
		           : is_journal(op->path) ? DISK_SYNC_AGAIN_JOURNAL
		                                  : DISK_SYNC_AGAIN_FOLDER;
	}
}

void disk_log_free(struct disk_log *log)
{
	bytes_free(&log->raw);
	free(log->ops);
	*log = (struct disk_log){0};
}

void disk_op_print(const struct disk_op *op, size_t i)
{
	static const char *const words[] = {
#define WORD(name, word) word,
		CRASH_OPS(WORD)
#undef WORD
	};
	const char *path = strstr(op->path, "/root/");

	printf("%4zu %-9s %s", i, words[op->rec.op], path != NULL ? path + 5 : op->path);
	if (op->path2 != NULL)
		printf(" -> %s", strrchr(op->path2, '/') + 1);
	if (op->rec.op == CRASH_OP_WRITE || op->rec.op == CRASH_OP_ALLOCATE)
		printf(" %llu+%llu", (unsigned long long)op->rec.offset,
		       (unsigned long long)op->rec.length);
	if (op->rec.op == CRASH_OP_TRUNCATE)
		printf(" to %llu", (unsigned long long)op->rec.offset);
	if (is_sync(op))
		printf(" (%s)", disk_syncs[op->sync].word);
	printf("\n");
}
