/* SPDX-License-Identifier: MIT */
/*
 * Wishes become steps: rows that say what is to be done, and how it is done and taken back.
 *
 *     users_step_add(users, &step)               what a wish takes, or that it takes nothing
 *     users_step_once(users, order, do, back)    what is done once for many: chpasswd(8), the plan
 *     users_wish_fail(users, file, line, &err)   a wish that cannot be
 *
 * Steps are added in the order of wishes and carried out by `order`, those of one order as they
 * were added; after a failure those that were done are taken back, the last one first. What can
 * fail comes early, what cannot be taken back last: from the first mail or user who is gone
 * (USERS_REST) there is no way back.
 */
#ifndef USER_STEPS_H
#define USER_STEPS_H

#include "user/user.h"

enum users_order {
	USERS_ARCHIVE,   /* mail is copied; its locks are held from here on */
	USERS_ACCOUNT,   /* useradd(8), usermod(8) */
	USERS_PLACE,     /* homes and mailboxes are made */
	USERS_FILES,     /* the plan: passwd-file, aliases */
	USERS_PASSWORDS, /* one chpasswd(8) */
	USERS_ALIASES,   /* newaliases(1) */
	USERS_REST,      /* mail of who was gone before is removed: passwd- has his home until userdel(8) */
	USERS_GONE,      /* userdel(8), and behind each the mail of who went */
	USERS_MAIL,      /* mail of virtual users is removed, and then that of whose uid they had */
};

typedef int users_act_fn(struct reeve_users *users, void *what, struct reeve_error *err);

struct users_step {
	enum users_order order;
	const char *user; /* or alias; kept by users_step_add() */
	const char *text; /* likewise. NULL: it is no news, but a part of what another says */
	bool is_change;   /* false: so it is already, nothing is done */
	bool is_mail;     /* it removes mail of his, who has to be gone by then */
	users_act_fn *carry_out; /* NULL: one for many does it */
	users_act_fn *take_back; /* NULL: there is nothing to take back, or it cannot be */
	void *what;              /* handed to both; lives as long as the users */
	bool is_done;
};

/* No memory is remembered in users->has_failed. */
void users_step_add(struct reeve_users *users, const struct users_step *step);

/* Added if there is none of that order and function yet. */
void users_step_once(struct reeve_users *users, enum users_order order, users_act_fn *carry_out,
                     users_act_fn *take_back);

/*
 * A wish cannot be. One alone is what reeve_users_apply() reports; of several, or if it came from a
 * `file` (else NULL), each is a diagnostic.
 */
void users_wish_fail(struct reeve_users *users, const char *file, uint64_t line,
                     const struct reeve_error *err);
void users_wish_fail_at(struct reeve_users *users, const char *file, uint64_t line,
                        uint64_t column, const struct reeve_error *err);

/*
 * Which part of a wish is looked at, so that one of a file that cannot be is told with its column. 0, for
 * chains of checks.
 */
enum users_column {
	USERS_COLUMN_NAME,
	USERS_COLUMN_PASSWORD,
	USERS_COLUMN_HASH,
	USERS_COLUMN_SCHEME,
	USERS_COLUMN_HOME,
	USERS_COLUMN_GROUP,
	USERS_COLUMN_SHELL,
	USERS_COLUMN_UID,
	USERS_COLUMN_GID,
	USERS_COLUMN_QUOTA,
	USERS_COLUMN_ALIAS,
	USERS_COLUMNS,
};

static inline int users_look_at(struct reeve_users *users, enum users_column column)
{
	users->looks_at = (int)column;
	return 0;
}

/* Where they stand, by column; a line of 0 is nowhere. */
struct users_spot {
	uint64_t line, column;
};

/* reeve_users_alias() of a wish that comes from a file; NULL. */
void users_alias(struct reeve_users *users, const char *alias, const char *target, bool is_there,
                 const char *file, uint64_t line);

/* ---- for apply.c ---------------------------------------------------------------------------- */

#define USERS_MOST_TOLD 20 /* diagnostics of wishes that cannot be; the rest is counted */

struct users_steps {
	struct users_step *rows;
	size_t count, room;
	struct reeve_error failure; /* the first wish that cannot be */
	size_t failures, told;      /* how many, and of how many apply() need not tell */
	bool is_applied;
	struct users_secret *secrets, **secrets_end; /* secrets.h */
	void *names, *homes, *uids; /* fresh.h: trees of tsearch(3) */
	size_t last_shown, last_row; /* what was asked for last, and where it is */
	struct users_leaving *leaving; /* leaving.h */
	struct users_begun *begun;     /* leftover.h */
	size_t not_compared, others; /* secrets.h: users whose password stays, not the one that was given */
	const char *other;           /* the first of the others */
};

/* Made when first asked for; NULL: no memory, which is remembered. */
struct users_steps *users_steps(struct reeve_users *users);

/* By reeve_users_close(). NULL is fine. */
void users_steps_free(struct users_steps *steps);

#endif
