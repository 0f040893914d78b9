/* SPDX-License-Identifier: MIT */
/*
 * Mailboxes in mbox format, as Postfix fills them and Dovecot reads them.
 *
 *     query -> scan (messages, facts) -> edits -> compact -> mailbox
 *
 * Reading:   reeve_query_compile(), reeve_mbox_open(), reeve_mbox_next()..., reeve_mbox_close()
 * Cleaning:  reeve_mbox_prune() does all of it, locks and journal included
 * Whose:     reeve_spool_user(), reeve_spool_open() and reeve_spool_next()
 * After a crash: reeve_mbox_recover(), reeve_mbox_recover_all()
 */
#ifndef MAILREEVE_MBOX_H
#define MAILREEVE_MBOX_H

#include <mailreeve/base.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- messages ------------------------------------------------------------------------------ */

/* Flags as Status: and X-Status: keep them (Dovecot, mbox-sync-parse.c). */
enum reeve_flag {
	REEVE_FLAG_SEEN = 1 << 0,     /* Status: R */
	REEVE_FLAG_OLD = 1 << 1,      /* Status: O; without it a message is recent */
	REEVE_FLAG_ANSWERED = 1 << 2, /* X-Status: A */
	REEVE_FLAG_FLAGGED = 1 << 3,  /* X-Status: F */
	REEVE_FLAG_DRAFT = 1 << 4,    /* X-Status: T */
	REEVE_FLAG_DELETED = 1 << 5,  /* X-Status: D */
};

/* Facts beyond offsets and flags, which a reader works out only if asked. */
enum reeve_need {
	REEVE_NEED_RECEIVED = 1 << 0, /* the From_ line's date */
	REEVE_NEED_SENT = 1 << 1,     /* the Date: header */
	REEVE_NEED_SIZE = 1 << 2,     /* size_virtual: every byte of the body is looked at */
	REEVE_NEED_UID = 1 << 3,
	REEVE_NEED_TOTAL = 1 << 4,    /* how many messages there are, for "*" in a set */
	REEVE_NEED_HEADER = 1 << 5,   /* texts in the header: reeve_mbox_match() looks for them */
	REEVE_NEED_BODY = 1 << 6,     /* texts in the body, likewise */
};

struct reeve_found; /* which texts of a query a message holds */

struct reeve_message {
	uint32_t seq;         /* from 1; the pseudo message is 0 and does not count */
	uint32_t uid;         /* as Dovecot would give it without its index; 0 if not asked for */
	unsigned int flags;   /* enum reeve_flag */
	bool is_pseudo;       /* c-client's FOLDER INTERNAL DATA: never removed, never counted */
	bool is_suspect;      /* may be a quoted piece of the message before it */
	struct reeve_span whole;  /* From_ line to the byte before the next From_ line */
	struct reeve_span header; /* after the From_ line, up to and with the empty line */
	struct reeve_span imapbase; /* X-IMAPbase or X-IMAP lines that Dovecot trusts, or length 0 */
	int64_t received;     /* From_ line's date, seconds since 1970 UTC */
	int64_t sent;         /* Date: header, seconds since 1970 UTC; 0 if there is none */
	int sent_zone_minutes; /* its zone, east of UTC positive */
	uint64_t size_virtual; /* RFC 3501 RFC822.SIZE: without Dovecot's own headers, LF as CR LF */
	const struct reeve_found *found; /* by reeve_mbox_match() only, until its next call; or NULL */
};

/* ---- queries ------------------------------------------------------------------------------- */

struct reeve_query;

/*
 * Compile a query: the search keys of IMAP (RFC 3501 section 6.4.4) as doveadm-search-query(7)
 * extends them. reeve-prune(1) has the grammar. It means what Dovecot 2.3.19 makes of it
 * (lib-storage/mail-search-build.c, mail-search-register-human.c; 2.4.1 hardly differs); where we
 * differ, mostly to refuse what was hardly meant, docs/deviations.md says so.
 *
 * Blanks separate words, "double quotes" keep them together, keys are case-insensitive. `now`
 * (seconds since 1970) is what intervals ("BEFORE 30d") count from; 0 is the clock. Days begin at
 * local midnight (TZ), those of a Date: header at its sender's, as in doveadm.
 *
 * Returns the query, to be freed with reeve_query_free(), or NULL with err: REEVE_EUSAGE and a
 * text that begins "query:LINE:COLUMN: ", or REEVE_ENOMEM.
 */
