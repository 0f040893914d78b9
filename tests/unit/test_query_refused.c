/* SPDX-License-Identifier: MIT */
/* Queries: what is wrong with them, and how large they may be. */
#include "unit.h"

#include <mailreeve/mbox.h>
#include <stdlib.h>
#include <string.h>

#define NOW INT64_C(1763640000) /* 2025-11-20 12:00:00 UTC */

static const struct {
	const char *query;
	const char *error;
} error_rows[] = {
	{"", "query:1:1: no search key"},
	{"  ", "query:1:3: no search key"},
	{"SEEN SEEEN", "query:1:6: unknown search key 'SEEEN' (is it 'SEEN'?)"},
	{"SEEN\n  SENE", "query:2:3: unknown search key 'SENE' (is it 'SEEN'?)"},
	{"unsen", "query:1:1: unknown search key 'unsen' (is it 'UNSEEN'?)"},
	{"BEFOR 30d", "query:1:1: unknown search key 'BEFOR' (is it 'BEFORE'?)"},
	{"READ", "query:1:1: unknown search key 'READ'"},
	{"!SEEN", "query:1:1: unknown search key '!SEEN' (is it 'SEEN'?)"},
	{"AVERYLONGWORDTHATISNOTAKEY", "query:1:1: unknown search key 'AVERYLONGWORDTHATISNOTAKEY'"},
	{"\"\"", "query:1:1: unknown search key ''"},
	{"\"(\" SEEN", "query:1:1: unknown search key '('"},
	{"Un\"Seen\"", "query:1:1: unknown search key 'Un'"},
	{"SEEN and OLD", "query:1:6: there is no 'AND': keys side by side must all match"},
	{"FROM", "query:1:1: 'FROM' wants a text"},
	{"SEEN body", "query:1:6: 'BODY' wants a text"},
	{"(SUBJECT)", "query:1:2: 'SUBJECT' wants a text"},
	{"HEADER", "query:1:1: 'HEADER' wants the name of a field"},
	{"SEEN HEADER X-Note", "query:1:13: 'HEADER' wants a text after the field's name"},
	{"HEADER \"\" x", "query:1:8: the name of a field is missing"},
	{"HEADER X-Note: x", "query:1:8: 'X-Note:' is not the name of a field"},
	{"HEADER \"X Note\" x", "query:1:8: 'X Note' is not the name of a field"},
	{"HEADER status R",
	 "query:1:8: 'status' is a mail program's own note, and not searched"},
	{"BODY \"\"", "query:1:6: the text for 'BODY' is empty"},
	{"text \"\"", "query:1:6: the text for 'TEXT' is empty"},
	{"FROM \xff", "query:1:6: the text is not UTF-8"},
	{"FROM \xc3", "query:1:6: the text is not UTF-8"},
	{"KEYWORD \"\"", "query:1:9: '' cannot be a keyword"},
	{"UNKEYWORD \"a b\"", "query:1:11: 'a b' cannot be a keyword"},
	{"UNKEYWORD a*", "query:1:11: 'a*' cannot be a keyword"},
	{"FROM Ann SEEN Smith", "query:1:15: unknown search key 'Smith'"},
	{"mailbox INBOX ALL", "query:1:1: search key 'MAILBOX' is not supported yet"},
	{"SAVEDBEFORE 30d", "query:1:1: search key 'SAVEDBEFORE' is not supported yet"},
	{"$", "query:1:1: search key '$' is not supported yet"},

	{"(SEEN", "query:1:1: '(' without ')'"},
	{"SEEN (", "query:1:6: '(' without ')'"},
	{"SEEN)", "query:1:5: ')' without '('"},
	{")", "query:1:1: ')' without '('"},
	{"SEEN ()", "query:1:6: no search key between '(' and ')'"},
	{"NOT", "query:1:1: 'NOT' wants a search key"},
	{"(NOT )", "query:1:2: 'NOT' wants a search key"},
	{"NOT NOT", "query:1:5: 'NOT' wants a search key"},
	{"OR SEEN", "query:1:1: 'OR' stands between two search keys, or before two"},
	{"SEEN OR OR OLD", "query:1:9: 'OR' stands between two search keys, or before two"},
	{"NOT OR SEEN", "query:1:5: 'OR' stands between two search keys, or before two"},
	{"SEEN OR", "query:1:6: 'OR' wants a search key after it"},
	{"(SEEN OR)", "query:1:7: 'OR' wants a search key after it"},
	{"SEEN OR OLD FLAGGED",
	 "query:1:13: with OR beside other keys, parentheses must say what belongs together"},
	{"SEEN BEFORE 30d OR FLAGGED",
	 "query:1:17: with OR beside other keys, parentheses must say what belongs together"},

	{"BEFORE", "query:1:1: 'BEFORE' wants a date"},
	{"before (SEEN)", "query:1:1: 'BEFORE' wants a date"},
	{"(LARGER)", "query:1:2: 'LARGER' wants a size"},
	{"UID", "query:1:1: 'UID' wants a set"},
	{"BEFORE SEEN", "query:1:8: 'SEEN' is not a date or an interval"},
	{"BEFORE 30", "query:1:8: '30' is not a date (a Unix timestamp has 10 digits)"},
	{"SINCE 20251103", "query:1:7: '20251103' is not a date (a Unix timestamp has 10 digits)"},
	{"SINCE 99999999999999999999", "query:1:7: '99999999999999999999' is not a date or an interval"},
	{"BEFORE -30d", "query:1:8: '-30d' is not a date or an interval"},
	{"BEFORE 30x", "query:1:8: '30x' is not a date or an interval"},
	{"BEFORE 137years", "query:1:8: '137years' is not a date or an interval"},
	{"BEFORE 99999999w", "query:1:8: '99999999w' is not a date or an interval"},
	{"BEFORE 31-Feb-2025", "query:1:8: there is no such day or time: '31-Feb-2025'"},
	{"BEFORE 2025-02-29", "query:1:8: there is no such day or time: '2025-02-29'"},
	{"BEFORE 2025-00-10", "query:1:8: there is no such day or time: '2025-00-10'"},
	{"BEFORE 0-Jan-2025", "query:1:8: there is no such day or time: '0-Jan-2025'"},
	{"BEFORE 03-Jam-2025", "query:1:8: '03-Jam-2025' is not a date or an interval"},
	{"BEFORE 3-Nov-25", "query:1:8: '3-Nov-25' is not a date or an interval"},
	{"BEFORE 3-Nov-20255", "query:1:8: '3-Nov-20255' is not a date or an interval"},
	{"BEFORE 2025-1-1", "query:1:8: '2025-1-1' is not a date or an interval"},
	{"BEFORE \"3-Nov-2025 10:00\"", "query:1:8: '3-Nov-2025 10:00' is not a date or an interval"},
	{"BEFORE \"3-Nov-2025 25:00:00 +0000\"",
	 "query:1:8: there is no such day or time: '3-Nov-2025 25:00:00 +0000'"},
	{"BEFORE \"3-Nov-2025 10:00:00 CET  \"",
	 "query:1:8: '3-Nov-2025 10:00:00 CET  ' is not a date or an interval"},
	{"BEFORE \"\"", "query:1:8: '' is not a date or an interval"},
	{"LARGER x", "query:1:8: 'x' is not a size"},
	{"LARGER -1", "query:1:8: '-1' is not a size"},
	{"LARGER 99999999T", "query:1:8: size '99999999T' is too large"},
	{"BEFORE 1\\", "query:1:8: '1\\' is not a date or an interval"},
	{"BEFORE \"30d", "query:1:8: a quote without its end"},
	{"\"\\", "query:1:1: a quote without its end"},
	{"\"\\\"", "query:1:1: a quote without its end"},
	{"\"a\\\\\\\"b\"", "query:1:1: unknown search key 'a\\\"b'"},

	{"0", "query:1:1: '0' is not a set of messages"},
	{"1:0", "query:1:1: '1:0' is not a set of messages"},
	{"1,", "query:1:1: '1,' is not a set of messages"},
	{"1,,2", "query:1:1: '1,,2' is not a set of messages"},
	{"1:", "query:1:1: '1:' is not a set of messages"},
	{"1:2:3", "query:1:1: '1:2:3' is not a set of messages"},
	{"*1", "query:1:1: '*1' is not a set of messages"},
	{"5x", "query:1:1: '5x' is not a set of messages"},
	{"UID x", "query:1:5: 'x' is not a set of messages"},
	{"UID \"\"", "query:1:5: '' is not a set of messages"},
	{"UID $", "query:1:5: '$' is not a set of messages"},
	{"4294967296", "query:1:1: number '4294967296' is too large"},
	{"1:99999999999999999999", "query:1:1: number '99999999999999999999' is too large"},
};

