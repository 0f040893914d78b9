/* SPDX-License-Identifier: MIT */
/* Homes and mailboxes, by openat(2) and what hangs on descriptors. */
#include "user/places.h"

#include "base/error.h"
#include "base/folder.h"
#include "base/identity.h"
#include "base/open.h"
#include "base/way.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the way there -------------------------------------------------------------------------- */

/* The first `n` bytes of `path`, with the root in front: the folder opened, -1 with err. */
static int open_folder(const struct reeve_users *users, const char *path, size_t n,
                       struct reeve_error *err)
{
	char *folder;
	int fd = -1;

	if (asprintf(&folder, "%s%.*s", users->root, n == 0 ? 1 : (int)n, n == 0 ? "/" : path) < 0)
		return reeve_fail_nomem(err);
	if (reeve_path_inside(users->root, folder, err) == 0)
		fd = reeve_way_open(folder, err);
	free(folder);
	return fd;
}

int users_place_folder(const struct reeve_users *users, const char *path, const char **name_r,
                       struct reeve_error *err)
{
	const char *slash = strrchr(path, '/');

	*name_r = slash + 1;
	return open_folder(users, path, (size_t)(slash - path), err);
}

/* The lowest folder above `path` that is there, and the bytes of its name; -1 with err. */
static int open_lowest(const struct reeve_users *users, const char *path, size_t *end_r,
                       struct reeve_error *err)
{
	size_t end = strlen(path);
	struct reeve_error why;
	int fd;

	do {
		while (end > 0 && path[end - 1] != '/')
			end--;
		while (end > 0 && path[end - 1] == '/')
			end--;
		why = (struct reeve_error){0};
		fd = open_folder(users, path, end, &why);
	} while (fd < 0 && why.sys_errno == ENOENT && end > 0);
	if (fd < 0 && err != NULL)
		*err = why;
	*end_r = end;
	return fd;
}

/* ---- looking -------------------------------------------------------------------------------- */

static int refuse(const struct users_place *place, const char *what, struct reeve_error *err)
{
	return reeve_fail(err, REEVE_EREFUSED, "'%s' is there already, and %s", place->path, what);
}

/* Whether nothing is in a folder. */
static bool is_empty(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool found = dir == NULL;

	if (dir == NULL && fd >= 0)
		close(fd);
	while (!found && (entry = readdir(dir)) != NULL)
		found = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	if (dir != NULL)
		closedir(dir);
	return !found;
}

static int judge(const struct reeve_users *users, const struct users_place *place, int dirfd,
                 const char *name, const struct stat *st, enum users_place_state *state_r,
                 struct reeve_error *err)
{
	bool is_home = place->kind == USERS_PLACE_HOME;
	const struct reeve_account *owner;
	char whose[120];

	if (S_ISLNK(st->st_mode))
		return refuse(place, "is a symbolic link", err);
	if (is_home ? !S_ISDIR(st->st_mode) : !S_ISREG(st->st_mode))
		return refuse(place, is_home ? "is no folder" : "is no file", err);
	if (!is_home && st->st_nlink != 1)
		return refuse(place, "has a second hard link", err);
	if (place->knows_owner && st->st_uid == place->uid) {
		*state_r = USERS_PLACE_HIS;
		return 0;
	}
	/* As we make it: nobody else may look inside. /opt is root's and empty, too. */
	if (st->st_uid == 0 && (st->st_mode & 077) == 0 &&
	    (is_home ? is_empty(dirfd, name) : st->st_size == 0)) {
		*state_r = USERS_PLACE_BEGUN;
		return 0;
	}
	owner = reeve_accounts_uid(&users->accounts, st->st_uid);
	snprintf(whose, sizeof whose, "belongs to uid %ju (%s%.64s%s)", (uintmax_t)st->st_uid,
	         owner == NULL ? "" : "'", owner == NULL ? "nobody's" : owner->name,
	         owner == NULL ? "" : "'");
	return refuse(place, whose, err);
}

/* Nothing is made in a folder of a third person. Of a dry run we may be somebody, too. */
static int check_above(const struct users_place *place, uid_t above, struct reeve_error *err)
{
	if (above == 0 || above == geteuid() || (place->knows_owner && above == place->uid))
		return 0;
	return reeve_fail(err, REEVE_EREFUSED,
	                  "'%s' would be in a folder of somebody else's (uid %ju)", place->path,
	                  (uintmax_t)above);
}

/* Whether the way to a home that is not there can be made. */
static int look_at_way(const struct reeve_users *users, const struct users_place *place,
                       struct reeve_error *err)
{
	struct stat st;
	size_t end;
	int fd = open_lowest(users, place->path, &end, err), result;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		result = reeve_fail_errno(err, "cannot look at the way to '%s'", place->path);
	else
		result = check_above(place, st.st_uid, err);
	close(fd);
	return result;
}

int users_place_look(const struct reeve_users *users, const struct users_place *place,
                     enum users_place_state *state_r, struct reeve_error *err)
{
	struct reeve_error why = {0};
	const char *name;
	struct stat st;
	int dirfd = users_place_folder(users, place->path, &name, &why), result = 0;

	*state_r = USERS_PLACE_NONE;
	if (dirfd < 0 && why.sys_errno == ENOENT && place->kind == USERS_PLACE_HOME)
		return look_at_way(users, place, err);
	if (dirfd < 0) {
		if (err != NULL)
			*err = why;
		return -1;
	}
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		result = judge(users, place, dirfd, name, &st, state_r, err);
	else if (errno != ENOENT)
		result = reeve_fail_errno(err, "cannot look at '%s'", place->path);
	close(dirfd);
	if (result == 0 && *state_r != USERS_PLACE_HIS && place->kind == USERS_PLACE_HOME)
		result = look_at_way(users, place, err);
	return result;
}

