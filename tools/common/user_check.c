/* SPDX-License-Identifier: MIT */
/* reeve-user check: what is wrong, and mending it. */
#include "json.h"
#include "tool.h"
#include "user.h"
#include <stdio.h>

/* Findings are what was asked for: they are printed, not talked of. */
static void hear_finding(void *user, const struct reeve_diag *diag)
{
	struct user_run *run = user;
	char line[32] = "";

	if (run->is_json)
		json_append_diag(run->diags, diag);
	if (run->is_json || run->is_quiet || (diag->severity == REEVE_NOTE && !run->is_verbose))
		return;
	if (diag->line != 0)
		snprintf(line, sizeof line, ":%llu", (unsigned long long)diag->line);
	tool_say(stdout, "%s%s%s%s: %s", diag->file != NULL ? diag->file : "", line,
	         diag->file != NULL ? ": " : "", tool_severity_word(diag->severity), diag->text);
}

/* Whether anything is still wrong; -1 with err. */
static long look_again(struct user_run *run, struct reeve_error *err)
{
	struct reeve_users_how how = run->how;
	struct reeve_users *users = reeve_users_open(&how, err);
	long found = users == NULL ? -1 : reeve_users_check(users, false, err);

	reeve_users_close(users);
	return found;
}

void user_check(struct user_run *run)
{
	struct reeve_error err = {0};
	long found;

	run->talk.diag = hear_finding;
	if (!user_open(run, run->is_repair))
		return;
	found = reeve_users_check(run->users, run->is_repair, &err);
	if (found < 0) {
		user_fail(run, &err);
		if (run->is_json)
			user_print_json(run, json_map(), &err);
		return;
	}
	if (run->is_repair) {
		if (!user_apply(run))
			return;
		user_close(run);
		if (!run->how.dry_run && found > 0)
			found = look_again(run, &err);
		if (found < 0)
			user_fail(run, &err);
	} else if (run->is_json) {
		user_print_json(run, json_map(), NULL);
	}
	if (found > 0)
		tool_worse(TOOL_FOUND);
}
