/* SPDX-License-Identifier: MIT */
/*
 * Keeping what leaves a mailbox in another one.
 *
 * Bytes are copied as they are, From_ line and all, where the same bytes mean the same message.
 * They do not always: a message means something by what stands behind it, and by whether it is
 * the first of its file. So
 *
 * - a message that does not end with an empty line gets one (RFC 4155), and before it a line end
 *   if that is missing too. Not where a Content-Length says that it ends without: that length
 *   may hide a From_ line in the body, and one byte more would make it wrong. And not before a
 *   suspect piece: that was most likely one message, and the line would come into its midst.
 * - such a From_ line is not quoted with ">": Dovecot and mutt believe the length, and ours, and
 *   what Dovecot shows of a ">From " is ">From ". Quoted is only an unfinished From_ line at the
 *   end of the box, which the line end that it gets would make a separator.
 * - Content-Length is left out where it leads behind the message. In the box it led nowhere; here it
 *   could lead to a separator, and Dovecot would see all in between as one message.
 * - X-IMAPbase and X-IMAP are left out. In the first message of an archive Dovecot would believe
 *   them: UIDVALIDITY of the box again for each new archive of the same name, with other UIDs, or
 *   whatever a sender made up, or that the message is c-client's pseudo message. Without them it takes the
 *   archive for a new mailbox, gives new UIDs (no X-UID is believed then), and keeps the flags.
 */
#include "mbox/archive.h"
#include "base/append.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "mbox/from.h"
#include "mbox/header.h"
#include "mbox/separator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How many archives are open, and locked, at once. */
#define FILES_MAX 32

#define TOUCH_SECONDS 20
#define PROGRESS_BYTES ((uint64_t)8 << 20)

struct file {
	char *path; /* NULL: none */
	struct reeve_append *append;
	uint64_t used; /* when, counted in messages */
};

/* A file that was let go, since there were too many. */
struct past {
	char *path;
	struct reeve_append_memory memory;
};

struct reeve_archive {
	const struct reeve_archive_plan *plan;
	bool has_date; /* the name has %Y or the like */
	struct file files[FILES_MAX];
	struct file *file; /* of the message at hand */
	struct past *past;
	size_t past_count;
	struct reeve_span run; /* bytes of the box that are yet to be copied to it */
	uint64_t messages;
	uint64_t copied, told, total; /* bytes */
	time_t touched;
	char name[4096];
};

/* ---- names ------------------------------------------------------------------------------------ */

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

/* The name for a message received at that moment, into archive->name. */
static int make_name(struct reeve_archive *archive, int64_t received, struct reeve_error *err)
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

/* ---- files ------------------------------------------------------------------------------------ */

static struct reeve_append_how how_for(const struct reeve_archive *archive)
{
	const struct reeve_archive_plan *plan = archive->plan;

