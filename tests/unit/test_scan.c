/* SPDX-License-Identifier: MIT */
/* The scanner: mailboxes in, messages out, by hand. */
#include "folder.h"
#include "mbox/scan.h"
#include "unit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NEEDS (REEVE_NEED_RECEIVED | REEVE_NEED_SENT | REEVE_NEED_SIZE | REEVE_NEED_UID)

/* Lines that are easy to count: 32 bytes, 12, and their CR LF twins, 33 and 13. */
#define FROM "From x Thu Nov  9 22:33:52 2001\n"
#define RCVD "Received: y\n"
#define FROM_CR "From x Thu Nov  9 22:33:52 2001\r\n"
#define RCVD_CR "Received: y\r\n"
/* A whole message of 51 bytes, of which 18 are its own. */
#define MAIL FROM RCVD "\nbody\n\n"

#define BYTES(text) text, sizeof(text) - 1

/*
 * What is expected, a line per message: offset+length, header length, flags as letters of Status
 * and X-Status or "-", UID, virtual size; then "s" if suspect, "p" if pseudo, and
 * "base=offset+length".
 */
static const struct row {
	const char *name;
	const char *bytes;
	size_t n;
	const char *expected;
} rows[] = {
	{"empty", BYTES(""), ""},
	{"one", BYTES(MAIL), "0+51 13 - 1 21\n"},
	{"two", BYTES(MAIL MAIL), "0+51 13 - 1 21\n51+51 13 - 2 21\n"},
	{"no last line end", BYTES(MAIL FROM RCVD "\nbody"), "0+51 13 - 1 21\n51+49 13 - 2 19\n"},
	{"no empty line before", BYTES(FROM RCVD "\nbody\n" MAIL), "0+50 13 - 1 19\n50+51 13 - 2 21\n"},
	{"empty body", BYTES(FROM RCVD "\n\n" MAIL), "0+46 13 - 1 15\n46+51 13 - 2 21\n"},
	{"the empty line is the separator's", BYTES(FROM RCVD "\n" MAIL),
	 "0+45 13 - 1 13\n45+51 13 - 2 21\n"},
	{"no empty line", BYTES(FROM RCVD MAIL), "0+44 12 - 1 11\n44+51 13 - 2 21\n"},
	{"only a From_ line", BYTES(FROM), "0+32 0 - 1 0 s\n"},
	{"From_ lines alone", BYTES(FROM "\n" FROM "\n" FROM),
	 "0+33 1 - 1 0 s\n33+33 1 - 2 0 s\n66+32 0 - 3 0 s\n"},
	/* the line end before it is the first From_ line's: it is a header line, named after its
	   first colon */
	{"two From_ lines", BYTES(FROM FROM "\nx\n"), "0+67 33 - 1 36 s\n"},
	{"three From_ lines", BYTES(FROM FROM FROM "\nx\n"), "0+64 32 - 1 31 s\n64+35 1 - 2 3 s\n"},

	{"CR LF", BYTES(FROM_CR RCVD_CR "\r\nbody\r\n\r\n" FROM_CR RCVD_CR "\r\nbody\r\n\r\n"),
	 "0+56 15 - 1 21\n56+56 15 - 2 21\n"},
	{"CR LF, cut", BYTES(FROM_CR RCVD_CR "\r\nbody\r\n\r"), "0+55 15 - 1 22\n"},
	{"CR LF, empty body", BYTES(FROM_CR RCVD_CR "\r\n" FROM_CR RCVD_CR),
	 "0+48 15 - 1 13\n48+46 13 - 2 11\n"},
	{"CR LF, no header", BYTES(FROM_CR "\r\nbody\r\n\r\n" MAIL), "0+43 2 - 1 8 s\n43+51 13 - 2 21\n"},
	{"mixed", BYTES(FROM RCVD_CR "\na\r\nb\nc\r\r\n\n"), "0+56 14 - 1 25\n"},
	{"NUL", BYTES(FROM RCVD "X: \0\n\n\0\n\0\n\n"), "0+55 18 - 1 27\n"},

	{"prose is no separator", BYTES(FROM RCVD "\nx\nFrom now on\n\n" MAIL),
	 "0+60 13 - 1 31\n60+51 13 - 2 21\n"},
	{"escaped", BYTES(FROM RCVD "\nx\n>" FROM "\n"), "0+81 13 - 1 52\n"},
	{"beginnings", BYTES(FROM RCVD "\n\nF\nFr\nFro\nFrom\n\nFF\nFrom\n" MAIL),
	 "0+69 13 - 1 45\n69+51 13 - 2 21\n"},
	/* Dovecot does not look at the byte after "From " */
	{"unseen", BYTES(FROM RCVD "\nx\nFrom \n" FROM "\n"), "0+86 13 - 1 58\n"},
	{"seen after two", BYTES(FROM RCVD "\nx\nFrom \nFrom \n" MAIL), "0+59 13 - 1 30\n59+51 13 - 2 21\n"},
	{"unseen in a header", BYTES(FROM RCVD "From \n" FROM "\nx\n"), "0+85 51 - 1 56\n"},
	{"not ended", BYTES(MAIL "From x Thu Nov  9 22:33:52 2001"), "0+82 13 - 1 54\n"},
	{"ended by CR", BYTES(MAIL "From x Thu Nov  9 22:33:52 2001\r"), "0+83 13 - 1 55\n"},

	/* the body has 38 bytes, and a From_ line */
	{"length", BYTES(FROM RCVD "Content-Length: 38\n\nabc\n" FROM "y\n\n" MAIL),
	 "0+103 32 - 1 56\n103+51 13 - 2 21\n"},
	{"length, last", BYTES(FROM RCVD "Content-Length: 38\n\nabc\n" FROM "y\n\n"), "0+103 32 - 1 56\n"},
	{"length, last, no line end", BYTES(FROM RCVD "Content-Length: 38\n\nabc\n" FROM "y\n"),
	 "0+68 32 - 1 18\n68+34 2 - 2 1 s\n"},
	{"length, one less", BYTES(FROM RCVD "Content-Length: 37\n\nabc\n" FROM "y\n\n" MAIL),
	 "0+68 32 - 1 18\n68+35 3 - 2 3 s\n103+51 13 - 3 21\n"},
	{"length, one more", BYTES(FROM RCVD "Content-Length: 39\n\nabc\n" FROM "y\n\n" MAIL),
	 "0+68 32 - 1 18\n68+35 3 - 2 3 s\n103+51 13 - 3 21\n"},
	{"length, first wins", BYTES(FROM RCVD "Content-Length: 38\nContent-Length: 4\n\nabc\n" FROM "y\n\n"
	                             MAIL),
	 "0+121 50 - 1 56\n121+51 13 - 2 21\n"},
	{"length, first number wins", BYTES(FROM RCVD "Content-Length: 4x\nContent-Length: 38\n\nabc\n" FROM
	                                    "y\n\n" MAIL),
	 "0+122 51 - 1 56\n122+51 13 - 2 21\n"},
	{"length, folded after", BYTES(FROM RCVD "content-length : 38\n \n\nabc\n" FROM "y\n\n" MAIL),
	 "0+106 35 - 1 56\n106+51 13 - 2 21\n"},
	{"length, folded before", BYTES(FROM RCVD "content-length :\n 38 \n\nabc\n" FROM "y\n\n" MAIL),
	 "0+71 35 - 1 18\n71+35 3 - 2 3 s\n106+51 13 - 3 21\n"},
	{"length, over two", BYTES(FROM RCVD "Content-Length: 89\n\nabc\n" FROM "y\n\n" MAIL MAIL),
	 "0+154 32 - 1 112\n154+51 13 - 2 21\n"},
	{"length, 2^64 - 1", BYTES(FROM RCVD "Content-Length: 18446744073709551615\n\nabc\n\n" MAIL),
	 "0+87 50 - 1 20\n87+51 13 - 2 21\n"},
	/* wraps to 38 */
	{"length, 2^64 + 38", BYTES(FROM RCVD "Content-Length: 18446744073709551654\n\nabc\n" FROM "y\n\n" MAIL),
	 "0+121 50 - 1 56\n121+51 13 - 2 21\n"},
	/* back to the line end before the message itself */
	{"length, negative", BYTES(FROM RCVD "\nabc\n\n" FROM RCVD
	                           "Content-Length: 18446744073709551533\n\nabc\n\n" MAIL),
	 "0+50 13 - 1 20\n50+87 50 - 2 20\n137+51 13 - 3 21\n"},
	{"length, CR LF", BYTES(FROM_CR RCVD_CR "Content-Length: 41\r\n\r\nabc\r\n" FROM_CR "y\r\n\r\n"
	                        FROM_CR RCVD_CR "\r\nx\r\n\r\n"),
	 "0+111 35 - 1 56\n111+53 15 - 2 18\n"},
	/* the length is counted from the line end before the From_ line that ends the header */
	{"length, no empty line", BYTES(FROM "Content-Length: 46\n" RCVD FROM "Status: RO\n\nx\n" MAIL),
	 "0+109 31 - 1 49\n109+51 13 - 2 21\n"},
	{"length to prose", BYTES(FROM RCVD "Content-Length: 4\n\nabc\n\nFrom here on, thirty bytes\n\n" MAIL),
	 "0+96 31 - 1 50\n96+51 13 - 2 21\n"},
	{"length to an unended From_ line", BYTES(FROM RCVD "Content-Length: 4\n\nabc\n\nFrom x Thu Nov  9 "
	                                          "22:33:52 2001"),
	 "0+99 31 - 1 53\n"},

	{"flags", BYTES(FROM "Status: R\nX-Status: A\n\n\n" FROM "Status: O\nX-Status: F\n\n\n" FROM
	                "Status: RO\nX-Status: TD\n\n\n" FROM "Status: \n\n\n"),
	 "0+56 23 RA 1 2 s\n56+56 23 OF 2 2 s\n112+58 25 ROTD 3 2 s\n170+43 10 - 4 2 s\n"},
	{"flags add up", BYTES(FROM "Status: R\nstatus:O\nSTATUS : O\nX-Status: xF\n A\n\n\n"),
	 "0+80 47 ROAF 1 2 s\n"},
	{"not flags", BYTES(FROM "Xtatus: R\nStatus R\n Status: R\nX-Statu: A\n\nStatus: R\n\n"),
	 "0+85 42 - 1 58 s\n"},
	{"Dovecot compares strings", BYTES(FROM "Status\0x: R\n\n\n"), "0+46 13 R 1 2 s\n"},
	{"a folded line is no first line", BYTES(FROM " Status: R\n\n\n"), "0+45 12 - 1 14 s\n"},

	{"suspect: no header line", BYTES(FROM "quoted text\n" RCVD "\nx\n\n"), "0+60 25 - 1 31 s\n"},
	{"suspect: no trace", BYTES(FROM "Subject: x\nStatus: RO\n\nx\n\n"), "0+58 23 RO 1 17 s\n"},
	{"trace: Return-Path", BYTES(FROM "return-path: x\n\nx\n\n"), "0+51 16 - 1 21\n"},
	{"trace: Delivered-To", BYTES(FROM "DELIVERED-TO: x\n\nx\n\n"), "0+52 17 - 1 22\n"},
	{"trace: Message-ID", BYTES(FROM "Message-Id: x\n\nx\n\n"), "0+50 15 - 1 20\n"},
	{"trace: X-UID", BYTES(FROM "X-UID: 1\n\nx\n\n"), "0+45 10 - 1 5\n"},
	{"trace after others", BYTES(FROM "A: b\nMessage: x\nReceived\n" RCVD "\nx\n\n"), "0+73 38 - 1 46\n"},

	{"base", BYTES(FROM RCVD "X-IMAPbase: 5 0000000007 a\nX-UID: 3\n\nx\n\n" MAIL FROM RCVD
	               "X-UID: 9\n\nx\n\n" FROM RCVD "X-UID: 9\n\nx\n\n"),
	 "0+84 49 - 3 18 base=44+27\n84+51 13 - 8 21\n135+57 22 - 9 18\n192+57 22 - 10 18\n"},
	{"base, folded", BYTES(FROM RCVD "X-IMAPbase: 5 0000000007\n a\n\tb\nA: b\n\nx\n\n"),
	 "0+84 49 - 8 24 base=44+31\n"},
	{"base, second valid", BYTES(FROM RCVD "X-IMAPbase: x\nX-IMAPbase: 5 7\nX-IMAPbase: 6 9\n\nx\n\n"),
	 "0+94 59 - 8 18 base=58+16\n"},
	{"base, not in the first", BYTES(MAIL FROM RCVD "X-IMAPbase: 5 7\nX-UID: 4\n\nx\n\n"),
	 "0+51 13 - 1 21\n51+73 38 - 2 18\n"},
	{"X-UID before base", BYTES(FROM "X-UID: 3\nX-IMAPbase: 5 7\n\nx\n\n"), "0+61 26 - 8 5 base=41+16\n"},
	{"X-UIDs", BYTES(FROM "X-IMAPbase: 5 7\nX-UID: 3\n\n\n" FROM "X-UID: 2\n\n\n" FROM
	                 "X-UID: 4x\n\n\n" FROM "X-UID: 10 \n\n\n" FROM "X-UID: 4000000000\n\n\n"),
	 "0+59 26 - 3 2 base=32+16\n59+43 10 - 8 2\n102+44 11 - 9 2\n146+45 12 - 10 2\n191+52 19 - 11 2\n"},
	{"pseudo", BYTES(FROM "X-IMAP: 5 0000000007\nStatus: RO\n\nx\n\n" MAIL FROM "X-UID: 4\n\nx\n\n"),
	 "0+68 33 RO 0 5 p base=32+21\n68+51 13 - 8 21\n119+45 10 - 9 5\n"},
	{"pseudo, broken", BYTES(FROM "X-IMAP: 0 7\nStatus: RO\n\nx\n\n"), "0+59 24 RO 1 5 s\n"},
	{"pseudo, after base", BYTES(FROM "X-IMAPbase: 5 7\nX-IMAP: 6 8\n\nx\n\n"),
	 "0+64 29 - 8 5 s base=32+16\n"},
	{"pseudo, second", BYTES(MAIL FROM "X-IMAP: 5 7\n\nx\n\n"), "0+51 13 - 1 21\n51+48 13 - 2 5 s\n"},
};

