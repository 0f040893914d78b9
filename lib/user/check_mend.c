/* SPDX-License-Identifier: MIT */
/*
 * Mending owners and modes, by the plan: shown, recorded, undone by reeve-undo(8).
 *
 * A mode loses what lets others in, and gains nothing. An owner changes only where there can be no
 * doubt: what is root's, or nobody's, under the user's own name. What a third person owns may be
 * his, whatever its name.
 */
#include "user/check.h"

#include "base/diag.h"
#include "base/open.h"
#include "base/way.h"
#include "user/files.h"
#include "user/steps.h"
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether the last part of a path is the user's name, or, with a domain, his local part. */
static bool is_named(const char *path, const char *user)
{
	size_t n = strlen(path), m;
	const char *name;

	while (n > 0 && path[n - 1] == '/')
		n--;
	for (name = path + n; name > path && name[-1] != '/';)
		name--;
	m = (size_t)(path + n - name);
	return strncmp(name, user, m) == 0 && m > 0 && (user[m] == '\0' || user[m] == '@');
}

static bool may_give(const struct users_check *check, const struct users_thing *thing)
{
	const char *path = thing->path + strlen(check->users->root);
	size_t n = thing->home == NULL ? 0 : strlen(thing->home);
	bool is_in_home = n > 1 && strncmp(path, thing->home, n) == 0 && path[n] == '/';

	/* Who owns the folder can move any file of root's there, and would be given it. */
	if (is_in_home && S_ISREG(thing->st.st_mode) && thing->st.st_size > 0 &&
	    !thing->is_ownerless)
		return false;
	return thing->uid != 0 && (is_named(thing->path, thing->user) || is_in_home) &&
	       (thing->st.st_uid == 0 || thing->is_ownerless);
}

/* Whether the plan would take it: its refusal would be the refusal of all that is mended. */
static bool is_reached(const struct users_check *check, const char *path, struct reeve_error *err)
{
	char *copy = strdup(path);
	int fd = -1;

	if (copy != NULL && reeve_path_inside(check->users->root, dirname(copy), err) == 0) {
		free(copy);
		copy = strdup(path);
		fd = copy == NULL ? -1 : reeve_way_open(dirname(copy), err);
	}
	free(copy);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

void users_check_give(struct users_check *check, const char *path, const struct stat *st,
                      const struct reeve_rights *rights, const char *user, const char *text)
{
	struct reeve_users *users = check->users;
	struct reeve_rights old = {st->st_uid, st->st_gid, st->st_mode & 07777};
	struct reeve_error err = {0};

	if (!S_ISDIR(st->st_mode) && st->st_nlink > 1) {
		reeve_diag(&users->talk, REEVE_NOTE, path, 0, 0,
		           "left as it is: it has a second hard link");
		return;
	}
	if (!is_reached(check, path, &err)) {
		reeve_diag(&users->talk, REEVE_NOTE, path, 0, 0, "left as it is: %s", err.text);
		return;
	}
	reeve_plan_give(users->plan, path, &old, rights);
	users_step_add(users, &(struct users_step){.order = USERS_FILES,
	                                           .user = user,
	                                           .text = text,
	                                           .is_change = true});
	users_files_step(users);
}

void users_check_mend(struct users_check *check, const struct users_thing *thing, mode_t mode)
{
	struct reeve_users *users = check->users;
	struct reeve_rights old = {thing->st.st_uid, thing->st.st_gid, thing->st.st_mode & 07777};
	struct reeve_rights rights = {old.uid, old.gid, mode & 07777};
	const char *path = thing->path + strlen(users->root), *text;

	if (thing->uid != old.uid && may_give(check, thing)) {
		rights.uid = thing->uid;
		if (old.gid == 0)
			rights.gid = thing->gid;
	}
	if (rights.uid == old.uid && rights.mode == old.mode)
		return;
	text = rights.uid == old.uid
	               ? reeve_users_text(users, "give the %s '%s' mode %04o instead of %04o",
	                                  thing->what, path, rights.mode, old.mode)
	       : rights.mode == old.mode
	               ? reeve_users_text(users, "give the %s '%s' to '%s'", thing->what, path,
	                                  thing->user)
	               : reeve_users_text(
				 users, "give the %s '%s' to '%s', with mode %04o instead of %04o",
				 thing->what, path, thing->user, rights.mode, old.mode);
	users_check_give(check, thing->path, &thing->st, &rights, thing->user, text);
}
