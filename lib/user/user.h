/* SPDX-License-Identifier: MIT */
/*
 * Users inside: what is open, and what all files of the room share.
 *
 *     users.c       the public door: open, close
 *     who.c         the users that there are: next, find
 *     verify.c      whether a password is somebody's
 *     accounts.c    passwd(5), shadow(5), group(5) of the root
 *     line.c        a virtual user's line, and what Dovecot makes of it
 *     name.c        names that we make
 *     where.c       what Dovecot (where_db.c) and Postfix (where_aliases.c) name: passwd-file, aliases
 *     where_file.c  which passwd-file, where there is one for each domain
 *     mailbox.c     where a user's mail is, how much, how old
 *     check.c       what is wrong: see check.h
 *     hash.c        hashes by crypt(3); generate.c new passwords
 *     field.c       what stands in a password field; digest.c, shape.c whether that is whole
 *
 *     steps.c       wishes become steps:
 *     batch.c       out of CSV; columns.c what its fields mean
 *     add.c         a system user shall be there (system.c: whom that may be about; power.c: what groups)
 *     fresh.c       his steps
 *     home.c        where no home belongs; real.c where a path leads
 *     orphan.c      what users who are gone left, and uids that own none of it
 *     password.c    his password, his lock; secrets.c the way to chpasswd(8)
 *     virtual.c     a virtual user shall be there; virtual_lock.c his password and lock
 *     virtual_remove.c  he shall not
 *     both.c        a name that is one of the system, too
 *     entry.c       his line, found and changed; quota.c his quota, and that of a system user
 *     remove.c      a user shall be gone; belongings.c what goes with him; elsewhere.c what does not
 *     alias.c       aliases; alias_look.c where they lead; alias_table.c what Postfix reads instead
 *
 *     apply.c       the steps, in order, and back:
 *     programs.c    useradd(8) and its kin
 *     places.c      homes and mailboxes; places_unmake.c back
 *     docs.c        passwd-file and aliases, changed in memory
 *     coming.c      lines that come to a passwd-file, all at once
 *     files.c       the plan as a step, and they in it
 *     leaving.c     mail held and removed (tree.c); archive.c copied by tar(1)
 */
#ifndef USER_USER_H
#define USER_USER_H

#include "base/arena.h"
#include "user/accounts.h"
#include <mailreeve/conf.h>
#include <mailreeve/plan.h>
#include <mailreeve/user.h>

/* Debian Policy 9.2.2: up to 99 are the system's own; "nobody" is 65534. */
#define USERS_UID_MIN 100
#define USERS_UID_NOBODY 65534

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
	struct users_spools *spools; /* home.c: in the arena */
	struct users_docs *docs;   /* docs.h */
	struct users_coming *coming; /* coming.h */
	struct users_orphans *orphans; /* orphan.h: in the arena */
	struct users_steps *steps; /* steps.h: wishes, and what they take */
	const struct users_spot *spots; /* steps.h: where the fields of a wish stand; NULL */
	int looks_at;                   /* which of them is looked at */

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
