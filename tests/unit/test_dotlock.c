/* SPDX-License-Identifier: MIT */
/* Dotlocks: ours while we hold it; those of others, living and dead; where none can be written. */
#include "base/lock.h"
#include "folder.h"
#include "lock_box.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROWS(table) (int)(sizeof table / sizeof table[0])

START_TEST(test_touch)
{
	static const struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
	struct reeve_lock *lock = reeve_lock_take("ann", -1, lock_open_box(), 0, NULL, NULL);
	struct stat st;

	ck_assert_ptr_nonnull(lock);
	ck_assert_int_eq(utimensat(AT_FDCWD, "ann.lock", old, 0), 0);
	reeve_lock_touch(lock);
	ck_assert_int_eq(stat("ann.lock", &st), 0);
	ck_assert_int_ge(st.st_mtim.tv_sec, time(NULL) - 5);
	reeve_lock_release(lock);
}
END_TEST

/* Somebody took our dotlock over: it is his now. */
START_TEST(test_stolen_dotlock_stays)
{
	static const struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
	struct reeve_lock *lock = reeve_lock_take("ann", -1, lock_open_box(), 0, NULL, NULL);
	struct stat st;

	ck_assert_ptr_nonnull(lock);
	folder_write("thief", "1\n");
	ck_assert_int_eq(utimensat(AT_FDCWD, "thief", old, 0), 0);
	ck_assert_int_eq(rename("thief", "ann.lock"), 0);
	reeve_lock_touch(lock);
	ck_assert_int_eq(stat("ann.lock", &st), 0);
	ck_assert_int_eq(st.st_mtim.tv_sec, old[1].tv_sec);
	reeve_lock_release(lock);
	ck_assert_str_eq(folder_read("ann.lock"), "1\n");
	ck_assert(lock_fcntl_is_free());
}
END_TEST

/* ---- of others ------------------------------------------------------------------------------- */

/* %p in a text is a living pid, %d a dead one, %h this host. */
static const struct {
	const char *name;
	const char *text;
	int age_s;
	bool is_held;
	const char *by;
} dotlocks[] = {
	{"ours, alive", "%p\n", 0, true, "pid %p (dotlock)"},
	{"ours, older than its clock's error", "%p\n", 3, true, "pid %p (dotlock)"},
	{"ours, the pid of somebody born later", "%p\n", 60, false, ""},
	{"Dovecot's, the pid of somebody born later", "%p:%h", 60, false, ""},
	{"ours, dead", "%d\n", 0, false, ""},
	{"Dovecot's, alive", "%p:%h", 0, true, "pid %p (dotlock)"},
	{"Dovecot's, dead", "%d:%h", 0, false, ""},
	{"Dovecot's of another host, dead here", "%d:elsewhere.example", 0, true,
         "another process (dotlock)"},
	{"Dovecot's of another host, old", "%d:elsewhere.example", 301, false, ""},
	{"Postfix's", "", 0, true, "another process (dotlock)"},
	{"Postfix's, nearly too old", "", 290, true, "another process (dotlock)"},
	{"Postfix's, too old", "", 301, false, ""},
	{"SVR4's", "0", 0, true, "another process (dotlock)"},
	{"no pid at all", "hello\n", 0, true, "another process (dotlock)"},
};

static const char *expand(const char *text, pid_t dead)
{
	static char out[512];
	size_t n = 0;

	for (out[0] = '\0'; *text != '\0'; text++) {
		if (*text != '%') {
			out[n++] = *text;
			out[n] = '\0';
			continue;
		}
		text++;
		if (*text == 'h')
			gethostname(out + n, sizeof out - n);
		else
			snprintf(out + n, sizeof out - n, "%d", *text == 'p' ? getpid() : dead);
		n = strlen(out);
	}
	return out;
}

