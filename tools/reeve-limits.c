/* SPDX-License-Identifier: MIT */
/* reeve-limits(8): show, check and set size limits across Postfix and Dovecot. */
#include "common/limits.h"
#include "common/option.h"
#include "common/tool.h"
#include <argp.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_ATTACHMENT = 0x300,
	KEY_MESSAGE,
	KEY_MAILBOX,
	KEY_CHECK,
	KEY_RELOAD,
	KEY_ROOT,
	KEY_DIFF,
	KEY_FORCE,
	KEY_JSON,
	KEY_LOCK_TIMEOUT,
};

static const struct argp_option options[] = {
	{.doc = "What (otherwise: show the limits):", .group = 1},
	{"check", KEY_CHECK, NULL, 0, "say what contradicts what; exit status 3 if anything does",
         0},
	{"attachment", KEY_ATTACHMENT, "SIZE", 0, "set: the largest attachment that gets through",
         0},
	{"message", KEY_MESSAGE, "SIZE", 0, "set: the largest message", 0},
	{"mailbox", KEY_MAILBOX, "SIZE", 0, "set: the largest mailbox, or 'unlimited'", 0},
	{.doc = "Where:", .group = 2},
	{"config", 'c', "FILE", 0, "Postfix's folder, or Dovecot's main file; only that", 0},
	{"root", KEY_ROOT, "DIR", 0, "every file is inside DIR", 0},
	{.doc = "How:", .group = 3},
	{"dry-run", 'n', NULL, 0, "say what would be changed, change nothing, take no lock", 0},
	{"diff", KEY_DIFF, NULL, 0, "print the change as a unified diff", 0},
	{"force", KEY_FORCE, NULL, 0, "set a size for mailboxes also if some are larger already", 0},
	{"reload", KEY_RELOAD, NULL, 0, "have the running servers read what was changed", 0},
	{"json", KEY_JSON, NULL, 0, "print JSON", 0},
	{"lock-timeout", KEY_LOCK_TIMEOUT, "SECONDS", 0,
         "how long to wait for another run that changes a configuration (60)", 0},
	{"quiet", 'q', NULL, 0, "errors only; --check: the exit status only", 0},
	{"verbose", 'v', NULL, 0, "show every limit; say what was changed", 0},
	{0},
};

struct options {
	struct limits_run run;
	bool has_lock_timeout;
};

static uint64_t take_size(const char *option, const char *arg)
{
	struct reeve_error err;
	uint64_t bytes;

	if (reeve_size_parse_as(arg, REEVE_SIZE_DECIMAL, &bytes, &err) != 0)
		tool_usage("--%s: %s", option, err.text);
	if (bytes == 0)
		tool_usage("--%s: a size of 0 would mean 'no limit' to Postfix", option);
	if (bytes > INT64_MAX)
		tool_usage("--%s: size '%s' is too large", option, arg);
	return bytes;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	struct limits_run *run = &o->run;

	switch (key) {
	case KEY_CHECK:
		run->is_check = true;
		return 0;
	case KEY_ATTACHMENT:
		run->goal.has_attachment = true;
		run->goal.attachment = take_size("attachment", arg);
		return 0;
	case KEY_MESSAGE:
		run->goal.has_message = true;
		run->goal.message = take_size("message", arg);
		return 0;
	case KEY_MAILBOX:
		run->goal.has_mailbox = true;
		run->goal.mailbox =
			strcmp(arg, "unlimited") == 0 ? UINT64_MAX : take_size("mailbox", arg);
		return 0;
	case KEY_RELOAD:
		run->wants_reload = true;
		return 0;
	case 'c':
		if (arg[0] == '\0')
			tool_usage("--config: no file is named");
		run->conf.config = arg;
		return 0;
	case KEY_ROOT:
		run->conf.root = option_root(arg);
		return 0;
	case 'n':
		run->conf.is_dry_run = true;
		return 0;
	case KEY_DIFF:
		run->conf.wants_diff = true;
		return 0;
	case KEY_FORCE:
		run->conf.is_forced = true;
		return 0;
	case KEY_JSON:
		run->conf.is_json = true;
		return 0;
	case KEY_LOCK_TIMEOUT:
		run->conf.lock_timeout_ms = option_lock_timeout_ms(arg);
		o->has_lock_timeout = true;
		return 0;
	case 'q':
		run->conf.is_quiet = true;
		return 0;
	case 'v':
		run->conf.is_verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		tool_usage("'%s' is no option", arg);
	}
	return ARGP_ERR_UNKNOWN;
}

static bool is_change(const struct limits_run *run)
{
	return run->goal.has_attachment || run->goal.has_message || run->goal.has_mailbox;
}

static void check(const struct options *o)
{
	const struct limits_run *run = &o->run;
	const struct conf_run *conf = &run->conf;
	const struct {
		const char *name;
		bool is_given;
	} rows[] = {
		{"dry-run", conf->is_dry_run},
		{"diff", conf->wants_diff},
		{"force", conf->is_forced},
		{"reload", run->wants_reload},
		{"lock-timeout", o->has_lock_timeout},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].is_given && !is_change(run))
			tool_usage("--%s wants --attachment, --message or --mailbox", rows[i].name);
	if (run->is_check && is_change(run))
		tool_usage("--check changes nothing");
	if (run->goal.has_attachment && run->goal.has_message)
		tool_usage("--attachment and --message are two goals: name one");
	tool_talk(conf->is_quiet, conf->is_verbose);
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "\n--check\n--attachment=SIZE|--message=SIZE --mailbox=SIZE",
		.doc = "Show, check and set size limits of mail across Postfix and Dovecot.\v"
		       "SIZE: K, M, G are 1024, 1024 x 1024 ...; KB, MB, GB are 1000, 1000 x 1000 "
	               "... "
		       "A change can be taken back with reeve-undo(8). See reeve-limits(8).",
	};
	struct options o = {.run.conf.lock_timeout_ms = OPTION_LOCK_TIMEOUT_MS};

	tool_begin(argc, argv);
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	check(&o);
	if (o.run.conf.is_json)
		o.run.conf.diags = json_list();
	if (is_change(&o.run))
		limits_change(&o.run);
	else
		limits_show(&o.run);
	conf_dispose(&o.run.conf);
	int status = tool_end();
	return o.run.conf.is_usage ? TOOL_USAGE : status;
}
