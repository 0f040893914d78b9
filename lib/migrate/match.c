/* SPDX-License-Identifier: MIT */
/* Whether a rule is about a setting: its context, name and value. */
#include "migrate/rules.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * A pattern with '*' (any text) and '#' (digits), against all of text, in any case of letters.
 * Patterns are our own and short, so it may try again at each byte.
 */
static bool glob(const char *p, size_t pn, const char *text, size_t n, const char **star_r,
                 size_t *star_n)
{
	while (pn > 0 && *p != '*' && *p != '#') {
		if (n == 0 || tolower((unsigned char)*p) != tolower((unsigned char)*text))
			return false;
		p++, pn--, text++, n--;
	}
	if (pn == 0)
		return n == 0;
	for (size_t take = *p == '#'; take <= n; take++) {
		if (*p == '#' && !isdigit((unsigned char)text[take - 1]))
			return false;
		if (!glob(p + 1, pn - 1, text + take, n - take, NULL, NULL))
			continue;
		if (*p == '*' && star_r != NULL) {
			*star_r = text;
			*star_n = take;
		}
		return true;
	}
	return false;
}

static bool glob_name(const char *p, size_t pn, const char *text)
{
	return glob(p, pn, text, strlen(text), NULL, NULL);
}

/* ---- context ------------------------------------------------------------------------------- */

bool reeve_migrate_is_filter(const char *type)
{
	static const char *const filters[] = {"protocol", "local", "local_name", "remote"};

	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
		if (strcmp(type, filters[i]) == 0)
			return true;
	return false;
}

static bool match_step(const char *step, size_t n, const struct migrate_block *block)
{
	const char *blank = memchr(step, ' ', n);
	size_t type = blank == NULL ? n : (size_t)(blank - step);

	if (strlen(block->type) != type || memcmp(block->type, step, type) != 0)
		return false;
	return blank == NULL || glob_name(blank + 1, n - type - 1, block->name);
}

/* One alternative, n bytes. */
static bool match_one(const char *context, size_t n, const struct migrate_block *blocks,
                      size_t count)
{
	const char *end = context + n;
	bool is_first = true;

	while (context < end) {
		const char *slash = memchr(context, '/', (size_t)(end - context));
		size_t step = (size_t)((slash == NULL ? end : slash) - context);

		if (is_first && step == 4 && memcmp(context, "root", 4) == 0) {
			;
		} else if (is_first && step == 6 && memcmp(context, "filter", 6) == 0) {
			while (count > 0 && reeve_migrate_is_filter(blocks->type))
				blocks++, count--;
		} else {
			if (count == 0 || !match_step(context, step, blocks))
				return false;
			blocks++, count--;
		}
		is_first = false;
		context += step + (slash != NULL);
	}
	return count == 0;
}

bool reeve_migrate_match_context(const char *context, const struct migrate_block *blocks, size_t n)
{
	for (;;) {
		const char *comma = strstr(context, ", ");
		size_t length = comma == NULL ? strlen(context) : (size_t)(comma - context);

		if (match_one(context, length, blocks, n))
			return true;
		if (comma == NULL)
			return false;
		context = comma + 2;
	}
}

/* ---- names --------------------------------------------------------------------------------- */

bool reeve_migrate_match_old(const struct migrate_rule *rule, const struct migrate_block *thing,
                             const char **digits_r)
{
	const char *old = rule->row.old_name;

	*digits_r = "";
	/* Nearly all rules are about something else. */
	if (rule->is_block != (thing->name != NULL) || (*old != '*' && *old != *thing->type))
		return false;
	size_t n = strlen(old);
	if (rule->is_block) {
		n -= 3; /* " {}" */
		const char *blank = memchr(old, ' ', n);
		size_t type = blank == NULL ? n : (size_t)(blank - old);

		if (strlen(thing->type) != type || memcmp(thing->type, old, type) != 0)
			return false;
		if (blank == NULL)
			return thing->name[0] == '\0';
		return thing->name[0] != '\0' && glob_name(blank + 1, n - type - 1, thing->name);
	}
	if (n > 3 && strcmp(old + n - 3, "<n>") == 0) {
		if (strncmp(thing->type, old, n - 3) != 0)
			return false;
		*digits_r = thing->type + n - 3;
		return (*digits_r)[strspn(*digits_r, "0123456789")] == '\0';
	}
	/* Names are matched in their case. */
	return strchr(old, '*') == NULL ? strcmp(old, thing->type) == 0
	                                : glob_name(old, n, thing->type);
}

