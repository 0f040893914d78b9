/* SPDX-License-Identifier: MIT */
/* Numbers, sizes and intervals: what follows the digits and what does not fit is noticed. */
#include "base/number.h"
#include "base/error.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* "1.000001T" is exact, and nobody needs a seventh digit; six never overflow below 10^6 T. */
#define MAX_FRACTION_DIGITS 6

/* Longest interval that Dovecot takes (UINT_MAX seconds): 136 years. */
#define MAX_INTERVAL UINT32_MAX

/* Names may be cut short anywhere, as Dovecot lets them: "w", "week", "weeks". */
static const struct unit {
	const char *name;
	uint32_t seconds;
} units[] = {
	{"secs", 1},
	{"seconds", 1},
	{"mins", 60},
	{"minutes", 60},
	{"hours", 60 * 60},
	{"days", 24 * 60 * 60},
	{"weeks", 7 * 24 * 60 * 60},
};

bool reeve_add_size(uint64_t a, uint64_t b, uint64_t *sum_r)
{
	return !__builtin_add_overflow(a, b, sum_r);
}

bool reeve_mul_size(uint64_t a, uint64_t b, uint64_t *product_r)
{
	return !__builtin_mul_overflow(a, b, product_r);
}

/* isdigit(3) and its family ask the locale; mail and settings are ASCII. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool reeve_digits(const char *text, size_t n, uint64_t max, uint64_t *value_r)
{
	uint64_t value = 0;

	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(text[i]))
			return false;
		if (!reeve_mul_size(value, 10, &value) ||
		    !reeve_add_size(value, (uint64_t)(text[i] - '0'), &value) || value > max)
			return false;
	}
	*value_r = value;
	return true;
}

static size_t count_digits(const char *text)
{
	size_t n = 0;

	while (is_digit(text[n]))
		n++;
	return n;
}

static const char *skip_blanks(const char *p)
{
	while (*p == ' ')
		p++;
	return p;
}

/* The factor that a unit stands for; 0 if the rest of the text is none. */
static uint64_t size_unit(const char *p, unsigned int flags)
{
	static const char letters[] = "KMGT";
	uint64_t factor = 1, step = 1024;

	if (*p == '\0' || strcasecmp(p, "B") == 0)
		return 1;
	const char *letter = strchr(letters, *p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
	if (letter == NULL)
		return 0;
	p++;
	if ((flags & REEVE_SIZE_DECIMAL) != 0 && strcasecmp(p, "B") == 0)
		step = 1000;
	for (const char *l = letters; l <= letter; l++)
		factor *= step;
	if (*p != '\0' && strcasecmp(p, "B") != 0 && strcasecmp(p, "i") != 0 &&
	    strcasecmp(p, "iB") != 0)
		return 0;
	return factor;
}

int reeve_size_parse_as(const char *text, unsigned int flags, uint64_t *bytes_r,
                        struct reeve_error *err)
{
	uint64_t whole, fraction = 0, scale = 1;
	size_t n = count_digits(text), places = 0;
	const char *p = text + n;

	if (n == 0)
		return reeve_fail(err, REEVE_EUSAGE, "'%s' is not a size", text);
	if (*p == '.') {
		places = count_digits(p + 1);
		if (places == 0 || !reeve_digits(p + 1, places, UINT64_MAX, &fraction) ||
		    places > MAX_FRACTION_DIGITS)
			return reeve_fail(err, REEVE_EUSAGE, "'%s' is not a size", text);
		for (size_t i = 0; i < places; i++)
			scale *= 10;
		p += 1 + places;
	}

	uint64_t unit = size_unit(skip_blanks(p), flags);
	if (unit == 0 || (unit == 1 && places > 0))
		return reeve_fail(err, REEVE_EUSAGE, "'%s' is not a size", text);
	if (!reeve_digits(text, n, UINT64_MAX, &whole) || !reeve_mul_size(whole, unit, &whole) ||
	    !reeve_add_size(whole, fraction * unit / scale, &whole))
		return reeve_fail(err, REEVE_EUSAGE, "size '%s' is too large", text);
	*bytes_r = whole;
	return 0;
}

int reeve_size_parse(const char *text, uint64_t *bytes_r, struct reeve_error *err)
{
	return reeve_size_parse_as(text, 0, bytes_r, err);
}

char *reeve_size_format(uint64_t bytes, char buf[16])
{
	static const char letters[] = "KMGTPE";
	unsigned int shift = 10;

	if (bytes < 1024) {
		snprintf(buf, 16, "%u B", (unsigned int)bytes);
		return buf;
	}
	while (shift < 60 && bytes >> shift >= 1024)
		shift += 10;

	/* Tenths, rounded; the bits below the unit times ten fit, for they are at most 60. */
	uint64_t rest = bytes & ((UINT64_C(1) << shift) - 1);
	uint64_t whole = bytes >> shift, half = UINT64_C(1) << (shift - 1);
	uint64_t tenths = whole * 10 + ((rest * 10 + half) >> shift);
	if (tenths >= 1000) /* three digits say enough */
		tenths = (whole + (rest >= half)) * 10;
	if (tenths >= 10240 && shift < 60) {
		tenths = 10;
		shift += 10;
	}
	char letter = letters[shift / 10 - 1];
	if (tenths % 10 == 0)
		snprintf(buf, 16, "%u %ciB", (unsigned int)(tenths / 10), letter);
	else
		snprintf(buf, 16, "%u.%u %ciB", (unsigned int)(tenths / 10),
		         (unsigned int)(tenths % 10), letter);
	return buf;
}

/* A word of letters as a unit; NULL if it is none. */
static const struct unit *find_unit(const char *word, size_t n)
{
	for (size_t i = 0; n > 0 && i < sizeof units / sizeof units[0]; i++) {
		if (n <= strlen(units[i].name) && strncasecmp(units[i].name, word, n) == 0)
			return &units[i];
	}
	return NULL;
}

int reeve_interval_parse(const char *text, int64_t *seconds_r, struct reeve_error *err)
{
	uint64_t total = 0, number;
	const char *p = text;

	do {
		size_t n = count_digits(p), letters = 0;
		const char *digits = p;

		if (n == 0)
			return reeve_fail(err, REEVE_EUSAGE, "'%s' is not an interval", text);
		p = skip_blanks(p + n);
		while (is_letter(p[letters]))
			letters++;
		const struct unit *unit = find_unit(p, letters);
		bool fits = reeve_digits(digits, n, UINT64_MAX, &number);
		if (letters == 0 && *p == '\0' && digits == text) {
			if (!fits || number != 0)
				return reeve_fail(err, REEVE_EUSAGE,
				                  "interval '%s' has no unit (as in '%ss' or '%sd')",
				                  text, text, text);
			break;
		}
		if (unit == NULL)
			return reeve_fail(err, REEVE_EUSAGE, "'%s' is not an interval", text);
		if (!fits || !reeve_mul_size(number, unit->seconds, &number) ||
		    !reeve_add_size(total, number, &total) || total > MAX_INTERVAL)
			return reeve_fail(err, REEVE_EUSAGE, "interval '%s' is too long", text);
		p = skip_blanks(p + letters);
	} while (*p != '\0');
	*seconds_r = (int64_t)total;
	return 0;
}

const char *reeve_version(void)
{
	return REEVE_VERSION;
}