START_TEST(test_dotlock_held)
{
	struct reeve_error err = {0};
	pid_t dead = lock_dead_pid();
	struct timespec when[2] = {{.tv_nsec = UTIME_NOW},
	                           {.tv_sec = time(NULL) - dotlocks[_i].age_s}};

	folder_write("ann.lock", expand(dotlocks[_i].text, dead));
	ck_assert_int_eq(utimensat(AT_FDCWD, "ann.lock", when, 0), 0);
	struct reeve_lock *lock = reeve_lock_take("ann", -1, lock_open_box(), 0, NULL, &err);
	if (dotlocks[_i].is_held) {
		char text[600];

		ck_assert_msg(lock == NULL, "%s", dotlocks[_i].name);
		ck_assert_int_eq(err.code, REEVE_EBUSY);
		snprintf(text, sizeof text, "cannot lock 'ann': held by %s",
		         expand(dotlocks[_i].by, dead));
		ck_assert_str_eq(err.text, text);
		ck_assert_str_eq(folder_read("ann.lock"), expand(dotlocks[_i].text, dead));
		ck_assert(lock_fcntl_is_free());
	} else {
		ck_assert_msg(lock != NULL, "%s: %s", dotlocks[_i].name, err.text);
		reeve_lock_release(lock);
		ck_assert_str_eq(folder_read("ann.lock"), "(none)");
	}
	ck_assert_int_eq(folder_count(".lk"), 0);
}
END_TEST

START_TEST(test_stale_cannot_go)
{
	struct timespec when[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
	struct reeve_error err = {0};

	/* A folder is what unlink(2) does not remove, whoever we are. */
	ck_assert_int_eq(mkdir("ann.lock", 0700), 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, "ann.lock", when, 0), 0);
	ck_assert_ptr_null(reeve_lock_take("ann", -1, lock_open_box(), 0, NULL, &err));
	ck_assert_int_eq(err.code, REEVE_EBUSY);
	ck_assert_str_eq(err.text, "cannot lock 'ann': 'ann.lock' is stale, but cannot be removed");
	ck_assert_int_eq(folder_count(".lk"), 0);
}
END_TEST

/* Of dead and living only the dead goes; and nothing while somebody has the fcntl lock. */
START_TEST(test_sweep)
{
	char text[32];
	int fd = lock_open_box();

	reeve_lock_sweep("ann", fd);
	snprintf(text, sizeof text, "%d\n", getpid());
	folder_write("ann.lock", text);
	reeve_lock_sweep("ann", fd);
	ck_assert_str_eq(folder_read("ann.lock"), text);

	snprintf(text, sizeof text, "%d\n", lock_dead_pid());
	folder_write("ann.lock", text);
	lock_holder_start(F_WRLCK);
	reeve_lock_sweep("ann", fd);
	ck_assert_str_eq(folder_read("ann.lock"), text);
	lock_holder_stop();
	reeve_lock_sweep("ann", fd);
	ck_assert_str_eq(folder_read("ann.lock"), "(none)");
	ck_assert(lock_fcntl_is_free());
}
END_TEST

/* ---- where none can be written --------------------------------------------------------------- */

static void remember(void *user, const struct reeve_diag *diag)
{
	snprintf(user, 500, "%d %s: %s", diag->severity, diag->file, diag->text);
}

static const char no_room[] = "1 ann: no room to write a dotlock: only the fcntl lock is held";

/* No file may have a byte: the nearest to a full disk that needs no root. */
static void fill_disk(void)
{
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0}), 0);
}

START_TEST(test_full_disk)
{
	char log[500] = "";
	struct reeve_talk talk = {.diag = remember, .user = log};
	struct reeve_error err = {0};

	fill_disk();
	struct reeve_lock *lock = reeve_lock_take("ann", -1, lock_open_box(), 0, &talk, &err);
	ck_assert_msg(lock != NULL, "%s", err.text);
	ck_assert_str_eq(log, no_room);
	ck_assert(!lock_fcntl_is_free());
	ck_assert_int_eq(folder_count("ann.lock"), 0);
	reeve_lock_touch(lock);
	reeve_lock_release(lock);
	ck_assert(lock_fcntl_is_free());
	ck_assert_int_eq(folder_count(".lk"), 0);
}
END_TEST

START_TEST(test_full_disk_dotlock_held)
{
	struct reeve_error err = {0};

	folder_write("ann.lock", "");
	fill_disk();
	ck_assert_ptr_null(reeve_lock_take("ann", -1, lock_open_box(), 30, NULL, &err));
	ck_assert_str_eq(err.text, "cannot lock 'ann': held by another process (dotlock)");
	ck_assert_int_eq(folder_count("ann.lock"), 1);
}
END_TEST

