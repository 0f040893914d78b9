/* SPDX-License-Identifier: MIT */
/*
 * What is told to write instead of the plugins autocreate and expire: of which namespace, when half
 * of it is done, and of many mailboxes. Rows are as migrate_case.h says.
 */
#include "folder.h"
#include "migrate_case.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define OF_EXPIRE                                                                                  \
	"# mailreeve: the plugin expire is gone since 2.3.14, and nobody can log in with it "      \
	"here: take the word out, and write "
#define OF_DAYS                                                                                    \
	"# mailreeve: since 2.0 the days do not stand here, and 2.3.14 has no expire plugin: "     \
	"write "
#define OF_AUTOCREATE                                                                              \
	"# mailreeve: the plugin autocreate is gone since 2.3.14, and nobody can log in with it "  \
	"here: take the word out, and write "
#define HALF_DONE                                                                                  \
	OF_EXPIRE "something\nmail_plugins = expire\nplugin {\n  " OF_DAYS                         \
		  "something\n  expire = Trash 7 Spam 30\n}\nnamespace inbox {\n  inbox = yes\n"   \
		  "  mailbox Trash {\n    autoexpunge = 7d\n  }\n}\n"

static const struct migrate_case rows[] = {
	{"namespaces that have other names after it",
         "mail_plugins = expire\nplugin {\n  expire = Foo.Trash 7 Spam 30\n}\nnamespace private {\n"
         "  prefix = INBOX.\n  inbox = yes\n}\nnamespace private {\n  prefix = Foo.\n}\n"
         "namespace private {\n  prefix =\n}\n",
         OF_EXPIRE
         "namespace private2 { mailbox Trash { autoexpunge = 7d } }, namespace private3 { mailbox "
         "Spam { autoexpunge = 30d } }\nmail_plugins = expire\nplugin {\n  " OF_DAYS
         "namespace private2 { mailbox Trash { autoexpunge = 7d } }, namespace private3 { mailbox "
         "Spam { autoexpunge = 30d } }\n  expire = Foo.Trash 7 Spam 30\n}\nnamespace private {\n"
         "  prefix = INBOX.\n  inbox = yes\n}\nnamespace private2 {\n  prefix = Foo.\n}\n"
         "namespace private3 {\n  prefix =\n}\n",
         "1 decide 3 noted 3 decide"},
	{"half of the advice was followed", HALF_DONE, NULL, "2 decide 5 noted 5 decide"},
	{"inbox = yes is for INBOX",
         "mail_plugins = autocreate\nplugin {\n  autocreate = Trash\n  autocreate2 = inbox\n"
         "  autocreate3 = Inbox/Old\n}\nnamespace a {\n  prefix =\n}\nnamespace b {\n"
         "  prefix = INBOX/\n  inbox = Y\n}\n",
         OF_AUTOCREATE
         "namespace a { mailbox Trash { auto = create } }, namespace b { mailbox inbox { auto = "
         "create } mailbox Old { auto = create } }\nmail_plugins = autocreate\nplugin {\n"
         "  autocreate = Trash\n  autocreate2 = inbox\n  autocreate3 = Inbox/Old\n}\n"
         "namespace a {\n  prefix =\n}\nnamespace b {\n  prefix = INBOX/\n  inbox = Y\n}\n",
         "1 decide 3 noted 4 noted 5 noted"},
	{"of deliver",
         "protocol lda {\n  mail_plugins = autocreate\n  autocreate = A\n  autosubscribe2 = B\n"
         "}\n",
         "protocol lda {\n  # mailreeve: the plugin autocreate is gone since 2.3.14, and no mail is "
         "delivered with it here: take the word out, and write "
         "namespace inbox { inbox = yes mailbox A { auto = create } }\n  mail_plugins = autocreate\n"
         "  plugin {\n    autocreate = A\n    autosubscribe2 = B\n  }\n}\n",
         "2 decide 3 noted 4 noted"},
	{"in no namespace",
         "mail_plugins = autocreate\nplugin {\n  autocreate = Trash\n}\nnamespace a {\n"
         "  prefix = A/\n}\nnamespace b {\n  prefix = INBOX/\n  inbox = yes\n}\n",
         OF_AUTOCREATE
         "namespace b { mailbox Trash { auto = create } }\nmail_plugins = autocreate\n"
         "plugin {\n  autocreate = Trash\n}\nnamespace a {\n  prefix = A/\n}\n"
         "namespace b {\n  prefix = INBOX/\n  inbox = yes\n}\n",
         "1 decide 3 noted"},
};

START_TEST(table)
{
	migrate_case_try(&rows[_i]);
}
END_TEST

/* Each of a hundred is told. */
START_TEST(many)
{
	char text[4000] = "mail_plugins = autocreate\nplugin {\n  autocreate = Box1\n";
	bool is_told = false;

	for (int i = 2; i <= 100; i++) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof text - n, "  autocreate%d = Box%d\n", i, i);
	}
	strcat(text, "}\n");
	folder_enter();
	folder_write("dovecot.conf", text);
	struct reeve_migrate *migrate = migrate_case_run("many");
	for (size_t i = 0; i < reeve_migrate_change_count(migrate); i++)
		is_told |= strstr(reeve_migrate_change_at(migrate, i)->text,
		                  "mailbox Box100 { auto = create }") != NULL;
	ck_assert(is_told);
	reeve_migrate_close(migrate);
	folder_leave();
}
END_TEST

Suite *suite_migrate_boxes(void)
{
	Suite *suite = suite_create("migrate/boxes");
	TCase *tcase = tcase_create("migrate_boxes");

	tcase_add_loop_test(tcase, table, 0, sizeof rows / sizeof *rows);
	tcase_add_test(tcase, many);
	suite_add_tcase(suite, tcase);
	return suite;
}
