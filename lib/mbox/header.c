/* SPDX-License-Identifier: MIT */
/* The header of a message, line by line, as Dovecot reads it. The fields are in fields.c. */
#include "mbox/header.h"
#include "mbox/fields.h"
#include "mbox/separator.h"

#include <string.h>

/* One line of a header. */
struct line {
	uint64_t offset;
	const unsigned char *text; /* without line end; of a line longer than the window its beginning */
	size_t known;              /* of the text */
	uint64_t length;           /* of the text */
	unsigned char end_length;  /* "", LF, CR LF */
	bool ends_in_cr;           /* the text does, the line end not counted */
	bool is_whole;             /* it is known that no line goes on with it */
};

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

static void add_value(struct reeve_header *h, const unsigned char *bytes, size_t n)
{
	size_t room = REEVE_VALUE_MAX - h->value_length;

	if (n > room)
		n = room;
	memcpy(h->value + h->value_length, bytes, n);
	h->value_length += n;
}

/* The field is complete: its value is known, and it ends at `offset`. */
static int take_field(struct reeve_header *h, const struct reeve_field *field, uint64_t offset,
                      const unsigned char *value, size_t n)
{
	h->field_end = offset;
	field->take(h, value, n);
	if (h->each != NULL && (field->is_imap || (field->is_length && h->each_length)))
		return h->each(h->user, (struct reeve_span){h->field_start, offset - h->field_start});
	return 0;
}

/* The line at `offset` does not go on with the field before. */
static int end_field(struct reeve_header *h, uint64_t offset)
{
	const struct reeve_field *field = h->field;

	h->field = NULL;
	return field == NULL ? 0 : take_field(h, field, offset, h->value, h->value_length);
}

/* "Subject: ...": a name of printable ASCII and a colon. */
static bool looks_like_field(const struct line *line)
{
	size_t i = 0;

	while (i < line->known && line->text[i] > ' ' && line->text[i] < 127 && line->text[i] != ':')
		i++;
	return i > 0 && i < line->known && line->text[i] == ':';
}

/* Dovecot's readers see the header without its own fields and with bare line ends. */
static void count_line(struct reeve_header *h, const struct line *line)
{
	h->last_end = 0;
	if (h->is_hidden)
		return;
	if (line->end_length > 0)
		h->last_end = line->ends_in_cr ? 1 : 2;
	h->size_virtual += line->length + h->last_end;
}

/* A line that goes on with the field before. */
static void fold_line(struct reeve_header *h, const struct line *line)
{
	if (h->field == NULL)
		return;
	if (h->has_cr)
		add_value(h, (const unsigned char *)"\r", 1);
	add_value(h, (const unsigned char *)"\n", 1);
	add_value(h, line->text, line->known);
}

/* A line that begins a field. */
static int begin_line(struct reeve_header *h, const struct line *line)
{
	const unsigned char *value;
	const struct reeve_field *field;
	int ret = end_field(h, line->offset);

	if (ret != 0)
		return ret;
	if (!h->has_line)
		h->begins_well = looks_like_field(line);
	h->has_line = true;
	/* Dovecot looks for Date in a header whose CR LF were made LF: CR CR LF ends that. */
	if (line->known == 1 && line->ends_in_cr && line->end_length > 0)
		h->has_date = true;

	field = reeve_field_find(line->text, line->known, &value);
	h->is_hidden = field != NULL && field->is_hidden;
	if (field == NULL)
		return 0;
	h->has_trace |= field->is_trace;
	if (field->take == NULL)
		return 0;

	size_t n = line->known - (size_t)(value - line->text);
	h->field_start = line->offset;
	if (line->is_whole && n <= REEVE_VALUE_MAX)
		return take_field(h, field, line->offset + line->length + line->end_length, value, n);
	h->field = field;
	h->value_length = 0;
	add_value(h, value, n);
	return 0;
}

static int take_line(struct reeve_header *h, const struct line *line)
{
	int ret = 0;

	if (h->has_line && line->known > 0 && is_blank(line->text[0]))
		fold_line(h, line);
	else
		ret = begin_line(h, line);
	h->has_cr = line->end_length == 2;
	if (h->needs & REEVE_NEED_SIZE)
		count_line(h, line);
	return ret;
}

