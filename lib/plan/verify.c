/* SPDX-License-Identifier: MIT */
/*
 * Having the real program look at a configuration: first at one that shall be, then at what is.
 *
 * Files of a configuration name each other by absolute paths (`!include /etc/dovecot/x`), so a copy at
 * another place would have the program read the old ones. Therefore it runs in a mount namespace of
 * its own, where the new files are mounted over the old: it sees the tree as it will be, under its
 * name. Where that is not allowed (not root, some containers) it gets a copy of the tree and -c, and
 * a note says what that is worth.
 *
 * In another root the program of that root runs, in it; there the versions fit each other. If it has
 * none, or we are not root, nothing is verified: this machine's program would look for the root's
 * certificates in the wrong place and refuse what is right.
 */
#include "base/diag.h"
#include "base/error.h"
#include "base/run.h"
#include "plan/parts.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAID_BYTES 65536
#define ARGS       8
#define CONF       "@" /* stands for the path to the configuration */

/* A question to a real program; exit status 0 is yes. */
static const struct question {
	enum reeve_check kind;
	const char *name;
	const char *args[ARGS - 2];
	int64_t timeout_ms;
	bool needs_root;
	bool may_be_slow; /* then no answer is none: it looks through the whole queue */
} questions[] = {
	{REEVE_CHECK_DOVECOT, "doveconf", {"-n", "-c", CONF}, 60000, false, false},
	/* main.cf and master.cf by their syntax; then all that each Postfix program reads of main.cf:
	   postfix check of 3.7 tells its reason to the log alone. */
	{REEVE_CHECK_POSTFIX, "postconf", {"-c", CONF, "-M"}, 60000, false, false},
	{REEVE_CHECK_POSTFIX, "postmap", {"-c", CONF, "-q", "x", "static:x"}, 60000, false, false},
	{REEVE_CHECK_POSTFIX, "postfix", {"-c", CONF, "check"}, 300000, true, true},
};

enum verdict { TAKEN, REFUSED, NOT_ASKED };

struct verify {
	struct reeve_plan *plan;
	const struct record_check *check;
	const char *conf;        /* what is asked about, with the root in front */
	const struct plan_bind *binds;
	size_t bind_count;
	const char *copy_of;     /* conf is in a copy of this folder, without the root; or NULL */
	const char *copy;
	const struct reeve_talk *stops; /* asked whether to stop; NULL: once bytes have changed */
	char said[700];                 /* the verdict's reason */
};

/* ---- one question ------------------------------------------------------------------------------ */

/* In the new process: what is mounted here nobody else sees. */
static bool mount_binds(void *user)
{
	const struct verify *v = user;

	if (v->bind_count == 0)
		return true;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return false;
	for (size_t i = 0; i < v->bind_count; i++)
		if (mount(v->binds[i].from, v->binds[i].to, NULL, MS_BIND, NULL) < 0)
			return false;
	return true;
}

/* Of all that was said: the first line that tells of an error, or the first at all. */
static void pick_line(struct verify *v, struct reeve_buf *heard)
{
	char *text = strdup(reeve_buf_text(heard)), *save = NULL, *best = NULL;
	size_t n = v->copy == NULL ? 0 : strlen(v->copy);

	for (char *line = text == NULL ? NULL : strtok_r(text, "\n", &save);
	     line != NULL; line = strtok_r(NULL, "\n", &save)) {
		bool tells = strcasestr(line, "fatal") != NULL || strcasestr(line, "error") != NULL;
		if (best == NULL || tells)
			best = line;
		if (tells)
			break;
	}
	/* The person has no file in our copy. */
	char *at = best == NULL || n == 0 ? NULL : strstr(best, v->copy);
	if (at != NULL)
		snprintf(v->said, sizeof v->said, "%.*s%s%s", (int)(at - best), best, v->copy_of,
		         at + n);
	else
		snprintf(v->said, sizeof v->said, "%s",
		         best != NULL ? best : "its reason is in the log");
	free(text);
}

/* Where the program is, in the root that it is to run in. */
static const char *find_program(const struct verify *v, const char *name, char *buf, size_t n,
                                const char **root_r)
{
	const struct reeve_plan *plan = v->plan;
	struct stat st;

	*root_r = NULL;
	if (plan->programs != NULL) {
		snprintf(buf, n, "%s/%s", plan->programs, name);
		return stat(buf, &st) == 0 ? buf : NULL;
	}
	*root_r = plan->how.root;
	return reeve_run_find(plan->how.root, name, buf, n);
}

