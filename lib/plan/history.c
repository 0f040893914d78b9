/* SPDX-License-Identifier: MIT */
/* The records that are kept, and which of them are undone: the list of changes. */
#include "base/error.h"
#include "plan/parts.h"

#include <stdlib.h>
#include <string.h>

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

static enum reeve_change_state state_of(const struct plan_history *h, size_t i)
{
	if (h->records[i].state == RECORD_BACK)
		return REEVE_CHANGE_BACK;
	if (h->records[i].state != RECORD_DONE)
		return REEVE_CHANGE_BROKEN_OFF;
	return h->undone_by[i] != NULL ? REEVE_CHANGE_UNDONE : REEVE_CHANGE_DONE;
}

int reeve_changes_next(struct reeve_changes *changes, struct reeve_change *change,
                       struct reeve_error *err)
{
	const struct plan_history *h = &changes->history;

	/* Of a torn one nothing is known, and nothing was changed by it; of a strange one nothing. */
	while (changes->next < h->count && (h->records[changes->next].state == RECORD_TORN ||
	                                    h->records[changes->next].state == RECORD_STRANGE))
		changes->next++;
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
		.time = record->time,
		.what = record->what,
		.state = state_of(h, changes->next++),
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
