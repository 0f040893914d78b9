/* SPDX-License-Identifier: MIT */
/* One setting of a Dovecot configuration, by its PATH. */
#include "base/error.h"
#include "conf/dovecot_include.h"
#include "conf/dovecot_names.h"
#include "conf/dovecot_ops.h"
#include "conf/dovecot_tell.h"

#include <string.h>

/* How the PATH asked for names an item: by the name in a row, or by one of its others. */
static enum reeve_path_match match_item(const struct reeve_eval *eval, uint32_t n)
{
	const struct reeve_item *item = &eval->items[n];
	const struct reeve_row *row = &eval->rows[item->row];
	const struct reeve_place *place = &eval->places->places[row->place];
	const struct reeve_scope *scope = &eval->scopes[item->scope];
	size_t type = strlen(scope->type), name = strlen(scope->name), size = strlen(item->key);
	enum reeve_path_match best = reeve_places_match(eval->places, row->place, item->key, size);
	const char *rest;

	/* "passdb_sql_query" in `passdb sql` is sql_query and query, too. */
	if (best == REEVE_PATH_OTHER && type > 0 && size > type && item->key[type] == '_' &&
	    strncmp(item->key, scope->type, type) == 0) {
		rest = item->key + type + 1;
		best = reeve_places_match(eval->places, row->place, rest, strlen(rest));
		if (best == REEVE_PATH_OTHER && name > 0 && strncmp(rest, scope->name, name) == 0 &&
		    rest[name] == '_')
			best = reeve_places_match(eval->places, row->place, rest + name + 1,
			                          strlen(rest + name + 1));
	}
	/* An element of a list, seen from outside of its block; auth_policy_x of `auth_policy { x }`. */
	if (best == REEVE_PATH_OTHER && row->place != 0 &&
	    (item->kind == REEVE_ITEM_ELEMENT ||
	     reeve_dovecot_kind(place->type) == REEVE_DOVECOT_FILTER))
		best = reeve_places_match(eval->places, place->parent, item->key, size);
	return best;
}

/*
 * A list of words that was only set by pieces ("mail_plugins { quota = yes }"), under its own name. *row_r: of
 * the last piece.
 */
static enum reeve_path_match match_pieces(const struct reeve_eval *eval, const struct reeve_item *list,
                                          uint32_t *row_r)
{
	enum reeve_path_match best = REEVE_PATH_OTHER;

	if (list->kind != REEVE_ITEM_LIST || list->is_set ||
	    reeve_dovecot_kind(list->key) != REEVE_DOVECOT_BOOL_LIST)
		return REEVE_PATH_OTHER;
	for (uint32_t n = list->first; n != REEVE_NONE; n = eval->items[n].next) {
		const struct reeve_row *row = &eval->rows[eval->items[n].row];
		const struct reeve_place *place = &eval->places->places[row->place];
		/* In a block of the list, or as "mail_plugins/quota". */
		uint32_t at = strcmp(place->type, list->key) == 0 ? place->parent : row->place;

		if (!eval->items[n].is_set)
			continue;
		best = reeve_places_match(eval->places, at, list->key, strlen(list->key));
		*row_r = eval->items[n].row;
	}
	return best;
}

struct found {
	uint32_t row, item;
	enum reeve_path_match match;
	bool is_ambiguous;
	bool is_of_pieces;
};

/* Of exact ones the last counts; of loose ones there must be but one. */
static void take(struct found *found, uint32_t row, uint32_t item, enum reeve_path_match match)
{
	if (match == REEVE_PATH_OTHER || match < found->match)
		return;
	if (match > found->match)
		*found = (struct found){row, item, match, false, false};
	if (item != found->item && match == REEVE_PATH_LOOSE)
		found->is_ambiguous = true;
	found->row = row;
	found->item = item;
}

/* Of all rows, or of those that are in effect. */
static struct found find_row(const struct reeve_eval *eval, bool is_effective)
{
	struct found found = {REEVE_NONE, REEVE_NONE, REEVE_PATH_OTHER, false, false};

