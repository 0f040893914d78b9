/* SPDX-License-Identifier: MIT */
/* reeve-conf get and list. */
#include "conf.h"

#include "tool.h"
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "PATH = VALUE"; `counts` is what shadows it, or NULL. */
static void put_setting(const struct conf_run *run, const struct reeve_conf_setting *setting,
                        const struct reeve_conf_setting *counts)
{
	if (run->is_verbose && setting->file != NULL) {
		conf_put_text(run, setting->file, "");
		printf(":%ju: ", (uintmax_t)setting->line);
	} else if (run->is_verbose) {
		fputs("default: ", stdout);
	}
	fputs(setting->is_shadowed ? "# " : "", stdout);
	conf_put_text(run, setting->path, "");
	fputs(setting->value[0] == '\0' ? " =" : " = ", stdout);
	conf_put_text(run, setting->value, setting->is_shadowed ? "#\t" : "\t");
	if (counts != NULL && counts->file != NULL) {
		fputs(" (shadowed by ", stdout);
		conf_put_text(run, counts->file, "");
		printf(":%ju)", (uintmax_t)counts->line);
	} else if (setting->is_shadowed) {
		fputs(" (shadowed)", stdout);
	}
	putchar('\n');
}

static struct json *json_setting(const struct conf_side *side, const char *path,
                                 const struct reeve_conf_setting *setting)
{
	struct json *map = json_map();

	json_put_text(map, "path", path);
	json_put_text(map, "value", setting->value);
	if (side != NULL)
		json_put_text(map, "program", conf_program_key(side->kind));
	if (setting->file != NULL) {
		json_put_text(map, "file", setting->file);
		json_put_number(map, "line", setting->line);
		json_put_number(map, "column", setting->column);
	}
	json_put_bool(map, "default", setting->is_default);
	json_put_bool(map, "shadowed", setting->is_shadowed);
	return map;
}

static void tell_all(struct conf_run *run)
{
	for (size_t i = 0; i < CONF_SIDES; i++)
		if (run->sides[i].conf != NULL)
			conf_tell(run, &run->sides[i]);
}

/* ---- get ----------------------------------------------------------------------------------- */

static void say_not_set(struct conf_run *run, const struct conf_side *side, const char *path)
{
	tool_worse(TOOL_FAILED);
	if (run->is_quiet)
		return;
	bool is_known = false;
	for (size_t i = 0; i < CONF_SIDES; i++)
		is_known = is_known || (run->sides[i].conf != NULL &&
		                        reeve_conf_knows(run->sides[i].conf, path));
	if (!is_known)
		tool_error("'%s' is not set, and we know no such setting", path);
	/* A service of master.cf has none. */
	else if (side != NULL && side->kind == REEVE_CONF_POSTFIX && !run->is_effective &&
	         strchr(path, '/') == NULL)
		tool_error("'%s' is not set; --effective prints its default", path);
	else
		tool_error("'%s' is not set", path);
}

static void get_one(struct conf_run *run, struct conf_side *side, const char *path)
{
	struct reeve_conf_setting setting = {0};
	struct reeve_error err;
	int r = 0;

	if (side != NULL)
		r = reeve_conf_get(side->conf, path, run->is_effective ? REEVE_CONF_EFFECTIVE : 0,
		                   &setting, &err);
	if (r < 0) {
		conf_fail(run, &err);
		return;
	}
	if (r == 0) {
		say_not_set(run, side, path);
		setting = (struct reeve_conf_setting){0};
	}
	if (run->is_json) {
		json_next(json_setting(side, path, &setting));
	} else if (r > 0 && run->word_count == 1 && !run->is_verbose) {
		conf_put_text(run, setting.value, "");
		putchar('\n');
	} else if (r > 0) {
		put_setting(run, &setting, NULL);
	}
}

