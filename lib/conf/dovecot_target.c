/* SPDX-License-Identifier: MIT */
/* What a PATH means in a configuration, found by walking through it. */
#include "base/error.h"
#include "base/rows.h"
#include "conf/dovecot_edit.h"
#include "conf/dovecot_walk.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_TOLD = 4 }; /* of what a PATH could mean */

struct reeve_places *dovecot_places_of(struct reeve_conf *conf, const char *path)
{
	struct reeve_places *places = reeve_places_new(path);
	struct reeve_walk walk;
	enum reeve_walk_event event;

	if (places == NULL)
		return NULL;
	reeve_walk_init(&walk, conf);
	while ((event = reeve_walk_next(&walk)) != REEVE_WALK_END) {
		if (event == REEVE_WALK_ENTER)
			reeve_places_enter(places, walk.doc, walk.node);
		else if (event == REEVE_WALK_LEAVE)
			reeve_places_leave(places);
	}
	reeve_places_read(places);
	reeve_places_rewind(places);
	if (walk.has_failed || places->has_failed) {
		reeve_places_free(places);
		places = NULL;
	}
	reeve_walk_dispose(&walk);
	return places;
}

/* ---- settings ------------------------------------------------------------------------------ */

static bool add_found(struct dovecot_target *target, const struct reeve_walk *walk)
{
	struct dovecot_at *found =
		reeve_rows_grow(target->found, sizeof *found, target->count, &target->room);

	if (found == NULL)
		return false;
	target->found = found;
	target->found[target->count++] =
		(struct dovecot_at){walk->doc, walk->node, target->places->at};
	return true;
}

/* An exact one throws out those that were found before because there might be no better. */
static bool see_setting(struct dovecot_target *target, const struct reeve_walk *walk,
                        struct reeve_buf *name)
{
	enum reeve_path_match match;

	reeve_buf_clear(name);
	reeve_dovecot_name(walk->doc, walk->node, name);
	match = reeve_places_match(target->places, target->places->at, name->bytes, name->length);
	if (match == REEVE_PATH_OTHER || match < target->level)
		return !name->has_failed;
	if (match > target->level)
		target->count = 0;
	target->level = match;
	return add_found(target, walk);
}

static int find_settings(struct dovecot_target *target, struct reeve_error *err)
{
	struct reeve_walk walk;
	struct reeve_buf name;
	enum reeve_walk_event event;
	bool is_good = true;

	reeve_buf_init(&name, REEVE_CONF_MAX_BYTES);
	reeve_walk_init(&walk, target->conf);
	while (is_good && (event = reeve_walk_next(&walk)) != REEVE_WALK_END) {
		if (event == REEVE_WALK_ENTER)
			reeve_places_enter(target->places, walk.doc, walk.node);
		else if (event == REEVE_WALK_LEAVE)
			reeve_places_leave(target->places);
		else if (event == REEVE_WALK_SETTING)
			is_good = see_setting(target, &walk, &name);
	}
	is_good = is_good && !walk.has_failed && !target->places->has_failed;
	reeve_walk_dispose(&walk);
	reeve_buf_dispose(&name);
	return is_good ? 0 : reeve_fail_nomem(err);
}

/* ---- several ------------------------------------------------------------------------------- */

/* "'passdb[1]/driver' (FILE:LINE)" for the first place that a walk meets in each of `places`. */
static void add_choice(struct dovecot_target *target, const struct dovecot_at *at,
                       struct reeve_buf *buf)
{
	uint64_t line, column;
	char number[24], *p = number + sizeof number;

	reeve_buf_add_text(buf, buf->length > 0 ? ", '" : "'");
	reeve_places_path(target->places, at->place, NULL, 0, buf);
	reeve_buf_add_text(buf, "'");
	if (at->doc == NULL)
		return;
	reeve_doc_where(at->doc, at->doc->nodes[at->node].name, &line, &column);
	for (; line > 0; line /= 10)
		*--p = (char)('0' + line % 10);
	reeve_buf_add_text(buf, " (");
	reeve_buf_add_text(buf, at->doc->path);
	reeve_buf_add_text(buf, ":");
	reeve_buf_add(buf, p, (size_t)(number + sizeof number - p));
	reeve_buf_add_text(buf, ")");
}

static int fail_several(struct dovecot_target *target, const struct dovecot_at *found, size_t count,
                        struct reeve_error *err)
{
	struct reeve_buf buf;
	uint32_t before = 0;
	int told = 0;

