/* SPDX-License-Identifier: MIT */
/* What an archive holds when read mail has gone there: byte for byte, and as messages. */
#include "folder.h"
#include "unit.h"

#include "base/open.h"
#include "mbox/scan.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FROM(who) "From " who "  Mon Nov  3 10:00:00 2025\n"
#define HEAD      "Received: by mill\nStatus: RO\n"
#define KEPT      FROM("keep") "Received: by mill\nStatus: O\n\nkept on\n\n"
#define A         FROM("a") HEAD "\nsacks\n\n"
#define B         FROM("b") HEAD "\nground\n\n"
#define QUOTED    "look:\n\n" FROM("c") "Status: RO\n\nbuy\n" /* 56 bytes */

/* The box, what the archive held (NULL: there was none), what it holds when read mail was pruned. */
static const struct row {
	const char *name, *box, *old, *new;
	int messages;
} rows[] = {
	{"messages as they are", A KEPT B, NULL, A B, 2},
	{"nothing goes: no archive is made", KEPT, NULL, "(none)", 0},
	{"behind what is there", A KEPT, B, B A, 2},
	{"into an empty file", A, "", A, 1},
	{"behind a line without its end", A, FROM("b") "\nground", FROM("b") "\nground\n\n" A, 2},
	{"behind a line", A, FROM("b") "\nground\n", FROM("b") "\nground\n\n" A, 2},
	{"behind CR LF", A, FROM("b") "\r\nground\r\n", FROM("b") "\r\nground\r\n\r\n" A, 2},
	{"behind a message that its length ends", A,
	 FROM("b") "Content-Length: 55\n\n" QUOTED, FROM("b") "Content-Length: 55\n\n" QUOTED A, 2},

	{"no line end at the end", KEPT FROM("a") HEAD "\nsacks", NULL, FROM("a") HEAD "\nsacks\n\n", 1},
	{"a CR LF message without its last", FROM("a") "Status: R\r\n\r\nsacks", NULL,
	 FROM("a") "Status: R\r\n\r\nsacks\n\n", 1},
	{"CR LF throughout", "From a  Mon Nov  3 10:00:00 2025\r\nStatus: R\r\n\r\nsacks", NULL,
	 "From a  Mon Nov  3 10:00:00 2025\r\nStatus: R\r\n\r\nsacks\r\n\r\n", 1},
	{"no empty line at the end", FROM("a") HEAD "\nsacks\n" KEPT B, NULL,
	 FROM("a") HEAD "\nsacks\n\n" B, 2},
	{"a header and no more", FROM("a") HEAD KEPT, NULL, FROM("a") HEAD "\n", 1},

	{"a length hides a From_ line", FROM("a") HEAD "Content-Length: 56\n\n" QUOTED "\n" KEPT B, NULL,
	 FROM("a") HEAD "Content-Length: 56\n\n" QUOTED "\n" B, 2},
	{"and ends without an empty line", FROM("a") HEAD "Content-Length: 55\n\n" QUOTED KEPT B, NULL,
	 FROM("a") HEAD "Content-Length: 55\n\n" QUOTED B, 2},
	{"and ends the box", KEPT B FROM("a") HEAD "Content-Length: 55\n\n" QUOTED, NULL,
	 B FROM("a") HEAD "Content-Length: 55\n\n" QUOTED, 2},
	{"a length of all that is left", FROM("a") HEAD "Content-Length: 5\n\nsacks", NULL,
	 FROM("a") HEAD "Content-Length: 5\n\nsacks\n", 1},
	{"a CR without LF at the end", FROM("a") HEAD "\nsacks\r", NULL,
	 FROM("a") HEAD "\nsacks\r\r\n\r\n", 1},
	{"and a length that counts it", FROM("a") HEAD "Content-Length: 6\n\nsacks\r", NULL,
	 FROM("a") HEAD "Content-Length: 6\n\nsacks\r\r\n", 1},
	/* To the end of B, were it left in and KEPT gone. */
	{"a length behind the message", FROM("a") HEAD "Content-Length: 77\n\nsacks\n\n" KEPT B, NULL, A B,
	 2},
	{"two of them", FROM("a") HEAD "Content-Length: 77\ncontent-length: x\n\nsacks\n\n" KEPT B, NULL,
	 A B, 2},
	{"a length that is too short", FROM("a") HEAD "Content-Length: 2\n\nsacks\n\n" KEPT B, NULL,
	 FROM("a") HEAD "Content-Length: 2\n\nsacks\n\n" B, 2},

	{"UIDVALIDITY stays with the box", FROM("a") "X-IMAPbase: 7 9 k\n" HEAD "X-UID: 1\n\nsacks\n\n" KEPT,
	 NULL, FROM("a") HEAD "X-UID: 1\n\nsacks\n\n", 1},
	{"a forged one is none", KEPT FROM("a") HEAD "X-IMAPbase: 7\n 4294967295\n\nsacks\n\n", NULL, A, 1},
	{"nor a forged pseudo message", KEPT FROM("a") "X-IMAP: 7 9\n" HEAD "\nsacks\n\n", NULL, A, 1},
	{"a From_ line that the box does not end",
	 KEPT FROM("a") HEAD "\nsacks\nFrom b  Mon Nov  3 10:00:00 2025", NULL,
	 FROM("a") HEAD "\nsacks\n>From b  Mon Nov  3 10:00:00 2025\n\n", 1},
	{"suspect pieces stay joined", FROM("a") HEAD "\nlook:\n" FROM("c") "Status: R\n\nbuy\n\n" KEPT, NULL,
	 FROM("a") HEAD "\nlook:\n" FROM("c") "Status: R\n\nbuy\n\n", 2},
};

