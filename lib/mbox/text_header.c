/* SPDX-License-Identifier: MIT */
/*
 * Texts in the fields of a message's own header, in the form in which Dovecot looks through them
 * (lib-storage/index/index-search.c, search_header_arg): decoded, folded, and before that addresses
 * written anew, and blanks of a subject made one.
 */
#include "mbox/text_look.h"
#include "mime/address.h"
#include "mime/fold.h"
#include "mime/word.h"

#include <string.h>
#include <strings.h>

void text_unpack(struct reeve_text *t, const char *value, size_t n, struct reeve_buf *out)
{
	reeve_buf_clear(&t->words);
	if (n > 0)
		reeve_word_decode(t->charsets, value, n, &t->words);
	if (t->words.length > 0)
		reeve_fold((const char *)t->words.bytes, t->words.length, out);
}

/* Dovecot compares names as strings: up to a NUL. */
static bool is_named(const struct reeve_part_field *field, const char *name)
{
	size_t n = strnlen(field->name, field->name_length);

	return strlen(name) == n && strncasecmp(name, field->name, n) == 0;
}

/* Blanks become one, and those at the beginning none (index-search.c, compress_lwsp). */
static void compress(const char *value, size_t n, struct reeve_buf *out)
{
	bool is_blank = true;

	for (size_t i = 0; i < n; i++) {
		bool was_blank = is_blank;

		is_blank = value[i] == ' ' || value[i] == '\t';
		if (!is_blank || !was_blank)
			reeve_buf_add_byte(out, is_blank ? ' ' : (unsigned char)value[i]);
	}
}

/* A value in the form in which it is looked through. */
static const struct reeve_buf *form_of(struct reeve_text *t, const struct reeve_part_field *field,
                                       enum query_where where)
{
	struct reeve_buf *form = &t->forms[where];
	const char *value = field->value;
	size_t n = field->value_length;

	if (t->has_form[where])
		return form;
	reeve_buf_clear(&t->raw);
	reeve_buf_clear(form);
	if (where == QUERY_IN_ADDRESSES)
		reeve_address_text(value, n, &t->raw);
	else if (where == QUERY_IN_SUBJECT)
		compress(value, n, &t->raw);
	if (where != QUERY_IN_FIELD) {
		value = (const char *)t->raw.bytes;
		n = t->raw.length;
	}
	text_unpack(t, value, n, form);
	t->has_form[where] = true;
	return form;
}

static bool field_holds(struct reeve_text *t, const struct reeve_part_field *field,
                        const struct query_text *text)
{
	if (text->length == 0)
		return true;
	const struct reeve_buf *form = form_of(t, field, text->where);
	return form->length > 0 &&
	       memmem(form->bytes, form->length, text->text, text->length) != NULL;
}

int text_take_field(void *user, const struct reeve_part *part,
                    const struct reeve_part_field *field)
{
	struct reeve_text *t = user;

	(void)part;
	memset(t->has_form, 0, sizeof t->has_form);
	for (size_t i = 0; i < t->query->text_count; i++) {
		const struct query_text *text = &t->texts[i];

		if (text->where > QUERY_IN_FIELD || t->found.answers[i] != QUERY_UNKNOWN ||
		    !is_named(field, text->field) || !field_holds(t, field, text))
			continue;
		if (text_say_yes(t, i) == TEXT_DECIDED)
			return TEXT_DECIDED;
	}
	return 0;
}

int text_take_keywords(void *user, const struct reeve_part *part,
                       const struct reeve_part_field *field)
{
	struct reeve_text *t = user;

	(void)part;
	if (!is_named(field, "X-Keywords") ||
	    !reeve_keywords_believe(&t->keywords, field->value, field->value_length))
		return 0;
	for (size_t i = 0; i < t->query->text_count; i++) {
		if (t->texts[i].where == QUERY_IN_KEYWORDS &&
		    reeve_keywords_name(field->value, field->value_length, t->texts[i].text))
			t->found.answers[i] = QUERY_YES;
	}
	return TEXT_DECIDED;
}
