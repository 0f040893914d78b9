/* SPDX-License-Identifier: MIT */
/* Whole files: what is read, and what is refused. */
#include "base/whole.h"
#include "folder.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name, *path;
	size_t max;
	const char *bytes; /* NULL: it fails */
	enum reeve_code code;
	int sys_errno;
	const char *text;
} rows[] = {
	{"a file", "file", 100, "some text\n", REEVE_OK, 0, NULL},
	{"exactly as large as may be", "file", 10, "some text\n", REEVE_OK, 0, NULL},
	{"too large", "file", 9, NULL, REEVE_EFORMAT, 0,
         "'file' is too large: 10 bytes, at most 9"},
	{"empty", "empty", 0, "", REEVE_OK, 0, NULL},
	{"by a link", "link", 100, "some text\n", REEVE_OK, 0, NULL},
	{"missing", "none", 100, NULL, REEVE_EIO, ENOENT,
         "cannot open 'none': No such file or directory"},
	{"a folder", "folder", 100, NULL, REEVE_EFORMAT, 0, "'folder' is not a regular file"},
	{"nobody writes to the FIFO", "fifo", 100, NULL, REEVE_EFORMAT, 0,
         "'fifo' is not a regular file"},
};

static void enter(void)
{
	folder_enter();
	folder_write("file", "some text\n");
	folder_write("empty", "");
	ck_assert_int_eq(symlink("file", "link"), 0);
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
}

START_TEST(table)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reeve_whole whole;
		struct reeve_error err = {0};
		int ret = reeve_whole_read(&whole, rows[i].path, rows[i].max, &err);

		ck_assert_msg(ret == (rows[i].bytes != NULL ? 0 : -1), "%s", rows[i].name);
		if (rows[i].bytes != NULL) {
			ck_assert_msg(whole.size == strlen(rows[i].bytes) &&
			              memcmp(whole.bytes, rows[i].bytes, whole.size) == 0,
			              "%s", rows[i].name);
			ck_assert_msg((size_t)whole.st.st_size == whole.size, "%s", rows[i].name);
		} else {
			ck_assert_msg(err.code == rows[i].code, "%s: code %d", rows[i].name, err.code);
			ck_assert_msg(err.sys_errno == rows[i].sys_errno, "%s", rows[i].name);
			ck_assert_str_eq(err.text, rows[i].text);
			ck_assert_msg(whole.bytes == NULL, "%s", rows[i].name);
		}
		reeve_whole_dispose(&whole);
	}
}
END_TEST

/* From the beginning, wherever the descriptor stands, which stays open. */
START_TEST(open_file)
{
	int fd = open("file", O_RDONLY);
	struct reeve_whole whole;

	ck_assert_int_eq(lseek(fd, 5, SEEK_SET), 5);
	ck_assert_int_eq(reeve_whole_read_fd(&whole, fd, "file", 100, NULL), 0);
	ck_assert_mem_eq(whole.bytes, "some text\n", 10);
	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 5);
	close(fd);
	reeve_whole_dispose(&whole);
	reeve_whole_dispose(&whole);
}
END_TEST

Suite *suite_whole(void)
{
	Suite *suite = suite_create("base/whole");
	TCase *tcase = tcase_create("whole");

	tcase_add_checked_fixture(tcase, enter, folder_leave);
	tcase_add_test(tcase, table);
	tcase_add_test(tcase, open_file);
	suite_add_tcase(suite, tcase);
	return suite;
}
