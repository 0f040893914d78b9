/* SPDX-License-Identifier: MIT */
/*
 * Mail users: those of the system in group mail, those of a passwd-file of Dovecot; their
 * mailboxes, passwords and aliases.
 *
 *     users = reeve_users_open(&how, &err);    is_for_changes: the lock is held from here on
 *     while (reeve_users_next(users, &user, &err) > 0)
 *             ...                              to look at them
 *     reeve_users_add(users, &wish);           what shall be: each finds out what that takes
 *     reeve_users_lock(users, "ann", true);
 *     for (i = 0; i < reeve_users_step_count(users); i++)
 *             step = reeve_users_step_at(users, i);
 *     reeve_users_apply(users, &result, &err); all of it, or nothing
 *     reeve_users_close(users);
 *
 * Wishes say what shall be so. What is so already takes no step, so that whatever was broken off is
 * completed by saying it again. Wishes fail sticky: the first that cannot be is remembered, later
 * ones are still looked at (what is wrong with each is a diagnostic), and apply() refuses.
 *
 * Passwords are borrowed during a call, hashed in it, and no copy of them outlives it. The caller
 * wipes his own.
 */
#ifndef MAILREEVE_USER_H
#define MAILREEVE_USER_H

#include <mailreeve/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- passwords ----------------------------------------------------------------------------- */

/* Bytes of a password, without its NUL (crypt(3): CRYPT_MAX_PASSPHRASE_SIZE - 1). */
#define REEVE_PASSWORD_MAX 511

/*
 * Hash a password by crypt(3), with salt of the system's. `scheme`, in any case:
 *
 *     NULL, "CRYPT"    crypt_gensalt(3)'s own default: yescrypt on Debian 12 and 13
 *     "SHA512-CRYPT"   its default rounds
 *     "BLF-CRYPT"      bcrypt, cost 12
 *
 * The result, as shadow(5) has it ("$y$j9T$..."), is to be freed. NULL with err: REEVE_EUSAGE for
 * another scheme, for a password that is empty, too long (bcrypt looks at 72 bytes), or has a line
 * end or another control character than TAB; REEVE_EIO, REEVE_ENOMEM.
 */
char *reeve_password_hash(const char *password, const char *scheme, struct reeve_error *err);

/*
 * What stands in front of such a hash in a passwd-file: "{CRYPT}", "{SHA512-CRYPT}", "{BLF-CRYPT}".
 * NULL for another scheme.
 */
const char *reeve_password_prefix(const char *scheme);

/*
 * A new password of at least 128 bits from getrandom(2), of letters and digits that are not
 * mistaken for each other. To be wiped and freed. NULL with err.
 */
char *reeve_password_generate(struct reeve_error *err);

/*
 * What a password field holds: of shadow(5), or of a passwd-file, with a {SCHEME} or without.
 * A locked one has what locks it in front ("!", of ours in a passwd-file "{CRYPT}$!"); the rest is
 * looked at.
 */
struct reeve_password_look {
	char scheme[24]; /* "CRYPT yescrypt", "SHA512-CRYPT", "ARGON2ID", "PLAIN"; "" if there is
	                    none */
	bool is_none;     /* there is no password: "", "*", "!", "{CRYPT}" */
	bool is_locked;   /* "!" too */
	bool is_open;     /* empty: of shadow(5), nobody is asked; of a passwd-file, nobody gets in */
	bool is_weak;     /* legacy to crypt_checksalt(3), or a scheme that Dovecot 2.4 refuses */
	bool is_readable; /* reeve_password_verify() can tell */
};
void reeve_password_look(const char *field, struct reeve_password_look *look_r);

/*
 * Whether a password fits a field. A locked one is looked at as if it were not; none fits where
 * there is no password.
 * Returns 1, 0, or -1 with err: REEVE_EREFUSED for a scheme that we cannot tell, REEVE_EFORMAT,
 * REEVE_ENOMEM.
 */
int reeve_password_verify(const char *field, const char *password, struct reeve_error *err);

/* ---- what there is ------------------------------------------------------------------------- */

/* {0} is good. The strings and talk must last as long as the users. */
struct reeve_users_how {
	const char *root;        /* NULL: "/" */
	const char *passwd_file; /* with the root in front; NULL: the one that Dovecot's
	                            configuration names */
	const char *dovecot;     /* its main file, with the root in front; NULL:
	                            ROOT/etc/dovecot/dovecot.conf */
	const char *postfix;     /* its folder, likewise; NULL: ROOT/etc/postfix. It names the
	                            file of aliases */
	bool is_for_changes; /* take the lock of plans */
	bool dry_run;        /* no lock, nothing is written; apply() only looks */
	/* As in struct reeve_plan_how. */
	const char *what, *state;
	int64_t lock_timeout_ms;
	const struct reeve_talk *talk;
};

