/* SPDX-License-Identifier: MIT */
/* The dotlock of a file: who has it, making it, and letting go. liblockfile's one door. */
#include "base/dotlock.h"

#include "base/error.h"
#include <errno.h>
#include <fcntl.h>
#include <lockfile.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A dotlock whose pid cannot be asked is believed for so long; liblockfile's number. */
#define BELIEVED_S 300

/* How much the clocks of the file system and of processes may differ. */
#define CLOCKS_DIFFER_S 5

/*
 * Read a dotlock: liblockfile writes "pid\n", Dovecot "pid:host", Postfix nothing. Returns the
 * pid if it is one of this host's, 0 if there is none, -1 for a pid of another host.
 */
static pid_t read_pid(const char *path)
{
	char text[512], host[256], *end;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
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
 * Whether the process with this pid was born after the dotlock was last touched: then somebody
 * else with that pid made it, who is no more. After a power cut that is the rule, for a machine
 * gives the same pids to its daemons each time; liblockfile alone would find them alive, and the
 * box would stay locked while, say, cron runs. What cannot be read was not born after.
 */
static bool is_reborn(pid_t pid, const struct stat *st)
{
	struct timespec real, boot;
	unsigned long long ticks;
	char path[32], text[1024], *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';

	/* proc(5): field 2 is a name in parentheses, which may hold any; 22 is the start. */
	p = strrchr(text, ')');
	for (int field = 2; p != NULL && field < 22; field++)
		p = strchr(p + 1, ' ');
	if (p == NULL || sscanf(p, "%llu", &ticks) != 1)
		return false;
	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return real.tv_sec - boot.tv_sec +
	               (time_t)(ticks / (unsigned long long)sysconf(_SC_CLK_TCK)) >
	       st->st_mtim.tv_sec + CLOCKS_DIFFER_S;
}

/* A pid alone and nothing else, or nothing yet. */
static bool holds_pid(int dirfd, const char *name, pid_t pid)
{
	char text[16], own[16];
	int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
	int length = snprintf(own, sizeof own, "%ld\n", (long)pid);

	if (fd >= 0)
		close(fd);
	return n == 0 || (n == length && memcmp(text, own, (size_t)n) == 0);
}

/* lockfile.c of liblockfile 1.17: ".lk", the pid, the last digit of the time, the host without its domain. */
bool reeve_dotlock_left(int dirfd, pid_t pid, char name[REEVE_DOTLOCK_LEFT])
{
	char host[256];
	struct stat st;

	if (gethostname(host, sizeof host) < 0)
		return false;
	host[sizeof host - 1] = '\0';
	host[strcspn(host, ".")] = '\0';
	for (unsigned int digit = 0; digit < 16; digit++) {
		snprintf(name, REEVE_DOTLOCK_LEFT, ".lk%05d%x%.23s", (int)pid, digit, host);
		if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
		    st.st_uid == geteuid() && (st.st_mode & 07133) == 0 && st.st_nlink <= 2 &&
		    holds_pid(dirfd, name, pid) &&
		    ((kill(pid, 0) < 0 && errno == ESRCH) || is_reborn(pid, &st)))
			return true;
	}
	return false;
}

/*
 * Whether a dotlock is there and its owner, for all we know, too. liblockfile asks the pid
 * whether it lives, even if it is another host's (a container with its own name); only the age
 * tells about those.
 */
bool reeve_dotlock_is_held(const struct reeve_dotlock *dotlock, struct reeve_holder *holder)
{
	struct stat st;
	pid_t pid;

	if (lstat(dotlock->path, &st) < 0)
		return false;
	pid = read_pid(dotlock->path);
	*holder = (struct reeve_holder){.lock = "dotlock", .pid = pid > 0 ? pid : 0};
	if (pid == -1)
		return time(NULL) < st.st_mtime + BELIEVED_S;
	if (pid > 0 && is_reborn(pid, &st))
		return false;
	return lockfile_check(dotlock->path, L_PID) == 0;
}

static bool is_ours(const struct reeve_dotlock *dotlock)
{
	struct stat st;

	return lstat(dotlock->path, &st) == 0 && st.st_dev == dotlock->dev &&
	       st.st_ino == dotlock->ino;
}

/*
 * lockfile_create() writes a temporary file and links it. No signal may end us between the two:
 * nobody would remove that file.
 */
