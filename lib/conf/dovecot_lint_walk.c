/* SPDX-License-Identifier: MIT */
/*
 * Braces that do not match, files that are read twice, and what 2.4 wants before all else. Dovecot
 * refuses most of it (config_parser_apply_line(), config_all_parsers_check()), but names only one
 * place; the one where it went wrong is another.
 */
#include "conf/dovecot_include.h"
#include "conf/dovecot_lint.h"

#include <stdlib.h>
#include <string.h>

/* Where a file was read first. */
struct reading {
	uint32_t place;
	bool is_read;
};

struct state {
	struct dovecot_lint *lint;
	struct reeve_walk walk;
	struct reeve_places *places;
	struct reading *readings; /* by file */
	size_t reading_count;
	struct reeve_buf text;
	bool has_started; /* something was set */
	bool has_storage_version;
};

/* How far a node's line is indented; a tab goes to the next eighth column. */
static uint32_t column_of(const struct reeve_doc *doc, const struct reeve_node *node)
{
	uint32_t column = 0;

	for (uint32_t at = node->start; at < node->name; at++)
		column += doc->bytes[at] == '\t' ? 8 - column % 8 : 1;
	return column;
}

/*
 * A block that does not end: where its '}' is missing, by the indentation. What is inside should be
 * deeper than the block; the first that is not is where the block should have ended. 0 if that says
 * nothing.
 */
static uint32_t find_missing(const struct reeve_doc *doc, uint32_t block)
{
	uint32_t column = column_of(doc, &doc->nodes[block]);

	for (uint32_t n = doc->nodes[block].first; n != 0; n = doc->nodes[n].next) {
		const struct reeve_node *node = &doc->nodes[n];

		if ((node->kind == REEVE_NODE_SETTING || node->kind == REEVE_NODE_BLOCK) &&
		    column_of(doc, node) <= column)
			return n;
	}
	return 0;
}

static void say_unclosed(struct state *state, const struct reeve_walk_block *block)
{
	struct reeve_doc *doc = block->doc;
	const struct reeve_node *node = &doc->nodes[block->node];
	uint32_t missing = find_missing(doc, block->node);
	uint64_t line = 0, column;

	if (missing != 0)
		reeve_doc_where(doc, doc->nodes[missing].name, &line, &column);
	if (line > 0)
		dovecot_lint_say(
			state->lint, REEVE_PROBLEM, doc, node->name,
			"this block does not end; by the indentation, its '}' is missing before "
			"line %ju",
			(uintmax_t)line);
	else
		dovecot_lint_say(state->lint, REEVE_PROBLEM, doc, node->name,
		                 "this block does not end: a '}' is missing");
}

/* A '}' too many: one before it closed a block that had not begun at its column. */
static void say_stray(struct state *state)
{
	struct reeve_doc *doc = state->walk.doc;
	const struct reeve_node *node = &doc->nodes[state->walk.node];

	dovecot_lint_say(state->lint, REEVE_PROBLEM, doc, node->start,
	                 "a '}' that closes nothing: no block is open");
}

/* ---- files --------------------------------------------------------------------------------- */

static struct reeve_include *find_include(struct state *state)
{
	const struct reeve_dovecot *own = state->lint->conf->own;
	const char *pattern;

	reeve_buf_clear(&state->text);
	reeve_dovecot_value(state->walk.doc, state->walk.node, &state->text);
	pattern = reeve_buf_text(&state->text);
	for (size_t i = 0; i < own->include_count; i++) {
		struct reeve_include *include = &own->includes[i];

		if (own->files[include->file].doc == state->walk.doc &&
		    strcmp(include->pattern, pattern) == 0)
			return include;
	}
	return NULL;
}

/* Once in each of two blocks is on purpose; twice in one place is not. */
static void see_include(struct state *state)
{
	const struct reeve_dovecot *own = state->lint->conf->own;
	const struct reeve_include *include = find_include(state);
	uint32_t place = state->places->at;

	for (uint32_t i = 0; include != NULL && i < include->count; i++) {
		struct reading *reading = &state->readings[include->files[i]];

		if (reading->is_read && reading->place == place)
			dovecot_lint_say(state->lint, REEVE_WARNING, state->walk.doc,
			                 state->walk.doc->nodes[state->walk.node].name,
			                 "'%s' is read a second time here",
			                 own->files[include->files[i]].path);
		if (!reading->is_read)
			*reading = (struct reading){place, true};
	}
}

/* ---- 2.4 ----------------------------------------------------------------------------------- */

static bool is_named(struct state *state, const char *name)
{
	reeve_buf_clear(&state->text);
	reeve_dovecot_name(state->walk.doc, state->walk.node, &state->text);
	return strcmp(reeve_buf_text(&state->text), name) == 0;
}

/* "The first setting must be dovecot_config_version" (config_parser_get_version()). */
static void see_start(struct state *state, enum reeve_walk_event event)
{
	struct reeve_doc *doc = state->walk.doc;

	if (event == REEVE_WALK_SETTING && state->walk.depth == 0 &&
	    is_named(state, "dovecot_storage_version"))
		state->has_storage_version = true;
	if (state->has_started)
		return;
	state->has_started = true;
	if (event == REEVE_WALK_ENTER || !is_named(state, "dovecot_config_version"))
		dovecot_lint_say(state->lint, REEVE_PROBLEM, doc, doc->nodes[state->walk.node].name,
		                 "before dovecot_config_version nothing else may be set");
}

static void see_end(struct state *state, bool is_24)
{
	for (size_t i = 0; i < state->walk.depth; i++)
		say_unclosed(state, &state->walk.blocks[i]);
	if (is_24 && !state->has_storage_version)
		dovecot_lint_say(
			state->lint, REEVE_PROBLEM, state->lint->conf->docs[0], 0,
			"dovecot_storage_version is not set, and Dovecot 2.4 does not start "
			"without");
}

static void see_event(struct state *state, enum reeve_walk_event event)
{
	if (state->lint->eval->is_24 && (event == REEVE_WALK_SETTING || event == REEVE_WALK_ENTER))
		see_start(state, event);
	if (event == REEVE_WALK_ENTER)
		reeve_places_enter(state->places, state->walk.doc, state->walk.node);
	else if (event == REEVE_WALK_LEAVE)
		reeve_places_leave(state->places);
	else if (event == REEVE_WALK_INCLUDE)
		see_include(state);
	else if (event == REEVE_WALK_STRAY)
		say_stray(state);
}

void dovecot_lint_walk(struct dovecot_lint *lint)
{
	const struct reeve_dovecot *own = lint->conf->own;
	struct state state = {.lint = lint, .places = reeve_places_new(NULL)};
	enum reeve_walk_event event;

	reeve_buf_init(&state.text, REEVE_CONF_MAX_BYTES);
	reeve_walk_init(&state.walk, lint->conf);
	state.readings = calloc(own->file_count + 1, sizeof *state.readings);
	if (state.places == NULL || state.readings == NULL) {
		lint->has_failed = true;
		goto out;
	}
	while ((event = reeve_walk_next(&state.walk)) != REEVE_WALK_END)
		see_event(&state, event);
	see_end(&state, lint->eval->is_24);
	lint->has_failed |=
		state.walk.has_failed || state.places->has_failed || state.text.has_failed;
out:
	reeve_walk_dispose(&state.walk);
	reeve_places_free(state.places);
	reeve_buf_dispose(&state.text);
	free(state.readings);
}
