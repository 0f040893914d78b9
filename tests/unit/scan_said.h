/* SPDX-License-Identifier: MIT */
/* Mailboxes in memory that are easy to count, and what the scanner says of them, as text. */
#ifndef SCAN_SAID_H
#define SCAN_SAID_H

#include "mbox/scan.h"

#define NEEDS (REEVE_NEED_RECEIVED | REEVE_NEED_SENT | REEVE_NEED_SIZE | REEVE_NEED_UID)

/* Lines that are easy to count: 32 bytes, 12, and their CR LF twins, 33 and 13. */
#define FROM "From x Thu Nov  9 22:33:52 2001\n"
#define RCVD "Received: y\n"
#define FROM_CR "From x Thu Nov  9 22:33:52 2001\r\n"
#define RCVD_CR "Received: y\r\n"
/* A whole message of 51 bytes, of which 18 are its own. */
#define MAIL FROM RCVD "\nbody\n\n"

#define BYTES(text) text, sizeof(text) - 1

/* A file in memory with these bytes. */
int scan_file(const void *bytes, size_t n);

/* What was said since scan_forget(). */
extern char scan_said[20000];

void scan_forget(void);
void scan_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Forget, scan to the end, and say a line per message: offset+length, header length, flags as
 * letters of Status and X-Status or "-", UID, virtual size; then "s" if suspect, "p" if pseudo, and
 * "base=offset+length".
 */
void scan_all(struct reeve_scan *scan);

#endif
