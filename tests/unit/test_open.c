/* SPDX-License-Identifier: MIT */
/* What base/open.c refuses, also when it is put in place behind its back. */
#include "base/open.h"
#include "folder.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Relative to the test's folder. */
static const struct {
	const char *path;
	enum reeve_code code;
	const char *text; /* NULL: it opens */
} refusals[] = {
	{"ann", REEVE_OK, NULL},
	{"./ann", REEVE_OK, NULL},
	{"linked-folder/ann", REEVE_OK, NULL},
	{"link", REEVE_EREFUSED, "'link' is a symbolic link"},
	{"dangling", REEVE_EREFUSED, "'dangling' is a symbolic link"},
	{"linked-folder/", REEVE_EREFUSED, "'linked-folder' is a symbolic link"},
	{"twice", REEVE_EREFUSED, "'twice' has 2 hard links"},
	{"fifo", REEVE_EREFUSED, "'fifo' is a FIFO"},
	{"/dev/null", REEVE_EREFUSED, "'/dev/null' is a device"},
	{"folder", REEVE_EFORMAT, "'folder' is a folder, not an mbox file"},
	{"folder//", REEVE_EFORMAT, "'folder' is a folder, not an mbox file"},
	{"maildir", REEVE_EFORMAT,
         "'maildir' is a Maildir (messages are files in cur/ and new/); mailreeve cleans mbox "
         "files"},
	{".", REEVE_EFORMAT, "'.' is a folder, not an mbox file"},
	{"folder/..", REEVE_EFORMAT, "'folder/..' is a folder, not an mbox file"},
	{"/", REEVE_EFORMAT, "'/' is a folder, not an mbox file"},
	{"", REEVE_EUSAGE, "no file is named"},
	{"ann/", REEVE_EIO, "cannot open 'ann/': Not a directory"},
	{"none", REEVE_EIO, "cannot open 'none': No such file or directory"},
	{"none/ann", REEVE_EIO, "cannot open the folder 'none': No such file or directory"},
	{"ann/ann", REEVE_EIO, "cannot open the folder 'ann': Not a directory"},
};

static void enter(void)
{
	folder_enter();
	folder_write("ann", "From a\n");
	folder_write("bob", "From b\n");
	folder_write("twice", "From t\n");
	ck_assert_int_eq(link("twice", "twice.2"), 0);
	ck_assert_int_eq(symlink("ann", "link"), 0);
	ck_assert_int_eq(symlink("gone", "dangling"), 0);
	ck_assert_int_eq(symlink(".", "linked-folder"), 0);
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	ck_assert_int_eq(mkdir("maildir", 0700), 0);
	ck_assert_int_eq(mkdir("maildir/cur", 0700), 0);
	ck_assert_int_eq(mkdir("maildir/new", 0700), 0);
}

/* Files of the machine and of the root have different bytes; what is read tells which it was. */
START_TEST(test_in_root)
{
	static const struct {
		const char *root, *path;
		const char *text; /* NULL: not found */
	} rows[] = {
		{NULL, "root/plain", "root\n"},
		{"", "root/plain", "root\n"},
		{"root", "root/plain", "root\n"},
		{"root//", "root/absolute", "root\n"},
		{"root", "root/up", "root\n"},
		{"root", "root/folder/plain", "root\n"},
		{"root", "root/none", NULL},
		{"root", "outside", "outside\n"},
		{"roo", "root/plain", "root\n"},
		{"root", "root/outside", NULL},
	};

	folder_enter();
	ck_assert_int_eq(mkdir("root", 0700), 0);
	folder_write("root/plain", "root\n");
	folder_write("outside", "outside\n");
	ck_assert_int_eq(symlink("/plain", "root/absolute"), 0);
	ck_assert_int_eq(symlink("../../plain", "root/up"), 0);
	ck_assert_int_eq(symlink("/", "root/folder"), 0);
	ck_assert_int_eq(symlink("../outside", "root/outside"), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[32] = "";
		int fd = reeve_open_in_root(rows[i].root, rows[i].path);

		ck_assert_msg((fd >= 0) == (rows[i].text != NULL), "%s in %s", rows[i].path,
		              rows[i].root);
		if (fd < 0)
			continue;
		ck_assert_int_ge(read(fd, text, sizeof text - 1), 0);
		close(fd);
		ck_assert_msg(strcmp(text, rows[i].text) == 0, "%s: %s", rows[i].path, text);
	}
}
END_TEST

START_TEST(test_refusals)
{
	struct reeve_place place;
	struct reeve_error err = {0};
	int answer = reeve_place_open(&place, NULL, refusals[_i].path, &err);

	if (refusals[_i].text != NULL) {
		ck_assert_int_eq(answer, -1);
		ck_assert_str_eq(err.text, refusals[_i].text);
		ck_assert_int_eq(err.code, refusals[_i].code);
	} else {
		ck_assert_msg(answer == 0, "%s: %s", refusals[_i].path, err.text);
		int fd = reeve_place_file(&place, O_RDWR, &err);
		ck_assert_msg(fd >= 0, "%s: %s", refusals[_i].path, err.text);
		ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
		ck_assert(reeve_place_still(&place, fd));
		close(fd);
	}
	reeve_place_close(&place);
}
END_TEST

