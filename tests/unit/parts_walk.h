/* SPDX-License-Identifier: MIT */
/* A walk over the parts of a message in memory. */
#ifndef PARTS_WALK_H
#define PARTS_WALK_H

#include "base/buf.h"
#include "mime/parts.h"

#define MIXED(boundary) "Content-Type: multipart/mixed; boundary=\"" boundary "\"\n"

/* The text; with CR LF, if with_cr. */
void parts_add_lines(struct reeve_buf *buf, const char *text, bool with_cr);

/* A source of these bytes. */
void parts_open(struct reeve_source *src, const void *bytes, size_t n);
void parts_close(struct reeve_source *src);

/* reeve_parts_walk() of a message whose header ends where it does, `most` bytes at once. */
int parts_walk(const struct reeve_buf *message, size_t most,
               const struct reeve_parts_handler *handler, void *user);

#endif
