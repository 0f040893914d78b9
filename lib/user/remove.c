/* SPDX-License-Identifier: MIT */
/* A user shall not be there any more; his mail stays, is archived, or goes. */
#include "base/diag.h"
#include "base/error.h"
#include "user/alias_look.h"
#include "user/add.h"
#include "user/belongings.h"
#include "user/elsewhere.h"
#include "user/fresh.h"
#include "user/programs.h"
#include "user/system.h"
#include "user/virtual.h"
#include <string.h>
#include <sys/stat.h>

static int carry_out(struct reeve_users *users, void *what, struct reeve_error *err)
{
	const char *const argv[] = {"userdel", "--", what, NULL};
	int status;

	if (users_program_run(users, argv, NULL, 0, &status, err) == 0 ||
	    status == PROGRAM_NOT_THERE)
		return 0;
	/* He is logged in, or reads his mail: his processes would go on as a uid of nobody's. */
	if (status == PROGRAM_IN_USE && err != NULL)
		err->code = REEVE_EBUSY;
	return -1;
}

/* Whether it is for us to remove him: a mail user, or one who has no login. */
static bool is_ours(const struct reeve_users *users, const struct reeve_account *account)
{
	return reeve_users_is_mail_user(users, account) ||
	       (account->uid >= USERS_UID_LOGIN && account->uid != USERS_UID_NOBODY &&
	        !reeve_account_may_log_in(account->shell));
}

/*
 * Where he lived, if his was the last change of passwd(5), as it is when a run is killed behind its last
 * userdel(8); kept. NULL: nobody knows, or it is not his alone.
 */
static int find_home(struct reeve_users *users, const char *name, const char **home_r,
                     uint32_t *uid_r, struct reeve_error *err)
{
	struct reeve_accounts before;
	const struct reeve_account *was;
	const char *other = NULL;

	*home_r = NULL;
	if (reeve_accounts_read_before(&before, users->root, users->arena, err) < 0)
		return -1;
	was = reeve_accounts_find(&before, name);
	if (was == NULL || !is_ours(users, was) || !users_is_nobodys(users, was->uid))
		return 0;
	if (users_virtual_of(users, was, &other, err) < 0)
		return -1;
	if (other == NULL && users_path_check(was->home, "the home", NULL) == 0)
		*home_r = users_path_clean(users, was->home);
	*uid_r = was->uid;
	return 0;
}

/* A name whose user is gone: what a run that was killed left of his is removed now. */
static int remove_rest(struct reeve_users *users, const char *name, enum reeve_users_mail mail,
                       const char *archive, struct reeve_error *err)
{
	struct reeve_whom whom = {.name = name};
	struct users_leaving *leaving;
	struct reeve_error why = {0};
	const char *box, *home, *rest[2];
	bool knows_uid;
	uint32_t uid = 0;
	size_t count = 0;
	struct stat st;

	if (users_system_is_elsewhere(users, name))
		return reeve_fail(err, REEVE_EREFUSED, "'%s' is a user of a directory (NSS)", name);
	if (reeve_user_name_check(name, false, err) < 0)
		return -1;
	if (find_home(users, name, &home, &uid, err) < 0)
		return -1;
	knows_uid = home != NULL;
	if (home == NULL)
		home = users_home_text(users, USERS_HOMES, name);
	whom.home = home;
	box = users_system_box(users, &whom, &why);
	if (box == NULL && why.code != REEVE_OK) {
		*err = why;
		return -1;
	}
	if (mail != REEVE_USERS_KEEP_MAIL) {
		if (box != NULL)
			rest[count++] = box;
		rest[count++] = home;
	}
	for (size_t i = 0; i < count; i++) {
		int found = users_leaving_look(users, rest[i], &st, err);

		if (found < 0)
			return -1;
		if (found == 0 || !users_is_nobodys(users, st.st_uid) ||
		    (knows_uid && st.st_uid != uid))
			continue;
		leaving = users_leaving_new(users, name, st.st_uid);
		if (leaving == NULL)
			return reeve_fail_nomem(err);
		if (users_leaving_home(users, leaving, home, err) < 0 ||
		    (box != NULL && users_leaving_box(users, leaving, box, home, err) < 0))
			return -1;
		if (users_leaving_copy(users, leaving, mail, archive, err) < 0)
			return -1;
		users_leaving_go(users, leaving, USERS_REST);
		return 0;
	}
	users_step_add(users, &(struct users_step){.user = name,
	                                           .text = reeve_users_text(
							   users, "there is no user '%s'", name)});
	/* An archive of his that was only begun is named. */
	leaving = users_leaving_new(users, name, 0);
	return leaving == NULL ? reeve_fail_nomem(err)
	                       : users_leaving_copy(users, leaving, mail, archive, err);
}

