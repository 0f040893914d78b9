/* SPDX-License-Identifier: MIT */
/* Mailboxes that are larger than what writes into them may make them. */
#include "folder.h"
#include "limits_files.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])
#define TEN "message_size_limit = 10\nmailbox_size_limit = 10\nvirtual_mailbox_limit = 10\n"
#define VIRTUAL                                                                                    \
	TEN "mydestination =\nvirtual_mailbox_domains = x\nvirtual_mailbox_base = /vmail\n"        \
	    "virtual_mailbox_maps = "

/* Of each pair of boxes one has ten bytes, and one eleven. */
static const char *const files[][2] = {
	{"etc/passwd", "ann:x:1:1::/home/ann:/bin/sh\nbob:x:2:2::/home/bob:/bin/sh\n"
                       "eve:x:3:3::/nowhere:/bin/sh\nroot\n"},
	{"etc/postfix/master.cf", "smtp inet n - n - - smtpd\nlocal unix - n n - - local\n"
                                  "virtual unix - n n - - virtual\n"},
	{"etc/vmaps", "# c@x l\n\na@x s\nb@x\n # c\n\tl\nc@x m/\n@y  l \nd@x nothing\n"},
	{"home/ann/Mailbox", "12345678901"},
	{"home/bob/Mailbox", "1234567890"},
	{"home/bob/Maildir/new/1", "12345678901"},
	{"var/mail/ann", "1234567890"},
	{"var/mail/bob", "12345678901"},
	{"var/mail/bob.lock", "12345678901"},
	{"var/mail/.old", "12345678901"},
	{"vmail/s", "1234567890"},
	{"vmail/l", "12345678901"},
	{"vmail/m/new/1", "12345678901"},
};

static const struct {
	const char *main, *boxes;
} rows[] = {
	{TEN,
         "./var/mail/bob: the mailbox has 11 bytes (11 B), and mailbox_size_limit is 10 (10 B), "
         "local(8); "},
	{TEN "mail_spool_directory = /vmail\n", "./vmail/l: the mailbox has 11 bytes (11 B), and "
                                                "mailbox_size_limit is 10 (10 B), local(8); "},
	{TEN "mailbox_size_limit = 11\n", ""},
	{TEN "mailbox_size_limit = 0\n", ""},
	{TEN "mydestination =\n", ""},
	{TEN "mailbox_command = /usr/bin/procmail\n", ""},
	{TEN "mailbox_transport_maps = hash:/etc/t\n", ""},
	{TEN "home_mailbox = Mailbox\n", "./home/ann/Mailbox: the mailbox has 11 bytes (11 B), and "
                                         "mailbox_size_limit is 10 (10 B), "
                                         "local(8); "},
	{TEN "home_mailbox = Maildir/\n", ""},
	{VIRTUAL "hash:/etc/vmaps\n", "./vmail/l: the mailbox has 11 bytes (11 B), and "
                                      "virtual_mailbox_limit is 10 (10 B), virtual(8); "},
	{VIRTUAL "pcre:/etc/other, proxy:texthash:/etc/vmaps\n",
         "./vmail/l: the mailbox has 11 bytes (11 B), and virtual_mailbox_limit is 10 (10 B), "
         "virtual(8); "},
	{VIRTUAL "inline:{{a@x = s}, c@x=m/, { b@x = l }}\n",
         "./vmail/l: the mailbox has 11 bytes (11 B), and virtual_mailbox_limit is 10 (10 B), "
         "virtual(8); "},
	{VIRTUAL "inline:{a@x=s, c@x=m/, d@x=m}\n", ""},
	{VIRTUAL "static:l\n", "./vmail/l: the mailbox has 11 bytes (11 B), and "
                               "virtual_mailbox_limit is 10 (10 B), virtual(8); "},
	{VIRTUAL "hash:/etc/vmaps\nvirtual_transport = lmtp:unix:private/x\n", ""},
	{VIRTUAL "hash:/etc/vmaps\nvirtual_mailbox_limit = 0\n", ""},
	{VIRTUAL "hash:/etc/vmaps\nvirtual_mailbox_base = /home\n", ""},
	{VIRTUAL "hash:/etc/missing mysql:/etc/vmaps\n", ""},
};

static void describe(const struct reeve_limits *limits, char *buf, size_t size)
{
	for (size_t i = 0; i < reeve_limits_finding_count(limits); i++) {
		const struct reeve_limit_finding *f = reeve_limits_finding_at(limits, i);
		size_t n = strlen(buf);

		if (strcmp(f->rule, "mailbox-full") == 0)
			snprintf(buf + n, size - n, "%s: %s, %.*s; ", f->file, f->text,
			         (int)strcspn(f->consequence, " "), f->consequence);
	}
}

START_TEST(boxes)
{
	for (size_t i = 0; i < ROWS(files); i++) {
		folder_make_above(files[i][0]);
		folder_write(files[i][0], files[i][1]);
	}
	for (size_t i = 0; i < ROWS(rows); i++) {
		char found[1000];

		folder_write("etc/postfix/main.cf", rows[i].main);
		limits_describe(NULL, describe, found, sizeof found);
		ck_assert_msg(strcmp(found, rows[i].boxes) == 0, "%s\nfound: %s", rows[i].main,
		              found);
	}
}
END_TEST

Suite *suite_limits_boxes(void)
{
	Suite *suite = suite_create("limits/boxes");
	TCase *tcase = tcase_create("limits_boxes");

	tcase_add_checked_fixture(tcase, folder_enter, folder_leave);
	tcase_add_test(tcase, boxes);
	suite_add_tcase(suite, tcase);
	return suite;
}
