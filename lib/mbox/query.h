/* SPDX-License-Identifier: MIT */
/*
 * What a compiled query is, between the files that read, compile and match it.
 *
 *     text -> words (query_word.c) -> keys (query_key.c), values (query_value.c)
 *          -> tree (query_parse.c) -> yes or no (query_match.c)
 *
 * The tree lives in one arena. It is deep only where the text has parentheses, which are counted,
 * so walking it by recursion is safe.
 */
#ifndef MBOX_QUERY_H
#define MBOX_QUERY_H

#include "base/arena.h"
#include <mailreeve/mbox.h>

#define QUERY_MAX_DEPTH 1000  /* parentheses in parentheses */
#define QUERY_MAX_TERMS 65536 /* keys, and ranges in sets */

/* ---- words ----------------------------------------------------------------------------------- */

enum query_word_kind {
	QUERY_END,
	QUERY_WORD,
	QUERY_OPEN,  /* ( */
	QUERY_CLOSE, /* ) */
};

struct query_word {
	enum query_word_kind kind;
	char *text;                 /* QUERY_WORD: without its quotes; in the arena */
	unsigned long line, column; /* from 1, in bytes */
};

struct query_words {
	const char *next; /* in the query's text */
	unsigned long line, column;
	char *to; /* where the next word's text goes */
	struct reeve_error *err;
	struct query_word word; /* the one to be looked at */
};

/* Look at the first word; `text` must last. 0, or -1 with err. */
int query_words_start(struct query_words *words, const char *text, struct reeve_arena *arena,
                      struct reeve_error *err);

/* Step to the next word. 0, or -1 with err. */
int query_words_step(struct query_words *words);

/* "query:LINE:COLUMN: " in front of a text of printf's kind, as REEVE_EUSAGE. Returns -1. */
int query_fail(struct query_words *words, const struct query_word *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* ---- values ---------------------------------------------------------------------------------- */

/* A moment; a wall clock's, if is_local, which means another moment in each zone. */
struct query_date {
	int64_t seconds;
	bool is_local;
};

/* A set in order, ranges apart from each other; "*" is UINT32_MAX, and `has_last`. */
struct query_range {
	uint32_t low, high;
};

struct query_set {
	struct query_range *ranges;
	size_t count;
	bool has_last; /* the last message is in it, whatever its number */
};

/*
 * Both read the word at hand, which must be a QUERY_WORD. 0, or -1 with err. A set costs *terms
 * one for each of its ranges.
 */
int query_date_parse(struct query_words *words, int64_t now, struct query_date *date);
int query_set_parse(struct query_words *words, struct reeve_arena *arena, size_t *terms,
                    struct query_set *set);

/* ---- the tree -------------------------------------------------------------------------------- */

enum query_type {
	QUERY_AND, /* of its children */
	QUERY_OR,
	QUERY_ALL,
	QUERY_FLAGS,
	QUERY_RECEIVED,
	QUERY_SENT,
	QUERY_SIZE,
	QUERY_SEQ,
	QUERY_UID,
};

enum query_compare {
	QUERY_BEFORE, /* below */
	QUERY_ON,     /* from there on for 24 hours */
	QUERY_SINCE,  /* from there on */
	QUERY_ABOVE,
};

struct query_node {
	enum query_type type;
	bool is_not;
	enum query_compare compare; /* QUERY_RECEIVED, QUERY_SENT, QUERY_SIZE */
	struct query_node *next;    /* the next child of the same parent */
	union {
		struct query_node *children; /* QUERY_AND, QUERY_OR */
		struct {
			unsigned int mask, value; /* QUERY_FLAGS: what these flags are */
		} flags;
		struct query_date date;
		uint64_t size_bytes;
		struct query_set set;
	} u;
};

/* ---- keys ------------------------------------------------------------------------------------ */

enum query_value {
	QUERY_NO_VALUE,
	QUERY_DATE,
	QUERY_BYTES,
	QUERY_SET,
	QUERY_NOT_YET, /* doveadm has the key, we do not */
};

struct query_key {
	const char *name;
	enum query_value value;
	enum query_type type;
	enum query_compare compare;
	unsigned int flags, flags_are; /* QUERY_FLAGS: which, and what they must be */
};

/* The key that the word at hand names, or NULL with err. */
const struct query_key *query_key_find(struct query_words *words);

struct reeve_query {
	struct reeve_arena *arena;
	struct query_node *root;
	unsigned int needs; /* enum reeve_need */
};

#endif
