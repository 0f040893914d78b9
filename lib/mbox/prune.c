/* SPDX-License-Identifier: MIT */
/*
 * Cleaning one mailbox, from the path to the unlocked, cleaned box.
 *
 *     open (as the owner) -> finish an old journal -> scan without locks -> choose -> archive
 *     -> lock -> scan again what changed (and archive that) -> compact -> unlock
 */
#include "base/compact.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/lock.h"
#include "base/open.h"
#include "mbox/archive.h"
#include "mbox/choose.h"
#include "mbox/from.h"
#include "mbox/text.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* A change in the same clock tick as the one before leaves the times as they are. */
#define RACY_NS 20000000

#define PROGRESS_BYTES ((uint64_t)8 << 20)

/* One mailbox at work. */
struct job {
	const char *path;
	const struct reeve_prune *prune;
	struct reeve_place place;
	struct reeve_identity identity;
	struct reeve_identity nobody;  /* never changed: for the owner's own journals */
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
	struct stat scanned; /* the file when the scan began */
	bool scanned_racy;
	struct reeve_index index;
	struct reeve_scan_mark begin, last; /* before the first and the last message */
};

/* ---- opening --------------------------------------------------------------------------------- */

/* A user's own runs leave their journals in his home; root finishes them as him. */
static void open_theirs(struct job *job)
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

static int job_open(struct job *job, const char *path, const struct reeve_prune *prune, int flags,
                    struct reeve_error *err)
{
	uid_t uid;
	gid_t gid;

