/* SPDX-License-Identifier: MIT */
/*
 * set and unset of Postfix's files: the file before, the PATH, the value (NULL: unset), the file after (NULL:
 * nothing is changed), what is returned. Each change is tried a second time, when it must be none.
 */
#include "conf/postfix.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

struct row {
	const char *before, *path, *value, *after;
	int r;
};

static const struct row main_rows[] = {
	/* in place */
	{"a = 1\nb = 2\n", "a", "3", "a = 3\nb = 2\n", 1},
	{"a   =\t1  \n", "a", "3", "a   =\t3  \n", 1},
	{"a=1\n", "a", "3", "a=3\n", 1},
	{"a = 1", "a", "3", "a = 3", 1},
	{"a = 1\r\nb = 2\r\n", "a", "3", "a = 3\r\nb = 2\r\n", 1},
	{"a = 1\n", "a", "x # y", "a = x # y\n", 1},
	{"a = 1\n", "a", "  x y ", "a = x y\n", 1},
	{"a = 1\n", "a", "", "a = \n", 1},
	{"a = \n", "a", "1", "a = 1\n", 1},
	{"a =\n", "a", "1", "a = 1\n", 1},
	{"a=\n", "a", "1", "a=1\n", 1},
	{"a =", "a", "1", "a = 1", 1},
	{"a =\r\n", "a", "1", "a = 1\r\n", 1},
	{"a\n# x\n = 1\n", "a", "3", "a\n# x\n = 3\n", 1},
	{"a = 1\nb = 2\na = 3\n", "a", "4", "a = 1\nb = 2\na = 4\n", 1},
	{"\xef\xbb\xbf" "a = 1\nb = 2\n", "b", "3", "\xef\xbb\xbf" "a = 1\nb = 3\n", 1},
	{" stray\na = 1\n", "a", "2", " stray\na = 2\n", 1},

	/* the same */
	{"a   =   1\n", "a", "1", NULL, 0},
	{"a = 1\na = 2\n", "a", "2", NULL, 0},
	{"a = b,\n  c\n", "a", "b, c", NULL, 0},
	{"a = b  c\n", "a", "b c", NULL, 0},
	{"a =\n", "a", "", NULL, 0},

	/* over several lines */
	{"a = b,\n  c\nd = e\n", "a", "x", "a = x\nd = e\n", 1},
	{"a = b,\n# y\n\n  c\nd = e\n", "a", "x", "a = x\n# y\n\nd = e\n", 1},
	{"a = b,\n  c,\n  d\n", "a", "b, c, e", "a = b,\n  c,\n  e\n", 1},
	{"a = b,\n  c,\n  d\n", "a", "b, x, d", "a = b,\n  x,\n  d\n", 1},
	{"a = b,\n  c,\n  d\n", "a", "x, c, d", "a = x,\n  c,\n  d\n", 1},
	{"a = b,\n  c,\n  d\n", "a", "b, d", "a = b,\n  d\n", 1},
	{"a = b,\n# y\n  c,\n  d\n", "a", "b, d", "a = b,\n# y\n  d\n", 1},
	{"a = b\n\tc\n", "a", "b c d", "a = b\n\tc\n\td\n", 1},
	{"a = b\n\tc\nx = y\n", "a", "b z c", "a = b\n\tz\n\tc\nx = y\n", 1},
	{"a = b\n\tc", "a", "b c d", "a = b\n\tc\n\td", 1},
	{"a = b\r\n\tc\r\n", "a", "b c d", "a = b\r\n\tc\r\n\td\r\n", 1},
	{"a = b,\n  c\n", "a", "z, b, c", "a = z, b,\n  c\n", 1},
	{"a =\n  b,\n  c\n", "a", "b, d", "a =\n  b,\n  d\n", 1},
	{"a =\n  b,\n  c\n", "a", "", "a =\n  \n", 1},
	{"a = b\n  b\n", "a", "b", "a = b\n", 1},
	{"a = b\n  b\n", "a", "b b b", "a = b\n  b\n  b\n", 1},

	/* new */
	{"", "a", "1", "a = 1\n", 1},
	{"b = 2\n", "a", "1", "b = 2\na = 1\n", 1},
	{"b = 2", "a", "1", "b = 2\na = 1\n", 1},
	{"b=2\n", "a", "1", "b=2\na=1\n", 1},
	{"b =2\n", "a", "1", "b =2\na =1\n", 1},
	{"b =\n", "a", "1", "b =\na = 1\n", 1},
	{"bbbbb   = 2\n", "a", "1", "bbbbb   = 2\na       = 1\n", 1},
	{"b  = 2\n", "long_name", "1", "b  = 2\nlong_name = 1\n", 1},
	{"b\t=\t2\n", "a", "1", "b\t=\t2\na\t=\t1\n", 1},
	{"b = 2\r\n", "a", "1", "b = 2\r\na = 1\r\n", 1},
	{"b = 2\r\nc = 3", "a", "1", "b = 2\r\nc = 3\r\na = 1\r\n", 1},
	{"# only\n", "a", "1", "# only\na = 1\n", 1},
	{"b = 2\n# end\n", "a", "1", "b = 2\n# end\na = 1\n", 1},
	{"b = 2\n  3\n", "a", "1", "b = 2\n  3\na = 1\n", 1},

	/* behind its commented-out default */
	{"#a = 0\nb = 2\n", "a", "1", "#a = 0\na = 1\nb = 2\n", 1},
	{"#a=0\nb = 2\n", "a", "1", "#a=0\na=1\nb = 2\n", 1},
	{"# a = 0\nb = 2\n", "a", "1", "# a = 0\na = 1\nb = 2\n", 1},
	{"#a = 0\n#a = 1\n\n#b = 2\n", "a", "3", "#a = 0\n#a = 1\na = 3\n\n#b = 2\n", 1},
	{"#a =\n#  x,\n#  y\n# z\nb = 2\n", "a", "1", "#a =\n#  x,\n#  y\na = 1\n# z\nb = 2\n", 1},
	{"#a = 0", "a", "1", "#a = 0\na = 1\n", 1},
	{"#a = 0\r\nb = 2\r\n", "a", "1", "#a = 0\r\na = 1\r\nb = 2\r\n", 1},
	{"#ab = 0\n# a is b\nb = 2\n", "a", "1", "#ab = 0\n# a is b\nb = 2\na = 1\n", 1},
	{"b = 2\n#a = 0\n  3\n", "a", "1", "b = 2\n#a = 0\n  3\na = 1\n", 1}, /* inside a value */
	{"#a = 0\n stray\n", "a", "1", "#a = 0\n stray\na = 1\n", 1},

	/* unset */
	{"a = 1\nb = 2\n", "a", NULL, "b = 2\n", 1},
	{"a = 1\nb = 2\na = 3\n", "a", NULL, "b = 2\n", 1},
	{"a = 1\n# x\n  2\n\n  3\n# y\nb = 2\n", "a", NULL, "# x\n\n# y\nb = 2\n", 1},
	{"b = 2\na = 1", "a", NULL, "b = 2\n", 1},
	{"a\n# x\n = 1\n", "a", NULL, "# x\n", 1},
	{"a = 1\n", "b", NULL, NULL, 0},
	{"#a = 1\n", "a", NULL, NULL, 0},

	/* no */
	{"a = 1\n", "a", "b\nc", NULL, -1},
	{"a = 1\n", "a", "b\r", NULL, -1},
	{"a = 1\n", "a b", "c", NULL, -1},
	{"a = 1\n", "#a", "c", NULL, -1},
	{"a = 1\n", "nosuch/tcp", "c", NULL, -1},
};

