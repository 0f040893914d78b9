/* SPDX-License-Identifier: MIT */
/* A password shall be this one; and nobody shall log in, or again. */
#include "base/error.h"
#include "user/both.h"
#include "user/hash.h"
#include "user/programs.h"
#include "user/secrets.h"
#include "user/system.h"
#include "user/virtual.h"
#include <stdio.h>
#include <string.h>

/* ---- passwords ------------------------------------------------------------------------------ */

static int set_system(struct reeve_users *users, const struct reeve_account *account,
                      const char *password, const char *hash, const char *scheme,
                      struct reeve_error *err)
{
	struct users_step step = {.order = USERS_PASSWORDS, .user = account->name};
	char *field;

	if (users_system_knows_hash(users, account, err) < 0)
		return -1;
	if (password != NULL && account->hash != NULL &&
	    users_secret_fits(account->hash, password, scheme)) {
		step.text = reeve_users_text(users, "the password of '%s' is this one already",
		                             account->name);
		users_step_add(users, &step);
		return 0;
	}
	field = users_secret_make(password, hash, scheme, false, err);
	if (field == NULL)
		return -1;
	field = users_secret_field(field, account);
	if (field == NULL)
		return reeve_fail_nomem(err);
	step.is_change = account->hash == NULL || strcmp(field, account->hash) != 0;
	step.text = reeve_users_text(users,
	                             step.is_change ? "set the password of '%s'"
	                                            : "the password of '%s' is this one already",
	                             account->name);
	users_step_add(users, &step);
	if (step.is_change)
		users_secret_add(users, account->name, field,
		                 account->hash == NULL ? "!" : account->hash);
	else
		users_secret_wipe(field);
	return 0;
}

void reeve_users_password(struct reeve_users *users, const char *name, const char *password,
                          const char *hash, const char *scheme)
{
	const struct reeve_account *account;
	struct reeve_error err = {0};
	int result;

	if (users_both_refuse(users, name, &err) < 0)
		result = -1;
	else if (users_is_virtual(users, name))
		result = users_virtual_password(users, name, password, hash, scheme, &err);
	else if ((result = users_system_find(users, name, &account, &err)) == 0)
		result = set_system(users, account, password, hash, scheme, &err);
	if (result < 0)
		users_wish_fail(users, NULL, 0, &err);
	else
		users_secret_warn(users, name, hash, NULL, 0);
}

/* ---- locks ---------------------------------------------------------------------------------- */

/* What usermod(8) is to do, and to undo. */
struct change {
	const char *name;
	const char *flag, *day; /* "-L" or "-U"; NULL: not changed */
	size_t times;           /* passwd -l adds one more '!' to one that is there */
	const char *old_flag, *old_day;
};

static int usermod(struct reeve_users *users, const char *name, const char *flag, const char *day,
                   struct reeve_error *err)
{
	const char *argv[8] = {"usermod"};
	size_t n = 1;

	if (flag != NULL)
		argv[n++] = flag;
	if (day != NULL) {
		argv[n++] = "-e";
		argv[n++] = day;
	}
	argv[n++] = "--";
	argv[n] = name;
	return users_program_run(users, argv, NULL, 0, NULL, err);
}

static int carry_out(struct reeve_users *users, void *what, struct reeve_error *err)
{
	const struct change *change = what;

	for (size_t i = 1; i < change->times; i++)
		if (usermod(users, change->name, change->flag, NULL, err) < 0)
			return -1;
	return usermod(users, change->name, change->flag, change->day, err);
}

static int take_back(struct reeve_users *users, void *what, struct reeve_error *err)
{
	const struct change *change = what;

	return usermod(users, change->name, change->old_flag, change->old_day, err);
}

/* A day as usermod -e takes it: a number of days, or nothing for never. */
static const char *day_text(struct reeve_users *users, int64_t day)
{
	return day < 0 ? "" : reeve_users_text(users, "%lld", (long long)day);
}

/*
 * -L alone leaves a way in by an SSH key, so the account expires, too. A day that was to come is
 * lost with that; one that has passed is not to be kept by who unlocks.
 */
static int lock_system(struct reeve_users *users, const struct reeve_account *account,
                       bool is_locked, struct reeve_error *err)
{
	struct users_step step = {.order = USERS_ACCOUNT,
	                          .user = account->name,
	                          .carry_out = carry_out,
	                          .take_back = take_back};
	struct reeve_password_look look = {0};
	struct change *change = reeve_arena_alloc(users->arena, sizeof *change);
	struct reeve_user user;

	if (change == NULL)
		return reeve_fail_nomem(err);
	if (users_system_knows_hash(users, account, err) < 0)
		return -1;
	reeve_users_fill(users, account, &user);
	if (account->hash != NULL)
		reeve_password_look(account->hash, &look);
	change->name = account->name;
	if (!is_locked && look.is_none)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "'%s' has no password to unlock: give him one first",
		                  account->name);
	/* usermod(8) changes nothing of what has no line in shadow(5), and says that it did. */
	if (users->accounts.has_shadow && account->is_shadowed && !account->has_shadow)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "'%s' has no line in shadow(5): give him a password first",
		                  account->name);
	if (is_locked && !look.is_locked) {
		change->flag = "-L";
		/* "*" comes back; of an empty one it cannot, and a lock is no harm. */
		change->old_flag = account->hash == NULL || account->hash[0] == '\0' ? NULL : "-U";
	} else if (!is_locked && look.is_locked) {
		change->flag = "-U";
		change->times = strspn(account->hash, REEVE_LOCK_SYSTEM);
		change->old_flag = "-L";
	}
	if (is_locked ? account->expires_day != USERS_LOCKED_DAY : user.is_expired) {
		change->day = is_locked ? day_text(users, USERS_LOCKED_DAY) : "";
		change->old_day = day_text(users, account->expires_day);
	}
	step.what = change;
	step.is_change = change->flag != NULL || change->day != NULL;
	step.text = step.is_change ? reeve_users_text(users, "%s '%s'",
	                                              is_locked ? "lock" : "unlock", account->name)
	                           : reeve_users_text(users, "'%s' is %s already", account->name,
	                                              is_locked ? "locked" : "not locked");
	users_step_add(users, &step);
	return 0;
}

void reeve_users_lock(struct reeve_users *users, const char *name, bool is_locked)
{
	const struct reeve_account *account;
	struct reeve_error err = {0};

	int result;

	if (users_both_refuse(users, name, &err) < 0)
		result = -1;
	else if (users_is_virtual(users, name))
		result = users_virtual_lock(users, name, is_locked, &err);
	else if ((result = users_system_find(users, name, &account, &err)) == 0)
		result = lock_system(users, account, is_locked, &err);
	if (result < 0)
		users_wish_fail(users, NULL, 0, &err);
}
