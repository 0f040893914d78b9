/* SPDX-License-Identifier: MIT */
/* Sizes: what base64 makes of them, and how Postfix and Dovecot read and compare them. */
#include "base/number.h"
#include "limits/limits.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

/* RFC 2045 section 6.8: 57 bytes become a line of 76 and CRLF. */
#define LINE_BYTES 57
#define LINE_TEXT 76
#define LINE_WIRE 78

bool reeve_limits_message(uint64_t attachment, uint64_t *bytes_r)
{
	uint64_t lines = attachment / LINE_BYTES, rest = attachment % LINE_BYTES, bytes;

	if (!reeve_mul_size(lines, LINE_WIRE, &bytes))
		return false;
	if (rest > 0 && !reeve_add_size(bytes, (rest + 2) / 3 * 4 + LINE_WIRE - LINE_TEXT, &bytes))
		return false;
	return reeve_add_size(bytes, REEVE_LIMITS_HEADERS, bytes_r);
}

uint64_t reeve_limits_attachment(uint64_t message)
{
	uint64_t bytes, rest;

	if (message <= REEVE_LIMITS_PLAIN)
		return 0;
	if (message == REEVE_NO_LIMIT)
		return REEVE_NO_LIMIT;
	bytes = message - REEVE_LIMITS_PLAIN;
	rest = bytes % LINE_WIRE;
	/* A last line: each four letters are three bytes, and its CRLF takes two. */
	return bytes / LINE_WIRE * LINE_BYTES + (rest < 6 ? 0 : (rest - 2) / 4 * 3);
}

uint64_t reeve_limits_and_half(uint64_t bytes)
{
	uint64_t sum;

	return reeve_add_size(bytes, bytes / 2 + bytes % 2, &sum) ? sum : REEVE_NO_LIMIT;
}

uint64_t reeve_limits_percent(uint64_t bytes, uint64_t percent)
{
	uint64_t product;

	return reeve_mul_size(bytes / 100, percent, &product) &&
	                       reeve_add_size(product, bytes % 100 * percent / 100, &product)
	               ? product
	               : REEVE_NO_LIMIT;
}

/* ---- the queue's disk ------------------------------------------------------------------------ */

bool reeve_limits_is_full(const struct reeve_limits_disk *disk, uint64_t message, uint64_t minfree)
{
	uint64_t blocks = message / disk->block_size;

	/* In doubles, as there: smtpd_space_multf is 1.5. */
	return minfree / disk->block_size >= disk->free_blocks ||
	       (double)blocks >= (double)disk->free_blocks / 1.5;
}

uint64_t reeve_limits_room(const struct reeve_limits_disk *disk)
{
	/* The largest whole number of blocks below two thirds, and the bytes up to the next one. */
	uint64_t blocks = disk->free_blocks / 3 * 2 + disk->free_blocks % 3 * 2 / 3, bytes;

	if (disk->free_blocks % 3 == 0) {
		if (blocks == 0)
			return 0;
		blocks--;
	}
	if (!reeve_mul_size(blocks, disk->block_size, &bytes) ||
	    !reeve_add_size(bytes, disk->block_size - 1, &bytes))
		return REEVE_NO_LIMIT;
	return bytes;
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

enum limit_number reeve_limits_postfix_number(const char *text, uint64_t max, uint64_t *number_r)
{
	bool is_negative = false;
	size_t n = 0;

	*number_r = 0;
	if (*text == '\0')
		return LIMIT_EMPTY;
	while (is_space(*text))
		text++;
	if (*text == '-' || *text == '+')
		is_negative = *text++ == '-';
	while (text[n] >= '0' && text[n] <= '9')
		n++;
	if (n == 0)
		return LIMIT_OTHER;
	if (text[n] != '\0') {
		const char *rest = text + n;

		while (is_space(*rest))
			rest++;
		if (*rest == '#')
			return LIMIT_COMMENT;
		return (*rest >= 'a' && *rest <= 'z') || (*rest >= 'A' && *rest <= 'Z')
		               ? LIMIT_UNIT
		               : LIMIT_OTHER;
	}
	if (!reeve_digits(text, n, max, number_r)) {
		*number_r = 0;
		return LIMIT_TOO_LARGE;
	}
	if (is_negative && *number_r > 0) {
		*number_r = 0;
		return LIMIT_NEGATIVE;
	}
	return LIMIT_NUMBER;
}

bool reeve_limits_dovecot_size(const char *text, uint64_t *bytes_r)
{
	if (strcmp(text, "unlimited") == 0) {
		*bytes_r = REEVE_NO_LIMIT;
		return true;
	}
	/* Ours takes "1.5M" too. */
	return strchr(text, '.') == NULL && reeve_size_parse(text, bytes_r, NULL) == 0;
}

/*
 * A limit in a rule: digits, and perhaps a unit, of which only the first letter is looked at ("MB" is M:
 * quota_limit_parse() of plugins/quota/quota-util.c). `multiply` is what it counts in without one.
 */
static bool rule_limit(const char *text, size_t n, uint64_t multiply, uint64_t *bytes_r)
{
	static const char letters[] = "bkmgt";
	size_t digits = 0;
	uint64_t number;

	while (digits < n && text[digits] >= '0' && text[digits] <= '9')
		digits++;
	if (digits == 0)
		return false;
	if (digits < n) {
		char unit = text[digits];
		const char *letter = strchr(letters, unit >= 'A' && unit <= 'Z' ? unit - 'A' + 'a' : unit);

		if (letter == NULL || unit == '\0')
			return false;
		multiply = 1;
		for (const char *l = letters; l < letter; l++)
			multiply *= 1024;
	}
	return reeve_digits(text, digits, INT64_MAX, &number) &&
	       reeve_mul_size(number, multiply, bytes_r) && *bytes_r <= INT64_MAX;
}

bool reeve_limits_quota_grace(const char *text, uint64_t storage, uint64_t *bytes_r)
{
	size_t n = strspn(text, "0123456789");
	uint64_t percent;

	if (n == 0 || text[n] != '%')
		return rule_limit(text, strlen(text), 1, bytes_r);
	if (!reeve_digits(text, n, UINT_MAX - 1, &percent))
		return false;
	*bytes_r = reeve_limits_percent(storage, percent);
	return true;
}

bool reeve_limits_quota_rule(const char *text, uint64_t *bytes_r, size_t *start_r, size_t *end_r)
{
	const char *p = text;

	*bytes_r = 0;
	*start_r = *end_r = 0;
	/* '?' is '*', unless the backend has a limit (plugins/quota/quota-private.h). */
	if ((text[0] != '*' && text[0] != '?') || text[1] != ':')
		return false;
	if (strcmp(text + 2, "ignore") == 0 || strncmp(text + 2, "backend=", 8) == 0)
		return true;
	/* Of several, the last counts, as there (plugins/quota/quota-util.c). */
	while (*p == ':' || p == text) {
		p += p == text ? 2 : 1;
		size_t n = strcspn(p, ":");
		bool is_storage = strncmp(p, "storage=", 8) == 0;

		if (is_storage || strncmp(p, "bytes=", 6) == 0) {
			size_t key = is_storage ? 8 : 6;

			if (!rule_limit(p + key, n - key, is_storage ? 1024 : 1, bytes_r))
				return false;
			*start_r = (size_t)(p - text);
			*end_r = *start_r + n;
		}
		p += n;
	}
	return true;
}
