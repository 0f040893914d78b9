/* SPDX-License-Identifier: MIT */
/* Reports: made, added up, and turned into figures. */
#include "report/report.h"
#include "base/error.h"

#include <stdlib.h>
#include <time.h>

#define TOP_DEFAULT 10

#define KB ((uint64_t)1 << 10)
#define MB ((uint64_t)1 << 20)

/* Where the classes begin; each ends where the next one begins. */
static const unsigned int age_days[REEVE_REPORT_AGES] = {0, 7, 30, 90, 365, 3 * 365};
static const uint64_t size_bytes[REEVE_REPORT_SIZES] = {0, 10 * KB, 100 * KB, MB, 10 * MB, 100 * MB};

struct reeve_report *reeve_report_new(const struct reeve_report_options *options,
                                      struct reeve_error *err)
{
	struct reeve_report *report = calloc(1, sizeof *report);
	bool is_whole = report != NULL;

	if (report == NULL)
		goto fail;
	if (options != NULL)
		report->options = *options;
	if (report->options.top == 0)
		report->options.top = TOP_DEFAULT;
	if (report->options.now == 0)
		report->options.now = time(NULL);
	report->largest.max = report->options.top;
	for (size_t i = 0; i < REEVE_KINDS; i++) {
		report->names[i] = reeve_counter_new(REEVE_REPORT_NAMES);
		is_whole &= report->names[i] != NULL;
	}
	for (size_t i = 0; i < REEVE_REPORT_AGES; i++) {
		struct reeve_report_class *class = &report->figures.ages[i];

		class->from = age_days[i];
		class->to = i + 1 < REEVE_REPORT_AGES ? age_days[i + 1] : 0;
	}
	for (size_t i = 0; i < REEVE_REPORT_SIZES; i++) {
		struct reeve_report_class *class = &report->figures.sizes[i];

		class->from = size_bytes[i];
		class->to = i + 1 < REEVE_REPORT_SIZES ? size_bytes[i + 1] : 0;
	}
	if (is_whole)
		return report;
fail:
	reeve_report_free(report);
	reeve_fail_nomem(err);
	return NULL;
}

int reeve_report_add(struct reeve_report *total, const struct reeve_report *report,
                     struct reeve_error *err)
{
	struct reeve_report_figures *f = &total->figures;
	const struct reeve_report_figures *g = &report->figures;

	if (g->all.count > 0 && (f->all.count == 0 || g->oldest < f->oldest))
		f->oldest = g->oldest;
	if (g->all.count > 0 && (f->all.count == 0 || g->newest > f->newest))
		f->newest = g->newest;
	f->boxes += g->boxes;
	f->bytes += g->bytes;
	reeve_tally_add(&f->all, &g->all);
	reeve_tally_add(&f->flagged, &g->flagged);
	for (size_t i = 0; i < REEVE_REPORT_AGES; i++)
		reeve_tally_add(&f->ages[i].tally, &g->ages[i].tally);
	for (size_t i = 0; i < REEVE_REPORT_SIZES; i++)
		reeve_tally_add(&f->sizes[i].tally, &g->sizes[i].tally);
	reeve_advice_merge(&total->advice, &report->advice);
	for (size_t i = 0; i < REEVE_KINDS; i++)
		if (reeve_counter_merge(total->names[i], report->names[i]) < 0)
			return reeve_fail_nomem(err);
	return reeve_largest_merge(&total->largest, &report->largest) < 0 ? reeve_fail_nomem(err)
	                                                                  : 0;
}

const struct reeve_report_figures *reeve_report_figures(struct reeve_report *report,
                                                        struct reeve_error *err)
{
	struct reeve_report_figures *f = &report->figures;
	struct reeve_report_names *names[REEVE_KINDS] = {&f->senders, &f->domains, &f->lists,
	                                           &f->attachments};
	size_t top = report->options.top;

	for (size_t i = 0; i < REEVE_KINDS; i++) {
		free(report->name_rows[i]);
		report->name_rows[i] = calloc(top, sizeof *report->name_rows[i]);
		if (report->name_rows[i] == NULL ||
		    reeve_counter_top(report->names[i], report->name_rows[i], top, names[i]) < 0)
			goto fail;
	}
	free(report->largest_rows);
	report->largest_rows = calloc(report->largest.count + 1, sizeof *report->largest_rows);
	if (report->largest_rows == NULL)
		goto fail;
	reeve_largest_sorted(&report->largest, report->largest_rows);
	f->largest = report->largest_rows;
	f->largest_count = report->largest.count;
	f->commands = report->commands;
	f->command_count =
		reeve_advice_commands(&report->advice, report->advice_names, report->commands,
		                      &f->command_best);
	return f;
fail:
	reeve_fail_nomem(err);
	return NULL;
}

void reeve_report_free(struct reeve_report *report)
{
	if (report == NULL)
		return;
	for (size_t i = 0; i < REEVE_KINDS; i++) {
		reeve_counter_free(report->names[i]);
		free(report->name_rows[i]);
	}
	reeve_largest_dispose(&report->largest);
	free(report->largest_rows);
	free(report);
}
