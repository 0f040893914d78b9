/* SPDX-License-Identifier: MIT */
/* The scanner and its file: windows, what fits none, where it goes on, what is no mailbox. */
#include "folder.h"
#include "scan_said.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A From_ line at every place around the end of what is read at once. */
START_TEST(test_window)
{
	size_t n = REEVE_READ_BYTES + 200;
	char *box = malloc(n), wanted[200];
	size_t at = REEVE_READ_BYTES - 60 + (size_t)_i;
	struct reeve_scan scan;

	memset(box, 'x', n);
	memcpy(box, FROM RCVD "\n", 45);
	for (size_t i = 100; i < n; i += 100)
		box[i] = '\n';
	box[at - 1] = '\n';
	memcpy(box + at, MAIL, 51);
	memcpy(box + at + 51, FROM, 32);
	int fd = scan_file(box, n);

	ck_assert_int_eq(reeve_scan_init(&scan, fd, 0, NULL), 0);
	scan_all(&scan);
	snprintf(wanted, sizeof wanted, "0+%zu 13 - 0 0\n%zu+51 13 - 0 0\n%zu+%zu ", at, at, at + 51,
	         n - at - 51);
	ck_assert_msg(strncmp(scan_said, wanted, strlen(wanted)) == 0, "%d: %s", _i, scan_said);
	reeve_scan_dispose(&scan);
	close(fd);
	free(box);
}
END_TEST

/* Header lines and headers that no window holds. */
START_TEST(test_long)
{
	static const struct {
		const char *begin, *fill, *end;
		size_t times;
	} longs[] = {
		{FROM "X: ", "y", "\nStatus: RO\n\nx\n\n", 3 << 20},
		{FROM "X: ", "y ", "\nStatus: RO\n\nx\n\n", 1 << 20},
		{FROM "", "X: yyyyyy\n", "Status: RO\n\nx\n\n", 120000},
		{FROM "X: y\n", " folded\n", "Status: RO\n\nx\n\n", 120000},
		{FROM "X-Keywords: y\n", " folded\n", "Status: RO\n\nx\n\n", 120000},
		{FROM "Status: RO", "R", "\n\nx\n\n", 2 << 20},
		{FROM "", "\1", ": x\nStatus: RO\n\nx\n\n", 2 << 20},
		{FROM "Status: RO\nNothing", "\0", "\n\nx\n\n", 0},
		{"From x Thu Nov  9 22:33:52 2001", " y", "\nStatus: RO\n\nx\n\n", 1 << 20},
	};
	size_t fill = strlen(longs[_i].fill), begin = strlen(longs[_i].begin);
	size_t end = strlen(longs[_i].end), n = begin + fill * longs[_i].times + end + 51;
	char *box = malloc(n), *p = box;
	struct reeve_message msg;
	struct reeve_scan scan;

	memcpy(p, longs[_i].begin, begin);
	p += begin;
	for (size_t i = 0; i < longs[_i].times; i++, p += fill)
		memcpy(p, longs[_i].fill, fill);
	memcpy(p, longs[_i].end, end);
	memcpy(p + end, MAIL, 51);
	int fd = scan_file(box, n);

	for (int i = 0; i < 2; i++) {
		uint64_t hash;

		ck_assert_int_eq(reeve_scan_init(&scan, fd, i == 0 ? 0 : NEEDS, NULL), 0);
		ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 1);
		ck_assert_uint_eq(msg.whole.length, n - 51);
		ck_assert_uint_eq(msg.flags, REEVE_FLAG_SEEN | REEVE_FLAG_OLD);
		hash = scan.mark.headers_hash;
		ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 1);
		ck_assert_uint_eq(msg.whole.length, 51);
		ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 0);
		reeve_scan_dispose(&scan);

		/* A byte in the middle of the header changes its hash. */
		if (i == 0 && longs[_i].times > 0) {
			ck_assert_int_eq(pwrite(fd, "z", 1, (off_t)(n / 2)), 1);
			ck_assert_int_eq(reeve_scan_init(&scan, fd, 0, NULL), 0);
			ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 1);
			ck_assert_uint_ne(scan.mark.headers_hash, hash);
			reeve_scan_dispose(&scan);
			ck_assert_int_eq(pwrite(fd, box + n / 2, 1, (off_t)(n / 2)), 1);
		}
	}
	close(fd);
	free(box);
}
END_TEST

