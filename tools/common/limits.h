/* SPDX-License-Identifier: MIT */
/* Between the files of reeve-limits(8). */
#ifndef COMMON_LIMITS_H
#define COMMON_LIMITS_H

#include "conf.h"
#include <mailreeve/limits.h>

struct limits_run {
	struct conf_run conf; /* what it shares with reeve-conf(8) */
	bool is_check;
	bool wants_reload;
	struct reeve_limits_goal goal;
};

/* The table; with is_check what contradicts what, and the exit status. */
void limits_show(struct limits_run *run);

/* Set what the goal asks for. */
void limits_change(struct limits_run *run);

/*
 * Mailboxes that are larger already than what is to be lets them be: told, each; and unless it is forced,
 * a goal that makes one of them full is refused.
 */
struct conf_change;
int limits_refuse_full(struct conf_change *change, const struct reeve_limits *before,
                       const struct reeve_limits *after, struct reeve_error *err);

/* False of a value that the program cannot read: it limits nothing that one could name. */
bool limits_is_known(const struct reeve_limit *limit);

/* All that is shown, and found. */
void limits_print_json(struct conf_run *run, const struct reeve_limits *limits);

/* Findings in text (those that a change leaves: why it is not made) and in JSON. */
void limits_say_finding(const struct conf_run *run, const struct reeve_limit_finding *finding);
struct json *limits_json_findings(const struct reeve_limits *limits);

#endif