START_TEST(errors)
{
	for (size_t i = 0; i < sizeof error_rows / sizeof error_rows[0]; i++) {
		struct reeve_error err = {0};
		size_t n = strlen(error_rows[i].query) + 1;
		char *exact = malloc(n);

		memcpy(exact, error_rows[i].query, n);
		ck_assert_msg(reeve_query_compile(exact, NOW, &err) == NULL, "%s", exact);
		ck_assert_int_eq(err.code, REEVE_EUSAGE);
		ck_assert_str_eq(err.text, error_rows[i].error);
		ck_assert_ptr_null(reeve_query_compile(exact, NOW, NULL));
		free(exact);
	}
}
END_TEST

/* `count` times `piece`, between `front` and `back`. */
static char *repeat(const char *front, const char *piece, size_t count, const char *back)
{
	size_t n = strlen(piece);
	char *text = malloc(strlen(front) + n * count + strlen(back) + 1), *p = text;

	p = stpcpy(p, front);
	for (size_t i = 0; i < count; i++)
		p = stpcpy(p, piece);
	strcpy(p, back);
	return text;
}

static const struct {
	const char *front, *piece;
	size_t count;
	const char *back;
	const char *error; /* NULL: it compiles */
} limit_rows[] = {
	{"", "NOT ", 200000, "SEEN", NULL},
	{"", "(", 1001, "SEEN", "query:1:1001: more than 1000 parentheses in each other"},
	{"", "(", 1000000, "", "query:1:1001: more than 1000 parentheses in each other"},
	{"", "NOT (", 1001, "SEEN", "query:1:5005: more than 1000 parentheses in each other"},
	{"", "()", 1, "", "query:1:1: no search key between '(' and ')'"},
	{"", "(SEEN)", 65535, "", NULL}, /* and the list itself */
	{"", "SEEN ", 65536, "", "query:1:327681: more than 65536 search keys and ranges"},
	{"1", ",3", 65534, "", NULL},
	{"1", ",3", 65535, "", "query:1:1: more than 65536 search keys and ranges"},
	{"", "\"\"", 100000, "", "query:1:1: unknown search key ''"},
};

