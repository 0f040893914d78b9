/* SPDX-License-Identifier: MIT */
/* Removing a tree by descriptors: each folder is opened in the one above it, not by a path. */
#include "user/tree.h"

#include "base/error.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/*
 * Each level is an open file, and whoever filled the tree says how many there are. What is deeper
 * is moved up to the top, and removed from there.
 */
#define DEPTH_MAX 200

struct removal {
	const char *path;
	dev_t dev;
	const struct timespec *since;
	struct reeve_error *err;
	bool has_failed;
	int top;            /* the folder itself */
	unsigned int moved; /* how many were moved up */
	bool again;         /* some were since it was last read */
};

/* The first failure is told. */
static void fail(struct removal *removal, enum reeve_code code, const char *name, const char *why)
{
	if (!removal->has_failed)
		reeve_fail(removal->err, code, "cannot remove '%s' in '%s': %s", name,
		           removal->path, why);
	removal->has_failed = true;
}

static bool is_newer(const struct removal *removal, const struct stat *st)
{
	const struct timespec *since = removal->since;

	return since != NULL && !S_ISDIR(st->st_mode) &&
	       (st->st_ctim.tv_sec > since->tv_sec ||
	        (st->st_ctim.tv_sec == since->tv_sec && st->st_ctim.tv_nsec > since->tv_nsec));
}

static void move_up(struct removal *removal, int dirfd, const char *name)
{
	char other[40];

	do
		snprintf(other, sizeof other, ".reeve-deep-%u", removal->moved++);
	while (renameat2(dirfd, name, removal->top, other, RENAME_NOREPLACE) < 0 &&
	       errno == EEXIST && removal->moved < UINT_MAX);
	if (faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		fail(removal, REEVE_EIO, name, "it is too deep, and cannot be moved");
	removal->again = true;
}

/* What is in a folder, taken over by us. */
static void empty(struct removal *removal, int fd, unsigned int depth);

static void remove_one(struct removal *removal, int dirfd, const char *name, unsigned int depth)
{
	struct stat st;
	int fd;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			fail(removal, REEVE_EIO, name, strerror(errno));
		return;
	}
	if (is_newer(removal, &st)) {
		fail(removal, REEVE_ECHANGED, name, "it came after the archive was begun");
		return;
	}
	if (!S_ISDIR(st.st_mode)) {
		if (unlinkat(dirfd, name, 0) < 0 && errno != ENOENT)
			fail(removal, REEVE_EIO, name, strerror(errno));
		return;
	}
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		fail(removal, REEVE_EIO, name, strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	if (st.st_dev != removal->dev) {
		fail(removal, REEVE_EREFUSED, name, "another file system is there");
		close(fd);
		return;
	}
	if (depth == DEPTH_MAX) {
		close(fd);
		move_up(removal, dirfd, name);
		return;
	}
	if (depth == 0)
		removal->top = fd;
	do {
		int copy = depth > 0 ? fd : openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		removal->again = removal->again && depth > 0;
		empty(removal, copy, depth + 1);
	} while (depth == 0 && removal->again);
	if (depth == 0)
		close(fd);
	if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0)
		fail(removal, REEVE_EIO, name, strerror(errno));
}

static void empty(struct removal *removal, int fd, unsigned int depth)
{
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (dir == NULL) {
		fail(removal, REEVE_EIO, ".", strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove_one(removal, dirfd(dir), entry->d_name, depth);
	closedir(dir);
}

/* ---- one file system ------------------------------------------------------------------------ */

/* fd is closed. `way` is the path of the folder, a buffer of PATH_MAX. 0, or -1 with err. */
static int look_for_mounts(int fd, dev_t dev, char *way, unsigned int depth,
                           struct reeve_error *err)
{
	DIR *dir = fdopendir(fd);
	size_t n = strlen(way);
	struct dirent *entry;
	int result = 0;

	if (dir == NULL) {
		reeve_fail_errno(err, "cannot read '%s'", way);
		close(fd);
		return -1;
	}
	while (result == 0 && (entry = readdir(dir)) != NULL) {
		struct statx stx;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    statx(dirfd(dir), entry->d_name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT,
		          STATX_TYPE, &stx) < 0)
			continue;
		snprintf(way + n, PATH_MAX - n, "/%s", entry->d_name);
		/*
		 * Of a folder that is mounted twice the number says nothing, nor does that of a
		 * file of overlayfs.
		 */
		if ((stx.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0 ||
		    (S_ISDIR(stx.stx_mode) &&
		     makedev(stx.stx_dev_major, stx.stx_dev_minor) != dev))
			result = reeve_fail(err, REEVE_EREFUSED,
			                    "another file system is at '%s': it has to be taken "
			                    "away first",
			                    way);
		else if (S_ISDIR(stx.stx_mode) && depth < DEPTH_MAX) {
			int below = openat(dirfd(dir), entry->d_name,
			                   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			if (below >= 0)
				result = look_for_mounts(below, dev, way, depth + 1, err);
		}
		way[n] = '\0';
	}
	closedir(dir);
	return result;
}

int users_tree_is_one(int fd, const char *path, struct reeve_error *err)
{
	char way[PATH_MAX];
	struct stat st;
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (copy < 0 || fstat(copy, &st) < 0) {
		reeve_fail_errno(err, "cannot read '%s'", path);
		if (copy >= 0)
			close(copy);
		return -1;
	}
	snprintf(way, sizeof way, "%s", path);
	return look_for_mounts(copy, st.st_dev, way, 0, err);
}

/* ---- removing ------------------------------------------------------------------------------- */

int users_tree_remove(int dirfd, const char *name, const char *path, const struct timespec *since,
                      struct reeve_error *err)
{
	struct removal removal = {.path = path, .since = since, .err = err};
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : reeve_fail_errno(err, "cannot remove '%s'", path);
	removal.dev = st.st_dev;
	remove_one(&removal, dirfd, name, 0);
	return removal.has_failed ? -1 : 0;
}
