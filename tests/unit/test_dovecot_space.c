/* SPDX-License-Identifier: MIT */
/* Where INBOX is by the namespace that has it, a user's line, and what is outside of all blocks. */
#include "folder.h"
#include "unit.h"

#include "conf/dovecot_space.h"
#include "conf/passwd_file.h"
#include <stdio.h>
#include <string.h>

#define TOP   "mail_location = maildir:/top\n"
#define V24   "dovecot_config_version = 2.4.0\n"
#define TOP24 V24 "mail_driver = maildir\nmail_path = /top\n"

static const struct {
	const char *dovecot, *extra; /* what is in the line of ann; NULL: nothing */
	const char *is;              /* 2.3: the location; 2.4: "driver path inbox", '-' for none */
	int own;
} rows[] = {
	{TOP, NULL, "maildir:/top", 0},
	{TOP, "userdb_mail=mbox:/own", "mbox:/own", 1},
	{TOP "namespace inbox {\n inbox = yes\n}\n", NULL, "maildir:/top", 0},
	{TOP "namespace inbox {\n inbox = yes\n location = mbox:/ns\n}\n", NULL, "mbox:/ns", 0},
	{TOP "namespace {\n location = mbox:/ns\n inbox = yes\n}\n", NULL, "mbox:/ns", 0},
	{TOP "namespace private {\n inbox = Yes\n location = mbox:/ns\n}\n", NULL, "mbox:/ns", 0},
	{TOP "namespace {\n location = mbox:/x\n}\nnamespace {\n location = mbox:/ns\n inbox = yes\n}\n", NULL,
         "mbox:/ns", 0},
	/* one block in two places */
	{TOP "namespace inbox {\n location = mbox:/ns\n}\nnamespace inbox {\n inbox = yes\n}\n", NULL,
         "mbox:/ns", 0},
	{TOP "namespace inbox {\n inbox = yes\n location = mbox:/a\n}\nnamespace inbox {\n location = mbox:/b\n}\n",
         NULL, "mbox:/b", 0},
	{TOP "namespace inbox {\n inbox = yes\n location =\n}\n", NULL, "maildir:/top", 0},
	{TOP "namespace inbox {\n inbox = yes\n location =\n}\n", "userdb_mail=mbox:/own", "mbox:/own", 1},
	/* others */
	{TOP "namespace arch {\n location = mbox:/ns\n}\n", NULL, "maildir:/top", 0},
	{TOP "namespace arch {\n inbox = no\n location = mbox:/ns\n}\n", NULL, "maildir:/top", 0},
	{TOP "namespace off {\n inbox = yes\n disabled = yes\n location = mbox:/off\n}\n"
             "namespace on {\n inbox = yes\n location = mbox:/on\n}\n",
         NULL, "mbox:/on", 0},
	{TOP "protocol imap {\n namespace inbox {\n  inbox = yes\n  location = mbox:/ns\n }\n}\n", NULL,
         "maildir:/top", 0},
	{TOP "namespace_x = y\nnamespaces {\n inbox = yes\n location = mbox:/ns\n}\n", NULL, "maildir:/top", 0},
	/* the namespace's comes before the line's, that of the namespace in the line before both */
	{TOP "namespace inbox {\n inbox = yes\n location = mbox:/ns\n}\n", "userdb_mail=mbox:/own", "mbox:/ns", 0},
	{TOP "namespace inbox {\n inbox = yes\n location = mbox:/ns\n}\n",
         "userdb_mail=mbox:/own userdb_namespace/inbox/location=mbox:/mine", "mbox:/mine", 1},
	{TOP "namespace inbox {\n inbox = yes\n}\n", "userdb_namespace/arch/location=mbox:/own", "maildir:/top", 0},

	{TOP24, NULL, "maildir /top -", 0},
	{TOP24 "namespace inbox {\n inbox = yes\n mail_path = /ns\n}\n", NULL, "maildir /ns -", 0},
	{TOP24 "namespace inbox {\n namespace_inbox = yes\n mail_driver = sdbox\n mail_inbox_path = .\n}\n", NULL,
         "sdbox /top .", 0},
	{TOP24 "namespace_inbox = yes\nnamespace a {\n inbox = no\n mail_path = /a\n}\nnamespace b {\n mail_path = /b\n}\n",
         NULL, "maildir /b -", 0},
	{TOP24 "mail_inbox_path = /in\nnamespace \"in box\" {\n inbox = yes\n mail_inbox_path =\n}\n", NULL,
         "maildir /top ", 0},
	{TOP24 "namespace inbox {\n inbox = yes\n mailbox Sent {\n  auto = create\n }\n}\n", NULL, "maildir /top -", 0},
	{TOP24 "namespace inbox {\n inbox = yes\n location = mbox:/ns\n}\n", NULL, "maildir /top -", 0},
	{TOP24 "namespace inbox {\n inbox = yes\n mail_path = /ns\n}\n",
         "userdb_mail_path=/own userdb_mail_driver=sdbox", "sdbox /ns -", 1},
	{TOP24 "namespace inbox {\n inbox = yes\n mail_path = /ns\n}\n", "userdb_mail_path=/own", "maildir /ns -", 0},
	{TOP24 "namespace inbox {\n inbox = yes\n mail_path = /ns\n}\n", "userdb_namespace/inbox/mail_path=/mine",
         "maildir /mine -", 1},
	{TOP24 "namespace \"in box\" {\n inbox = yes\n mail_path = /ns\n}\n", "userdb_mail_inbox_path=/in",
         "maildir /ns /in", 1},
};

