/* SPDX-License-Identifier: MIT */
/*
 * Users that are wished to be there, and what is made for them: the account by useradd(8), then,
 * when his uid is known, home and mailbox.
 */
#ifndef USER_FRESH_H
#define USER_FRESH_H

#include "user/places.h"
#include "user/steps.h"

struct users_fresh {
	const char *name;
	const char *home, *shell, *group;
	const struct reeve_account *account; /* NULL: none yet */
	bool has_uid;                        /* wished, or that of the mail that he left */
	bool comes_back;                     /* the latter */
	uint32_t uid, gid;
	uint32_t chosen; /* so that he gets nobody's mail; 0: useradd(8) chooses */
	bool is_virtual; /* its places know their owner */
	bool was_made;   /* by us: it can be taken back */
};

/* Somebody who is named, remembered as long as the users. NULL: no memory. */
struct users_fresh *users_fresh_new(struct reeve_users *users, const char *name);

/* His home is filled in, and the uid that is wished: now others can run into them. */
void users_fresh_settle(struct reeve_users *users, const struct users_fresh *fresh);

void users_fresh_forget(struct users_steps *steps); /* at the end */

bool users_is_wished(const struct reeve_users *users, const char *name);
const struct users_fresh *users_fresh_home(const struct reeve_users *users, const char *home);
const struct users_fresh *users_fresh_uid(const struct reeve_users *users, uint32_t uid);

/* A step: the account is made. */
void users_fresh_account(struct reeve_users *users, struct users_fresh *fresh);

/*
 * A home or mailbox is made or taken over (its owner is filled in): a step, and *steps_r one more, unless
 * it is his already. 0, or -1 with err as of users_place_look().
 */
int users_fresh_need(struct reeve_users *users, struct users_fresh *fresh,
                     const struct users_place *place, unsigned int *steps_r,
                     struct reeve_error *err);

#endif
