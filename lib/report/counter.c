/* SPDX-License-Identifier: MIT */
/* Space-saving counters: a hash table of names, and a heap with the lightest name on top. */
#include "report/counter.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX
#define FIRST_SLOTS 64

struct slot {
	char *name;
	size_t length;
	struct reeve_tally tally;
	uint64_t missed;    /* bytes at most, before the name got this slot */
	uint32_t next;      /* in the chain of its hash */
	uint32_t heap;      /* where it stands in the heap */
};

struct reeve_counter {
	size_t room;        /* slots at most */
	size_t slot_count;  /* slots there are; a power of two, and so many chains */
	size_t used;
	struct slot *slots;
	uint32_t *chains;
	uint32_t *heap;     /* slots; each at most as heavy as its two children */
	uint64_t floor;     /* a name that has no slot had at most so many bytes */
	bool is_full;       /* a name gave up its slot */
	struct reeve_tally all;
};

struct reeve_tally reeve_tally_one(uint64_t bytes, bool is_unread)
{
	return (struct reeve_tally){
		.count = 1,
		.bytes = bytes,
		.unread_count = is_unread,
		.unread_bytes = is_unread ? bytes : 0,
	};
}

void reeve_tally_add(struct reeve_tally *a, const struct reeve_tally *b)
{
	a->count += b->count;
	a->bytes += b->bytes;
	a->unread_count += b->unread_count;
	a->unread_bytes += b->unread_bytes;
}

/* ---- heap ---------------------------------------------------------------------------------- */

static uint64_t weight(const struct reeve_counter *c, size_t at)
{
	const struct slot *slot = &c->slots[c->heap[at]];

	return slot->tally.bytes + slot->missed;
}

static void swap(struct reeve_counter *c, size_t a, size_t b)
{
	uint32_t slot = c->heap[a];

	c->heap[a] = c->heap[b];
	c->heap[b] = slot;
	c->slots[c->heap[a]].heap = (uint32_t)a;
	c->slots[c->heap[b]].heap = (uint32_t)b;
}

static void sift_up(struct reeve_counter *c, size_t at)
{
	while (at > 0 && weight(c, at) < weight(c, (at - 1) / 2)) {
		swap(c, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

static void sift_down(struct reeve_counter *c, size_t at)
{
	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= c->used)
			return;
		if (child + 1 < c->used && weight(c, child + 1) < weight(c, child))
			child++;
		if (weight(c, at) <= weight(c, child))
			return;
		swap(c, at, child);
		at = child;
	}
}

/* ---- names --------------------------------------------------------------------------------- */

static uint32_t *chain_of(struct reeve_counter *c, const char *name, size_t n)
{
	return &c->chains[reeve_hash(name, n) & (c->slot_count - 1)];
}

static struct slot *find(const struct reeve_counter *c, const char *name, size_t n)
{
	for (uint32_t i = c->chains[reeve_hash(name, n) & (c->slot_count - 1)]; i != NONE;
	     i = c->slots[i].next) {
		struct slot *slot = &c->slots[i];

		if (slot->length == n && memcmp(slot->name, name, n) == 0)
			return slot;
	}
	return NULL;
}

static void link_slot(struct reeve_counter *c, uint32_t i)
{
	uint32_t *chain = chain_of(c, c->slots[i].name, c->slots[i].length);

	c->slots[i].next = *chain;
	*chain = i;
}

static void unlink_slot(struct reeve_counter *c, uint32_t i)
{
	uint32_t *at = chain_of(c, c->slots[i].name, c->slots[i].length);

	while (*at != i)
		at = &c->slots[*at].next;
	*at = c->slots[i].next;
}

static int grow(struct reeve_counter *c, size_t slot_count)
{
	struct slot *slots = reallocarray(c->slots, slot_count, sizeof *slots);
	if (slots == NULL)
		return -1;
	c->slots = slots;
	uint32_t *heap = reallocarray(c->heap, slot_count, sizeof *heap);
	if (heap == NULL)
		return -1;
	c->heap = heap;
	uint32_t *chains = reallocarray(c->chains, slot_count, sizeof *chains);
	if (chains == NULL)
		return -1;
	c->chains = chains;

	c->slot_count = slot_count;
	memset(chains, 0xff, slot_count * sizeof *chains);
	for (size_t i = 0; i < c->used; i++)
		link_slot(c, (uint32_t)i);
	return 0;
}

/* A slot for a name that has none: a new one, or that of the lightest name. */
static struct slot *take_slot(struct reeve_counter *c, const char *name, size_t n)
{
	char *copy;
	uint32_t i;

	if (c->used == c->slot_count && c->used < c->room && grow(c, c->slot_count * 2) < 0)
		return NULL;
	copy = malloc(n + 1);
	if (copy == NULL)
		return NULL;
	memcpy(copy, name, n);
	copy[n] = '\0';

	if (c->used < c->room) {
		i = (uint32_t)c->used++;
		c->heap[i] = i;
		c->slots[i] = (struct slot){.heap = i};
	} else {
		i = c->heap[0];
		if (weight(c, 0) > c->floor)
			c->floor = weight(c, 0);
		c->is_full = true;
		unlink_slot(c, i);
		free(c->slots[i].name);
	}
	c->slots[i].name = copy;
	c->slots[i].length = n;
	c->slots[i].tally = (struct reeve_tally){0};
	c->slots[i].missed = c->floor;
	link_slot(c, i);
	return &c->slots[i];
}

/* The name's slot got heavier (or is new, and perhaps lighter than the one above). */
static void settle(struct reeve_counter *c, const struct slot *slot)
{
	sift_down(c, slot->heap);
	sift_up(c, slot->heap);
}

static struct slot *slot_for(struct reeve_counter *c, const char *name, size_t n)
{
	struct slot *slot = find(c, name, n);

	return slot != NULL ? slot : take_slot(c, name, n);
}

/* ---- ---------------------------------------------------------------------------------------- */

struct reeve_counter *reeve_counter_new(size_t room)
{
	struct reeve_counter *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->room = room;
	if (grow(c, room < FIRST_SLOTS ? room : FIRST_SLOTS) < 0) {
		reeve_counter_free(c);
		return NULL;
	}
	return c;
}

void reeve_counter_free(struct reeve_counter *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->used; i++)
		free(c->slots[i].name);
	free(c->slots);
	free(c->heap);
	free(c->chains);
	free(c);
}

