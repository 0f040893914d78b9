/* SPDX-License-Identifier: MIT */
/* A report in words: as tables (report_tables.c), as JSON (report_json.c), as a page (report_page.c). */
#ifndef COMMON_REPORT_H
#define COMMON_REPORT_H

#include "boxes.h"
#include "json.h"
#include <mailreeve/report.h>
#include <stdio.h>

struct report_box {
	const char *path;      /* NULL: the total of several mailboxes */
	const char *user;      /* NULL: not chosen by user */
	const char *arguments; /* how the command line of reeve-prune names it; for a shell */
	const struct reeve_report_figures *figures;
	const struct reeve_report_names *boxes; /* of the total: the mailboxes; else NULL */
};

/* On standard output. */
void report_tables(const struct report_box *box);

/* The figures, into the map of a mailbox or of the total. */
void report_json(struct json *map, const struct report_box *box);

/*
 * A page: what comes before the mailboxes (with the total, or NULL), a section for each, what comes
 * after them. It needs no other file, no network and no scripts.
 */
#define REPORT_PAGE_BEGINS "<!doctype html>"
void report_page_begin(FILE *out, const struct report_box *total);
void report_page_box(FILE *out, const struct report_box *box);
void report_page_failed(FILE *out, const struct reeve_error *err);
void report_page_end(FILE *out);

/* ---- words that tables and pages share ------------------------------------------------------- */

/* "7 to 30 days", "under 10 KiB". Return buf. */
const char *report_age(const struct reeve_report_class *class, char buf[40]);
const char *report_size(const struct reeve_report_class *class, char buf[40]);

/* A local day: "2025-11-03". Returns buf. */
const char *report_day(int64_t seconds, char buf[40]);

/* The name, or what is said where there is none. */
const char *report_name(const char *name, const char *none);

/*
 * How a command line names a mailbox, or with NULL all that were named on ours: for a shell, to be
 * freed. NULL if there is no memory.
 */
char *report_arguments(const struct boxes *boxes, const struct boxes_box *box);

/* The command, to be freed: "reeve-prune --read /var/mail/abc". NULL if there is no memory. */
char *report_command(const struct report_box *box, const struct reeve_report_command *command);

/* "5 others"; "others" where they cannot be counted. Returns buf. */
const char *report_others(const struct reeve_report_names *names, char buf[40]);

/* What the rows of an inexact table may have missed, at most. */
uint64_t report_missed(const struct reeve_report_names *names);

#endif