static void enter(void)
{
	folder_enter();
	ck_assert_int_eq(setenv("XDG_STATE_HOME", "/nowhere", 1), 0);
	ck_assert_int_eq(setenv("TZ", "UTC", 1), 0);
}

/* Prune read mail of the file "box". */
static int prune(const char *archive, struct reeve_error *err)
{
	char state[200];
	struct reeve_query *query = reeve_query_compile("SEEN", 0, NULL);
	struct reeve_prune prune = {.query = query, .archive = archive, .root = "."};

	ck_assert_ptr_nonnull(getcwd(state, sizeof state));
	ck_assert_int_eq(setenv("XDG_STATE_HOME", state, 1), 0);
	int r = reeve_mbox_prune("box", &prune, NULL, err);
	reeve_query_free(query);
	return r;
}

static int count(const char *path)
{
	struct reeve_mbox *mbox = reeve_mbox_open(NULL, path, 0, NULL);
	struct reeve_message msg;
	int n = 0;

	while (mbox != NULL && reeve_mbox_next(mbox, &msg, NULL) > 0)
		n++;
	reeve_mbox_close(mbox);
	return n;
}

START_TEST(test_row)
{
	const struct row *row = &rows[_i];
	struct reeve_error err = {0};

	folder_write("box", row->box);
	if (row->old != NULL)
		folder_write("old", row->old);
	ck_assert_msg(prune("old", &err) == 0, "%s: %s", row->name, err.text);
	ck_assert_msg(strcmp(folder_read("old"), row->new) == 0, "%s:\n%s", row->name,
	              folder_read("old"));
	ck_assert_msg(count("old") == row->messages, "%s: %d messages", row->name, count("old"));
	ck_assert_int_eq(folder_count("old"), row->messages > 0); /* no lock is left */
}
END_TEST

static const struct {
	const char *archive;
	enum reeve_code code;
	const char *text;
} refusals[] = {
	{"box", REEVE_EREFUSED, "'box' is the mailbox itself"},
	{"./box", REEVE_EREFUSED, "'./box' is the mailbox itself"},
	{"link", REEVE_EREFUSED, "'link' is a symbolic link"},
	{"twice", REEVE_EREFUSED, "'twice' has 2 hard links"},
	{"fifo", REEVE_EREFUSED, "'fifo' is a FIFO"},
	{"folder", REEVE_EFORMAT, "'folder' is a folder, not an mbox file"},
	{"none/old", REEVE_EIO, "cannot open the folder 'none': No such file or directory"},
	{"text", REEVE_EFORMAT, "'text' is not an mbox"},
	{"", REEVE_EUSAGE, "no archive is named"},
	{"%", REEVE_EUSAGE, "'%': %Y, %m, %d, %H, %G, %V, %j, %y or %% must stand there, not '%'"},
	{"%Y-%c", REEVE_EUSAGE,
	 "'%Y-%c': %Y, %m, %d, %H, %G, %V, %j, %y or %% must stand there, not '%c'"},
	{"fifo%%", REEVE_EREFUSED, "'fifo%' is a FIFO"},
};

