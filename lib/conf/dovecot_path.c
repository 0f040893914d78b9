/* SPDX-License-Identifier: MIT */
/* Places of a Dovecot configuration, and PATHs that name their settings. */
#include "conf/dovecot_path.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_NAME = 1 << 20 };

/*
 * Blocks that are as many as they are written, if they have no name: Dovecot 2.0 to 2.3 numbers
 * them as it reads (config-parser.c, section_counter).
 */
static bool is_numbered(const struct reeve_place *above, const char *type, const char *name)
{
	static const char *const types[] = {
		"passdb",        "userdb",        "namespace",     "mailbox", "service",
		"inet_listener", "unix_listener", "fifo_listener", "metric",  "event_exporter"};

	/* 1.x: in `auth x {` the name of a passdb is its driver; sockets are told apart by their
	 * path. */
	if (strcmp(above->type, "auth") == 0 &&
	    (strcmp(type, "passdb") == 0 || strcmp(type, "userdb") == 0 ||
	     strcmp(type, "socket") == 0))
		return true;
	if (strcmp(above->type, "socket") == 0)
		return true;
	for (size_t i = 0; *name == '\0' && i < sizeof types / sizeof types[0]; i++) {
		if (strcmp(type, types[i]) == 0)
			return true;
	}
	return false;
}

/* ---- look-up ------------------------------------------------------------------------------- */

/* Of a block and all around it: of the one around it, and its own words. */
static uint64_t hash_of(uint64_t above, const char *type, const char *name, uint32_t number)
{
	uint64_t hash = UINT64_C(14695981039346656037) ^ above ^ number; /* FNV-1a */

	for (; *type != '\0'; type++)
		hash = (hash ^ (unsigned char)*type) * UINT64_C(1099511628211);
	hash = (hash ^ ' ') * UINT64_C(1099511628211);
	for (; *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) * UINT64_C(1099511628211);
	return (hash ^ hash >> 32) * UINT64_C(0x9e3779b97f4a7c15);
}

static uint32_t *head_of(const struct reeve_places *places, uint64_t hash)
{
	return &places->heads[(hash >> 20) % places->head_count];
}

/* The place of such a block that is there; 0: none. */
static uint32_t look_up(const struct reeve_places *places, uint32_t parent, const char *type,
                        const char *name, uint32_t number)
{
	uint64_t hash = hash_of(places->places[parent].hash, type, name, number);
	uint32_t n = *head_of(places, hash);

	for (; n != 0; n = places->places[n].next) {
		const struct reeve_place *place = &places->places[n];

		if (place->hash == hash && place->parent == parent && place->number == number &&
		    strcmp(place->type, type) == 0 && strcmp(place->name, name) == 0)
			break;
	}
	return n;
}

/* ---- matching ------------------------------------------------------------------------------ */

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* What is left of `path` behind `name`, which is there as it is or in quotes; NULL if it is not. */
static const char *after_plain(const char *path, const char *name, size_t n)
{
	return n == 0 || strncmp(path, name, n) == 0 ? path + n : NULL;
}

static const char *after_quoted(const char *path, const char *name, size_t n)
{
	if (*path++ != '"')
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (*path == '\\')
			path++;
		else if (*path == '"')
			return NULL;
		if (*path++ != name[i])
			return NULL;
	}
	return *path == '"' ? path + 1 : NULL;
}

static void add_reading(struct reeve_places *places, struct reeve_place *place, const char *rest,
                        bool is_loose)
{
	uint32_t offset = (uint32_t)(rest - places->path);

	for (unsigned int i = 0; i < place->reading_count; i++) {
		if (place->readings[i].offset == offset) {
			place->readings[i].is_loose &= is_loose;
			return;
		}
	}
	if (place->reading_count < REEVE_PATH_READINGS) {
		place->readings[place->reading_count].offset = offset;
		place->readings[place->reading_count++].is_loose = is_loose;
	}
}

/* The end of a block in a PATH: its number, if any, and a slash. */
static void read_end(struct reeve_places *places, struct reeve_place *place, const char *path,
                     bool is_loose)
{
	uint32_t number;
	const char *rest = path == NULL ? NULL : reeve_path_number(path, &number);

	if (rest == NULL || (number > 0 && number != (place->number > 0 ? place->number : 1)))
		return;
	add_reading(places, place, rest,
	            is_loose || (number == 0 && places->places[place->family].count > 1));
}

static void read_block(struct reeve_places *places, struct reeve_place *place, const char *path,
                       bool is_loose)
{
	size_t type = strlen(place->type), name = strlen(place->name);
	const char *rest = type == 0 ? NULL : after_plain(path, place->type, type), *at;

	if (rest == NULL) /* always so where there is none */
		rest = after_quoted(path, place->type, type);
	if (rest == NULL)
		return;
	if (name == 0) {
		read_end(places, place, rest, is_loose);
		return;
	}
	for (at = rest; is_blank(*at); at++)
		;
	if (at == rest && *at == '/') {
		at++;
		is_loose = true; /* it could be a block whose type has a slash */
	}
	if (at > rest) {
		read_end(places, place, after_plain(at, place->name, name), is_loose);
		read_end(places, place, after_quoted(at, place->name, name), is_loose);
	}
	/* What has no name is meant where none is given. */
	if (*rest == '/' && look_up(places, place->parent, place->type, "", 0) == 0)
		read_end(places, place, rest, true);
}