	reeve_buf_init(&buf, 800);
	for (size_t i = 0; i < count && told < MAX_TOLD; i++) {
		if (told > 0 && found[i].place == before)
			continue;
		add_choice(target, &found[i], &buf);
		before = found[i].place;
		told++;
	}
	reeve_fail(err, REEVE_EUSAGE, "'%s' could be in %s", target->path, reeve_buf_text(&buf));
	reeve_buf_dispose(&buf);
	return -1;
}

/* Loose ones must all be in one place. */
static int check_single(struct dovecot_target *target, struct reeve_error *err)
{
	for (size_t i = 1; target->level == REEVE_PATH_LOOSE && i < target->count; i++) {
		if (target->found[i].place != target->found[0].place)
			return fail_several(target, target->found, target->count, err);
	}
	return 0;
}

/* ---- nothing ------------------------------------------------------------------------------- */

/* Whether what is left of a PATH can be one: blocks, and a setting at the end. */
static bool is_path(const char *text)
{
	struct reeve_buf type, name;
	uint32_t number;
	bool is_good = true;

	reeve_buf_init(&type, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&name, REEVE_CONF_MAX_BYTES);
	for (const char *at = text; at != NULL && is_good;) {
		at = reeve_path_step(at, &type, &name, &number);
		is_good = type.length > 0 && !type.has_failed && !name.has_failed;
	}
	/* What could not be read as blocks is one name, and no setting has such a one. */
	is_good = is_good && memchr(type.bytes, '/', type.length) == NULL;
	reeve_buf_dispose(&type);
	reeve_buf_dispose(&name);
	return is_good;
}

/* How many blocks a PATH has at `text`. */
static unsigned int count_steps(const char *text)
{
	struct reeve_buf type, name;
	uint32_t number;
	unsigned int count = 0;

	reeve_buf_init(&type, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&name, REEVE_CONF_MAX_BYTES);
	while ((text = reeve_path_step(text, &type, &name, &number)) != NULL)
		count++;
	reeve_buf_dispose(&type);
	reeve_buf_dispose(&name);
	return count;
}

/*
 * The place where least of the PATH is missing, exact ones before loose ones. Several loose ones
 * that are as good: nobody knows which is meant.
 */
static int find_place(struct dovecot_target *target, struct reeve_error *err)
{
	struct reeve_places *places = target->places;
	unsigned int best = 0;
	bool is_loose = false, is_several = false;
	uint32_t other = 0;

	target->rest = NULL;
	for (uint32_t n = 0; n < places->count; n++) {
		const struct reeve_place *place = &places->places[n];

		/* Numbered ones are kept by their family, which is no place. */
		if (place->number == 0 && place->count > 0)
			continue;
		for (unsigned int i = 0; i < place->reading_count; i++) {
			const char *rest = target->path + place->readings[i].offset;
			bool loose = place->readings[i].is_loose;
			unsigned int steps = count_steps(rest);

			if (!is_path(rest))
				continue;
			if (target->rest == NULL || steps < best ||
			    (steps == best && is_loose && !loose)) {
				target->place = n;
				target->rest = rest;
				best = steps;
				is_loose = loose;
				is_several = false;
			} else if (steps == best && is_loose && loose && n != target->place) {
				is_several = true;
				other = n;
			}
		}
	}
	if (target->rest == NULL)
		return reeve_fail(err, REEVE_EUSAGE, "'%s' names no setting", target->path);
	if (is_several) {
		const struct reeve_place *a = &places->places[target->place];
		const struct reeve_place *b = &places->places[other];
		struct dovecot_at two[] = {{a->doc, a->node, target->place},
		                           {b->doc, b->node, other}};

		return fail_several(target, two, 2, err);
	}
	return 0;
}

int dovecot_target_find(struct dovecot_target *target, struct reeve_conf *conf, const char *path,
                        struct reeve_error *err)
{
	*target = (struct dovecot_target){.conf = conf, .path = path};
	reeve_buf_init(&target->text, REEVE_CONF_MAX_BYTES);
	target->places = dovecot_places_of(conf, path);
	if (target->places == NULL)
		return reeve_fail_nomem(err);
	if (find_settings(target, err) < 0 || check_single(target, err) < 0)
		return -1;
	return target->count > 0 ? 0 : find_place(target, err);
}

