/* SPDX-License-Identifier: MIT */
/*
 * The walk over MIME parts: a trace "type(body)type(type(body))" of each message, with lines that
 * end in LF and in CR LF, through a window and through a slit. What is a part is what Dovecot's
 * message-parser.c takes for one.
 */
#include "mime/parts.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIXED(boundary) "Content-Type: multipart/mixed; boundary=\"" boundary "\"\n"

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

/* A source of these bytes. */
static void open_source(struct reeve_source *src, const void *bytes, size_t n)
{
	int fd = memfd_create("message", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
	ck_assert_int_eq(reeve_source_init(src, fd, NULL), 0);
}

static void close_source(struct reeve_source *src)
{
	close(src->fd);
	reeve_source_dispose(src);
}

/* Where a header ends: after its empty line. */
static size_t header_length(const struct reeve_buf *message)
{
	const char *text = (const char *)message->bytes, *p = text, *end;

	if (message->length == 0) /* then there are no bytes to point at */
		return 0;
	end = text + message->length;
	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		bool is_empty = *p == '\n' || (*p == '\r' && lf == p + 1);

		if (lf == NULL)
			break;
		p = lf + 1;
		if (is_empty)
			return (size_t)(p - text);
	}
	return message->length;
}

static int walk(const struct reeve_buf *message, size_t most, const struct reeve_parts_handler *handler,
                void *user)
{
	struct reeve_source src;
	int ret;

	open_source(&src, message->bytes, message->length);
	src.most = most;
	ret = reeve_parts_walk(&src, (struct reeve_span){0, header_length(message)},
	                       (struct reeve_span){0, message->length}, handler, user, NULL);
	close_source(&src);
	return ret;
}

/* The text with CR LF, if with_cr. */
static void add_lines(struct reeve_buf *buf, const char *text, bool with_cr)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n' && with_cr)
			reeve_buf_add_byte(buf, '\r');
		reeve_buf_add_byte(buf, (unsigned char)*text);
	}
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
		add_lines(&message, rows[row].message, i % 2);
		add_lines(&wanted, rows[row].trace, i % 2);
		ck_assert_int_eq(walk(&message, windows[i / 2 % 4], &tracer, &trace), 0);
		ck_assert_msg(strcmp(reeve_buf_text(&trace.text), reeve_buf_text(&wanted)) == 0,
		              "'%s' (%zu): '%s'", rows[row].message, i % 8,
		              reeve_buf_text(&trace.text));
	}
	reeve_buf_dispose(&message);
	reeve_buf_dispose(&wanted);
	reeve_buf_dispose(&trace.text);
}
END_TEST

/* ---- what is known of a part ------------------------------------------------------- */

static const struct {
	const char *header;
	struct reeve_part part;
} facts[] = {
	{"", {.type = "text/plain", .is_text = true}},
	{"Content-Type: text/html; charset=\"UTF-8\"; name=a.html\n",
	 {.type = "text/html", .charset = "UTF-8", .name = "a.html", .is_text = true}},
	{"Content-Type: application/pdf; name=\"=?utf-8?Q?K=C3=A4se?=.pdf\"\n"
	 "Content-Transfer-Encoding: base64\nContent-Disposition: attachment\n",
	 {.type = "application/pdf", .name = "K\xc3\xa4se.pdf", .is_attachment = true,
	  .encoding = REEVE_ENCODING_BASE64}},
	{"Content-Type: application/pdf; name=a.pdf\n"
	 "Content-Disposition: ATTACHMENT; filename=\"b c.pdf\"; size=4\n",
	 {.type = "application/pdf", .name = "b c.pdf", .is_attachment = true}},
	{"Content-Disposition: inline; filename=b\nContent-Type: image/png; name=a\n",
	 {.type = "image/png", .name = "b"}},
	{"Content-Disposition: attachment; filename*=utf-8'de'K%C3%A4se\n",
	 {.type = "text/plain", .name = "K\xc3\xa4se", .is_attachment = true, .is_text = true}},
	{"Content-Disposition: attachment; filename*=iso-8859-1''K%E4se\n",
	 {.type = "text/plain", .name = "K\xc3\xa4se", .is_attachment = true, .is_text = true}},
	{"Content-Disposition: attachment; filename*1*=%E4se; filename*0*=iso-8859-1''K;\n"
	 " filename*2=\"%41\"\n",
	 {.type = "text/plain", .name = "K\xc3\xa4se%41", .is_attachment = true, .is_text = true}},
	{"Content-Disposition: attachment; filename*0=a; filename*2=c\n", /* one is missing */
	 {.type = "text/plain", .is_attachment = true, .is_text = true}},
	{"Content-Disposition: attachment; filename==?utf-8?Q?a?=\n",
	 {.type = "text/plain", .name = "a", .is_attachment = true, .is_text = true}},
	{"Content-Type: text/plain; charset=\n", {.type = "text/plain", .is_text = true}},
	{"Content-Type: text\n", {.type = "text/plain"}},
	{"Content-Type: text/plain charset=utf-8\n", {.type = "text/plain"}},
	{"Content-Type: message/delivery-status\n",
	 {.type = "message/delivery-status", .is_text = true}},
	{"Content-Type: image/png\nContent-Type: text/plain\n", {.type = "image/png", .is_text = true}},
	{"Content-Transfer-Encoding: x-uue\n",
	 {.type = "text/plain", .is_text = true, .encoding = REEVE_ENCODING_UNKNOWN}},
};

