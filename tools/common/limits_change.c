/* SPDX-License-Identifier: MIT */
/* reeve-limits --attachment, --message, --mailbox: from a goal to a plan. */
#include "limits.h"

#include "conf_change.h"
#include "tool.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What decide() needs beside the change. */
struct deciding {
	struct limits_run *run;
	struct reeve_limits_changes *changes;
	bool is_decided; /* what is found from then on is about the change */
};

/* ---- in memory ------------------------------------------------------------------------------- */

static struct conf_side *side_of(struct conf_run *run, enum reeve_conf_kind program)
{
	return &run->sides[program];
}

/* The settings among the changes, as conf_change_say() tells of them. -1 without memory. */
static int list_items(struct conf_change *change, const struct reeve_limits_changes *changes)
{
	size_t count = reeve_limits_change_count(changes);

	change->items = calloc(count > 0 ? count : 1, sizeof *change->items);
	if (change->items == NULL)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const struct reeve_limits_change *row = reeve_limits_change_at(changes, i);
		struct conf_item *item = &change->items[change->item_count];

		if (row->path == NULL)
			continue;
		*item = (struct conf_item){
			.path = row->path,
			.value = row->new_value,
			.old = row->old_value == NULL ? NULL : strdup(row->old_value),
			.side = side_of(change->run, row->program),
			.is_changed = row->is_changed,
		};
		change->item_count++;
		if (row->old_value != NULL && item->old == NULL)
			return -1;
	}
	return 0;
}

/* Mailboxes only matter to who sets how large they may be. */
static struct reeve_limits *limits_of(const struct limits_run *run, struct reeve_error *err)
{
	const struct conf_run *conf = &run->conf;
	const struct reeve_limits_how how = {
		.root = conf->root,
		.is_without_boxes = !run->goal.has_mailbox || run->goal.mailbox == UINT64_MAX,
	};

	return reeve_limits_new(conf->sides[REEVE_CONF_POSTFIX].conf,
	                        conf->sides[REEVE_CONF_DOVECOT].conf, &how, err);
}

/* A finding as it is in the files, where its line is another than in those that are to be. */
static const struct reeve_limit_finding *as_before(const struct reeve_limits *before,
                                                   const struct reeve_limit_finding *finding)
{
	for (size_t i = 0; i < reeve_limits_finding_count(before); i++) {
		const struct reeve_limit_finding *was = reeve_limits_finding_at(before, i);

		if (strcmp(was->rule, finding->rule) == 0 && strcmp(was->text, finding->text) == 0)
			return was;
	}
	return finding;
}

/*
 * A value that Postfix cannot read, or a disk on which all mail would be refused: no goal is
 * reached with these, so nothing is changed.
 */
static int refuse_bad(const struct reeve_limits *before, const struct reeve_limits *after,
                      struct reeve_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < reeve_limits_finding_count(after); i++) {
		const struct reeve_limit_finding *finding = reeve_limits_finding_at(after, i);
		bool is_ours = finding->file != NULL && finding->line != 0;
		char where[64] = "";

		if (finding->kind != REEVE_LIMIT_BAD_VALUE && finding->kind != REEVE_LIMIT_NO_ROOM)
			continue;
		if (is_ours) {
			const struct reeve_limit_finding *was = as_before(before, finding);

			snprintf(where, sizeof where, ":%ju:%ju: ", (uintmax_t)was->line,
			         (uintmax_t)was->column);
		}
		r = conf_error(err, REEVE_EREFUSED, "%s%s%s; nothing is changed (%s)",
		               is_ours ? finding->file : "", where, finding->text, finding->remedy);
	}
	return r;
}

