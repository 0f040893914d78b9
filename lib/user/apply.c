/* SPDX-License-Identifier: MIT */
/* The steps, in their order; and back, the last one first. */
#include "base/diag.h"
#include "base/error.h"
#include "user/leftover.h"
#include "user/steps.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Behind a text that says what failed: what could not be taken back. */
static void add_text(struct reeve_error *err, const struct users_step *step,
                     const struct reeve_error *why)
{
	size_t n;

	if (err == NULL)
		return;
	n = strlen(err->text);
	snprintf(err->text + n, sizeof err->text - n, "; and not taken back: %.200s%s%.200s",
	         step->text == NULL ? "" : step->text, step->text == NULL ? "" : ": ", why->text);
}

/* What was done, in the order in which it was done. */
struct done {
	struct users_step **steps;
	size_t count;
	bool is_final; /* there is no way back */
};

/* False if something is left, which the error then tells. */
static bool take_back(struct reeve_users *users, struct done *done, struct reeve_error *err)
{
	bool is_all = true;

	while (done->count > 0) {
		struct users_step *step = done->steps[--done->count];
		struct reeve_error why = {0};

		step->is_done = false;
		if (step->take_back == NULL || step->take_back(users, step->what, &why) == 0)
			continue;
		step->is_done = true;
		is_all = false;
		add_text(err, step, &why);
	}
	return is_all;
}

/* Whether somebody shall go and is still there: then his mail stays. */
static bool is_here(const struct users_steps *steps, const char *user)
{
	for (size_t i = 0; i < steps->count; i++)
		if (steps->rows[i].order == USERS_GONE && !steps->rows[i].is_mail &&
		    !steps->rows[i].is_done && strcmp(steps->rows[i].user, user) == 0)
			return true;
	return false;
}

/*
 * From the first user who is gone nothing is taken back. Then as much is done as can be, and the
 * first failure is told.
 */
static int carry_out(struct reeve_users *users, struct done *done, struct reeve_error *err)
{
	struct users_steps *steps = users->steps;
	struct reeve_error why = {0};
	int result = 0;

	for (int order = USERS_ARCHIVE; order <= USERS_MAIL; order++)
		for (size_t i = 0; i < steps->count; i++) {
			struct users_step *step = &steps->rows[i];

			if ((int)step->order != order || !step->is_change ||
			    step->carry_out == NULL ||
			    (step->is_mail && is_here(steps, step->user)))
				continue;
			if (!done->is_final && reeve_canceled(&users->talk))
				return reeve_fail(err, REEVE_ECANCELED, "stopped");
			done->is_final = done->is_final || step->is_mail;
			if (step->carry_out(users, step->what, &why) == 0) {
				done->is_final = done->is_final || order == USERS_GONE;
				step->is_done = true;
				done->steps[done->count++] = step;
				continue;
			}
			if (result == 0 && err != NULL)
				*err = why;
			result = -1;
			if (!done->is_final)
				return -1;
		}
	return result;
}

/* Nothing is done if a wish cannot be. */
static int check(const struct reeve_users *users, struct reeve_error *err)
{
	const struct users_steps *steps = users->steps;

	if (users->has_failed)
		return reeve_fail_nomem(err);
	if (steps == NULL || steps->failures == 0)
		return users->plan == NULL ? 0 : reeve_plan_ok(users->plan, err);
	if (steps->told == 0)
		return reeve_fail(err, steps->failure.code, "%s", steps->failure.text);
	return reeve_fail(err, steps->failure.code,
	                  "nothing was changed: %zu of the wishes cannot be%s", steps->failures,
	                  steps->failures > USERS_MOST_TOLD ? " (the first 20 are told)" : "");
}

int reeve_users_ready(const struct reeve_users *users, struct reeve_error *err)
{
	return check(users, err);
}

int reeve_users_apply(struct reeve_users *users, struct reeve_users_result *result_r,
                      struct reeve_error *err)
{
	struct users_steps *steps = users->steps;
	struct done done = {0};
	int result = 0;

	*result_r = (struct reeve_users_result){0};
	if (check(users, err) < 0)
		return -1;
	users_leftover_tell(users);
	for (size_t i = 0; steps != NULL && i < steps->count; i++)
		result_r->steps += steps->rows[i].text != NULL && steps->rows[i].is_change;
	if (steps == NULL || result_r->steps == 0 || users->how.dry_run)
		return 0;
	if (!users->how.is_for_changes || steps->is_applied)
		return reeve_fail(err, REEVE_EUSAGE, "the users are open for looking only");
	steps->is_applied = true;

	done.steps = calloc(steps->count + 1, sizeof(void *));
	if (done.steps == NULL)
		return reeve_fail_nomem(err);
	result = carry_out(users, &done, err);
	if (result < 0 && done.is_final)
		reeve_fail_prefix(err, "users were removed, but");
	else if (result < 0 && take_back(users, &done, err) && err != NULL &&
	         strstr(err->text, "nothing was changed") == NULL)
		reeve_fail_prefix(err, "nothing was changed");
	result_r->is_changed = result == 0 || done.is_final;
	if (result < 0) {
		result_r->steps = 0;
		for (size_t i = 0; i < done.count; i++)
			result_r->steps += done.steps[i]->text != NULL;
	}
	if (users->change[0] != '\0')
		result_r->id = users->change;
	free(done.steps);
	return result;
}
