/* SPDX-License-Identifier: MIT */
/* Plans made of a record: a change taken back, or one that was broken off ended either way. */
#include "base/diag.h"
#include "base/error.h"
#include "plan/parts.h"

#include <stdio.h>
#include <string.h>

/* ---- the files of a record ---------------------------------------------------------------- */

/* The kind of change that takes one back. */
static enum reeve_plan_kind turn(enum reeve_plan_kind kind)
{
	return kind == REEVE_PLAN_CREATE   ? REEVE_PLAN_REMOVE
	       : kind == REEVE_PLAN_REMOVE ? REEVE_PLAN_CREATE
	                                   : kind;
}

static int take_side(struct reeve_plan *plan, const struct record *record, size_t i,
                     enum plan_side side, struct plan_shape *shape, struct reeve_error *err)
{
	const struct record_file *from = &record->files[i];
	struct reeve_whole whole;

	*shape = (struct plan_shape){.is_there = record_file_has(from->kind, side)};
	if (shape->is_there)
		shape->rights = from->rights[side];
	if (!record_file_has_bytes(from->kind, side))
		return 0;
	if (record_get(plan->state.undo, record, i, side, &whole, err) < 0)
		return -1;
	shape->bytes = plan_copy(plan, whole.bytes, whole.size, err);
	shape->size = whole.size;
	reeve_whole_dispose(&whole);
	return shape->bytes == NULL ? -1 : 0;
}

/* Neither what the change left nor what was before it, nor on the way between. */
static bool is_conflict(const struct plan_file *file, bool may_be_between)
{
	if (plan_file_is(file, PLAN_OLD) || plan_file_is(file, PLAN_NEW))
		return false;
	return file->kind != REEVE_PLAN_GIVE || !may_be_between ||
	       !plan_rights_between(&file->now.rights, &file->sides[PLAN_OLD].rights,
	                            &file->sides[PLAN_NEW].rights);
}

int plan_take_files(struct reeve_plan *plan, const struct record *record, bool turned,
                    enum plan_side wants, struct reeve_error *err)
{
	struct reeve_error why = {0};

	for (size_t i = 0; i < record->file_count; i++) {
		const struct record_file *from = &record->files[i];
		const char *path = plan_path(plan, from->target);
		struct plan_file *file = path == NULL ? NULL : plan_file_add(plan, err);

		if (path == NULL)
			return reeve_fail_nomem(err);
		if (file == NULL)
			return -1;
		file->kind = turned ? turn(from->kind) : from->kind;
		if (plan_file_open(file, plan, path, false, &why) < 0) {
			if (!plan->how.leave_changed)
				return reeve_fail(err, why.code, "%s", why.text);
			reeve_diag(plan->how.talk, REEVE_WARNING, from->path, 0, 0, "%s", why.text);
			plan->file_count--;
			continue;
		}
		file->path = from->path;
		if (!turned && from->beside != NULL) /* it may be there still */
			snprintf(file->beside, sizeof file->beside, "%s", from->beside);
		for (int side = PLAN_OLD; side <= PLAN_NEW; side++)
			if (take_side(plan, record, i, (enum plan_side)side,
			              &file->sides[turned ? !side : side], err) < 0)
				return -1;
		/* Made again it is to be what was removed, also if somebody gave it away since. */
		if (turned && file->kind == REEVE_PLAN_REMOVE && file->now.is_there)
			file->sides[PLAN_OLD].rights = file->now.rights;
		file->wants = wants;
		file->is_changed = !plan_file_is(file, wants);
		file->is_conflict = is_conflict(file, !turned);
	}
	for (size_t i = 0; i < record->check_count; i++)
		plan_check_add(plan, record->checks[i].kind, record->checks[i].path);
	for (size_t i = 0; i < record->after_count; i++)
		plan_after_add(plan, record->afters[i].text);
	return 0;
}

/* ---- changes that were broken off --------------------------------------------------------- */

static int resume(struct reeve_plan *plan, struct record *record, enum plan_side side,
                  struct reeve_error *err)
{
	if (plan_take_files(plan, record, false, side, err) < 0)
		return -1;
	plan->resumes = record;
	plan->resume_side = side;
	return 0;
}

static int fail_broken_off(const struct reeve_plan *plan, const struct record *left,
                           struct reeve_error *err)
{
	char hint[PLAN_HINT];

	return reeve_fail(err, REEVE_EREFUSED,
	                  "change %s ('%.100s') was broken off, and comes first: %s", left->id,
	                  left->what, plan_hint(plan, left, hint));
}

/* ---- changes that are done ---------------------------------------------------------------- */

/* What was undone may have been killed before the table was made: then it is said how that is done. */
static int fail_undone(const struct reeve_plan *plan, const struct plan_history *h, size_t i,
                       struct reeve_error *err)
{
	const char *id = h->records[i].id, *by = h->undone_by[i], *root = plan->how.root;

	for (size_t k = 0; k < h->count; k++)
		if (strcmp(h->records[k].id, by) == 0 && h->records[k].after_count > 0)
			return reeve_fail(err, REEVE_EREFUSED,
			                  "change %s is undone already, by %s; 'reeve-undo %s%s%s--finish "
			                  "%s' runs '%s' again",
			                  id, by, root == NULL ? "" : "--root=", root == NULL ? "" : root,
			                  root == NULL ? "" : " ",
			                  by, h->records[k].afters[0].text);
	return reeve_fail(err, REEVE_EREFUSED, "change %s is undone already, by %s", id, by);
}

