/* SPDX-License-Identifier: MIT */
/*
 * What reeve-prune and reeve-truncate share: options, one mailbox after the other, and what is
 * said about each, in words or JSON.
 *
 *     struct clean clean = {.say = ...};
 *     argp_parse() with clean_children
 *     clean_check(&clean);
 *     fill clean.prune with what is to go
 *     clean_run(&clean);
 *     clean_dispose(&clean);
 */
#ifndef COMMON_CLEAN_H
#define COMMON_CLEAN_H

#include "boxes.h"
#include "json.h"
#include <argp.h>
#include <mailreeve/mbox.h>

struct clean {
	struct boxes boxes;
	struct reeve_prune prune; /* what is not a selection is filled here */
	char *archive;            /* prune.archive, with the root in front */
	bool recover;             /* finish journals, remove nothing */
	bool verbose;
	bool quiet;
	bool is_json;
	unsigned int jobs;  /* processes; 0: --jobs was not given */
	bool is_table;      /* a table is printed at the end, instead of a line for each mailbox */

	/* Say on stdout what went, or would go. `path` is "total" for the sum of several boxes. */
	void (*say)(const struct clean *clean, const char *path,
	            const struct reeve_prune_result *result);
	/* What the person can do about an error, or NULL. */
	const char *(*advice)(const struct clean *clean, const struct reeve_error *err,
	                      const struct reeve_prune_result *result);

	/* of the run */
	struct reeve_prune_result total;
	uint64_t done_count;
	uint64_t failed_count;
	struct json *json_boxes;
	struct json *json_diags;     /* about the spool */
	struct json *json_box_diags; /* about the box at hand; NULL between boxes */
};

/* The shared options, for struct argp. At ARGP_KEY_INIT the parser calls clean_inputs(). */
extern const struct argp_child clean_children[];
void clean_inputs(struct clean *clean, struct argp_state *state);

/* After argp_parse(). What is still wrong is a usage error. */
void clean_check(struct clean *clean);

void clean_run(struct clean *clean);

/* " (3 unread)" or "". Returns buf. */
const char *clean_unread(uint64_t count, char buf[40]);

/* "1 message", "2 messages". Returns buf. */
const char *clean_messages(uint64_t count, char buf[40]);

void clean_dispose(struct clean *clean);

/* For options: a number of things. False if it is none. */
bool clean_count_parse(const char *text, uint64_t *count_r);

#endif
