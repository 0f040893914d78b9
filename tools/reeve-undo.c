/* SPDX-License-Identifier: MIT */
/* reeve-undo(8): take a change of configuration back, or end one that was broken off. */
#include "common/option.h"
#include "common/tool.h"
#include "common/undo.h"
#include <argp.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_LIST = 0x300,
	KEY_FINISH,
	KEY_ROOT,
	KEY_DIFF,
	KEY_FORCE,
	KEY_JSON,
	KEY_LOCK_TIMEOUT,
};

static const struct argp_option options[] = {
	{.doc = "What:", .group = 1},
	{"list", KEY_LIST, NULL, 0, "list the changes that are kept, the last one first", 0},
	{"finish", KEY_FINISH, NULL, 0, "carry a change that was broken off to its end", 0},
	{.doc = "How:", .group = 2},
	{"dry-run", 'n', NULL, 0, "say what would be changed, change nothing, take no lock", 0},
	{"diff", KEY_DIFF, NULL, 0, "print the change as a unified diff", 0},
	{"force", KEY_FORCE, NULL, 0,
         "leave files that were changed since as they are, restore the others", 0},
	{"json", KEY_JSON, NULL, 0, "print JSON", 0},
	{"lock-timeout", KEY_LOCK_TIMEOUT, "SECONDS", 0,
         "how long to wait for another run that changes a configuration (60)", 0},
	{"root", KEY_ROOT, "DIR", 0, "every file is inside DIR", 0},
	{"quiet", 'q', NULL, 0, "errors only", 0},
	{"verbose", 'v', NULL, 0, "say more", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct undo *undo = state->input;

	switch (key) {
	case KEY_LIST:
		undo->is_list = true;
		return 0;
	case KEY_FINISH:
		undo->is_finish = true;
		return 0;
	case KEY_ROOT:
		undo->how.root = option_root(arg);
		return 0;
	case 'n':
		undo->how.dry_run = true;
		return 0;
	case KEY_DIFF:
		undo->wants_diff = true;
		return 0;
	case KEY_FORCE:
		undo->how.leave_changed = true;
		return 0;
	case KEY_JSON:
		undo->is_json = true;
		return 0;
	case KEY_LOCK_TIMEOUT:
		undo->how.lock_timeout_ms = option_lock_timeout_ms(arg);
		return 0;
	case 'q':
		undo->is_quiet = true;
		return 0;
	case 'v':
		undo->is_verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		if (undo->id != NULL)
			tool_usage("one change at a time: '%s' is too much", arg);
		if (arg[0] == '\0')
			tool_usage("no change is named");
		undo->id = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static void check(const struct undo *undo)
{
	if (undo->is_list && undo->is_finish)
		tool_usage("--list changes nothing, --finish does: choose one");
	if (undo->is_list && (undo->how.dry_run || undo->wants_diff || undo->how.leave_changed))
		tool_usage("--list changes nothing, and goes with no --%s",
		           undo->wants_diff    ? "diff"
		           : undo->how.dry_run ? "dry-run"
		                               : "force");
	tool_talk(undo->is_quiet, undo->is_verbose);
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[ID]\n--finish [ID]\n--list [ID]",
		.doc = "Take a change of configuration back: the last one, or the one called ID.\v"
		       "What was undone can be undone, too. See reeve-undo(8).",
	};
	struct undo undo = {.how.lock_timeout_ms = OPTION_LOCK_TIMEOUT_MS};

	tool_begin(argc, argv);
	argp_parse(&argp, argc, argv, 0, NULL, &undo);
	check(&undo);
	if (undo.is_list)
		undo_list(&undo);
	else
		undo_run(&undo);
	return tool_end();
}