static const char *shown(const char *text)
{
	return text == NULL ? "-" : text;
}

START_TEST(test_settle)
{
	bool is_24 = strncmp(rows[_i].dovecot, V24, strlen(V24)) == 0;
	const struct reeve_conf_how how = {.path = "dovecot.conf"};
	struct reeve_location at = {.is_24 = is_24};
	struct reeve_arena *arena = reeve_arena_new();
	struct reeve_conf_list *list;
	struct reeve_space space;
	struct reeve_error err = {0};
	struct reeve_doc *doc;
	char line[200], is[100];

	folder_write("dovecot.conf", rows[_i].dovecot);
	struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_DOVECOT, &how, &err);
	ck_assert_msg(conf != NULL, "%s", err.text);
	list = reeve_conf_list(conf, REEVE_CONF_EFFECTIVE, &err);
	ck_assert_ptr_nonnull(list);
	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);

		if (strcmp(row->path, "mail_location") == 0)
			at.location = row->value;
		else if (strcmp(row->path, "mail_driver") == 0)
			at.driver = row->value;
		else if (strcmp(row->path, "mail_path") == 0)
			at.path = row->value;
		else if (strcmp(row->path, "mail_inbox_path") == 0)
			at.inbox = row->value;
	}
	snprintf(line, sizeof line, "ann::1:1::/h::%s\n", rows[_i].extra == NULL ? "" : rows[_i].extra);
	doc = reeve_doc_of(REEVE_SYNTAX_PASSWD_FILE, "users", line, strlen(line), NULL, &err);
	ck_assert_ptr_nonnull(doc);
	reeve_space_find(list, is_24, &space);
	int own = reeve_space_settle(&space, rows[_i].extra == NULL ? NULL : doc,
	                             reeve_passwd_file_find(doc, "ann"), arena, &at);
	if (is_24)
		snprintf(is, sizeof is, "%s %s %s", shown(at.driver), shown(at.path), shown(at.inbox));
	else
		snprintf(is, sizeof is, "%s", shown(at.location));
	ck_assert_msg(strcmp(is, rows[_i].is) == 0 && own == rows[_i].own, "%s%s: '%s', %d",
	              rows[_i].dovecot, line, is, own);
	reeve_doc_free(doc);
	reeve_conf_list_free(list);
	reeve_conf_close(conf);
	reeve_arena_free(arena);
}
END_TEST

Suite *suite_dovecot_space(void)
{
	Suite *suite = suite_create("conf/dovecot_space");
	TCase *tcase = tcase_create("space");

	tcase_add_checked_fixture(tcase, folder_enter, folder_leave);
	tcase_add_loop_test(tcase, test_settle, 0, (int)(sizeof rows / sizeof rows[0]));
	suite_add_tcase(suite, tcase);
	return suite;
}
