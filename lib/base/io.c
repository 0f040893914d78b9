/* SPDX-License-Identifier: MIT */
/* Whole reads and writes at an offset. */
#include "base/io.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int reeve_read_at(int fd, void *buf, size_t n, uint64_t offset, struct reeve_error *err)
{
	unsigned char *p = buf;

	while (n > 0) {
		ssize_t got = pread(fd, p, n, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return reeve_fail_errno(err, "cannot read");
		if (got == 0)
			return reeve_fail(err, REEVE_ECHANGED,
			                  "the file became shorter while it was read");
		p += got;
		n -= (size_t)got;
		offset += (uint64_t)got;
	}
	return 0;
}

int reeve_write_at(int fd, const void *buf, size_t n, uint64_t offset, struct reeve_error *err)
{
	const unsigned char *p = buf;

	while (n > 0) {
		ssize_t put = pwrite(fd, p, n, (off_t)offset);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return reeve_fail_errno(err, "cannot write");
		p += put;
		n -= (size_t)put;
		offset += (uint64_t)put;
	}
	return 0;
}

void reeve_write_begin(int fd, uint64_t offset, uint64_t n)
{
	(void)sync_file_range(fd, (off_t)offset, (off_t)n, SYNC_FILE_RANGE_WRITE);
}
