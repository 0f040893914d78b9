/* SPDX-License-Identifier: MIT */
/* Queries: which messages they choose, what they need to know, and what is wrong with them. */
#include "unit.h"

#include <mailreeve/mbox.h>
#include <stdlib.h>
#include <string.h>

#define SEEN     REEVE_FLAG_SEEN
#define OLD      REEVE_FLAG_OLD
#define ANSWERED REEVE_FLAG_ANSWERED
#define FLAGGED  REEVE_FLAG_FLAGGED
#define DRAFT    REEVE_FLAG_DRAFT
#define DELETED  REEVE_FLAG_DELETED

#define RECEIVED REEVE_NEED_RECEIVED
#define SENT     REEVE_NEED_SENT
#define SIZE     REEVE_NEED_SIZE
#define UID      REEVE_NEED_UID
#define TOTAL    REEVE_NEED_TOTAL

#define NOW  INT64_C(1763640000) /* 2025-11-20 12:00:00 UTC */
#define DAY  86400
#define HOUR 3600
#define D3   INT64_C(1762128000) /* 2025-11-03 00:00:00 UTC */

/* Eight messages; a set of them is a string of their numbers. */
static const struct reeve_message box[] = {
	{.seq = 1, .uid = 11, .flags = 0, .received = NOW - 100 * DAY, .sent = NOW - 101 * DAY,
	 .size_virtual = 100},
	{.seq = 2, .uid = 12, .flags = SEEN | OLD, .received = NOW - 90 * DAY - 1,
	 .sent = NOW - 91 * DAY, .size_virtual = 1023},
	{.seq = 3, .uid = 20, .flags = SEEN | OLD | FLAGGED, .received = NOW - 90 * DAY,
	 .sent = 0, .size_virtual = 1024},
	{.seq = 4, .uid = 21, .flags = OLD | ANSWERED, .received = D3 - 1, .sent = D3 - HOUR,
	 .sent_zone_minutes = 60, .size_virtual = 1025},
	{.seq = 5, .uid = 22, .flags = OLD | DRAFT, .received = D3, .sent = D3 + HOUR,
	 .sent_zone_minutes = -120, .size_virtual = 1048576},
	{.seq = 6, .uid = 30, .flags = DELETED, .received = D3 + DAY - 1, .sent = D3 + DAY - 1,
	 .size_virtual = 1048577},
	{.seq = 7, .uid = 31, .flags = SEEN, .received = D3 + DAY, .sent = D3 + DAY,
	 .sent_zone_minutes = -1, .size_virtual = UINT64_C(3) << 30},
	{.seq = 8, .uid = 99, .flags = SEEN | OLD | ANSWERED | FLAGGED | DRAFT | DELETED,
	 .received = NOW, .sent = NOW + DAY, .size_virtual = UINT64_C(1) << 40},
};

static const struct reeve_totals totals = {.messages = 8, .last_uid = 99};

struct row {
	const char *query;
	const char *chosen;
	unsigned int needs;
};

static void run(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct reeve_error err = {0};
		struct reeve_query *query = reeve_query_compile(rows[i].query, NOW, &err);
		char chosen[9] = "";
		size_t n = 0;

		ck_assert_msg(query != NULL, "%s: %s", rows[i].query, err.text);
		for (size_t k = 0; k < 8; k++) {
			if (reeve_query_match(query, &box[k], &totals))
				chosen[n++] = (char)('1' + k);
		}
		ck_assert_msg(strcmp(chosen, rows[i].chosen) == 0, "%s: chose '%s', not '%s'",
		              rows[i].query, chosen, rows[i].chosen);
		ck_assert_msg(reeve_query_needs(query) == rows[i].needs, "%s: needs %#x",
		              rows[i].query, reeve_query_needs(query));
		reeve_query_free(query);
	}
}

#define RUN(rows) run(rows, sizeof rows / sizeof rows[0])

