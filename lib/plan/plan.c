/* SPDX-License-Identifier: MIT */
/* A plan from the outside: begun, told what shall be, looked at, freed. */
#include "base/diag.h"
#include "base/error.h"
#include "plan/parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* ---- for the room ------------------------------------------------------------------------- */

void plan_fail(struct reeve_plan *plan, const struct reeve_error *err)
{
	if (plan->failure.code == REEVE_OK)
		plan->failure = *err;
}

void *plan_copy(struct reeve_plan *plan, const void *bytes, size_t n, struct reeve_error *err)
{
	void *copy = reeve_arena_alloc(plan->arena, n);

	if (copy == NULL)
		reeve_fail_nomem(err);
	else if (n > 0)
		memcpy(copy, bytes, n);
	return copy;
}

/* A name in a folder that no glob of Dovecot's or run-parts(8) reads, and nobody can foresee. */
static int choose_beside(char beside[PLAN_BESIDE], struct reeve_error *err)
{
	uint64_t chance;

	if (getrandom(&chance, sizeof chance, 0) != (ssize_t)sizeof chance)
		return reeve_fail_errno(err, "no random number is to be had");
	snprintf(beside, PLAN_BESIDE, ".reeve-%016" PRIx64, chance);
	return 0;
}

struct plan_file *plan_file_add(struct reeve_plan *plan, struct reeve_error *err)
{
	if (plan->file_count == plan->file_room) {
		size_t room = plan->file_room == 0 ? 8 : 2 * plan->file_room;
		void *larger = realloc(plan->files, room * sizeof(void *));
		if (larger == NULL) {
			reeve_fail_nomem(err);
			return NULL;
		}
		plan->files = larger;
		plan->file_room = room;
	}
	struct plan_file *file = reeve_arena_alloc(plan->arena, sizeof *file);
	if (file == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	*file = (struct plan_file){.fd = -1, .place.dirfd = -1, .wants = PLAN_NEW};
	if (choose_beside(file->beside, err) < 0)
		return NULL;
	plan->files[plan->file_count++] = file;
	return file;
}

void plan_check_add(struct reeve_plan *plan, enum reeve_check kind, const char *path)
{
	for (size_t i = 0; i < plan->check_count; i++)
		if (plan->checks[i].kind == kind && strcmp(plan->checks[i].path, path) == 0)
			return;
	struct record_check *larger =
		reeve_arena_alloc(plan->arena, (plan->check_count + 1) * sizeof *larger);
	char *copy = reeve_arena_strndup(plan->arena, path, strlen(path));
	struct reeve_error err;

	if (larger == NULL || copy == NULL) {
		reeve_fail_nomem(&err);
		plan_fail(plan, &err);
		return;
	}
	if (plan->check_count > 0)
		memcpy(larger, plan->checks, plan->check_count * sizeof *larger);
	larger[plan->check_count++] = (struct record_check){.kind = kind, .path = copy};
	plan->checks = larger;
}

const char *plan_hint(const struct reeve_plan *plan, const struct record *record,
                      char hint[PLAN_HINT])
{
	const char *root = plan->how.root == NULL ? "" : plan->how.root;
	const char *option = root[0] == '\0' ? "" : "--root=", *blank = root[0] == '\0' ? "" : " ";

	snprintf(hint, PLAN_HINT,
	         "'reeve-undo %s%.200s%s%s' goes back, 'reeve-undo %s%.200s%s--finish %s' goes on",
	         option, root, blank, record->id, option, root, blank, record->id);
	return hint;
}

struct reeve_plan *plan_new(const struct reeve_plan_how *how, struct reeve_error *err)
{
	struct reeve_plan *plan = calloc(1, sizeof *plan);
	struct reeve_error why = {0};

