/* SPDX-License-Identifier: MIT */
/* Names of settings and blocks that Dovecot does not know, or not where they stand. */
#include "conf/dovecot_lint.h"
#include "conf/dovecot_names.h"
#include "conf/similar.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_TOLD = 1000 }; /* unknown names of each kind: what has more is no configuration */

/* ---- before 2.4 ---------------------------------------------------------------------------- */

static const char *const blocks_before[] = {
	"protocol",
	"local",
	"local_name",
	"remote",
	"service",
	"unix_listener",
	"fifo_listener",
	"inet_listener",
	"passdb",
	"userdb",
	"namespace",
	"mailbox",
	"plugin",
	"dict",
	"metric",
	"event_exporter",
	/* 1.x */
	"auth",
	"socket",
	"client",
	"master",
	"server",
	"login",
	/* files of dicts */
	"map",
	"fields",
	"key",
};

static bool is_filter(const char *type)
{
	return *type == '\0' || strcmp(type, "protocol") == 0 || strcmp(type, "local") == 0 ||
	       strcmp(type, "local_name") == 0 || strcmp(type, "remote") == 0;
}

static void say_unknown(struct dovecot_lint *lint, const struct reeve_row *row, uint32_t at,
                        const char *nearest)
{
	if (nearest != NULL)
		dovecot_lint_say(lint, REEVE_WARNING, row->doc, at,
		                 "unknown setting '%s': is it '%s'?", row->name, nearest);
	else
		dovecot_lint_say(lint, REEVE_WARNING, row->doc, at, "unknown setting '%s'",
		                 row->name);
}

static void say_name_before(struct dovecot_lint *lint, const struct reeve_row *row,
                            const char *block)
{
	uint32_t at = row->doc->nodes[row->node].name;
	const char *where = reeve_dovecot_was_where(row->name);
	const char *const *names;
	struct reeve_similar similar;
	size_t count;

	if (where != NULL && *where != '\0') {
		dovecot_lint_say(lint, REEVE_WARNING, row->doc, at,
		                 "'%s' is no setting %s%s%s; it is one inside '%s'", row->name,
		                 *block == '\0' ? "outside of blocks" : "inside '",
		                 *block == '\0' ? "" : block, *block == '\0' ? "" : "'", where);
		return;
	}
	if (where != NULL) {
		dovecot_lint_say(lint, REEVE_WARNING, row->doc, at,
		                 "'%s' is no setting inside '%s'; it is one outside of blocks",
		                 row->name, block);
		return;
	}
	if (is_filter(block) && reeve_dovecot_kind(row->name) != REEVE_DOVECOT_UNKNOWN) {
		dovecot_lint_say(
			lint, REEVE_WARNING, row->doc, at,
			"'%s' is new in Dovecot 2.4, and without dovecot_config_version this is "
			"no configuration of 2.4",
			row->name);
		return;
	}
	reeve_similar_begin(&similar, row->name, strlen(row->name));
	names = reeve_dovecot_names_in(block, &count);
	for (size_t i = 0; i < count; i++)
		reeve_similar_try(&similar, names[i]);
	say_unknown(lint, row, at, similar.best);
}

static void check_name_before(struct dovecot_lint *lint, const struct reeve_row *row)
{
	const char *block = dovecot_lint_place(lint, row)->type;
	size_t count;

	/* `plugin/quota = x` is plugin { quota = x }. */
	if (strchr(row->name, '/') != NULL || reeve_dovecot_names_in(block, &count) == NULL ||
	    reeve_dovecot_was_in(block, row->name))
		return;
	say_name_before(lint, row, block);
}

static void check_block_before(struct dovecot_lint *lint, const struct reeve_place *place)
{
	struct reeve_similar similar;

	for (size_t i = 0; i < sizeof blocks_before / sizeof blocks_before[0]; i++) {
		if (strcmp(place->type, blocks_before[i]) == 0)
			return;
	}
	reeve_similar_begin(&similar, place->type, strlen(place->type));
	for (size_t i = 0; i < sizeof blocks_before / sizeof blocks_before[0]; i++)
		reeve_similar_try(&similar, blocks_before[i]);
	dovecot_lint_say(lint, REEVE_WARNING, place->doc, place->doc->nodes[place->node].name,
	                 similar.best != NULL ? "unknown block '%s': is it '%s'?"
	                                      : "unknown block '%s'",
	                 place->type, similar.best);
}

/* ---- 2.4 ----------------------------------------------------------------------------------- */

/* Whether a name, with the types (and names) of blocks around it before it or not, is one of 2.4's.
 */
