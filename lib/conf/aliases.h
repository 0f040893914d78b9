/* SPDX-License-Identifier: MIT */
/*
 * The aliases of an aliases(5) file: who they are, where they lead, and edits of them, in memory
 * (reeve_doc_apply()). What an edit does not name stays, byte for byte.
 *
 *     aliases_look.c    asking
 *     aliases_word.c    names and targets as somebody says them
 *     aliases_edit.c    a target more
 *     aliases_less.c    a target less
 *
 * Names and targets are plain text ("first last", "|/usr/bin/prog -x"); the file has them in "quotes"
 * where need be. A target that begins with a quote is as the file has it. Names, and targets that are
 * addresses, are the same in any case.
 */
#ifndef CONF_ALIASES_H
#define CONF_ALIASES_H

#include "conf/tree.h"

/* The entry that newaliases(1) takes for a name: the first of it. Its node, or 0. */
uint32_t reeve_aliases_find(const struct reeve_doc *doc, const char *name);

/* Whether an entry is of that name. */
bool reeve_aliases_is(const struct reeve_doc *doc, uint32_t node, const char *name);

/* Add a name or a whole value to buf, as text on one line; the name plain, the value as it is written. */
void reeve_aliases_name(const struct reeve_doc *doc, uint32_t node, struct reeve_buf *buf);
void reeve_aliases_value(const struct reeve_doc *doc, uint32_t node, struct reeve_buf *buf);

/* The targets of an entry, as they are written; *at begins with 0. 1 with their span, or 0. */
int reeve_aliases_target(const struct reeve_doc *doc, uint32_t node, uint32_t *at,
                         struct reeve_span *span_r);

/* Add [start, end) to buf as plain text: no quotes, no (comments), white space between as one blank. */
void reeve_aliases_plain(const struct reeve_doc *doc, uint32_t start, uint32_t end,
                         struct reeve_buf *buf);

/* Whether two targets in plain text are the same. */
bool reeve_aliases_same_target(const char *a, const char *b);

/*
 * The alias leads to `target`, too; one that is not there comes at the end. 1, 0 if it did so already, -1
 * with err and nothing changed: REEVE_EUSAGE for what cannot be an alias or a target, REEVE_EREFUSED
 * if the entry is written so that nothing can be added, REEVE_ENOMEM.
 */
int reeve_aliases_add(struct reeve_doc *doc, const char *name, const char *target,
                      struct reeve_error *err);

/*
 * It does not lead there any more; one that would lead nowhere goes, and so does every one with
 * target NULL. In all entries of the name, or the second would come to life. 1, 0, -1 as above, but that
 * of several entries some may be changed.
 */
int reeve_aliases_remove(struct reeve_doc *doc, const char *name, const char *target,
                         struct reeve_error *err);

#endif
