/* SPDX-License-Identifier: MIT */
/*
 * Edits that only shrink a file, carried out inside it, restartable after a crash.
 *
 * In place, because Postfix and Dovecot hold the inode and its locks. Kept bytes move left. While
 * the gap between where bytes come from and where they go is g, up to g bytes can move without
 * overwriting a byte that a second try would need; where g is smaller than a useful step, the
 * step goes through the journal first. The journal says, at every moment, how to go on.
 *
 *     journal durable -> { record durable -> bytes moved -> bytes durable }... -> "done" durable
 *     -> truncated, durable -> journal gone
 *
 * See base/journal.h for the file, docs/design.md for the proof.
 */
#ifndef BASE_COMPACT_H
#define BASE_COMPACT_H

#include "base/edits.h"
#include "base/identity.h"
#include <mailreeve/base.h>
#include <sys/stat.h>

/* Where journals lie, and how to reach them. */
struct reeve_journals {
	int dirfd;
	uid_t owner; /* whose folder it is */
};

struct reeve_compact {
	int fd;               /* the file, open for reading and writing, locked by the caller */
	const char *path;     /* for messages, and for recovery to find the file */
	const struct reeve_journals *journals;
	struct reeve_identity *identity; /* paused while a journal is made or removed */
	bool keep_new;        /* afterwards atime < mtime ("new mail"), else not */
	/* How many of n bytes end at a boundary where a step may well end; 0: none. May be NULL. */
	size_t (*boundary)(const unsigned char *bytes, size_t n);
	/* Called at least every 20 s, by the waiting parent, or by the child if that died. */
	void (*tick)(void *user);
	/* Called at the end by a child whose parent died: let go of the locks. */
	void (*orphaned)(void *user);
	void *lock_user;
	const struct reeve_talk *talk;
};

/*
 * Open the caller's folder of journals: root's ROOT/var/lib/mailreeve/journal, or
 * $XDG_STATE_HOME/mailreeve/journal. With `create`, made where missing (0700).
 * Returns 0, or -1 with err. Without `create` a missing folder gives dirfd -1 and 0.
 */
int reeve_journals_open(struct reeve_journals *j, const char *root, bool create,
                        struct reeve_error *err);
/* The same at a given path, which must be `owner`'s alone. A missing folder gives dirfd -1. */
int reeve_journals_open_at(struct reeve_journals *j, const char *path, uid_t owner,
                           struct reeve_error *err);
void reeve_journals_close(struct reeve_journals *j);

/*
 * Whether a journal waits for the file that st describes: REEVE_PENDING, REEVE_PENDING_USELESS for
 * one that was never durable (recovery only removes it), 0, or -1 with err.
 */
#define REEVE_PENDING_USELESS 1
#define REEVE_PENDING         2
int reeve_compact_pending(const struct reeve_journals *j, const char *path, const struct stat *st,
                          struct reeve_identity *identity, struct reeve_error *err);

/* Calls fn with the path in each journal. A non-zero return stops and is returned. */
int reeve_journals_each(const struct reeve_journals *j,
                        int (*fn)(void *user, const char *path), void *user,
                        struct reeve_error *err);

/*
 * Whether the edits of a file of this size take a journal. If all that goes is at the end, cutting
 * it off is one call, whole or not at all: so a box can be emptied on a disk where no other byte
 * can be written.
 */
bool reeve_compact_needs_journal(const struct reeve_edits *edits, uint64_t size);

/*
 * Carry out the edits. c->journals may be closed if no journal is needed. A child moves the bytes;
 * if it dies, the caller's process goes on.
 * Returns 0, or -1 with err: nothing was changed, or the text says that the journal stays.
 */
int reeve_compact_run(const struct reeve_compact *c, const struct reeve_edits *edits,
                      struct reeve_error *err);

/*
 * Finish what a journal says about this file. What was appended since is kept.
 * Returns 1 when finished, 0 if there was no journal, -1 with err: REEVE_ECHANGED if the file was
 * rewritten by others (nothing is touched; diagnostics name the pieces).
 */
int reeve_compact_recover(const struct reeve_compact *c, struct reeve_error *err);

#endif
