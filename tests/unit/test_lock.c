/* SPDX-License-Identifier: MIT */
/* Both locks of a mailbox against other processes that hold one, or take them the other way. */
#include "base/lock.h"
#include "folder.h"
#include "lock_box.h"
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

START_TEST(test_take_and_release)
{
	struct reeve_error err = {0};
	char pid[32];
	int fd = lock_open_box();
	struct reeve_lock *lock = reeve_lock_take("ann", -1, fd, 0, NULL, &err);

	ck_assert_msg(lock != NULL, "%s", err.text);
	snprintf(pid, sizeof pid, "%d\n", getpid());
	ck_assert_str_eq(folder_read("ann.lock"), pid);
	ck_assert(!lock_fcntl_is_free());
	ck_assert_int_eq(folder_count(".lk"), 0);
	ck_assert_int_lt(reeve_lock_wait_ms(lock), 100);

	/* POSIX locks die with any descriptor of the file; ours must not. */
	close(lock_open_box());
	ck_assert(!lock_fcntl_is_free());

	reeve_lock_release(lock);
	ck_assert_str_eq(folder_read("ann.lock"), "(none)");
	ck_assert(lock_fcntl_is_free());
	reeve_lock_release(NULL);
}
END_TEST

START_TEST(test_two_of_us)
{
	struct reeve_error err = {0};
	char text[64];
	int fd = lock_open_box(), other = lock_open_box();
	struct reeve_lock *lock = reeve_lock_take("ann", -1, fd, 0, NULL, &err);

	ck_assert_ptr_nonnull(lock);
	ck_assert_ptr_null(reeve_lock_take("ann", -1, other, 0, NULL, &err));
	snprintf(text, sizeof text, "cannot lock 'ann': held by pid %d (dotlock)", getpid());
	ck_assert_str_eq(err.text, text);
	ck_assert(!lock_fcntl_is_free());
	reeve_lock_release(lock);
}
END_TEST

/*
 * The parent takes the locks, forks the child that moves bytes, and dies. The child goes on: the
 * dotlock gets its pid, and it lets go of both.
 */
START_TEST(test_child_outlives_parent)
{
	int answer[2], fd = lock_open_box();
	char text[64] = "", pid[32];

	ck_assert_int_eq(pipe(answer), 0);
	pid_t parent = fork();
	if (parent == 0) {
		struct reeve_lock *lock = reeve_lock_take("ann", -1, fd, 0, NULL, NULL);
		pid_t self = getpid(), child = fork();

		if (child != 0)
			_exit(lock == NULL);
		close(answer[0]);
		while (kill(self, 0) == 0)
			usleep(1000);
		reeve_lock_touch(lock);
		dprintf(answer[1], "%d\n%s", getpid(), folder_read("ann.lock"));
		reeve_lock_release(lock);
		_exit(0);
	}
	close(answer[1]);
	waitpid(parent, NULL, 0);
	for (size_t n = 0, more;
	     (more = (size_t)read(answer[0], text + n, sizeof text - 1 - n)) > 0;)
		n += more;
	snprintf(pid, sizeof pid, "%.*s", (int)(strcspn(text, "\n") + 1), text);
	ck_assert_str_eq(text + strlen(pid), pid);
	ck_assert_str_eq(folder_read("ann.lock"), "(none)");
	ck_assert(lock_fcntl_is_free());
}
END_TEST

START_TEST(test_not_open_for_writing)
{
	struct reeve_error err = {0};

	ck_assert_ptr_null(reeve_lock_take("ann", -1, open("ann", O_RDONLY), 10000, NULL, &err));
	ck_assert_str_eq(err.text, "cannot lock 'ann': Bad file descriptor");
	ck_assert_int_eq(folder_count("ann.lock"), 0);
}
END_TEST

/* ---- others ---------------------------------------------------------------------------------- */

