/* SPDX-License-Identifier: MIT */
/* Scenes, their acts and what follows: see scene.h. */
#include "scene-core.h"

#include <mailreeve/plan.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- acts --------------------------------------------------------------------------------- */

static struct reeve_plan_how how(const struct scene *s)
{
	return (struct reeve_plan_how){.root = s->root, .what = "a test"};
}

static bool carry_out(struct reeve_plan *plan, struct reeve_error *err)
{
	struct reeve_plan_result result;
	bool ok = plan != NULL && reeve_plan_apply(plan, &result, err) == 0;

	reeve_plan_free(plan);
	return ok;
}

static bool complain(bool ok, const struct reeve_error *err)
{
	if (!ok)
		fprintf(stderr, "%s\n", err->text);
	return ok;
}

static const enum scene_side all_old[] = {SCENE_OLD, SCENE_OLD}, all_new[] = {SCENE_NEW, SCENE_NEW};

/* Files 0 to count - 1 change. */
static bool change(struct scene *s, int count, const enum scene_side *from,
                   const enum scene_side *to)
{
	struct reeve_plan_how h = how(s);
	struct reeve_error err = {0};
	struct reeve_plan *plan = reeve_plan_begin(&h, &err);

	for (int i = 0; plan != NULL && i < count; i++) {
		const struct bytes *old = &s->sides[i][from[i]], *new = &s->sides[i][to[i]];
		struct reeve_rights has = scene_rights(s, i, from[i]),
				    shall = scene_rights(s, i, to[i]);

		if (s->row->deeds[i] == SCENE_GIVEN)
			reeve_plan_give(plan, s->path[i], &has, &shall);
		else if (!scene_has(s, i, from[i]))
			reeve_plan_create(plan, s->path[i], new->at, new->n, &shall);
		else if (!scene_has(s, i, to[i]))
			reeve_plan_remove(plan, s->path[i], old->at, old->n);
		else
			reeve_plan_replace(plan, s->path[i], old->at, old->n, new->at, new->n);
	}
	return complain(carry_out(plan, &err), &err);
}

static bool change_one(struct scene *s)
{
	return change(s, 1, all_old, all_new);
}

static bool change_two(struct scene *s)
{
	return change(s, 2, all_old, all_new);
}

static bool change_back(struct scene *s)
{
	return change(s, 2, all_new, all_old);
}

/*
 * The second puts one of the first one's files back: without the note that the first is done it
 * would look broken off. So would the second after the third.
 */
static bool change_thrice(struct scene *s)
{
	return change(s, 2, (enum scene_side[]){SCENE_OLD, SCENE_OLD},
	              (enum scene_side[]){SCENE_MID, SCENE_MID}) &&
	       change(s, 1, (enum scene_side[]){SCENE_MID}, (enum scene_side[]){SCENE_OLD}) &&
	       change(s, 2, (enum scene_side[]){SCENE_OLD, SCENE_MID},
	              (enum scene_side[]){SCENE_NEW, SCENE_NEW});
}

static bool scene_undo(struct scene *s, struct reeve_error *err)
{
	struct reeve_plan_how h = how(s);

	return carry_out(reeve_plan_undo(&h, NULL, err), err);
}

static bool undo(struct scene *s)
{
	struct reeve_error err = {0};

	return complain(scene_undo(s, &err), &err);
}

bool scene_decide(struct scene *s, enum scene_side way, struct reeve_error *err)
{
	struct reeve_plan_how h = how(s);

	return carry_out(way == SCENE_OLD ? reeve_plan_undo(&h, NULL, err)
	                                  : reeve_plan_finish(&h, NULL, err),
	                 err);
}

/* A change of two files that was killed between them: the act before, at the call that does it. */
static bool break_off(struct scene *s)
{
	static uint32_t at; /* found once for each scene, it is the same each time */
	static const char *at_of;

	if (at_of != s->row->name)
		at = 0;
	at_of = s->row->name;
	for (uint32_t i = at > 0 ? at : 1; i < 200; i++) {
		const struct scene_row *row = s->row;
		struct scene_row two = *row;
		struct scene_order order = {.deed = "kill-before", .at = i};

		two.prepare = NULL;
		two.act = change_two;
		s->row = &two;
		scene_reset(s);
		scene_run(s, &order);
		bool mixed = scene_file(s, 0) == SCENE_NEW && scene_file(s, 1) == SCENE_OLD;
		s->row = row;
		at = i;
		if (mixed)
			return true;
	}
	return false;
}

static bool go_back(struct scene *s)
{
	struct reeve_error err = {0};

	return complain(scene_decide(s, SCENE_OLD, &err), &err);
}

static bool go_on(struct scene *s)
{
	struct reeve_error err = {0};

	return complain(scene_decide(s, SCENE_NEW, &err), &err);
}

/* Old is what a file is before the act: an undo's files are new then. */
static bool prepare_undo(struct scene *s)
{
	for (int i = 0; i < SCENE_FILES; i++)
		scene_put(s, i, SCENE_NEW);
	return change_back(s);
}

