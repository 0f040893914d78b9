/* SPDX-License-Identifier: MIT */
/* The scanner: mailboxes in, messages out, by hand. */
#include "scan_said.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What is expected, as scan_all() says it. */
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

START_TEST(test_rows)
{
	const struct row *row = &rows[_i];
	int fd = scan_file(row->bytes, row->n);
	struct reeve_scan scan;

	ck_assert_int_eq(reeve_scan_init(&scan, fd, NEEDS, NULL), 0);
	scan_all(&scan);
	ck_assert_msg(strcmp(scan_said, row->expected) == 0, "%s:\n%sexpected:\n%s", row->name, scan_said,
	              row->expected);
	reeve_scan_dispose(&scan);

	/* The same through a window that holds no more than it is asked for. */
	ck_assert_int_eq(reeve_scan_init(&scan, fd, NEEDS, NULL), 0);
	scan.src.most = 1;
	scan_all(&scan);
	ck_assert_msg(strcmp(scan_said, row->expected) == 0, "%s, small:\n%s", row->name, scan_said);
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
	int fd = scan_file(box, sizeof box - 1);
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
	int fd = scan_file(box, sizeof box - 1);
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

Suite *suite_scan(void)
{
	Suite *suite = suite_create("mbox/scan");
	TCase *scans = tcase_create("messages");

	tcase_set_timeout(scans, 60);
	tcase_add_loop_test(scans, test_rows, 0, sizeof rows / sizeof rows[0]);
	tcase_add_test(scans, test_dates);
	tcase_add_test(scans, test_date_of_the_right_line);
	suite_add_tcase(suite, scans);
	return suite;
}
