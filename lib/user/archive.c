/* SPDX-License-Identifier: MIT */
/*
 * The archive of a user who leaves: one file of tar(1), 0600, under its name only when it is whole.
 *
 * tar is this host's, also for another root, and is given open folders, not paths: /proc/self/fd/5
 * is the folder that was looked at and locked, whatever is done to its name meanwhile. Names in the
 * archive are those of the root without the first '/', so "tar -C / -xpf" puts all back.
 */
#include "user/leaving.h"

#include "base/buf.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/folder.h"
#include "base/replace.h"
#include "base/run.h"
#include "base/way.h"
#include "user/leftover.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define FIRST_FD 3                     /* base/run.h: the archive; the folders follow */
#define TIMEOUT_MS (24 * 3600 * 1000L) /* a large mailbox and a slow disk */
#define TOUCH_SECONDS 20               /* base/lock.h: at least every 30 */
#define SAID_BYTES 400
#define SOME_FILES_DIFFER 1 /* tar(1): a file changed as it was read */

/* While tar runs the locks are kept fresh. */
struct watch {
	struct reeve_users *users;
	struct users_leaving *leaving;
	time_t touched;
};

static bool ask(void *user)
{
	struct watch *watch = user;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec - watch->touched >= TOUCH_SECONDS) {
		watch->touched = now.tv_sec;
		for (size_t i = 0; i < watch->leaving->part_count; i++)
			if (watch->leaving->parts[i].lock != NULL)
				reeve_lock_touch(watch->leaving->parts[i].lock);
	}
	return reeve_canceled(&watch->users->talk);
}

/*
 * Its standard output becomes the archive. It goes when we are killed: what it would write nobody finishes, and
 * the next run would have to wait for it.
 */
static bool to_archive(void *user)
{
	const pid_t *parent = user;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return false;
	if (getppid() != *parent) {
		errno = ESRCH;
		return false;
	}
	return dup2(FIRST_FD, STDOUT_FILENO) == STDOUT_FILENO;
}

/* "s,^5/,var/mail/,S": what is in front of the names of a part. S: not of where links lead to. */
static const char *rename_part(struct reeve_users *users, const struct users_part *part, int fd)
{
	char quoted[2 * PATH_MAX], *to = quoted;
	const char *from = part->path + 1;
	size_t n = part->is_folder ? strlen(from) : (size_t)(strrchr(part->path, '/') - part->path);

	for (size_t i = 0; i < n && to < quoted + sizeof quoted - 2; i++) {
		if (strchr("\\&,", from[i]) != NULL)
			*to++ = '\\';
		*to++ = from[i];
	}
	*to = '\0';
	return reeve_users_text(users, "--transform=s,^%d/%s,%s,S", fd,
	                        part->is_folder ? "\\." : "", quoted);
}

static int run_tar(struct reeve_users *users, struct users_leaving *leaving, int archive,
                   struct reeve_error *err)
{
	const char *argv[16 + 2 * USERS_PARTS];
	struct watch watch = {.users = users, .leaving = leaving};
	struct reeve_talk talk = {.cancel = ask, .user = &watch};
	struct reeve_run_answer answer;
	int fds[1 + USERS_PARTS] = {archive};
	char path[PATH_MAX], said[SAID_BYTES + 1];
	struct reeve_buf buf;
	pid_t self = getpid();
	size_t n = 0;

	argv[n++] = reeve_run_find(NULL, "tar", path, sizeof path);
	if (argv[0] == NULL)
		return reeve_fail(err, REEVE_EREFUSED, "there is no program 'tar'");
	argv[n++] = "--create";
	argv[n++] = "--file=-";
	argv[n++] = "--numeric-owner";
	argv[n++] = "--one-file-system";
	for (size_t i = 0; i < leaving->part_count; i++)
		argv[n++] = rename_part(users, &leaving->parts[i], FIRST_FD + 1 + (int)i);
	argv[n++] = "--directory=/proc/self/fd";
	argv[n++] = "--";
	for (size_t i = 0; i < leaving->part_count; i++) {
		const struct users_part *part = &leaving->parts[i];

		fds[1 + i] = part->is_folder ? part->fd : part->dirfd;
		argv[n++] = reeve_users_text(users, "%d/%s", FIRST_FD + 1 + (int)i,
		                             part->is_folder ? "." : part->last);
	}
	argv[n] = NULL;
	if (users->has_failed)
		return reeve_fail_nomem(err);

