/* SPDX-License-Identifier: MIT */
/*
 * One mailbox at work: what prune.c (the way), job.c (open, locked, journals) and job_scan.c
 * (looked through) share.
 *
 *     reeve_job_open(&job, path, prune, O_RDWR, err)     as the owner
 *     reeve_job_pending(), reeve_job_recover()           an old journal first
 *     reeve_job_open_scan(), reeve_job_scan()            without locks
 *     reeve_job_lock(), reeve_job_scan_again()           and what changed meanwhile
 *     reeve_job_close(&job, result)                      in any case
 */
#ifndef MBOX_JOB_H
#define MBOX_JOB_H

#include "base/compact.h"
#include "base/lock.h"
#include "base/open.h"
#include "mbox/archive.h"
#include "mbox/choose.h"
#include "mbox/text.h"

struct reeve_job {
	const char *path;
	const struct reeve_prune *prune;
	struct reeve_place place;
	struct reeve_identity identity;
	struct reeve_identity nobody;   /* never changed: for the owner's own journals */
	struct reeve_journals journals; /* ours */
	struct reeve_journals theirs;   /* the owner's, where root cleans for him */
	int fd;
	struct reeve_lock *lock;
	struct timespec locked;
	struct reeve_archive_plan archiving;
	struct reeve_archive *archive; /* NULL: none is wished for */

	struct reeve_scan scan;
	bool scan_is_open;
	struct reeve_text *text; /* where the query looks into messages; else NULL */
	struct stat scanned;     /* the file when the scan began */
	bool scanned_racy;
	struct reeve_index index;
	struct reeve_scan_mark begin, last; /* before the first and the last message */
};

/* `flags` O_RDONLY or O_RDWR. -1 with err; the job is to be closed all the same. */
int reeve_job_open(struct reeve_job *job, const char *path, const struct reeve_prune *prune,
                   int flags, struct reeve_error *err);
void reeve_job_close(struct reeve_job *job, struct reeve_prune_result *result);

/* Have the archive that prune->archive names. */
int reeve_job_archive(struct reeve_job *job, struct reeve_error *err);

/* Both locks; released by reeve_job_close(). How long they took and were held goes into *result. */
int reeve_job_lock(struct reeve_job *job, struct reeve_prune_result *result,
                   struct reeve_error *err);

/* What a compaction needs to know; `own`: by our journals, else by the owner's. */
struct reeve_compact reeve_job_compact(struct reeve_job *job, bool own);

/* Whether a journal waits, ours or the owner's: as reeve_compact_pending(). */
int reeve_job_pending(struct reeve_job *job, struct reeve_error *err);
int reeve_job_say_pending(const struct reeve_job *job, struct reeve_error *err); /* -1 */

/* Finish what a crash broke off, under the locks. 1 if there was something, 0, -1 with err. */
int reeve_job_recover(struct reeve_job *job, struct reeve_prune_result *result,
                      struct reeve_error *err);

/* With what the query and the archive need to know of a message. */
int reeve_job_open_scan(struct reeve_job *job, struct reeve_error *err);

/* All of it into the index. */
int reeve_job_scan(struct reeve_job *job, struct reeve_error *err);

/*
 * Under the lock: is the box what was scanned? If headers of the messages that were seen are the
 * same, what changed can only be at the end; else all is read again.
 * Returns 1 if the index changed, 0 if not, -1 with err.
 */
int reeve_job_scan_again(struct reeve_job *job, struct reeve_error *err);

#endif