static char said[20000];

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *fmt, ...)
{
	size_t used = strlen(said);
	va_list args;

	va_start(args, fmt);
	vsnprintf(said + used, sizeof said - used, fmt, args);
	va_end(args);
}

static void say_message(const struct reeve_message *msg)
{
	static const char letters[] = "ROAFTD";

	say("%llu+%llu %llu ", (unsigned long long)msg->whole.offset,
	    (unsigned long long)msg->whole.length, (unsigned long long)msg->header.length);
	for (int i = 0; letters[i] != '\0'; i++) {
		if (msg->flags & (1u << i))
			say("%c", letters[i]);
	}
	say("%s %u %llu%s%s", msg->flags == 0 ? "-" : "", msg->uid, (unsigned long long)msg->size_virtual,
	    msg->is_suspect ? " s" : "", msg->is_pseudo ? " p" : "");
	if (msg->imapbase.length > 0)
		say(" base=%llu+%llu", (unsigned long long)msg->imapbase.offset,
		    (unsigned long long)msg->imapbase.length);
	say("\n");
}

/* A file in memory with these bytes. */
static int make_file(const void *bytes, size_t n)
{
	int fd = memfd_create("box", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, n, 0), (ssize_t)n);
	return fd;
}

static void scan_all(struct reeve_scan *scan)
{
	struct reeve_message msg;
	struct reeve_error err = {0};
	int more;

	said[0] = '\0';
	while ((more = reeve_scan_next(scan, &msg, &err)) > 0)
		say_message(&msg);
	ck_assert_msg(more == 0, "%s", err.text);
}

