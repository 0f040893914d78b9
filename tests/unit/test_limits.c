/* SPDX-License-Identifier: MIT */
/* Limits: arithmetic, how values are read, what contradicts what, and what a goal sets. */
#include "conf/postfix.h"
#include "folder.h"
#include "limits/limits.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NO REEVE_NO_LIMIT
#define ROWS(table) (sizeof(table) / sizeof(table)[0])

/* ---- arithmetic ------------------------------------------------------------------------------ */

static const struct {
	uint64_t attachment, message; /* without the 102400 bytes for headers */
} message_rows[] = {
	{0, 0},
	{1, 6}, /* four letters and CRLF */
	{3, 6},
	{4, 10},
	{56, 78},
	{57, 78},
	{58, 84},
	{60, 84},
	{114, 156},
	{20971520, 28697872},
	{22020096, 30132764},
};

START_TEST(messages)
{
	for (size_t i = 0; i < ROWS(message_rows); i++) {
		uint64_t bytes = 0;

		ck_assert(reeve_limits_message(message_rows[i].attachment, &bytes));
		ck_assert_msg(bytes == message_rows[i].message + 102400, "%ju: %ju",
		              (uintmax_t)message_rows[i].attachment, (uintmax_t)bytes);
	}
	uint64_t bytes;
	ck_assert(!reeve_limits_message(UINT64_MAX, &bytes));
	ck_assert(!reeve_limits_message(UINT64_MAX / 78 * 57, &bytes));
}
END_TEST

static const struct {
	uint64_t message, attachment;
} attachment_rows[] = {
	{0, 0},     {2048, 0},  {2053, 0},  {2054, 3},           {2057, 3},
	{2058, 6},  {2125, 54}, {2126, 57}, {2131, 57},          {2132, 60},
	{100000, 71580}, {200000, 144657}, {10139648, 7408245}, {28699920, 20971521},
	{NO, NO},
};

START_TEST(attachments)
{
	for (size_t i = 0; i < ROWS(attachment_rows); i++) {
		uint64_t most = reeve_limits_attachment(attachment_rows[i].message), bytes;

		ck_assert_msg(most == attachment_rows[i].attachment, "%ju: %ju",
		              (uintmax_t)attachment_rows[i].message, (uintmax_t)most);
		/* It fits, and one byte more does not. */
		if (most == 0 || most == NO)
			continue;
		const uint64_t room =
			attachment_rows[i].message + REEVE_LIMITS_HEADERS - REEVE_LIMITS_PLAIN;
		ck_assert(reeve_limits_message(most, &bytes) && bytes <= room);
		ck_assert(reeve_limits_message(most + 1, &bytes) && bytes > room);
	}
	ck_assert(reeve_limits_and_half(10) == 15);
	ck_assert(reeve_limits_and_half(11) == 17);
	ck_assert(reeve_limits_and_half(0) == 0);
	ck_assert(reeve_limits_and_half(UINT64_MAX / 2 + UINT64_MAX / 4) == NO);
}
END_TEST

static const struct {
	uint64_t block, blocks, message, minfree;
	bool is_full;
} full_rows[] = {
	{4096, 150, 4096 * 100, 0, true},      /* 100 >= 150 / 1.5 */
	{4096, 150, 4096 * 100 - 1, 0, false}, /* 99 blocks and a bit */
	{4096, 151, 4096 * 100, 0, false},
	{4096, 100, 0, 4096 * 100, true},
	{4096, 100, 0, 4096 * 100 - 1, false},
	{4096, 0, 0, 0, true},
	{512, 1, 0, 0, false},
	{1, 3, 2, 0, true},
	{1, 3, 1, 0, false},
};

START_TEST(full_disks)
{
	for (size_t i = 0; i < ROWS(full_rows); i++) {
		struct reeve_limits_disk disk = {full_rows[i].block, full_rows[i].blocks};

		ck_assert_msg(reeve_limits_is_full(&disk, full_rows[i].message,
		                                   full_rows[i].minfree) == full_rows[i].is_full,
		              "row %zu", i);
	}
	/* The room is what does not fill it, to the byte. */
	for (uint64_t blocks = 2; blocks < 400; blocks++) {
		struct reeve_limits_disk disk = {4096, blocks};
		uint64_t room = reeve_limits_room(&disk);

		ck_assert(!reeve_limits_is_full(&disk, room, 0));
		ck_assert(reeve_limits_is_full(&disk, room + 1, 0));
	}
	ck_assert(reeve_limits_room(&(struct reeve_limits_disk){4096, 0}) == 0);
	ck_assert(reeve_limits_room(&(struct reeve_limits_disk){4096, 1}) == 4095);
}
END_TEST

/* ---- values ---------------------------------------------------------------------------------- */

