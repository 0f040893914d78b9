/* SPDX-License-Identifier: MIT */
/*
 * The header of a part, line by line.
 *
 * A field is kept, unfolded and cut where it is too long, only if somebody wants it: the handler
 * all of them, we ourselves three.
 */
#include "mime/parameter.h"
#include "mime/walk.h"
#include "mime/word.h"

#include <string.h>
#include <strings.h>

/* Dovecot takes a line with a longer name for a value. */
enum { NAME_BYTES = 1000 };

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

/* ---- what fields say --------------------------------------------------------------- */

/* As much of the text as fits and ends where a character ends. Returns to, or NULL for "". */
static const char *keep(struct reeve_buf *text, char *to, size_t size)
{
	size_t n = text->length < size ? text->length : size - 1;

	while (n < text->length && n > 0 && (text->bytes[n] & 0xc0) == 0x80)
		n--;
	if (n > 0)
		memcpy(to, text->bytes, n);
	to[n] = '\0';
	return n > 0 ? to : NULL;
}

/* A parameter's value in walk->text. */
static bool get(struct reeve_walk *walk, const char *parameters, size_t n, const char *name)
{
	reeve_buf_clear(&walk->text);
	return reeve_parameter_get(walk->charsets, parameters, n, name, &walk->text);
}

/* The parameter in walk->text. Many mailers have encoded words there, against RFC 2047 section 5.
 */
static void take_name(struct reeve_walk *walk)
{
	struct reeve_level *level = walk->level;

	reeve_buf_clear(&walk->name);
	reeve_word_decode(walk->charsets, reeve_buf_text(&walk->text), walk->text.length,
	                  &walk->name);
	level->part.name = keep(&walk->name, level->name, sizeof level->name);
}

/* The first one counts, but for Dovecot's BODY the last says whether the part is text. */
static void take_type(struct reeve_walk *walk, const char *value, size_t n)
{
	struct reeve_level *level = walk->level;
	size_t skip;

	reeve_buf_clear(&walk->text);
	skip = reeve_content_type(value, n, &walk->text);
	const char *type = reeve_buf_text(&walk->text);
	level->part.is_text = strncmp(type, "text/", 5) == 0 || strncmp(type, "message/", 8) == 0;
	if (level->has_type)
		return;
	level->has_type = true;
	if (walk->text.length == 0)
		return;
	keep(&walk->text, level->type, sizeof level->type);
	level->is_message = strcmp(level->type, "message/rfc822") == 0;
	level->is_multipart = strncmp(level->type, "multipart/", 10) == 0;
	level->is_digest = strcmp(level->type, "multipart/digest") == 0;
	value += skip;
	n -= skip;
	if (get(walk, value, n, "charset"))
		level->part.charset = keep(&walk->text, level->charset, sizeof level->charset);
	if (level->part.name == NULL && get(walk, value, n, "name"))
		take_name(walk);
	if (level->is_multipart && get(walk, value, n, "boundary")) {
		level->has_boundary = true;
		level->boundary_length = walk->text.length < REEVE_BOUNDARY_BYTES
		                                 ? walk->text.length
		                                 : REEVE_BOUNDARY_BYTES;
		if (level->boundary_length > 0)
			memcpy(level->boundary, walk->text.bytes, level->boundary_length);
	}
}

static void take_encoding(struct reeve_walk *walk, const char *value, size_t n)
{
	walk->level->part.encoding = reeve_encoding_parse(value, n);
}

static void take_disposition(struct reeve_walk *walk, const char *value, size_t n)
{
	struct reeve_level *level = walk->level;
	size_t skip;

	reeve_buf_clear(&walk->text);
	skip = reeve_content_disposition(value, n, &walk->text);
	level->part.is_attachment = strcmp(reeve_buf_text(&walk->text), "attachment") == 0;
	/* Rather than name= of Content-Type, which was there first (RFC 2183 section 2.3). */
	if (get(walk, value + skip, n - skip, "filename"))
		take_name(walk);
}

#define NAME(text) .name = text, .length = sizeof(text) - 1

static const struct {
	const char *name;
	size_t length;
	void (*take)(struct reeve_walk *walk, const char *value, size_t n);
} rows[] = {
	{NAME("content-type"), take_type},
	{NAME("content-transfer-encoding"), take_encoding},
	{NAME("content-disposition"), take_disposition},
};

/* ---- lines ------------------------------------------------------------------------- */

/* The field in walk->line, in pieces: up to its name's end, and from its value on. */
static struct reeve_part_field split(const struct reeve_walk *walk)
{
	const char *line = (const char *)walk->line.bytes;
	const char *colon = walk->first_line > 0 ? memchr(line, ':', walk->first_line) : NULL;
	struct reeve_part_field field = {
		.name = line,
		.middle = line,
		.value = line,
		.value_length = walk->line.length,
		.has_line_end = walk->line_end_length > 0,
	};
	size_t name, value;

	if (colon == NULL)
		return field;
	for (name = (size_t)(colon - line); name > 0 && is_blank((unsigned char)line[name - 1]);)
		name--;
	if (name > NAME_BYTES)
		return field;
	value = (size_t)(colon - line) + 1;
	if (value < walk->first_line && is_blank((unsigned char)line[value]))
		value++;
	field.name_length = name;
	field.middle = line + name;
	field.middle_length = value - name;
	field.value = line + value;
	field.value_length = walk->line.length - value;
	if (field.value_length > REEVE_PART_VALUE_BYTES)
		field.value_length = REEVE_PART_VALUE_BYTES;
	return field;
}

