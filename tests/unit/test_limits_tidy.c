/* SPDX-License-Identifier: MIT */
/* What a goal makes of settings, services and options that are there twice: comments. */
#include "conf/postfix.h"
#include "limits/limits.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])
#define SET                                                                                        \
	"message_size_limit = 3000000\nmailbox_size_limit = 5000000\n"                             \
	"virtual_mailbox_limit = 5000000\nqueue_minfree = 4500000\n"
#define SMTP "smtp inet n - n - - smtpd"
#define BY_HAND                                                                                    \
	"%s:1:%s: 'x' is set twice for smtp/inet, and written together with what stays: remove "   \
	"one "                                                                                     \
	"of them by hand"

static const struct {
	const char *name, *before, *after; /* master.cf; NULL: refused */
	const char *told; /* lines and texts of what became a comment; or the column */
} master_rows[] = {
	{"nothing", "# a\n" SMTP " -o x=1\n", "# a\n" SMTP " -o x=1\n", ""},
	{"a service", "# a\n" SMTP "\n  -o x=1\n# b\n\n  -o y=2\n" SMTP " -o y=3\n",
         "# a\n#" SMTP "\n#  -o x=1\n# b\n\n#  -o y=2\n" SMTP " -o y=3\n",
         "2 make a comment of smtp/inet, for line 7 is what counts; "},
	{"three of a service", SMTP " -o x=1 -o x=2\n" SMTP "\nsmtp  inet n - y - - smtpd",
         "#" SMTP " -o x=1 -o x=2\n#" SMTP "\nsmtp  inet n - y - - smtpd",
         "1 make a comment of smtp/inet, for line 3 is what counts; "
         "2 make a comment of smtp/inet, for line 3 is what counts; "},
	{"options in lines of their own",
         SMTP "\n  -o x=1\n  -o { y = 2 3 }\n  -o\n x=4\n  -o y=5\n  -o x=6",
         SMTP "\n#  -o x=1\n#  -o { y = 2 3 }\n#  -o\n# x=4\n  -o y=5\n  -o x=6",
         "2 make a comment of smtp/inet/-o x, for line 7 is what counts; "
         "3 make a comment of smtp/inet/-o y, for line 6 is what counts; "
         "4 make a comment of smtp/inet/-o x, for line 7 is what counts; "},
	{"behind the command", SMTP " -o x=1 -o y=2 -o x=3\n", "#-o x=1\n" SMTP " -o y=2 -o x=3\n",
         "1 make a comment of smtp/inet/-o x, for line 1 is what counts; "},
	{"several in one line",
         SMTP "\n  -o x=1 -o { x = 2 }  -ox=3 -v -o y=4 -o x=5\t\n\t-o y=6\n",
         SMTP "\n#-o x=1\n#-o { x = 2 }\n#-ox=3\n#-o y=4\n   -v -o x=5\t\n\t-o y=6\n",
         "2 make a comment of smtp/inet/-o x, for line 2 is what counts; "
         "2 make a comment of smtp/inet/-o x, for line 2 is what counts; "
         "2 make a comment of smtp/inet/-o x, for line 2 is what counts; "
         "2 make a comment of smtp/inet/-o y, for line 3 is what counts; "},
	{"CRLF", SMTP " -o x=1\r\n -o x=2\r\n", "#-o x=1\r\n" SMTP "\r\n -o x=2\r\n",
         "1 make a comment of smtp/inet/-o x, for line 2 is what counts; "},
	{"of their own, too small",
         SMTP " -o queue_minfree=4499999\nlocal unix - n n - - local -o mailbox_size_limit=5\n",
         SMTP
         " -o queue_minfree=4500000\nlocal unix - n n - - local -o mailbox_size_limit=5000000\n",
         "0 local/unix/-o mailbox_size_limit; 0 smtp/inet/-o queue_minfree; "},
	{"of a program that does not look at it",
         SMTP " -o mailbox_size_limit=5 -o x=1\n\t-o virtual_mailbox_limit=3\n# c\n  -o y=2\nlmtp unix - - n - - lmtp\n"
              "  -o\n    message_size_limit=1\n  -o z=1\n",
         "#-o mailbox_size_limit=5\n" SMTP " -o x=1\n#\t-o virtual_mailbox_limit=3\n# c\n  -o y=2\nlmtp unix - - n - - "
         "lmtp\n#  -o\n#    message_size_limit=1\n  -o z=1\n",
         "1 make a comment of smtp/inet/-o mailbox_size_limit, for smtpd(8) does not look at it; "
         "2 make a comment of smtp/inet/-o virtual_mailbox_limit, for smtpd(8) does not look at it; "
         "6 make a comment of lmtp/unix/-o message_size_limit, for lmtp(8) does not look at it; "},
	{"referred to",
         "cleanup unix n - n - 0 cleanup\n  -o queue_minfree=204800\n  -o header_size_limit=$queue_minfree\n",
         "cleanup unix n - n - 0 cleanup\n  -o queue_minfree=204800\n  -o header_size_limit=$queue_minfree\n",
         ""},
	{"referred to with a condition",
         "cleanup unix n - n - 0 cleanup\n  -o queue_minfree=204800\n  -o x=${queue_minfree?{5}:{6}}\n",
         "cleanup unix n - n - 0 cleanup\n  -o queue_minfree=204800\n  -o x=${queue_minfree?{5}:{6}}\n",
         ""},
	{"referred to with parentheses",
         "cleanup unix n - n - 0 cleanup -o queue_minfree=204800 -o x=$(queue_minfree)\n",
         "cleanup unix n - n - 0 cleanup -o queue_minfree=204800 -o x=$(queue_minfree)\n",
         ""},
	{"referred to in words together",
         "cleanup unix n - n - 0 cleanup -o queue_minfree=204800 -vo x=$queue_minfree\n",
         "cleanup unix n - n - 0 cleanup -o queue_minfree=204800 -vo x=$queue_minfree\n",
         ""},
	{"no reference",
         "cleanup unix n - n - 0 cleanup\n  -o queue_minfree=204800\n  -o x=$$queue_minfree$queue_minfre\n",
         "cleanup unix n - n - 0 cleanup\n#  -o queue_minfree=204800\n  -o x=$$queue_minfree$queue_minfre\n",
         "2 make a comment of cleanup/unix/-o queue_minfree, for cleanup(8) does not look at it; "},
	{"referred to in vain",
         "cleanup unix n - n - 0 cleanup\n  -o queue_minfree=204800\n  -o mailbox_size_limit=$queue_minfree\n",
         "cleanup unix n - n - 0 cleanup\n#  -o queue_minfree=204800\n#  -o mailbox_size_limit=$queue_minfree\n",
         "2 make a comment of cleanup/unix/-o queue_minfree, for cleanup(8) does not look at it; 3 make a comment of cleanup/unix/-o mailbox_size_limit, for cleanup(8) does not look at it; "},
	{"in a ring",
         "cleanup unix n - n - 0 cleanup -o queue_minfree=$mailbox_size_limit -o mailbox_size_limit=$queue_minfree\n",
         "cleanup unix n - n - 0 cleanup -o queue_minfree=$mailbox_size_limit -o mailbox_size_limit=$queue_minfree\n",
         ""},
	{"of smtp(8)", "smtp unix - - y - - smtp\n  -o header_size_limit=400000\n",
         "smtp unix - - y - - smtp\n  -o header_size_limit=400000\n", ""},
	{"of a program of somebody's own", "x unix - - y - - own\n  -o mailbox_size_limit=5000000\n",
         "x unix - - y - - own\n  -o mailbox_size_limit=5000000\n", ""},
	{"words together, that nothing looks at", SMTP " -vo mailbox_size_limit=5\n",
         "#-o mailbox_size_limit=5\n" SMTP " -v\n",
         "1 make a comment of smtp/inet/-o mailbox_size_limit, for smtpd(8) does not look at it; "},
	{"words together", SMTP " -vo x=1 -o x=2\n", "#-o x=1\n" SMTP " -v -o x=2\n",
         "1 make a comment of smtp/inet/-o x, for line 1 is what counts; "},
	{"words together, twice", SMTP "\n  -Dvo { x = 1 2 } -vo x=2\n",
         SMTP "\n#-o { x = 1 2 }\n  -Dv -vo x=2\n",
         "2 make a comment of smtp/inet/-o x, for line 2 is what counts; "},
	{"words together, behind others", SMTP " -vo y=1 -o z=1 -vo x=1 -o x=2 -vo w=1\n",
         "#-o x=1\n" SMTP " -v -o y=1 -o z=1 -v -o x=2 -vo w=1\n",
         "1 make a comment of smtp/inet/-o x, for line 1 is what counts; "},
	{"words together, in lines", SMTP "\n  -vo\n# c\n  x=1\n  -o x=2\n",
         SMTP "\n#-o\n# c\n#  x=1\n  -v\n  -o x=2\n",
         "2 make a comment of smtp/inet/-o x, for line 5 is what counts; "},
	{"in one word", SMTP " -vox=1 -v -o x=2\n", "#-ox=1\n" SMTP " -v -v -o x=2\n",
         "1 make a comment of smtp/inet/-o x, for line 1 is what counts; "},
	{"words together, that count", SMTP " -o x=1 -vo x=2 -vo queue_minfree=4\n",
         "#-o x=1\n" SMTP " -vo x=2 -vo queue_minfree=4500000\n",
         "1 make a comment of smtp/inet/-o x, for line 1 is what counts; 0 smtp/inet/-o queue_minfree; "},
	{"in a word that cannot be taken apart", SMTP " -vo-vo x=1 -o x=2\n", NULL, "34"},
	{"over a line", SMTP " -o x=1 -o\n# c\n x=2 -o x=3 -v\n", "#-o x=1\n#-o\n# c\n# x=2\n" SMTP " -o x=3 -v\n",
         "1 make a comment of smtp/inet/-o x, for line 3 is what counts; "
         "1 make a comment of smtp/inet/-o x, for line 3 is what counts; "},
	{"over two lines",
         SMTP "\n  -o y=1 -o { x =\n    1 } -o { x =\n    2 } -o z=1 -o { y =\n    2 }\n  -o x=3\n",
         SMTP "\n#-o y=1\n#-o { x =\n#    1 }\n#-o { x =\n#    2 }\n   -o z=1 -o { y =\n    2 }\n  -o x=3\n",
         "2 make a comment of smtp/inet/-o y, for line 4 is what counts; "
         "2 make a comment of smtp/inet/-o x, for line 6 is what counts; "
         "3 make a comment of smtp/inet/-o x, for line 6 is what counts; "},
	{"over a line, of a program that does not look", SMTP " -o y=1 -o { mailbox_size_limit =\r\n\t5 }\r\n -o x=1\r\n",
         "#-o { mailbox_size_limit =\r\n#\t5 }\r\n" SMTP " -o y=1\r\n -o x=1\r\n",
         "1 make a comment of smtp/inet/-o mailbox_size_limit, for smtpd(8) does not look at it; "},
};

