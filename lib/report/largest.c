/* SPDX-License-Identifier: MIT */
/* The largest messages: a heap of the most that are wanted. */
#include "report/largest.h"
#include "base/rows.h"

#include <stdlib.h>
#include <string.h>

/* Smaller ones first; of equals the later, in order of mailboxes' names and then of numbers. */
static int compare(const struct reeve_report_message *a, const struct reeve_report_message *b)
{
	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? -1 : 1;
	int boxes = strcmp(b->box, a->box);
	if (boxes != 0)
		return boxes;
	return a->seq > b->seq ? -1 : a->seq < b->seq;
}

static int largest_first(const void *a, const void *b)
{
	return compare(b, a);
}

static void swap(struct reeve_report_message *a, struct reeve_report_message *b)
{
	struct reeve_report_message c = *a;

	*a = *b;
	*b = c;
}

static void dispose(struct reeve_report_message *msg)
{
	free((char *)msg->box);
	free((char *)msg->from);
	free((char *)msg->subject);
}

static void sift_up(struct reeve_largest *l, size_t at)
{
	for (; at > 0 && compare(&l->heap[at], &l->heap[(at - 1) / 2]) < 0; at = (at - 1) / 2)
		swap(&l->heap[at], &l->heap[(at - 1) / 2]);
}

static void sift_down(struct reeve_largest *l)
{
	size_t at = 0, child;

	while ((child = 2 * at + 1) < l->count) {
		if (child + 1 < l->count && compare(&l->heap[child + 1], &l->heap[child]) < 0)
			child++;
		if (compare(&l->heap[at], &l->heap[child]) <= 0)
			return;
		swap(&l->heap[at], &l->heap[child]);
		at = child;
	}
}

bool reeve_largest_wants(const struct reeve_largest *l, uint64_t bytes)
{
	return l->count < l->max || (l->max > 0 && bytes > l->heap[0].bytes);
}

static int make_room(struct reeve_largest *l)
{
	struct reeve_report_message *heap =
		reeve_rows_grow(l->heap, sizeof *heap, l->count, &l->room);

	if (heap == NULL)
		return -1;
	l->heap = heap;
	return 0;
}

static void drop_smallest(struct reeve_largest *l)
{
	struct reeve_report_message smallest = l->heap[0];

	l->heap[0] = l->heap[--l->count];
	sift_down(l);
	dispose(&smallest);
}

int reeve_largest_add(struct reeve_largest *l, const struct reeve_report_message *msg)
{
	struct reeve_report_message copy = *msg;

	if (l->max == 0 || (l->count == l->max && compare(msg, &l->heap[0]) <= 0))
		return 0;
	copy.box = strdup(msg->box);
	copy.from = strdup(msg->from);
	copy.subject = strdup(msg->subject);
	if (copy.box == NULL || copy.from == NULL || copy.subject == NULL || make_room(l) < 0) {
		dispose(&copy);
		return -1;
	}
	l->heap[l->count] = copy;
	sift_up(l, l->count++);
	if (l->count > l->max)
		drop_smallest(l);
	return 0;
}

int reeve_largest_merge(struct reeve_largest *l, const struct reeve_largest *other)
{
	for (size_t i = 0; i < other->count; i++)
		if (reeve_largest_add(l, &other->heap[i]) < 0)
			return -1;
	return 0;
}

void reeve_largest_sorted(const struct reeve_largest *l, struct reeve_report_message *rows)
{
	if (l->count == 0)
		return;
	memcpy(rows, l->heap, l->count * sizeof *rows);
	qsort(rows, l->count, sizeof *rows, largest_first);
}

void reeve_largest_dispose(struct reeve_largest *l)
{
	for (size_t i = 0; i < l->count; i++)
		dispose(&l->heap[i]);
	free(l->heap);
	*l = (struct reeve_largest){0};
}
