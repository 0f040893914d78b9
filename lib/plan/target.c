/* SPDX-License-Identifier: MIT */
/* A file of a plan: found, opened, read, and seen to be the same later. */
#include "base/error.h"
#include "base/way.h"
#include "plan/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40

bool plan_file_is(const struct plan_file *file, enum plan_side side)
{
	return file->now_n == file->sizes[side] &&
	       (file->now_n == 0 || memcmp(file->now, file->sides[side], file->now_n) == 0);
}

bool plan_file_is_ready(const struct plan_file *file)
{
	return plan_file_is(file, file->wants);
}

char *plan_path(struct reeve_plan *plan, const char *path)
{
	const char *root = plan->how.root == NULL ? "" : plan->how.root;
	size_t n = strlen(root), m = strlen(path);
	char *whole = reeve_arena_alloc(plan->arena, n + m + 1);

	if (whole != NULL) {
		memcpy(whole, root, n);
		memcpy(whole + n, path, m + 1);
	}
	return whole;
}

/* A path with the root in front, without it. Both as realpath(3) gives them. */
static const char *without_root(const char *path, const char *root)
{
	size_t n = strlen(root);

	return n > 1 && strncmp(path, root, n) == 0 && path[n] == '/' ? path + n : path;
}

/* The folder's real path and the name, without the root. */
static char *real_name(struct reeve_plan *plan, const char *folder, const char *name,
                       struct reeve_error *err)
{
	char root[PATH_MAX] = "", real[PATH_MAX];
	char *text = NULL, *copy = NULL;

	if ((plan->how.root != NULL && realpath(plan->how.root, root) == NULL) ||
	    realpath(folder, real) == NULL) {
		reeve_fail_errno(err, "cannot find the folder '%s'", folder);
		return NULL;
	}
	if (asprintf(&text, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name) < 0) {
		reeve_fail_nomem(err);
		return NULL;
	}
	const char *rest = without_root(text, root);
	copy = reeve_arena_strndup(plan->arena, rest, strlen(rest));
	if (copy == NULL)
		reeve_fail_nomem(err);
	free(text);
	return copy;
}

/* What a name leads to, by one step. */
struct step {
	char *folder, *name; /* of the path; both in one allocation, at `folder` */
	char *next;          /* a symbolic link: the path that it leads to; to be freed */
};

static bool split(const char *path, struct step *step, struct reeve_error *err)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - path);
	const char *name = slash == NULL ? path : slash + 1;

	*step = (struct step){0};
	if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		reeve_fail(err, REEVE_EUSAGE, "'%s' does not name a file", path);
		return false;
	}
	step->folder = malloc(strlen(path) + 3);
	if (step->folder == NULL) {
		reeve_fail_nomem(err);
		return false;
	}
	if (n > 0)
		memcpy(step->folder, path, n);
	else
		step->folder[n++] = slash == NULL ? '.' : '/';
	step->folder[n] = '\0';
	step->name = strcpy(step->folder + n + 1, name);
	return true;
}

/* Where a symbolic link leads, an absolute one inside the root; to be freed. */
static char *read_link(const struct reeve_plan *plan, int dirfd, const char *path,
                       const struct step *step, struct reeve_error *err)
{
	const char *root = plan->how.root == NULL ? "" : plan->how.root;
	char target[PATH_MAX], *next = NULL;
	ssize_t n = readlinkat(dirfd, step->name, target, sizeof target - 1);

	if (n < 0) {
		reeve_fail_errno(err, "cannot read the symbolic link '%s'", path);
		return NULL;
	}
	target[n] = '\0';
	if (asprintf(&next, "%s%s%s", target[0] == '/' ? root : step->folder,
	             target[0] == '/' ? "" : "/", target) < 0)
		next = NULL;
	if (next == NULL)
		reeve_fail_nomem(err);
	return next;
}

/*
 * Look at the last part of a path: 0 with *step, whose folder and next are to be freed; -1 with err
 * if it is none that we change.
 */
static int look(const struct reeve_plan *plan, const char *path, bool follows, struct step *step,
                struct reeve_error *err)
{
	struct stat st;
	int dirfd = -1, r = -1;