struct reeve_users;

/*
 * Read passwd, shadow and group of the root, and, when first needed, Dovecot's configuration, its
 * passwd-file and the aliases.
 *
 * Returns NULL with err: REEVE_EBUSY if another run holds the lock, REEVE_EIO, REEVE_EREFUSED (a
 * change was broken off; see reeve_plan_begin()), REEVE_ENOMEM.
 */
struct reeve_users *reeve_users_open(const struct reeve_users_how *how, struct reeve_error *err);
void reeve_users_close(struct reeve_users *users); /* NULL is fine */

/* Strings belong to the users, until the next call. */
struct reeve_user {
	const char *name;
	bool is_virtual;
	const char *file; /* where he is: passwd(5), or the passwd-file; with the root in front */
	uint64_t line;
	bool has_ids; /* of a virtual one they may come from elsewhere */
	uint32_t uid, gid;
	const char *home;    /* NULL: not said */
	const char *shell;   /* of a system user */
	bool may_log_in;     /* a system user with a shell */
	const char *mailbox; /* a file or a folder, with the root in front; NULL: not known */
	bool has_mailbox;    /* it is there */
	uint64_t mailbox_bytes;
	int64_t mailbox_time; /* last change, seconds since 1970 */
	bool has_quota;
	uint64_t quota_bytes;
	/* {0} if shadow(5) may not be read. Of a virtual one is_open is an extra field `nopassword`. */
	struct reeve_password_look password;
	bool is_password_known;
	bool is_locked;  /* by password; of a system user also by date */
	bool is_expired; /* of a system user: no login since that date (shadow(5), field 8) */
};

/* Mail users: system users whose primary group is mail, and all of the passwd-file. 1, 0, -1. */
int reeve_users_next(struct reeve_users *users, struct reeve_user *user_r, struct reeve_error *err);

/* One user of whatever group; with an '@', or a name that the passwd-file has, a virtual one. 1, 0,
 * -1. */
int reeve_users_find(struct reeve_users *users, const char *name, struct reeve_user *user_r,
                     struct reeve_error *err);

/*
 * Whether a password is that of a user; of one who is locked as if he were not. 1, 0, or -1 with
 * err: REEVE_EUSAGE if there is no such user, REEVE_EREFUSED if his password is out of our reach,
 * and as reeve_password_verify().
 */
int reeve_users_verify(struct reeve_users *users, const char *name, const char *password,
                       struct reeve_error *err);

/*
 * Whether a name is one that we make. System users: [a-z_][a-z0-9_.-]*, 32 bytes at most, not
 * ending in ".lock", as the locks of mailboxes do. Virtual ones: the same, up to 64 bytes (RFC 5321
 * section 4.5.3.1.1) and a digit may be the first, then, unless the passwd-file goes without
 * domains, '@' and a domain in lower case. 0, or -1 with err: REEVE_EUSAGE, and what is wrong.
 */
int reeve_user_name_check(const char *name, bool is_virtual, struct reeve_error *err);

/*
 * Look for what is wrong: who is in group mail, primary or supplementary, and may log in; mailboxes
 * and homes that others may read; mailboxes without users, users without mailboxes; owners that are
 * wrong; passwords that are open or weak; names that are there twice, or that Dovecot and Postfix
 * cannot reach; subordinate ids. Each is a diagnostic to how.talk; reeve-user(8) lists them.
 *
 * With `repair` (and how.is_for_changes) modes and owners become steps: a mode loses what lets
 * others in, and root's or nobody's files under a user's name become his. Nothing else is mended.
 *
 * Returns how many warnings and problems, mended or not; -1 with err.
 */
long reeve_users_check(struct reeve_users *users, bool repair, struct reeve_error *err);

/* ---- what shall be ------------------------------------------------------------------------- */

