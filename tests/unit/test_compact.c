/* SPDX-License-Identifier: MIT */
/* Edits carried out inside a file give what they would give outside, whatever their gaps. */
#include "unit.h"

#include "base/compact.h"
#include "base/journal.h"
#include "base/mover.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/reeve-compact-XXXXXX";
static char path[64];

static void set_up(void)
{
	strcpy(folder + sizeof folder - 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/box", folder);
}

static void tear_down(void)
{
	unlink(path);
	rmdir(folder);
}

static int make_file(const char *bytes, size_t n)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
	return fd;
}

static void check_file(int fd, const char *want, size_t n, const char *name)
{
	char *got = malloc(n + 1);
	struct stat st;

	ck_assert_ptr_nonnull(got);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_msg((size_t)st.st_size == n, "%s: %lld bytes, not %zu", name,
	              (long long)st.st_size, n);
	ck_assert_int_eq(pread(fd, got, n, 0), (ssize_t)n);
	ck_assert_msg(memcmp(got, want, n) == 0, "%s: other bytes", name);
	free(got);
}

static int carry_out(int fd, const struct reeve_edits *edits, const struct reeve_talk *talk,
                     struct reeve_error *err)
{
	struct reeve_identity nobody = {0};
	struct reeve_journals journals;

	ck_assert_int_eq(reeve_journals_open_at(&journals, folder, geteuid(), NULL), 0);
	struct reeve_compact c = {
		.fd = fd, .path = path, .journals = &journals, .identity = &nobody,
		.talk = talk};
	int r = reeve_compact_run(&c, edits, err);
	reeve_journals_close(&journals);
	return r;
}

static const struct row {
	const char *name;
	const char *before;
	struct {
		struct reeve_span span;
		const char *text;
	} edit[4];
	const char *after; /* NULL: refused */
} rows[] = {
	{"the middle goes", "abcdefgh", {{{2, 3}, ""}}, "abfgh"},
	{"the beginning goes", "abcdefgh", {{{0, 5}, ""}}, "fgh"},
	{"the end goes", "abcdefgh", {{{5, 3}, ""}}, "abcde"},
	{"all goes", "abcdefgh", {{{0, 8}, ""}}, ""},
	{"every other", "abcdefgh", {{{0, 1}, ""}, {{2, 1}, ""}, {{4, 1}, ""}, {{6, 1}, ""}}, "bdfh"},
	{"text behind a gap", "abcdefgh", {{{0, 3}, ""}, {{4, 0}, "XY"}}, "dXYefgh"},
	{"text instead of a span", "abcdefgh", {{{1, 3}, "X"}}, "aXefgh"},
	{"text as long as the span", "abcdefgh", {{{1, 2}, "XY"}, {{6, 1}, ""}}, "aXYdefh"},
	{"text that fills the gap", "abcdefgh", {{{0, 2}, ""}, {{4, 0}, "XY"}}, "cdXYefgh"},
	{"text at the end", "abcdefgh", {{{0, 2}, ""}, {{8, 0}, "X"}}, "cdefghX"},
	{"text that would grow the file", "abcdefgh", {{{0, 1}, ""}, {{4, 0}, "XY"}}, NULL},
};

START_TEST(test_row)
{
	const struct row *row = &rows[_i];
	struct reeve_edits *edits = reeve_edits_new();
	struct reeve_error err = {0};
	int fd = make_file(row->before, strlen(row->before));

	for (size_t i = 0; i < 4 && row->edit[i].text != NULL; i++)
		reeve_edits_add(edits, row->edit[i].span, row->edit[i].text,
		                strlen(row->edit[i].text));
	int r = carry_out(fd, edits, NULL, &err);
	const char *want = row->after == NULL ? row->before : row->after;
	ck_assert_msg(r == (row->after == NULL ? -1 : 0), "%s: %d, %s", row->name, r, err.text);
	check_file(fd, want, strlen(want), row->name);
	reeve_edits_free(edits);
	close(fd);
}
END_TEST

