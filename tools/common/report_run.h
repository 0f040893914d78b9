/* SPDX-License-Identifier: MIT */
/* The run of reeve-report(1): one mailbox after the other, and what is said about each. */
#ifndef COMMON_REPORT_RUN_H
#define COMMON_REPORT_RUN_H

#include "boxes.h"
#include "json.h"
#include <mailreeve/report.h>
#include <stdio.h>

struct report_run {
	struct boxes boxes;
	uint64_t top;
	const char *html; /* where a page goes, "-" for standard output; NULL: tables */
	bool is_json;

	/* of the run */
	struct reeve_report *total;
	struct reeve_report_name *rows; /* of the mailboxes */
	size_t done_count, failed_count;
	struct json *json_boxes;
	struct json *json_diags;     /* about the spool */
	struct json *json_box_diags; /* about the box at hand; NULL between boxes */
	FILE *page;                  /* sections, kept while the total is not known: */
	char *sections;
	size_t sections_size;
};

void report_run(struct report_run *run);

void report_run_dispose(struct report_run *run);

#endif
