/* SPDX-License-Identifier: MIT */
/* reeve-report(1): what fills a mailbox. */
#include "common/boxes.h"
#include "common/clean.h"
#include "common/progress.h"
#include "common/report_run.h"
#include "common/tool.h"
#include <mailreeve/report.h>
#include <string.h>

#define TOP_DEFAULT 10
#define TOP_MAX REEVE_REPORT_NAMES

enum {
	KEY_JSON = 0x300,
	KEY_HTML,
	KEY_TOP,
};

static const struct argp_option options[] = {
	{"top", KEY_TOP, "N", 0, "rows of each list at most (10)", 0},
	{"html", KEY_HTML, "FILE", 0, "write a page instead of tables ('-': standard output)", 0},
	{"json", KEY_JSON, NULL, 0, "say it in JSON", 0},
	{"quiet", 'q', NULL, 0, "no warnings, no progress", 0},
	{"verbose", 'v', NULL, 0, "say more", 0},
	{0},
};

struct options {
	struct report_run run;
	bool quiet, verbose;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->run.boxes;
		return 0;
	case KEY_TOP:
		if (!clean_count_parse(arg, &o->run.top) || o->run.top == 0 || o->run.top > TOP_MAX)
			tool_usage("--top: '%s' is not a number from 1 to %d", arg, TOP_MAX);
		return 0;
	case KEY_HTML:
		if (arg[0] == '\0')
			tool_usage("--html: no file is named");
		o->run.html = arg;
		return 0;
	case KEY_JSON:
		o->run.is_json = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static void check(const struct options *o)
{
	tool_talk(o->quiet, o->verbose);
	if (o->run.is_json && o->run.html != NULL && strcmp(o->run.html, "-") == 0)
		tool_usage("--json and --html=- both want standard output");
	boxes_check(&o->run.boxes, false);
	if (!o->quiet)
		progress_allow();
}

int main(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{.argp = &boxes_argp, .header = "Mailboxes:", .group = 8},
		{0},
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "FILE...\n--user NAME\n--all-users",
		.doc = "Say what fills mailboxes in mbox format, and what would make room.\v"
		       "Mailboxes are only read. See reeve-report(1).",
		.children = children,
	};
	struct options o = {.run.top = TOP_DEFAULT};

	tool_begin(argc, argv);
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	check(&o);
	report_run(&o.run);
	report_run_dispose(&o.run);
	return tool_end();
}
