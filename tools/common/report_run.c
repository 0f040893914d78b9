/* SPDX-License-Identifier: MIT */
/* Reports of mailboxes, in tables, JSON or a page, and their total. */
#include "report_run.h"

#include "outfile.h"
#include "progress.h"
#include "report.h"
#include "table.h"
#include "text.h"
#include "tool.h"
#include <stdlib.h>
#include <string.h>

static void die_without_memory(void)
{
	tool_error("out of memory");
	exit(TOOL_FAILED);
}

/* ---- what the library says while it works -------------------------------------------------- */

static void on_diag(void *user, const struct reeve_diag *diag)
{
	struct report_run *run = user;

	tool_diag(diag);
	if (run->is_json)
		json_append_diag(run->json_box_diags != NULL ? run->json_box_diags : run->json_diags,
		                 diag);
}

static void on_progress(void *user, const char *phase, uint64_t done, uint64_t total)
{
	(void)user;
	progress_show(phase, done, total);
}

/* ---- one mailbox --------------------------------------------------------------------------- */

static void remember(struct report_run *run, const char *path, const struct reeve_tally *tally)
{
	struct reeve_report_name *rows =
		reallocarray(run->rows, run->done_count + 1, sizeof *rows);
	char *copy = strdup(path);

	if (rows == NULL || copy == NULL)
		die_without_memory();
	run->rows = rows;
	rows[run->done_count++] = (struct reeve_report_name){.name = copy, .tally = *tally};
}

static void say(struct report_run *run, const struct boxes_box *box,
                const struct reeve_report_figures *figures)
{
	char *arguments = report_arguments(&run->boxes, box);
	struct report_box said = {box->path, box->user, arguments, figures, NULL};

	if (arguments == NULL)
		die_without_memory();
	if (run->html != NULL)
		report_page_box(run->page, &said);
	if (run->is_json) {
		struct json *map = json_map();

		json_put_text(map, "path", box->path);
		json_put_text(map, "user", box->user);
		report_json(map, &said);
		json_put(map, "diagnostics", run->json_box_diags);
		run->json_box_diags = NULL;
		json_append(run->json_boxes, map);
	}
	if (run->html == NULL && !run->is_json) {
		if (run->done_count > 0)
			printf("\n\n");
		report_tables(&said);
		fflush(stdout);
	}
	free(arguments);
}

static void say_failed(struct report_run *run, const struct boxes_box *box,
                       const struct reeve_error *err)
{
	run->failed_count++;
	tool_fail(err);
	if (run->page != NULL)
		report_page_failed(run->page, err);
	if (!run->is_json)
		return;

	struct json *map = json_map();
	json_put_text(map, "path", box->path);
	json_put_text(map, "user", box->user);
	json_put_error(map, err);
	json_put(map, "diagnostics", run->json_box_diags);
	run->json_box_diags = NULL;
	json_append(run->json_boxes, map);
}

/* The figures of one mailbox, said and added to the total. 0, or -1 with err. */
static int report_one(struct report_run *run, const struct boxes_box *box,
                      const struct reeve_report_options *how, struct reeve_error *err)
{
	const struct reeve_report_figures *figures = NULL;
	struct reeve_report *report = reeve_report_new(how, err);

	if (report != NULL) {
		progress_begin(box->path);
		if (reeve_report_read(report, box->path, err) == 0)
			figures = reeve_report_figures(report, err);
		progress_end();
	}
	if (figures != NULL && reeve_report_add(run->total, report, err) < 0)
		figures = NULL;
	if (figures != NULL) {
		say(run, box, figures);
		remember(run, box->path, &figures->all);
	}
	reeve_report_free(report);
	return figures != NULL ? 0 : -1;
}

static struct reeve_report_options how_of(struct report_run *run)
{
	return (struct reeve_report_options){
		.root = run->boxes.root,
		.top = (size_t)run->top,
		.talk = {on_diag, on_progress, tool_cancel, run},
	};
}

static bool work(void *user, const struct boxes_box *box)
{
	struct report_run *run = user;
	struct reeve_report_options how = how_of(run);
	struct reeve_error err;

	if (tool_is_stopped())
		return false;
	if (run->is_json)
		run->json_box_diags = json_list();
	if (box->err != NULL)
		say_failed(run, box, box->err);
	else if (report_one(run, box, &how, &err) < 0)
		say_failed(run, box, &err);
	return !tool_is_stopped();
}

