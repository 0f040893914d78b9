/* SPDX-License-Identifier: MIT */
/*
 * Having the real program look at a configuration: first at one that shall be, then at what is.
 *
 * Files of a configuration name each other by absolute paths (`!include /etc/dovecot/x`), so a copy
 * at another place would have the program read the old ones. Therefore it runs in a mount namespace
 * of its own, where the new files are mounted over the old: it sees the tree as it will be, under
 * its name. Where that is not allowed (not root, some containers), or a file comes or goes, which
 * no mount can make believe, it gets a copy of the tree and -c, and a note says what that is worth.
 *
 * In another root the program of that root runs, in it; there the versions fit each other. If it
 * has none, or we are not root, nothing is verified: this machine's program would look for the
 * root's certificates in the wrong place and refuse what is right.
 */
#include "base/diag.h"
#include "base/error.h"
#include "plan/ask.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- one configuration -------------------------------------------------------------------- */

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static char *folder_of(struct reeve_plan *plan, const char *path)
{
	char *copy = reeve_arena_strndup(plan->arena, path, strlen(path));
	char *slash = copy == NULL ? NULL : strrchr(copy, '/');

	if (slash != NULL)
		slash[slash == copy] = '\0';
	return copy;
}

/* What is: nothing mounted. */
static enum verdict verify_now(struct reeve_plan *plan, const struct record_check *check,
                               const struct reeve_talk *stops, struct reeve_error *err)
{
	struct verify v = {
		.plan = plan, .check = check, .conf = plan_path(plan, check->path), .stops = stops};
	bool is_denied;

	if (v.conf == NULL) {
		reeve_fail_nomem(err);
		return VERDICT_NOT_ASKED;
	}
	if (check->kind == REEVE_CHECK_POSTFIX && !is_folder(v.conf))
		v.conf = folder_of(plan, v.conf);
	return v.conf == NULL ? VERDICT_NOT_ASKED : ask_all(&v, &is_denied, err);
}

/* A real path, without the root; NULL if it is not in it. */
static const char *inside_root(const struct reeve_plan *plan, const char *real)
{
	char root[PATH_MAX];
	size_t n;

	if (plan->how.root == NULL)
		return real;
	if (realpath(plan->how.root, root) == NULL)
		return NULL;
	n = strlen(root);
	return strncmp(real, root, n) == 0 && real[n] == '/' ? real + n : NULL;
}

/* Make the copy: v->conf becomes a path in it. */
static int move_to_copy(struct verify *v, struct reeve_error *err)
{
	struct reeve_plan *plan = v->plan;
	bool is_dovecot = v->check->kind == REEVE_CHECK_DOVECOT;
	const char *top = is_dovecot ? folder_of(plan, v->conf) : v->conf;
	const char *name = is_dovecot ? strrchr(v->conf, '/') : "";
	char *path = NULL;

	v->bind_count = 0;
	v->copy_of = is_dovecot ? folder_of(plan, v->check->path) : v->check->path;
	if (top == NULL || v->copy_of == NULL)
		return reeve_fail_nomem(err);
	const char *copy = plan_stage_copy(plan, top, err);
	if (copy == NULL)
		return -1;
	v->copy = inside_root(plan, copy);
	if (v->copy == NULL)
		return reeve_fail(err, REEVE_EREFUSED, "'%s' is not in the root", copy);
	if (asprintf(&path, "%s%s", v->copy, name) < 0)
		return reeve_fail_nomem(err);
	v->conf = plan_path(plan, path);
	free(path);
	return v->conf == NULL ? reeve_fail_nomem(err) : 0;
}

static bool comes_or_goes(const struct reeve_plan *plan)
{
	for (size_t i = 0; i < plan->file_count; i++)
		if (plan->files[i]->now.is_there !=
		    plan->files[i]->sides[plan->files[i]->wants].is_there)
			return true;
	return false;
}

/* What shall be, in a copy. */
static enum verdict verify_copy(struct verify *v, struct reeve_error *err)
{
	const struct reeve_talk *talk = v->plan->how.talk;
	struct reeve_error why = {0};
	bool is_denied;

	/* A tree that is too large says nothing of the machine; a full disk, which could not hold the
	 * copy, may not hold what comes either. */
	if (move_to_copy(v, &why) < 0 && why.code == REEVE_EIO) {
		*err = why;
		reeve_fail_prefix(err, "nothing was changed, for it cannot be verified");
		return VERDICT_NOT_ASKED;
	}
	if (why.code != REEVE_OK) {
		reeve_diag(talk, REEVE_WARNING, v->check->path, 0, 0,
		           "not verified before it is in place: %s", why.text);
		return VERDICT_NOT_ASKED;
	}
	reeve_diag(talk, REEVE_NOTE, v->check->path, 0, 0,
	           "%s, so a copy is verified; files that are named by absolute paths are seen as "
	           "they were",
	           comes_or_goes(v->plan) ? "a file comes or goes" : "nothing can be mounted");
	return ask_all(v, &is_denied, err);
}

