/* SPDX-License-Identifier: MIT */
/* Where Dovecot keeps an INBOX, by what people write into mail_location and mail_path. */
#include "unit.h"

#include "conf/dovecot_location.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof table / sizeof table[0])

static const struct reeve_whom ann = {"ann@example.org", "/srv/v/example.org/ann", true, 5000, 8};
static const struct reeve_whom bob = {"bob", "/home/mail-users/bob", true, 1000, 8};
static const struct reeve_whom nowhere = {"Eve@Example.org", NULL, false, 0, 0};

static const struct {
	const char *text;
	bool is_24;
	const struct reeve_whom *whom;
	const char *is; /* NULL: it cannot be told */
} texts[] = {
	{"/var/mail/%u", false, &ann, "/var/mail/ann@example.org"},
	{"%d/%n", false, &ann, "example.org/ann"},
	{"%d/%n", false, &bob, "/bob"},
	{"%d/%1n/%n", false, &ann, "example.org/a/ann"},
	{"%1.1n", false, &ann, "n"},
	{"%9.3n", false, &ann, ""},
	{"%Lu %Ud", false, &nowhere, "eve@example.org EXAMPLE.ORG"},
	{"%{user} %{username} %{domain}", false, &ann, "ann@example.org ann example.org"},
	{"%L{username}", false, &nowhere, "eve"},
	{"%h %i %{uid} %{gid}", false, &ann, "/srv/v/example.org/ann 5000 5000 8"},
	{"100%%", false, &ann, "100%"},
	{"%h", false, &nowhere, NULL},
	{"%i", false, &nowhere, NULL},
	{"%s", false, &ann, NULL},
	{"%{ldap:home}", false, &ann, NULL},
	{"%{user", false, &ann, NULL},
	{"%", false, &ann, NULL},
	{"%2.256Nu", false, &ann, NULL},

	{"/var/mail/%{user}", true, &ann, "/var/mail/ann@example.org"},
	{"%{user|domain}/%{user | username}", true, &ann, "example.org/ann"},
	{"%{ user | username | upper }", true, &ann, "ANN"},
	{"%{user | lower | domain}", true, &nowhere, "example.org"},
	{"%{user | domain}", true, &bob, ""},
	{"%{home}/%{uid}/%{gid}", true, &ann, "/srv/v/example.org/ann/5000/8"},
	{"%{home}", true, &nowhere, NULL},
	{"%{user | sha1}", true, &ann, NULL},
	{"%{domain}", true, &ann, NULL},
	{"%{user", true, &ann, NULL},
	/* What 2.4 takes for plain text is a folder of that name. */
	{"/var/mail/%u 100%% %", true, &ann, "/var/mail/%u 100%% %"},
};

START_TEST(test_texts)
{
	for (int i = 0; i < ROWS(texts); i++) {
		char *is = reeve_dovecot_expand(texts[i].text, texts[i].is_24, texts[i].whom);

		if (texts[i].is == NULL)
			ck_assert_msg(is == NULL, "'%s' is '%s'", texts[i].text, is);
		else
			ck_assert_msg(is != NULL && strcmp(is, texts[i].is) == 0, "'%s' is '%s'",
			              texts[i].text, is);
		free(is);
	}
}
END_TEST

static const struct {
	const char *location;
	const struct reeve_whom *whom;
	const char *inbox;
} locations[] = {
	{"mbox:~/mail:INBOX=/var/mail/%u", &bob, "/var/mail/bob"},
	{"mbox:~/mail:INBOX=/var/mail/%u:INDEX=MEMORY", &bob, "/var/mail/bob"},
	{"mbox:~/mail:LAYOUT=fs:inbox=~/in", &bob, "/home/mail-users/bob/in"},
	{"mbox:~/mail", &bob, "/home/mail-users/bob/mail/inbox"},
	{"maildir:~/Maildir", &bob, "/home/mail-users/bob/Maildir"},
	{"maildir:~/Maildir/", &bob, "/home/mail-users/bob/Maildir"},
	{"maildir:~/Maildir:INBOX=~/Maildir/.INBOX", &bob, "/home/mail-users/bob/Maildir/.INBOX"},
	{"maildir:/var/vmail/%d/%n", &ann, "/var/vmail/example.org/ann"},
	{"maildir:~", &ann, "/srv/v/example.org/ann"},
	{"mdbox:~/mdbox", &ann, "/srv/v/example.org/ann/mdbox"},
	{"sdbox:%h/sdbox", &ann, "/srv/v/example.org/ann/sdbox"},
	{"auto:~/Maildir", &bob, "/home/mail-users/bob/Maildir"},
	{"/var/vmail/%d/%n", &ann, "/var/vmail/example.org/ann"},
	{"~/Maildir", &ann, "/srv/v/example.org/ann/Maildir"},
	{"maildir:/a::b/%n", &ann, "/a:b/ann"},
	/* what is not asked for */
	{"maildir:~/Maildir:INDEX=/var/index/%{hostname}", &bob, "/home/mail-users/bob/Maildir"},
	{"mbox:/x/%r:INBOX=/var/mail/%u", &bob, "/var/mail/bob"},
	{"%h/Maildir:INDEX=MEMORY", &bob, "/home/mail-users/bob/Maildir"},
	{"maildir:~/Maildir", &nowhere, NULL},
	{"maildir:Maildir", &bob, NULL},
	{"imapc:~/imapc", &bob, NULL},
	{"maildir", &bob, NULL},
	{"maildir:~other/Maildir", &bob, NULL},
	{"", &bob, NULL},
};

