/* SPDX-License-Identifier: MIT */
/*
 * Looking for what is wrong with users.
 *
 *     check.c          the public door; who may log in, subordinate ids, torn lines
 *     check_names.c    names and uids that are not one person's
 *     check_lines.c    virtual users
 *     check_files.c    who else may read and change the passwd-files
 *     check_left.c     mail of those who are gone
 *     check_places.c   homes and mailboxes
 *     check_spool.c    what is in the folder of mailboxes, and among the homes
 *     check_thing.c    a home or a mailbox: whose, and who may read it
 *     check_mend.c     owners and modes of these
 *
 * A finding is true or it is not told: of "/" a box or a uid that no line of passwd(5) has may still
 * be somebody's (LDAP), and who is asked then is getpwnam(3); where that fails nothing is told.
 */
#ifndef USER_CHECK_H
#define USER_CHECK_H

#include "user/mailbox.h"

struct users_left {
	struct users_own *rows; /* check_left.c */
	size_t count, room;
};

struct users_check {
	struct reeve_users *users;
	const struct users_mail *mail;
	bool repair;
	long found; /* warnings and problems */
	void *seen; /* homes and mailboxes that were looked at: a tree of tsearch(3) */
	struct users_left left;
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
	bool is_virtual;
	bool is_owner_unknown; /* nothing says which uid a virtual user has */
	bool is_ownerless;     /* there is no account of the uid that it has */
	struct stat st;
};

void users_check_fault(struct users_check *check, enum reeve_severity severity, const char *file,
                       uint64_t line, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Each returns 0, or -1 with err. */
int users_check_names(struct users_check *check, struct reeve_error *err);
int users_check_lines(struct users_check *check, struct reeve_error *err);
int users_check_files(struct users_check *check, struct reeve_error *err);
int users_check_places(struct users_check *check, struct reeve_error *err);
int users_check_spool(struct users_check *check, struct reeve_error *err);

void users_check_homes(struct users_check *check);

/* Whether there is a folder at `path`, as the root sees it, where a system user's mailbox should be. */
bool users_check_is_in_place(struct users_check *check, const char *name, const char *path);

/* Whether all users of Dovecot's are of the passwd-file or the system; without it there are no others. */
bool users_check_knows_all(struct users_check *check);

/* Strings are borrowed. */
struct users_thing users_check_thing_of(const struct reeve_user *user, const char *what,
                                        const char *path, const struct stat *st);

/* Whose it is, and who may read it; mended if that is wished. */
void users_check_thing(struct users_check *check, struct users_thing thing);

/* Whether a file was not looked at yet, and from now on it was: many virtual users may have one home. */
bool users_check_is_first(struct users_check *check, const struct stat *st);
bool users_check_is_seen(const struct users_check *check, const struct stat *st);
void users_check_forget(struct users_check *check); /* at the end */

/* The home of a user, if it can be one; of a virtual user one that is not there is no fault. */
void users_check_home(struct users_check *check, const struct reeve_user *user);

/* The mailbox at `path`, with the root in front; in the spool that is looked through anyway. */
void users_check_mailbox(struct users_check *check, const struct reeve_user *user,
                         const char *path);

/*
 * The ids of who has a name; of "/" from NSS, too. 1, 2 for a virtual user, 0 if there is nobody,
 * -1 if that cannot be told just now, and then nothing is: an LDAP server that is down makes nobody's
 * mailbox an orphan.
 */
int users_check_ids(const struct users_check *check, const char *name, uint32_t *uid_r,
                    uint32_t *gid_r);

/* "'bob'"; or "uid 1003" and *is_none_r, where nobody has it. */
const char *users_check_owner(const struct users_check *check, uint32_t uid, char *buf, size_t n,
                              bool *is_none_r);

/*
 * Virtual users' own folders are kept in mind, with their mailboxes (with the root in front); then
 * what lies beside them, like them, and has no user is told.
 */
void users_check_keep_own(struct users_check *check, const struct reeve_user *user,
                          const char *mailbox);
void users_check_left(struct users_check *check);

/*
 * A password that is soon guessed, or stands there as it is, is told; `field` is as shadow(5) or the
 * passwd-file has it. `words` are "is hashed by", or the like.
 */
void users_check_weak(struct users_check *check, const struct reeve_user *user, const char *field,
                      const char *words, const char *file, uint64_t line);

/* Whether Dovecot makes lower case of login names; false without it. */
bool users_check_is_lowering(struct reeve_users *users);
bool users_check_has_upper(const char *name);

/* Make it the user's, if it is not, and give it this mode: steps, carried out by apply(). */
void users_check_mend(struct users_check *check, const struct users_thing *thing, mode_t mode);

/*
 * A step of the plan: owner, group and mode of `path` (with the root in front), which has `st`; left, and
 * told, if the plan would not take it. `text` is kept.
 */
void users_check_give(struct users_check *check, const char *path, const struct stat *st,
                      const struct reeve_rights *rights, const char *user, const char *text);

/*
 * Whether an account is somebody's who should not get at the passwords of others: a person's, who may log in, or
 * a mail user's; not that of a service, of Dovecot's, or of the owner of virtual users' mail.
 */
bool users_check_is_person(struct users_check *check, const struct reeve_account *account);

/* A person whose group it is, or who is a member; NULL: there is none. */
const struct reeve_account *users_check_person_of(struct users_check *check, uint32_t gid);

/* Whether anybody but `uid` and root may read by the group: a person, not a service of Debian's. */
bool users_check_is_shared(struct users_check *check, uint32_t gid, uint32_t uid);

#endif
