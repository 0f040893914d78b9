/* SPDX-License-Identifier: MIT */
/*
 * Logical lines, as readllines() of Postfix puts them together (src/util/readlline.c), for main.cf,
 * master.cf and aliases.
 *
 * A line that begins with white space continues the one before it. Comment lines and empty lines in
 * between do not end it: they are just left out. A logical line ends with its last line that holds
 * text; comments and empty lines behind that are on their own.
 */
#ifndef CONF_CF_LINES_H
#define CONF_CF_LINES_H

#include "conf/tree.h"

enum cf_line {
	CF_BLANK,   /* nothing but white space */
	CF_COMMENT, /* '#' after white space or none */
	CF_TEXT,    /* begins in the first column */
	CF_MORE,    /* begins with white space */
};

/* White space as Postfix's ISSPACE() has it. */
static inline bool reeve_cf_is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What the line at `at` is. */
enum cf_line reeve_cf_line(const struct reeve_doc *doc, uint32_t at);

/* The end of the logical line that begins at `at`. */
uint32_t reeve_cf_line_end(const struct reeve_doc *doc, uint32_t at);

/* From a comment or an empty line on: the beginning of the next line that is neither, or the size. */
uint32_t reeve_cf_lines_between(const struct reeve_doc *doc, uint32_t at);

/* From a line's beginning inside a logical line that ends at `end`: the next line that holds text. */
uint32_t reeve_cf_text_line(const struct reeve_doc *doc, uint32_t at, uint32_t end);

/* The first byte in [at, end) that is no white space, over line ends, comments and empty lines. */
uint32_t reeve_cf_skip_space(const struct reeve_doc *doc, uint32_t at, uint32_t end);

/* [start, end) without white space at its end. */
uint32_t reeve_cf_trim(const struct reeve_doc *doc, uint32_t start, uint32_t end);

/*
 * Add the logical text of [at, end), both inside text lines of one logical line, to buf: line ends,
 * comments and empty lines left out, white space in front of a continued line not, nor a "\r".
 * Stops before a NUL, as Postfix does.
 */
void reeve_cf_text(const struct reeve_doc *doc, uint32_t at, uint32_t end, struct reeve_buf *buf);

/*
 * The nodes of the lines [at, end), below `parent`: comments, empty lines together, and, where `is_text`,
 * a piece for each line that holds text.
 */
void reeve_cf_add_lines(struct reeve_doc *doc, uint32_t parent, uint32_t at, uint32_t end,
                        bool is_text);

/* A diagnostic, for the first 100 of a file, and a node, for a logical line that means nothing. */
void reeve_cf_add_error(struct reeve_doc *doc, uint32_t at, uint32_t end,
                        enum reeve_severity severity, const char *why);

/* Add the nodes of the logical line [at, end), which begins in the first column. */
typedef void reeve_cf_add_fn(struct reeve_doc *doc, uint32_t at, uint32_t end);

/* A whole file: `add` is called for each logical line, the rest is the same in all three. */
void reeve_cf_parse(struct reeve_doc *doc, reeve_cf_add_fn *add);

#endif