#define SMTP "smtp      inet  n       -       y       -       -       smtpd\n"
#define SUBM "submission inet n       -       y       -       -       smtpd\n"
#define NEW "submission inet n - y - - smtpd -o g=h"
#define MDA  "maildrop  unix  -       n       n       -       -       pipe\n" \
	"  flags=DRXhu user=vmail argv=/bin/m\n"

static const struct row master_rows[] = {
	/* fields, in their columns */
	{SMTP, "smtp/inet/chroot", "n",
	 "smtp      inet  n       -       n       -       -       smtpd\n", 1},
	{SMTP, "smtp/inet/process_limit", "100",
	 "smtp      inet  n       -       y       -       100     smtpd\n", 1},
	{"smtp      inet  n       -       y       60?     100     smtpd\n", "smtp/inet/wakeup", "-",
	 "smtp      inet  n       -       y       -       100     smtpd\n", 1},
	{"s inet n - y - 1 c\n", "s/inet/process_limit", "100", "s inet n - y - 100 c\n", 1},
	{"s inet n - y - 100 c\n", "s/inet/process_limit", "1", "s inet n - y - 1 c\n", 1},
	{"s\tinet\tn\t-\ty\t-\t1\tc\n", "s/inet/process_limit", "100",
	 "s\tinet\tn\t-\ty\t-\t100\tc\n", 1},
	{"s inet n - y -\n  1\n  c\n", "s/inet/process_limit", "100", "s inet n - y -\n  100\n  c\n",
	 1},
	{SMTP, "smtp/inet/command", "postscreen",
	 "smtp      inet  n       -       y       -       -       postscreen\n", 1},
	{SUBM "  -o a=b\n", "submission/inet/command", "x -o a=b",
	 "submission inet n       -       y       -       -       x\n  -o a=b\n", 1},
	{SUBM "# y\n  -o a=b\n", "submission/inet/command", "smtpd -v",
	 "submission inet n       -       y       -       -       smtpd -v\n# y\n", 1},
	{SMTP SMTP, "smtp/inet/chroot", "n",
	 SMTP "smtp      inet  n       -       n       -       -       smtpd\n", 1},
	{MDA, "maildrop/unix/chroot", "-",
	 "maildrop  unix  -       n       -       -       -       pipe\n"
	 "  flags=DRXhu user=vmail argv=/bin/m\n", 1},
	{SMTP, "smtp/inet/chroot", "y", NULL, 0},
	{SMTP SMTP, "smtp/inet/type", "inet", NULL, 0},
	{SMTP, "smtp/inet/chroot", "maybe", NULL, -1},
	{SMTP, "smtp/inet/wakeup", "x", NULL, -1},
	{SMTP, "smtp/inet/type", "tcp", NULL, -1},
	{SMTP, "smtp/inet/chroot", "n -", NULL, -1},
	{SMTP, "smtp/inet/chroot", "", NULL, -1},
	{SMTP, "smtp/inet/command", "", NULL, -1},
	{SMTP, "smtp/inet/chroot", NULL, NULL, -1},
	{SMTP, "smtps/inet/chroot", "n", NULL, -1},

	/* options */
	{SUBM "  -o a=b\n# x\n  -o c=d\n", "submission/inet/-o a", "e",
	 SUBM "  -o a=e\n# x\n  -o c=d\n", 1},
	{SUBM "  -o a=b\n", "submission/inet/a", "", SUBM "  -o a=\n", 1},
	{SUBM "  -o a=\n", "submission/inet/a", "b", SUBM "  -o a=b\n", 1},
	{SUBM "  -o a=b\n  -o a=c\n", "submission/inet/a", "d", SUBM "  -o a=b\n  -o a=d\n", 1},
	{SUBM "  -o a=b\n", "submission/inet/a", "c, d", SUBM "  -o { a = c, d }\n", 1},
	{SUBM "  -o {a=b c}\n", "submission/inet/a", "d e", SUBM "  -o {a=d e}\n", 1},
	{SUBM "  -o { a = b c }\n", "submission/inet/a", "d", SUBM "  -o { a = d }\n", 1},
	{SUBM "  -oa=b\n", "submission/inet/a", "c", SUBM "  -oa=c\n", 1},
	{SUBM "  -o a=b\n", "submission/inet/a", "${x?{y z}}", SUBM "  -o { a = ${x?{y z}} }\n", 1},
	{SUBM "  -o { a = b,\n    c }\n", "submission/inet/a", "d", SUBM "  -o { a = d }\n", 1},
	{SUBM "  -o { a = b,\n# x\n    c }\n", "submission/inet/a", "d", NULL, -1},
	{SUBM "  -o\n# x\n  a=b\n", "submission/inet/a", "d", SUBM "  -o\n# x\n  a=d\n", 1},
	{SUBM "  -o { a =\n# x\n  b }\n", "submission/inet/a", "d", SUBM "  -o { a =\n# x\n  d }\n", 1},
	{SUBM "  -o\n# x\n  a=b\n", "submission/inet/a", "d e", NULL, -1},
	{SUBM "  -o\n# x\n  a=b\n", "submission/inet/a", NULL, NULL, -1},
	{SUBM "  -vo a=b\n", "submission/inet/a", "d", SUBM "  -vo a=d\n", 1},
	{SUBM "  -vo a=b\n", "submission/inet/a", "", SUBM "  -vo a=\n", 1},
	{SUBM "  -vo a=b\n", "submission/inet/a", "d e", NULL, -1},
	{SUBM "  -vo a=b\n", "submission/inet/a", NULL, NULL, -1},
	{SUBM "  -vo { a = b }\n", "submission/inet/a", "d", NULL, -1},
	{SUBM "  -voa=b\n", "submission/inet/a", "d", NULL, -1},
	{SUBM " -vo a=b\n", "submission/inet/c", "d", SUBM " -vo a=b -o c=d\n", 1},
	{SUBM " -o x=y -vo a=b\n", "submission/inet/c", "d", SUBM " -o x=y -vo a=b -o c=d\n", 1},
	{SUBM "  -o a=b\n  -v\n", "submission/inet/a", "x{y", NULL, -1}, /* would swallow -v */
	{SUBM "  -o a=b\n", "submission/inet/-o a", "b", NULL, 0},
	{SUBM "  -o { a = b  c }\n", "submission/inet/-o a", "b c", NULL, 0},

	/* new options */
	{SUBM "\t-o a=b\n# x\n" SMTP, "submission/inet/c", "d", SUBM "\t-o a=b\n\t-o c=d\n# x\n" SMTP, 1},
	{SMTP SUBM "    -o a=b\n", "smtp/inet/c", "d", SMTP "    -o c=d\n" SUBM "    -o a=b\n", 1},
	{SMTP, "smtp/inet/c", "d", SMTP "  -o c=d\n", 1},
	{SMTP, "smtp/inet/c", "d e", SMTP "  -o { c = d e }\n", 1},
	{"s inet n - - - - c", "s/inet/a", "b", "s inet n - - - - c\n  -o a=b", 1},
	{"s inet n - - - - c\r\n", "s/inet/a", "b", "s inet n - - - - c\r\n  -o a=b\r\n", 1},
	{"s inet n - - - - c -o a=b\n", "s/inet/c", "d", "s inet n - - - - c -o a=b -o c=d\n", 1},
	{"s unix - - - - - pipe flags=R\n", "s/unix/a", "b", "s unix - - - - - pipe -o a=b flags=R\n",
	 1},
	{MDA, "maildrop/unix/a", "b",
	 "maildrop  unix  -       n       n       -       -       pipe\n  -o a=b\n"
	 "  flags=DRXhu user=vmail argv=/bin/m\n", 1},
	{SUBM "  -v\n", "submission/inet/a", "b", SUBM "  -v\n  -o a=b\n", 1},

	/* unset */
	{SUBM "  -o a=b\n# x\n  -o c=d\n", "submission/inet/-o a", NULL, SUBM "# x\n  -o c=d\n", 1},
	{SUBM "  -o a=b -o c=d\n", "submission/inet/a", NULL, SUBM "  -o c=d\n", 1},
	{SUBM "  -o a=b -o c=d\n", "submission/inet/c", NULL, SUBM "  -o a=b\n", 1},
	{"s inet n - - - - c -o a=b\n  -v\n", "s/inet/a", NULL, "s inet n - - - - c\n  -v\n", 1},
	{"s inet n - - - - c -o a=b -v\n", "s/inet/a", NULL, "s inet n - - - - c -v\n", 1},
	{SUBM "  -o a=b\n  -o a=c\n  -v\n", "submission/inet/a", NULL, SUBM "  -v\n", 1},
	{SUBM, "submission/inet/a", NULL, NULL, 0},
	{SMTP "# x\n" SUBM "  -o a=b\n# y\n  -o c=d\n", "submission/inet", NULL, SMTP "# x\n# y\n", 1},
	{SMTP SUBM SMTP, "smtp/inet", NULL, SUBM, 1},
	{SMTP, "smtps/inet", NULL, NULL, 0},

	/* services */
	{SMTP, "smtps/inet", "smtps inet n - y - - smtpd -o a=b -o { c = d e }",
	 SMTP "smtps     inet  n       -       y       -       -       smtpd\n  -o a=b\n"
	      "  -o { c = d e }\n", 1},
	{"s inet n - y - - c", "t/unix", "t unix - - n - - pipe flags=R {a b}",
	 "s inet n - y - - c\nt unix - - n - - pipe flags=R {a b}\n", 1},
	{"", "s/inet", "s inet n - y - - c",
	 "s         inet  n       -       y       -       -       c\n", 1},
	/* in the place of a line with too few fields */
	{"pickup unix n - y 60\n#" SUBM SMTP, "pickup/unix", "pickup unix n - y 60 1 pickup",
	 "pickup    unix  n       -       y       60      1       pickup\n#" SUBM SMTP, 1},
	{SMTP "pickup unix n -\n# x\n  y 60\n#pickup unix n - y 60 1 p\n" SUBM, "pickup/unix",
	 "pickup unix n - y 60 1 pickup",
	 SMTP "pickup     unix n       -       y       60      1       pickup\n# x\n"
	      "#pickup unix n - y 60 1 p\n" SUBM, 1},
	{"pickup unix\r\n", "pickup/unix", "pickup unix n - y 60 1 pickup",
	 "pickup    unix  n       -       y       60      1       pickup\r\n", 1},
	{SMTP "pickup fifo n", "pickup/unix", "pickup unix n - y 60 1 pickup",
	 SMTP "pickup fifo n\npickup    unix  n       -       y       60      1       pickup\n", 1},
	{SMTP "pickup unix n", "pickup/unix", "pickup unix n - y 60 1 pickup",
	 SMTP "pickup    unix  n       -       y       60      1       pickup\n", 1},

	/* behind its commented-out entry */
	{"#" SUBM "#  -o a=b\n#\t-o c=d\n#     x\n# -o e=f\n# ----\n" SMTP,
	 "submission/inet", NEW,
	 "#" SUBM "#  -o a=b\n#\t-o c=d\n#     x\n# -o e=f\n" SUBM
	 "  -o g=h\n# ----\n" SMTP, 1},
	{SMTP "# " SUBM "#" SUBM "#628 inet n - - - - x\n", "submission/inet", NEW,
	 SMTP "# " SUBM "#" SUBM SUBM "  -o g=h\n#628 inet n - - - - x\n", 1},
	{"#" SUBM SMTP, "submissions/inet", "submissions inet n - y - - smtpd",
	 "#" SUBM SMTP "submissions inet n      -       y       -       -       smtpd\n", 1},
	{"#127.0.0.1:" SUBM "#submission unix n - y - - x\n# submission inet is not\n" SMTP,
	 "submission/inet", NEW,
	 "#127.0.0.1:" SUBM "#submission unix n - y - - x\n# submission inet is not\n" SMTP SUBM
	 "  -o g=h\n", 1},
	{"#submission inet n - y - - smtpd", "submission/inet", NEW,
	 "#submission inet n - y - - smtpd\n" SUBM "  -o g=h\n", 1},
	{"#s inet n - y - - x\r\n\r\nt inet n - y - - x\r\n", "s/inet", "s inet n - y - - z",
	 "#s inet n - y - - x\r\ns inet n - y - - z\r\n\r\nt inet n - y - - x\r\n", 1},
	{"#" SUBM "# x\n  -o stray\n" SMTP, "submission/inet", NEW,
	 "#" SUBM "# x\n  -o stray\n" SMTP SUBM "  -o g=h\n", 1},
	{SMTP "#" SUBM "  -o a=b\n", "submission/inet", NEW, /* inside smtp */
	 SMTP "#" SUBM "  -o a=b\n" SUBM "  -o g=h\n", 1},

	{SMTP, "smtp/inet", "smtp inet n - n - 10 postscreen",
	 "smtp      inet  n       -       n       -       10      postscreen\n", 1},
	{SUBM "# y\n  -o a=b\n", "submission/inet", "submission inet n - n - - smtpd -o c=d",
	 "submission inet n       -       n       -       -       smtpd -o c=d\n# y\n", 1},
	{SMTP, "smtp/inet", "smtp inet n - y - - smtpd", NULL, 0},
	{SMTP, "smtp/inet", "smtp inet n - y - -", NULL, -1},
	{SMTP, "smtp/inet", "smtps inet n - y - - smtpd", NULL, -1},
	{SMTP, "new/unix", "new unix n - maybe - - smtpd", NULL, -1},
	{SMTP, "new/unix", "new unix n - - - - smtpd\n#", NULL, -1},
};

