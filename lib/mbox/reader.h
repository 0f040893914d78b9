/* SPDX-License-Identifier: MIT */
/* A mailbox opened for reading, as rooms above see it: with a root, and the scan itself. */
#ifndef MBOX_READER_H
#define MBOX_READER_H

#include "mbox/scan.h"

/* As reeve_mbox_open(), with the path that stands for "/" (journals); NULL: "/". */
struct reeve_mbox *reeve_mbox_open_root(const char *root, const char *path, unsigned int needs,
                                        struct reeve_error *err);

/* Its scan. What looks at a message may move the window. The mailbox keeps it. */
struct reeve_scan *reeve_mbox_scan(struct reeve_mbox *mbox);

#endif
