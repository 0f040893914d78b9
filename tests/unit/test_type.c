/* SPDX-License-Identifier: MIT */
/* Names for bytes, where libmagic is installed. */
#include "mime/type.h"
#include "unit.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *bytes;
	size_t size;
	const char *begins;
} rows[] = {
	{"\x1f\x8b\x08\0\0\0\0\0\0\x03", 10, "gzip compressed data"},
	{"%PDF-1.4\n", 9, "PDF document"},
	{"%!PS-Adobe-3.0\n", 15, "PostScript document text"},
	{"", 0, "empty"},
};

START_TEST(test_describe)
{
	char buf[200], small[5];
	/* Exact size, so that a sanitizer sees one byte too many. */
	void *bytes = malloc(rows[_i].size);

	memcpy(bytes, rows[_i].bytes, rows[_i].size);
	reeve_type_describe(bytes, rows[_i].size, buf, sizeof buf);
	ck_assert_msg(strncmp(buf, rows[_i].begins, strlen(rows[_i].begins)) == 0, "'%s'", buf);

	reeve_type_describe(bytes, rows[_i].size, small, sizeof small);
	ck_assert_uint_eq(strlen(small), 4);
	ck_assert_int_eq(strncmp(small, rows[_i].begins, 4), 0);
	free(bytes);
}
END_TEST

static const struct {
	const char *bytes;
	size_t size;
	const char *type;
} types[] = {
	{"\x1f\x8b\x08\0\0\0\0\0\0\x03", 10, "application/gzip"},
	{"%PDF-1.4\n", 9, "application/pdf"},
	{"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\6\0\0\0", 29, "image/png"},
	{"\1\2\3\4\5\6", 6, "application/octet-stream"},
};

/* All of them by one sniffer, which stays loaded. */
START_TEST(test_sniff)
{
	struct reeve_sniffer *sniffer = reeve_sniffer_new();

	ck_assert_ptr_nonnull(sniffer);
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		ck_assert_str_eq(reeve_sniffer_type(sniffer, types[i].bytes, types[i].size),
		                 types[i].type);
	reeve_sniffer_free(sniffer);
	reeve_sniffer_free(NULL);
}
END_TEST

Suite *suite_type(void)
{
	Suite *suite = suite_create("mime/type");
	TCase *cases = tcase_create("type");
	void *library = dlopen("libmagic.so.1", RTLD_LAZY);
	const int count = sizeof rows / sizeof rows[0];

	if (library != NULL) {
		dlclose(library);
		tcase_add_loop_test(cases, test_describe, 0, count);
		tcase_add_test(cases, test_sniff);
	} else {
		unit_skip(count + 1, "mime/type: libmagic.so.1 is not installed");
	}
	suite_add_tcase(suite, cases);
	return suite;
}
