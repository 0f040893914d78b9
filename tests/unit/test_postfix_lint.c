/* SPDX-License-Identifier: MIT */
/* lint of Postfix's files: main.cf, master.cf, and what is said: file:line:column and N, W or P. */
#include "conf/postfix.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMTPD "smtp inet n - n - - smtpd"

static const struct {
	const char *main_cf, *master_cf, *told;
	const char *text; /* what one of them says, somewhere; NULL: any */
} rows[] = {
	{"", "", "", NULL},
	{"myhostname = a.example.org\ncompatibility_level = 3.6\n", SMTPD "\n", "", NULL},
	{"mynetworks = 127.0.0.0/8\n  192.0.2.0/24\nmessage_size_limit = 0\n"
	 "queue_run_delay = 5m\nbiff = NO\nsmtpd_timeout = ${stress?{10}:{300}}s\n",
	 "", "", NULL},

	/* names */
	{"mynetwork = a\n", "", "main.cf:1:1W", "is it 'mynetworks'?"},
	{"MyHostname = a\n", "", "main.cf:1:1W", "is it 'myhostname'?"},
	{"completely_else = a\n", "", "main.cf:1:1W", "nothing refers to it"},
	{"mine = a\nrelayhost = $mine\n", "", "", NULL},
	{"mine = a\n", "x unix - n n - - pipe\n  -o relayhost=$mine\n", "", NULL},
	{"relayhost = $mine\n", "x unix - n n - - pipe\n  -o mine=b\n", "", NULL},
	{"smtpd_restriction_classes = mine\nmine = permit\n", "", "", NULL},
	{"alias_maps = mysql:db\ndb_hosts = h\n", "", "", NULL},
	{"slow_destination_rate_delay = 1s\n", "slow unix - - n - - smtp\n", "", NULL},
	{"slow_destination_rate_delay = 1s\n", "", "main.cf:1:1W", "no transport 'slow'"},
	{"process_id = 1\n", "", "main.cf:1:1W", "read-only"},
	{"smtp_sasl_auth_enforce = yes\n", "", "main.cf:1:1W", "any more"},
	{"default_cache_db_type = lmdb\n", "", "main.cf:1:1N", "3.11 and newer"},
	{"smtp_use_tls = yes\n", "", "main.cf:1:1N", "smtp_tls_security_level"},
	{"relayhost = $nosuchname\n", "", "main.cf:1:13W", "nothing defines '$nosuchname'"},
	{"relayhost = ${mydomian}\n", "", "main.cf:1:13W", "is it '$mydomain'?"},
	{"relayhost = $relayhost\n", "", "main.cf:1:13P", "loop"},
	{"relayhost = ${mine\n", "", "main.cf:1:13P", "no '}'"},
	{"mailbox_command = /x $HOME ${y\n", "", "", NULL},

	/* lines */
	{"relayhost = a\nmyorigin = b\nrelayhost = c\n", "", "main.cf:1:1W", "in line 3"},
	{"relayhost = a\nrelayhost = a\n", "", "main.cf:1:1W", "to the same, in line 2"},
	{"relayhost =\nrelayhost =\nrelayhost =\n", "", "main.cf:1:1W main.cf:2:1W", "in line 3"},
	{"myorigin = a\n  relayhost = b\n", "", "main.cf:2:3W", "goes on with the value of 'myorigin'"},
	{"myorigin = a\n# x\n\n relayhost=b\n", "", "main.cf:4:2W", "'relayhost' is not set"},
	{"debugger_command =\n  PATH=/bin; x\n  y & z\n", "", "", NULL},
	{" relayhost = b\n", "", "main.cf:1:1W", "continues nothing"},
	{"relayhost b\n", "", "main.cf:1:1P", "no '='"},
	{"relayhost = b", "", "main.cf:1:13N", "no line end"},
	{"relayhost = b\r\n", "", "main.cf:1:1N", "CR LF"},
	{"\xef\xbb\xbf" "relayhost = b\n", "", "main.cf:1:1W", "byte order mark"},
	{"\xef\xbb\xbf# x\n", "", "main.cf:1:1P main.cf:1:1W", "byte order mark"},

	/* values */
	{"message_size_limit = 200000  # bytes\n", "", "main.cf:1:30W", "comment cannot stand behind"},
	{"relayhost = b <-- note\n", "", "main.cf:1:15W", "comment cannot stand behind"},
	{"mynetworks = a,  # x\n  b\n", "", "main.cf:1:18W", "comment"},
	{"mynetworks = a,\n  b, # x\n", "", "main.cf:2:6W", "comment"},
	{"smtpd_banner = a # b\n", "", "", NULL},
	{"relayhost = a#b\n", "", "", NULL},
	{"message_size_limit = 20M\n", "", "main.cf:1:22P", "no unit"},
	{"message_size_limit = 20 M\n", "", "main.cf:1:22P", "more than a number"},
	{"message_size_limit = big\n", "", "main.cf:1:22P", "no number"},
	{"message_size_limit =\n", "", "main.cf:1:21P", "empty"},
	{"message_size_limit = -1\n", "", "main.cf:1:22P", "0 at least"},
	{"access_map_reject_code = 1.5\n", "", "main.cf:1:26P", "no fraction"},
	{"unverified_sender_reject_code = 600\n", "", "main.cf:1:33P", "from 200 to 599"},
	{"biff = true\n", "", "main.cf:1:8P", "yes or no"},
	{"queue_run_delay = 5min\n", "", "main.cf:1:19W", "so it is 5m"},
	{"queue_run_delay = 5000ms\n", "", "main.cf:1:19W", "so it is 5000m"},
	{"queue_run_delay = 5M\n", "", "main.cf:1:19P", "one of s, m, h, d, w"},
	{"queue_run_delay = 9999w\n", "", "main.cf:1:19P", "too long"},
	{"queue_run_delay = 5 m\n", "", "main.cf:1:19P", "one of s, m, h, d, w"},
	{"queue_run_delay = 0\n", "", "main.cf:1:19P", "more than 0"},
	{"queue_run_delay = never\n", "", "main.cf:1:19P", "one of s, m, h, d, w"},
	{"queue_run_delay = soon\n", "", "main.cf:1:19P", "more than 0"},
	{"message_size_limit = $mine\nmine = 5k\n", "", "main.cf:1:22P", "'5k'"},
	{"message_size_limit = $stress\n", "", "", NULL},
	{"slow_destination_rate_delay = 1sec\n", "slow unix - - n - - smtp\n", "main.cf:1:31W", "1s"},
	{"mail_name =\n", "", "main.cf:1:12P", "empty"},
	{"myhostname =\n", "", "main.cf:1:13P", "must not be empty"},
	{"mydomain = \n", "", "main.cf:1:11P", "must not be empty"},
	{"setgid_group =\n", "", "main.cf:1:15P", "must not be empty"},
	{"mail_owner =\n", "", "main.cf:1:13P", "must not be empty"},
	{"queue_directory =\n", "", "main.cf:1:18P", "must not be empty"},
	{"default_rbl_reply =\n", "", "main.cf:1:20P", "must not be empty"},
	{"sendmail_path =\nmynetworks =\nforward_expansion_filter = a\n", "", "", NULL},
	{"myorigin = \"a\"\n", "", "main.cf:1:12W", "quotes"},

	/* master.cf */
	{"compatibility_level = 3.6\n", "smtp inet n - - - - smtpd\n", "", NULL},
	{"", "smtp inet n - - - - smtpd\n", "master.cf:1:15N", "compatibility_level"},
	{"", SMTPD "\n" SMTPD "\n", "master.cf:1:1W", "in line 2"},
	{"", "smtp inet n -\n", "master.cf:1:1P", "fewer than eight"},
	{"", "smtp tcp n - n - - smtpd\n", "master.cf:1:6P", "type"},
	{"", "smtp inet - - n - - smtpd\n", "master.cf:1:11P", "cannot be private"},
	{"", "smtp inet n - no - - smtpd\n", "master.cf:1:15P", "chroot must be"},
	{"", "smtp inet n - n soon - smtpd\n", "master.cf:1:17P", "wakeup must be"},
	{"", "smtp inet n - n 60? 5? smtpd\n", "master.cf:1:21P", "process_limit must be"},
	{"", "smtp inet n - n - - smptd\n", "master.cf:1:21W", "is it 'smtpd'?"},
	{"", "x unix - n n - - /opt/x\n", "", NULL},
	{"", SMTPD " -o\n  mynetwork=a\n", "master.cf:2:3W", "is it 'mynetworks'?"},
	{"", SMTPD " -o mynetworks\n", "master.cf:1:27P", "no '='"},
	{"", SMTPD " -o mynetworks=a -o mynetworks=b\n", "master.cf:1:30W", "once more"},
	{"", SMTPD " -o smtpd_timeout=5x\n", "master.cf:1:44P", "cannot be '5x'"},
	{"", SMTPD " -o myorigin=$nosuchname\n", "master.cf:1:39W", "nothing defines"},
	{"", SMTPD " -o myorigin=$service_name\n", "", NULL},
	{"", SMTPD "\n  -o mynetworks=a, b\n", "master.cf:2:20W", "'b' does not belong to"},
	{"", SMTPD "\n  -o mynetworks = a\n", "master.cf:2:3P master.cf:2:17W", "no '='"},
	{"", SMTPD " x\n", "master.cf:1:27W", "no arguments"},
	{"", "x unix - n n - - pipe flags=R argv=/x a\n", "", NULL},
	{"", "x unix - - n - - lmtp flags=O\n", "", NULL},
};

