/* SPDX-License-Identifier: MIT */
/* Between the files of the run that reeve-prune and reeve-truncate share. */
#ifndef COMMON_CLEAN_MANY_H
#define COMMON_CLEAN_MANY_H

#include "clean.h"

/* How work on a mailbox ended. */
struct clean_outcome {
	bool has_failed;
	struct reeve_prune_result result;
	struct reeve_error err;
};

/* Prune or recover one mailbox. Says nothing but what the library says to prune.talk. */
void clean_one(struct clean *clean, const struct boxes_box *box, struct clean_outcome *outcome);

/* What the library said about a mailbox. */
void clean_diag(struct clean *clean, const struct reeve_diag *diag);

/* Begin and end what is said about a mailbox: diagnostics come in between. */
void clean_begin(struct clean *clean);
void clean_settle(struct clean *clean, const struct boxes_box *box,
                  const struct clean_outcome *outcome);

/* All mailboxes, in several processes; then a table, if anything is to be said of them. */
void clean_many(struct clean *clean);

#endif
