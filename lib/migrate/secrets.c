/* SPDX-License-Identifier: MIT */
/*
 * Values that whoever is told must not see: what is said goes to terminals, logs and mails. A
 * little more is hidden than by doveconf (hide_secrets_from_value() of 2.3.19), for old files have
 * more names of passwords. A diff is no talk: it has to be whole to be one.
 */
#include "migrate/hop.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_name(unsigned char byte)
{
	return isalnum(byte) || byte == '_' || byte == '-' || byte == '.';
}

/* "pass", "imapc_password", "dbpw" are no words that one could list; parts of them are. */
static bool has_part(const char *name, size_t n)
{
	static const char *const parts[] = {"pass", "pasw", "pwd", "secret"};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		for (size_t at = 0; at + strlen(parts[i]) <= n; at++)
			if (strncasecmp(name + at, parts[i], strlen(parts[i])) == 0)
				return true;
	return false;
}

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), length = strlen(end);

	return n > length && strcmp(name + n - length, end) == 0;
}

static bool is_white(unsigned char byte)
{
	return byte == ' ' || byte == '\t';
}

/* How long the value behind "password=" is: to a blank that no quote and no backslash holds. In
 * doubt, as with a quote that is not closed, it is all of the rest. */
static size_t value_length(const char *text)
{
	char quote = '\0';
	size_t n = 0;

	if (strncmp(text, "...", 3) == 0) /* hidden already, and the rest is ours */
		return 0;
	for (; text[n] != '\0' && (quote != '\0' || !is_white((unsigned char)text[n])); n++) {
		if (text[n] == '\\' && text[n + 1] != '\0')
			n++;
		else if (quote == '\0' && (text[n] == '\'' || text[n] == '"'))
			quote = text[n];
		else if (text[n] == quote)
			quote = '\0';
	}
	return n;
}

/* The length of "user:password" behind "://", to the last '@'; 0: there is none. */
static size_t user_part(const char *text)
{
	size_t n = strcspn(text, " \t");

	while (n > 0 && text[n - 1] != '@')
		n--;
	return n > 0 ? n - 1 : 0;
}

/* Whether the name in front of an '=' sounds like a password. */
static bool is_named_so(const char *text, const char *equals)
{
	const char *name, *end = equals;

	while (end > text && is_white((unsigned char)end[-1]))
		end--;
	for (name = end; name > text && is_name((unsigned char)name[-1]);)
		name--;
	return has_part(name, (size_t)(end - name));
}

const char *reeve_migrate_hide(struct migrate_hop *hop, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		const char *value = p;
		size_t n = 0;

		if (*p == '=' && is_named_so(text, p)) {
			for (value = p + 1; is_white((unsigned char)*value);)
				value++;
			n = value_length(value);
		} else if (strncmp(p, "://", 3) == 0) {
			value = p + 3;
			n = user_part(value);
		} else if (*p == ':' && is_named_so(text, p)) {
			value = p + 1; /* behind a blank it is a sentence of ours */
			n = value_length(value);
		}
		if (n == 0)
			continue;
		size_t at = (size_t)(value - text);
		text = reeve_migrate_text(hop, "%.*s...%s", (int)at, text, value + n);
		if (*text == '\0') /* no memory */
			return text;
		p = text + at + 2;
	}
	return text;
}

const char *reeve_migrate_shown(struct migrate_hop *hop, const struct migrate_site *site,
                                const struct migrate_rule *rule)
{
	const char *name = site->thing.type;
	bool is_secret = rule != NULL && strcmp(rule->row.old_name, "*") == 0 &&
	                 *rule->row.old_value == '\0';

	if (site->thing.name != NULL || *site->value == '\0' ||
	    strcasecmp(site->value, "yes") == 0 || strcasecmp(site->value, "no") == 0)
		return site->value;
	is_secret |= has_part(name, strlen(name));
	/* A key may be written out; mostly it is the name of a file. */
	is_secret |= (ends_in(name, "_key") || ends_in(name, "_nonce")) &&
	             (reeve_migrate_node(hop, site)->flags & REEVE_NODE_FROM_FILE) == 0;
	return is_secret ? "..." : reeve_migrate_hide(hop, site->value);
}
