/* SPDX-License-Identifier: MIT */
/* One pass over a mailbox, each message into the figures. */
#include "report/report.h"
#include "base/diag.h"
#include "base/error.h"
#include "mbox/reader.h"
#include "report/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DAY INT64_C(86400)
#define MB ((uint64_t)1 << 20)
#define PROGRESS_BYTES ((uint64_t)8 << 20)

/* One mailbox at work. */
struct reading {
	struct reeve_report *report;
	const char *path;
	struct reeve_mbox *mbox;
	struct reeve_scan *scan;
	struct reeve_scan sizer; /* a second look at messages whose size in IMAP matters */
	bool has_sizer;
	struct reeve_facts facts;
};

/* ---- sizes as a query sees them -------------------------------------------------------------- */

/* size_virtual of the message at `mark`. */
static int measure(struct reading *r, const struct reeve_scan_mark *mark, uint64_t *size_r,
                   struct reeve_error *err)
{
	struct reeve_message msg;

	*size_r = 0;
	if (!r->has_sizer && reeve_scan_init(&r->sizer, r->scan->src.fd, REEVE_NEED_SIZE, err) < 0)
		return -1;
	r->has_sizer = true;
	r->sizer.src.size = r->scan->src.size;
	if (reeve_scan_resume(&r->sizer, mark, err) < 0)
		return -1;
	int more = reeve_scan_next(&r->sizer, &msg, err);
	if (more == 0)
		return reeve_fail(err, REEVE_ECHANGED, "the file became shorter");
	*size_r = msg.size_virtual;
	return more < 0 ? -1 : 0;
}

/*
 * Which of the sizes the message is larger than, as LARGER in a query has it. To know
 * size_virtual takes a look at every byte. But it is at most twice what the message takes in the
 * file (each line end counts two) and a little, so most need no such look.
 */
static int find_larger(struct reading *r, const struct reeve_message *msg,
                       const struct reeve_scan_mark *mark, unsigned int *larger_r,
                       struct reeve_error *err)
{
	unsigned int asked = reeve_advice_asks(msg);
	uint64_t size;

	*larger_r = 0;
	if (asked == 0 || 2 * msg->whole.length + 4 <= MB)
		return 0;
	if (measure(r, mark, &size, err) < 0)
		return -1;
	if (size > MB)
		*larger_r |= REEVE_LARGER_1M;
	if (size > 10 * MB)
		*larger_r |= REEVE_LARGER_10M;
	return 0;
}

/* ---- one message ----------------------------------------------------------------------------- */

static void count_classes(struct reeve_report *report, const struct reeve_message *msg,
                          const struct reeve_tally *one)
{
	struct reeve_report_figures *f = &report->figures;
	size_t age = 0, size = 0;

	/* As BEFORE has it: what is younger than nothing comes from a clock that goes wrong. */
	while (age + 1 < REEVE_REPORT_AGES &&
	       msg->received < report->options.now - (int64_t)f->ages[age + 1].from * DAY)
		age++;
	while (size + 1 < REEVE_REPORT_SIZES && msg->whole.length >= f->sizes[size + 1].from)
		size++;
	reeve_tally_add(&f->ages[age].tally, one);
	reeve_tally_add(&f->sizes[size].tally, one);

	if (f->all.count == 0 || msg->received < f->oldest)
		f->oldest = msg->received;
	if (f->all.count == 0 || msg->received > f->newest)
		f->newest = msg->received;
	reeve_tally_add(&f->all, one);
	if (msg->flags & REEVE_FLAG_FLAGGED)
		reeve_tally_add(&f->flagged, one);
}

static int count_names(struct reeve_report *report, const struct reeve_facts *facts,
                       const struct reeve_tally *one, struct reeve_error *err)
{
	struct reeve_counter **names = report->names;

	if (reeve_counter_add(names[REEVE_KIND_SENDER], facts->sender, strlen(facts->sender), one) < 0 ||
	    reeve_counter_add(names[REEVE_KIND_DOMAIN], facts->domain, strlen(facts->domain), one) < 0 ||
	    (facts->has_list &&
	     reeve_counter_add(names[REEVE_KIND_LIST], facts->list, strlen(facts->list), one) < 0))
		return reeve_fail_nomem(err);
	return 0;
}

