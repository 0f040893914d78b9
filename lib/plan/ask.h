/* SPDX-License-Identifier: MIT */
/* Asking a real program whether it takes a configuration. For plan/verify.c. */
#ifndef PLAN_ASK_H
#define PLAN_ASK_H

#include "plan/parts.h"

enum verdict {
	VERDICT_TAKEN,
	VERDICT_REFUSED,
	VERDICT_NOT_ASKED, /* there is none, or it gives no answer that counts */
};

struct verify {
	struct reeve_plan *plan;
	const struct record_check *check;
	const char *conf; /* what is asked about, with the root in front */
	const struct plan_bind *binds;
	size_t bind_count;
	const char *copy_of; /* conf is in a copy of this folder, without the root; or NULL */
	const char *copy;
	const struct reeve_talk *stops; /* asked whether to stop; NULL: once bytes have changed */
	char said[700];                 /* the verdict's reason */
};

/* Whether the first of the programs to be asked is installed, and we may run it. A note if not. */
bool ask_is_installed(struct reeve_plan *plan, const struct record_check *check);
bool ask_can(const struct reeve_plan *plan, const struct record_check *check);

/*
 * All questions about a configuration, until one is answered with no: then REEVE_EREFUSED tells who
 * and why. *is_denied_r: nothing could be mounted, so nobody was asked.
 */
enum verdict ask_all(struct verify *v, bool *is_denied_r, struct reeve_error *err);

#endif
