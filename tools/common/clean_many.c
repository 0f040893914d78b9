/* SPDX-License-Identifier: MIT */
/*
 * --jobs: mailboxes in several processes, and a table of what went.
 *
 * A child sends what the library says of its mailbox, and how it ended, as records; the parent says
 * all that, in words or JSON, as if it had done the work itself.
 */
#include "clean_many.h"

#include "jobs.h"
#include "progress.h"
#include "tool.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

struct many {
	struct clean *clean;
	struct boxes_box *boxes; /* strings and errors are ours */
	struct clean_outcome *outcomes;
	size_t count, room;
	size_t done;
};

/* ---- records ------------------------------------------------------------------------------- */

/* A diagnostic, whose two strings follow; or, with is_end, an outcome follows, and nothing more. */
struct record {
	bool is_end;
	enum reeve_severity severity;
	uint64_t line, column;
	size_t file_bytes, text_bytes; /* with their NULs */
};

static int child_out;

static void send_diag(void *user, const struct reeve_diag *diag)
{
	struct record record = {
		.severity = diag->severity,
		.line = diag->line,
		.column = diag->column,
		.file_bytes = strlen(diag->file) + 1,
		.text_bytes = strlen(diag->text) + 1,
	};

	(void)user;
	if (jobs_write(child_out, &record, sizeof record) &&
	    jobs_write(child_out, diag->file, record.file_bytes))
		jobs_write(child_out, diag->text, record.text_bytes);
}

static void work(void *user, size_t i, int out)
{
	struct many *many = user;
	struct clean_outcome outcome = {0};
	struct record record = {.is_end = true};

	child_out = out;
	many->clean->prune.talk.diag = send_diag;
	many->clean->prune.talk.progress = NULL;
	clean_one(many->clean, &many->boxes[i], &outcome);
	if (jobs_write(out, &record, sizeof record))
		jobs_write(out, &outcome, sizeof outcome);
}

/* Repeat what the child said. False if it did not come to an end. */
static bool repeat(struct clean *clean, const unsigned char *said, size_t n,
                   struct clean_outcome *outcome)
{
	struct record record;

	while (n >= sizeof record) {
		memcpy(&record, said, sizeof record);
		said += sizeof record;
		n -= sizeof record;
		if (record.is_end) {
			if (n != sizeof *outcome)
				return false;
			memcpy(outcome, said, sizeof *outcome);
			return true;
		}
		if (record.file_bytes > n || record.text_bytes > n - record.file_bytes)
			return false;
		struct reeve_diag diag = {
			.severity = record.severity,
			.file = (const char *)said,
			.line = record.line,
			.column = record.column,
			.text = (const char *)said + record.file_bytes,
		};
		clean_diag(clean, &diag);
		said += record.file_bytes + record.text_bytes;
		n -= record.file_bytes + record.text_bytes;
	}
	return false;
}