void conf_get(struct conf_run *run)
{
	struct conf_side **whose = calloc(run->word_count, sizeof(struct conf_side *));
	struct reeve_error err = {.code = REEVE_ENOMEM, .text = "out of memory"};
	bool is_open = conf_open(run) == 0;

	if (run->is_json)
		json_begin("settings");
	if (whose == NULL)
		conf_fail(run, &err);
	/* Whose they are first: a word that is wrong shall not leave half an answer. */
	for (size_t i = 0; whose != NULL && is_open && i < run->word_count; i++) {
		if (conf_side_of(run, run->words[i], false, &whose[i], &err) < 0)
			conf_fail(run, &err);
		else if (whose[i] != NULL)
			conf_tell(run, whose[i]);
	}
	for (size_t i = 0; whose != NULL && is_open && !run->is_usage && i < run->word_count; i++)
		get_one(run, whose[i], run->words[i]);
	free(whose);
	for (size_t i = 0; i < CONF_SIDES; i++)
		if (run->sides[i].told > 0)
			conf_tell(run, &run->sides[i]);
	if (run->is_json)
		conf_end_json(run);
}

/* ---- list ---------------------------------------------------------------------------------- */

static bool is_chosen(const struct conf_run *run, const char *path)
{
	for (size_t i = 0; i < run->word_count; i++) {
		const char *pattern = run->words[i];

		if (strstr(path, pattern) != NULL || fnmatch(pattern, path, 0) == 0)
			return true;
	}
	return run->word_count == 0;
}

/* Rows that count, in the order of their PATHs, and of those of one PATH in their own. */
static int by_path(const void *a, const void *b)
{
	const struct reeve_conf_setting *const *x = a, *const *y = b;
	int order = strcmp((*x)->path, (*y)->path);

	return order != 0 ? order : (*x > *y) - (*x < *y);
}

/*
 * The row that counts instead of a shadowed one: the last of its PATH; NULL if there is none behind
 * it. A search, not a walk: of a file of a million lines each may be shadowed.
 */
static const struct reeve_conf_setting *shadow_of(const struct reeve_conf_setting **sorted,
                                                  size_t n,
                                                  const struct reeve_conf_setting *row)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(sorted[middle]->path, row->path) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || strcmp(sorted[low - 1]->path, row->path) != 0 || sorted[low - 1] < row)
		return NULL;
	return sorted[low - 1];
}

/* The rows that count; *n_r is 0 without memory. To be freed. */
static const struct reeve_conf_setting **sort_rows(const struct reeve_conf_list *list, size_t *n_r)
{
	size_t count = reeve_conf_list_count(list), n = 0;
	const struct reeve_conf_setting **sorted = calloc(count + 1, sizeof(void *));

	for (size_t i = 0; sorted != NULL && i < count; i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);

		if (!row->is_shadowed)
			sorted[n++] = row;
	}
	if (n > 0)
		qsort(sorted, n, sizeof(void *), by_path);
	*n_r = n;
	return sorted;
}

static void list_side(struct conf_run *run, struct conf_side *side)
{
	struct reeve_error err;
	struct reeve_conf_list *list = reeve_conf_list(
		side->conf, run->is_effective ? REEVE_CONF_EFFECTIVE : 0, &err);
	const struct reeve_conf_setting **sorted;
	size_t n;

	if (list == NULL) {
		conf_fail(run, &err);
		return;
	}
	sorted = sort_rows(list, &n);
	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);

		if (!is_chosen(run, row->path))
			continue;
		if (run->is_json)
			json_next(json_setting(side, row->path, row));
		else
			put_setting(run, row, row->is_shadowed ? shadow_of(sorted, n, row) : NULL);
	}
	free(sorted);
	reeve_conf_list_free(list);
}

void conf_list(struct conf_run *run)
{
	if (run->is_json)
		json_begin("settings");
	conf_open(run); /* of two, one that can be read is listed */
	tell_all(run);
	for (size_t i = 0; i < CONF_SIDES; i++)
		if (run->sides[i].conf != NULL)
			list_side(run, &run->sides[i]);
	tell_all(run);
	if (run->is_json)
		conf_end_json(run);
}
