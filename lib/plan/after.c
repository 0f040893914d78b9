/* SPDX-License-Identifier: MIT */
/*
 * What is to be made of the files once they are in place: named, and by fixed programs. A record is root's,
 * but no place for command lines.
 */
#include "base/diag.h"
#include "base/error.h"
#include "plan/parts.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define TIMEOUT_MS 300000 /* newaliases reads a large file; what takes longer hangs */
#define SAID_BYTES 600

static const struct {
	const char *word; /* in records; and the program */
	bool takes_what;
} rows[] = {
	[REEVE_AFTER_NEWALIASES] = {"newaliases", false},
	[REEVE_AFTER_POSTALIAS] = {"postalias", true},
};

/* "hash:/etc/aliases": postalias(1) takes it for nothing else, whatever is in it. */
static bool is_table(const char *what)
{
	size_t n = strspn(what, "abcdefghijklmnopqrstuvwxyz");

	return n > 0 && what[n] == ':' && what[n + 1] == '/';
}

bool plan_after_of(const char *text, struct record_after *after_r)
{
	size_t n = strcspn(text, " ");

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strlen(rows[i].word) != n || memcmp(text, rows[i].word, n) != 0)
			continue;
		*after_r = (struct record_after){.kind = (enum reeve_after)i, .text = text};
		return rows[i].takes_what ? text[n] == ' ' && is_table(text + n + 1) : text[n] == '\0';
	}
	return false;
}

void plan_after_add(struct reeve_plan *plan, const char *text)
{
	struct reeve_error err;
	struct record_after *larger, after;
	const char *copy = plan_copy(plan, text, strlen(text) + 1, &err);

	for (size_t i = 0; i < plan->after_count; i++)
		if (strcmp(plan->afters[i].text, text) == 0)
			return;
	larger = reeve_arena_alloc(plan->arena, (plan->after_count + 1) * sizeof *larger);
	if (copy == NULL || larger == NULL)
		reeve_fail_nomem(&err);
	else if (!plan_after_of(copy, &after))
		reeve_fail(&err, REEVE_EUSAGE, "'%s' cannot be run after a change", text);
	else {
		if (plan->after_count > 0)
			memcpy(larger, plan->afters, plan->after_count * sizeof *larger);
		larger[plan->after_count++] = after;
		plan->afters = larger;
		return;
	}
	plan_fail(plan, &err);
}

/* ---- public ------------------------------------------------------------------------------- */

void reeve_plan_after(struct reeve_plan *plan, enum reeve_after kind, const char *what)
{
	char text[PATH_MAX + 40];

	snprintf(text, sizeof text, "%s%s%s", rows[kind].word, rows[kind].takes_what ? " " : "",
	         rows[kind].takes_what && what != NULL ? what : "");
	plan_after_add(plan, text);
}

const char *reeve_plan_after_at(const struct reeve_plan *plan, size_t i)
{
	return i < plan->after_count ? plan->afters[i].text : NULL;
}

