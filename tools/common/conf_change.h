/* SPDX-License-Identifier: MIT */
/* A change that reeve-conf(8) makes: from words to a plan, and what is said of it. */
#ifndef COMMON_CONF_CHANGE_H
#define COMMON_CONF_CHANGE_H

#include "conf.h"
#include <mailreeve/plan.h>

/* One setting that is to change. */
struct conf_item {
	const char *path;
	const char *value; /* NULL: it goes */
	char *old;         /* as it was written; NULL: it was not set */
	struct conf_side *side;
	bool is_changed;
};

struct conf_change {
	struct conf_run *run;
	struct conf_item *items;
	size_t item_count;
	char *value;             /* of --value-file: wiped at the end */
	char *what;              /* the command */
	struct reeve_plan *plan; /* NULL: it could not be begun */
	struct conf_new_file {
		char *path, *target; /* with the root in front */
		char *diff;          /* with --diff */
		size_t diff_size;
	} *files; /* of the plan, which cannot be asked any more when it was carried out */
	size_t file_count;
	struct conf_side said; /* no side, but what the plan says is held here */
	struct reeve_plan_result result;
	bool is_done; /* nothing failed */
	bool is_told; /* why it failed was said already */
	struct json *goal;   /* of reeve-limits(8): as tidied */
	struct json *tidied; /* of reeve-limits(8): goes into the JSON; NULL */
	void *user;   /* whose decide() knows it */
};

#define CONF_VALUE_MAX ((size_t)1 << 20) /* bytes of a value in a file */

/* Paths and values of the command line. A word that is wrong ends the program. */
void conf_words_read(struct conf_change *change);

/* The one line of --value-file: CONF_VALUE_MAX bytes, to be wiped and freed. NULL with err. */
char *conf_value_read(const char *path, struct reeve_error *err);

/* The command, for the list of changes; before the words are read. To be freed; NULL: no memory. */
char *conf_words_describe(const struct conf_run *run);

/*
 * Lint a side before its first change, and after the last. What is new is held, as findings; where
 * an error is among it, -1 with err (REEVE_EREFUSED), unless the change is forced.
 */
int conf_check_before(struct conf_side *side, struct reeve_error *err);
int conf_check_after(struct conf_side *side, bool is_forced, struct reeve_error *err);

/* ---- the plan (conf_plan.c) ---------------------------------------------------------------- */

void conf_change_begin(struct conf_change *change, struct conf_run *run);

/*
 * Begin a plan, open the configurations, have `decide` change them in memory, and carry it out. -1 with
 * err, and nothing is changed.
 */
int conf_carry_out(struct conf_change *change,
                   int (*decide)(struct conf_change *change, struct reeve_error *err),
                   struct reeve_error *err);

void conf_change_dispose(struct conf_change *change);

/* Print what was done, or would be. err: why nothing was; NULL. */
void conf_change_say(struct conf_change *change, const struct reeve_error *err);

#endif
