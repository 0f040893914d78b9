/* SPDX-License-Identifier: MIT */
/* A file, its bytes as they were and as they are, and the tree over them. */
#include "base/diag.h"
#include "base/error.h"
#include "base/open.h"
#include "conf/tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int parse(struct reeve_doc *doc, struct reeve_error *err)
{
	static void (*const parsers[])(struct reeve_doc *) = {
		[REEVE_SYNTAX_DOVECOT] = reeve_parse_dovecot,
		[REEVE_SYNTAX_DOVECOT_EXT] = reeve_parse_dovecot,
		[REEVE_SYNTAX_MAIN_CF] = reeve_parse_main_cf,
		[REEVE_SYNTAX_MASTER_CF] = reeve_parse_master_cf,
		[REEVE_SYNTAX_PASSWD_FILE] = reeve_parse_passwd_file,
		[REEVE_SYNTAX_ALIASES] = reeve_parse_aliases,
	};

	free(doc->lines);
	free(doc->names);
	doc->lines = doc->names = NULL;
	doc->asked = 0;
	doc->parses++;
	doc->count = 0;
	doc->errors = 0;
	reeve_tree_add(doc, 0, REEVE_NODE_FILE, 0, doc->size);
	if (!doc->has_failed) {
		doc->nodes[0].body_end = doc->size;
		parsers[doc->syntax](doc);
	}
	return doc->has_failed ? reeve_fail_nomem(err) : 0;
}

/* Takes the bytes of `read`. */
static struct reeve_doc *doc_new(enum reeve_syntax syntax, const char *path,
                                 struct reeve_whole *read, const struct reeve_talk *talk,
                                 struct reeve_error *err)
{
	struct reeve_doc *doc = calloc(1, sizeof *doc);

	if (doc == NULL || (doc->path = strdup(path)) == NULL) {
		free(doc);
		reeve_whole_dispose(read);
		reeve_fail_nomem(err);
		return NULL;
	}
	doc->syntax = syntax;
	doc->read = *read;
	doc->bytes = read->bytes;
	doc->size = (uint32_t)read->size;
	doc->talk = talk;
	if (parse(doc, err) < 0) {
		reeve_doc_free(doc);
		return NULL;
	}
	return doc;
}

struct reeve_doc *reeve_doc_open(enum reeve_syntax syntax, const char *root, const char *path,
                                 const struct reeve_talk *talk, struct reeve_error *err)
{
	struct reeve_whole read;
	int fd = reeve_open_in_root(root, path), r;

	if (fd < 0) {
		reeve_fail_errno(err, "cannot open '%s'", path);
		return NULL;
	}
	r = reeve_whole_read_fd(&read, fd, path, REEVE_CONF_MAX_BYTES, err);
	close(fd);
	if (r < 0)
		return NULL;
	return doc_new(syntax, path, &read, talk, err);
}

struct reeve_doc *reeve_doc_of(enum reeve_syntax syntax, const char *path, const void *bytes,
                               size_t n, const struct reeve_talk *talk, struct reeve_error *err)
{
	struct reeve_whole read = {.size = n, .bytes = malloc(n > 0 ? n : 1)};

	if (n > REEVE_CONF_MAX_BYTES || read.bytes == NULL) {
		free(read.bytes);
		reeve_fail_nomem(err);
		return NULL;
	}
	if (n > 0)
		memcpy(read.bytes, bytes, n);
	return doc_new(syntax, path, &read, talk, err);
}

void reeve_doc_free(struct reeve_doc *doc)
{
	if (doc == NULL)
		return;
	if (doc->bytes != doc->read.bytes)
		free(doc->bytes);
	reeve_whole_dispose(&doc->read);
	free(doc->nodes);
	free(doc->lines);
	free(doc->names);
	free(doc->path);
	free(doc);
}

/* ---- changing ------------------------------------------------------------------------------ */