struct reeve_query *reeve_query_compile(const char *text, int64_t now, struct reeve_error *err);

/* Which facts the query reads: enum reeve_need, ORed. */
unsigned int reeve_query_needs(const struct reeve_query *query);

/* What "*" means in the sequence and UID sets of a query. */
struct reeve_totals {
	uint32_t messages;
	uint32_t last_uid;
};

/*
 * Whether the message is chosen, by the facts in *msg. Pure. `totals` may be NULL without
 * REEVE_NEED_TOTAL. A message is not chosen if that depends on a text that nobody has looked for:
 * for a query with REEVE_NEED_HEADER or REEVE_NEED_BODY, ask reeve_mbox_match().
 */
bool reeve_query_match(const struct reeve_query *query, const struct reeve_message *msg,
                       const struct reeve_totals *totals);

void reeve_query_free(struct reeve_query *query);

/* ---- reading ------------------------------------------------------------------------------- */

struct reeve_mbox;

/*
 * Open a mailbox for reading, without locks. The access time stays what it was. `path` has the root
 * in front, the path that stands for "/" (journals); NULL: "/". `needs` is enum reeve_need, ORed.
 * Root opens it with the owner's effective uid, and is root again when this returns.
 *
 * Returns the mailbox, to be closed with reeve_mbox_close(), or NULL with err: REEVE_EIO,
 * REEVE_EBUSY (a crash left it half cleaned; reeve_mbox_recover() finishes that), REEVE_EREFUSED
 * (a symbolic link, a second hard link, not a regular file), REEVE_EFORMAT (not an mbox; the text
 * says what it is).
 */
struct reeve_mbox *reeve_mbox_open(const char *root, const char *path, unsigned int needs,
                                   struct reeve_error *err);

/*
 * Step to the next message.
 *
 * A separator is what Dovecot's mbox driver takes for one (lib-storage/index/mbox/
 * istream-raw-mbox.c): a line that starts with "From ", parses as such (lib-mail/mbox-from.c),
 * and is not inside a body whose Content-Length leads to a separator or to the end.
 *
 * Returns 1 with a message, 0 at the end, -1 with err: REEVE_EIO, REEVE_ECHANGED if the file
 * shrank meanwhile, REEVE_EFORMAT.
 */
int reeve_mbox_next(struct reeve_mbox *mbox, struct reeve_message *msg, struct reeve_error *err);

/*
 * Whether the message that reeve_mbox_next() gave last is chosen by any query whose needs the
 * mailbox was opened with. As reeve_query_match(), and looks into the message as far as the answer
 * depends on it: not at all if dates and flags decide, and not behind the header without need.
 * The query must not be freed before the mailbox is closed.
 *
 * Returns 1 if it is, 0 if not, -1 with err: REEVE_EIO, REEVE_ECHANGED, REEVE_ENOMEM.
 */
int reeve_mbox_match(struct reeve_mbox *mbox, const struct reeve_query *query,
                     struct reeve_message *msg, const struct reeve_totals *totals,
                     struct reeve_error *err);

void reeve_mbox_close(struct reeve_mbox *mbox);

/* ---- cleaning ------------------------------------------------------------------------------ */

/* What goes. {0} chooses nothing. */
struct reeve_prune {
	const char *root;  /* path that stands for "/" (journals, login.defs, passwd); NULL: "/" */
	const struct reeve_query *query; /* what is chosen; NULL: nothing by query */
	bool has_max_size; /* choose the oldest until the box is at most max_size_bytes */
	bool read_first;   /* with has_max_size: the read ones before the unread ones */
	bool keep_flagged; /* never choose a message with REEVE_FLAG_FLAGGED */
	bool refuse_unread; /* REEVE_EREFUSED if an unread message is in the box */
	bool dry_run;      /* say what would go, change nothing, take no lock */
	uint64_t max_size_bytes;
	uint64_t keep_last; /* never choose the last N messages of the box */
	/*
	 * What goes is added to this mailbox first; NULL: to none. %Y, %m, %d, %H, %G, %V, %j and %y
	 * are of each message's From_ line, in local time (strftime(3)), %% is a %.
	 */
	const char *archive;
	int64_t lock_timeout_ms; /* 0: try once */
	struct reeve_talk talk;
};

