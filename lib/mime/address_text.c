/* SPDX-License-Identifier: MIT */
/* A list of addresses as Dovecot writes it again for its searches. */
#include "mime/address.h"
#include "mime/lexer.h"

#include <string.h>

struct writer {
	struct reeve_buf *out;
	bool has_before, is_in_group;
};

/* Quoted if an atom could not have these letters; then "'" is escaped as well, as Dovecot does. */
static void write_word(struct reeve_buf *out, const char *word, bool may_have_dots)
{
	const char *p = word;

	while (reeve_is_atext((unsigned char)*p) || (may_have_dots && *p == '.'))
		p++;
	if (*p == '\0') {
		reeve_buf_add_text(out, word);
		return;
	}
	reeve_buf_add_byte(out, '"');
	for (p = word; *p != '\0'; p++) {
		if (strchr("\"\\'", *p) != NULL)
			reeve_buf_add_byte(out, '\\');
		reeve_buf_add_byte(out, (unsigned char)*p);
	}
	reeve_buf_add_byte(out, '"');
}

/* An encoded word would be none within quotes. */
static void write_name(struct reeve_buf *out, const char *name)
{
	if (strstr(name, "=?") != NULL)
		reeve_buf_add_text(out, name);
	else
		write_word(out, name, false);
}

static void write_group(struct writer *writer, const char *name)
{
	struct reeve_buf *out = writer->out;

	if (writer->is_in_group) {
		/* Not ", ;", nor ": ;". */
		while (out->length > 0 && strchr(", ", out->bytes[out->length - 1]) != NULL)
			out->length--;
		reeve_buf_add_byte(out, ';');
		writer->has_before = true;
	} else {
		if (name[0] == '\0')
			reeve_buf_add_text(out, "\"\"");
		else
			write_name(out, name);
		reeve_buf_add_text(out, ": ");
		writer->has_before = false;
	}
	writer->is_in_group = !writer->is_in_group;
}

static int write_address(void *user, const struct reeve_address *address)
{
	struct writer *writer = user;
	struct reeve_buf *out = writer->out;

	if (writer->has_before)
		reeve_buf_add_text(out, ", ");
	writer->has_before = true;
	if (address->domain == NULL) {
		write_group(writer, address->local);
		return 0;
	}
	if (address->name != NULL) {
		write_name(out, address->name);
		if (address->name[0] != '\0')
			reeve_buf_add_byte(out, ' ');
	}
	reeve_buf_add_byte(out, '<');
	if (address->route != NULL) {
		reeve_buf_add_text(out, address->route);
		reeve_buf_add_byte(out, ':');
	}
	if (address->local[0] == '\0')
		reeve_buf_add_text(out, "\"\"");
	else
		write_word(out, address->local, true);
	reeve_buf_add_byte(out, '@');
	reeve_buf_add_text(out, address->domain);
	reeve_buf_add_byte(out, '>');
	return 0;
}

void reeve_address_text(const char *value, size_t n, struct reeve_buf *out)
{
	struct writer writer = {.out = out};

	if (reeve_address_each(value, n, true, write_address, &writer) < 0)
		out->has_failed = true;
}