static void say_lost(const struct boxes_box *box, int status, struct reeve_error *err)
{
	err->code = REEVE_EIO;
	if (status == -1)
		snprintf(err->text, sizeof err->text, "'%.900s': no process can be started",
		         box->path);
	else
		snprintf(err->text, sizeof err->text,
		         "'%.700s': its process ended %s %d; if it was in the midst of it, "
		         "'reeve-prune --recover' goes on",
		         box->path, WIFSIGNALED(status) ? "by signal" : "with status",
		         WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static void done(void *user, size_t i, const unsigned char *said, size_t n, int status)
{
	struct many *many = user;
	struct clean_outcome *outcome = &many->outcomes[i];

	clean_begin(many->clean);
	if (!repeat(many->clean, said, n, outcome)) {
		*outcome = (struct clean_outcome){.has_failed = true};
		say_lost(&many->boxes[i], status, &outcome->err);
	}
	clean_settle(many->clean, &many->boxes[i], outcome);
	many->done = i + 1;
}

static void show(void *user, size_t ready)
{
	struct many *many = user;

	progress_count("mailboxes", ready, many->count);
}

/* ---- the mailboxes ------------------------------------------------------------------------- */

static void no_memory(void)
{
	tool_error("out of memory");
	exit(TOOL_FAILED);
}

static char *copy(const char *text)
{
	char *mine = text == NULL ? NULL : strdup(text);

	if (text != NULL && mine == NULL)
		no_memory();
	return mine;
}

static bool collect(void *user, const struct boxes_box *box)
{
	struct many *many = user;
	struct reeve_error *err = NULL;

	if (many->count == many->room) {
		many->room = many->room == 0 ? 64 : many->room * 2;
		many->boxes = reallocarray(many->boxes, many->room, sizeof *many->boxes);
		if (many->boxes == NULL)
			no_memory();
	}
	if (box->err != NULL) {
		err = malloc(sizeof *err);
		if (err == NULL)
			no_memory();
		*err = *box->err;
	}
	many->boxes[many->count++] = (struct boxes_box){copy(box->path), copy(box->user), err};
	return !tool_is_stopped();
}

static void dispose(struct many *many)
{
	for (size_t i = 0; i < many->count; i++) {
		free((char *)many->boxes[i].path);
		free((char *)many->boxes[i].user);
		free((struct reeve_error *)many->boxes[i].err);
	}
	free(many->boxes);
	free(many->outcomes);
}

/* ---- the table ------------------------------------------------------------------------------ */

static void print_row(int width, const char *name, const struct clean_outcome *outcome)
{
	const struct reeve_prune_result *r = &outcome->result;
	char went[16], had[16];

	if (outcome->has_failed)
		tool_say(stdout, "%-*s  %s", width, name,
		         tool_status_of(outcome->err.code) == TOOL_AGAIN ? "try again later" :
		                                                           "failed");
	else
		tool_say(stdout, "%-*s %10llu %10llu %10llu %10s %10s", width, name,
		         (unsigned long long)r->messages_removed,
		         (unsigned long long)r->messages_before,
		         (unsigned long long)r->unread_removed,
		         reeve_size_format(r->bytes_removed, went),
		         reeve_size_format(r->bytes_before, had));
}

static const char *name_of(const struct boxes_box *box)
{
	return box->path != NULL ? box->path : box->user != NULL ? box->user : "-";
}

static void print_table(const struct many *many)
{
	struct clean_outcome total = {.result = many->clean->total};
	int width = (int)strlen("mailbox");

	for (size_t i = 0; i < many->done; i++) {
		size_t n = strlen(name_of(&many->boxes[i]));

		if (n < 200 && (int)n > width)
			width = (int)n;
	}
	tool_say(stdout, "%-*s %10s %10s %10s %10s %10s", width, "mailbox",
	         many->clean->prune.dry_run ? "would go" : "removed", "of", "unread", "bytes", "of");
	for (size_t i = 0; i < many->done; i++)
		print_row(width, name_of(&many->boxes[i]), &many->outcomes[i]);
	print_row(width, "total", &total);
}

/* ---- all of it ------------------------------------------------------------------------------ */

void clean_many(struct clean *clean)
{
	struct many many = {.clean = clean};

	boxes_each(&clean->boxes, &clean->prune.talk, collect, &many);
	many.outcomes = calloc(many.count + 1, sizeof *many.outcomes);
	if (many.outcomes == NULL)
		no_memory();

	struct jobs jobs = {
		.count = many.count,
		/* All of them write to the same archive: one would wait for the other's lock. */
		.at_once = clean->prune.archive != NULL ? 1 : clean->jobs,
		.user = &many,
		.work = work,
		.done = done,
		.progress = show,
	};
	progress_begin("");
	jobs_complete(&jobs);
	progress_end();
	if (clean->is_table)
		print_table(&many);
	dispose(&many);
}
