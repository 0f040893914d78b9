/* SPDX-License-Identifier: MIT */
/* The separator line of an mbox. */
#ifndef MBOX_FROM_H
#define MBOX_FROM_H

#include <mailreeve/base.h>

/* Sure to hold any From_ line worth believing; Dovecot's own bound is its input buffer. */
#define REEVE_FROM_MAX 65536

/*
 * Whether the n bytes after "From " up to the line end (or to the end of what is known of the
 * line) are a separator's: a sender and a date, as Dovecot's lib-mail/mbox-from.c reads them.
 * *received_r (may be NULL) is the date in seconds since 1970 UTC.
 */
bool reeve_from_parse(const unsigned char *bytes, size_t n, int64_t *received_r);

/* A day whose beginning mktime(3) was asked for: mailboxes hold many messages of one day. */
struct reeve_day {
	int year, month, day; /* as in struct tm; day 0: none yet */
	bool is_even;         /* no clock change in it */
	int64_t start;        /* its midnight, if it is even */
};

/* The same, with a day to remember (may be NULL), {0} at first. */
bool reeve_from_read(const unsigned char *bytes, size_t n, struct reeve_day *day,
                     int64_t *received_r);

/*
 * For compact: how many of the first n bytes of `bytes` (which begin at a message) end where a
 * separator line begins: the last such place, 0 if there is none.
 */
size_t reeve_from_last(const unsigned char *bytes, size_t n);

#endif
