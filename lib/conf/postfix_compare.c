/* SPDX-License-Identifier: MIT */
/* The sides of ${{a} == {b}}: texts, numbers, compatibility levels. */
#include "base/number.h"
#include "conf/postfix.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static bool all_digits(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* Numbers by value, else texts by bytes. */
bool reeve_pf_compare(struct pf_expand *x, const char *left, const char *right, int *order_r)
{
	if (!all_digits(left) || !all_digits(right)) {
		*order_r = strcmp(left, right);
		return true;
	}
	uint64_t a, b;
	if (!reeve_digits(left, strlen(left), LONG_MAX, &a) ||
	    !reeve_digits(right, strlen(right), LONG_MAX, &b))
		return reeve_pf_expand_fail(x, "a number is too large to compare");
	*order_r = a < b ? -1 : a > b;
	return true;
}

/* "3.6" as one number (src/global/compat_level.c). */
static bool level_number(struct pf_expand *x, const char *text, long *level_r)
{
	static const long most[] = {LONG_MAX >> 20, 0x3ff, 0x3ff};
	static const int shift[] = {20, 10, 0};
	const char *at = text;
	long level = 0;

	for (size_t i = 0; i < 3; i++) {
		char *end;
		long number = strtol(at, &end, 10);

		if (end == at || number < 0 || number > most[i] || number == LONG_MAX)
			break;
		level |= number << shift[i];
		if (*end == '\0') {
			*level_r = level;
			return true;
		}
		if (*end != '.')
			break;
		at = end + 1;
	}
	return reeve_pf_expand_fail(x, "'%.40s' is no compatibility level", text);
}

bool reeve_pf_compare_levels(struct pf_expand *x, const char *left, const char *right, int *order_r)
{
	long a, b;

	if (!level_number(x, left, &a) || !level_number(x, right, &b))
		return false;
	*order_r = a < b ? -1 : a > b;
	return true;
}
