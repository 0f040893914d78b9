/* SPDX-License-Identifier: MIT */
/* reeve-conf(8): get, set, list and check settings of Dovecot and Postfix. */
#include "common/conf.h"
#include "common/option.h"
#include "common/tool.h"
#include <argp.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_DOVECOT = 0x300,
	KEY_POSTFIX,
	KEY_ROOT,
	KEY_DIFF,
	KEY_FORCE,
	KEY_VALUE_FILE,
	KEY_JSON,
	KEY_LOCK_TIMEOUT,
};

static const struct argp_option options[] = {
	{.doc = "Where:", .group = 1},
	{"config", 'c', "FILE", 0, "Dovecot's main file, or Postfix's folder", 0},
	{"dovecot", KEY_DOVECOT, NULL, 0, "Dovecot only", 0},
	{"postfix", KEY_POSTFIX, NULL, 0, "Postfix only", 0},
	{"root", KEY_ROOT, "DIR", 0, "every file is inside DIR", 0},
	{.doc = "How:", .group = 2},
	{"effective", 'x', NULL, 0, "get, list: as the program sees it, not as it is written", 0},
	{"dry-run", 'n', NULL, 0, "say what would be changed, change nothing, take no lock", 0},
	{"diff", KEY_DIFF, NULL, 0, "print the change as a unified diff", 0},
	{"force", KEY_FORCE, NULL, 0, "do what seems to be a slip: a name that is not known, a value that is wrong", 0},
	{"value-file", KEY_VALUE_FILE, "FILE", 0, "set: the value is the line in FILE ('-': stdin)", 0},
	{"json", KEY_JSON, NULL, 0, "print JSON", 0},
	{"lock-timeout", KEY_LOCK_TIMEOUT, "SECONDS", 0,
         "how long to wait for another run that changes a configuration (60)", 0},
	{"quiet", 'q', NULL, 0, "errors only; lint: the exit status only", 0},
	{"verbose", 'v', NULL, 0, "say more", 0},
	{0},
};

struct options {
	struct conf_run run;
	const struct command *command;
	bool has_lock_timeout;
};

/* The commands, and what each takes. */
static const struct command {
	const char *name;
	void (*run)(struct conf_run *run);
	bool wants_words, takes_words;
	bool is_question, is_change;
} commands[] = {
	{"get", conf_get, .wants_words = true, .is_question = true},
	{"set", conf_change, .wants_words = true, .is_change = true},
	{"unset", conf_change, .wants_words = true, .is_change = true},
	{"list", conf_list, .takes_words = true, .is_question = true},
	{"lint", conf_lint, .wants_words = false},
};

static void add_word(struct options *o, char *word)
{
	char **words = realloc(o->run.words, (o->run.word_count + 1) * sizeof(char *));

	if (words == NULL) {
		tool_error("out of memory");
		exit(TOOL_FAILED);
	}
	words[o->run.word_count++] = word;
	o->run.words = words;
}

static void take_command(struct options *o, const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(commands[i].name, name) == 0)
			o->command = &commands[i];
	if (o->command == NULL)
		tool_usage("'%s' is none of get, set, unset, list, lint", name);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'c':
		if (arg[0] == '\0')
			tool_usage("--config: no file is named");
		o->run.config = arg;
		return 0;
	case KEY_DOVECOT:
		o->run.dovecot = true;
		return 0;
	case KEY_POSTFIX:
		o->run.postfix = true;
		return 0;
	case KEY_ROOT:
		o->run.root = option_root(arg);
		return 0;
	case 'x':
		o->run.is_effective = true;
		return 0;
	case 'n':
		o->run.is_dry_run = true;
		return 0;
	case KEY_DIFF:
		o->run.wants_diff = true;
		return 0;
	case KEY_FORCE:
		o->run.is_forced = true;
		return 0;
	case KEY_VALUE_FILE:
		o->run.value_file = arg;
		return 0;
	case KEY_JSON:
		o->run.is_json = true;
		return 0;
	case KEY_LOCK_TIMEOUT:
		o->run.lock_timeout_ms = option_lock_timeout_ms(arg);
		o->has_lock_timeout = true;
		return 0;
	case 'q':
		o->run.is_quiet = true;
		return 0;
	case 'v':
		o->run.is_verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->command == NULL)
			take_command(o, arg);
		else
			add_word(o, arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static void check(const struct options *o)
{
	const struct conf_run *run = &o->run;
	const struct command *command = o->command;
	/* Options that not every command takes. */
	const struct {
		const char *name;
		bool is_given, is_taken;
	} rows[] = {
		{"effective", run->is_effective, command->is_question},
		{"dry-run", run->is_dry_run, command->is_change},
		{"diff", run->wants_diff, command->is_change},
		{"force", run->is_forced, command->is_change},
		{"value-file", run->value_file != NULL, command->is_change && !run->is_unset},
		{"lock-timeout", o->has_lock_timeout, command->is_change},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].is_given && !rows[i].is_taken)
			tool_usage("--%s is no option of %s", rows[i].name, command->name);
	if (command->wants_words && run->word_count == 0)
		tool_usage("%s wants a PATH", command->name);
	if (!command->wants_words && !command->takes_words && run->word_count > 0)
		tool_usage("%s takes no '%s'", command->name, run->words[0]);
	tool_talk(run->is_quiet, run->is_verbose);
	if (run->dovecot && run->postfix && run->config != NULL)
		tool_usage("--config names one configuration: choose --dovecot or --postfix");
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "get PATH...\nset PATH=VALUE...\nunset PATH...\nlist [PATTERN...]\nlint",
		.doc = "Get, set, list and check settings of Dovecot and Postfix.\v"
		       "A change can be taken back with reeve-undo(8). See reeve-conf(8).",
	};
	struct options o = {.run.lock_timeout_ms = OPTION_LOCK_TIMEOUT_MS};

	tool_begin(argc, argv);
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (o.command == NULL)
		tool_usage("say what to do: get, set, unset, list or lint");
	o.run.is_unset = strcmp(o.command->name, "unset") == 0;
	check(&o);
	if (o.run.is_json)
		o.run.diags = json_list();

	o.command->run(&o.run);
	conf_dispose(&o.run);
	free(o.run.words);
	int status = tool_end();
	return o.run.is_usage ? TOOL_USAGE : status;
}