/* The field is complete. */
static int end_field(struct reeve_walk *walk)
{
	struct reeve_part_field field;
	int ret = 0;

	if (!walk->has_line || !walk->is_wanted || walk->line.length == 0)
		return 0;
	field = split(walk);
	if (walk->handler->field != NULL)
		ret = walk->handler->field(walk->user, &walk->level->part, &field);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0] && ret == 0; i++) {
		if (field.name_length == rows[i].length &&
		    strncasecmp(field.name, rows[i].name, rows[i].length) == 0)
			rows[i].take(walk, field.value, field.value_length);
	}
	reeve_buf_clear(&walk->line);
	return ret;
}

/* The line that begins with these bytes goes on with the field before, or begins one. */
static int begin_line(struct reeve_walk *walk, const unsigned char *p, size_t n)
{
	int ret;

	walk->is_first_line = !walk->has_line || !is_blank(*p);
	if (!walk->is_first_line)
		return 0;
	ret = end_field(walk);
	walk->has_line = true;
	walk->first_line = 0;
	walk->is_wanted = walk->handler->field != NULL ||
	                  (n >= 8 && strncasecmp((const char *)p, "content-", 8) == 0);
	return ret;
}

/*
 * The next piece of a line: up to its end, or what the window has, but for a CR which may belong to
 * the end. Returns how many bytes it took.
 */
static size_t take_piece(struct reeve_walk *walk, const unsigned char *p, size_t n, bool is_begin,
                         bool is_last)
{
	const unsigned char *lf = memchr(p, '\n', n);
	size_t text = lf != NULL ? (size_t)(lf - p) : n, taken = text;

	if (text > 0 && p[text - 1] == '\r' && (lf != NULL || !is_last))
		text--;
	if (lf != NULL)
		taken++;
	else
		taken = text;
	walk->line_end_length = lf != NULL ? taken - text : 0;
	if (!walk->is_wanted)
		return taken;
	if (is_begin && !walk->is_first_line) {
		reeve_buf_add_byte(&walk->line, ' ');
		reeve_buf_add(&walk->line, p + 1, text - 1);
	} else {
		reeve_buf_add(&walk->line, p, text);
	}
	if (walk->is_first_line)
		walk->first_line = walk->line.length;
	return taken;
}

static size_t empty_line(const unsigned char *p, size_t n)
{
	if (p[0] == '\n')
		return 1;
	return n > 1 && p[0] == '\r' && p[1] == '\n' ? 2 : 0;
}

/* A boundary begins where the next line would: back to before the line end, which belongs to it. */
static void cut_header(struct reeve_walk *walk)
{
	walk->is_line_start = walk->at == walk->level->part.header.offset;
	if (!walk->is_line_start)
		walk->at -= walk->line_end_length;
}

/* The line that begins at walk->at. Returns 1 if it ends the header, 0, -1, or what field() did. */
static int look_at_line(struct reeve_walk *walk, const unsigned char *p, size_t n, bool *is_whole_r)
{
	struct reeve_level *level = NULL;
	size_t empty = empty_line(p, n);
	bool is_last;

	if (empty > 0) {
		walk->at += empty;
		*is_whole_r = true;
		return 1;
	}
	if (n >= 2 && p[0] == '-' && p[1] == '-') {
		if (reeve_walk_boundary(walk, walk->at, &level, &is_last) < 0)
			return -1;
		if (level != NULL)
			cut_header(walk);
	}
	return level != NULL;
}

int reeve_walk_header(struct reeve_walk *walk, uint64_t limit, bool *is_whole_r)
{
	struct reeve_span *header = &walk->level->part.header;
	bool is_begin = true;
	int ret = 0;

	header->offset = walk->at;
	walk->has_line = false;
	walk->is_line_start = true;
	walk->line_end_length = 0;
	reeve_buf_clear(&walk->line);
	*is_whole_r = false;
	while (walk->at < limit) {
		size_t have;
		const unsigned char *p = reeve_source_at(
			walk->src, walk->at, REEVE_BOUNDARY_LINE_BYTES, &have, walk->err);

		if (p == NULL)
			return -1;
		if (have > limit - walk->at)
			have = (size_t)(limit - walk->at);
		if (is_begin) {
			ret = look_at_line(walk, p, have, is_whole_r);
			if (ret != 0)
				break;
			/* To look for a boundary may have moved the window. */
			p = reeve_source_at(walk->src, walk->at, REEVE_BOUNDARY_LINE_BYTES, &have,
			                    walk->err);
			if (p == NULL)
				return -1;
			if (have > limit - walk->at)
				have = (size_t)(limit - walk->at);
			ret = begin_line(walk, p, have);
			if (ret != 0)
				return ret;
		}
		walk->at += take_piece(walk, p, have, is_begin, walk->at + have == limit);
		is_begin = walk->line_end_length > 0;
	}
	if (ret < 0)
		return ret;
	header->length = walk->at - header->offset;
	return end_field(walk);
}
