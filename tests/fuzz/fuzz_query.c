/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a query: compiled, and matched against messages made from the same bytes.
 *
 * A query that compiles must choose what its own negation does not, and must not read a fact that
 * it did not ask for.
 */
#include "mbox/query.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW INT64_C(1763640000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Facts of a message, 8 bytes at a time from the input. */
static uint64_t take(const uint8_t **data, size_t *size)
{
	uint64_t value = 0;
	size_t n = *size < sizeof value ? *size : sizeof value;

	memcpy(&value, *data, n);
	*data += n;
	*size -= n;
	return value;
}

static void must(bool so, const char *what)
{
	if (!so) {
		fprintf(stderr, "%s\n", what);
		abort();
	}
}

static void try_message(const struct reeve_query *query, const struct reeve_query *negation,
                        const uint8_t **data, size_t *size)
{
	struct reeve_message msg = {
		.seq = 1 + (uint32_t)(take(data, size) % 100),
		.uid = 1 + (uint32_t)(take(data, size) % 1000),
		.flags = (unsigned int)take(data, size) & 63,
		.received = NOW - (int64_t)(take(data, size) % 4000000000U),
		.sent = NOW - (int64_t)(take(data, size) % 4000000000U),
		.sent_zone_minutes = (int)(take(data, size) % 6039),
		.size_virtual = take(data, size),
	};
	struct reeve_totals totals = {.messages = 100, .last_uid = 1000};
	struct reeve_found found = {.answers = malloc(query->text_count + 1)};
	uint64_t holds = take(data, size);

	if (found.answers == NULL)
		abort();
	for (size_t i = 0; i < query->text_count; i++)
		found.answers[i] = holds >> i % 64 & 1 ? QUERY_YES : QUERY_NO;
	if (query->text_count > 0)
		msg.found = &found;
	struct reeve_message other = msg;
	unsigned int needs = reeve_query_needs(query);
	bool chosen = reeve_query_match(query, &msg, &totals);

	if (negation != NULL)
		must(reeve_query_match(negation, &msg, &totals) != chosen, "chosen both ways");
	if (!(needs & REEVE_NEED_UID))
		other.uid = 0;
	if (!(needs & REEVE_NEED_RECEIVED))
		other.received = 0;
	if (!(needs & REEVE_NEED_SENT)) {
		other.sent = 0;
		other.sent_zone_minutes = 0;
	}
	if (!(needs & REEVE_NEED_SIZE))
		other.size_virtual = 0;
	must(reeve_query_match(query, &other, needs & REEVE_NEED_TOTAL ? &totals : NULL) == chosen,
	     "read what it did not ask for");

	/* What is chosen before all texts were looked for is chosen in the end. */
	for (size_t i = 0; i < query->text_count; i++) {
		if (holds >> (i + 7) % 64 & 1)
			found.answers[i] = QUERY_UNKNOWN;
	}
	enum query_answer early = query_answer(query, &msg, &totals);
	must(early == QUERY_UNKNOWN || (early == QUERY_YES) == chosen, "chosen too early");
	free(found.answers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reeve_error err = {0};
	char *text = malloc(size + 1);
	char *negated = malloc(size + 7);
	if (text == NULL || negated == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';

	struct reeve_query *query = reeve_query_compile(text, NOW, &err);
	if (query == NULL) {
		must(err.code == REEVE_EUSAGE, "no reason");
		must(strncmp(err.text, "query:", 6) == 0, "no column");
	} else {
		sprintf(negated, "NOT (%s)", text); /* NULL where this is one level too deep */
		struct reeve_query *negation = reeve_query_compile(negated, NOW, NULL);

		for (int i = 0; i < 4; i++)
			try_message(query, negation, &data, &size);
		reeve_query_free(negation);
	}
	reeve_query_free(query);
	free(negated);
	free(text);
	return 0;
}
