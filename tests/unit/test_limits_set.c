/* SPDX-License-Identifier: MIT */
/* Limits: what a goal sets. */
#include "folder.h"
#include "limits/limits.h"
#include "limits_files.h"
#include "unit.h"

#include <string.h>

#define NO REEVE_NO_LIMIT
#define ROWS(table) (sizeof(table) / sizeof(table)[0])

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
	/* several quotas: the smallest is the mailbox's, and none is less */
	{DOVECOT PLUGIN "  quota2 = count:x\n  quota3 = count:y\n  quota_rule = *:storage=1M\n  quota2_rule = "
                        "*:bytes=4M\n  quota3_rule = *:storage=1G:messages=7\n}\n",
         0, 3000000, 5000000,
         "mailbox_size_limit = 5000000\nvirtual_mailbox_limit = 5000000\nmessage_size_limit = "
         "3000000\nqueue_minfree = 4500000\n",
         "protocols = lmtp submission\nsubmission_relay_host = localhost\nmail_plugins = quota\n" PLUGIN
         "  quota2 = count:x\n  quota3 = count:y\n  quota_rule = *:bytes=5000000\n  quota2_rule = "
         "*:bytes=5000000\n  quota3_rule = *:storage=1G:messages=7\n}\n"
         "submission_max_mail_size = 2998976B\n"},
	{DOVECOT_24 QUOTA "quota a {\n  storage_size = 40M # a\n}\nquota b {\n  storage_size = 1G\n}\n", 0,
         3000000, 5000000,
         "mailbox_size_limit = 5000000\nvirtual_mailbox_limit = 5000000\nmessage_size_limit = "
         "3000000\nqueue_minfree = 4500000\n",
         "dovecot_config_version = 2.4.0\nprotocols {\n  lmtp = yes\n}\nmail_plugins {\n  quota = yes\n}\n"
         "quota a {\n  storage_size = 5000000B # a\n}\nquota b {\n  storage_size = 1G\n}\n"},
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

		limits_lay_out(goal_rows[i].before);
		struct reeve_conf *postfix = limits_open(REEVE_CONF_POSTFIX, &err);
		struct reeve_conf *dovecot = limits_open(REEVE_CONF_DOVECOT, &err);
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

	limits_lay_out(DOVECOT PLUGIN "  quota_rule = *:storage=1G\n}\n");
	struct reeve_conf *dovecot = limits_open(REEVE_CONF_DOVECOT, &err);
	ck_assert_msg(reeve_limits_set(NULL, dovecot, &goal, &changes, &err) == 1, "%s", err.text);
	check_file(dovecot,
	           "protocols = lmtp submission\nsubmission_relay_host = localhost\n"
	           "mail_plugins = quota\n" PLUGIN "  quota_rule = *:bytes=5000000\n}\n",
	           0);
	reeve_limits_changes_free(changes);
	reeve_conf_close(dovecot);
}
END_TEST

Suite *suite_limits_set(void)
{
	Suite *suite = suite_create("limits/set");
	TCase *tcase = tcase_create("limits_set");

	tcase_add_checked_fixture(tcase, folder_enter, folder_leave);
	tcase_add_test(tcase, goals);
	tcase_add_test(tcase, goal_without_postfix);
	suite_add_tcase(suite, tcase);
	return suite;
}
