/* SPDX-License-Identifier: MIT */
/*
 * The scanner: messages of an open mailbox, one after the other, in one pass.
 *
 *     reeve_scan_init(&scan, fd, needs, err);
 *     while ((more = reeve_scan_next(&scan, &msg, err)) > 0) ...
 *     reeve_scan_dispose(&scan);
 *
 * It can be taken up again: struct reeve_scan_mark is what it knows at the beginning of a message.
 * To go on after mail was appended, take up the mark before the last message rather than the one
 * after it: what was appended may belong to that message.
 */
#ifndef MBOX_SCAN_H
#define MBOX_SCAN_H

#include "base/hash.h"
#include "base/source.h"
#include "mbox/from.h"
#include <mailreeve/mbox.h>

/* What the scanner knows before a message: where it begins and how Dovecot counts UIDs there. */
struct reeve_scan_mark {
	uint64_t offset;
	uint32_t seq;       /* of the message before; 0 */
	uint32_t next_uid;
	uint32_t last_uid;
	uint32_t uid_validity;
	bool has_first;     /* the first message is behind us */
	uint64_t headers_hash; /* over From_ line and header of every message before */
};

struct reeve_scan {
	struct reeve_source src;
	struct reeve_scan_mark mark; /* before the message that comes next */
	unsigned int needs;
	struct reeve_hasher *hasher;
	/* The From_ line that was found last. */
	bool has_from;
	uint64_t from, from_end; /* its beginning; after its line end, or 0 if that is not known */
	int64_t received;        /* its date, with REEVE_NEED_RECEIVED */
	struct reeve_day day;
	/* The file's last line end, looked for only where a long From_ line may be unfinished. */
	bool has_last_line;
	uint64_t last_line_size, last_line;
};

int reeve_scan_init(struct reeve_scan *scan, int fd, unsigned int needs, struct reeve_error *err);

/* As reeve_mbox_next(); REEVE_ECHANGED also if no message begins where one should. */
int reeve_scan_next(struct reeve_scan *scan, struct reeve_message *msg, struct reeve_error *err);
void reeve_scan_dispose(struct reeve_scan *scan);

/* Go on from a mark that this scan, or another of the same file, had. */
int reeve_scan_resume(struct reeve_scan *scan, const struct reeve_scan_mark *mark,
                      struct reeve_error *err);

/*
 * Whether the messages before `mark` still have the headers they had: `next` gives, in order, the
 * offset at which each of them began (whole.offset), the pseudo message included, and then false.
 * Little more than the headers is read. The scan itself stays where it is.
 * Returns 1, 0 if something changed, -1 with err.
 */
int reeve_scan_verify(struct reeve_scan *scan, const struct reeve_scan_mark *mark,
                      bool (*next)(void *user, uint64_t *offset_r), void *user,
                      struct reeve_error *err);

/*
 * Calls fn with the span of every X-IMAP or X-IMAPbase field in the message's header, folded lines
 * and line ends included. A non-zero return stops and is returned; -1 with err on failure.
 */
int reeve_scan_forged(struct reeve_scan *scan, const struct reeve_message *msg,
                      int (*fn)(void *user, struct reeve_span field), void *user,
                      struct reeve_error *err);

/*
 * Whether the bytes of src begin like a mailbox: empty, or a From_ line.
 * Returns 0, or -1 with err: REEVE_EFORMAT with what it is (libmagic), REEVE_EIO.
 */
int reeve_scan_check(struct reeve_source *src, const char *path, struct reeve_error *err);

#endif