/* A body of known length is not read: this one would take an hour. */
START_TEST(test_huge)
{
	const uint64_t length = UINT64_C(1) << 43; /* 8 TB, all hole */
	char head[100];
	struct reeve_message msg;
	struct reeve_scan scan;
	int n = snprintf(head, sizeof head, FROM RCVD "Content-Length: %llu\n\n", (unsigned long long)length);
	int fd = scan_file(head, (size_t)n);

	ck_assert_int_eq(pwrite(fd, "\n" MAIL, 52, (off_t)(length + (uint64_t)n)), 52);
	ck_assert_int_eq(reeve_scan_init(&scan, fd, NEEDS & ~(unsigned)REEVE_NEED_SIZE, NULL), 0);
	ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 1);
	ck_assert_uint_eq(msg.whole.length, (uint64_t)n + length + 1);
	ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 1);
	ck_assert_uint_eq(msg.whole.length, 51);
	ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 0);
	reeve_scan_dispose(&scan);
	close(fd);
}
END_TEST

#define BOX FROM RCVD "X-IMAPbase: 5 7\nX-UID: 3\n\nx\n\n" MAIL FROM RCVD "X-UID: 4\n\nx\n\n" MAIL

struct offsets {
	uint64_t at[5];
	size_t next, count;
};

static bool next_offset(void *user, uint64_t *offset_r)
{
	struct offsets *offsets = user;

	if (offsets->next == offsets->count)
		return false;
	*offset_r = offsets->at[offsets->next++];
	return true;
}

START_TEST(test_resume)
{
	struct reeve_scan_mark marks[5];
	struct reeve_message msgs[4], msg;
	struct offsets offsets = {.count = 0};
	struct reeve_error err = {0};
	struct reeve_scan scan;
	int fd = scan_file(BOX, sizeof BOX - 1);

	ck_assert_int_eq(reeve_scan_init(&scan, fd, NEEDS, NULL), 0);
	for (int i = 0; i < 4; i++) {
		marks[i] = scan.mark;
		ck_assert_int_eq(reeve_scan_next(&scan, &msgs[i], NULL), 1);
		offsets.at[i] = msgs[i].whole.offset;
	}
	marks[4] = scan.mark;
	ck_assert_uint_eq(msgs[3].uid, 10);
	ck_assert_uint_eq(msgs[3].seq, 4);

	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(reeve_scan_resume(&scan, &marks[i], NULL), 0);
		for (int k = i; k < 4; k++) {
			ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 1);
			ck_assert_mem_eq(&msg, &msgs[k], sizeof msg);
		}
		ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 0);
		ck_assert_mem_eq(&scan.mark, &marks[4], sizeof scan.mark);

		offsets.next = 0;
		offsets.count = (size_t)i;
		ck_assert_int_eq(reeve_scan_verify(&scan, &marks[i], next_offset, &offsets, NULL), 1);
	}

	/* Mail is appended: the headers before are what they were. */
	ck_assert_int_eq(pwrite(fd, MAIL, 51, sizeof BOX - 1), 51);
	scan.src.size += 51;
	offsets.next = 0;
	ck_assert_int_eq(reeve_scan_verify(&scan, &marks[4], next_offset, &offsets, NULL), 1);
	ck_assert_int_eq(reeve_scan_resume(&scan, &marks[4], NULL), 0);
	ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 1);
	ck_assert_uint_eq(msg.uid, 11);

	/* A body changes: nobody notices. A header does. */
	ck_assert_int_eq(pwrite(fd, "X", 1, (off_t)msgs[1].whole.offset + 46), 1);
	offsets.next = 0;
	ck_assert_int_eq(reeve_scan_verify(&scan, &marks[4], next_offset, &offsets, NULL), 1);
	ck_assert_int_eq(pwrite(fd, "X", 1, (off_t)msgs[1].whole.offset + 34), 1);
	offsets.next = 0;
	ck_assert_int_eq(reeve_scan_verify(&scan, &marks[4], next_offset, &offsets, NULL), 0);
	offsets.next = 0;
	offsets.count = 1;
	ck_assert_int_eq(reeve_scan_verify(&scan, &marks[1], next_offset, &offsets, NULL), 1);

	/* No From_ line where one was: by verify, and by a scan. */
	ck_assert_int_eq(pwrite(fd, "X", 1, (off_t)msgs[1].whole.offset), 1);
	offsets.next = 0;
	ck_assert_int_eq(reeve_scan_verify(&scan, &marks[1], next_offset, &offsets, NULL), 0);
	scan.src.filled = 0;
	ck_assert_int_eq(reeve_scan_resume(&scan, &marks[1], NULL), 0);
	ck_assert_int_eq(reeve_scan_next(&scan, &msg, &err), -1);
	ck_assert_int_eq(err.code, REEVE_ECHANGED);

	/* The file shrinks under the scan. */
	ck_assert_int_eq(ftruncate(fd, 20), 0);
	scan.src.filled = 0;
	ck_assert_int_eq(reeve_scan_resume(&scan, &marks[0], NULL), 0);
	ck_assert_int_eq(reeve_scan_next(&scan, &msg, &err), -1);
	ck_assert_int_eq(err.code, REEVE_ECHANGED);
	reeve_scan_dispose(&scan);
	close(fd);
}
END_TEST

