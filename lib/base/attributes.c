/* SPDX-License-Identifier: MIT */
/* Owner, mode, ACL and extended attributes of one file for another. */
#include "base/error.h"
#include "base/replace.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NAMES_BYTES 65536 /* XATTR_LIST_MAX, XATTR_SIZE_MAX of the kernel */
#define VALUE_BYTES 65536

/* What the kernel computes from the bytes, for itself. */
static bool is_hash(const char *name)
{
	return strcmp(name, "security.ima") == 0 || strcmp(name, "security.evm") == 0;
}

/* The names, each with its NUL, and an empty one behind the last. NULL: none can be had. */
static char *names_of(int fd, const char *path, struct reeve_error *err)
{
	char *names = malloc(NAMES_BYTES + 1);
	ssize_t n;

	if (names == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	n = flistxattr(fd, names, NAMES_BYTES);
	if (n < 0 && errno == ENOTSUP)
		n = 0;
	if (n < 0) {
		reeve_fail_errno(err, "cannot read the attributes of '%s'", path);
		free(names);
		return NULL;
	}
	names[n] = '\0';
	return names;
}

static bool has_name(const char *names, const char *name)
{
	for (; *names != '\0'; names += strlen(names) + 1)
		if (strcmp(names, name) == 0)
			return true;
	return false;
}

static int refuse(const char *name, const char *path, struct reeve_error *err)
{
	reeve_fail_errno(err, "the %s of '%s' cannot be kept", name, path);
	if (err != NULL)
		err->code = REEVE_EREFUSED;
	return -1;
}

static int copy_one(int to, int from, const char *name, const char *path, struct reeve_error *err)
{
	char *values = malloc(2 * (size_t)VALUE_BYTES);
	int r = 0;

	if (values == NULL)
		return reeve_fail_nomem(err);
	char *there = values + VALUE_BYTES;
	ssize_t n = fgetxattr(from, name, values, VALUE_BYTES);
	if (n < 0 && errno != ENODATA) {
		r = refuse(name, path, err);
	} else if (n >= 0) {
		/* What is so already need not be allowed to us: a label of SELinux. */
		ssize_t m = fgetxattr(to, name, there, VALUE_BYTES);
		if ((m != n || memcmp(values, there, (size_t)n) != 0) &&
		    fsetxattr(to, name, values, (size_t)n, 0) < 0)
			r = refuse(name, path, err);
	}
	free(values);
	return r;
}

static int copy_attributes(int to, int from, const char *path, struct reeve_error *err)
{
	char *wanted = names_of(from, path, err), *there = NULL;
	int r = wanted == NULL ? -1 : 0;

	for (const char *p = wanted; r == 0 && *p != '\0'; p += strlen(p) + 1)
		if (!is_hash(p))
			r = copy_one(to, from, p, path, err);
	if (r == 0)
		r = (there = names_of(to, path, err)) == NULL ? -1 : 0;
	for (const char *p = there; r == 0 && *p != '\0'; p += strlen(p) + 1)
		if (!is_hash(p) && !has_name(wanted, p) && fremovexattr(to, p) < 0 &&
		    errno != ENODATA)
			r = refuse(p, path, err);
	free(wanted);
	free(there);
	return r;
}

int reeve_attributes_set(int fd, const struct stat *as, const char *path, struct reeve_error *err)
{
	mode_t wanted = as->st_mode & 07777;
	struct stat is;

	if (fstat(fd, &is) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", path);
	if (is.st_uid != as->st_uid || is.st_gid != as->st_gid) {
		/* What one owner may and the other may not, nobody may while it changes hands. */
		mode_t both = is.st_mode & wanted;
		if (both != (is.st_mode & 07777) && fchmod(fd, both) < 0)
			return reeve_fail_errno(err, "cannot set the mode of '%s'", path);
		if (fchown(fd, as->st_uid, as->st_gid) < 0) {
			reeve_fail_errno(err, "cannot give '%s' to uid %ju, gid %ju", path,
			                 (uintmax_t)as->st_uid, (uintmax_t)as->st_gid);
			if (err != NULL)
				err->code = REEVE_EREFUSED;
			return -1;
		}
		/* Who gives a file away loses set-uid bits. */
		if (fstat(fd, &is) < 0)
			return reeve_fail_errno(err, "cannot look at '%s'", path);
	}
	if ((is.st_mode & 07777) != wanted && fchmod(fd, wanted) < 0)
		return reeve_fail_errno(err, "cannot set the mode of '%s'", path);
	if (fstat(fd, &is) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", path);
	if (is.st_uid != as->st_uid || is.st_gid != as->st_gid || (is.st_mode & 07777) != wanted)
		return reeve_fail(err, REEVE_EREFUSED, "owner and mode of '%s' cannot be set",
		                  path);
	return 0;
}

int reeve_attributes_copy(int to, int from, const char *path, struct reeve_error *err)
{
	struct stat want, is;

	if (fstat(from, &want) < 0 || fstat(to, &is) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", path);
	if ((want.st_uid != is.st_uid || want.st_gid != is.st_gid) &&
	    fchown(to, want.st_uid, want.st_gid) < 0)
		return refuse("owner", path, err);
	if (copy_attributes(to, from, path, err) < 0)
		return -1;
	/* Last: who gives a file away loses set-uid bits, and an ACL is part of the mode. */
	if (fchmod(to, want.st_mode & 07777) < 0)
		return reeve_fail_errno(err, "cannot set the mode of a new '%s'", path);
	if (fstat(to, &is) < 0)
		return reeve_fail_errno(err, "cannot look at a new '%s'", path);
	if (is.st_uid != want.st_uid || is.st_gid != want.st_gid || is.st_mode != want.st_mode)
		return reeve_fail(err, REEVE_EREFUSED, "owner and mode of '%s' cannot be kept",
		                  path);
	return 0;
}
