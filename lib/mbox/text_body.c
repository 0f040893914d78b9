/* SPDX-License-Identifier: MIT */
/*
 * Texts anywhere in a message, as Dovecot looks for them (lib-mail/message-search.c): all that is
 * text is unpacked, converted, folded, and given to a finder in pieces. Parts are apart.
 */
#include "mbox/text_look.h"
#include "mime/fold.h"

#include <string.h>

/* Give the finder what is folded. */
static int look_through(struct reeve_text *t, enum text_stream stream, const struct reeve_buf *folded)
{
	struct reeve_finder *finder = &t->finders[stream];

	if (finder->count == 0 || folded->length == 0 ||
	    !reeve_finder_add(finder, folded->bytes, folded->length))
		return 0;
	int r = 0;
	for (size_t i = 0; i < finder->count; i++) {
		size_t n = t->numbers[&finder->needles[i] - t->needles];

		if (finder->needles[i].is_found && t->found.answers[n] == QUERY_UNKNOWN)
			r = text_say_yes(t, n);
	}
	return r;
}

static void cut(struct reeve_text *t)
{
	for (int i = 0; i < STREAM_COUNT; i++)
		reeve_finder_cut(&t->finders[i]);
}

/* TEXT sees a field as it stands, but unfolded and decoded. */
int text_read_field(void *user, const struct reeve_part *part,
                    const struct reeve_part_field *field)
{
	struct reeve_text *t = user;

	if (t->finders[STREAM_ALL].count == 0)
		return 0;
	if (part->depth == 0 &&
	    query_field_is_hidden(field->name, strnlen(field->name, field->name_length)))
		return 0;
	reeve_buf_clear(&t->folded);
	reeve_fold(field->name, field->name_length, &t->folded);
	reeve_buf_add(&t->folded, field->middle, field->middle_length);
	text_unpack(t, field->value, field->value_length, &t->folded);
	if (field->has_line_end)
		reeve_buf_add(&t->folded, "\r\n", 2);
	return look_through(t, STREAM_ALL, &t->folded);
}

int text_begin_part(void *user, const struct reeve_part *part)
{
	struct reeve_text *t = user;

	if (!part->is_leaf) {
		cut(t);
		return 0;
	}
	if (!part->is_text || part->encoding == REEVE_ENCODING_UNKNOWN)
		return REEVE_PART_SKIP;
	reeve_buf_clear(&t->folded);
	reeve_buf_add(&t->folded, "\r\n", 2);
	if (look_through(t, STREAM_ALL, &t->folded) == TEXT_DECIDED)
		return TEXT_DECIDED;
	reeve_decoder_init(&t->decoder, part->encoding);
	t->charset = reeve_charsets_get(t->charsets, part->charset);
	t->has_no_memory = t->charset == NULL;
	return t->has_no_memory ? TEXT_DECIDED : 0;
}

int text_read_body(void *user, const struct reeve_part *part, const unsigned char *bytes, size_t n)
{
	struct reeve_text *t = user;

	if (part->encoding != REEVE_ENCODING_NONE) {
		reeve_buf_clear(&t->decoded);
		reeve_decoder_add(&t->decoder, bytes, n, &t->decoded);
		bytes = t->decoded.bytes;
		n = t->decoded.length;
	}
	if (n == 0)
		return 0;
	reeve_buf_clear(&t->utf8);
	reeve_buf_clear(&t->folded);
	reeve_charset_add(t->charset, bytes, n, &t->utf8);
	reeve_fold((const char *)t->utf8.bytes, t->utf8.length, &t->folded);
	if (look_through(t, STREAM_BODY, &t->folded) == TEXT_DECIDED)
		return TEXT_DECIDED;
	return look_through(t, STREAM_ALL, &t->folded);
}

int text_end_part(void *user, const struct reeve_part *part)
{
	(void)part;
	cut(user);
	return 0;
}

/* The needles of a stream, from number `first` of all needles on. */
static int open_stream(struct reeve_text *t, enum text_stream stream, enum query_where where,
                       size_t *count, struct reeve_error *err)
{
	size_t first = *count;

	for (size_t i = 0; i < t->query->text_count; i++) {
		if (t->texts[i].where != where)
			continue;
		t->needles[*count] = (struct reeve_needle){.bytes = t->texts[i].text,
		                                           .length = t->texts[i].length};
		t->numbers[(*count)++] = i;
	}
	return reeve_finder_init(&t->finders[stream], t->needles + first, *count - first, err);
}

int text_open_streams(struct reeve_text *t, struct reeve_error *err)
{
	size_t count = 0;

	if (open_stream(t, STREAM_BODY, QUERY_IN_BODY, &count, err) < 0)
		return -1;
	return open_stream(t, STREAM_ALL, QUERY_IN_ALL, &count, err);
}

void text_begin_streams(struct reeve_text *t)
{
	cut(t);
	for (size_t i = 0; i < STREAM_COUNT; i++) {
		for (size_t k = 0; k < t->finders[i].count; k++)
			t->finders[i].needles[k].is_found = false;
	}
}
