/* SPDX-License-Identifier: MIT */
/* What a plan is told that shall be: files replaced, made, removed, given away. */
#include "base/error.h"
#include "plan/parts.h"

#include <string.h>
#include <sys/stat.h>

static bool is_same_inode(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether a second change would be of the same file, or of the same name where none is. */
static bool is_known(const struct reeve_plan *plan, const struct plan_file *file)
{
	for (size_t i = 0; i < plan->file_count; i++) {
		const struct plan_file *other = plan->files[i];
		bool is_there = other->now.is_there && file->now.is_there;
		if (other == file)
			continue;
		if (is_there ? is_same_inode(&other->place.st, &file->place.st)
		             : is_same_inode(&other->place.dir, &file->place.dir) &&
		                       strcmp(other->place.name, file->place.name) == 0)
			return true;
	}
	return false;
}

/* A file of a kind, as it is; NULL with err. */
static struct plan_file *add(struct reeve_plan *plan, enum reeve_plan_kind kind, const char *path,
                             struct reeve_error *err)
{
	/* A link stays one, and what it leads to is replaced. To do more to it was not meant. */
	bool follows = kind == REEVE_PLAN_REPLACE;
	struct plan_file *file = plan_file_add(plan, err);

	if (file == NULL)
		return NULL;
	file->kind = kind;
	if (plan_file_open(file, plan, path, follows, err) < 0)
		return NULL;
	if (is_known(plan, file)) {
		reeve_fail(err, REEVE_EUSAGE, "'%s' is to be changed twice", path);
		return NULL;
	}
	file->sides[PLAN_OLD] = file->now;
	file->sides[PLAN_NEW] = (struct plan_shape){.is_there = true, .rights = file->now.rights};
	file->is_changed = true;
	return file;
}

static int set_bytes(struct reeve_plan *plan, const char *path, struct plan_shape *shape,
                     const void *bytes, size_t n, struct reeve_error *err)
{
	if (n > PLAN_FILE_BYTES)
		return reeve_fail(err, REEVE_ENOMEM, "a new '%s' would be too large", path);
	shape->bytes = plan_copy(plan, bytes, n, err);
	shape->size = n;
	return shape->bytes == NULL ? -1 : 0;
}

/* What the caller read must be what is there. */
static int check_read(const struct plan_file *file, const char *path, const struct plan_shape *read,
                      struct reeve_error *err)
{
	if (plan_shape_equal(file->kind, &file->now, read))
		return 0;
	return reeve_fail(err, REEVE_ECHANGED,
	                  file->now.is_there == read->is_there ? "'%s' was changed by somebody else"
	                  : read->is_there                     ? "'%s' was removed by somebody else"
	                                                       : "'%s' is there already",
	                  path);
}

static int replace(struct reeve_plan *plan, const char *path, const void *old, size_t old_n,
                   const void *new_bytes, size_t new_n, struct reeve_error *err)
{
	if (old_n == new_n && (old_n == 0 || memcmp(old, new_bytes, old_n) == 0))
		return 0;
	struct plan_shape read = {.is_there = true, .bytes = old, .size = old_n};
	struct plan_file *file = add(plan, REEVE_PLAN_REPLACE, path, err);
	if (file == NULL ||
	    set_bytes(plan, path, &file->sides[PLAN_NEW], new_bytes, new_n, err) < 0)
		return -1;
	return check_read(file, path, &read, err);
}

static int create(struct reeve_plan *plan, const char *path, const void *bytes, size_t n,
                  const struct reeve_rights *rights, struct reeve_error *err)
{
	const struct plan_shape nothing = {0};
	struct plan_file *file = add(plan, REEVE_PLAN_CREATE, path, err);

	if (file == NULL || set_bytes(plan, path, &file->sides[PLAN_NEW], bytes, n, err) < 0)
		return -1;
	file->sides[PLAN_NEW].rights = *rights;
	return check_read(file, path, &nothing, err);
}

static int take_away(struct reeve_plan *plan, const char *path, const void *old, size_t old_n,
                     struct reeve_error *err)
{
	struct plan_shape read = {.is_there = true, .bytes = old, .size = old_n};
	struct plan_file *file = add(plan, REEVE_PLAN_REMOVE, path, err);

	if (file == NULL)
		return -1;
	file->sides[PLAN_NEW] = (struct plan_shape){0};
	return check_read(file, path, &read, err);
}

static int give(struct reeve_plan *plan, const char *path, const struct reeve_rights *old,
                const struct reeve_rights *rights, struct reeve_error *err)
{
	struct plan_shape read = {.is_there = true, .rights = *old};
	struct plan_shape next = {.is_there = true, .rights = *rights};

	if (plan_shape_equal(REEVE_PLAN_GIVE, &read, &next))
		return 0;
	struct plan_file *file = add(plan, REEVE_PLAN_GIVE, path, err);
	if (file == NULL)
		return -1;
	file->sides[PLAN_NEW] = next;
	return check_read(file, path, &read, err);
}

/* ---- public ------------------------------------------------------------------------------- */

void reeve_plan_replace(struct reeve_plan *plan, const char *path, const void *old, size_t old_n,
                        const void *new_bytes, size_t new_n)
{
	struct reeve_error err = {0};

	if (plan->failure.code == REEVE_OK &&
	    replace(plan, path, old, old_n, new_bytes, new_n, &err) < 0)
		plan_fail(plan, &err);
}

void reeve_plan_create(struct reeve_plan *plan, const char *path, const void *bytes, size_t n,
                       const struct reeve_rights *rights)
{
	struct reeve_error err = {0};

	if (plan->failure.code == REEVE_OK && create(plan, path, bytes, n, rights, &err) < 0)
		plan_fail(plan, &err);
}

void reeve_plan_remove(struct reeve_plan *plan, const char *path, const void *old, size_t old_n)
{
	struct reeve_error err = {0};

	if (plan->failure.code == REEVE_OK && take_away(plan, path, old, old_n, &err) < 0)
		plan_fail(plan, &err);
}

void reeve_plan_give(struct reeve_plan *plan, const char *path, const struct reeve_rights *old,
                     const struct reeve_rights *rights)
{
	struct reeve_error err = {0};

	if (plan->failure.code == REEVE_OK && give(plan, path, old, rights, &err) < 0)
		plan_fail(plan, &err);
}
