/* SPDX-License-Identifier: MIT */
/*
 * Addresses in header fields: RFC 5322 with its obsolete forms, and what real mail has in their
 * place, read as Dovecot reads them (lib-mail/message-address.c). Values are unfolded.
 */
#ifndef MIME_ADDRESS_H
#define MIME_ADDRESS_H

#include "mime/charset.h"

/* Strings are good during the call only; encoded words (RFC 2047) in them are not decoded. */
struct reeve_address {
	const char *name;   /* display name, or else the comment behind; NULL: none */
	const char *route;  /* "@one,@two" of an obsolete source route; NULL: none */
	const char *local;  /* unquoted; "" if missing, NULL at a group's end */
	const char *domain; /* as it stands; "" if missing. NULL: `local` is a group's name */
	bool is_broken;     /* not what the RFC allows; what could be read is there */
};

/*
 * Calls fn for each address of a list, in order: for a group once before its members (domain NULL,
 * local its name) and once after them (both NULL). With `fills`, MISSING_MAILBOX, MISSING_DOMAIN and
 * SYNTAX_ERROR stand where something is missing or wrong. A non-zero return stops, and is returned.
 * Else 0, or -1 if there is no memory.
 */
int reeve_address_each(const char *value, size_t n, bool fills,
                       int (*fn)(void *user, const struct reeve_address *address), void *user);

/*
 * Append what a search for FROM, TO, CC and BCC looks at: the list as Dovecot writes it again,
 * `"Ann, B." <ann@example.org>, ...`. Encoded words are not decoded: reeve_word_decode() comes
 * after, as in Dovecot (lib-storage/index/index-search.c).
 */
void reeve_address_text(const char *value, size_t n, struct reeve_buf *out);

/* Who sent a message, for people: UTF-8 with a NUL behind, cut at a character where it is longer. */
struct reeve_sender {
	char name[256];   /* decoded; "" if there is none */
	char local[256];
	char domain[256]; /* in lower case (ASCII letters) */
};

/*
 * The first address of a From field that has both parts. `charsets` is for its name; NULL is slower.
 * Returns false if there is none.
 */
bool reeve_sender_parse(struct reeve_charsets *charsets, const char *value, size_t n,
                        struct reeve_sender *sender);

#endif
