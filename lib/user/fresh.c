/* SPDX-License-Identifier: MIT */
/* New system users: the account, and what needs its uid. */
#include "user/fresh.h"

#include "base/error.h"
#include "user/orphan.h"
#include "user/programs.h"
#include "user/system.h"
#include <search.h>
#include <stdio.h>
#include <string.h>

/* A place, and whose it will be. */
struct errand {
	struct users_fresh *fresh;
	struct users_place place;
};

/* ---- who is named ---------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct users_fresh *)a)->name, ((const struct users_fresh *)b)->name);
}

static int by_home(const void *a, const void *b)
{
	return strcmp(((const struct users_fresh *)a)->home, ((const struct users_fresh *)b)->home);
}

static int by_uid(const void *left, const void *right)
{
	uint32_t a = ((const struct users_fresh *)left)->uid;
	uint32_t b = ((const struct users_fresh *)right)->uid;

	return (a > b) - (a < b);
}

static void keep_node(void *node)
{
	(void)node; /* it is the arena's */
}

static const struct users_fresh *find(void *const *tree, const struct users_fresh *like,
                                      int (*compare)(const void *, const void *))
{
	struct users_fresh *const *found = tfind(like, tree, compare);

	return found == NULL ? NULL : *found;
}

struct users_fresh *users_fresh_new(struct reeve_users *users, const char *name)
{
	struct users_steps *steps = users_steps(users);
	struct users_fresh *fresh =
		steps == NULL ? NULL : reeve_arena_alloc(users->arena, sizeof *fresh);

	if (fresh == NULL)
		return NULL;
	fresh->name = reeve_users_keep(users, name);
	return tsearch(fresh, &steps->names, by_name) == NULL ? NULL : fresh;
}

void users_fresh_settle(struct reeve_users *users, const struct users_fresh *fresh)
{
	struct users_steps *steps = users->steps;

	if ((fresh->home != NULL && tsearch(fresh, &steps->homes, by_home) == NULL) ||
	    ((fresh->has_uid || fresh->chosen != 0) &&
	     tsearch(fresh, &steps->uids, by_uid) == NULL))
		users->has_failed = true;
}

void users_fresh_forget(struct users_steps *steps)
{
	tdestroy(steps->names, keep_node);
	tdestroy(steps->homes, keep_node);
	tdestroy(steps->uids, keep_node);
}

bool users_is_wished(const struct reeve_users *users, const char *name)
{
	return users->steps != NULL && find(&users->steps->names,
	                                    &(struct users_fresh){.name = name}, by_name) != NULL;
}

const struct users_fresh *users_fresh_home(const struct reeve_users *users, const char *home)
{
	return users->steps == NULL ? NULL
	                            : find(&users->steps->homes,
	                                   &(struct users_fresh){.home = home}, by_home);
}

const struct users_fresh *users_fresh_uid(const struct reeve_users *users, uint32_t uid)
{
	return users->steps == NULL
	               ? NULL
	               : find(&users->steps->uids, &(struct users_fresh){.uid = uid}, by_uid);
}

/* ---- accounts ------------------------------------------------------------------------------- */

static bool is_as_wished(const struct users_fresh *fresh, const struct reeve_account *account)
{
	return account != NULL && account->gid == fresh->gid &&
	       strcmp(account->home, fresh->home) == 0 &&
	       strcmp(account->shell, fresh->shell) == 0 &&
	       (!fresh->has_uid || account->uid == fresh->uid);
}

/*
 * A run that was killed leaves useradd(8) running, which may win the race for the name: then he is
 * just as he should be, and only not ours to take back.
 */
static int look_again(struct reeve_users *users, struct users_fresh *fresh, struct reeve_error *err)
{
	struct reeve_error said = err == NULL ? (struct reeve_error){0} : *err;

	if (reeve_accounts_read(&users->accounts, users->root, users->arena, err) < 0)
		return -1;
	if (is_as_wished(fresh, reeve_accounts_find(&users->accounts, fresh->name)))
		return 0;
	if (err != NULL)
		*err = said;
	return -1;
}