/* What was told, and whether a text was among it. */
struct told {
	char places[300];
	const char *text;
	bool has_text;
};

static void tell(void *user, const struct reeve_diag *diag)
{
	struct told *told = user;
	size_t n = strlen(told->places);

	if (n < 200)
		sprintf(told->places + n, "%s%s:%llu:%llu%c", n > 0 ? " " : "", diag->file,
		        (unsigned long long)diag->line, (unsigned long long)diag->column,
		        "NWP"[diag->severity]);
	if (told->text != NULL && strstr(diag->text, told->text) != NULL)
		told->has_text = true;
}

START_TEST(test_lint)
{
	struct told told = {.text = rows[_i].text};
	struct reeve_talk talk = {.diag = tell, .user = &told};
	struct reeve_conf *conf = reeve_pf_of(rows[_i].main_cf, strlen(rows[_i].main_cf),
	                                      rows[_i].master_cf, strlen(rows[_i].master_cf), &talk,
	                                      NULL);
	long count, expected = 0;

	ck_assert_ptr_nonnull(conf);
	count = reeve_conf_lint(conf, NULL);
	ck_assert_msg(strcmp(told.places, rows[_i].told) == 0, "'%s' '%s': '%s' is not '%s'",
	              rows[_i].main_cf, rows[_i].master_cf, told.places, rows[_i].told);
	ck_assert_msg(rows[_i].text == NULL || told.has_text, "nobody says '%s'", rows[_i].text);
	for (const char *p = rows[_i].told; *p != '\0'; p++)
		expected += *p == 'N' || *p == 'W' || *p == 'P';
	ck_assert_int_eq(count, expected);
	reeve_conf_close(conf);
}
END_TEST