static const struct row flag_rows[] = {
	{"ALL", "12345678", 0},
	{"NOT ALL", "", 0},
	{"SEEN", "2378", 0},
	{"UNSEEN", "1456", 0},
	{"ANSWERED", "48", 0},
	{"UNANSWERED", "123567", 0},
	{"FLAGGED", "38", 0},
	{"UNFLAGGED", "124567", 0},
	{"DELETED", "68", 0},
	{"UNDELETED", "123457", 0},
	{"DRAFT", "58", 0},
	{"UNDRAFT", "123467", 0},
	{"OLD", "23458", 0},
	{"RECENT", "167", 0},
	{"NEW", "16", 0},
	{"seen", "2378", 0},
};

START_TEST(flags)
{
	RUN(flag_rows);
}
END_TEST

static const struct row word_rows[] = {
	{" \t\r\nSEEN\n", "2378", 0},
	{"\"SEEN\"", "2378", 0},
	{"(SEEN)", "2378", 0},
	{"( ( SEEN ) )", "2378", 0},
	{"SEEN FLAGGED", "38", 0},
	{"SEEN(FLAGGED)", "38", 0},
	{"(SEEN)(FLAGGED)OLD", "38", 0},
	{"SEEN OR FLAGGED", "2378", 0},
	{"seen or answered", "23478", 0},
	{"ANSWERED OR DRAFT OR DELETED", "4568", 0},
	{"OR SEEN FLAGGED", "2378", 0},
	{"OR SEEN FLAGGED DELETED", "8", 0},
	{"OR OR ANSWERED DRAFT DELETED", "4568", 0},
	{"OR ANSWERED OR DRAFT DELETED", "4568", 0},
	{"NOT OR SEEN OLD", "16", 0},
	{"(ANSWERED OR DRAFT) DELETED", "8", 0},
	{"DELETED (ANSWERED OR DRAFT)", "8", 0},
	{"SEEN (ANSWERED OR (DRAFT OLD))", "8", 0},
	{"NOT SEEN", "1456", 0},
	{"NOT NOT SEEN", "2378", 0},
	{"NOT NOT NOT SEEN", "1456", 0},
	{"NOT (SEEN FLAGGED)", "124567", 0},
	{"NOT (SEEN OR OLD)", "16", 0},
	{"NOT (NOT SEEN)", "2378", 0},
	{"NOT SEEN NOT OLD", "16", 0},
	{"NOT SEEN OR FLAGGED", "134568", 0},
	{"SEEN OR NOT FLAGGED", "12345678", 0},
	{"NOT NEW", "234578", 0},
	{"NOT UNSEEN", "2378", 0},
	{"LARGER \"1 k\"", "45678", SIZE},
	{"BEFORE \"90 days\"", "12", RECEIVED},
};

START_TEST(words)
{
	RUN(word_rows);
}
END_TEST

static const struct row set_rows[] = {
	{"1", "1", 0},
	{"1,8", "18", 0},
	{"2:4", "234", 0},
	{"4:2", "234", 0},
	{"1,3:5,4,7", "13457", 0},
	{"7,1,3", "137", 0},
	{"3:4,1:2", "1234", 0},
	{"9:20", "", 0},
	{"*", "8", TOTAL},
	{"6:*", "678", TOTAL},
	{"*:6", "678", TOTAL},
	{"10:*", "8", TOTAL}, /* RFC 3501: 8:10 */
	{"2,*", "28", TOTAL},
	{"*:*", "8", TOTAL},
	{"1:*", "12345678", 0},
	{"5:*,1:4", "12345678", 0},
	{"NOT 1:*", "", 0},
	{"NOT 2:*", "1", TOTAL},
	{"1:4294967295", "12345678", 0},
	{"5:4294967295", "5678", 0},
	{"10:4294967295", "", 0},
	{"UID 11", "1", UID},
	{"UID 11:20", "123", UID},
	{"UID *", "8", UID | TOTAL},
	{"UID 31:*", "78", UID | TOTAL},
	{"UID 1000:*", "8", UID | TOTAL},
	{"uid 1:*", "12345678", UID},
	{"UID 13:19", "", UID},
	{"1:4 UID 20:30", "34", UID},
	{"1:2 OR 5", "125", 0},
	{"NOT 1:2", "345678", 0},
};

START_TEST(sets)
{
	RUN(set_rows);
}
END_TEST

