/* SPDX-License-Identifier: MIT */
/*
 * Which prune would free how much: a few candidates, counted as reeve_mbox_prune() counts.
 *
 *     reeve_advice_begin(&advice, now);
 *     reeve_advice_add(&advice, &msg, larger)     for each message, in order
 *     reeve_advice_end(&advice);
 */
#ifndef REPORT_ADVICE_H
#define REPORT_ADVICE_H

#include "report/counter.h"
#include <mailreeve/mbox.h>

enum { REEVE_ADVICE_ROWS = 9 };

/* Sizes that candidates ask for, as bits of `larger`: LARGER in a query, so of size_virtual. */
enum reeve_larger {
	REEVE_LARGER_1M = 1 << 0,
	REEVE_LARGER_10M = 1 << 1,
};

/* A message and the suspect pieces behind it, which go together or stay. */
struct reeve_advice_group {
	unsigned int chosen; /* candidates that choose each message of it, as bits */
	bool has_first;      /* the first message of the mailbox is in it */
	uint64_t messages;   /* all of them, also what is not counted elsewhere */
	struct reeve_tally tally;
};

struct reeve_advice {
	int64_t now;
	struct reeve_tally removed[REEVE_ADVICE_ROWS];
	bool has_flagged; /* a candidate would have removed a flagged message, and does not */
	/* while a mailbox is read */
	struct reeve_advice_group group;
	uint64_t messages; /* with the pseudo message */
	uint64_t base_bytes; /* X-IMAPbase lines that move when the first message goes */
	uint64_t chosen_messages[REEVE_ADVICE_ROWS];
	bool takes_first[REEVE_ADVICE_ROWS];
	bool has_pseudo;
};

void reeve_advice_begin(struct reeve_advice *advice, int64_t now);

/* The sizes (enum reeve_larger) that matter for a message: others need not be known. */
unsigned int reeve_advice_asks(const struct reeve_message *msg);

void reeve_advice_add(struct reeve_advice *advice, const struct reeve_message *msg,
                      unsigned int larger);
void reeve_advice_end(struct reeve_advice *advice);
void reeve_advice_merge(struct reeve_advice *advice, const struct reeve_advice *other);

/* Read mail of a sender or a list: what a dry run of the library says. */
struct reeve_advice_name {
	const char *option; /* "--from"; NULL: there is none */
	char name[REEVE_NAME_MAX + 1];
	struct reeve_tally removed;
};

enum { REEVE_ADVICE_NAMES = 2 };

/* What would go if all that was read went. */
uint64_t reeve_advice_read_bytes(const struct reeve_advice *advice);

/*
 * What is worth telling, into commands, which has room for all rows and names: how many, and in
 * *best_r the one to name. The options are strings of the library's own, a name stays where it is.
 */
size_t reeve_advice_commands(const struct reeve_advice *advice,
                             const struct reeve_advice_name names[REEVE_ADVICE_NAMES],
                             struct reeve_report_command *commands, size_t *best_r);

#endif