static void describe(const struct reeve_limits_changes *changes, char *buf, size_t size)
{
	buf[0] = '\0';
	for (size_t i = 0; i < reeve_limits_change_count(changes); i++) {
		const struct reeve_limits_change *row = reeve_limits_change_at(changes, i);
		size_t n = strlen(buf);

		ck_assert(row->is_changed);
		snprintf(buf + n, size - n, "%ju %s; ", (uintmax_t)row->line,
		         row->path != NULL ? row->path : row->text);
	}
}

START_TEST(master)
{
	static const struct reeve_limits_goal goal = {
		.has_message = true, .message = 3000000, .has_mailbox = true, .mailbox = 5000000};

	for (size_t i = 0; i < ROWS(master_rows); i++) {
		const char *before = master_rows[i].before, *name = master_rows[i].name;
		struct reeve_limits_changes *changes = NULL;
		struct reeve_error err = {0};
		char told[1000];
		struct reeve_conf *conf =
			reeve_pf_of(SET, strlen(SET), before, strlen(before), NULL, &err);
		ck_assert(conf != NULL);

		long count = reeve_limits_set(conf, NULL, &goal, &changes, &err);
		struct reeve_conf_file file = reeve_conf_file(conf, 1);
		if (master_rows[i].after == NULL) {
			char wanted[300];

			snprintf(wanted, sizeof wanted, BY_HAND, file.path, master_rows[i].told);
			ck_assert_msg(count == -1 && err.code == REEVE_EREFUSED, "%s", name);
			ck_assert_str_eq(err.text, wanted);
		} else {
			ck_assert_msg(count >= 0, "%s: %s", name, err.text);
			describe(changes, told, sizeof told);
			ck_assert_msg(strcmp(told, master_rows[i].told) == 0, "%s: %s", name, told);
			ck_assert_msg(file.new_size == strlen(master_rows[i].after) &&
			                      memcmp(file.new_bytes, master_rows[i].after,
			                             file.new_size) == 0,
			              "%s:\n%.*s", name, (int)file.new_size,
			              (const char *)file.new_bytes);
			/* Twice is the same as once. */
			reeve_limits_changes_free(changes);
			ck_assert_int_eq(reeve_limits_set(conf, NULL, &goal, &changes, &err), 0);
		}
		reeve_limits_changes_free(changes);
		reeve_conf_close(conf);
	}
}
END_TEST

Suite *suite_limits_tidy(void)
{
	Suite *suite = suite_create("limits/tidy");
	TCase *tcase = tcase_create("limits_tidy");

	tcase_add_test(tcase, master);
	suite_add_tcase(suite, tcase);
	return suite;
}
