/* SPDX-License-Identifier: MIT */
/* Numbers, sizes and intervals: what is read, what is refused, how a size is written. */
#include "base/number.h"
#include "unit.h"

#include <string.h>

static const struct {
	const char *text;
	uint64_t max;
	bool ok;
	uint64_t value;
} digit_rows[] = {
	{"0", UINT64_MAX, true, 0},
	{"007", UINT64_MAX, true, 7},
	{"4294967295", UINT32_MAX, true, UINT32_MAX},
	{"4294967296", UINT32_MAX, false, 0},
	{"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
	{"18446744073709551616", UINT64_MAX, false, 0},
	{"99999999999999999999999", UINT64_MAX, false, 0},
	{"", UINT64_MAX, false, 0},
	{"+1", UINT64_MAX, false, 0},
	{"-1", UINT64_MAX, false, 0},
	{" 1", UINT64_MAX, false, 0},
	{"1 ", UINT64_MAX, false, 0},
	{"1a", UINT64_MAX, false, 0},
	{"\xd9\xa1", UINT64_MAX, false, 0}, /* ARABIC-INDIC DIGIT ONE */
};

START_TEST(digits)
{
	for (size_t i = 0; i < sizeof digit_rows / sizeof digit_rows[0]; i++) {
		const char *text = digit_rows[i].text;
		uint64_t value = 0;
		bool ok = reeve_digits(text, strlen(text), digit_rows[i].max, &value);

		ck_assert_msg(ok == digit_rows[i].ok, "'%s'", text);
		if (ok)
			ck_assert_msg(value == digit_rows[i].value, "'%s'", text);
	}
}
END_TEST

START_TEST(sums_and_products)
{
	uint64_t value;

	ck_assert(reeve_add_size(UINT64_MAX - 1, 1, &value) && value == UINT64_MAX);
	ck_assert(!reeve_add_size(UINT64_MAX, 1, &value));
	ck_assert(reeve_mul_size(UINT64_C(1) << 32, (UINT64_C(1) << 32) - 1, &value));
	ck_assert(!reeve_mul_size(UINT64_C(1) << 32, UINT64_C(1) << 32, &value));
}
END_TEST

static const struct {
	const char *text;
	uint64_t bytes;
	const char *error; /* NULL: it is a size */
} size_rows[] = {
	{"0", 0, NULL},
	{"17", 17, NULL},
	{"17b", 17, NULL},
	{"17 B", 17, NULL},
	{"1k", 1024, NULL},
	{"1K", 1024, NULL},
	{"1ki", 1024, NULL},
	{"1KiB", 1024, NULL},
	{"1kb", 1024, NULL},
	{"20M", 20971520, NULL},
	{"20 MB", 20971520, NULL},
	{"3G", UINT64_C(3221225472), NULL},
	{"2T", UINT64_C(2199023255552), NULL},
	{"1.5k", 1536, NULL},
	{"1.5G", 1610612736, NULL},
	{"0.000001M", 1, NULL},
	{"2.0K", 2048, NULL},
	{"18446744073709551615", UINT64_MAX, NULL},
	{"16777215T", UINT64_C(16777215) << 40, NULL},
	{"18446744073709551616", 0, "size '18446744073709551616' is too large"},
	{"16777216T", 0, "size '16777216T' is too large"},
	{"16777215.999999T", (UINT64_C(16777215) << 40) + UINT64_C(1099510528264), NULL},
	{"", 0, "'' is not a size"},
	{"k", 0, "'k' is not a size"},
	{"-1", 0, "'-1' is not a size"},
	{"1x", 0, "'1x' is not a size"},
	{"1kx", 0, "'1kx' is not a size"},
	{"1bb", 0, "'1bb' is not a size"},
	{"1bi", 0, "'1bi' is not a size"},
	{"1k ", 0, "'1k ' is not a size"},
	{" 1k", 0, "' 1k' is not a size"},
	{"1.k", 0, "'1.k' is not a size"},
	{".5k", 0, "'.5k' is not a size"},
	{"1.5", 0, "'1.5' is not a size"},
	{"1.5b", 0, "'1.5b' is not a size"},
	{"1.0000001k", 0, "'1.0000001k' is not a size"},
	{"1,5k", 0, "'1,5k' is not a size"},
	{"1.99999999999999999999999k", 0, "'1.99999999999999999999999k' is not a size"},
};

START_TEST(sizes)
{
	for (size_t i = 0; i < sizeof size_rows / sizeof size_rows[0]; i++) {
		struct reeve_error err = {0};
		uint64_t bytes = 0;
		int ret = reeve_size_parse(size_rows[i].text, &bytes, &err);

		if (size_rows[i].error != NULL) {
			ck_assert_int_eq(ret, -1);
			ck_assert_int_eq(err.code, REEVE_EUSAGE);
			ck_assert_str_eq(err.text, size_rows[i].error);
		} else {
			ck_assert_msg(ret == 0, "'%s': %s", size_rows[i].text, err.text);
			ck_assert_msg(bytes == size_rows[i].bytes, "'%s': %llu", size_rows[i].text,
			              (unsigned long long)bytes);
		}
	}
}
END_TEST

static const struct {
	const char *text;
	uint64_t bytes;
} decimal_rows[] = {
	{"1K", 1024},
	{"1KB", 1000},
	{"1kb", 1000},
	{"1Ki", 1024},
	{"1KiB", 1024},
	{"20M", 20971520},
	{"20MB", 20000000},
	{"20 MB", 20000000},
	{"20 MiB", 20971520},
	{"1.5GB", 1500000000},
	{"1.5G", 1610612736},
	{"3TB", UINT64_C(3000000000000)},
	{"7B", 7},
	{"7", 7},
};

START_TEST(decimal_sizes)
{
	for (size_t i = 0; i < sizeof decimal_rows / sizeof decimal_rows[0]; i++) {
		uint64_t bytes = 0;

		ck_assert(reeve_size_parse_as(decimal_rows[i].text, REEVE_SIZE_DECIMAL, &bytes, NULL) == 0);
		ck_assert_msg(bytes == decimal_rows[i].bytes, "'%s': %llu", decimal_rows[i].text,
		              (unsigned long long)bytes);
	}
}
END_TEST

static const struct {
	uint64_t bytes;
	const char *text;
} format_rows[] = {
	{0, "0 B"},
	{999, "999 B"},
	{1023, "1023 B"},
	{1024, "1 KiB"},
	{1075, "1 KiB"},
	{1076, "1.1 KiB"},
	{1536, "1.5 KiB"},
	{102348, "99.9 KiB"},
	{102349, "100 KiB"},
	{103423, "101 KiB"},
	{1048063, "1023 KiB"},
	{1048064, "1 MiB"},
	{1048575, "1 MiB"},
	{20971520, "20 MiB"},
	{UINT64_C(2147483648), "2 GiB"},
	{UINT64_C(1) << 40, "1 TiB"},
	{UINT64_C(1) << 50, "1 PiB"},
	{UINT64_C(1) << 60, "1 EiB"},
	{UINT64_MAX, "16 EiB"},
};

START_TEST(sizes_for_people)
{
	char buf[16];

	for (size_t i = 0; i < sizeof format_rows / sizeof format_rows[0]; i++)
		ck_assert_str_eq(reeve_size_format(format_rows[i].bytes, buf), format_rows[i].text);
}
END_TEST

static const struct {
	const char *text;
	int64_t seconds;
	const char *error;
} interval_rows[] = {
	{"0", 0, NULL},
	{"0d", 0, NULL},
	{"1s", 1, NULL},
	{"2sec", 2, NULL},
	{"2secs", 2, NULL},
	{"2second", 2, NULL},
	{"2seconds", 2, NULL},
	{"3m", 180, NULL},
	{"3min", 180, NULL},
	{"3minutes", 180, NULL},
	{"4H", 14400, NULL},
	{"4hours", 14400, NULL},
	{"90d", 7776000, NULL},
	{"90 days", 7776000, NULL},
	{"90 DAYS", 7776000, NULL},
	{"2weeks", 1209600, NULL},
	{"2wee", 1209600, NULL}, /* Dovecot takes any beginning of a unit */
	{"1h30m", 5400, NULL},
	{"1d 2h", 93600, NULL},
	{"4294967295s", UINT32_MAX, NULL},
	{"4294967296s", 0, "interval '4294967296s' is too long"},
	{"7102w", 0, "interval '7102w' is too long"},
	{"4294967295s1s", 0, "interval '4294967295s1s' is too long"},
	{"18446744073709551615w", 0, "interval '18446744073709551615w' is too long"},
	{"18446744073709551616s", 0, "interval '18446744073709551616s' is too long"},
	{"90", 0, "interval '90' has no unit (as in '90s' or '90d')"},
	{"", 0, "'' is not an interval"},
	{"d", 0, "'d' is not an interval"},
	{"-1d", 0, "'-1d' is not an interval"},
	{"1x", 0, "'1x' is not an interval"},
	{"1dx", 0, "'1dx' is not an interval"},
	{"1dayss", 0, "'1dayss' is not an interval"},
	{"1months", 0, "'1months' is not an interval"},
	{"1h30", 0, "'1h30' is not an interval"},
	{"1h,", 0, "'1h,' is not an interval"},
	{"1.5h", 0, "'1.5h' is not an interval"},
	{" 1h", 0, "' 1h' is not an interval"},
};

START_TEST(intervals)
{
	for (size_t i = 0; i < sizeof interval_rows / sizeof interval_rows[0]; i++) {
		struct reeve_error err = {0};
		int64_t seconds = -1;
		int ret = reeve_interval_parse(interval_rows[i].text, &seconds, &err);

		if (interval_rows[i].error != NULL) {
			ck_assert_msg(ret == -1, "'%s'", interval_rows[i].text);
			ck_assert_int_eq(err.code, REEVE_EUSAGE);
			ck_assert_str_eq(err.text, interval_rows[i].error);
		} else {
			ck_assert_msg(ret == 0, "'%s': %s", interval_rows[i].text, err.text);
			ck_assert_msg(seconds == interval_rows[i].seconds, "'%s': %lld",
			              interval_rows[i].text, (long long)seconds);
		}
	}
}
END_TEST

START_TEST(version)
{
	ck_assert_str_eq(reeve_version(), REEVE_VERSION);
}
END_TEST

Suite *suite_number(void)
{
	Suite *suite = suite_create("base/number");
	TCase *tcase = tcase_create("numbers");

	tcase_add_test(tcase, digits);
	tcase_add_test(tcase, sums_and_products);
	tcase_add_test(tcase, sizes);
	tcase_add_test(tcase, decimal_sizes);
	tcase_add_test(tcase, sizes_for_people);
	tcase_add_test(tcase, intervals);
	tcase_add_test(tcase, version);
	suite_add_tcase(suite, tcase);
	return suite;
}