static const struct {
	const char *text;
	enum limit_number is;
	uint64_t number;
} number_rows[] = {
	{"0", LIMIT_NUMBER, 0},
	{"10240000", LIMIT_NUMBER, 10240000},
	{"007", LIMIT_NUMBER, 7},
	{"+5", LIMIT_NUMBER, 5},
	{" 5", LIMIT_NUMBER, 5},
	{"-0", LIMIT_NUMBER, 0},
	{"-5", LIMIT_NEGATIVE, 0},
	{"9223372036854775807", LIMIT_NUMBER, INT64_MAX},
	{"9223372036854775808", LIMIT_TOO_LARGE, 0},
	{"99999999999999999999", LIMIT_TOO_LARGE, 0},
	{"", LIMIT_EMPTY, 0},
	{"20M", LIMIT_UNIT, 0},
	{"20 MB", LIMIT_UNIT, 0},
	{"0x10", LIMIT_UNIT, 0},
	{"20480000 # 20 MB", LIMIT_COMMENT, 0},
	{"20480000#", LIMIT_COMMENT, 0},
	{"1.5", LIMIT_OTHER, 0},
	{"5 ", LIMIT_OTHER, 0},
	{"1,000", LIMIT_OTHER, 0},
	{"-", LIMIT_OTHER, 0},
	{"M", LIMIT_OTHER, 0},
	{"#5", LIMIT_OTHER, 0},
};

START_TEST(numbers_of_postfix)
{
	for (size_t i = 0; i < ROWS(number_rows); i++) {
		uint64_t number = 99;

		ck_assert_msg(reeve_limits_postfix_number(number_rows[i].text, INT64_MAX,
		                                          &number) == number_rows[i].is,
		              "'%s'", number_rows[i].text);
		ck_assert_msg(number == number_rows[i].number, "'%s': %ju", number_rows[i].text,
		              (uintmax_t)number);
	}
}
END_TEST

static const struct {
	const char *text;
	bool ok;
	uint64_t bytes;
	const char *part; /* that the limit stands in */
} rule_rows[] = {
	{"*:storage=1G", true, 1073741824, "storage=1G"},
	{"*:storage=100", true, 102400, "storage=100"},
	{"*:bytes=100", true, 100, "bytes=100"},
	{"*:storage=100B", true, 100, "storage=100B"},
	{"*:bytes=10k:messages=5", true, 10240, "bytes=10k"},
	{"*:messages=5:storage=2M", true, 2097152, "storage=2M"},
	{"*:messages=5", true, 0, ""},
	{"*:storage=1M:bytes=7", true, 7, "bytes=7"},
	{"*:", true, 0, ""},
	{"?:storage=1M", true, 1048576, "storage=1M"},
	{"*:ignore", true, 0, ""},
	{"*:backend=1000S", true, 0, ""},
	{"Trash:storage=+100M", false, 0, ""},
	{"*:storage=1X", false, 0, ""},
	{"*:storage=", false, 0, ""},
	{"*:storage=-1M", false, 0, ""},
	{"*:storage=99999999999T", false, 0, ""},
	{"", false, 0, ""},
	{"*", false, 0, ""},
};

START_TEST(quota_rules)
{
	for (size_t i = 0; i < ROWS(rule_rows); i++) {
		const char *text = rule_rows[i].text;
		uint64_t bytes = 0;
		size_t start, end;

		ck_assert_msg(reeve_limits_quota_rule(text, &bytes, &start, &end) ==
		                      rule_rows[i].ok,
		              "'%s'", text);
		if (!rule_rows[i].ok)
			continue;
		ck_assert_msg(bytes == rule_rows[i].bytes, "'%s': %ju", text, (uintmax_t)bytes);
		ck_assert_msg(strlen(rule_rows[i].part) == end - start &&
		                      memcmp(text + start, rule_rows[i].part, end - start) == 0,
		              "'%s': part", text);
	}
	uint64_t bytes;
	ck_assert(reeve_limits_dovecot_size("20M", &bytes) && bytes == 20971520);
	ck_assert(reeve_limits_dovecot_size("20 MB", &bytes) && bytes == 20971520);
	ck_assert(reeve_limits_dovecot_size("unlimited", &bytes) && bytes == NO);
	ck_assert(!reeve_limits_dovecot_size("1.5M", &bytes));
	ck_assert(!reeve_limits_dovecot_size("-1", &bytes));
	ck_assert(!reeve_limits_dovecot_size("", &bytes));
}
END_TEST

/* The table's defaults and least values are those that the programs have. */
START_TEST(facts)
{
	ck_assert(reeve_limit_fact_count > 20);
	for (size_t i = 0; i < reeve_limit_fact_count; i++) {
		const struct limit_fact *fact = &reeve_limit_facts[i];

		ck_assert_msg(fact->note != NULL && fact->note[0] != '\0', "%s", fact->name);
		if (strcmp(fact->program, "postfix") != 0)
			continue;
		const struct pf_param *param = reeve_pf_param(fact->name, strlen(fact->name));
		ck_assert_msg(param != NULL, "%s", fact->name);
		ck_assert_str_eq(param->default_37, fact->default_old);
		ck_assert_str_eq(param->default_310, fact->default_new);
		ck_assert_str_eq(param->least, fact->least);
	}
}
END_TEST

