/* SPDX-License-Identifier: MIT */
/*
 * What edits of an aliases file share. Each is read again before it is kept: the entry must have the
 * targets that it should, or nothing is changed.
 */
#ifndef CONF_ALIASES_EDIT_H
#define CONF_ALIASES_EDIT_H

#include "conf/aliases.h"

/* ---- words --------------------------------------------------------------------------------- */

/*
 * Add text in quotes if it needs them: for RFC 5322's specials, but for those in `bare`, and for a command,
 * as aliases(5) has it.
 */
void reeve_aliases_add_quoted(struct reeve_buf *buf, const char *text, const char *bare);

/* Whether a name is one: postalias(1) passes over those with a domain. -1 with err: REEVE_EUSAGE. */
int reeve_aliases_check_name(const char *name, struct reeve_error *err);

/* A target as the caller says it: as the file shall have it, and as plain text. */
struct reeve_aliases_word {
	struct reeve_buf written, plain;
};

/* -1 with err: REEVE_EUSAGE, and there is nothing to dispose of. */
int reeve_aliases_word_init(struct reeve_aliases_word *word, const char *text,
                            struct reeve_error *err);
void reeve_aliases_word_dispose(struct reeve_aliases_word *word);

/* ---- entries ------------------------------------------------------------------------------- */

/* Add the targets of an entry in plain text, each with a "\n", but for `without` (NULL: all). */
void reeve_aliases_list(const struct reeve_doc *doc, uint32_t node, const char *without,
                        struct reeve_buf *list);

/* Which entry of the file a node is, from 0; of node 0: how many there are. */
uint32_t reeve_aliases_number(const struct reeve_doc *doc, uint32_t node);

/*
 * Carry edits (NULL: no memory) out, see that the number-th entry now has the targets `wanted`, and free both.
 * 1, or -1 with err and nothing changed.
 */
int reeve_aliases_apply(struct reeve_doc *doc, struct reeve_edits *edits, uint32_t number,
                        struct reeve_buf *wanted, struct reeve_error *err);

#endif