/* The record to take back: `id`, or the last one that is done, not undone, and no undo itself. */
static const struct record *choose(const struct reeve_plan *plan, const struct plan_history *h,
                                   const char *id, struct reeve_error *err)
{
	for (size_t i = 0; i < h->count; i++) {
		const struct record *record = &h->records[i];
		if (id == NULL && record->state == RECORD_DONE && record->undoes == NULL &&
		    h->undone_by[i] == NULL)
			return record;
		if (id == NULL || strcmp(record->id, id) != 0)
			continue;
		if (h->undone_by[i] != NULL)
			fail_undone(plan, h, i, err);
		else if (record->state == RECORD_BACK)
			reeve_fail(err, REEVE_EREFUSED,
			           "change %s was broken off, and is taken back already", id);
		else if (record->state == RECORD_DONE)
			return record;
		else if (record->state == RECORD_STRANGE)
			reeve_fail(err, REEVE_EREFUSED,
			           "the record of change %s is damaged, or of another version", id);
		else
			reeve_fail(err, REEVE_EREFUSED, "change %s was broken off", id);
		return NULL;
	}
	if (id == NULL)
		reeve_fail(err, REEVE_EUSAGE, "there is no change to undo");
	else
		reeve_fail(err, REEVE_EUSAGE, "no change is called '%s'", id);
	return NULL;
}

/* ---- public ------------------------------------------------------------------------------- */

/* A plan that holds the lock, and what was broken off before it. */
static struct reeve_plan *begin(const struct reeve_plan_how *how, const char *takes_back,
                                struct record **left_r, struct reeve_error *err)
{
	struct reeve_plan *plan = plan_new(how, err);
	char states[400];

	if (plan != NULL)
		plan->takes_back = takes_back;
	if (plan != NULL && plan_settle(plan, left_r, states, err) < 0) {
		reeve_plan_free(plan);
		return NULL;
	}
	return plan;
}

struct reeve_plan *reeve_plan_undo(const struct reeve_plan_how *how, const char *id,
                                   struct reeve_error *err)
{
	struct plan_history history;
	struct record *left;
	struct reeve_plan *plan = begin(how, id, &left, err);

	if (plan == NULL)
		return NULL;
	if (left != NULL && id != NULL && strcmp(id, left->id) != 0) {
		fail_broken_off(plan, left, err);
		goto fail;
	}
	if (left != NULL) {
		if (resume(plan, left, PLAN_OLD, err) < 0)
			goto fail;
		return plan;
	}
	/* It changed nothing, and is gone: that is what was asked for. */
	if (id != NULL && strcmp(id, plan->cleared) == 0)
		return plan;
	/* Who saw the last change die wants that one back, not the one before. */
	if (id == NULL && plan->is_cleared_change) {
		reeve_diag(how->talk, REEVE_WARNING, plan->cleared, 0, 0,
		           "the last change was broken off before it changed anything; nothing is "
		           "taken back");
		return plan;
	}
	if (plan_history_read(plan, &history, err) < 0)
		goto fail;
	const struct record *record = choose(plan, &history, id, err);
	if (record == NULL || plan_take_files(plan, record, true, PLAN_NEW, err) < 0)
		goto fail;
	plan->undoes = record->id;
	return plan;
fail:
	reeve_plan_free(plan);
	return NULL;
}

/*
 * Asked to finish what the look at leftovers has just found to be done, or what was killed behind its last
 * note: what is run afterwards is run again.
 */
static bool is_done(struct reeve_plan *plan, const char *id)
{
	struct plan_history h;

	if (id == NULL || plan_history_read(plan, &h, NULL) < 0)
		return false;
	for (size_t i = 0; i < h.count; i++) {
		const struct record *record = &h.records[i];

		if (strcmp(record->id, id) != 0)
			continue;
		if (record->state != RECORD_DONE)
			return false;
		for (size_t k = 0; k < record->after_count; k++)
			plan_after_add(plan, record->afters[k].text);
		memcpy(plan->followed, record->id, sizeof plan->followed);
		return true;
	}
	return false;
}

struct reeve_plan *reeve_plan_finish(const struct reeve_plan_how *how, const char *id,
                                     struct reeve_error *err)
{
	struct record *left;
	struct reeve_plan *plan = begin(how, NULL, &left, err);

	if (plan == NULL)
		return NULL;
	if (left == NULL) {
		if (is_done(plan, id))
			return plan;
		if (id != NULL && strcmp(id, plan->cleared) == 0)
			reeve_fail(err, REEVE_EREFUSED,
			           "change %s was broken off before it changed anything, and is "
			           "cleared away: make it again",
			           id);
		else if (id != NULL)
			reeve_fail(err, REEVE_EUSAGE, "no change '%s' was broken off", id);
		else
			reeve_fail(err, REEVE_EUSAGE, "no change was broken off");
		goto fail;
	}
	if (id != NULL && strcmp(id, left->id) != 0) {
		fail_broken_off(plan, left, err);
		goto fail;
	}
	if (resume(plan, left, PLAN_NEW, err) < 0)
		goto fail;
	return plan;
fail:
	reeve_plan_free(plan);
	return NULL;
}
