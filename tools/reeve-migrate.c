/* SPDX-License-Identifier: MIT */
/* reeve-migrate(8): a Dovecot configuration to a newer version. */
#include "common/migrate.h"
#include "common/option.h"
#include "common/tool.h"
#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	KEY_TO = 0x300,
	KEY_ROOT,
	KEY_DIFF,
	KEY_CHECK,
	KEY_EXPLAIN,
	KEY_OUTPUT,
	KEY_JSON,
	KEY_LOCK_TIMEOUT,
};

static const struct argp_option options[] = {
	{.doc = "What:", .group = 1},
	{"to", KEY_TO, "VERSION", 0, "the version to be brought to: 2.0, 2.1, 2.2 or 2.3", 0},
	{"config", 'c', "FILE", 0, "the main file (/etc/dovecot/dovecot.conf)", 0},
	{"root", KEY_ROOT, "DIR", 0, "every file is inside DIR", 0},
	{.doc = "How:", .group = 2},
	{"check", KEY_CHECK, NULL, 0, "say what a person has to decide, change nothing", 0},
	{"dry-run", 'n', NULL, 0, "say what would be changed, change nothing, take no lock", 0},
	{"diff", KEY_DIFF, NULL, 0, "print the change as a unified diff", 0},
	{"explain", KEY_EXPLAIN, "SETTING", OPTION_ARG_OPTIONAL,
         "say of each change which rule makes it; of SETTING, which rules there are", 0},
	{"output", KEY_OUTPUT, "DIR", 0, "write the new files there instead", 0},
	{"json", KEY_JSON, NULL, 0, "print JSON", 0},
	{"lock-timeout", KEY_LOCK_TIMEOUT, "SECONDS", 0,
         "how long to wait for another run that changes a configuration (60)", 0},
	{"quiet", 'q', NULL, 0, "errors only", 0},
	{"verbose", 'v', NULL, 0, "say each change", 0},
	{0},
};

static char *folder(const char *name, char *arg)
{
	struct stat st;

	/* A script's variable that is not set must not mean the machine we run on. */
	if (arg[0] == '\0')
		tool_usage("--%s: no folder is named", name);
	for (size_t n = strlen(arg); n > 1 && arg[n - 1] == '/';)
		arg[--n] = '\0';
	if (strcmp(name, "root") == 0 && (stat(arg, &st) != 0 || !S_ISDIR(st.st_mode)))
		tool_usage("--root: '%s' is not a folder", arg);
	return arg;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct migrate_tool *o = state->input;

	switch (key) {
	case KEY_TO:
		o->to = arg;
		return 0;
	case 'c':
		if (arg[0] == '\0')
			tool_usage("--config: no file is named");
		o->config = arg;
		return 0;
	case KEY_ROOT:
		o->root = folder("root", arg);
		if (strcmp(arg, "/") == 0)
			o->root = NULL;
		return 0;
	case KEY_CHECK:
		o->is_check = true;
		return 0;
	case 'n':
		o->is_dry_run = true;
		return 0;
	case KEY_DIFF:
		o->wants_diff = true;
		return 0;
	case KEY_EXPLAIN:
		o->is_explain = true;
		o->setting = arg;
		return 0;
	case KEY_OUTPUT:
		o->output = folder("output", arg);
		return 0;
	case KEY_JSON:
		o->is_json = true;
		return 0;
	case KEY_LOCK_TIMEOUT:
		o->lock_timeout_ms = option_lock_timeout_ms(arg);
		return 0;
	case ARGP_KEY_ARG: /* "--explain SETTING", which argp takes for two */
		if (!o->is_explain || o->setting != NULL)
			tool_usage("'%s' is too much", arg);
		o->setting = arg;
		return 0;
	case 'q':
		o->is_quiet = true;
		return 0;
	case 'v':
		o->is_verbose = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static void check(const struct migrate_tool *o)
{
	if (o->to == NULL && o->setting == NULL)
		tool_usage("to which version? --to 2.3");
	if (o->to != NULL && strcmp(o->to, "2.0") != 0 && strcmp(o->to, "2.1") != 0 &&
	    strcmp(o->to, "2.2") != 0 && strcmp(o->to, "2.3") != 0)
		tool_usage("--to: '%s' is none of 2.0, 2.1, 2.2, 2.3", o->to);
	tool_talk(o->is_quiet, o->is_verbose);
	if (o->is_check && o->output != NULL)
		tool_usage("--check changes nothing, --output writes: choose one");
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "--to VERSION\n--explain SETTING",
		.doc = "Bring a Dovecot configuration to a newer version.\v"
		       "A change can be taken back with reeve-undo(8). See reeve-migrate(8).",
	};
	struct migrate_tool o = {.lock_timeout_ms = OPTION_LOCK_TIMEOUT_MS};

	tool_begin(argc, argv);
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	check(&o);
	migrate_run(&o);
	return tool_end();
}
