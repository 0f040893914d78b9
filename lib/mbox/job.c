/* SPDX-License-Identifier: MIT */
/* A mailbox to be cleaned: opened as its owner, locked, and its journals. */
#include "mbox/job.h"
#include "base/error.h"
#include "mbox/from.h"

#include <pwd.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* ---- opening --------------------------------------------------------------------------------- */

/* A user's own runs leave their journals in his home; root finishes them as him. */
static void open_theirs(struct reeve_job *job)
{
	char path[4096];
	struct passwd *pw = NULL;

	job->theirs.dirfd = -1;
	if (!job->identity.is_changed || job->identity.uid == 0 || job->prune->root != NULL)
		return;
	pw = getpwuid(job->place.st.st_uid);
	if (pw == NULL || pw->pw_dir[0] != '/')
		return;
	int n = snprintf(path, sizeof path, "%s/.local/state/mailreeve/journal", pw->pw_dir);
	if (n > 0 && (size_t)n < sizeof path)
		(void)reeve_journals_open_at(&job->theirs, path, pw->pw_uid, NULL);
}

int reeve_job_open(struct reeve_job *job, const char *path, const struct reeve_prune *prune,
                   int flags, struct reeve_error *err)
{
	uid_t uid;
	gid_t gid;

	*job = (struct reeve_job){.path = path, .prune = prune, .fd = -1};
	job->place.dirfd = job->journals.dirfd = job->theirs.dirfd = -1;
	if (reeve_place_open(&job->place, prune->root, path, err) < 0 ||
	    reeve_journals_open(&job->journals, prune->root, false, err) < 0)
		return -1;
	reeve_identity_for(&job->place.st, &job->place.dir, &uid, &gid);
	if (reeve_identity_become(&job->identity, uid, gid, err) < 0)
		return -1;
	open_theirs(job);
	job->fd = reeve_place_file(&job->place, flags, err);
	return job->fd < 0 ? -1 : 0;
}

int reeve_job_archive(struct reeve_job *job, struct reeve_error *err)
{
	job->archiving = (struct reeve_archive_plan){
		.name = job->prune->archive,
		.root = job->prune->root,
		.box = &job->place.st,
		.identity = &job->identity,
		.lock_timeout_ms = job->prune->lock_timeout_ms,
		.talk = &job->prune->talk,
	};
	job->archive = reeve_archive_new(&job->archiving, err);
	return job->archive == NULL ? -1 : 0;
}

static void job_unlock(struct reeve_job *job, struct reeve_prune_result *result)
{
	struct timespec now;

	if (job->lock == NULL)
		return;
	reeve_lock_release(job->lock);
	job->lock = NULL;
	clock_gettime(CLOCK_MONOTONIC, &now);
	result->lock_held_ms += (now.tv_sec - job->locked.tv_sec) * 1000 +
	                        (now.tv_nsec - job->locked.tv_nsec) / 1000000;
}

void reeve_job_close(struct reeve_job *job, struct reeve_prune_result *result)
{
	job_unlock(job, result);
	reeve_archive_close(job->archive);
	if (job->scan_is_open)
		reeve_scan_dispose(&job->scan);
	reeve_text_free(job->text);
	reeve_index_dispose(&job->index);
	if (job->fd >= 0) {
		(void)reeve_place_keep_atime(&job->place, job->fd);
		close(job->fd);
	}
	reeve_identity_restore(&job->identity);
	reeve_journals_close(&job->theirs);
	reeve_journals_close(&job->journals);
	reeve_place_close(&job->place);
}

int reeve_job_lock(struct reeve_job *job, struct reeve_prune_result *result,
                   struct reeve_error *err)
{
	job->lock = reeve_lock_take(job->path, job->place.dirfd, job->fd,
	                            job->prune->lock_timeout_ms, &job->prune->talk, err);
	if (job->lock == NULL)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &job->locked);
	result->lock_wait_ms += reeve_lock_wait_ms(job->lock);
	if (!reeve_place_still(&job->place, job->fd))
		return reeve_fail(err, REEVE_ECHANGED,
		                  "'%s' was replaced by another file while we waited for the lock",
		                  job->path);
	return 0;
}

/* ---- journals -------------------------------------------------------------------------------- */

static void touch_locks(void *user)
{
	struct reeve_job *job = user;

	reeve_lock_touch(job->lock);
	reeve_archive_touch(job->archive);
}

static void release_locks(void *user)
{
	struct reeve_job *job = user;

	reeve_lock_release(job->lock);
	reeve_archive_close(job->archive);
}

struct reeve_compact reeve_job_compact(struct reeve_job *job, bool own)
{
	return (struct reeve_compact){
		.fd = job->fd,
		.path = job->path,
		.journals = own ? &job->journals : &job->theirs,
		.identity = own ? &job->identity : &job->nobody,
		.boundary = reeve_from_last,
		.tick = touch_locks,
		.orphaned = release_locks,
		.lock_user = job,
		.talk = &job->prune->talk,
	};
}

int reeve_job_pending(struct reeve_job *job, struct reeve_error *err)
{
	int ours = reeve_compact_pending(&job->journals, job->path, &job->place.st, &job->identity,
	                                 err);
	int theirs = ours < 0 ? -1
	                      : reeve_compact_pending(&job->theirs, job->path, &job->place.st,
	                                              &job->nobody, err);

	return ours < 0 || theirs < 0 ? -1 : ours > theirs ? ours : theirs;
}

int reeve_job_say_pending(const struct reeve_job *job, struct reeve_error *err)
{
	return reeve_fail(err, REEVE_EBUSY,
	                  "'%s' is half cleaned, a journal waits; "
	                  "'reeve-prune --recover' finishes it",
	                  job->path);
}

int reeve_job_recover(struct reeve_job *job, struct reeve_prune_result *result,
                      struct reeve_error *err)
{
	int done = 0;

	if (reeve_job_lock(job, result, err) < 0)
		return -1;
	for (int own = 1; own >= 0; own--) {
		struct reeve_compact c = reeve_job_compact(job, own);
		if (c.journals->dirfd < 0)
			continue;
		int r = reeve_compact_recover(&c, err);
		if (r < 0)
			return -1;
		done |= r;
	}
	job_unlock(job, result);
	return done;
}
