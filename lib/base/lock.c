/* SPDX-License-Identifier: MIT */
/*
 * The two locks of a mailbox, taken together or not at all.
 *
 * One try: look for a dotlock, take fcntl, make the dotlock; whatever is busy, let go of all.
 * Looking first keeps us from disturbing Postfix, which has the dotlock when it tries fcntl, and
 * sleeps a second if we happen to hold that just then.
 */
#include "base/lock.h"

#include "base/diag.h"
#include "base/error.h"
#include <errno.h>
#include <fcntl.h>
#include <lockfile.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* Between two tries. Random, so that two who wait do not meet again and again. */
#define PAUSE_MIN_MS 5
#define PAUSE_MAX_MS 60

/* A dotlock whose pid cannot be asked is believed for so long; liblockfile's number. */
#define DOTLOCK_BELIEVED_S 300

struct reeve_lock {
	int fd; /* borrowed */
	char *path;
	char *dotlock;
	bool has_dotlock;
	pid_t pid; /* written in the dotlock */
	dev_t dev; /* the dotlock's, to know it again */
	ino_t ino;
	int64_t wait_ms;
};

enum outcome {
	HELD,
	BUSY,
	FULL, /* no room to write a dotlock */
	FAILED,
};

/* Why a try was in vain. */
struct holder {
	const char *lock; /* "fcntl", "dotlock", or NULL: gone before we could look */
	pid_t pid;        /* 0: unknown */
	bool is_stale;    /* the dotlock is nobody's, but does not go away */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Sleep a while, at most limit_ms. A signal ends it: perhaps somebody wants us to stop. */
static void pause_randomly(int64_t limit_ms)
{
	uint16_t dice = 0;
	int64_t ms;

	/* Without random bytes (very early at boot) the clock is random enough. */
	if (getrandom(&dice, sizeof dice, GRND_NONBLOCK) != sizeof dice) {
		struct timespec t;

		clock_gettime(CLOCK_REALTIME, &t);
		dice = (uint16_t)(t.tv_nsec >> 8);
	}
	ms = PAUSE_MIN_MS + dice % (PAUSE_MAX_MS - PAUSE_MIN_MS + 1);
	if (ms > limit_ms)
		ms = limit_ms;
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* ---- fcntl ---------------------------------------------------------------------------------- */

static int set_fcntl(int fd, short type)
{
	struct flock whole = {.l_type = type, .l_whence = SEEK_SET};

	return fcntl(fd, F_OFD_SETLK, &whole);
}

static enum outcome try_fcntl(const struct reeve_lock *lock, struct holder *holder,
			      struct reeve_error *err)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (set_fcntl(lock->fd, F_WRLCK) == 0)
		return HELD;
	if (errno != EAGAIN && errno != EACCES) {
		reeve_fail_errno(err, "cannot lock '%s'", lock->path);
		return FAILED;
	}
	/* The pid is -1 for another F_OFD_ lock, 0 for a process in another pid namespace. */
	*holder = (struct holder){.lock = "fcntl"};
	if (fcntl(lock->fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK && whole.l_pid > 0)
		holder->pid = whole.l_pid;
	return BUSY;
}

/* ---- dotlock -------------------------------------------------------------------------------- */

/*
 * Read a dotlock: liblockfile writes "pid\n", Dovecot "pid:host", Postfix nothing. Returns the
 * pid if it is one of this host's, 0 if there is none, -1 for a pid of another host.
 */
static pid_t read_dotlock(const char *dotlock)
{
	char text[512], host[256], *end;
	int fd = open(dotlock, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t n;
	long pid;

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	pid = strtol(text, &end, 10);
	if (end == text || pid <= 0 || pid > INT32_MAX)
		return 0;
	if (*end != ':')
		return (pid_t)pid;

	end[strcspn(end, "\n")] = '\0';
	if (gethostname(host, sizeof host) < 0)
		return (pid_t)pid;
	host[sizeof host - 1] = '\0';
	return strcmp(end + 1, host) == 0 ? (pid_t)pid : -1;
}

/*
 * Whether a dotlock is there and its owner, for all we know, too. liblockfile asks the pid
 * whether it lives, even if it is another host's (a container with its own name); only the age
 * tells about those.
 */
static bool dotlock_is_held(const struct reeve_lock *lock, struct holder *holder)
{
	struct stat st;
	pid_t pid;

	if (lstat(lock->dotlock, &st) < 0)
		return false;
	pid = read_dotlock(lock->dotlock);
	*holder = (struct holder){.lock = "dotlock", .pid = pid > 0 ? pid : 0};
	if (pid == -1)
		return time(NULL) < st.st_mtime + DOTLOCK_BELIEVED_S;
	return lockfile_check(lock->dotlock, L_PID) == 0;
}

static bool dotlock_is_ours(const struct reeve_lock *lock)
{
	struct stat st;

	return lstat(lock->dotlock, &st) == 0 && st.st_dev == lock->dev && st.st_ino == lock->ino;
}

/*
 * lockfile_create() writes a temporary file and links it. No signal may end us between the two:
 * nobody would remove that file.
 */
static int create_dotlock(const char *dotlock)
{
	sigset_t all, old;
	int answer, saved_errno;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	errno = 0;
	answer = lockfile_create(dotlock, 0, L_PID);
	saved_errno = errno;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	errno = saved_errno;
	return answer;
}

/* The folder of a path, to be freed; NULL: no memory. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* No dotlock can be made in the folder, now or later. errno says why. */
static enum outcome fail_dotlock(const struct reeve_lock *lock, struct reeve_error *err)
{
	const char *advice = "";
	int saved_errno = errno;
	char *folder = folder_of(lock->dotlock);

	if (folder == NULL) {
		reeve_fail_nomem(err);
		return FAILED;
	}
	/* liblockfile's errno may be that of its search for the helper: ask the folder itself. */
	if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) < 0)
		saved_errno = errno;
	if (saved_errno == EACCES)
		advice = getuid() == 0 ? "; make it writable for its group, as Debian's /var/mail "
					 "is (root:mail, mode 2775)"
				       : "; run as root, or install liblockfile-bin";
	errno = saved_errno;
	reeve_fail_errno(err, "cannot lock '%s': no dotlock can be made in '%s'%s", lock->path,
			 folder, advice);
	free(folder);
	return FAILED;
}

/*
 * Remove a dotlock that nobody holds. lockfile_create() would, too, but it leaves its temporary
 * file where it fails to. False if it is there still.
 */
static bool remove_stale(const struct reeve_lock *lock, struct holder *holder)
{
	struct stat st;

	if (lstat(lock->dotlock, &st) < 0)
		return true;
	if (dotlock_is_held(lock, holder))
		return false;
	*holder = (struct holder){.lock = "dotlock", .is_stale = true};
	return lockfile_remove(lock->dotlock) == 0;
}

static enum outcome try_dotlock(struct reeve_lock *lock, struct holder *holder,
				struct reeve_error *err)
{
	struct stat st;

