/* SPDX-License-Identifier: MIT */
/*
 * What a plan that was broken off left behind. Under the lock a record without "done" is of no
 * plan that runs. If none of its files is new, nothing of it is in place; if none is old, it was as
 * good as done: a plan of one file is always one or the other. Else a person decides. What is
 * neither old nor new was written by somebody else since, and is his.
 *
 * Rights come after all files, and need not fit each other: where some are given and some not,
 * they go where the files went, and if there are none, on. Nobody has to decide that.
 */
#include "base/diag.h"
#include "base/error.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/way.h"
#include "plan/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum file_state { IS_OLD, IS_NEW, IS_OTHER, IS_BETWEEN, STATES };

/* How many of a record are in which state. */
struct counts {
	size_t files[STATES], rights[STATES];
};

static bool is_side(const struct record_file *file, enum plan_side side,
                    const struct plan_shape *now)
{
	if (!now->is_there || !record_file_has(file->kind, side))
		return now->is_there == record_file_has(file->kind, side);
	if (file->kind == REEVE_PLAN_GIVE) {
		const struct plan_shape is = {.is_there = true, .rights = file->rights[side]};
		return plan_shape_equal(file->kind, now, &is);
	}
	return now->size == file->sides[side].size &&
	       reeve_hash(now->bytes, now->size) == file->sides[side].hash;
}

static enum file_state file_state(struct reeve_plan *plan, const struct record_file *file)
{
	struct plan_file now = {.kind = file->kind, .fd = -1, .place.dirfd = -1};
	enum file_state state = IS_OTHER;
	const char *path = plan_path(plan, file->target);

	if (path == NULL || plan_file_open(&now, plan, path, false, NULL) < 0)
		state = IS_OTHER;
	else if (is_side(file, PLAN_NEW, &now.now))
		state = IS_NEW;
	else if (is_side(file, PLAN_OLD, &now.now))
		state = IS_OLD;
	else if (file->kind == REEVE_PLAN_GIVE &&
	         plan_rights_between(&now.now.rights, &file->rights[PLAN_OLD],
	                             &file->rights[PLAN_NEW]))
		state = IS_BETWEEN;
	plan_file_close(&now);
	return state;
}

/* How many files are in which state; in words, as far as they fit. */
static void states_of(struct reeve_plan *plan, const struct record *record, struct counts *counts,
                      char states[400])
{
	static const char *const words[] = {"old", "new", "neither old nor new", "half changed"};
	size_t used = 0;

	states[0] = '\0';
	for (size_t i = 0; i < record->file_count; i++) {
		const struct record_file *file = &record->files[i];
		enum file_state state = file_state(plan, file);
		if (file->kind == REEVE_PLAN_GIVE)
			counts->rights[state]++;
		else
			counts->files[state]++;
		int n = snprintf(states + used, 400 - used, "%s'%s' is %s", used > 0 ? ", " : "",
		                 file->path, words[state]);
		if (n > 0 && (size_t)n < 400 - used)
			used += (size_t)n;
		else
			states[used] = '\0';
	}
}

/* The folder of a file of a record; -1 if it is gone or not to be trusted. */
static int target_folder(struct reeve_plan *plan, const struct record_file *file,
                         struct reeve_error *err)
{
	char *path = plan_path(plan, file->target);

	if (path == NULL)
		return reeve_fail_nomem(err);
	char *slash = strrchr(path, '/');
	slash[slash == path] = '\0';
	if (reeve_path_inside(plan->how.root, path, err) < 0)
		return -1;
	return reeve_way_open(path, err);
}