static int decide(struct conf_change *change, struct reeve_error *err)
{
	struct deciding *deciding = change->user;
	struct conf_run *conf = change->run;
	struct reeve_limits *before = NULL, *after = NULL;
	int r = -1;

	/* What is found later, each time that the files are looked at, is a finding of ours too. */
	for (size_t i = 0; i < CONF_SIDES; i++) {
		struct conf_side *side = &conf->sides[i];

		if (side->conf == NULL)
			continue;
		conf_tell(conf, side);
		if (conf_check_before(side, err) < 0)
			goto out;
	}
	before = limits_of(deciding->run, err);
	if (before == NULL)
		goto out;
	if (reeve_limits_set(conf->sides[REEVE_CONF_POSTFIX].conf,
	                     conf->sides[REEVE_CONF_DOVECOT].conf, &deciding->run->goal,
	                     &deciding->changes, err) < 0)
		goto out;
	if (list_items(change, deciding->changes) < 0) {
		conf_error(err, REEVE_ENOMEM, "out of memory");
		goto out;
	}
	after = limits_of(deciding->run, err);
	if (after == NULL || refuse_bad(before, after, err) < 0 ||
	    limits_refuse_full(change, before, after, err) < 0)
		goto out;
	deciding->is_decided = true;
	r = 0;
out:
	reeve_limits_free(after);
	reeve_limits_free(before);
	return r;
}

/* ---- afterwards ------------------------------------------------------------------------------ */

/* What the goal makes of a message; false: it is not named, or too large. */
static bool message_of(const struct reeve_limits_goal *goal, uint64_t *bytes_r)
{
	*bytes_r = goal->message;
	return goal->has_message ||
	       (goal->has_attachment && reeve_limits_message(goal->attachment, bytes_r));
}

static void say_size(const char *what, uint64_t bytes, const char **separator)
{
	char size[16];

	printf("%s%s %s = %ju bytes", *separator, what, reeve_size_format(bytes, size),
	       (uintmax_t)bytes);
	*separator = "; ";
}

/* "attachment 20 MiB = 20971520 bytes; message 27.5 MiB = 28800272 bytes" */
static void say_goal(const struct conf_run *conf, const struct reeve_limits_goal *goal)
{
	const char *separator = "";
	uint64_t message;

	if (conf->is_quiet || conf->is_json ||
	    !(conf->is_verbose || (conf->is_dry_run && !conf->wants_diff)))
		return;
	if (goal->has_attachment)
		say_size("attachment", goal->attachment, &separator);
	if (message_of(goal, &message))
		say_size("message", message, &separator);
	if (goal->has_mailbox && goal->mailbox == UINT64_MAX)
		printf("%smailbox unlimited", separator);
	else if (goal->has_mailbox)
		say_size("mailbox", goal->mailbox, &separator);
	putchar('\n');
}

/* The same for JSON; a mailbox without a limit is null. */
static struct json *json_goal(const struct reeve_limits_goal *goal)
{
	struct json *map = json_map();
	uint64_t message;

	if (goal->has_attachment)
		json_put_number(map, "attachment_bytes", goal->attachment);
	if (message_of(goal, &message))
		json_put_number(map, "message_bytes", message);
	if (goal->has_mailbox && goal->mailbox == UINT64_MAX)
		json_put_text(map, "mailbox_bytes", NULL);
	else if (goal->has_mailbox)
		json_put_number(map, "mailbox_bytes", goal->mailbox);
	return map;
}

/* The changes that are no settings: what was made a comment. */
static void say_texts(const struct conf_run *conf, const struct reeve_limits_changes *changes)
{
	if (changes == NULL || conf->is_quiet || conf->is_json ||
	    !(conf->is_verbose || (conf->is_dry_run && !conf->wants_diff)))
		return;
	for (size_t i = 0; i < reeve_limits_change_count(changes); i++) {
		const struct reeve_limits_change *row = reeve_limits_change_at(changes, i);

		if (row->path != NULL)
			continue;
		fputs(conf->is_dry_run ? "would change " : "changed ", stdout);
		conf_put_text(conf, row->file, "");
		printf(":%ju: ", (uintmax_t)row->line);
		conf_put_text(conf, row->text, "\t");
		putchar('\n');
	}
}

/* The same for JSON. */
static struct json *json_texts(const struct reeve_limits_changes *changes)
{
	struct json *list = json_list();