START_TEST(test_refusals)
{
	struct reeve_error err = {0};

	folder_write("box", A KEPT);
	folder_write("text", "Dear all,\n");
	folder_write("twice", A);
	ck_assert_int_eq(link("twice", "twice.2"), 0);
	ck_assert_int_eq(symlink("text", "link"), 0);
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	ck_assert_int_eq(mkfifo("fifo%", 0600), 0);
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	ck_assert_int_eq(prune(refusals[_i].archive, &err), -1);
	ck_assert_msg(err.code == refusals[_i].code &&
	                      strncmp(err.text, refusals[_i].text, strlen(refusals[_i].text)) == 0,
	              "'%s': %d, %s", refusals[_i].archive, (int)err.code, err.text);
	ck_assert_str_eq(folder_read("box"), A KEPT);
	ck_assert_str_eq(folder_read("text"), "Dear all,\n");
}
END_TEST

#define DATED(who, date) "From " who "  " date "\n" HEAD "\nx\n\n"
#define JANUARY  DATED("a", "Fri Jan 31 23:59:59 2025")
#define FEBRUARY DATED("b", "Sat Feb  1 00:00:00 2025")
#define PIECE    "From c  Mon Nov  3 10:00:00 2025\nStatus: R\n\nbuy\n\n"

START_TEST(test_dates)
{
	struct reeve_error err = {0};

	folder_write("box", JANUARY FEBRUARY KEPT JANUARY PIECE);
	ck_assert_msg(prune("old%%-%Y-%m", &err) == 0, "%s", err.text);
	ck_assert_str_eq(folder_read("old%-2025-01"), JANUARY JANUARY PIECE);
	ck_assert_str_eq(folder_read("old%-2025-02"), FEBRUARY);
	ck_assert_str_eq(folder_read("box"), KEPT);
	ck_assert_int_eq(folder_count("old"), 2);
}
END_TEST

/* More files than are open at once, each coming back after all the others. */
START_TEST(test_many_files)
{
	struct reeve_error err = {0};
	FILE *box = fopen("box", "w");

	ck_assert_ptr_nonnull(box);
	for (int i = 0; i < 120; i++)
		fprintf(box, "From %c  Sat Feb  1 00:00:00 %d\n" HEAD "\nx\n\n", 'a' + i / 40,
		        1980 + i % 40);
	fclose(box);
	ck_assert_msg(prune("old-%Y", &err) == 0, "%s", err.text);
	ck_assert_int_eq(folder_count("old"), 40);
	ck_assert_str_eq(folder_read("old-1980"), DATED("a", "Sat Feb  1 00:00:00 1980")
	                 DATED("b", "Sat Feb  1 00:00:00 1980") DATED("c", "Sat Feb  1 00:00:00 1980"));
	ck_assert_str_eq(folder_read("box"), "");
}
END_TEST

/* No room: all is as it was, in the box and in the archives. */
START_TEST(test_no_room)
{
	struct rlimit limit = {150, 150};
	struct reeve_error err = {0};

	folder_write("box", A B A KEPT);
	folder_write("old-10", B);
	folder_write("box.2", JANUARY FEBRUARY A B A KEPT);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);

	ck_assert_int_eq(prune("old-10", &err), -1);
	ck_assert_str_eq(err.text, "nothing is removed, since it cannot be archived: 'old-10': "
	                           "cannot write: File too large");
	ck_assert_str_eq(folder_read("old-10"), B);
	ck_assert_str_eq(folder_read("box"), A B A KEPT);

	ck_assert_int_eq(rename("box.2", "box"), 0);
	ck_assert_int_eq(prune("old-%m", &err), -1);
	ck_assert_int_eq(folder_count("old"), 1);
	ck_assert_str_eq(folder_read("box"), JANUARY FEBRUARY A B A KEPT);
}
END_TEST

/* The prune fails after the archive was written: it is taken back. */
START_TEST(test_take_back)
{
	struct reeve_error err = {0};

	folder_write("box", A KEPT);
	folder_write("old", B);
	/* No folder of journals can be made. */
	folder_write("var", "");
	folder_write("mailreeve", "");
	ck_assert_int_eq(prune("old", &err), -1);
	ck_assert_str_eq(folder_read("box"), A KEPT);
	ck_assert_str_eq(folder_read("old"), B);
	ck_assert_int_eq(prune("new", &err), -1);
	ck_assert_int_eq(folder_count("new"), 0);
}
END_TEST

