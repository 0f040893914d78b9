/* SPDX-License-Identifier: MIT */
/*
 * A Dovecot file as nodes.
 *
 * Lines that a backslash joins are read as one text, of which each byte's place in the file is
 * known. What Dovecot refuses is read as whoever wrote it will have meant it, as far as braces go,
 * and told: a '}' that is not seen would put all that follows into the wrong block.
 */
#include "conf/dovecot_shape.h"

#include <string.h>

enum { MAX_TOLD = 100 }; /* diagnostics of one file: a picture has one in every line */

struct parser {
	struct reeve_doc *doc;
	uint32_t open; /* the innermost open block; 0: the file */
	unsigned int told;
	/* The line at hand, all its continuations included. */
	uint32_t start, end, note, note_end;
	const unsigned char *text; /* as in joined */
	size_t n;
	struct dovecot_joined joined;
	bool has_mark; /* what stands before the line is a byte order mark */
};

static void tell(struct parser *p, enum reeve_severity severity, uint32_t offset, const char *text)
{
	p->doc->errors += severity == REEVE_PROBLEM;
	if (p->told++ < MAX_TOLD)
		reeve_doc_diag(p->doc, severity, offset, "%s", text);
	else if (p->told == MAX_TOLD + 1)
		reeve_doc_diag(p->doc, REEVE_NOTE, offset, "more of the kind is not told");
}

static void look_at(struct parser *p, const struct reeve_dovecot_line *line)
{
	if (line->is_ambiguous)
		tell(p, REEVE_WARNING, line->note, "a comment, though no blank is before its '#'");
	if (line->has_nul)
		tell(p, REEVE_WARNING, line->text_end,
		     "a NUL byte: Dovecot does not see the rest of "
		     "the line");
	p->note = line->note;
	p->note_end = line->note_end;
}

/* ---- nodes --------------------------------------------------------------------------------- */

static struct reeve_node *add(struct parser *p, enum reeve_node_kind kind, uint32_t start,
                              uint32_t end)
{
	uint32_t n = reeve_tree_add(p->doc, p->open, kind, start, end); /* moves the nodes */

	return &p->doc->nodes[n];
}

static void close_block(struct parser *p, uint32_t body_end, uint32_t end)
{
	struct reeve_node *block = &p->doc->nodes[p->open];

	block->body_end = body_end;
	if (block->first == 0)
		block->body = body_end; /* blanks between '{' and '}' */
	block->end = end;
	p->open = block->parent;
}

/* The spans of a node: name, value, and the comment behind it. */
static void fill(struct parser *p, struct reeve_node *node, const struct dovecot_shape *shape)
{
	const struct reeve_doc *doc = p->doc;

	if (doc->has_failed)
		return;
	node->name = dovecot_joined_offset(&p->joined, shape->key);
	node->name_end = shape->key == shape->key_end
	                         ? node->name
	                         : dovecot_joined_end(&p->joined, shape->key_end);
	if (p->note_end <= node->end) {
		node->note = p->note;
		node->note_end = p->note_end;
	}
	if (shape->value < shape->value_end) {
		node->value = dovecot_joined_offset(&p->joined, shape->value);
		node->value_end = dovecot_joined_end(&p->joined, shape->value_end);
	} else if (shape->kind == DOVECOT_SETTING || shape->kind == DOVECOT_INCLUDE) {
		/* Where a value would be: a blank behind the '='. */
		uint32_t at = shape->kind == DOVECOT_SETTING
		                      ? dovecot_joined_offset(&p->joined, shape->equals) + 1
		                      : node->name_end;

		if (shape->is_from_file)
			at = dovecot_joined_end(&p->joined, shape->n);
		else if (at < node->end && (doc->bytes[at] == ' ' || doc->bytes[at] == '\t'))
			at++;
		node->value = node->value_end = at;
	}
	if (shape->is_from_file)
		node->flags |= REEVE_NODE_FROM_FILE;
}

/* The lines of a here-document; its node ends behind the marker's line. */
static void read_here(struct parser *p, struct reeve_node *node, const struct dovecot_shape *shape)
{
	const struct reeve_doc *doc = p->doc;
	const unsigned char *marker = shape->text + shape->value;
	size_t n = shape->value_end - shape->value;
	uint32_t start = p->end, at = start, value_end = start;

	while (at < doc->size) {
		uint32_t end = reeve_line_after(doc, at),
			 text_end = reeve_line_text_end(doc, at, end);

		if (text_end - at == n && memcmp(doc->bytes + at, marker, n) == 0) {
			node->flags |= REEVE_NODE_HERE;
			node->value = start;
			node->value_end = value_end;
			node->end = p->end = end;
			return;
		}
		value_end = text_end;
		at = end;
	}
	tell(p, REEVE_PROBLEM, node->value, "no line ends this here-document");
	node->kind = REEVE_NODE_ERROR;
	node->end = p->end = doc->size;
}