/* The folder that the others of a Maildir are in, wherever its INBOX is. */
static const struct {
	struct reeve_location at;
	const struct reeve_whom *whom;
	const char *folder;
} maildirs[] = {
	{{false, "maildir:~/Maildir:INBOX=/var/mail/%u:INDEX=%{odd}", NULL, NULL, NULL}, &bob,
         "/home/mail-users/bob/Maildir"},
	{{false, "maildir:/v/%Ud/%Ln/", NULL, NULL, NULL}, &nowhere, "/v/EXAMPLE.ORG/eve"},
	{{false, "maildir:~/Maildir", NULL, NULL, NULL}, &nowhere, NULL},
	{{false, "auto:~/Maildir", NULL, NULL, NULL}, &bob, NULL},
	{{false, "~/Maildir", NULL, NULL, NULL}, &bob, NULL},
	{{false, "sdbox:~/Maildir", NULL, NULL, NULL}, &bob, NULL},
	{{false, "maildir", NULL, NULL, NULL}, &bob, NULL},
	{{false, NULL, "maildir", "~/Maildir", NULL}, &bob, NULL},
	{{true, NULL, "maildir", "~/Maildir", "/in"}, &bob, "/home/mail-users/bob/Maildir"},
	{{true, NULL, "maildir", "/v/%{user | username | lower}", NULL}, &nowhere, "/v/eve"},
	{{true, NULL, "maildir", "%{home}/Maildir", NULL}, &nowhere, NULL},
	{{true, NULL, "maildir", NULL, NULL}, &bob, NULL},
	{{true, NULL, "mdbox", "~/Maildir", NULL}, &bob, NULL},
	{{true, "maildir:~/Maildir", NULL, "~/Maildir", NULL}, &bob, NULL},
};

START_TEST(test_maildirs)
{
	for (int i = 0; i < ROWS(maildirs); i++) {
		char *is = reeve_location_maildir(&maildirs[i].at, maildirs[i].whom);

		if (maildirs[i].folder == NULL)
			ck_assert_msg(is == NULL, "row %d is '%s'", i, is);
		else
			ck_assert_msg(is != NULL && strcmp(is, maildirs[i].folder) == 0,
			              "row %d is '%s'", i, is);
		free(is);
	}
}
END_TEST

/* "user username domain"; a '-' for what the pattern does not tell; NULL: no match. */
static const struct {
	const char *pattern;
	bool is_24;
	const char *text, *is;
} patterns[] = {
	{"/v/%d/passwd", false, "/v/a.org/passwd", "- - a.org"},
	{"/v/%d/passwd", false, "/v//passwd", NULL},
	{"/v/%d/passwd", false, "/v/a.org/b/passwd", NULL},
	{"/v/%d/passwd", false, "/v/a.org/passwd2", NULL},
	{"/v/%Ld/%n", false, "/v/a.org/ann", "- ann a.org"},
	{"/v/%{domain}-%{username}", false, "/v/a-b-c", "- b-c a"},
	{"/v/%1n/%n", false, "/v/a/ann", "- ann -"},
	{"/v/%d/%d", false, "/v/a.org/a.org", "- - a.org"},
	{"/v/%d/%d", false, "/v/a.org/b.org", NULL},
	{"/v/%d%n%d", false, "/v/abcab", "- c ab"},
	{"/v/%u", false, "/v/ann@a.org", "ann@a.org - -"},
	{"/100%%/%u", false, "/100%/x", "x - -"},
	{"/v/%h", false, "/v/x", NULL},
	{"/v/%d/%{odd}", false, "/v/x/y", NULL},
	{"/v/%", false, "/v/%", NULL},
	{"/v/x", false, "/v/x", "- - -"},
	{"/v/%{user | domain}/%{user|lower|username}", true, "/v/a.org/ann", "- ann a.org"},
	{"/v/%{ user }", true, "/v/ann@a.org", "ann@a.org - -"},
	{"/v/%{user|domain|username}", true, "/v/x", "- - -"},
	{"/v/%{user|domain|sha1}", true, "/v/x", NULL},
	{"/v/%{home}", true, "/v/x", NULL},
	{"/v/%{user", true, "/v/%{user", NULL},
	{"/v/%d", true, "/v/%d", "- - -"},
	{"/v/%d", true, "/v/x", NULL},
};

