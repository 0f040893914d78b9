/* SPDX-License-Identifier: MIT */
/* All settings of a Dovecot configuration: as they are written, or as they count. */
#include "base/error.h"
#include "conf/dovecot_names.h"
#include "conf/dovecot_ops.h"
#include "conf/dovecot_tell.h"

#include <stdlib.h>
#include <string.h>

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

static void list_written(struct reeve_eval *eval, struct reeve_conf_list *list, struct reeve_buf *path)
{
	struct reeve_conf_setting setting;

	for (uint32_t i = 0; i < eval->row_count; i++) {
		reeve_eval_tell(eval, i, &setting, path);
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

	reeve_eval_tell(eval, eval->items[n].row, &setting, path);
	setting.value = reeve_eval_value(eval, &eval->items[n]);
	setting.is_shadowed = false;
	if (!path->is_cut)
		reeve_conf_list_add(list, &setting);
}

static void add_empty_block(struct reeve_eval *eval, uint32_t place, struct reeve_conf_list *list,
                            struct reeve_buf *path)
{
	const struct reeve_place *block = &eval->places->places[place];
	struct reeve_conf_setting setting = {.value = ""};

	reeve_buf_clear(path);
	reeve_places_path(eval->places, place, NULL, 0, path);
	reeve_buf_add_byte(path, '/');
	setting.path = reeve_buf_text(path);
	setting.file = block->doc->path;
	reeve_doc_where(block->doc, block->doc->nodes[block->node].name, &setting.line,
	                &setting.column);
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
	reeve_buf_init(&path, REEVE_TELL_PATH_BYTES);
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
