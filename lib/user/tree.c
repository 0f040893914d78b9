/* SPDX-License-Identifier: MIT */
/* Removing a tree by descriptors: each folder is opened in the one above it, not by a path. */
#include "user/tree.h"

#include "base/error.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 200 /* each level is an open file */

struct removal {
	const char *path;
	dev_t dev;
	const struct timespec *since;
	struct reeve_error *err;
	bool has_failed;
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
	if (st.st_dev != removal->dev || depth == DEPTH_MAX) {
		fail(removal, REEVE_EREFUSED, name,
		     depth == DEPTH_MAX ? "folders are too deep" : "another file system is there");
		close(fd);
		return;
	}
	empty(removal, fd, depth + 1);
	if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0)
		fail(removal, REEVE_EIO, name, strerror(errno));
}

static void empty(struct removal *removal, int fd, unsigned int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;

	if (dir == NULL) {
		fail(removal, REEVE_EIO, ".", strerror(errno));
		close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove_one(removal, fd, entry->d_name, depth);
	closedir(dir);
}

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