/* Random spans over some 300 KB, and the same done in memory. */
START_TEST(test_random)
{
	size_t size = 200000 + (size_t)_i * 7919, n = 0, at = 0;
	char *before = malloc(size), *after = malloc(size);
	struct reeve_edits *edits = reeve_edits_new();
	struct reeve_error err = {0};

	srandom((unsigned int)_i);
	for (size_t i = 0; i < size; i++)
		before[i] = (char)random();
	while (at < size) {
		size_t kept = (size_t)random() % (_i % 2 ? 300 : 9000);
		size_t gone = 1 + (size_t)random() % (_i % 3 ? 400 : 5000);
		if (kept > size - at)
			kept = size - at;
		if (gone > size - at - kept)
			gone = size - at - kept;
		memcpy(after + n, before + at, kept);
		n += kept;
		at += kept;
		/* Sometimes a text, never longer than what it stands for. */
		size_t text = random() % 4 == 0 ? gone / 2 : 0;
		reeve_edits_add(edits, (struct reeve_span){at, gone}, before, text);
		memcpy(after + n, before, text);
		n += text;
		at += gone;
	}
	int fd = make_file(before, size);
	ck_assert_msg(carry_out(fd, edits, NULL, &err) == 0, "%s", err.text);
	check_file(fd, after, n, "random");
	reeve_edits_free(edits);
	free(before);
	free(after);
	close(fd);
}
END_TEST

/* What programs append that do not ask for locks, each time while what is there is moved. */
static void append(void *user, const char *phase, uint64_t done, uint64_t total)
{
	static const char *const mail[] = {"first", "second", "third"};
	static size_t i; /* in the child that moves */

	(void)user;
	(void)phase;
	if (done < total || i == sizeof mail / sizeof mail[0])
		return;
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	ck_assert_int_eq(write(fd, mail[i], strlen(mail[i])), (ssize_t)strlen(mail[i]));
	close(fd);
	i++;
}

START_TEST(test_append)
{
	struct reeve_edits *edits = reeve_edits_new();
	struct reeve_talk talk = {.progress = append};
	struct reeve_error err = {0};
	int fd = make_file("abcdefgh", 8);

	reeve_edits_add(edits, (struct reeve_span){1, 3}, NULL, 0);
	ck_assert_msg(carry_out(fd, edits, &talk, &err) == 0, "%s", err.text);
	check_file(fd, "aefghfirstsecondthird", 21, "append");
	reeve_edits_free(edits);
	close(fd);
}
END_TEST

