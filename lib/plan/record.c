/* SPDX-License-Identifier: MIT */
/* Records of changes: folders in STATE/undo, each sealed by its manifest. See plan/parts.h. */
#include "base/error.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/io.h"
#include "plan/parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MANIFEST_BYTES ((size_t)16 << 20)
#define TRIES 1000 /* changes in one second */
#define NAME 64

static const char *side_name(size_t i, enum plan_side side, char name[NAME])
{
	snprintf(name, NAME, "%zu.%s", i + 1, side == PLAN_OLD ? "old" : "new");
	return name;
}

static int open_folder(int undo, const char *id, struct reeve_error *err)
{
	int fd = openat(undo, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		reeve_fail_errno(err, "cannot open the record of change %s", id);
	return fd;
}

/* Digits, and how many. */
static bool has_digits(const char **p, size_t least, size_t most)
{
	size_t n = strspn(*p, "0123456789");

	*p += n;
	return n >= least && n <= most;
}

bool record_is_id(const char *name)
{
	const char *p = name;

	return has_digits(&p, 8, 8) && *p++ == '-' && has_digits(&p, 6, 6) && *p++ == '-' &&
	       has_digits(&p, 1, 6) && *p == '\0';
}

/* A new file in a record, flushed. */
static int put_bytes(int folder, const char *name, const void *bytes, size_t n, int like,
                     struct reeve_error *err)
{
	struct stat st;
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return reeve_fail_errno(err, "cannot make a backup");
	int r = reeve_write_at(fd, bytes, n, 0, err);
	/* The folder is ours alone, so an owner that cannot be given does no harm. */
	if (r == 0 && like >= 0 && fstat(like, &st) == 0) {
		(void)!fchown(fd, st.st_uid, st.st_gid);
		(void)fchmod(fd, st.st_mode & 0777);
	}
	if (r == 0 && fsync(fd) < 0)
		r = reeve_fail_errno(err, "cannot flush a backup");
	close(fd);
	return r;
}

int record_put(int undo, const struct record *record, size_t i, enum plan_side side,
               const void *bytes, size_t n, int like, struct reeve_error *err)
{
	char name[NAME];
	int folder = open_folder(undo, record->id, err), r = -1;

	if (folder >= 0) {
		r = put_bytes(folder, side_name(i, side, name), bytes, n, like, err);
		close(folder);
	}
	record->files[i].sides[side] = (struct record_bytes){n, reeve_hash(bytes, n)};
	return r;
}

int record_seal(int undo, const struct record *record, struct reeve_error *err)
{
	struct reeve_buf text;
	int folder = -1, r = record_to_text(record, &text, err);

	if (r == 0)
		r = (folder = open_folder(undo, record->id, err)) < 0 ? -1 : 0;
	if (r == 0)
		r = put_bytes(folder, "manifest", text.bytes, text.length, -1, err);
	if (r == 0)
		r = reeve_folder_flush(folder, "the record of a change", err);
	if (r == 0)
		r = reeve_folder_flush(undo, "the folder of records", err);
	if (folder >= 0)
		close(folder);
	reeve_buf_dispose(&text);
	return r;
}

/* A file of a record, whole. */
static int get_bytes(int folder, const char *name, size_t max, struct reeve_whole *whole,
                     struct reeve_error *err)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	*whole = (struct reeve_whole){0};
	if (fd < 0)
		return reeve_fail_errno(err, "cannot open a backup");
	int r = reeve_whole_read_fd(whole, fd, name, max, err);
	close(fd);
	return r;
}