/* Whose file is believed, and whose symbolic links. */
START_TEST(test_owners)
{
	struct reeve_error err = {0};

	folder_write("box", A KEPT);
	folder_write("old", B);
	ck_assert_int_eq(chown("old", 12345, 0), 0);
	ck_assert_int_eq(prune("old", &err), -1);
	ck_assert_str_eq(err.text, "'old' belongs to somebody else (uid 12345)");
	ck_assert_str_eq(folder_read("old"), B);

	ck_assert_int_eq(mkdir("real", 0755), 0);
	ck_assert_int_eq(symlink("real", "ours"), 0);
	ck_assert_int_eq(symlink("ours", "theirs"), 0);
	ck_assert_int_eq(lchown("theirs", 12345, 0), 0);
	ck_assert_int_eq(prune("./theirs/new", &err), -1);
	ck_assert_str_eq(err.text, "on the way to the folder './theirs' uid 12345 made a symbolic "
	                           "link to 'ours'");
	ck_assert_msg(prune("./ours/../ours/new", &err) == 0, "%s", err.text);
	ck_assert_str_eq(folder_read("real/new"), A);

	/* For the owner of the box his own archive is one. */
	folder_write("box", A KEPT);
	ck_assert_int_eq(chown("box", 12345, 0), 0);
	ck_assert_int_eq(chown(".", 12345, 0), 0);
	ck_assert_msg(prune("old", &err) == 0, "%s", err.text);
	ck_assert_str_eq(folder_read("old"), B A);

	struct stat st;
	ck_assert_int_eq(stat("real/new", &st), 0);
	ck_assert_int_eq(st.st_uid, 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
}
END_TEST

/* When mail comes while what goes is archived, and whose lock the archive had then. */
struct watch {
	struct stat lock;
	bool has_seen, has_changed;
};

static bool deliver_once(void *user)
{
	struct watch *watch = user;
	struct stat now;

	if (stat("old.lock", &now) < 0)
		return false;
	if (watch->has_seen) {
		watch->has_changed |= now.st_mtim.tv_sec != watch->lock.st_mtim.tv_sec ||
		                      now.st_mtim.tv_nsec != watch->lock.st_mtim.tv_nsec;
		return false;
	}
	watch->has_seen = true;
	watch->lock = now;
	FILE *box = fopen("box", "a");
	fputs(B, box);
	fclose(box);
	return false;
}

/*
 * The archive is locked before the box, and not let go in between: two prunes into the same
 * archive waited for each other, each with one of both in hand.
 */
START_TEST(test_changed_meanwhile)
{
	struct watch watch = {0};
	struct reeve_query *query = reeve_query_compile("SEEN", 0, NULL);
	struct reeve_prune prune = {
		.query = query,
		.archive = "old",
		.root = ".",
		.talk = {.cancel = deliver_once, .user = &watch},
	};
	struct reeve_error err = {0};

	folder_write("box", A KEPT);
	if (_i > 0)
		folder_write("old", FROM("c") "\nground"); /* which has to be ended, twice */
	ck_assert_msg(reeve_mbox_prune("box", &prune, NULL, &err) == 0, "%s", err.text);
	ck_assert(watch.has_seen);
	ck_assert(!watch.has_changed);
	ck_assert_str_eq(folder_read("old"), _i > 0 ? FROM("c") "\nground\n\n" A B : A B);
	ck_assert_str_eq(folder_read("box"), KEPT);
	reeve_query_free(query);
}
END_TEST

Suite *suite_archive(void)
{
	Suite *suite = suite_create("mbox/archive");
	TCase *tc = tcase_create("archive");

	tcase_add_checked_fixture(tc, enter, folder_leave);
	tcase_add_loop_test(tc, test_row, 0, (int)(sizeof rows / sizeof rows[0]));
	tcase_add_loop_test(tc, test_refusals, 0, (int)(sizeof refusals / sizeof refusals[0]));
	tcase_add_test(tc, test_dates);
	tcase_add_test(tc, test_many_files);
	tcase_add_test(tc, test_no_room);
	tcase_add_test(tc, test_take_back);
	tcase_add_loop_test(tc, test_changed_meanwhile, 0, 2);
	if (geteuid() == 0)
		tcase_add_test(tc, test_owners);
	else
		unit_skip(1, "owners of archives: only root can make files of others");
	suite_add_tcase(suite, tc);
	return suite;
}
