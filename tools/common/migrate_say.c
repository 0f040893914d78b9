/* SPDX-License-Identifier: MIT */
/* What reeve-migrate(8) says: findings on stderr, changes and rules on stdout, or all of it as
 * JSON. */
#include "migrate.h"

#include "tool.h"
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {
	[REEVE_MIGRATE_CHANGED] = "changed",
	[REEVE_MIGRATE_REMOVED] = "removed",
	[REEVE_MIGRATE_NOTED] = "noted",
	[REEVE_MIGRATE_DECIDE] = "decide",
};

/* ---- JSON ---------------------------------------------------------------------------------- */

static struct json *json_rule(const struct reeve_migrate_rule *rule)
{
	struct json *map = json_map();

	json_put_text(map, "hop", rule->hop);
	json_put_text(map, "when", rule->when);
	json_put_text(map, "context", rule->context);
	json_put_text(map, "old_name", rule->old_name);
	json_put_text(map, "old_value", rule->old_value);
	json_put_text(map, "action", rule->action);
	json_put_text(map, "new_path", rule->new_path);
	json_put_text(map, "new_value", rule->new_value);
	json_put_text(map, "note", rule->note);
	json_put_text(map, "source", rule->source);
	return map;
}

static struct json *json_changes(const struct migrate_tool *tool)
{
	struct json *list = json_list();

	for (size_t i = 0; i < reeve_migrate_change_count(tool->migrate); i++) {
		const struct reeve_migrate_change *change =
			reeve_migrate_change_at(tool->migrate, i);
		struct json *map = json_map();

		json_put_text(map, "kind", kinds[change->kind]);
		json_put_text(map, "file", change->file);
		json_put_number(map, "line", change->line);
		json_put_number(map, "column", change->column);
		json_put_text(map, "before", change->before);
		json_put_text(map, "after", change->after);
		json_put_text(map, "text", change->text);
		json_put(map, "rule", json_rule(change->rule));
		json_append(list, map);
	}
	return list;
}

static void say_json(struct migrate_tool *tool, char *const *diffs, const struct reeve_error *err)
{
	struct json *map = json_map(), *files = json_list();

	json_put_bool(map, "changed", err == NULL && tool->result.is_changed);
	json_put_bool(map, "dry_run", tool->is_dry_run || tool->is_check || tool->output != NULL);
	json_put_text(map, "id", tool->result.id[0] != '\0' ? tool->result.id : NULL);
	json_put_text(map, "to", tool->to);
	if (tool->migrate != NULL) {
		struct reeve_migrate_version version = reeve_migrate_version(tool->migrate);

		json_put_text(map, "version", version.name);
		json_put_text(map, "why", version.why);
		json_put_text(map, "file", version.file);
		json_put_number(map, "line", version.line);
		json_put(map, "changes", json_changes(tool));
	}
	for (size_t i = 0; tool->plan != NULL && i < reeve_plan_count(tool->plan); i++) {
		struct json *file = json_map();

		json_put_text(file, "path", reeve_plan_at(tool->plan, i).path);
		if (diffs != NULL)
			json_put_text(file, "diff", diffs[i]);
		json_append(files, file);
	}
	json_put(map, "files", files);
	json_put(map, "diagnostics", tool->diags);
	if (err != NULL)
		json_put_error(map, err);
	if (json_print(map) < 0)
		tool_worse(TOOL_FAILED);
}

/* ---- words --------------------------------------------------------------------------------- */

static void say_version(const struct migrate_tool *tool)
{
	struct reeve_migrate_version version = reeve_migrate_version(tool->migrate);

	if (version.name == NULL)
		tool_say(stdout, "nothing tells which version of Dovecot it is written for");
	else
		tool_say(stdout, "written for Dovecot %s: %s (%s:%llu)", version.name, version.why,
		         version.file, (unsigned long long)version.line);
}

static void say_rule(const struct reeve_migrate_rule *rule)
{
	tool_say(stdout, "    %s %s: %s%s%s in %s: %s%s%s%s%s", rule->hop, rule->when,
	         rule->old_name, *rule->old_value == '\0' ? "" : " = ", rule->old_value,
	         rule->context, rule->action, *rule->new_path == '\0' ? "" : " ", rule->new_path,
	         *rule->new_value == '\0' ? "" : " = ", rule->new_value);
	if (*rule->note != '\0')
		tool_say(stdout, "    %s", rule->note);
	tool_say(stdout, "    from %s", rule->source);
}

static void say_change(const struct migrate_tool *tool, const struct reeve_migrate_change *change)
{
	unsigned long long line = change->line;

	if (change->kind == REEVE_MIGRATE_CHANGED && *change->after != '\0')
		tool_say(stdout, "%s:%llu: %s -> %s", change->file, line, change->before,
		         change->after);
	else
		tool_say(stdout, "%s:%llu: %s (%s)", change->file, line, change->before,
		         kinds[change->kind]);
	if (tool->is_explain)
		say_rule(change->rule);
}

