/* SPDX-License-Identifier: MIT */
/* Homes and mailboxes that were made are taken back. */
#include "user/places.h"

#include "base/error.h"
#include "base/lock.h"
#include "base/open.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNMAKE_LOCK_MS 2000

/* An empty box of ours. With its locks, for mail may be on its way. */
static int unmake_box(const struct reeve_users *users, struct users_place *place,
                      struct reeve_error *err)
{
	struct reeve_lock *lock = NULL;
	struct reeve_place box;
	char *path;
	int fd = -1, result = -1;

	if (asprintf(&path, "%s%s", users->root, place->path) < 0)
		return reeve_fail_nomem(err);
	if (reeve_place_open(&box, users->root, path, err) < 0)
		goto out;
	fd = reeve_place_file(&box, O_RDWR, err);
	if (fd < 0)
		goto out;
	lock = reeve_lock_take(path, box.dirfd, fd, UNMAKE_LOCK_MS, NULL, err);
	if (lock == NULL)
		goto out;
	struct stat st;
	if (fstat(fd, &st) < 0 || st.st_dev != place->dev || st.st_ino != place->ino ||
	    st.st_size > 0 || !reeve_place_still(&box, fd))
		reeve_fail(err, REEVE_ECHANGED, "'%s' has mail now", place->path);
	else if (unlinkat(box.dirfd, box.name, 0) < 0)
		reeve_fail_errno(err, "cannot remove '%s'", place->path);
	else
		result = 0;
out:
	reeve_lock_release(lock);
	if (fd >= 0)
		close(fd);
	reeve_place_close(&box);
	free(path);
	return result;
}

int users_place_unmake(const struct reeve_users *users, struct users_place *place,
                       struct reeve_error *err)
{
	char *path;
	int result = 0;

	if (place->made == 0)
		return 0;
	if (place->kind == USERS_PLACE_BOX)
		return unmake_box(users, place, err);
	path = strdup(place->path);
	if (path == NULL)
		return reeve_fail_nomem(err);
	path[place->made_to] = '\0';
	for (; place->made > 0 && result == 0; place->made--) {
		const char *name;
		int dirfd = users_place_folder(users, path, &name, err);

		if (dirfd < 0 || unlinkat(dirfd, name, AT_REMOVEDIR) < 0)
			result = dirfd < 0 ? -1 : reeve_fail_errno(err, "cannot remove '%s'", path);
		if (dirfd >= 0)
			close(dirfd);
		path[name - path - 1] = '\0';
	}
	free(path);
	return result;
}
