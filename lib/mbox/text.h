/* SPDX-License-Identifier: MIT */
/*
 * Looking into messages for the texts of a query.
 *
 *     text = reeve_text_new(query, fd, err);          for queries with REEVE_NEED_HEADER or _BODY
 *     reeve_text_begin(text, &first);                 with the first message of the file
 *     reeve_text_match(text, src, &msg, &totals, err) as often as you like
 *     reeve_text_free(text);
 *
 * What is read and unpacked, and how it is compared, is Dovecot's way (lib-storage/index/
 * index-search.c, lib-mail/message-search.c); docs/deviations.md tells where ours is another.
 * Memory is bounded whatever the message.
 */
#ifndef MBOX_TEXT_H
#define MBOX_TEXT_H

#include "base/source.h"
#include "mbox/query.h"

struct reeve_text;

/* `query` and `fd` are borrowed. NULL with err. */
struct reeve_text *reeve_text_new(const struct reeve_query *query, int fd,
                                  struct reeve_error *err);
void reeve_text_free(struct reeve_text *text);

/* Keywords are listed in the file's first message. */
void reeve_text_begin(struct reeve_text *text, const struct reeve_message *first);

/*
 * Whether the message is chosen. No more is read than the answer depends on; what lies in the
 * window of `src` is read there, and no window is moved. msg->found is filled, and is good until
 * the next call. Returns 1, 0, or -1 with err.
 */
int reeve_text_match(struct reeve_text *text, struct reeve_source *src, struct reeve_message *msg,
                     const struct reeve_totals *totals, struct reeve_error *err);

#endif
