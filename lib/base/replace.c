/* SPDX-License-Identifier: MIT */
/* A new file in the place of another, in three steps. */
#include "base/replace.h"
#include "base/error.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* `like` or `as` is what it shall be like besides its bytes, if there is one. */
static int write_beside(int dirfd, const char *beside, const void *bytes, size_t n, int like,
                        const struct stat *as, const char *path, struct reeve_error *err)
{
	/* EROFS: making it will say so better. */
	if (unlinkat(dirfd, beside, 0) < 0 && errno != ENOENT && errno != EROFS)
		return reeve_fail_errno(err, "cannot remove '%s' beside '%s'", beside, path);
	int fd = openat(dirfd, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return reeve_fail_errno(err, "cannot make a file beside '%s'", path);

	int r = reeve_write_at(fd, bytes, n, 0, err);
	if (r < 0)
		reeve_fail_prefix(err, "a new '%s'", path);
	if (r == 0 && like >= 0)
		r = reeve_attributes_copy(fd, like, path, err);
	if (r == 0 && as != NULL)
		r = reeve_attributes_set(fd, as, path, err);
	if (r == 0 && fsync(fd) < 0)
		r = reeve_fail_errno(err, "cannot flush a new '%s'", path);
	/* NFS tells here that the quota is used up. */
	if (close(fd) < 0 && r == 0)
		r = reeve_fail_errno(err, "cannot write a new '%s'", path);
	if (r < 0)
		(void)unlinkat(dirfd, beside, 0);
	return r;
}

int reeve_replace_write(int dirfd, const char *beside, const void *bytes, size_t n, int like,
                        const char *path, struct reeve_error *err)
{
	return write_beside(dirfd, beside, bytes, n, like, NULL, path, err);
}

int reeve_replace_write_new(int dirfd, const char *beside, const void *bytes, size_t n,
                            const struct stat *as, const char *path, struct reeve_error *err)
{
	return write_beside(dirfd, beside, bytes, n, -1, as, path, err);
}

int reeve_replace_rename(int dirfd, const char *beside, const char *name, const char *path,
                         struct reeve_error *err)
{
	if (renameat(dirfd, beside, dirfd, name) < 0)
		return reeve_fail_errno(err, "cannot put a new '%s' in its place", path);
	return 0;
}

int reeve_replace_name(int dirfd, const char *beside, const char *name, const char *path,
                       struct reeve_error *err)
{
	struct stat st;

	if (renameat2(dirfd, beside, dirfd, name, RENAME_NOREPLACE) == 0)
		return 0;
	/* Not every file system can do that: NFS, some of FUSE. */
	if (errno == EINVAL || errno == ENOSYS) {
		if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			errno = EEXIST;
		else if (errno == ENOENT)
			return reeve_replace_rename(dirfd, beside, name, path, err);
	}
	if (errno == EEXIST)
		return reeve_fail(err, REEVE_ECHANGED, "'%s' was made by somebody else meanwhile",
		                  path);
	return reeve_fail_errno(err, "cannot put a new '%s' in its place", path);
}
