/* SPDX-License-Identifier: MIT */
/* What reeve-migrate(8) does, between its options and what it says. */
#ifndef COMMON_MIGRATE_H
#define COMMON_MIGRATE_H

#include "json.h"
#include <argp.h>
#include <mailreeve/migrate.h>
#include <mailreeve/plan.h>

struct migrate_tool {
	const char *to, *config, *root, *output;
	const char *setting; /* to be explained; NULL */
	bool is_check, is_dry_run, wants_diff, is_explain, is_json, is_quiet, is_verbose;
	int64_t lock_timeout_ms;

	/* of the run */
	char *path; /* of the main file; NULL: the usual one */
	struct reeve_migrate *migrate;
	struct reeve_plan *plan;
	struct reeve_plan_result result;
	struct json *diags;
	bool has_problems; /* files that cannot be read, as the diagnostics said */
	bool is_refused;   /* by the real program, before and after */
	bool is_newer;     /* the real program is of 2.4, and refuses all of these */
};

void migrate_diag(struct migrate_tool *tool, const struct reeve_diag *diag);

/* Have the real program look at a change that is not carried out. -1 with err: it would not work,
 * and what is there does. */
int migrate_verify(struct migrate_tool *tool, struct reeve_error *err);

/* What a plan says of lines of the new files, of those of the old. */
void migrate_plan_diag(struct migrate_tool *tool, const struct reeve_diag *diag);
void migrate_place_error(const struct migrate_tool *tool, struct reeve_error *err);

void migrate_run(struct migrate_tool *tool);

/* What was or would be changed, as words or as JSON; diffs[i] of the plan's files. err: why not;
 * NULL. */
void migrate_say(struct migrate_tool *tool, char *const *diffs, const struct reeve_error *err);

/* The rules of a setting. */
void migrate_explain(struct migrate_tool *tool);

#endif
