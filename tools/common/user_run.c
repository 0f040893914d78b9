/* SPDX-License-Identifier: MIT */
/* reeve-user: users opened, wishes carried out and told. */
#include "user.h"

#include "json.h"
#include "tool.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHAT_BYTES 200 /* of the command in the list of changes */

/* A diagnostic, for all is read a second time when passwords were asked for. */
struct user_said {
	struct user_said *next;
	char *text;
};

/* Whether it was said while passwords were asked for; each counts once. */
static bool was_said(struct user_run *run, const struct reeve_diag *diag)
{
	struct user_said **at = &run->said, *said;
	char *text;

	if (asprintf(&text, "%s:%llu:%llu:%s", diag->file != NULL ? diag->file : "",
	             (unsigned long long)diag->line, (unsigned long long)diag->column,
	             diag->text) < 0)
		return false;
	while (*at != NULL && (run->is_asking || strcmp((*at)->text, text) != 0))
		at = &(*at)->next;
	said = *at;
	if (said != NULL) {
		*at = said->next;
		free(said->text);
		free(said);
		free(text);
		return true;
	}
	if (run->is_asking && (*at = calloc(1, sizeof **at)) != NULL)
		(*at)->text = text;
	else
		free(text);
	return false;
}

static void hear(void *user, const struct reeve_diag *diag)
{
	struct user_run *run = user;

	if (was_said(run, diag))
		return;
	tool_diag(diag);
	run->has_problem = run->has_problem || diag->severity == REEVE_PROBLEM;
	if (run->is_json)
		json_append_diag(run->diags, diag);
}

/* The command, for the list of changes. There are no passwords in arguments. */
static char *describe(const struct user_run *run)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (out == NULL)
		return NULL;
	fprintf(out, "reeve-user %s", run->command);
	if (run->batch != NULL)
		fprintf(out, " --batch %s", run->batch);
	for (size_t i = 0; i < run->word_count; i++) {
		if (ftell(out) > WHAT_BYTES) {
			fputs(" ...", out);
			break;
		}
		fprintf(out, " %s", run->words[i]);
	}
	fclose(out);
	return text;
}

bool user_open(struct user_run *run, bool is_for_changes)
{
	struct reeve_users_how how = run->how;
	struct reeve_error err;

	run->what = describe(run);
	run->talk = (struct reeve_talk){
		.diag = run->talk.diag != NULL ? run->talk.diag : hear,
		.cancel = tool_cancel,
		.user = run,
	};
	how.talk = &run->talk;
	how.what = run->what;
	how.is_for_changes = is_for_changes;
	run->users = reeve_users_open(&how, &err);
	if (run->users == NULL)
		user_fail(run, &err);
	if (run->users == NULL && run->is_json)
		user_print_failure(run, &err);
	return run->users != NULL;
}

void user_close(struct user_run *run)
{
	reeve_users_close(run->users);
	run->users = NULL;
	free(run->what);
	run->what = NULL;
}

void user_forget(struct user_run *run)
{
	while (run->said != NULL) {
		struct user_said *next = run->said->next;

		free(run->said->text);
		free(run->said);
		run->said = next;
	}
}

void user_fail(struct user_run *run, const struct reeve_error *err)
{
	tool_fail(err);
	/* Of a file's lines it is the file that is wrong. */
	if (err->code == REEVE_EUSAGE && run->batch == NULL)
		run->is_usage = true;
}

void user_missing(struct user_run *run, const char *name)
{
	run->error.code = REEVE_EREFUSED;
	snprintf(run->error.text, sizeof run->error.text, "there is no user '%s'", name);
	tool_fail(&run->error);
}

/* ---- what is said -------------------------------------------------------------------------- */

static void say_steps(const struct user_run *run, const char *verb)
{
	for (size_t i = 0; i < reeve_users_step_count(run->users); i++) {
		struct reeve_user_step step = reeve_users_step_at(run->users, i);

		if (step.is_change)
			tool_say(stdout, "%s%s", verb, step.text);
		else if (run->is_verbose)
			tool_say(stdout, "unchanged: %s", step.text);
	}
}

