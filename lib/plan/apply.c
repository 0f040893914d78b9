/* SPDX-License-Identifier: MIT */
/* Carrying a plan out: see, verify, back up, write, verify, note; or take it all back. */
#include "base/diag.h"
#include "base/error.h"
#include "plan/parts.h"

#include <assert.h>
#include <string.h>

static bool goes_back(const struct reeve_plan *plan)
{
	return plan->resumes != NULL && plan->resume_side == PLAN_OLD;
}

int plan_check_conflicts(struct reeve_plan *plan, struct reeve_error *err)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->file_count; i++)
		if (plan->files[i]->is_conflict && !plan->how.leave_changed)
			return reeve_fail(err, REEVE_ECHANGED, "'%s' was changed since change %s",
			                  plan->files[i]->path, reeve_plan_change(plan));
	for (size_t i = 0; i < plan->file_count; i++) {
		if (plan->files[i]->is_conflict) {
			reeve_diag(plan->how.talk, REEVE_WARNING, plan->files[i]->path, 0, 0,
			           "it was changed since, and stays as it is");
			plan_file_close(plan->files[i]);
		} else {
			plan->files[n++] = plan->files[i];
		}
	}
	plan->file_count = n;
	return 0;
}

static int check_still(const struct reeve_plan *plan, struct reeve_error *err)
{
	for (size_t i = 0; i < plan->file_count; i++)
		if (!plan_file_is_ready(plan->files[i]) && plan_file_still(plan->files[i], err) < 0)
			return -1;
	return reeve_canceled(plan->how.talk) ? reeve_fail(err, REEVE_ECANCELED, "stopped") : 0;
}

/* ---- the record --------------------------------------------------------------------------- */

static int fill_record(struct reeve_plan *plan, struct record *record, struct reeve_error *err)
{
	int undo = plan->state.undo;

	for (size_t i = 0; i < record->file_count; i++) {
		const struct plan_file *file = plan->files[i];

		record->files[i] = (struct record_file){
			.kind = file->kind,
			.path = file->path,
			.target = file->target,
			.beside = file->kind == REEVE_PLAN_GIVE ? NULL : file->beside,
		};
		for (int side = PLAN_OLD; side <= PLAN_NEW; side++) {
			const struct plan_shape *shape = &file->sides[side];

			record->files[i].rights[side] =
				file->kind == REEVE_PLAN_REPLACE ? file->now.rights : shape->rights;
			if (record_file_has_bytes(file->kind, side) &&
			    record_put(undo, record, i, side, shape->bytes, shape->size, file->fd,
			               err) < 0)
				return reeve_fail_prefix(err, "change %s", record->id);
		}
	}
	return record_seal(undo, record, err);
}

/* All that is needed to go back and forth is durable when this returns. */
static int write_record(struct reeve_plan *plan, struct record *record, struct reeve_error *err)
{
	size_t n = 0;

	/* What has its bytes already is no part of the change. */
	for (size_t i = 0; i < plan->file_count; i++) {
		if (plan_file_is_ready(plan->files[i]))
			plan_file_close(plan->files[i]);
		else
			plan->files[n++] = plan->files[i];
	}
	plan->file_count = n;
	*record = (struct record){
		.what = plan->how.what == NULL ? "" : plan->how.what,
		.undoes = plan->undoes,
		.checks = plan->checks,
		.check_count = plan->check_count,
		.afters = plan->afters,
		.after_count = plan->after_count,
		.file_count = n,
		.files = reeve_arena_alloc(plan->arena, n * sizeof *record->files),
	};
	if (record->files == NULL)
		return reeve_fail_nomem(err);
	if (record_make(plan->state.undo, record, err) < 0)
		return -1;
	if (fill_record(plan, record, err) == 0)
		return 0;
	(void)record_remove(plan->state.undo, record->id, NULL);
	return -1;
}

/* ---- there and back ----------------------------------------------------------------------- */

static void say_not_noted(const struct reeve_plan *plan, const struct record *record,
                          const struct reeve_error *why)
{
	reeve_diag(plan->how.talk, REEVE_WARNING, record->id, 0, 0,
	           "all is in place, but that could not be noted, the next run does it: %s",
	           why->text);
}

/*
 * Something failed after the record was made: every file is to be old again. *err stays the
 * failure; it gets a word on what is left if this fails too.
 */
static void take_back(struct reeve_plan *plan, const struct record *record, struct reeve_error *err)
{
	struct reeve_error why = {0};

	for (size_t i = 0; i < plan->file_count; i++)
		plan->files[i]->wants = PLAN_OLD;
	int r = plan_put(plan, &why);
	/* Names beside the files must be gone for good before nobody knows them any more. */
	if (r == 0)
		r = plan_sweep(plan, record, true, &why);
	if (r == 0)
		r = plan->resumes != NULL ? record_mark(plan->state.undo, record->id, "back", &why)
		                          : record_remove(plan->state.undo, record->id, &why);
	if (r < 0 && err != NULL) {
		struct reeve_error cause = *err;
		char hint[PLAN_HINT];
		reeve_fail(err, cause.code, "%s; and change %s could not be taken back: %s; %s",
		           cause.text, record->id, why.text, plan_hint(plan, record, hint));
	}
}

/* The bytes change in here. */
static int carry_out(struct reeve_plan *plan, const struct record *record, bool is_broken,
                     struct reeve_error *err)
{
	struct reeve_error why = {0};

	if (plan_put(plan, err) < 0 ||
	    (!is_broken && !goes_back(plan) && plan_verify_place(plan, err) < 0)) {
		take_back(plan, record, err);
		return -1;
	}
	/* Of a change that was broken off, files that were ready may have something beside them. */
	if (plan->resumes != NULL && plan_sweep(plan, record, true, &why) < 0) {
		say_not_noted(plan, record, &why);
		return 0;
	}
	if (record_mark(plan->state.undo, record->id, goes_back(plan) ? "back" : "done", &why) < 0)
		say_not_noted(plan, record, &why);
	return 0;
}

int reeve_plan_apply(struct reeve_plan *plan, struct reeve_plan_result *result_r,
                     struct reeve_error *err)
{
	struct record fresh, *record = plan->resumes;
	struct reeve_error failure = {0};
	bool is_broken = false;

	assert(!plan->is_applied);
	*result_r = (struct reeve_plan_result){0};
	if (reeve_plan_ok(plan, err) < 0 || plan_check_conflicts(plan, err) < 0)
		return -1;
	plan->is_applied = true;
	result_r->files = reeve_plan_count(plan);
	result_r->is_changed = result_r->files > 0;
	if (!result_r->is_changed || plan->how.dry_run)
		return 0;

	if (check_still(plan, &failure) < 0)
		goto fail;
	if (!goes_back(plan) && plan_verify_stage(plan, &is_broken, &failure) < 0)
		goto fail;
	/* Verifying took a while; also, this is the last moment to turn back. */
	if (check_still(plan, &failure) < 0)
		goto fail;
	if (record == NULL && write_record(plan, record = &fresh, &failure) < 0)
		goto fail;
	if (carry_out(plan, record, is_broken, &failure) < 0)
		goto fail;
	if (!goes_back(plan)) {
		memcpy(result_r->id, record->id, sizeof result_r->id);
		memcpy(plan->followed, record->id, sizeof plan->followed);
	}
	plan_history_prune(plan);
	return 0;
fail:
	*result_r = (struct reeve_plan_result){0};
	if (err != NULL)
		*err = failure;
	return -1;
}
