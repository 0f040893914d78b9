/* SPDX-License-Identifier: MIT */
/* The list of steps, and what was wished in vain. */
#include "user/steps.h"

#include "base/diag.h"
#include "user/fresh.h"
#include "user/leaving.h"
#include "user/secrets.h"
#include <stdlib.h>

struct users_steps *users_steps(struct reeve_users *users)
{
	if (users->steps == NULL)
		users->steps = calloc(1, sizeof *users->steps);
	if (users->steps == NULL)
		users->has_failed = true;
	return users->steps;
}

void users_step_add(struct reeve_users *users, const struct users_step *step)
{
	struct users_steps *steps = users_steps(users);

	if (steps == NULL)
		return;
	if (steps->count == steps->room) {
		size_t room = steps->room == 0 ? 16 : 2 * steps->room;
		struct users_step *larger = reallocarray(steps->rows, room, sizeof *larger);

		if (larger == NULL) {
			users->has_failed = true;
			return;
		}
		steps->rows = larger;
		steps->room = room;
	}
	struct users_step *row = &steps->rows[steps->count++];
	*row = *step;
	row->user = reeve_users_keep(users, step->user);
	row->text = reeve_users_keep(users, step->text);
}

void users_step_once(struct reeve_users *users, enum users_order order, users_act_fn *carry_out,
                     users_act_fn *take_back)
{
	struct users_steps *steps = users_steps(users);

	for (size_t i = 0; steps != NULL && i < steps->count; i++)
		if (steps->rows[i].order == order && steps->rows[i].carry_out == carry_out)
			return;
	users_step_add(users, &(struct users_step){.order = order,
	                                           .is_change = true,
	                                           .carry_out = carry_out,
	                                           .take_back = take_back});
}

void users_wish_fail_at(struct reeve_users *users, const char *file, uint64_t line,
                        uint64_t column, const struct reeve_error *err)
{
	struct users_steps *steps = users_steps(users);

	if (steps == NULL)
		return;
	if (steps->failures++ == 0) {
		steps->failure = *err;
		if (file == NULL)
			return;
	}
	/* The one that was kept for apply() is not alone any more. */
	if (steps->failures == 2 && steps->told == 0)
		reeve_diag(&users->talk, REEVE_PROBLEM, NULL, 0, 0, "%s", steps->failure.text);
	steps->told = steps->failures;
	if (steps->failures > USERS_MOST_TOLD)
		return;
	reeve_diag(&users->talk, REEVE_PROBLEM, file, line, column, "%s", err->text);
}

void users_wish_fail(struct reeve_users *users, const char *file, uint64_t line,
                     const struct reeve_error *err)
{
	const struct users_spot *spot = users->spots == NULL ? NULL : &users->spots[users->looks_at];

	/* What is not said follows from the name. */
	if (spot != NULL && spot->line == 0)
		spot = &users->spots[USERS_COLUMN_NAME];
	if (file != NULL && spot != NULL && spot->line != 0)
		users_wish_fail_at(users, file, spot->line, spot->column, err);
	else
		users_wish_fail_at(users, file, line, 0, err);
}

void users_steps_free(struct users_steps *steps)
{
	if (steps == NULL)
		return;
	users_leaving_close(steps->leaving);
	users_secrets_free(steps->secrets);
	users_fresh_forget(steps);
	free(steps->rows);
	free(steps);
}

/* ---- public ------------------------------------------------------------------------------- */

/* The n-th step that is shown; NULL: there are fewer. Who asks for one after another waits for none. */
static const struct users_step *shown(const struct reeve_users *users, size_t n)
{
	struct users_steps *steps = users->steps;
	size_t i, at;

	if (steps == NULL)
		return NULL;
	i = n < steps->last_shown ? 0 : steps->last_row;
	at = n < steps->last_shown ? 0 : steps->last_shown;
	for (; i < steps->count; i++) {
		if (steps->rows[i].text == NULL || at++ != n)
			continue;
		steps->last_shown = n;
		steps->last_row = i;
		return &steps->rows[i];
	}
	return NULL;
}

size_t reeve_users_step_count(const struct reeve_users *users)
{
	size_t n = 0;

	for (size_t i = 0; users->steps != NULL && i < users->steps->count; i++)
		n += users->steps->rows[i].text != NULL;
	return n;
}

struct reeve_user_step reeve_users_step_at(const struct reeve_users *users, size_t i)
{
	const struct users_step *step = shown(users, i);

	if (step == NULL)
		return (struct reeve_user_step){.user = "", .text = ""};
	return (struct reeve_user_step){
		.user = step->user, .text = step->text, .is_change = step->is_change};
}
