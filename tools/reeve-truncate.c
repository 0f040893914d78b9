/* SPDX-License-Identifier: MIT */
/* reeve-truncate(1): empty a mailbox, or drop its oldest messages until it is under a size. */
#include "common/clean.h"
#include "common/tool.h"
#include <mailreeve/mbox.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_ALL = 0x300,
	KEY_MAX_SIZE,
	KEY_READ_FIRST,
	KEY_READ,
};

static const struct argp_option options[] = {
	{.doc = "What goes:"},
	{"all", KEY_ALL, NULL, 0, "all messages, even if some have not been read", 0},
	{"max-size", KEY_MAX_SIZE, "SIZE", 0, "only the oldest, until the mailbox is at most SIZE",
         0},
	{"read-first", KEY_READ_FIRST, NULL, 0,
         "with --max-size: the oldest read messages first, then unread ones", 0},
	/* Who is used to reeve-prune types it; argp would take it for --read-first. */
	{"read", KEY_READ, NULL, OPTION_HIDDEN, NULL, 0},
	{0},
};

struct options {
	struct clean clean;
	bool all;
};

/* Who writes 20 means megabytes: no message has 20 bytes, so 20 would empty the mailbox. */
static bool has_lost_its_unit(const char *size)
{
	size_t digits = strspn(size, "0123456789");

	return digits <= 2 && size[digits] == '\0' && strspn(size, "0") < digits;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	struct reeve_prune *prune = &o->clean.prune;
	struct reeve_error err;

	switch (key) {
	case ARGP_KEY_INIT:
		clean_inputs(&o->clean, state);
		return 0;
	case KEY_ALL:
		o->all = true;
		return 0;
	case KEY_MAX_SIZE:
		if (reeve_size_parse(arg, &prune->max_size_bytes, &err) != 0)
			tool_usage("--max-size: %s", err.text);
		if (has_lost_its_unit(arg))
			tool_usage("--max-size: no unit in '%s'; for megabytes write '%sM', for bytes '%sB'",
			           arg, arg, arg);
		prune->has_max_size = true;
		return 0;
	case KEY_READ_FIRST:
		prune->read_first = true;
		return 0;
	case KEY_READ:
		tool_usage("--read is an option of reeve-prune, which removes what has been read; "
		           "here --read-first drops that first");
	}
	return ARGP_ERR_UNKNOWN;
}

static void check(const struct options *o)
{
	const struct reeve_prune *prune = &o->clean.prune;

	if (o->all && prune->has_max_size)
		tool_usage("--all empties the mailbox, --max-size does not: choose one");
	if (prune->read_first && !prune->has_max_size)
		tool_usage("--read-first needs --max-size");
	/* One word too few would empty the mailbox of everybody who has read his mail. */
	if (o->clean.boxes.all_users && !o->all && !prune->has_max_size)
		tool_usage("--all-users needs --max-size, or --all to empty every mailbox");
}

static void say(const struct clean *clean, const char *path, const struct reeve_prune_result *r)
{
	char unread[40], messages[40], went[16], left[16];

	if (r->messages_removed == 0 && !clean->verbose && !clean->prune.dry_run)
		return;
	tool_say(stdout, "%s: %s %s%s, %s; %llu left, %s", path,
	         clean->prune.dry_run ? "would remove" : "removed",
	         clean_messages(r->messages_removed, messages),
	         clean_unread(r->unread_removed, unread), reeve_size_format(r->bytes_removed, went),
	         (unsigned long long)(r->messages_before - r->messages_removed),
	         reeve_size_format(r->bytes_before - r->bytes_removed, left));
}

static const char *advice(const struct clean *clean, const struct reeve_error *err,
                          const struct reeve_prune_result *result)
{
	if (err->code != REEVE_EREFUSED || !clean->prune.refuse_unread ||
	    result->unread_before == 0)
		return NULL;
	return "to remove unread mail too, use --all; to remove only what was read, "
	       "use reeve-prune --read";
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "FILE...\n--user NAME\n--all-users --max-size SIZE",
		.doc = "Empty mailboxes in mbox format, or make them smaller.\v"
		       "What is removed cannot be brought back. See reeve-truncate(1).",
		.children = clean_children,
	};
	struct options o = {.clean = {.say = say, .advice = advice}};
	struct reeve_error err;
	struct reeve_query *everything = NULL;

	tool_begin(argc, argv);
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	check(&o);
	clean_check(&o.clean);

	o.clean.prune.refuse_unread = !o.all && !o.clean.prune.has_max_size;
	if (!o.clean.prune.has_max_size)
		everything = reeve_query_compile("ALL", 0, &err);
	if (!o.clean.prune.has_max_size && everything == NULL) {
		tool_fail(&err);
	} else {
		o.clean.prune.query = everything;
		clean_run(&o.clean);
	}
	reeve_query_free(everything);
	clean_dispose(&o.clean);
	return tool_end();
}
