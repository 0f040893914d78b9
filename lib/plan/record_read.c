/* SPDX-License-Identifier: MIT */
/*
 * A record of its manifest, whose lines record_text.c shows. One with a kind of file or a line that we
 * do not know is not ours to act upon.
 */
#include "plan/record_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct reader {
	struct record *record;
	struct reeve_arena *arena;
	size_t file_room, check_room, after_room;
	unsigned int seen; /* lines of the last file */
};

/* A value as it was before it was written. NULL without memory. */
static char *unescape(struct reeve_arena *arena, const char *text, size_t n)
{
	char *copy = reeve_arena_strndup(arena, text, n), *to = copy;

	if (copy == NULL)
		return NULL;
	for (size_t i = 0; i < n; to++) {
		bool is_octal = text[i] == '\\' && n - i >= 4;
		for (size_t k = 1; is_octal && k < 4; k++)
			is_octal = text[i + k] >= '0' && text[i + k] <= '7';
		*to = is_octal ? (char)((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
		                        (text[i + 3] - '0'))
		               : text[i];
		i += is_octal ? 4 : 1;
	}
	*to = '\0';
	return copy;
}

/* Room for one more of `each` bytes; what is there may move. */
static void *more(struct reeve_arena *arena, void *array, size_t n, size_t *room, size_t each)
{
	if (n < *room)
		return array;
	size_t size = *room == 0 ? 8 : 2 * *room;
	void *larger = reeve_arena_alloc(arena, size * each);
	if (larger != NULL && n > 0)
		memcpy(larger, array, n * each);
	*room = larger != NULL ? size : 0;
	return larger;
}

static bool read_check(struct reader *r, const char *value)
{
	struct record *record = r->record;
	size_t n = strcspn(value, " ");
	struct record_check check = {.path = value + n + 1};

	record->checks = more(r->arena, record->checks, record->check_count, &r->check_room,
	                      sizeof *record->checks);
	if (record->checks == NULL || value[n] == '\0' || !record_check_named(value, n, &check.kind))
		return false;
	record->checks[record->check_count++] = check;
	return true;
}

static bool read_after(struct reader *r, const char *value)
{
	struct record *record = r->record;

	record->afters = more(r->arena, record->afters, record->after_count, &r->after_room,
	                      sizeof *record->afters);
	return record->afters != NULL &&
	       plan_after_of(value, &record->afters[record->after_count++]);
}

static bool read_bytes(struct record_file *file, enum plan_side side, const char *value)
{
	int used = 0;

	return sscanf(value, "%" SCNu64 " %" SCNx64 "%n", &file->sides[side].size,
	              &file->sides[side].hash, &used) == 2 &&
	       value[used] == '\0';
}

static bool read_rights(struct reeve_rights *rights, const char *value)
{
	int used = 0;

	return sscanf(value, "%" SCNu32 " %" SCNu32 " %" SCNo32 "%n", &rights->uid, &rights->gid,
	              &rights->mode, &used) == 3 &&
	       value[used] == '\0' && rights->mode <= 07777;
}

static bool read_text(const char **text, const char *value)
{
	*text = value;
	return value[0] != '\0';
}

/* One line of the last file. */
static bool read_file_line(struct reader *r, const char *word, const char *value)
{
	static const char *const words[] = {"path", "target", "beside",    "owner",
	                                    "old",  "new",    "old-owner", "new-owner"};
	struct record_file *file = &r->record->files[r->record->file_count - 1];
	unsigned int line = 1;
	size_t i = 0;

	while (i < sizeof words / sizeof words[0] && strcmp(words[i], word) != 0)
		i++;
	line <<= i;
	if ((r->seen & line) != 0)
		return false;
	r->seen |= line;
	switch (line) {
	case LINE_PATH:
		return read_text(&file->path, value);
	case LINE_TARGET:
		return read_text(&file->target, value) && value[0] == '/';
	case LINE_BESIDE:
		return read_text(&file->beside, value) && strchr(value, '/') == NULL;
	case LINE_OWNER:
		if (!read_rights(&file->rights[PLAN_OLD], value))
			return false;
		file->rights[PLAN_NEW] = file->rights[PLAN_OLD];
		return true;
	case LINE_OLD:
		return read_bytes(file, PLAN_OLD, value);
	case LINE_NEW:
		return read_bytes(file, PLAN_NEW, value);
	case LINE_OLD_OWNER:
		return read_rights(&file->rights[PLAN_OLD], value);
	case LINE_NEW_OWNER:
		return read_rights(&file->rights[PLAN_NEW], value);
	}
	return false;
}

/* Whether the last file has all that its kind has. */
static bool is_complete(const struct reader *r)
{
	const struct record *record = r->record;

	return record->file_count == 0 ||
	       record_kind_of(record->files[record->file_count - 1].kind)->lines == r->seen;
}

static bool read_kind(struct reader *r, const char *value)
{
	struct record *record = r->record;
	const struct record_kind *kind = record_kind_named(value);

	if (kind == NULL || !is_complete(r))
		return false;
	record->files = more(r->arena, record->files, record->file_count, &r->file_room,
	                     sizeof *record->files);
	if (record->files == NULL)
		return false;
	record->files[record->file_count++] = (struct record_file){.kind = kind->kind};
	r->seen = 0;
	return true;
}

static bool read_line(struct reader *r, const char *word, const char *value)
{
	struct record *record = r->record;
	int used = 0;

	if (strcmp(word, "file") == 0)
		return read_kind(r, value);
	if (record->file_count > 0)
		return read_file_line(r, word, value);
	if (strcmp(word, "id") == 0)
		return strcmp(value, record->id) == 0;
	if (strcmp(word, "time") == 0)
		return sscanf(value, "%" SCNd64 "%n", &record->time, &used) == 1 &&
		       value[used] == '\0';
	if (strcmp(word, "what") == 0)
		record->what = value;
	else if (strcmp(word, "undoes") == 0)
		record->undoes = value;
	else if (strcmp(word, "after") == 0)
		return read_after(r, value);
	else
		return strcmp(word, "check") == 0 && read_check(r, value);
	return true;
}

int record_from_text(struct record *record, struct reeve_arena *arena, const char *text, size_t n)
{
	struct reader r = {.record = record, .arena = arena};
	const size_t first = strlen(RECORD_FIRST_LINE);

	record->what = "";
	if (!record_is_whole(text, n, &n) || n < first ||
	    memcmp(text, RECORD_FIRST_LINE, first) != 0)
		return -1;
	for (size_t at = first; at < n;) {
		const char *line = text + at, *end = memchr(line, '\n', n - at);
		const char *blank = end == NULL ? NULL : memchr(line, ' ', (size_t)(end - line));
		if (blank == NULL)
			return -1;
		char *word = reeve_arena_strndup(arena, line, (size_t)(blank - line));
		char *value = unescape(arena, blank + 1, (size_t)(end - blank - 1));
		if (word == NULL || value == NULL || !read_line(&r, word, value))
			return -1;
		at += (size_t)(end - line) + 1;
	}
	return record->file_count > 0 && is_complete(&r) ? 0 : -1;
}