static bool has_file(int folder, const char *name)
{
	struct stat st;

	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int record_read(int undo, const char *id, struct record *record, struct reeve_arena *arena,
                struct reeve_error *err)
{
	struct reeve_error why = {0};
	struct reeve_whole text;
	int folder = open_folder(undo, id, err);

	*record = (struct record){.state = RECORD_TORN, .what = ""};
	snprintf(record->id, sizeof record->id, "%s", id);
	if (folder < 0)
		return -1;
	int r = get_bytes(folder, "manifest", MANIFEST_BYTES, &text, &why);
	bool is_done = has_file(folder, "done"), is_ended = is_done || has_file(folder, "back");
	bool is_followed = has_file(folder, "followed");
	size_t n;
	if (r < 0 && why.sys_errno != ENOENT && why.code != REEVE_EFORMAT)
		/* Without a manifest nothing was changed; a disk that cannot be read says nothing. */
		reeve_fail(err, why.code, "change %s: %s", id, why.text);
	else if (r < 0)
		r = 0;
	else if (record_from_text(record, arena, (const char *)text.bytes, text.size) == 0)
		record->state = is_done ? RECORD_DONE : is_ended ? RECORD_BACK : RECORD_OPEN;
	else if (is_ended)
		record->state = RECORD_STRANGE;
	else if (record_is_whole((const char *)text.bytes, text.size, &n))
		r = reeve_fail(err, REEVE_EREFUSED,
		               "change %s is not ended, and its record is of another version of "
		               "mailreeve",
		               id);
	record->is_followed = is_followed;
	reeve_whole_dispose(&text);
	close(folder);
	return r;
}

int record_get(int undo, const struct record *record, size_t i, enum plan_side side,
               struct reeve_whole *whole, struct reeve_error *err)
{
	const struct record_bytes *want = &record->files[i].sides[side];
	char name[NAME];
	int folder = open_folder(undo, record->id, err), r = -1;

	*whole = (struct reeve_whole){0};
	if (folder >= 0) {
		r = get_bytes(folder, side_name(i, side, name), PLAN_FILE_BYTES, whole, err);
		close(folder);
	}
	if (r == 0 &&
	    (whole->size != want->size || reeve_hash(whole->bytes, whole->size) != want->hash)) {
		reeve_whole_dispose(whole);
		r = reeve_fail(err, REEVE_EFORMAT, "'%s' is not what was backed up", name);
	}
	return r < 0 ? reeve_fail_prefix(err, "change %s", record->id) : 0;
}

int record_mark(int undo, const char *id, const char *word, struct reeve_error *err)
{
	int folder = open_folder(undo, id, err);

	if (folder < 0)
		return -1;
	int fd = openat(folder, word, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r = fd < 0 ? reeve_fail_errno(err, "cannot note that change %s is %s", id, word) : 0;
	if (fd >= 0)
		close(fd);
	if (r == 0)
		r = reeve_folder_flush(folder, "the record of a change", err);
	close(folder);
	return r;
}

int record_remove(int undo, const char *id, struct reeve_error *err)
{
	int folder = open_folder(undo, id, err), r = 0;

	if (folder < 0)
		return -1;
	/* A record that lost some bytes must not look like one, so the manifest goes first. */
	if (unlinkat(folder, "manifest", 0) == 0)
		r = reeve_folder_flush(folder, "the record of a change", err);
	else if (errno != ENOENT)
		r = reeve_fail_errno(err, "cannot remove the record of change %s", id);
	close(folder);
	if (r == 0 && reeve_folder_remove(undo, id) < 0)
		r = reeve_fail_errno(err, "cannot remove the record of change %s", id);
	return r;
}

/* "date-time-N": N is a number. */
static int by_id(const void *a, const void *b)
{
	const char *x = a, *y = b;
	const size_t n = strlen("20261129-163000-");
	int order = strncmp(x, y, n);

	if (order != 0)
		return order;
	long i = strtol(x + n, NULL, 10), k = strtol(y + n, NULL, 10);
	return (i > k) - (i < k);
}

int record_list(int undo, struct record_ids *ids_r, struct reeve_error *err)
{
	struct record_ids ids = {0};
	struct dirent *entry;
	int fd = openat(undo, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	*ids_r = ids;
	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return reeve_fail_errno(err, "cannot read the folder of records");
	}
	while ((entry = readdir(dir)) != NULL) {
		if (!record_is_id(entry->d_name))
			continue;
		void *larger = realloc(ids.ids, (ids.count + 1) * sizeof *ids.ids);
		if (larger == NULL) {
			free(ids.ids);
			closedir(dir);
			return reeve_fail_nomem(err);
		}
		ids.ids = larger;
		memcpy(ids.ids[ids.count++], entry->d_name, strlen(entry->d_name) + 1);
	}
	closedir(dir);
	if (ids.count > 0)
		qsort(ids.ids, ids.count, sizeof *ids.ids, by_id);
	*ids_r = ids;
	return 0;
}

int record_make(int undo, struct record *record, struct reeve_error *err)
{
	time_t now = time(NULL);
	struct record_ids ids;
	struct tm tm;
	char when[40];

	record->time = now;
	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(when, sizeof when, "%Y%m%d-%H%M%S", &tm) != strlen("20261129-163000"))
		return reeve_fail(err, REEVE_EREFUSED, "what year is this?");
	if (record_list(undo, &ids, err) < 0)
		return -1;
	/* The last one is the last, even if the clock was put back, or earlier ones are gone. */
	const char *last = ids.count > 0 ? ids.ids[ids.count - 1] : "";
	unsigned int number = 1;
	if (strncmp(last, when, strlen(when)) >= 0) {
		memcpy(when, last, strlen(when));
		number = (unsigned int)strtoul(last + strlen(when) + 1, NULL, 10) + 1;
	}
	free(ids.ids);
	for (unsigned int i = number; i < number + TRIES; i++) {
		snprintf(record->id, sizeof record->id, "%.15s-%u", when, i);
		if (mkdirat(undo, record->id, 0700) == 0)
			return 0;
		if (errno != EEXIST)
			return reeve_fail_errno(err, "cannot make the record of a change");
	}
	return reeve_fail(err, REEVE_EBUSY, "too many changes in one second");
}
