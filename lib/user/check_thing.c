/* SPDX-License-Identifier: MIT */
/* A home or a mailbox: whose it is, and who may read it. */
#include "user/check.h"

#include "user/line.h"
#include <errno.h>
#include <pwd.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASSWD_BYTES 65536

/* ---- who is whose --------------------------------------------------------------------------- */

int users_check_ids(const struct users_check *check, const char *name, uint32_t *uid_r,
                    uint32_t *gid_r)
{
	const struct reeve_account *account = reeve_accounts_find(&check->users->accounts, name);
	struct passwd entry, *found = NULL;
	struct users_line line;
	char *buf;
	int error;

	if (account != NULL) {
		*uid_r = account->uid;
		*gid_r = account->gid;
		return 1;
	}
	/* INBOX=/var/mail/%u is a virtual user's, too; whose uid he has is looked at with his line. */
	if (users_line_find(check->users, name, &line, NULL) > 0)
		return 2;
	if (check->users->root[0] != '\0')
		return 0;
	buf = malloc(PASSWD_BYTES);
	if (buf == NULL)
		return -1;
	error = getpwnam_r(name, &entry, buf, PASSWD_BYTES, &found);
	if (found != NULL) {
		*uid_r = entry.pw_uid;
		*gid_r = entry.pw_gid;
	}
	free(buf);
	if (error != 0 && error != ENOENT && error != ESRCH)
		return -1;
	return found != NULL;
}

const char *users_check_owner(const struct users_check *check, uint32_t uid, char *buf, size_t n,
                              bool *is_none_r)
{
	const struct reeve_account *account = reeve_accounts_uid(&check->users->accounts, uid);
	struct passwd entry, *found = NULL;
	char *more;
	int error = 0;

	snprintf(buf, n, "uid %u", (unsigned int)uid);
	*is_none_r = account == NULL;
	if (account != NULL)
		snprintf(buf, n, "'%s'", account->name);
	if (account != NULL || check->users->root[0] != '\0')
		return buf;
	more = malloc(PASSWD_BYTES);
	if (more != NULL)
		error = getpwuid_r(uid, &entry, more, PASSWD_BYTES, &found);
	if (found != NULL)
		snprintf(buf, n, "'%s'", entry.pw_name);
	*is_none_r = more != NULL && found == NULL &&
	             (error == 0 || error == ENOENT || error == ESRCH);
	free(more);
	return buf;
}

/* ---- owner and mode ------------------------------------------------------------------------- */

/* Who else may read or write it, as a sentence has it; NULL: nobody. */
static const char *who_else(struct users_check *check, const struct users_thing *thing, char *buf,
                            size_t n)
{
	const struct reeve_account_group *group;
	mode_t mode = thing->st.st_mode;

	if ((mode & 06) != 0)
		return "every user";
	if ((mode & 060) == 0 || !users_check_is_shared(check, thing->st.st_gid, thing->uid))
		return NULL;
	group = reeve_accounts_gid(&check->users->accounts, thing->st.st_gid);
	snprintf(buf, n, "group '%s'", group == NULL ? "?" : group->name);
	return buf;
}

/* ---- a thing -------------------------------------------------------------------------------- */

struct file_id {
	dev_t dev;
	ino_t ino;
};

static int compare(const void *left, const void *right)
{
	const struct file_id *a = left, *b = right;

	return a->dev != b->dev ? (a->dev > b->dev) - (a->dev < b->dev)
	                        : (a->ino > b->ino) - (a->ino < b->ino);
}

bool users_check_is_first(struct users_check *check, const struct stat *st)
{
	struct file_id *id = reeve_arena_alloc(check->users->arena, sizeof *id);
	const void *const *node;

	if (id == NULL) {
		check->users->has_failed = true;
		return false;
	}
	*id = (struct file_id){st->st_dev, st->st_ino};
	node = tsearch(id, &check->seen, compare);
	if (node == NULL)
		check->users->has_failed = true;
	return node != NULL && *node == id;
}

bool users_check_is_seen(const struct users_check *check, const struct stat *st)
{
	const struct file_id id = {st->st_dev, st->st_ino};

	return tfind(&id, &check->seen, compare) != NULL;
}

static void keep(void *id)
{
	(void)id; /* is the arena's */
}

void users_check_forget(struct users_check *check)
{
	tdestroy(check->seen, keep);
	check->seen = NULL;
	free(check->left.rows);
	check->left = (struct users_left){0};
}

struct users_thing users_check_thing_of(const struct reeve_user *user, const char *what,
                                        const char *path, const struct stat *st)
{
	return (struct users_thing){.what = what,
	                            .path = path,
	                            .user = user->name,
	                            .uid = user->uid,
	                            .gid = user->gid,
	                            .home = user->home,
	                            .is_virtual = user->is_virtual,
	                            .is_owner_unknown = !user->has_ids,
	                            .st = *st};
}

void users_check_thing(struct users_check *check, struct users_thing thing)
{
	mode_t mode = thing.st.st_mode;
	bool is_new = users_check_is_first(check, &thing.st);
	char buf[300];
	const char *who;

	if (!is_new && thing.is_virtual)
		return;
	if (thing.is_owner_unknown)
		thing.uid = thing.st.st_uid;
	if (thing.st.st_uid != thing.uid)
		users_check_fault(check, REEVE_PROBLEM, thing.path, 0, "the %s of '%s' belongs to %s",
		                  thing.what, thing.user,
		                  users_check_owner(check, thing.st.st_uid, buf, sizeof buf,
		                                    &thing.is_ownerless));
	who = who_else(check, &thing, buf, sizeof buf);
	if (who != NULL)
		users_check_fault(check, REEVE_PROBLEM, thing.path, 0,
		                  "the %s of '%s' may be %s by %s (mode %04o)", thing.what,
		                  thing.user, (mode & 022) != 0 ? "read and changed" : "read", who,
		                  (unsigned int)(mode & 07777));
	if (S_ISREG(mode) && thing.st.st_nlink > 1)
		users_check_fault(check, REEVE_WARNING, thing.path, 0,
		                  "the %s of '%s' has a second hard link: find / -samefile '%s' "
		                  "tells where, and rm of the other name ends it",
		                  thing.what, thing.user, thing.path);
	if (check->repair && is_new)
		users_check_mend(check, &thing, who == NULL ? mode : mode & ~(mode_t)077);
}
