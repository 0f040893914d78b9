/* SPDX-License-Identifier: MIT */
/* What really goes: the query's choice, corrected by everything that holds a message back. */
#include "unit.h"

#include "mbox/choose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A box is a string, a letter a message of 10 bytes: r read, u unread, f flagged and read; upper
 * case: the query chose it. '+' behind a letter: a suspect piece. A leading 'p' is the pseudo
 * message. What stands behind '|' was appended when the choice had been made once. `gone` has 'x'
 * for each message that goes.
 */
static const struct row {
	const char *name;
	const char *box;
	struct reeve_prune prune;
	const char *gone; /* NULL: refused */
	uint64_t held_back;
} rows[] = {
	{"nothing chosen", "ru", {0}, "..", 0},
	{"chosen", "RuR", {0}, "x.x", 0},
	{"the pseudo message stays", "PRu", {0}, ".x.", 0},
	{"flagged ones stay", "RFu", {.keep_flagged = true}, "x..", 0},
	{"the last two stay", "RRRR", {.keep_last = 2}, "xx..", 0},
	{"keep more than there are", "RR", {.keep_last = 5}, "..", 0},
	{"the pseudo message is none of the last", "PRR", {.keep_last = 2}, "...", 0},
	{"a suspect piece and its message go together", "RR+u", {0}, "xx.", 0},
	{"a suspect piece holds its message back", "Ru+R", {0}, "..x", 1},
	{"an unread message keeps its read piece", "uR+R+R", {0}, "...x", 2},
	{"a suspect first message is a message", "R+uR", {0}, "x.x", 0},
	{"a suspect piece behind the pseudo message is a message", "PR+u", {0}, ".x.", 0},
	{"keep-last keeps the whole group", "RRR+", {.keep_last = 1}, "x..", 1},
	{"unread mail is refused", "RU", {.refuse_unread = true}, NULL, 0},
	{"read mail is not", "RR", {.refuse_unread = true}, "xx", 0},

	{"small enough", "RRR", {.has_max_size = true, .max_size_bytes = 30}, "...", 0},
	{"a byte too large", "RRR", {.has_max_size = true, .max_size_bytes = 29}, "x..", 0},
	{"the oldest go", "UURR", {.has_max_size = true, .max_size_bytes = 20}, "xx..", 0},
	{"read ones first", "URUR", {.has_max_size = true, .read_first = true, .max_size_bytes = 20},
	 ".x.x", 0},
	{"then the unread", "URUR", {.has_max_size = true, .read_first = true, .max_size_bytes = 10},
	 "xx.x", 0},
	{"no message fits", "RU", {.has_max_size = true, .max_size_bytes = 0}, "xx", 0},
	{"a group goes as one", "RR+R", {.has_max_size = true, .max_size_bytes = 25}, "xx.", 0},
	{"a group with an unread piece is no read one", "RU+R",
	 {.has_max_size = true, .read_first = true, .max_size_bytes = 25}, "..x", 0},
	{"mail that came since is a candidate", "UURR|U", {.has_max_size = true, .max_size_bytes = 20},
	 "xxx..", 0},
	{"mail that came since is the last", "RRR|R", {.keep_last = 1}, "xxx.", 0},
	{"held back before mail came, held back after", "Ru+R|u", {0}, "..x.", 1},

	{"flagged ones do not count as candidates", "FRU",
	 {.has_max_size = true, .max_size_bytes = 10, .keep_flagged = true}, ".xx", 0},
};

/* What `box` says, scanned. */
static struct reeve_index make_index(const char *box, const struct reeve_prune *prune)
{
	struct reeve_index index = {0};
	struct reeve_prune_result result;
	uint64_t offset = 0;

	for (const char *p = box; *p != '\0'; p++) {
		index.size = offset;
		if (*p == '|')
			ck_assert_int_eq(reeve_choose(&index, "box", prune, &result, NULL), 0);
		if (*p == '+' || *p == '|')
			continue;
		struct reeve_message msg = {
			.flags = strchr("uU", *p) ? 0 : REEVE_FLAG_SEEN,
			.is_pseudo = strchr("pP", *p) != NULL,
			.is_suspect = p[1] == '+',
			.whole = {offset, 10},
		};
		if (strchr("fF", *p))
			msg.flags |= REEVE_FLAG_FLAGGED;
		ck_assert_int_eq(reeve_index_add(&index, &msg, *p < 'a', NULL), 0);
		offset += 10;
	}
	index.size = offset;
	return index;
}

START_TEST(test_row)
{
	const struct row *row = &rows[_i];
	struct reeve_index index = make_index(row->box, &row->prune);
	struct reeve_prune_result result;
	struct reeve_error err = {0};
	char gone[32] = "";

	int r = reeve_choose(&index, "box", &row->prune, &result, &err);
	if (row->gone == NULL) {
		ck_assert_msg(r == -1 && err.code == REEVE_EREFUSED, "%s: %d", row->name, r);
	} else {
		ck_assert_msg(r == 0, "%s: %s", row->name, err.text);
		for (size_t i = 0; i < index.count; i++)
			strcat(gone, reeve_index_has(&index, i, REEVE_MARK_CHOSEN) ? "x" : ".");
		ck_assert_msg(strcmp(gone, row->gone) == 0, "%s: %s", row->name, gone);
		ck_assert_msg(result.held_back == row->held_back, "%s: %d held back", row->name,
		              (int)result.held_back);
	}
	reeve_index_dispose(&index);
}
END_TEST

Suite *suite_choose(void)
{
	Suite *suite = suite_create("mbox/choose");
	TCase *tc = tcase_create("choose");

	tcase_add_loop_test(tc, test_row, 0, (int)(sizeof rows / sizeof rows[0]));
	suite_add_tcase(suite, tc);
	return suite;
}