/* ---- values -------------------------------------------------------------------------------- */

const char *reeve_migrate_word(const char *text, size_t *n_r)
{
	text += strspn(text, " ,\t");
	*n_r = strcspn(text, " ,\t");
	return *n_r == 0 ? NULL : text;
}

static bool has_word(const char *word, const char *value)
{
	size_t n;

	for (const char *p = value; (p = reeve_migrate_word(p, &n)) != NULL; p += n)
		if (n == strlen(word) && memcmp(p, word, n) == 0)
			return true;
	return false;
}

/* Without quotes, backslashes and '<', which would mean something else at the end of a line, or as
 * all of a value. */
static bool is_host(const char *host, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)host[i]) && strchr("*.:-_%[]", host[i]) == NULL)
			return false;
	return true;
}

const char *reeve_migrate_port(const char *address, size_t n)
{
	const char *colon = memrchr(address, ':', n);
	size_t host = colon == NULL ? 0 : (size_t)(colon - address), digits = n - host - 1;
	unsigned char raw[16];
	char copy[64];

	if (colon == NULL || n >= sizeof copy)
		return NULL;
	/* "::" and addresses of IPv6 as they are, and "[::]"; in front of a port they have
	 * brackets. */
	memcpy(copy, address, n);
	copy[n] = '\0';
	if (inet_pton(AF_INET6, copy, raw) == 1 || digits == 0 ||
	    strspn(copy + host + 1, "0123456789") != digits || !is_host(copy, host) ||
	    (memchr(address, ':', host) != NULL && address[host - 1] != ']'))
		return NULL;
	return colon + 1;
}

static bool has_port(const char *value)
{
	size_t n;

	for (const char *p = value; (p = reeve_migrate_word(p, &n)) != NULL; p += n)
		if (reeve_migrate_port(p, n) != NULL)
			return true;
	return false;
}

/* Whether a command is none of Dovecot's own programs for mail: those of 1.x may lie in any folder. */
static bool is_script(const char *command)
{
	static const char *const own[] = {"imap", "pop3", "managesieve"};
	size_t n = strcspn(command, " \t"), base = n;

	while (base > 0 && command[base - 1] != '/')
		base--;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strlen(own[i]) == n - base && memcmp(command + base, own[i], n - base) == 0)
			return false;
	return n > 0;
}

static bool is_number(const char *value)
{
	return *value != '\0' && value[strspn(value, "0123456789")] == '\0';
}

bool reeve_migrate_match_value(const char *pattern, const char *value, const char **star_r,
                               size_t *star_n)
{
	*star_r = "";
	*star_n = 0;
	if (*pattern == '\0')
		return true;
	if (strcmp(pattern, "empty") == 0)
		return *value == '\0';
	if (strcmp(pattern, "port") == 0)
		return has_port(value);
	if (strcmp(pattern, "script") == 0)
		return is_script(value);
	if (strncmp(pattern, "word ", 5) == 0)
		return has_word(pattern + 5, value);
	if (strcmp(pattern, "#") == 0)
		return is_number(value) && value[strspn(value, "0")] != '\0';
	if (strncmp(pattern, "# <", 3) == 0)
		return is_number(value) && value[strspn(value, "0")] != '\0' &&
		       strtoull(value, NULL, 10) < strtoull(pattern + 3, NULL, 10);
	return glob(pattern, strlen(pattern), value, strlen(value), star_r, star_n);
}