int dovecot_target_again(struct dovecot_target *target, struct reeve_error *err)
{
	const struct dovecot_at *at = &target->found[target->count - 1];
	struct reeve_buf name;

	reeve_buf_init(&name, REEVE_CONF_MAX_BYTES);
	reeve_dovecot_name(at->doc, at->node, &name);
	reeve_buf_clear(&target->text);
	reeve_places_path(target->places, 0, name.bytes, name.length, &target->text);
	target->rest = reeve_buf_text(&target->text);
	target->place = at->place;
	target->text.has_failed |= name.has_failed;
	reeve_buf_dispose(&name);
	return target->text.has_failed ? reeve_fail_nomem(err) : 0;
}

int dovecot_target_whole(struct dovecot_target *target, struct reeve_error *err)
{
	const struct reeve_place *places = target->places->places;
	struct reeve_buf text;

	for (uint32_t n = target->place; n != 0; n = places[n].parent) {
		if (places[n].number > 0)
			return reeve_fail(err, REEVE_EREFUSED,
			                  "'%s': its block is in '%s', outside of the folder, and "
			                  "another '%s' would not be the same",
			                  target->path, places[n].doc->path, places[n].type);
	}
	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	reeve_places_path(target->places, target->place, NULL, 0, &text);
	reeve_buf_add_byte(&text, '/');
	reeve_buf_add_text(&text, target->rest);
	reeve_buf_dispose(&target->text);
	target->text = text;
	target->rest = reeve_buf_text(&target->text);
	target->place = 0;
	return text.has_failed ? reeve_fail_nomem(err) : 0;
}

void dovecot_target_dispose(struct dovecot_target *target)
{
	reeve_places_free(target->places);
	free(target->found);
	reeve_buf_dispose(&target->text);
	*target = (struct dovecot_target){0};
}

/* ---- sums ---------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ p[i]) * UINT64_C(1099511628211); /* FNV-1a */
	return (hash ^ n) * UINT64_C(1099511628211);
}

static void add_event(struct dovecot_sum *sum, const struct reeve_walk *walk,
                      const struct reeve_places *places, enum reeve_walk_event event,
                      struct reeve_buf *text)
{
	uint64_t hash = sum->others;
	unsigned int what = (unsigned int)event * 256U + walk->doc->nodes[walk->node].flags;

	reeve_buf_clear(text);
	hash = mix(hash, &what, sizeof what);
	hash = mix(hash, &places->places[places->at].hash, sizeof places->places[0].hash);
	hash = mix(hash, &places->beyond, sizeof places->beyond);
	if (event == REEVE_WALK_SETTING || event == REEVE_WALK_INCLUDE) {
		bool is_quoted = reeve_dovecot_is_quoted(walk->doc, walk->node);

		reeve_dovecot_name(walk->doc, walk->node, text);
		reeve_buf_add_byte(text, '=');
		reeve_buf_add_byte(text, is_quoted ? '"' : ' ');
		reeve_dovecot_value(walk->doc, walk->node, text);
	}
	sum->others = mix(hash, text->bytes, text->length);
}

int dovecot_sum_take(struct dovecot_sum *sum, struct reeve_conf *conf, const char *path,
                     enum reeve_path_match level, struct reeve_error *err)
{
	struct reeve_places *places = dovecot_places_of(conf, path);
	struct reeve_walk walk;
	struct reeve_buf text;
	enum reeve_walk_event event;
	bool is_good = places != NULL;

	*sum = (struct dovecot_sum){0};
	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	reeve_walk_init(&walk, conf);
	while (is_good && (event = reeve_walk_next(&walk)) != REEVE_WALK_END) {
		if (event == REEVE_WALK_ENTER) {
			reeve_places_enter(places, walk.doc, walk.node);
			continue;
		}
		if (event == REEVE_WALK_LEAVE) {
			reeve_places_leave(places);
			continue;
		}
		if (event == REEVE_WALK_SETTING) {
			reeve_buf_clear(&text);
			reeve_dovecot_name(walk.doc, walk.node, &text);
			if (reeve_places_match(places, places->at, text.bytes, text.length) >=
			    level) {
				sum->count++;
				sum->last = (struct dovecot_at){walk.doc, walk.node, places->at};
				continue;
			}
		}
		add_event(sum, &walk, places, event, &text);
		is_good = !text.has_failed;
	}
	is_good = is_good && !walk.has_failed && !places->has_failed;
	reeve_walk_dispose(&walk);
	reeve_buf_dispose(&text);
	reeve_places_free(places);
	return is_good ? 0 : reeve_fail_nomem(err);
}
