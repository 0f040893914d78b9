/* SPDX-License-Identifier: MIT */
/* A system user shall be there: account, home, mailbox, password. */
#include "user/add.h"

#include "base/error.h"
#include "user/alias_look.h"
#include "user/both.h"
#include "user/fresh.h"
#include "user/home.h"
#include "user/orphan.h"
#include "user/places.h"
#include "user/quota.h"
#include "user/secrets.h"
#include "user/system.h"
#include "user/virtual.h"
#include <string.h>

/* A wish, and what it means here. */
struct want {
	const struct reeve_user_wish *wish;
	const struct reeve_account *account; /* NULL: there is none yet */
	const char *home, *shell, *group, *box;
	bool has_uid, comes_back; /* there, wished, or of what he left */
	uint32_t uid, gid;
};

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

const char *users_home_text(struct reeve_users *users, const char *homes, const char *name)
{
	homes = users_path_clean(users, homes);
	if (strcmp(last_name(homes), name) == 0)
		return homes;
	return reeve_users_text(users, "%s/%s", strcmp(homes, "/") == 0 ? "" : homes, name);
}

/* ---- what cannot be ------------------------------------------------------------------------- */

/* A home that is another's, or has another's in it, is no home of his own. */
static int check_home(struct reeve_users *users, const struct want *want, struct reeve_error *err)
{
	const struct reeve_account *other = users_home_shared(users, want->home, want->wish->name);
	const struct users_fresh *fresh;

	users_look_at(users, USERS_COLUMN_HOME);
	/* It is nobody's, and of many. */
	if (strcmp(want->home, USERS_NO_HOME) == 0)
		return 0;
	if (other != NULL)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "the home '%s' is that of '%s', or has it inside", want->home,
		                  other->name);
	fresh = users_fresh_home(users, want->home);
	if (fresh != NULL)
		return reeve_fail(err, REEVE_EUSAGE, "'%s' shall have the home '%s', too",
		                  fresh->name, want->home);
	/* Who is there keeps the home that he has, wherever somebody put it. */
	if (want->account != NULL)
		return 0;
	return users_home_check(users, want->home, false, want->account, err);
}

/* The shell that he has or shall have. */
static int check_shell(struct reeve_users *users, const struct want *want, struct reeve_error *err)
{
	uint32_t mail;

	users_look_at(users, USERS_COLUMN_SHELL);
	if (!reeve_account_may_log_in(want->shell) || want->wish->allow_shell)
		return 0;
	if (users_system_group(users, USERS_GROUP, &mail, NULL) < 0 || mail != want->gid)
		return 0;
	return reeve_fail(err, REEVE_EREFUSED,
	                  "'%s' in group " USERS_GROUP " with the login shell '%s' could remove "
	                  "other users' mailboxes: it has to be allowed",
	                  want->wish->name, want->shell[0] == '\0' ? "/bin/sh" : want->shell);
}

static int check_ids(struct reeve_users *users, const struct want *want, struct reeve_error *err)
{
	const struct reeve_user_wish *wish = want->wish;
	const struct reeve_account *other;
	const struct users_fresh *fresh;
	const char *left;

	users_look_at(users, USERS_COLUMN_UID);
	if (!wish->has_ids)
		return 0;
	if (wish->gid != 0 && wish->gid != want->gid)
		return reeve_fail(err, REEVE_EUSAGE,
		                  "gid %u is not that of group '%s': a system user's is given by "
		                  "his group",
		                  wish->gid, want->group);
	if (want->account != NULL)
		return want->account->uid == wish->uid
		               ? 0
		               : reeve_fail(err, REEVE_EREFUSED, "'%s' has uid %u already",
		                            wish->name, want->account->uid);
	if (wish->uid < USERS_UID_MIN || wish->uid >= USERS_UID_NOBODY)
		return reeve_fail(err, REEVE_EUSAGE, "uid %u is not for users (%d to %d)",
		                  wish->uid, USERS_UID_MIN, USERS_UID_NOBODY - 1);
	other = reeve_accounts_uid(&users->accounts, wish->uid);
	if (other != NULL)
		return reeve_fail(err, REEVE_EREFUSED, "uid %u is taken by '%s'", wish->uid,
		                  other->name);
	if (users_system_uid_elsewhere(users, wish->uid))
		return reeve_fail(err, REEVE_EREFUSED,
		                  "uid %u is taken by a user of a directory (NSS)", wish->uid);
	left = users_orphan_of(users, wish->uid, wish->name);
	if (left != NULL)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "who gets uid %u gets '%s', too, which a user who is gone left",
		                  wish->uid, left);
	fresh = users_fresh_uid(users, wish->uid);
	if (fresh != NULL)
		return reeve_fail(err, REEVE_EUSAGE, "'%s' shall have uid %u, too", fresh->name,
		                  wish->uid);
	return 0;
}

