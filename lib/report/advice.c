/* SPDX-License-Identifier: MIT */
/*
 * The prune that would free most, without harm: a table of candidates.
 *
 * What a candidate removes is counted by the rules of mbox/choose.c, so that a dry run says the
 * same: suspect pieces go with the message before them or not at all, the pseudo message stays, and
 * the first message leaves its X-IMAPbase behind.
 */
#include "report/advice.h"
#include "report/counter.h"

#define DAY INT64_C(86400)

/* From cautious to bold. Flagged messages are kept by all of them. */
static const struct row {
	const char *options;
	const char *keep_flagged; /* the same, where it matters */
	bool is_read;             /* only messages that were read */
	unsigned int days;        /* only older ones; 0: of any age */
	unsigned int larger;      /* only those; 0: of any size */
} rows[] = {
	{"--read --larger-than 10M", "--read --larger-than 10M --keep-flagged", true, 0, REEVE_LARGER_10M},
	{"--read --older-than 365d", "--read --older-than 365d --keep-flagged", true, 365, 0},
	{"--read --larger-than 1M", "--read --larger-than 1M --keep-flagged", true, 0, REEVE_LARGER_1M},
	{"--read --older-than 90d", "--read --older-than 90d --keep-flagged", true, 90, 0},
	{"--read --older-than 30d", "--read --older-than 30d --keep-flagged", true, 30, 0},
	{"--read", "--read --keep-flagged", true, 0, 0},
	{"--older-than 365d", "--older-than 365d --keep-flagged", false, 365, 0},
	{"--older-than 90d", "--older-than 90d --keep-flagged", false, 90, 0},
	{"--older-than 30d", "--older-than 30d --keep-flagged", false, 30, 0},
};

/* Of these, all that was read. */
enum { ALL_READ = 5 };

_Static_assert(sizeof rows / sizeof rows[0] == REEVE_ADVICE_ROWS, "as many as are counted");

static bool is_chosen(const struct row *row, const struct reeve_message *msg, int64_t now,
                      unsigned int larger)
{
	if (row->is_read && (msg->flags & REEVE_FLAG_SEEN) == 0)
		return false;
	if (row->days > 0 && msg->received >= now - row->days * DAY)
		return false;
	return row->larger == 0 || (row->larger & larger) != 0;
}

/* The group is complete: what chose all of it removes all of it. */
static void end_group(struct reeve_advice *a)
{
	const struct reeve_advice_group *group = &a->group;

	for (unsigned int i = 0; i < REEVE_ADVICE_ROWS; i++) {
		if ((group->chosen >> i & 1) == 0)
			continue;
		reeve_tally_add(&a->removed[i], &group->tally);
		a->chosen_messages[i] += group->messages;
		a->takes_first[i] |= group->has_first;
	}
	a->group = (struct reeve_advice_group){0};
}

void reeve_advice_begin(struct reeve_advice *a, int64_t now)
{
	*a = (struct reeve_advice){.now = now};
}

unsigned int reeve_advice_asks(const struct reeve_message *msg)
{
	/* All candidates that ask for a size want read messages. */
	if (msg->is_pseudo || (msg->flags & REEVE_FLAG_SEEN) == 0 ||
	    (msg->flags & REEVE_FLAG_FLAGGED) != 0)
		return 0;
	return REEVE_LARGER_1M | REEVE_LARGER_10M;
}

void reeve_advice_add(struct reeve_advice *a, const struct reeve_message *msg, unsigned int larger)
{
	struct reeve_tally one =
		reeve_tally_one(msg->whole.length, (msg->flags & REEVE_FLAG_SEEN) == 0);
	unsigned int chosen = 0;

	if (a->messages == 0 && !msg->is_pseudo)
		a->base_bytes = msg->imapbase.length;
	/* The pseudo message is a group by itself, and no piece joins it. */
	bool is_alone = !msg->is_suspect || a->group.messages == 0 || a->has_pseudo;
	if (is_alone)
		end_group(a);
	a->has_pseudo = msg->is_pseudo;

	for (unsigned int i = 0; i < REEVE_ADVICE_ROWS && !msg->is_pseudo; i++)
		if (is_chosen(&rows[i], msg, a->now, larger))
			chosen |= 1u << i;
	if (chosen != 0 && (msg->flags & REEVE_FLAG_FLAGGED) != 0) {
		a->has_flagged = true;
		chosen = 0;
	}
	a->group.chosen = is_alone ? chosen : a->group.chosen & chosen;
	a->group.has_first |= a->messages == 0;
	a->group.messages++;
	reeve_tally_add(&a->group.tally, &one);
	a->messages++;
}

void reeve_advice_end(struct reeve_advice *a)
{
	end_group(a);
	for (size_t i = 0; i < REEVE_ADVICE_ROWS; i++) {
		/* Nothing is left to carry X-IMAPbase if everything goes. */
		if (a->takes_first[i] && a->chosen_messages[i] < a->messages)
			a->removed[i].bytes -= a->base_bytes;
	}
}

void reeve_advice_merge(struct reeve_advice *a, const struct reeve_advice *other)
{
	for (size_t i = 0; i < REEVE_ADVICE_ROWS; i++)
		reeve_tally_add(&a->removed[i], &other->removed[i]);
	a->has_flagged |= other->has_flagged;
}

/* All candidates, from cautious to bold: how many. A sender's mail goes before all that was read. */
static size_t list_candidates(const struct reeve_advice *a, const struct reeve_advice_name *names,
                              bool is_read, struct reeve_report_command *list)
{
	size_t count = 0;

	for (size_t i = 0; i < REEVE_ADVICE_ROWS; i++) {
		if (rows[i].is_read != is_read)
			continue;
		for (size_t k = 0; k < REEVE_ADVICE_NAMES && i == ALL_READ; k++)
			if (names[k].option != NULL)
				list[count++] = (struct reeve_report_command){
					.options = a->has_flagged ? rows[i].keep_flagged : rows[i].options,
					.name_option = names[k].option,
					.name = names[k].name,
					.removed = names[k].removed,
				};
		list[count++] = (struct reeve_report_command){
			.options = a->has_flagged ? rows[i].keep_flagged : rows[i].options,
			.removed = a->removed[i],
		};
	}
	return count;
}

uint64_t reeve_advice_read_bytes(const struct reeve_advice *a)
{
	return a->removed[ALL_READ].bytes;
}

size_t reeve_advice_commands(const struct reeve_advice *a,
                             const struct reeve_advice_name names[REEVE_ADVICE_NAMES],
                             struct reeve_report_command *commands, size_t *best_r)
{
	struct reeve_report_command list[REEVE_ADVICE_ROWS + REEVE_ADVICE_NAMES];
	size_t count = 0;

	*best_r = 0;
	/* Unread mail is not spoken of while read mail is there to go. */
	for (int read = 1; read >= 0 && count == 0; read--) {
		size_t n = list_candidates(a, names, read != 0, list);
		uint64_t least = 0;

		for (;;) {
			const struct reeve_report_command *next = NULL;

			/* The next larger one; of equals the most cautious. */
			for (size_t i = 0; i < n; i++)
				if (list[i].removed.bytes > least &&
				    (next == NULL || list[i].removed.bytes < next->removed.bytes))
					next = &list[i];
			if (next == NULL)
				break;
			commands[count++] = *next;
			least = next->removed.bytes;
		}
	}
	if (count > 0) {
		uint64_t most = commands[count - 1].removed.bytes;

		while (commands[*best_r].removed.bytes < most - most / 10)
			++*best_r;
	}
	return count;
}
