/* SPDX-License-Identifier: MIT */
/* The files of an archive: their names, and keeping a few of them open until all is done. */
#include "base/error.h"
#include "base/io.h"
#include "mbox/archive_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- names ----------------------------------------------------------------------------------- */

/* What may stand behind a %: numbers of one length, that have no slash in any locale. */
static const char conversions[] = "YmdHGVjy";

bool reeve_archive_needs_date(const char *name)
{
	for (const char *p = name; (p = strchr(p, '%')) != NULL; p += 2) {
		if (p[1] != '%')
			return true;
	}
	return false;
}

int reeve_archive_check(const char *name, struct reeve_error *err)
{
	if (name[0] == '\0')
		return reeve_fail(err, REEVE_EUSAGE, "no archive is named");
	for (const char *p = name; (p = strchr(p, '%')) != NULL; p += 2) {
		if (p[1] == '\0' || (p[1] != '%' && strchr(conversions, p[1]) == NULL))
			return reeve_fail(err, REEVE_EUSAGE,
			                  "'%s': %%Y, %%m, %%d, %%H, %%G, %%V, %%j, %%y or %%%% "
			                  "must stand there, not '%%%.1s'",
			                  name, p + 1);
	}
	return 0;
}

int archive_make_name(struct reeve_archive *archive, int64_t received, struct reeve_error *err)
{
	time_t t = (time_t)received;
	struct tm tm = {0};
	size_t n = 0;

	if (localtime_r(&t, &tm) != NULL) {
/* The name was looked at by reeve_archive_check(). */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		n = strftime(archive->name, sizeof archive->name, archive->plan->name, &tm);
#pragma GCC diagnostic pop
	}
	if (n == 0)
		return reeve_fail(err, REEVE_EUSAGE, "'%s' is no name of a file",
		                  archive->plan->name);
	return 0;
}

/* ---- one file -------------------------------------------------------------------------------- */

static struct reeve_append_how how_for(const struct reeve_archive *archive)
{
	const struct reeve_archive_plan *plan = archive->plan;

	return (struct reeve_append_how){
		.path = archive->name,
		.root = plan->root,
		.owner = plan->box->st_uid,
		.other = plan->box,
		.lock_timeout_ms = archive->waits_no_more ? 0 : plan->lock_timeout_ms,
		.talk = plan->talk,
	};
}

static int check_format(const struct reeve_archive *archive, int fd, struct reeve_error *err)
{
	struct reeve_source src;
	int r = reeve_source_init(&src, fd, err);

	if (r == 0)
		r = reeve_scan_check(&src, archive->name, err);
	reeve_source_dispose(&src);
	return r;
}

static int look(struct reeve_archive *archive, struct reeve_error *err)
{
	struct reeve_append_how how = how_for(archive);
	int fd, r = -1;

	if (reeve_append_look(&how, &fd, err) < 0)
		return -1;
	r = fd < 0 ? 0 : check_format(archive, fd, err);
	if (fd >= 0)
		close(fd);
	return r;
}

/* 1 if the last message of the archive ends by its Content-Length, 0, -1. */
static int last_by_length(int fd, const unsigned char *tail, size_t n, struct reeve_error *err)
{
	struct reeve_message msg = {0};
	struct reeve_header h;
	struct reeve_scan scan;
	int more;

	if (reeve_scan_init(&scan, fd, 0, err) < 0)
		return -1;
	while ((more = reeve_scan_next(&scan, &msg, err)) > 0)
		continue;
	if (more == 0) {
		reeve_header_init(&h, &scan, msg.header.offset);
		more = reeve_header_read(&h, err);
	}
	reeve_scan_dispose(&scan);
	return more < 0 ? -1
	                : archive_ends_by_length(&h, msg.whole.offset + msg.whole.length, tail, n);
}