/* What is to be done, as "steps" of the map. */
static void put_steps(const struct user_run *run, struct json *results)
{
	struct json *list = json_list();

	for (size_t i = 0; i < reeve_users_step_count(run->users); i++) {
		struct reeve_user_step step = reeve_users_step_at(run->users, i);
		struct json *map = json_map();

		json_put_text(map, "user", step.user);
		json_put_text(map, "text", step.text);
		json_put_bool(map, "change", step.is_change);
		json_append(list, map);
	}
	json_put(results, "steps", list);
}

void user_print_json(struct user_run *run, struct json *results, const struct reeve_error *err)
{
	struct reeve_error said = run->error;

	if (said.code == REEVE_OK && tool_last_error() != NULL) {
		said.code = REEVE_EIO;
		snprintf(said.text, sizeof said.text, "%s", tool_last_error());
	}
	if ((err == NULL || err->code == REEVE_OK) && said.code != REEVE_OK)
		err = &said;
	json_put(results, "diagnostics", run->diags);
	run->diags = NULL;
	if (err != NULL)
		json_put_error(results, err);
	if (json_print(results) != 0) {
		tool_error("out of memory");
		tool_worse(TOOL_FAILED);
	}
}

void user_print_failure(struct user_run *run, const struct reeve_error *err)
{
	static const char *const looking[] = {"list", "verify", "check", "alias list"};
	struct json *map = json_map();
	bool is_change = true;

	for (size_t i = 0; i < sizeof looking / sizeof looking[0]; i++)
		is_change = is_change && strcmp(run->command, looking[i]) != 0;
	if (is_change) {
		json_put_bool(map, "changed", false);
		json_put_bool(map, "dry_run", run->how.dry_run);
	}
	user_print_json(run, map, err);
}

static void say_json(struct user_run *run, const struct reeve_users_result *result,
                     const struct reeve_error *err)
{
	struct json *map = json_map();

	/* Of a dry run: whether it would. */
	json_put_bool(map, "changed", run->how.dry_run ? result->steps > 0 : result->is_changed);
	json_put_bool(map, "dry_run", run->how.dry_run);
	json_put_text(map, "id", result->id);
	if (err == NULL || result->is_changed)
		put_steps(run, map);
	else
		json_put(map, "steps", json_list());
	user_print_json(run, map, err);
}

static void say_undo(const struct user_run *run, const struct reeve_users_result *result)
{
	if (result->id == NULL)
		return;
	tool_say(stdout, "to undo the change of files: reeve-undo %s%s%s%s",
	         run->how.root != NULL ? "--root=" : "", run->how.root != NULL ? run->how.root : "",
	         run->how.root != NULL ? " " : "", result->id);
}

/* Passwords first reach who asked for them. An error that was said already has no code. */
static int carry_out(struct user_run *run, struct reeve_users_result *result,
                     struct reeve_error *err)
{
	size_t count = 0;

	if (!run->how.dry_run && reeve_users_ready(run->users, NULL) == 0 &&
	    !user_secrets_write(run, &count))
		return -1;
	if (reeve_users_apply(run->users, result, err) == 0)
		return 0;
	user_fail(run, err);
	if (count > 0 && !result->is_changed)
		tool_error(count == 1 ? "the password that was printed is not set"
		                      : "the passwords that were printed are not set");
	return -1;
}

bool user_apply(struct user_run *run)
{
	struct reeve_users_result result = {0};
	struct reeve_error err = {0};
	/* Of many, all that will be done is shown before it is; if a line is wrong, nothing is. */
	bool is_shown = run->batch != NULL && !run->how.dry_run && !run->is_quiet &&
	                !run->is_json && !run->has_problem;
	int r;

	if (is_shown)
		say_steps(run, "");
	r = carry_out(run, &result, &err);
	if (run->is_json)
		say_json(run, &result, r < 0 ? &err : NULL);
	else if (r == 0 && run->how.dry_run && !run->is_quiet)
		say_steps(run, "would ");
	else if (r == 0 && run->is_verbose && !is_shown)
		say_steps(run, "");
	if (r == 0 && run->is_verbose && !run->is_json)
		say_undo(run, &result);
	return r == 0;
}