/* Whether a virtual user leaves before him, whose mail may be in his home. */
static bool has_guests(const struct users_leaving *leaving)
{
	for (const struct users_leaving *guest = leaving->next; guest != NULL; guest = guest->next)
		if (guest->uid == leaving->uid)
			return true;
	return false;
}

static int remove_system(struct reeve_users *users, const struct reeve_account *account,
                         enum reeve_users_mail mail, const char *archive, struct reeve_error *err)
{
	struct reeve_whom whom = {account->name, account->home, true, account->uid, account->gid};
	struct users_leaving *leaving = users_leaving_new(users, account->name, account->uid);
	struct reeve_error why = {0};
	const char *box, *other;

	if (leaving == NULL)
		return reeve_fail_nomem(err);
	if (!is_ours(users, account))
		return reeve_fail(err, REEVE_EREFUSED,
		                  "'%s' (uid %u, gid %u, shell '%s') is no mail user: userdel(8) "
		                  "removes others",
		                  account->name, account->uid, account->gid, account->shell);
	/* vmail looks like a mail user: he has no shell, and everybody's mail. */
	if (users_virtual_of(users, account, &other, err) < 0)
		return -1;
	if (other != NULL)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "'%s' has the mail of virtual users, of '%s' for one: remove "
		                  "these first",
		                  account->name, other);
	if (mail != REEVE_USERS_KEEP_MAIL) {
		if (users_leaving_home(users, leaving, account->home, err) < 0)
			return -1;
		box = users_system_box(users, &whom, &why);
		if (box == NULL && why.code != REEVE_OK) {
			*err = why;
			return -1;
		}
		if (box != NULL && users_leaving_box(users, leaving, box, account->home, err) < 0)
			return -1;
		box = users_spool_box(users, account->name, err);
		if (box == NULL || users_leaving_box(users, leaving, box, account->home, err) < 0)
			return -1;
		if (users_mail(users, NULL)->is_for_system)
			users_leaving_elsewhere(users, leaving, &whom, NULL);
	}
	if (users_leaving_copy(users, leaving, mail, archive, err) < 0)
		return -1;
	users_step_add(users,
	               &(struct users_step){
			       .order = USERS_GONE,
			       .user = account->name,
			       .text = reeve_users_text(
				       users, "remove system user '%s'%s", account->name,
				       mail == REEVE_USERS_KEEP_MAIL ? " (his mail stays)" : ""),
			       .is_change = true,
			       .carry_out = carry_out,
			       .what = (void *)(uintptr_t)leaving->name});
	users_leaving_go(users, leaving, has_guests(leaving) ? USERS_MAIL : USERS_GONE);
	return 0;
}

void reeve_users_remove(struct reeve_users *users, const char *name, enum reeve_users_mail mail,
                        const char *archive)
{
	const struct reeve_account *account = reeve_accounts_find(&users->accounts, name);
	struct reeve_error err = {0};
	int result;

	if (users_is_wished(users, name))
		result = reeve_fail(&err, REEVE_EUSAGE, "'%s' is named twice", name);
	else if (users_fresh_new(users, name) == NULL)
		result = reeve_fail_nomem(&err);
	else if (users_is_virtual(users, name)) {
		/* The way out for who is both: one goes after the other. */
		if (account != NULL && strchr(name, '@') == NULL)
			reeve_diag(&users->talk, REEVE_WARNING, users->accounts.passwd_path,
			           account->line, 0,
			           "'%s' is a user of the system, too, who stays: to remove both, "
			           "say it again",
			           name);
		result = users_virtual_remove(users, name, mail, archive, &err);
	}
	else if (account != NULL)
		result = remove_system(users, account, mail, archive, &err);
	else
		result = remove_rest(users, name, mail, archive, &err);
	if (result < 0)
		users_wish_fail(users, NULL, 0, &err);
	else
		users_alias_warn_left(users, name);
}
