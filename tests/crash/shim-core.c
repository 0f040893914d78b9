/* SPDX-License-Identifier: MIT */
/* The shim's middle: numbers calls, makes one of them go wrong, writes all of them down. */
#include "shim-core.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
	struct crash_state *state; /* NULL: the shim is not asked for anything */
	const char *under;
	size_t under_bytes;
	uint32_t at;
	enum crash_deed deed;
	char to; /* 'a'll, 'm'ain, 's'elf */
	int log; /* -1: nothing is written down */
} shim = {.log = -1};

static void die(const char *what)
{
	fprintf(stderr, "shim: %s: %s\n", what, strerror(errno));
	_exit(99);
}

static void enter_pid(void)
{
	int32_t pid = getpid();

	for (uint32_t i = 0; i < shim.state->pid_count && i < CRASH_PIDS; i++)
		if (shim.state->pids[i] == pid)
			return;
	uint32_t i = shim.state->pid_count++;
	if (i < CRASH_PIDS)
		shim.state->pids[i] = pid;
}

__attribute__((constructor)) void crash_start(void)
{
	static const char *const words[] = {
#define WORD(name, word) word,
		CRASH_DEEDS(WORD)
#undef WORD
	};
	const char *path = getenv("CRASH_STATE");

	shim.under = getenv("CRASH_UNDER");
	if (path == NULL || shim.under == NULL)
		return;
	shim.under_bytes = strlen(shim.under);

	/* System calls of our own, lest they are counted. */
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
	if (fd < 0)
		die(path);
	void *map = mmap(NULL, sizeof *shim.state, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		die(path);
	close(fd);

	if ((path = getenv("CRASH_LOG")) != NULL) {
		fd = (int)syscall(SYS_openat, AT_FDCWD, path,
		                  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			die(path);
		/* Out of the way of programs that close what they did not open. */
		shim.log = fcntl(fd, F_DUPFD_CLOEXEC, 500);
		close(fd);
	}

	const char *word = getenv("CRASH_DO");
	for (size_t i = 0; word != NULL && i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i], word) == 0)
			shim.deed = (enum crash_deed)i;
	if ((word = getenv("CRASH_AT")) != NULL)
		shim.at = (uint32_t)strtoul(word, NULL, 10);
	word = getenv("CRASH_TO");
	shim.to = word != NULL ? word[0] : 'a';
	shim.state = map;
	enter_pid();
}

/* ---- which file ------------------------------------------------------------------------------ */

static char *fd_path(int fd)
{
	char link[64], path[PATH_MAX];

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 1);
	if (n < 0)
		return NULL;
	path[n] = '\0';
	return strdup(path);
}

/* The path as the kernel would tell it, of a name that need not exist. */
static char *full_path(int dirfd, const char *path)
{
	const char *name = strrchr(path, '/');
	char *dir, *full = NULL;

	if (path[0] == '/' || dirfd == AT_FDCWD) {
		char *parent = name == NULL   ? strdup(".")
		               : name == path ? strdup("/")
		                              : strndup(path, (size_t)(name - path));
		dir = realpath(parent, NULL);
		free(parent);
	} else {
		char *base = fd_path(dirfd), *joined = NULL;
		if (name != NULL && base != NULL &&
		    asprintf(&joined, "%s/%.*s", base, (int)(name - path), path) > 0) {
			dir = realpath(joined, NULL);
			free(joined);
			free(base);
		} else {
			dir = base;
		}
	}
	if (dir != NULL && asprintf(&full, "%s/%s", dir, name != NULL ? name + 1 : path) < 0)
		full = NULL;
	free(dir);
	return full;
}

static bool is_under(const char *path)
{
	return path != NULL && strncmp(path, shim.under, shim.under_bytes) == 0 &&
	       path[shim.under_bytes] == '/';
}

/* ---- the log --------------------------------------------------------------------------------- */

static void put(const void *bytes, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t k = syscall(SYS_write, shim.log, (const char *)bytes + done, n - done);
		if (k <= 0)
			die("log");
		done += (size_t)k;
	}
}

static void write_down(const struct crash_call *call, uint64_t done)
{
	struct stat st = {0};
	struct crash_record rec = {
		.op = call->op,
		.number = call->number,
		.pid = getpid(),
		.mode = call->mode,
		.offset = call->offset,
		.length = call->op == CRASH_OP_WRITE ? done : call->length,
		.path_bytes = (uint32_t)strlen(call->full) + 1,
		.path2_bytes = call->full2 != NULL ? (uint32_t)strlen(call->full2) + 1 : 0,
	};
	const char *bytes = call->bytes;
	char *copy = NULL;

	if (call->op == CRASH_OP_UNLINK)
		st.st_ino = call->unlinked_ino;
	else if (call->fd >= 0)
		fstat(call->fd, &st);
	else
		lstat(call->full2 != NULL && call->op == CRASH_OP_RENAME ? call->full2 : call->full,
		      &st);
	rec.ino = st.st_ino;
	if (call->is_stream)
		rec.offset = (uint64_t)lseek(call->fd, 0, SEEK_CUR) - done;
	if (call->op == CRASH_OP_CREATE || call->op == CRASH_OP_MKDIR ||
	    call->op == CRASH_OP_RIGHTS) {
		rec.mode = (int32_t)(st.st_mode & 07777);
		rec.offset = st.st_uid;
		rec.length = st.st_gid;
	}

	if (call->op == CRASH_OP_WRITE && bytes == NULL) {
		int fd = (int)syscall(SYS_openat, AT_FDCWD, call->full, O_RDONLY | O_CLOEXEC, 0);
		bytes = copy = malloc(done);
		if (copy == NULL || pread(fd, copy, done, (off_t)rec.offset) != (ssize_t)done)
			die(call->full);
		close(fd);
	}
	put(&rec, sizeof rec);
	put(call->full, rec.path_bytes);
	if (call->full2 != NULL)
		put(call->full2, rec.path2_bytes);
	if (call->op == CRASH_OP_WRITE)
		put(bytes, done);
	free(copy);
}

