/* SPDX-License-Identifier: MIT */
/*
 * Leftovers. What is removed has a name of ours, is root's (or whoever we are), as closed to others as we
 * make it, and in nobody's hands: a begun archive is locked by who writes it, a killed run's tar(1) too; a
 * lock's pid is that of the run that had the lock of plans before us, and no process has it.
 */
#include "user/leftover.h"

#include "base/diag.h"
#include "base/dotlock.h"
#include "base/error.h"
#include "base/folder.h"
#include "base/way.h"
#include "plan/lock.h"
#include "user/places.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 20 /* how often a begun archive is looked at again */

struct leftover {
	const char *folder, *name;
	bool is_in_root; /* the folder is as the root sees it */
	bool is_archive;
	struct stat st;
};

/* ---- begun archives ------------------------------------------------------------------------- */

int users_leftover_not(int fd, const char *name, struct reeve_error *err)
{
	struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fcntl(fd, F_OFD_SETLK, &all) == 0 || errno == ENOLCK || errno == EOPNOTSUPP)
		return 0;
	if (errno == EAGAIN || errno == EACCES)
		return reeve_fail(err, REEVE_EBUSY, "another process has '%s'", name);
	return reeve_fail_errno(err, "cannot lock '%s'", name);
}

static const char *skip_digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)p[i]))
			return NULL;
	return p + n;
}

/* "-20261129-163000.tar.part", or with "-2" in the middle. */
static bool is_stamp(const char *p)
{
	p = p[0] == '-' ? skip_digits(p + 1, 8) : NULL;
	p = p != NULL && p[0] == '-' ? skip_digits(p + 1, 6) : NULL;
	if (p != NULL && p[0] == '-' && isdigit((unsigned char)p[1]))
		p += 1 + strspn(p + 1, "0123456789");
	return p != NULL && strcmp(p, ".tar.part") == 0;
}

/* The bytes of the user's name in front of the stamp; 0: it is no name of ours. */
static size_t name_length(const char *file)
{
	for (const char *p = strchr(file, '-'); p != NULL; p = strchr(p + 1, '-'))
		if (p > file && is_stamp(p))
			return (size_t)(p - file);
	return 0;
}

enum begun { NOT_OURS, BEGUN, HELD };

static enum begun look_at(int dirfd, const char *name, struct stat *st)
{
	struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = openat(dirfd, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	enum begun is = NOT_OURS;

	if (fd >= 0 && fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_uid == geteuid() &&
	    (st->st_mode & 07777) == 0600 && st->st_nlink == 1 &&
	    fcntl(fd, F_OFD_GETLK, &all) == 0)
		is = all.l_type == F_UNLCK ? BEGUN : HELD;
	if (fd >= 0)
		close(fd);
	return is;
}

/* The same, when who holds it has let go; HELD if he does not in the time that a lock is waited for. */
static enum begun wait_for(struct reeve_users *users, int dirfd, const char *name, struct stat *st)
{
	const struct timespec moment = {.tv_nsec = WAIT_MS * 1000000};
	int64_t left = users->how.dry_run ? 0 : users->how.lock_timeout_ms;
	enum begun is = look_at(dirfd, name, st);

