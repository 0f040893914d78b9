/* SPDX-License-Identifier: MIT */
/*
 * The separator line of an mbox: "From sender date".
 *
 * What counts as one is what Dovecot takes for one (lib-mail/mbox-from.c, the same in 2.3 and 2.4),
 * its oddities included: a reader that believes in other separators than the server would cut mail
 * where the server does not.
 */
#include "mbox/from.h"

#include <string.h>
#include <time.h>

/* What is left of the line. Beyond its end stand NULs, which are no digit, space or letter. */
struct rest {
	const unsigned char *bytes;
	size_t n;
};

static int at(const struct rest *r, size_t i)
{
	return i < r->n ? r->bytes[i] : 0;
}

static void skip(struct rest *r, size_t n)
{
	if (n > r->n)
		n = r->n;
	r->bytes += n;
	r->n -= n;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* `count` digits, at r->bytes[i]; -1 if one of them is none. */
static int digits(const struct rest *r, size_t i, size_t count)
{
	int value = 0;

	for (size_t end = i + count; i < end; i++) {
		if (!is_digit(at(r, i)))
			return -1;
		value = value * 10 + (at(r, i) - '0');
	}
	return value;
}

/* Three letters in any case, as a number. */
static unsigned int letters(const unsigned char *p)
{
	return ((unsigned int)p[0] << 16 | (unsigned int)p[1] << 8 | p[2]) | 0x202020;
}

#define MONTH(a, b, c) ((a) << 16 | (b) << 8 | (c))

/* Three letters and a space. "???" is January: Dovecot's author once had such a mailbox. */
static bool take_month(struct rest *r, struct tm *tm)
{
	static const unsigned int months[] = {
		MONTH('j', 'a', 'n'), MONTH('f', 'e', 'b'), MONTH('m', 'a', 'r'), MONTH('a', 'p', 'r'),
		MONTH('m', 'a', 'y'), MONTH('j', 'u', 'n'), MONTH('j', 'u', 'l'), MONTH('a', 'u', 'g'),
		MONTH('s', 'e', 'p'), MONTH('o', 'c', 't'), MONTH('n', 'o', 'v'), MONTH('d', 'e', 'c'),
	};

	if (r->n < 4 || r->bytes[3] != ' ')
		return false;
	if (memcmp(r->bytes, "???", 3) != 0) {
		unsigned int name = letters(r->bytes);
		int month = 0;

		while (month < 12 && months[month] != name)
			month++;
		if (month == 12)
			return false;
		tm->tm_mon = month;
	}
	skip(r, 4);
	return true;
}

static bool take_year(struct rest *r, struct tm *tm)
{
	int year = digits(r, 0, 4);

	if (year < 0)
		return false;
	tm->tm_year = year - 1900;
	skip(r, 4);
	return true;
}

/* "Nov  9 ", "Nov 9 ", "Nov 19 " of asctime(3), the weekday being behind us. */
static bool take_day(struct rest *r, struct tm *tm)
{
	if (at(r, 0) == ' ')
		skip(r, 1);
	size_t width = at(r, 1) == ' ' ? 1 : 2;

	tm->tm_mday = digits(r, 0, width);
	if (tm->tm_mday < 0 || at(r, width) != ' ')
		return false;
	skip(r, width + 1);
	return true;
}

/* "9 Nov 2002 ", which follows a weekday with a comma. */
static bool take_day_month_year(struct rest *r, struct tm *tm)
{
	size_t width = is_digit(at(r, 1)) ? 2 : 1;

	tm->tm_mday = digits(r, 0, width);
	if (tm->tm_mday < 0 || at(r, width) != ' ')
		return false;
	skip(r, width + 1);
	if (!take_month(r, tm) || !take_year(r, tm))
		return false;
	skip(r, 1);
	return true;
}

/* "22:33" or "22:33:52". */
static bool take_time(struct rest *r, struct tm *tm)
{
	tm->tm_hour = digits(r, 0, 2);
	tm->tm_min = digits(r, 3, 2);
	if (tm->tm_hour < 0 || at(r, 2) != ':' || tm->tm_min < 0)
		return false;
	skip(r, 5);
	if (at(r, 0) == ':') {
		tm->tm_sec = digits(r, 1, 2);
		if (tm->tm_sec < 0)
			return false;
		skip(r, 3);
	}
	return true;
}

/* " 2001", or " PST 2001": a zone before the year is passed over, whatever it is. */
static bool take_zone_year(struct rest *r, struct tm *tm)
{
	if (at(r, 0) != ' ')
		return false;
	skip(r, 1);
	if (digits(r, 0, 4) < 0) {
		while (r->n > 0 && r->bytes[0] != ' ') {
			if (r->bytes[0] == '\r' || r->bytes[0] == '\n')
				return false;
			skip(r, 1);
		}
		skip(r, 1);
	}
	return take_year(r, tm);
}

/*
 * " +0300" after the date. Dovecot counts the last two digits as seconds, not as minutes; so do
 * we, or BEFORE and SINCE would choose other messages than doveadm's.
 */
static bool take_offset(const struct rest *r, int *seconds_r)
{
	int hours = digits(r, 2, 2), rest = digits(r, 4, 2);

	if (at(r, 0) != ' ' || (at(r, 1) != '+' && at(r, 1) != '-') || hours < 0 || rest < 0)
		return false;
	*seconds_r = hours * 3600 + rest;
	if (at(r, 1) == '-')
		*seconds_r = -*seconds_r;
	return true;
}

/* Seconds since 1970 of a date in UTC; false if it is not one as it stands (25:00, 31 June). */
static bool utc_seconds(struct tm tm, int64_t *seconds_r)
{
	if (tm.tm_sec == 60) /* a leap second */
		tm.tm_sec = 59;
	struct tm normal = tm;
	time_t t = timegm(&normal);

	*seconds_r = t;
	return t != (time_t)-1 && normal.tm_mon == tm.tm_mon && normal.tm_mday == tm.tm_mday &&
	       normal.tm_hour == tm.tm_hour && normal.tm_min == tm.tm_min &&
	       normal.tm_sec == tm.tm_sec;
}

/* Passes over the sender, perhaps "x y z"@domain, and the spaces after it. */
static bool skip_sender(struct rest *r)
{
	if (at(r, 0) == '"') {
		bool is_escaped = false;

		skip(r, 1);
		while (r->n > 0 && (r->bytes[0] != '"' || is_escaped)) {
			if (r->bytes[0] == '\r' || r->bytes[0] == '\n')
				return false;
			is_escaped = r->bytes[0] == '\\';
			skip(r, 1);
		}
		skip(r, 1);
	}
	while (r->n > 0 && r->bytes[0] != ' ') {
		if (r->bytes[0] == '\r' || r->bytes[0] == '\n')
			return false;
		skip(r, 1);
	}
	while (at(r, 0) == ' ')
		skip(r, 1);
	return true;
}

/* mktime(3) makes a date of any numbers. -1 is no date to Dovecot's readers. */
static int64_t make_time(struct tm tm)
{
	tm.tm_isdst = -1;
	time_t t = mktime(&tm);

	return t == (time_t)-1 ? 0 : t;
}

/*
 * A date without a zone is local time. mktime(3) is slow (without TZ it looks at /etc/localtime
 * each time), so it is asked for both ends of a day, and between them only if the clocks change.
 */
static int64_t local_seconds(const struct tm *tm, struct reeve_day *day)
{
	if (day == NULL || tm->tm_hour > 23 || tm->tm_min > 59 || tm->tm_sec > 59)
		return make_time(*tm);
	if (day->day != tm->tm_mday || day->month != tm->tm_mon || day->year != tm->tm_year) {
		struct tm first = {.tm_year = tm->tm_year, .tm_mon = tm->tm_mon, .tm_mday = tm->tm_mday};
		struct tm last = first;

		last.tm_hour = 23;
		last.tm_min = 59;
		last.tm_sec = 59;
		*day = (struct reeve_day){tm->tm_year, tm->tm_mon, tm->tm_mday, false, make_time(first)};
		day->is_even = day->start > 0 && make_time(last) == day->start + 86399;
	}
	if (!day->is_even)
		return make_time(*tm);
	return day->start + tm->tm_hour * 3600 + tm->tm_min * 60 + tm->tm_sec;
}

bool reeve_from_read(const unsigned char *bytes, size_t n, struct reeve_day *day,
                     int64_t *received_r)
{
	struct rest r = {bytes, n};
	struct tm tm = {0};
	int offset;

	if (!skip_sender(&r) || r.n < strlen("Thu Nov 9 22:33 2001\n"))
		return false;

	/* The weekday may be any four bytes. */
	skip(&r, 4);
	if (take_month(&r, &tm)) {
		if (!take_day(&r, &tm) || !take_time(&r, &tm) || !take_zone_year(&r, &tm))
			return false;
	} else {
		skip(&r, 1);
		if (!take_day_month_year(&r, &tm) || !take_time(&r, &tm))
			return false;
	}
	if (tm.tm_mday == 0)
		tm.tm_mday = 1;

	if (take_offset(&r, &offset)) {
		int64_t seconds;

		if (!utc_seconds(tm, &seconds))
			return false;
		if (received_r != NULL)
			*received_r = seconds - offset;
	} else if (received_r != NULL) {
		*received_r = local_seconds(&tm, day);
	}
	return true;
}

bool reeve_from_parse(const unsigned char *bytes, size_t n, int64_t *received_r)
{
	return reeve_from_read(bytes, n, NULL, received_r);
}

size_t reeve_from_last(const unsigned char *bytes, size_t n)
{
	size_t end = n;

	while (end > 0) {
		const unsigned char *lf = memrchr(bytes, '\n', end);

		if (lf == NULL)
			return 0;
		size_t start = (size_t)(lf - bytes) + 1;

		if (n - start > 5 && memcmp(bytes + start, "From ", 5) == 0 &&
		    reeve_from_parse(bytes + start + 5, n - start - 5, NULL))
			return start;
		end = start - 1;
	}
	return 0;
}
