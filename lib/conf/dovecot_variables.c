/* SPDX-License-Identifier: MIT */
/* Variables of a user in texts of Dovecot's configuration. */
#include "conf/dovecot_variables.h"

#include "base/buf.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES 4096

static const struct {
	const char *name;
	char letter; /* of 2.3; 0: none */
} variables[] = {
	{"user", 'u'}, {"username", 'n'}, {"domain", 'd'}, {"home", 'h'}, {"uid", 'i'}, {"gid", 0},
};

/* The value of a variable by its long name, in `id` if it is a number; NULL: not known. */
static const char *value_of(const char *name, size_t n, bool is_24, const struct reeve_whom *whom,
                            char id[16])
{
	const char *at = strchr(whom->name, '@');

	for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
		if (strlen(variables[i].name) != n || memcmp(variables[i].name, name, n) != 0)
			continue;
		switch (i) {
		case 0:
			return whom->name;
		case 1: /* a filter in 2.4 */
			return is_24 ? NULL : whom->name;
		case 2:
			return is_24 ? NULL : at == NULL ? "" : at + 1;
		case 3:
			return whom->home;
		default:
			if (!whom->has_ids)
				return NULL;
			snprintf(id, 16, "%u", (unsigned int)(i == 4 ? whom->uid : whom->gid));
			return id;
		}
	}
	return NULL;
}

/* How much of the value a variable named `name` takes: the local part ends at the '@'. */
static size_t length_of(const char *name, size_t n, const char *value)
{
	return n == 8 && memcmp(name, "username", 8) == 0 ? strcspn(value, "@") : strlen(value);
}

/*
 * A variable of 2.3 behind its '%': [-]OFFSET.WIDTH, modifiers, then a letter or {name}. Returns
 * what is behind it, or NULL.
 */
static const char *expand_23(const char *at, const struct reeve_whom *whom, struct reeve_buf *out)
{
	unsigned long offset = 0, width = 0;
	bool is_lower = false, is_upper = false, is_wide = false;
	const char *name = NULL, *value;
	size_t n = 0, length;
	char *end, id[16];

	if (*at == '%') {
		reeve_buf_add_byte(out, '%');
		return at + 1;
	}
	if (isdigit((unsigned char)*at)) {
		width = strtoul(at, &end, 10);
		is_wide = true;
		if (*end == '.' && isdigit((unsigned char)end[1])) {
			offset = width;
			width = strtoul(end + 1, &end, 10);
		}
		at = end;
	}
	for (; *at == 'L' || *at == 'U'; at++) {
		is_lower = *at == 'L';
		is_upper = *at == 'U';
	}
	if (*at == '{') {
		name = at + 1;
		n = strcspn(name, "}");
		if (name[n] == '\0')
			return NULL;
		at = name + n + 1;
	} else {
		for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
			if (*at != '\0' && variables[i].letter == *at) {
				name = variables[i].name;
				n = strlen(name);
			}
		if (name == NULL)
			return NULL;
		at++;
	}
	value = value_of(name, n, false, whom, id);
	if (value == NULL)
		return NULL;
	length = length_of(name, n, value);
	if (offset > length)
		offset = length;
	value += offset;
	length -= offset;
	if (is_wide && width < length)
		length = width;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)value[i];

		reeve_buf_add_byte(out, (unsigned char)(is_lower   ? tolower(c)
		                                        : is_upper ? toupper(c)
		                                                   : c));
	}
	return at;
}

/* The next word between '|', without blanks around it; false at the end. */
static bool next_word(const char **at, const char *end, const char **word_r, size_t *n_r)
{
	const char *word = *at, *stop;

	if (word > end)
		return false;
	stop = memchr(word, '|', (size_t)(end - word));
	if (stop == NULL)
		stop = end;
	*at = stop + 1;
	while (word < stop && *word == ' ')
		word++;
	while (stop > word && stop[-1] == ' ')
		stop--;
	*word_r = word;
	*n_r = (size_t)(stop - word);
	return true;
}

static bool is_word(const char *word, size_t n, const char *name)
{
	return strlen(name) == n && memcmp(word, name, n) == 0;
}

/* A variable of 2.4 behind its "%{". */
static const char *expand_24(const char *at, const struct reeve_whom *whom, struct reeve_buf *out)
{
	const char *end = strchr(at, '}'), *word, *value;
	char id[16], *text;
	size_t n;

	if (end == NULL || !next_word(&at, end, &word, &n))
		return NULL;
	value = value_of(word, n, true, whom, id);
	if (value == NULL || (text = strdup(value)) == NULL)
		return NULL;
	value = text;
	while (next_word(&at, end, &word, &n)) {
		char *stop = strchr(value, '@');

		if (is_word(word, n, "username")) {
			if (stop != NULL)
				*stop = '\0';
		} else if (is_word(word, n, "domain")) {
			value = stop == NULL ? value + strlen(value) : stop + 1;
		} else if (is_word(word, n, "lower") || is_word(word, n, "upper")) {
			for (char *p = text; *p != '\0'; p++)
				*p = (char)(word[0] == 'l' ? tolower((unsigned char)*p)
				                           : toupper((unsigned char)*p));
		} else {
			free(text);
			return NULL;
		}
	}
	reeve_buf_add_text(out, value);
	free(text);
	return end + 1;
}

char *reeve_dovecot_expand(const char *text, bool is_24, const struct reeve_whom *whom)
{
	struct reeve_buf out;
	char *result = NULL;

	reeve_buf_init(&out, TEXT_BYTES);
	for (const char *at = text; at != NULL && *at != '\0';) {
		if (*at == '%' && (!is_24 || at[1] == '{'))
			at = is_24 ? expand_24(at + 2, whom, &out) : expand_23(at + 1, whom, &out);
		else
			reeve_buf_add_byte(&out, (unsigned char)*at++);
		if (at == NULL)
			goto out;
	}
	if (!out.is_cut)
		result = strdup(reeve_buf_text(&out));
	if (out.has_failed) {
		free(result);
		result = NULL;
	}
out:
	reeve_buf_dispose(&out);
	return result;
}
