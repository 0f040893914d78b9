/* SPDX-License-Identifier: MIT */
/* reeve-undo: a plan of the library's, carried out and told. */
#include "undo.h"

#include "json.h"
#include "progress.h"
#include "tool.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- what the library says ---------------------------------------------------------------- */

static void hear(void *user, const struct reeve_diag *diag)
{
	struct undo *undo = user;

	tool_diag(diag);
	if (undo->is_json)
		json_append_diag(undo->diags, diag);
}

/* ---- what we say -------------------------------------------------------------------------- */

/* A file's bytes may speak to the terminal; a pipe gets them as they are, for patch(1). */
static void print_diff(const char *text, size_t n)
{
	bool is_terminal = isatty(STDOUT_FILENO);

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		bool is_control = (c < ' ' && c != '\n' && c != '\t') || c == 0x7f;
		putchar(is_terminal && is_control ? '?' : c);
	}
}

/* The diff of a file, or NULL after saying why not. To be freed. */
static char *diff_of(const struct reeve_plan *plan, size_t i, size_t *n_r)
{
	struct reeve_error err;
	char *text;
	enum reeve_diff which =
		reeve_plan_at(plan, i).is_conflict ? REEVE_DIFF_SINCE : REEVE_DIFF_CHANGE;

	if (reeve_plan_diff(plan, i, which, &text, n_r, &err) == 0)
		return text;
	tool_fail(&err);
	return NULL;
}

static bool has_conflict(const struct reeve_plan *plan)
{
	for (size_t i = 0; i < reeve_plan_count(plan); i++)
		if (reeve_plan_at(plan, i).is_conflict)
			return true;
	return false;
}

/* What would be done, or stands in the way: then only that. */
static void print_diffs(const struct reeve_plan *plan)
{
	bool conflicts = has_conflict(plan);

	for (size_t i = 0; i < reeve_plan_count(plan); i++) {
		size_t n;
		char *text;

		if (conflicts && !reeve_plan_at(plan, i).is_conflict)
			continue;
		text = diff_of(plan, i, &n);
		if (text != NULL)
			print_diff(text, n);
		free(text);
	}
}

/* How a file gets what it gets: said, and if it were done. */
static const char *verb_of(const struct undo *undo, enum reeve_plan_kind kind)
{
	bool is_dry = undo->how.dry_run;

	if (kind == REEVE_PLAN_REMOVE)
		return is_dry ? "would remove" : "removed";
	if (undo->is_finish)
		return is_dry ? "would change" : "changed";
	return is_dry ? "would restore" : "restored";
}

/* Whether what is run afterwards is run: of a change that is finished also if its files are all in place. */
static bool is_followed(const struct undo *undo, const struct reeve_plan *plan,
                        const struct reeve_plan_result *result)
{
	return reeve_plan_after_at(plan, 0) != NULL && (result->is_changed || undo->is_finish);
}

/* `has_run`: what is run afterwards was run, and did not fail. */
static void say(const struct undo *undo, const struct reeve_plan *plan,
                const struct reeve_plan_result *result, bool has_run)
{
	const char *id = reeve_plan_change(plan) == NULL ? undo->id : reeve_plan_change(plan);
	const char *root = undo->how.root == NULL ? "" : undo->how.root;

	for (size_t i = 0; i < reeve_plan_count(plan); i++) {
		struct reeve_plan_file file = reeve_plan_at(plan, i);
		tool_say(stdout, "%s %s%s", verb_of(undo, file.kind), root, file.path);
	}
	for (size_t i = 0; has_run && reeve_plan_after_at(plan, i) != NULL; i++)
		tool_say(stdout, "%s %s", undo->how.dry_run ? "would run" : "ran",
		         reeve_plan_after_at(plan, i));
	if (undo->how.dry_run || !undo->is_verbose)
		return;
	if (!result->is_changed && !is_followed(undo, plan, result))
		tool_say(stdout, "nothing is to be done");
	else if (undo->is_finish)
		tool_say(stdout, "change %s is finished", id);
	else if (result->id[0] == '\0')
		tool_say(stdout, "change %s is taken back", id);
	else
		tool_say(stdout, "change %s is undone, by %s", id, result->id);
}

static const char *kind_word(enum reeve_plan_kind kind)
{
	switch (kind) {
	case REEVE_PLAN_REPLACE:
		return "replace";
	case REEVE_PLAN_CREATE:
		return "create";
	case REEVE_PLAN_REMOVE:
		return "remove";
	case REEVE_PLAN_GIVE:
		return "give";
	}
	return "?";
}

static struct json *json_files(const struct undo *undo, const struct reeve_plan *plan)
{
	struct json *list = json_list();

	for (size_t i = 0; i < reeve_plan_count(plan); i++) {
		struct reeve_plan_file file = reeve_plan_at(plan, i);
		struct json *map = json_map();
		size_t n;

		json_put_text(map, "path", file.path);
		json_put_text(map, "target", file.target);
		json_put_text(map, "kind", kind_word(file.kind));
		json_put_bool(map, "conflict", file.is_conflict);
		if (undo->wants_diff || file.is_conflict) {
			char *text = diff_of(plan, i, &n);
			json_put_text(map, "diff", text);
			free(text);
		}
		json_append(list, map);
	}
	return list;
}

