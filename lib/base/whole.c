/* SPDX-License-Identifier: MIT */
/* Reading a file whole, and noticing when it changes meanwhile. */
#include "base/whole.h"
#include "base/error.h"
#include "base/io.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

int reeve_whole_read_fd(struct reeve_whole *whole, int fd, const char *path, size_t max,
                        struct reeve_error *err)
{
	struct stat before;

	*whole = (struct reeve_whole){0};
	if (fstat(fd, &before) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", path);
	if (!S_ISREG(before.st_mode))
		return reeve_fail(err, REEVE_EFORMAT, "'%s' is not a regular file", path);
	if ((uint64_t)before.st_size > max)
		return reeve_fail(err, REEVE_EFORMAT, "'%s' is too large: %ju bytes, at most %zu",
		                  path, (uintmax_t)before.st_size, max);
	whole->size = (size_t)before.st_size;
	whole->bytes = malloc(whole->size > 0 ? whole->size : 1);
	if (whole->bytes == NULL) {
		reeve_fail_nomem(err);
		goto fail;
	}
	if (reeve_read_at(fd, whole->bytes, whole->size, 0, err) < 0) {
		reeve_fail_prefix(err, "'%s'", path);
		goto fail;
	}
	if (fstat(fd, &whole->st) < 0) {
		reeve_fail_errno(err, "cannot look at '%s'", path);
		goto fail;
	}
	if (!is_same(&before, &whole->st)) {
		reeve_fail(err, REEVE_ECHANGED, "'%s' was written to while we read it", path);
		goto fail;
	}
	return 0;
fail:
	reeve_whole_dispose(whole);
	return -1;
}

int reeve_whole_read(struct reeve_whole *whole, const char *path, size_t max,
                     struct reeve_error *err)
{
	/* Not to wait for a writer where somebody put a FIFO. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	int r;

	*whole = (struct reeve_whole){0};
	if (fd < 0)
		return reeve_fail_errno(err, "cannot open '%s'", path);
	r = reeve_whole_read_fd(whole, fd, path, max, err);
	close(fd);
	return r;
}

void reeve_whole_dispose(struct reeve_whole *whole)
{
	free(whole->bytes);
	*whole = (struct reeve_whole){0};
}