static int count_largest(struct reading *r, const struct reeve_message *msg,
                         struct reeve_error *err)
{
	struct reeve_report_message row = {
		.seq = msg->seq,
		.bytes = msg->whole.length,
		.received = msg->received,
		.is_read = (msg->flags & REEVE_FLAG_SEEN) != 0,
		.box = r->path,
		.from = r->facts.sender,
		.subject = r->facts.subject,
	};

	return reeve_largest_add(&r->report->largest, &row) < 0 ? reeve_fail_nomem(err) : 0;
}

static int count(struct reading *r, const struct reeve_message *msg,
                 const struct reeve_scan_mark *mark, struct reeve_error *err)
{
	struct reeve_report *report = r->report;
	struct reeve_tally one =
		reeve_tally_one(msg->whole.length, (msg->flags & REEVE_FLAG_SEEN) == 0);
	unsigned int larger;

	if (find_larger(r, msg, mark, &larger, err) < 0)
		return -1;
	reeve_advice_add(&report->advice, msg, larger);
	if (msg->is_pseudo)
		return 0;

	r->facts.wants_subject = reeve_largest_wants(&report->largest, msg->whole.length);
	if (reeve_facts_read(&r->facts, r->scan, msg, err) < 0 ||
	    count_names(report, &r->facts, &one, err) < 0 ||
	    (r->facts.wants_subject && count_largest(r, msg, err) < 0))
		return -1;
	count_classes(report, msg, &one);
	return 0;
}

/* ---- a sender or a list that fills the mailbox ------------------------------------------------- */

/* Letters that a query takes as they are, and that do no harm on a command line. */
static bool is_plain(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || *c == '"' || *c == '\\')
			return false;
	return name[0] != '\0';
}

/*
 * What a prune of all that was read of one sender or list would free. How a query looks for a name
 * (anywhere in the field, decoded) is no matter of counters: the prune itself is asked, which reads
 * the headers once more. So it is done only for who has a good part of what was read.
 */
static void try_name(struct reading *r, struct reeve_advice_name *try, const char *option,
                     const char *key, const struct reeve_report_names *names)
{
	struct reeve_report *report = r->report;
	uint64_t all = reeve_advice_read_bytes(&report->advice);
	const struct reeve_report_name *most = NULL;
	uint64_t most_bytes = 0;
	char text[REEVE_NAME_MAX + 64];

	for (size_t i = 0; i < names->count; i++) {
		uint64_t bytes = names->rows[i].tally.bytes - names->rows[i].tally.unread_bytes;

		if (bytes > most_bytes) {
			most = &names->rows[i];
			most_bytes = bytes;
		}
	}
	if (most == NULL || most_bytes < all / 4 || most_bytes > all - all / 10 ||
	    !is_plain(most->name))
		return;
	snprintf(text, sizeof text, "SEEN %s \"%s\"", key, most->name);
	struct reeve_query *query = reeve_query_compile(text, report->options.now, NULL);
	struct reeve_prune prune = {
		.root = report->options.root,
		.query = query,
		.keep_flagged = report->advice.has_flagged,
		.dry_run = true,
		.talk = {.cancel = report->options.talk.cancel, .user = report->options.talk.user},
	};
	struct reeve_prune_result result;

	if (query != NULL && reeve_mbox_prune(r->path, &prune, &result, NULL) == 0) {
		try->option = option;
		snprintf(try->name, sizeof try->name, "%s", most->name);
		try->removed = (struct reeve_tally){result.messages_removed, result.bytes_removed,
		                                    result.unread_removed, 0};
	}
	reeve_query_free(query);
}

static void try_names(struct reading *r)
{
	struct reeve_report *report = r->report;
	const struct reeve_report_figures *f = reeve_report_figures(report, NULL);

	if (f == NULL)
		return;
	try_name(r, &report->advice_names[0], "--from", "FROM", &f->senders);
	try_name(r, &report->advice_names[1], "--list", "HEADER List-Id", &f->lists);
}

