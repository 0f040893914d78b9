/* SPDX-License-Identifier: MIT */
/* Scanning a mailbox into the index of what is chosen, and once more under the lock. */
#include "base/diag.h"
#include "base/error.h"
#include "mbox/job.h"

#include <time.h>

/* A change in the same clock tick as the one before leaves the times as they are. */
#define RACY_NS 20000000

#define PROGRESS_BYTES ((uint64_t)8 << 20)

int reeve_job_open_scan(struct reeve_job *job, struct reeve_error *err)
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

static int look(struct reeve_job *job, struct reeve_error *err)
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
static int count_totals(struct reeve_job *job, struct reeve_totals *totals, struct reeve_error *err)
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
static int match(struct reeve_job *job, struct reeve_message *msg,
                 const struct reeve_totals *totals, struct reeve_error *err)
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
static int scan_from(struct reeve_job *job, struct reeve_scan_mark mark, struct reeve_error *err)
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
			if (job->lock != NULL) {
				reeve_lock_touch(job->lock);
				reeve_archive_touch(job->archive);
			}
		}
		if (n++ % 64 == 0 && reeve_canceled(&job->prune->talk))
			return reeve_fail(err, REEVE_ECANCELED, "interrupted; '%s' is as it was",
			                  job->path);
	}
}

int reeve_job_scan(struct reeve_job *job, struct reeve_error *err)
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

static bool is_unchanged(const struct reeve_job *job, const struct stat *st)
{
	const struct stat *was = &job->scanned;

	return !job->scanned_racy && st->st_ino == was->st_ino && st->st_dev == was->st_dev &&
	       st->st_size == was->st_size && st->st_mtim.tv_sec == was->st_mtim.tv_sec &&
	       st->st_mtim.tv_nsec == was->st_mtim.tv_nsec &&
	       st->st_ctim.tv_sec == was->st_ctim.tv_sec &&
	       st->st_ctim.tv_nsec == was->st_ctim.tv_nsec;
}

int reeve_job_scan_again(struct reeve_job *job, struct reeve_error *err)
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
	return reeve_job_scan(job, err) < 0 ? -1 : 1;
}
