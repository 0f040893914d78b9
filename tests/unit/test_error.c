/* SPDX-License-Identifier: MIT */
/* Errors: one line of fixed size, the cause behind what it was for. */
#include "base/diag.h"
#include "base/error.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

START_TEST(fail_fills_code_and_text)
{
	struct reeve_error err = {.sys_errno = 5};

	ck_assert_int_eq(reeve_fail(&err, REEVE_EBUSY, "cannot lock '%s'", "/var/mail/ann"), -1);
	ck_assert_int_eq(err.code, REEVE_EBUSY);
	ck_assert_int_eq(err.sys_errno, 0);
	ck_assert_str_eq(err.text, "cannot lock '/var/mail/ann'");
}
END_TEST

START_TEST(text_is_one_line)
{
	struct reeve_error err;

	reeve_fail(&err, REEVE_EIO, "cannot open '%s'", "a\nb\033[2Jc\x7f\xc3\xa9");
	ck_assert_str_eq(err.text, "cannot open 'a?b?[2Jc?\xc3\xa9'");
}
END_TEST

START_TEST(errno_is_told_and_kept)
{
	struct reeve_error err;

	errno = ENOENT;
	ck_assert_int_eq(reeve_fail_errno(&err, "cannot open '%s'", "x"), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(err.code, REEVE_EIO);
	ck_assert_int_eq(err.sys_errno, ENOENT);
	ck_assert_str_eq(err.text, "cannot open 'x': No such file or directory");

	errno = ENOMEM;
	reeve_fail_errno(&err, "malloc");
	ck_assert_int_eq(err.code, REEVE_ENOMEM);
}
END_TEST

START_TEST(prefix_goes_in_front)
{
	struct reeve_error err;

	errno = EACCES;
	reeve_fail_errno(&err, "open");
	ck_assert_int_eq(reeve_fail_prefix(&err, "'%s'", "box"), -1);
	ck_assert_int_eq(err.code, REEVE_EIO);
	ck_assert_int_eq(err.sys_errno, EACCES);
	ck_assert_str_eq(err.text, "'box': open: Permission denied");
}
END_TEST

START_TEST(long_texts_are_cut)
{
	char name[3000];
	struct reeve_error err;

	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	reeve_fail(&err, REEVE_EIO, "%s", name);
	ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
	errno = EIO;
	reeve_fail_errno(&err, "%s", name);
	ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
	reeve_fail_prefix(&err, "front");
	ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
	ck_assert_int_eq(strncmp(err.text, "front: xxx", 10), 0);
}
END_TEST

START_TEST(nobody_looks)
{
	ck_assert_int_eq(reeve_fail(NULL, REEVE_EIO, "x"), -1);
	ck_assert_int_eq(reeve_fail_errno(NULL, "x"), -1);
	ck_assert_int_eq(reeve_fail_nomem(NULL), -1);
	ck_assert_int_eq(reeve_fail_prefix(NULL, "x"), -1);
}
END_TEST

static void keep_diag(void *user, const struct reeve_diag *diag)
{
	struct reeve_error *err = user;

	ck_assert_int_eq(diag->severity, REEVE_WARNING);
	ck_assert_str_eq(diag->file, "box");
	ck_assert_uint_eq(diag->line, 7);
	ck_assert_uint_eq(diag->column, 3);
	reeve_fail(err, REEVE_OK, "%s", diag->text);
}

static bool say_stop(void *user)
{
	(void)user;
	return true;
}

START_TEST(talk_is_optional)
{
	struct reeve_error err = {0};
	struct reeve_talk silence = {0};
	struct reeve_talk talk = {.diag = keep_diag, .cancel = say_stop, .user = &err};

	reeve_diag(NULL, REEVE_NOTE, "box", 0, 0, "nothing");
	reeve_diag(&silence, REEVE_NOTE, "box", 0, 0, "nothing");
	reeve_progress(NULL, "scan", 1, 2);
	reeve_progress(&silence, "scan", 1, 2);
	ck_assert(!reeve_canceled(NULL));
	ck_assert(!reeve_canceled(&silence));

	reeve_diag(&talk, REEVE_WARNING, "box", 7, 3, "piece %d", 4);
	ck_assert_str_eq(err.text, "piece 4");
	ck_assert(reeve_canceled(&talk));
}
END_TEST

Suite *suite_error(void)
{
	Suite *suite = suite_create("base/error, base/diag");
	TCase *tcase = tcase_create("errors");

	tcase_add_test(tcase, fail_fills_code_and_text);
	tcase_add_test(tcase, text_is_one_line);
	tcase_add_test(tcase, errno_is_told_and_kept);
	tcase_add_test(tcase, prefix_goes_in_front);
	tcase_add_test(tcase, long_texts_are_cut);
	tcase_add_test(tcase, nobody_looks);
	tcase_add_test(tcase, talk_is_optional);
	suite_add_tcase(suite, tcase);
	return suite;
}