START_TEST(test_patterns)
{
	for (int i = 0; i < ROWS(patterns); i++) {
		struct reeve_match match;
		char is[100];

		if (!reeve_dovecot_match(patterns[i].pattern, patterns[i].is_24, patterns[i].text, &match)) {
			ck_assert_msg(patterns[i].is == NULL, "'%s'", patterns[i].pattern);
			continue;
		}
		const struct reeve_match_part parts[] = {match.user, match.username, match.domain};
		int n = 0;

		for (int k = 0; k < 3; k++)
			n += snprintf(is + n, sizeof is - (size_t)n, "%s%.*s", k == 0 ? "" : " ",
			              parts[k].text == NULL ? 1 : (int)parts[k].length,
			              parts[k].text == NULL ? "-" : parts[k].text);
		ck_assert_msg(patterns[i].is != NULL && strcmp(is, patterns[i].is) == 0,
		              "'%s' in '%s' is '%s'", patterns[i].pattern, patterns[i].text, is);
	}
}
END_TEST

START_TEST(test_locations)
{
	for (int i = 0; i < ROWS(locations); i++) {
		struct reeve_location at = {.location = locations[i].location};
		char *is = reeve_location_inbox(&at, locations[i].whom);

		if (locations[i].inbox == NULL)
			ck_assert_msg(is == NULL, "'%s' is '%s'", locations[i].location, is);
		else
			ck_assert_msg(is != NULL && strcmp(is, locations[i].inbox) == 0,
			              "'%s' is '%s'", locations[i].location, is);
		free(is);
	}
}
END_TEST

static const struct {
	struct reeve_location at;
	const struct reeve_whom *whom;
	const char *inbox;
} locations_24[] = {
	{{true, NULL, "mbox", "%{home}/mail", "/var/mail/%{user}"}, &bob, "/var/mail/bob"},
	{{true, NULL, "mbox", "~/mail", NULL}, &bob, "/home/mail-users/bob/mail/inbox"},
	{{true, NULL, "maildir", "~/Maildir", NULL}, &bob, "/home/mail-users/bob/Maildir"},
	{{true, NULL, "maildir", "~/Maildir", "."}, &bob, "/home/mail-users/bob/Maildir"},
	{{true, NULL, "maildir", "~/Maildir", ".INBOX"}, &bob, "/home/mail-users/bob/Maildir/.INBOX"},
	{{true, NULL, "maildir", "/v/%{user|domain}/%{user|username}", ""}, &ann,
         "/v/example.org/ann"},
	{{true, NULL, "", "~/x", ""}, &bob, "/home/mail-users/bob/x"},
	{{true, "maildir:~/Maildir", NULL, NULL, NULL}, &bob, NULL},
	{{true, NULL, "imapc", "~/x", ""}, &bob, NULL},
	{{true, NULL, "maildir", "~/x", "%{odd}"}, &bob, NULL},
	{{true, NULL, "maildir", "~/x", NULL}, &nowhere, NULL},
};

START_TEST(test_locations_24)
{
	for (int i = 0; i < ROWS(locations_24); i++) {
		char *is = reeve_location_inbox(&locations_24[i].at, locations_24[i].whom);

		if (locations_24[i].inbox == NULL)
			ck_assert_msg(is == NULL, "row %d is '%s'", i, is);
		else
			ck_assert_msg(is != NULL && strcmp(is, locations_24[i].inbox) == 0,
			              "row %d is '%s'", i, is);
		free(is);
	}
}
END_TEST

Suite *suite_dovecot_location(void)
{
	Suite *s = suite_create("conf/dovecot_location");
	TCase *tc = tcase_create("location");

	tcase_add_test(tc, test_texts);
	tcase_add_test(tc, test_locations);
	tcase_add_test(tc, test_locations_24);
	tcase_add_test(tc, test_maildirs);
	tcase_add_test(tc, test_patterns);
	suite_add_tcase(s, tc);
	return s;
}