/* Garbage: a hundred findings and a note, not one for each of a million lines. */
START_TEST(test_garbage)
{
	static const char *const lines[] = {"x\n", "x y z\n", "=\n"};
	const char *line = lines[_i];
	size_t n = strlen(line), count = 1000;
	char *text = malloc(n * count);
	struct told told = {.text = "more of the kind is not told"};
	struct reeve_talk talk = {.diag = tell, .user = &told};

	for (size_t i = 0; i < count; i++)
		memcpy(text + i * n, line, n);
	struct reeve_conf *main_cf = reeve_pf_of(text, n * count, "", 0, &talk, NULL);
	struct reeve_conf *master_cf = reeve_pf_of("", 0, text, n * count, NULL, NULL);
	ck_assert(told.has_text);
	ck_assert_uint_eq(main_cf->docs[0]->found, 100);
	ck_assert_uint_eq(master_cf->docs[1]->found, 100);
	reeve_conf_close(main_cf);
	reeve_conf_close(master_cf);
	free(text);
}
END_TEST

Suite *suite_postfix_lint(void)
{
	Suite *suite = suite_create("conf/postfix_lint");
	TCase *tcase = tcase_create("lint");

	tcase_add_loop_test(tcase, test_garbage, 0, 3);
	tcase_add_loop_test(tcase, test_lint, 0, sizeof rows / sizeof *rows);
	suite_add_tcase(suite, tcase);
	return suite;
}