	return (struct reeve_append_how){
		.path = archive->name,
		.root = plan->root,
		.owner = plan->box->st_uid,
		.other = plan->box,
		.lock_timeout_ms = plan->lock_timeout_ms,
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

/* Whether the bytes, the last of a file or of a message, end with an empty line. */
static bool is_empty_line(const unsigned char *bytes, size_t n)
{
	if (n == 0 || bytes[n - 1] != '\n')
		return false;
	n--;
	if (n > 0 && bytes[n - 1] == '\r')
		n--;
	return n > 0 && bytes[n - 1] == '\n';
}

/* Whether the message's Content-Length leads to the line end with which it ends; its last bytes. */
static bool ends_by_length(const struct reeve_header *h, uint64_t end, const unsigned char *tail,
                           size_t n)
{
	if (!h->has_length || h->length == 0 || n < 2 || tail[n - 1] != '\n')
		return false;
	return h->end + h->length + 1 == end ||
	       (h->end + h->length + 2 == end && tail[n - 2] == '\r');
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
	return more < 0 ? -1 : ends_by_length(&h, msg.whole.offset + msg.whole.length, tail, n);
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
	if (is_empty_line(tail, n))
		return 0;
	if (tail[n - 1] != '\n')
		return reeve_append_write(append, "\n\n", 2, err);
	/* Rare, so all of it may be read for this. */
	r = last_by_length(fd, tail, n, err);
	if (r != 0)
		return r < 0 ? reeve_fail_prefix(err, "'%s'", archive->name) : 0;
	return n > 1 && tail[n - 2] == '\r' ? reeve_append_write(append, "\r\n", 2, err) :
	                                      reeve_append_write(append, "\n", 1, err);
}

static void drop(struct file *file)
{
	reeve_append_close(file->append);
	free(file->path);
	*file = (struct file){0};
}

/* Let a file go, durable, but so that it can still be undone. */
static int let_go(struct reeve_archive *archive, struct file *file, struct reeve_error *err)
{
	struct past *past = NULL;

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
static struct file *find_room(struct reeve_archive *archive, struct reeve_error *err)
{
	struct file *oldest = &archive->files[0];

	for (size_t i = 0; i < FILES_MAX; i++) {
		if (archive->files[i].append == NULL)
			return &archive->files[i];
		if (archive->files[i].used < oldest->used)
			oldest = &archive->files[i];
	}
	return let_go(archive, oldest, err) < 0 ? NULL : oldest;
}

/* Open the file of archive->name. */
static int open_file(struct reeve_archive *archive, struct file *file, struct reeve_error *err)
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

/* The file of archive->name, opened if it is not. */
static struct file *find_file(struct reeve_archive *archive, struct reeve_error *err)
{
	struct file *file;

	for (size_t i = 0; i < FILES_MAX; i++) {
		file = &archive->files[i];
		if (file->append != NULL && strcmp(file->path, archive->name) == 0)
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

/* ---- copying ---------------------------------------------------------------------------------- */

/* Now and then, while bytes go through. */
static int tend(struct reeve_archive *archive, struct reeve_error *err)
{
	time_t now = time(NULL);

	if (now - archive->touched >= TOUCH_SECONDS || now < archive->touched) {
		archive->touched = now;
		for (size_t i = 0; i < FILES_MAX; i++)
			if (archive->files[i].append != NULL)
				reeve_append_touch(archive->files[i].append);
	}
	if (archive->copied >= archive->told + PROGRESS_BYTES) {
		archive->told = archive->copied;
		reeve_progress(archive->plan->talk, "archive", archive->copied, archive->total);
	}
	if (reeve_canceled(archive->plan->talk))
		return reeve_fail(err, REEVE_ECANCELED, "interrupted; the mailbox is as it was");
	return 0;
}

/* Copy the run that is waiting. */
static int copy_run(struct reeve_archive *archive, struct reeve_source *src,
                    struct reeve_error *err)
{
	uint64_t at = archive->run.offset, end = at + archive->run.length;

	archive->run = (struct reeve_span){0};
	while (at < end) {
		size_t have;
		const unsigned char *p = reeve_source_at(src, at, 1, &have, err);

		if (p == NULL)
			return -1;
		if (have > end - at)
			have = (size_t)(end - at);
		if (have == 0)
			return reeve_fail(err, REEVE_ECHANGED, "the mailbox became shorter");
		if (reeve_append_write(archive->file->append, p, have, err) < 0)
			return -1;
		at += have;
		archive->copied += have;
		if (tend(archive, err) < 0)
			return -1;
	}
	return 0;
}

/* Bytes [from, to) of the box come next. */
static int add_span(struct reeve_archive *archive, struct reeve_source *src, uint64_t from,
                    uint64_t to, struct reeve_error *err)
{
	struct reeve_span *run = &archive->run;

	if (run->length > 0 && run->offset + run->length == from) {
		run->length += to - from;
		return 0;
	}
	if (copy_run(archive, src, err) < 0)
		return -1;
	*run = (struct reeve_span){from, to - from};
	return 0;
}

static int add_text(struct reeve_archive *archive, struct reeve_source *src, const char *text,
                    struct reeve_error *err)
{
	if (copy_run(archive, src, err) < 0)
		return -1;
	return reeve_append_write(archive->file->append, text, strlen(text), err);
}

/* ---- one message ------------------------------------------------------------------------------ */

struct letter {
	uint64_t start, end;
	int64_t received;
	bool is_joined; /* a suspect piece follows */
	bool has_cr;    /* its From_ line ends in CR LF */
	bool is_bare;   /* all behind its From_ line is left out */
	struct reeve_header header;
	struct reeve_edits *left_out; /* fields of its header; NULL: none */
};

static int leave_out(void *user, struct reeve_span field)
{
	struct letter *letter = user;

	if (letter->left_out == NULL)
		letter->left_out = reeve_edits_new();
	if (letter->left_out == NULL)
		return 1;
	reeve_edits_add(letter->left_out, field, NULL, 0);
	return 0;
}

/* Go over the header and note which of its fields are left out. */
static int read_fields(struct letter *letter, struct reeve_header *h, struct reeve_error *err)
{
	reeve_edits_free(letter->left_out);
	letter->left_out = NULL;
	h->limit = letter->end;
	h->each = leave_out;
	h->user = letter;
	int r = reeve_header_read(h, err);
	if (r > 0)
		return reeve_fail_nomem(err);
	if (r == 0 && letter->left_out != NULL)
		r = reeve_edits_check(letter->left_out, err);
	return r;
}

static int read_header(struct letter *letter, struct reeve_scan *scan, uint64_t start,
                       struct reeve_error *err)
{
	struct reeve_header *h = &letter->header, again;

	reeve_header_init(h, scan, start);
	if (read_fields(letter, h, err) < 0)
		return -1;
	reeve_header_init(&again, scan, start);
	if (h->ended_by == REEVE_HEADER_SEPARATOR && h->end < letter->end)
		again.is_cut = false; /* the length hides it: the header goes on */
	else if (h->has_length && h->length > letter->end - h->end)
		again.each_length = true;
	else
		return 0;
	return read_fields(letter, &again, err);
}

/* Bytes of the box, without moving the window where they are in it. */
static int peek(const struct reeve_source *src, unsigned char *buf, size_t n, uint64_t offset,
                struct reeve_error *err)
{
	if (offset >= src->start && offset - src->start + n <= src->filled) {
		memcpy(buf, src->buf + (offset - src->start), n);
		return 0;
	}
	return reeve_read_at(src->fd, buf, n, offset, err);
}

static int read_letter(struct letter *letter, struct reeve_scan *scan, struct reeve_error *err)
{
	unsigned char end[2] = "";
	uint64_t start;
	int is_from = reeve_separator_at(scan, letter->start, err);

	if (is_from < 0)
		return -1;
	if (is_from == 0)
		return reeve_fail(err, REEVE_ECHANGED, "another program rewrote the mailbox");
	letter->received = scan->received;
	start = scan->from_end;
	if (start == 0 && reeve_line_end(scan, letter->start, letter->end, &start, err) < 0)
		return -1;
	if (peek(&scan->src, end, 2, start - 2, err) < 0)
		return -1;
	letter->has_cr = end[0] == '\r' && end[1] == '\n';

	return read_header(letter, scan, start, err);
}

/* The last line, if it is a From_ line without its end: *line_r, else the message's end. */
static int find_unfinished(const struct letter *letter, struct reeve_source *src, uint64_t *line_r,
                           struct reeve_error *err)
{
	unsigned char buf[5 + REEVE_FROM_LOOK];
	uint64_t at = letter->end;
	const unsigned char *lf = NULL;
	size_t n = 0;

	*line_r = letter->end;
	while (lf == NULL && at > letter->start) {
		n = at - letter->start < sizeof buf ? (size_t)(at - letter->start) : sizeof buf;
		if (reeve_read_at(src->fd, buf, n, at - n, err) < 0)
			return -1;
		lf = memrchr(buf, '\n', n);
		at -= n;
	}
	if (lf == NULL)
		return 0;
	at += (uint64_t)(lf - buf) + 1;
	n = letter->end - at < sizeof buf ? (size_t)(letter->end - at) : sizeof buf;
	if (reeve_read_at(src->fd, buf, n, at, err) < 0)
		return -1;
	if (n > 5 && memcmp(buf, "From ", 5) == 0 && reeve_from_parse(buf + 5, n - 5, NULL))
		*line_r = at;
	return 0;
}

/* What must stand between the message and the next From_ line. */
static int finish(struct reeve_archive *archive, const struct letter *letter,
                  struct reeve_source *src, struct reeve_error *err)
{
	const struct reeve_header *h = &letter->header;
	uint64_t length = letter->end - letter->start;
	unsigned char tail[3] = "";
	size_t n = length < sizeof tail ? (size_t)length : sizeof tail;
	const char *line_end = letter->has_cr ? "\r\n" : "\n";

	/* Behind a From_ line with nothing after it none is seen. */
	if (letter->is_joined && letter->is_bare)
		return add_text(archive, src, line_end, err);
	if (letter->is_joined)
		return 0;
	if (peek(src, tail, n, letter->end - n, err) < 0)
		return -1;
	/* A CR without LF is the message's own, and would become part of a bare LF. */
	if (tail[n - 1] == '\r')
		line_end = "\r\n";
	if (is_empty_line(tail, n) || ends_by_length(h, letter->end, tail, n))
		return 0;
	if (tail[n - 1] != '\n' && add_text(archive, src, line_end, err) < 0)
		return -1;
	/* A length that counts every byte up to the end of the box is right with one line end. */
	if (h->has_length && h->length > 0 && h->end + h->length == letter->end &&
	    tail[n - 1] != '\n')
		return 0;
	return add_text(archive, src, line_end, err);
}

static int add_letter(struct reeve_archive *archive, struct letter *letter,
                      struct reeve_source *src, struct reeve_error *err)
{
	size_t count = letter->left_out == NULL ? 0 : reeve_edits_count(letter->left_out);
	uint64_t at = letter->start, unfinished = letter->end;
	unsigned char last;

	letter->is_bare = count == 1; /* fields side by side are one edit */
	for (size_t i = 0; i < count; i++) {
		const void *text;
		size_t n;
		struct reeve_span field = reeve_edits_at(letter->left_out, i, &text, &n);

		if (add_span(archive, src, at, field.offset, err) < 0)
			return -1;
		at = field.offset + field.length;
		letter->is_bare &= field.offset == letter->header.start && at == letter->end;
	}
	if (peek(src, &last, 1, letter->end - 1, err) < 0 ||
	    (last != '\n' && find_unfinished(letter, src, &unfinished, err) < 0))
		return -1;
	if (unfinished != letter->end && unfinished >= at) {
		if (add_span(archive, src, at, unfinished, err) < 0 ||
		    add_text(archive, src, ">", err) < 0)
			return -1;
		at = unfinished;
	}
	if (add_span(archive, src, at, letter->end, err) < 0)
		return -1;
	return finish(archive, letter, src, err);
}

/* ---- all of them ------------------------------------------------------------------------------ */

/* The file that the message goes to; a suspect piece goes where the message before it went. */
static int choose_file(struct reeve_archive *archive, struct reeve_source *src, int64_t received,
                       bool is_piece, struct reeve_error *err)
{
	struct file *file = archive->file;

	if (file == NULL || (archive->has_date && !is_piece)) {
		if (make_name(archive, received, err) < 0)
			return -1;
		if (file == NULL || strcmp(file->path, archive->name) != 0) {
			if (copy_run(archive, src, err) < 0)
				return -1;
			file = find_file(archive, err);
		}
		archive->file = file;
	}
	if (file == NULL)
		return -1;
	file->used = ++archive->messages;
	return 0;
}

static int add_all(struct reeve_archive *archive, struct reeve_scan *scan,
                   const struct reeve_index *index, struct reeve_error *err)
{
	struct letter letter = {0};
	int r = 0;

	for (size_t i = 0; i < index->count && r == 0; i++) {
		if (!reeve_index_has(index, i, REEVE_MARK_CHOSEN))
			continue;
		bool is_piece = i > 0 && reeve_index_has(index, i, REEVE_MARK_SUSPECT) &&
		                reeve_index_has(index, i - 1, REEVE_MARK_CHOSEN);
		letter.start = reeve_index_offset(index, i);
		letter.end = reeve_index_offset(index, i + 1);
		letter.is_joined = i + 1 < index->count &&
		                   reeve_index_has(index, i + 1,
		                                   REEVE_MARK_CHOSEN | REEVE_MARK_SUSPECT);
		r = read_letter(&letter, scan, err);
		if (r == 0)
			r = choose_file(archive, &scan->src, letter.received, is_piece, err);
		if (r == 0)
			r = add_letter(archive, &letter, &scan->src, err);
	}
	if (r == 0)
		r = copy_run(archive, &scan->src, err);
	reeve_edits_free(letter.left_out);
	return r;
}

int reeve_archive_add(struct reeve_archive *archive, struct reeve_scan *scan,
                      const struct reeve_index *index, struct reeve_error *err)
{
	int r;

	archive->file = NULL;
	archive->run = (struct reeve_span){0};
	archive->copied = archive->told = archive->total = 0;
	archive->touched = time(NULL);
	for (size_t i = 0; i < index->count; i++)
		if (reeve_index_has(index, i, REEVE_MARK_CHOSEN))
			archive->total += reeve_index_offset(index, i + 1) -
			                  reeve_index_offset(index, i);
	scan->src.most = REEVE_WINDOW_BYTES;
	scan->has_from = false;

	reeve_identity_pause(archive->plan->identity);
	r = add_all(archive, scan, index, err);
	for (size_t i = 0; i < FILES_MAX && r == 0; i++)
		if (archive->files[i].append != NULL)
			r = reeve_append_flush(archive->files[i].append, err);
	reeve_identity_resume(archive->plan->identity);
	if (r < 0) {
		reeve_archive_undo(archive);
		reeve_fail_prefix(err, "nothing is removed, since it cannot be archived");
	}
	return r;
}

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
	r = make_name(archive, 0, err);
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
	struct file file = {0};

	for (size_t i = 0; i < archive->past_count; i++) {
		snprintf(archive->name, sizeof archive->name, "%s", archive->past[i].path);
		if (open_file(archive, &file, NULL) == 0)
			reeve_append_undo(file.append);
		drop(&file);
		free(archive->past[i].path);
	}
	archive->past_count = 0;
}

void reeve_archive_undo(struct reeve_archive *archive)
{
	reeve_identity_pause(archive->plan->identity);
	for (size_t i = 0; i < FILES_MAX; i++) {
		struct file *file = &archive->files[i];

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
	for (size_t i = 0; i < FILES_MAX; i++)
		if (archive->files[i].append != NULL)
			reeve_append_touch(archive->files[i].append);
	reeve_identity_resume(archive->plan->identity);
}

void reeve_archive_close(struct reeve_archive *archive)
{
	if (archive == NULL)
		return;
	reeve_identity_pause(archive->plan->identity);
	for (size_t i = 0; i < FILES_MAX; i++)
		drop(&archive->files[i]);
	reeve_identity_resume(archive->plan->identity);
	for (size_t i = 0; i < archive->past_count; i++)
		free(archive->past[i].path);
	free(archive->past);
	free(archive);
}
