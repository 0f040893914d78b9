/* SPDX-License-Identifier: MIT */
/* Whose spool is where: a user's mailbox, and the mailboxes of MAIL_DIR. */
#include "base/arena.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/open.h"
#include "mbox/login.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mailreeve/mbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct reeve_spool {
	struct reeve_arena *arena;
	char *root;   /* "" or a path without a slash at the end */
	char *folder; /* with the root in front */
	int dirfd;
	char **names; /* sorted */
	size_t count, next;
	char *path; /* of the box given out last */
	struct reeve_talk talk;
};

static bool is_lock_name(const char *name)
{
	size_t n = strlen(name);

	return n >= 5 && strcmp(name + n - 5, ".lock") == 0;
}

char *reeve_spool_user(const char *root, const char *user, struct reeve_error *err)
{
	char *top, *dir = NULL, *file = NULL, *home = NULL, *path = NULL, *slash;
	int found, n;

	/* Else "../../etc/shadow" would be a mailbox. */
	if (user[0] == '\0' || user[0] == '.' || strchr(user, '/') != NULL || is_lock_name(user)) {
		reeve_fail(err, REEVE_EUSAGE, "'%s' cannot be a user's name", user);
		return NULL;
	}
	top = reeve_login_root(root);
	if (top == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	found = reeve_login_find(top, user, &home, err);
	if (found == 0)
		reeve_fail(err, REEVE_EUSAGE, "there is no user '%s'", user);
	if (found != 1 || reeve_login_mail(top, &dir, &file, err) < 0)
		goto out;

	if (file != NULL)
		n = asprintf(&path, "%s%s/%s", top, home, file);
	else
		n = asprintf(&path, "%s%s/%s", top, dir, user);
	if (n < 0) {
		reeve_fail_nomem(err);
		path = NULL;
		goto out;
	}

	/* The last component is looked at when the box is opened. */
	slash = strrchr(path, '/');
	*slash = '\0';
	found = reeve_path_inside(top, path, err);
	*slash = '/';
	if (found < 0) {
		free(path);
		path = NULL;
	}
out:
	free(home);
	free(file);
	free(dir);
	free(top);
	return path;
}

/* ---- the spool ------------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All names of the folder that may be boxes, sorted. */
static int read_names(struct reeve_spool *spool, struct reeve_error *err)
{
	int fd = openat(spool->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	size_t room = 0;

	if (dir == NULL) {
		reeve_fail_errno(err, "cannot read the mail folder '%s'", spool->folder);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (errno = 0, (entry = readdir(dir)) != NULL) {
		char *name;

		if (entry->d_name[0] == '.' || is_lock_name(entry->d_name))
			continue;
		if (spool->count == room) {
			size_t more = room == 0 ? 64 : room * 2;
			char **grown = reallocarray(spool->names, more, sizeof *grown);

			if (grown == NULL)
				break;
			spool->names = grown;
			room = more;
		}
		name = reeve_arena_strndup(spool->arena, entry->d_name, strlen(entry->d_name));
		if (name == NULL)
			break;
		spool->names[spool->count++] = name;
	}
	if (errno != 0) {
		reeve_fail_errno(err, "cannot read the mail folder '%s'", spool->folder);
		closedir(dir);
		return -1;
	}
	closedir(dir);
	if (spool->count > 0)
		qsort(spool->names, spool->count, sizeof *spool->names, by_name);
	return 0;
}

struct reeve_spool *reeve_spool_open(const char *root, const struct reeve_talk *talk,
                                     struct reeve_error *err)
{
	struct reeve_spool *spool = calloc(1, sizeof *spool);
	char *dir = NULL;

	if (spool == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	spool->dirfd = -1;
	if (talk != NULL)
		spool->talk = *talk;
	spool->arena = reeve_arena_new();
	spool->root = reeve_login_root(root);
	if (spool->arena == NULL || spool->root == NULL) {
		reeve_fail_nomem(err);
		goto fail;
	}
	if (reeve_login_mail(spool->root, &dir, NULL, err) < 0)
		goto fail;
	if (asprintf(&spool->folder, "%s%s", spool->root, dir) < 0) {
		spool->folder = NULL;
		reeve_fail_nomem(err);
		goto fail;
	}
	if (reeve_path_inside(spool->root, spool->folder, err) < 0)
		goto fail;
	spool->dirfd = open(spool->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (spool->dirfd < 0) {
		reeve_fail_errno(err, "cannot open the mail folder '%s'", spool->folder);
		goto fail;
	}
	if (read_names(spool, err) < 0)
		goto fail;
	free(dir);
	return spool;
fail:
	free(dir);
	reeve_spool_close(spool);
	return NULL;
}

/* Whether the name is a regular file; what else is there is told. */
static bool is_box(const struct reeve_spool *spool, const char *name)
{
	enum reeve_severity severity = REEVE_WARNING;
	const char *what;
	struct stat st;

	if (fstatat(spool->dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT) /* gone since we read the folder */
			reeve_diag(&spool->talk, REEVE_WARNING, spool->path, 0, 0, "left alone: %s",
			           strerror(errno));
		return false;
	}
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return true;
	case S_IFDIR:
		severity = REEVE_NOTE;
		what = "a folder";
		break;
	case S_IFLNK:
		what = "a symbolic link";
		break;
	case S_IFIFO:
		what = "a FIFO";
		break;
	case S_IFSOCK:
		what = "a socket";
		break;
	default:
		what = "a device";
	}
	reeve_diag(&spool->talk, severity, spool->path, 0, 0, "left alone: it is %s", what);
	return false;
}

int reeve_spool_next(struct reeve_spool *spool, struct reeve_box *box, struct reeve_error *err)
{
	while (spool->next < spool->count) {
		const char *name = spool->names[spool->next++];
		int found;

		free(spool->path);
		if (asprintf(&spool->path, "%s/%s", spool->folder, name) < 0) {
			spool->path = NULL;
			return reeve_fail_nomem(err);
		}
		if (!is_box(spool, name))
			continue;
		found = reeve_login_find(spool->root, name, NULL, err);
		if (found < 0)
			return -1;
		*box = (struct reeve_box){.path = spool->path, .user = found ? name : NULL};
		return 1;
	}
	return 0;
}

void reeve_spool_close(struct reeve_spool *spool)
{
	if (spool == NULL)
		return;
	if (spool->dirfd >= 0)
		close(spool->dirfd);
	reeve_arena_free(spool->arena);
	free(spool->names);
	free(spool->root);
	free(spool->folder);
	free(spool->path);
	free(spool);
}