/* ---- configurations -------------------------------------------------------------------------- */

/* "== NAME" begins a file; before it is main.cf. */
static void lay_out(const char *text)
{
	static const char usual_master[] =
		"smtp inet n - n - - smtpd\npickup unix n - n 60 1 pickup\n"
		"cleanup unix n - n - 0 cleanup\nlocal unix - n n - - local\n"
		"virtual unix - n n - - virtual\n";
	char name[64] = "etc/postfix/main.cf", file[2000];
	const char *p = text;
	bool has_master = false;

	mkdir("etc", 0755);
	mkdir("etc/postfix", 0755);
	mkdir("etc/dovecot", 0755);
	remove("etc/dovecot/dovecot.conf");
	for (;;) {
		const char *next = strstr(p, "== ");
		size_t n = next == NULL ? strlen(p) : (size_t)(next - p);

		snprintf(file, sizeof file, "%.*s", (int)n, p);
		folder_write(name, file);
		if (next == NULL)
			break;
		next += 3;
		n = strcspn(next, "\n");
		snprintf(name, sizeof name, "etc/%s/%.*s",
		         strncmp(next, "dove", 4) == 0 ? "dovecot" : "postfix", (int)n, next);
		has_master = has_master || strncmp(next, "master", 6) == 0;
		p = next + n + 1;
	}
	if (!has_master)
		folder_write("etc/postfix/master.cf", usual_master);
}

static struct reeve_conf *open_kind(enum reeve_conf_kind kind, struct reeve_error *err)
{
	struct reeve_conf_how how = {
		.root = ".",
		.path = kind == REEVE_CONF_DOVECOT ? "etc/dovecot/dovecot.conf" : "etc/postfix",
	};
	struct stat st;

