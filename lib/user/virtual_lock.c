/* SPDX-License-Identifier: MIT */
/* Virtual users: their passwords, and what locks them. */
#include "base/diag.h"
#include "base/error.h"
#include "user/entry.h"
#include "user/hash.h"
#include "user/secrets.h"
#include "user/virtual.h"
#include <string.h>
#include <strings.h>

static int find(struct reeve_users *users, const char *name, struct users_entry *entry,
                struct reeve_error *err)
{
	if (users_entry_find(users, name, entry, err) < 0)
		return -1;
	return entry->node != 0 ? 0
	                        : reeve_fail(err, REEVE_EREFUSED, "there is no user '%s' in '%s'",
	                                     name, entry->doc->path);
}

int users_virtual_password(struct reeve_users *users, const char *name, const char *password,
                           const char *hash, const char *scheme, struct reeve_error *err)
{
	struct reeve_password_look look;
	struct users_entry entry;
	const char *old;
	bool is_open;
	char *field;

	if (find(users, name, &entry, err) < 0)
		return -1;
	old = users_entry_password(users, &entry, &look);
	is_open = users_entry_is_open(&entry);
	if (!is_open && password != NULL && users_secret_fits(old, password, scheme)) {
		users_entry_say(
			users, name, false,
			reeve_users_text(users, "the password of '%s' is this one already", name));
		return 0;
	}
	field = users_secret_make(password, hash, scheme, true, err);
	if (field != NULL && !is_open &&
	    strcmp(field, look.is_locked && strncasecmp(old, REEVE_LOCK_VIRTUAL,
	                                                strlen(REEVE_LOCK_VIRTUAL)) == 0
	                          ? old + strlen(REEVE_LOCK_VIRTUAL)
	                          : old) == 0) {
		users_secret_wipe(field);
		users_entry_say(
			users, name, false,
			reeve_users_text(users, "the password of '%s' is this one already", name));
		return 0;
	}
	if (users_entry_replace(&entry, field, &look, err) < 0)
		return -1;
	users_entry_say(users, name, true,
	                reeve_users_text(users,
	                                 is_open ? "set the password of '%s', and ask for it "
	                                           "(nopassword goes)"
	                                         : "set the password of '%s'",
	                                 name));
	return 0;
}

/* A field without what locks it, in front of the scheme or behind it. */
static const char *unlocked(struct reeve_users *users, const char *field)
{
	const size_t n = strlen(REEVE_LOCK_VIRTUAL);
	const char *end;

	while (strncasecmp(field, REEVE_LOCK_VIRTUAL, n) == 0 || field[0] == '!')
		field += field[0] == '!' ? 1 : n;
	end = field[0] == '{' ? strchr(field, '}') : NULL;
	if (end != NULL && end[1] == '!')
		field = reeve_users_text(users, "%.*s%s", (int)(end + 1 - field), field,
		                         end + 1 + strspn(end + 1, "!"));
	return field;
}

int users_virtual_lock(struct reeve_users *users, const char *name, bool is_locked,
                       struct reeve_error *err)
{
	struct reeve_password_look look;
	struct users_entry entry;
	const char *field;
	bool is_open;

	if (find(users, name, &entry, err) < 0)
		return -1;
	is_open = users_entry_is_open(&entry);
	field = users_entry_password(users, &entry, &look);
	if (!is_locked && look.is_none)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "'%s' has no password to unlock: give him one first", name);
	/* 2.4 lets any password in, and does not look at the field at all. */
	if (look.is_locked == is_locked && !(is_locked && is_open)) {
		users_entry_say(users, name, false,
		                reeve_users_text(users,
		                                 is_locked ? "'%s' is locked already"
		                                           : "'%s' is not locked",
		                                 name));
		return 0;
	}
	if (!is_locked)
		field = unlocked(users, field);
	else if (!look.is_locked)
		field = reeve_users_text(users, REEVE_LOCK_VIRTUAL "%s", field);
	if (users_entry_set(&entry, field, err) < 0)
		return -1;
	if (is_open)
		reeve_diag(&users->talk, REEVE_WARNING, entry.doc->path, 0, 0,
		           "no password of '%s' was asked for (nopassword): that goes, and does "
		           "not come back by unlock",
		           name);
	users_entry_say(users, name, true,
	                reeve_users_text(users, "%s '%s'", is_locked ? "lock" : "unlock", name));
	return 0;
}
