/* SPDX-License-Identifier: MIT */
/* Both locks of a mailbox against other processes that hold one, or take them the other way. */
#include "base/lock.h"
#include "folder.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void enter(void)
{
	folder_enter();
	folder_write("ann", "From a\n");
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int open_box(void)
{
	int fd = open("ann", O_RDWR | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static int posix_lock(int fd, short type)
{
	struct flock whole = {.l_type = type, .l_whence = SEEK_SET};

	return fcntl(fd, F_SETLK, &whole);
}

/* Whether another process gets the fcntl lock. */
static bool fcntl_is_free(void)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(posix_lock(open("ann", O_RDWR), F_WRLCK) < 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status == 0;
}

/* A process that holds the fcntl lock until it is told to stop by holder_stop(). */
static pid_t holder;

static void holder_start(short type)
{
	int ready[2];
	char byte;

	ck_assert_int_eq(pipe(ready), 0);
	holder = fork();
	if (holder == 0) {
		if (posix_lock(open("ann", O_RDWR), type) == 0 && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
}

static void holder_stop(void)
{
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
}

/* The pid of a process that is no more. */
static pid_t dead_pid(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	return child;
}

/* ---- taking, holding, letting go ------------------------------------------------------------ */

START_TEST(test_take_and_release)
{
	struct reeve_error err = {0};
	char pid[32];
	int fd = open_box();
	struct reeve_lock *lock = reeve_lock_take("ann", -1, fd, 0, NULL, &err);

	ck_assert_msg(lock != NULL, "%s", err.text);
	snprintf(pid, sizeof pid, "%d\n", getpid());
	ck_assert_str_eq(folder_read("ann.lock"), pid);
	ck_assert(!fcntl_is_free());
	ck_assert_int_eq(folder_count(".lk"), 0);
	ck_assert_int_lt(reeve_lock_wait_ms(lock), 100);

	/* POSIX locks die with any descriptor of the file; ours must not. */
	close(open_box());
	ck_assert(!fcntl_is_free());

	reeve_lock_release(lock);
	ck_assert_str_eq(folder_read("ann.lock"), "(none)");
	ck_assert(fcntl_is_free());
	reeve_lock_release(NULL);
}
END_TEST

START_TEST(test_two_of_us)
{
	struct reeve_error err = {0};
	char text[64];
	int fd = open_box(), other = open_box();
	struct reeve_lock *lock = reeve_lock_take("ann", -1, fd, 0, NULL, &err);

	ck_assert_ptr_nonnull(lock);
	ck_assert_ptr_null(reeve_lock_take("ann", -1, other, 0, NULL, &err));
	snprintf(text, sizeof text, "cannot lock 'ann': held by pid %d (dotlock)", getpid());
	ck_assert_str_eq(err.text, text);
	ck_assert(!fcntl_is_free());
	reeve_lock_release(lock);
}
END_TEST

START_TEST(test_touch)
{
	static const struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
	struct reeve_lock *lock = reeve_lock_take("ann", -1, open_box(), 0, NULL, NULL);
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
	struct reeve_lock *lock = reeve_lock_take("ann", -1, open_box(), 0, NULL, NULL);
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
	ck_assert(fcntl_is_free());
}
END_TEST

/*
 * The parent takes the locks, forks the child that moves bytes, and dies. The child goes on: the
 * dotlock gets its pid, and it lets go of both.
 */
START_TEST(test_child_outlives_parent)
{
	int answer[2], fd = open_box();
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
	ck_assert(fcntl_is_free());
}
END_TEST

/* ---- others -----------------------------------------------------------------------------------
 */

START_TEST(test_fcntl_held)
{
	struct reeve_error err = {0};
	char text[64];
	int fd = open_box();

	holder_start(_i == 0 ? F_WRLCK : F_RDLCK);
	int64_t start = now_ms();
	ck_assert_ptr_null(reeve_lock_take("ann", -1, fd, 80, NULL, &err));
	int64_t took = now_ms() - start;
	ck_assert_int_eq(err.code, REEVE_EBUSY);
	snprintf(text, sizeof text, "cannot lock 'ann': held by pid %d (fcntl)", holder);
	ck_assert_str_eq(err.text, text);
	ck_assert_int_ge(took, 80);
	ck_assert_int_lt(took, 1500);
	ck_assert_str_eq(folder_read("ann.lock"), "(none)");

	holder_stop();
	struct reeve_lock *lock = reeve_lock_take("ann", -1, fd, 0, NULL, &err);
	ck_assert_msg(lock != NULL, "%s", err.text);
	reeve_lock_release(lock);
}
END_TEST

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
	pid_t dead = dead_pid();
	struct timespec when[2] = {{.tv_nsec = UTIME_NOW},
	                           {.tv_sec = time(NULL) - dotlocks[_i].age_s}};

	folder_write("ann.lock", expand(dotlocks[_i].text, dead));
	ck_assert_int_eq(utimensat(AT_FDCWD, "ann.lock", when, 0), 0);
	struct reeve_lock *lock = reeve_lock_take("ann", -1, open_box(), 0, NULL, &err);
	if (dotlocks[_i].is_held) {
		char text[600];

		ck_assert_msg(lock == NULL, "%s", dotlocks[_i].name);
		ck_assert_int_eq(err.code, REEVE_EBUSY);
		snprintf(text, sizeof text, "cannot lock 'ann': held by %s",
		         expand(dotlocks[_i].by, dead));
		ck_assert_str_eq(err.text, text);
		ck_assert_str_eq(folder_read("ann.lock"), expand(dotlocks[_i].text, dead));
		ck_assert(fcntl_is_free());
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
	ck_assert_ptr_null(reeve_lock_take("ann", -1, open_box(), 0, NULL, &err));
	ck_assert_int_eq(err.code, REEVE_EBUSY);
	ck_assert_str_eq(err.text, "cannot lock 'ann': 'ann.lock' is stale, but cannot be removed");
	ck_assert_int_eq(folder_count(".lk"), 0);
}
END_TEST

/* Of dead and living only the dead goes; and nothing while somebody has the fcntl lock. */
START_TEST(test_sweep)
{
	char text[32];
	int fd = open_box();

	reeve_lock_sweep("ann", fd);
	snprintf(text, sizeof text, "%d\n", getpid());
	folder_write("ann.lock", text);
	reeve_lock_sweep("ann", fd);
	ck_assert_str_eq(folder_read("ann.lock"), text);

	snprintf(text, sizeof text, "%d\n", dead_pid());
	folder_write("ann.lock", text);
	holder_start(F_WRLCK);
	reeve_lock_sweep("ann", fd);
	ck_assert_str_eq(folder_read("ann.lock"), text);
	holder_stop();
	reeve_lock_sweep("ann", fd);
	ck_assert_str_eq(folder_read("ann.lock"), "(none)");
	ck_assert(fcntl_is_free());
}
END_TEST

/* ---- where no dotlock can be written --------------------------------------------------------- */

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
	struct reeve_lock *lock = reeve_lock_take("ann", -1, open_box(), 0, &talk, &err);
	ck_assert_msg(lock != NULL, "%s", err.text);
	ck_assert_str_eq(log, no_room);
	ck_assert(!fcntl_is_free());
	ck_assert_int_eq(folder_count("ann.lock"), 0);
	reeve_lock_touch(lock);
	reeve_lock_release(lock);
	ck_assert(fcntl_is_free());
	ck_assert_int_eq(folder_count(".lk"), 0);
}
END_TEST

START_TEST(test_full_disk_dotlock_held)
{
	struct reeve_error err = {0};

	folder_write("ann.lock", "");
	fill_disk();
	ck_assert_ptr_null(reeve_lock_take("ann", -1, open_box(), 30, NULL, &err));
	ck_assert_str_eq(err.text, "cannot lock 'ann': held by another process (dotlock)");
	ck_assert_int_eq(folder_count("ann.lock"), 1);
}
END_TEST

START_TEST(test_full_disk_stale_dotlock)
{
	char log[500] = "", text[32];
	struct reeve_talk talk = {.diag = remember, .user = log};
	struct reeve_error err = {0};

	snprintf(text, sizeof text, "%d\n", dead_pid());
	folder_write("ann.lock", text);
	fill_disk();
	struct reeve_lock *lock = reeve_lock_take("ann", -1, open_box(), 200, &talk, &err);
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
	ck_assert_int_eq(posix_lock(open("spool/ann", O_RDWR), F_WRLCK), 0);
	ck_assert_int_eq(chmod("spool", 0755), 0);
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
	ck_assert_ptr_null(reeve_lock_take("ann", -1, open_box(), 10000, &talk, &err));
	ck_assert_int_eq(err.code, REEVE_ECANCELED);
	ck_assert_str_eq(err.text, "stopped while waiting to lock 'ann'");
	ck_assert_int_eq(asked, 3);
}
END_TEST

/* ---- the other way round ----------------------------------------------------------------------
 */

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
			} else if (posix_lock(fd, F_WRLCK) == 0) {
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
		if (unlink("ann.lock") < 0 || posix_lock(fd, F_UNLCK) < 0)
			return 3;
		usleep(1000);
	}
	return 0;
}

START_TEST(test_other_orders)
{
	struct reeve_error err = {0};
	int fd = open_box(), status;
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

#define ROWS(table) (int)(sizeof table / sizeof table[0])

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

Suite *suite_lock(void)
{
	Suite *suite = suite_create("base/lock");
	TCase *cases = tcase_create("lock");

	tcase_add_checked_fixture(cases, enter, folder_leave);
	tcase_add_test(cases, test_take_and_release);
	tcase_add_test(cases, test_two_of_us);
	tcase_add_test(cases, test_touch);
	tcase_add_test(cases, test_stolen_dotlock_stays);
	tcase_add_test(cases, test_child_outlives_parent);
	tcase_add_loop_test(cases, test_fcntl_held, 0, 2);
	tcase_add_loop_test(cases, test_dotlock_held, 0, ROWS(dotlocks));
	tcase_add_test(cases, test_stale_cannot_go);
	tcase_add_test(cases, test_sweep);
	tcase_add_test(cases, test_full_disk);
	tcase_add_test(cases, test_full_disk_dotlock_held);
	tcase_add_test(cases, test_full_disk_stale_dotlock);
	tcase_add_test(cases, test_folder_not_ours);
	tcase_add_test(cases, test_not_open_for_writing);
	tcase_add_test(cases, test_cancel);
	tcase_add_loop_test(cases, test_other_orders, 0, 2);
	if (geteuid() == 0)
		tcase_add_test(cases, test_folder);
	else
		unit_skip(1, "only root's dotlocks are made in a folder");
	suite_add_tcase(suite, cases);
	return suite;
}