/* What is in the archive already must end such that a From_ line can follow. */
static int finish_old(const struct reeve_archive *archive, struct reeve_append *append,
                      struct reeve_error *err)
{
	uint64_t size = reeve_append_size(append);
	unsigned char tail[3] = "";
	size_t n = size < sizeof tail ? (size_t)size : sizeof tail;
	int fd = reeve_append_fd(append), r;

	if (n == 0)
		return 0;
	if (reeve_read_at(fd, tail, n, size - n, err) < 0)
		return reeve_fail_prefix(err, "'%s'", archive->name);
	if (archive_is_empty_line(tail, n))
		return 0;
	if (tail[n - 1] != '\n')
		return reeve_append_write(append, "\n\n", 2, err);
	/* Rare, so all of it may be read for this. */
	r = last_by_length(fd, tail, n, err);
	if (r != 0)
		return r < 0 ? reeve_fail_prefix(err, "'%s'", archive->name) : 0;
	return n > 1 && tail[n - 2] == '\r' ? reeve_append_write(append, "\r\n", 2, err)
	                                    : reeve_append_write(append, "\n", 1, err);
}

/* ---- a few of them --------------------------------------------------------------------------- */

static void drop(struct archive_file *file)
{
	reeve_append_close(file->append);
	free(file->path);
	*file = (struct archive_file){0};
}

/* Let a file go, durable, but so that it can still be undone. */
static int let_go(struct reeve_archive *archive, struct archive_file *file, struct reeve_error *err)
{
	struct archive_past *past = NULL;

	if (reeve_append_flush(file->append, err) < 0)
		return -1;
	for (size_t i = 0; i < archive->past_count && past == NULL; i++)
		if (strcmp(archive->past[i].path, file->path) == 0)
			past = &archive->past[i];
	if (past == NULL) {
		past = reallocarray(archive->past, archive->past_count + 1, sizeof *past);
		if (past == NULL)
			return reeve_fail_nomem(err);
		archive->past = past;
		past += archive->past_count++;
		past->path = file->path;
		file->path = NULL;
	}
	past->memory = reeve_append_remember(file->append);
	drop(file);
	return 0;
}

/* A place for one more file; where there is none, that of the one not used for longest. */
static struct archive_file *find_room(struct reeve_archive *archive, struct reeve_error *err)
{
	struct archive_file *oldest = &archive->files[0];

	for (size_t i = 0; i < ARCHIVE_FILES_MAX; i++) {
		if (archive->files[i].append == NULL)
			return &archive->files[i];
		if (archive->files[i].used < oldest->used)
			oldest = &archive->files[i];
	}
	return let_go(archive, oldest, err) < 0 ? NULL : oldest;
}

/* Open the file of archive->name. */
static int open_file(struct reeve_archive *archive, struct archive_file *file,
                     struct reeve_error *err)
{
	struct reeve_append_how how = how_for(archive);

	file->path = strdup(archive->name);
	if (file->path == NULL)
		return reeve_fail_nomem(err);
	file->append = reeve_append_open(&how, err);
	if (file->append == NULL)
		return -1;
	for (size_t i = 0; i < archive->past_count; i++)
		if (strcmp(archive->past[i].path, file->path) == 0)
			reeve_append_recall(file->append, &archive->past[i].memory);
	return 0;
}

struct archive_file *archive_find_file(struct reeve_archive *archive, struct reeve_error *err)
{
	struct archive_file *file;

	for (size_t i = 0; i < ARCHIVE_FILES_MAX; i++) {
		file = &archive->files[i];
		if (file->append == NULL || strcmp(file->path, archive->name) != 0)
			continue;
		if (file->is_rewound && finish_old(archive, file->append, err) < 0)
			return NULL;
		file->is_rewound = false;
		return file;
	}
	file = find_room(archive, err);
	if (file == NULL)
		return NULL;
	if (open_file(archive, file, err) == 0 &&
	    check_format(archive, reeve_append_fd(file->append), err) == 0 &&
	    finish_old(archive, file->append, err) == 0)
		return file;
	if (file->append != NULL)
		reeve_append_undo(file->append);
	drop(file);
	return NULL;
}

