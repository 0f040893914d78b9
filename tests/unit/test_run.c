/* SPDX-License-Identifier: MIT */
/* Programs that answer, fail, hang, and leave children behind. */
#include "base/run.h"

#include "folder.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const struct row {
	const char *name, *script;
	int64_t timeout_ms;
	enum reeve_run_end end;
	int status;
	const char *out, *err;
} rows[] = {
	{"answers", "echo out; echo err >&2; exit 3", 9000, REEVE_RUN_EXITED, 3, "out\n", "err\n"},
	{"is killed", "kill -TERM $$", 9000, REEVE_RUN_KILLED, SIGTERM, "", ""},
	{"hangs", "echo out; sleep 60 & sleep 60", 50, REEVE_RUN_TOO_LONG, 0, "out\n", ""},
	{"closes all, and hangs", "exec >&- 2>&-; sleep 60", 50, REEVE_RUN_TOO_LONG, 0, "", ""},
	{"leaves a child that has its pipes", "echo out; sleep 1 & exit 0", 9000, REEVE_RUN_EXITED,
         0, "out\n", ""},
	{"says much", "yes 0123456789 | head -n 100000 >&2; echo end", 9000, REEVE_RUN_EXITED, 0,
         "end\n", "0123456789\n0123456789\n0123456789\n0123456789\n0123456789\n012345678"},
	{"environment, input, folder", "env | grep -v '^_=' | sort; cat; pwd", 9000,
         REEVE_RUN_EXITED, 0,
         "LC_ALL=C\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nPWD=/\n/\n",
         ""},
};

START_TEST(test_run)
{
	const struct row *row = &rows[_i];
	const char *const argv[] = {"/bin/sh", "-c", row->script, NULL};
	struct reeve_run_answer answer;
	struct reeve_error err = {0};
	struct reeve_buf out, said;
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	reeve_buf_init(&out, 1000);
	reeve_buf_init(&said, 64);
	struct reeve_run_how how = {
		.argv = argv, .out = &out, .err = &said, .timeout_ms = row->timeout_ms};
	ck_assert_msg(reeve_run(&how, &answer, &err) == 0, "%s: %s", row->name, err.text);
	ck_assert_msg(answer.end == row->end && answer.status == row->status, "%s: %d %d",
	              row->name, answer.end, answer.status);
	ck_assert_str_eq(reeve_buf_text(&out), row->out);
	ck_assert_str_eq(reeve_buf_text(&said), row->err);
	reeve_buf_dispose(&out);
	reeve_buf_dispose(&said);
	clock_gettime(CLOCK_MONOTONIC, &end);
	ck_assert_int_lt(end.tv_sec - begin.tv_sec, 10);
}
END_TEST

