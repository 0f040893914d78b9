/* SPDX-License-Identifier: MIT */
/* Lines of a Dovecot file that a backslash joins: one blank stands for what is between them. */
#include "base/rows.h"
#include "conf/dovecot_shape.h"

#include <stdlib.h>

/* Bytes of the text from `at` on are those of the file from `offset` on. */
struct dovecot_piece {
	size_t at;
	uint32_t offset;
};

void dovecot_joined_init(struct dovecot_joined *joined, const struct reeve_doc *doc)
{
	*joined = (struct dovecot_joined){.doc = doc};
	reeve_buf_init(&joined->buf, REEVE_CONF_MAX_BYTES * 2);
}

void dovecot_joined_dispose(struct dovecot_joined *joined)
{
	free(joined->pieces);
	reeve_buf_dispose(&joined->buf);
}

static void add_piece(struct dovecot_joined *joined, size_t at, uint32_t offset)
{
	struct dovecot_piece *pieces =
		reeve_rows_grow(joined->pieces, sizeof *pieces, joined->count, &joined->room);

	if (pieces == NULL) {
		joined->has_failed = true;
		return;
	}
	joined->pieces = pieces;
	pieces[joined->count++] = (struct dovecot_piece){at, offset};
}

void dovecot_joined_start(struct dovecot_joined *joined, const struct reeve_dovecot_line *line)
{
	joined->count = 0;
	joined->is_dropped = joined->wants_more = false;
	reeve_buf_clear(&joined->buf);
	if (line->continues) {
		dovecot_joined_add(joined, line);
		return;
	}
	joined->text = joined->doc->bytes + line->text;
	joined->n = line->text_end - line->text;
	joined->end = line->end;
	add_piece(joined, 0, line->text);
}

void dovecot_joined_add(struct dovecot_joined *joined, const struct reeve_dovecot_line *line)
{
	const struct reeve_doc *doc = joined->doc;
	struct reeve_buf *buf = &joined->buf;

	if (line->text < line->text_end) {
		add_piece(joined, buf->length, line->text);
		reeve_buf_add(buf, doc->bytes + line->text, line->text_end - line->text);
		if (line->continues)
			reeve_buf_add_byte(buf, ' ');
	}
	joined->end = line->end;
	joined->wants_more = line->continues && line->end < doc->size;
	joined->is_dropped = line->continues && line->end == doc->size;
	joined->has_failed |= buf->has_failed;
	joined->text = buf->bytes;
	joined->n = buf->length;
	while (joined->n > 0 && buf->bytes[joined->n - 1] == ' ')
		joined->n--;
}

void dovecot_joined_skip(struct dovecot_joined *joined, const struct reeve_dovecot_line *line)
{
	joined->end = line->end;
	joined->wants_more = line->end < joined->doc->size;
	joined->is_dropped = !joined->wants_more;
}

uint32_t dovecot_joined_offset(const struct dovecot_joined *joined, size_t at)
{
	size_t low = 0, high = joined->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (joined->pieces[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return joined->pieces[low].offset + (uint32_t)(at - joined->pieces[low].at);
}

uint32_t dovecot_joined_end(const struct dovecot_joined *joined, size_t at)
{
	return at == 0 ? dovecot_joined_offset(joined, 0)
	               : dovecot_joined_offset(joined, at - 1) + 1;
}
