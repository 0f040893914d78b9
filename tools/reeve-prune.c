/* SPDX-License-Identifier: MIT */
/* reeve-prune(1): remove the messages that a query selects; finish what a crash broke off. */
#include "common/clean.h"
#include "common/tool.h"
#include <mailreeve/mbox.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_READ = 0x300,
	KEY_OLDER_THAN,
	KEY_LARGER_THAN,
	KEY_FROM,
	KEY_SUBJECT,
	KEY_LIST,
	KEY_MATCH,
	KEY_KEEP_LAST,
	KEY_KEEP_FLAGGED,
	KEY_RECOVER,
};

static const struct argp_option options[] = {
	{.doc = "What goes (a message must meet all that are given):"},
	{"read", KEY_READ, NULL, 0, "messages that have been read", 0},
	{"older-than", KEY_OLDER_THAN, "AGE", 0,
         "received longer ago than AGE (90d, 2weeks), or before a day (2024-12-31)", 0},
	{"larger-than", KEY_LARGER_THAN, "SIZE", 0, "larger than SIZE (1M, 500K)", 0},
	{"from", KEY_FROM, "TEXT", 0, "from an address or a name that holds TEXT", 0},
	{"subject", KEY_SUBJECT, "TEXT", 0, "with TEXT in the subject", 0},
	{"list", KEY_LIST, "TEXT", 0, "from a mailing list whose List-Id holds TEXT", 0},
	{"match", KEY_MATCH, "QUERY", 0, "chosen by QUERY (\"SEEN BEFORE 30d NOT FLAGGED\")", 0},
	{.doc = "What stays all the same:"},
	{"keep-last", KEY_KEEP_LAST, "N", 0, "the last N messages of the mailbox", 0},
	{"keep-flagged", KEY_KEEP_FLAGGED, NULL, 0, "flagged messages", 0},
	{.doc = "After a crash:"},
	{"recover", KEY_RECOVER, NULL, 0,
         "finish what a crash broke off: in the mailboxes named, or wherever something waits", 0},
	{0},
};

struct options {
	struct clean clean;
	char *query; /* the pieces, each in parentheses; NULL: no selection */
};

/* ---- what goes ----------------------------------------------------------------------------- */

/*
 * One more condition. It is compiled by itself first, so that an error names its column in what
 * was written, and so that a parenthesis too many cannot pair up with one of ours.
 */
static void add_condition(struct options *o, const char *option, const char *text)
{
	struct reeve_error err;
	struct reeve_query *query = reeve_query_compile(text, 0, &err);
	char *joined = NULL;

	if (query == NULL && err.code == REEVE_EUSAGE)
		tool_usage("%s: %s", option, err.text);
	if (query == NULL || asprintf(&joined, "%s%s(%s)", o->query != NULL ? o->query : "",
	                              o->query != NULL ? " " : "", text) < 0) {
		tool_error("out of memory");
		exit(TOOL_FAILED);
	}
	reeve_query_free(query);
	free(o->query);
	o->query = joined;
}

/* An interval, or a day as the query language takes it; one word only. */
static void add_older_than(struct options *o, const char *age)
{
	static const char day_bytes[] = "0123456789-"
					"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	struct reeve_error err;
	int64_t seconds;
	char text[64];

	/* To a query, 90 is a time in 1970. It is not what somebody who writes 90 has in mind. */
	if (age[0] != '\0' && age[strspn(age, "0123456789")] == '\0')
		tool_usage("--older-than: no unit in '%s'; for days write '%sd'", age, age);
	if (reeve_interval_parse(age, &seconds, &err) == 0)
		snprintf(text, sizeof text, "BEFORE %llds", (long long)seconds);
	else if (age[0] != '\0' && age[strspn(age, day_bytes)] == '\0' && strlen(age) < 40)
		snprintf(text, sizeof text, "BEFORE %s", age);
	else
		tool_usage("--older-than: '%s' is neither an age nor a day", age);
	add_condition(o, "--older-than", text);
}

static void add_larger_than(struct options *o, const char *size)
{
	struct reeve_error err;
	uint64_t bytes;
	char text[64];

	if (reeve_size_parse(size, &bytes, &err) != 0)
		tool_usage("--larger-than: %s", err.text);
	snprintf(text, sizeof text, "LARGER %llu", (unsigned long long)bytes);
	add_condition(o, "--larger-than", text);
}

