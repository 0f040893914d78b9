/* SPDX-License-Identifier: MIT */
/* The run that reeve-prune and reeve-truncate share. */
#include "clean.h"

#include "clean_many.h"
#include "progress.h"
#include "option.h"
#include "tool.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define JOBS_MAX 256

enum {
	KEY_ARCHIVE = 0x200,
	KEY_JOBS,
	KEY_JSON,
	KEY_LOCK_TIMEOUT,
};

static const struct argp_option options[] = {
	{"archive", KEY_ARCHIVE, "FILE", 0,
         "add what goes to the mailbox FILE first; %Y, %m, ... are of each message's date", 0},
	{"dry-run", 'n', NULL, 0, "say what would go, change nothing, take no lock", 0},
	{"jobs", KEY_JOBS, "N", 0, "clean N mailboxes at once, and print a table at the end", 0},
	{"json", KEY_JSON, NULL, 0, "say on standard output, in JSON, what went", 0},
	{"lock-timeout", KEY_LOCK_TIMEOUT, "SECONDS", 0,
         "how long to try for a mailbox that others hold (60)", 0},
	{"quiet", 'q', NULL, 0, "errors only: no results, no warnings, no progress", 0},
	{"verbose", 'v', NULL, 0, "say more", 0},
	{0},
};

/* ---- options ------------------------------------------------------------------------------- */