/* Calls and their records come in one order, whichever process makes them. */
static void log_lock(void)
{
	uint32_t free_word = 0;

	while (!atomic_compare_exchange_weak(&shim.state->log_lock, &free_word, 1)) {
		free_word = 0;
		sched_yield();
	}
}

/* ---- what goes wrong ------------------------------------------------------------------------- */

static void send_signal(int number)
{
	int self = getpid();

	shim.state->is_done = 1;
	for (uint32_t i = 0; i < shim.state->pid_count && i < CRASH_PIDS; i++)
		if (shim.state->pids[i] != self && (shim.to == 'a' || (shim.to == 'm' && i == 0)))
			kill(shim.state->pids[i], number);
	if (shim.to != 'm' || shim.state->pids[0] == self)
		kill(self, number);
}

/* Whether the call needs blocks that a full disk does not have. */
static bool needs_space(const struct crash_call *call)
{
	struct stat st;

	switch (call->op) {
	case CRASH_OP_CREATE:
	case CRASH_OP_LINK: /* a name fits into a folder's last block */
	case CRASH_OP_RENAME:
	case CRASH_OP_UNLINK:
	case CRASH_OP_SYNC:
	case CRASH_OP_DATASYNC:
	case CRASH_OP_RIGHTS:
	case CRASH_OP_TOUCH:
	case CRASH_OP_TRUNCATE:
		return false;
	case CRASH_OP_MKDIR:
	case CRASH_OP_ALLOCATE:
		return true;
	case CRASH_OP_WRITE:
		/* Block by block would be finer; files of ours have no holes. */
		return fstat(call->fd, &st) != 0 ||
		       call->offset + call->length > (uint64_t)st.st_blocks * 512;
	}
	return true;
}

/* The errno with which the call fails; 0: it does not. */
static int failure(const struct crash_call *call)
{
	bool is_it = call->number == shim.at, is_later = call->number >= shim.at;
	bool frees = call->op == CRASH_OP_UNLINK || call->op == CRASH_OP_TOUCH ||
	             call->op == CRASH_OP_RIGHTS;

	switch (shim.deed) {
	case CRASH_ENOSPC_ONCE:
		return is_it && !frees && call->op != CRASH_OP_TRUNCATE ? ENOSPC : 0;
	case CRASH_ENOSPC_EVER:
		return is_later && !frees && call->op != CRASH_OP_TRUNCATE ? ENOSPC : 0;
	case CRASH_EIO_ONCE:
		return is_it ? EIO : 0;
	case CRASH_EIO_EVER:
		return is_later && !frees ? EIO : 0;
	case CRASH_FULL:
		return is_later && needs_space(call) ? ENOSPC : 0;
	case CRASH_NOTHING:
	case CRASH_KILL_BEFORE:
	case CRASH_KILL_AFTER:
	case CRASH_INT:
	case CRASH_TERM:
	case CRASH_SHORT:
	case CRASH_SHORT_KILL:
		return 0;
	}
	return 0;
}

static void before(struct crash_call *call)
{
	if (call->number != shim.at)
		return;
	if (shim.deed == CRASH_KILL_BEFORE)
		send_signal(SIGKILL);
	else if (shim.deed == CRASH_INT)
		send_signal(SIGINT);
	else if (shim.deed == CRASH_TERM)
		send_signal(SIGTERM);
	else if ((shim.deed == CRASH_SHORT || shim.deed == CRASH_SHORT_KILL) &&
	         call->op == CRASH_OP_WRITE && call->length > 1)
		call->length /= 2;
}

bool crash_begin(struct crash_call *call)
{
	if (shim.state == NULL)
		return true;
	int kept = errno;

	call->full = call->fd >= 0 ? fd_path(call->fd) : full_path(call->dirfd, call->path);
	call->full2 = call->path2 != NULL ? full_path(call->dirfd2, call->path2) : NULL;
	call->is_counted = is_under(call->full);
	errno = kept;
	if (!call->is_counted)
		return true;

	enter_pid();
	if (call->is_stream)
		call->offset = (uint64_t)lseek(call->fd, 0, SEEK_CUR);
	if (shim.log >= 0)
		log_lock();
	call->number = ++shim.state->calls;
	struct stat st;
	if (call->op == CRASH_OP_UNLINK && lstat(call->full, &st) == 0)
		call->unlinked_ino = st.st_ino;
	before(call);

	int error = failure(call);
	errno = error != 0 ? error : kept;
	if (error == 0)
		return true;
	shim.state->is_done = 1;
	crash_end(call, -1);
	return false;
}

ssize_t crash_end(struct crash_call *call, ssize_t result)
{
	int kept = errno;

	if (call->is_counted) {
		if (shim.log >= 0) {
			if (result >= 0)
				write_down(call, (uint64_t)result);
			shim.state->log_lock = 0;
		}
		if (call->number == shim.at &&
		    (shim.deed == CRASH_KILL_AFTER || shim.deed == CRASH_SHORT_KILL))
			send_signal(SIGKILL);
	}
	free(call->full);
	free(call->full2);
	errno = kept;
	return result;
}