/* A search key and a text of any bytes, which are quoted for the query. */
static void add_text(struct options *o, const char *option, const char *key, const char *text)
{
	char *query = malloc(strlen(key) + 2 * strlen(text) + sizeof " \"\""), *to = query;

	/* Often a variable of a script that is not set: it would choose every message. */
	if (text[0] == '\0')
		tool_usage("%s: the text is empty", option);
	if (query == NULL) {
		tool_error("out of memory");
		exit(TOOL_FAILED);
	}
	to += sprintf(to, "%s \"", key);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			*to++ = '\\';
		*to++ = *text;
	}
	strcpy(to, "\"");
	add_condition(o, option, query);
	free(query);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		clean_inputs(&o->clean, state);
		return 0;
	case KEY_READ:
		add_condition(o, "--read", "SEEN");
		return 0;
	case KEY_OLDER_THAN:
		add_older_than(o, arg);
		return 0;
	case KEY_LARGER_THAN:
		add_larger_than(o, arg);
		return 0;
	case KEY_FROM:
		add_text(o, "--from", "FROM", arg);
		return 0;
	case KEY_SUBJECT:
		add_text(o, "--subject", "SUBJECT", arg);
		return 0;
	case KEY_LIST:
		add_text(o, "--list", "HEADER List-Id", arg);
		return 0;
	case KEY_MATCH:
		add_condition(o, "--match", arg);
		return 0;
	case KEY_KEEP_LAST:
		if (!clean_count_parse(arg, &o->clean.prune.keep_last))
			tool_usage("--keep-last: '%s' is not a number of messages", arg);
		return 0;
	case KEY_KEEP_FLAGGED:
		o->clean.prune.keep_flagged = true;
		return 0;
	case KEY_RECOVER:
		o->clean.recover = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static void check(struct options *o)
{
	struct clean *clean = &o->clean;
	struct boxes *boxes = &clean->boxes;

	if (!clean->recover && o->query == NULL)
		tool_usage(
			"nothing is selected: use --read, --older-than, --larger-than, --from, "
			"--subject, --list or --match (--match ALL is everything)");
	if (!clean->recover)
		return;
	if (o->query != NULL || clean->prune.keep_last > 0 || clean->prune.keep_flagged)
		tool_usage("--recover removes nothing and goes with no selection");
	if (clean->prune.dry_run)
		tool_usage("--recover has no dry run; any other dry run says what waits to be "
		           "finished");
	boxes->pending = boxes->all_users || (boxes->file_count == 0 && boxes->user_count == 0);
	/* Nothing is removed, so boxes without a user need no protection. */
	boxes->orphans = boxes->all_users;
}

/* ---- what went ----------------------------------------------------------------------------- */

static void say(const struct clean *clean, const char *path, const struct reeve_prune_result *r)
{
	char unread[40], messages[40], went[16], had[16], held[64] = "";

	if (!clean->verbose && !clean->prune.dry_run)
		return;
	if (r->held_back > 0)
		snprintf(held, sizeof held, "; %llu chosen but held back",
		         (unsigned long long)r->held_back);
	tool_say(stdout, "%s: %s %llu of %s%s, %s of %s%s", path,
	         clean->prune.dry_run ? "would remove" : "removed",
	         (unsigned long long)r->messages_removed,
	         clean_messages(r->messages_before, messages),
	         clean_unread(r->unread_removed, unread), reeve_size_format(r->bytes_removed, went),
	         reeve_size_format(r->bytes_before, had), held);
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "FILE...\n--user NAME\n--all-users\n--recover",
		.doc = "Remove messages from mailboxes in mbox format.\v"
		       "What is removed cannot be brought back. See reeve-prune(1).",
		.children = clean_children,
	};
	struct options o = {.clean.say = say};
	struct reeve_error err;
	struct reeve_query *query = NULL;

	tool_begin(argc, argv);
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	check(&o);
	clean_check(&o.clean);

	if (o.query != NULL)
		query = reeve_query_compile(o.query, 0, &err);
	if (o.query != NULL && query == NULL) {
		tool_fail(&err);
	} else {
		o.clean.prune.query = query;
		clean_run(&o.clean);
	}
	reeve_query_free(query);
	free(o.query);
	clean_dispose(&o.clean);
	return tool_end();
}
