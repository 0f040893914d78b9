/* SPDX-License-Identifier: MIT */
/* Reading the rows of rules. */
#include "migrate/rules.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

const struct reeve_migrate_rule reeve_migrate_rows[] = {
#include "migrate/rules/advice.inc"
#include "migrate/rules/settings.inc"
#include "migrate/rules/variables.inc"
};
const size_t reeve_migrate_row_count = sizeof reeve_migrate_rows / sizeof *reeve_migrate_rows;

const char *const reeve_migrate_versions[] = {"1.0", "1.1", "1.2", "2.0",
                                              "2.1", "2.2", "2.3", "2.4"};

static const char *const actions[] = {
	[MIGRATE_RENAME] = "rename", [MIGRATE_VALUE] = "value",   [MIGRATE_MOVE] = "move",
	[MIGRATE_REMOVE] = "remove", [MIGRATE_WORD] = "word",     [MIGRATE_SPLIT] = "split",
	[MIGRATE_UNWRAP] = "unwrap", [MIGRATE_BLOCK] = "block",   [MIGRATE_ODD] = "odd",
	[MIGRATE_MANUAL] = "manual", [MIGRATE_NOTE] = "note",     [MIGRATE_NEW] = "new",
	[MIGRATE_ADVICE] = "advice",
};

int reeve_migrate_version_number(const char *name, size_t n)
{
	for (int i = 0; i < MIGRATE_VERSIONS; i++)
		if (strlen(reeve_migrate_versions[i]) == n &&
		    memcmp(reeve_migrate_versions[i], name, n) == 0)
			return i;
	return -1;
}

/* False if the row means nothing. */
static bool read_row(struct migrate_rule *rule, const struct reeve_migrate_rule *row)
{
	const char *dash = strchr(row->hop, '-');
	size_t n = strlen(row->old_name), i;

	rule->row = *row;
	if (dash == NULL)
		return false;
	rule->from = reeve_migrate_version_number(row->hop, (size_t)(dash - row->hop));
	rule->to = reeve_migrate_version_number(dash + 1, strlen(dash + 1));
	rule->is_era = strcmp(row->when, "era") == 0;
	rule->is_late = strcmp(row->when, "late") == 0;
	rule->is_block = n > 3 && strcmp(row->old_name + n - 3, " {}") == 0;
	for (i = 0; i < sizeof actions / sizeof *actions; i++)
		if (strcmp(actions[i], row->action) == 0)
			break;
	rule->action = (enum migrate_action)i;
	return i < sizeof actions / sizeof *actions && rule->from >= 0 &&
	       rule->to == rule->from + 1 && n > 0 && *row->context != '\0' &&
	       *row->source != '\0' && (rule->is_era || rule->is_late || strcmp(row->when, "any") == 0);
}

int reeve_migrate_rules_read(struct migrate_rules *rules, const struct reeve_migrate_rule *rows,
                             size_t n, struct reeve_error *err)
{
	*rules = (struct migrate_rules){.rows = calloc(n + 1, sizeof *rules->rows)};
	if (rules->rows == NULL)
		return reeve_fail_nomem(err);
	for (size_t i = 0; i < n; i++) {
		if (!read_row(&rules->rows[i], &rows[i]))
			return reeve_fail(err, REEVE_EFORMAT, "no rule: %s of %s", rows[i].old_name,
			                  rows[i].hop);
		rules->count++;
	}
	return 0;
}

void reeve_migrate_rules_dispose(struct migrate_rules *rules)
{
	free(rules->rows);
	*rules = (struct migrate_rules){0};
}
