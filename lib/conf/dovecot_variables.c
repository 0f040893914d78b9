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

/* A variable of 2.3, read: "%1.2Ln" is bytes 1 and 2 of the local part in lower case. */
struct variable_23 {
	const char *name; /* long, n bytes; NULL: "%%" */
	size_t n;
	unsigned long offset, width;
	bool is_lower, is_upper, is_wide;
};

/*
 * What stands behind a '%': OFFSET.WIDTH, modifiers, then a letter or {name}. Returns what is behind
 * it, or NULL; so with a '-', which 2.3 takes in front of both to count from the end.
 */
static const char *read_23(const char *at, struct variable_23 *is)
{
	char *end;

	*is = (struct variable_23){0};
	if (*at == '%')
		return at + 1;
	if (isdigit((unsigned char)*at)) {
		is->width = strtoul(at, &end, 10);
		is->is_wide = true;
		if (*end == '.' && isdigit((unsigned char)end[1])) {
			is->offset = is->width;
			is->width = strtoul(end + 1, &end, 10);
		}
		at = end;
	}
	for (; *at == 'L' || *at == 'U'; at++) {
		is->is_lower = *at == 'L';
		is->is_upper = *at == 'U';
	}
	if (*at == '{') {
		is->name = at + 1;
		is->n = strcspn(is->name, "}");
		return is->name[is->n] == '\0' ? NULL : is->name + is->n + 1;
	}
	for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
		if (*at != '\0' && variables[i].letter == *at) {
			is->name = variables[i].name;
			is->n = strlen(is->name);
		}
	return is->name == NULL ? NULL : at + 1;
}

/* A variable of 2.3 behind its '%'. Returns what is behind it, or NULL. */
static const char *expand_23(const char *at, const struct reeve_whom *whom, struct reeve_buf *out)
{
	struct variable_23 is;
	const char *value;
	size_t length;
	char id[16];

	at = read_23(at, &is);
	if (at == NULL)
		return NULL;
	if (is.name == NULL) {
		reeve_buf_add_byte(out, '%');
		return at;
	}
	value = value_of(is.name, is.n, false, whom, id);
	if (value == NULL)
		return NULL;
	length = length_of(is.name, is.n, value);
	if (is.offset > length)
		is.offset = length;
	value += is.offset;
	length -= is.offset;
	if (is.is_wide && is.width < length)
		length = is.width;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)value[i];

		reeve_buf_add_byte(out, (unsigned char)(is.is_lower   ? tolower(c)
		                                        : is.is_upper ? toupper(c)
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

/* ---- the other way -------------------------------------------------------------------------- */

/* What a variable of 2.4 is of the name, behind its "%{". */
static const char *piece_24(const char *at, struct reeve_piece *piece)
{
	const char *end = strchr(at, '}'), *word;
	size_t n;

	piece->kind = REEVE_PIECE_OTHER;
	if (end == NULL)
		return NULL;
	if (!next_word(&at, end, &word, &n) || !is_word(word, n, "user"))
		return end + 1;
	piece->kind = REEVE_PIECE_USER;
	while (next_word(&at, end, &word, &n)) {
		bool is_username = is_word(word, n, "username"), is_domain = is_word(word, n, "domain");

		if (is_word(word, n, "lower") || is_word(word, n, "upper"))
			continue;
		if (!is_username && !is_domain)
			piece->kind = REEVE_PIECE_OTHER;
		else if (piece->kind == REEVE_PIECE_USER)
			piece->kind = is_username ? REEVE_PIECE_USERNAME : REEVE_PIECE_DOMAIN;
		else if (piece->kind != REEVE_PIECE_OTHER)
			piece->kind = REEVE_PIECE_PART;
	}
	return end + 1;
}

static const char *piece_23(const char *at, struct reeve_piece *piece)
{
	static const enum reeve_piece_kind kinds[] = {REEVE_PIECE_USER, REEVE_PIECE_USERNAME,
	                                              REEVE_PIECE_DOMAIN};
	struct variable_23 is;
	const char *end = read_23(at, &is);

	piece->kind = REEVE_PIECE_OTHER;
	if (end == NULL)
		return NULL;
	if (is.name == NULL) {
		*piece = (struct reeve_piece){REEVE_PIECE_TEXT, at, 1};
		return end;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (is_word(is.name, is.n, variables[i].name))
			piece->kind = is.is_wide ? REEVE_PIECE_PART : kinds[i];
	return end;
}

int reeve_dovecot_piece(const char **at, bool is_24, struct reeve_piece *piece_r)
{
	const char *start = *at, *end = start;

	*piece_r = (struct reeve_piece){.text = start};
	if (*start == '\0')
		return 0;
	if (*start == '%' && (!is_24 || start[1] == '{')) {
		end = is_24 ? piece_24(start + 2, piece_r) : piece_23(start + 1, piece_r);
		if (end == NULL)
			return -1;
		*at = end;
		if (piece_r->kind != REEVE_PIECE_TEXT)
			piece_r->length = (size_t)(end - start);
		return 1;
	}
	for (end++; *end != '\0' && (*end != '%' || (is_24 && end[1] != '{'));)
		end++;
	piece_r->length = (size_t)(end - start);
	*at = end;
	return 1;
}

/* Whether `text` is what `rest` says, from where `is` is known; one that varies has to be something. */
static bool match(const char *rest, bool is_24, const char *text, struct reeve_match *is)
{
	struct reeve_piece piece;
	struct reeve_match_part *known = NULL, before;
	int more = reeve_dovecot_piece(&rest, is_24, &piece);

	if (more <= 0)
		return more == 0 && *text == '\0';
	switch (piece.kind) {
	case REEVE_PIECE_TEXT:
		return strncmp(text, piece.text, piece.length) == 0 &&
		       match(rest, is_24, text + piece.length, is);
	case REEVE_PIECE_USER:
		known = &is->user;
		break;
	case REEVE_PIECE_USERNAME:
		known = &is->username;
		break;
	case REEVE_PIECE_DOMAIN:
		known = &is->domain;
		break;
	case REEVE_PIECE_PART:
		break;
	case REEVE_PIECE_OTHER:
		return false;
	}
	before = known == NULL ? (struct reeve_match_part){0} : *known;
	for (size_t n = 1, most = strcspn(text, "/"); n <= most; n++) {
		if (before.text != NULL &&
		    (before.length != n || strncasecmp(before.text, text, n) != 0))
			continue;
		if (known != NULL && before.text == NULL)
			*known = (struct reeve_match_part){text, n};
		if (match(rest, is_24, text + n, is))
			return true;
	}
	if (known != NULL)
		*known = before;
	return false;
}

bool reeve_dovecot_match(const char *pattern, bool is_24, const char *text, struct reeve_match *match_r)
{
	*match_r = (struct reeve_match){.user = {0}};
	return match(pattern, is_24, text, match_r);
}