START_TEST(test_fcntl_held)
{
	struct reeve_error err = {0};
	char text[64];
	int fd = lock_open_box();

	lock_holder_start(_i == 0 ? F_WRLCK : F_RDLCK);
	int64_t start = now_ms();
	ck_assert_ptr_null(reeve_lock_take("ann", -1, fd, 80, NULL, &err));
	int64_t took = now_ms() - start;
	ck_assert_int_eq(err.code, REEVE_EBUSY);
	snprintf(text, sizeof text, "cannot lock 'ann': held by pid %d (fcntl)", lock_holder);
	ck_assert_str_eq(err.text, text);
	ck_assert_int_ge(took, 80);
	ck_assert_int_lt(took, 1500);
	ck_assert_str_eq(folder_read("ann.lock"), "(none)");

	lock_holder_stop();
	struct reeve_lock *lock = reeve_lock_take("ann", -1, fd, 0, NULL, &err);
	ck_assert_msg(lock != NULL, "%s", err.text);
	reeve_lock_release(lock);
}
END_TEST

static bool cancel_third(void *user)
{
	return ++*(int *)user == 3;
}

START_TEST(test_cancel)
{
	int asked = 0;
	struct reeve_talk talk = {.cancel = cancel_third, .user = &asked};
	struct reeve_error err = {0};

	folder_write("ann.lock", "");
	ck_assert_ptr_null(reeve_lock_take("ann", -1, lock_open_box(), 10000, &talk, &err));
	ck_assert_int_eq(err.code, REEVE_ECANCELED);
	ck_assert_str_eq(err.text, "stopped while waiting to lock 'ann'");
	ck_assert_int_eq(asked, 3);
}
END_TEST

/* ---- the other way round --------------------------------------------------------------------- */

#define ROUNDS 45

/*
 * As Postfix (dotlock, then fcntl, which it waits for with the dotlock held) or as Dovecot 2.3
 * (fcntl, then dotlock, likewise). Both wait by trying, and give up after 2 s.
 */
static bool take_stubbornly(int fd, bool dotlock_first)
{
	int64_t end = now_ms() + 2000;

	for (int step = 0; step < 2; step++) {
		for (;;) {
			if ((step == 0) == dotlock_first) {
				int lock = open("ann.lock", O_WRONLY | O_CREAT | O_EXCL, 0600);

				if (lock >= 0) {
					close(lock);
					break;
				}
			} else if (lock_posix(fd, F_WRLCK) == 0) {
				break;
			}
			if (now_ms() > end)
				return false;
			usleep(500);
		}
	}
	return true;
}

/* Under the locks only one process at a time makes a folder and removes it. */
static bool work_alone(void)
{
	return mkdir("working", 0700) == 0 && (usleep(200), rmdir("working") == 0);
}

static int be_stubborn(bool dotlock_first)
{
	int fd = open("ann", O_RDWR);

	for (int i = 0; i < ROUNDS; i++) {
		if (!take_stubbornly(fd, dotlock_first))
			return 1;
		if (!work_alone())
			return 2;
		if (unlink("ann.lock") < 0 || lock_posix(fd, F_UNLCK) < 0)
			return 3;
		usleep(1000);
	}
	return 0;
}

START_TEST(test_other_orders)
{
	struct reeve_error err = {0};
	int fd = lock_open_box(), status;
	pid_t child = fork();

	if (child == 0)
		_exit(be_stubborn(_i == 0));
	for (int i = 0; i < ROUNDS / 3; i++) {
		struct reeve_lock *lock = reeve_lock_take("ann", -1, fd, 2000, NULL, &err);

		ck_assert_msg(lock != NULL, "round %d: %s", i, err.text);
		ck_assert(work_alone());
		reeve_lock_release(lock);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(folder_count("ann.lock") + folder_count(".lk"), 0);
}
END_TEST

Suite *suite_lock(void)
{
	Suite *suite = suite_create("base/lock");
	TCase *tcase = tcase_create("lock");

	tcase_add_checked_fixture(tcase, lock_enter, folder_leave);
	tcase_add_test(tcase, test_take_and_release);
	tcase_add_test(tcase, test_two_of_us);
	tcase_add_test(tcase, test_child_outlives_parent);
	tcase_add_test(tcase, test_not_open_for_writing);
	tcase_add_loop_test(tcase, test_fcntl_held, 0, 2);
	tcase_add_test(tcase, test_cancel);
	tcase_add_loop_test(tcase, test_other_orders, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite;
}
