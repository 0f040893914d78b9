/* SPDX-License-Identifier: MIT */
/*
 * The walk over MIME parts: a trace "type(body)type(type(body))" of each message, with lines that
 * end in LF and in CR LF, through a window and through a slit. What is a part is what Dovecot's
 * message-parser.c takes for one.
 */
#include "parts_walk.h"
#include "unit.h"

#include <string.h>

static const struct {
	const char *message, *trace;
} rows[] = {
	{"", "text/plain()"},
	{"\n", "text/plain()"},
	{"Subject: x\n\nbody\n", "text/plain(body\n)"},
	{"Subject: x\n\nbody", "text/plain(body)"},
	{"Subject: x", "text/plain()"},
	{"Content-Type: TEXT/Html; charset=utf-8\n\n<p>", "text/html(<p>)"},
	{"Content-Type: application/pdf\n\n\n--x\n", "application/pdf(\n--x\n)"},
	{"Content-Type: nonsense\n\nbody", "text/plain(body)"},
	{"Content-Type: image/png\nContent-Type: text/html\n\nx", "image/png(x)"},

	/* parts */
	{MIXED("b") "\npre\n--b\n\none\n--b\nContent-Type: text/html\n\ntwo\n--b--\npost\n",
	 "multipart/mixed(text/plain(one)text/html(two))"},
	{MIXED("b") "\n--b\n\none\n\n--b\n\n\n--b--", "multipart/mixed(text/plain(one\n)text/plain())"},
	{MIXED("b") "\n--b\n\none", "multipart/mixed(text/plain(one))"},
	{MIXED("b") "\n--b\n\none\n", "multipart/mixed(text/plain(one\n))"},
	{MIXED("b") "\nnone at all\n", "multipart/mixed()"},
	{"Content-Type: multipart/mixed\n\n--b\n\none\n", "multipart/mixed()"},
	{MIXED("b") "\n --b\n-b\n\n--c\n--b\n\n--\n-\n --b\n--c\nx--b\n--b--\n",
	 "multipart/mixed(text/plain(--\n-\n --b\n--c\nx--b))"},
	{MIXED("b") "\n--b \t\n\none\n--b-- \nx\n--b\ny", "multipart/mixed(text/plain(one))"},
	{MIXED("b") "\n--b\nContent-Type: text/html\n--b\n\ntwo\n--b--\n",
	 "multipart/mixed(text/html()text/plain(two))"},
	{MIXED("b") "\n--b\n--b\n--b--\n", "multipart/mixed(text/plain()text/plain())"},

	/* parts in parts */
	{MIXED("a") "\n--a\n" MIXED("b") "\n--b\n\none\n--b--\nx\n--a\n\ntwo\n--a--\n",
	 "multipart/mixed(multipart/mixed(text/plain(one))text/plain(two))"},
	{MIXED("a") "\n--a\n" MIXED("b") "\n--b\n\none\n--a\n\ntwo\n--a--\n", /* the inner not closed */
	 "multipart/mixed(multipart/mixed(text/plain(one))text/plain(two))"},
	{MIXED("a") "\n--a\n" MIXED("a") "\n--a\n\none\n--a--\n--a\n\ntwo\n--a--\n", /* the same twice */
	 "multipart/mixed(multipart/mixed(text/plain(one))text/plain(two))"},
	{MIXED("a") "\n--a\n" MIXED("ab") "\n--ab\n\none\n--ab--\n--a--\n", /* one begins as the other */
	 "multipart/mixed(multipart/mixed(text/plain(one)))"},
	{MIXED("ab") "\n--ab\n" MIXED("a") "\n--a\n\none\n--ab\n\ntwo\n--ab--\n",
	 "multipart/mixed(multipart/mixed(text/plain(one))text/plain(two))"},
	{MIXED("a") "\n--ax\n\none\n--a--\n", "multipart/mixed(text/plain(one))"}, /* a prefix will do */
	{MIXED("") "\n--\n\none\n----\n", "multipart/mixed(text/plain(one))"},

	/* messages */
	{"Content-Type: message/rfc822\n\nSubject: x\n\nbody\n", "message/rfc822(text/plain(body\n))"},
	{MIXED("b") "\n--b\nContent-Type: message/rfc822\n\nContent-Type: text/html\n\none\n--b--\n",
	 "multipart/mixed(message/rfc822(text/html(one)))"},
	{MIXED("b") "\n--b\nContent-Type: message/rfc822\n\nSubject: cut\n--b\n\ntwo\n--b--\n",
	 "multipart/mixed(message/rfc822(text/plain())text/plain(two))"},
	{"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\none\n--b\n"
	 "Content-Type: text/plain\n\ntwo\n--b--\n",
	 "multipart/digest(message/rfc822(text/plain(one))text/plain(two))"},
	{"Content-Type: message/delivery-status\n\nStatus: 5.0.0\n",
	 "message/delivery-status(Status: 5.0.0\n)"},

	/* how a boundary is written */
	{"Content-Type: multipart/mixed;\n\tboundary=b\n\n--b\n\none\n--b--\n",
	 "multipart/mixed(text/plain(one))"},
	{"content-type : multipart/mixed (c); (d) Boundary = b ; x=y\n\n--b\n\none\n--b--\n",
	 "multipart/mixed(text/plain(one))"},
	{"Content-Type: multipart/mixed; boundary*0=a; boundary*1=b\n\n--ab\n\none\n--ab--\n",
	 "multipart/mixed(text/plain(one))"},
	{"Content-Type: multipart/mixed; boundary=\"a\\\"b\"\n\n--a\"b\n\none\n--a\"b--\n",
	 "multipart/mixed(text/plain(one))"},
};

