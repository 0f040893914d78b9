/* SPDX-License-Identifier: MIT */
/* Headers of MIME parts: what they say of their part, and the fields as they are told. */
#include "parts_walk.h"
#include "unit.h"

#include <string.h>

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
		ck_assert_int_eq(parts_walk(&message, 10, &handler, &i), 0);
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
		parts_add_lines(&message, header, i % 2);
		ck_assert_int_eq(parts_walk(&message, i < 14 ? i / 2 + 1 : 1000, &handler, &text), 0);
		ck_assert_str_eq(reeve_buf_text(&text), wanted);
	}
	reeve_buf_dispose(&message);
	reeve_buf_dispose(&text);
}
END_TEST

Suite *suite_part_header(void)
{
	Suite *suite = suite_create("mime/part_header");
	TCase *tcase = tcase_create("part_header");

	tcase_add_test(tcase, facts_of_a_part);
	tcase_add_test(tcase, fields);
	suite_add_tcase(suite, tcase);
	return suite;
}