	if (plan == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	plan->how = *how;
	if (plan->how.root != NULL && plan->how.root[strspn(plan->how.root, "/")] == '\0')
		plan->how.root = NULL; /* "/" is no root of another kind */
	plan->state = (struct plan_state){.fd = -1, .undo = -1, .lock = -1};
	plan->arena = reeve_arena_new();
	if (plan->arena == NULL) {
		reeve_fail_nomem(err);
		goto fail;
	}
	/* To look at what would be, nobody needs to see what was. */
	if (plan_state_open(&plan->state, &plan->how, !how->dry_run, &why) < 0 && !how->dry_run) {
		if (err != NULL)
			*err = why;
		goto fail;
	}
	plan->blind = why;
	return plan;
fail:
	reeve_plan_free(plan);
	return NULL;
}

/* ---- public ------------------------------------------------------------------------------- */

void reeve_plan_free(struct reeve_plan *plan)
{
	if (plan == NULL)
		return;
	for (size_t i = 0; i < plan->file_count; i++)
		plan_file_close(plan->files[i]);
	free(plan->files);
	plan_state_close(&plan->state);
	reeve_arena_free(plan->arena);
	free(plan);
}

struct reeve_plan *reeve_plan_begin(const struct reeve_plan_how *how, struct reeve_error *err)
{
	struct reeve_plan *plan = plan_new(how, err);
	struct record *left;
	char states[400], hint[PLAN_HINT];

	if (plan == NULL)
		return NULL;
	if (plan_settle(plan, &left, states, err) < 0)
		goto fail;
	if (left != NULL && how->dry_run) {
		reeve_diag(how->talk, REEVE_WARNING, left->files[0].path, 0, 0,
		           "change %s ('%s') was broken off: %s", left->id, left->what, states);
	} else if (left != NULL) {
		reeve_fail(err, REEVE_EREFUSED, "change %s ('%.100s') was broken off: %s; %s",
		           left->id, left->what, states, plan_hint(plan, left, hint));
		goto fail;
	}
	return plan;
fail:
	reeve_plan_free(plan);
	return NULL;
}

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
	/* A link that is renamed stays one; whatever else is done to one was not meant so. */
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

/* A path with the root in front; without it. Relative paths are of where we are. */
static char *outside_path(struct reeve_plan *plan, const char *path)
{
	const char *root = plan->how.root;
	size_t n = root == NULL ? 0 : strlen(root);
	char *absolute = NULL, *copy;

	while (n > 0 && root[n - 1] == '/')
		n--;
	if (n > 0 && strncmp(path, root, n) == 0 && path[n] == '/')
		return reeve_arena_strndup(plan->arena, path + n, strlen(path + n));
	if (path[0] == '/')
		return reeve_arena_strndup(plan->arena, path, strlen(path));
	absolute = realpath(path, NULL);
	copy = absolute == NULL ? NULL
	                        : reeve_arena_strndup(plan->arena, absolute, strlen(absolute));
	free(absolute);
	return copy;
}

void reeve_plan_check(struct reeve_plan *plan, enum reeve_check kind, const char *path)
{
	struct reeve_error err = {0};

	if (plan->failure.code != REEVE_OK)
		return;
	char *inside = outside_path(plan, path);
	if (inside != NULL) {
		plan_check_add(plan, kind, inside);
		return;
	}
	reeve_fail_errno(&err, "cannot find '%s'", path);
	plan_fail(plan, &err);
}

size_t reeve_plan_count(const struct reeve_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->file_count; i++)
		n += plan->files[i]->is_changed;
	return n;
}

const struct plan_file *plan_changed(const struct reeve_plan *plan, size_t i)
{
	const struct plan_file *file = NULL;

	for (size_t k = 0; k < plan->file_count; k++) {
		file = plan->files[k];
		if (file->is_changed && i-- == 0)
			return file;
	}
	return NULL;
}

struct reeve_plan_file reeve_plan_at(const struct reeve_plan *plan, size_t i)
{
	const struct plan_file *file = plan_changed(plan, i);

	if (file == NULL)
		return (struct reeve_plan_file){0};
	return (struct reeve_plan_file){
		.kind = file->kind,
		.path = file->path,
		.target = file->target,
		.is_conflict = file->is_conflict,
		.old = file->was.bytes,
		.old_n = file->was.size,
		.new_bytes = file->sides[file->wants].bytes,
		.new_n = file->sides[file->wants].size,
		.old_rights = file->was.rights,
		.new_rights = file->kind == REEVE_PLAN_REPLACE ? file->was.rights
	                                                       : file->sides[file->wants].rights,
	};
}

const char *reeve_plan_change(const struct reeve_plan *plan)
{
	return plan->resumes != NULL ? plan->resumes->id : plan->undoes;
}

int reeve_plan_ok(const struct reeve_plan *plan, struct reeve_error *err)
{
	if (plan->failure.code == REEVE_OK)
		return 0;
	if (err != NULL)
		*err = plan->failure;
	return -1;
}
