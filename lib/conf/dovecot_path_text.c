/* SPDX-License-Identifier: MIT */
/* PATHs of Dovecot settings as text: written for a place, and read without files. */
#include "conf/dovecot_path.h"

#include <string.h>

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* ---- written ------------------------------------------------------------------------------- */

static void add_quoted(struct reeve_buf *buf, const char *text, size_t n)
{
	reeve_buf_add_byte(buf, '"');
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '"' || text[i] == '\\')
			reeve_buf_add_byte(buf, '\\');
		reeve_buf_add_byte(buf, (unsigned char)text[i]);
	}
	reeve_buf_add_byte(buf, '"');
}

/* A word of a PATH, in quotes if it would be read as something else. */
static void add_word(struct reeve_buf *buf, const char *text, size_t n)
{
	bool is_plain = n > 0 && text[n - 1] != ']';

	for (size_t i = 0; i < n; i++)
		is_plain &= (unsigned char)text[i] > ' ' && text[i] != '"' && text[i] != '=';
	if (is_plain)
		reeve_buf_add(buf, text, n);
	else
		add_quoted(buf, text, n);
}

static void add_block(const struct reeve_places *places, uint32_t n, struct reeve_buf *buf)
{
	const struct reeve_place *place = &places->places[n];
	char number[16], *p = number + sizeof number;

	add_word(buf, place->type, strlen(place->type));
	if (*place->name != '\0') {
		reeve_buf_add_byte(buf, ' ');
		add_word(buf, place->name, strlen(place->name));
	}
	if (place->number == 0 || places->places[place->family].count < 2)
		return;
	*--p = ']';
	for (uint32_t rest = place->number; rest > 0; rest /= 10)
		*--p = (char)('0' + rest % 10);
	*--p = '[';
	reeve_buf_add(buf, p, (size_t)(number + sizeof number - p));
}

void reeve_places_path(struct reeve_places *places, uint32_t place, const void *name, size_t n,
                       struct reeve_buf *buf)
{
	struct reeve_place *all = places->places;

	/* From the outside in, by links that are made from the inside out. */
	all[place].below = 0;
	for (uint32_t at = place; at != 0; at = all[at].parent)
		all[all[at].parent].below = at;
	for (uint32_t at = place == 0 ? 0 : all[0].below; at != 0 && !buf->is_cut;
	     at = all[at].below) {
		add_block(places, at, buf);
		if (name != NULL || at != place)
			reeve_buf_add_byte(buf, '/');
	}
	if (name != NULL)
		add_word(buf, name, n);
}

/* ---- read ---------------------------------------------------------------------------------- */

const char *reeve_path_number(const char *path, uint32_t *number_r)
{
	*number_r = 0;
	if (*path == '[') {
		for (path++; *path >= '0' && *path <= '9' && *number_r < UINT32_MAX / 20; path++)
			*number_r = *number_r * 10 + (uint32_t)(*path - '0');
		if (*path++ != ']' || *number_r == 0)
			return NULL;
	}
	return *path == '/' ? path + 1 : NULL;
}

static bool is_word_of(const char *const *words, const char *word, size_t n)
{
	for (; *words != NULL; words++) {
		if (strlen(*words) == n && memcmp(*words, word, n) == 0)
			return true;
	}
	return false;
}

/* Types of blocks that have no name, so that what stands before them is no beginning of one. */
static const char *const nameless[] = {"plugin", "passdb",       "userdb", "namespace",
                                       "dict",   "mail_plugins", NULL};

/* Types of blocks that always have one, as doveconf(1) writes them: service/auth/ is service auth.
 */
static const char *const named[] = {"service",       "protocol", "unix_listener",  "fifo_listener",
                                    "inet_listener", "mailbox",  "local",          "local_name",
                                    "remote",        "metric",   "event_exporter", NULL};

/* A word in quotes, decoded. Returns what follows them; NULL if they do not close. */
static const char *read_quoted(const char *text, struct reeve_buf *word)
{
	for (text++; *text != '"'; text++) {
		if (*text == '\\')
			text++;
		if (*text == '\0')
			return NULL;
		reeve_buf_add_byte(word, (unsigned char)*text);
	}
	return text + 1;
}

/*
 * Where a name without quotes ends, at a '/' (or NULL). It goes on over slashes as long as what
 * follows cannot be a block, nor the setting at the end: /var/run/auth/mode is /var/run/auth.
 */
static const char *name_end(const char *name)
{
	const char *slash = *name == '\0' ? NULL : strchr(name + 1, '/'), *next;

	for (; slash != NULL && (next = strchr(slash + 1, '/')) != NULL; slash = next) {
		size_t n = (size_t)(next - slash - 1), to_blank = strcspn(slash + 1, " \t[\"");

		if (to_blank < n || is_word_of(nameless, slash + 1, n) ||
		    is_word_of(named, slash + 1, n))
			break;
	}
	return slash;
}

const char *reeve_path_step(const char *text, struct reeve_buf *type, struct reeve_buf *name,
                            uint32_t *number_r)
{
	const char *at = text + strcspn(text, " \t/[\""), *end;

	reeve_buf_clear(type);
	reeve_buf_clear(name);
	*number_r = 0;
	if (*text == '"')
		at = read_quoted(text, type);
	else
		reeve_buf_add(type, text, (size_t)(at - text));
	if (at == NULL || *at == '\0' || strchr(text, '/') == NULL) {
		reeve_buf_clear(type);
		if (at != NULL && *text == '"' && *at == '\0')
			read_quoted(text, type);
		else
			reeve_buf_add_text(type, text);
		return NULL;
	}
	if (*at == '/' && strchr(at + 1, '/') != NULL &&
	    is_word_of(named, text, (size_t)(at - text))) {
		at++;
	} else {
		while (is_blank(*at))
			at++;
	}
	if (*at == '"') {
		at = read_quoted(at, name);
	} else if (*at != '/' && *at != '[') {
		end = name_end(at);
		if (end != NULL) {
			const char *number = end;

			/* A number behind the name. */
			if (number > at && number[-1] == ']') {
				for (number--; number > at && *number != '['; number--)
					;
				if (number == at)
					number = end;
			}
			reeve_buf_add(name, at, (size_t)(number - at));
			at = number;
		} else {
			at = NULL;
		}
	} else if (*at == '/' && at > text && (is_blank(at[-1]) || at[-1] == '/')) {
		/* A name that is a path. */
		end = name_end(at);
		if (end != NULL)
			reeve_buf_add(name, at, (size_t)(end - at));
		at = end;
	}
	end = at == NULL ? NULL : reeve_path_number(at, number_r);
	if (end == NULL) {
		reeve_buf_clear(type);
		reeve_buf_clear(name);
		reeve_buf_add_text(type, text);
	}
	return end;
}