/* Whoever finds a box half moved may copy a backup into it; the journal's rest must not be done to that. */
START_TEST(test_restored)
{
	static const char before[] = "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd";
	size_t n = sizeof before - 1;
	struct reeve_identity nobody = {0};
	struct reeve_journals journals;
	struct reeve_edits *edits = reeve_edits_new();
	struct reeve_error err = {0};
	struct reeve_mover m;
	struct stat st;
	int fd = make_file(before, n);

	/* b and d stay. b was moved, and a step behind it begun, or all done but the cut. */
	reeve_edits_add(edits, (struct reeve_span){0, 10}, NULL, 0);
	reeve_edits_add(edits, (struct reeve_span){20, 10}, NULL, 0);
	ck_assert_int_eq(reeve_journals_open_at(&journals, folder, geteuid(), NULL), 0);
	struct reeve_compact c = {
		.fd = fd, .path = path, .journals = &journals, .identity = &nobody};
	ck_assert_int_eq(fstat(fd, &st), 0);
	struct reeve_journal_plan plan = {.path = path, .st = &st, .edits = edits, .box_fd = fd};
	struct reeve_journal *journal = reeve_journal_new(&journals, &plan, &nobody, &err);
	ck_assert_msg(journal != NULL, "%s", err.text);
	ck_assert_int_eq(reeve_mover_init(&m, &c, journal, NULL), 0);
	struct reeve_record record = {
		.kind = _i == 0 ? REEVE_RECORD_DIRECT : REEVE_RECORD_DONE,
		.at = _i == 0 ? 10 : 20,
		.source_end = n,
	};
	ck_assert_int_eq(pwrite(fd, "bbbbbbbbbbdddddddddd", record.at, 0), (ssize_t)record.at);
	m.at = record.at;
	ck_assert_int_eq(reeve_mover_hash_placed(&m, m.at, &record.placed_hash, NULL), 0);
	if (_i == 1)
		ck_assert_int_eq(reeve_mover_hash_stale(&m, &record, NULL), 0);
	ck_assert_int_eq(reeve_journal_record(journal, &record, NULL), 0);
	reeve_mover_dispose(&m);

	ck_assert_int_eq(pwrite(fd, before, n, 0), (ssize_t)n);
	ck_assert_int_eq(reeve_compact_recover(&c, &err), -1);
	ck_assert_int_eq(err.code, REEVE_ECHANGED);
	check_file(fd, before, n, "restored");

	reeve_journal_remove(journal, &journals, &nobody, NULL);
	reeve_journal_close(journal);
	reeve_journals_close(&journals);
	reeve_edits_free(edits);
	close(fd);
}
END_TEST

/* A journal that was never durable goes; one that is damaged after bytes have moved does not. */
START_TEST(test_damaged)
{
	struct reeve_identity nobody = {0};
	struct reeve_journals journals;
	struct reeve_edits *edits = reeve_edits_new();
	struct reeve_error err = {0};
	struct stat st;
	int fd = make_file("aaaaaaaaaabbbbbbbbbb", 20);

	reeve_edits_add(edits, (struct reeve_span){0, 10}, NULL, 0);
	ck_assert_int_eq(reeve_journals_open_at(&journals, folder, geteuid(), NULL), 0);
	struct reeve_compact c = {
		.fd = fd, .path = path, .journals = &journals, .identity = &nobody};
	ck_assert_int_eq(fstat(fd, &st), 0);
	struct reeve_journal_plan plan = {.path = path, .st = &st, .edits = edits, .box_fd = fd};
	struct reeve_journal *journal = reeve_journal_new(&journals, &plan, &nobody, &err);
	ck_assert_msg(journal != NULL, "%s", err.text);
	if (_i == 1) {
		struct reeve_record record = {
			.kind = REEVE_RECORD_DIRECT, .at = 0, .source_end = 20};
		ck_assert_int_eq(reeve_journal_record(journal, &record, NULL), 0);
	}
	ck_assert_int_eq(pwrite(journal->fd, "X", 1, 20), 1); /* in its header */

	int r = reeve_compact_recover(&c, &err);
	ck_assert_int_eq(r, _i == 1 ? -1 : 0);
	check_file(fd, "aaaaaaaaaabbbbbbbbbb", 20, "damaged");
	ck_assert_int_eq(faccessat(journals.dirfd, journal->name, F_OK, 0), _i == 1 ? 0 : -1);

	reeve_journal_remove(journal, &journals, &nobody, NULL);
	reeve_journal_close(journal);
	reeve_journals_close(&journals);
	reeve_edits_free(edits);
	close(fd);
}
END_TEST

Suite *suite_compact(void)
{
	Suite *suite = suite_create("base/compact");
	TCase *tc = tcase_create("compact");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, test_row, 0, (int)(sizeof rows / sizeof rows[0]));
	tcase_add_loop_test(tc, test_random, 0, 12);
	tcase_add_test(tc, test_append);
	tcase_add_loop_test(tc, test_restored, 0, 2);
	tcase_add_loop_test(tc, test_damaged, 0, 2);
	suite_add_tcase(suite, tc);
	return suite;
}
