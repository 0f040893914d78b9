/* SPDX-License-Identifier: MIT */
/* Opening a file in a folder where others can write: look, open, and see that both are one file. */
#include "base/open.h"

#include "base/error.h"
#include "base/way.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Whether the folder `name` has the folder `part` in it. */
static bool has_folder(int dirfd, const char *name, const char *part)
{
	struct stat st;
	int fd = openat(dirfd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool found =
		fd >= 0 && fstatat(fd, part, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);

	if (fd >= 0)
		close(fd);
	return found;
}

/* 0 for a regular file with one name; else what it is instead. */
static int check_kind(const struct reeve_place *place, const struct stat *st,
                      struct reeve_error *err)
{
	const char *path = place->path;

	switch (st->st_mode & S_IFMT) {
	case S_IFREG:
		break;
	case S_IFLNK:
		return reeve_fail(err, REEVE_EREFUSED, "'%s' is a symbolic link", path);
	case S_IFDIR:
		if (place->takes_folder)
			return 0;
		if (has_folder(place->dirfd, place->name, "cur") &&
		    has_folder(place->dirfd, place->name, "new"))
			return reeve_fail(
				err, REEVE_EFORMAT,
				"'%s' is a Maildir (messages are files in cur/ and new/); "
				"mailreeve cleans mbox files",
				path);
		return reeve_fail(err, REEVE_EFORMAT, "'%s' is a folder, not an mbox file", path);
	case S_IFIFO:
		return reeve_fail(err, REEVE_EREFUSED, "'%s' is a FIFO", path);
	case S_IFSOCK:
		return reeve_fail(err, REEVE_EREFUSED, "'%s' is a socket", path);
	default:
		return reeve_fail(err, REEVE_EREFUSED, "'%s' is a device", path);
	}

	/* None at all: it was removed between our open and our look. */
	if (st->st_nlink == 0)
		return reeve_fail(err, REEVE_ECHANGED, "'%s' was removed meanwhile", path);
	if (st->st_nlink > 1)
		return reeve_fail(err, REEVE_EREFUSED, "'%s' has %ju hard links", path,
		                  (uintmax_t)st->st_nlink);
	return 0;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

int reeve_path_inside(const char *root, const char *folder, struct reeve_error *err)
{
	char *top = NULL, *real = NULL;
	size_t n;
	int result = -1;

	if (root == NULL || root[0] == '\0')
		return 0;
	real = realpath(folder, NULL);
	if (real == NULL && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	top = realpath(root, NULL);
	if (top == NULL || real == NULL) {
		reeve_fail_errno(err, "cannot find '%s'", folder);
		goto out;
	}
	n = strlen(top);
	if (strncmp(real, top, n) == 0 && (real[n] == '/' || real[n] == '\0' || n == 1))
		result = 0;
	else
		reeve_fail(err, REEVE_EREFUSED, "'%s' leads out of '%s', to '%s'", folder, root,
		           real);
out:
	free(top);
	free(real);
	return result;
}

#define READ_FLAGS (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

int reeve_open_in_root(const char *root, const char *path)
{
	struct open_how how = {.flags = READ_FLAGS, .resolve = RESOLVE_IN_ROOT};
	size_t n = root == NULL ? 0 : strlen(root);

	while (n > 0 && root[n - 1] == '/')
		n--;
	if (n == 0 || strncmp(path, root, n) != 0 || path[n] != '/')
		return open(path, READ_FLAGS);

	int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), saved;
	if (top < 0)
		return -1;
	int fd = (int)syscall(SYS_openat2, top, path + n, &how, sizeof how);
	saved = errno;
	close(top);
	if (fd < 0 && saved == ENOSYS) {
		if (reeve_path_inside(root, path, NULL) == 0)
			return open(path, READ_FLAGS);
		saved = EXDEV;
	}
	errno = saved;
	return fd;
}

/*
 * Open the folder of place->path and point place->name into the path. A file to be added to may be
 * made there, so others must have no say in which folder that is; what is only cleaned is ours
 * or its owner's wherever it lies.
 */
static int open_folder(struct reeve_place *place, const char *root, bool is_for_adding,
                       struct reeve_error *err)
{
	char *slash = strrchr(place->path, '/');
	const char *folder = ".";

	place->name = place->path;
	if (slash != NULL) {
		place->name = slash + 1;
		folder = slash == place->path ? "/" : place->path;
		*slash = '\0';
	}

	int failed = reeve_path_inside(root, folder, err);
	if (failed == 0 && is_for_adding)
		failed = (place->dirfd = reeve_way_open(folder, err)) < 0 ? -1 : 0;
	else if (failed == 0)
		place->dirfd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (failed == 0 && (place->dirfd < 0 || fstat(place->dirfd, &place->dir) < 0))
		failed = reeve_fail_errno(err, "cannot open the folder '%s'", folder);
	if (slash != NULL)
		*slash = '/';
	return failed;
}

/* Make the file, unless somebody else just did. */
static int make_file(struct reeve_place *place, bool *is_new, struct reeve_error *err)
{
	int fd = openat(place->dirfd, place->name,
	                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	*is_new = fd >= 0;
	if (fd < 0 && errno != EEXIST)
		return reeve_fail_errno(err, "cannot make '%s'", place->path);
	if (fd >= 0)
		close(fd);
	return 0;
}

enum use { CLEAN, ADD, MAKE, ANY };

/* What all functions for opening do. *is_new_r: it is not there, or was just made. */
static int place_open(struct reeve_place *place, const char *root, const char *path, enum use use,
                      bool *is_new_r, struct reeve_error *err)
{
	bool wants_folder = false, may_be_new = use == ADD || use == MAKE;
	size_t n = strlen(path);

	*is_new_r = false;
	*place = (struct reeve_place){.dirfd = -1, .takes_folder = use == ANY};
	if (n == 0)
		return reeve_fail(err, REEVE_EUSAGE, "no file is named");

	/* A slash at the end would follow a symbolic link. */
	while (n > 1 && path[n - 1] == '/') {
		wants_folder = true;
		n--;
	}
	place->path = strndup(path, n);
	if (place->path == NULL)
		return reeve_fail_nomem(err);
	if (strcmp(place->path, "/") == 0) {
		reeve_fail(err, REEVE_EFORMAT, "'/' is a folder, not an mbox file");
		goto fail;
	}
	if (open_folder(place, root, use != CLEAN, err) < 0)
		goto fail;

	int looked = fstatat(place->dirfd, place->name, &place->st, AT_SYMLINK_NOFOLLOW);
	if (looked < 0 && errno == ENOENT && may_be_new && !wants_folder) {
		*is_new_r = true;
		if (use == ADD)
			return 0;
		if (make_file(place, is_new_r, err) < 0)
			goto fail;
		looked = fstatat(place->dirfd, place->name, &place->st, AT_SYMLINK_NOFOLLOW);
	}
	if (looked < 0) {
		reeve_fail_errno(err, "cannot open '%s'", place->path);
		goto fail;
	}
	if (check_kind(place, &place->st, err) < 0)
		goto fail;
	if (wants_folder && !S_ISDIR(place->st.st_mode)) {
		errno = ENOTDIR;
		reeve_fail_errno(err, "cannot open '%s'", path);
		goto fail;
	}
	return 0;
fail:
	reeve_place_close(place);
	return -1;
}

int reeve_place_open(struct reeve_place *place, const char *root, const char *path,
                     struct reeve_error *err)
{
	bool is_new;

	return place_open(place, root, path, CLEAN, &is_new, err);
}

int reeve_place_add(struct reeve_place *place, const char *root, const char *path, bool make,
                    bool *is_new_r, struct reeve_error *err)
{
	return place_open(place, root, path, make ? MAKE : ADD, is_new_r, err);
}

int reeve_place_any(struct reeve_place *place, const char *root, const char *path,
                    struct reeve_error *err)
{
	bool is_new;

	return place_open(place, root, path, ANY, &is_new, err);
}

int reeve_place_file(struct reeve_place *place, int flags, struct reeve_error *err)
{
	struct stat st;
	int fd;

	/* Without O_NONBLOCK a FIFO put in the file's place would hold us for ever. */
	flags |= O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	fd = openat(place->dirfd, place->name, flags | O_NOATIME);
	if (fd < 0 && errno == EPERM)
		fd = openat(place->dirfd, place->name, flags);
	if (fd < 0 && errno == ELOOP)
		return reeve_fail(err, REEVE_EREFUSED, "'%s' is a symbolic link", place->path);
	if (fd < 0)
		return reeve_fail_errno(err, "cannot open '%s'", place->path);

	if (fstat(fd, &st) < 0) {
		reeve_fail_errno(err, "cannot look at '%s'", place->path);
		goto fail;
	}
	if (!is_same(&st, &place->st)) {
		reeve_fail(err, REEVE_ECHANGED, "'%s' was replaced by another file meanwhile",
		           place->path);
		goto fail;
	}
	if (check_kind(place, &st, err) < 0)
		goto fail;
	place->st = st;
	return fd;
fail:
	close(fd);
	return -1;
}

bool reeve_place_still(const struct reeve_place *place, int fd)
{
	struct stat named, opened;

	return fstatat(place->dirfd, place->name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstat(fd, &opened) == 0 && is_same(&named, &opened) &&
	       ((S_ISREG(named.st_mode) && opened.st_nlink == 1) ||
	        (place->takes_folder && S_ISDIR(named.st_mode)));
}

bool reeve_place_keep_atime(const struct reeve_place *place, int fd)
{
	const struct timespec times[2] = {place->st.st_atim, {.tv_nsec = UTIME_OMIT}};
	int flags = fcntl(fd, F_GETFL);
	struct stat st;

	if (flags >= 0 && (flags & O_NOATIME) != 0)
		return true;
	if (fstat(fd, &st) == 0 && st.st_atim.tv_sec == place->st.st_atim.tv_sec &&
	    st.st_atim.tv_nsec == place->st.st_atim.tv_nsec)
		return true;
	return futimens(fd, times) == 0;
}

void reeve_place_close(struct reeve_place *place)
{
	if (place == NULL)
		return;
	/* In {0} the descriptor is 0, which is not ours. */
	if (place->path != NULL && place->dirfd >= 0)
		close(place->dirfd);
	free(place->path);
	*place = (struct reeve_place){.dirfd = -1};
}