static bool is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static int check_facts(void *user, const struct reeve_part *part)
{
	const size_t *row = user;
	const struct reeve_part *wanted = &facts[*row].part;

	ck_assert_msg(is_same(part->type, wanted->type), "row %zu: %s", *row, part->type);
	ck_assert_msg(is_same(part->charset, wanted->charset), "row %zu: %s", *row, part->charset);
	ck_assert_msg(is_same(part->name, wanted->name), "row %zu: %s", *row, part->name);
	ck_assert_msg(part->encoding == wanted->encoding, "row %zu", *row);
	ck_assert_msg(part->is_text == wanted->is_text, "row %zu", *row);
	ck_assert_msg(part->is_attachment == wanted->is_attachment, "row %zu", *row);
	ck_assert(part->is_leaf && part->depth == 0);
	return 0;
}

START_TEST(facts_of_a_part)
{
	const struct reeve_parts_handler handler = {.begin = check_facts};
	struct reeve_buf message;

	reeve_buf_init(&message, 10000);
	for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
		reeve_buf_clear(&message);
		reeve_buf_add_text(&message, facts[i].header);
		reeve_buf_add_text(&message, "\nbody\n");
		ck_assert_int_eq(walk(&message, 10, &handler, &i), 0);
	}
	reeve_buf_dispose(&message);
}
END_TEST

static int trace_field(void *user, const struct reeve_part *part, const struct reeve_part_field *field)
{
	struct reeve_buf *text = user;

	ck_assert_uint_eq(part->header.offset, 0);
	reeve_buf_add(text, field->name, field->name_length);
	reeve_buf_add_byte(text, '<');
	reeve_buf_add(text, field->middle, field->middle_length);
	reeve_buf_add_byte(text, '>');
	reeve_buf_add(text, field->value, field->value_length);
	reeve_buf_add_byte(text, field->has_line_end ? '$' : '%');
	return 0;
}

START_TEST(fields)
{
	static const char header[] = "A: b\nB :c\n  d \n\te\n\tf: g\nC:\n none here\nno colon\nD:  x:y\n"
				     ": z\nlast: x";
	static const char wanted[] = "A<: >b$B< :>c  d  e f: g$C<:> none here$<>no colon$D<: > x:y$"
				     "<: >z$last<: >x%";
	const struct reeve_parts_handler handler = {.field = trace_field};
	struct reeve_buf message, text;

	reeve_buf_init(&message, 1000);
	reeve_buf_init(&text, 1000);
	for (size_t i = 0; i < 16; i++) {
		reeve_buf_clear(&message);
		reeve_buf_clear(&text);
		add_lines(&message, header, i % 2);
		ck_assert_int_eq(walk(&message, i < 14 ? i / 2 + 1 : 1000, &handler, &text), 0);
		ck_assert_str_eq(reeve_buf_text(&text), wanted);
	}
	reeve_buf_dispose(&message);
	reeve_buf_dispose(&text);
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
	ck_assert_int_eq(walk(&message, REEVE_WINDOW_BYTES, &handler, &trace), 0);
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
	ck_assert_int_eq(walk(&message, 1000, &handler, &trace), 0);
	ck_assert_str_eq(reeve_buf_text(&trace.text), "multipart/mixed(text/plain(one)text/html()!");

	reeve_buf_clear(&trace.text);
	handler.begin = trace_begin;
	handler.body = stop;
	ck_assert_int_eq(walk(&message, 1000, &handler, &trace), 42);
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
	open_source(&src, message, sizeof message);
	src.size = 1 << 20;
	src.most = 100;
	handler.end = NULL;
	ck_assert_int_eq(reeve_parts_walk(&src, header, whole, &handler, &trace, NULL), 0);
	handler.body = trace_body;
	ck_assert_int_eq(reeve_parts_walk(&src, header, whole, &handler, &trace, NULL), -1);
	close_source(&src);
	reeve_buf_dispose(&trace.text);
}
END_TEST

/* ---- mail that somebody made to be bad --------------------------------------------- */

struct count {
	unsigned int parts, leaves, depth;
	size_t fields, longest;
	uint64_t fed;
};

static int count_begin(void *user, const struct reeve_part *part)
{
	struct count *count = user;

	count->parts++;
	count->leaves += part->is_leaf;
	if (part->depth > count->depth)
		count->depth = part->depth;
	return 0;
}

static int count_field(void *user, const struct reeve_part *part, const struct reeve_part_field *field)
{
	struct count *count = user;

	(void)part;
	count->fields++;
	if (field->value_length > count->longest)
		count->longest = field->value_length;
	return 0;
}

static int count_body(void *user, const struct reeve_part *part, const unsigned char *bytes, size_t n)
{
	struct count *count = user;

	(void)part;
	(void)bytes;
	count->fed += n;
	return 0;
}