/* His uid, as far as it is known before useradd(8) chooses one. */
static void find_uid(struct reeve_users *users, struct want *want)
{
	const struct reeve_user_wish *wish = want->wish;

	want->has_uid = want->account != NULL || wish->has_ids;
	want->uid = want->account != NULL ? want->account->uid : wish->uid;
	if (want->has_uid || !users_orphan_uid(users, wish->name, &want->uid) ||
	    users_fresh_uid(users, want->uid) != NULL)
		return;
	want->has_uid = want->comes_back = true;
}

/* He is there: what he has is not changed, and has to be what was asked for. */
static int check_there(struct reeve_users *users, const struct want *want, struct reeve_error *err)
{
	const struct reeve_account *account = want->account;
	const struct reeve_user_wish *wish = want->wish;

	users_look_at(users, USERS_COLUMN_NAME);
	if (account->uid < USERS_UID_MIN || account->uid >= USERS_UID_NOBODY)
		return reeve_fail(err, REEVE_EREFUSED, "'%s' is a user of the system's (uid %u)",
		                  account->name, account->uid);
	users_look_at(users, USERS_COLUMN_GROUP);
	if (account->gid != want->gid)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "'%s' is there already, in the group with gid %u, not in '%s'",
		                  account->name, account->gid, want->group);
	users_look_at(users, USERS_COLUMN_HOME);
	if (wish->home != NULL && strcmp(users_path_clean(users, account->home), want->home) != 0)
		return reeve_fail(err, REEVE_EREFUSED, "'%s' has the home '%s' already",
		                  account->name, account->home);
	users_look_at(users, USERS_COLUMN_SHELL);
	if (wish->shell != NULL && strcmp(account->shell, wish->shell) != 0)
		return reeve_fail(err, REEVE_EREFUSED, "'%s' has the shell '%s' already",
		                  account->name, account->shell);
	return 0;
}

static int understand(struct reeve_users *users, struct want *want, struct reeve_error *err)
{
	const struct reeve_user_wish *wish = want->wish;
	struct users_line line;

	if (reeve_user_name_check(wish->name, false, err) < 0)
		return -1;
	if (users_is_wished(users, wish->name))
		return reeve_fail(err, REEVE_EUSAGE, "'%s' is named twice", wish->name);
	if (users_line_find(users, wish->name, &line, NULL) > 0 && users_line_has_password(&line))
		return reeve_fail(err, REEVE_EREFUSED,
		                  "'%s' is a virtual user in '%s': one of the system of that name "
		                  "would be another way in",
		                  wish->name, line.doc->path);
	want->account = reeve_accounts_find(&users->accounts, wish->name);
	if (want->account == NULL && users_system_is_elsewhere(users, wish->name))
		return reeve_fail(err, REEVE_EREFUSED,
		                  "'%s' is a user of a directory (NSS) already", wish->name);
	want->group = wish->group == NULL ? USERS_GROUP : wish->group;
	want->shell = wish->shell != NULL     ? wish->shell
	              : want->account == NULL ? USERS_NO_SHELL
	                                      : want->account->shell;
	want->home = want->account != NULL && wish->home == NULL
	                     ? users_path_clean(users, want->account->home)
	                     : users_home_text(users, wish->home == NULL ? USERS_HOMES : wish->home,
	                                       wish->name);
	if (users_look_at(users, USERS_COLUMN_GROUP) < 0 ||
	    users_system_group(users, want->group, &want->gid, err) < 0 ||
	    users_look_at(users, USERS_COLUMN_HOME) < 0 ||
	    users_path_check(want->home, "the home", err) < 0 ||
	    users_look_at(users, USERS_COLUMN_SHELL) < 0 ||
	    (wish->shell != NULL && users_path_check(wish->shell, "the shell", err) < 0) ||
	    (want->account != NULL && check_there(users, want, err) < 0) ||
	    users_look_at(users, USERS_COLUMN_GROUP) < 0 ||
	    users_group_check(users, wish->name, want->group, want->gid,
	                      reeve_account_may_log_in(want->shell) && !wish->allow_shell,
	                      err) < 0 ||
	    check_shell(users, want, err) < 0 ||
	    (want->account == NULL && users_orphans_look(users, want->home, err) < 0) ||
	    check_ids(users, want, err) < 0 || check_home(users, want, err) < 0)
		return -1;
	find_uid(users, want);
	struct reeve_whom whom = {.name = wish->name, .home = want->home};
	if (want->account != NULL) {
		whom.has_ids = true;
		whom.uid = want->account->uid;
		whom.gid = want->account->gid;
	}
	struct reeve_error why = {0};
	want->box = users_system_box(users, &whom, &why);
	if (want->box == NULL && why.code != REEVE_OK) {
		*err = why;
		return -1;
	}
	return 0;
}

/* ---- what it takes -------------------------------------------------------------------------- */

static bool has_password(const struct reeve_users *users, const struct reeve_account *account)
{
	struct reeve_password_look look;

	if (account->hash == NULL)
		return account->is_shadowed && !users->accounts.has_shadow; /* a dry run */
	reeve_password_look(account->hash, &look);
	return !look.is_none;
}

