/* SPDX-License-Identifier: MIT */
/* A change of Postfix's files while it is made: between postfix_edit.c and postfix_change.c. */
#ifndef CONF_POSTFIX_CHANGE_H
#define CONF_POSTFIX_CHANGE_H

#include "conf/postfix.h"

/* A change: where, to what. */
struct pf_change {
	struct reeve_conf *conf;
	struct postfix *own;
	struct reeve_doc *doc;
	struct pf_path path;
	const char *text;  /* the PATH */
	const char *value; /* without white space around; NULL: unset */
	const struct pf_service *service; /* that is changed; NULL: main.cf, or a new one */
	struct pf_service wanted;         /* the words that it shall have */
	const char *command;              /* the text of its last field */
	struct reeve_arena *arena;
};

/*
 * Whether a setting has the value already: byte for byte, or as `get` prints it, which makes one blank
 * of what is between the lines of a value.
 */
bool reeve_pf_has_value(const char *value, const char *wanted);

bool reeve_pf_same_words(const struct pf_service *a, const struct pf_service *b);

/* Whether the change is that this service goes. */
bool reeve_pf_is_unset_service(const struct pf_change *change, const struct pf_service *service);

/* Whether the files now say what the change wants, and everything else as before. */
bool reeve_pf_is_done(const struct pf_change *change, const struct pf_index *before,
                      const struct pf_index *after);

#endif
