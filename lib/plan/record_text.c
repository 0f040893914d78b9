/* SPDX-License-Identifier: MIT */
/*
 * A record's manifest: text that a person can read when all else is lost, and that knows whether it
 * is whole. A line is a word, a blank, and its values; paths and commands are the last value of a
 * line, with control characters and the backslash as \ooo.
 *
 *     mailreeve change 1
 *     id 20261129-163000-1
 *     time 1796056200
 *     what reeve-conf set mail_max_userip_connections=20
 *     check dovecot /etc/dovecot/dovecot.conf
 *     after postalias hash:/etc/aliases    what is to be run once the files are in place
 *     file replace
 *     path /etc/dovecot/dovecot.conf
 *     target /srv/etc/dovecot.conf
 *     beside .reeve-0123456789abcdef
 *     owner 0 0 644
 *     old 1507 0123456789abcdef            bytes, XXH3
 *     new 1509 0123456789abcdef
 *     file create
 *     path /etc/dovecot/users
 *     target /etc/dovecot/users
 *     beside .reeve-fedcba9876543210
 *     owner 0 8 640                        uid, gid, mode
 *     new 31 0123456789abcdef              "file remove" has "old"
 *     file give
 *     path /var/mail/ann
 *     target /var/mail/ann
 *     old-owner 0 8 660
 *     new-owner 1001 8 600
 *     end 0123456789abcdef                 of all lines above
 *
 * A manifest with a kind of file or a line that we do not know is not ours to act upon.
 */
#include "base/error.h"
#include "base/hash.h"
#include "base/number.h"
#include "plan/parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX ((size_t)16 << 20)

static const char first_line[] = "mailreeve change 1";

static const struct {
	enum reeve_check kind;
	const char *word;
} check_words[] = {
	{REEVE_CHECK_DOVECOT, "dovecot"},
	{REEVE_CHECK_POSTFIX, "postfix"},
};

/* The lines of a file, behind the one with its kind. */
enum {
	PATH = 1,
	TARGET = 2,
	BESIDE = 4,
	OWNER = 8,
	OLD = 16,
	NEW = 32,
	OLD_OWNER = 64,
	NEW_OWNER = 128
};

static const struct kind_row {
	enum reeve_plan_kind kind;
	const char *word;
	unsigned int lines; /* each once */
} kind_rows[] = {
	{REEVE_PLAN_REPLACE, "replace", PATH | TARGET | BESIDE | OWNER | OLD | NEW},
	{REEVE_PLAN_CREATE, "create", PATH | TARGET | BESIDE | OWNER | NEW},
	{REEVE_PLAN_REMOVE, "remove", PATH | TARGET | BESIDE | OWNER | OLD},
	{REEVE_PLAN_GIVE, "give", PATH | TARGET | OLD_OWNER | NEW_OWNER},
};

static const struct kind_row *kind_row(enum reeve_plan_kind kind)
{
	for (size_t i = 0; i < sizeof kind_rows / sizeof kind_rows[0]; i++)
		if (kind_rows[i].kind == kind)
			return &kind_rows[i];
	return NULL;
}

const char *plan_check_word(enum reeve_check kind)
{
	for (size_t i = 0; i < sizeof check_words / sizeof check_words[0]; i++)
		if (check_words[i].kind == kind)
			return check_words[i].word;
	return "?";
}

/* ---- to text ------------------------------------------------------------------------------ */

static void put_line(struct reeve_buf *text, const char *word, const char *value)
{
	char octal[5];

	reeve_buf_add_text(text, word);
	reeve_buf_add_byte(text, ' ');
	for (const unsigned char *p = (const unsigned char *)value; *p != '\0'; p++) {
		if (*p >= ' ' && *p != 0x7f && *p != '\\') {
			reeve_buf_add_byte(text, *p);
			continue;
		}
		snprintf(octal, sizeof octal, "\\%03o", *p);
		reeve_buf_add_text(text, octal);
	}
	reeve_buf_add_byte(text, '\n');
}