static const struct row size_rows[] = {
	{"LARGER 1024", "45678", SIZE},
	{"LARGER 1k", "45678", SIZE},
	{"LARGER 1KiB", "45678", SIZE},
	{"LARGER 1kb", "45678", SIZE},
	{"SMALLER 1K", "12", SIZE},
	{"larger 1M", "678", SIZE},
	{"LARGER 2G", "78", SIZE},
	{"SMALLER 1T", "1234567", SIZE},
	{"SMALLER 0", "", SIZE},
	{"LARGER 0", "12345678", SIZE},
	{"LARGER 18446744073709551615", "", SIZE},
	{"LARGER 1k SMALLER 1M", "4", SIZE},
	{"NOT LARGER 1k", "123", SIZE},
	{"SEEN LARGER 1M", "78", SIZE},
};

START_TEST(sizes)
{
	RUN(size_rows);
}
END_TEST

static const struct row date_rows[] = {
	{"BEFORE 90d", "12", RECEIVED},
	{"SINCE 90d", "345678", RECEIVED},
	{"BEFORE 90days", "12", RECEIVED},
	{"BEFORE 2160h", "12", RECEIVED},
	{"before 7776000s", "12", RECEIVED},
	{"BEFORE 2weeks", "1234567", RECEIVED},
	{"ON 90d", "3", RECEIVED},
	{"ON 91d", "2", RECEIVED},
	{"BEFORE 0d", "1234567", RECEIVED},
	{"SINCE 0s", "8", RECEIVED},
	{"BEFORE 3-Nov-2025", "1234", RECEIVED},
	{"BEFORE 03-nov-2025", "1234", RECEIVED},
	{"BEFORE \" 3-Nov-2025\"", "1234", RECEIVED},
	{"ON 3-Nov-2025", "56", RECEIVED},
	{"SINCE 3-Nov-2025", "5678", RECEIVED},
	{"BEFORE 2025-11-03", "1234", RECEIVED},
	{"ON 2025-11-03", "56", RECEIVED},
	{"SINCE 2025-11-03", "5678", RECEIVED},
	{"SINCE 2025-11-04", "78", RECEIVED},
	{"SINCE 1762128000", "5678", RECEIVED},
	{"SINCE 1762128001", "678", RECEIVED},
	{"ON 1762128000", "56", RECEIVED},
	{"SINCE \"03-Nov-2025 00:00:00 +0000\"", "5678", RECEIVED},
	{"SINCE \"3-Nov-2025 01:00:00 +0100\"", "5678", RECEIVED},
	{"SINCE \"2-Nov-2025 23:00:00 -0100\"", "5678", RECEIVED},
	{"SINCE 900000000", "12345678", RECEIVED},
	{"BEFORE 1-Jan-9999", "12345678", RECEIVED},
	{"SINCE 1-Jan-0000", "12345678", RECEIVED},
	/* the sender's clock: 4 stands at 0:00 of the 3rd, 5 at 23:00 of the 2nd */
	{"SENTBEFORE 3-Nov-2025", "1235", SENT},
	{"SENTON 3-Nov-2025", "467", SENT},
	{"SENTSINCE 3-Nov-2025", "4678", SENT},
	{"SENTON 2025-11-03", "467", SENT},
	{"SENTON 2025-11-02", "5", SENT},
	/* ours */
	{"SENTSINCE 1762128000", "5678", SENT},
	{"SENTBEFORE 1762128000", "1234", SENT},
	{"SENTBEFORE 95d", "13", SENT},
	{"NOT SENTSINCE 95d", "13", SENT},
	{"BEFORE 90d SENTBEFORE 90d", "12", RECEIVED | SENT},
	{"SEEN BEFORE 90d LARGER 1000", "2", RECEIVED | SIZE},
};

START_TEST(dates)
{
	setenv("TZ", "UTC", 1);
	tzset();
	RUN(date_rows);
}
END_TEST

/* At 2025-11-03 00:00 UTC it is five in the morning in Karachi, and the evening before in Bogota. */
static const struct row karachi_rows[] = {
	{"BEFORE 3-Nov-2025", "123", RECEIVED},
	{"ON 3-Nov-2025", "45", RECEIVED},
	{"ON 2025-11-03", "45", RECEIVED},
	{"ON 4-Nov-2025", "67", RECEIVED},
	{"ON 1762128000", "56", RECEIVED},
	{"BEFORE 90d", "12", RECEIVED},
	{"SENTON 3-Nov-2025", "467", SENT},
	{"SINCE \"03-Nov-2025 00:00:00 +0000\"", "5678", RECEIVED},
};

