/* SPDX-License-Identifier: MIT */
/*
 * Between the files of reeve-conf(8).
 *
 *     struct conf_run run = {.root = ..., .words = ...};
 *     conf_get(&run), conf_list(&run), conf_lint(&run) or conf_change(&run)
 *     conf_dispose(&run);
 *
 * A side is the configuration of one program. Both are read where both are there, since a PATH does
 * not say whose it is. What is found in the files of a side is held back until the side is used:
 * who asks Postfix something does not want to hear of Dovecot.
 */
#ifndef COMMON_CONF_H
#define COMMON_CONF_H

#include "json.h"
#include <mailreeve/conf.h>

enum { CONF_SIDES = 2 };

/* A diagnostic that is held back. */
struct conf_finding {
	enum reeve_severity severity;
	char *file, *text;
	uint64_t line, column;
};

struct conf_side {
	enum reeve_conf_kind kind;
	struct reeve_conf *conf; /* NULL: it is not there, or not wanted */
	struct reeve_talk talk;
	struct conf_finding *findings;
	size_t finding_count, finding_room;
	size_t told; /* findings that are done with */
	size_t said; /* warnings and errors that were said */
	size_t opening;  /* of a change: findings of before it was checked */
	bool is_checked;
	bool has_failed; /* no memory for findings */
};

struct conf_run {
	/* from the command line */
	char *root; /* without its last slashes; NULL: "/" */
	const char *config;
	bool dovecot, postfix;
	bool is_effective;
	bool is_dry_run;
	bool wants_diff;
	bool is_forced;
	bool is_json;
	bool is_quiet, is_verbose;
	bool is_unset; /* of a change: unset */
	bool is_reloading; /* who changes it has it read: how to is not said */
	const char *value_file;
	int64_t lock_timeout_ms;
	char **words; /* PATHs, PATH=VALUEs, PATTERNs: argv's, which are written to */
	size_t word_count;

	/* of the run */
	struct conf_side sides[CONF_SIDES];
	bool is_usage; /* the exit status is 2 */
	struct reeve_error unopened; /* why conf_open() failed, for JSON */
	bool is_terminal; /* standard output */
	struct json *diags; /* with is_json */
};

void conf_get(struct conf_run *run);
void conf_list(struct conf_run *run);
void conf_lint(struct conf_run *run);
void conf_change(struct conf_run *run); /* set and unset */
void conf_dispose(struct conf_run *run);

/* ---- sides --------------------------------------------------------------------------------- */

/* "Dovecot" or "Postfix"; and in JSON. */
const char *conf_program(enum reeve_conf_kind kind);
const char *conf_program_key(enum reeve_conf_kind kind);

/*
 * Open the configurations that are wanted, and there. -1 after saying why; then what could be
 * opened is open.
 */
int conf_open(struct conf_run *run);

/*
 * Whose setting is it? A change must not hit the wrong program, so for one it counts who knows the
 * PATH as well as who has set it.
 *
 * Returns 1 with *side_r, 0 if it is set nowhere and nobody knows it (or both do, if it is not for
 * a change), -1 with err: REEVE_EUSAGE if it could be either's.
 */
int conf_side_of(struct conf_run *run, const char *path, bool is_change,
                 struct conf_side **side_r, struct reeve_error *err);

/* A reeve_diag_fn whose user is a side: hold it back. */
void conf_hold(void *user, const struct reeve_diag *diag);

/* Say what was found in a side's files and was not said yet: on stderr, in JSON. */
void conf_tell(struct conf_run *run, struct conf_side *side);

void conf_side_dispose(struct conf_side *side);

/* Fill an error of ours; -1. */
int conf_error(struct reeve_error *err, enum reeve_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Say an error, and remember its exit status: 2 for wrong usage. */
void conf_fail(struct conf_run *run, const struct reeve_error *err);

/* ---- results ------------------------------------------------------------------------------- */

/*
 * Print text of a file's. To a terminal without control characters; to a pipe or a file as it is.
 * `indent` follows each line end.
 */
void conf_put(const struct conf_run *run, const char *text, size_t n, const char *indent);
void conf_put_text(const struct conf_run *run, const char *text, const char *indent);

/* Add the diagnostics to the results, print them, and free them. */
void conf_print_json(struct conf_run *run, struct json *results);

/* Of results that were printed by json_next(): the diagnostics behind them. */
void conf_end_json(struct conf_run *run);

#endif
