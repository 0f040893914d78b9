/* SPDX-License-Identifier: MIT */
/* A new file in the place of another, in three steps. */
#include "base/replace.h"
#include "base/error.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int reeve_replace_write(int dirfd, const char *beside, const void *bytes, size_t n, int like,
                        const char *path, struct reeve_error *err)
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
	if (r == 0 && fsync(fd) < 0)
		r = reeve_fail_errno(err, "cannot flush a new '%s'", path);
	/* NFS tells here that the quota is used up. */
	if (close(fd) < 0 && r == 0)
		r = reeve_fail_errno(err, "cannot write a new '%s'", path);
	if (r < 0)
		(void)unlinkat(dirfd, beside, 0);
	return r;
}

int reeve_replace_rename(int dirfd, const char *beside, const char *name, const char *path,
                         struct reeve_error *err)
{
	if (renameat(dirfd, beside, dirfd, name) < 0)
		return reeve_fail_errno(err, "cannot put a new '%s' in its place", path);
	return 0;
}
