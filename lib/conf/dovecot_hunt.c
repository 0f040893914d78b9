/* SPDX-License-Identifier: MIT */
/* Looking through a Dovecot configuration for the place where a new setting belongs. */
#include "base/error.h"
#include "conf/dovecot_edit.h"
#include "conf/dovecot_walk.h"

#include <string.h>

static bool is_blank(unsigned char byte)
{
	return byte == ' ' || byte == '\t';
}

/*
 * How much a comment looks like `#name = value`: 3 if it is so, 2 with a blank behind '#', 1 with
 * more, as examples in prose have. 0: not at all.
 */
static int rank_of(const struct dovecot_hunt *hunt, const struct reeve_doc *doc,
                   const struct reeve_node *node)
{
	uint32_t at = node->note + 1, blanks;

	while (at < node->note_end && is_blank(doc->bytes[at]))
		at++;
	blanks = at - node->note - 1;
	if (node->note_end - at < hunt->type.length ||
	    memcmp(doc->bytes + at, hunt->type.bytes, hunt->type.length) != 0)
		return 0;
	at += (uint32_t)hunt->type.length;
	while (at < node->note_end && is_blank(doc->bytes[at]))
		at++;
	if (at == node->note_end || doc->bytes[at] != '=')
		return 0;
	return blanks == 0 ? 3 : blanks == 1 ? 2 : 1;
}

/* Whether a comment's text, [at, end), is the first line of the block that is missing. */
static bool is_its_start(const struct dovecot_hunt *hunt, const struct reeve_doc *doc, uint32_t at,
                         uint32_t end)
{
	struct reeve_doc *line;
	struct reeve_buf type, name;
	bool is_so;

	if (!hunt->is_block || hunt->target->places->at != hunt->target->place)
		return false;
	line = reeve_doc_of(REEVE_SYNTAX_DOVECOT, "", doc->bytes + at, end - at, NULL, NULL);
	if (line == NULL)
		return false;
	reeve_buf_init(&type, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&name, REEVE_CONF_MAX_BYTES);
	if (line->count == 2 && line->nodes[1].kind == REEVE_NODE_BLOCK) {
		reeve_dovecot_name(line, 1, &type);
		reeve_dovecot_value(line, 1, &name);
	}
	is_so = type.length == hunt->type.length && name.length == hunt->name.length &&
	        memcmp(type.bytes, hunt->type.bytes, type.length) == 0 &&
	        (name.length == 0 || memcmp(name.bytes, hunt->name.bytes, name.length) == 0);
	reeve_buf_dispose(&type);
	reeve_buf_dispose(&name);
	reeve_doc_free(line);
	return is_so;
}

/*
 * Inside of a commented-out block, comments are not defaults of the block around. Where it is a
 * namesake of the block that is missing, that goes behind it.
 */
static void see_comment(struct dovecot_hunt *hunt, const struct reeve_walk *walk)
{
	const struct reeve_doc *doc = walk->doc;
	const struct reeve_node *node = &doc->nodes[walk->node];
	uint32_t at = node->note + 1;
	int rank;

	while (at < node->note_end && (is_blank(doc->bytes[at]) || doc->bytes[at] == '#'))
		at++;
	if (at < node->note_end && doc->bytes[node->note_end - 1] == '{') {
		if (hunt->commented++ == 0)
			hunt->is_namesake = is_its_start(hunt, doc, at, node->note_end);
	} else if (at + 1 == node->note_end && doc->bytes[at] == '}') {
		if (hunt->commented > 0 && --hunt->commented == 0 && hunt->is_namesake)
			hunt->comment = (struct dovecot_at){walk->doc, walk->node, 0};
	} else if (hunt->commented == 0 && !hunt->is_block &&
	           hunt->target->places->at == hunt->target->place) {
		rank = rank_of(hunt, doc, node);
		if (rank > 0 && rank >= hunt->rank) {
			hunt->rank = rank;
			hunt->comment = (struct dovecot_at){walk->doc, walk->node, 0};
		}
	}
}

static void see_block(struct dovecot_hunt *hunt, const struct reeve_walk *walk)
{
	const struct reeve_places *places = hunt->target->places;
	const struct reeve_place *place = &places->places[places->at];
	struct dovecot_at at = {walk->doc, walk->node, places->at};

	if (places->at == hunt->target->place)
		hunt->block = at;
	else if (hunt->is_block && place->parent == hunt->target->place &&
	         strlen(place->type) == hunt->type.length &&
	         memcmp(place->type, hunt->type.bytes, hunt->type.length) == 0)
		hunt->kin = at;
}

