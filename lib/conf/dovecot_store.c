/* SPDX-License-Identifier: MIT */
/* Where an evaluation keeps its scopes and items: arrays, and one hash over both. */
#include "base/hash.h"
#include "conf/dovecot_eval.h"

#include <stdlib.h>
#include <string.h>

struct reeve_slot {
	uint64_t hash;
	uint32_t index;  /* of a scope, or an item; + 1, 0: free */
	bool is_item;
};

static uint64_t hash_of(uint32_t parent, const char *one, const char *two)
{
	uint64_t hash = reeve_hash(one, strlen(one)) ^ parent * UINT64_C(0x9e3779b97f4a7c15);

	return two == NULL ? hash : hash * 31 + reeve_hash(two, strlen(two)) + 1;
}

static bool is_same(const struct reeve_eval *eval, const struct reeve_slot *slot, uint32_t parent,
                    const char *one, const char *two)
{
	if (slot->is_item != (two == NULL))
		return false;
	if (slot->is_item) {
		const struct reeve_item *item = &eval->items[slot->index - 1];

		return item->scope == parent && strcmp(item->key, one) == 0;
	}
	const struct reeve_scope *scope = &eval->scopes[slot->index - 1];
	return scope->parent == parent && strcmp(scope->type, one) == 0 &&
	       strcmp(scope->name, two) == 0;
}

/* The slot of what is there, or the free one where it would be; NULL without memory. */
static struct reeve_slot *slot_of(struct reeve_eval *eval, uint32_t parent, const char *one,
                                  const char *two)
{
	uint64_t hash = hash_of(parent, one, two);

	if ((eval->slot_count + 1) * 2 > eval->slot_room) {
		size_t room = eval->slot_room == 0 ? 256 : eval->slot_room * 2;
		struct reeve_slot *slots = calloc(room, sizeof *slots);

		if (slots == NULL) {
			eval->has_failed = true;
			return NULL;
		}
		for (size_t i = 0; i < eval->slot_room; i++) {
			size_t at = eval->slots[i].hash & (room - 1);

			if (eval->slots[i].index == 0)
				continue;
			while (slots[at].index != 0)
				at = (at + 1) & (room - 1);
			slots[at] = eval->slots[i];
		}
		free(eval->slots);
		eval->slots = slots;
		eval->slot_room = room;
	}
	size_t at = hash & (eval->slot_room - 1);
	while (eval->slots[at].index != 0 &&
	       (eval->slots[at].hash != hash || !is_same(eval, &eval->slots[at], parent, one, two)))
		at = (at + 1) & (eval->slot_room - 1);
	eval->slots[at].hash = hash;
	return &eval->slots[at];
}

static void take(struct reeve_eval *eval, struct reeve_slot *slot, uint32_t index, bool is_item)
{
	slot->index = index + 1;
	slot->is_item = is_item;
	eval->slot_count++;
}

/* Room for one more of `size` bytes each; NULL without memory, and then the array is as it was. */
static void *room_for(struct reeve_eval *eval, void *array, uint32_t count, uint32_t *room, size_t size)
{
	uint32_t more = *room + *room / 2 + 64;

	if (count < *room)
		return array;
	array = more < *room ? NULL : realloc(array, more * size);
	if (array == NULL)
		eval->has_failed = true;
	else
		*room = more;
	return array;
}

const char *reeve_eval_keep(struct reeve_eval *eval, const void *text, size_t n)
{
	const char *kept = reeve_arena_strndup(eval->arena, text, n);

	if (kept == NULL)
		eval->has_failed = true;
	return kept == NULL ? "" : kept;
}

uint32_t reeve_eval_scope(struct reeve_eval *eval, uint32_t parent, const char *type, const char *name)
{
	struct reeve_slot *slot = slot_of(eval, parent, type, name);

	if (slot == NULL)
		return 0;
	if (slot->index != 0)
		return slot->index - 1;

	struct reeve_scope *scopes = room_for(eval, eval->scopes, eval->scope_count, &eval->scope_room,
	                                      sizeof *scopes);
	if (scopes == NULL)
		return 0;
	eval->scopes = scopes;
	uint32_t n = eval->scope_count++;
	scopes[n] = (struct reeve_scope){
		.parent = parent,
		.type = reeve_eval_keep(eval, type, strlen(type)),
		.name = reeve_eval_keep(eval, name, strlen(name)),
	};
	take(eval, slot, n, false);
	return n;
}

uint32_t reeve_eval_item(struct reeve_eval *eval, uint32_t scope, const char *key, bool make)
{
	struct reeve_slot *slot = slot_of(eval, scope, key, NULL);

	if (slot == NULL || (slot->index == 0 && !make))
		return REEVE_NONE;
	if (slot->index != 0)
		return slot->index - 1;

	struct reeve_item *items =
		room_for(eval, eval->items, eval->item_count, &eval->item_room, sizeof *items);
	if (items == NULL)
		return REEVE_NONE;
	eval->items = items;
	uint32_t n = eval->item_count++;
	items[n] = (struct reeve_item){
		.scope = scope,
		.key = reeve_eval_keep(eval, key, strlen(key)),
		.value = "",
		.row = REEVE_NONE,
		.list = REEVE_NONE,
		.first = REEVE_NONE,
		.last = REEVE_NONE,
		.next = REEVE_NONE,
	};
	take(eval, slot, n, true);
	return n;
}

void reeve_eval_put(struct reeve_eval *eval, uint32_t n, enum reeve_item_kind kind, const char *value,
                    bool keeps_before)
{
	if (n == REEVE_NONE || eval->row_count == 0)
		return;

	struct reeve_item *item = &eval->items[n];
	uint32_t row = eval->row_count - 1;
	/* An element that a whole list brought in does not put that list into the shadow. */
	bool is_of_list = kind == REEVE_ITEM_ELEMENT && eval->items[item->list].row == item->row;
	if (item->is_set && item->row != row && !is_of_list)
		eval->rows[item->row].is_shadowed = !keeps_before;
	item->kind = (uint8_t)kind;
	item->value = value;
	item->row = row;
	item->is_set = true;
	if (eval->rows[row].item == REEVE_NONE) /* else a list, of which this is an element */
		eval->rows[row].item = n;
}