	if (kind == REEVE_CONF_DOVECOT && stat(how.path, &st) != 0)
		return NULL;
	struct reeve_conf *conf = reeve_conf_open(kind, &how, err);
	ck_assert_msg(conf != NULL, "%s", err->text);
	return conf;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* "rule FILE:LINE; rule FILE:LINE" */
static void describe(const struct reeve_limits *limits, char *buf, size_t size)
{
	buf[0] = '\0';
	for (size_t i = 0; i < reeve_limits_finding_count(limits); i++) {
		const struct reeve_limit_finding *f = reeve_limits_finding_at(limits, i);
		size_t n = strlen(buf);

		ck_assert(f->text[0] != '\0' && f->consequence[0] != '\0' && f->remedy[0] != '\0');
		if (f->file == NULL)
			snprintf(buf + n, size - n, "%s%s", n > 0 ? "; " : "", f->rule);
		else
			snprintf(buf + n, size - n, "%s%s %s:%ju", n > 0 ? "; " : "", f->rule,
			         base_name(f->file), (uintmax_t)f->line);
	}
}

#define MASTER                                                                                     \
	"== master.cf\nsmtp inet n - n - - smtpd\ncleanup unix n - n - 0 cleanup\n"                \
	"local unix - n n - - local\nvirtual unix - n n - - virtual\n"
#define DOVECOT                                                                                    \
	"== dovecot.conf\nprotocols = lmtp submission\nsubmission_relay_host = localhost\n"        \
	"mail_plugins = quota\n"

#define PLUGIN "plugin {\n  quota = count:User quota\n"
#define DOVECOT_24 "== dovecot.conf\ndovecot_config_version = 2.4.0\nprotocols {\n  lmtp = yes\n}\n"
#define QUOTA "mail_plugins {\n  quota = yes\n}\n"

/* smtpd(8) compares without a sign what it asks of the disk; other programs with one. */
static const struct {
	const char *text;
	enum reeve_severity severity;
} negative_rows[] = {
	{"message_size_limit = -1\nmailbox_size_limit = 0\nvirtual_mailbox_limit = 0\n", REEVE_PROBLEM},
	{"queue_minfree = -5\n", REEVE_PROBLEM},
	{MASTER "587 inet n - n - - smtpd -o queue_minfree=-5\n", REEVE_PROBLEM},
	{"mailbox_size_limit = -5\n", REEVE_WARNING},
	{"virtual_mailbox_limit = -5\n", REEVE_WARNING},
	{"mailbox_size_limit = 0\nvirtual_mailbox_limit = 0\n== master.cf\n"
         "cleanup unix n - n - 0 cleanup -o message_size_limit=-1\n",
         REEVE_WARNING},
};

static const struct {
	const char *text, *findings;
	uint64_t blocks; /* free, of 4096 bytes; 0: the disk is not known */
} check_rows[] = {
	{"", "", 0},
	{"mailbox_size_limit = 0\n", "", 0},
	{"message_size_limit = 51200000\n", "", 0},
	{"message_size_limit = 51200001\n",
         "message-above-mailbox main.cf:1; message-above-virtual-mailbox main.cf:1", 0},
	{"message_size_limit = 99999999\nmailbox_size_limit = 0\n",
         "message-above-virtual-mailbox main.cf:1", 0},
	{"mailbox_size_limit = 10239999\n", "message-above-mailbox main.cf:1", 0},
	{"mailbox_size_limit = 10240000\n", "", 0},
	{"message_size_limit = 0\nmailbox_size_limit = 0\nvirtual_mailbox_limit = 0\n",
         "message-unlimited main.cf:1", 0},
	{"message_size_limit = 0\nmailbox_size_limit = 0\n",
         "message-unlimited main.cf:1; message-unlimited-virtual-mailbox-not main.cf:1", 0},
	{"message_size_limit = -1\nmailbox_size_limit = 0\nvirtual_mailbox_limit = 0\n",
         "negative main.cf:1", 0},
	{"mailbox_size_limit = -1\n", "negative main.cf:1", 0},
	{"queue_minfree = 15359999\n", "queue-minfree-too-small main.cf:1", 0},
	{"queue_minfree = 15360000\n", "", 0},
	{"message_size_limit = 20M\n", "bad-value main.cf:1", 0},
	{"message_size_limit = 20480000 # 20 MB\n", "bad-value main.cf:1", 0},
	{"x = 1\nmessage_size_limit =\n", "bad-value main.cf:2", 0},
	{"message_size_limit = $unset\n", "bad-value main.cf:1", 0},
	{"message_size_limit = $message_size_limit\n", "bad-value main.cf:1", 0},
	{"a = $b\nb = $a\nmailbox_size_limit = $a\n", "bad-value main.cf:3", 0},
	{"a = 20000000\nmessage_size_limit = $a\n", "", 0},
	/* of what is not set, a program knows the defaults that it reads itself */
	{"message_size_limit = $mailbox_size_limit\n", "bad-value main.cf:1", 0},
	{"a = ${mailbox_size_limit}\nmessage_size_limit = $(a)\n", "bad-value main.cf:2", 0},
	{"queue_minfree = $virtual_mailbox_limit\n", "bad-value main.cf:1", 0},
	{"virtual_mailbox_limit = $mailbox_size_limit\n", "bad-value main.cf:1", 0},
	{"header_size_limit = $message_size_limit\n", "bad-value main.cf:1", 0},
	{"mailbox_size_limit = $message_size_limit\n", "", 0},
	{"mailbox_size_limit = 50000000\nvirtual_mailbox_limit = $mailbox_size_limit\n", "", 0},
	{MASTER "587 inet n - n - - smtpd -o message_size_limit=$mailbox_size_limit\n",
         "bad-value master.cf:5", 0},
	{"message_size_limit = 99999999999999999999\n", "bad-value main.cf:1", 0},
	{"header_size_limit = 0\n", "bad-value main.cf:1", 0},
	{"bounce_size_limit = 50k\n", "bad-value main.cf:1", 0},
	{"header_size_limit = 9999999999\n", "bad-value main.cf:1", 0},
	{"relayhost = a\nrelayhost = b\n", "set-twice main.cf:1", 0},
	{"mailbox_size_limit = 1\nx = y\nmailbox_size_limit = 0\n", "set-twice main.cf:1", 0},
	{"relayhost = a", "no-line-end main.cf:1", 0},
	{"relayhost = a\n# end", "no-line-end main.cf:2", 0},
	{"quota_max_mail_size = 5M\n", "wrong-file main.cf:1", 0},
	{"== dovecot.conf\nmessage_size_limit = 5\n", "wrong-file dovecot.conf:1", 0},
	/* the disk: 3750 blocks are 1.5 times 2500, the default's */
	{"", "no-room main.cf:0", 3750},
	{"", "", 3751},
	{"message_size_limit = 10239999\n", "", 3750},
	{"message_size_limit = 10240000\n", "no-room main.cf:1", 3750},
	{"queue_minfree = 20480000\n", "no-room main.cf:1", 5000},
	{"queue_minfree = 20479999\n", "", 5000},
	/* services */
	{"mailbox_size_limit = 0\nvirtual_mailbox_limit = 0\n" MASTER
         "submission inet n - n - - smtpd\n  -o message_size_limit=20000000\n",
         "service-above-cleanup master.cf:6", 0},
	{MASTER "submission inet n - n - - smtpd\n  -o message_size_limit=5000\n",
         "submission-below-server master.cf:6", 0},
	{MASTER "587 inet n - n - - smtpd -o message_size_limit=10240000\n", "", 0},
	{"== master.cf\n127.0.0.1:25 inet n - n - - smtpd\n[::1]:587 inet n - n - - smtpd -o "
         "message_size_limit=5000\n",
         "submission-below-server master.cf:2", 0},
	/* Without a server there is nothing to be below. */
	{"== master.cf\n587 inet n - n - - smtpd -o message_size_limit=5000\n", "", 0},
	{DOVECOT "submission_max_mail_size = 5M\nsubmission_relay_port = 2525\n", "", 0},
	{DOVECOT "submission_max_mail_size = 5M\nsubmission_relay_port = 2525\n" MASTER
                 "127.0.0.1:2525 inet n - n - - smtpd -o message_size_limit=10239999\n",
         "dovecot-submission-below-server dovecot.conf:4", 0},
	{"== master.cf\nsmtp inet n - n - - smtpd\n  -o message_size_limit=5000\n"
         "submission inet n - n - - smtpd\ncleanup unix n - n - 0 cleanup\n",
         "", 0},
	{"== master.cf\nsmtp inet n - n - - smtpd\n  -o mailbox_size_limit=5\nlocal unix - n n - - "
         "local\n",
         "wrong-place master.cf:2", 0},
	{"== master.cf\nlocal unix - n n - - local\n  -o mailbox_size_limit=5\n",
         "message-above-mailbox master.cf:2", 0},
	{"message_size_limit = 60000000\n== master.cf\nlocal unix - n n - - local -o "
         "mailbox_size_limit=0\n",
         "", 0},
	/* Dovecot */
	{DOVECOT, "", 0},
	{DOVECOT "submission_max_mail_size = 10238976B\n", "", 0},
	{DOVECOT "submission_max_mail_size = 10238975B\n",
         "dovecot-submission-below-server dovecot.conf:4", 0},
	{DOVECOT "submission_max_mail_size = 20M\n",
         "dovecot-submission-above-server dovecot.conf:4", 0},
	{"message_size_limit = 50000000\n" DOVECOT, "dovecot-submission-below-server main.cf:1", 0},
	{DOVECOT "submission_max_mail_size = 5X\n", "bad-value dovecot.conf:4", 0},
	{DOVECOT "plugin {\n  quota_max_mail_size = 5M\n}\n", "message-above-quota dovecot.conf:5",
         0},
	{DOVECOT "plugin {\n  quota_max_mail_size = 10240000B\n}\n", "", 0},
	{DOVECOT PLUGIN "  quota_rule = *:storage=1M\n}\n", "message-above-quota dovecot.conf:6",
         0},
	{DOVECOT PLUGIN "  quota_rule = *:storage=1G\n}\n", "quota-above-mailbox dovecot.conf:6",
         0},
	{"home_mailbox = Maildir/\n" DOVECOT PLUGIN "  quota_rule = *:storage=1G\n}\n", "", 0},
	{"mailbox_size_limit = 0\n" DOVECOT PLUGIN "  quota_rule = *:storage=1G\n}\n", "", 0},
	/* One message may go beyond by a tenth, or by what is set. 9309091 + 930909 = 10240000 */
	{DOVECOT PLUGIN "  quota_rule = *:bytes=9309091\n}\n", "", 0},
	{DOVECOT PLUGIN "  quota_rule = *:bytes=9309090\n}\n", "message-above-quota dovecot.conf:6",
         0},
	{DOVECOT PLUGIN "  quota_rule = *:bytes=10239999\n  quota_grace = 0\n}\n",
         "message-above-quota dovecot.conf:6", 0},
	{DOVECOT PLUGIN "  quota_rule = *:bytes=5120000\n  quota_grace = 100%\n}\n", "", 0},
	{DOVECOT PLUGIN "  quota_rule = *:bytes=240000\n  quota_grace = 10M\n}\n", "", 0},
	/* No root, a rule of a folder, a protocol without the plugin. */
	{DOVECOT "plugin {\n  quota_rule = *:storage=1M\n}\n", "", 0},
	{DOVECOT PLUGIN "  quota_rule = Trash:storage=+100M\n  quota_rule2 = *:storage=1M\n}\n",
         "message-above-quota dovecot.conf:7", 0},
	{DOVECOT PLUGIN "  quota_rule = *:storage=1X\n}\n", "bad-value dovecot.conf:6", 0},
	{DOVECOT "protocol lmtp {\n  mail_plugins = sieve\n}\n" PLUGIN
                 "  quota_rule = *:storage=1M\n}\n",
         "", 0},
	{DOVECOT "protocol lmtp {\n  mail_plugins = $mail_plugins sieve\n}\n" PLUGIN
                 "  quota_rule = *:storage=1M\n}\n",
         "message-above-quota dovecot.conf:9", 0},
	{DOVECOT PLUGIN "  quota_max_mail_size = 50M\n}\nprotocol lmtp {\n  plugin {\n    "
                        "quota_max_mail_size = 1M\n  }\n}\n",
         "message-above-quota dovecot.conf:10", 0},
	{DOVECOT PLUGIN "  quota_mail_size = 5M\n}\nquota_storage_size = 5M\n",
         "wrong-version dovecot.conf:6; wrong-version dovecot.conf:8", 0},
	{DOVECOT "submission_max_mail_size = unlimited\n", "bad-value dovecot.conf:4", 0},
	{"== dovecot.conf\ndovecot_config_version = 2.4.0\nsubmission_max_mail_size = unlimited\n",
         "", 0},
	/* Dovecot 2.4 */
	{DOVECOT_24 "quota_max_mail_size = 5M\nplugin {\n  quota_rule = *:storage=1G\n}\n",
         "wrong-version dovecot.conf:5; wrong-version dovecot.conf:7", 0},
	{DOVECOT_24 "mail_plugins = quota\nquota_mail_size = 5M\nquota \"a b\" {\n  storage_size = "
                    "40M\n}\n",
         "message-above-quota dovecot.conf:6", 0},
	{DOVECOT_24 QUOTA "quota_mail_size = 10240000B\n", "", 0},
	{DOVECOT_24 QUOTA "quota_mail_size = 10239999B\n", "message-above-quota dovecot.conf:8", 0},
	{DOVECOT_24 "mail_plugins {\n  quota = no\n}\nquota_mail_size = 5M\n", "", 0},
	/* 10M of grace: 10240000 fit into a quota of nothing, and with 0 they do not */
	{DOVECOT_24 QUOTA "quota_storage_size = 1\nquota x {\n}\n", "", 0},
	{DOVECOT_24 QUOTA "quota_storage_size = 1M\nquota_storage_grace = 0\nquota x {\n}\n",
         "message-above-quota dovecot.conf:8", 0},
	{DOVECOT_24 QUOTA "quota_storage_size = 1M\nquota_storage_grace = 0\n", "", 0},
	{DOVECOT_24 QUOTA
         "quota x {\n  storage_size = 5M\n  quota_storage_extra = 5M\n  storage_grace = "
         "0\n}\n",
         "", 0},
	{DOVECOT_24 QUOTA
         "quota x {\n  storage_size = 5M\n  storage_percentage = 50\n  storage_grace = "
         "5M\n}\n",
         "message-above-quota dovecot.conf:9", 0},
	{DOVECOT_24 QUOTA "group @sizes small {\n  quota_mail_size = 5M\n}\n", "", 0},
	{DOVECOT_24 QUOTA "group @sizes small {\n  quota_mail_size = 5M\n}\n@sizes = small\n",
         "message-above-quota dovecot.conf:9", 0},
	{DOVECOT_24 QUOTA "group @sizes small {\n  quota_mail_size = 5M\n}\n@sizes = large\n", "",
         0},
	{DOVECOT_24 QUOTA "group @sizes small {\n  quota_mail_size = 5M\n}\nquota_mail_size = "
                          "50M\nprotocol lmtp {\n  @sizes = small\n}\n",
         "message-above-quota dovecot.conf:9", 0},
	{DOVECOT_24 QUOTA "group @sizes small {\n  quota_mail_size = 5M\n}\nquota_mail_size = "
                          "50M\n@sizes = small\n",
         "", 0},
};

START_TEST(contradictions)
{
	for (size_t i = 0; i < ROWS(check_rows); i++) {
		struct reeve_limits_disk disk = {check_rows[i].blocks > 0 ? 4096 : 0,
		                                 check_rows[i].blocks};
		struct reeve_limits_how how = {.root = ".", .disk = &disk};
		struct reeve_error err = {0};
		char found[500];

		lay_out(check_rows[i].text);
		struct reeve_conf *postfix = open_kind(REEVE_CONF_POSTFIX, &err);
		struct reeve_conf *dovecot = open_kind(REEVE_CONF_DOVECOT, &err);
		struct reeve_limits *limits = reeve_limits_new(postfix, dovecot, &how, &err);
		ck_assert_msg(limits != NULL, "%s", err.text);
		describe(limits, found, sizeof found);
		const char *wanted = check_rows[i].findings;
		/* A default is in no file. */
		if (strcmp(wanted, "no-room main.cf:0") == 0)
			wanted = "no-room";
		ck_assert_msg(strcmp(found, wanted) == 0, "row %zu:\n%s\nfound:  %s\nwanted: %s", i,
		              check_rows[i].text, found, wanted);
		reeve_limits_free(limits);
		reeve_conf_close(postfix);
		reeve_conf_close(dovecot);
	}
}
END_TEST

START_TEST(negative)
{
	for (size_t i = 0; i < ROWS(negative_rows); i++) {
		struct reeve_limits_disk disk = {0};
		struct reeve_limits_how how = {.root = ".", .disk = &disk};
		struct reeve_error err = {0};
		bool is_found = false;

		lay_out(negative_rows[i].text);
		struct reeve_conf *postfix = open_kind(REEVE_CONF_POSTFIX, &err);
		struct reeve_limits *limits = reeve_limits_new(postfix, NULL, &how, &err);
		ck_assert_msg(limits != NULL, "%s", err.text);
		for (size_t k = 0; k < reeve_limits_finding_count(limits); k++) {
			const struct reeve_limit_finding *f = reeve_limits_finding_at(limits, k);

			if (strcmp(f->rule, "negative") != 0)
				continue;
			is_found = true;
			ck_assert_msg(f->severity == negative_rows[i].severity, "row %zu", i);
			ck_assert_msg((strstr(f->consequence, "452 4.3.1") != NULL) ==
			                      (f->severity == REEVE_PROBLEM),
			              "row %zu: %s", i, f->consequence);
		}
		ck_assert_msg(is_found, "row %zu", i);
		reeve_limits_free(limits);
		reeve_conf_close(postfix);
	}
}
END_TEST

/* ---- goals ----------------------------------------------------------------------------------- */

static const struct {
	const char *before;
	uint64_t attachment, message, mailbox; /* 0: none */
	const char *main;                      /* NULL: error */
	const char *dovecot;                   /* or the error's text */
} goal_rows[] = {
	{"# a\nmailbox_size_limit = 0 \nx = y\n", 0, 3000000, 5000000,
         "# a\nmailbox_size_limit = 5000000 \nx = y\nvirtual_mailbox_limit = 5000000\n"
         "message_size_limit = 3000000\nqueue_minfree = 4500000\n",
         NULL},
	{"message_size_limit=20M\n", 20971520, 0, 0,
         "message_size_limit=28800272\nqueue_minfree=43200408\n", NULL},
	{"message_size_limit = -1\nqueue_minfree = -5\n", 0, 3000000, 0,
         "message_size_limit = 3000000\nqueue_minfree = 4500000\n", NULL},
	{"message_size_limit = $mailbox_size_limit\n", 0, 3000000, 0,
         "message_size_limit = 3000000\nqueue_minfree = 4500000\n", NULL},
	{"message_size_limit = $message_size_limit\n", 0, 3000000, 0,
         "message_size_limit = 3000000\nqueue_minfree = 4500000\n", NULL},
	{"", 0, 60000000, 0,
         "mailbox_size_limit = 300000000\nvirtual_mailbox_limit = 300000000\n"
         "message_size_limit = 60000000\nqueue_minfree = 90000000\n",
         NULL},
	{"message_size_limit = 3000000\nqueue_minfree = 9000000\n", 0, 3000000, 0,
         "message_size_limit = 3000000\nqueue_minfree = 9000000\n", NULL},
	{"mailbox_size_limit = 0\nmailbox_size_limit = 7\n", 0, 0, 20000000,
         "#mailbox_size_limit = 0\nmailbox_size_limit = 20000000\n"
         "virtual_mailbox_limit = 20000000\nqueue_minfree = 15360000\n",
         NULL},
	{"relayhost =\n  a\n# c\n  b\nrelayhost = c", 0, 0, NO,
         "#relayhost =\n#  a\n# c\n#  b\nrelayhost = c\n"
         "mailbox_size_limit = 0\nvirtual_mailbox_limit = 0\nqueue_minfree = 15360000\n",
         NULL},
	{DOVECOT
         "plugin {\n  quota_max_mail_size = 5M\n  quota_rule = *:storage=1G:messages=9\n}\n",
         0, 3000000, 5000000,
         "mailbox_size_limit = 5000000\nvirtual_mailbox_limit = 5000000\nmessage_size_limit = "
         "3000000\n"
         "queue_minfree = 4500000\n",
         "protocols = lmtp submission\nsubmission_relay_host = localhost\nmail_plugins = quota\n"
         "plugin {\n  quota_max_mail_size = 3000000B\n  quota_rule = "
         "*:bytes=5000000:messages=9\n}\n"
         "submission_max_mail_size = 2998976B\n"},
	/* what refers to what is changed; what a service has of its own */
	{"queue_minfree = $message_size_limit\nmessage_size_limit = 50000000\n", 0, 3000000, 0,
         "queue_minfree = 4500000\nmessage_size_limit = 3000000\n", NULL},
	{"virtual_mailbox_limit = -1\n", 0, 3000000, 0,
         "virtual_mailbox_limit = 0\nmessage_size_limit = 3000000\nqueue_minfree = 4500000\n",
         NULL},
	{"a = $message_size_limit\nmailbox_size_limit = $a\n", 0, 3000000, 5000000,
         "a = $message_size_limit\nmailbox_size_limit = 5000000\nvirtual_mailbox_limit = 5000000\n"
         "message_size_limit = 3000000\nqueue_minfree = 4500000\n",
         NULL},
	{"", 5, 5, 0, NULL, "a message and an attachment are two goals: name one"},
	{"", 0, 0, 0, NULL, "no size is named"},
	{"", 0, 3000000, 2999999, NULL,
         "a mailbox of 2999999 bytes is smaller than a message of 3000000"},
	{"", 0, 0, 10239999, NULL,
         "a mailbox of 10239999 bytes is smaller than a message of 10240000"},
	{"message_size_limit = 5M\n", 0, 0, 10239999, NULL,
         "etc/postfix/main.cf:1:1: message_size_limit = 5M is no number: say what it shall be"},
	{"message_size_limit = 0\n", 0, 0, 5000000, NULL,
         "messages have no limit, so mailboxes cannot have one: name an attachment or a message, "
         "too"},
	{"", UINT64_MAX - 1, 0, 0, NULL, "the message would be larger than Postfix can count"},
};

static void check_file(struct reeve_conf *conf, const char *wanted, size_t row)
{
	struct reeve_conf_file file = reeve_conf_file(conf, 0);

	ck_assert_msg(file.new_size == strlen(wanted) &&
	                      memcmp(file.new_bytes, wanted, file.new_size) == 0,
	              "row %zu:\n%.*s\nwanted:\n%s", row, (int)file.new_size,
	              (const char *)file.new_bytes, wanted);
}

START_TEST(goals)
{
	for (size_t i = 0; i < ROWS(goal_rows); i++) {
		struct reeve_limits_goal goal = {
			.has_attachment = goal_rows[i].attachment > 0,
			.attachment = goal_rows[i].attachment,
			.has_message = goal_rows[i].message > 0,
			.message = goal_rows[i].message,
			.has_mailbox = goal_rows[i].mailbox > 0,
			.mailbox = goal_rows[i].mailbox,
		};
		struct reeve_limits_changes *changes = NULL;
		struct reeve_error err = {0};

		lay_out(goal_rows[i].before);
		struct reeve_conf *postfix = open_kind(REEVE_CONF_POSTFIX, &err);
		struct reeve_conf *dovecot = open_kind(REEVE_CONF_DOVECOT, &err);
		long count = reeve_limits_set(postfix, dovecot, &goal, &changes, &err);
		if (goal_rows[i].main == NULL) {
			ck_assert_int_eq(count, -1);
			ck_assert_str_eq(err.text, goal_rows[i].dovecot);
		} else {
			ck_assert_msg(count >= 0, "row %zu: %s", i, err.text);
			check_file(postfix, goal_rows[i].main, i);
			if (goal_rows[i].dovecot != NULL)
				check_file(dovecot, goal_rows[i].dovecot, i);
			/* Twice is the same as once. */
			reeve_limits_changes_free(changes);
			ck_assert_int_eq(reeve_limits_set(postfix, dovecot, &goal, &changes, &err),
			                 0);
			check_file(postfix, goal_rows[i].main, i);
		}
		reeve_limits_changes_free(changes);
		reeve_conf_close(postfix);
		reeve_conf_close(dovecot);
	}
}
END_TEST

/* Of Dovecot alone: no message of Postfix's could be too large for the mailbox. */
START_TEST(goal_without_postfix)
{
	static const struct reeve_limits_goal goal = {.has_mailbox = true, .mailbox = 5000000};
	struct reeve_limits_changes *changes = NULL;
	struct reeve_error err = {0};

	lay_out(DOVECOT PLUGIN "  quota_rule = *:storage=1G\n}\n");
	struct reeve_conf *dovecot = open_kind(REEVE_CONF_DOVECOT, &err);
	ck_assert_msg(reeve_limits_set(NULL, dovecot, &goal, &changes, &err) == 1, "%s", err.text);
	check_file(dovecot,
	           "protocols = lmtp submission\nsubmission_relay_host = localhost\n"
	           "mail_plugins = quota\n" PLUGIN "  quota_rule = *:bytes=5000000\n}\n",
	           0);
	reeve_limits_changes_free(changes);
	reeve_conf_close(dovecot);
}
END_TEST

Suite *suite_limits(void)
{
	Suite *suite = suite_create("limits");
	TCase *tcase = tcase_create("limits");

	tcase_add_checked_fixture(tcase, folder_enter, folder_leave);
	tcase_add_test(tcase, messages);
	tcase_add_test(tcase, attachments);
	tcase_add_test(tcase, full_disks);
	tcase_add_test(tcase, numbers_of_postfix);
	tcase_add_test(tcase, quota_rules);
	tcase_add_test(tcase, facts);
	tcase_add_test(tcase, contradictions);
	tcase_add_test(tcase, negative);
	tcase_add_test(tcase, goals);
	tcase_add_test(tcase, goal_without_postfix);
	suite_add_tcase(suite, tcase);
	return suite;
}
