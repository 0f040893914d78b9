/* SPDX-License-Identifier: MIT */
/*
 * Values that Dovecot refuses, because a setting is a size, an interval, a number, or yes or no,
 * and the value is not (src/lib-settings/settings-parser.c). The names are those that have the same
 * type in 2.3.21 and in 2.4 (the arrays of struct setting_define), or are in one of them.
 */
#include "base/number.h"
#include "conf/dovecot_lint.h"
#include "conf/dovecot_names.h"

#include <string.h>
#include <strings.h>

/* What is wrong with the text, or NULL. */
typedef const char *check_fn(const char *text, bool is_24);

/* ---- values -------------------------------------------------------------------------------- */

/* The digits at the start; what follows them. NULL if there are none, or they are too many. */
static const char *after_digits(const char *text, uint64_t *value_r)
{
	size_t n = strspn(text, "0123456789");

	return reeve_digits(text, n, UINT64_MAX, value_r) ? text + n : NULL;
}

static bool is_unlimited(const char *text, bool is_24)
{
	return is_24 && strcasecmp(text, "unlimited") == 0;
}

static const char *check_boolean(const char *text, bool is_24)
{
	(void)is_24;
	return strcasecmp(text, "yes") == 0 || strcasecmp(text, "y") == 0 ||
	                       strcmp(text, "1") == 0 || strcasecmp(text, "no") == 0
	               ? NULL
	               : "is neither yes nor no";
}

static const char *check_number(const char *text, bool is_24)
{
	uint64_t value;
	const char *rest = after_digits(text, &value);

	if (is_unlimited(text, is_24))
		return NULL;
	if (rest == NULL)
		return "is no number";
	return *rest == '\0' ? NULL : "is no number: it takes no unit";
}

/* Digits, blanks, and B, or K, M, G, T with i and B behind it or not. */
static const char *check_size(const char *text, bool is_24)
{
	uint64_t value;
	const char *rest = after_digits(text, &value);

	if (is_unlimited(text, is_24))
		return NULL;
	if (rest != NULL && *rest == '.')
		return "is no size: it takes no fractions";
	if (rest == NULL)
		return "is no size";
	rest += strspn(rest, " ");
	if (*rest != '\0' && strchr("bB", *rest) != NULL) {
		rest++;
	} else if (*rest != '\0' && strchr("kKmMgGtT", *rest) != NULL) {
		rest++;
		rest += *rest == 'i' || *rest == 'I';
		rest += *rest == 'b' || *rest == 'B';
	}
	return *rest == '\0' ? NULL : "is no size: its units are B, K, M, G and T";
}

/* Digits, blanks, and the beginning of a unit's name: "1 ho" will do. */
static const char *check_interval(const char *text, bool is_24)
{
	static const char *const units[] = {"secs",     "seconds",   "mins",        "minutes",
	                                    "hours",    "days",      "weeks",       "msecs",
	                                    "mseconds", "millisecs", "milliseconds"};
	uint64_t value;
	const char *rest = after_digits(text, &value);
	size_t n;

	if (is_24 && (strcasecmp(text, "infinite") == 0 || is_unlimited(text, is_24)))
		return NULL;
	if (rest == NULL)
		return "is no interval";
	rest += strspn(rest, " ");
	n = strlen(rest);
	if (n == 0)
		return value == 0 ? NULL : "is an interval without a unit, as s, mins, h or days";
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (strncasecmp(rest, units[i], n) == 0)
			return NULL;
	}
	return "is no interval: one number, and s, mins, hours, days or weeks";
}

/* ---- rows ---------------------------------------------------------------------------------- */

static check_fn *find_check(const char *name)
{
	static check_fn *const checks[] = {
		[REEVE_DOVECOT_UNTYPED] = NULL,
		[REEVE_DOVECOT_BOOLEAN] = check_boolean,
		[REEVE_DOVECOT_NUMBER] = check_number,
		[REEVE_DOVECOT_SIZE] = check_size,
		[REEVE_DOVECOT_INTERVAL] = check_interval,
	};

	return checks[reeve_dovecot_type(name)];
}

/* Intervals of 1.x were numbers, and 2.x still takes these (src/config/old-set-parser.c). */
static bool was_number(const char *name)
{
	static const char *const names[] = {"auth_cache_ttl",     "auth_cache_negative_ttl",
	                                    "auth_failure_delay", "cache_ttl",
	                                    "cache_negative_ttl", "failure_delay"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static void check_row(struct dovecot_lint *lint, const struct reeve_row *row)
{
	const struct reeve_item *item =
		row->item == REEVE_NONE ? NULL : &lint->eval->items[row->item];
	bool is_24 = lint->eval->is_24;
	const char *block = dovecot_lint_place(lint, row)->type, *wrong;
	check_fn *check = NULL;

	if (is_24) {
		if (item == NULL || item->kind != REEVE_ITEM_SETTING)
			return;
		check = find_check(item->key);
		if (check == NULL && reeve_dovecot_kind(item->key) != REEVE_DOVECOT_UNKNOWN)
			check = find_check(row->name);
	} else if (reeve_dovecot_was_in(block, row->name) && !was_number(row->name)) {
		check = find_check(row->name);
	}
	/* What a variable stands for we do not know. */
	if (check == NULL || strpbrk(row->value, "%$") != NULL)
		return;
	wrong = check(row->value, is_24);
	if (wrong != NULL)
		dovecot_lint_say(lint, REEVE_PROBLEM, row->doc, row->doc->nodes[row->node].value,
		                 "'%s' %s", row->value, wrong);
}

void dovecot_lint_types(struct dovecot_lint *lint)
{
	for (uint32_t i = 0; i < lint->eval->row_count; i++) {
		const struct reeve_row *row = &lint->eval->rows[i];

		if ((row->doc->nodes[row->node].flags & (REEVE_NODE_FROM_FILE | REEVE_NODE_HERE)) ==
		    0)
			check_row(lint, row);
	}
}
