/* SPDX-License-Identifier: MIT */
/* A mailbox opened for reading, as rooms above see it: as whom, and the scan itself. */
#ifndef MBOX_READER_H
#define MBOX_READER_H

#include "mbox/scan.h"

/*
 * Between these two root acts as the mailbox's owner, for what is read was written by anybody, and
 * more code than ours looks at it (iconv, libmagic). Others stay who they are.
 */
void reeve_mbox_act_as_owner(struct reeve_mbox *mbox);
void reeve_mbox_act_as_before(struct reeve_mbox *mbox);

/* Its scan. What looks at a message may move the window. The mailbox keeps it. */
struct reeve_scan *reeve_mbox_scan(struct reeve_mbox *mbox);

#endif