/* The bytes with the edits in them: *n_r, allocated. NULL with err. */
static unsigned char *edited(const struct reeve_doc *doc, const struct reeve_edits *edits,
                             size_t *n_r, struct reeve_error *err)
{
	size_t count = reeve_edits_count(edits), size = doc->size, at = 0, n;
	const void *text;

	for (size_t i = 0; i < count; i++) {
		size -= reeve_edits_at(edits, i, &text, &n).length;
		if (n > REEVE_CONF_MAX_BYTES || size + n > REEVE_CONF_MAX_BYTES) {
			reeve_fail(err, REEVE_ENOMEM, "'%s' would become too large", doc->path);
			return NULL;
		}
		size += n;
	}

	unsigned char *bytes = malloc(size > 0 ? size : 1), *p = bytes;
	if (bytes == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		struct reeve_span span = reeve_edits_at(edits, i, &text, &n);

		memcpy(p, doc->bytes + at, span.offset - at);
		p += span.offset - at;
		if (n > 0)
			memcpy(p, text, n);
		p += n;
		at = span.offset + span.length;
	}
	memcpy(p, doc->bytes + at, doc->size - at);
	*n_r = size;
	return bytes;
}

int reeve_doc_try(struct reeve_doc *doc, const struct reeve_edits *edits,
                  struct reeve_doc_before *before, struct reeve_error *err)
{
	unsigned char *bytes;
	const struct reeve_talk *talk = doc->talk;
	size_t size;
	int r;

	*before = (struct reeve_doc_before){doc->bytes, doc->size};
	if (reeve_edits_check(edits, err) < 0)
		return -1;
	bytes = edited(doc, edits, &size, err);
	if (bytes == NULL)
		return -1;
	doc->bytes = bytes;
	doc->size = (uint32_t)size;
	/* What is wrong with the file was said when it was read. */
	doc->talk = NULL;
	r = parse(doc, err);
	if (r < 0) {
		/* The bytes are as before; but there is no memory for their tree either. */
		free(bytes);
		doc->bytes = before->bytes;
		doc->size = before->size;
	}
	doc->talk = talk;
	return r;
}

void reeve_doc_keep(struct reeve_doc *doc, struct reeve_doc_before *before)
{
	if (before->bytes != doc->read.bytes && before->bytes != doc->bytes)
		free(before->bytes);
}

int reeve_doc_undo(struct reeve_doc *doc, struct reeve_doc_before *before, struct reeve_error *err)
{
	const struct reeve_talk *talk = doc->talk;
	int r;

	free(doc->bytes);
	doc->bytes = before->bytes;
	doc->size = before->size;
	doc->talk = NULL;
	r = parse(doc, err);
	doc->talk = talk;
	return r;
}

int reeve_doc_apply(struct reeve_doc *doc, const struct reeve_edits *edits, struct reeve_error *err)
{
	struct reeve_doc_before before;

	if (reeve_doc_try(doc, edits, &before, err) < 0)
		return -1;
	reeve_doc_keep(doc, &before);
	return 0;
}

/* ---- where --------------------------------------------------------------------------------- */

static bool find_lines(struct reeve_doc *doc)
{
	uint32_t count = 1;

	for (uint32_t at = 0; at < doc->size; at = reeve_line_after(doc, at))
		count++;
	doc->lines = malloc(count * sizeof *doc->lines);
	if (doc->lines == NULL)
		return false;
	doc->line_count = 0;
	for (uint32_t at = 0; at < doc->size; at = reeve_line_after(doc, at))
		doc->lines[doc->line_count++] = at;
	if (doc->line_count == 0)
		doc->lines[doc->line_count++] = 0;
	return true;
}

void reeve_doc_where(struct reeve_doc *doc, uint32_t offset, uint64_t *line_r, uint64_t *column_r)
{
	*line_r = *column_r = 0;
	if (doc->lines == NULL && !find_lines(doc))
		return;

	uint32_t low = 0, high = doc->line_count; /* the line is in [low, high) */
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (doc->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	*line_r = low + 1;
	*column_r = offset - doc->lines[low] + 1;
}

void reeve_doc_diag(struct reeve_doc *doc, enum reeve_severity severity, uint32_t offset,
                    const char *fmt, ...)
{
	uint64_t line, column;
	char text[1000];
	va_list ap;

	if (doc->talk == NULL)
		return;
	doc->found += severity != REEVE_NOTE;
	if (doc->talk->diag == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	reeve_doc_where(doc, offset, &line, &column);
	reeve_diag(doc->talk, severity, doc->path, line, column, "%s", text);
}
