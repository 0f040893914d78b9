/* SPDX-License-Identifier: MIT */
/* Records of comma-separated values. */
#include "base/csv.h"

#include "base/error.h"
#include <stdlib.h>
#include <string.h>

int reeve_csv_open(struct reeve_csv *csv, const void *bytes, size_t n, struct reeve_error *err)
{
	static const unsigned char mark[] = {0xef, 0xbb, 0xbf};

	*csv = (struct reeve_csv){.bytes = bytes, .n = n, .at_line = 1};
	/* No record is longer than all, and a NUL is where a comma or the line end was, or at the end. */
	csv->text_size = n + 1;
	csv->text = malloc(csv->text_size);
	if (csv->text == NULL)
		return reeve_fail_nomem(err);
	if (n >= sizeof mark && memcmp(bytes, mark, sizeof mark) == 0)
		csv->at = csv->line_start = sizeof mark;
	return 0;
}

void reeve_csv_dispose(struct reeve_csv *csv)
{
	if (csv->text != NULL)
		explicit_bzero(csv->text, csv->text_size);
	free(csv->text);
	*csv = (struct reeve_csv){0};
}

/* ---- where we are -------------------------------------------------------------------------- */

static uint64_t column_at(const struct reeve_csv *csv)
{
	return csv->at - csv->line_start + 1;
}

/* The length of the line end that is next: 0 if there is none. */
static size_t line_end(const struct reeve_csv *csv)
{
	if (csv->at < csv->n && csv->bytes[csv->at] == '\n')
		return 1;
	if (csv->n - csv->at >= 2 && csv->bytes[csv->at] == '\r' && csv->bytes[csv->at + 1] == '\n')
		return 2;
	return 0;
}

static void step_over(struct reeve_csv *csv, size_t length)
{
	csv->at += length;
	csv->at_line++;
	csv->line_start = csv->at;
}

static void skip_line(struct reeve_csv *csv)
{
	while (csv->at < csv->n && csv->bytes[csv->at] != '\n')
		csv->at++;
	if (csv->at < csv->n)
		step_over(csv, 1);
}

static int fail_here(struct reeve_csv *csv, struct reeve_error *err, const char *text)
{
	csv->line = csv->at_line;
	csv->column = column_at(csv);
	return reeve_fail(err, REEVE_EFORMAT, "%s", text);
}

/* ---- fields -------------------------------------------------------------------------------- */

/* Between quotes; `at` stands on the first. The text goes to *end, which moves. */
static int read_quoted(struct reeve_csv *csv, char **end, struct reeve_error *err)
{
	const struct reeve_csv start = *csv;

	csv->at++;
	while (csv->at < csv->n) {
		unsigned char c = csv->bytes[csv->at];

		if (c == '"') {
			csv->at++;
			if (csv->at == csv->n || csv->bytes[csv->at] != '"')
				return 0;
		} else if (c == '\n') {
			*(*end)++ = '\n';
			step_over(csv, 1);
			continue;
		} else if (c == '\0') {
			return fail_here(csv, err, "a NUL byte");
		}
		*(*end)++ = (char)c;
		csv->at++;
	}
	/* All that follows was taken for a part of it: its beginning is what helps. */
	csv->line = start.at_line;
	csv->column = column_at(&start);
	return reeve_fail(err, REEVE_EFORMAT, "the quote that begins here does not end");
}

static int read_plain(struct reeve_csv *csv, char **end, struct reeve_error *err)
{
	for (; csv->at < csv->n && csv->bytes[csv->at] != ',' && line_end(csv) == 0; csv->at++) {
		unsigned char c = csv->bytes[csv->at];

		if (c == '"')
			return fail_here(csv, err,
			                 "a quote inside a field: the whole field has to be in quotes, "
			                 "and a quote in it is doubled");
		if (c == '\0')
			return fail_here(csv, err, "a NUL byte");
		*(*end)++ = (char)c;
	}
	return 0;
}

static int read_record(struct reeve_csv *csv, struct reeve_error *err)
{
	char *end = csv->text;

	csv->count = 0;
	csv->line = csv->at_line;
	csv->column = column_at(csv);
	for (;;) {
		bool is_quoted = csv->at < csv->n && csv->bytes[csv->at] == '"';

		if (csv->count == REEVE_CSV_FIELDS)
			return fail_here(csv, err, "too many fields in a line");
		csv->fields[csv->count++] = (struct reeve_csv_field){
			.text = end, .line = csv->at_line, .column = column_at(csv)};
		if ((is_quoted ? read_quoted(csv, &end, err) : read_plain(csv, &end, err)) != 0)
			return -1;
		*end++ = '\0';
		if (csv->at == csv->n)
			return 0;
		if (line_end(csv) > 0) {
			step_over(csv, line_end(csv));
			return 0;
		}
		if (csv->bytes[csv->at] != ',')
			return fail_here(csv, err, "text behind the quote that ends a field");
		csv->at++;
	}
}

int reeve_csv_next(struct reeve_csv *csv, struct reeve_error *err)
{
	while (line_end(csv) > 0)
		step_over(csv, line_end(csv));
	if (csv->at == csv->n)
		return 0;
	if (read_record(csv, err) == 0)
		return 1;
	csv->count = 0;
	skip_line(csv);
	return -1;
}
