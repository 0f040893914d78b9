/* SPDX-License-Identifier: MIT */
/* From configurations that were changed in memory to a plan that is carried out. */
#include "conf_change.h"

#include "tool.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail_nomem(struct reeve_error *err)
{
	return conf_error(err, REEVE_ENOMEM, "out of memory");
}

/* The files of a side that are new, and what has to accept them. -1 with err. */
static int plan_side(struct conf_change *change, const struct conf_side *side,
                     struct reeve_error *err)
{
	const struct reeve_conf *conf = side->conf;
	bool is_changed = false;

	for (size_t i = 0; i < reeve_conf_file_count(conf); i++) {
		struct reeve_conf_file file = reeve_conf_file(conf, i);

		if (file.new_bytes == file.old_bytes)
			continue;
		is_changed = true;
		reeve_plan_replace(change->plan, file.path, file.old_bytes, file.old_size,
		                   file.new_bytes, file.new_size);
	}
	if (!is_changed)
		return 0;

	char *path = strdup(reeve_conf_file(conf, 0).path);
	if (path == NULL)
		return fail_nomem(err);
	if (side->kind == REEVE_CONF_POSTFIX) {
		char *slash = strrchr(path, '/');

		if (slash != NULL)
			*slash = '\0';
		reeve_plan_check(change->plan, REEVE_CHECK_POSTFIX, path);
	} else {
		reeve_plan_check(change->plan, REEVE_CHECK_DOVECOT, path);
	}
	free(path);
	return 0;
}

/* What the plan will write, and with --diff how that differs. -1 with err. */
static int note_files(struct conf_change *change, struct reeve_error *err)
{
	size_t count = reeve_plan_count(change->plan);
	const char *root = change->run->root == NULL ? "" : change->run->root;

	change->files = calloc(count > 0 ? count : 1, sizeof *change->files);
	if (change->files == NULL)
		return fail_nomem(err);
	change->file_count = count;
	for (size_t i = 0; i < count; i++) {
		struct reeve_plan_file planned = reeve_plan_at(change->plan, i);
		struct conf_new_file *file = &change->files[i];

		if (asprintf(&file->path, "%s%s", root, planned.path) < 0 ||
		    asprintf(&file->target, "%s%s", root, planned.target) < 0)
			return fail_nomem(err);
		if (change->run->wants_diff &&
		    reeve_plan_diff(change->plan, i, REEVE_DIFF_CHANGE, &file->diff,
		                    &file->diff_size, err) < 0)
			return -1;
	}
	return 0;
}

void conf_change_begin(struct conf_change *change, struct conf_run *run)
{
	*change = (struct conf_change){.run = run};
	change->said.talk =
		(struct reeve_talk){.diag = conf_hold, .cancel = tool_cancel, .user = &change->said};
}

int conf_carry_out(struct conf_change *change,
                   int (*decide)(struct conf_change *change, struct reeve_error *err),
                   struct reeve_error *err)
{
	struct conf_run *run = change->run;
	struct reeve_plan_how how = {
		.root = run->root,
		.what = change->what,
		.dry_run = run->is_dry_run,
		.lock_timeout_ms = run->lock_timeout_ms,
		.talk = &change->said.talk,
	};

	/* Read under the lock, so that nobody of us changes what was read. */
	change->plan = reeve_plan_begin(&how, err);
	if (change->plan == NULL)
		return -1;
	if (conf_open(run) < 0) {
		change->is_told = true;
		return -1;
	}
	if (decide(change, err) < 0)
		return -1;
	for (size_t i = 0; i < CONF_SIDES; i++) {
		struct conf_side *side = &run->sides[i];

		if (side->conf != NULL && (conf_check_after(side, run->is_forced, err) < 0 ||
		                           plan_side(change, side, err) < 0))
			return -1;
	}
	if (reeve_plan_ok(change->plan, err) < 0)
		return -1;
	if (note_files(change, err) < 0)
		return -1;
	return reeve_plan_apply(change->plan, &change->result, err);
}

void conf_change_dispose(struct conf_change *change)
{
	reeve_plan_free(change->plan);
	for (size_t i = 0; i < change->file_count; i++) {
		free(change->files[i].path);
		free(change->files[i].target);
		free(change->files[i].diff);
	}
	free(change->files);
	for (size_t i = 0; i < change->item_count; i++)
		free(change->items[i].old);
	free(change->items);
	free(change->what);
	if (change->value != NULL)
		explicit_bzero(change->value, CONF_VALUE_MAX);
	free(change->value);
	conf_side_dispose(&change->said);
}