	*job = (struct job){.path = path, .prune = prune, .fd = -1};
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

static int job_archive(struct job *job, struct reeve_error *err)
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

static void job_unlock(struct job *job, struct reeve_prune_result *result)
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

static void job_close(struct job *job, struct reeve_prune_result *result)
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

static int job_lock(struct job *job, struct reeve_prune_result *result, struct reeve_error *err)
{
	job->lock = reeve_lock_take(job->path, job->fd, job->prune->lock_timeout_ms,
	                            &job->prune->talk, err);
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
	struct job *job = user;

	reeve_lock_touch(job->lock);
	reeve_archive_touch(job->archive);
}

static void release_locks(void *user)
{
	struct job *job = user;

	reeve_lock_release(job->lock);
	reeve_archive_close(job->archive);
}

static struct reeve_compact compact_of(struct job *job, bool own)
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

/* Whether a journal waits, ours or the owner's: as reeve_compact_pending(). */
static int pending(struct job *job, struct reeve_error *err)
{
	int ours = reeve_compact_pending(&job->journals, job->path, &job->place.st, &job->identity,
	                                 err);
	int theirs = ours < 0 ? -1 :
	                        reeve_compact_pending(&job->theirs, job->path, &job->place.st,
	                                              &job->nobody, err);

	return ours < 0 || theirs < 0 ? -1 : ours > theirs ? ours : theirs;
}

static int say_pending(const struct job *job, struct reeve_error *err)
{
	return reeve_fail(err, REEVE_EBUSY, "'%s' is half cleaned, a journal waits; "
	                  "'reeve-prune --recover' finishes it", job->path);
}

/* Finish what a crash broke off. 1 if there was something, 0, -1 with err. */
static int recover(struct job *job, struct reeve_prune_result *result, struct reeve_error *err)
{
	int done = 0;

	if (job_lock(job, result, err) < 0)
		return -1;
	for (int own = 1; own >= 0; own--) {
		struct reeve_compact c = compact_of(job, own);
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

/* ---- scanning -------------------------------------------------------------------------------- */

static int open_scan(struct job *job, struct reeve_error *err)
{
	const struct reeve_query *query = job->prune->query;
	unsigned int needs = query == NULL ? 0 : reeve_query_needs(query);

	if (job->prune->archive != NULL && reeve_archive_needs_date(job->prune->archive))
		needs |= REEVE_NEED_RECEIVED;
	if (reeve_scan_init(&job->scan, job->fd, needs, err) < 0)
		return -1;
	job->scan_is_open = true;
	job->begin = job->scan.mark;
	if ((needs & (REEVE_NEED_HEADER | REEVE_NEED_BODY)) == 0)
		return 0;
	job->text = reeve_text_new(query, job->fd, err);
	return job->text == NULL ? -1 : 0;
}

static int look(struct job *job, struct reeve_error *err)
{
	struct timespec now;

	if (fstat(job->fd, &job->scanned) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", job->path);
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t age_ns = (now.tv_sec - job->scanned.st_mtim.tv_sec) * INT64_C(1000000000) +
	                 (now.tv_nsec - job->scanned.st_mtim.tv_nsec);
	job->scanned_racy = age_ns < RACY_NS;
	job->scan.src.size = job->index.size = (uint64_t)job->scanned.st_size;
	job->scan.src.filled = 0; /* the window may be older than this look */
	return 0;
}

/* What "*" means, for a query that says it: a pass of its own. */
static int count_totals(struct job *job, struct reeve_totals *totals, struct reeve_error *err)
{
	struct reeve_message msg;
	int more;

	*totals = (struct reeve_totals){0};
	if (reeve_scan_resume(&job->scan, &job->begin, err) < 0)
		return -1;
	while ((more = reeve_scan_next(&job->scan, &msg, err)) > 0) {
		if (msg.is_pseudo)
			continue;
		totals->messages = msg.seq;
		totals->last_uid = msg.uid;
	}
	return more;
}

/* Whether a message is chosen, by what the query asks: 1, 0, -1 with err. */
static int match(struct job *job, struct reeve_message *msg, const struct reeve_totals *totals,
                 struct reeve_error *err)
{
	const struct reeve_query *query = job->prune->query;

	if (query == NULL) /* With a maximum size, every message is a candidate. */
		return job->prune->has_max_size;
	if (job->text == NULL)
		return reeve_query_match(query, msg, totals);
	if (msg->whole.offset == 0)
		reeve_text_begin(job->text, msg);
	return reeve_text_match(job->text, &job->scan.src, msg, totals, err);
}

/* Scan from a mark to the end into the index. */
static int scan_from(struct job *job, struct reeve_scan_mark mark, struct reeve_error *err)
{
	const struct reeve_query *query = job->prune->query;
	struct reeve_totals totals = {0};
	struct reeve_message msg;
	uint64_t told = 0;
	unsigned int n = 0;
	int more;

	if (query != NULL && (reeve_query_needs(query) & REEVE_NEED_TOTAL) &&
	    count_totals(job, &totals, err) < 0)
		return -1;
	if (reeve_scan_resume(&job->scan, &mark, err) < 0)
		return -1;
	for (;;) {
		mark = job->scan.mark;
		more = reeve_scan_next(&job->scan, &msg, err);
		if (more < 0)
			return reeve_fail_prefix(err, "cannot read '%s'", job->path);
		if (more == 0)
			return 0;
		job->last = mark;
		int chosen = match(job, &msg, &totals, err);
		if (chosen < 0)
			return reeve_fail_prefix(err, "cannot read '%s'", job->path);
		if (reeve_index_add(&job->index, &msg, chosen != 0, err) < 0)
			return -1;
		if (mark.offset >= told + PROGRESS_BYTES) {
			told = mark.offset;
			reeve_progress(&job->prune->talk, "scan", told, job->index.size);
			if (job->lock != NULL)
				reeve_lock_touch(job->lock);
		}
		if (n++ % 64 == 0 && reeve_canceled(&job->prune->talk))
			return reeve_fail(err, REEVE_ECANCELED, "interrupted; '%s' is as it was",
			                  job->path);
	}
}

static int scan_all(struct job *job, struct reeve_error *err)
{
	job->index.count = 0;
	if (look(job, err) < 0)
		return -1;
	return scan_from(job, job->begin, err);
}

static bool next_offset(void *user, uint64_t *offset_r)
{
	struct {
		const struct reeve_index *index;
		size_t i;
	} *walk = user;

	if (walk->i + 1 >= walk->index->count) /* all but the last message */
		return false;
	*offset_r = reeve_index_offset(walk->index, walk->i++);
	return true;
}

static bool is_unchanged(const struct job *job, const struct stat *st)
{
	const struct stat *was = &job->scanned;

	return !job->scanned_racy && st->st_ino == was->st_ino && st->st_dev == was->st_dev &&
	       st->st_size == was->st_size && st->st_mtim.tv_sec == was->st_mtim.tv_sec &&
	       st->st_mtim.tv_nsec == was->st_mtim.tv_nsec &&
	       st->st_ctim.tv_sec == was->st_ctim.tv_sec &&
	       st->st_ctim.tv_nsec == was->st_ctim.tv_nsec;
}

/*
 * Under the lock: is the box what was scanned? If headers of the messages that were seen are the
 * same, what changed can only be at the end; else all is read again.
 * Returns 1 if the index changed, 0 if not, -1 with err.
 */
static int scan_again(struct job *job, struct reeve_error *err)
{
	struct stat st;

	if (fstat(job->fd, &st) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", job->path);
	if (is_unchanged(job, &st))
		return 0;

	bool needs_total = job->prune->query != NULL &&
	                   (reeve_query_needs(job->prune->query) & REEVE_NEED_TOTAL);
	if (job->index.count > 0 && st.st_size >= job->scanned.st_size && !needs_total) {
		struct {
			const struct reeve_index *index;
			size_t i;
		} walk = {&job->index, 0};

		if (look(job, err) < 0)
			return -1;
		int same = reeve_scan_verify(&job->scan, &job->last, next_offset, &walk, err);
		if (same < 0)
			return -1;
		if (same) {
			reeve_index_forget_last(&job->index);
			return scan_from(job, job->last, err) < 0 ? -1 : 1;
		}
	}
	return scan_all(job, err) < 0 ? -1 : 1;
}

/* ---- the way --------------------------------------------------------------------------------- */

static struct reeve_edits *choose(struct job *job, struct reeve_prune_result *result,
                                  struct reeve_error *err)
{
	if (reeve_choose(&job->index, job->path, job->prune, result, err) < 0)
		return NULL;
	return reeve_chosen_edits(&job->index, &job->scan, err);
}

/* The journal folder is made only when there is something to write in it. */
static int want_journals(struct job *job, struct reeve_error *err)
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

static int compact(struct job *job, const struct reeve_edits *edits,
                   const struct reeve_prune_result *result, struct reeve_error *err)
{
	struct reeve_compact c = compact_of(job, true);
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
static int look_without_lock(struct job *job, struct reeve_prune_result *result,
                             struct reeve_edits **edits_r, struct reeve_error *err)
{
	struct reeve_error mine = {0};

	if (scan_all(job, &mine) == 0)
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
static int look_under_lock(struct job *job, struct reeve_prune_result *result,
                           struct reeve_edits **edits, struct reeve_error *err)
{
	int r = *edits == NULL ? scan_all(job, err) : scan_again(job, err);

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
static int archive(struct job *job, struct reeve_error *err)
{
	if (job->archive == NULL)
		return 0;
	return reeve_archive_add(job->archive, &job->scan, &job->index, err);
}

/*
 * The prune failed: if the box still has all that was archived, the archive need not. Else a timer
 * that fails every night on a full disk would fill it with copies.
 */
static void take_back(struct job *job, const struct stat *before)
{
	struct stat st;

	if (before->st_nlink == 0 || (fstat(job->fd, &st) == 0 && st.st_size == before->st_size &&
	                              pending(job, NULL) == 0))
		reeve_archive_undo(job->archive);
}

/*
 * Archive what the first look chose, before the locks are taken, so that nobody has to wait for it.
 * That somebody rewrites the box just now is no failure: it will be archived under the lock.
 */
static int archive_without_lock(struct job *job, struct reeve_edits **edits,
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

static int clean_under_lock(struct job *job, struct reeve_prune_result *result,
                            struct reeve_edits **edits, struct reeve_error *err)
{
	struct stat before = {0}; /* the compaction; until then nothing can be removed */
	int r = archive_without_lock(job, edits, err);

	if (r == 0)
		r = job_lock(job, result, err);
	if (r == 0)
		r = look_under_lock(job, result, edits, err);
	if (r > 0 && job->archive != NULL) {
		reeve_archive_undo(job->archive);
		r = archive(job, err);
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

static int clean(struct job *job, struct reeve_prune_result *result, struct reeve_error *err)
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
	struct job job;
	int r = -1;

	if (result == NULL)
		result = &mine;
	*result = (struct reeve_prune_result){0};
	if (job_open(&job, path, prune, prune->dry_run ? O_RDONLY : O_RDWR, err) < 0)
		goto out;
	r = pending(&job, err);
	if (prune->dry_run)
		r = r == REEVE_PENDING ? say_pending(&job, err) : r;
	else if (r > 0)
		r = recover(&job, result, err);
	if (r < 0)
		goto out;
	result->recovered = r > 0 && !prune->dry_run;

	if (prune->archive != NULL)
		r = job_archive(&job, err);
	if (r >= 0)
		r = open_scan(&job, err);
	if (r < 0)
		goto out;
	r = reeve_scan_check(&job.scan.src, path, err);
	if (r == 0)
		r = clean(&job, result, err);
out:
	job_close(&job, result);
	return r;
}

int reeve_mbox_recover(const char *path, const struct reeve_prune *prune, struct reeve_error *err)
{
	struct reeve_prune_result result = {0};
	struct job job;
	int r = job_open(&job, path, prune, O_RDWR, err);

	if (r == 0)
		r = pending(&job, err);
	if (r > 0)
		r = recover(&job, &result, err);
	else if (r == 0) /* what died before it made a journal left its lock all the same */
		reeve_lock_sweep(path, job.fd);
	job_close(&job, &result);
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
