/* SPDX-License-Identifier: MIT */
/* What a line of a Dovecot file says, once its comment is off and its continuations are joined. */
#ifndef CONF_DOVECOT_SHAPE_H
#define CONF_DOVECOT_SHAPE_H

#include "conf/dovecot.h"

enum dovecot_shape_kind {
	DOVECOT_ERROR,
	DOVECOT_SETTING, /* key = value */
	DOVECOT_INCLUDE, /* !include pattern */
	DOVECOT_OPEN,    /* key { or key name { */
};

struct dovecot_shape {
	enum dovecot_shape_kind kind;
	const unsigned char *text;
	size_t n;
	size_t key, key_end;
	size_t value, value_end; /* n, n: none, or an empty one */
	size_t equals;           /* SETTING: of the '=' */
	size_t rest;             /* OPEN: what is not white behind the '{'; n: nothing */
	bool is_from_file, is_here; /* here: value is the word that ends it */
	const char *problem;        /* for which Dovecot refuses the file, whatever the kind; NULL */
};

/* Look at text[from, n), which is not empty and has no white space around. Offsets are into text. */
void dovecot_shape_find(struct dovecot_shape *shape, const unsigned char *text, size_t from, size_t n);

#endif