/* Refused, with words that say where the trouble is. */
static const struct {
	const char *master_cf, *path, *value, *text;
} refused[] = {
	{SMTP "# x\nsmtp unix - - y - - smtp\n", "smtp/inet/type", "unix",
	 "'smtp/unix' already, in line 3"},
	{SMTP "# x\nsmtp unix - - y - - smtp\n", "smtp/unix/type", "inet",
	 "'smtp/inet' already, in line 1"},
	{SUBM SMTP, "smtp/inet/service", "submission", "'submission/inet' already, in line 1"},
};

static void try(const struct row *row, bool is_main)
{
	const char *none = "", *text = row->before;
	struct reeve_conf *conf = is_main ? reeve_pf_of(text, strlen(text), none, 0, NULL, NULL)
	                                  : reeve_pf_of(none, 0, text, strlen(text), NULL, NULL);
	struct reeve_conf_file file;
	struct reeve_error err = {0};
	size_t which = is_main ? 0 : 1;
	int r;

	ck_assert_ptr_nonnull(conf);
	for (int times = 0; times < 2; times++) {
		r = row->value != NULL ? reeve_conf_set(conf, row->path, row->value, &err)
		                       : reeve_conf_unset(conf, row->path, &err);
		ck_assert_msg(r == (times == 0 || row->r < 0 ? row->r : 0), "%s: %d %s", row->path, r,
		              err.text);
		file = reeve_conf_file(conf, which);
		char *after = strndup(file.new_bytes, file.new_size);
		ck_assert_str_eq(after, row->after != NULL ? row->after : row->before);
		free(after);
		if (row->after == NULL)
			ck_assert_ptr_eq(file.new_bytes, file.old_bytes);
		ck_assert(reeve_tree_tiles(conf->docs[which]));
		file = reeve_conf_file(conf, 1 - which);
		ck_assert_ptr_eq(file.new_bytes, file.old_bytes);
	}
	reeve_conf_close(conf);
}

