/* SPDX-License-Identifier: MIT */
/*
 * The shim's calls: libc's own, each between crash_begin() and crash_end(). See shim.h.
 *
 * open() and open64() are two symbols, so this file is compiled without _FILE_OFFSET_BITS.
 * What does not come through here (a shared mapping, stdio's own writes) is found by replay.c,
 * which compares what was written down with the files that are there at the end.
 */
#include "shim-core.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

/* ---- names that come to be ------------------------------------------------------------------- */

/* open() of something that is there and stays as long as it is changes nothing. */
static bool open_changes(int dirfd, const char *path, int flags, enum crash_op *op_r)
{
	struct stat st;

	if ((flags & O_CREAT) && fstatat(dirfd, path, &st, 0) != 0) {
		*op_r = CRASH_OP_CREATE;
		return true;
	}
	*op_r = CRASH_OP_TRUNCATE;
	return flags & O_TRUNC;
}

static int open_any(int (*real)(int, const char *, int, ...), int dirfd, const char *path,
                    int flags, mode_t mode)
{
	struct crash_call call = {.dirfd = dirfd, .path = path, .fd = -1};

	if (!open_changes(dirfd, path, flags, &call.op))
		return real(dirfd, path, flags, mode);
	if (!crash_begin(&call))
		return -1;
	int fd = real(dirfd, path, flags, mode);
	call.fd = fd;
	return (int)crash_end(&call, fd);
}

static mode_t open_mode(int flags, va_list ap)
{
	return (flags & (O_CREAT | O_TMPFILE)) ? va_arg(ap, mode_t) : 0;
}

#define OPEN(name, real, ...)                                                                      \
	int name(__VA_ARGS__, int flags, ...)                                                      \
	{                                                                                          \
		va_list ap;                                                                        \
                                                                                                   \
		va_start(ap, flags);                                                               \
		mode_t mode = open_mode(flags, ap);                                                \
		va_end(ap);                                                                        \
		return open_any(REAL(real), DIRFD, path, flags, mode);                             \
	}

#define DIRFD AT_FDCWD
OPEN(open, openat, const char *path)
OPEN(open64, openat64, const char *path)
#undef DIRFD
#define DIRFD dirfd
OPEN(openat, openat, int dirfd, const char *path)
OPEN(openat64, openat64, int dirfd, const char *path)
#undef DIRFD

