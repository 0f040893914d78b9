/* SPDX-License-Identifier: MIT */
/* Asking a Dovecot configuration: one setting by its PATH, or all of them. */
#include "base/error.h"
#include "conf/dovecot_eval.h"
#include "conf/dovecot_include.h"
#include "conf/dovecot_names.h"
#include "conf/dovecot_ops.h"

#include <stdlib.h>
#include <string.h>

#define PATH_MAX_BYTES ((size_t)65536)

/* ---- values -------------------------------------------------------------------------------- */

/* One word of a list as doveconf writes it. */
static void add_element(struct reeve_buf *buf, const char *word)
{
	if (buf->length > 0)
		reeve_buf_add_byte(buf, ' ');
	if (*word != '\0' && strpbrk(word, " \"\\#=,") == NULL) {
		reeve_buf_add_text(buf, word);
		return;
	}
	reeve_buf_add_byte(buf, '"');
	for (; *word != '\0'; word++) {
		if (*word == '"' || *word == '\\')
			reeve_buf_add_byte(buf, '\\');
		reeve_buf_add_byte(buf, (unsigned char)*word);
	}
	reeve_buf_add_byte(buf, '"');
}

/* Of a list that was set as a whole: what is in it now. Else the value. */
static const char *effective_value(struct reeve_eval *eval, const struct reeve_item *item)
{
	if (item->kind != REEVE_ITEM_LIST)
		return item->value;
	reeve_buf_clear(&eval->buf);
	for (uint32_t n = item->first; n != REEVE_NONE; n = eval->items[n].next) {
		const struct reeve_item *element = &eval->items[n];

		if (element->is_set && strcmp(element->value, "yes") == 0)
			add_element(&eval->buf, strchr(element->key, '/') + 1);
	}
	return reeve_eval_keep(eval, eval->buf.bytes, eval->buf.length);
}

/* `list =` of texts empties it, and those set afterwards are their own rows. */
static bool is_in_its_list(const struct reeve_eval *eval, const struct reeve_item *item)
{
	const struct reeve_item *list;

	if (item->kind != REEVE_ITEM_ELEMENT)
		return false;
	list = &eval->items[item->list];
	return list->is_set && reeve_dovecot_kind(list->key) == REEVE_DOVECOT_BOOL_LIST;
}

static bool is_shown(const struct reeve_eval *eval, const struct reeve_item *item)
{
	return item->is_set && !is_in_its_list(eval, item);
}

static void fill(struct reeve_eval *eval, uint32_t row_number, struct reeve_conf_setting *setting,
                 struct reeve_buf *path)
{
	const struct reeve_row *row = &eval->rows[row_number];

	reeve_buf_clear(path);
	reeve_places_path(eval->places, row->place, row->name, strlen(row->name), path);
	*setting = (struct reeve_conf_setting){
		.path = reeve_buf_text(path),
		.value = row->value,
		.file = row->doc->path,
		.is_shadowed = row->is_shadowed,
	};
	reeve_doc_where(row->doc, row->doc->nodes[row->node].name, &setting->line, &setting->column);
}

/* ---- lists --------------------------------------------------------------------------------- */

static void list_written(struct reeve_eval *eval, struct reeve_conf_list *list, struct reeve_buf *path)
{
	struct reeve_conf_setting setting;

	for (uint32_t i = 0; i < eval->row_count; i++) {
		fill(eval, i, &setting, path);
		if (!path->is_cut)
			reeve_conf_list_add(list, &setting);
	}
}

/*
 * What a list goes through: rows and places, by seq. In 2.4 they are below the places in which they are, so that
 * blocks keep the order in which they were first opened: that of passdbs means something. In 2.3 such
 * blocks cannot be opened twice, and what is written later must come later: `login_user` of 1.x sets
 * what `protocol imap { login_user }` does.
 */
struct order {
	uint32_t *first, *next; /* of places: first thing inside. Of things: next in the same place */
	uint32_t things;        /* a thing is a place, or places->count + an item */
	bool *has_rows;         /* of places, in them or below */
	bool *has_places;
};