	if (!split(path, step, err))
		return -1;
	if (reeve_path_inside(plan->how.root, step->folder, err) < 0 ||
	    (dirfd = reeve_way_open(step->folder, err)) < 0)
		goto out;
	if (fstatat(dirfd, step->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		reeve_fail_errno(err, "cannot open '%s'", path);
	else if (S_ISLNK(st.st_mode) && follows && st.st_uid != 0 && st.st_uid != geteuid())
		reeve_fail(err, REEVE_EREFUSED, "'%s' is a symbolic link that uid %ju made", path,
		           (uintmax_t)st.st_uid);
	else if (S_ISLNK(st.st_mode) && follows)
		r = (step->next = read_link(plan, dirfd, path, step, err)) == NULL ? -1 : 0;
	else if (S_ISDIR(st.st_mode))
		reeve_fail(err, REEVE_EFORMAT, "'%s' is a folder", path);
	else if (S_ISREG(st.st_mode) && st.st_nlink > 1)
		reeve_fail(err, REEVE_EREFUSED,
		           "'%s' has %ju hard links: the new file would take the place of one of "
		           "them, and the others would stay old",
		           path, (uintmax_t)st.st_nlink);
	else
		r = 0; /* or base/open.h says what it is */
out:
	if (dirfd >= 0)
		close(dirfd);
	if (r < 0)
		free(step->folder);
	return r;
}

/* What a rename would not do, and we would learn only after other files are in place. */
static int check_flags(const struct plan_file *file, struct reeve_error *err)
{
	struct statx stx;

	if (statx(file->fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stx) == 0 &&
	    (stx.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0)
		return reeve_fail(err, REEVE_EREFUSED, "'%s' is %s (chattr(1))", file->place.path,
		                  (stx.stx_attributes & STATX_ATTR_IMMUTABLE) != 0 ? "immutable"
		                                                                   : "append-only");
	return 0;
}

/* Open the file at the end of the links, and read it. */
static int open_target(struct plan_file *file, struct reeve_plan *plan, const char *path,
                       struct reeve_error *err)
{
	struct reeve_whole whole;
	bool is_new;

	if (reeve_place_add(&file->place, plan->how.root, path, false, &is_new, err) < 0)
		return -1;
	if (is_new)
		return reeve_fail(err, REEVE_ECHANGED, "'%s' was removed meanwhile", path);
	file->fd = reeve_place_file(&file->place, O_RDONLY, err);
	if (file->fd < 0 || check_flags(file, err) < 0 ||
	    reeve_whole_read_fd(&whole, file->fd, path, PLAN_FILE_BYTES, err) < 0)
		return -1;
	file->place.st = whole.st;
	file->now = plan_copy(plan, whole.bytes, whole.size, err);
	file->was = file->now;
	file->was_n = file->now_n = whole.size;
	reeve_whole_dispose(&whole);
	return file->now == NULL ? -1 : 0;
}

/* Follow the links: the path at their end, to be freed; file->path and target are set. */
static char *follow(struct plan_file *file, struct reeve_plan *plan, const char *path, bool follows,
                    struct reeve_error *err)
{
	char *at = strdup(path);
	struct step step;

	if (at == NULL)
		reeve_fail_nomem(err);
	for (unsigned int links = 0; at != NULL; links++) {
		if (links > LINKS_MAX) {
			errno = ELOOP;
			reeve_fail_errno(err, "cannot open '%s'", path);
			break;
		}
		if (look(plan, at, follows, &step, err) < 0)
			break;
		file->target = real_name(plan, step.folder, step.name, err);
		free(step.folder);
		if (file->path == NULL)
			file->path = file->target;
		if (file->target == NULL) {
			free(step.next);
			break;
		}
		if (step.next == NULL)
			return at;
		free(at);
		at = step.next;
	}
	free(at);
	return NULL;
}

int plan_file_open(struct plan_file *file, struct reeve_plan *plan, const char *path, bool follows,
                   struct reeve_error *err)
{
	char *at = follow(file, plan, path, follows, err);
	int r = at == NULL ? -1 : open_target(file, plan, at, err);

	free(at);
	if (r < 0)
		plan_file_close(file);
	return r;
}

void plan_file_close(struct plan_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
	reeve_place_close(&file->place);
}

int plan_file_still(const struct plan_file *file, struct reeve_error *err)
{
	const char *path = file->place.path;
	struct reeve_whole whole;

	if (!reeve_place_still(&file->place, file->fd))
		return reeve_fail(err, REEVE_ECHANGED,
		                  "'%s' was replaced by another file meanwhile", path);
	if (reeve_whole_read_fd(&whole, file->fd, path, PLAN_FILE_BYTES, err) < 0)
		return -1;
	bool is_same = whole.size == file->now_n &&
	               (whole.size == 0 || memcmp(whole.bytes, file->now, whole.size) == 0) &&
	               whole.st.st_uid == file->place.st.st_uid &&
	               whole.st.st_gid == file->place.st.st_gid &&
	               whole.st.st_mode == file->place.st.st_mode;
	reeve_whole_dispose(&whole);
	return is_same ? 0
	               : reeve_fail(err, REEVE_ECHANGED, "'%s' was changed by somebody else", path);
}
