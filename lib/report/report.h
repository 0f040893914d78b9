/* SPDX-License-Identifier: MIT */
/* What a report is, between the files that read a mailbox into it and make figures of it. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "report/advice.h"
#include "report/counter.h"
#include "report/largest.h"

/* By which names messages are counted. */
enum reeve_kind {
	REEVE_KIND_SENDER,
	REEVE_KIND_DOMAIN,
	REEVE_KIND_LIST,
	REEVE_KIND_ATTACHMENT,
	REEVE_KINDS,
};

struct reeve_report {
	struct reeve_report_options options;
	struct reeve_report_figures figures; /* those that are sums; the rest when it is asked for */
	struct reeve_counter *names[REEVE_KINDS];
	struct reeve_largest largest;
	struct reeve_advice advice;
	/* What the figures point to. */
	struct reeve_report_name *name_rows[REEVE_KINDS];
	struct reeve_report_message *largest_rows;
	struct reeve_advice_name advice_names[REEVE_ADVICE_NAMES]; /* of one mailbox, not of a total */
	struct reeve_report_command commands[REEVE_ADVICE_ROWS + REEVE_ADVICE_NAMES];
};

#endif
