/* SPDX-License-Identifier: MIT */
/*
 * Cleaning one mailbox, from the path to the unlocked, cleaned box.
 *
 *     open (as the owner) -> finish an old journal -> scan without locks -> choose -> archive
 *     -> lock -> scan again what changed (and archive that) -> compact -> unlock
 */
#include "base/diag.h"
#include "base/error.h"
#include "mbox/job.h"

#include <fcntl.h>

static struct reeve_edits *choose(struct reeve_job *job, struct reeve_prune_result *result,
                                  struct reeve_error *err)
{
	if (reeve_choose(&job->index, job->path, job->prune, result, err) < 0)
		return NULL;
	return reeve_chosen_edits(&job->index, &job->scan, err);
}

/* The journal folder is made only when there is something to write in it. */
static int want_journals(struct reeve_job *job, struct reeve_error *err)
{
	if (job->journals.dirfd >= 0)
		return 0;
	reeve_identity_pause(&job->identity);
	int r = reeve_journals_open(&job->journals, job->prune->root, true, err);
	reeve_identity_resume(&job->identity);
	if (r == 0 && job->journals.dirfd < 0)
		r = reeve_fail(err, REEVE_ECHANGED, "the folder of journals disappeared");
	return r;
}

static int compact(struct reeve_job *job, const struct reeve_edits *edits,
                   const struct reeve_prune_result *result, struct reeve_error *err)
{
	struct reeve_compact c = reeve_job_compact(job, true);
	struct stat st;

	if (fstat(job->fd, &st) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", job->path);
	if (reeve_compact_needs_journal(edits, (uint64_t)st.st_size) && want_journals(job, err) < 0)
		return -1;
	bool was_new = st.st_atim.tv_sec < st.st_mtim.tv_sec ||
	               (st.st_atim.tv_sec == st.st_mtim.tv_sec &&
	                st.st_atim.tv_nsec < st.st_mtim.tv_nsec);
	c.keep_new = was_new && result->unread_before > result->unread_removed;
	return reeve_compact_run(&c, edits, err);
}

/*
 * The first look, without locks. While another program rewrites the box there may be no sense in
 * it; that is no failure, but a reason to look under the lock. Returns 1 with edits, 0 for that.
 */
static int look_without_lock(struct reeve_job *job, struct reeve_prune_result *result,
                             struct reeve_edits **edits_r, struct reeve_error *err)
{
	struct reeve_error mine = {0};

	if (reeve_job_scan(job, &mine) == 0)
		*edits_r = choose(job, result, &mine);
	if (*edits_r != NULL)
		return 1;
	if (mine.code == REEVE_ECHANGED && !job->prune->dry_run)
		return 0;
	if (mine.code == REEVE_ECHANGED)
		mine.code = REEVE_EBUSY; /* somebody is at it just now */
	if (err != NULL)
		*err = mine;
	return -1;
}

/*
 * The second look, under the lock: the edits are those of the box as it is now.
 * Returns 1 if they are others than before, 0, -1 with err.
 */
static int look_under_lock(struct reeve_job *job, struct reeve_prune_result *result,
                           struct reeve_edits **edits, struct reeve_error *err)
{
	int r = *edits == NULL ? reeve_job_scan(job, err) : reeve_job_scan_again(job, err);

	if (r < 0)
		return -1;
	if (*edits == NULL || r > 0) {
		reeve_edits_free(*edits);
		*edits = choose(job, result, err);
		if (*edits == NULL)
			return -1;
		r = 1;
	}
	if (reeve_canceled(&job->prune->talk))
		return reeve_fail(err, REEVE_ECANCELED, "interrupted; '%s' is as it was", job->path);
	return r;
}

/* Put what goes into the archive, if one is wished for. */
static int archive(struct reeve_job *job, struct reeve_error *err)
{
	if (job->archive == NULL)
		return 0;
	return reeve_archive_add(job->archive, &job->scan, &job->index, err);
}

/*
 * The prune failed: if the box still has all that was archived, the archive need not. Else a timer
 * that fails every night on a full disk would fill it with copies.
 */
static void take_back(struct reeve_job *job, const struct stat *before)
{
	struct stat st;

	if (before->st_nlink == 0 || (fstat(job->fd, &st) == 0 && st.st_size == before->st_size &&
	                              reeve_job_pending(job, NULL) == 0))
		reeve_archive_undo(job->archive);
}

/*
 * Archive what the first look chose, before the locks are taken, so that nobody has to wait for it.
 * That somebody rewrites the box just now is no failure: it will be archived under the lock.
 */
static int archive_without_lock(struct reeve_job *job, struct reeve_edits **edits,
                                struct reeve_error *err)
{
	struct reeve_error mine = {0};

	if (*edits == NULL || archive(job, &mine) == 0)
		return 0;
	if (mine.code == REEVE_ECHANGED) {
		reeve_edits_free(*edits);
		*edits = NULL;
		return 0;
	}
	if (err != NULL)
		*err = mine;
	return -1;
}

static int clean_under_lock(struct reeve_job *job, struct reeve_prune_result *result,
                            struct reeve_edits **edits, struct reeve_error *err)
{
	struct stat before = {0}; /* the compaction; until then nothing can be removed */
	int r = archive_without_lock(job, edits, err);

	if (r == 0)
		r = reeve_job_lock(job, result, err);
	reeve_archive_wait_no_more(job->archive);
	if (r == 0)
		r = look_under_lock(job, result, edits, err);
	if (r > 0 && job->archive != NULL) {
		reeve_archive_rewind(job->archive);
		r = archive(job, err);
		/* Somebody is at the archive just now. */
		if (r < 0 && err != NULL && err->code == REEVE_ECHANGED)
			err->code = REEVE_EBUSY;
	}
	if (r >= 0 && fstat(job->fd, &before) < 0)
		r = reeve_fail_errno(err, "cannot look at '%s'", job->path);
	if (r >= 0) {
		reeve_tell_held_back(&job->index, job->path, &job->prune->talk, &job->scan.src);
		if (reeve_edits_count(*edits) > 0)
			r = compact(job, *edits, result, err);
	}
	if (r < 0 && job->archive != NULL)
		take_back(job, &before);
	return r;
}

static int clean(struct reeve_job *job, struct reeve_prune_result *result, struct reeve_error *err)
{
	struct reeve_edits *edits = NULL;
	int r = look_without_lock(job, result, &edits, err);

	if (r < 0)
		return -1;
	if (edits != NULL && (job->prune->dry_run || reeve_edits_count(edits) == 0))
		reeve_tell_held_back(&job->index, job->path, &job->prune->talk, &job->scan.src);
	else
		r = clean_under_lock(job, result, &edits, err);
	reeve_edits_free(edits);
	return r < 0 ? -1 : 0;
}

int reeve_mbox_prune(const char *path, const struct reeve_prune *prune,
                     struct reeve_prune_result *result, struct reeve_error *err)
{
	struct reeve_prune_result mine;
	struct reeve_job job;
	int r = -1;

	if (result == NULL)
		result = &mine;
	*result = (struct reeve_prune_result){0};
	if (reeve_job_open(&job, path, prune, prune->dry_run ? O_RDONLY : O_RDWR, err) < 0)
		goto out;
	r = reeve_job_pending(&job, err);
	if (prune->dry_run)
		r = r == REEVE_PENDING ? reeve_job_say_pending(&job, err) : r;
	else if (r > 0)
		r = reeve_job_recover(&job, result, err);
	if (r < 0)
		goto out;
	result->recovered = r > 0 && !prune->dry_run;

	if (prune->archive != NULL)
		r = reeve_job_archive(&job, err);
	if (r >= 0)
		r = reeve_job_open_scan(&job, err);
	if (r < 0)
		goto out;
	r = reeve_scan_check(&job.scan.src, path, err);
	if (r == 0)
		r = clean(&job, result, err);
out:
	reeve_job_close(&job, result);
	return r;
}

int reeve_mbox_recover(const char *path, const struct reeve_prune *prune, struct reeve_error *err)
{
	struct reeve_prune_result result = {0};
	struct reeve_job job;
	int r = reeve_job_open(&job, path, prune, O_RDWR, err);

	if (r == 0)
		r = reeve_job_pending(&job, err);
	if (r > 0)
		r = reeve_job_recover(&job, &result, err);
	else if (r == 0) /* what died before it made a journal left its lock all the same */
		reeve_lock_sweep(path, job.fd);
	reeve_job_close(&job, &result);
	return r;
}

int reeve_mbox_pending(const char *root, int (*fn)(void *user, const char *path), void *user,
                       struct reeve_error *err)
{
	struct reeve_journals journals;

	if (reeve_journals_open(&journals, root, false, err) < 0)
		return -1;
	int r = reeve_journals_each(&journals, fn, user, err);
	reeve_journals_close(&journals);
	return r;
}
