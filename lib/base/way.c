/* SPDX-License-Identifier: MIT */
/* Opening a folder part by part, with an eye on whose symbolic links lead there. */
#include "base/way.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel's own (path_resolution(7)) */

struct way {
	const char *folder; /* as asked for, for messages */
	unsigned int links;
	struct reeve_error *err;
};

static int walk(struct way *way, int dirfd, char *path);

static int fail_errno(const struct way *way, int dirfd)
{
	reeve_fail_errno(way->err, "cannot open the folder '%s'", way->folder);
	if (dirfd >= 0)
		close(dirfd);
	return -1;
}

/* Where the symbolic link `fd`, found in `dirfd`, leads. Takes both descriptors. */
static int follow(struct way *way, int dirfd, int fd, uid_t owner)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(fd, "", target, sizeof target - 1);

	close(fd);
	if (n >= 0 && owner != 0 && owner != geteuid()) {
		close(dirfd);
		target[n] = '\0';
		return reeve_fail(way->err, REEVE_EREFUSED,
		                  "on the way to the folder '%s' uid %ju made a symbolic link to "
		                  "'%s'",
		                  way->folder, (uintmax_t)owner, target);
	}
	if (n >= 0 && way->links++ >= LINKS_MAX) {
		errno = ELOOP;
		n = -1;
	}
	if (n < 0)
		return fail_errno(way, dirfd);
	target[n] = '\0';
	return walk(way, dirfd, target);
}

/* The folder at `path` from `dirfd` on. Takes the descriptor, gives back another. */
static int walk(struct way *way, int dirfd, char *path)
{
	char *save = NULL;

	if (path[0] == '/') {
		close(dirfd);
		dirfd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (dirfd < 0)
			return fail_errno(way, -1);
	}
	for (char *part = strtok_r(path, "/", &save); part != NULL && dirfd >= 0;
	     part = strtok_r(NULL, "/", &save)) {
		int fd = openat(dirfd, part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		struct stat st;

		if (fd < 0)
			return fail_errno(way, dirfd);
		if (fstat(fd, &st) < 0) {
			close(fd);
			return fail_errno(way, dirfd);
		}
		if (S_ISLNK(st.st_mode)) {
			dirfd = follow(way, dirfd, fd, st.st_uid);
			continue;
		}
		close(dirfd);
		dirfd = fd;
		if (!S_ISDIR(st.st_mode)) {
			errno = ENOTDIR;
			return fail_errno(way, dirfd);
		}
	}
	return dirfd;
}

int reeve_way_open(const char *folder, struct reeve_error *err)
{
	struct way way = {.folder = folder, .err = err};
	char *path = strdup(folder);
	int dirfd;

	if (path == NULL)
		return reeve_fail_nomem(err);
	/* Of an absolute way the folder that we are in is no part: we may not be able to enter it. */
	dirfd = open(path[0] == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	dirfd = dirfd < 0 ? fail_errno(&way, -1) : walk(&way, dirfd, path);
	free(path);
	return dirfd;
}