/* `before`, `count` times `text` with the count in place of %d, and what the walk finds. */
static struct count walk_many(const char *before, unsigned int times, const char *text)
{
	const struct reeve_parts_handler handler = {
		.field = count_field, .begin = count_begin, .body = count_body};
	struct count count = {0};
	struct reeve_buf message;

	reeve_buf_init(&message, (size_t)1 << 28);
	reeve_buf_add_text(&message, before);
	for (unsigned int i = 0; i < times; i++) {
		const char *number = strstr(text, "%d");

		if (number == NULL) {
			reeve_buf_add_text(&message, text);
		} else {
			char digits[16];

			snprintf(digits, sizeof digits, "%u", i);
			reeve_buf_add(&message, text, (size_t)(number - text));
			reeve_buf_add_text(&message, digits);
			reeve_buf_add_text(&message, number + 2);
		}
	}
	ck_assert_int_eq(walk(&message, REEVE_WINDOW_BYTES, &handler, &count), 0);
	reeve_buf_dispose(&message);
	return count;
}

START_TEST(bad_mail)
{
	struct count count;

	/* Nested a thousand deep: what is deeper than we go stands side by side there. */
	count = walk_many("Content-Type: multipart/mixed; boundary=x\n\n", 1000,
	                  "--x\nContent-Type: multipart/mixed; boundary=x\n\n");
	ck_assert_uint_eq(count.depth, REEVE_PARTS_DEPTH - 1);
	ck_assert_uint_eq(count.parts, 1001);
	count = walk_many("", 1000, "Content-Type: message/rfc822\n\n");
	ck_assert_uint_eq(count.depth, REEVE_PARTS_DEPTH - 1);
	ck_assert_uint_eq(count.parts, REEVE_PARTS_DEPTH);
	ck_assert_uint_eq(count.fed, 900 * strlen("Content-Type: message/rfc822\n\n"));

	/* More parts than anybody counts: what follows belongs to the last. */
	count = walk_many("Content-Type: multipart/mixed; boundary=x\n\n", 30000, "--x\n\nbody\n");
	ck_assert_uint_eq(count.parts, REEVE_PARTS_COUNT);
	ck_assert_uint_eq(count.leaves, REEVE_PARTS_COUNT - 1);

	/* Long headers. */
	count = walk_many("", 100000, "Received: by example.org; Mon, 3 Nov 2025 10:00:00 +0000\n");
	ck_assert_uint_eq(count.fields, 100000);
	count = walk_many("To: x", 100000, ",\n <somebody.with.a.long.name%d@department.example.org>,"
	                                   " \"Another, With a Long Name\" <b%d@example.org>");
	ck_assert_uint_eq(count.fields, 1);
	ck_assert_uint_eq(count.longest, REEVE_PART_VALUE_BYTES);
	count = walk_many("Content-Type: text/plain", 100000, "; name*%d*=x");
	ck_assert_uint_eq(count.parts, 1);
	count = walk_many("Content-Type: text/plain; name=\"", 100000, "=?koi8-r?Q?=D0?= =?x%d?Q?y?=");
	ck_assert_uint_eq(count.parts, 1);

	/* Lines that might be boundaries. */
	count = walk_many("Content-Type: multipart/mixed; boundary=\"--\"\n\n", 200000, "--\n");
	ck_assert_uint_eq(count.parts, 1);
}
END_TEST

/* Each part opens one more, with a boundary of its own. */
START_TEST(deep_boundaries)
{
	const struct reeve_parts_handler handler = {.begin = count_begin, .body = count_body};
	struct count count = {0};
	struct reeve_buf message;

	reeve_buf_init(&message, 1 << 24);
	for (unsigned int i = 0; i < 1000; i++) {
		char text[200];

		snprintf(text, sizeof text, "Content-Type: multipart/mixed; boundary=b%u-\n\n--b%u-\n",
		         i, i);
		reeve_buf_add_text(&message, text);
	}
	for (unsigned int i = 0; i < 100000; i++)
		reeve_buf_add_text(&message, "\n--no boundary of any of them\n");
	ck_assert_int_eq(walk(&message, REEVE_WINDOW_BYTES, &handler, &count), 0);
	ck_assert_uint_eq(count.depth, REEVE_PARTS_DEPTH - 1);
	ck_assert_uint_eq(count.leaves, 1); /* the last, since it may not be opened */
	ck_assert_uint_ge(count.fed, 3000000);
	reeve_buf_dispose(&message);
}
END_TEST

Suite *suite_parts(void)
{
	Suite *suite = suite_create("mime/parts");
	TCase *tcase = tcase_create("parts");

	tcase_add_test(tcase, table);
	tcase_add_test(tcase, facts_of_a_part);
	tcase_add_test(tcase, fields);
	tcase_add_test(tcase, returns);
	tcase_add_test(tcase, skips_the_rest);
	tcase_add_test(tcase, unread);
	tcase_add_test(tcase, bad_mail);
	tcase_add_test(tcase, deep_boundaries);
	suite_add_tcase(suite, tcase);
	return suite;
}
