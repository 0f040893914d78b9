/* SPDX-License-Identifier: MIT */
/*
 * The names of Dovecot 2.4, and what kind of thing each is. In 2.4 this decides where a setting goes:
 * `passdb sql { query = x }` sets passdb_sql_query in the filter `passdb sql`, because there is such a
 * name; `mail_plugins { x = yes }` adds to a list, because it is one.
 */
#ifndef CONF_DOVECOT_NAMES_H
#define CONF_DOVECOT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

enum reeve_dovecot_kind {
	REEVE_DOVECOT_UNKNOWN,
	REEVE_DOVECOT_SETTING,
	REEVE_DOVECOT_FILTER,      /* `oauth2 { }` (SET_FILTER_NAME) */
	REEVE_DOVECOT_FILTER_LIST, /* `passdb NAME { }` (SET_FILTER_ARRAY) */
	REEVE_DOVECOT_TEXT_LIST,   /* `userdb_fields { key = value }` (SET_STRLIST) */
	REEVE_DOVECOT_BOOL_LIST,   /* `mail_plugins { name = yes }` or `= name name` (SET_BOOLLIST) */
};

/* Of the whole name, with its prefix: "passdb_sql_query". */
enum reeve_dovecot_kind reeve_dovecot_kind(const char *name);

/* All names, for who looks for a similar one; NULL behind the last. */
const char *reeve_dovecot_name_at(size_t i);

/*
 * The built-in value of a setting that holds words, for `x = $x more`; "" if it has none. 2.4: of
 * `x = $SET:x more`.
 */
const char *reeve_dovecot_default(const char *name, int is_24);

enum reeve_dovecot_type {
	REEVE_DOVECOT_UNTYPED, /* a text, a list, or of different types in different versions */
	REEVE_DOVECOT_BOOLEAN,
	REEVE_DOVECOT_NUMBER,
	REEVE_DOVECOT_SIZE,
	REEVE_DOVECOT_INTERVAL,
};

/* Of the name as it is in the sources: "vsz_limit" in a service, before 2.4 "auth_debug" of `debug`. */
enum reeve_dovecot_type reeve_dovecot_type(const char *name);

/* ---- before 2.4 (dovecot_old_names.c) ------------------------------------------------------ */

/* The names that a block of this type takes ("": outside of all); NULL if it takes any, or none is known. */
const char *const *reeve_dovecot_names_in(const char *block, size_t *count_r);

bool reeve_dovecot_was_in(const char *block, const char *name);

/* A type of block that takes the name, "" first; NULL: none. */
const char *reeve_dovecot_was_where(const char *name);

#endif