/* What went, or would go. Bytes are bytes of the file. */
struct reeve_prune_result {
	uint64_t messages_before, messages_removed, unread_removed, unread_before;
	uint64_t bytes_before, bytes_removed; /* before: of the file as it was last scanned */
	uint64_t held_back;      /* chosen, but kept with a suspect piece that was not */
	int64_t lock_wait_ms, lock_held_ms;
	bool recovered;          /* a journal was finished first */
};

/*
 * Remove the chosen messages from a mailbox, in place.
 *
 * `path` is as the caller sees it (with the root in front). As root it acts as Postfix local(8)
 * does, with the owner's effective uid; both locks are held while bytes move; a journal makes it
 * restartable (base/compact.h). Every byte of every kept message stays, with one exception: when
 * the first message goes, the X-IMAPbase header that Dovecot trusts there moves to the new first.
 *
 * With an archive every message that goes is in it, durably, before the first byte is moved; who is
 * interrupted may find it there twice. It is opened and written as the caller, root remaining root.
 *
 * Returns 0 with *result filled, or -1 with err. Unless the text says that a journal was left,
 * nothing was changed: REEVE_EIO, REEVE_EBUSY, REEVE_EFORMAT, REEVE_EREFUSED, REEVE_ECHANGED,
 * REEVE_ECANCELED, REEVE_ENOMEM.
 */
int reeve_mbox_prune(const char *path, const struct reeve_prune *prune,
                     struct reeve_prune_result *result, struct reeve_error *err);

/*
 * Whether `name` can be the archive of a struct reeve_prune: 0, or -1 with err: REEVE_EUSAGE. What
 * lies there is not looked at.
 */
int reeve_archive_check(const char *name, struct reeve_error *err);

/*
 * Finish what a crash broke off in one mailbox; nothing to do is success.
 * `root`, `lock_timeout_ms` and `talk` of *prune are used.
 *
 * Returns 1 if something was finished, 0 if there was nothing, -1 with err: REEVE_ECHANGED if
 * another program rewrote the half-moved box (nothing is touched, the journal stays, diagnostics
 * name the pieces), else as reeve_mbox_prune().
 */
int reeve_mbox_recover(const char *path, const struct reeve_prune *prune, struct reeve_error *err);

/* ---- whose spool is where ------------------------------------------------------------------- */

struct reeve_box {
	const char *path; /* with the root in front; good until the next call on the spool */
	const char *user; /* NULL: no such user */
};

struct reeve_spool;

/*
 * Walk MAIL_DIR of ROOT/etc/login.defs (default /var/mail, login.defs(5)) in order of names.
 * Regular files only; "*.lock" and names that begin with "." are never boxes. Symbolic links,
 * FIFOs and devices are reported as diagnostics, folders are passed over with a note.
 */
struct reeve_spool *reeve_spool_open(const char *root, const struct reeve_talk *talk,
                                     struct reeve_error *err);
/* Returns 1 with a box, 0 at the end, -1 with err. */
int reeve_spool_next(struct reeve_spool *spool, struct reeve_box *box, struct reeve_error *err);
void reeve_spool_close(struct reeve_spool *spool);

/*
 * Where a user's mailbox is: getpwnam(3) (with a root: ROOT/etc/passwd), MAIL_DIR of login.defs,
 * or MAIL_FILE in the home (login.defs(5)). It need not exist.
 *
 * Returns a string to be freed with free(3), or NULL with err: REEVE_EUSAGE for no such user.
 */
char *reeve_spool_user(const char *root, const char *user, struct reeve_error *err);

/*
 * Paths of the mailboxes for which a journal waits, in the caller's journal folder.
 * Calls fn for each; a non-zero return stops and is returned. -1 with err if the folder cannot
 * be read; a folder that does not exist is empty.
 */
int reeve_mbox_pending(const char *root, int (*fn)(void *user, const char *path), void *user,
                       struct reeve_error *err);

#ifdef __cplusplus
}
#endif

#endif
