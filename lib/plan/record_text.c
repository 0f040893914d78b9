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
#include "plan/record_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX ((size_t)16 << 20)

static const struct {
	enum reeve_check kind;
	const char *word;
} check_words[] = {
	{REEVE_CHECK_DOVECOT, "dovecot"},
	{REEVE_CHECK_POSTFIX, "postfix"},
};

static const struct record_kind kinds[] = {
	{REEVE_PLAN_REPLACE, "replace",
	 LINE_PATH | LINE_TARGET | LINE_BESIDE | LINE_OWNER | LINE_OLD | LINE_NEW},
	{REEVE_PLAN_CREATE, "create", LINE_PATH | LINE_TARGET | LINE_BESIDE | LINE_OWNER | LINE_NEW},
	{REEVE_PLAN_REMOVE, "remove", LINE_PATH | LINE_TARGET | LINE_BESIDE | LINE_OWNER | LINE_OLD},
	{REEVE_PLAN_GIVE, "give", LINE_PATH | LINE_TARGET | LINE_OLD_OWNER | LINE_NEW_OWNER},
};

const struct record_kind *record_kind_of(enum reeve_plan_kind kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return NULL;
}

const struct record_kind *record_kind_named(const char *word)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].word, word) == 0)
			return &kinds[i];
	return NULL;
}

const char *plan_check_word(enum reeve_check kind)
{
	for (size_t i = 0; i < sizeof check_words / sizeof check_words[0]; i++)
		if (check_words[i].kind == kind)
			return check_words[i].word;
	return "?";
}

bool record_check_named(const char *word, size_t n, enum reeve_check *kind_r)
{
	for (size_t i = 0; i < sizeof check_words / sizeof check_words[0]; i++) {
		if (strlen(check_words[i].word) != n || memcmp(check_words[i].word, word, n) != 0)
			continue;
		*kind_r = check_words[i].kind;
		return true;
	}
	return false;
}

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
	const struct record_kind *row = record_kind_of(file->kind);
	enum plan_side there = record_file_has(file->kind, PLAN_OLD) ? PLAN_OLD : PLAN_NEW;

	put_line(text, "file", row->word);
	put_line(text, "path", file->path);
	put_line(text, "target", file->target);
	if (row->lines & LINE_BESIDE)
		put_line(text, "beside", file->beside);
	if (row->lines & LINE_OWNER)
		put_rights(text, "owner", &file->rights[there]);
	if (row->lines & LINE_OLD_OWNER)
		put_rights(text, "old-owner", &file->rights[PLAN_OLD]);
	if (row->lines & LINE_NEW_OWNER)
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
	reeve_buf_add_text(text, RECORD_FIRST_LINE);
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
