/* SPDX-License-Identifier: MIT */
/*
 * The header fields that say something about a message or a mailbox.
 *
 * Status, X-Status, X-UID, X-IMAP, X-IMAPbase and Content-Length are read as Dovecot reads them
 * (lib-storage/index/mbox/mbox-sync-parse.c): whom it believes what decides which messages are
 * read, where they end, and which UIDs they have.
 */
#include "mbox/fields.h"
#include "mime/date.h"

#include <string.h>

/* A folded value has its line ends; after the first CR of one nothing is valid any more. */
static bool is_space(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool is_all_space(const unsigned char *value, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_space(value[i]))
			return false;
	}
	return true;
}

/* Digits at the beginning, none at all being 0. Too many wrap around, as in Dovecot. */
static size_t leading_number(const unsigned char *value, size_t n, uint64_t *number_r)
{
	size_t i;

	*number_r = 0;
	for (i = 0; i < n && is_digit(value[i]); i++)
		*number_r = *number_r * 10 + (value[i] - '0');
	return i;
}

/* Each occurrence adds flags, none takes any away. */
static void take_status(struct reeve_header *h, const unsigned char *value, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (value[i] == 'R')
			h->flags |= REEVE_FLAG_SEEN;
		else if (value[i] == 'O')
			h->flags |= REEVE_FLAG_OLD;
	}
}

static void take_x_status(struct reeve_header *h, const unsigned char *value, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		switch (value[i]) {
		case 'A':
			h->flags |= REEVE_FLAG_ANSWERED;
			break;
		case 'F':
			h->flags |= REEVE_FLAG_FLAGGED;
			break;
		case 'T':
			h->flags |= REEVE_FLAG_DRAFT;
			break;
		case 'D':
			h->flags |= REEVE_FLAG_DELETED;
			break;
		}
	}
}

/* The first that is a number counts. */
static void take_content_length(struct reeve_header *h, const unsigned char *value, size_t n)
{
	uint64_t length;
	size_t i = leading_number(value, n, &length);

	if (h->has_length || length == UINT64_MAX || !is_all_space(value + i, n - i))
		return;
	h->has_length = true;
	h->length = length;
}

/*
 * "UIDVALIDITY LAST-UID keywords...": believed in the first message only, and there the first one
 * that parses.
 */
static void take_imapbase(struct reeve_header *h, const unsigned char *value, size_t n)
{
	uint64_t validity, last;
	size_t i = leading_number(value, n, &validity);

	if (!h->is_first || h->imapbase.length > 0)
		return;
	if ((uint32_t)validity == 0 || (i < n && value[i] != ' '))
		return;
	while (i < n && is_space(value[i]))
		i++;
	i += leading_number(value + i, n - i, &last);
	if (i < n && !is_space(value[i]))
		return;

	h->imapbase = (struct reeve_span){h->field_start, h->field_end - h->field_start};
	h->uid_validity = (uint32_t)validity;
	if (h->next_uid - 1 <= (uint32_t)last)
		h->next_uid = (uint32_t)last == UINT32_MAX ? UINT32_MAX : (uint32_t)last + 1;
}

/* c-client's way of keeping UIDVALIDITY: a first message that is none. */
static void take_imap(struct reeve_header *h, const unsigned char *value, size_t n)
{
	bool was_there = h->imapbase.length > 0;

	take_imapbase(h, value, n);
	if (!was_there && h->imapbase.length > 0)
		h->is_pseudo = true;
}

/* UIDs grow, and none is believed that is larger than the next: mail brings its own X-UID. */
static void take_x_uid(struct reeve_header *h, const unsigned char *value, size_t n)
{
	uint64_t number;
	size_t i = leading_number(value, n, &number);
	uint32_t uid = (uint32_t)number;

	if (h->uid != 0 || !is_all_space(value + i, n - i))
		return;
	if (h->is_first && h->imapbase.length == 0)
		return;
	if (uid == h->next_uid && uid < UINT32_MAX)
		h->next_uid++;
	else if (uid > h->next_uid)
		return;
	if (uid > h->last_uid)
		h->uid = uid;
}

/* The first one, whatever it holds. */
static void take_date(struct reeve_header *h, const unsigned char *value, size_t n)
{
	if (h->has_date || (h->needs & REEVE_NEED_SENT) == 0)
		return;
	h->has_date = true;
	if (!reeve_date_parse((const char *)value, n, &h->sent, &h->sent_zone_minutes)) {
		h->sent = 0;
		h->sent_zone_minutes = 0;
	}
}

