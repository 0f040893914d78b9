/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a Dovecot configuration, beyond what the parser and the includes told when it was
 * opened. A PROBLEM is what Dovecot refuses, a WARNING what it takes in silence and hardly was meant, a
 * NOTE what can be on purpose; notes are not counted.
 */
#ifndef CONF_DOVECOT_LINT_H
#define CONF_DOVECOT_LINT_H

#include "conf/dovecot_eval.h"

struct dovecot_lint {
	struct reeve_conf *conf;
	struct reeve_eval *eval; /* what is set, in reading order */
	long count;
	bool has_failed; /* no memory */
};

void dovecot_lint_say(struct dovecot_lint *lint, enum reeve_severity severity, struct reeve_doc *doc,
                      uint32_t offset, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Braces, files read twice, what 2.4 wants first (dovecot_lint_walk.c). */
void dovecot_lint_walk(struct dovecot_lint *lint);

/* Names that no Dovecot knows, or not there (dovecot_lint_names.c). */
void dovecot_lint_names(struct dovecot_lint *lint);

/* Settings that are never used (dovecot_lint_rows.c). */
void dovecot_lint_rows(struct dovecot_lint *lint);

/* Values that are not what they seem (dovecot_lint_values.c). */
void dovecot_lint_values(struct dovecot_lint *lint);

/* Values of the wrong type (dovecot_lint_types.c). */
void dovecot_lint_types(struct dovecot_lint *lint);

/* Values that are files' names, or should be (dovecot_lint_files.c). */
void dovecot_lint_files(struct dovecot_lint *lint);

/* Protocols and modes (dovecot_lint_words.c). */
void dovecot_lint_words(struct dovecot_lint *lint);

/* The place in which a row is written; its type is "" outside of all blocks. */
static inline const struct reeve_place *dovecot_lint_place(const struct dovecot_lint *lint,
                                                           const struct reeve_row *row)
{
	return &lint->eval->places->places[row->place];
}

#endif
