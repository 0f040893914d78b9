/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a mailbox in which a query's texts are looked for.
 *
 * A query chooses what its negation does not, and TEXT all that BODY does.
 */
#include "mbox/scan.h"
#include "mbox/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FROM "From x Thu Nov  9 22:33:52 2001\n"

/* Each pair: the first implies that the second is not, or is, chosen as well. */
static const struct {
	const char *query, *other;
	bool is_negation;
} pairs[] = {
	{"BODY a", "NOT BODY a", true},
	{"BODY \"ab\"", "TEXT ab", false},
	{"TEXT \"\xc3\xa4\"", "NOT TEXT \"\xc3\xa4\"", true},
	{"FROM a", "NOT FROM a", true},
	{"SUBJECT \"a b\"", "HEADER Subject \"\"", false},
	{"HEADER List-Id x", "HEADER List-Id \"\"", false},
	{"KEYWORD a", "UNKEYWORD a", true},
	{"SUBJECT a BODY b", "SUBJECT a", false},
	{"FROM a OR TEXT c", "NOT (NOT FROM a NOT TEXT c)", false},
};

enum { COUNT = sizeof pairs / sizeof pairs[0] };

/* Kept from one run to the next, and so is the mailbox's descriptor: to make them takes long. */
static struct reeve_text *texts[COUNT][2];
static int box = -1;

static struct reeve_text *text_of(const char *query)
{
	struct reeve_query *compiled = reeve_query_compile(query, 0, NULL);
	struct reeve_text *text = compiled == NULL ? NULL : reeve_text_new(compiled, box, NULL);

	if (text == NULL)
		abort();
	return text;
}

static void write_box(const uint8_t *data, size_t size)
{
	if (box < 0) {
		box = memfd_create("box", 0);
		for (size_t i = 0; i < COUNT; i++) {
			texts[i][0] = text_of(pairs[i].query);
			texts[i][1] = text_of(pairs[i].other);
		}
	}
	if (ftruncate(box, 0) < 0 ||
	    pwrite(box, FROM, sizeof(FROM) - 1, 0) != (ssize_t)sizeof(FROM) - 1 ||
	    pwrite(box, data, size, sizeof(FROM) - 1) != (ssize_t)size)
		abort();
}

static bool is_chosen(struct reeve_text *text, struct reeve_scan *scan, struct reeve_message *msg)
{
	struct reeve_error err = {0};

	if (msg->whole.offset == 0)
		reeve_text_begin(text, msg);
	int r = reeve_text_match(text, &scan->src, msg, NULL, &err);
	if (r < 0) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return r > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reeve_scan scan;
	struct reeve_message msg;

	write_box(data, size);
	if (reeve_scan_init(&scan, box, 0, NULL) < 0)
		abort();
	while (reeve_scan_next(&scan, &msg, NULL) > 0) {
		for (size_t i = 0; i < COUNT; i++) {
			bool first = is_chosen(texts[i][0], &scan, &msg);
			bool second = is_chosen(texts[i][1], &scan, &msg);

			if (first && second == pairs[i].is_negation) {
				fprintf(stderr, "%s: %s\n", pairs[i].query, pairs[i].other);
				abort();
			}
		}
	}
	reeve_scan_dispose(&scan);
	return 0;
}
