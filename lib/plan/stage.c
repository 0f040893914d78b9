/* SPDX-License-Identifier: MIT */
/*
 * What shall be, where a program can look at it before it is: STATE/stage, 0700.
 *
 * Nothing here is flushed: it is gone when the plan ends, or when the next one begins.
 */
#include "base/error.h"
#include "base/folder.h"
#include "base/io.h"
#include "plan/parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define COPY_FILES ((size_t)2000)
#define COPY_BYTES ((size_t)64 << 20)
#define COPY_DEPTH 32
/* Postfix waits for a file that was changed a moment ago, lest it is half written. */
#define AGE_SECONDS 10

/* Owner and mode as far as we may: programs warn about them. */
static void look_like(int fd, const struct stat *st)
{
	(void)!fchown(fd, st->st_uid, st->st_gid);
	(void)fchmod(fd, st->st_mode & 0777);
}

static int make_file(int dirfd, const char *name, const void *bytes, size_t n,
                     const struct stat *st, struct timespec mtime, struct reeve_error *err)
{
	const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, mtime};
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return reeve_fail_errno(err, "cannot make a copy to be verified");
	int r = reeve_write_at(fd, bytes, n, 0, err);
	look_like(fd, st);
	(void)futimens(fd, times);
	close(fd);
	return r < 0 ? reeve_fail_prefix(err, "a copy to be verified") : 0;
}

/* What shall be in a changed file. */
static int make_changed(int dirfd, const char *name, const struct plan_file *file,
                        struct reeve_error *err)
{
	struct timespec mtime = {.tv_sec = time(NULL) - AGE_SECONDS};

	const struct plan_shape *shape = &file->sides[file->wants];
	const struct stat as = {.st_uid = shape->rights.uid,
	                        .st_gid = shape->rights.gid,
	                        .st_mode = shape->rights.mode};

	return make_file(dirfd, name, shape->bytes, shape->size,
	                 file->now.is_there ? &file->place.st : &as, mtime, err);
}