__attribute__((format(printf, 3, 4))) static void put_format(struct reeve_buf *text,
                                                             const char *word, const char *fmt, ...)
{
	char value[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(value, sizeof value, fmt, args);
	va_end(args);
	put_line(text, word, value);
}

static void put_rights(struct reeve_buf *text, const char *word, const struct reeve_rights *rights)
{
	put_format(text, word, "%" PRIu32 " %" PRIu32 " %" PRIo32, rights->uid, rights->gid,
	           rights->mode);
}

static void put_file(struct reeve_buf *text, const struct record_file *file)
{
	static const char *const words[] = {"old", "new"};
	const struct kind_row *row = kind_row(file->kind);
	enum plan_side there = record_file_has(file->kind, PLAN_OLD) ? PLAN_OLD : PLAN_NEW;

	put_line(text, "file", row->word);
	put_line(text, "path", file->path);
	put_line(text, "target", file->target);
	if (row->lines & BESIDE)
		put_line(text, "beside", file->beside);
	if (row->lines & OWNER)
		put_rights(text, "owner", &file->rights[there]);
	if (row->lines & OLD_OWNER)
		put_rights(text, "old-owner", &file->rights[PLAN_OLD]);
	if (row->lines & NEW_OWNER)
		put_rights(text, "new-owner", &file->rights[PLAN_NEW]);
	for (int side = PLAN_OLD; side <= PLAN_NEW; side++)
		if (record_file_has_bytes(file->kind, side))
			put_format(text, words[side], "%" PRIu64 " %016" PRIx64,
			           file->sides[side].size, file->sides[side].hash);
}

int record_to_text(const struct record *record, struct reeve_buf *text, struct reeve_error *err)
{
	char value[32];

	reeve_buf_init(text, TEXT_MAX);
	reeve_buf_add_text(text, first_line);
	reeve_buf_add_byte(text, '\n');
	put_line(text, "id", record->id);
	put_format(text, "time", "%" PRId64, record->time);
	put_line(text, "what", record->what);
	if (record->undoes != NULL)
		put_line(text, "undoes", record->undoes);
	for (size_t i = 0; i < record->check_count; i++) {
		reeve_buf_add_text(text, "check ");
		put_line(text, plan_check_word(record->checks[i].kind), record->checks[i].path);
	}
	for (size_t i = 0; i < record->after_count; i++)
		put_line(text, "after", record->afters[i].text);
	for (size_t i = 0; i < record->file_count; i++)
		put_file(text, &record->files[i]);
	if (text->has_failed || text->is_cut)
		return reeve_fail_nomem(err);
	snprintf(value, sizeof value, "%016" PRIx64, reeve_hash(text->bytes, text->length));
	put_line(text, "end", value);
	return text->has_failed || text->is_cut ? reeve_fail_nomem(err) : 0;
}

/* ---- from text ---------------------------------------------------------------------------- */

struct reader {
	struct record *record;
	struct reeve_arena *arena;
	size_t file_room, check_room, after_room;
	unsigned int seen; /* lines of the last file */
};

/* A value as it was before put_line(). NULL without memory. */
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

	record->checks = more(r->arena, record->checks, record->check_count, &r->check_room,
	                      sizeof *record->checks);
	for (size_t i = 0; i < sizeof check_words / sizeof check_words[0]; i++) {
		if (record->checks == NULL || value[n] == '\0' ||
		    strlen(check_words[i].word) != n || memcmp(value, check_words[i].word, n) != 0)
			continue;
		record->checks[record->check_count++] =
			(struct record_check){.kind = check_words[i].kind, .path = value + n + 1};
		return true;
	}
	return false;
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
	case PATH:
		return read_text(&file->path, value);
	case TARGET:
		return read_text(&file->target, value) && value[0] == '/';
	case BESIDE:
		return read_text(&file->beside, value) && strchr(value, '/') == NULL;
	case OWNER:
		if (!read_rights(&file->rights[PLAN_OLD], value))
			return false;
		file->rights[PLAN_NEW] = file->rights[PLAN_OLD];
		return true;
	case OLD:
		return read_bytes(file, PLAN_OLD, value);
	case NEW:
		return read_bytes(file, PLAN_NEW, value);
	case OLD_OWNER:
		return read_rights(&file->rights[PLAN_OLD], value);
	case NEW_OWNER:
		return read_rights(&file->rights[PLAN_NEW], value);
	}
	return false;
}

/* Whether the last file has all that its kind has. */
static bool is_complete(const struct reader *r)
{
	const struct record *record = r->record;

	return record->file_count == 0 ||
	       kind_row(record->files[record->file_count - 1].kind)->lines == r->seen;
}

static bool read_kind(struct reader *r, const char *value)
{
	struct record *record = r->record;
	size_t i = 0;

	while (i < sizeof kind_rows / sizeof kind_rows[0] && strcmp(kind_rows[i].word, value) != 0)
		i++;
	if (i == sizeof kind_rows / sizeof kind_rows[0] || !is_complete(r))
		return false;
	record->files = more(r->arena, record->files, record->file_count, &r->file_room,
	                     sizeof *record->files);
	if (record->files == NULL)
		return false;
	record->files[record->file_count++] = (struct record_file){.kind = kind_rows[i].kind};
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

bool record_is_whole(const char *text, size_t n, size_t *n_r)
{
	const size_t end = strlen("end 0123456789abcdef\n");
	char line[32];

	if (n < end)
		return false;
	*n_r = n - end;
	snprintf(line, sizeof line, "end %016" PRIx64 "\n", reeve_hash(text, *n_r));
	return memcmp(text + *n_r, line, end) == 0;
}

int record_from_text(struct record *record, struct reeve_arena *arena, const char *text, size_t n)
{
	struct reader r = {.record = record, .arena = arena};
	const size_t first = strlen(first_line);

	record->what = "";
	if (!record_is_whole(text, n, &n) || n <= first || memcmp(text, first_line, first) != 0 ||
	    text[first] != '\n')
		return -1;
	for (size_t at = first + 1; at < n;) {
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
