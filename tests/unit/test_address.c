/* SPDX-License-Identifier: MIT */
/*
 * Addresses: how Dovecot writes them again for a search (message_address_write() of what
 * message_address_parse() read, what is missing filled in), and who sent a message.
 */
#include "mime/address.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *value, *text;
} rows[] = {
	{"", ""},
	{"  ", ""},
	{"ann@example.org", "<ann@example.org>"},
	{"<ann@example.org>", "<ann@example.org>"},
	{"Ann <ann@example.org>", "Ann <ann@example.org>"},
	{"Ann Bee <ann@example.org>", "\"Ann Bee\" <ann@example.org>"},
	{"\"Ann Bee\" <ann@example.org>", "\"Ann Bee\" <ann@example.org>"},
	{"Ann B. Cee <ann@example.org>", "\"Ann B. Cee\" <ann@example.org>"},
	{"\"Bee, Ann\" <ann@example.org>, ben@example.org",
	 "\"Bee, Ann\" <ann@example.org>, <ben@example.org>"},
	{"ann@example.org (Ann Bee)", "\"Ann Bee\" <ann@example.org>"},
	{"ann@example.org (Ann (the \\) bee))", "\"Ann (the ) bee)\" <ann@example.org>"},
	{"Ann@Example.ORG", "<Ann@Example.ORG>"},
	{"ann.bee @ example . org", "<ann.bee@example.org>"},
	{"ann . bee@example.org", "\"ann.  bee\" <MISSING_MAILBOX@MISSING_DOMAIN>"},
	{"ann..bee.@example.org", "<ann..bee.@example.org>"},
	{"\"ann bee\"@example.org", "<\"ann bee\"@example.org>"},
	{"ann@[192.0.2.1]", "<ann@[192.0.2.1]>"},
	{"O'Hara, Ann <ann@example.org>",
	 "<O'Hara@MISSING_DOMAIN>, Ann <ann@example.org>"},
	{"\"O'Hara Ann\" <ann@example.org>", "\"O\\'Hara Ann\" <ann@example.org>"},
	{"\"a \\\"b\\\" c\" <ann@example.org>", "\"a \\\"b\\\" c\" <ann@example.org>"},
	{"K\xc3\xa4se <ann@example.org>", "K\xc3\xa4se <ann@example.org>"},
	{"=?utf-8?Q?K=C3=A4se?= <ann@example.org>", "=?utf-8?Q?K=C3=A4se?= <ann@example.org>"},
	{"\"=?utf-8?Q?A,?= B\" <ann@example.org>", "=?utf-8?Q?A,?= B <ann@example.org>"},
	{"<@one,@two:ann@example.org>", "<@one,@two:ann@example.org>"},

	/* groups */
	{"undisclosed-recipients:;", "undisclosed-recipients:;"},
	{"friends: ann@example.org, Ben <ben@example.org>;, cee@example.org",
	 "friends: <ann@example.org>, Ben <ben@example.org>;, <cee@example.org>"},
	{"my friends:;", "\"my friends\":;"},
	{":;", "\"\":;"},
	{"friends: ann@example.org", "friends: <ann@example.org>;"},
	{"friends:", "friends:;"},

	/* broken */
	{"ann", "<ann@MISSING_DOMAIN>"},
	{"ann bee", "\"ann bee\" <MISSING_MAILBOX@MISSING_DOMAIN>"},
	{"ann at example.org", "\"ann at example.org\" <MISSING_MAILBOX@MISSING_DOMAIN>"},
	{"ann (Ann)", "Ann <ann@MISSING_DOMAIN>"},
	{"@example.org", "<MISSING_MAILBOX@example.org>"},
	{"ann@", "<ann@MISSING_DOMAIN>"},
	{"<>", "<MISSING_MAILBOX@MISSING_DOMAIN>"},
	{"<ann>", "<ann@MISSING_DOMAIN>"},
	{"Ann <ann@example.org", "Ann <ann@SYNTAX_ERROR>"},
	{"Ann <ann bee@example.org>", "Ann <ann@SYNTAX_ERROR>"},
	{"Ann <@one ann@example.org>", "Ann <INVALID_ROUTE:ann@example.org>"},
	{"ann@example.org, (", "<ann@example.org>, <MISSING_MAILBOX@MISSING_DOMAIN>"},
	{"ann@example.org ben@example.org", "<ann@example.org>"},
	{"ann@example.org; ben@example.org", "<ann@example.org>"},
	{",ann@example.org", "<MISSING_MAILBOX@MISSING_DOMAIN>, <ann@example.org>"},
	{"\"ann", "<MISSING_MAILBOX@MISSING_DOMAIN>"},
	{"(Ann", ""},
	{"ann@[192.0.2.1", "<ann@MISSING_DOMAIN>"},
};