static int create(const char *path)
{
	sigset_t all, old;
	int answer, saved_errno;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	errno = 0;
	answer = lockfile_create(path, 0, L_PID);
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
static enum reeve_try fail_folder(const struct reeve_dotlock *dotlock, struct reeve_error *err)
{
	const char *advice = "";
	int saved_errno = errno;
	char *folder = folder_of(dotlock->path);

	if (folder == NULL) {
		reeve_fail_nomem(err);
		return REEVE_TRY_FAILED;
	}
	/* liblockfile's errno may be that of its search for the helper: ask the folder itself. */
	if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) < 0)
		saved_errno = errno;
	if (saved_errno == EACCES)
		advice = getuid() == 0 ? "; make it writable for its group, as Debian's /var/mail "
		                         "is (root:mail, mode 2775)"
		                       : "; run as root, or install liblockfile-bin";
	errno = saved_errno != 0 ? saved_errno : EIO;
	reeve_fail_errno(err, "no dotlock can be made in '%s'%s", folder, advice);
	free(folder);
	return REEVE_TRY_FAILED;
}

/* lockfile_create() would do this, too, but it leaves its temporary file where it fails to. */
bool reeve_dotlock_sweep(const struct reeve_dotlock *dotlock, struct reeve_holder *holder)
{
	struct stat st;

	if (lstat(dotlock->path, &st) < 0)
		return true;
	if (reeve_dotlock_is_held(dotlock, holder))
		return false;
	*holder = (struct reeve_holder){.lock = "dotlock", .is_stale = true};
	return lockfile_remove(dotlock->path) == 0;
}

enum reeve_try reeve_dotlock_make(struct reeve_dotlock *dotlock, struct reeve_holder *holder,
                                  struct reeve_error *err)
{
	struct stat st;

	if (!reeve_dotlock_sweep(dotlock, holder))
		return REEVE_TRY_BUSY;
	switch (create(dotlock->path)) {
	case L_SUCCESS:
		if (lstat(dotlock->path, &st) < 0)
			break; /* taken away at once: try again */
		dotlock->is_made = true;
		dotlock->pid = getpid();
		dotlock->dev = st.st_dev;
		dotlock->ino = st.st_ino;
		return REEVE_TRY_HELD;
	case L_TMPLOCK:
		if (errno == EEXIST)
			break; /* our own temporary name of this second is taken */
		if (errno != ENOSPC && errno != EDQUOT)
			return fail_folder(dotlock, err);
		return REEVE_TRY_FULL;
	case L_TMPWRITE:
		/* From the helper there is no errno. A few bytes fail for want of room, or EIO. */
		if (errno == EIO)
			return fail_folder(dotlock, err);
		return REEVE_TRY_FULL;
	case L_MAXTRYS:
	case L_RMSTALE:
		break;
	default:
		if (errno == EINTR) /* liblockfile's word for a helper that failed */
			errno = EACCES;
		return fail_folder(dotlock, err);
	}

	*holder = (struct reeve_holder){0};
	reeve_dotlock_is_held(dotlock, holder);
	return REEVE_TRY_BUSY;
}

/*
 * In a child that goes on after its parent: the dotlock still names the parent, and whoever finds
 * that pid dead takes the lock away. Put our own in, over the old, so that no moment is without.
 */
static void adopt(struct reeve_dotlock *dotlock)
{
	char text[32];
	int n, fd;

	if (getpid() == dotlock->pid || kill(dotlock->pid, 0) == 0 || errno != ESRCH)
		return;
	fd = open(dotlock->path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	if (pwrite(fd, text, (size_t)n, 0) == n && ftruncate(fd, n) == 0)
		dotlock->pid = getpid();
	close(fd);
}

void reeve_dotlock_touch(struct reeve_dotlock *dotlock)
{
	if (!dotlock->is_made || !is_ours(dotlock))
		return;
	adopt(dotlock);
	lockfile_touch(dotlock->path);
}

void reeve_dotlock_remove(struct reeve_dotlock *dotlock)
{
	/* If it is not ours any more, it is somebody else's, and they count on it. */
	if (dotlock->is_made && is_ours(dotlock))
		lockfile_remove(dotlock->path);
	dotlock->is_made = false;
}
