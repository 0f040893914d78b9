/* SPDX-License-Identifier: MIT */
/* A walk over a message: four fields of its header, and the types of its parts. */
#include "report/facts.h"
#include "base/error.h"
#include "mime/address.h"
#include "mime/parts.h"
#include "mime/word.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
	/* More of a subject fits no table, and of a field before it is decoded. */
	SUBJECT_MAX = 1000,
	VALUE_MAX = 8192,
	/* What tells a file's type stands at its beginning, mostly in the first line. */
	SNIFF_BYTES = 2048,
};

/* ---- names --------------------------------------------------------------------------------- */

static char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The text with ASCII letters in lower case, cut before a character that does not fit whole. */
static void put_name(char name[REEVE_NAME_MAX + 1], const char *text)
{
	size_t n = strlen(text);

	if (n > REEVE_NAME_MAX) {
		n = REEVE_NAME_MAX;
		while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	for (size_t i = 0; i < n; i++)
		name[i] = to_lower(text[i]);
	name[n] = '\0';
}

static void take_sender(struct reeve_facts *facts, const char *value, size_t n)
{
	struct reeve_sender sender;
	char address[sizeof sender.local + 1 + sizeof sender.domain];

	facts->has_sender = true;
	if (!reeve_sender_parse(facts->charsets, value, n, &sender))
		return;
	snprintf(address, sizeof address, "%s@%s", sender.local, sender.domain);
	put_name(facts->sender, address);
	const char *at = strrchr(facts->sender, '@');
	facts->domain = at != NULL ? at + 1 : "";
}

static void trim(const char **value, size_t *n)
{
	while (*n > 0 && (**value == ' ' || **value == '\t')) {
		++*value;
		--*n;
	}
	while (*n > 0 && ((*value)[*n - 1] == ' ' || (*value)[*n - 1] == '\t'))
		--*n;
}

/* RFC 2919: a phrase, then the identifier in angle brackets. Without them all of it is taken. */
static void take_list(struct reeve_facts *facts, const char *value, size_t n)
{
	const char *close = memrchr(value, '>', n);
	const char *open = close != NULL ? memrchr(value, '<', (size_t)(close - value)) : NULL;

	facts->has_list = true;
	if (open != NULL) {
		value = open + 1;
		n = (size_t)(close - value);
	}
	trim(&value, &n);
	reeve_buf_clear(&facts->text);
	reeve_word_decode(facts->charsets, value, n < VALUE_MAX ? n : VALUE_MAX, &facts->text);
	put_name(facts->list, reeve_buf_text(&facts->text));
}

static bool is_field(const struct reeve_part_field *field, const char *name)
{
	return field->name_length == strlen(name) &&
	       strncasecmp(field->name, name, field->name_length) == 0;
}

/* Of each field the first one counts, as in Python's email package and most programs. */
static int take_field(void *user, const struct reeve_part *part,
                      const struct reeve_part_field *field)
{
	struct reeve_facts *facts = user;
	size_t n = field->value_length < VALUE_MAX ? field->value_length : VALUE_MAX;

	if (part->depth > 0)
		return 0;
	if (!facts->has_sender && is_field(field, "From"))
		take_sender(facts, field->value, field->value_length);
	else if (!facts->has_list && is_field(field, "List-Id"))
		take_list(facts, field->value, n);
	else if (facts->wants_subject && !facts->has_subject && is_field(field, "Subject")) {
		const char *value = field->value;

		facts->has_subject = true;
		trim(&value, &n);
		reeve_word_decode(facts->charsets, value, n, &facts->decoded);
	}
	return 0;
}

/* ---- attachments ------------------------------------------------------------------------------ */

/* The first decoded bytes, which do not go through the scan's window: that is elsewhere. */
static void read_beginning(struct reeve_facts *facts, const struct reeve_part *part)
{
	unsigned char raw[SNIFF_BYTES];
	struct reeve_decoder decoder;
	size_t wanted = part->body.length < sizeof raw ? (size_t)part->body.length : sizeof raw;
	ssize_t n;

	reeve_buf_clear(&facts->text);
	do
		n = pread(facts->fd, raw, wanted, (off_t)part->body.offset);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return;
	reeve_decoder_init(&decoder, part->encoding);
	reeve_decoder_add(&decoder, raw, (size_t)n, &facts->text);
}

/* What a part is that says no more than "bytes". */
static const char *find_type(struct reeve_facts *facts, const struct reeve_part *part)
{
	const char *type = NULL;

	if (strcmp(part->type, "application/octet-stream") != 0)
		return part->type;
	if (facts->sniffer == NULL)
		facts->sniffer = reeve_sniffer_new();
	read_beginning(facts, part);
	if (facts->sniffer != NULL && facts->text.length > 0)
		type = reeve_sniffer_type(facts->sniffer, facts->text.bytes, facts->text.length);
	return type != NULL ? type : part->type;
}

/*
 * What a mail program shows as an attachment: what is called one, has a file's name, or is neither
 * text nor a server's report on a message (message/delivery-status and the like).
 */
static bool is_attachment(const struct reeve_part *part)
{
	return part->is_leaf && (part->is_attachment || part->name != NULL ||
	                         (strncmp(part->type, "text/", 5) != 0 &&
	                          strncmp(part->type, "message/", 8) != 0));
}

static int end_part(void *user, const struct reeve_part *part)
{
	struct reeve_facts *facts = user;
	struct reeve_tally one = reeve_tally_one(part->body.length, facts->is_unread);
	char name[REEVE_NAME_MAX + 1];

	if (!is_attachment(part))
		return 0;
	put_name(name, find_type(facts, part));
	return reeve_counter_add(facts->attachments, name, strlen(name), &one) < 0 ? REEVE_ENOMEM : 0;
}

/* ---- ---------------------------------------------------------------------------------------- */

int reeve_facts_init(struct reeve_facts *facts, struct reeve_counter *attachments)
{
	*facts = (struct reeve_facts){.attachments = attachments, .domain = "", .subject = ""};
	reeve_buf_init(&facts->text, VALUE_MAX);
	reeve_buf_init(&facts->decoded, SUBJECT_MAX);
	facts->charsets = reeve_charsets_new();
	return facts->charsets != NULL ? 0 : -1;
}

int reeve_facts_read(struct reeve_facts *facts, struct reeve_scan *scan,
                     const struct reeve_message *msg, struct reeve_error *err)
{
	static const struct reeve_parts_handler handler = {.field = take_field, .end = end_part};

	facts->sender[0] = facts->list[0] = '\0';
	facts->domain = "";
	facts->has_sender = facts->has_list = facts->has_subject = false;
	facts->is_unread = (msg->flags & REEVE_FLAG_SEEN) == 0;
	facts->fd = scan->src.fd;
	reeve_buf_clear(&facts->decoded);

	int r = reeve_parts_walk(&scan->src, msg->header, msg->whole, &handler, facts, err);
	if (r == 0)
		facts->subject = reeve_buf_text(&facts->decoded);
	if (r > 0 || facts->text.has_failed || facts->decoded.has_failed)
		return reeve_fail_nomem(err);
	return r;
}

void reeve_facts_dispose(struct reeve_facts *facts)
{
	reeve_charsets_free(facts->charsets);
	reeve_buf_dispose(&facts->text);
	reeve_buf_dispose(&facts->decoded);
	reeve_sniffer_free(facts->sniffer);
}
