/* SPDX-License-Identifier: MIT */
/* Mail of users who leave: held, and removed. */
#include "user/leaving.h"

#include "base/error.h"
#include "base/folder.h"
#include "user/places.h"
#include "user/tree.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_MS 10000

/* ---- holding -------------------------------------------------------------------------------- */

static void close_part(struct users_part *part)
{
	if (!part->is_open)
		return;
	reeve_lock_release(part->lock);
	if (part->fd >= 0)
		close(part->fd);
	if (part->is_folder)
		close(part->dirfd);
	else
		reeve_place_close(&part->place);
	part->is_open = false;
	part->lock = NULL;
}

static int not_his(const struct users_part *part, uid_t uid, struct reeve_error *err)
{
	return reeve_fail(err, REEVE_EREFUSED, "'%s' belongs to uid %ju", part->path,
	                  (uintmax_t)uid);
}

static int open_folder(struct reeve_users *users, struct users_part *part, uid_t uid,
                       struct reeve_error *err)
{
	struct stat st;

	part->dirfd = users_place_folder(users, part->path, &part->last, err);
	if (part->dirfd < 0)
		return -1;
	part->is_open = true;
	part->fd = openat(part->dirfd, part->last, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (part->fd < 0 || fstat(part->fd, &st) < 0)
		return reeve_fail_errno(err, "cannot open '%s'", part->path);
	if (st.st_uid != uid)
		return not_his(part, st.st_uid, err);
	return users_tree_is_one(part->fd, part->path, err);
}

static int open_file(struct reeve_users *users, struct users_part *part, uid_t uid,
                     struct reeve_error *err)
{
	char *path;
	int result = -1;

	if (asprintf(&path, "%s%s", users->root, part->path) < 0)
		return reeve_fail_nomem(err);
	if (reeve_place_open(&part->place, users->root, path, err) < 0)
		goto out;
	part->is_open = true;
	part->dirfd = part->place.dirfd;
	part->last = part->place.name;
	part->fd = reeve_place_file(&part->place, O_RDWR, err);
	if (part->fd < 0)
		goto out;
	if (part->place.st.st_uid != uid &&
	    (part->place.st.st_uid != 0 || part->place.st.st_size > 0)) {
		not_his(part, part->place.st.st_uid, err);
		goto out;
	}
	part->lock = reeve_lock_take(path, part->dirfd, part->fd, LOCK_MS, &users->talk, err);
	if (part->lock == NULL)
		goto out;
	if (!reeve_place_still(&part->place, part->fd))
		reeve_fail(err, REEVE_ECHANGED, "'%s' was replaced by another file meanwhile",
		           part->path);
	else
		result = 0;
out:
	free(path);
	return result;
}

int users_leaving_hold(struct reeve_users *users, void *what, struct reeve_error *err)
{
	struct users_leaving *leaving = what;

	for (size_t i = 0; i < leaving->part_count; i++) {
		struct users_part *part = &leaving->parts[i];

		part->fd = -1;
		if ((part->is_folder ? open_folder : open_file)(users, part, leaving->uid, err) <
		    0) {
			users_leaving_let_go(users, what, NULL);
			return -1;
		}
	}
	return 0;
}

int users_leaving_let_go(struct reeve_users *users, void *what, struct reeve_error *err)
{
	struct users_leaving *leaving = what;

	(void)users;
	(void)err;
	for (size_t i = 0; i < leaving->part_count; i++)
		close_part(&leaving->parts[i]);
	return 0;
}

void users_leaving_close(struct users_leaving *list)
{
	for (; list != NULL; list = list->next)
		users_leaving_let_go(NULL, list, NULL);
}

/* ---- removing ------------------------------------------------------------------------------- */

static int remove_file(struct users_part *part, struct reeve_error *err)
{
	reeve_lock_touch(part->lock);
	if (!reeve_place_still(&part->place, part->fd))
		return reeve_fail(err, REEVE_ECHANGED,
		                  "'%s' was replaced by another file meanwhile", part->path);
	if (unlinkat(part->dirfd, part->last, 0) < 0)
		return reeve_fail_errno(err, "cannot remove '%s'", part->path);
	return reeve_folder_flush(part->dirfd, part->path, err);
}

static int remove_folder(struct users_part *part, const struct timespec *since,
                         struct reeve_error *err)
{
	struct stat named, opened;

	if (fstatat(part->dirfd, part->last, &named, AT_SYMLINK_NOFOLLOW) < 0 ||
	    fstat(part->fd, &opened) < 0)
		return reeve_fail_errno(err, "cannot remove '%s'", part->path);
	if (named.st_dev != opened.st_dev || named.st_ino != opened.st_ino)
		return reeve_fail(err, REEVE_ECHANGED,
		                  "'%s' was replaced by another folder meanwhile", part->path);
	if (users_tree_remove(part->dirfd, part->last, part->path, since, err) < 0)
		return -1;
	return reeve_folder_flush(part->dirfd, part->path, err);
}

int users_leaving_remove(struct reeve_users *users, void *what, struct reeve_error *err)
{
	struct users_leaving *leaving = what;
	struct reeve_error why = {0};
	int result = 0;

	/* All that can go goes; the first failure is told. */
	for (size_t i = 0; i < leaving->part_count; i++) {
		struct users_part *part = &leaving->parts[i];
		const struct timespec *since = leaving->archive == NULL ? NULL : &leaving->since;
		int removed = part->is_folder ? remove_folder(part, since, &why)
		                              : remove_file(part, &why);

		if (removed < 0 && result == 0 && err != NULL)
			*err = why;
		result = removed < 0 ? -1 : result;
	}
	users_leaving_let_go(users, what, NULL);
	return result;
}