	for (; is == HELD && left > 0 && !reeve_canceled(&users->talk); left -= WAIT_MS) {
		nanosleep(&moment, NULL);
		is = look_at(dirfd, name, st);
	}
	return is;
}

/* ---- removing ------------------------------------------------------------------------------- */

static int carry_out(struct reeve_users *users, void *what, struct reeve_error *err)
{
	const struct leftover *left = what;
	int dirfd, result = 0;
	const char *last;
	struct stat st;

	dirfd = left->is_in_root
	                ? users_place_folder(users, reeve_users_text(users, "%s/.", left->folder),
	                                     &last, err)
	                : reeve_way_open(left->folder, err);
	if (dirfd < 0)
		return -1;
	/* It is still what was looked at; else it is somebody's. */
	if (left->is_archive ? look_at(dirfd, left->name, &st) == BEGUN
	                     : fstatat(dirfd, left->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		if (st.st_dev == left->st.st_dev && st.st_ino == left->st.st_ino)
			result = unlinkat(dirfd, left->name, 0);
	if (result < 0)
		reeve_fail_errno(err, "cannot remove '%s/%s'", left->folder, left->name);
	else
		result = reeve_folder_flush(dirfd, left->folder, err);
	close(dirfd);
	return result;
}

static int add(struct reeve_users *users, const char *user, const struct leftover *like,
               struct reeve_error *err)
{
	struct leftover *left = reeve_arena_alloc(users->arena, sizeof *left);

	if (left == NULL)
		return reeve_fail_nomem(err);
	*left = *like;
	left->folder = reeve_users_keep(users, like->folder);
	left->name = reeve_users_keep(users, like->name);
	users_step_add(users,
	               &(struct users_step){.order = USERS_ARCHIVE,
	                                    .user = user,
	                                    .text = reeve_users_text(
						    users,
						    "remove '%s/%s', which a run that was broken off left",
						    left->folder, left->name),
	                                    .is_change = true,
	                                    .carry_out = carry_out,
	                                    .what = left});
	return 0;
}

/* ---- those of others ------------------------------------------------------------------------ */

struct users_begun {
	struct users_begun *next;
	const char *path, *user;
	dev_t dev;
	ino_t ino;
};

/* Each user who leaves finds it; and a wish that is still to come may be the one that removes it. */
static void note_begun(struct reeve_users *users, const char *folder, const char *name, size_t n,
                       const struct stat *st)
{
	struct users_steps *steps = users_steps(users);
	struct users_begun **end, *begun;

	if (steps == NULL)
		return;
	for (end = &steps->begun; *end != NULL; end = &(*end)->next)
		if ((*end)->dev == st->st_dev && (*end)->ino == st->st_ino)
			return;
	begun = reeve_arena_alloc(users->arena, sizeof *begun);
	if (begun == NULL) {
		users->has_failed = true;
		return;
	}
	*begun = (struct users_begun){.path = reeve_users_text(users, "%s/%s", folder, name),
	                              .user = reeve_users_text(users, "%.*s", (int)n, name),
	                              .dev = st->st_dev,
	                              .ino = st->st_ino};
	*end = begun;
}

static bool is_removed(const struct users_steps *steps, const struct users_begun *begun)
{
	for (size_t i = 0; i < steps->count; i++) {
		const struct leftover *left = steps->rows[i].what;

		if (steps->rows[i].carry_out == carry_out && left->st.st_dev == begun->dev &&
		    left->st.st_ino == begun->ino)
			return true;
	}
	return false;
}

void users_leftover_tell(struct reeve_users *users)
{
	struct users_begun *begun = users->steps == NULL ? NULL : users->steps->begun;

	for (; begun != NULL; begun = begun->next)
		if (!is_removed(users->steps, begun))
			reeve_diag(&users->talk, REEVE_WARNING, begun->path, 0, 0,
			           "this archive of '%s' was begun by a run that was broken off, and "
			           "is not whole",
			           begun->user);
	if (users->steps != NULL)
		users->steps->begun = NULL;
}

int users_leftover_archives(struct reeve_users *users, struct users_leaving *leaving, int dirfd,
                            const char *folder, struct reeve_error *err)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), result = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (dir == NULL) {
		reeve_fail_errno(err, "cannot read the folder '%s'", folder);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (result == 0 && (entry = readdir(dir)) != NULL) {
		struct leftover left = {.folder = folder, .name = entry->d_name, .is_archive = true};
		size_t n = name_length(entry->d_name);

		bool is_his = strlen(leaving->name) == n && memcmp(leaving->name, entry->d_name, n) == 0;
		enum begun is = n == 0   ? NOT_OURS
		                : is_his ? wait_for(users, fd, entry->d_name, &left.st)
		                         : look_at(fd, entry->d_name, &left.st);

		if (is == NOT_OURS || (is == HELD && !is_his))
			continue;
		if (is == HELD)
			reeve_diag(&users->talk, REEVE_WARNING,
			           reeve_users_text(users, "%s/%s", folder, entry->d_name), 0, 0,
			           "another process writes this archive of '%s' still: it stays",
			           leaving->name);
		else if (leaving->folder != NULL && is_his)
			result = add(users, leaving->name, &left, err);
		else
			note_begun(users, folder, entry->d_name, n, &left.st);
	}
	closedir(dir);
	return result;
}

/* ---- locks ---------------------------------------------------------------------------------- */

int users_leftover_lock(struct reeve_users *users, const struct users_part *part,
                        struct reeve_error *err)
{
	pid_t pid = users->plan == NULL ? 0 : reeve_plan_before(users->plan);
	char name[REEVE_DOTLOCK_LEFT];
	struct leftover left = {.name = name, .is_in_root = true};
	struct users_steps *steps = users_steps(users);
	const char *last;
	int dirfd, result = 0;

	if (pid <= 0 || part->is_folder || steps == NULL)
		return 0;
	left.folder = reeve_users_text(users, "%.*s",
	                               (int)(strrchr(part->path, '/') - part->path), part->path);
	for (size_t i = 0; i < steps->count; i++)
		if (steps->rows[i].carry_out == carry_out &&
		    strcmp(((struct leftover *)steps->rows[i].what)->folder, left.folder) == 0)
			return 0;
	dirfd = users_place_folder(users, part->path, &last, err);
	if (dirfd < 0)
		return -1;
	if (reeve_dotlock_left(dirfd, pid, name) &&
	    fstatat(dirfd, name, &left.st, AT_SYMLINK_NOFOLLOW) == 0)
		result = add(users, "", &left, err);
	close(dirfd);
	return result;
}