/* ---- making --------------------------------------------------------------------------------- */

/* What is open becomes his; it is root's, or his already. Flushed. */
static int give(const struct users_place *place, int fd, const struct stat *dir,
                struct reeve_error *err)
{
	bool is_home = place->kind == USERS_PLACE_HOME;
	bool keeps_group = !is_home && (dir->st_mode & S_ISGID) != 0;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", place->path);
	/*
	 * It was looked at by name; this is what was opened. What is root's has to be as we make it
	 * here, too: in a folder of his own he may put anything of root's under the name meanwhile.
	 */
	bool is_ours = st.st_uid == 0 && (st.st_mode & 077) == 0 &&
	               (is_home ? is_empty(fd, ".") : st.st_size == 0);
	if ((!is_ours && st.st_uid != place->uid) || (!is_home && st.st_nlink != 1) ||
	    (is_home ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode)))
		return reeve_fail(err, REEVE_ECHANGED, "'%s' was replaced while it was made",
		                  place->path);
	if ((st.st_uid != place->uid || (!keeps_group && st.st_gid != place->gid)) &&
	    fchown(fd, place->uid, keeps_group ? (gid_t)-1 : place->gid) < 0)
		return reeve_fail_errno(err, "cannot give '%s' to its owner", place->path);
	if (fchmod(fd, is_home ? 0700 : 0600) < 0 || fsync(fd) < 0)
		return reeve_fail_errno(err, "cannot finish '%s'", place->path);
	return 0;
}

/*
 * A folder in an open one. In root's by root; in his own by him, so that nothing that he may put in
 * our way leads anywhere where he could not go himself.
 */
static int make_in(struct users_place *place, int dirfd, const struct stat *dir, const char *name,
                   struct reeve_error *err)
{
	struct reeve_identity id = {0};
	int made;

	if (check_above(place, dir->st_uid, err) < 0)
		return -1;
	if (dir->st_uid != 0 && reeve_identity_become(&id, place->uid, place->gid, err) < 0)
		return -1;
	made = mkdirat(dirfd, name, 0700);
	int saved = errno;
	if (dir->st_uid != 0)
		reeve_identity_restore(&id);
	errno = saved;
	if (made < 0 && errno != EEXIST)
		return reeve_fail_errno(err, "cannot make '%s'", place->path);
	place->made += made == 0;
	return 0;
}

/* One part of the way to a home. Takes dirfd, gives back the next. */
static int step_down(struct users_place *place, int dirfd, const char *name, bool is_last,
                     struct reeve_error *err)
{
	unsigned int before = place->made;
	struct stat dir;
	int fd = -1, result = -1;

	if (fstat(dirfd, &dir) < 0) {
		reeve_fail_errno(err, "cannot make '%s'", place->path);
		goto out;
	}
	if (make_in(place, dirfd, &dir, name, err) < 0)
		goto out;
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		reeve_fail_errno(err, "cannot open '%s'", place->path);
		goto out;
	}
	if (is_last)
		result = give(place, fd, &dir, err);
	else if (place->made > before && dir.st_uid == 0 && fchmod(fd, 0755) < 0)
		reeve_fail_errno(err, "cannot open '%s' to others", place->path);
	else
		result = 0;
	if (result == 0 && place->made > before)
		result = reeve_folder_flush(dirfd, place->path, err);
out:
	close(dirfd);
	if (result < 0 && fd >= 0)
		close(fd);
	return result < 0 ? -1 : fd;
}

static int make_home(const struct reeve_users *users, struct users_place *place,
                     struct reeve_error *err)
{
	const char *path = place->path;
	size_t end;
	int fd = open_lowest(users, path, &end, err);

	if (fd < 0)
		return -1;
	while (fd >= 0 && path[end] != '\0') {
		size_t n;

		end += strspn(path + end, "/");
		n = strcspn(path + end, "/");
		char *name = strndup(path + end, n);
		end += n;
		if (name == NULL) {
			close(fd);
			return reeve_fail_nomem(err);
		}
		unsigned int before = place->made;
		fd = step_down(place, fd, name, path[end] == '\0', err);
		if (place->made > before)
			place->made_to = end;
		free(name);
	}
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int make_box(const struct reeve_users *users, struct users_place *place,
                    struct reeve_error *err)
{
	const int flags = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	const char *name;
	struct stat dir, st;
	int dirfd = users_place_folder(users, place->path, &name, err), fd, result = -1;

	if (dirfd < 0)
		return -1;
	fd = openat(dirfd, name, flags | O_CREAT | O_EXCL, 0600);
	place->made = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = openat(dirfd, name, flags);
	if (fd < 0 || fstat(dirfd, &dir) < 0 || fstat(fd, &st) < 0) {
		reeve_fail_errno(err, "cannot make '%s'", place->path);
		goto out;
	}
	place->dev = st.st_dev;
	place->ino = st.st_ino;
	if (st.st_uid == 0 && st.st_size > 0)
		reeve_fail(err, REEVE_ECHANGED, "'%s' is not empty any more", place->path);
	else if (give(place, fd, &dir, err) == 0)
		result = place->made > 0 ? reeve_folder_flush(dirfd, place->path, err) : 0;
out:
	if (fd >= 0)
		close(fd);
	close(dirfd);
	return result;
}

int users_place_make(const struct reeve_users *users, struct users_place *place,
                     struct reeve_error *err)
{
	place->made = 0;
	return place->kind == USERS_PLACE_HOME ? make_home(users, place, err)
	                                       : make_box(users, place, err);
}