START_TEST(test_main)
{
	try(&main_rows[_i], true);
}
END_TEST

START_TEST(test_master)
{
	try(&master_rows[_i], false);
}
END_TEST

START_TEST(test_refused)
{
	const char *text = refused[_i].master_cf;
	struct reeve_conf *conf = reeve_pf_of("", 0, text, strlen(text), NULL, NULL);
	struct reeve_error err = {0};
	struct reeve_conf_file file;

	ck_assert_ptr_nonnull(conf);
	ck_assert_int_eq(reeve_conf_set(conf, refused[_i].path, refused[_i].value, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	ck_assert_msg(strstr(err.text, refused[_i].text) != NULL, "%s", err.text);
	file = reeve_conf_file(conf, 1);
	ck_assert_ptr_eq(file.new_bytes, file.old_bytes);
	reeve_conf_close(conf);
}
END_TEST

Suite *suite_postfix_set(void)
{
	Suite *suite = suite_create("conf/postfix_set");
	TCase *tcase = tcase_create("set");

	tcase_add_loop_test(tcase, test_main, 0, sizeof main_rows / sizeof *main_rows);
	tcase_add_loop_test(tcase, test_master, 0, sizeof master_rows / sizeof *master_rows);
	tcase_add_loop_test(tcase, test_refused, 0, sizeof refused / sizeof *refused);
	suite_add_tcase(suite, tcase);
	return suite;
}
