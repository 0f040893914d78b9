/* SPDX-License-Identifier: MIT */
/*
 * Plans: the one door through which configuration changes.
 *
 *     plan = reeve_plan_begin(&how, &err);          the lock is held from here on
 *     ... read the files, decide ...
 *     reeve_plan_replace(plan, path, old, old_n, new, new_n);        for each file
 *     reeve_plan_create(plan, path, new, new_n, &rights);            where none is
 *     reeve_plan_remove(plan, path, old, old_n);
 *     reeve_plan_give(plan, path, &old_rights, &rights);             owner and mode of what is there
 *     reeve_plan_check(plan, REEVE_CHECK_DOVECOT, "/etc/dovecot/dovecot.conf");
 *     reeve_plan_diff(plan, i, REEVE_DIFF_CHANGE, &text, &n, &err)   to show it
 *     reeve_plan_apply(plan, &result, &err)
 *     reeve_plan_free(plan);
 *
 * apply() sees that the files are what was read, has the real program verify a copy of the tree
 * with the change in it, backs up, writes beside, flushes, renames, has it verified again in
 * place, and takes everything back if that fails. Whatever breaks it off, each file is the old one
 * or the new one; what is left is found by the next begin(), and can go either way.
 *
 * A plan fails sticky: the first failure of replace() and its kin is remembered, and apply()
 * reports it. A plan is used by one thread.
 */
#ifndef MAILREEVE_PLAN_H
#define MAILREEVE_PLAN_H

#include <mailreeve/base.h>