#define NAME(text) .name = text, .length = sizeof(text) - 1

/* In the order of their names; rows() below knows it, and kinds[] in header.c. */
static const struct reeve_field fields[] = {
	{NAME("content-length"), .is_hidden = true, .is_length = true, .take = take_content_length},
	{NAME("date"), .take = take_date},
	{NAME("delivered-to"), .is_trace = true},
	{NAME("message-id"), .is_trace = true},
	{NAME("received"), .is_trace = true},
	{NAME("return-path"), .is_trace = true},
	{NAME("status"), .is_hidden = true, .take = take_status},
	{NAME("x-imap"), .is_hidden = true, .is_imap = true, .take = take_imap},
	{NAME("x-imapbase"), .is_hidden = true, .is_imap = true, .take = take_imapbase},
	{NAME("x-keywords"), .is_hidden = true},
	{NAME("x-status"), .is_hidden = true, .take = take_x_status},
	{NAME("x-uid"), .is_hidden = true, .is_trace = true, .take = take_x_uid},
};

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

#define PAIR(a, b) ((a) << 8 | (b))

/* Rows that the beginning of a line allows: fields[first] and on. Most lines are none of ours. */
static size_t rows(const unsigned char *line, size_t *first_r)
{
	switch (PAIR(lower(line[0]), lower(line[1]))) {
	case PAIR('c', 'o'):
		*first_r = 0;
		return 1;
	case PAIR('d', 'a'):
		*first_r = 1;
		return 1;
	case PAIR('d', 'e'):
		*first_r = 2;
		return 1;
	case PAIR('m', 'e'):
		*first_r = 3;
		return 1;
	case PAIR('r', 'e'):
		*first_r = 4;
		return 2;
	case PAIR('s', 't'):
		*first_r = 6;
		return 1;
	case PAIR('x', '-'):
		switch (lower(line[2])) {
		case 'i':
			*first_r = 7;
			return 2;
		case 'k':
			*first_r = 9;
			return 1;
		case 's':
			*first_r = 10;
			return 1;
		case 'u':
			*first_r = 11;
			return 1;
		}
		return 0;
	}
	return 0;
}

static bool is_name(const unsigned char *line, const struct reeve_field *field)
{
	/* "X-" and "Content-" are the beginnings of many names. */
	if (lower(line[field->length - 1]) != (unsigned char)field->name[field->length - 1])
		return false;
	for (size_t i = 2; i < field->length - 1; i++) {
		if (lower(line[i]) != (unsigned char)field->name[i])
			return false;
	}
	return true;
}

/* Dovecot takes a longer name for part of the value. */
enum { NAME_MAX_LENGTH = 1000 };

/*
 * The colon of a field whose name ends at line[i]: at once, after blanks, or after a NUL and
 * anything else, for Dovecot compares names as strings. NULL if it is another name.
 */
static const unsigned char *find_colon(const unsigned char *line, size_t n, size_t i)
{
	const unsigned char *colon;

	if (i < n && line[i] == ':')
		return line + i;
	if (i < n && line[i] == '\0') {
		size_t end;

		colon = memchr(line + i, ':', n - i);
		if (colon == NULL)
			return NULL;
		for (end = (size_t)(colon - line); line[end - 1] == ' ' || line[end - 1] == '\t';)
			end--;
		return end <= NAME_MAX_LENGTH ? colon : NULL;
	}
	while (i < n && (line[i] == ' ' || line[i] == '\t'))
		i++;
	return i < n && line[i] == ':' ? line + i : NULL;
}

const struct reeve_field *reeve_field_find(const unsigned char *line, size_t n,
                                           const unsigned char **value_r)
{
	size_t first, count;

	if (n < sizeof "date" || (count = rows(line, &first)) == 0)
		return NULL;
	for (size_t i = first; i < first + count; i++) {
		const unsigned char *colon;

		if (n <= fields[i].length || !is_name(line, &fields[i]))
			continue;
		colon = find_colon(line, n, fields[i].length);
		if (colon == NULL)
			continue;
		*value_r = colon + 1;
		if (colon + 1 < line + n && (colon[1] == ' ' || colon[1] == '\t'))
			(*value_r)++;
		return &fields[i];
	}
	return NULL;
}