static bool is_known_in(struct dovecot_lint *lint, uint32_t n, const char *name)
{
	const struct reeve_places *places = lint->eval->places;
	struct reeve_buf full;
	bool is_known = reeve_dovecot_kind(name) != REEVE_DOVECOT_UNKNOWN;

	reeve_buf_init(&full, 1000);
	for (int depth = 0; !is_known && n != 0 && depth < REEVE_EVAL_DEPTH;
	     n = places->places[n].parent, depth++) {
		const struct reeve_place *place = &places->places[n];
		enum reeve_dovecot_kind kind = reeve_dovecot_kind(place->type);

		/* What is in a list, or in a group, is not for us to say. */
		is_known = kind == REEVE_DOVECOT_TEXT_LIST || kind == REEVE_DOVECOT_BOOL_LIST ||
		           strcmp(place->type, "group") == 0;
		for (int with_name = 0; with_name < 2 && !is_known; with_name++) {
			reeve_buf_clear(&full);
			reeve_buf_add_text(&full, place->type);
			reeve_buf_add_text(&full, "_");
			if (with_name) {
				for (const char *p = place->name; *p != '\0'; p++)
					reeve_buf_add_byte(&full, *p == '-' || *p == '/'
					                                  ? '_'
					                                  : (unsigned char)*p);
				reeve_buf_add_text(&full, "_");
			}
			reeve_buf_add_text(&full, name);
			is_known = !full.is_cut && reeve_dovecot_kind(reeve_buf_text(&full)) !=
			                                   REEVE_DOVECOT_UNKNOWN;
		}
	}
	lint->has_failed |= full.has_failed;
	reeve_buf_dispose(&full);
	return is_known;
}

static void check_name_24(struct dovecot_lint *lint, const struct reeve_row *row)
{
	uint32_t at = row->doc->nodes[row->node].name;
	const struct reeve_item *item =
		row->item == REEVE_NONE ? NULL : &lint->eval->items[row->item];
	struct reeve_similar similar;
	const char *name;

	if (*row->name == '@' || strchr(row->name, '/') != NULL ||
	    strcmp(row->name, "dovecot_config_version") == 0 ||
	    (item != NULL && (item->kind != REEVE_ITEM_SETTING ||
	                      reeve_dovecot_kind(item->key) != REEVE_DOVECOT_UNKNOWN)) ||
	    is_known_in(lint, row->place, row->name))
		return;
	if (reeve_dovecot_was_where(row->name) != NULL) {
		dovecot_lint_say(lint, REEVE_WARNING, row->doc, at,
		                 "'%s' is a setting of Dovecot before 2.4", row->name);
		return;
	}
	reeve_similar_begin(&similar, row->name, strlen(row->name));
	for (size_t i = 0; (name = reeve_dovecot_name_at(i)) != NULL; i++)
		reeve_similar_try(&similar, name);
	say_unknown(lint, row, at, similar.best);
}

static void check_block_24(struct dovecot_lint *lint, const struct reeve_place *place)
{
	static const char *const drivers[] = {"shadow", "checkpassword", "dict", "vpopmail", "nss"};
	struct reeve_doc *doc = place->doc;
	uint32_t at = doc->nodes[place->node].name;

	if (strcmp(place->type, "passdb") == 0 || strcmp(place->type, "userdb") == 0) {
		for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
			if (strcmp(place->name, drivers[i]) == 0)
				dovecot_lint_say(
					lint, REEVE_WARNING, doc, at,
					"Dovecot 2.4 has no %s '%s', and doveconf does not say so",
					place->type, place->name);
		}
		return;
	}
	if (!is_filter(place->type) && strcmp(place->type, "group") != 0 &&
	    !is_known_in(lint, place->parent, place->type))
		dovecot_lint_say(lint, REEVE_WARNING, doc, at, "unknown block '%s'", place->type);
}

void dovecot_lint_names(struct dovecot_lint *lint)
{
	const struct reeve_eval *eval = lint->eval;
	long before = lint->count;

	for (uint32_t i = 0; i < eval->row_count && lint->count - before < MAX_TOLD; i++) {
		if (eval->is_24)
			check_name_24(lint, &eval->rows[i]);
		else
			check_name_before(lint, &eval->rows[i]);
	}
	before = lint->count;
	for (uint32_t n = 1; n < eval->places->count && lint->count - before < MAX_TOLD; n++) {
		const struct reeve_place *place = &eval->places->places[n];

		/* A place that only counts numbered ones, and a '{' without a word before it. */
		if (place->doc == NULL || *place->type == '\0')
			continue;
		if (eval->is_24)
			check_block_24(lint, place);
		else
			check_block_before(lint, place);
	}
}
