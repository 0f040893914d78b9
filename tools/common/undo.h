/* SPDX-License-Identifier: MIT */
/* Between the files of reeve-undo(8). */
#ifndef COMMON_UNDO_H
#define COMMON_UNDO_H

#include <mailreeve/plan.h>

struct undo {
	/* from the command line */
	struct reeve_plan_how how;
	const char *id; /* NULL: the last change; of a list: all */
	bool is_list, is_finish;
	bool wants_diff;
	bool is_json, is_quiet, is_verbose;

	struct json *diags; /* with is_json */
};

void undo_run(struct undo *undo);
void undo_list(struct undo *undo);

/* Print the results with the diagnostics, and an error if there is one. */
struct json;
void undo_print_json(struct undo *undo, struct json *results, const struct reeve_error *err);

#endif