int reeve_counter_add(struct reeve_counter *c, const char *name, size_t n,
                      const struct reeve_tally *tally)
{
	struct slot *slot = slot_for(c, name, n < REEVE_NAME_MAX ? n : REEVE_NAME_MAX);

	if (slot == NULL)
		return -1;
	reeve_tally_add(&slot->tally, tally);
	reeve_tally_add(&c->all, tally);
	settle(c, slot);
	return 0;
}

/* Heaviest first; of equals those who missed less, then by name. */
static int order_of_weight(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;
	uint64_t heavy = x->tally.bytes + x->missed, other = y->tally.bytes + y->missed;

	if (heavy != other)
		return heavy > other ? -1 : 1;
	if (x->missed != y->missed)
		return x->missed < y->missed ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Keep the heaviest names, as many as there is room for. */
static void shrink(struct reeve_counter *c)
{
	if (c->used <= c->room)
		return;
	qsort(c->slots, c->used, sizeof *c->slots, order_of_weight);
	for (size_t i = c->room; i < c->used; i++) {
		uint64_t heavy = c->slots[i].tally.bytes + c->slots[i].missed;

		if (heavy > c->floor)
			c->floor = heavy;
		free(c->slots[i].name);
	}
	c->is_full = true;
	c->used = c->room;
	memset(c->chains, 0xff, c->slot_count * sizeof *c->chains);
	for (size_t i = 0; i < c->used; i++) {
		size_t at = c->used - 1 - i;

		c->slots[i].heap = (uint32_t)at;
		c->heap[at] = (uint32_t)i;
		link_slot(c, (uint32_t)i);
	}
}

/*
 * What one of the two has no slot for, it may have seen: up to its floor (Agarwal and others,
 * Mergeable summaries, 2012).
 */
int reeve_counter_merge(struct reeve_counter *c, const struct reeve_counter *other)
{
	size_t room = c->room;
	int r = 0;

	for (size_t i = 0; i < c->used; i++)
		if (find(other, c->slots[i].name, c->slots[i].length) == NULL)
			c->slots[i].missed += other->floor;
	for (size_t i = c->used / 2; i-- > 0;)
		sift_down(c, i);

	/* First all, so that no name gives way to a lighter one that comes later. */
	c->room = c->used + other->used;
	for (size_t i = 0; i < other->used && r == 0; i++) {
		const struct slot *theirs = &other->slots[i];
		struct slot *slot = slot_for(c, theirs->name, theirs->length);

		if (slot == NULL) {
			r = -1;
			continue;
		}
		reeve_tally_add(&slot->tally, &theirs->tally);
		slot->missed += theirs->missed;
		settle(c, slot);
	}
	c->room = room;
	c->floor += other->floor;
	c->is_full |= other->is_full;
	reeve_tally_add(&c->all, &other->all);
	shrink(c);
	return r;
}

static int heavier(const void *a, const void *b)
{
	const struct slot *const *x = a, *const *y = b;

	if ((*x)->tally.bytes != (*y)->tally.bytes)
		return (*x)->tally.bytes > (*y)->tally.bytes ? -1 : 1;
	return strcmp((*x)->name, (*y)->name);
}

int reeve_counter_top(const struct reeve_counter *c, struct reeve_report_name *rows, size_t max,
                      struct reeve_report_names *names_r)
{
	const struct slot **sorted = malloc((c->used + 1) * sizeof(struct slot *));

	if (sorted == NULL)
		return -1;
	for (size_t i = 0; i < c->used; i++)
		sorted[i] = &c->slots[i];
	qsort(sorted, c->used, sizeof(struct slot *), heavier);

	*names_r = (struct reeve_report_names){.rows = rows,
	                                       .count = c->used < max ? c->used : max,
	                                       .all = c->all,
	                                       .others = c->all,
	                                       .distinct = c->used,
	                                       .is_exact = !c->is_full};
	for (size_t i = 0; i < names_r->count; i++) {
		const struct slot *slot = sorted[i];

		rows[i] = (struct reeve_report_name){slot->name, slot->tally, slot->missed};
		names_r->others.count -= slot->tally.count;
		names_r->others.bytes -= slot->tally.bytes;
		names_r->others.unread_count -= slot->tally.unread_count;
		names_r->others.unread_bytes -= slot->tally.unread_bytes;
	}
	free(sorted);
	return 0;
}
