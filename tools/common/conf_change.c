/* SPDX-License-Identifier: MIT */
/* reeve-conf set and unset: from words to a plan. */
#include "conf_change.h"

#include "tool.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VALUE_MAX ((size_t)1 << 20)

static int fail_nomem(struct reeve_error *err)
{
	return conf_error(err, REEVE_ENOMEM, "out of memory");
}

/* ---- words --------------------------------------------------------------------------------- */

/* Cut PATH=VALUE in two, at the first '=' outside quotes. The value, or NULL if there is none. */
static char *split(char *word)
{
	bool is_quoted = false;
	char *p = word;

	for (; *p != '\0' && (*p != '=' || is_quoted); p++) {
		if (*p == '"')
			is_quoted = !is_quoted;
		else if (*p == '\\' && is_quoted && p[1] != '\0')
			p++;
	}
	if (*p == '\0')
		return NULL;

	char *value = p + 1;
	/* As list prints it: "PATH = VALUE". */
	if (p > word && (p[-1] == ' ' || p[-1] == '\t')) {
		while (p > word && (p[-1] == ' ' || p[-1] == '\t'))
			p--;
		value += strspn(value, " \t");
	}
	*p = '\0';
	return value;
}

/* The one line of --value-file: to be wiped and freed. NULL with err. */
static char *read_value(const char *path, struct reeve_error *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *value = calloc(1, VALUE_MAX + 1);
	size_t n = 0;
	ssize_t got = 0;

	if (value == NULL) {
		fail_nomem(err);
		goto out;
	}
	if (fd >= 0)
		while (n < VALUE_MAX && (got = read(fd, value + n, VALUE_MAX - n)) != 0) {
			if (got < 0 && errno != EINTR)
				break;
			n += got > 0 ? (size_t)got : 0;
		}
	if (fd < 0 || got < 0) {
		conf_error(err, REEVE_EIO, "cannot read '%s': %s", path, strerror(errno));
		goto out;
	}
	/* An empty file is an accident of whoever made it; an empty line is an empty value. */
	size_t line = strcspn(value, "\n");
	if (n == 0 || n == VALUE_MAX || strlen(value) < n || (line < n && line + 1 < n)) {
		conf_error(err, REEVE_EREFUSED, "'%s' does not hold one line", path);
		goto out;
	}
	if (line > 0 && value[line] == '\n' && value[line - 1] == '\r')
		line--;
	value[line] = '\0';
	err->code = REEVE_OK;
out:
	if (fd >= 0 && !is_stdin)
		close(fd);
	if (value != NULL && err->code != REEVE_OK) {
		explicit_bzero(value, VALUE_MAX);
		free(value);
		value = NULL;
	}
	return value;
}

/* What to change. A word that is wrong ends the program. */
static void read_words(struct conf_change *change)
{
	struct conf_run *run = change->run;

	if (run->value_file != NULL && run->word_count != 1)
		tool_usage("--value-file has the value of one PATH");
	for (size_t i = 0; i < run->word_count; i++) {
		char *word = run->words[i];

		if (!run->is_unset) {
			change->items[i].value = split(word);
			if (change->items[i].value != NULL && run->value_file != NULL)
				tool_usage("--value-file: '%s' has a value already", word);
			if (change->items[i].value == NULL && run->value_file == NULL)
				tool_usage("no value: write '%s=VALUE'", word);
		}
		if (word[0] == '\0')
			tool_usage("a PATH is missing");
		change->items[i].path = word;
		for (size_t k = 0; k < i; k++)
			if (strcmp(run->words[k], word) == 0)
				tool_usage("'%s' is given twice", word);
	}
}

/* The command, for the list of changes. Before the words are cut. */
static char *describe(const struct conf_run *run)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (out == NULL)
		return NULL;
	fprintf(out, "reeve-conf %s", run->is_unset ? "unset" : "set");
	for (size_t i = 0; i < run->word_count; i++) {
		const char *quote = strpbrk(run->words[i], " \t\"$&;|<>*?[]") != NULL ? "'" : "";

		fprintf(out, " %s%s%s", quote, run->words[i], quote);
	}
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
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
			snprintf(meant, sizeof meant, ", but '%s'", nearest);
	}
	if (item->side != NULL)
		return conf_error(err, REEVE_EUSAGE,
		                  "%s knows no setting '%s'%s: to set it all the same, add --force",
		                  conf_program(item->side->kind), item->path, meant);
	return conf_error(err, REEVE_EUSAGE,
	                  "neither Dovecot nor Postfix knows a setting '%s'%s: to set it all the same, "
	                  "choose with --dovecot or --postfix, and add --force",
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
		change->value = read_value(run->value_file, err);
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
	for (size_t i = 0; i < CONF_SIDES; i++)
		if (run->sides[i].conf != NULL && plan_side(change, &run->sides[i], err) < 0)
			return -1;
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
	change.what = describe(run);
	if (change.items == NULL || change.what == NULL) {
		fail_nomem(&err);
		conf_fail(run, &err);
		goto out;
	}
	read_words(&change);
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
		explicit_bzero(change.value, VALUE_MAX);
	free(change.value);
	conf_side_dispose(&change.said);
}
