/* SPDX-License-Identifier: MIT */
/*
 * Users inside: what is open, and what all files of the room share.
 *
 *     users.c       the public door: open, close
 *     who.c         the users that there are: next, find
 *     accounts.c    passwd(5), shadow(5), group(5) of the root
 *     line.c        a virtual user's line
 *     name.c        names that we make
 *     where.c       what Dovecot and Postfix name: passwd-file, mail location, aliases
 *     location.c    what a mail location means for a user
 *     mailbox.c     where a user's mail is, how much, how old
 *     check.c       what is wrong
 *     hash.c        passwords
 *     batch.c       wishes out of CSV
 *     steps.c       wishes become steps: add.c, password.c, lock.c, remove.c, alias.c
 *     programs.c    useradd(8) and its kin
 *     docs.c        passwd-file and aliases, changed in memory
 *     files.c       the plan as a step, and they in it
 *     apply.c       the steps, in order, and back
 */
#ifndef USER_USER_H
#define USER_USER_H

#include "base/arena.h"
#include "user/accounts.h"
#include <mailreeve/conf.h>
#include <mailreeve/plan.h>
#include <mailreeve/user.h>

#define USERS_LAST_STATIC_UID 99 /* up to it they are Debian's own (Debian policy, section 9.2.2) */
#define USERS_NOBODY_UID      65534

struct reeve_users {
	struct reeve_users_how how; /* as given */
	const char *root;           /* "" for "/", else without a slash at its end */
	struct reeve_talk talk;     /* {0} if none was given */
	struct reeve_arena *arena;  /* what lives as long as the users */
	bool has_failed;            /* no memory, sticky */

	/*
	 * Its lock is held since before anything was read. NULL: only to look. Of a dry run it holds
	 * no lock, and can still show what would change.
	 */
	struct reeve_plan *plan;
	char change[REEVE_CHANGE_ID]; /* what it changed, once it was carried out: files.c; "" */

	struct reeve_accounts accounts;

	/* Made when first asked for; freed by reeve_users_close(). */
	struct reeve_conf *confs[2]; /* by enum reeve_conf_kind; reeve_users_conf() */
	bool is_conf_read[2];
	struct users_mail *mail;   /* mailbox.h: in the arena */
	struct users_where *where; /* where.h */
	struct users_docs *docs;   /* docs.h */
	struct users_steps *steps; /* steps.h: wishes, and what they take */

	/* reeve_users_next() */
	size_t next_account;
	struct users_line *next_line; /* line.h: in the arena */
	struct reeve_arena *passing;  /* strings of the virtual user given out last */
	uint32_t next_alias; /* reeve_users_next_alias() */
	char *mailbox; /* of the user given out last */
};

/* ---- memory: of no memory "" and users->has_failed -------------------------------------------- */

/* A copy that lives as long as the users; NULL for NULL. */
const char *reeve_users_keep(struct reeve_users *users, const char *text);
const char *reeve_users_text(struct reeve_users *users, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- for them --------------------------------------------------------------------------------- */

/*
 * The configuration of Dovecot or Postfix, read when first asked for. NULL: there is none. One that
 * is there and cannot be read is a warning, once, and as good as none.
 */
struct reeve_conf *reeve_users_conf(struct reeve_users *users, enum reeve_conf_kind kind);

/* A setting as the program sees it, kept; NULL: not set, and no default; or no configuration. */
const char *reeve_users_setting(struct reeve_users *users, enum reeve_conf_kind kind,
                                const char *path);

/* What passwd(5) and shadow(5) say of a system user; not his mailbox. */
void reeve_users_fill(struct reeve_users *users, const struct reeve_account *account,
                      struct reeve_user *user_r);

/*
 * Whether somebody's mail is read and received by this account: his primary group is mail, and he is
 * none of Debian's own (uid 0 to 99 and nobody: base-passwd), of which `mail` has that group, too.
 */
bool reeve_users_is_mail_user(const struct reeve_users *users, const struct reeve_account *account);

#endif
