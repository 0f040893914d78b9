/* SPDX-License-Identifier: MIT */
/* Questions to the real programs, and what their answers mean. See plan/verify.c. */
#include "plan/ask.h"

#include "base/diag.h"
#include "base/error.h"
#include "base/run.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAID_BYTES 65536
#define ARGS 8
#define CONF "@" /* stands for the path to the configuration */

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
	/* By syntax; then what each program reads of main.cf: 3.7's check tells only the log why */
	{REEVE_CHECK_POSTFIX, "postconf", {"-c", CONF, "-M"}, 60000, false, false},
	{REEVE_CHECK_POSTFIX, "postmap", {"-c", CONF, "-q", "x", "static:x"}, 60000, false, false},
	{REEVE_CHECK_POSTFIX, "postfix", {"-c", CONF, "check"}, 300000, true, true},
};

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

	for (char *line = text == NULL ? NULL : strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
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
			return VERDICT_TAKEN;
		pick_line(v, heard);
		return VERDICT_REFUSED;
	case REEVE_RUN_KILLED:
		snprintf(v->said, sizeof v->said, "died of signal %d", answer->status);
		return VERDICT_REFUSED;
	case REEVE_RUN_TOO_LONG:
		snprintf(v->said, sizeof v->said, "no answer within %d seconds",
		         (int)(q->timeout_ms / 1000));
		return q->may_be_slow ? VERDICT_NOT_ASKED : VERDICT_REFUSED;
	case REEVE_RUN_STOPPED: /* the plan sees that by itself */
		snprintf(v->said, sizeof v->said, "stopped");
		return VERDICT_NOT_ASKED;
	case REEVE_RUN_NOT:
		snprintf(v->said, sizeof v->said, "cannot be run: %s", strerror(answer->status));
		return VERDICT_NOT_ASKED;
	}
	return VERDICT_NOT_ASKED;
}

/* *is_denied_r: nothing could be mounted. */
static enum verdict ask(struct verify *v, const struct question *q, bool *is_denied_r,
                        struct reeve_error *err)
{
	const char *argv[ARGS] = {NULL}, *root;
	char program[PATH_MAX];
	struct reeve_run_answer answer;
	struct reeve_buf heard;
	enum verdict verdict = VERDICT_NOT_ASKED;

	*is_denied_r = false;
	argv[0] = find_program(v, q->name, program, sizeof program, &root);
	if (argv[0] == NULL) {
		snprintf(v->said, sizeof v->said, "it is not installed");
		return VERDICT_NOT_ASKED;
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

enum verdict ask_all(struct verify *v, bool *is_denied_r, struct reeve_error *err)
{
	enum verdict all = VERDICT_NOT_ASKED;
	bool is_first = true; /* without the first program the others need not be looked for */

	for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
		const struct question *q = &questions[i];
		if (q->kind != v->check->kind || (q->needs_root && geteuid() != 0))
			continue;
		enum verdict verdict = ask(v, q, is_denied_r, err);
		if (*is_denied_r)
			return VERDICT_NOT_ASKED;
		if (verdict == VERDICT_REFUSED) {
			reeve_fail(err, REEVE_EREFUSED, "%s refuses it: %s", q->name, v->said);
			return VERDICT_REFUSED;
		}
		if (verdict == VERDICT_TAKEN)
			all = VERDICT_TAKEN;
		else
			reeve_diag(v->plan->how.talk, is_first ? REEVE_NOTE : REEVE_WARNING,
			           v->check->path, 0, 0, "not verified by %s: %s", q->name,
			           v->said);
		if (is_first && verdict == VERDICT_NOT_ASKED)
			return VERDICT_NOT_ASKED;
		is_first = false;
	}
	return all;
}

/* The first of the programs that are asked: without it there is nothing to make ready. */
bool ask_is_installed(struct reeve_plan *plan, const struct record_check *check)
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

/* A root that is not ours needs chroot(2). */
bool ask_can(const struct reeve_plan *plan, const struct record_check *check)
{
	if (plan->programs != NULL || plan->how.root == NULL || geteuid() == 0)
		return true;
	reeve_diag(plan->how.talk, REEVE_NOTE, check->path, 0, 0,
	           "not verified: only root can run the programs of another root");
	return false;
}