/* The empty line. */
static void take_end(struct reeve_header *h, uint64_t offset)
{
	h->ended_by = REEVE_HEADER_EMPTY_LINE;
	h->end = offset;
	h->last_end = 2;
	h->size_virtual += 2;
}

enum step { STEP_DONE, STEP_MORE, STEP_FROM, STEP_STOP };

/* What the first byte of a line makes of it. */
enum kind {
	KIND_OTHER, /* a field that we do not read, whatever it is */
	KIND_FIELD, /* perhaps one of fields.c */
	KIND_TRACE, /* perhaps one that only says that mail was delivered */
	KIND_DATE,  /* perhaps such a one, or Date */
	KIND_FROM,
	KIND_END,
};

static const unsigned char kinds[256] = {
	['C'] = KIND_FIELD, ['S'] = KIND_FIELD, ['X'] = KIND_FIELD, ['c'] = KIND_FIELD,
	['s'] = KIND_FIELD, ['x'] = KIND_FIELD, ['M'] = KIND_TRACE, ['R'] = KIND_TRACE,
	['m'] = KIND_TRACE, ['r'] = KIND_TRACE, ['D'] = KIND_DATE,  ['d'] = KIND_DATE,
	['F'] = KIND_FROM,  ['\n'] = KIND_END,  ['\r'] = KIND_END,
};

/*
 * Whether a line of KIND_FIELD can be one of fields.c whose value is read. Most are Content-Type,
 * Subject, and X- of somebody's own; to see that costs less than to take the line apart.
 */
static bool may_be_read(const unsigned char *p, size_t left)
{
	if (left < sizeof "content-l")
		return true;
	switch (p[0] | 0x20) {
	case 'c':
		return (p[8] | 0x20) == 'l';
	case 's':
		return (p[1] | 0x20) == 't';
	default: /* X-IMAP, X-Status, X-UID */
		return p[1] == '-' && ((p[2] | 0x20) == 'i' || (p[2] | 0x20) == 's' ||
		                       (p[2] | 0x20) == 'u');
	}
}

/* Kinds of lines that say nothing that is yet to be known, as bits. */
static unsigned int dull_kinds(const struct reeve_header *h)
{
	unsigned int dull = 1u << KIND_OTHER | 1u << KIND_FROM;

	/* The first line is looked at, whatever it is, and so are lines that may go on a field. */
	if (!h->has_line || h->field != NULL || (h->needs & REEVE_NEED_SIZE) != 0)
		return 0;
	if (h->has_trace) {
		dull |= 1u << KIND_TRACE;
		if (h->has_date || (h->needs & REEVE_NEED_SENT) == 0)
			dull |= 1u << KIND_DATE;
	}
	return dull;
}

/*
 * The lines that are whole in a window of `n` bytes at *offset, which is moved on. STEP_MORE: the
 * line there is not; STEP_FROM: it begins with "From ", and is not the one in `checked`.
 */
static enum step take_window(struct reeve_header *h, const unsigned char *window, size_t n,
                             uint64_t *offset, uint64_t checked, int *ret)
{
	uint64_t base = *offset;
	bool is_last = base + n == h->limit;
	const unsigned char *p = window, *end = p + n;
	/* The first bytes of a line are there, unless the header ends with them. */
	const unsigned char *last = is_last ? end : n > 4 ? end - 4 : p;
	unsigned int dull = dull_kinds(h);

	while (p < last) {
		unsigned int kind = kinds[*p];
		size_t left = (size_t)(end - p);

		*offset = base + (uint64_t)(p - window);
		if (kind == KIND_END && (*p == '\n' || (left > 1 && p[1] == '\n'))) {
			if ((*ret = end_field(h, *offset)) != 0)
				return STEP_STOP;
			take_end(h, *offset + (*p == '\n' ? 1 : 2));
			return STEP_DONE;
		}
		if (kind == KIND_FROM && h->is_cut && *offset != checked && *offset != h->unseen &&
		    left >= 5 && memcmp(p, "From ", 5) == 0)
			return STEP_FROM;

		const unsigned char *lf = memchr(p, '\n', left);
		if (lf == NULL && !is_last)
			return STEP_MORE;
		const unsigned char *next = lf != NULL ? lf + 1 : end;
		if ((dull >> kind & 1) == 0 &&
		    (dull == 0 || kind != KIND_FIELD || may_be_read(p, left))) {
			struct line line = {.offset = *offset, .text = p, .end_length = lf != NULL};
			size_t text = (size_t)(next - p) - line.end_length;

			if (lf != NULL && text > 0 && lf[-1] == '\r') {
				line.end_length = 2;
				text--;
			}
			line.known = text;
			line.length = text;
			line.ends_in_cr = text > 0 && p[text - 1] == '\r';
			line.is_whole = next < end ? !is_blank(*next) : is_last;
			if ((*ret = take_line(h, &line)) != 0)
				return STEP_STOP;
			dull = dull_kinds(h);
		}
		p = next;
	}
	*offset = base + (uint64_t)(p - window);
	return is_last ? STEP_DONE : STEP_MORE;
}