/* The last line of what a program said, without what a terminal would obey. */
static const char *last_line(struct reeve_buf *said)
{
	char *text, *line;

	while (said->length > 0 && said->bytes[said->length - 1] == '\n')
		said->length--;
	text = (char *)(uintptr_t)reeve_buf_text(said);
	line = strrchr(text, '\n');
	line = line == NULL ? text : line + 1;
	for (char *p = line; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return line;
}

static int run(const struct reeve_plan *plan, const struct record_after *after,
               struct reeve_error *err)
{
	const char *root = plan->programs != NULL ? NULL : plan->how.root;
	const char *program = rows[after->kind].word;
	char path[PATH_MAX];
	const char *found = path;
	struct reeve_run_answer answer;
	struct reeve_buf said;
	int result = -1;

	if (plan->programs != NULL)
		snprintf(path, sizeof path, "%s/%s", plan->programs, program);
	else
		found = reeve_run_find(root, program, path, sizeof path);
	if (found == NULL)
		return reeve_fail(err, REEVE_EREFUSED, "there is no program '%s' in '%s/'", program,
		                  root == NULL ? "" : root);
	const char *const argv[] = {
		found, rows[after->kind].takes_what ? after->text + strlen(program) + 1 : NULL, NULL};

	reeve_buf_init(&said, SAID_BYTES);
	/* It has the lock, too: the next change waits until its table is made. */
	struct reeve_run_how how = {.argv = argv,
	                            .root = root,
	                            .fds = &plan->state.lock,
	                            .fd_count = plan->state.lock >= 0,
	                            .out = &said,
	                            .err = &said,
	                            .timeout_ms = TIMEOUT_MS};
	if (reeve_run(&how, &answer, err) < 0)
		reeve_fail_prefix(err, "cannot run '%s'", after->text);
	else if (answer.end == REEVE_RUN_NOT)
		reeve_fail(err, REEVE_EIO, "cannot run '%s': %s", after->text,
		           strerror(answer.status));
	else if (answer.end == REEVE_RUN_TOO_LONG)
		reeve_fail(err, REEVE_EIO, "'%s' did not end within %d s", after->text,
		           TIMEOUT_MS / 1000);
	else if (answer.end == REEVE_RUN_EXITED && answer.status == 0)
		result = 0;
	else
		reeve_fail(err, REEVE_EIO, "'%s' failed: %s", after->text, last_line(&said));
	reeve_buf_dispose(&said);
	return result;
}

int plan_after_run(const struct reeve_plan *plan, const struct record_after *afters, size_t count,
                   struct reeve_error *err)
{
	struct reeve_error why = {0};
	int result = 0;

	for (size_t i = 0; i < count; i++) {
		if (run(plan, &afters[i], &why) == 0)
			continue;
		if (result == 0 && err != NULL)
			*err = why;
		result = -1;
	}
	return result;
}

/* The newer one of them that has this to be run, too; NULL. */
static const struct record *newer_with(struct record *const *records, size_t i, const char *text)
{
	for (size_t k = 0; k < i; k++)
		for (size_t n = 0; n < records[k]->after_count; n++)
			if (strcmp(records[k]->afters[n].text, text) == 0)
				return records[k];
	return NULL;
}

bool plan_after_is_late(const struct reeve_plan *plan, const struct record *record,
                        struct record *const *undos, size_t count)
{
	if (record->state != RECORD_DONE || record->after_count == 0 || record->is_followed ||
	    (plan->takes_back != NULL && strcmp(plan->takes_back, record->id) == 0))
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(undos[i]->undoes, record->id) == 0)
			return false;
	return true;
}

void plan_after_catch_up(const struct reeve_plan *plan, struct record *const *records, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct record *record = records[i];

		record->is_followed = true;
		for (size_t k = 0; k < record->after_count; k++) {
			const struct record_after *after = &record->afters[k];
			const struct record *same = newer_with(records, i, after->text);
			struct reeve_error why = {0};

			if (same != NULL) {
				record->is_followed &= same->is_followed;
				continue;
			}
			bool is_run = plan_after_run(plan, after, 1, &why) == 0;
			record->is_followed &= is_run;
			reeve_diag(plan->how.talk, is_run ? REEVE_NOTE : REEVE_WARNING, record->id, 0, 0,
			           "'%s' was not run after this change, and %s%s", after->text,
			           is_run ? "is now" : "cannot be now: ", why.text);
		}
		if (record->is_followed)
			(void)record_mark(plan->state.undo, record->id, "followed", NULL);
	}
}

int reeve_plan_run_after(const struct reeve_plan *plan, struct reeve_error *err)
{
	if (plan_after_run(plan, plan->afters, plan->after_count, err) < 0)
		return -1;
	/* Without the note it is run once more, which does no harm. */
	if (plan->followed[0] != '\0' && plan->after_count > 0 && !plan->how.dry_run)
		(void)record_mark(plan->state.undo, plan->followed, "followed", NULL);
	return 0;
}