/* ---- all of them --------------------------------------------------------------------------- */

static int heavier(const void *a, const void *b)
{
	const struct reeve_report_name *x = a, *y = b;

	if (x->tally.bytes != y->tally.bytes)
		return x->tally.bytes > y->tally.bytes ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* The mailboxes as a list of names. */
static struct reeve_report_names list_boxes(struct report_run *run)
{
	struct reeve_report_names names = {.rows = run->rows, .distinct = run->done_count, .is_exact = true};

	if (run->done_count > 0)
		qsort(run->rows, run->done_count, sizeof *run->rows, heavier);
	names.count = run->done_count < run->top ? run->done_count : (size_t)run->top;
	for (size_t i = names.count; i < run->done_count; i++) {
		names.others.count += run->rows[i].tally.count;
		names.others.bytes += run->rows[i].tally.bytes;
		names.others.unread_count += run->rows[i].tally.unread_count;
		names.others.unread_bytes += run->rows[i].tally.unread_bytes;
	}
	return names;
}

static void print_json(struct report_run *run, const struct report_box *total)
{
	struct json *document = json_map();
	struct json *totals = json_map();

	json_put_number(totals, "boxes", run->done_count + run->failed_count);
	json_put_number(totals, "boxes_failed", run->failed_count);
	report_json(totals, total);
	json_put(document, "boxes", run->json_boxes);
	json_put(document, "totals", totals);
	json_put(document, "diagnostics", run->json_diags);
	if (json_print(document) != 0) {
		tool_error("out of memory; nothing is printed");
		tool_worse(TOOL_FAILED);
	}
}

/*
 * The total comes first on the page, so the mailboxes' sections were kept until now. Where nothing
 * could be read, an older page is better than none.
 */
static void write_page(struct report_run *run, struct outfile *file, const struct report_box *total)
{
	if (fclose(run->page) != 0)
		die_without_memory();
	if (run->done_count == 0 && run->failed_count > 0) {
		outfile_drop(file);
		free(run->sections);
		return;
	}
	report_page_begin(file->out, run->done_count > 1 ? total : NULL);
	fwrite(run->sections, 1, run->sections_size, file->out);
	free(run->sections);
	report_page_end(file->out);
	if (!outfile_commit(file))
		tool_worse(TOOL_FAILED);
}

static void say_total(struct report_run *run, struct outfile *file)
{
	struct reeve_error err;
	const struct reeve_report_figures *figures = reeve_report_figures(run->total, &err);
	struct reeve_report_names boxes = list_boxes(run);
	char *arguments = report_arguments(&run->boxes, NULL);
	struct report_box total = {NULL, NULL, arguments, figures, &boxes};

	if (figures == NULL || arguments == NULL)
		die_without_memory();
	if (run->html != NULL)
		write_page(run, file, &total);
	if (run->is_json) {
		print_json(run, &total);
	} else if (run->html == NULL && run->done_count > 1) {
		printf("\n\n");
		report_tables(&total);
	}
	free(arguments);
}

void report_run(struct report_run *run)
{
	struct reeve_report_options how = how_of(run);
	struct outfile file = {0};
	struct reeve_error err;

	text_begin();
	table_begin();
	run->total = reeve_report_new(&how, &err);
	if (run->total == NULL)
		die_without_memory();
	if (run->is_json) {
		run->json_boxes = json_list();
		run->json_diags = json_list();
	}
	if (run->html != NULL) {
		/* Before minutes of reading. */
		if (outfile_open(&file, run->html, REPORT_PAGE_BEGINS) == NULL) {
			tool_worse(TOOL_FAILED);
			return;
		}
		run->page = open_memstream(&run->sections, &run->sections_size);
		if (run->page == NULL)
			die_without_memory();
	}
	boxes_each(&run->boxes, &how.talk, work, run);
	if (tool_is_stopped())
		outfile_drop(&file);
	else
		say_total(run, &file);
}

void report_run_dispose(struct report_run *run)
{
	reeve_report_free(run->total);
	for (size_t i = 0; i < run->done_count; i++)
		free((char *)run->rows[i].name);
	free(run->rows);
	boxes_dispose(&run->boxes);
}