START_TEST(table)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t n = strlen(rows[i].value);
		char *exact = malloc(n + (n == 0));
		struct reeve_buf out;

		memcpy(exact, rows[i].value, n);
		reeve_buf_init(&out, 1000);
		reeve_address_text(exact, n, &out);
		ck_assert_msg(strcmp(reeve_buf_text(&out), rows[i].text) == 0, "'%s': '%s'",
		              rows[i].value, reeve_buf_text(&out));
		reeve_buf_dispose(&out);
		free(exact);
	}
}
END_TEST

static const struct {
	const char *value;
	bool ok;
	const char *name, *local, *domain;
} senders[] = {
	{"ann@example.org", true, "", "ann", "example.org"},
	{"Ann Bee <Ann@Example.ORG>", true, "Ann Bee", "Ann", "example.org"},
	{"=?iso-8859-1?Q?K=E4se?= <ann@example.org>", true, "K\xc3\xa4se", "ann", "example.org"},
	{"ann@example.org (Ann Bee)", true, "Ann Bee", "ann", "example.org"},
	{"friends: ann@example.org;", true, "", "ann", "example.org"},
	{"Bee, Ann <ann@example.org>", true, "Ann", "ann", "example.org"},
	{"Ann <ann@example.org", true, "Ann", "ann", "example.org"},
	{"\"ann bee\"@K\xe4se.example", true, "", "ann bee", "k\xef\xbf\xbdse.example"},
	{"", false, "", "", ""},
	{"ann", false, "", "", ""},
	{"<>", false, "", "", ""},
	{"undisclosed:;", false, "", "", ""},
	{"@example.org", false, "", "", ""},
};

START_TEST(sender_table)
{
	for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++) {
		size_t n = strlen(senders[i].value);
		char *exact = malloc(n + (n == 0));
		struct reeve_sender sender;

		memcpy(exact, senders[i].value, n);
		ck_assert_msg(reeve_sender_parse(NULL, exact, n, &sender) == senders[i].ok, "'%s'",
		              senders[i].value);
		ck_assert_msg(strcmp(sender.name, senders[i].name) == 0 &&
		              strcmp(sender.local, senders[i].local) == 0 &&
		              strcmp(sender.domain, senders[i].domain) == 0,
		              "'%s': '%s' '%s' '%s'", senders[i].value, sender.name, sender.local,
		              sender.domain);
		free(exact);
	}
}
END_TEST

START_TEST(sender_is_cut_at_a_character)
{
	struct reeve_sender sender;
	struct reeve_buf value;

	reeve_buf_init(&value, 2000);
	for (int i = 0; i < 130; i++)
		reeve_buf_add_text(&value, "\xc3\xa4");
	reeve_buf_add_text(&value, " <x@");
	for (int i = 0; i < 300; i++)
		reeve_buf_add_text(&value, "X");
	reeve_buf_add_text(&value, ">");
	ck_assert(reeve_sender_parse(NULL, (const char *)value.bytes, value.length, &sender));
	ck_assert_uint_eq(strlen(sender.name), 254);
	ck_assert_uint_eq(strlen(sender.domain), 255);
	reeve_buf_dispose(&value);
}
END_TEST

/* Whatever is repeated, the time grows with the length only. */
START_TEST(long_lists)
{
	static const char *const pieces[] = {
		"Ann Bee <ann@example.org>, ", "a,", "(", "(a)", "\"", "\"a\" ", "<", "<@a,", "a:", "a:;,",
		"[", "a@[", ".", "\\", "((((\\)", "a ", "<a@b>",
	};
	enum { BYTES = 1 << 18 };
	struct reeve_buf value, out;

	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		reeve_buf_init(&value, BYTES);
		reeve_buf_init(&out, BYTES);
		while (!value.is_cut)
			reeve_buf_add_text(&value, pieces[i]);
		reeve_address_text((const char *)value.bytes, value.length, &out);
		ck_assert_msg(!out.has_failed, "%s", pieces[i]);
		reeve_buf_dispose(&value);
		reeve_buf_dispose(&out);
	}
}
END_TEST

Suite *suite_address(void)
{
	Suite *suite = suite_create("mime/address");
	TCase *tcase = tcase_create("address");

	tcase_add_test(tcase, table);
	tcase_add_test(tcase, sender_table);
	tcase_add_test(tcase, sender_is_cut_at_a_character);
	tcase_add_test(tcase, long_lists);
	suite_add_tcase(suite, tcase);
	return suite;
}
