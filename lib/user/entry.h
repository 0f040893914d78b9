/* SPDX-License-Identifier: MIT */
/* The line of a virtual user in the passwd-file, as it is, and what Dovecot makes of it. */
#ifndef USER_ENTRY_H
#define USER_ENTRY_H

#include "conf/passwd_file.h"
#include "conf/dovecot_location.h"
#include "user/user.h"
#include "user/where.h"

struct users_entry {
	const struct users_where *where;
	struct reeve_doc *doc;
	const char *key; /* what the line begins with */
	uint32_t node;   /* 0: there is none. Void after a change of the document */
};

/* 0, or -1 with err: REEVE_EREFUSED if there is no passwd-file, or none that can be told. */
int users_entry_find(struct reeve_users *users, const char *name, struct users_entry *entry_r,
                     struct reeve_error *err);

/*
 * Whether a line can be added to a file that is not there yet: its folder has to be. Nobody makes a domain
 * by a slip of the pen, and whose such a folder shall be is the admin's to say. 0, or -1 with err: REEVE_EREFUSED.
 */
int users_entry_check_new(struct reeve_users *users, const struct users_entry *entry,
                          struct reeve_error *err);

/*
 * Whose mail it is and where he lives: by the line, else by the configuration, else by the user
 * vmail. `wish` (NULL: none) goes first. has_ids is false, home NULL, where nobody says it.
 * 0, or -1 with err.
 */
int users_entry_whom(struct reeve_users *users, const struct users_entry *entry, const char *name,
                     const struct reeve_user_wish *wish, struct reeve_whom *whom_r,
                     struct reeve_error *err);

/* Another line with this home, or with one inside it: its name, kept; NULL. */
const char *users_entry_shares(struct reeve_users *users, const struct users_entry *entry,
                               const char *home);

/* The same of a line that is to come, which has none yet: anybody with this home, or one inside it. */
const char *users_entry_lives_in(struct reeve_users *users, const struct users_entry *entry,
                                 const char *home);

/* The password field ("": it has none), looked at. */
const char *users_entry_password(struct reeve_users *users, const struct users_entry *entry,
                                 struct reeve_password_look *look_r);

/* Whether Dovecot lets any password in (nopassword). */
bool users_entry_is_open(const struct users_entry *entry);

/* The password field shall be this one, and count: nopassword goes. 0, or -1 with err. */
int users_entry_set(const struct users_entry *entry, const char *field, struct reeve_error *err);

/* The same with `field` taken over (NULL: -1, err is left); what is locked by `look` stays so. */
int users_entry_replace(const struct users_entry *entry, char *field,
                        const struct reeve_password_look *look, struct reeve_error *err);

/* What happens to the file is one step of the plan; this is what it says. */
void users_entry_say(struct reeve_users *users, const char *name, bool is_change, const char *text);

#endif
