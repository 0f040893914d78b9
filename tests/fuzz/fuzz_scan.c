/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: any bytes are scanned to the end or refused at the beginning. Spans tile the file;
 * a second scan, one through a small window, one that skips bodies, and one taken up at any
 * message see the same.
 */
#include "mbox/scan.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { KEPT = 256 }; /* messages that are compared */

#define NEEDS (REEVE_NEED_RECEIVED | REEVE_NEED_SENT | REEVE_NEED_SIZE | REEVE_NEED_UID)

struct seen {
	struct reeve_message msgs[KEPT];
	struct reeve_scan_mark marks[KEPT + 1];
	size_t count, next;
	int end; /* 0, or -1 */
};

static void promise(bool kept)
{
	if (!kept)
		abort();
}

static bool is_within(struct reeve_span inner, struct reeve_span outer)
{
	return inner.offset >= outer.offset && inner.length <= outer.length &&
	       inner.offset - outer.offset <= outer.length - inner.length;
}

static bool is_same_span(struct reeve_span a, struct reeve_span b)
{
	return a.offset == b.offset && a.length == b.length;
}

static bool is_same(const struct reeve_message *a, const struct reeve_message *b)
{
	return a->seq == b->seq && a->uid == b->uid && a->flags == b->flags &&
	       a->is_pseudo == b->is_pseudo && a->is_suspect == b->is_suspect &&
	       is_same_span(a->whole, b->whole) && is_same_span(a->header, b->header) &&
	       is_same_span(a->imapbase, b->imapbase) && a->received == b->received &&
	       a->sent == b->sent && a->sent_zone_minutes == b->sent_zone_minutes &&
	       a->size_virtual == b->size_virtual;
}

static bool is_same_mark(const struct reeve_scan_mark *a, const struct reeve_scan_mark *b)
{
	return a->offset == b->offset && a->seq == b->seq && a->next_uid == b->next_uid &&
	       a->last_uid == b->last_uid && a->uid_validity == b->uid_validity &&
	       a->has_first == b->has_first && a->headers_hash == b->headers_hash;
}

static void check_message(const struct reeve_message *msg, uint64_t offset, size_t n, uint32_t *seq)
{
	static const char shortest[] = "From  Thu, 9 Nov 2001 22:33";

	promise(msg->whole.offset == offset);
	promise(msg->whole.length >= sizeof shortest - 1 && msg->whole.length <= n - offset);
	promise(is_within(msg->header, msg->whole));
	promise(msg->imapbase.length == 0 ||
	        (offset == 0 && is_within(msg->imapbase, msg->header)));
	promise(!msg->is_pseudo || (offset == 0 && !msg->is_suspect));
	promise(msg->seq == (msg->is_pseudo ? 0 : ++*seq));
	promise(msg->size_virtual <= 2 * msg->whole.length);
}

static void scan_on(struct reeve_scan *scan, struct seen *seen, size_t n)
{
	uint64_t offset = scan->mark.offset;
	uint32_t seq = scan->mark.seq;
	struct reeve_message msg;

	memset(seen, 0, sizeof *seen);
	while (seen->count < KEPT) {
		seen->marks[seen->count] = scan->mark;
		seen->end = reeve_scan_next(scan, &msg, NULL);
		if (seen->end <= 0)
			break;
		check_message(&msg, offset, n, &seq);
		offset += msg.whole.length;
		seen->msgs[seen->count++] = msg;
	}
	promise(seen->end != 0 || offset == n);
	promise(seen->end >= 0 || seen->count == 0);
	seen->marks[seen->count] = scan->mark;
}

/* A scan of the file from its beginning. A new megabyte for each would be most of the work. */
static void start(struct reeve_scan *scan, int fd, unsigned int needs)
{
	static struct reeve_scan first;

	if (first.src.buf == NULL && reeve_scan_init(&first, fd, 0, NULL) < 0)
		abort();
	*scan = first;
	scan->needs = needs;
	scan->src.fd = fd;
	scan->src.size = (uint64_t)lseek(fd, 0, SEEK_END);
	scan->src.filled = 0;
}

static bool next_offset(void *user, uint64_t *offset_r)
{
	struct seen *seen = user;

	if (seen->next == seen->count)
		return false;
	*offset_r = seen->msgs[seen->next++].whole.offset;
	return true;
}

static int count_forged(void *user, struct reeve_span field)
{
	const struct reeve_message *msg = user;

	promise(field.length > 0 && is_within(field, msg->whole));
	return 0;
}

static void scan_bytes(const uint8_t *bytes, size_t n)
{
	static struct seen first, again;
	int fd = memfd_create("box", MFD_CLOEXEC);
	struct reeve_scan scan;

	if (fd < 0 || pwrite(fd, bytes, n, 0) != (ssize_t)n)
		abort();

	/* The window is the file, to the byte, so that the sanitizer sees one too many. */
	start(&scan, fd, NEEDS);
	unsigned char *exact = malloc(n > 0 ? n : 1);
	if (exact == NULL)
		abort();
	if (n > 0)
		memcpy(exact, bytes, n);
	scan.src.buf = exact;
	scan.src.start = 0;
	scan.src.filled = n;
	scan_on(&scan, &first, n);
	/* libmagic, which names what is no mailbox, is too slow to be asked here. */
	promise(first.end < 0 || reeve_scan_check(&scan.src, "box", NULL) == 0);
	for (size_t i = 0; i < first.count; i++)
		promise(reeve_scan_forged(&scan, &first.msgs[i], count_forged, &first.msgs[i], NULL) == 0);
	free(exact);

	start(&scan, fd, NEEDS);
	scan.src.most = 1 + n % 61;
	scan_on(&scan, &again, n);
	promise(again.count == first.count && again.end == first.end);
	for (size_t i = 0; i < first.count; i++)
		promise(is_same(&again.msgs[i], &first.msgs[i]));
	for (size_t i = 0; i <= first.count; i++)
		promise(is_same_mark(&again.marks[i], &first.marks[i]));
	promise(reeve_scan_verify(&scan, &first.marks[first.count], next_offset, &first, NULL) == 1 ||
	        first.end < 0);

	/* From some message on. */
	if (first.count > 0) {
		size_t from = n % first.count;

		promise(reeve_scan_resume(&scan, &first.marks[from], NULL) == 0);
		scan_on(&scan, &again, n);
		for (size_t i = 0; i < again.count && from + i < first.count; i++)
			promise(is_same(&again.msgs[i], &first.msgs[from + i]));
	}

	start(&scan, fd, 0);
	scan_on(&scan, &again, n);
	promise(again.count == first.count);
	for (size_t i = 0; i < first.count; i++) {
		promise(again.msgs[i].whole.length == first.msgs[i].whole.length);
		promise(again.msgs[i].flags == first.msgs[i].flags);
		promise(again.marks[i].headers_hash == first.marks[i].headers_hash);
	}
	close(fd);
}

/* As it is, and as what follows a From_ line, so that no input is wasted. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char from[] = "From x Thu Nov  9 22:33:52 2001\n";
	size_t length = sizeof from - 1;
	uint8_t *box = malloc(length + n);

	if (box == NULL)
		abort();
	memcpy(box, from, length);
	if (n > 0)
		memcpy(box + length, bytes, n);
	scan_bytes(bytes, n);
	scan_bytes(box, length + n);
	free(box);
	return 0;
}