#ifdef __cplusplus
extern "C" {
#endif

struct reeve_plan;

/* Bytes of an ID with its NUL: "20261129-163000-1"; IDs are in the order of time. */
#define REEVE_CHANGE_ID 32

/* {0} is good. The strings and talk must last as long as the plan. */
struct reeve_plan_how {
	const char *root; /* NULL: "/" */
	const char *what; /* what is done, for the list: the command line */
	/*
	 * Where the lock and the backups are; NULL: ROOT/var/lib/mailreeve for root, or if a root
	 * is given, else $XDG_STATE_HOME/mailreeve.
	 */
	const char *state;
	bool dry_run;       /* no lock, nothing is written; apply() only looks */
	bool leave_changed; /* of an undo: files that were changed since stay as they are */
	int64_t lock_timeout_ms;
	const struct reeve_talk *talk; /* diagnostics; "stop?", until bytes change; or NULL */
};

/*
 * Begin a plan: take the lock, and look for a change that was broken off. One of which nothing is
 * in place is cleared away; of one of which all is what follows it is run (reeve_plan_after(); a warning
 * if that fails), and it gets its last note; a note says so. So is what was not run of changes that are done.
 *
 * Returns NULL with err: REEVE_EBUSY if another plan holds the lock, REEVE_EREFUSED if a change
 * was broken off between two files (the text says which files are new, which are old, and how to
 * go on: reeve_plan_undo() or reeve_plan_finish()), REEVE_EIO. A dry run only warns of the last.
 */
struct reeve_plan *reeve_plan_begin(const struct reeve_plan_how *how, struct reeve_error *err);

/*
 * A plan to take change `id` back (NULL: the last one that is neither undone nor itself an undo).
 * It is a change of its own, which can be undone; one that was broken off is ended instead. If that
 * had changed nothing the plan is empty; a warning says so if no `id` was given.
 *
 * If a file was changed since, it is a conflict (reeve_plan_at()), and apply() fails with
 * REEVE_ECHANGED, unless how->leave_changed. Returns NULL with err: REEVE_EUSAGE if there is no
 * such change, REEVE_EREFUSED if it is undone already, and as reeve_plan_begin().
 */
struct reeve_plan *reeve_plan_undo(const struct reeve_plan_how *how, const char *id,
                                   struct reeve_error *err);

/*
 * A plan to carry to its end change `id` (NULL: the only one) that was broken off. Of one that is done it is
 * a plan without files, but with what follows (reeve_plan_after_at()), to be run again.
 */
struct reeve_plan *reeve_plan_finish(const struct reeve_plan_how *how, const char *id,
                                     struct reeve_error *err);

void reeve_plan_free(struct reeve_plan *plan); /* lets the lock go; NULL is fine */

/*
 * The file `path` (with the root in front) shall have the bytes `new` instead of `old`, which the
 * caller read while the plan was held. Both are copied. Equal bytes are no change. A symbolic link
 * stays one: the file that it leads to is replaced.
 *
 * Remembered as a failure: REEVE_ECHANGED if the file is not `old` now; REEVE_EREFUSED if it is no
 * regular file, has a second hard link, is immutable, leads out of the root or by somebody else's
 * symbolic link; REEVE_EUSAGE for a second change of the same file; REEVE_EIO, REEVE_ENOMEM.
 */
void reeve_plan_replace(struct reeve_plan *plan, const char *path, const void *old, size_t old_n,
                        const void *new_bytes, size_t new_n);

/* Whose a file or folder is, and who may do what with it. */
struct reeve_rights {
	uint32_t uid, gid;
	uint32_t mode; /* chmod(2): 07777 at most */
};

/*
 * A file `path` with these bytes shall be where none is, and neither a link nor anything else; the
 * folder that it is in must be there. An ACL that the folder gives it stays. To take it back it is
 * removed, if it still has these bytes.
 *
 * Remembered as a failure: REEVE_ECHANGED if there is something; REEVE_EUSAGE, REEVE_EREFUSED,
 * REEVE_EIO, REEVE_ENOMEM as of reeve_plan_replace().
 */
void reeve_plan_create(struct reeve_plan *plan, const char *path, const void *bytes, size_t n,
                       const struct reeve_rights *rights);

/* The file `path`, whose bytes are `old`, shall not be. Failures as of reeve_plan_replace(), and
 * REEVE_EREFUSED for a symbolic link. */
void reeve_plan_remove(struct reeve_plan *plan, const char *path, const void *old, size_t old_n);

/*
 * The file or folder `path` shall have the rights `rights` instead of `old`. It stays the same
 * file: for mailboxes, which others hold open and write to. Its bytes are not looked at. Of several
 * in one plan each is by itself: if the plan is broken off between them, the next one carries the
 * rest out. Equal rights are no change. An ACL's mask is the group's part of the mode.
 *
 * Remembered as a failure: REEVE_ECHANGED if it has not the rights `old` now; REEVE_EREFUSED if it
 * is neither a regular file nor a folder, has a second hard link, is immutable, is a symbolic link
 * or reached by somebody else's; REEVE_EUSAGE for a second change of it; REEVE_EIO, REEVE_ENOMEM.
 */
void reeve_plan_give(struct reeve_plan *plan, const char *path, const struct reeve_rights *old,
                     const struct reeve_rights *rights);

enum reeve_check {
	REEVE_CHECK_DOVECOT, /* path: the main file; doveconf -n reads it */
	REEVE_CHECK_POSTFIX, /* path: the folder; postconf and postfix check read it */
};

/*
 * The real program has to accept the configuration that begins at `path` (with the root in front),
 * if it is installed in the root; else a note says that nothing was verified.
 */
void reeve_plan_check(struct reeve_plan *plan, enum reeve_check kind, const char *path);

enum reeve_after {
	REEVE_AFTER_NEWALIASES, /* newaliases(1) */
	REEVE_AFTER_POSTALIAS,  /* postalias(1) of "TYPE:FILE", without the root */
};

/*
 * Once the files are as they shall be, this has to be run. It is written down with the change, for who takes
 * it back has to do it again; apply() does not run it. `what` is copied; NULL for newaliases. Remembered as a
 * failure: REEVE_EUSAGE if it is no table.
 */
void reeve_plan_after(struct reeve_plan *plan, enum reeve_after kind, const char *what);

/* The i-th of them, "postalias hash:/etc/aliases"; of an undo or a finish those of its change. NULL: there
 * are fewer. Good as long as the plan. */
const char *reeve_plan_after_at(const struct reeve_plan *plan, size_t i);

/*
 * Run them, in the root, after apply(). Each is tried. 0, or -1 with err, the first failure: REEVE_EREFUSED if
 * there is no such program, REEVE_EIO.
 */
int reeve_plan_run_after(const struct reeve_plan *plan, struct reeve_error *err);

/* The ID of the change that a plan takes back or finishes; NULL: none. Good as long as the plan. */
const char *reeve_plan_change(const struct reeve_plan *plan);

enum reeve_plan_kind { REEVE_PLAN_REPLACE, REEVE_PLAN_CREATE, REEVE_PLAN_REMOVE, REEVE_PLAN_GIVE };

/* What a plan changes, also after it was carried out. Good until the plan is changed or freed. */
struct reeve_plan_file {
	enum reeve_plan_kind kind;
	const char *path;   /* as it is named, without the root */
	const char *target; /* the file itself, if path is a symbolic link; else the same */
	bool is_conflict;   /* of an undo: neither what the change left nor what was before it */
	/* What was there when the plan was made; NULL: nothing, or its bytes do not matter. */
	const void *old;
	size_t old_n;
	const void *new_bytes;
	size_t new_n;
	struct reeve_rights old_rights, new_rights; /* of what is there before, and afterwards */
};

/* How many files change, and the i-th of them. */
size_t reeve_plan_count(const struct reeve_plan *plan);
struct reeve_plan_file reeve_plan_at(const struct reeve_plan *plan, size_t i);

/* The first failure so far: 0, or -1 with err. */
int reeve_plan_ok(const struct reeve_plan *plan, struct reeve_error *err);

enum reeve_diff {
	REEVE_DIFF_CHANGE, /* from what is there to what shall be */
	REEVE_DIFF_SINCE,  /* of a conflict: from what the change left to what is there */
};

/*
 * A unified diff of the i-th file, made by diff(1), labels a/PATH and b/PATH, or /dev/null where
 * there is none. If the file comes or goes, or its owner or mode is what changes, a line of its
 * own is in front, which patch(1) passes over: "# PATH: 0:8 0660 -> 1001:8 0600". *text_r (n bytes,
 * a NUL behind them) is to be freed by the caller. It shows passwords if they are near a change.
 * Returns 0, or -1 with err.
 */
int reeve_plan_diff(const struct reeve_plan *plan, size_t i, enum reeve_diff which, char **text_r,
                    size_t *n_r, struct reeve_error *err);

/*
 * Ask the real programs about what shall be, as apply() does first, and leave all as it is. Also of a
 * dry run; what they read lies in a folder of $TMPDIR meanwhile.
 *
 * *is_refused_r: they refuse it, but what is there as well; a warning says why, and apply() would go
 * on. Returns 0, or -1 with err: what was remembered; REEVE_EREFUSED if they refuse it, and took what
 * is there; REEVE_EIO.
 */
int reeve_plan_verify(struct reeve_plan *plan, bool *is_refused_r, struct reeve_error *err);

struct reeve_plan_result {
	bool is_changed;
	size_t files;             /* changed; of a dry run: would be */
	char id[REEVE_CHANGE_ID]; /* to undo it; "" if there is nothing to undo */
};

/*
 * Carry the plan out. Once; afterwards it can only be freed. Without changes nothing is written.
 *
 * Returns 0, or -1 with err, and then nothing is changed, or the text says that it is: what
 * was remembered; REEVE_ECHANGED if a file is no more what was read; REEVE_EREFUSED if the real
 * program refuses the new configuration (and took the old one), or an attribute of a file cannot be
 * kept; REEVE_ECANCELED; REEVE_EIO.
 */
int reeve_plan_apply(struct reeve_plan *plan, struct reeve_plan_result *result_r,
                     struct reeve_error *err);

/* ---- the list of changes ------------------------------------------------------------------ */

enum reeve_change_state {
	REEVE_CHANGE_DONE,
	REEVE_CHANGE_UNDONE,     /* by a later change */
	REEVE_CHANGE_BROKEN_OFF, /* a person has to decide, or the next plan carries it on */
	REEVE_CHANGE_BACK,       /* was broken off, and taken back */
	REEVE_CHANGE_NOT_BEGUN,  /* was broken off before; the next plan clears it away */
	REEVE_CHANGE_UNDER_WAY,  /* by another process */
	REEVE_CHANGE_UNREADABLE, /* was ended; its record is damaged, or of a later version */
};

struct reeve_change {
	char id[REEVE_CHANGE_ID];
	int64_t time;     /* seconds since 1970 */
	const char *what; /* "" if that is not known */
	enum reeve_change_state state;
	const char *undoes; /* the ID of the change that it took back; NULL: it is no undo */
	size_t file_count;        /* 0: not known */
	const char *const *files; /* without the root */
};

struct reeve_changes;

/* The changes that are kept, newest first. how->root and how->state count. Takes no lock. */
struct reeve_changes *reeve_changes_open(const struct reeve_plan_how *how, struct reeve_error *err);

/* 1 with *change, good until reeve_changes_close(); 0 at the end; -1 with err. */
int reeve_changes_next(struct reeve_changes *changes, struct reeve_change *change,
                       struct reeve_error *err);
void reeve_changes_close(struct reeve_changes *changes); /* NULL is fine */

#ifdef __cplusplus
}
#endif

#endif
