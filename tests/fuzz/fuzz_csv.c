/* SPDX-License-Identifier: MIT */
/* Any bytes as comma-separated values: a record written again, all in quotes, is the same record. */
#include "base/csv.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void check(bool is_so)
{
	if (!is_so)
		abort();
}

/* The record in quotes, without a line end; to be freed. */
static char *write_record(const struct reeve_csv *csv, size_t *n_r)
{
	size_t size = 1;
	char *text, *to;

	for (size_t i = 0; i < csv->count; i++)
		size += 2 * strlen(csv->fields[i].text) + 3;
	text = to = malloc(size);
	check(text != NULL);
	for (size_t i = 0; i < csv->count; i++) {
		if (i > 0)
			*to++ = ',';
		*to++ = '"';
		for (const char *p = csv->fields[i].text; *p != '\0'; p++) {
			if (*p == '"')
				*to++ = '"';
			*to++ = *p;
		}
		*to++ = '"';
	}
	*n_r = (size_t)(to - text);
	return text;
}

static void check_record(const struct reeve_csv *csv)
{
	struct reeve_csv again;
	size_t n;
	char *text = write_record(csv, &n);

	check(reeve_csv_open(&again, text, n, NULL) == 0);
	check(reeve_csv_next(&again, NULL) == 1 && again.count == csv->count);
	for (size_t i = 0; i < csv->count; i++)
		check(strcmp(again.fields[i].text, csv->fields[i].text) == 0);
	check(reeve_csv_next(&again, NULL) == 0);
	reeve_csv_dispose(&again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	uint64_t line = 0;
	struct reeve_csv csv;
	int more;

	if (reeve_csv_open(&csv, bytes, n, NULL) != 0)
		return 0;
	while ((more = reeve_csv_next(&csv, NULL)) != 0) {
		check(csv.line >= line && csv.line > 0 && csv.column > 0 && csv.at <= n);
		line = csv.line;
		if (more > 0)
			check_record(&csv);
	}
	reeve_csv_dispose(&csv);
	return 0;
}