/* A folder, where one is asked for; what is refused of files is refused. */
START_TEST(test_any)
{
	struct reeve_place place;
	struct reeve_error err = {0};
	int fd;

	ck_assert_int_eq(mkdir("spool", 0700), 0);
	ck_assert_int_eq(symlink("spool", "to-spool"), 0);
	ck_assert_int_eq(reeve_place_any(&place, NULL, "spool", &err), 0);
	fd = reeve_place_file(&place, O_RDONLY, &err);
	ck_assert_msg(fd >= 0, "%s", err.text);
	ck_assert(reeve_place_still(&place, fd));
	ck_assert_int_eq(rename("spool", "other") + mkdir("spool", 0700), 0);
	ck_assert(!reeve_place_still(&place, fd));
	close(fd);
	reeve_place_close(&place);
	ck_assert_int_eq(reeve_place_any(&place, NULL, "to-spool", &err), -1);
	ck_assert_str_eq(err.text, "'to-spool' is a symbolic link");
	ck_assert_int_eq(reeve_place_any(&place, NULL, "none", &err), -1);
	ck_assert_int_eq(err.sys_errno, ENOENT);
}
END_TEST

static void put_file(void)
{
	ck_assert_int_eq(rename("bob", "ann"), 0);
}

static void put_link(void)
{
	ck_assert_int_eq(rename("link", "ann"), 0);
}

/* What it leads to is the file that was looked at: only O_NOFOLLOW sees this one. */
static void put_link_to_same(void)
{
	ck_assert_int_eq(rename("ann", "ann.real"), 0);
	ck_assert_int_eq(symlink("ann.real", "ann"), 0);
}

static void put_fifo(void)
{
	ck_assert_int_eq(rename("fifo", "ann"), 0);
}

static void put_nothing(void)
{
	ck_assert_int_eq(unlink("ann"), 0);
}

static void put_name(void)
{
	ck_assert_int_eq(link("ann", "ann.2"), 0);
}

/* Done between our look and our open, and between our open and our second look. */
static const struct {
	const char *name;
	void (*change)(void);
	enum reeve_code code;
	const char *text;
} changes[] = {
	{"another file", put_file, REEVE_ECHANGED, "'ann' was replaced by another file meanwhile"},
	{"a symbolic link", put_link, REEVE_EREFUSED, "'ann' is a symbolic link"},
	{"a link to the same file", put_link_to_same, REEVE_EREFUSED, "'ann' is a symbolic link"},
	{"a FIFO", put_fifo, REEVE_ECHANGED, "'ann' was replaced by another file meanwhile"},
	{"nothing", put_nothing, REEVE_EIO, "cannot open 'ann': No such file or directory"},
	{"a second name", put_name, REEVE_EREFUSED, "'ann' has 2 hard links"},
};

START_TEST(test_replaced_before_open)
{
	struct reeve_place place;
	struct reeve_error err = {0};

	ck_assert_int_eq(reeve_place_open(&place, NULL, "ann", &err), 0);
	changes[_i].change();
	ck_assert_msg(reeve_place_file(&place, O_RDONLY, &err) == -1, "%s", changes[_i].name);
	ck_assert_str_eq(err.text, changes[_i].text);
	ck_assert_int_eq(err.code, changes[_i].code);
	reeve_place_close(&place);
}
END_TEST

START_TEST(test_replaced_after_open)
{
	struct reeve_place place;
	struct reeve_error err = {0};

	ck_assert_int_eq(reeve_place_open(&place, NULL, "ann", &err), 0);
	int fd = reeve_place_file(&place, O_RDWR, &err);
	ck_assert_int_ge(fd, 0);
	ck_assert(reeve_place_still(&place, fd));
	changes[_i].change();
	ck_assert_msg(!reeve_place_still(&place, fd), "%s", changes[_i].name);
	close(fd);
	reeve_place_close(&place);
}
END_TEST

/* Times of a box with new mail in it: atime below mtime, where even relatime moves atime. */
static const struct timespec unread[2] = {{.tv_sec = 1000000000, .tv_nsec = 5},
                                          {.tv_sec = 1100000000}};

static void check_atime(int fd)
{
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_atim.tv_sec, unread[0].tv_sec);
	ck_assert_int_eq(st.st_atim.tv_nsec, unread[0].tv_nsec);
	ck_assert_int_eq(st.st_mtim.tv_sec, unread[1].tv_sec);
}

START_TEST(test_reading_leaves_atime)
{
	struct reeve_place place;
	char byte;

	ck_assert_int_eq(utimensat(AT_FDCWD, "ann", unread, 0), 0);
	ck_assert_int_eq(reeve_place_open(&place, NULL, "ann", NULL), 0);
	int fd = reeve_place_file(&place, O_RDONLY, NULL);
	ck_assert_int_eq(read(fd, &byte, 1), 1);
	check_atime(fd);
	ck_assert(reeve_place_keep_atime(&place, fd));
	close(fd);

	/* As where O_NOATIME is refused. */
	fd = open("ann", O_RDONLY);
	ck_assert_int_eq(read(fd, &byte, 1), 1);
	ck_assert(reeve_place_keep_atime(&place, fd));
	check_atime(fd);
	close(fd);
	reeve_place_close(&place);
}
END_TEST

START_TEST(test_close_nothing)
{
	struct reeve_place empty = {0};

	reeve_place_close(NULL);
	reeve_place_close(&empty);
	ck_assert_int_ge(fcntl(0, F_GETFD), 0);
}
END_TEST

Suite *suite_open(void)
{
	Suite *suite = suite_create("base/open");
	TCase *cases = tcase_create("open");

	tcase_add_checked_fixture(cases, enter, folder_leave);
	tcase_add_loop_test(cases, test_refusals, 0, sizeof refusals / sizeof refusals[0]);
	tcase_add_test(cases, test_any);
	tcase_add_test(cases, test_in_root);
	tcase_add_loop_test(cases, test_replaced_before_open, 0,
	                    sizeof changes / sizeof changes[0]);
	tcase_add_loop_test(cases, test_replaced_after_open, 0, sizeof changes / sizeof changes[0]);
	tcase_add_test(cases, test_reading_leaves_atime);
	tcase_add_test(cases, test_close_nothing);
	suite_add_tcase(suite, cases);
	return suite;
}