static const struct reeve_message fresh = {.seq = 1};
static const struct reeve_message seen = {.seq = 2, .flags = REEVE_FLAG_SEEN | REEVE_FLAG_OLD};
static const struct reeve_totals totals = {.messages = 2};

START_TEST(limits)
{
	for (size_t i = 0; i < sizeof limit_rows / sizeof limit_rows[0]; i++) {
		struct reeve_error err = {0};
		char *text = repeat(limit_rows[i].front, limit_rows[i].piece, limit_rows[i].count,
		                    limit_rows[i].back);
		struct reeve_query *query = reeve_query_compile(text, NOW, &err);

		if (limit_rows[i].error == NULL)
			ck_assert_msg(query != NULL, "row %zu: %s", i, err.text);
		else
			ck_assert_str_eq(err.text, limit_rows[i].error);
		if (query != NULL)
			reeve_query_match(query, &fresh, &totals);
		reeve_query_free(query);
		free(text);
	}

	/* As deep as allowed: compiled and matched. */
	char *open = repeat("", "NOT(OLD ", 1000, "SEEN");
	char *text = repeat(open, ")", 1000, "");
	struct reeve_query *query = reeve_query_compile(text, NOW, NULL);
	ck_assert_ptr_nonnull(query);
	ck_assert(reeve_query_match(query, &seen, &totals)); /* true, turned 1000 times */
	reeve_query_free(query);
	free(text);
	free(open);
	reeve_query_free(NULL);
}
END_TEST

Suite *suite_query_refused(void)
{
	Suite *suite = suite_create("mbox/query_refused");
	TCase *tcase = tcase_create("queries");

	tcase_add_test(tcase, errors);
	tcase_add_test(tcase, limits);
	suite_add_tcase(suite, tcase);
	return suite;
}
