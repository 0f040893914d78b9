/* SPDX-License-Identifier: MIT */
/* Where a path of a plan leads, and whether what is there can be dealt with. */
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

char *plan_path(struct reeve_plan *plan, const char *path)
{
	return reeve_arena_format(plan->arena, "%s%s", plan->how.root == NULL ? "" : plan->how.root,
	                          path);
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

static int refuse_hard_link(const struct plan_file *file, const char *path, nlink_t links,
                            struct reeve_error *err)
{
	if (file->kind == REEVE_PLAN_GIVE)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "'%s' has %ju hard links: what has another name elsewhere would "
		                  "change with it",
		                  path, (uintmax_t)links);
	return reeve_fail(err, REEVE_EREFUSED,
	                  "'%s' has %ju hard links: the new file would take the place of one of "
	                  "them, and the others would stay old",
	                  path, (uintmax_t)links);
}

/*
 * Look at the last part of a path: 0 with *step, whose folder and next are to be freed; -1 with err
 * if it is none that we change.
 */
static int look(const struct plan_file *file, const struct reeve_plan *plan, const char *path,
                bool follows, struct step *step, struct reeve_error *err)
{
	bool may_be_missing = file->kind == REEVE_PLAN_CREATE || file->kind == REEVE_PLAN_REMOVE;
	struct stat st;
	int dirfd = -1, r = -1;

	if (!split(path, step, err))
		return -1;
	if (reeve_path_inside(plan->how.root, step->folder, err) < 0 ||
	    (dirfd = reeve_way_open(step->folder, err)) < 0)
		goto out;
	if (fstatat(dirfd, step->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		r = errno == ENOENT && may_be_missing
		            ? 0
		            : reeve_fail_errno(err, "cannot open '%s'", path);
	else if (S_ISLNK(st.st_mode) && follows && st.st_uid != 0 && st.st_uid != geteuid())
		reeve_fail(err, REEVE_EREFUSED, "'%s' is a symbolic link that uid %ju made", path,
		           (uintmax_t)st.st_uid);
	else if (S_ISLNK(st.st_mode) && follows)
		r = (step->next = read_link(plan, dirfd, path, step, err)) == NULL ? -1 : 0;
	else if (S_ISDIR(st.st_mode) && file->kind != REEVE_PLAN_GIVE)
		reeve_fail(err, REEVE_EFORMAT, "'%s' is a folder", path);
	else if (S_ISREG(st.st_mode) && st.st_nlink > 1)
		refuse_hard_link(file, path, st.st_nlink, err);
	else
		r = 0; /* or base/open.h says what it is */
out:
	if (dirfd >= 0)
		close(dirfd);
	if (r < 0)
		free(step->folder);
	return r;
}

char *plan_find(struct plan_file *file, struct reeve_plan *plan, const char *path, bool follows,
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
		if (look(file, plan, at, follows, &step, err) < 0)
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
