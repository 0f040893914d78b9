/* SPDX-License-Identifier: MIT */
/* Comma-separated values: each record as "[field|field]", what is wrong as "(line:column text)". */
#include "base/csv.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW(input, output) input, sizeof(input) - 1, output

static const struct {
	const char *name, *input;
	size_t n;
	const char *output;
} rows[] = {
	{"nothing", ROW("", "")},
	{"one", ROW("a", "[a]")},
	{"two", ROW("a,b\nc,d\n", "[a|b][c|d]")},
	{"CRLF", ROW("a,b\r\nc,d\r\n", "[a|b][c|d]")},
	{"no end", ROW("a,b\r\nc,d", "[a|b][c|d]")},
	{"empty fields", ROW(",\n,,\na,\n", "[|][||][a|]")},
	{"an empty last field", ROW("a,", "[a|]")},
	{"empty lines", ROW("\n\r\na\n\n\nb\n\n", "[a][b]")},
	{"blanks", ROW(" a , b\t\n", "[ a | b\t]")},
	{"a blank line is a field", ROW(" \na\n", "[ ][a]")},
	{"a mark", ROW("\xef\xbb\xbf" "a,b\n", "[a|b]")},
	{"a mark alone", ROW("\xef\xbb\xbf", "")},
	{"quotes", ROW("\"a\",\"b\"\r\n\"c\"", "[a|b][c]")},
	{"an empty quote", ROW("\"\",\"\"\n\"\"", "[|][]")},
	{"a comma", ROW("\"a,b\",c\n", "[a,b|c]")},
	{"doubled", ROW("\"a\"\"b\",\"\"\"\"\n", "[a\"b|\"]")},
	{"line ends", ROW("\"a\r\nb\nc\",d\ne\n", "[a\r\nb\nc|d][e]")},
	{"a CR alone is text", ROW("a\rb\r,c\r", "[a\rb\r|c\r]")},
	{"8 bit", ROW("\xc3\xa4,\xff\n", "[\xc3\xa4|\xff]")},

	{"a quote inside", ROW("a,b\"c\nd\n",
	                       "(1:4 a quote inside a field: the whole field has to be in quotes, and "
	                       "a quote in it is doubled)[d]")},
	{"behind a quote", ROW("\"a\" ,b\nc\n", "(1:4 text behind the quote that ends a field)[c]")},
	{"behind it, later", ROW("a\n\"b\nc\"d\ne\n",
	                         "[a](3:3 text behind the quote that ends a field)[e]")},
	{"no end of it", ROW("a\nb,\"c\nd\ne", "[a](2:3 the quote that begins here does not end)")},
	{"only a quote", ROW("\"", "(1:1 the quote that begins here does not end)")},
	{"an odd number", ROW("\"\"\"", "(1:1 the quote that begins here does not end)")},
	{"NUL", ROW("a,\0b\nc\n", "(1:3 a NUL byte)[c]")},
	{"NUL in quotes", ROW("\"a\n\0\"\nc\n", "(2:1 a NUL byte)[c]")},
	{"wrong in the last line", ROW("a\nb\"", "[a](2:2 a quote inside a field: the whole field has to "
	                                         "be in quotes, and a quote in it is doubled)")},
};

static void put(char *out, size_t n, const struct reeve_csv *csv, int more,
                const struct reeve_error *err)
{
	size_t at = strlen(out);

	if (more < 0) {
		snprintf(out + at, n - at, "(%d:%d %.300s)", (int)csv->line, (int)csv->column,
		         err->text);
		return;
	}
	for (size_t i = 0; i < csv->count; i++) {
		at += (size_t)snprintf(out + at, n - at, "%c%s", i == 0 ? '[' : '|',
		                       csv->fields[i].text);
		ck_assert(at < n);
	}
	snprintf(out + at, n - at, "]");
}

START_TEST(records)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reeve_error err = {0};
		struct reeve_csv csv;
		char out[1000] = "";
		int more;
		char *bytes = malloc(rows[i].n);

		if (rows[i].n > 0)
			memcpy(bytes, rows[i].input, rows[i].n);
		ck_assert_int_eq(reeve_csv_open(&csv, bytes, rows[i].n, NULL), 0);
		while ((more = reeve_csv_next(&csv, &err)) != 0)
			put(out, sizeof out, &csv, more, &err);
		ck_assert_int_eq(reeve_csv_next(&csv, &err), 0);
		reeve_csv_dispose(&csv);
		free(bytes);
		ck_assert_msg(strcmp(out, rows[i].output) == 0, "%s: %s", rows[i].name, out);
	}
}
END_TEST

START_TEST(places)
{
	static const char text[] = "\xef\xbb\xbfname,x\n\"a\nb\", c,\"\"\r\n";
	struct reeve_csv csv;

	ck_assert_int_eq(reeve_csv_open(&csv, text, sizeof text - 1, NULL), 0);
	ck_assert_int_eq(reeve_csv_next(&csv, NULL), 1);
	ck_assert_uint_eq(csv.line, 1);
	ck_assert_uint_eq(csv.fields[0].column, 1);
	ck_assert_uint_eq(csv.fields[1].column, 6);
	ck_assert_int_eq(reeve_csv_next(&csv, NULL), 1);
	ck_assert_uint_eq(csv.count, 3);
	ck_assert_uint_eq(csv.line, 2);
	ck_assert_uint_eq(csv.fields[1].line, 3);
	ck_assert_uint_eq(csv.fields[1].column, 4);
	ck_assert_uint_eq(csv.fields[2].column, 7);
	ck_assert_int_eq(reeve_csv_next(&csv, NULL), 0);
	reeve_csv_dispose(&csv);
}
END_TEST

START_TEST(many_fields)
{
	char text[REEVE_CSV_FIELDS + 1];
	struct reeve_error err;
	struct reeve_csv csv;

	memset(text, ',', sizeof text);
	ck_assert_int_eq(reeve_csv_open(&csv, text, REEVE_CSV_FIELDS - 1, NULL), 0);
	ck_assert_int_eq(reeve_csv_next(&csv, NULL), 1);
	ck_assert_uint_eq(csv.count, REEVE_CSV_FIELDS);
	reeve_csv_dispose(&csv);
	ck_assert_int_eq(reeve_csv_open(&csv, text, REEVE_CSV_FIELDS, NULL), 0);
	ck_assert_int_eq(reeve_csv_next(&csv, &err), -1);
	ck_assert_str_eq(err.text, "too many fields in a line");
	reeve_csv_dispose(&csv);
}
END_TEST

Suite *suite_csv(void)
{
	Suite *suite = suite_create("base/csv");
	TCase *test = tcase_create("csv");

	tcase_add_test(test, records);
	tcase_add_test(test, places);
	tcase_add_test(test, many_fields);
	suite_add_tcase(suite, test);
	return suite;
}
