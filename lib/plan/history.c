/* SPDX-License-Identifier: MIT */
/* The records that are kept, and which of them are undone: the list of changes. */
#include "base/error.h"
#include "plan/parts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

int plan_history_read(struct reeve_plan *plan, struct plan_history *history_r,
                      struct reeve_error *err)
{
	struct plan_history h = {0};
	struct record_ids ids = {0};
	int r = -1;

	*history_r = h;
	if (plan->blind.code != REEVE_OK)
		return reeve_fail(err, plan->blind.code, "%s", plan->blind.text);
	if (plan->state.undo < 0)
		return 0;
	if (record_list(plan->state.undo, &ids, err) < 0)
		return -1;
	h.records = reeve_arena_alloc(plan->arena, ids.count * sizeof *h.records);
	h.undone_by = reeve_arena_alloc(plan->arena, ids.count * sizeof *h.undone_by);
	if (h.records == NULL || h.undone_by == NULL) {
		reeve_fail_nomem(err);
		goto out;
	}
	for (size_t i = ids.count; i-- > 0;) {
		struct record *record = &h.records[h.count];
		if (record_read(plan->state.undo, ids.ids[i], record, plan->arena, err) < 0)
			goto out;
		/* A look takes no lock, and cannot end what the next run will. */
		if (plan->how.dry_run && record->state == RECORD_OPEN &&
		    !(h.count == 0 && plan_is_running(plan)) &&
		    plan_look_left(plan, record) == LEFT_ALL)
			record->state = RECORD_DONE;
		/* An undo comes later than what it undoes, so whether it holds is known. */
		for (size_t k = 0; k < h.count; k++) {
			const struct record *undo = &h.records[k];
			if (undo->state == RECORD_DONE && h.undone_by[k] == NULL &&
			    undo->undoes != NULL && strcmp(undo->undoes, record->id) == 0)
				h.undone_by[h.count] = undo->id;
		}
		h.count++;
	}
	*history_r = h;
	r = 0;
out:
	free(ids.ids);
	return r;
}

/*
 * Of the changes that can still be undone so many are kept, and as many of the others, lest
 * somebody who goes back step by step loses an old change for each new undo.
 */
void plan_history_prune(struct reeve_plan *plan)
{
	struct plan_history h;
	size_t kept[2] = {0};

	/* What cannot be removed is removed another time. */
	if (plan_history_read(plan, &h, NULL) < 0)
		return;
	for (size_t i = 0; i < h.count; i++) {
		const struct record *record = &h.records[i];
		bool is_live = record->state == RECORD_DONE && record->undoes == NULL &&
		               h.undone_by[i] == NULL;
		if ((record->state == RECORD_DONE || record->state == RECORD_BACK) &&
		    ++kept[is_live] > PLAN_KEPT)
			(void)record_remove(plan->state.undo, record->id, NULL);
	}
}

/* ---- public ------------------------------------------------------------------------------- */

struct reeve_changes {
	struct reeve_plan *plan; /* one that is never carried out */
	struct plan_history history;
	size_t next;
};

struct reeve_changes *reeve_changes_open(const struct reeve_plan_how *how, struct reeve_error *err)
{
	struct reeve_changes *changes = calloc(1, sizeof *changes);
	struct reeve_plan_how look = *how;

	if (changes == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	look.dry_run = true;
	changes->plan = plan_new(&look, err);
	if (changes->plan == NULL || plan_history_read(changes->plan, &changes->history, err) < 0) {
		reeve_changes_close(changes);
		return NULL;
	}
	return changes;
}

/* The list takes no lock, so what is not ended may just be made, by the newest record's plan. */
static enum reeve_change_state state_of_open(struct reeve_plan *plan, const struct record *record,
                                             bool is_newest)
{
	if (is_newest && plan_is_running(plan))
		return REEVE_CHANGE_UNDER_WAY;
	switch (plan_look_left(plan, record)) {
	case LEFT_NOTHING:
		return REEVE_CHANGE_NOT_BEGUN;
	case LEFT_ALL:
		return REEVE_CHANGE_DONE;
	case LEFT_RIGHTS:
	case LEFT_MIXED:
		break;
	}
	return REEVE_CHANGE_BROKEN_OFF;
}

static enum reeve_change_state state_of(const struct reeve_changes *changes, size_t i)
{
	const struct plan_history *h = &changes->history;

	switch (h->records[i].state) {
	case RECORD_BACK:
		return REEVE_CHANGE_BACK;
	case RECORD_STRANGE:
		return REEVE_CHANGE_UNREADABLE;
	case RECORD_TORN:
	case RECORD_OPEN:
		return state_of_open(changes->plan, &h->records[i], i == 0);
	case RECORD_DONE:
		break;
	}
	return h->undone_by[i] != NULL ? REEVE_CHANGE_UNDONE : REEVE_CHANGE_DONE;
}

/* The ID has the time, too, for a record that cannot be read. */
static int64_t time_of(const struct record *record)
{
	struct tm tm = {0};

	if (record->time != 0 || strptime(record->id, "%Y%m%d-%H%M%S", &tm) == NULL)
		return record->time;
	return timegm(&tm);
}

int reeve_changes_next(struct reeve_changes *changes, struct reeve_change *change,
                       struct reeve_error *err)
{
	const struct plan_history *h = &changes->history;

	if (changes->next == h->count)
		return 0;

	const struct record *record = &h->records[changes->next];
	const char **files =
		reeve_arena_alloc(changes->plan->arena, record->file_count * sizeof *files);
	if (files == NULL)
		return reeve_fail_nomem(err);
	for (size_t i = 0; i < record->file_count; i++)
		files[i] = record->files[i].path;
	*change = (struct reeve_change){
		.time = time_of(record),
		.what = record->what,
		.state = state_of(changes, changes->next++),
		.undoes = record->undoes,
		.file_count = record->file_count,
		.files = files,
	};
	memcpy(change->id, record->id, sizeof change->id);
	return 1;
}

void reeve_changes_close(struct reeve_changes *changes)
{
	if (changes == NULL)
		return;
	reeve_plan_free(changes->plan);
	free(changes);
}
