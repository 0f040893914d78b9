/* SPDX-License-Identifier: MIT */
/*
 * Putting files in their places. All are written beside first, so that a full disk, an attribute
 * that cannot be kept or a file that somebody changed is found while all are old. Then come the
 * renames, one right after the other, and the flushes that make them last.
 */
#include "base/error.h"
#include "base/folder.h"
#include "base/replace.h"
#include "plan/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int write_beside(struct reeve_plan *plan, struct reeve_error *err)
{
	for (size_t i = 0; i < plan->file_count; i++) {
		const struct plan_file *file = plan->files[i];
		if (!plan_file_is_ready(file) &&
		    reeve_replace_write(file->place.dirfd, file->beside, file->sides[file->wants],
		                        file->sizes[file->wants], file->fd, file->place.path,
		                        err) < 0)
			return -1;
	}
	return 0;
}

/* What is under the name now is the file of the plan. */
static int open_again(struct plan_file *file, struct reeve_error *err)
{
	if (fstatat(file->place.dirfd, file->place.name, &file->place.st, AT_SYMLINK_NOFOLLOW) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", file->place.path);
	int fd = reeve_place_file(&file->place, O_RDONLY, err);
	if (fd < 0)
		return -1;
	close(file->fd);
	file->fd = fd;
	return 0;
}

static bool is_same_folder(const struct plan_file *a, const struct plan_file *b)
{
	return a->place.dir.st_dev == b->place.dir.st_dev &&
	       a->place.dir.st_ino == b->place.dir.st_ino;
}

/* Flush the folders of these files, each once. */
static int flush_folders(struct reeve_plan *plan, const bool *moved, struct reeve_error *err)
{
	for (size_t i = 0; i < plan->file_count; i++) {
		bool is_first = moved[i];
		for (size_t k = 0; k < i && is_first; k++)
			is_first = !moved[k] || !is_same_folder(plan->files[k], plan->files[i]);
		if (is_first && reeve_folder_flush(plan->files[i]->place.dirfd,
		                                   plan->files[i]->place.path, err) < 0)
			return -1;
	}
	return 0;
}

static int rename_all(struct reeve_plan *plan, bool *moved, struct reeve_error *err)
{
	for (size_t i = 0; i < plan->file_count; i++) {
		struct plan_file *file = plan->files[i];

		if (plan_file_is_ready(file))
			continue;
		if (reeve_replace_rename(file->place.dirfd, file->beside, file->place.name,
		                         file->place.path, err) < 0)
			return -1;
		moved[i] = true;
		file->now = file->sides[file->wants];
		file->now_n = file->sizes[file->wants];
		if (open_again(file, err) < 0)
			return -1;
	}
	return 0;
}

int plan_put(struct reeve_plan *plan, struct reeve_error *err)
{
	bool *moved = reeve_arena_alloc(plan->arena, plan->file_count * sizeof *moved);

	if (moved == NULL)
		return reeve_fail_nomem(err);
	if (write_beside(plan, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->file_count; i++)
		if (!plan_file_is_ready(plan->files[i]) && plan_file_still(plan->files[i], err) < 0)
			return -1;
	return rename_all(plan, moved, err) < 0 ? -1 : flush_folders(plan, moved, err);
}