static enum verdict judge(struct verify *v, const struct question *q,
                          const struct reeve_run_answer *answer, struct reeve_buf *heard)
{
	switch (answer->end) {
	case REEVE_RUN_EXITED:
		if (answer->status == 0)
			return TAKEN;
		pick_line(v, heard);
		return REFUSED;
	case REEVE_RUN_KILLED:
		snprintf(v->said, sizeof v->said, "died of signal %d", answer->status);
		return REFUSED;
	case REEVE_RUN_TOO_LONG:
		snprintf(v->said, sizeof v->said, "no answer within %d seconds",
		         (int)(q->timeout_ms / 1000));
		return q->may_be_slow ? NOT_ASKED : REFUSED;
	case REEVE_RUN_STOPPED: /* the plan sees that by itself */
		snprintf(v->said, sizeof v->said, "stopped");
		return NOT_ASKED;
	case REEVE_RUN_NOT:
		snprintf(v->said, sizeof v->said, "cannot be run: %s", strerror(answer->status));
		return NOT_ASKED;
	}
	return NOT_ASKED;
}

/* *is_denied_r: nothing could be mounted. */
static enum verdict ask(struct verify *v, const struct question *q, bool *is_denied_r,
                        struct reeve_error *err)
{
	const char *argv[ARGS] = {NULL}, *root;
	char program[PATH_MAX];
	struct reeve_run_answer answer;
	struct reeve_buf heard;
	enum verdict verdict = NOT_ASKED;

	*is_denied_r = false;
	argv[0] = find_program(v, q->name, program, sizeof program, &root);
	if (argv[0] == NULL) {
		snprintf(v->said, sizeof v->said, "it is not installed");
		return NOT_ASKED;
	}
	const char *conf = v->conf + (root == NULL ? 0 : strlen(root));
	for (size_t i = 0; q->args[i] != NULL; i++)
		argv[i + 1] = strcmp(q->args[i], CONF) == 0 ? conf : q->args[i];

	reeve_buf_init(&heard, SAID_BYTES);
	struct reeve_run_how how = {
		.argv = argv,
		.root = root,
		.prepare = mount_binds,
		.user = v,
		.err = &heard,
		.timeout_ms = q->timeout_ms,
		.talk = v->stops,
	};
	if (reeve_run(&how, &answer, err) == 0) {
		*is_denied_r = answer.end == REEVE_RUN_NOT && v->bind_count > 0;
		verdict = judge(v, q, &answer, &heard);
	} else {
		snprintf(v->said, sizeof v->said, "cannot be run");
	}
	reeve_buf_dispose(&heard);
	return verdict;
}

/* All questions of one kind, until one is answered with no. REEVE_EREFUSED: who and why. */
static enum verdict ask_all(struct verify *v, bool *is_denied_r, struct reeve_error *err)
{
	enum verdict all = NOT_ASKED;
	bool is_first = true; /* without the first program the others need not be looked for */

	for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
		const struct question *q = &questions[i];
		if (q->kind != v->check->kind || (q->needs_root && geteuid() != 0))
			continue;
		enum verdict verdict = ask(v, q, is_denied_r, err);
		if (*is_denied_r)
			return NOT_ASKED;
		if (verdict == REFUSED) {
			reeve_fail(err, REEVE_EREFUSED, "%s refuses it: %s", q->name, v->said);
			return REFUSED;
		}
		if (verdict == TAKEN)
			all = TAKEN;
		else
			reeve_diag(v->plan->how.talk, is_first ? REEVE_NOTE : REEVE_WARNING,
			           v->check->path, 0, 0, "not verified by %s: %s", q->name, v->said);
		if (is_first && verdict == NOT_ASKED)
			return NOT_ASKED;
		is_first = false;
	}
	return all;
}

/* ---- one configuration ------------------------------------------------------------------------- */

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
	struct verify v = {.plan = plan,
	                   .check = check,
	                   .conf = plan_path(plan, check->path),
	                   .stops = stops};
	bool is_denied;

	if (v.conf == NULL) {
		reeve_fail_nomem(err);
		return NOT_ASKED;
	}
	if (check->kind == REEVE_CHECK_POSTFIX && !is_folder(v.conf))
		v.conf = folder_of(plan, v.conf);
	return v.conf == NULL ? NOT_ASKED : ask_all(&v, &is_denied, err);
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

/* What shall be, in a copy. */
static enum verdict verify_copy(struct verify *v, struct reeve_error *err)
{
	const struct reeve_talk *talk = v->plan->how.talk;
	struct reeve_error why = {0};
	bool is_denied;