void reeve_places_read(struct reeve_places *places)
{
	if (places->path == NULL || places->has_failed)
		return;
	places->places[0].reading_count = 0;
	add_reading(places, &places->places[0], places->path, false);
	for (uint32_t n = 1; n < places->count; n++) { /* the one around a place is before it */
		struct reeve_place *place = &places->places[n];
		const struct reeve_place *above = &places->places[place->parent];

		place->reading_count = 0;
		for (unsigned int i = 0; i < above->reading_count; i++)
			read_block(places, place, places->path + above->readings[i].offset,
			           above->readings[i].is_loose);
	}
}

enum reeve_path_match reeve_places_match(const struct reeve_places *places, uint32_t place,
                                         const void *name, size_t n)
{
	const struct reeve_place *here = &places->places[place];
	enum reeve_path_match match = REEVE_PATH_OTHER;

	if (places->path == NULL || places->beyond > 0)
		return REEVE_PATH_OTHER;
	for (unsigned int i = 0; i < here->reading_count; i++) {
		const char *path = places->path + here->readings[i].offset, *end;

		end = after_plain(path, name, n);
		if (end == NULL || *end != '\0')
			end = after_quoted(path, name, n);
		if (end == NULL || *end != '\0')
			continue;
		if (!here->readings[i].is_loose)
			return REEVE_PATH_EXACT;
		match = REEVE_PATH_LOOSE;
	}
	return match;
}

/* ---- places -------------------------------------------------------------------------------- */

/* Twice as many heads, once there are as many places. */
static bool grow(struct reeve_places *places)
{
	uint32_t head_count = places->head_count * 2 + 64;
	uint32_t *heads = calloc(head_count, sizeof *heads);
	struct reeve_place *all = realloc(places->places, head_count * sizeof *all);

	if (all != NULL)
		places->places = all;
	if (heads == NULL || all == NULL) {
		free(heads);
		places->has_failed = true;
		return false;
	}
	places->room = head_count;
	free(places->heads);
	places->heads = heads;
	places->head_count = head_count;
	for (uint32_t n = 1; n < places->count; n++) {
		struct reeve_place *place = &all[n];
		uint32_t *head = head_of(places, place->hash);

		place->next = *head;
		*head = n;
	}
	return true;
}

static uint32_t find(struct reeve_places *places, uint32_t parent, const char *type,
                     const char *name, uint32_t number, uint32_t family)
{
	uint64_t hash = hash_of(places->places[parent].hash, type, name, number);
	uint32_t n = look_up(places, parent, type, name, number);

	if (n != 0)
		return n;
	if (places->count == places->room && !grow(places))
		return 0;

	struct reeve_place *place = &places->places[n = places->count];
	uint32_t *head = head_of(places, hash);
	*place = (struct reeve_place){
		.parent = parent,
		.number = number,
		.family = number > 0 ? family : n,
		.next = *head,
		.hash = hash,
	};
	if (number > 0) {
		place->type = places->places[family].type;
		place->name = places->places[family].name;
	} else {
		place->type = reeve_arena_strndup(places->arena, type, strlen(type));
		place->name = reeve_arena_strndup(places->arena, name, strlen(name));
	}
	if (place->type == NULL || place->name == NULL) {
		places->has_failed = true;
		return 0;
	}
	places->count++;
	*head = n;
	return n;
}

void reeve_places_enter(struct reeve_places *places, struct reeve_doc *doc, uint32_t node)
{
	const char *type, *name;
	uint32_t parent = places->at, n;

	if (places->has_failed)
		return;
	if (places->depth == REEVE_PATH_DEPTH) {
		places->beyond++;
		return;
	}
	places->depth++;
	reeve_buf_clear(&places->type);
	reeve_buf_clear(&places->name);
	reeve_dovecot_name(doc, node, &places->type);
	reeve_dovecot_value(doc, node, &places->name);
	type = reeve_buf_text(&places->type);
	name = reeve_buf_text(&places->name);
	if (places->type.has_failed || places->name.has_failed) {
		places->has_failed = true;
		return;
	}
	n = find(places, parent, type, name, 0, 0);
	if (n != 0 && is_numbered(&places->places[parent], type, name)) {
		struct reeve_place *family = &places->places[n];
		uint32_t number = ++family->seen;

		if (family->count < number)
			family->count = number;
		n = find(places, parent, type, name, number, n);
	}
	places->at = n;
	places->places[n].doc = doc;
	places->places[n].node = node;
}

void reeve_places_leave(struct reeve_places *places)
{
	if (places->has_failed)
		return;
	if (places->beyond > 0) {
		places->beyond--;
		return;
	}
	places->depth--;
	places->at = places->places[places->at].parent;
}

void reeve_places_rewind(struct reeve_places *places)
{
	for (uint32_t n = 0; n < places->count; n++)
		places->places[n].seen = 0;
	places->at = places->depth = places->beyond = 0;
}

struct reeve_places *reeve_places_new(const char *path)
{
	struct reeve_places *places = calloc(1, sizeof *places);

	if (places == NULL)
		return NULL;
	reeve_buf_init(&places->type, MAX_NAME);
	reeve_buf_init(&places->name, MAX_NAME);
	places->path = path;
	places->arena = reeve_arena_new();
	if (places->arena == NULL || !grow(places)) {
		reeve_places_free(places);
		return NULL;
	}
	places->places[0] = (struct reeve_place){.type = "", .name = ""};
	places->count = 1;
	return places;
}

void reeve_places_free(struct reeve_places *places)
{
	if (places == NULL)
		return;
	reeve_buf_dispose(&places->type);
	reeve_buf_dispose(&places->name);
	reeve_arena_free(places->arena);
	free(places->places);
	free(places->heads);
	free(places);
}
