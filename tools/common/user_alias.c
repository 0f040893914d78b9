/* SPDX-License-Identifier: MIT */
/* reeve-user alias: where mail for other names goes. */
#include "json.h"
#include "tool.h"
#include "user.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whether it is one of those that were named, or none was; those are marked in `found`. */
static bool is_wanted(const struct user_run *run, const char *alias, bool *found)
{
	bool is_named = run->word_count == 0;

	for (size_t i = 0; i < run->word_count; i++)
		if (strcasecmp(run->words[i], alias) == 0)
			is_named = found[i] = true;
	return is_named;
}

/* As list says it of a user. */
static void tell_missing(struct user_run *run, const bool *found)
{
	for (size_t i = 0; i < run->word_count; i++) {
		if (found[i])
			continue;
		run->error.code = REEVE_EREFUSED;
		snprintf(run->error.text, sizeof run->error.text, "there is no alias '%s'",
		         run->words[i]);
		tool_fail(&run->error);
	}
}

static void tell_alias(const struct reeve_user_alias *alias, struct json *list)
{
	struct json *map;

	if (list == NULL) {
		tool_say(stdout, "%s: %s", alias->name, alias->value);
		return;
	}
	map = json_map();
	json_put_text(map, "name", alias->name);
	json_put_text(map, "value", alias->value);
	json_put_text(map, "file", alias->file);
	json_put_number(map, "line", alias->line);
	json_append(list, map);
}

void user_alias_list(struct user_run *run)
{
	struct reeve_error err = {0};
	struct json *list;
	struct reeve_user_alias alias;
	bool *found;
	int more;

	if (!user_open(run, false))
		return;
	found = calloc(run->word_count + 1, sizeof *found);
	if (found == NULL) {
		tool_error("out of memory");
		tool_worse(TOOL_FAILED);
		return;
	}
	list = run->is_json ? json_list() : NULL;
	while ((more = reeve_users_next_alias(run->users, &alias, &err)) > 0)
		if (is_wanted(run, alias.name, found))
			tell_alias(&alias, list);
	if (more < 0)
		user_fail(run, &err);
	else
		tell_missing(run, found);
	free(found);
	if (run->is_json) {
		struct json *map = json_map();

		json_put(map, "aliases", list);
		user_print_json(run, map, more < 0 ? &err : NULL);
	}
}

/* ---- changes -------------------------------------------------------------------------------- */

void user_alias(struct user_run *run)
{
	bool is_there = strcmp(run->command, "alias add") == 0;

	if (!user_open(run, true))
		return;
	if (run->word_count == 1)
		reeve_users_alias(run->users, run->words[0], NULL, is_there);
	for (size_t i = 1; i < run->word_count; i++)
		reeve_users_alias(run->users, run->words[0], run->words[i], is_there);
	user_apply(run);
}
