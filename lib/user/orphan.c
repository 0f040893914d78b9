/* SPDX-License-Identifier: MIT */
/* What users who are gone left, and uids that own none of it. */
#include "user/orphan.h"

#include "base/error.h"
#include "base/open.h"
#include "mbox/login.h"
#include "user/belongings.h"
#include "user/mailbox.h"
#include "user/system.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct orphan {
	struct orphan *next;
	const char *path, *name; /* as the root sees it, and its last part */
	uint32_t uid;
};

struct folder {
	struct folder *next;
	const char *path;
};

struct users_orphans {
	struct orphan *rows;
	struct folder *folders; /* that were looked through */
};

/* ---- looking -------------------------------------------------------------------------------- */

static bool is_left(const struct reeve_users *users, uint32_t uid)
{
	if (uid < USERS_UID_MIN || uid >= USERS_UID_NOBODY)
		return false;
	for (const struct orphan *row = users->orphans->rows; row != NULL; row = row->next)
		if (row->uid == uid)
			return true;
	return users_is_nobodys(users, uid);
}

static void read_folder(struct reeve_users *users, DIR *dir, const char *path)
{
	struct dirent *entry;
	struct stat st;

	while ((entry = readdir(dir)) != NULL) {
		struct orphan *row;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !is_left(users, st.st_uid))
			continue;
		row = reeve_arena_alloc(users->arena, sizeof *row);
		if (row == NULL) {
			users->has_failed = true;
			return;
		}
		row->path = reeve_users_text(users, "%s/%s", path, entry->d_name);
		row->name = strrchr(row->path, '/') == NULL ? "" : strrchr(row->path, '/') + 1;
		row->uid = st.st_uid;
		row->next = users->orphans->rows;
		users->orphans->rows = row;
	}
}

static int look_through(struct reeve_users *users, const char *path, struct reeve_error *err)
{
	struct folder *folder;
	DIR *dir;
	int fd;

	for (folder = users->orphans->folders; folder != NULL; folder = folder->next)
		if (strcmp(folder->path, path) == 0)
			return 0;
	folder = reeve_arena_alloc(users->arena, sizeof *folder);
	if (folder == NULL)
		return reeve_fail_nomem(err);
	folder->path = path;
	folder->next = users->orphans->folders;
	users->orphans->folders = folder;
	fd = reeve_open_in_root(users->root, reeve_users_text(users, "%s%s/", users->root, path));
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL) {
		int saved = errno;

		if (fd >= 0)
			close(fd);
		errno = saved;
		/* A way that leads nowhere, or astray, is judged where the place is made. */
		return errno == EIO || errno == ENOMEM || errno == EMFILE || errno == ENFILE
		               ? reeve_fail_errno(err, "cannot read the folder '%s'", path)
		               : 0;
	}
	read_folder(users, dir, path);
	closedir(dir);
	return users->has_failed ? reeve_fail_nomem(err) : 0;
}

int users_orphans_look(struct reeve_users *users, const char *home, struct reeve_error *err)
{
	const struct users_mail *mail = users_mail(users, err);
	const char *slash = strrchr(home, '/');

	if (mail == NULL)
		return -1;
	if (users->orphans == NULL)
		users->orphans = reeve_arena_alloc(users->arena, sizeof *users->orphans);
	if (users->orphans == NULL)
		return reeve_fail_nomem(err);
	if (mail->spool != NULL && look_through(users, mail->spool, err) < 0)
		return -1;
	if (slash == NULL || slash == home || strcmp(home, USERS_NO_HOME) == 0)
		return 0;
	return look_through(users, reeve_users_text(users, "%.*s", (int)(slash - home), home), err);
}

/* ---- asking --------------------------------------------------------------------------------- */

static const struct orphan *first(const struct reeve_users *users)
{
	return users->orphans == NULL ? NULL : users->orphans->rows;
}

const char *users_orphan_of(const struct reeve_users *users, uint32_t uid, const char *name)
{
	for (const struct orphan *row = first(users); row != NULL; row = row->next)
		if (row->uid == uid && strcmp(row->name, name) != 0)
			return row->path;
	return NULL;
}

bool users_orphan_uid(const struct reeve_users *users, const char *name, uint32_t *uid_r)
{
	for (const struct orphan *row = first(users); row != NULL; row = row->next)
		if (strcmp(row->name, name) == 0) {
			*uid_r = row->uid;
			return users_orphan_of(users, row->uid, name) == NULL;
		}
	return false;
}

static bool is_free(const struct reeve_users *users, uint32_t uid)
{
	for (const struct orphan *row = first(users); row != NULL; row = row->next)
		if (row->uid == uid)
			return false;
	return reeve_accounts_uid(&users->accounts, uid) == NULL &&
	       users_fresh_uid(users, uid) == NULL && !users_system_uid_elsewhere(users, uid);
}

static void raise_to(uint32_t *top, uint32_t uid, uint32_t min, uint32_t max)
{
	if (uid >= min && uid <= max && uid >= *top)
		*top = uid + 1;
}

int users_orphan_avoid(struct reeve_users *users, uint32_t *uid_r, struct reeve_error *err)
{
	uint32_t min, max, top;

	*uid_r = 0;
	if (first(users) == NULL)
		return 0;
	if (reeve_login_uids(users->root, &min, &max, err) < 0)
		return -1;
	min = min < USERS_UID_MIN ? USERS_UID_MIN : min;
	max = max >= USERS_UID_NOBODY ? USERS_UID_NOBODY - 1 : max;
	/* As useradd(8) does: above all, and if there is nothing left, the first that is free. */
	top = min;
	for (size_t i = 0; i < users->accounts.count; i++)
		raise_to(&top, users->accounts.rows[i].uid, min, max);
	for (const struct orphan *row = first(users); row != NULL; row = row->next)
		raise_to(&top, row->uid, min, max);
	for (uint32_t uid = top; uid <= max && *uid_r == 0; uid++)
		if (is_free(users, uid))
			*uid_r = uid;
	for (uint32_t uid = min; uid < top && uid <= max && *uid_r == 0; uid++)
		if (is_free(users, uid))
			*uid_r = uid;
	return *uid_r != 0 ? 0
	                   : reeve_fail(err, REEVE_EREFUSED,
	                                "no uid from %u to %u is free of mail that users who are "
	                                "gone left",
	                                min, max);
}
