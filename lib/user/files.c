/* SPDX-License-Identifier: MIT */
/* The files of the plan as one step among the others. */
#include "user/files.h"

#include "base/diag.h"
#include "user/alias_table.h"
#include "user/coming.h"
#include "user/docs.h"
#include "user/steps.h"
#include <stdio.h>

static int carry_out(struct reeve_users *users, void *what, struct reeve_error *err)
{
	struct reeve_plan_result result;

	(void)what;
	if (users_coming_settle(users, NULL, err) < 0)
		return -1;
	users_docs_put(users);
	if (reeve_plan_apply(users->plan, &result, err) < 0)
		return -1;
	snprintf(users->change, sizeof users->change, "%s", result.id);
	return 0;
}

/* The lock goes from the plan to its undo, and another run may get it in between; then it waits. */
static int take_back(struct reeve_users *users, void *what, struct reeve_error *err)
{
	struct reeve_plan_how how = {
		.root = users->how.root,
		.what = users->how.what,
		.state = users->how.state,
		.lock_timeout_ms = users->how.lock_timeout_ms,
	};
	struct reeve_plan_result result;
	struct reeve_error why = {0};

	(void)what;
	if (users->change[0] == '\0')
		return 0;
	reeve_plan_free(users->plan);
	users->plan = reeve_plan_undo(&how, users->change, err);
	if (users->plan == NULL || reeve_plan_apply(users->plan, &result, err) < 0)
		return -1;
	users->change[0] = '\0';
	/* Of a table that was made of the new file, or in part: the old one is in place, whatever comes of it. */
	if (users_table_again(users, &why) < 0)
		reeve_diag(&users->talk, REEVE_WARNING, result.id, 0, 0, "the files are as they were, but: %s", why.text);
	return 0;
}

void users_files_step(struct reeve_users *users)
{
	users_step_once(users, USERS_FILES, carry_out, take_back);
}