START_TEST(test_rows)
{
	const struct row *row = &rows[_i];
	int fd = make_file(row->bytes, row->n);
	struct reeve_scan scan;

	ck_assert_int_eq(reeve_scan_init(&scan, fd, NEEDS, NULL), 0);
	scan_all(&scan);
	ck_assert_msg(strcmp(said, row->expected) == 0, "%s:\n%sexpected:\n%s", row->name, said,
	              row->expected);
	reeve_scan_dispose(&scan);

	/* The same through a window that holds no more than it is asked for. */
	ck_assert_int_eq(reeve_scan_init(&scan, fd, NEEDS, NULL), 0);
	scan.src.most = 1;
	scan_all(&scan);
	ck_assert_msg(strcmp(said, row->expected) == 0, "%s, small:\n%s", row->name, said);
	reeve_scan_dispose(&scan);

	/* Without the sizes bodies of known length are not read; all else is the same. */
	ck_assert_int_eq(reeve_scan_init(&scan, fd, 0, NULL), 0);
	struct reeve_message msg;
	const char *p = row->expected;
	while (reeve_scan_next(&scan, &msg, NULL) > 0) {
		ck_assert_uint_eq(msg.whole.offset, strtoull(p, NULL, 10));
		ck_assert_uint_eq(msg.uid, 0);
		ck_assert_uint_eq(msg.size_virtual, 0);
		p = strchr(p, '\n') + 1;
	}
	ck_assert_str_eq(p, "");
	reeve_scan_dispose(&scan);
	close(fd);
}
END_TEST