START_TEST(test_full_disk_stale_dotlock)
{
	char log[500] = "", text[32];
	struct reeve_talk talk = {.diag = remember, .user = log};
	struct reeve_error err = {0};

	snprintf(text, sizeof text, "%d\n", lock_dead_pid());
	folder_write("ann.lock", text);
	fill_disk();
	struct reeve_lock *lock = reeve_lock_take("ann", -1, lock_open_box(), 200, &talk, &err);
	ck_assert_msg(lock != NULL, "%s", err.text);
	ck_assert_str_eq(log, no_room);
	reeve_lock_release(lock);
}
END_TEST

/* Nothing is changed, and the text says what to do. */
START_TEST(test_folder_not_ours)
{
	static const char start[] = "cannot lock 'spool/ann': no dotlock can be made in 'spool'; ";
	static const char end[] = ": Permission denied";
	struct reeve_error err = {0};

	ck_assert_int_eq(mkdir("spool", 0755), 0);
	folder_write("spool/ann", "From a\n");
	int fd = open("spool/ann", O_RDWR);
	ck_assert_int_eq(chmod("spool", 0555), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(3999999), 0);

	ck_assert_ptr_null(reeve_lock_take("spool/ann", -1, fd, 10000, NULL, &err));
	ck_assert_msg(strncmp(err.text, start, strlen(start)) == 0, "%s", err.text);
	ck_assert_str_eq(err.text + strlen(err.text) - strlen(end), end);
	ck_assert_int_eq(err.code, REEVE_EIO);
	ck_assert_int_eq(err.sys_errno, EACCES);
	ck_assert_int_eq(access("spool/ann.lock", F_OK), -1);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(lock_posix(open("spool/ann", O_RDWR), F_WRLCK), 0);
	ck_assert_int_eq(chmod("spool", 0755), 0);
}
END_TEST

/* With root's rights the folder that was opened counts, whatever its path leads to by now. */
START_TEST(test_folder)
{
	struct reeve_lock *lock;
	int dirfd, fd;

	ck_assert_int_eq(mkdir("mail", 0755), 0);
	ck_assert_int_eq(rename("ann", "mail/ann"), 0);
	dirfd = open("mail", O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = open("mail/ann", O_RDWR | O_CLOEXEC);
	ck_assert_int_eq(rename("mail", "moved"), 0);
	ck_assert_int_eq(mkdir("mail", 0755), 0);

	lock = reeve_lock_take("mail/ann", dirfd, fd, 0, NULL, NULL);
	ck_assert_ptr_nonnull(lock);
	ck_assert_int_eq(access("moved/ann.lock", F_OK), 0);
	ck_assert_int_ne(access("mail/ann.lock", F_OK), 0);
	reeve_lock_release(lock);
	ck_assert_int_ne(access("moved/ann.lock", F_OK), 0);
	close(fd);
	close(dirfd);
}
END_TEST

Suite *suite_dotlock(void)
{
	Suite *suite = suite_create("base/dotlock");
	TCase *tcase = tcase_create("dotlock");

	tcase_add_checked_fixture(tcase, lock_enter, folder_leave);
	tcase_add_test(tcase, test_touch);
	tcase_add_test(tcase, test_stolen_dotlock_stays);
	tcase_add_loop_test(tcase, test_dotlock_held, 0, ROWS(dotlocks));
	tcase_add_test(tcase, test_stale_cannot_go);
	tcase_add_test(tcase, test_sweep);
	tcase_add_test(tcase, test_full_disk);
	tcase_add_test(tcase, test_full_disk_dotlock_held);
	tcase_add_test(tcase, test_full_disk_stale_dotlock);
	tcase_add_test(tcase, test_folder_not_ours);
	if (geteuid() == 0)
		tcase_add_test(tcase, test_folder);
	else
		unit_skip(1, "only root's dotlocks are made in a folder");
	suite_add_tcase(suite, tcase);
	return suite;
}
