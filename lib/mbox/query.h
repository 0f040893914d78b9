/* SPDX-License-Identifier: MIT */
/*
 * What a compiled query is, between the files that read, compile and match it.
 *
 *     text -> words (query_word.c) -> keys (query_key.c), values (query_value.c)
 *          -> tree (query_parse.c) -> yes or no (query_match.c)
 *
 * Texts that a message is searched for are numbered; text.c finds which of them it holds.
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

struct query_key;
struct query_text;

/* Likewise; with a HEADER key, the field's name is the word at hand, and the text the next one. */
int query_text_parse(struct query_words *words, const struct query_key *key,
                     struct reeve_arena *arena, struct query_text *text);

/* Whether a field is one of those that Dovecot adds to an mbox and does not show. */
bool query_field_is_hidden(const char *name, size_t n);

/* Whether Dovecot takes this for a keyword (lib-storage/mailbox-keywords.c): an atom of IMAP. */
#define QUERY_KEYWORD_MAX 50 /* mail_max_keyword_length */
bool query_keyword_is_valid(const char *keyword, size_t n);

/* ---- texts to look for ------------------------------------------------------------------------ */

/* What a text is looked for in (Dovecot, lib-storage/index/index-search.c). */
enum query_where {
	QUERY_IN_ADDRESSES, /* of a field, as Dovecot writes them out */
	QUERY_IN_SUBJECT,   /* a field, runs of blanks being one */
	QUERY_IN_FIELD,     /* its value as it stands */
	QUERY_IN_BODY,
	QUERY_IN_ALL,       /* header and body */
	QUERY_IN_KEYWORDS,  /* is one of them */
};

struct query_text {
	enum query_where where;
	const char *field;   /* in any case; NULL: none */
	char *text;          /* folded (mime/fold.h); a keyword as it stands; "": the field is there */
	size_t length;
	struct query_text *next;
};

/* For each text of a query whether a message holds it. */
enum query_answer {
	QUERY_UNKNOWN, /* not looked for yet */
	QUERY_NO,
	QUERY_YES,
};

struct reeve_found {
	unsigned char *answers; /* enum query_answer, one for each text */
};

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
	QUERY_TEXT,
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
		size_t text; /* QUERY_TEXT: which, from 0 */
	} u;
};

/* ---- keys ------------------------------------------------------------------------------------ */

enum query_value {
	QUERY_NO_VALUE,
	QUERY_DATE,
	QUERY_BYTES,
	QUERY_SET,
	QUERY_STRING,
	QUERY_NOT_YET, /* doveadm has the key, we do not */
};

struct query_key {
	const char *name;
	enum query_value value;
	enum query_type type;
	enum query_compare compare;
	unsigned int flags, flags_are; /* QUERY_FLAGS: which, and what they must be */
	bool is_not;             /* UNKEYWORD */
	enum query_where where;  /* QUERY_TEXT */
	const char *field;       /* QUERY_TEXT; NULL in QUERY_IN_FIELD: a word of the query */
};

/* The key that the word at hand names, or NULL with err. */
const struct query_key *query_key_find(struct query_words *words);

struct reeve_query {
	struct reeve_arena *arena;
	struct query_node *root;
	unsigned int needs; /* enum reeve_need */
	struct query_text *texts;
	size_t text_count;
};

/* As reeve_query_match(); QUERY_UNKNOWN if it depends on a text that was not looked for. */
enum query_answer query_answer(const struct reeve_query *query, const struct reeve_message *msg,
                               const struct reeve_totals *totals);

#endif