/* With the new files mounted over what is under their names. */
static enum verdict verify_mounted(struct verify *v, bool *is_denied_r, struct reeve_error *err)
{
	struct plan_bind *binds;

	*is_denied_r = false;
	if (v->conf != NULL && v->check->kind == REEVE_CHECK_POSTFIX && !is_folder(v->conf))
		v->conf = folder_of(v->plan, v->conf);
	if (v->conf == NULL) {
		reeve_fail_nomem(err);
		return VERDICT_NOT_ASKED;
	}
	if (plan_stage_files(v->plan, &binds, &v->bind_count, err) < 0)
		return VERDICT_NOT_ASKED;
	v->binds = binds;
	return ask_all(v, is_denied_r, err);
}

/* What shall be. *is_copy_r: as far as a copy can tell. */
static enum verdict verify_next(struct reeve_plan *plan, const struct record_check *check,
                                bool *is_copy_r, struct reeve_error *err)
{
	struct verify v = {.plan = plan,
	                   .check = check,
	                   .conf = plan_path(plan, check->path),
	                   .stops = plan->how.talk};
	enum verdict verdict = VERDICT_NOT_ASKED;

	*is_copy_r = comes_or_goes(plan);
	if (!*is_copy_r)
		verdict = verify_mounted(&v, is_copy_r, err);
	if (*is_copy_r)
		verdict = verify_copy(&v, err);
	plan_stage_remove(plan);
	return verdict;
}

/*
 * What is in place. Postfix waits until main.cf is two seconds old, each time that somebody asks.
 * So we see that the files are what we wrote, and show it the same bytes with another time.
 */
static enum verdict verify_placed(struct reeve_plan *plan, const struct record_check *check,
                                  struct reeve_error *err)
{
	struct verify v = {.plan = plan, .check = check, .conf = plan_path(plan, check->path)};
	enum verdict verdict = VERDICT_NOT_ASKED;
	bool is_denied = true;

	if (check->kind == REEVE_CHECK_POSTFIX) {
		verdict = verify_mounted(&v, &is_denied, err);
		plan_stage_remove(plan);
	}
	return is_denied ? verify_now(plan, check, NULL, err) : verdict;
}

/* ---- a plan ------------------------------------------------------------------------------- */

static int verify_one(struct reeve_plan *plan, struct record_check *check, bool *is_broken_r,
                      struct reeve_error *err)
{
	struct reeve_error next = {0}, now = {0};
	bool is_copy;
	enum verdict verdict = verify_next(plan, check, &is_copy, &next);

	if (verdict != VERDICT_REFUSED && next.code != REEVE_OK) {
		if (err != NULL)
			*err = next;
		return -1;
	}
	check->is_moot = verdict == VERDICT_NOT_ASKED && !is_copy;
	if (verdict != VERDICT_REFUSED && !is_copy)
		return 0;
	/* Who mends a broken configuration step by step must get through. */
	if (verify_now(plan, check, plan->how.talk, &now) == VERDICT_REFUSED) {
		*is_broken_r = true;
		plan->is_refused |= verdict == VERDICT_REFUSED;
		if (verdict == VERDICT_REFUSED)
			reeve_diag(plan->how.talk, REEVE_WARNING, check->path, 0, 0,
			           "it is not accepted as it is, nor with this change: %s",
			           next.text);
		return 0;
	}
	if (verdict != VERDICT_REFUSED)
		return 0;
	/* Who takes a change back wants what was there, whatever it was. */
	if (plan->undoes != NULL) {
		*is_broken_r = true;
		reeve_diag(plan->how.talk, REEVE_WARNING, check->path, 0, 0,
		           "it was not accepted before the change either: %s", next.text);
		return 0;
	}
	return reeve_fail(err, REEVE_EREFUSED, "'%s' would not work: %s; nothing was changed",
	                  check->path, next.text);
}

int plan_verify_stage(struct reeve_plan *plan, bool *is_broken_r, struct reeve_error *err)
{
	*is_broken_r = false;
	for (size_t i = 0; i < plan->check_count; i++) {
		struct record_check *check = &plan->checks[i];

		check->is_moot = !ask_is_installed(plan, check) || !ask_can(plan, check);
		if (!check->is_moot && verify_one(plan, check, is_broken_r, err) < 0)
			return -1;
	}
	return 0;
}

int plan_verify_place(struct reeve_plan *plan, struct reeve_error *err)
{
	struct reeve_error why = {0};

	/* A mailbox that was given away is its owner's, who may have removed it by now. */
	for (size_t i = 0; i < plan->file_count; i++)
		if (plan->files[i]->kind != REEVE_PLAN_GIVE &&
		    plan_file_still(plan->files[i], err) < 0)
			return -1;
	for (size_t i = 0; i < plan->check_count; i++)
		if (!plan->checks[i].is_moot &&
		    verify_placed(plan, &plan->checks[i], &why) == VERDICT_REFUSED)
			return reeve_fail(err, REEVE_EREFUSED,
			                  "'%s' does not work as it is in place: %s; what was "
			                  "changed is taken back",
			                  plan->checks[i].path, why.text);
	return 0;
}