int archive_flush(struct reeve_archive *archive, struct reeve_error *err)
{
	for (size_t i = 0; i < ARCHIVE_FILES_MAX; i++)
		if (archive->files[i].append != NULL &&
		    reeve_append_flush(archive->files[i].append, err) < 0)
			return -1;
	return 0;
}

void archive_touch(struct reeve_archive *archive)
{
	for (size_t i = 0; i < ARCHIVE_FILES_MAX; i++)
		if (archive->files[i].append != NULL)
			reeve_append_touch(archive->files[i].append);
}

/* ---- the archive ----------------------------------------------------------------------------- */

struct reeve_archive *reeve_archive_new(const struct reeve_archive_plan *plan,
                                        struct reeve_error *err)
{
	struct reeve_archive *archive = NULL;
	int r;

	if (reeve_archive_check(plan->name, err) < 0)
		return NULL;
	archive = calloc(1, sizeof *archive);
	if (archive == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	archive->plan = plan;
	archive->has_date = reeve_archive_needs_date(plan->name);
	/* What is wrong with it shall be known before the box is locked, and in a dry run. */
	reeve_identity_pause(plan->identity);
	r = archive_make_name(archive, 0, err);
	if (r == 0 && !archive->has_date)
		r = look(archive, err);
	reeve_identity_resume(plan->identity);
	if (r == 0)
		return archive;
	reeve_archive_close(archive);
	return NULL;
}

/* Files that were let go are opened again; one that cannot be keeps its copies. */
static void undo_past(struct reeve_archive *archive)
{
	struct archive_file file = {0};

	for (size_t i = 0; i < archive->past_count; i++) {
		snprintf(archive->name, sizeof archive->name, "%s", archive->past[i].path);
		if (open_file(archive, &file, NULL) == 0)
			reeve_append_undo(file.append);
		drop(&file);
	}
	/* Not before: each is looked for among all of them. */
	for (size_t i = 0; i < archive->past_count; i++)
		free(archive->past[i].path);
	archive->past_count = 0;
}

void reeve_archive_wait_no_more(struct reeve_archive *archive)
{
	if (archive != NULL)
		archive->waits_no_more = true;
}

void reeve_archive_rewind(struct reeve_archive *archive)
{
	reeve_identity_pause(archive->plan->identity);
	for (size_t i = 0; i < ARCHIVE_FILES_MAX; i++) {
		struct archive_file *file = &archive->files[i];

		if (file->append == NULL)
			continue;
		reeve_append_rewind(file->append);
		file->is_rewound = true;
	}
	undo_past(archive);
	reeve_identity_resume(archive->plan->identity);
}

void reeve_archive_undo(struct reeve_archive *archive)
{
	reeve_identity_pause(archive->plan->identity);
	for (size_t i = 0; i < ARCHIVE_FILES_MAX; i++) {
		struct archive_file *file = &archive->files[i];

		if (file->append == NULL)
			continue;
		reeve_append_undo(file->append);
		drop(file);
	}
	undo_past(archive);
	reeve_identity_resume(archive->plan->identity);
}

void reeve_archive_touch(struct reeve_archive *archive)
{
	if (archive == NULL)
		return;
	reeve_identity_pause(archive->plan->identity);
	archive_touch(archive);
	reeve_identity_resume(archive->plan->identity);
}

void reeve_archive_close(struct reeve_archive *archive)
{
	if (archive == NULL)
		return;
	reeve_identity_pause(archive->plan->identity);
	for (size_t i = 0; i < ARCHIVE_FILES_MAX; i++)
		drop(&archive->files[i]);
	reeve_identity_resume(archive->plan->identity);
	for (size_t i = 0; i < archive->past_count; i++)
		free(archive->past[i].path);
	free(archive->past);
	free(archive);
}