static int open_stage(struct reeve_plan *plan, struct reeve_error *err)
{
	if (mkdirat(plan->state.fd, "stage", 0700) < 0 && errno != EEXIST)
		return reeve_fail_errno(err, "cannot make '%s/stage'", plan->state.path);
	int fd = openat(plan->state.fd, "stage", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		reeve_fail_errno(err, "cannot open '%s/stage'", plan->state.path);
	return fd;
}

void plan_stage_remove(struct reeve_plan *plan)
{
	if (plan->state.fd >= 0)
		(void)reeve_folder_remove(plan->state.fd, "stage");
}

static char *join(struct reeve_plan *plan, const char *a, const char *b)
{
	return reeve_arena_format(plan->arena, "%s/%s", a, b);
}

int plan_stage_files(struct reeve_plan *plan, struct plan_bind **binds_r, size_t *count_r,
                     struct reeve_error *err)
{
	char *top = join(plan, plan->state.path, "stage");
	struct plan_bind *binds = reeve_arena_alloc(plan->arena, plan->file_count * sizeof *binds);
	size_t n = 0;
	int fd, r = 0;

	*binds_r = binds;
	*count_r = 0;
	if (top == NULL || binds == NULL)
		return reeve_fail_nomem(err);
	fd = open_stage(plan, err);
	if (fd < 0)
		return -1;
	for (size_t i = 0; i < plan->file_count && r == 0; i++) {
		const struct plan_file *file = plan->files[i];
		char name[32];

		if (!file->is_changed || file->kind == REEVE_PLAN_GIVE || !file->now.is_there ||
		    !file->sides[file->wants].is_there)
			continue;
		snprintf(name, sizeof name, "new-%zu", i);
		r = make_changed(fd, name, file, err);
		binds[n] = (struct plan_bind){join(plan, top, name), plan_path(plan, file->target)};
		if (r == 0 && (binds[n].from == NULL || binds[n].to == NULL))
			r = reeve_fail_nomem(err);
		n++;
	}
	*count_r = n;
	close(fd);
	return r;
}

/* ---- a copy of a tree --------------------------------------------------------------------- */

struct copy {
	struct reeve_plan *plan;
	size_t files, bytes, depth;
	struct reeve_error *err;
};

static const struct plan_file *changed_file(const struct copy *copy, const struct stat *st)
{
	for (size_t i = 0; i < copy->plan->file_count; i++) {
		const struct plan_file *file = copy->plan->files[i];
		if (file->kind != REEVE_PLAN_GIVE && file->now.is_there &&
		    file->place.st.st_dev == st->st_dev && file->place.st.st_ino == st->st_ino)
			return file;
	}
	return NULL;
}

/*
 * A link to one of our files is the file that shall be. Else it stays; a relative one that leaves
 * its folder would lead elsewhere from the copy, so the folder goes in front.
 */
static int copy_link(struct copy *copy, int from, int to, const char *name, const char *where)
{
	char target[PATH_MAX], longer[PATH_MAX];
	struct stat st;
	ssize_t n = readlinkat(from, name, target, sizeof target - 1);
	const char *text = target;

	if (n < 0)
		return 0;
	target[n] = '\0';
	const struct plan_file *changed =
		fstatat(from, name, &st, 0) == 0 ? changed_file(copy, &st) : NULL;
	if (changed != NULL && changed->sides[changed->wants].is_there)
		return make_changed(to, name, changed, copy->err);
	if (target[0] != '/' && strstr(target, "..") != NULL &&
	    snprintf(longer, sizeof longer, "%s/%s", where, target) < (int)sizeof longer)
		text = longer;
	if (symlinkat(text, to, name) < 0)
		return reeve_fail_errno(copy->err, "cannot copy the symbolic link '%s'", name);
	return 0;
}

static int copy_file(struct copy *copy, int from, int to, const char *name)
{
	int fd = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct reeve_whole whole;

	/* What we may not read, a program that runs as we do may not either. */
	if (fd < 0)
		return errno == EACCES || errno == ENOENT
		               ? 0
		               : reeve_fail_errno(copy->err, "cannot open '%s'", name);
	int r = reeve_whole_read_fd(&whole, fd, name, COPY_BYTES, copy->err);
	close(fd);
	if (r < 0)
		return -1;
	const struct plan_file *changed = changed_file(copy, &whole.st);
	copy->bytes += whole.size;
	if (copy->bytes > COPY_BYTES)
		r = reeve_fail(copy->err, REEVE_EREFUSED, "more than %zu MB", COPY_BYTES >> 20);
	else if (changed != NULL)
		r = changed->sides[changed->wants].is_there
		            ? make_changed(to, name, changed, copy->err)
		            : 0;
	else
		r = make_file(to, name, whole.bytes, whole.size, &whole.st, whole.st.st_mtim,
		              copy->err);
	reeve_whole_dispose(&whole);
	return r;
}

static int copy_tree(struct copy *copy, int from, int to, const char *where);

static int copy_folder(struct copy *copy, int from, int to, const char *name, const char *where)
{
	char *path = join(copy->plan, where, name);
	int in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), out = -1;
	int r = 0;

	if (in < 0)
		return errno == EACCES ? 0 : reeve_fail_errno(copy->err, "cannot open '%s'", name);
	if (path == NULL)
		r = reeve_fail_nomem(copy->err);
	else if (mkdirat(to, name, 0700) < 0 ||
	         (out = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		r = reeve_fail_errno(copy->err, "cannot copy the folder '%s'", name);
	if (r == 0)
		r = copy_tree(copy, in, out, path);
	close(in);
	if (out >= 0)
		close(out);
	return r;
}

static int copy_one(struct copy *copy, int from, int to, const char *name, const char *where)
{
	struct stat st;

	if (++copy->files > COPY_FILES)
		return reeve_fail(copy->err, REEVE_EREFUSED, "more than %zu files", COPY_FILES);
	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (S_ISREG(st.st_mode))
		return copy_file(copy, from, to, name);
	if (S_ISLNK(st.st_mode))
		return copy_link(copy, from, to, name, where);
	if (S_ISDIR(st.st_mode))
		return copy_folder(copy, from, to, name, where);
	return 0; /* sockets, FIFOs, devices */
}

/* Files that are not yet in the folder, and shall be. */
static int add_new(struct copy *copy, int to, const struct stat *folder)
{
	for (size_t i = 0; i < copy->plan->file_count; i++) {
		const struct plan_file *file = copy->plan->files[i];
		if (!file->now.is_there && file->sides[file->wants].is_there &&
		    file->place.dir.st_dev == folder->st_dev &&
		    file->place.dir.st_ino == folder->st_ino &&
		    make_changed(to, file->place.name, file, copy->err) < 0)
			return -1;
	}
	return 0;
}

/* What is in one folder, into another. */
static int copy_tree(struct copy *copy, int from, int to, const char *where)
{
	int fd = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return reeve_fail_errno(copy->err, "cannot read '%s'", where);
	}
	if (++copy->depth > COPY_DEPTH)
		r = reeve_fail(copy->err, REEVE_EREFUSED, "folders deeper than %d", COPY_DEPTH);
	while (r == 0 && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			r = copy_one(copy, from, to, entry->d_name, where);
	copy->depth--;
	if (r == 0 && fstat(from, &st) == 0 && (r = add_new(copy, to, &st)) == 0)
		look_like(to, &st);
	closedir(dir);
	return r;
}

char *plan_stage_copy(struct reeve_plan *plan, const char *top, struct reeve_error *err)
{
	struct copy copy = {.plan = plan, .err = err};
	int stage = open_stage(plan, err), from = -1, to = -1, r = -1;
	char real[PATH_MAX], path[64], *result = NULL;

	snprintf(path, sizeof path, "/proc/self/fd/%d", stage);
	if (stage < 0)
		goto out;
	if (realpath(path, real) == NULL) {
		reeve_fail_errno(err, "cannot find '%s/stage'", plan->state.path);
		goto out;
	}
	from = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (from < 0 || mkdirat(stage, "copy", 0700) < 0 ||
	    (to = openat(stage, "copy", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0) {
		reeve_fail_errno(err, "cannot copy '%s'", top);
		goto out;
	}
	r = copy_tree(&copy, from, to, top);
out:
	if (r == 0 && (result = join(plan, real, "copy")) == NULL)
		reeve_fail_nomem(err);
	if (r < 0)
		reeve_fail_prefix(err, "'%s' is not copied", top);
	const int fds[] = {stage, from, to};
	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return result;
}