bool clean_count_parse(const char *text, uint64_t *count_r)
{
	char *end;

	/* strtoull() takes blanks and a sign in front; a count has neither. */
	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*count_r = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0';
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct clean *clean = state->input;
	struct reeve_error err;
	uint64_t jobs;

	switch (key) {
	case ARGP_KEY_INIT:
		clean->prune.lock_timeout_ms = OPTION_LOCK_TIMEOUT_MS;
		return 0;
	case KEY_ARCHIVE:
		if (reeve_archive_check(arg, &err) != 0)
			tool_usage("--archive: %s", err.text);
		clean->prune.archive = arg;
		return 0;
	case 'n':
		clean->prune.dry_run = true;
		return 0;
	case KEY_JOBS:
		if (!clean_count_parse(arg, &jobs) || jobs == 0 || jobs > JOBS_MAX)
			tool_usage("--jobs: '%s' is not a number from 1 to %d", arg, JOBS_MAX);
		clean->jobs = (unsigned int)jobs;
		return 0;
	case KEY_JSON:
		clean->is_json = true;
		return 0;
	case KEY_LOCK_TIMEOUT:
		clean->prune.lock_timeout_ms = option_lock_timeout_ms(arg);
		return 0;
	case 'q':
		clean->quiet = true;
		return 0;
	case 'v':
		clean->verbose = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp clean_argp = {.options = options, .parser = parse};

const struct argp_child clean_children[] = {
	{.argp = &boxes_argp, .header = "Mailboxes:", .group = 8},
	{.argp = &clean_argp, .header = "How:", .group = 9},
	{0},
};

void clean_inputs(struct clean *clean, struct argp_state *state)
{
	state->child_inputs[0] = &clean->boxes;
	state->child_inputs[1] = clean;
}

void clean_check(struct clean *clean)
{
	tool_talk(clean->quiet, clean->verbose);
	boxes_check(&clean->boxes, clean->recover);
	if (clean->recover && clean->prune.archive != NULL)
		tool_usage("--recover removes nothing and goes with no --archive");
	if (!clean->quiet && !clean->is_json)
		progress_allow();
	clean->is_table = clean->jobs > 0 && !clean->quiet && !clean->is_json && !clean->recover;
}

/* ---- words --------------------------------------------------------------------------------- */

const char *clean_unread(uint64_t count, char buf[40])
{
	buf[0] = '\0';
	if (count > 0)
		snprintf(buf, 40, " (%llu unread)", (unsigned long long)count);
	return buf;
}

const char *clean_messages(uint64_t count, char buf[40])
{
	snprintf(buf, 40, "%llu message%s", (unsigned long long)count, count == 1 ? "" : "s");
	return buf;
}

/* ---- what the library says while it works -------------------------------------------------- */

void clean_diag(struct clean *clean, const struct reeve_diag *diag)
{
	tool_diag(diag);
	if (clean->is_json)
		json_append_diag(clean->json_box_diags != NULL ? clean->json_box_diags
		                                               : clean->json_diags,
		                 diag);
}

static void on_diag(void *user, const struct reeve_diag *diag)
{
	clean_diag(user, diag);
}

static void on_progress(void *user, const char *phase, uint64_t done, uint64_t total)
{
	(void)user;
	progress_show(phase, done, total);
}

/* ---- one mailbox --------------------------------------------------------------------------- */

static void put_result(struct json *map, const struct reeve_prune_result *r)
{
	json_put_number(map, "messages_before", r->messages_before);
	json_put_number(map, "messages_removed", r->messages_removed);
	json_put_number(map, "unread_before", r->unread_before);
	json_put_number(map, "unread_removed", r->unread_removed);
	json_put_number(map, "bytes_before", r->bytes_before);
	json_put_number(map, "bytes_removed", r->bytes_removed);
	json_put_number(map, "held_back", r->held_back);
}

/* The box as an object, with the diagnostics that came up meanwhile. */
static void put_box(struct clean *clean, const struct boxes_box *box,
                    const struct reeve_prune_result *result, const struct reeve_error *err)
{
	struct json *map = json_map();

	json_put_text(map, "path", box->path);
	json_put_text(map, "user", box->user);
	if (err == NULL && !clean->recover)
		put_result(map, result);
	if (err == NULL)
		json_put_bool(map, "recovered", result->recovered);
	json_put_bool(map, "dry_run", clean->prune.dry_run);
	if (err == NULL && !clean->recover) {
		json_put_number(map, "lock_wait_ms", (uint64_t)result->lock_wait_ms);
		json_put_number(map, "lock_held_ms", (uint64_t)result->lock_held_ms);
	}
	if (err != NULL)
		json_put_error(map, err);
	json_put(map, "diagnostics", clean->json_box_diags);
	clean->json_box_diags = NULL;
	json_append(clean->json_boxes, map);
}

static void fail(struct clean *clean, const struct reeve_prune_result *result,
                 const struct reeve_error *err)
{
	const char *advice = NULL;

	clean->failed_count++;
	tool_fail(err);
	if (clean->advice != NULL)
		advice = clean->advice(clean, err, result);
	if (advice != NULL && !clean->quiet)
		tool_error("%s", advice);
}

static void add_to_total(struct clean *clean, const struct reeve_prune_result *r)
{
	struct reeve_prune_result *total = &clean->total;

	clean->done_count++;
	total->messages_before += r->messages_before;
	total->messages_removed += r->messages_removed;
	total->unread_before += r->unread_before;
	total->unread_removed += r->unread_removed;
	total->bytes_before += r->bytes_before;
	total->bytes_removed += r->bytes_removed;
	total->held_back += r->held_back;
}

void clean_one(struct clean *clean, const struct boxes_box *box, struct clean_outcome *outcome)
{
	int r;

	if (box->err != NULL) {
		outcome->err = *box->err;
		r = -1;
	} else if (clean->recover) {
		r = reeve_mbox_recover(box->path, &clean->prune, &outcome->err);
		outcome->result.recovered = r > 0;
	} else {
		r = reeve_mbox_prune(box->path, &clean->prune, &outcome->result, &outcome->err);
	}
	outcome->has_failed = r < 0;
}

void clean_begin(struct clean *clean)
{
	if (clean->is_json)
		clean->json_box_diags = json_list();
}

void clean_settle(struct clean *clean, const struct boxes_box *box,
                  const struct clean_outcome *outcome)
{
	const struct reeve_prune_result *result = &outcome->result;

	if (outcome->has_failed) {
		fail(clean, result, &outcome->err);
	} else {
		add_to_total(clean, result);
		if (result->recovered && clean->verbose && !clean->is_json)
			tool_say(stdout, "%s: finished what was broken off", box->path);
		if (!clean->quiet && !clean->is_json && !clean->recover && !clean->is_table)
			clean->say(clean, box->path, result);
	}
	if (clean->is_json)
		put_box(clean, box, result, outcome->has_failed ? &outcome->err : NULL);
}

/* Prune, or recover, and say how it went. */
static bool work(void *user, const struct boxes_box *box)
{
	struct clean *clean = user;
	struct clean_outcome outcome = {0};

	if (tool_is_stopped())
		return false;
	clean_begin(clean);
	if (box->path != NULL)
		progress_begin(box->path);
	clean_one(clean, box, &outcome);
	progress_end();
	clean_settle(clean, box, &outcome);
	return !tool_is_stopped();
}

/* ---- all of them --------------------------------------------------------------------------- */

static void print_json(struct clean *clean)
{
	struct json *document = json_map();
	struct json *totals = json_map();

	json_put_number(totals, "boxes", clean->done_count + clean->failed_count);
	json_put_number(totals, "boxes_failed", clean->failed_count);
	if (!clean->recover)
		put_result(totals, &clean->total);
	json_put(document, "boxes", clean->json_boxes);
	json_put(document, "totals", totals);
	json_put(document, "diagnostics", clean->json_diags);
	if (json_print(document) != 0) {
		tool_error("out of memory; nothing is printed");
		tool_worse(TOOL_FAILED);
	}
}

/*
 * The archive's name inside the root. The root's own name is none of a date's: each % in it is
 * doubled.
 */
static char *in_named_root(const struct clean *clean)
{
	const char *root = clean->boxes.root, *file = clean->prune.archive;
	char *name = malloc(2 * strlen(root) + strlen(file) + 2), *to = name;

	if (name == NULL)
		return NULL;
	for (const char *p = root; *p != '\0'; p++) {
		if (*p == '%')
			*to++ = '%';
		*to++ = *p;
	}
	*to++ = '/';
	strcpy(to, file + strspn(file, "/"));
	return name;
}

void clean_run(struct clean *clean)
{
	struct reeve_talk talk = {
		.diag = on_diag,
		.progress = on_progress,
		.cancel = tool_cancel,
		.user = clean,
	};

	clean->prune.talk = talk;
	clean->prune.root = clean->boxes.root;
	if (clean->prune.archive != NULL && clean->boxes.root != NULL) {
		clean->archive = in_named_root(clean);
		if (clean->archive == NULL) {
			tool_error("out of memory");
			tool_worse(TOOL_FAILED);
			return;
		}
		clean->prune.archive = clean->archive;
	}
	if (clean->is_json) {
		clean->json_boxes = json_list();
		clean->json_diags = json_list();
	}
	if (clean->jobs > 0)
		clean_many(clean);
	else
		boxes_each(&clean->boxes, &talk, work, clean);

	if (clean->is_json)
		print_json(clean);
	else if (clean->done_count > 1 && !clean->quiet && !clean->recover && !clean->is_table)
		clean->say(clean, "total", &clean->total);
}

void clean_dispose(struct clean *clean)
{
	free(clean->archive);
	boxes_dispose(&clean->boxes);
}