/* One setting, include or error: what stands at text[from, n), from file offset `start` to `end`.
 */
static void add_plain(struct parser *p, const struct dovecot_shape *shape, uint32_t start,
                      uint32_t end)
{
	static const enum reeve_node_kind kinds[] = {
		[DOVECOT_ERROR] = REEVE_NODE_ERROR,
		[DOVECOT_SETTING] = REEVE_NODE_SETTING,
		[DOVECOT_INCLUDE] = REEVE_NODE_INCLUDE,
		[DOVECOT_OPEN] = REEVE_NODE_ERROR,
	};
	struct reeve_node *node = add(p, kinds[shape->kind], start, end);

	if (p->doc->has_failed)
		return;
	fill(p, node, shape);
	if (shape->is_here && end == p->end)
		read_here(p, node, shape);
}

/*
 * How many of the last bytes of text[from, *n) are '}', white space between them aside, `most` at
 * most; *n goes before them. So many of the blocks that the line opened it closes.
 */
static unsigned int take_closers(const struct parser *p, size_t from, size_t *n, unsigned int most)
{
	unsigned int count = 0;
	size_t end = *n;

	for (; count < most && end > from; count++) {
		if (p->text[end - 1] != '}')
			break;
		end--;
		while (end > from && reeve_dovecot_is_white(p->text[end - 1]))
			end--;
	}
	*n = end;
	return count;
}

/* Where the next '}' is. */
static size_t next_brace(const struct parser *p, size_t at)
{
	while (at < p->n && p->text[at] != '}')
		at++;
	return at;
}

/* The open block began on this line, which is its last one, too; a comment behind it is its note.
 */
static void end_line(struct parser *p, bool is_last)
{
	struct reeve_node *block = &p->doc->nodes[p->open];

	block->flags |= REEVE_NODE_ONE_LINE;
	if (is_last) {
		block->note = p->note;
		block->note_end = p->note_end;
	}
}

/* Close `count` blocks that the line opened, with the braces from text[at] on, innermost first. */
static void close_on_line(struct parser *p, size_t at, unsigned int count)
{
	while (count-- > 0) {
		size_t brace = next_brace(p, at);

		at = brace + 1;
		end_line(p, count == 0);
		close_block(p, dovecot_joined_offset(&p->joined, brace),
		            count > 0 ? dovecot_joined_offset(&p->joined, next_brace(p, at))
		                      : p->end);
	}
}

/* A '}' at text[at], in the file from `*start` on. Returns where the text goes on behind it. */
static size_t read_close(struct parser *p, size_t at, uint32_t *start, bool is_one_line)
{
	size_t next = at + 1;
	uint32_t end;

	while (next < p->n && reeve_dovecot_is_white(p->text[next]))
		next++;
	if (next < p->n)
		tell(p, REEVE_PROBLEM, dovecot_joined_offset(&p->joined, next),
		     "something behind '}', which Dovecot refuses");
	end = next < p->n ? dovecot_joined_offset(&p->joined, next) : p->end;
	if (p->open != 0) {
		if (is_one_line)
			end_line(p, next == p->n);
		close_block(p, *start, end);
	} else {
		struct reeve_node *node = add(p, REEVE_NODE_CLOSE, *start, end);

		if (next == p->n && !p->doc->has_failed) {
			node->note = p->note;
			node->note_end = p->note_end;
		}
	}
	*start = end;
	return next;
}

/* A block that begins in the file at `*start`. Returns where the text goes on behind its '{'. */
static size_t read_open(struct parser *p, const struct dovecot_shape *shape, uint32_t *start)
{
	struct reeve_node *block = add(p, REEVE_NODE_BLOCK, *start, p->end);

	if (p->doc->has_failed)
		return p->n;
	fill(p, block, shape);
	*start = p->end;
	if (shape->rest < p->n) {
		block->note = block->note_end = 0; /* it is the child's */
		*start = dovecot_joined_offset(&p->joined, shape->rest);
		tell(p, REEVE_PROBLEM, *start, "something behind '{', which Dovecot refuses");
	}
	block->body = block->body_end = *start;
	p->open = (uint32_t)(block - p->doc->nodes);
	return shape->rest;
}

