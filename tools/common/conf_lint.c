/* SPDX-License-Identifier: MIT */
/* reeve-conf lint: what was found in the files, in their order. */
#include "conf.h"

#include "tool.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Files in the order in which they were read, then by line. */
static int compare(const void *left, const void *right)
{
	const struct conf_finding *a = left, *b = right;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return strcmp(a->text, b->text);
}

static bool is_same(const struct conf_finding *a, const struct conf_finding *b)
{
	return a->line == b->line && a->column == b->column && strcmp(a->file, b->file) == 0 &&
	       strcmp(a->text, b->text) == 0;
}

static void say_finding(struct conf_run *run, const struct conf_finding *finding)
{
	conf_put_text(run, finding->file, "");
	if (finding->line != 0)
		printf(":%ju", (uintmax_t)finding->line);
	if (finding->line != 0 && finding->column != 0)
		printf(":%ju", (uintmax_t)finding->column);
	printf(": %s: ", tool_severity_word(finding->severity));
	conf_put_text(run, finding->text, "");
	putchar('\n');
}

/* The findings about one file; they are moved to where they have been told. */
static void say_file(struct conf_run *run, struct conf_side *side, const char *file)
{
	struct conf_finding *first;
	size_t n = 0;

	if (side->told == side->finding_count)
		return;
	first = &side->findings[side->told];

	for (size_t i = side->told; i < side->finding_count; i++) {
		struct conf_finding finding = side->findings[i];

		if (strcmp(finding.file, file) != 0)
			continue;
		side->findings[i] = first[n];
		first[n++] = finding;
	}
	if (n == 0)
		return;
	qsort(first, n, sizeof *first, compare);
	for (size_t i = 0; i < n; i++) {
		struct conf_finding *finding = &first[i];
		struct reeve_diag diag = {finding->severity, finding->file, finding->line,
		                          finding->column, finding->text};

		if (i > 0 && is_same(finding, finding - 1))
			continue;
		if (finding->severity > REEVE_NOTE)
			tool_worse(TOOL_FOUND);
		if (run->is_json)
			json_append_diag(run->diags, &diag);
		else if (!run->is_quiet && (finding->severity > REEVE_NOTE || run->is_verbose))
			say_finding(run, finding);
	}
	side->told += n;
}

void conf_lint(struct conf_run *run)
{
	struct reeve_error err;

	conf_open(run);
	for (size_t i = 0; i < CONF_SIDES; i++) {
		struct conf_side *side = &run->sides[i];

		if (side->conf == NULL)
			continue;
		if (reeve_conf_lint(side->conf, &err) < 0)
			conf_fail(run, &err);
		for (size_t k = 0; k < reeve_conf_file_count(side->conf); k++)
			say_file(run, side, reeve_conf_file(side->conf, k).path);
		/* What is not about a file that was read: one that is missing. */
		while (side->told < side->finding_count)
			say_file(run, side, side->findings[side->told].file);
		conf_tell(run, side);
	}
	if (run->is_json)
		conf_print_json(run, json_map());
}
