/* SPDX-License-Identifier: MIT */
/* A file of a plan: opened, compared, and seen to be the same later. */
#include "base/error.h"
#include "plan/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool record_file_has(enum reeve_plan_kind kind, enum plan_side side)
{
	return kind != (side == PLAN_OLD ? REEVE_PLAN_CREATE : REEVE_PLAN_REMOVE);
}

bool record_file_has_bytes(enum reeve_plan_kind kind, enum plan_side side)
{
	return kind != REEVE_PLAN_GIVE && record_file_has(kind, side);
}

/* ---- shapes ------------------------------------------------------------------------------- */

static bool has_rights(const struct reeve_rights *a, const struct reeve_rights *b)
{
	return a->uid == b->uid && a->gid == b->gid && a->mode == b->mode;
}

static bool has_bytes(const struct plan_shape *a, const struct plan_shape *b)
{
	return a->size == b->size && (a->size == 0 || memcmp(a->bytes, b->bytes, a->size) == 0);
}

bool plan_shape_equal(enum reeve_plan_kind kind, const struct plan_shape *a,
                      const struct plan_shape *b)
{
	if (!a->is_there || !b->is_there)
		return a->is_there == b->is_there;
	return kind == REEVE_PLAN_GIVE ? has_rights(&a->rights, &b->rights) : has_bytes(a, b);
}

bool plan_file_is(const struct plan_file *file, enum plan_side side)
{
	return plan_shape_equal(file->kind, &file->now, &file->sides[side]);
}

bool plan_file_is_ready(const struct plan_file *file)
{
	return plan_file_is(file, file->wants);
}

/* See reeve_attributes_set(), which may also lose set-id bits for a moment. */
bool plan_rights_between(const struct reeve_rights *now, const struct reeve_rights *old,
                         const struct reeve_rights *next)
{
	const uint32_t set_id = S_ISUID | S_ISGID;
	const uint32_t modes[] = {old->mode, next->mode, old->mode & next->mode};
	bool is_owner = (now->uid == old->uid && now->gid == old->gid) ||
	                (now->uid == next->uid && now->gid == next->gid);
	bool is_mode = false;

	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
		is_mode = is_mode || ((now->mode ^ modes[i]) & ~set_id) == 0;
	return is_owner && is_mode && (now->mode & set_id & ~(old->mode | next->mode)) == 0;
}

static struct reeve_rights rights_of(const struct stat *st)
{
	return (struct reeve_rights){st->st_uid, st->st_gid, st->st_mode & 07777};
}

/* ---- opening ------------------------------------------------------------------------------ */

/* What a change would fail at, and we would learn only after other files are in place. */
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

/* Its bytes, if they matter. */
static int read_bytes(struct plan_file *file, struct reeve_plan *plan, struct reeve_error *err)
{
	struct reeve_whole whole;

	if (file->kind == REEVE_PLAN_GIVE)
		return 0;
	if (reeve_whole_read_fd(&whole, file->fd, file->place.path, PLAN_FILE_BYTES, err) < 0)
		return -1;
	file->place.st = whole.st;
	file->now.bytes = plan_copy(plan, whole.bytes, whole.size, err);
	file->now.size = whole.size;
	reeve_whole_dispose(&whole);
	return file->now.bytes == NULL ? -1 : 0;
}

/* Open what is at the end of the links. */
static int open_target(struct plan_file *file, struct reeve_plan *plan, const char *path,
                       struct reeve_error *err)
{
	const char *root = plan->how.root;
	bool is_missing = false;
	int r = file->kind == REEVE_PLAN_GIVE
	                ? reeve_place_any(&file->place, root, path, err)
	                : reeve_place_add(&file->place, root, path, false, &is_missing, err);

	if (r < 0)
		return -1;
	file->now = (struct plan_shape){0};
	if (is_missing && file->kind == REEVE_PLAN_REPLACE)
		return reeve_fail(err, REEVE_ECHANGED, "'%s' was removed meanwhile", path);
	if (!is_missing) {
		file->now.is_there = true;
		file->fd = reeve_place_file(&file->place, O_RDONLY, err);
		if (file->fd < 0 || check_flags(file, err) < 0 || read_bytes(file, plan, err) < 0)
			return -1;
		file->now.rights = rights_of(&file->place.st);
	}
	file->was = file->now;
	return 0;
}

int plan_file_open(struct plan_file *file, struct reeve_plan *plan, const char *path, bool follows,
                   struct reeve_error *err)
{
	char *at = plan_find(file, plan, path, follows, err);
	int r = at == NULL ? -1 : open_target(file, plan, at, err);

	free(at);
	if (r < 0)
		plan_file_close(file);
	return r;
}

static void close_file(struct plan_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

void plan_file_close(struct plan_file *file)
{
	close_file(file);
	reeve_place_close(&file->place);
}

int plan_file_again(struct plan_file *file, struct reeve_error *err)
{
	const struct plan_shape *is = &file->sides[file->wants];

	close_file(file);
	file->now = (struct plan_shape){0};
	if (!is->is_there) {
		file->place.st = (struct stat){0};
		return 0;
	}
	if (fstatat(file->place.dirfd, file->place.name, &file->place.st, AT_SYMLINK_NOFOLLOW) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", file->place.path);
	file->fd = reeve_place_file(&file->place, O_RDONLY, err);
	file->now = *is;
	file->now.rights = rights_of(&file->place.st);
	return file->fd < 0 ? -1 : 0;
}

/* ---- later -------------------------------------------------------------------------------- */

static int still_nothing(const struct plan_file *file, struct reeve_error *err)
{
	struct stat st;

	if (fstatat(file->place.dirfd, file->place.name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return reeve_fail(err, REEVE_ECHANGED, "'%s' was made by somebody else meanwhile",
		                  file->place.path);
	return errno == ENOENT ? 0 : reeve_fail_errno(err, "cannot look at '%s'", file->place.path);
}

int plan_file_still(const struct plan_file *file, struct reeve_error *err)
{
	const char *path = file->place.path;
	struct reeve_whole whole = {0};

	if (!file->now.is_there)
		return still_nothing(file, err);
	if (!reeve_place_still(&file->place, file->fd))
		return reeve_fail(err, REEVE_ECHANGED,
		                  "'%s' was replaced by another file meanwhile", path);
	if (file->kind == REEVE_PLAN_GIVE && fstat(file->fd, &whole.st) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", path);
	if (file->kind != REEVE_PLAN_GIVE &&
	    reeve_whole_read_fd(&whole, file->fd, path, PLAN_FILE_BYTES, err) < 0)
		return -1;
	struct plan_shape is = {.is_there = true, .bytes = whole.bytes, .size = whole.size};
	is.rights = rights_of(&whole.st);
	bool is_same = plan_shape_equal(file->kind, &is, &file->now) &&
	               has_rights(&is.rights, &file->now.rights);
	reeve_whole_dispose(&whole);
	return is_same ? 0
	               : reeve_fail(err, REEVE_ECHANGED, "'%s' was changed by somebody else", path);
}