	for (uint32_t i = 0; i < eval->row_count; i++) {
		const struct reeve_row *row = &eval->rows[i];

		if (!is_effective || (row->item != REEVE_NONE && eval->items[row->item].row == i))
			take(&found, i, row->item,
			     reeve_places_match(eval->places, row->place, row->name,
			                        strlen(row->name)));
	}
	return found;
}

/*
 * Two settings can be written by one PATH: in `auth a { }` 2.3 has `x = 1` for auth_x and `x = $y` for x. The one
 * that is in effect is meant.
 */
static struct found find(const struct reeve_eval *eval, bool by_other_names)
{
	struct found found = find_row(eval, by_other_names);
	uint32_t last = 0;

	if (by_other_names && found.match != REEVE_PATH_EXACT)
		found = find_row(eval, false);
	for (uint32_t n = 0; by_other_names && found.match == REEVE_PATH_OTHER && n < eval->item_count;
	     n++) {
		if (eval->items[n].is_set)
			take(&found, eval->items[n].row, n, match_item(eval, n));
	}
	for (uint32_t n = 0; by_other_names && found.match == REEVE_PATH_OTHER && n < eval->item_count;
	     n++) {
		enum reeve_path_match match = match_pieces(eval, &eval->items[n], &last);

		take(&found, last, n, match);
		found.is_of_pieces = found.match != REEVE_PATH_OTHER;
	}
	return found;
}

static int answer(struct reeve_eval *eval, struct reeve_dovecot *own, const struct found *found,
                  unsigned int flags, struct reeve_conf_setting *setting)
{
	struct reeve_buf path;
	bool has_failed;

	reeve_buf_init(&path, REEVE_TELL_PATH_BYTES);
	if ((flags & REEVE_CONF_EFFECTIVE) && found->item != REEVE_NONE) {
		reeve_eval_tell(eval, found->is_of_pieces ? found->row : eval->items[found->item].row, setting,
		     &path);
		setting->value = reeve_eval_value(eval, &eval->items[found->item]);
		setting->is_shadowed = false;
		if (found->is_of_pieces)
			setting->path = eval->places->path;
	} else {
		reeve_eval_tell(eval, found->row, setting, &path);
	}
	reeve_arena_free(own->answer);
	own->answer = reeve_arena_new();
	has_failed = own->answer == NULL || path.has_failed || eval->has_failed;
	if (!has_failed) {
		setting->path = reeve_arena_strndup(own->answer, setting->path, strlen(setting->path));
		setting->value =
			reeve_arena_strndup(own->answer, setting->value, strlen(setting->value));
		has_failed = setting->path == NULL || setting->value == NULL;
	}
	reeve_buf_dispose(&path);
	return has_failed ? -1 : 1;
}

int reeve_dovecot_get(struct reeve_conf *conf, const char *path, unsigned int flags,
                      struct reeve_conf_setting *setting_r, struct reeve_error *err)
{
	size_t n = strlen(path);
	struct reeve_eval *eval;
	struct found found;
	int r = 0;

	eval = reeve_eval_new(conf, path);
	if (eval == NULL)
		return reeve_fail_nomem(err);
	found = find(eval, flags & REEVE_CONF_EFFECTIVE);
	if (found.match == REEVE_PATH_OTHER) {
		if (n == 0 || path[n - 1] == '/') /* a block's */
			r = reeve_fail(err, REEVE_EUSAGE, "no setting is named by '%s'", path);
		goto out;
	}
	if (found.is_ambiguous) {
		r = reeve_fail(err, REEVE_EUSAGE, "'%s' could mean several settings", path);
		goto out;
	}
	r = answer(eval, conf->own, &found, flags, setting_r);
	if (r < 0)
		reeve_fail_nomem(err);
out:
	reeve_eval_free(eval);
	return r;
}
