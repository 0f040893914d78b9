/* SPDX-License-Identifier: MIT */
/* Manifests: written, read, and never believed when they are not whole. */
#include "plan/parts.h"

#include "base/hash.h"
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct record_file files[] = {
	{REEVE_PLAN_REPLACE,
         "/etc/a",
         "/srv/a",
         ".reeve-0123456789abcdef",
         {{0, 8, 0640}, {0, 8, 0640}},
         {{5, 1}, {0, 0xffffffffffffffff}}},
	{REEVE_PLAN_REPLACE,
         "/etc/b\n\\ c",
         "/etc/b\n\\ c",
         ".reeve-fedcba9876543210",
         {{4294967294, 0, 04755}, {4294967294, 0, 04755}},
         {{1, 2}, {1073741824, 3}}},
	{REEVE_PLAN_CREATE, "/etc/c", "/etc/c", ".reeve-1", {{0}, {1, 2, 0640}}, {{0}, {4, 5}}},
	{REEVE_PLAN_REMOVE, "/etc/d", "/etc/d", ".reeve-2", {{1, 2, 0640}, {0}}, {{4, 5}, {0}}},
	{REEVE_PLAN_GIVE, "/var/mail/e", "/var/mail/e", NULL, {{0, 8, 0660}, {1, 8, 0600}}, {{0}}},
};
#define FILES (sizeof files / sizeof files[0])
static struct record_check checks[] = {
	{REEVE_CHECK_DOVECOT, "/etc/dovecot/dovecot.conf", false},
	{REEVE_CHECK_POSTFIX, "/etc/postfix", false},
};

static struct record_after afters[] = {
	{REEVE_AFTER_NEWALIASES, "newaliases"},
	{REEVE_AFTER_POSTALIAS, "postalias hash:/etc/mail aliases"},
};

static struct record sample(void)
{
	return (struct record){.id = "20261129-163000-1",
	                       .time = 1796056200,
	                       .what = "reeve-conf set 'a=b\tc' \xc3\xa4",
	                       .undoes = "20261129-162959-12",
	                       .files = files,
	                       .file_count = FILES,
	                       .checks = checks,
	                       .check_count = 2,
	                       .afters = afters,
	                       .after_count = 2};
}

static int read_text(struct record *record, struct reeve_arena *arena, const char *text, size_t n)
{
	/* Exactly so many bytes, for the sanitizer. */
	char *copy = malloc(n > 0 ? n : 1);

	memcpy(copy, text, n);
	*record = (struct record){.id = "20261129-163000-1"};
	int r = record_from_text(record, arena, copy, n);
	free(copy);
	return r;
}

START_TEST(test_text)
{
	struct reeve_arena *arena = reeve_arena_new();
	struct record record = sample(), back;
	struct reeve_buf text;

	ck_assert_int_eq(record_to_text(&record, &text, NULL), 0);
	ck_assert_int_eq(read_text(&back, arena, (char *)text.bytes, text.length), 0);
	ck_assert_int_eq(back.time, record.time);
	ck_assert_str_eq(back.what, record.what);
	ck_assert_str_eq(back.undoes, record.undoes);
	ck_assert_uint_eq(back.check_count, 2);
	ck_assert_int_eq(back.checks[1].kind, REEVE_CHECK_POSTFIX);
	ck_assert_str_eq(back.checks[1].path, "/etc/postfix");
	ck_assert_uint_eq(back.after_count, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(back.afters[i].kind, afters[i].kind);
		ck_assert_str_eq(back.afters[i].text, afters[i].text);
	}
	ck_assert_uint_eq(back.file_count, FILES);
	for (size_t i = 0; i < FILES; i++) {
		const struct record_file *a = &back.files[i], *b = &files[i];
		ck_assert_str_eq(a->path, b->path);
		ck_assert_str_eq(a->target, b->target);
		ck_assert_int_eq(a->kind, b->kind);
		ck_assert_pstr_eq(a->beside, b->beside);
		for (int side = PLAN_OLD; side <= PLAN_NEW; side++)
			if (record_file_has(b->kind, side))
				ck_assert_mem_eq(&a->rights[side], &b->rights[side],
				                 sizeof a->rights[side]);
		ck_assert_int_eq(memcmp(a->sides, b->sides, sizeof a->sides), 0);
	}
	/* Cut off anywhere, or with one byte changed, it is none. */
	for (size_t n = 0; n < text.length; n++) {
		ck_assert_int_eq(read_text(&back, arena, (char *)text.bytes, n), -1);
		text.bytes[n] ^= 1;
		ck_assert_int_eq(read_text(&back, arena, (char *)text.bytes, text.length), -1);
		text.bytes[n] ^= 1;
	}
	reeve_buf_dispose(&text);
	reeve_arena_free(arena);
}
END_TEST

