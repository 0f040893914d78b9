/* SPDX-License-Identifier: MIT */
/* A plan from the outside: begun, told what shall be, looked at, freed. */
#include "base/diag.h"
#include "base/error.h"
#include "base/rows.h"
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
	void *files = reeve_rows_grow(plan->files, sizeof(struct plan_file *), plan->file_count,
	                              &plan->file_room);
	if (files == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	plan->files = files;
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