/* Files handed on, in either order of their numbers. */
START_TEST(test_fds)
{
	static const char *const argv[] = {"/bin/sh", "-c", "cat /dev/fd/4 /dev/fd/3", NULL};
	struct reeve_run_answer answer;
	struct reeve_buf out;
	int fds[2];

	folder_write("a", "a\n");
	folder_write("b", "b\n");
	fds[_i] = open("a", O_RDONLY | O_CLOEXEC);
	fds[!_i] = open("b", O_RDONLY | O_CLOEXEC);
	reeve_buf_init(&out, 1000);
	struct reeve_run_how how = {
		.argv = argv, .fds = fds, .fd_count = 2, .out = &out, .timeout_ms = 9000};
	ck_assert_int_eq(reeve_run(&how, &answer, NULL), 0);
	ck_assert_str_eq(reeve_buf_text(&out), _i == 0 ? "b\na\n" : "a\nb\n");
	reeve_buf_dispose(&out);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

static bool fail_to_prepare(void *user)
{
	(void)user;
	errno = EPERM;
	return false;
}

START_TEST(test_not)
{
	static const char *const argv[] = {"/no/such", NULL};
	struct reeve_run_answer answer;
	struct reeve_run_how how = {.argv = argv, .timeout_ms = 9000};

	ck_assert_int_eq(reeve_run(&how, &answer, NULL), 0);
	ck_assert_int_eq(answer.end, REEVE_RUN_NOT);
	ck_assert_int_eq(answer.status, ENOENT);
	how.prepare = fail_to_prepare;
	ck_assert_int_eq(reeve_run(&how, &answer, NULL), 0);
	ck_assert_int_eq(answer.end, REEVE_RUN_NOT);
	ck_assert_int_eq(answer.status, EPERM);
}
END_TEST

static bool stop(void *user)
{
	return (*(int *)user)++ > 0;
}

/* Stopped; and who asked ignores SIGINT, which the program does not. */
START_TEST(test_stop)
{
	static const char *const argv[] = {"/bin/sh", "-c", "sleep 60", NULL};
	int asked = 0;
	const struct reeve_talk talk = {.cancel = stop, .user = &asked};
	struct reeve_run_answer answer;
	struct reeve_run_how how = {.argv = argv, .timeout_ms = 9000, .talk = &talk};

	ck_assert_int_eq(reeve_run(&how, &answer, NULL), 0);
	ck_assert_int_eq(answer.end, REEVE_RUN_STOPPED);

	static const char *const ints[] = {"/bin/sh", "-c", "kill -INT $$; exit 0", NULL};
	signal(SIGINT, SIG_IGN);
	how = (struct reeve_run_how){.argv = ints, .timeout_ms = 9000};
	ck_assert_int_eq(reeve_run(&how, &answer, NULL), 0);
	ck_assert_int_eq(answer.end, REEVE_RUN_KILLED);
	ck_assert_int_eq(answer.status, SIGINT);
	signal(SIGINT, SIG_DFL);
}
END_TEST

/* What is given to it, more than a pipe holds: read, thrown back, left alone, not even open. */
static const struct input_row {
	const char *name, *script;
	int64_t timeout_ms;
	enum reeve_run_end end;
	const char *out;
	size_t input_n;
} input_rows[] = {
	{"is read", "wc -c", 9000, REEVE_RUN_EXITED, "300000\n", 300000},
	{"is short", "cat; echo .", 9000, REEVE_RUN_EXITED, "xx.\n", 2},
	{"is empty", "wc -c", 9000, REEVE_RUN_EXITED, "0\n", 0},
	{"comes back while it is given", "tee /dev/stderr | wc -c", 9000, REEVE_RUN_EXITED,
         "300000\n", 300000},
	{"is not read", "echo out", 9000, REEVE_RUN_EXITED, "out\n", 300000},
	{"is read in part", "head -c 5; exec <&-; sleep 0.1; echo", 9000, REEVE_RUN_EXITED,
         "xxxxx\n", 300000},
	{"is waited for by nobody", "sleep 60", 50, REEVE_RUN_TOO_LONG, "", 300000},
	{"is read by a child that stays", "sleep 1 <&0 & exit 0", 9000, REEVE_RUN_EXITED, "",
         300000},
};

START_TEST(test_input)
{
	const struct input_row *row = &input_rows[_i];
	const char *const argv[] = {"/bin/sh", "-c", row->script, NULL};
	char *input = malloc(row->input_n + 1);
	struct reeve_run_answer answer;
	struct reeve_buf out, said;
	sigset_t before, after;

	memset(input, 'x', row->input_n);
	reeve_buf_init(&out, 1000);
	reeve_buf_init(&said, 1000);
	sigprocmask(SIG_SETMASK, NULL, &before);
	struct reeve_run_how how = {.argv = argv,
	                            .input = input,
	                            .input_n = row->input_n,
	                            .out = &out,
	                            .err = &said,
	                            .timeout_ms = row->timeout_ms};
	ck_assert_int_eq(reeve_run(&how, &answer, NULL), 0);
	ck_assert_msg(answer.end == row->end && answer.status == 0, "%s: %d %d", row->name,
	              answer.end, answer.status);
	ck_assert_msg(strcmp(reeve_buf_text(&out), row->out) == 0, "%s: %s", row->name,
	              reeve_buf_text(&out));
	/* We were not killed, and nothing of it is left for the caller. */
	sigprocmask(SIG_SETMASK, NULL, &after);
	ck_assert_int_eq(sigismember(&before, SIGPIPE), sigismember(&after, SIGPIPE));
	sigpending(&after);
	ck_assert(!sigismember(&after, SIGPIPE));
	reeve_buf_dispose(&out);
	reeve_buf_dispose(&said);
	free(input);
}
END_TEST

/* A child of the program talks for as long as somebody listens. */
START_TEST(test_talks_on)
{
	static const char *const argv[] = {"/bin/sh", "-c", "echo out; yes & exit 3", NULL};
	struct reeve_run_answer answer;
	struct reeve_buf out;

	reeve_buf_init(&out, 4);
	struct reeve_run_how how = {.argv = argv, .out = &out, .timeout_ms = 9000};
	ck_assert_int_eq(reeve_run(&how, &answer, NULL), 0);
	ck_assert_int_eq(answer.end, REEVE_RUN_EXITED);
	ck_assert_int_eq(answer.status, 3);
	ck_assert_str_eq(reeve_buf_text(&out), "out\n");
	reeve_buf_dispose(&out);
}
END_TEST

START_TEST(test_find)
{
	char buf[200];

	ck_assert_str_eq(reeve_run_find(NULL, "sh", buf, sizeof buf) != NULL ? "found" : "",
	                 "found");
	ck_assert_ptr_null(reeve_run_find(NULL, "no-such-program", buf, sizeof buf));
	ck_assert_ptr_null(reeve_run_find("r", "sh", buf, sizeof buf));
	ck_assert_int_eq(mkdir("r", 0755), 0);
	ck_assert_int_eq(mkdir("r/usr", 0755), 0);
	ck_assert_int_eq(mkdir("r/usr/bin", 0755), 0);
	folder_write("r/usr/bin/sh", "");
	ck_assert_ptr_null(reeve_run_find("r", "sh", buf, sizeof buf));
	ck_assert_int_eq(chmod("r/usr/bin/sh", 0755), 0);
	ck_assert_str_eq(reeve_run_find("r", "sh", buf, sizeof buf), "/usr/bin/sh");
	/* A link leads somewhere in the root, which cannot be seen from here. */
	ck_assert_int_eq(symlink("/no/such", "r/usr/bin/diff"), 0);
	ck_assert_str_eq(reeve_run_find("r", "diff", buf, sizeof buf), "/usr/bin/diff");
}
END_TEST

Suite *suite_run(void)
{
	Suite *suite = suite_create("base/run");
	TCase *tc = tcase_create("run");

	tcase_add_checked_fixture(tc, folder_enter, folder_leave);
	tcase_add_loop_test(tc, test_run, 0, sizeof rows / sizeof rows[0]);
	tcase_add_loop_test(tc, test_fds, 0, 2);
	tcase_add_loop_test(tc, test_input, 0, sizeof input_rows / sizeof input_rows[0]);
	tcase_add_test(tc, test_talks_on);
	tcase_add_test(tc, test_not);
	tcase_add_test(tc, test_stop);
	tcase_add_test(tc, test_find);
	suite_add_tcase(suite, tc);
	return suite;
}
