/* SPDX-License-Identifier: MIT */
/*
 * Looking for what is wrong with users.
 *
 *     check.c          the public door; who may log in, subordinate ids, torn lines
 *     check_names.c    names and uids that are not one person's
 *     check_places.c   homes, mailboxes, the spool
 *     check_mend.c     owners and modes of these
 *
 * A finding is true or it is not told: of "/" a box or a uid that no line of passwd(5) has may still
 * be somebody's (LDAP), and who is asked then is getpwnam(3); where that fails nothing is told.
 */
#ifndef USER_CHECK_H
#define USER_CHECK_H

#include "user/mailbox.h"

struct users_check {
	struct reeve_users *users;
	const struct users_mail *mail;
	bool repair;
	long found; /* warnings and problems */
	/* Who has a group: two of them, which is enough to know whether there is another. */
	struct {
		bool is_known;
		uint32_t gid, uids[2];
		size_t count;
	} readers;
};

/* A home or a mailbox, and who should have it. */
struct users_thing {
	const char *what; /* "home", "mailbox" */
	const char *path; /* with the root in front */
	const char *user;
	uint32_t uid, gid;
	const char *home; /* the user's; NULL: not known */
	bool is_ownerless; /* there is no account of the uid that it has */
	struct stat st;
};

void users_check_fault(struct users_check *check, enum reeve_severity severity, const char *file,
                       uint64_t line, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Each returns 0, or -1 with err. */
int users_check_names(struct users_check *check, struct reeve_error *err);
int users_check_places(struct users_check *check, struct reeve_error *err);

/* Make it the user's, if it is not, and give it this mode: steps, carried out by apply(). */
void users_check_mend(struct users_check *check, const struct users_thing *thing, mode_t mode);

/* Whether anybody but `uid` and root may read by the group: a person, not a service of Debian's. */
bool users_check_is_shared(struct users_check *check, uint32_t gid, uint32_t uid);

#endif
