/* SPDX-License-Identifier: MIT */
/* reeve-conf set and unset: from words to a plan. */
#include "conf_change.h"

#include "tool.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail_nomem(struct reeve_error *err)
{
	return conf_error(err, REEVE_ENOMEM, "out of memory");
}

/* ---- in memory ----------------------------------------------------------------------------- */

/* Nobody knows the name: what may be meant, and how to go on if it is right. */
static int refuse_unknown(const struct conf_run *run, const struct conf_item *item,
                          struct reeve_error *err)
{
	char meant[200] = "";

	for (size_t i = 0; i < CONF_SIDES; i++) {
		const struct conf_side *side = &run->sides[i];

		if (side->conf == NULL || (item->side != NULL && item->side != side))
			continue;
		const char *nearest = reeve_conf_nearest(side->conf, item->path);
		if (nearest != NULL)
			snprintf(meant, sizeof meant, " (is it '%s'?)", nearest);
	}
	if (item->side != NULL)
		return conf_error(err, REEVE_EUSAGE,
		                  "%s knows no setting '%s'%s: --force sets it all the same",
		                  conf_program(item->side->kind), item->path, meant);
	return conf_error(err, REEVE_EUSAGE,
	                  "neither Dovecot nor Postfix knows a setting '%s'%s: --force sets it all the "
	                  "same, with --dovecot or --postfix",
	                  item->path, meant);
}

static int change_item(struct conf_change *change, struct conf_item *item, struct reeve_error *err)
{
	struct conf_run *run = change->run;
	struct reeve_conf_setting setting;
	int r = conf_side_of(run, item->path, true, &item->side, err);

	if (r < 0)
		return -1;
	if (item->side == NULL)
		return run->is_unset ? 0 : refuse_unknown(run, item, err);
	struct reeve_conf *conf = item->side->conf;
	r = reeve_conf_get(conf, item->path, 0, &setting, err);
	if (r < 0)
		return -1;
	if (r > 0 && (item->old = strdup(setting.value)) == NULL)
		return fail_nomem(err);

	if (!run->is_unset && r == 0 && !run->is_forced && !reeve_conf_knows(conf, item->path))
		return refuse_unknown(run, item, err);
	if (conf_check_before(item->side, err) < 0)
		return -1;
	r = run->is_unset ? reeve_conf_unset(conf, item->path, err)
	                  : reeve_conf_set(conf, item->path, item->value, err);
	if (r < 0)
		return -1;
	item->is_changed = r > 0;
	return 0;
}

/* To remove what is not there is no failure, but with a wrong name it is not what was meant. */
static void warn_of_unknown(const struct conf_change *change)
{
	for (size_t i = 0; change->is_done && change->run->is_unset && i < change->run->word_count; i++) {
		const struct conf_item *item = &change->items[i];

		if (item->old == NULL && !change->run->is_quiet &&
		    (item->side == NULL || !reeve_conf_knows(item->side->conf, item->path)))
			tool_error("'%s' was not set, and we know no such setting", item->path);
	}
}

/* ---- the plan ------------------------------------------------------------------------------ */

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

/* -1 with err, and nothing is changed. */
static int carry_out(struct conf_change *change, struct reeve_error *err)
{
	struct conf_run *run = change->run;
	struct reeve_plan_how how = {
		.root = run->root,
		.what = change->what,
		.dry_run = run->is_dry_run,
		.lock_timeout_ms = run->lock_timeout_ms,
		.talk = &change->said.talk,
	};

	if (run->value_file != NULL) {
		change->value = conf_value_read(run->value_file, err);
		if (change->value == NULL)
			return -1;
		change->items[0].value = change->value;
	}
	/* Read under the lock, so that nobody of us changes what was read. */
	change->plan = reeve_plan_begin(&how, err);
	if (change->plan == NULL)
		return -1;
	if (conf_open(run) < 0) {
		change->is_told = true;
		return -1;
	}
	for (size_t i = 0; i < run->word_count; i++)
		if (change_item(change, &change->items[i], err) < 0)
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

static bool is_stopped(void *user)
{
	(void)user;
	return tool_is_stopped();
}

void conf_change(struct conf_run *run)
{
	struct conf_change change = {.run = run};
	struct reeve_error err = {.code = REEVE_OK};

	change.said.talk = (struct reeve_talk){
		.diag = conf_hold, .cancel = is_stopped, .user = &change.said};
	change.items = calloc(run->word_count, sizeof *change.items);
	change.what = conf_words_describe(run);
	if (change.items == NULL || change.what == NULL) {
		fail_nomem(&err);
		conf_fail(run, &err);
		goto out;
	}
	conf_words_read(&change);
	change.is_done = carry_out(&change, &err) == 0;
	warn_of_unknown(&change);

	/* What was found in a file that is not to be changed is nobody's business now. */
	for (size_t i = 0; i < run->word_count; i++)
		if (change.items[i].side != NULL)
			conf_tell(run, change.items[i].side);
	conf_tell(run, &change.said);
	if (!change.is_done && !change.is_told)
		conf_fail(run, &err);
	conf_change_say(&change, change.is_done || change.is_told ? NULL : &err);
out:
	reeve_plan_free(change.plan);
	for (size_t i = 0; i < change.file_count; i++) {
		free(change.files[i].path);
		free(change.files[i].target);
		free(change.files[i].diff);
	}
	free(change.files);
	for (size_t i = 0; change.items != NULL && i < run->word_count; i++)
		free(change.items[i].old);
	free(change.items);
	free(change.what);
	if (change.value != NULL)
		explicit_bzero(change.value, CONF_VALUE_MAX);
	free(change.value);
	conf_side_dispose(&change.said);
}