#define HEAD "mailreeve change 1\nid 20261129-163000-1\ntime 1\nwhat x\n"
#define NAMES "path /a\ntarget /a\nbeside .reeve-1\n"
#define BYTES "owner 0 0 644\nold 1 1\nnew 2 2\n"
#define FILE_ "file replace\n" NAMES BYTES

static const struct row {
	const char *text;
	int result;
} rows[] = {
	{HEAD FILE_, 0},
	{HEAD FILE_ FILE_, 0},
	{HEAD, -1},                                               /* no file */
	{"mailreeve change 2\n" FILE_, -1},                       /* of a later version */
	{"mailreeve change 1\nid 20261129-163000-2\n" FILE_, -1}, /* of another change */
	{HEAD "colour blue\n" FILE_, -1},                         /* who knows what it means */
	{HEAD FILE_ "colour blue\n", -1},                         /* of a file */
	{HEAD "check exim /etc/exim\n" FILE_, -1},                /* of a program */
	{HEAD "check dovecot\n" FILE_, -1},
	{HEAD "after newaliases\n" FILE_, 0},
	{HEAD "after postalias lmdb:/etc/x\n" FILE_, 0},
	{HEAD "after rm -r /\n" FILE_, -1}, /* nothing but what we know */
	{HEAD "after newaliases -v\n" FILE_, -1},
	{HEAD "after newaliases2\n" FILE_, -1},
	{HEAD "after postalias\n" FILE_, -1},
	{HEAD "after postalias -d x\n" FILE_, -1},
	{HEAD "after postalias lmdb:x\n" FILE_, -1},
	{HEAD FILE_ "after newaliases\n", -1},
	{HEAD "file fold\n" NAMES BYTES, -1},                                  /* of a kind */
	{HEAD "file replace\npath /a\ntarget a\nbeside .reeve-1\n" BYTES, -1}, /* not absolute */
	{HEAD "file replace\npath /a\ntarget /a\nbeside ../x\n" BYTES, -1},    /* elsewhere */
	{HEAD "file replace\npath /a\ntarget /a\n" BYTES, -1},
	{HEAD "file replace\npath /a\nbeside .reeve-1\n" BYTES, -1},
	{HEAD "file replace\n" NAMES "owner 0 0 644\nnew 2 2\n" FILE_, -1}, /* no old bytes */
	{HEAD "file create\n" NAMES "owner 0 0 644\nnew 2 2\n" FILE_, 0},
	{HEAD "file create\n" NAMES BYTES, -1}, /* what was there before? */
	{HEAD "file create\n" NAMES "new 2 2\n", -1},
	{HEAD "file create\n" NAMES "owner 0 0 10644\nnew 2 2\n", -1},
	{HEAD "file remove\n" NAMES "owner 0 0 644\nold 2 2\n", 0},
	{HEAD "file remove\n" NAMES "owner 0 0 644\nnew 2 2\n", -1},
	{HEAD "file give\npath /a\ntarget /a\nold-owner 0 8 660\nnew-owner 1 8 600\n", 0},
	{HEAD "file give\npath /a\ntarget /a\nold-owner 0 8 660\n", -1},
	{HEAD "file give\npath /a\ntarget /a\nold-owner 0 8\nnew-owner 1 8 600\n", -1},
	{HEAD FILE_ "old 1 1 1\n", -1},
	{HEAD FILE_ "owner 0 0\n", -1},
	{HEAD "time soon\n" FILE_, -1},
	{HEAD FILE_ "\n", -1},
	{HEAD FILE_ "path\n", -1},
};

START_TEST(test_rows)
{
	struct reeve_arena *arena = reeve_arena_new();
	struct record record;
	char text[1000];

	int n = snprintf(text, sizeof text, "%s", rows[_i].text);
	n += snprintf(text + n, sizeof text - (size_t)n, "end %016" PRIx64 "\n",
	              reeve_hash(text, (size_t)n));
	ck_assert_msg(read_text(&record, arena, text, (size_t)n) == rows[_i].result, "%s",
	              rows[_i].text);
	reeve_arena_free(arena);
}
END_TEST

START_TEST(test_id)
{
	static const char *const good[] = {"20261129-163000-1", "20261129-163000-999999"};
	static const char *const bad[] = {"",
	                                  "manifest",
	                                  "20261129-163000",
	                                  "20261129-163000-",
	                                  "20261129-163000-1.gone",
	                                  "2026112-163000-1",
	                                  "20261129-163000-1000000",
	                                  " 20261129-163000-1"};

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		ck_assert_msg(record_is_id(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!record_is_id(bad[i]), "%s", bad[i]);
}
END_TEST

Suite *suite_plan_record(void)
{
	Suite *suite = suite_create("plan/record");
	TCase *tc = tcase_create("record");

	tcase_add_test(tc, test_text);
	tcase_add_loop_test(tc, test_rows, 0, sizeof rows / sizeof rows[0]);
	tcase_add_test(tc, test_id);
	suite_add_tcase(suite, tc);
	return suite;
}