/* ---- one mailbox ----------------------------------------------------------------------------- */

static int count_all(struct reading *r, struct reeve_error *err)
{
	const struct reeve_talk *talk = &r->report->options.talk;
	struct reeve_message msg;
	uint64_t told = 0;
	unsigned int n = 0;

	for (;;) {
		struct reeve_scan_mark mark = r->scan->mark;
		int more = reeve_scan_next(r->scan, &msg, err);

		if (more <= 0)
			return more;
		if (count(r, &msg, &mark, err) < 0)
			return -1;
		if (mark.offset >= told + PROGRESS_BYTES) {
			told = mark.offset;
			reeve_progress(talk, "scan", told, r->scan->src.size);
		}
		if (n++ % 64 == 0 && reeve_canceled(talk))
			return reeve_fail(err, REEVE_ECANCELED, "interrupted");
	}
}

/*
 * Whether the figures are of one mailbox. Mail that came meanwhile lies behind what was read. A
 * file that is shorter now was pruned under our eyes, and what was read is of no one moment.
 */
static int look_again(struct reading *r, const struct stat *before, struct reeve_error *err)
{
	struct stat now;

	if (fstat(r->scan->src.fd, &now) < 0)
		return reeve_fail_errno(err, "cannot look at '%s'", r->path);
	if (now.st_size < before->st_size)
		return reeve_fail(err, REEVE_ECHANGED,
		                  "cannot read '%s': the file became shorter meanwhile", r->path);
	if (now.st_size > before->st_size)
		reeve_diag(&r->report->options.talk, REEVE_NOTE, r->path, 0, 0,
		           "mail came while it was read, and is not counted");
	else if (now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
	         now.st_mtim.tv_nsec != before->st_mtim.tv_nsec)
		reeve_diag(&r->report->options.talk, REEVE_NOTE, r->path, 0, 0,
		           "another program wrote to it while it was read");
	return 0;
}

int reeve_report_read(struct reeve_report *report, const char *path, struct reeve_error *err)
{
	struct reading *r = calloc(1, sizeof *r);
	struct reeve_error mine = {0};
	struct stat before;
	int ret = -1;

	if (r == NULL)
		return reeve_fail_nomem(err);
	r->report = report;
	r->path = path;
	if (reeve_facts_init(&r->facts, report->names[REEVE_KIND_ATTACHMENT]) < 0) {
		reeve_fail_nomem(&mine);
		goto out;
	}
	r->mbox = reeve_mbox_open(report->options.root, path, REEVE_NEED_RECEIVED, &mine);
	if (r->mbox == NULL)
		goto out;
	r->scan = reeve_mbox_scan(r->mbox);
	reeve_mbox_act_as_owner(r->mbox);
	ret = fstat(r->scan->src.fd, &before) < 0
	              ? reeve_fail_errno(&mine, "cannot look at '%s'", path) : 0;
	if (ret == 0) {
		reeve_advice_begin(&report->advice, report->options.now);
		ret = count_all(r, &mine);
		if (ret < 0)
			reeve_fail_prefix(&mine, "cannot read '%s'", path);
	}
	if (ret == 0)
		ret = look_again(r, &before, &mine);
	reeve_mbox_act_as_before(r->mbox);
	if (ret == 0) {
		reeve_advice_end(&report->advice);
		report->figures.boxes = 1;
		report->figures.bytes = r->scan->src.size;
		try_names(r);
		if (reeve_canceled(&report->options.talk))
			ret = reeve_fail(&mine, REEVE_ECANCELED, "interrupted");
	}
out:
	/* Somebody is at it just now: the next try may well go through. */
	if (mine.code == REEVE_ECHANGED)
		mine.code = REEVE_EBUSY;
	if (ret < 0 && err != NULL)
		*err = mine;
	reeve_facts_dispose(&r->facts);
	if (r->has_sizer)
		reeve_scan_dispose(&r->sizer);
	reeve_mbox_close(r->mbox);
	free(r);
	return ret;
}