struct trace {
	struct reeve_buf text;
	uint64_t fed;
};

static int trace_begin(void *user, const struct reeve_part *part)
{
	struct trace *trace = user;

	reeve_buf_add_text(&trace->text, part->type);
	reeve_buf_add_text(&trace->text, "(");
	trace->fed = 0;
	return 0;
}

static int trace_body(void *user, const struct reeve_part *part, const unsigned char *bytes, size_t n)
{
	struct trace *trace = user;

	ck_assert(part->is_leaf);
	reeve_buf_add(&trace->text, bytes, n);
	trace->fed += n;
	return 0;
}

static int trace_end(void *user, const struct reeve_part *part)
{
	struct trace *trace = user;

	if (part->is_leaf)
		ck_assert_uint_eq(trace->fed, part->body.length);
	reeve_buf_add_text(&trace->text, ")");
	return 0;
}

static const struct reeve_parts_handler tracer = {
	.begin = trace_begin, .body = trace_body, .end = trace_end};

START_TEST(table)
{
	static const size_t windows[] = {REEVE_WINDOW_BYTES, 1, 7, 100};
	struct reeve_buf message, wanted;
	struct trace trace;

	reeve_buf_init(&message, 10000);
	reeve_buf_init(&wanted, 10000);
	reeve_buf_init(&trace.text, 10000);
	for (size_t i = 0; i < 8 * (sizeof rows / sizeof rows[0]); i++) {
		size_t row = i / 8;

		reeve_buf_clear(&message);
		reeve_buf_clear(&wanted);
		reeve_buf_clear(&trace.text);
		parts_add_lines(&message, rows[row].message, i % 2);
		parts_add_lines(&wanted, rows[row].trace, i % 2);
		ck_assert_int_eq(parts_walk(&message, windows[i / 2 % 4], &tracer, &trace), 0);
		ck_assert_msg(strcmp(reeve_buf_text(&trace.text), reeve_buf_text(&wanted)) == 0,
		              "'%s' (%zu): '%s'", rows[row].message, i % 8,
		              reeve_buf_text(&trace.text));
	}
	reeve_buf_dispose(&message);
	reeve_buf_dispose(&wanted);
	reeve_buf_dispose(&trace.text);
}
END_TEST

