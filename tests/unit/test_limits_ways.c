/* SPDX-License-Identifier: MIT */
/* Limits: what they amount to on each way. */
#include "folder.h"
#include "limits_files.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

/* "NAME BYTES by LIMIT; " for a message, and "/BYTES by LIMIT" for a mailbox. */
static const struct {
	const char *text, *ways;
} rows[] = {
	{"", "smtp/inet 10240000 message_size_limit; sendmail 10240000 message_size_limit; "
             "local/unix 51200000 mailbox_size_limit / 51200000 mailbox_size_limit; "
             "virtual/unix 51200000 virtual_mailbox_limit / 51200000 virtual_mailbox_limit; "},
	/* smtpd(8) refuses all mail; to the others it is no limit */
	{"message_size_limit = -1\n== master.cf\nsmtp inet n - n - - smtpd\n"
         "587 inet n - n - - smtpd -o message_size_limit=5\n",
         "smtp/inet 0 message_size_limit; 587/inet 5 587/inet/-o message_size_limit; "
         "sendmail - message_size_limit; "},
	{"queue_minfree = -5\n== master.cf\nsmtp inet n - n - - smtpd\n"
         "587 inet n - n - - smtpd -o queue_minfree=0\n",
         "smtp/inet 0 queue_minfree; 587/inet 10240000 message_size_limit; "
         "sendmail 10240000 message_size_limit; "},
	{"message_size_limit = -1\n" DOVECOT "== master.cf\nsmtp inet n - n - - smtpd\n",
         "smtp/inet 0 message_size_limit; sendmail - message_size_limit; "
         "submission 0 message_size_limit; lmtp - - / - -; "},
	{"== master.cf\nsmtp inet n - n - - smtpd -o queue_minfree=-1\n" DOVECOT,
         "smtp/inet 0 smtp/inet/-o queue_minfree; sendmail 10240000 message_size_limit; "
         "submission 0 smtp/inet/-o queue_minfree; lmtp - - / - -; "},
	{"queue_minfree = 1G\n== master.cf\nsmtp inet n - n - - smtpd\n",
         "smtp/inet - queue_minfree; sendmail 10240000 message_size_limit; "},
};

/* Mail comes to a service that main.cf names: an error; else a warning. "SERVICE used PROBLEM; " */
static const struct {
	const char *text, *ways;
} routes[] = {
	{"local unix - n n - - local -o mailbox_size_limit=5\n", "local/unix used error; "},
	{"local unix - n n - - local\nloc2 unix - n n - - local -o mailbox_size_limit=5\n",
         "local/unix used; loc2/unix warning; "},
	{"loc unix - n n - - local\nlocal unix - n n - - local -o mailbox_size_limit=5 -o "
         "message_size_limit=5\n",
         "loc/unix; local/unix used error; "},
	{"loc unix - n n - - local -o mailbox_size_limit=5 -o message_size_limit=5\n",
         "loc/unix warning; "},
	{"loc2 unix - n n - - local -o mailbox_size_limit=5\n== main.cf\nmailbox_transport = loc2:\n",
         "loc2/unix used error; "},
	{"loc unix - n n - - local -o mailbox_size_limit=5\n== main.cf\nmailbox_transport = loc2:\n",
         "loc/unix warning; "},
	{"v unix - n n - - virtual -o virtual_mailbox_limit=5\n== main.cf\nvirtual_transport = v\n",
         "v/unix warning; "},
	{"v unix - n n - - virtual -o virtual_mailbox_limit=5\n== main.cf\nvirtual_transport = "
         "v\nvirtual_mailbox_domains = x\n",
         "v/unix used error; "},
};

static void describe_routes(const struct reeve_limits *limits, char *buf, size_t size)
{
	for (size_t i = 0; i < reeve_limits_way_count(limits); i++) {
		const struct reeve_limit_way *way = reeve_limits_way_at(limits, i);
		const char *own = "";
		size_t n = strlen(buf);

		if (way->is_in)
			continue;
		for (size_t k = 0; k < reeve_limits_finding_count(limits); k++) {
			const struct reeve_limit_finding *f = reeve_limits_finding_at(limits, k);

			if (strncmp(f->rule, "message-above", 13) == 0 && way->mailbox->service != NULL)
				own = f->severity == REEVE_PROBLEM ? " error" : " warning";
		}
		snprintf(buf + n, size - n, "%s%s%s; ", way->name, way->is_used ? " used" : "", own);
	}
}

START_TEST(routed)
{
	for (size_t i = 0; i < ROWS(routes); i++) {
		char found[300], text[500];

		snprintf(text, sizeof text, "== master.cf\n%s", routes[i].text);
		limits_lay_out(text);
		limits_describe(NULL, describe_routes, found, sizeof found);
		ck_assert_msg(strcmp(found, routes[i].ways) == 0, "row %zu: %s", i, found);
	}
}
END_TEST

static void put(char *buf, size_t size, uint64_t bytes, const struct reeve_limit *limit)
{
	size_t n = strlen(buf);

	if (bytes == REEVE_NO_LIMIT)
		snprintf(buf + n, size - n, "-");
	else
		snprintf(buf + n, size - n, "%ju", (uintmax_t)bytes);
	n = strlen(buf);
	snprintf(buf + n, size - n, " %s",
	         limit == NULL         ? "-"
	         : limit->path == NULL ? limit->name
	                               : limit->path);
}

static void describe(const struct reeve_limits *limits, char *buf, size_t size)
{
	for (size_t i = 0; i < reeve_limits_way_count(limits); i++) {
		const struct reeve_limit_way *way = reeve_limits_way_at(limits, i);

		strcat(strcat(buf, way->name), " ");
		put(buf, size, way->message_bytes, way->message);
		if (!way->is_in) {
			strcat(buf, " / ");
			put(buf, size, way->mailbox_bytes, way->mailbox);
		}
		strcat(buf, "; ");
	}
}

START_TEST(ways)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		char found[1000];

		limits_lay_out(rows[i].text);
		limits_describe(NULL, describe, found, sizeof found);
		ck_assert_msg(strcmp(found, rows[i].ways) == 0, "row %zu:\n%s\nfound:  %s\nwanted: %s",
		              i, rows[i].text, found, rows[i].ways);
	}
}
END_TEST

Suite *suite_limits_ways(void)
{
	Suite *suite = suite_create("limits/ways");
	TCase *tcase = tcase_create("limits_ways");

	tcase_add_checked_fixture(tcase, folder_enter, folder_leave);
	tcase_add_test(tcase, ways);
	tcase_add_test(tcase, routed);
	suite_add_tcase(suite, tcase);
	return suite;
}
