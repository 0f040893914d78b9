/* SPDX-License-Identifier: MIT */
/*
 * A $name in a limit of Postfix that a program does not know. What main.cf and -o set all programs
 * know; of defaults, each has those that all share (global/mail_params.c), and those of its own
 * tables. Any other name is empty.
 */
#include "limits/limits.h"

#include <string.h>

#define DEPTH_MAX 20

/* Limits whose defaults every program has. */
static const char *const shared[] = {
	"line_length_limit",  "header_size_limit",          "header_address_token_limit",
	"mime_nesting_limit", "mime_boundary_length_limit", "default_process_limit",
	"message_size_limit",
};

bool reeve_limits_is_shared(const char *name)
{
	for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++)
		if (strcmp(shared[i], name) == 0)
			return true;
	return false;
}

/* Who looks at a limit of Postfix; NULL: it is none. */
static const char *reader_of(const char *name)
{
	for (size_t i = 0; i < reeve_limit_fact_count; i++)
		if (strcmp(reeve_limit_facts[i].program, "postfix") == 0 &&
		    strcmp(reeve_limit_facts[i].name, name) == 0)
			return reeve_limit_facts[i].enforced_by;
	return NULL;
}

/* Whether the one who reads `row` has no default of the limit `name` at that time. */
static bool lacks(struct reeve_limits *limits, const struct reeve_limit *row, const char *name)
{
	const char *reader = reader_of(name);

	if (reader == NULL || strcmp(row->name, name) == 0)
		return false;
	/* What is shared is read first, and the long of it last. */
	if (reeve_limits_is_shared(name))
		return reeve_limits_is_shared(row->name) && strcmp(name, "message_size_limit") == 0;
	reader = reeve_limits_text(limits, "%.*s", (int)strcspn(reader, ","), reader);
	return reeve_limits_is_shared(row->name) || strstr(row->enforced_by, reader) == NULL;
}

/* The name behind a '$': "$name", "${name}", "$(name)"; "" for what is more than a name. */
static const char *name_at(struct reeve_limits *limits, const char *text)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	bool is_braced = *text == '{' || *text == '(';
	size_t n;

	text += is_braced;
	n = strspn(text, letters);
	if (is_braced && text[n] != '}' && text[n] != ')')
		n = 0;
	return reeve_limits_text(limits, "%.*s", (int)n, text);
}

/* What the configuration says of a name, where the row stands; NULL: nothing. */
static const char *written(struct reeve_limits *limits, const struct reeve_limit *row,
                           const char *name)
{
	struct reeve_conf_setting setting;

	if (row->service != NULL &&
	    reeve_conf_get(limits->postfix,
	                   reeve_limits_text(limits, "%s/-o %s", row->service, name), 0, &setting,
	                   NULL) > 0)
		return reeve_limits_keep(limits, setting.value);
	return reeve_conf_get(limits->postfix, name, 0, &setting, NULL) > 0
	               ? reeve_limits_keep(limits, setting.value)
	               : NULL;
}

static const char *unknown_in(struct reeve_limits *limits, const struct reeve_limit *row,
                              const char *text, int depth)
{
	for (const char *at = strchr(text, '$'); at != NULL; at = strchr(at, '$')) {
		const char *name, *value, *unknown = NULL;

		at++;
		if (*at == '$') {
			at++;
			continue;
		}
		name = name_at(limits, at);
		value = name[0] == '\0' ? NULL : written(limits, row, name);
		if (value == NULL)
			unknown = lacks(limits, row, name) ? name : NULL;
		else if (depth < DEPTH_MAX)
			unknown = unknown_in(limits, row, value, depth + 1);
		if (unknown != NULL)
			return unknown;
	}
	return NULL;
}

const char *reeve_limits_unknown(struct reeve_limits *limits, const struct reeve_limit *row)
{
	struct reeve_conf_setting setting;

	if (row->program != REEVE_CONF_POSTFIX || row->file == NULL ||
	    reeve_conf_get(limits->postfix, row->path, 0, &setting, NULL) <= 0)
		return NULL;
	return unknown_in(limits, row, reeve_limits_keep(limits, setting.value), 0);
}