static bool order_make(struct order *order, struct reeve_eval *eval)
{
	const struct reeve_places *places = eval->places;
	uint32_t *by_seq = calloc((size_t)eval->seq + 1, sizeof *by_seq);

	order->things = places->count + eval->item_count;
	order->first = calloc(places->count + 1, sizeof *order->first);
	order->next = calloc((size_t)order->things + 1, sizeof *order->next);
	order->has_rows = calloc(places->count + 1, sizeof *order->has_rows);
	order->has_places = calloc(places->count + 1, sizeof *order->has_places);
	if (by_seq == NULL || order->first == NULL || order->next == NULL ||
	    order->has_rows == NULL || order->has_places == NULL) {
		free(by_seq);
		return false;
	}
	for (uint32_t n = 1; n < places->count && n < eval->place_seq_count; n++) {
		by_seq[eval->place_seq[n]] = n;
		if (eval->place_seq[n] > 0)
			order->has_places[places->places[n].parent] = true;
	}
	for (uint32_t n = 0; n < eval->item_count; n++) {
		if (!is_shown(eval, &eval->items[n]))
			continue;
		const struct reeve_row *row = &eval->rows[eval->items[n].row];

		by_seq[row->seq] = places->count + n;
		for (uint32_t at = row->place; !order->has_rows[at]; at = places->places[at].parent)
			order->has_rows[at] = true;
	}
	/* From the last on, each in front of those in its place. by_seq[0] is of places without seq. */
	for (uint32_t seq = eval->seq; seq > 0; seq--) {
		uint32_t thing = by_seq[seq];

		if (thing == 0)
			continue;
		uint32_t place = 0;
		if (eval->is_24)
			place = thing < places->count ?
				places->places[thing].parent :
				eval->rows[eval->items[thing - places->count].row].place;
		order->next[thing] = order->first[place];
		order->first[place] = thing;
	}
	free(by_seq);
	return true;
}

static void order_free(struct order *order)
{
	free(order->first);
	free(order->next);
	free(order->has_rows);
	free(order->has_places);
}

static void add_item(struct reeve_eval *eval, uint32_t n, struct reeve_conf_list *list,
                     struct reeve_buf *path)
{
	struct reeve_conf_setting setting;

	fill(eval, eval->items[n].row, &setting, path);
	setting.value = effective_value(eval, &eval->items[n]);
	setting.is_shadowed = false;
	if (!path->is_cut)
		reeve_conf_list_add(list, &setting);
}

static void add_empty_block(struct reeve_eval *eval, uint32_t place, struct reeve_conf_list *list,
                            struct reeve_buf *path)
{
	struct reeve_conf_setting setting = {.value = ""};

	reeve_buf_clear(path);
	reeve_places_path(eval->places, place, NULL, 0, path);
	reeve_buf_add_byte(path, '/');
	setting.path = reeve_buf_text(path);
	if (!path->is_cut)
		reeve_conf_list_add(list, &setting);
}

static int list_effective(struct reeve_eval *eval, unsigned int flags, struct reeve_conf_list *list,
                          struct reeve_buf *path)
{
	const struct reeve_places *places = eval->places;
	struct order order = {0};
	uint32_t place = 0, thing;
	int r = -1;

	if (!order_make(&order, eval))
		goto out;
	for (thing = order.first[0];; thing = order.next[place], place = places->places[place].parent) {
		while (thing != 0) {
			if (thing >= places->count) {
				add_item(eval, thing - places->count, list, path);
			} else if (order.first[thing] != 0) {
				place = thing;
				thing = order.first[thing];
				continue;
			} else if ((flags & REEVE_CONF_BLOCKS) && !order.has_rows[thing] &&
			           !order.has_places[thing]) {
				add_empty_block(eval, thing, list, path);
			}
			thing = order.next[thing];
		}
		if (place == 0)
			break;
	}
	r = 0;
out:
	order_free(&order);
	return r;
}

int reeve_dovecot_list(struct reeve_conf *conf, unsigned int flags, struct reeve_conf_list *list,
                       struct reeve_error *err)
{
	struct reeve_eval *eval = reeve_eval_new(conf, NULL);
	struct reeve_buf path;
	int r = 0;

	if (eval == NULL)
		return reeve_fail_nomem(err);
	reeve_buf_init(&path, PATH_MAX_BYTES);
	if (flags & REEVE_CONF_EFFECTIVE)
		r = list_effective(eval, flags, list, &path);
	else
		list_written(eval, list, &path);
	if (path.has_failed || eval->has_failed)
		r = -1;
	reeve_buf_dispose(&path);
	reeve_eval_free(eval);
	return r < 0 ? reeve_fail_nomem(err) : 0;
}

/* ---- one setting --------------------------------------------------------------------------- */

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

static struct found find(const struct reeve_eval *eval, bool by_other_names)
{
	struct found found = {REEVE_NONE, REEVE_NONE, REEVE_PATH_OTHER, false, false};
	uint32_t last = 0;

	for (uint32_t i = 0; i < eval->row_count; i++) {
		const struct reeve_row *row = &eval->rows[i];

		take(&found, i, row->item,
		     reeve_places_match(eval->places, row->place, row->name, strlen(row->name)));
	}
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

	reeve_buf_init(&path, PATH_MAX_BYTES);
	if ((flags & REEVE_CONF_EFFECTIVE) && found->item != REEVE_NONE) {
		fill(eval, found->is_of_pieces ? found->row : eval->items[found->item].row, setting,
		     &path);
		setting->value = effective_value(eval, &eval->items[found->item]);
		setting->is_shadowed = false;
		if (found->is_of_pieces)
			setting->path = eval->places->path;
	} else {
		fill(eval, found->row, setting, &path);
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