static const struct row bogota_rows[] = {
	{"BEFORE 3-Nov-2025", "12345", RECEIVED},
	{"ON 3-Nov-2025", "67", RECEIVED},
	{"ON 2025-11-03", "67", RECEIVED},
	{"ON 2-Nov-2025", "45", RECEIVED},
	{"SENTON 3-Nov-2025", "467", SENT},
};

START_TEST(local_days)
{
	setenv("TZ", "PKT-5", 1); /* POSIX counts west */
	tzset();
	RUN(karachi_rows);
	setenv("TZ", "COT5", 1);
	tzset();
	RUN(bogota_rows);
}
END_TEST

/* No text was looked for: what depends on one is not chosen, neither way round. */
static const struct row text_rows[] = {
	{"FROM ann", "", REEVE_NEED_HEADER},
	{"NOT FROM ann", "", REEVE_NEED_HEADER},
	{"KEYWORD x", "", REEVE_NEED_HEADER},
	{"UNKEYWORD x", "", REEVE_NEED_HEADER},
	{"HEADER X-Note \"\"", "", REEVE_NEED_HEADER},
	{"BODY x", "", REEVE_NEED_BODY},
	{"TEXT x", "", REEVE_NEED_BODY},
	{"SEEN BODY x", "", REEVE_NEED_BODY},
	{"SEEN OR BODY x", "2378", REEVE_NEED_BODY},
	{"BODY x OR SEEN", "2378", REEVE_NEED_BODY},
	{"NOT (SEEN BODY x)", "1456", REEVE_NEED_BODY},
	{"NOT (SEEN OR BODY x)", "", REEVE_NEED_BODY},
	{"FROM ann OR (BODY x 1:3) OR 7", "7", REEVE_NEED_HEADER | REEVE_NEED_BODY},
	{"SUBJECT \"a (b) \\\"c\\\\\" OR 2", "2", REEVE_NEED_HEADER},
	{"SUBJECT or OR 2", "2", REEVE_NEED_HEADER},
};

START_TEST(texts)
{
	RUN(text_rows);
}
END_TEST

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
			reeve_query_match(query, &box[0], &totals);
		reeve_query_free(query);
		free(text);
	}

	/* As deep as allowed: compiled and matched. */
	char *open = repeat("", "NOT(OLD ", 1000, "SEEN");
	char *text = repeat(open, ")", 1000, "");
	struct reeve_query *query = reeve_query_compile(text, NOW, NULL);
	ck_assert_ptr_nonnull(query);
	ck_assert(reeve_query_match(query, &box[1], &totals)); /* true, turned 1000 times */
	reeve_query_free(query);
	free(text);
	free(open);
	reeve_query_free(NULL);
}
END_TEST

START_TEST(clock_is_now)
{
	struct reeve_query *query = reeve_query_compile("BEFORE 1d", 0, NULL);
	struct reeve_message msg = {.seq = 1, .received = (int64_t)time(NULL) - 2 * DAY};

	ck_assert_ptr_nonnull(query);
	ck_assert(reeve_query_match(query, &msg, NULL));
	msg.received += 2 * DAY;
	ck_assert(!reeve_query_match(query, &msg, NULL));
	reeve_query_free(query);
}
END_TEST

Suite *suite_query(void)
{
	Suite *suite = suite_create("mbox/query");
	TCase *tcase = tcase_create("queries");

	tcase_add_test(tcase, flags);
	tcase_add_test(tcase, words);
	tcase_add_test(tcase, sets);
	tcase_add_test(tcase, sizes);
	tcase_add_test(tcase, dates);
	tcase_add_test(tcase, local_days);
	tcase_add_test(tcase, texts);
	tcase_add_test(tcase, errors);
	tcase_add_test(tcase, limits);
	tcase_add_test(tcase, clock_is_now);
	suite_add_tcase(suite, tcase);
	return suite;
}
