/* SPDX-License-Identifier: MIT */
/*
 * Keywords, as Dovecot keeps them in an mbox (lib-storage/index/mbox/mbox-sync-parse.c): the first
 * message's X-IMAPbase lists all there are, and the X-Keywords of a message names its own.
 *
 * A sender can write X-Keywords, too. So it is believed only if it names nothing but keywords of
 * that list; else a later one may be. Case does not matter.
 */
#ifndef MBOX_KEYWORDS_H
#define MBOX_KEYWORDS_H

#include "base/source.h"

struct reeve_keywords {
	char *text;   /* the list; each word ends with a NUL */
	char **words; /* in it, in order */
	size_t count;
};

/* Reads the list in an X-IMAPbase or X-IMAP field that the scan trusts; none if its length is 0. */
int reeve_keywords_read(struct reeve_keywords *keywords, struct reeve_source *src,
                        struct reeve_span imapbase, struct reeve_error *err);
void reeve_keywords_dispose(struct reeve_keywords *keywords);

/* Whether the value of an X-Keywords field is believed. */
bool reeve_keywords_believe(const struct reeve_keywords *keywords, const char *value, size_t n);

/* Whether it names this one. */
bool reeve_keywords_name(const char *value, size_t n, const char *keyword);

#endif