/* Whether a value has the word `$name`. */
static bool has_word(const struct reeve_buf *value, const struct reeve_buf *name)
{
	for (size_t i = 0; i + name->length < value->length; i++) {
		size_t end = i + 1 + name->length;

		if (value->bytes[i] == '$' &&
		    memcmp(value->bytes + i + 1, name->bytes, name->length) == 0 &&
		    (end == value->length || is_blank(value->bytes[end])))
			return true;
	}
	return false;
}

/*
 * `protocol imap { mail_plugins = $mail_plugins x }` has the value that is set outside so far: what
 * is written below it comes too late.
 */
static void see_setting(struct dovecot_hunt *hunt, const struct reeve_walk *walk,
                        bool is_own, struct reeve_buf *text)
{
	bool is_one;

	if (hunt->is_block || hunt->target->place != 0 || hunt->target->places->at == 0 ||
	    hunt->user.doc != NULL || (!is_own && hunt->gate.doc == NULL))
		return;
	reeve_buf_clear(text);
	reeve_dovecot_name(walk->doc, walk->node, text);
	is_one = text->length == hunt->type.length &&
	         memcmp(text->bytes, hunt->type.bytes, text->length) == 0;
	reeve_buf_clear(text);
	reeve_dovecot_value(walk->doc, walk->node, text);
	if (is_one || has_word(text, &hunt->type))
		hunt->user = is_own ? (struct dovecot_at){walk->doc, walk->node, 0} : hunt->gate;
}

/* The target is set here, and not in a file of the configuration's own: the new line comes later. */
static void start_over(struct dovecot_hunt *hunt, const struct dovecot_at *gate)
{
	hunt->is_late = true;
	hunt->gate = *gate;
	hunt->block = hunt->kin = hunt->comment = hunt->user = (struct dovecot_at){0};
	hunt->rank = 0;
}

/* Whether it is: a setting, or a list of 2.4 (`protocols { imap = yes }`). */
static bool is_foreign(const struct dovecot_hunt *hunt, const struct reeve_walk *walk,
                       enum reeve_walk_event event)
{
	const struct dovecot_target *target = hunt->target;
	const struct reeve_place *place = &target->places->places[target->places->at];
	const struct dovecot_at *found = target->found;

	if (event == REEVE_WALK_SETTING && target->count > 0)
		return walk->doc == found[target->count - 1].doc &&
		       walk->node == found[target->count - 1].node;
	return event == REEVE_WALK_ENTER && !hunt->is_block && target->places->at != 0 &&
	       place->parent == target->place && *place->name == '\0' &&
	       strlen(place->type) == hunt->type.length &&
	       memcmp(place->type, hunt->type.bytes, hunt->type.length) == 0;
}

static void see_event(struct dovecot_hunt *hunt, const struct reeve_walk *walk,
                      enum reeve_walk_event event, struct dovecot_at *gate, struct reeve_buf *text)
{
	struct reeve_places *places = hunt->target->places;
	bool is_own = dovecot_is_own(hunt->target->conf, walk->doc);

	if (event != REEVE_WALK_COMMENT)
		hunt->commented = 0;
	if (event == REEVE_WALK_COMMENT && is_own) {
		see_comment(hunt, walk);
	} else if (event == REEVE_WALK_ENTER) {
		reeve_places_enter(places, walk->doc, walk->node);
		if (is_own)
			see_block(hunt, walk);
	} else if (event == REEVE_WALK_LEAVE) {
		reeve_places_leave(places);
	} else if (event == REEVE_WALK_SETTING) {
		see_setting(hunt, walk, is_own, text);
	} else if (event == REEVE_WALK_INCLUDE && is_own) {
		*gate = (struct dovecot_at){walk->doc, walk->node, places->at};
		if (!hunt->is_late)
			hunt->gate = *gate;
	}
	if (!is_own && is_foreign(hunt, walk, event))
		start_over(hunt, gate);
}

int dovecot_hunt_look(struct dovecot_hunt *hunt, struct reeve_error *err)
{
	struct reeve_places *places = hunt->target->places;
	struct reeve_walk walk;
	enum reeve_walk_event event;
	struct dovecot_at gate = {0};
	struct reeve_buf text;
	bool has_failed;

	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	reeve_places_rewind(places);
	reeve_walk_init(&walk, hunt->target->conf);
	walk.wants_comments = true;
	while ((event = reeve_walk_next(&walk)) != REEVE_WALK_END)
		see_event(hunt, &walk, event, &gate, &text);
	has_failed = walk.has_failed || places->has_failed || text.has_failed;
	reeve_walk_dispose(&walk);
	reeve_buf_dispose(&text);
	return has_failed ? reeve_fail_nomem(err) : 0;
}
