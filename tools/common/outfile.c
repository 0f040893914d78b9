/* SPDX-License-Identifier: MIT */
/* A new file, flushed and renamed. */
#include "outfile.h"

#include "tool.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(const struct outfile *file, const char *what)
{
	tool_error("cannot %s '%s': %s", what, file->path, strerror(errno));
	return false;
}

/* Whether an old file, open at fd, is one of our kind. */
static bool begins_with(int fd, const char *begins)
{
	char bytes[64];
	ssize_t n = read(fd, bytes, sizeof bytes);
	size_t length = strlen(begins);

	return n == 0 || (n >= (ssize_t)length && memcmp(bytes, begins, length) == 0);
}

/* Whether what is there now, if anything, may be replaced; *old_r is its stat. */
static bool may_replace(const struct outfile *file, const char *begins, struct stat *old_r,
                        bool *is_there_r)
{
	int fd = open(file->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool is_ours;

	*is_there_r = fd >= 0;
	if (fd < 0 && errno == ENOENT)
		return true;
	if (fd < 0 && errno != ELOOP)
		return fail(file, "look at");
	is_ours = fd >= 0 && fstat(fd, old_r) == 0 && S_ISREG(old_r->st_mode) &&
	          begins_with(fd, begins);
	if (fd >= 0)
		close(fd);
	if (!is_ours)
		tool_error("'%s' is there and is not a page of ours; it is left alone", file->path);
	return is_ours;
}

FILE *outfile_open(struct outfile *file, const char *path, const char *begins)
{
	struct stat old;
	bool is_there;
	int fd;

	*file = (struct outfile){.path = path};
	if (strcmp(path, "-") == 0)
		return file->out = stdout;
	if (!may_replace(file, begins, &old, &is_there))
		return NULL;
	if (asprintf(&file->beside, "%s.XXXXXX", path) < 0) {
		file->beside = NULL;
		tool_error("out of memory");
		return NULL;
	}
	fd = mkostemp(file->beside, O_CLOEXEC);
	if (fd < 0) {
		fail(file, "write");
		free(file->beside);
		file->beside = NULL;
		return NULL;
	}
	/* Somebody may have put a file of his there, in /tmp, so that he can read what comes. */
	if (is_there && old.st_uid == geteuid() && old.st_nlink == 1)
		(void)fchmod(fd, old.st_mode & 0777);
	file->out = fdopen(fd, "w");
	if (file->out == NULL) {
		fail(file, "write");
		close(fd);
		outfile_drop(file);
	}
	return file->out;
}

bool outfile_commit(struct outfile *file)
{
	bool is_good;

	if (file->out == stdout)
		return true;
	is_good = fflush(file->out) == 0 && !ferror(file->out) && fsync(fileno(file->out)) == 0;
	if (fclose(file->out) != 0)
		is_good = false;
	file->out = NULL;
	if (is_good && rename(file->beside, file->path) == 0) {
		free(file->beside);
		file->beside = NULL;
		return true;
	}
	fail(file, "write");
	outfile_drop(file);
	return false;
}

void outfile_drop(struct outfile *file)
{
	if (file->out != NULL && file->out != stdout)
		fclose(file->out);
	file->out = NULL;
	if (file->beside != NULL)
		unlink(file->beside);
	free(file->beside);
	file->beside = NULL;
}