START_TEST(test_dates)
{
	static const char box[] = FROM "Received: y\nDate: Thu, 29 Nov 2001 22:33:52 +0100\nDate: x\n\nx\n\n"
	                          "From x Thu Nov 29 22:33:52 2001 +0300\nDate: x\nDate: Thu, 29 Nov 2001\n\n"
	                          "Date: 29 Nov 2001 22:33:52\n\n" FROM "Date: Thu,\n 29 Nov 2001\n\t22:33:52 GMT\n\n\n";
	static const int64_t received[] = {1007073232 - 20 * 86400, 1007073232 - 10800,
	                                   1007073232 - 20 * 86400};
	static const int64_t sent[] = {1007073232 - 3600, 0, 1007073232};
	int fd = make_file(box, sizeof box - 1);
	struct reeve_message msg;
	struct reeve_scan scan;

	setenv("TZ", "UTC", 1);
	tzset();
	ck_assert_int_eq(reeve_scan_init(&scan, fd, NEEDS, NULL), 0);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 1);
		ck_assert_int_eq(msg.received, received[i]);
		ck_assert_int_eq(msg.sent, sent[i]);
		ck_assert_int_eq(msg.sent_zone_minutes, i == 0 ? 60 : 0);
	}
	reeve_scan_dispose(&scan);
	close(fd);
}
END_TEST

