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

/* What is asked about: a message, and what "*" means. */
struct asked {
	const struct reeve_message *msg;
	const struct reeve_totals *totals;
};

static enum query_answer node_answer(const struct query_node *node, const struct asked *asked);

/*
 * `decisive` if a child answers so; else QUERY_UNKNOWN if one does; else the opposite. Facts that
 * are known decide, whatever stands before them.
 */
static enum query_answer children_answer(const struct query_node *parent,
                                         enum query_answer decisive, const struct asked *asked)
{
	enum query_answer answer = decisive == QUERY_YES ? QUERY_NO : QUERY_YES;

	for (const struct query_node *c = parent->u.children; c != NULL; c = c->next) {
		enum query_answer child = node_answer(c, asked);

		if (child == decisive)
			return decisive;
		if (child == QUERY_UNKNOWN)
			answer = QUERY_UNKNOWN;
	}
	return answer;
}

/* Facts that the scan found: never unknown. */
static bool fact_matches(const struct query_node *node, const struct asked *asked)
{
	const struct reeve_message *msg = asked->msg;
	const struct reeve_totals *totals = asked->totals;

	switch (node->type) {
	case QUERY_ALL:
		return true;
	case QUERY_FLAGS:
		return (msg->flags & node->u.flags.mask) == node->u.flags.value;
	case QUERY_RECEIVED:
	case QUERY_SENT:
		return date_matches(node, msg);
	case QUERY_SIZE:
		return node->compare == QUERY_BEFORE ? msg->size_virtual < node->u.size_bytes
		                                     : msg->size_virtual > node->u.size_bytes;
	case QUERY_SEQ:
		return set_has(&node->u.set, msg->seq, totals != NULL ? totals->messages : 0);
	case QUERY_UID:
		return set_has(&node->u.set, msg->uid, totals != NULL ? totals->last_uid : 0);
	case QUERY_AND:
	case QUERY_OR:
	case QUERY_TEXT:
		break;
	}
	assert(!"not a fact");
	return false;
}

static enum query_answer node_answer(const struct query_node *node, const struct asked *asked)
{
	const struct reeve_found *found = asked->msg->found;
	enum query_answer answer;

	if (node->type == QUERY_AND)
		answer = children_answer(node, QUERY_NO, asked);
	else if (node->type == QUERY_OR)
		answer = children_answer(node, QUERY_YES, asked);
	else if (node->type == QUERY_TEXT)
		answer = found == NULL ? QUERY_UNKNOWN
		                       : (enum query_answer)found->answers[node->u.text];
	else
		answer = fact_matches(node, asked) ? QUERY_YES : QUERY_NO;

	if (answer == QUERY_UNKNOWN || !node->is_not)
		return answer;
	return answer == QUERY_YES ? QUERY_NO : QUERY_YES;
}

enum query_answer query_answer(const struct reeve_query *query, const struct reeve_message *msg,
                               const struct reeve_totals *totals)
{
	return node_answer(query->root, &(struct asked){msg, totals});
}

bool reeve_query_match(const struct reeve_query *query, const struct reeve_message *msg,
                       const struct reeve_totals *totals)
{
	return query_answer(query, msg, totals) == QUERY_YES;
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