static int say_span(void *user, struct reeve_span span)
{
	int *left = user;

	scan_say("%llu+%llu\n", (unsigned long long)span.offset, (unsigned long long)span.length);
	return --*left == 0 ? 7 : 0;
}

START_TEST(test_forged)
{
	static const char box[] = MAIL FROM "X-IMAPbase: x\n y\n" RCVD "x-imap: 1 2\nX-IMAPbases: no\n"
	                               "X-IMAPbase\0z: 5\n\nX-IMAP: body\n\n";
	int fd = scan_file(box, sizeof box - 1), left = 9;
	struct reeve_message msg;
	struct reeve_scan scan;

	ck_assert_int_eq(reeve_scan_init(&scan, fd, 0, NULL), 0);
	ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 1);
	scan_forget();
	ck_assert_int_eq(reeve_scan_forged(&scan, &msg, say_span, &left, NULL), 0);
	ck_assert_str_eq(scan_said, "");
	ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 1);
	ck_assert_int_eq(reeve_scan_forged(&scan, &msg, say_span, &left, NULL), 0);
	ck_assert_str_eq(scan_said, "83+17\n112+12\n140+16\n");
	left = 1;
	ck_assert_int_eq(reeve_scan_forged(&scan, &msg, say_span, &left, NULL), 7);
	reeve_scan_dispose(&scan);
	close(fd);
}
END_TEST

START_TEST(test_check)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *text; /* NULL: a mailbox */
	} checks[] = {
		{BYTES(""), NULL},
		{BYTES(MAIL), NULL},
		{BYTES(FROM), NULL},
		{BYTES("From x Thu Nov  9 22:33:52 2001"), "'box' is not an mbox"},
		{BYTES("\n" MAIL), "'box' is not an mbox"},
		{BYTES("From"), "'box' is not an mbox"},
		{BYTES("From now on all will be well, and all manner of things\n"), "'box' is not an mbox"},
		{BYTES("\x1f\x8b\x08\0\0\0\0\0\0\3"), "'box' is not an mbox: gzip compressed data"},
		{BYTES("%PDF-1.4\n"), "'box' is not an mbox: PDF document"},
	};

	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		int fd = scan_file(checks[i].bytes, checks[i].n);
		struct reeve_error err = {0};
		struct reeve_source src;

		ck_assert_int_eq(reeve_source_init(&src, fd, NULL), 0);
		int ret = reeve_scan_check(&src, "box", &err);
		ck_assert_msg((ret == 0) == (checks[i].text == NULL), "%zu: %s", i, err.text);
		if (ret < 0) {
			ck_assert_int_eq(err.code, REEVE_EFORMAT);
			ck_assert_msg(strncmp(err.text, checks[i].text, strlen(checks[i].text)) == 0, "%s",
			              err.text);
		}
		reeve_source_dispose(&src);
		close(fd);
	}
}
END_TEST

/* Through the public door. */
START_TEST(test_open)
{
	struct reeve_error err = {0};
	struct reeve_message msg;
	struct reeve_mbox *mbox;

	folder_enter();
	folder_write("box", MAIL MAIL);
	folder_write("junk", "junk\n");
	mbox = reeve_mbox_open(NULL, "box", REEVE_NEED_UID, &err);
	ck_assert_msg(mbox != NULL, "%s", err.text);
	ck_assert_int_eq(reeve_mbox_next(mbox, &msg, &err), 1);
	ck_assert_int_eq(reeve_mbox_next(mbox, &msg, &err), 1);
	ck_assert_uint_eq(msg.uid, 2);
	ck_assert_int_eq(reeve_mbox_next(mbox, &msg, &err), 0);
	reeve_mbox_close(mbox);
	reeve_mbox_close(NULL);

	ck_assert_ptr_null(reeve_mbox_open(NULL, "junk", 0, &err));
	ck_assert_int_eq(err.code, REEVE_EFORMAT);
	ck_assert_ptr_null(reeve_mbox_open(NULL, "none", 0, &err));
	ck_assert_int_eq(err.code, REEVE_EIO);
	ck_assert_int_eq(symlink("box", "link"), 0);
	ck_assert_ptr_null(reeve_mbox_open(NULL, "link", 0, &err));
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	folder_leave();
}
END_TEST

Suite *suite_scan_file(void)
{
	Suite *suite = suite_create("mbox/scan_file");
	TCase *scans = tcase_create("file");

	tcase_set_timeout(scans, 60);
	tcase_add_loop_test(scans, test_window, 0, 70);
	tcase_add_loop_test(scans, test_long, 0, 9);
	tcase_add_test(scans, test_huge);
	tcase_add_test(scans, test_resume);
	tcase_add_test(scans, test_forged);
	tcase_add_test(scans, test_check);
	tcase_add_test(scans, test_open);
	suite_add_tcase(suite, scans);
	return suite;
}