/* NULL and 0 leave it as it is, or take what is usual. */
struct reeve_user_wish {
	const char *name;
	bool is_virtual;
	/* The home; or the folder of homes, if its last name is not the user's. Without the root.
	 */
	const char *home;
	const char *group; /* "mail"; the primary one of a system user */
	const char *shell; /* NULL: no login */
	bool allow_shell;  /* else group mail with a login shell is refused */
	bool has_ids;      /* of a virtual one */
	uint32_t uid, gid;
	uint64_t quota_bytes;
	const char *password; /* set if he has none; an existing one stays */
	const char *hash;     /* the same, hashed already; with a {SCHEME} or as shadow(5) has it */
	const char *scheme;   /* as reeve_password_hash() */
	const char *file;     /* whence the wish comes, for diagnostics; NULL */
	uint64_t line;
};
void reeve_users_add(struct reeve_users *users, const struct reeve_user_wish *wish);

/* The password shall be this one. Of `password` and `hash` one is NULL. */
void reeve_users_password(struct reeve_users *users, const char *name, const char *password,
                          const char *hash, const char *scheme);

/* No login (password and, of a system user, date); or again. Mail is still delivered. */
void reeve_users_lock(struct reeve_users *users, const char *name, bool is_locked);

enum reeve_users_mail {
	REEVE_USERS_KEEP_MAIL,
	REEVE_USERS_ARCHIVE_MAIL, /* tar(1) into a file of its own in the folder
	                             `archive` (with the root in front), then removed */
	REEVE_USERS_REMOVE_MAIL,
};
void reeve_users_remove(struct reeve_users *users, const char *name, enum reeve_users_mail mail,
                        const char *archive);

/* An alias shall lead to `target`, too (removed: not any more; NULL: the whole alias goes). */
void reeve_users_alias(struct reeve_users *users, const char *alias, const char *target,
                       bool is_there);

/* The aliases, in the file's order. 1 with strings good until the next call; 0 at the end; -1. */
struct reeve_user_alias {
	const char *name, *value;
	const char *file;
	uint64_t line;
};
int reeve_users_next_alias(struct reeve_users *users, struct reeve_user_alias *alias_r,
                           struct reeve_error *err);

/*
 * Read wishes from CSV (RFC 4180), whose first record names the columns: name, password, hash,
 * scheme, home, group, shell, uid, gid, quota, alias (several with blanks or commas between). A
 * field that is empty, or a column that is not there, takes what `usual` has.
 *
 * `bytes` may hold passwords; they are the caller's to wipe. What is wrong is a diagnostic with
 * line and column, and a wish that cannot be.
 */
struct reeve_users_batch {
	const char *file; /* for diagnostics */
	const void *bytes;
	size_t n;
	struct reeve_user_wish usual;
	/*
	 * Asked for a password for each user who has none and whose record brings none; NULL: they
	 * stay without. It is good until the next call; NULL with err: this wish cannot be.
	 */
	const char *(*password)(void *user, const char *name, struct reeve_error *err);
	void *user;
};
void reeve_users_batch(struct reeve_users *users, const struct reeve_users_batch *batch);

/* What is to be done; or, of a wish that takes nothing, that. Strings belong to the users. */
struct reeve_user_step {
	const char *user; /* or alias */
	const char *text; /* "add system user 'ann' (home '/home/mail-users/ann', group mail)" */
	bool is_change;
};
size_t reeve_users_step_count(const struct reeve_users *users);
struct reeve_user_step reeve_users_step_at(const struct reeve_users *users, size_t i);

/*
 * Whether every wish can be: what can be known before anything is done, such as that a new password
 * has reached who is to know it. 0, or -1 with the error that apply() would give.
 */
int reeve_users_ready(const struct reeve_users *users, struct reeve_error *err);

struct reeve_users_result {
	bool is_changed;
	size_t steps;   /* done; of a dry run: to be done */
	const char *id; /* of the change of files, for reeve_plan_undo(); NULL: there is none */
};

/*
 * Carry the steps out. Once. In this order: mail is archived, accounts are made and locked
 * (useradd(8), usermod(8)), homes and mailboxes made, files changed through a plan, passwords set
 * (chpasswd(8)), the table of aliases made. If one of these fails, those before it are taken back.
 * Then accounts are removed (userdel(8)), and mail; from there on nothing is taken back.
 *
 * Returns 0, or -1 with err, and nothing is changed, or the text says what is: REEVE_EUSAGE or
 * REEVE_EREFUSED for a wish, REEVE_ECANCELED, REEVE_EIO.
 */
int reeve_users_apply(struct reeve_users *users, struct reeve_users_result *result_r,
                      struct reeve_error *err);

#ifdef __cplusplus
}
#endif

#endif