	for (size_t i = 0; changes != NULL && i < reeve_limits_change_count(changes); i++) {
		const struct reeve_limits_change *row = reeve_limits_change_at(changes, i);
		struct json *map;

		if (row->path != NULL)
			continue;
		map = json_map();
		json_put_text(map, "file", row->file);
		json_put_number(map, "line", row->line);
		json_put_text(map, "text", row->text);
		json_append(list, map);
	}
	return list;
}

/* Whose files were changed is told to read them; if none was, all are: that was asked for. */
static void reload(struct limits_run *run, const struct reeve_limits_changes *changes)
{
	bool is_changed[CONF_SIDES] = {false}, is_any = false;
	struct reeve_error err;

	/* In an image or a chroot no server is running, and of a copy none reads. */
	if (run->conf.root != NULL || run->conf.config != NULL) {
		if (!run->conf.is_quiet)
			tool_error("nothing is reloaded: no server is known to read these files");
		return;
	}
	for (size_t i = 0; i < reeve_limits_change_count(changes); i++) {
		const struct reeve_limits_change *row = reeve_limits_change_at(changes, i);

		is_changed[row->program] = is_changed[row->program] || row->is_changed;
		is_any = is_any || row->is_changed;
	}
	for (unsigned int i = 0; i < CONF_SIDES; i++) {
		if (is_any ? !is_changed[i] : run->conf.sides[i].conf == NULL)
			continue;
		int r = reeve_limits_reload((enum reeve_conf_kind)i, &err);

		if (r < 0)
			conf_fail(&run->conf, &err);
		else if (r == 0 && !run->conf.is_quiet)
			tool_error("%s does not run: nothing is reloaded",
			           conf_program((enum reeve_conf_kind)i));
		else if (r > 0 && run->conf.is_verbose && !run->conf.is_json)
			printf("%s was reloaded\n", conf_program((enum reeve_conf_kind)i));
	}
}

/* The command, for the list of changes. */
static char *describe(const struct reeve_limits_goal *goal)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (out == NULL)
		return NULL;
	fputs("reeve-limits", out);
	if (goal->has_attachment)
		fprintf(out, " --attachment=%ju", (uintmax_t)goal->attachment);
	if (goal->has_message)
		fprintf(out, " --message=%ju", (uintmax_t)goal->message);
	if (goal->has_mailbox && goal->mailbox == UINT64_MAX)
		fputs(" --mailbox=unlimited", out);
	else if (goal->has_mailbox)
		fprintf(out, " --mailbox=%ju", (uintmax_t)goal->mailbox);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

void limits_change(struct limits_run *run)
{
	struct conf_run *conf = &run->conf;
	struct deciding deciding = {.run = run};
	struct conf_change change;
	struct reeve_error err = {.code = REEVE_OK};

	conf->is_reloading = run->wants_reload;
	conf_change_begin(&change, conf);
	change.user = &deciding;
	change.what = describe(&run->goal);
	if (change.what == NULL)
		conf_error(&err, REEVE_ENOMEM, "out of memory");
	else
		change.is_done = conf_carry_out(&change, decide, &err) == 0;
	for (size_t i = 0; deciding.is_decided && i < CONF_SIDES; i++)
		if (conf->sides[i].conf != NULL)
			conf_tell(conf, &conf->sides[i]);
	conf_tell(conf, &change.said);
	if (!change.is_done && !change.is_told)
		conf_fail(conf, &err);
	if (change.is_done) {
		say_goal(conf, &run->goal);
		say_texts(conf, deciding.changes);
	}
	if (conf->is_json)
		change.goal = json_goal(&run->goal);
	if (change.is_done && conf->is_json)
		change.tidied = json_texts(deciding.changes);
	conf_change_say(&change, change.is_done || change.is_told ? NULL : &err);
	if (change.is_done && run->wants_reload && !conf->is_dry_run)
		reload(run, deciding.changes);
	conf_change_dispose(&change);
	reeve_limits_changes_free(deciding.changes);
}