/* What a person should see: what he has to decide, what is lost, and with -v what is worth knowing.
 */
static void say_findings(const struct migrate_tool *tool)
{
	for (size_t i = 0; i < reeve_migrate_change_count(tool->migrate); i++) {
		const struct reeve_migrate_change *change =
			reeve_migrate_change_at(tool->migrate, i);
		struct reeve_diag diag = {
			.severity = change->kind == REEVE_MIGRATE_NOTED ? REEVE_NOTE
			                                                : REEVE_WARNING,
			.file = change->file,
			.line = change->line,
			.column = change->column,
		};
		char *text;

		if (change->kind == REEVE_MIGRATE_CHANGED)
			continue;
		if (change->kind == REEVE_MIGRATE_REMOVED
		            ? asprintf(&text, "%s", change->text) < 0
		            : asprintf(&text, "%s: %s", change->before, change->text) < 0)
			continue;
		diag.text = text;
		tool_diag(&diag);
		free(text);
	}
}

/* What changed beside these files, in the hops that were gone. */
static void say_advice(const struct migrate_tool *tool)
{
	const char *version = reeve_migrate_version(tool->migrate).name;

	for (size_t i = 0; i < reeve_migrate_rule_count(); i++) {
		const struct reeve_migrate_rule *rule = reeve_migrate_rule_at(i);

		if (strcmp(rule->action, "advice") != 0 || version == NULL ||
		    strncmp(rule->hop, version, 3) < 0 || strcmp(rule->hop + 4, tool->to) > 0)
			continue;
		tool_say(stdout, "since %s: %s (%s): %s", rule->hop + 4, rule->old_name,
		         rule->context, rule->note);
	}
}

void migrate_say(struct migrate_tool *tool, char *const *diffs, const struct reeve_error *err)
{
	bool is_dry = tool->is_dry_run || tool->is_check;

	for (size_t i = 0; tool->is_check && tool->migrate != NULL &&
	                   i < reeve_migrate_change_count(tool->migrate);
	     i++)
		if (reeve_migrate_change_at(tool->migrate, i)->kind == REEVE_MIGRATE_DECIDE)
			tool_worse(TOOL_FOUND);
	if (tool->is_check && (tool->is_refused || tool->has_problems))
		tool_worse(TOOL_FOUND);
	if (tool->is_json) {
		say_json(tool, diffs, err);
		return;
	}
	if (err != NULL)
		tool_fail(err);
	if (tool->migrate == NULL)
		return;
	say_findings(tool);
	if (tool->is_quiet)
		return;
	if (is_dry || tool->is_explain || tool->is_verbose)
		say_version(tool);
	if ((tool->is_dry_run && diffs == NULL) || tool->is_explain || tool->is_verbose)
		for (size_t i = 0; i < reeve_migrate_change_count(tool->migrate); i++)
			say_change(tool, reeve_migrate_change_at(tool->migrate, i));
	for (size_t i = 0; diffs != NULL && diffs[i] != NULL; i++)
		fputs(diffs[i], stdout);
	if (tool->is_check && tool->is_verbose)
		say_advice(tool);
	if (tool->is_verbose && tool->result.id[0] != '\0')
		tool_say(stdout, "to undo it: reeve-undo %s", tool->result.id);
}

/* ---- rules --------------------------------------------------------------------------------- */

/* Whether a rule is about a setting, by its last name, old or new. */
static bool is_about(const struct reeve_migrate_rule *rule, const char *setting)
{
	const char *slash = strrchr(rule->new_path, '/');
	size_t n = strlen(setting);

	return strcmp(rule->old_name, setting) == 0 ||
	       strcmp(slash == NULL ? rule->new_path : slash + 1, setting) == 0 ||
	       (strncmp(rule->old_name, setting, n) == 0 &&
	        strchr(" <", rule->old_name[n]) != NULL && rule->old_name[n] != '\0');
}

void migrate_explain(struct migrate_tool *tool)
{
	struct json *list = tool->is_json ? json_list() : NULL;
	bool any = false;

	for (size_t i = 0; i < reeve_migrate_rule_count(); i++) {
		const struct reeve_migrate_rule *rule = reeve_migrate_rule_at(i);

		if (!is_about(rule, tool->setting))
			continue;
		any = true;
		if (tool->is_json) {
			json_append(list, json_rule(rule));
		} else {
			tool_say(stdout, "%s", rule->old_name);
			say_rule(rule);
		}
	}
	if (tool->is_json) {
		struct json *map = json_map();

		json_put(map, "rules", list);
		if (json_print(map) < 0)
			tool_worse(TOOL_FAILED);
	}
	if (!any) {
		tool_error("no rule is about '%s'", tool->setting);
		tool_worse(TOOL_FAILED);
	}
}
