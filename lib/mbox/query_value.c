/* SPDX-License-Identifier: MIT */
/* The values of a query's keys that need more than a number: dates, and sets of messages. */
#include "base/error.h"
#include "base/number.h"
#include "mbox/query.h"
#include "mime/date.h"

#include <stdlib.h>
#include <string.h>

/* ---- dates ----------------------------------------------------------------------------------- */

/* How a piece of text must look: 0 is a digit, A a letter, anything else itself. */
static bool has_shape(const char *text, const char *shape)
{
	for (; *shape != '\0'; text++, shape++) {
		bool fits = *text == *shape;

		if (*shape == '0')
			fits = *text >= '0' && *text <= '9';
		else if (*shape == 'A')
			fits = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
		if (!fits)
			return false;
	}
	return true;
}

static int number_at(const char *text, size_t n)
{
	uint64_t value = 0;

	reeve_digits(text, n, UINT32_MAX, &value);
	return (int)value;
}

/* "13-Apr-2007", what follows it is *rest_r (RFC 3501 section 9, date). */
static bool parse_imap_date(const char *text, struct tm *date, const char **rest_r)
{
	if (*text == ' ') /* date-day-fixed */
		text++;
	size_t n = has_shape(text, "00") ? 2 : 1;
	if (!has_shape(text, n == 2 ? "00-AAA-0000" : "0-AAA-0000"))
		return false;
	date->tm_mday = number_at(text, n);
	date->tm_mon = reeve_date_month(text + n + 1);
	date->tm_year = number_at(text + n + 5, 4) - 1900;
	*rest_r = text + n + 9;
	return date->tm_mon >= 0;
}

/* " 10:20:30 +0100" behind a date (RFC 3501 section 9, date-time). */
static bool parse_imap_time(const char *text, struct tm *date, int *zone_minutes_r)
{
	if (!has_shape(text, " 00:00:00 ") || strlen(text) != 15 ||
	    (text[10] != '+' && text[10] != '-') || !has_shape(text + 11, "0000"))
		return false;
	date->tm_hour = number_at(text + 1, 2);
	date->tm_min = number_at(text + 4, 2);
	date->tm_sec = number_at(text + 7, 2);
	*zone_minutes_r = number_at(text + 11, 2) * 60 + number_at(text + 13, 2);
	if (text[10] == '-')
		*zone_minutes_r = -*zone_minutes_r;
	return true;
}

/*
 * The forms of doveadm-search-query(7), in the order in which Dovecot tries them
 * (lib-storage/mail-storage.c, mail_parse_human_timestamp). Where that lets a slip of the pen
 * choose every message of a box, it is an error here: docs/deviations.md, "Dates in queries".
 */
int query_date_parse(struct query_words *words, int64_t now, struct query_date *date)
{
	const char *text = words->word.text, *rest = "";
	struct tm tm = {0};
	int zone = 0;

	bool is_iso = has_shape(text, "0000-00-00") && text[10] == '\0';
	if (is_iso) {
		tm.tm_year = number_at(text, 4) - 1900;
		tm.tm_mon = number_at(text + 5, 2) - 1;
		tm.tm_mday = number_at(text + 8, 2);
	}
	if (is_iso || parse_imap_date(text, &tm, &rest)) {
		date->is_local = *rest == '\0';
		if (!date->is_local && !parse_imap_time(rest, &tm, &zone))
			return query_fail(words, &words->word, "'%s' is not a date or an interval",
			                  text);
		if (!reeve_date_utc(&tm, &date->seconds))
			return query_fail(words, &words->word, "there is no such day or time: '%s'",
			                  text);
		date->seconds -= (int64_t)zone * 60;
		return 0;
	}

	uint64_t number;
	int64_t interval;
	date->is_local = false;
	if (reeve_digits(text, strlen(text), INT64_MAX, &number)) {
		if (strlen(text) < 9 || strlen(text) > 10)
			return query_fail(words, &words->word,
			                  "'%s' is not a date (a Unix timestamp has 10 digits)",
			                  text);
		date->seconds = (int64_t)number;
		return 0;
	}
	if (reeve_interval_parse(text, &interval, NULL) == 0) {
		date->seconds = now - interval;
		return 0;
	}
	return query_fail(words, &words->word, "'%s' is not a date or an interval", text);
}

/* ---- sets ------------------------------------------------------------------------------------ */

/* RFC 3501 section 9, seq-number: above 0, or "*", which is UINT32_MAX here (as in Dovecot). */
static int take_number(struct query_words *words, const char **p, uint32_t *number_r)
{
	size_t n = strspn(*p, "0123456789");
	uint64_t number = 0;

	if (**p == '*') {
		*number_r = UINT32_MAX;
		*p += 1;
		return 0;
	}
	if (n > 0 && !reeve_digits(*p, n, UINT32_MAX, &number))
		return query_fail(words, &words->word, "number '%.*s' is too large", (int)n, *p);
	if (number == 0)
		return query_fail(words, &words->word, "'%s' is not a set of messages",
		                  words->word.text);
	*number_r = number == UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)number;
	*p += n;
	return 0;
}

static int by_low(const void *a, const void *b)
{
	const struct query_range *x = a, *y = b;

	return x->low < y->low ? -1 : x->low > y->low;
}

/* In order and apart, so that a search can halve them. */
static void tidy(struct query_set *set)
{
	size_t kept = 0;

	qsort(set->ranges, set->count, sizeof *set->ranges, by_low);
	for (size_t i = 1; i < set->count; i++) {
		struct query_range *last = &set->ranges[kept];

		if (set->ranges[i].low > last->high && set->ranges[i].low - last->high > 1)
			set->ranges[++kept] = set->ranges[i];
		else if (set->ranges[i].high > last->high)
			last->high = set->ranges[i].high;
	}
	set->count = kept + 1;

	/* "1:*" is every message, so nobody need know which is the last. */
	if (set->ranges[0].low == 1 && set->ranges[0].high == UINT32_MAX)
		set->has_last = false;
}

int query_set_parse(struct query_words *words, struct reeve_arena *arena, size_t *terms,
                    struct query_set *set)
{
	const char *p = words->word.text;
	size_t room = 1;

	for (const char *c = p; (c = strchr(c, ',')) != NULL; c++)
		room++;
	if (room > QUERY_MAX_TERMS || *terms > QUERY_MAX_TERMS - room)
		return query_fail(words, &words->word, "more than %d search keys and ranges",
		                  QUERY_MAX_TERMS);
	*terms += room;
	*set = (struct query_set){.ranges = reeve_arena_alloc(arena, room * sizeof *set->ranges)};
	if (set->ranges == NULL)
		return reeve_fail_nomem(words->err);

	do {
		struct query_range *range = &set->ranges[set->count++];

		if (take_number(words, &p, &range->low) < 0)
			return -1;
		range->high = range->low;
		if (*p == ':') {
			p++;
			if (take_number(words, &p, &range->high) < 0)
				return -1;
		}
		if (range->low > range->high) /* "7:5" is "5:7" (RFC 3501 section 9, seq-range) */
			*range = (struct query_range){range->high, range->low};
		set->has_last = set->has_last || range->high == UINT32_MAX;
	} while (*p == ',' && *++p != '\0');
	if (*p != '\0' || p[-1] == ',')
		return query_fail(words, &words->word, "'%s' is not a set of messages",
		                  words->word.text);
	tidy(set);
	return 0;
}