const struct scene_row scene_rows[] = {
	{"one", 1, false, false, false, NULL, change_one, {0}},
	{"two", 2, false, false, false, NULL, change_two, {0}},
	{"thrice", 2, false, false, true, NULL, change_thrice, {0}},
	{"undo", 2, false, false, false, prepare_undo, undo, {0}},
	{"fails", 2, true, false, false, NULL, change_two, {0}},
	{"back", 2, false, true, false, break_off, go_back, {0}},
	{"finish", 2, false, true, false, break_off, go_on, {0}},
	{"make", 2, false, false, false, NULL, change_two, {SCENE_MADE, SCENE_REPLACED}},
	{"make-back", 2, false, true, false, break_off, go_back, {SCENE_MADE, SCENE_REMOVED}},
	{"make-finish", 2, false, true, false, break_off, go_on, {SCENE_REMOVED, SCENE_MADE}},
	{"make-fails", 2, true, false, false, NULL, change_two, {SCENE_MADE, SCENE_REPLACED}},
	{"unmake", 2, false, false, false, prepare_undo, undo, {SCENE_REPLACED, SCENE_REMOVED}},
	{"give", 2, false, false, false, NULL, change_two, {SCENE_GIVEN, SCENE_GIVEN}},
	{"give-one", 1, false, false, false, NULL, change_one, {SCENE_GIVEN}},
	{"give-last", 2, false, false, false, NULL, change_two, {SCENE_GIVEN, SCENE_MADE}},
	{"give-fails", 2, true, false, false, NULL, change_two, {SCENE_GIVEN, SCENE_GIVEN}},
	{"last-fails", 2, true, false, false, NULL, change_two, {SCENE_REPLACED, SCENE_GIVEN}},
	{"give-back", 2, false, false, false, prepare_undo, undo, {SCENE_REPLACED, SCENE_GIVEN}},
};
const int scene_row_count = (int)(sizeof scene_rows / sizeof scene_rows[0]);

/* ---- running ------------------------------------------------------------------------------ */

static _Noreturn void become(struct scene *s, const struct scene_order *order)
{
	char value[120];

	snprintf(value, sizeof value, "%s/out", s->dir);
	int fd = open(value, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || dup2(fd, 2) < 0)
		_exit(98);
	alarm(20);
	setenv("CRASH_UNDER", s->root, 1);
	snprintf(value, sizeof value, "%s/state", s->dir);
	setenv("CRASH_STATE", value, 1);
	snprintf(value, sizeof value, "%u", order->at);
	setenv("CRASH_AT", value, 1);
	setenv("CRASH_DO", order->deed != NULL ? order->deed : "nothing", 1);
	setenv("CRASH_TO", "all", 1);
	if (order->log != NULL)
		setenv("CRASH_LOG", order->log, 1);
	crash_start();
	bool ok = s->row->act(s);
	fflush(stderr);
	_exit(ok ? 0 : 1);
}

int scene_run(struct scene *s, const struct scene_order *order)
{
	int status = -1;

	*s->state = (struct crash_state){0};
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		scene_die("fork");
	if (pid == 0)
		become(s, order);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

const char *scene_words(struct scene *s)
{
	static char text[2000];
	char path[100];

	snprintf(path, sizeof path, "%s/out", s->dir);
	struct bytes b = scene_read(path);
	snprintf(text, sizeof text, "%.*s", (int)b.n, b.n > 0 ? b.at : "");
	bytes_free(&b);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* ---- afterwards --------------------------------------------------------------------------- */

int scene_next(struct scene *s, struct reeve_error *err)
{
	struct reeve_plan_how h = how(s);
	struct reeve_plan *plan = reeve_plan_begin(&h, err);

	reeve_plan_free(plan);
	if (plan != NULL)
		return 1;
	if (err->code != REEVE_EREFUSED || strstr(err->text, "was broken off") == NULL)
		return -1;
	/* Only the last change can have been. */
	struct reeve_change last = {0};
	struct reeve_changes *changes = reeve_changes_open(&h, err);
	bool is_last = changes != NULL && reeve_changes_next(changes, &last, err) > 0 &&
	               last.state == REEVE_CHANGE_BROKEN_OFF;
	reeve_changes_close(changes);
	return is_last ? 0 : -1;
}

bool scene_settle(struct scene *s)
{
	struct reeve_error err = {0};

	return complain(scene_next(s, &err) >= 0, &err);
}

enum scene_side scene_goal(const struct scene *s)
{
	return s->row->act == go_back ? SCENE_OLD : SCENE_NEW;
}

/* Where a person gets who goes one way. */
enum scene_side scene_after(const struct scene *s, enum scene_side way)
{
	return !s->row->has_mid ? way : scene_side(s) == SCENE_OTHER ? SCENE_NEW : scene_side(s);
}

/* What is done can be undone; of an undo that says nothing new. */
bool scene_can_be_undone(struct scene *s, struct reeve_error *err)
{
	if (s->row->act == undo || scene_side(s) != SCENE_NEW)
		return true;
	for (int i = 0; i < 3 && scene_side(s) != SCENE_OLD; i++)
		if (!scene_undo(s, err))
			return false;
	return scene_side(s) == SCENE_OLD;
}
