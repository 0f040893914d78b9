/* SPDX-License-Identifier: MIT */
/* Adding to a file, or cutting it back, also beside programs that know no locks. */
#include "base/append.h"
#include "folder.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct reeve_append *add(const char *path, const char *text, struct reeve_error *err)
{
	struct reeve_append_how how = {.path = path, .owner = geteuid()};
	struct reeve_append *a = reeve_append_open(&how, err);

	if (a != NULL && text != NULL)
		ck_assert_int_eq(reeve_append_write(a, text, strlen(text), err), 0);
	return a;
}

START_TEST(test_add)
{
	struct reeve_error err = {0};
	struct stat st;

	umask(0);
	for (int i = 0; i < 2; i++) {
		struct reeve_append *a = add("old", i == 0 ? "one\n" : "two\n", &err);
		ck_assert_msg(a != NULL, "%s", err.text);
		ck_assert_int_eq(folder_count("old.lock"), 1);
		ck_assert_int_eq(reeve_append_flush(a, &err), 0);
		reeve_append_close(a);
	}
	ck_assert_str_eq(folder_read("old"), "one\ntwo\n");
	ck_assert_int_eq(folder_count("old"), 1);
	ck_assert_int_eq(stat("old", &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
}
END_TEST

START_TEST(test_undo)
{
	struct reeve_append *a = add("new", "one\n", NULL);

	ck_assert_int_eq(reeve_append_flush(a, NULL), 0);
	reeve_append_undo(a);
	reeve_append_close(a);
	ck_assert_int_eq(folder_count("new"), 0);

	folder_write("old", "there\n");
	a = add("old", "one\n", NULL);
	reeve_append_undo(a);
	reeve_append_close(a);
	ck_assert_str_eq(folder_read("old"), "there\n");
}
END_TEST

/* Closed in between: undone if nobody else added something meanwhile. */
START_TEST(test_recall)
{
	folder_write("old", "there\n");
	for (int i = 0; i < 2; i++) {
		struct reeve_append *a = add("old", "one\n", NULL);
		struct reeve_append_memory memory = reeve_append_remember(a);
		reeve_append_close(a);
		if (i == 1)
			folder_write("old", "there\none\nelse\n");
		a = add("old", "two\n", NULL);
		reeve_append_close(a);
		a = add("old", NULL, NULL);
		memory.size += i == 0 ? 4 : 0; /* as it was let go the second time */
		reeve_append_recall(a, &memory);
		reeve_append_undo(a);
		reeve_append_close(a);
		ck_assert_str_eq(folder_read("old"),
		                 i == 0 ? "there\n" : "there\none\nelse\ntwo\n");
	}
}
END_TEST

/* Somebody who locks nothing writes to it: his bytes stay. */
START_TEST(test_other_writer)
{
	struct reeve_error err = {0};
	struct reeve_append *a = add("old", "one\n", NULL);
	int fd = open("old", O_WRONLY | O_APPEND);

	ck_assert_int_eq(write(fd, "his\n", 4), 4);
	close(fd);
	ck_assert_int_eq(reeve_append_flush(a, &err), -1);
	ck_assert_int_eq(err.code, REEVE_ECHANGED);
	reeve_append_undo(a);
	reeve_append_close(a);
	ck_assert_str_eq(folder_read("old"), "one\nhis\n");
}
END_TEST

/* Rotated away: what was added would be gone once we close it. */
START_TEST(test_removed)
{
	struct reeve_error err = {0};
	struct reeve_append *a = add("old", "one\n", NULL);

	ck_assert_int_eq(unlink("old"), 0);
	ck_assert_int_eq(reeve_append_flush(a, &err), -1);
	ck_assert_int_eq(err.code, REEVE_ECHANGED);
	reeve_append_undo(a);
	reeve_append_close(a);
}
END_TEST

START_TEST(test_busy)
{
	struct reeve_error err = {0};
	struct reeve_append *a = add("new", NULL, NULL);

	ck_assert_ptr_null(add("new", NULL, &err));
	ck_assert_int_eq(err.code, REEVE_EBUSY);
	reeve_append_undo(a);
	reeve_append_close(a);
	ck_assert_int_eq(folder_count("new"), 0);
}
END_TEST

/* We made the file, but another took its lock first: what he adds must not lose its name. */
START_TEST(test_busy_new)
{
	struct reeve_error err = {0};

	folder_write("new.lock", "1");
	ck_assert_ptr_null(add("new", NULL, &err));
	ck_assert_int_eq(err.code, REEVE_EBUSY);
	ck_assert_int_eq(access("new", F_OK), 0);
}
END_TEST

START_TEST(test_look)
{
	struct reeve_append_how how = {.path = "old", .owner = geteuid()};
	struct reeve_error err = {0};
	struct stat st;
	int fd;

	ck_assert_int_eq(reeve_append_look(&how, &fd, &err), 0);
	ck_assert_int_eq(fd, -1);
	ck_assert_int_eq(folder_count("old"), 0);
	folder_write("old", "there\n");
	ck_assert_int_eq(reeve_append_look(&how, &fd, &err), 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	close(fd);
	how.other = &st;
	ck_assert_int_eq(reeve_append_look(&how, &fd, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
}
END_TEST

Suite *suite_append(void)
{
	Suite *suite = suite_create("base/append");
	TCase *tc = tcase_create("append");

	tcase_add_checked_fixture(tc, folder_enter, folder_leave);
	tcase_add_test(tc, test_add);
	tcase_add_test(tc, test_undo);
	tcase_add_test(tc, test_recall);
	tcase_add_test(tc, test_other_writer);
	tcase_add_test(tc, test_removed);
	tcase_add_test(tc, test_busy);
	tcase_add_test(tc, test_busy_new);
	tcase_add_test(tc, test_look);
	suite_add_tcase(suite, tc);
	return suite;
}
