/* SPDX-License-Identifier: MIT */
/* Limits: arithmetic, how values are read, and what is known of each. */
#include "conf/postfix.h"
#include "folder.h"
#include "limits/limits.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO REEVE_NO_LIMIT
#define ROWS(table) (sizeof(table) / sizeof(table)[0])

/* ---- arithmetic ------------------------------------------------------------------------------ */

static const struct {
	uint64_t attachment, message; /* without the 102400 bytes for headers */
} message_rows[] = {
	{0, 0},
	{1, 6}, /* four letters and CRLF */
	{3, 6},
	{4, 10},
	{56, 78},
	{57, 78},
	{58, 84},
	{60, 84},
	{114, 156},
	{20971520, 28697872},
	{22020096, 30132764},
};

START_TEST(messages)
{
	for (size_t i = 0; i < ROWS(message_rows); i++) {
		uint64_t bytes = 0;

		ck_assert(reeve_limits_message(message_rows[i].attachment, &bytes));
		ck_assert_msg(bytes == message_rows[i].message + 102400, "%ju: %ju",
		              (uintmax_t)message_rows[i].attachment, (uintmax_t)bytes);
	}
	uint64_t bytes;
	ck_assert(!reeve_limits_message(UINT64_MAX, &bytes));
	ck_assert(!reeve_limits_message(UINT64_MAX / 78 * 57, &bytes));
}
END_TEST

static const struct {
	uint64_t message, attachment;
} attachment_rows[] = {
	{0, 0},     {2048, 0},  {2053, 0},  {2054, 3},           {2057, 3},
	{2058, 6},  {2125, 54}, {2126, 57}, {2131, 57},          {2132, 60},
	{100000, 71580}, {200000, 144657}, {10139648, 7408245}, {28699920, 20971521},
	{NO, NO},
};

START_TEST(attachments)
{
	for (size_t i = 0; i < ROWS(attachment_rows); i++) {
		uint64_t most = reeve_limits_attachment(attachment_rows[i].message), bytes;

		ck_assert_msg(most == attachment_rows[i].attachment, "%ju: %ju",
		              (uintmax_t)attachment_rows[i].message, (uintmax_t)most);
		/* It fits, and one byte more does not. */
		if (most == 0 || most == NO)
			continue;
		const uint64_t room =
			attachment_rows[i].message + REEVE_LIMITS_HEADERS - REEVE_LIMITS_PLAIN;
		ck_assert(reeve_limits_message(most, &bytes) && bytes <= room);
		ck_assert(reeve_limits_message(most + 1, &bytes) && bytes > room);
	}
	ck_assert(reeve_limits_and_half(10) == 15);
	ck_assert(reeve_limits_and_half(11) == 17);
	ck_assert(reeve_limits_and_half(0) == 0);
	ck_assert(reeve_limits_and_half(UINT64_MAX / 2 + UINT64_MAX / 4) == NO);
}
END_TEST

static const struct {
	uint64_t block, blocks, message, minfree;
	bool is_full;
} full_rows[] = {
	{4096, 150, 4096 * 100, 0, true},      /* 100 >= 150 / 1.5 */
	{4096, 150, 4096 * 100 - 1, 0, false}, /* 99 blocks and a bit */
	{4096, 151, 4096 * 100, 0, false},
	{4096, 100, 0, 4096 * 100, true},
	{4096, 100, 0, 4096 * 100 - 1, false},
	{4096, 0, 0, 0, true},
	{512, 1, 0, 0, false},
	{1, 3, 2, 0, true},
	{1, 3, 1, 0, false},
};

START_TEST(full_disks)
{
	for (size_t i = 0; i < ROWS(full_rows); i++) {
		struct reeve_limits_disk disk = {full_rows[i].block, full_rows[i].blocks};

		ck_assert_msg(reeve_limits_is_full(&disk, full_rows[i].message,
		                                   full_rows[i].minfree) == full_rows[i].is_full,
		              "row %zu", i);
	}
	/* The room is what does not fill it, to the byte. */
	for (uint64_t blocks = 2; blocks < 400; blocks++) {
		struct reeve_limits_disk disk = {4096, blocks};
		uint64_t room = reeve_limits_room(&disk);

		ck_assert(!reeve_limits_is_full(&disk, room, 0));
		ck_assert(reeve_limits_is_full(&disk, room + 1, 0));
	}
	ck_assert(reeve_limits_room(&(struct reeve_limits_disk){4096, 0}) == 0);
	ck_assert(reeve_limits_room(&(struct reeve_limits_disk){4096, 1}) == 4095);
}
END_TEST

/* ---- values ---------------------------------------------------------------------------------- */

static const struct {
	const char *text;
	enum limit_number is;
	uint64_t number;
} number_rows[] = {
	{"0", LIMIT_NUMBER, 0},
	{"10240000", LIMIT_NUMBER, 10240000},
	{"007", LIMIT_NUMBER, 7},
	{"+5", LIMIT_NUMBER, 5},
	{" 5", LIMIT_NUMBER, 5},
	{"-0", LIMIT_NUMBER, 0},
	{"-5", LIMIT_NEGATIVE, 0},
	{"9223372036854775807", LIMIT_NUMBER, INT64_MAX},
	{"9223372036854775808", LIMIT_TOO_LARGE, 0},
	{"99999999999999999999", LIMIT_TOO_LARGE, 0},
	{"", LIMIT_EMPTY, 0},
	{"20M", LIMIT_UNIT, 0},
	{"20 MB", LIMIT_UNIT, 0},
	{"0x10", LIMIT_UNIT, 0},
	{"20480000 # 20 MB", LIMIT_COMMENT, 0},
	{"20480000#", LIMIT_COMMENT, 0},
	{"1.5", LIMIT_OTHER, 0},
	{"5 ", LIMIT_OTHER, 0},
	{"1,000", LIMIT_OTHER, 0},
	{"-", LIMIT_OTHER, 0},
	{"M", LIMIT_OTHER, 0},
	{"#5", LIMIT_OTHER, 0},
};