	reeve_buf_init(&buf, SAID_BYTES);
	struct reeve_run_how how = {.argv = argv,
	                            .prepare = to_archive,
	                            .user = &self,
	                            .fds = fds,
	                            .fd_count = 1 + leaving->part_count,
	                            .err = &buf,
	                            .timeout_ms = TIMEOUT_MS,
	                            .talk = &talk};
	int result = reeve_run(&how, &answer, err);
	snprintf(said, sizeof said, "%s", reeve_buf_text(&buf));
	reeve_buf_dispose(&buf);
	if (result < 0)
		return -1;
	said[strcspn(said, "\n")] = '\0';
	if (answer.end == REEVE_RUN_STOPPED)
		return reeve_fail(err, REEVE_ECANCELED, "stopped");
	if (answer.end != REEVE_RUN_EXITED)
		return reeve_fail(err, REEVE_EIO, "tar did not end well (%d)", answer.status);
	if (answer.status == SOME_FILES_DIFFER)
		return reeve_fail(err, REEVE_ECHANGED,
		                  "mail of '%s' changed while it was archived: %s", leaving->name,
		                  said);
	if (answer.status != 0)
		return reeve_fail(err, REEVE_EIO, "cannot archive the mail of '%s': %s",
		                  leaving->name, said);
	return 0;
}

/*
 * The time after which nothing counts as archived. File systems use the clock's last tick, or,
 * since Linux 6.13, the time itself where somebody looked: what was there before has no later time
 * by either, and what comes from the next tick on has one by both.
 */
static struct timespec begin_archive(void)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	struct timespec since, tick;

	clock_gettime(CLOCK_REALTIME, &since);
	do {
		nanosleep(&moment, NULL);
		clock_gettime(CLOCK_REALTIME_COARSE, &tick);
	} while (tick.tv_sec < since.tv_sec ||
	         (tick.tv_sec == since.tv_sec && tick.tv_nsec <= since.tv_nsec));
	return since;
}

/* ---- the file ------------------------------------------------------------------------------- */

static const char *part_name(struct reeve_users *users, const struct users_leaving *leaving)
{
	return reeve_users_text(users, "%s.part", leaving->archive);
}

int users_leaving_archive(struct reeve_users *users, void *what, struct reeve_error *err)
{
	struct users_leaving *leaving = what;
	const char *part = part_name(users, leaving);
	int dirfd = reeve_way_open(leaving->folder, err), fd, result = -1;

	if (dirfd < 0)
		return -1;
	fd = openat(dirfd, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		reeve_fail_errno(err, "cannot make '%s/%s'", leaving->folder, part);
		close(dirfd);
		return -1;
	}
	leaving->since = begin_archive();
	if (users_leftover_not(fd, part, err) < 0)
		goto out;
	if (run_tar(users, leaving, fd, err) < 0)
		goto out;
	if (fsync(fd) < 0) {
		reeve_fail_errno(err, "cannot flush '%s/%s'", leaving->folder, part);
		goto out;
	}
	if (reeve_replace_name(dirfd, part, leaving->archive, leaving->archive, err) < 0)
		goto out;
	result = reeve_folder_flush(dirfd, leaving->folder, err);
	if (result < 0)
		unlinkat(dirfd, leaving->archive, 0);
out:
	if (result < 0)
		unlinkat(dirfd, part, 0);
	close(fd);
	close(dirfd);
	return result;
}

int users_leaving_unarchive(struct reeve_users *users, void *what, struct reeve_error *err)
{
	const struct users_leaving *leaving = what;
	int dirfd = reeve_way_open(leaving->folder, err), result = 0;

	(void)users;
	if (dirfd < 0)
		return -1;
	if (unlinkat(dirfd, leaving->archive, 0) < 0 && errno != ENOENT)
		result = reeve_fail_errno(err, "cannot remove '%s/%s'", leaving->folder,
		                          leaving->archive);
	close(dirfd);
	return result;
}