/* ---- what handlers return ---------------------------------------------------------- */

static int skip_html(void *user, const struct reeve_part *part)
{
	trace_begin(user, part);
	return strcmp(part->type, "text/html") == 0 ? REEVE_PART_SKIP : 0;
}

static int only_first(void *user, const struct reeve_part *part, const unsigned char *bytes, size_t n)
{
	trace_body(user, part, bytes, n);
	return REEVE_PART_SKIP;
}

START_TEST(skips_the_rest)
{
	const struct reeve_parts_handler handler = {.body = only_first};
	struct reeve_buf message;
	struct trace trace = {.fed = 0};

	reeve_buf_init(&message, 3 * REEVE_PART_BODY_BYTES);
	reeve_buf_init(&trace.text, 3 * REEVE_PART_BODY_BYTES);
	while (!message.is_cut)
		reeve_buf_add_text(&message, "\n\nx");
	ck_assert_int_eq(parts_walk(&message, REEVE_WINDOW_BYTES, &handler, &trace), 0);
	ck_assert_uint_eq(trace.fed, REEVE_PART_BODY_BYTES);
	reeve_buf_dispose(&message);
	reeve_buf_dispose(&trace.text);
}
END_TEST

static int add_end(void *user, const struct reeve_part *part)
{
	struct trace *trace = user;

	reeve_buf_add_text(&trace->text, part->body.length == 3 ? ")" : "!");
	return 0;
}

static int stop(void *user, const struct reeve_part *part, const unsigned char *bytes, size_t n)
{
	trace_body(user, part, bytes, n);
	return 42;
}

START_TEST(returns)
{
	static const char text[] = MIXED("b") "\n--b\n\none\n--b\nContent-Type: text/html\n\ntwo\n--b--";
	struct reeve_parts_handler handler = {.begin = skip_html, .body = trace_body, .end = add_end};
	struct reeve_buf message;
	struct trace trace;

	reeve_buf_init(&message, 1000);
	reeve_buf_init(&trace.text, 1000);
	reeve_buf_add_text(&message, text);
	ck_assert_int_eq(parts_walk(&message, 1000, &handler, &trace), 0);
	ck_assert_str_eq(reeve_buf_text(&trace.text), "multipart/mixed(text/plain(one)text/html()!");

	reeve_buf_clear(&trace.text);
	handler.begin = trace_begin;
	handler.body = stop;
	ck_assert_int_eq(parts_walk(&message, 1000, &handler, &trace), 42);
	ck_assert_str_eq(reeve_buf_text(&trace.text), "multipart/mixed(text/plain(one");
	reeve_buf_dispose(&message);
	reeve_buf_dispose(&trace.text);
}
END_TEST

/* A body that nobody wants is not read: here it is not even there. */
START_TEST(unread)
{
	struct reeve_parts_handler handler = {.begin = trace_begin, .end = trace_end};
	struct reeve_span header = {0, 12}, whole = {0, 1 << 20};
	struct reeve_source src;
	struct trace trace = {.fed = 1 << 20};
	char message[200] = "Subject: x\n\n";

	reeve_buf_init(&trace.text, 1000);
	parts_open(&src, message, sizeof message);
	src.size = 1 << 20;
	src.most = 100;
	handler.end = NULL;
	ck_assert_int_eq(reeve_parts_walk(&src, header, whole, &handler, &trace, NULL), 0);
	handler.body = trace_body;
	ck_assert_int_eq(reeve_parts_walk(&src, header, whole, &handler, &trace, NULL), -1);
	parts_close(&src);
	reeve_buf_dispose(&trace.text);
}
END_TEST

Suite *suite_parts(void)
{
	Suite *suite = suite_create("mime/parts");
	TCase *tcase = tcase_create("parts");

	tcase_add_test(tcase, table);
	tcase_add_test(tcase, returns);
	tcase_add_test(tcase, skips_the_rest);
	tcase_add_test(tcase, unread);
	suite_add_tcase(suite, tcase);
	return suite;
}