START_TEST(numbers_of_postfix)
{
	for (size_t i = 0; i < ROWS(number_rows); i++) {
		uint64_t number = 99;

		ck_assert_msg(reeve_limits_postfix_number(number_rows[i].text, INT64_MAX,
		                                          &number) == number_rows[i].is,
		              "'%s'", number_rows[i].text);
		ck_assert_msg(number == number_rows[i].number, "'%s': %ju", number_rows[i].text,
		              (uintmax_t)number);
	}
}
END_TEST

static const struct {
	const char *text;
	bool ok;
	uint64_t bytes;
	const char *part; /* that the limit stands in */
} rule_rows[] = {
	{"*:storage=1G", true, 1073741824, "storage=1G"},
	{"*:storage=100", true, 102400, "storage=100"},
	{"*:bytes=100", true, 100, "bytes=100"},
	{"*:storage=100B", true, 100, "storage=100B"},
	{"*:bytes=10k:messages=5", true, 10240, "bytes=10k"},
	{"*:messages=5:storage=2M", true, 2097152, "storage=2M"},
	{"*:messages=5", true, 0, ""},
	{"*:storage=1M:bytes=7", true, 7, "bytes=7"},
	{"*:", true, 0, ""},
	{"?:storage=1M", true, 1048576, "storage=1M"},
	{"*:ignore", true, 0, ""},
	{"*:backend=1000S", true, 0, ""},
	{"Trash:storage=+100M", false, 0, ""},
	{"*:storage=5MB", true, 5242880, "storage=5MB"},
	{"*:storage=5mxyz:messages=7", true, 5242880, "storage=5mxyz"},
	{"*:bytes=5Bytes", true, 5, "bytes=5Bytes"},
	{"*:storage=1X", false, 0, ""},
	{"*:storage=5 M", false, 0, ""},
	{"*:storage=1.5G", false, 0, ""},
	{"*:storage=5%", false, 0, ""},
	{"*:storage=M", false, 0, ""},
	{"*:storage=", false, 0, ""},
	{"*:storage=-1M", false, 0, ""},
	{"*:storage=99999999999T", false, 0, ""},
	{"", false, 0, ""},
	{"*", false, 0, ""},
};

START_TEST(quota_rules)
{
	for (size_t i = 0; i < ROWS(rule_rows); i++) {
		const char *text = rule_rows[i].text;
		uint64_t bytes = 0;
		size_t start, end;

		ck_assert_msg(reeve_limits_quota_rule(text, &bytes, &start, &end) ==
		                      rule_rows[i].ok,
		              "'%s'", text);
		if (!rule_rows[i].ok)
			continue;
		ck_assert_msg(bytes == rule_rows[i].bytes, "'%s': %ju", text, (uintmax_t)bytes);
		ck_assert_msg(strlen(rule_rows[i].part) == end - start &&
		                      memcmp(text + start, rule_rows[i].part, end - start) == 0,
		              "'%s': part", text);
	}
	uint64_t bytes;
	ck_assert(reeve_limits_dovecot_size("20M", &bytes) && bytes == 20971520);
	ck_assert(reeve_limits_dovecot_size("20 MB", &bytes) && bytes == 20971520);
	ck_assert(reeve_limits_dovecot_size("unlimited", &bytes) && bytes == NO);
	ck_assert(!reeve_limits_dovecot_size("1.5M", &bytes));
	ck_assert(!reeve_limits_dovecot_size("-1", &bytes));
	ck_assert(!reeve_limits_dovecot_size("", &bytes));
}
END_TEST

/* The table's defaults and least values are those that the programs have. */
START_TEST(facts)
{
	ck_assert(reeve_limit_fact_count > 20);
	for (size_t i = 0; i < reeve_limit_fact_count; i++) {
		const struct limit_fact *fact = &reeve_limit_facts[i];

		ck_assert_msg(fact->note != NULL && fact->note[0] != '\0', "%s", fact->name);
		if (strcmp(fact->program, "postfix") != 0)
			continue;
		const struct pf_param *param = reeve_pf_param(fact->name, strlen(fact->name));
		ck_assert_msg(param != NULL, "%s", fact->name);
		ck_assert_str_eq(param->default_37, fact->default_old);
		ck_assert_str_eq(param->default_310, fact->default_new);
		ck_assert_str_eq(param->least, fact->least);
	}
}
END_TEST

Suite *suite_limits(void)
{
	Suite *suite = suite_create("limits/limits");
	TCase *tcase = tcase_create("limits");

	tcase_add_checked_fixture(tcase, folder_enter, folder_leave);
	tcase_add_test(tcase, messages);
	tcase_add_test(tcase, attachments);
	tcase_add_test(tcase, full_disks);
	tcase_add_test(tcase, numbers_of_postfix);
	tcase_add_test(tcase, quota_rules);
	tcase_add_test(tcase, facts);
	suite_add_tcase(suite, tcase);
	return suite;
}