	if (!remove_stale(lock, holder))
		return BUSY;
	switch (create_dotlock(lock->dotlock)) {
	case L_SUCCESS:
		if (lstat(lock->dotlock, &st) < 0)
			break; /* taken away at once: try again */
		lock->has_dotlock = true;
		lock->pid = getpid();
		lock->dev = st.st_dev;
		lock->ino = st.st_ino;
		return HELD;
	case L_TMPLOCK:
		if (errno == EEXIST)
			break; /* our own temporary name of this second is taken */
		if (errno != ENOSPC && errno != EDQUOT)
			return fail_dotlock(lock, err);
		return FULL;
	case L_TMPWRITE:
		/* From the helper there is no errno. A few bytes fail for want of room, or EIO. */
		if (errno == EIO)
			return fail_dotlock(lock, err);
		return FULL;
	case L_MAXTRYS:
	case L_RMSTALE:
		break;
	default:
		if (errno == EINTR) /* liblockfile's word for a helper that failed */
			errno = EACCES;
		return fail_dotlock(lock, err);
	}

	*holder = (struct holder){0};
	dotlock_is_held(lock, holder);
	return BUSY;
}

/* ---- both ----------------------------------------------------------------------------------- */

static enum outcome try_both(struct reeve_lock *lock, struct holder *holder,
			     const struct reeve_talk *talk, struct reeve_error *err)
{
	enum outcome outcome;
	struct stat st;

	if (dotlock_is_held(lock, holder))
		return BUSY;
	outcome = try_fcntl(lock, holder, err);
	if (outcome != HELD)
		return outcome;
	outcome = try_dotlock(lock, holder, err);

	if (outcome == FULL) {
		if (lstat(lock->dotlock, &st) < 0 && errno == ENOENT) {
			reeve_diag(talk, REEVE_WARNING, lock->path, 0, 0,
				   "no room to write a dotlock: only the fcntl lock is held");
			return HELD;
		}
		dotlock_is_held(lock, holder);
		outcome = BUSY;
	}
	if (outcome != HELD)
		set_fcntl(lock->fd, F_UNLCK);
	return outcome;
}

static void fail_busy(const struct reeve_lock *lock, const struct holder *holder,
		      struct reeve_error *err)
{
	if (holder->lock == NULL)
		reeve_fail(err, REEVE_EBUSY, "cannot lock '%s': cannot make '%s'", lock->path,
			   lock->dotlock);
	else if (holder->is_stale)
		reeve_fail(err, REEVE_EBUSY,
			   "cannot lock '%s': '%s' is stale, but cannot be removed", lock->path,
			   lock->dotlock);
	else if (holder->pid > 0)
		reeve_fail(err, REEVE_EBUSY, "cannot lock '%s': held by pid %ld (%s)", lock->path,
			   (long)holder->pid, holder->lock);
	else
		reeve_fail(err, REEVE_EBUSY, "cannot lock '%s': held by another process (%s)",
			   lock->path, holder->lock);
}

struct reeve_lock *reeve_lock_take(const char *path, int fd, int64_t timeout_ms,
				   const struct reeve_talk *talk, struct reeve_error *err)
{
	struct reeve_lock *lock = calloc(1, sizeof *lock);
	int64_t start = now_ms();

	if (lock == NULL || (lock->path = strdup(path)) == NULL ||
	    asprintf(&lock->dotlock, "%s.lock", path) < 0) {
		if (lock != NULL)
			lock->dotlock = NULL;
		reeve_fail_nomem(err);
		goto fail;
	}
	lock->fd = fd;

	for (;;) {
		struct holder holder = {0};
		enum outcome outcome = try_both(lock, &holder, talk, err);

		lock->wait_ms = now_ms() - start;
		if (outcome == HELD)
			return lock;
		if (outcome == FAILED)
			goto fail;
		if (lock->wait_ms >= timeout_ms) {
			fail_busy(lock, &holder, err);
			goto fail;
		}
		if (reeve_canceled(talk)) {
			reeve_fail(err, REEVE_ECANCELED, "stopped while waiting to lock '%s'",
				   path);
			goto fail;
		}
		reeve_progress(talk, "lock", (uint64_t)lock->wait_ms, (uint64_t)timeout_ms);
		pause_randomly(timeout_ms - lock->wait_ms);
	}
fail:
	if (lock != NULL) {
		free(lock->dotlock);
		free(lock->path);
		free(lock);
	}
	return NULL;
}

/*
 * In a child that goes on after its parent: the dotlock still names the parent, and whoever finds
 * that pid dead takes the lock away. Put our own in, over the old, so that no moment is without.
 */
static void adopt_dotlock(struct reeve_lock *lock)
{
	char text[32];
	int n, fd;

	if (getpid() == lock->pid || kill(lock->pid, 0) == 0 || errno != ESRCH)
		return;
	fd = open(lock->dotlock, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	if (pwrite(fd, text, (size_t)n, 0) == n && ftruncate(fd, n) == 0)
		lock->pid = getpid();
	close(fd);
}

void reeve_lock_touch(struct reeve_lock *lock)
{
	if (!lock->has_dotlock || !dotlock_is_ours(lock))
		return;
	adopt_dotlock(lock);
	lockfile_touch(lock->dotlock);
}

void reeve_lock_release(struct reeve_lock *lock)
{
	if (lock == NULL)
		return;
	/* If it is not ours any more, it is somebody else's, and they count on it. */
	if (lock->has_dotlock && dotlock_is_ours(lock))
		lockfile_remove(lock->dotlock);
	set_fcntl(lock->fd, F_UNLCK);
	free(lock->dotlock);
	free(lock->path);
	free(lock);
}

int64_t reeve_lock_wait_ms(const struct reeve_lock *lock)
{
	return lock->wait_ms;
}
