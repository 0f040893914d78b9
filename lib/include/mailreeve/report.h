/* SPDX-License-Identifier: MIT */
/*
 * What fills a mailbox: figures by age, size, sender, domain, list, attachment.
 *
 *     report = reeve_report_new(&options, err);
 *     reeve_report_read(report, path, err);            one mailbox
 *     reeve_report_add(total, report, err);            as often as there are mailboxes
 *     figures = reeve_report_figures(report, err);
 *     reeve_report_free(report);
 *
 * Memory is bounded, however many senders there are (REEVE_REPORT_NAMES); what that costs in
 * exactness is told with each figure.
 */
#ifndef MAILREEVE_REPORT_H
#define MAILREEVE_REPORT_H

#include <mailreeve/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Names that are counted at the same time, of a kind: senders, domains, lists, types. */
#define REEVE_REPORT_NAMES 8192

enum {
	REEVE_REPORT_AGES = 6,
	REEVE_REPORT_SIZES = 6,
};

/* How many, and how many bytes they take in the file, From_ lines and all. */
struct reeve_tally {
	uint64_t count; /* messages; of attachments, parts */
	uint64_t bytes;
	uint64_t unread_count; /* of these, not read */
	uint64_t unread_bytes;
};

/* Those at least `from` days old (or bytes large), and less than `to`; to is 0 where there is no end. */
struct reeve_report_class {
	uint64_t from, to;
	struct reeve_tally tally;
};

struct reeve_report_name {
	const char *name; /* in UTF-8; "" where a message names none */
	struct reeve_tally tally;
	/*
	 * 0 unless there were more names than can be counted at the same time. Else the name may
	 * have had up to so many bytes more before it came to be counted (Metwally, Agrawal, El
	 * Abbadi, Efficient computation of frequent and top-k elements in data streams, 2005).
	 */
	uint64_t missed_bytes;
};

struct reeve_report_names {
	const struct reeve_report_name *rows; /* most bytes first */
	size_t count;
	struct reeve_tally all;    /* in rows or not */
	struct reeve_tally others; /* in no row */
	uint64_t distinct;         /* how many names there are, or at least are */
	bool is_exact;             /* no row missed anything, and distinct is exact */
};

struct reeve_report_message {
	uint64_t seq; /* in its mailbox, from 1 */
	uint64_t bytes;
	int64_t received;   /* seconds since 1970 */
	bool is_read;
	const char *box;     /* path, as it was read */
	const char *from;    /* address; "" if there is none */
	const char *subject; /* decoded, UTF-8; "" if there is none */
};

/*
 * A prune and what it frees: what reeve_mbox_prune() says in a dry run of the same options at the
 * same time.
 */
struct reeve_report_command {
	const char *options;     /* of reeve-prune(1): "--read --older-than 90d" */
	const char *name_option; /* and "--from" or "--list" with this text; NULL: without */
	const char *name;
	struct reeve_tally removed;
};

struct reeve_report_figures {
	uint64_t boxes;
	uint64_t bytes; /* of the files */
	struct reeve_tally all; /* without c-client's pseudo message */
	struct reeve_tally flagged;
	int64_t oldest, newest; /* received; 0 if there is no message */
	struct reeve_report_class ages[REEVE_REPORT_AGES];   /* youngest first */
	struct reeve_report_class sizes[REEVE_REPORT_SIZES]; /* smallest first; of whole messages */
	struct reeve_report_names senders; /* address in From:, ASCII letters in lower case */
	struct reeve_report_names domains; /* of that address */
	struct reeve_report_names lists;   /* identifier in List-Id: (RFC 2919); all: who have one */
	struct reeve_report_names attachments; /* content types; bytes as encoded */
	const struct reeve_report_message *largest; /* largest first */
	size_t largest_count;
	/*
	 * What would free something, each more than the one before it. Unread mail goes only where
	 * nothing that was read is left to go. command_best is the first that frees nine tenths of
	 * what the last one does; no command: nothing to free.
	 */
	const struct reeve_report_command *commands;
	size_t command_count;
	size_t command_best;
};

struct reeve_report_options {
	const char *root; /* path that stands for "/" (journals); NULL: "/" */
	size_t top;       /* rows of a list at most; 0: 10 */
	int64_t now;      /* what ages count from, seconds since 1970; 0: the clock */
	struct reeve_talk talk;
};

struct reeve_report;

/* Returns an empty report, to be freed with reeve_report_free(), or NULL with err: REEVE_ENOMEM. */
struct reeve_report *reeve_report_new(const struct reeve_report_options *options,
                                      struct reeve_error *err);

/*
 * Read a mailbox into an empty report, without locks, as reeve_mbox_open() does. Bodies of messages
 * without parts are not read where their Content-Length can be believed. If one sender or list has
 * a good part of what was read, a dry run of reeve_mbox_prune() follows, which reads headers again.
 *
 * Returns 0, or -1 with err as reeve_mbox_open() and reeve_mbox_next(), and REEVE_EBUSY if another
 * program rewrote the mailbox meanwhile, REEVE_ECANCELED. Then the report is only to be freed.
 */
int reeve_report_read(struct reeve_report *report, const char *path, struct reeve_error *err);

/* Add the figures of one report to another. Returns 0, or -1 with err: REEVE_ENOMEM. */
int reeve_report_add(struct reeve_report *total, const struct reeve_report *report,
                     struct reeve_error *err);

/*
 * The figures. They belong to the report and are good until it is changed or freed, or this is
 * called again. NULL with err: REEVE_ENOMEM.
 */
const struct reeve_report_figures *reeve_report_figures(struct reeve_report *report,
                                                        struct reeve_error *err);

void reeve_report_free(struct reeve_report *report);

#ifdef __cplusplus
}
#endif

#endif