/* Without -l: a login of who had this uid before is no login of his. */
static int make_account(struct reeve_users *users, void *what, struct reeve_error *err)
{
	struct users_fresh *fresh = what;
	const char *argv[20] = {"useradd", "-M"};
	char uid[12];
	size_t n = 2;
	int status;

	argv[n++] = "-d";
	argv[n++] = fresh->home;
	argv[n++] = "-g";
	argv[n++] = fresh->group;
	argv[n++] = "-s";
	argv[n++] = fresh->shell;
	argv[n++] = "-K";
	argv[n++] = "SUB_UID_COUNT=0";
	argv[n++] = "-K";
	argv[n++] = "SUB_GID_COUNT=0";
	if (!fresh->has_uid && users_orphan_avoid(users, &fresh->chosen, err) < 0)
		return -1;
	if (fresh->chosen != 0) {
		fresh->uid = fresh->chosen;
		users_fresh_settle(users, fresh);
	}
	if (fresh->has_uid || fresh->chosen != 0) {
		snprintf(uid, sizeof uid, "%u", fresh->has_uid ? fresh->uid : fresh->chosen);
		argv[n++] = "-u";
		argv[n++] = uid;
	}
	argv[n] = fresh->name;
	if (users_program_run(users, argv, NULL, 0, &status, err) == 0) {
		fresh->was_made = true;
		return 0;
	}
	return status == PROGRAM_TAKEN ? look_again(users, fresh, err) : -1;
}

static int unmake_account(struct reeve_users *users, void *what, struct reeve_error *err)
{
	const struct users_fresh *fresh = what;
	const char *const argv[] = {"userdel", fresh->name, NULL};
	int status;

	if (!fresh->was_made || users_program_run(users, argv, NULL, 0, &status, err) == 0 ||
	    status == PROGRAM_NOT_THERE)
		return 0;
	return -1;
}

void users_fresh_account(struct reeve_users *users, struct users_fresh *fresh)
{
	const char *back = !fresh->comes_back
	                           ? ""
	                           : reeve_users_text(users,
	                                              " with uid %u: what he left is his again",
	                                              fresh->uid);

	users_step_add(users, &(struct users_step){
				      .order = USERS_ACCOUNT,
				      .user = fresh->name,
				      .text = reeve_users_text(
					      users, "add system user '%s' (home '%s', group %s)%s",
					      fresh->name, fresh->home, fresh->group, back),
				      .is_change = true,
				      .carry_out = make_account,
				      .take_back = unmake_account,
				      .what = fresh});
}

/* ---- places --------------------------------------------------------------------------------- */

/* Whose it will be is known when useradd(8) is done; the files are read once for all. */
static int find_owner(struct reeve_users *users, struct errand *errand, struct reeve_error *err)
{
	struct users_fresh *fresh = errand->fresh;

	if (fresh->is_virtual)
		return 0;
	if (fresh->account == NULL)
		fresh->account = reeve_accounts_find(&users->accounts, fresh->name);
	if (fresh->account == NULL &&
	    reeve_accounts_read(&users->accounts, users->root, users->arena, err) < 0)
		return -1;
	if (fresh->account == NULL)
		fresh->account = reeve_accounts_find(&users->accounts, fresh->name);
	if (fresh->account == NULL)
		return reeve_fail(err, REEVE_EIO, "useradd was content, but there is no user '%s'",
		                  fresh->name);
	if (fresh->account->uid < USERS_UID_MIN)
		return reeve_fail(err, REEVE_EREFUSED, "useradd gave '%s' the uid %u of the system",
		                  fresh->name, fresh->account->uid);
	errand->place.uid = fresh->account->uid;
	errand->place.gid = fresh->account->gid;
	errand->place.knows_owner = true;
	return 0;
}

static int make_place(struct reeve_users *users, void *what, struct reeve_error *err)
{
	struct errand *errand = what;
	enum users_place_state state;

	if (find_owner(users, errand, err) < 0 ||
	    users_place_look(users, &errand->place, &state, err) < 0)
		return -1;
	int made = users_place_make(users, &errand->place, err);
	if (made < 0)
		users_place_unmake(users, &errand->place, NULL);
	return made;
}

static int unmake_place(struct reeve_users *users, void *what, struct reeve_error *err)
{
	struct errand *errand = what;

	return users_place_unmake(users, &errand->place, err);
}

int users_fresh_need(struct reeve_users *users, struct users_fresh *fresh,
                     const struct users_place *place, unsigned int *steps_r,
                     struct reeve_error *err)
{
	bool is_home = place->kind == USERS_PLACE_HOME;
	enum users_place_state state;
	struct errand *errand;

	if (users_place_look(users, place, &state, err) < 0)
		return -1;
	if (state == USERS_PLACE_HIS)
		return 0;
	errand = reeve_arena_alloc(users->arena, sizeof *errand);
	if (errand == NULL)
		return reeve_fail_nomem(err);
	errand->fresh = fresh;
	errand->place = *place;
	users_step_add(users, &(struct users_step){
				      .order = USERS_PLACE,
				      .user = fresh->name,
				      .text = reeve_users_text(users,
	                                                       is_home ? "make the home '%s'"
	                                                               : "make the mailbox '%s'",
	                                                       place->path),
				      .is_change = true,
				      .carry_out = make_place,
				      .take_back = unmake_place,
				      .what = errand});
	(*steps_r)++;
	return 0;
}