int creat(const char *path, mode_t mode)
{
	return open_any(REAL(openat), AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int creat64(const char *path, mode_t mode)
{
	return open_any(REAL(openat64), AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* CALL runs between begin and end; the function returns its result. */
#define COUNTED(CALL, ...)                                                                         \
	struct crash_call call = {.fd = -1, __VA_ARGS__};                                          \
	if (!crash_begin(&call))                                                                   \
		return -1;                                                                         \
	return (int)crash_end(&call, CALL)

int mkdirat(int dirfd, const char *path, mode_t mode)
{
	COUNTED(REAL(mkdirat)(dirfd, path, mode), .op = CRASH_OP_MKDIR, .dirfd = dirfd,
	        .path = path);
}

int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

int linkat(int dirfd, const char *path, int dirfd2, const char *path2, int flags)
{
	COUNTED(REAL(linkat)(dirfd, path, dirfd2, path2, flags), .op = CRASH_OP_LINK,
	        .dirfd = dirfd, .path = path, .dirfd2 = dirfd2, .path2 = path2);
}

int link(const char *path, const char *path2)
{
	return linkat(AT_FDCWD, path, AT_FDCWD, path2, 0);
}

int renameat2(int dirfd, const char *path, int dirfd2, const char *path2, unsigned int flags)
{
	COUNTED(REAL(renameat2)(dirfd, path, dirfd2, path2, flags), .op = CRASH_OP_RENAME,
	        .dirfd = dirfd, .path = path, .dirfd2 = dirfd2, .path2 = path2);
}

int renameat(int dirfd, const char *path, int dirfd2, const char *path2)
{
	return renameat2(dirfd, path, dirfd2, path2, 0);
}

int rename(const char *path, const char *path2)
{
	return renameat2(AT_FDCWD, path, AT_FDCWD, path2, 0);
}

int unlinkat(int dirfd, const char *path, int flags)
{
	COUNTED(REAL(unlinkat)(dirfd, path, flags), .op = CRASH_OP_UNLINK, .dirfd = dirfd,
	        .path = path);
}

int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static ssize_t write_any(int fd, const void *bytes, size_t n, off_t at, bool has_at)
{
	struct crash_call call = {.op = CRASH_OP_WRITE,
	                          .fd = fd,
	                          .bytes = bytes,
	                          .length = n,
	                          .offset = (uint64_t)at,
	                          .is_stream = !has_at};

	if (!crash_begin(&call))
		return -1;
	ssize_t done = has_at ? REAL(pwrite)(fd, bytes, call.length, at)
	                      : REAL(write)(fd, bytes, call.length);
	return crash_end(&call, done);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
	return write_any(fd, bytes, n, 0, false);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	return write_any(fd, bytes, n, at, true);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	return write_any(fd, bytes, n, at, true);
}

/* A vector of buffers may be cut anywhere, so one at a time is as good as all, and easier told. */
static ssize_t write_vector(int fd, const struct iovec *iov, int count, off_t at, bool has_at)
{
	ssize_t sum = 0;

	for (int i = 0; i < count; i++) {
		ssize_t n = write_any(fd, iov[i].iov_base, iov[i].iov_len, at + sum, has_at);
		if (n < 0)
			return sum > 0 ? sum : -1;
		sum += n;
		if ((size_t)n < iov[i].iov_len)
			break;
	}
	return sum;
}

ssize_t writev(int fd, const struct iovec *iov, int count)
{
	return write_vector(fd, iov, count, 0, false);
}

ssize_t pwritev(int fd, const struct iovec *iov, int count, off_t at)
{
	return write_vector(fd, iov, count, at, true);
}

ssize_t pwritev64(int fd, const struct iovec *iov, int count, off64_t at)
{
	return write_vector(fd, iov, count, at, true);
}

/* Bytes that the kernel moves are read back for the log. */
ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t n,
                        unsigned int flags)
{
	struct crash_call call = {.op = CRASH_OP_WRITE,
	                          .fd = to,
	                          .length = n,
	                          .offset = to_at != NULL ? (uint64_t)*to_at : 0,
	                          .is_stream = to_at == NULL};

	if (!crash_begin(&call))
		return -1;
	return crash_end(&call,
	                 REAL(copy_file_range)(from, from_at, to, to_at, call.length, flags));
}

ssize_t sendfile(int to, int from, off_t *from_at, size_t n)
{
	struct crash_call call = {.op = CRASH_OP_WRITE, .fd = to, .length = n, .is_stream = true};

	if (!crash_begin(&call))
		return -1;
	return crash_end(&call, REAL(sendfile)(to, from, from_at, call.length));
}

ssize_t sendfile64(int to, int from, off64_t *from_at, size_t n)
{
	return sendfile(to, from, from_at, n);
}

/* ---- sizes ----------------------------------------------------------------------------------- */

int ftruncate(int fd, off_t size)
{
	struct crash_call call = {.op = CRASH_OP_TRUNCATE, .fd = fd, .offset = (uint64_t)size};

	if (!crash_begin(&call))
		return -1;
	return (int)crash_end(&call, REAL(ftruncate)(fd, size));
}

int ftruncate64(int fd, off64_t size)
{
	return ftruncate(fd, size);
}

int truncate(const char *path, off_t size)
{
	COUNTED(REAL(truncate)(path, size), .op = CRASH_OP_TRUNCATE, .dirfd = AT_FDCWD,
	        .path = path, .offset = (uint64_t)size);
}

int truncate64(const char *path, off64_t size)
{
	return truncate(path, size);
}

int fallocate(int fd, int mode, off_t at, off_t n)
{
	struct crash_call call = {.op = CRASH_OP_ALLOCATE,
	                          .fd = fd,
	                          .mode = mode,
	                          .offset = (uint64_t)at,
	                          .length = (uint64_t)n};

	if (!crash_begin(&call))
		return -1;
	return (int)crash_end(&call, REAL(fallocate)(fd, mode, at, n));
}

int fallocate64(int fd, int mode, off64_t at, off64_t n)
{
	return fallocate(fd, mode, at, n);
}

/* Where the file system cannot, libc writes zeros behind our back; our tests' file systems can. */
int posix_fallocate(int fd, off_t at, off_t n)
{
	return fallocate(fd, 0, at, n) == 0 ? 0 : errno;
}

int posix_fallocate64(int fd, off64_t at, off64_t n)
{
	return posix_fallocate(fd, at, n);
}

/* ---- durable --------------------------------------------------------------------------------- */

int fsync(int fd)
{
	struct crash_call call = {.op = CRASH_OP_SYNC, .fd = fd};

	if (!crash_begin(&call))
		return -1;
	return (int)crash_end(&call, REAL(fsync)(fd));
}

int fdatasync(int fd)
{
	struct crash_call call = {.op = CRASH_OP_DATASYNC, .fd = fd};

	if (!crash_begin(&call))
		return -1;
	return (int)crash_end(&call, REAL(fdatasync)(fd));
}

/* ---- owner, mode, attributes ----------------------------------------------------------------- */

#define COUNTED_FD(what, CALL)                                                                     \
	struct crash_call call = {.op = what, .fd = fd};                                           \
	if (!crash_begin(&call))                                                                   \
		return -1;                                                                         \
	return (int)crash_end(&call, CALL)

int fchown(int fd, uid_t uid, gid_t gid)
{
	COUNTED_FD(CRASH_OP_RIGHTS, REAL(fchown)(fd, uid, gid));
}

int fchmod(int fd, mode_t mode)
{
	COUNTED_FD(CRASH_OP_RIGHTS, REAL(fchmod)(fd, mode));
}

int fsetxattr(int fd, const char *name, const void *value, size_t n, int flags)
{
	COUNTED_FD(CRASH_OP_TOUCH, REAL(fsetxattr)(fd, name, value, n, flags));
}

int fremovexattr(int fd, const char *name)
{
	COUNTED_FD(CRASH_OP_TOUCH, REAL(fremovexattr)(fd, name));
}

/* ---- times ----------------------------------------------------------------------------------- */

int futimens(int fd, const struct timespec times[2])
{
	struct crash_call call = {.op = CRASH_OP_TOUCH, .fd = fd};

	if (!crash_begin(&call))
		return -1;
	return (int)crash_end(&call, REAL(futimens)(fd, times));
}

int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags)
{
	COUNTED(REAL(utimensat)(dirfd, path, times, flags), .op = CRASH_OP_TOUCH, .dirfd = dirfd,
	        .path = path);
}

int utime(const char *path, const struct utimbuf *times)
{
	COUNTED(REAL(utime)(path, times), .op = CRASH_OP_TOUCH, .dirfd = AT_FDCWD, .path = path);
}

int utimes(const char *path, const struct timeval times[2])
{
	COUNTED(REAL(utimes)(path, times), .op = CRASH_OP_TOUCH, .dirfd = AT_FDCWD, .path = path);
}
