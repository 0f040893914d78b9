/* SPDX-License-Identifier: MIT */
/*
 * Putting files in their places. All are written beside first, so that a full disk, an attribute
 * that cannot be kept or a file that somebody changed is found while all are old. Then come the
 * renames, one right after the other, and the flushes that make them last. Rights are given when
 * all names are durable: they need not fit each other nor the files, so whoever finds some given
 * and some not goes by the files, and if there are none, on.
 */
#include "base/error.h"
#include "base/folder.h"
#include "base/replace.h"
#include "plan/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static struct stat as_stat(const struct reeve_rights *rights)
{
	return (struct stat){.st_uid = rights->uid, .st_gid = rights->gid, .st_mode = rights->mode};
}

/* Whether the file is to come, or to be replaced. */
static bool is_written(const struct plan_file *file)
{
	return file->kind != REEVE_PLAN_GIVE && !plan_file_is_ready(file) &&
	       file->sides[file->wants].is_there;
}

static int write_one(const struct plan_file *file, struct reeve_error *err)
{
	const struct plan_shape *shape = &file->sides[file->wants];
	const struct stat as = as_stat(&shape->rights);
	int dirfd = file->place.dirfd;

	if (file->now.is_there)
		return reeve_replace_write(dirfd, file->beside, shape->bytes, shape->size, file->fd,
		                           file->place.path, err);
	return reeve_replace_write_new(dirfd, file->beside, shape->bytes, shape->size, &as,
	                               file->place.path, err);
}

static int write_beside(struct reeve_plan *plan, struct reeve_error *err)
{
	for (size_t i = 0; i < plan->file_count; i++) {
		const struct plan_file *file = plan->files[i];
		if (is_written(file) && write_one(file, err) < 0)
			return -1;
	}
	return 0;
}

/* Only the names change in here; what is known of them then is what is durable or will be. */
static int put_one(struct plan_file *file, struct reeve_error *err)
{
	int dirfd = file->place.dirfd;
	const char *name = file->place.name, *path = file->place.path;

	if (!is_written(file))
		return unlinkat(dirfd, name, 0) < 0
		               ? reeve_fail_errno(err, "cannot remove '%s'", path)
		               : 0;
	return file->now.is_there ? reeve_replace_rename(dirfd, file->beside, name, path, err)
	                          : reeve_replace_name(dirfd, file->beside, name, path, err);
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

		if (file->kind == REEVE_PLAN_GIVE || plan_file_is_ready(file))
			continue;
		if (put_one(file, err) < 0)
			return -1;
		moved[i] = true;
		if (plan_file_again(file, err) < 0)
			return -1;
	}
	return 0;
}

static int give_one(struct plan_file *file, struct reeve_error *err)
{
	const struct stat as = as_stat(&file->sides[file->wants].rights);
	const char *path = file->place.path;
	int r = reeve_attributes_set(file->fd, &as, path, err);

	if (r == 0 && fsync(file->fd) < 0)
		r = reeve_fail_errno(err, "cannot flush '%s'", path);
	/* Also if it failed half way: whoever takes it back must know what there is. */
	if (fstat(file->fd, &file->place.st) == 0)
		file->now.rights =
			(struct reeve_rights){file->place.st.st_uid, file->place.st.st_gid,
		                              file->place.st.st_mode & 07777};
	return r;
}

static int give_all(struct reeve_plan *plan, struct reeve_error *err)
{
	for (size_t i = 0; i < plan->file_count; i++) {
		struct plan_file *file = plan->files[i];
		if (file->kind == REEVE_PLAN_GIVE && !plan_file_is_ready(file) &&
		    give_one(file, err) < 0)
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
	if (rename_all(plan, moved, err) < 0 || flush_folders(plan, moved, err) < 0)
		return -1;
	return give_all(plan, err);
}
