/* SPDX-License-Identifier: MIT */
/* The walk over MIME parts of mail that somebody made to be bad: it ends, and soon. */
#include "parts_walk.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

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
	ck_assert_int_eq(parts_walk(&message, REEVE_WINDOW_BYTES, &handler, &count), 0);
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
	ck_assert_int_eq(parts_walk(&message, REEVE_WINDOW_BYTES, &handler, &count), 0);
	ck_assert_uint_eq(count.depth, REEVE_PARTS_DEPTH - 1);
	ck_assert_uint_eq(count.leaves, 1); /* the last, since it may not be opened */
	ck_assert_uint_ge(count.fed, 3000000);
	reeve_buf_dispose(&message);
}
END_TEST

Suite *suite_parts_bad(void)
{
	Suite *suite = suite_create("mime/parts_bad");
	TCase *tcase = tcase_create("parts_bad");

	tcase_add_test(tcase, bad_mail);
	tcase_add_test(tcase, deep_boundaries);
	suite_add_tcase(suite, tcase);
	return suite;
}
