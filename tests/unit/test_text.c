/* SPDX-License-Identifier: MIT */
/* Texts of a query: found in keywords, headers and bodies, and no more read than that takes. */
#include "base/source.h"
#include "mbox/scan.h"
#include "mbox/text.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- boxes ----------------------------------------------------------------------------------- */

static int box_of(const char *bytes, size_t n)
{
	int fd = memfd_create("box", 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
	return fd;
}

/* Numbers of the messages that a query chooses. */
static void choose(int fd, const char *text, char chosen[64])
{
	struct reeve_error err = {0};
	struct reeve_query *query = reeve_query_compile(text, 0, &err);
	ck_assert_msg(query != NULL, "%s: %s", text, err.text);
	struct reeve_text *t = reeve_text_new(query, fd, &err);
	struct reeve_scan scan;
	struct reeve_message msg;
	int more, r;

	ck_assert_ptr_nonnull(t);
	ck_assert_int_eq(reeve_scan_init(&scan, fd, reeve_query_needs(query), &err), 0);
	while ((more = reeve_scan_next(&scan, &msg, &err)) > 0) {
		if (msg.whole.offset == 0)
			reeve_text_begin(t, &msg);
		r = reeve_text_match(t, &scan.src, &msg, NULL, &err);
		ck_assert_msg(r >= 0, "%s: %s", text, err.text);
		ck_assert_int_eq(r, reeve_query_match(query, &msg, NULL));
		if (r > 0 && !msg.is_pseudo)
			*chosen++ = (char)('0' + msg.seq);
	}
	*chosen = '\0';
	ck_assert_msg(more == 0, "%s: %s", text, err.text);
	reeve_scan_dispose(&scan);
	reeve_text_free(t);
	reeve_query_free(query);
}

struct row {
	const char *query;
	const char *chosen;
};

static void run(const char *box, size_t n, const struct row *rows, size_t count)
{
	int fd = box_of(box, n);

	for (size_t i = 0; i < count; i++) {
		char chosen[64];

		choose(fd, rows[i].query, chosen);
		ck_assert_msg(strcmp(chosen, rows[i].chosen) == 0, "%s: chose '%s', not '%s'",
		              rows[i].query, chosen, rows[i].chosen);
	}
	close(fd);
}

#define RUN(box, rows) run(box, sizeof(box) - 1, rows, sizeof rows / sizeof rows[0])

/* ---- keywords -------------------------------------------------------------------------------- */

#define FROM "From ann@example.org Mon Nov  3 10:00:00 2025\n"
#define MAIL(header) FROM header "\nbody\n\n"

static const char keyword_box[] =
	MAIL("X-Keywords: Beta\nX-IMAPbase: 1700000000 0000000009 alpha Beta a*b\nX-Keywords: alpha\n")
	MAIL("X-Keywords: BETA alpha\n")
	MAIL("X-Keywords: alpha gamma\n")
	MAIL("X-Keywords: gamma\nX-Keywords:\n  Beta\n")
	MAIL("X-Keywords: a*b\n")
	MAIL("Keywords: alpha\nX-IMAPbase: 1 2 gamma\nX-Keywords: gamma\n")
	MAIL("");

static const struct row keyword_rows[] = {
	{"KEYWORD alpha", "12"},
	{"keyword ALPHA", "12"},
	{"KEYWORD beta", "24"},
	{"KEYWORD gamma", ""},
	{"KEYWORD alph", ""},
	{"UNKEYWORD alpha", "34567"},
	{"NOT UNKEYWORD alpha", "12"},
	{"NOT KEYWORD beta", "13567"},
	{"KEYWORD alpha UNKEYWORD beta", "1"},
	{"KEYWORD alpha OR KEYWORD beta", "124"},
};

static const char no_list_box[] = MAIL("X-Keywords: alpha\n") MAIL("X-Keywords: alpha\n");
static const char pseudo_box[] =
	MAIL("X-IMAP: 1700000000 0000000009 alpha\nX-Keywords: alpha\n") MAIL("X-Keywords: alpha\n");

static const struct row no_list_rows[] = {{"KEYWORD alpha", ""}, {"UNKEYWORD alpha", "12"}};
static const struct row pseudo_rows[] = {{"KEYWORD alpha", "1"}, {"UNKEYWORD alpha", ""}};

START_TEST(keywords)
{
	RUN(keyword_box, keyword_rows);
	RUN(no_list_box, no_list_rows);
	RUN(pseudo_box, pseudo_rows);
}
END_TEST

/* ---- headers --------------------------------------------------------------------------------- */

static const char header_box[] =
	MAIL("From: Ann Example <ann@example.org>\nSubject: Invoice  42\n")
	MAIL("From: \"Example, Bob\" <bob@example.net>\nSubject: =?iso-8859-1?Q?Gr=F6=DFe?=\n")
	MAIL("from: cat@example.com (Cat)\nSUBJECT: Gr\xc3\xb6\xc3\x9f\x65 of an\n\tinvoice 42\n")
	MAIL("To: Friends: ann@example.org, Bob <bob@example.net>;\nX-Note:\n")
	MAIL("From: ann@example.org\nFrom: bob@example.net\nStatus: RO\nCc: dan@example.org\n")
	MAIL("Bcc: eve@example.org\nX-Note: one\nX-Note: two  three\nList-Id: <l.example.org>\n");

static const struct row header_rows[] = {
	{"FROM ann", "15"},
	{"FROM ANN@EXAMPLE", "15"},
	{"FROM \"\\\"ann example\\\" <ann@\"", "1"},
	{"FROM \"ann example <ann@\"", ""},
	{"FROM \"\\\"example, bob\\\" <b\"", "2"},
	{"FROM \"cat <cat@\"", "3"},
	{"FROM \"\"", "1235"},
	{"TO \"friends: <ann@example.org>, bob <bob@example.net>;\"", "4"},
	{"CC dan", "5"},
	{"BCC eve", "6"},
	{"BCC dan", ""},
	{"SUBJECT invoice", "13"},
	{"SUBJECT \"invoice 42\"", "13"},
	{"SUBJECT \"invoice  42\"", ""},
	{"HEADER Subject \"invoice  42\"", "1"},
	{"SUBJECT gr\xc3\xb6\xc3\x9f\x65", "23"},
	{"SUBJECT GR\xc3\x96\xc3\x9f\x45", "23"},
	{"SUBJECT gro\xcc\x88\xc3\x9f\x65", "23"},
	{"SUBJECT grosse", ""},
	{"HEADER X-Note \"\"", "46"},
	{"header x-note TWO", "6"},
	{"HEADER X-Note \"two three\"", ""},
	{"NOT HEADER X-Note \"\"", "1235"},
	{"HEADER List-Id l.example", "6"},
	{"HEADER X-Nobody \"\"", ""},
	{"FROM ann OR SUBJECT invoice", "135"},
	{"FROM ann NOT SEEN", "1"},
	{"FROM example (SUBJECT invoice OR SEEN) NOT FROM cat", "15"},
};

START_TEST(headers)
{
	RUN(header_box, header_rows);
}
END_TEST

/* ---- bodies ---------------------------------------------------------------------------------- */

static const char body_box[] =
	FROM "Subject: one\n\nThe needle lies here.\nAnd a\nsecond line\n\n"
	FROM "Content-Type: text/plain; charset=iso-8859-1\n"
	"Content-Transfer-Encoding: quoted-printable\n\nGr=F6=DFe and a nee=\ndle=20x\n\n"
	FROM "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
	"PGI+R3LDtsOfZSBuZWVkbGU8L2I+Cg==\n\n" /* <b>Größe needle</b> */
	FROM "Content-Type: application/octet-stream\n\na needle\n\n"
	FROM "Content-Type: multipart/mixed; boundary=b\n\npreamble needle\n--b\n\nnee\n--b\n\ndle\n"
	"--b\nContent-Type: message/rfc822\n\nSubject: inside\n\nthe inner needle\n--b--\n"
	"epilogue needle\n\n"
	FROM "Content-Transfer-Encoding: x-odd\n\nneedle\n\n"
	FROM "Subject: needle\nX-UID: 7 hidden\nX-Other:shown\n\nnothing\n\n";

static const struct row body_rows[] = {
	{"BODY needle", "1235"},
	{"BODY NEEDLE", "1235"},
	{"TEXT needle", "12357"},
	{"NOT BODY needle", "467"},
	{"BODY gr\xc3\xb6\xc3\x9f\x65", "23"},
	{"BODY \"Gr\xc3\xb6\xc3\x9f\x65 and a needle x\"", "2"},
	{"BODY \"<b>\"", "3"},
	{"BODY \"and a\nsecond\"", "1"},
	{"BODY \"inner needle\"", "5"},
	{"BODY inside", ""},
	{"TEXT inside", "5"},
	{"TEXT \"subject: inside\"", "5"},
	{"BODY preamble", ""},
	{"BODY epilogue", ""},
	{"BODY nothing", "7"},
	{"TEXT \"subject: needle\"", "7"},
	{"TEXT x-other:SHOWN", "7"},
	{"TEXT hidden", ""},
	{"BODY subject", ""},
	{"BODY needle BODY inner", "5"},
	{"BODY needle TEXT inside", "5"},
	{"BODY inner OR BODY nothing", "57"},
	{"BODY needle SUBJECT one", "1"},
	{"2:3 BODY needle", "23"},
};

START_TEST(bodies)
{
	RUN(body_box, body_rows);
}
END_TEST

/* A body longer than the window, with the text across every edge of what may be read at once. */
START_TEST(large_bodies)
{
	static const char word[] = "Needle in a haystack", dots[] = "....................";
	const size_t n = ((size_t)1 << 20) + 200000;
	char *box = malloc(n), chosen[64];

	memset(box, '.', n);
	memcpy(box, FROM "\n", sizeof FROM);
	box[n - 1] = '\n';
	int fd = box_of(box, n);
	for (size_t edge = 4096; edge < n; edge += edge < 65536 ? 4096 : 65536) {
		ck_assert_int_gt(pwrite(fd, word, sizeof word - 1, (off_t)edge - 10), 0);
		choose(fd, "BODY \"needle in a haystack\"", chosen);
		ck_assert_msg(strcmp(chosen, "1") == 0, "across %zu", edge);
		ck_assert_int_gt(pwrite(fd, dots, sizeof dots - 1, (off_t)edge - 10), 0);
	}
	choose(fd, "BODY needle", chosen);
	ck_assert_str_eq(chosen, "");
	close(fd);
	free(box);
}
END_TEST

/* ---- no more than needed --------------------------------------------------------------------- */

/* Of a message whose header or body lies behind the end of the file, reading fails. */
static const struct {
	const char *query;
	int no_body, no_header;
} lazy_rows[] = {
	{"UNSEEN FROM ann", 0, 0},
	{"FROM ann UNSEEN", 0, 0},
	{"SEEN OR FROM ann", 1, 1},
	{"NOT (UNSEEN BODY x)", 1, 1},
	{"LARGER 1k TEXT x", 0, 0},
	{"FROM ann", 1, -1},
	{"NOT FROM ann", 0, -1},
	{"FROM bob BODY x", 0, -1},
	{"FROM ann OR BODY x", 1, -1},
	{"HEADER X-None \"\" TEXT x", 0, -1},
	{"KEYWORD x BODY x", 0, -1},
	{"BODY x", -1, -1},
	{"FROM ann BODY x", -1, -1},
	{"TEXT subject OR SEEN", 1, 1},
};

START_TEST(lazy)
{
	static const char mail[] = FROM "From: ann@example.org\nSubject: early\n\n";
	int fd = box_of(mail, sizeof mail - 1);

	ck_assert_int_eq(ftruncate(fd, 65536), 0);
	for (size_t i = 0; i < 2 * sizeof lazy_rows / sizeof lazy_rows[0]; i++) {
		bool has_header = i % 2 == 0;
		struct reeve_error err = {0};
		struct reeve_query *query = reeve_query_compile(lazy_rows[i / 2].query, 0, &err);
		ck_assert_msg(query != NULL, "%s", err.text);
		struct reeve_text *t = reeve_text_new(query, fd, &err);
		struct reeve_message msg = {
			.seq = 1, .flags = REEVE_FLAG_SEEN, .whole = {0, 1 << 20},
			.header = {sizeof FROM - 1, sizeof mail - sizeof FROM}};
		struct reeve_source src;

		ck_assert_int_eq(reeve_source_init(&src, fd, &err), 0);
		src.size = 1 << 20; /* the file shrank */
		if (!has_header)
			msg.header.offset += 1 << 19;
		reeve_text_begin(t, &msg);
		int expected = has_header ? lazy_rows[i / 2].no_body : lazy_rows[i / 2].no_header;
		ck_assert_msg(reeve_text_match(t, &src, &msg, NULL, &err) == expected, "%s, %s: %s",
		              lazy_rows[i / 2].query, has_header ? "no body" : "no header",
		              err.text);
		if (expected < 0)
			ck_assert_int_eq(err.code, REEVE_ECHANGED);
		reeve_source_dispose(&src);
		reeve_text_free(t);
		reeve_query_free(query);
	}
	close(fd);
}
END_TEST

Suite *suite_text(void)
{
	Suite *suite = suite_create("mbox/text");
	TCase *tcase = tcase_create("texts");

	tcase_add_test(tcase, keywords);
	tcase_add_test(tcase, headers);
	tcase_add_test(tcase, bodies);
	tcase_add_test(tcase, large_bodies);
	tcase_add_test(tcase, lazy);
	suite_add_tcase(suite, tcase);
	return suite;
}
