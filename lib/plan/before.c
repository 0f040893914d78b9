/* SPDX-License-Identifier: MIT */
/* What a file was before its last change. */
#include "plan/before.h"

#include "plan/parts.h"
#include <string.h>

static int get(struct reeve_plan *plan, const struct record *record, size_t i, enum plan_side side,
               struct reeve_plan_side *side_r, struct reeve_error *err)
{
	struct reeve_whole whole;

	*side_r = (struct reeve_plan_side){"", 0};
	if (!record_file_has_bytes(record->files[i].kind, side))
		return 0;
	if (record_get(plan->state.undo, record, i, side, &whole, err) < 0)
		return -1;
	side_r->n = whole.size;
	side_r->bytes = plan_copy(plan, whole.bytes, whole.size, err);
	reeve_whole_dispose(&whole);
	return side_r->bytes == NULL ? -1 : 0;
}

int reeve_plan_before_last(struct reeve_plan *plan, const char *path, struct reeve_plan_side sides_r[2],
                           struct reeve_error *err)
{
	struct plan_history h;

	if (plan_history_read(plan, &h, err) < 0)
		return -1;
	for (size_t i = 0; i < h.count; i++) {
		const struct record *record = &h.records[i];

		for (size_t k = 0; record->state == RECORD_DONE && k < record->file_count; k++) {
			const struct record_file *file = &record->files[k];

			if (file->kind == REEVE_PLAN_GIVE || strcmp(file->path, path) != 0)
				continue;
			if (!record_file_has_bytes(file->kind, PLAN_OLD) || record->undoes != NULL)
				return 0;
			for (int side = PLAN_OLD; side <= PLAN_NEW; side++)
				if (get(plan, record, k, (enum plan_side)side, &sides_r[side], err) < 0)
					return -1;
			return 1;
		}
	}
	return 0;
}