/*
 * The password that he lacks; *steps grows. Killed between its two files, useradd(8) leaves a user
 * without a line in shadow(5): chpasswd(8) makes one.
 */
static int add_password(struct reeve_users *users, const struct want *want, unsigned int *steps,
                        struct reeve_error *err)
{
	const struct reeve_user_wish *wish = want->wish;
	const struct reeve_account *account = want->account;
	bool lacks_line = account != NULL && account->is_shadowed && !account->has_shadow &&
	                  users->accounts.has_shadow;
	struct users_step step = {.order = USERS_PASSWORDS, .user = wish->name, .is_change = true};
	char *field = NULL;

	users_look_at(users, wish->hash != NULL ? USERS_COLUMN_HASH : USERS_COLUMN_PASSWORD);
	if (wish->password != NULL || wish->hash != NULL) {
		if (account != NULL && users_system_knows_hash(users, account, err) < 0)
			return -1;
		if (account != NULL && has_password(users, account)) {
			if (account->hash != NULL)
				users_secret_stays(users, wish, account->hash);
			return 0;
		}
		field = users_secret_make(wish->password, wish->hash, wish->scheme, false, err);
		if (field == NULL)
			return -1;
		step.text = reeve_users_text(users, "set the password of '%s'", wish->name);
	} else if (lacks_line) {
		field = strdup("!");
		step.text = reeve_users_text(users, "give '%s' a line in shadow(5)", wish->name);
	} else {
		return 0;
	}
	field = users_secret_field(field, account);
	if (field == NULL)
		return reeve_fail_nomem(err);
	users_step_add(users, &step);
	users_secret_add(users, wish->name, field,
	                 account == NULL         ? NULL
	                 : account->hash == NULL ? "!"
	                                         : account->hash);
	(*steps)++;
	return 0;
}

static int add_place(struct reeve_users *users, const struct want *want, struct users_fresh *fresh,
                     enum users_place_kind kind, unsigned int *steps, struct reeve_error *err)
{
	const char *path = kind == USERS_PLACE_HOME ? want->home : want->box;
	struct users_place place = {.kind = kind,
	                            .path = path,
	                            .knows_owner = want->has_uid,
	                            .uid = want->uid,
	                            .gid = want->gid};

	if (kind == USERS_PLACE_HOME && strcmp(path, USERS_NO_HOME) == 0)
		return 0;
	/* A folder is made by who delivers; what is in the home is safe there. */
	if (kind == USERS_PLACE_BOX && (path == NULL || path[strlen(path) - 1] == '/' ||
	                                users_path_is_inside(path, want->home)))
		return 0;
	return users_fresh_need(users, fresh, &place, steps, err);
}

int users_add_system(struct reeve_users *users, const struct reeve_user_wish *wish,
                     struct reeve_error *err)
{
	struct want want = {.wish = wish, .home = "", .shell = "", .group = "", .box = ""};
	struct users_fresh *fresh;
	unsigned int steps = 0;

	if (understand(users, &want, err) < 0)
		return -1;
	fresh = users_fresh_new(users, wish->name);
	if (fresh == NULL)
		return reeve_fail_nomem(err);
	fresh->account = want.account;
	fresh->home = want.home;
	fresh->shell = reeve_users_keep(users, want.shell);
	fresh->group = reeve_users_keep(users, want.group);
	fresh->gid = want.gid;
	fresh->has_uid = want.has_uid;
	fresh->comes_back = want.comes_back;
	fresh->uid = want.uid;
	users_fresh_settle(users, fresh);
	if (want.account == NULL) {
		users_fresh_account(users, fresh);
		users_alias_warn_taken(users, wish->name);
		steps++;
	}
	if (add_place(users, &want, fresh, USERS_PLACE_HOME, &steps, err) < 0 ||
	    add_place(users, &want, fresh, USERS_PLACE_BOX, &steps, err) < 0 ||
	    add_password(users, &want, &steps, err) < 0)
		return -1;
	users_look_at(users, USERS_COLUMN_QUOTA);
	int quota = wish->quota_bytes == 0
	                    ? 0
	                    : users_quota_system(users, wish->name, wish->quota_bytes, err);
	if (quota < 0)
		return -1;
	if (steps == 0 && quota == 0)
		users_step_add(users, &(struct users_step){
					      .user = wish->name,
					      .text = reeve_users_text(
						      users, "'%s' is there already", wish->name)});
	return 0;
}

/* ---- public ------------------------------------------------------------------------------- */

void reeve_users_add(struct reeve_users *users, const struct reeve_user_wish *wish)
{
	struct reeve_error err = {0};

	bool is_virtual = wish->is_virtual || strchr(wish->name, '@') != NULL;

	users_look_at(users, USERS_COLUMN_NAME);
	if ((is_virtual ? users_virtual_add : users_add_system)(users, wish, &err) < 0)
		users_wish_fail(users, wish->file, wish->line, &err);
	else
		users_secret_warn(users, wish->name, wish->hash, wish->file, wish->line);
}