/* The line at hand: mostly one node; where Dovecot refuses it, blocks that it closes and opens. */
static void read_text(struct parser *p)
{
	struct dovecot_shape shape = {0};
	uint32_t start = p->start;
	unsigned int opened = 0, closed;
	size_t at = 0, n = p->n;

	while (at < n) {
		if (p->text[at] == '}') {
			at = read_close(p, at, &start, opened > 0);
			opened -= opened > 0;
			continue;
		}
		dovecot_shape_find(&shape, p->text, at, n);
		if (shape.kind != DOVECOT_OPEN)
			break;
		if (shape.problem != NULL)
			tell(p, REEVE_PROBLEM, dovecot_joined_offset(&p->joined, at),
			     shape.problem);
		at = read_open(p, &shape, &start);
		opened++;
	}
	if (at == n || p->doc->has_failed)
		return;
	closed = take_closers(p, at, &n, opened);
	if (closed > 0)
		dovecot_shape_find(&shape, p->text, at, n);
	if (shape.problem != NULL)
		tell(p, REEVE_PROBLEM, dovecot_joined_offset(&p->joined, at), shape.problem);
	add_plain(p, &shape, start,
	          closed == 0 ? p->end : dovecot_joined_offset(&p->joined, next_brace(p, n)));
	close_on_line(p, n, closed);
}

/* What Dovecot collected from lines that end in a backslash, and forgets. */
static void read_dropped(struct parser *p)
{
	struct dovecot_shape shape;

	if (p->n == 0) {
		add(p, REEVE_NODE_ERROR, p->start, p->end);
		return;
	}
	dovecot_shape_find(&shape, p->text, 0, p->n);
	shape.kind = DOVECOT_ERROR;
	shape.is_here = false;
	tell(p, REEVE_WARNING, dovecot_joined_offset(&p->joined, 0),
	     p->end == p->doc->size
	             ? "lost: the file ends behind its backslash"
	             : "lost: a comment or an empty line follows its backslash, and Dovecot then "
	               "forgets what stood before");
	add_plain(p, &shape, p->start, p->end);
}

/* A line that says something, and those that continue it. */
static void read_line(struct parser *p, const struct reeve_dovecot_line *line)
{
	struct dovecot_joined *joined = &p->joined;

	dovecot_joined_start(joined, line);
	look_at(p, line);
	while (joined->wants_more) {
		struct reeve_dovecot_line next = reeve_dovecot_line_at(p->doc, joined->end);

		/* lib-settings/settings.c passes over them. */
		if (next.is_skipped && p->doc->syntax == REEVE_SYNTAX_DOVECOT_EXT) {
			dovecot_joined_skip(joined, &next);
			continue;
		}
		if (next.is_skipped) {
			joined->is_dropped = true;
			break;
		}
		dovecot_joined_add(joined, &next);
		look_at(p, &next);
	}
	p->doc->has_failed |= joined->has_failed;
	if (p->doc->has_failed)
		return;
	p->text = joined->text;
	p->n = joined->n;
	p->end = joined->end;
	if (joined->is_dropped || p->n == 0)
		read_dropped(p);
	else
		read_text(p);
}

/* Empty lines and comments. */
static void read_skipped(struct parser *p, const struct reeve_dovecot_line *line)
{
	struct reeve_node *file = p->doc->nodes, *above = &file[p->open], *node;

	if (line->has_nul)
		tell(p, REEVE_WARNING, line->start,
		     "a NUL byte: Dovecot does not see the rest of the line");
	if (line->note_end > line->note) {
		node = add(p, REEVE_NODE_COMMENT, line->start, line->end);
		if (!p->doc->has_failed) {
			node->note = line->note;
			node->note_end = line->note_end;
		}
	} else if (above->last != 0 && file[above->last].kind == REEVE_NODE_BLANK &&
	           file[above->last].end == line->start && !p->has_mark) {
		file[above->last].end = line->end;
	} else {
		add(p, REEVE_NODE_BLANK, line->start, line->end);
	}
	p->has_mark = false;
}

/* Blocks that the file leaves open. */
static void close_file(struct parser *p)
{
	while (p->open != 0 && !p->doc->has_failed) {
		p->doc->nodes[p->open].flags |= REEVE_NODE_UNCLOSED;
		close_block(p, p->doc->size, p->doc->size);
	}
}

void reeve_parse_dovecot(struct reeve_doc *doc)
{
	struct parser p = {.doc = doc};
	uint32_t at = 0;

	dovecot_joined_init(&p.joined, doc);
	if (doc->size >= 3 && memcmp(doc->bytes, "\xef\xbb\xbf", 3) == 0) {
		tell(&p, REEVE_PROBLEM, 0,
		     "a byte order mark, which Dovecot takes for a part of the first word");
		add(&p, REEVE_NODE_BLANK, 0, 3);
		p.has_mark = true;
		at = 3;
	}
	while (at < doc->size && !doc->has_failed) {
		struct reeve_dovecot_line line = reeve_dovecot_line_at(doc, at);

		p.start = at;
		p.end = line.end;
		if (line.is_skipped) {
			read_skipped(&p, &line);
		} else {
			read_line(&p, &line);
			p.has_mark = false;
		}
		at = p.end;
	}
	close_file(&p);
	dovecot_joined_dispose(&p.joined);
}
