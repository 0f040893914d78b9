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
	for (size_t i = 0; change->is_done && change->run->is_unset && i < change->item_count; i++) {
		const struct conf_item *item = &change->items[i];

		if (item->old == NULL && !change->run->is_quiet &&
		    (item->side == NULL || !reeve_conf_knows(item->side->conf, item->path)))
			tool_error("'%s' was not set, and we know no such setting", item->path);
	}
}

/* Read the value that is in a file, and change each item. */
static int change_items(struct conf_change *change, struct reeve_error *err)
{
	for (size_t i = 0; i < change->item_count; i++)
		if (change_item(change, &change->items[i], err) < 0)
			return -1;
	return 0;
}

static int carry_out(struct conf_change *change, struct reeve_error *err)
{
	const struct conf_run *run = change->run;

	if (run->value_file != NULL) {
		change->value = conf_value_read(run->value_file, err);
		if (change->value == NULL)
			return -1;
		change->items[0].value = change->value;
	}
	return conf_carry_out(change, change_items, err);
}

void conf_change(struct conf_run *run)
{
	struct conf_change change;
	struct reeve_error err = {.code = REEVE_OK};

	conf_change_begin(&change, run);
	change.items = calloc(run->word_count, sizeof *change.items);
	change.what = conf_words_describe(run);
	if (change.items == NULL || change.what == NULL) {
		fail_nomem(&err);
		conf_fail(run, &err);
		conf_change_dispose(&change);
		return;
	}
	change.item_count = run->word_count;
	conf_words_read(&change);
	change.is_done = carry_out(&change, &err) == 0;
	warn_of_unknown(&change);

	/* What was found in a file that is not to be changed is nobody's business now. */
	for (size_t i = 0; i < change.item_count; i++)
		if (change.items[i].side != NULL)
			conf_tell(run, change.items[i].side);
	conf_tell(run, &change.said);
	if (!change.is_done && !change.is_told)
		conf_fail(run, &err);
	conf_change_say(&change, change.is_done || change.is_told ? NULL : &err);
	conf_change_dispose(&change);
}
