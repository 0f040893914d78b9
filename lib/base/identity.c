/* SPDX-License-Identifier: MIT */
/* Acting as the owner of a file with the effective ids, while the real uid stays root's. */
#include "base/identity.h"

#include "base/error.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#define PASSWD_MAX 65536

/* The primary group of whoever has this uid. */
static bool primary_group(uid_t uid, gid_t *gid_r)
{
	struct passwd entry, *found = NULL;
	char *buf = malloc(PASSWD_MAX);

	if (buf != NULL && getpwuid_r(uid, &entry, buf, PASSWD_MAX, &found) == 0 && found != NULL)
		*gid_r = found->pw_gid;
	free(buf);
	return found != NULL;
}

void reeve_identity_for(const struct stat *file, const struct stat *dir, uid_t *uid_r, gid_t *gid_r)
{
	bool for_group = (dir->st_mode & S_IWGRP) != 0 && (dir->st_mode & S_IWOTH) == 0 &&
	                 dir->st_uid != file->st_uid;

	*uid_r = file->st_uid;
	if (for_group)
		*gid_r = dir->st_gid;
	else if (!primary_group(file->st_uid, gid_r))
		*gid_r = file->st_gid;
}

/*
 * Groups can be changed only by root, so they go first on the way down and the uid goes first on
 * the way up. Both answer 0 or -1 with errno, and believe only what the kernel says afterwards.
 */
static int go_down(const struct reeve_identity *id)
{
	gid_t group;

	if (setegid(id->gid) < 0 || setgroups(1, &id->gid) < 0 ||
	    (id->uid != 0 && seteuid(id->uid) < 0))
		return -1;
	if (geteuid() != id->uid || getegid() != id->gid || getuid() != 0 ||
	    getgroups(1, &group) != 1 || group != id->gid) {
		errno = EPERM;
		return -1;
	}
	return 0;
}

static int go_up(const struct reeve_identity *id)
{
	if (seteuid(id->old_uid) < 0 || setegid(id->old_gid) < 0 ||
	    setgroups((size_t)id->old_group_count, id->old_groups) < 0)
		return -1;
	if (geteuid() != id->old_uid || getegid() != id->old_gid ||
	    getgroups(0, NULL) != id->old_group_count) {
		errno = EPERM;
		return -1;
	}
	return 0;
}

int reeve_identity_become(struct reeve_identity *id, uid_t uid, gid_t gid, struct reeve_error *err)
{
	*id = (struct reeve_identity){
		.uid = uid, .gid = gid, .old_uid = geteuid(), .old_gid = getegid()};
	if (getuid() != 0 || geteuid() != 0)
		return 0;

	id->old_group_count = getgroups(0, NULL);
	if (id->old_group_count < 0)
		return reeve_fail_errno(err, "cannot read the groups of this process");
	id->old_groups = calloc((size_t)id->old_group_count + 1, sizeof *id->old_groups);
	if (id->old_groups == NULL)
		return reeve_fail_nomem(err);
	if (getgroups(id->old_group_count, id->old_groups) != id->old_group_count) {
		reeve_fail_errno(err, "cannot read the groups of this process");
		goto fail;
	}

	if (go_down(id) < 0) {
		reeve_fail_errno(err, "cannot become uid %ju, gid %ju", (uintmax_t)uid,
		                 (uintmax_t)gid);
		if (go_up(id) < 0)
			abort();
		goto fail;
	}
	id->is_changed = true;
	return 0;
fail:
	free(id->old_groups);
	id->old_groups = NULL;
	return -1;
}

void reeve_identity_restore(struct reeve_identity *id)
{
	reeve_identity_pause(id);
	free(id->old_groups);
	id->old_groups = NULL;
	id->is_changed = false;
}

void reeve_identity_pause(struct reeve_identity *id)
{
	int saved_errno = errno;

	if (id->is_changed && go_up(id) < 0)
		abort();
	errno = saved_errno;
}

void reeve_identity_resume(struct reeve_identity *id)
{
	int saved_errno = errno;

	if (id->is_changed && go_down(id) < 0)
		abort();
	errno = saved_errno;
}