/*
 * A separator ends the header, and the Content-Length leads to what is none, for its line does not
 * end: the date of the one that is one stays.
 */
START_TEST(test_date_of_the_right_line)
{
	static const char box[] = FROM "Received: y\nContent-Length: 48\n"
	                          "From b  Fri Nov 30 01:02:03 2001\nReceived: y\n\nx\n"
	                          "From c Thu Nov 29 22:33:52 2001";
	int fd = make_file(box, sizeof box - 1);
	struct reeve_message msg;
	struct reeve_scan scan;

	setenv("TZ", "UTC", 1);
	tzset();
	ck_assert_int_eq(reeve_scan_init(&scan, fd, REEVE_NEED_RECEIVED, NULL), 0);
	ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 1);
	ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 1);
	ck_assert_int_eq(msg.received, 1007082123);
	ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 0);
	reeve_scan_dispose(&scan);
	close(fd);
}
END_TEST

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
	int fd = make_file(box, n);

	ck_assert_int_eq(reeve_scan_init(&scan, fd, 0, NULL), 0);
	scan_all(&scan);
	snprintf(wanted, sizeof wanted, "0+%zu 13 - 0 0\n%zu+51 13 - 0 0\n%zu+%zu ", at, at, at + 51,
	         n - at - 51);
	ck_assert_msg(strncmp(said, wanted, strlen(wanted)) == 0, "%d: %s", _i, said);
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
	int fd = make_file(box, n);

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
	int fd = make_file(head, (size_t)n);

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
	int fd = make_file(BOX, sizeof BOX - 1);

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

	say("%llu+%llu\n", (unsigned long long)span.offset, (unsigned long long)span.length);
	return --*left == 0 ? 7 : 0;
}

START_TEST(test_forged)
{
	static const char box[] = MAIL FROM "X-IMAPbase: x\n y\n" RCVD "x-imap: 1 2\nX-IMAPbases: no\n"
	                               "X-IMAPbase\0z: 5\n\nX-IMAP: body\n\n";
	int fd = make_file(box, sizeof box - 1), left = 9;
	struct reeve_message msg;
	struct reeve_scan scan;

	ck_assert_int_eq(reeve_scan_init(&scan, fd, 0, NULL), 0);
	ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 1);
	said[0] = '\0';
	ck_assert_int_eq(reeve_scan_forged(&scan, &msg, say_span, &left, NULL), 0);
	ck_assert_str_eq(said, "");
	ck_assert_int_eq(reeve_scan_next(&scan, &msg, NULL), 1);
	ck_assert_int_eq(reeve_scan_forged(&scan, &msg, say_span, &left, NULL), 0);
	ck_assert_str_eq(said, "83+17\n112+12\n140+16\n");
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
		int fd = make_file(checks[i].bytes, checks[i].n);
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

Suite *suite_scan(void)
{
	Suite *suite = suite_create("scan");
	TCase *scans = tcase_create("scans");

	tcase_set_timeout(scans, 60);
	tcase_add_loop_test(scans, test_rows, 0, sizeof rows / sizeof rows[0]);
	tcase_add_test(scans, test_dates);
	tcase_add_test(scans, test_date_of_the_right_line);
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
