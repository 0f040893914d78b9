/* SPDX-License-Identifier: MIT */
/*
 * Whether a message is chosen: a walk over the compiled query.
 *
 * Dates and sizes compare as in Dovecot (lib-storage/index/index-search.c,
 * search_arg_match_cached): a day is the local one for the From_ line's date, and the sender's
 * for the Date: header; a message without a Date: header was sent in 1970.
 */
#include "mbox/query.h"

#include <assert.h>

#define DAY_SECONDS (24 * 60 * 60)

static bool set_has(const struct query_set *set, uint32_t number, uint32_t last)
{
	size_t low = 0, high = set->count;

	if (set->has_last && number == last)
		return true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (set->ranges[middle].high < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->count && set->ranges[low].low <= number;
}

/* What the clock on the wall here showed, as if it were UTC. */
static int64_t wall_clock(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		return seconds;
	return seconds + tm.tm_gmtoff / 60 * 60;
}

static bool date_matches(const struct query_node *node, const struct reeve_message *msg)
{
	int64_t date = node->type == QUERY_SENT ? msg->sent : msg->received;
	int64_t start = node->u.date.seconds;

	if (node->u.date.is_local) {
		date = node->type == QUERY_SENT ? date + (int64_t)msg->sent_zone_minutes * 60
		                                : wall_clock(date);
	}
	switch (node->compare) {
	case QUERY_BEFORE:
		return date < start;
	case QUERY_ON:
		return date >= start && date < start + DAY_SECONDS;
	case QUERY_SINCE:
		return date >= start;
	case QUERY_ABOVE:
		break;
	}
	assert(!"a date has no such comparison");
	return false;
}

static bool node_matches(const struct query_node *node, const struct reeve_message *msg,
                         const struct reeve_totals *totals);

/* Whether one child at least gives `wanted`. */
static bool any_child(const struct query_node *parent, bool wanted,
                      const struct reeve_message *msg, const struct reeve_totals *totals)
{
	for (const struct query_node *c = parent->u.children; c != NULL; c = c->next) {
		if (node_matches(c, msg, totals) == wanted)
			return true;
	}
	return false;
}

static bool node_matches(const struct query_node *node, const struct reeve_message *msg,
                         const struct reeve_totals *totals)
{
	bool match = false;

	switch (node->type) {
	case QUERY_AND:
		match = !any_child(node, false, msg, totals);
		break;
	case QUERY_OR:
		match = any_child(node, true, msg, totals);
		break;
	case QUERY_ALL:
		match = true;
		break;
	case QUERY_FLAGS:
		match = (msg->flags & node->u.flags.mask) == node->u.flags.value;
		break;
	case QUERY_RECEIVED:
	case QUERY_SENT:
		match = date_matches(node, msg);
		break;
	case QUERY_SIZE:
		match = node->compare == QUERY_BEFORE ? msg->size_virtual < node->u.size_bytes
		                                      : msg->size_virtual > node->u.size_bytes;
		break;
	case QUERY_SEQ:
		match = set_has(&node->u.set, msg->seq, totals != NULL ? totals->messages : 0);
		break;
	case QUERY_UID:
		match = set_has(&node->u.set, msg->uid, totals != NULL ? totals->last_uid : 0);
		break;
	}
	return match != node->is_not;
}

bool reeve_query_match(const struct reeve_query *query, const struct reeve_message *msg,
                       const struct reeve_totals *totals)
{
	return node_matches(query->root, msg, totals);
}

unsigned int reeve_query_needs(const struct reeve_query *query)
{
	return query->needs;
}

void reeve_query_free(struct reeve_query *query)
{
	if (query != NULL)
		reeve_arena_free(query->arena);
}