/* On a read-only file system unlinkat() does not say ENOENT of a name that is not there. */
static bool is_there(int folder, const char *name)
{
	struct stat st;

	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

/* Rights that somebody before us gave are in place, but for how long? What is gone is gone. */
static int flush_rights(struct reeve_plan *plan, const struct record_file *file,
                        struct reeve_error *err)
{
	struct plan_file now = {.kind = file->kind, .fd = -1, .place.dirfd = -1};
	const char *path = plan_path(plan, file->target);
	int r = 0;

	if (path == NULL)
		return reeve_fail_nomem(err);
	if (plan_file_open(&now, plan, path, false, NULL) == 0 && fsync(now.fd) < 0)
		r = reeve_fail_errno(err, "cannot flush '%s'", path);
	plan_file_close(&now);
	return r;
}

int plan_sweep(struct reeve_plan *plan, const struct record *record, bool flush,
               struct reeve_error *err)
{
	for (size_t i = 0; i < record->file_count; i++) {
		const struct record_file *file = &record->files[i];
		struct reeve_error why = {0};

		if (file->kind == REEVE_PLAN_GIVE) {
			if (flush && flush_rights(plan, file, err) < 0)
				return -1;
			continue;
		}
		int folder = target_folder(plan, file, &why), r = 0;

		/* Gone is what lay in it too; else nobody could ever change anything again. */
		if (folder < 0 && why.code == REEVE_EIO && why.sys_errno == ENOENT)
			continue;
		if (folder < 0) {
			if (err != NULL)
				*err = why;
			return -1;
		}
		if (strncmp(file->beside, ".reeve-", 7) == 0 && is_there(folder, file->beside) &&
		    unlinkat(folder, file->beside, 0) < 0 && errno != ENOENT)
			r = reeve_fail_errno(err, "cannot remove '%s' beside '%s'", file->beside,
			                     file->target);
		if (r == 0 && flush)
			r = reeve_folder_flush(folder, file->target, err);
		close(folder);
		if (r < 0)
			return -1;
	}
	return 0;
}

static void say(const struct reeve_plan *plan, const struct record *record, size_t others,
                const char *states, const char *what)
{
	reeve_diag(plan->how.talk, others > 0 ? REEVE_WARNING : REEVE_NOTE, record->id, 0, 0,
	           "a change was broken off %s%s%s", what, others > 0 ? ": " : "",
	           others > 0 ? states : "");
}

/* No file is new, and some are old: as if nothing had been. */
static int clear_away(struct reeve_plan *plan, const struct record *record, size_t others,
                      struct reeve_error *err)
{
	/* Once the record is gone, nobody knows the names beside the files. */
	if (record->state == RECORD_OPEN && plan_sweep(plan, record, true, err) < 0)
		return -1;
	/* What somebody wrote to since may have been new before: its old bytes are kept. */
	if (others > 0)
		return record_mark(plan->state.undo, record->id, "back", err);
	return record_remove(plan->state.undo, record->id, err);
}

/*
 * No file is old: only the note is missing, perhaps their names are not durable, and what is made of them is
 * not made. That comes before the note: killed in between, the next run does it again.
 */
static int end_it(struct reeve_plan *plan, const struct record *record, struct reeve_error *err)
{
	struct reeve_error why = {0};
	bool is_followed;

	if (plan_sweep(plan, record, true, err) < 0)
		return -1;
	is_followed = plan_after_run(plan, record->afters, record->after_count, &why) == 0;
	if (!is_followed)
		reeve_diag(plan->how.talk, REEVE_WARNING, record->id, 0, 0,
		           "of a change that was broken off all files are in place, but: %s", why.text);
	if (record_mark(plan->state.undo, record->id, "done", err) < 0)
		return -1;
	if (is_followed && record->after_count > 0)
		(void)record_mark(plan->state.undo, record->id, "followed", NULL);
	return 0;
}

/* A dry run holds no lock. */
bool plan_is_running(const struct reeve_plan *plan)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = openat(plan->state.fd, "plan.lock", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	bool held = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;

	if (fd >= 0)
		close(fd);
	return held;
}

/* Which way what was broken off goes. */
static enum plan_side direction(const struct counts *c)
{
	if (c->files[IS_OLD] + c->files[IS_NEW] + c->files[IS_OTHER] > 0)
		return c->files[IS_OLD] == 0 ? PLAN_NEW : PLAN_OLD;
	return c->rights[IS_NEW] + c->rights[IS_BETWEEN] > 0 || c->rights[IS_OLD] == 0 ? PLAN_NEW
	                                                                               : PLAN_OLD;
}

static enum plan_left judge(const struct counts *c)
{
	enum plan_side side = direction(c);

	if (c->files[IS_NEW] > 0 && c->files[IS_OLD] > 0)
		return LEFT_MIXED;
	if (c->rights[IS_BETWEEN] + c->rights[side == PLAN_NEW ? IS_OLD : IS_NEW] > 0)
		return LEFT_RIGHTS;
	return side == PLAN_NEW ? LEFT_ALL : LEFT_NOTHING;
}

enum plan_left plan_look_left(struct reeve_plan *plan, const struct record *record)
{
	struct counts c = {0};
	char states[400];

	if (record->state != RECORD_OPEN)
		return LEFT_NOTHING;
	states_of(plan, record, &c, states);
	return judge(&c);
}

/* Rights that are not yet there go there, too; all else is. If that fails, a person decides. */
static int carry_rights(struct reeve_plan *plan, const struct record *record, enum plan_side side)
{
	bool leave_changed = plan->how.leave_changed;
	struct reeve_error err = {0};

	plan->how.leave_changed = true;
	int r = plan_take_files(plan, record, false, side, &err);
	if (r == 0)
		r = plan_check_conflicts(plan, &err);
	if (r == 0)
		r = plan_put(plan, &err);
	if (r < 0)
		reeve_diag(plan->how.talk, REEVE_WARNING, record->id, 0, 0, "%s", err.text);
	for (size_t i = 0; i < plan->file_count; i++)
		plan_file_close(plan->files[i]);
	plan->file_count = plan->check_count = plan->after_count = 0;
	plan->how.leave_changed = leave_changed;
	return r;
}

/* One record that is not done. 1: a person has to decide. */
static int settle_one(struct reeve_plan *plan, const struct record *record, char states[400],
                      struct reeve_error *err)
{
	struct counts c = {0};
	enum plan_left left = LEFT_NOTHING;

	if (record->state == RECORD_OPEN) {
		states_of(plan, record, &c, states);
		left = judge(&c);
	}
	if (left == LEFT_MIXED)
		return plan->how.dry_run && plan_is_running(plan) ? 0 : 1;
	enum plan_side side = left == LEFT_NOTHING ? PLAN_OLD : direction(&c);
	size_t others = c.files[IS_OTHER] + c.rights[IS_OTHER];
	if (side == PLAN_OLD && others == 0 && !(plan->how.dry_run && plan_is_running(plan))) {
		memcpy(plan->cleared, record->id, sizeof plan->cleared);
		plan->is_cleared_change = record->state == RECORD_OPEN && record->undoes == NULL;
	}
	if (plan->how.dry_run)
		return 0;
	if (left == LEFT_RIGHTS && carry_rights(plan, record, side) < 0)
		return 1;
	if (side == PLAN_NEW ? end_it(plan, record, err) < 0
	                     : clear_away(plan, record, others, err) < 0)
		return -1;
	say(plan, record, others, states,
	    side == PLAN_OLD      ? "before it changed anything, and is cleared away"
	    : left == LEFT_RIGHTS ? "between owners and modes, and carried to its end"
	                          : "when all was in place, and counts as done");
	return 0;
}

int plan_settle(struct reeve_plan *plan, struct record **left_r, char states[400],
                struct reeve_error *err)
{
	struct record_ids ids = {0};
	struct record **late, **undos;
	size_t late_count = 0, undo_count = 0;
	int r = 0;

	*left_r = NULL;
	states[0] = '\0';
	if (plan->state.undo < 0)
		return 0;
	if (!plan->how.dry_run)
		plan_stage_remove(plan);
	if (record_list(plan->state.undo, &ids, err) < 0)
		return -1;
	late = reeve_arena_alloc(plan->arena, (ids.count + 1) * sizeof(struct record *));
	undos = reeve_arena_alloc(plan->arena, (ids.count + 1) * sizeof(struct record *));
	for (size_t i = ids.count; i-- > 0 && r == 0;) {
		struct record *record = reeve_arena_alloc(plan->arena, sizeof *record);
		if (record == NULL || late == NULL || undos == NULL) {
			reeve_fail_nomem(err);
			r = -1;
			break;
		}
		r = record_read(plan->state.undo, ids.ids[i], record, plan->arena, err);
		if (r == 0 && plan_after_is_late(plan, record, undos, undo_count))
			late[late_count++] = record;
		if (r == 0 && record->state == RECORD_DONE && record->undoes != NULL)
			undos[undo_count++] = record;
		if (r < 0 || (record->state != RECORD_OPEN && record->state != RECORD_TORN))
			continue;
		r = settle_one(plan, record, states, err);
		if (r > 0)
			*left_r = record;
	}
	free(ids.ids);
	if (r == 0 && !plan->how.dry_run)
		plan_after_catch_up(plan, late, late_count);
	return r < 0 ? -1 : 0;
}