void undo_print_json(struct undo *undo, struct json *results, const struct reeve_error *err)
{
	json_put(results, "diagnostics", undo->diags);
	undo->diags = NULL;
	if (err != NULL)
		json_put_error(results, err);
	if (json_print(results) != 0) {
		tool_error("out of memory");
		tool_worse(TOOL_FAILED);
	}
}

/* "newaliases; postalias lmdb:/etc/lists" */
static void json_put_afters(struct json *map, const struct reeve_plan *plan)
{
	char *text = NULL, *longer;

	for (size_t i = 0; reeve_plan_after_at(plan, i) != NULL; i++) {
		int n = asprintf(&longer, "%s%s%s", text == NULL ? "" : text,
		                 text == NULL ? "" : "; ", reeve_plan_after_at(plan, i));

		free(text);
		text = n < 0 ? NULL : longer;
	}
	json_put_text(map, "after", text);
	free(text);
}

static void say_json(struct undo *undo, const struct reeve_plan *plan,
                     const struct reeve_plan_result *result, const struct reeve_error *err)
{
	struct json *map = json_map();

	json_put_bool(map, "changed", result->is_changed);
	json_put_bool(map, "dry_run", undo->how.dry_run);
	json_put_text(map, "id", result->id[0] != '\0' ? result->id : NULL);
	json_put_text(map, undo->is_finish ? "finishes" : "undoes",
	              plan == NULL || reeve_plan_change(plan) == NULL ? undo->id
	                                                              : reeve_plan_change(plan));
	if (plan != NULL)
		json_put(map, "files", json_files(undo, plan));
	if (plan != NULL && is_followed(undo, plan, result))
		json_put_afters(map, plan);
	undo_print_json(undo, map, err);
}

/*
 * The table that Postfix reads is made by another program. A change that does not say by which, for there was
 * none when it was made, cannot have it run.
 */
static void warn_of_tables(struct undo *undo, const struct reeve_plan *plan)
{
	if (reeve_plan_after_at(plan, 0) != NULL)
		return;
	for (size_t i = 0; i < reeve_plan_count(plan); i++) {
		struct reeve_plan_file file = reeve_plan_at(plan, i);
		const char *slash = strrchr(file.path, '/');

		if (strcmp(slash == NULL ? file.path : slash + 1, "aliases") == 0)
			hear(undo, &(struct reeve_diag){
					   .severity = REEVE_WARNING,
					   .file = file.path,
					   .text = "a table of aliases stays old, and mail "
						   "follows it, until newaliases(1) is run"});
	}
}

/* ---- the run ------------------------------------------------------------------------------ */

/* The command, for the list of changes. */
static char *describe(const struct undo *undo)
{
	char *text;

	if (asprintf(&text, "reeve-undo%s%s", undo->id == NULL ? "" : " ",
	             undo->id == NULL ? "" : undo->id) < 0)
		return NULL;
	return text;
}

void undo_run(struct undo *undo)
{
	const struct reeve_talk talk = {.diag = hear, .cancel = tool_cancel, .user = undo};
	struct reeve_plan_result result = {0};
	struct reeve_error err = {0};
	char *what = describe(undo);
	struct reeve_plan *plan;
	int r = -1;

	undo->diags = undo->is_json ? json_list() : NULL;
	undo->how.talk = &talk;
	undo->how.what = what;
	plan = undo->is_finish ? reeve_plan_finish(&undo->how, undo->id, &err)
	                       : reeve_plan_undo(&undo->how, undo->id, &err);
	if (plan != NULL)
		r = reeve_plan_apply(plan, &result, &err);
	/* What was done, or what stood in the way. */
	if (plan != NULL && !undo->is_json && !undo->is_quiet &&
	    (r == 0 ? undo->wants_diff : has_conflict(plan)))
		print_diffs(plan);
	if (r < 0)
		tool_fail(&err);
	if (r == 0 && result.is_changed)
		warn_of_tables(undo, plan);
	/* The change stands, whatever comes of this. */
	if (r == 0 && is_followed(undo, plan, &result) && !undo->how.dry_run &&
	    reeve_plan_run_after(plan, &err) < 0) {
		struct reeve_error why = err;

		if (result.id[0] != '\0' && !undo->is_finish)
			snprintf(err.text, sizeof err.text, "change %s is undone, by %s, but: %.300s",
			         reeve_plan_change(plan), result.id, why.text);
		else
			snprintf(err.text, sizeof err.text, "all files are in place, but: %.300s",
			         why.text);
		tool_fail(&err);
	}
	if (undo->is_json)
		say_json(undo, plan, &result, err.code != REEVE_OK ? &err : NULL);
	else if (r == 0 && !undo->is_quiet &&
	         (undo->is_verbose || (undo->how.dry_run && !undo->wants_diff)))
		say(undo, plan, &result,
		    is_followed(undo, plan, &result) && err.code == REEVE_OK);
	reeve_plan_free(plan);
	free(what);
}