	if (move_to_copy(v, &why) < 0) {
		reeve_diag(talk, REEVE_WARNING, v->check->path, 0, 0,
		           "not verified before it is in place: %s", why.text);
		return NOT_ASKED;
	}
	reeve_diag(talk, REEVE_NOTE, v->check->path, 0, 0,
	           "nothing can be mounted, so a copy is verified; files that are named by "
	           "absolute paths are seen as they were");
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
		return NOT_ASKED;
	}
	if (plan_stage_files(v->plan, &binds, &v->bind_count, err) < 0)
		return NOT_ASKED;
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
	enum verdict verdict = verify_mounted(&v, is_copy_r, err);

	if (*is_copy_r)
		verdict = verify_copy(&v, err);
	plan_stage_remove(plan);
	return verdict;
}

/*
 * What is in place. Postfix waits until main.cf is two seconds old, each time that somebody asks. So
 * we see that the files are what we wrote, and show it the same bytes with another time.
 */
static enum verdict verify_placed(struct reeve_plan *plan, const struct record_check *check,
                                  struct reeve_error *err)
{
	struct verify v = {.plan = plan, .check = check, .conf = plan_path(plan, check->path)};
	enum verdict verdict = NOT_ASKED;
	bool is_denied = true;

	if (check->kind == REEVE_CHECK_POSTFIX) {
		verdict = verify_mounted(&v, &is_denied, err);
		plan_stage_remove(plan);
	}
	return is_denied ? verify_now(plan, check, NULL, err) : verdict;
}

/* A root that is not ours needs chroot(2). */
static bool can_ask(const struct reeve_plan *plan)
{
	return plan->programs != NULL || plan->how.root == NULL || geteuid() == 0;
}

/* ---- a plan ------------------------------------------------------------------------------------ */

/* The first of the programs that are asked: without it there is nothing to make ready. */
static bool is_installed(struct reeve_plan *plan, const struct record_check *check)
{
	const struct verify v = {.plan = plan, .check = check};
	char buf[PATH_MAX];
	const char *root;

	for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
		const struct question *q = &questions[i];
		if (q->kind != check->kind)
			continue;
		if (find_program(&v, q->name, buf, sizeof buf, &root) != NULL)
			return true;
		reeve_diag(plan->how.talk, REEVE_NOTE, check->path, 0, 0,
		           "not verified: %s is not installed", q->name);
		return false;
	}
	return false;
}

static int verify_one(struct reeve_plan *plan, struct record_check *check, bool *is_broken_r,
                      struct reeve_error *err)
{
	struct reeve_error next = {0}, now = {0};
	bool is_copy;
	enum verdict verdict = verify_next(plan, check, &is_copy, &next);

	if (verdict != REFUSED && next.code != REEVE_OK) {
		if (err != NULL)
			*err = next;
		return -1;
	}
	check->is_moot = verdict == NOT_ASKED && !is_copy;
	if (verdict != REFUSED && !is_copy)
		return 0;
	/* Who mends a broken configuration step by step must get through. */
	if (verify_now(plan, check, plan->how.talk, &now) == REFUSED) {
		*is_broken_r = true;
		if (verdict == REFUSED)
			reeve_diag(plan->how.talk, REEVE_WARNING, check->path, 0, 0,
			           "it is not accepted as it is, nor with this change: %s",
			           next.text);
		return 0;
	}
	if (verdict != REFUSED)
		return 0;
	return reeve_fail(err, REEVE_EREFUSED, "'%s' would not work: %s; nothing was changed",
	                  check->path, next.text);
}

int plan_verify_stage(struct reeve_plan *plan, bool *is_broken_r, struct reeve_error *err)
{
	*is_broken_r = false;
	for (size_t i = 0; i < plan->check_count; i++) {
		struct record_check *check = &plan->checks[i];

		check->is_moot = !can_ask(plan) || !is_installed(plan, check);
		if (!can_ask(plan))
			reeve_diag(plan->how.talk, REEVE_NOTE, check->path, 0, 0,
			           "not verified: only root can run the programs of another root");
		else if (!check->is_moot && verify_one(plan, check, is_broken_r, err) < 0)
			return -1;
	}
	return 0;
}

int plan_verify_place(struct reeve_plan *plan, struct reeve_error *err)
{
	struct reeve_error why = {0};

	for (size_t i = 0; i < plan->file_count; i++)
		if (plan_file_still(plan->files[i], err) < 0)
			return -1;
	for (size_t i = 0; i < plan->check_count; i++)
		if (!plan->checks[i].is_moot &&
		    verify_placed(plan, &plan->checks[i], &why) == REFUSED)
			return reeve_fail(err, REEVE_EREFUSED,
			                  "'%s' does not work as it is in place: %s; what was "
			                  "changed is taken back",
			                  plan->checks[i].path, why.text);
	return 0;
}
