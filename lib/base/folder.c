/* SPDX-License-Identifier: MIT */
/* Folders of our own. */
#include "base/folder.h"
#include "base/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 100 /* of what is removed: we made it, and it is not deep */

static int flush_parent(const char *path, struct reeve_error *err)
{
	char parent[4096];
	const char *slash = strrchr(path, '/');

	snprintf(parent, sizeof parent, "%.*s", (int)(slash - path) + 1, path);
	int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 ? -1 : fsync(fd);
	if (r < 0)
		reeve_fail_errno(err, "cannot flush '%s'", parent);
	if (fd >= 0)
		close(fd);
	return r;
}

int reeve_folder_make(char *path, struct reeve_error *err)
{
	for (char *p = path + 1;; p++) {
		if (*p != '/' && *p != '\0')
			continue;
		char end = *p;
		*p = '\0';
		int r = mkdir(path, end == '\0' ? 0700 : 0755);
		if (r < 0 && errno != EEXIST) {
			reeve_fail_errno(err, "cannot make '%s'", path);
			*p = end;
			return -1;
		}
		r = r == 0 ? flush_parent(path, err) : 0;
		*p = end;
		if (r < 0 || end == '\0')
			return r;
	}
}

int reeve_folder_open(const char *path, uid_t owner, int *fd_r, struct reeve_error *err)
{
	struct stat st;

	*fd_r = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd_r < 0 && errno == ENOENT)
		return 0;
	if (*fd_r < 0)
		return reeve_fail_errno(err, "cannot open '%s'", path);
	if (fstat(*fd_r, &st) == 0 && st.st_uid == owner && (st.st_mode & 022) == 0)
		return 0;
	close(*fd_r);
	*fd_r = -1;
	return reeve_fail(err, REEVE_EREFUSED,
	                  "'%s' must belong to uid %u and be writable by nobody else", path,
	                  (unsigned int)owner);
}

int reeve_folder_flush(int dirfd, const char *path, struct reeve_error *err)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 ? -1 : fsync(fd);

	if (r < 0)
		reeve_fail_errno(err, "cannot flush '%s'", path);
	if (fd >= 0)
		close(fd);
	return r;
}

static int remove_below(int dirfd, const char *name, unsigned int depth)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while ((entry = readdir(dir)) != NULL && r == 0) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, entry->d_name, 0) == 0)
			continue;
		r = errno == EISDIR && depth < DEPTH_MAX
		            ? remove_below(fd, entry->d_name, depth + 1)
		            : -1;
	}
	closedir(dir);
	return r < 0 ? -1 : unlinkat(dirfd, name, AT_REMOVEDIR);
}

int reeve_folder_remove(int dirfd, const char *name)
{
	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	return errno == EISDIR ? remove_below(dirfd, name, 0) : -1;
}
