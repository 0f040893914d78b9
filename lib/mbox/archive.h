/* SPDX-License-Identifier: MIT */
/*
 * Keeping what leaves a mailbox in another one.
 *
 *     archive = reeve_archive_new(&plan, err);          the name makes sense; nothing is made yet
 *     reeve_archive_add(archive, scan, index, err)      all that is chosen, durable
 *     reeve_archive_wait_no_more(archive)               the box is locked
 *     reeve_archive_rewind(archive), _add()             the box changed: other messages go
 *     reeve_archive_undo(archive)                       or: as if nothing had been added
 *     reeve_archive_close(archive);                     locks are held up to here
 *
 * Dovecot and we read the same messages in the archive that were in the box, with the same flags;
 * archive.c says what little is changed for that.
 */
#ifndef MBOX_ARCHIVE_H
#define MBOX_ARCHIVE_H

#include "base/identity.h"
#include "mbox/choose.h"

struct reeve_archive;

struct reeve_archive_plan {
	const char *name; /* %Y and the like are of each message's From_ line */
	const char *root; /* in which it must be, or NULL */
	const struct stat *box;
	struct reeve_identity *identity; /* paused for all that is done with the archive */
	int64_t lock_timeout_ms;
	const struct reeve_talk *talk;
};

/*
 * Returns NULL with err: REEVE_EUSAGE for a name that means nothing, else what base/append.h and
 * reeve_scan_check() say of the file that is there. The plan must last.
 */
struct reeve_archive *reeve_archive_new(const struct reeve_archive_plan *plan,
                                        struct reeve_error *err);

/* Whether the scan that is handed in must know when messages were received. */
bool reeve_archive_needs_date(const char *name);

/*
 * Add every message of the index that is chosen. Returns 0, or -1 with err; then nothing was added.
 */
int reeve_archive_add(struct reeve_archive *archive, struct reeve_scan *scan,
                      const struct reeve_index *index, struct reeve_error *err);

/*
 * From now on a lock that is held is REEVE_EBUSY at once: archives are locked before boxes. Two who
 * waited for an archive with a box in hand, and for that box with the archive, would wait for each
 * other, and the mail for both.
 */
void reeve_archive_wait_no_more(struct reeve_archive *archive);

/* As if nothing had been added, but what is open stays open and locked. */
void reeve_archive_rewind(struct reeve_archive *archive);

void reeve_archive_undo(struct reeve_archive *archive);

/* To be called at least every 30 s while the archive is open. NULL is fine for this and close. */
void reeve_archive_touch(struct reeve_archive *archive);
void reeve_archive_close(struct reeve_archive *archive);

#endif