/* A line longer than the window: its beginning will do. */
static int take_long_line(struct reeve_header *h, const unsigned char *p, size_t n,
                          uint64_t *offset, struct reeve_error *err)
{
	struct line line = {.offset = *offset, .text = p, .known = n, .length = n};
	struct reeve_source *src = &h->scan->src;
	unsigned int needs = h->needs;
	uint64_t end;
	size_t have;
	int ret;

	/* The text is gone once its end is looked for, so it is counted afterwards. */
	h->needs &= ~(unsigned int)REEVE_NEED_SIZE;
	ret = take_line(h, &line);
	h->needs = needs;
	if (ret != 0)
		return ret;
	if (reeve_line_end(h->scan, *offset, h->limit, &end, err) < 0)
		return -1;
	p = reeve_source_at(src, end - 3, 3, &have, err);
	if (p == NULL)
		return -1;
	line.end_length = p[2] != '\n' ? 0 : p[1] != '\r' ? 1 : 2;
	line.ends_in_cr = p[2 - line.end_length] == '\r';
	line.length = end - *offset - line.end_length;
	h->has_cr = line.end_length == 2;
	if (h->needs & REEVE_NEED_SIZE)
		count_line(h, &line);
	*offset = end;
	return 0;
}

void reeve_header_init(struct reeve_header *h, struct reeve_scan *scan, uint64_t start)
{
	memset(h, 0, offsetof(struct reeve_header, value));
	h->scan = scan;
	h->start = start;
	h->limit = scan->src.size;
	h->unseen = start; /* the line end before it is the From_ line's own */
	h->is_cut = true;
}

int reeve_header_read(struct reeve_header *h, struct reeve_error *err)
{
	struct reeve_source *src = &h->scan->src;
	uint64_t offset = h->start, checked = 0;
	size_t want = 1;
	int ret = 0;

	while (offset < h->limit) {
		uint64_t before = offset;
		size_t have;
		const unsigned char *p = reeve_source_at(src, offset, want, &have, err);

		if (p == NULL)
			return -1;
		if (have > h->limit - offset)
			have = (size_t)(h->limit - offset);
		switch (take_window(h, p, have, &offset, checked, &ret)) {
		case STEP_DONE:
			if (h->end != 0)
				return 0;
			break;
		case STEP_MORE:
			want = 2 * (have - (size_t)(offset - before));
			if (want <= REEVE_WINDOW_BYTES)
				break;
			if (have == REEVE_WINDOW_BYTES && offset == before) {
				ret = take_long_line(h, p, have, &offset, err);
				if (ret != 0)
					return ret;
				want = 1;
				break;
			}
			want = REEVE_WINDOW_BYTES;
			break;
		case STEP_FROM:
			ret = reeve_separator_at(h->scan, offset, err);
			if (ret < 0)
				return -1;
			if (ret > 0) {
				h->ended_by = REEVE_HEADER_SEPARATOR;
				h->end = offset;
				return end_field(h, offset);
			}
			checked = offset;
			h->unseen = offset - 1 + REEVE_FROM_SKIP;
			want = 1;
			break;
		case STEP_STOP:
			return ret;
		}
	}
	h->ended_by = REEVE_HEADER_LIMIT;
	h->end = h->limit;
	return end_field(h, h->limit);
}
