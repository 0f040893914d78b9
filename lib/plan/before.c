/* SPDX-License-Identifier: MIT */
/* What a file was before its last change. */
#include "plan/before.h"

#include "plan/parts.h"
#include <string.h>

int reeve_plan_before_last(struct reeve_plan *plan, const char *path, const void **bytes_r, size_t *n_r,
                           struct reeve_error *err)
{
	struct plan_history h;
	struct reeve_whole whole;

	if (plan_history_read(plan, &h, err) < 0)
		return -1;
	for (size_t i = 0; i < h.count; i++) {
		const struct record *record = &h.records[i];

		for (size_t k = 0; record->state == RECORD_DONE && k < record->file_count; k++) {
			const struct record_file *file = &record->files[k];

			if (file->kind == REEVE_PLAN_GIVE || strcmp(file->path, path) != 0)
				continue;
			if (!record_file_has_bytes(file->kind, PLAN_OLD))
				return 0;
			if (record_get(plan->state.undo, record, k, PLAN_OLD, &whole, err) < 0)
				return -1;
			*n_r = whole.size;
			*bytes_r = plan_copy(plan, whole.bytes, whole.size, err);
			reeve_whole_dispose(&whole);
			return *bytes_r == NULL ? -1 : 1;
		}
	}
	return 0;
}
