/* SPDX-License-Identifier: MIT */
/*
 * Dovecot's files, inside.
 *
 * One file: lines (dovecot_line.c) become nodes (dovecot_parse.c); nodes' spans are raw, and their
 * text is asked for here (dovecot_value.c), as config_parse_line() of Dovecot 2.x reads it
 * (src/config/config-parser.c). Where 2.3, 2.4 and later differ, the newest reading holds, unless it
 * is said here.
 *
 * The tree is what a file alone says. Dovecot keeps one stack of open blocks for all files, so an
 * included file may close what its includer opened (REEVE_NODE_CLOSE) and leave open what it opened
 * (REEVE_NODE_UNCLOSED).
 *
 * Nodes, beyond tree.h:
 *   BLANK    empty lines together; at offset 0 also a byte order mark, alone
 *   COMMENT  its text is also its note, from '#' to the line end
 *   SETTING  name (2.4: perhaps quoted), value (quotes inside). FROM_FILE: the value is what stands
 *            behind '<'. HERE: the value is the lines below
 *   INCLUDE  name is !include or !include_try, value the pattern
 *   BLOCK    name is the type, value the name (quotes inside; {0, 0} if there is none);
 *            `group @x name {` of 2.4: name is "group", value "@x name". A line that is only '{' is a
 *            block without name, and refused by Dovecot
 *   CLOSE    a '}' whose '{' is not in this file
 *   ERROR    name and value are the first word and the rest, if any. A setting that Dovecot drops
 *            because a comment or an empty line follows its backslash is one too
 *
 * In REEVE_SYNTAX_DOVECOT_EXT, comments and empty lines do not end a continuation; those inside of a value
 * are no nodes of their own.
 *
 * A block whose '{' has text behind it on its line is refused by Dovecot, and read all the same: the
 * text is its first child, and with a '}' at the end of the line it is REEVE_NODE_ONE_LINE.
 */
#ifndef CONF_DOVECOT_H
#define CONF_DOVECOT_H

#include "conf/kinds.h"

/* ---- text of nodes ------------------------------------------------------------------------- */

/*
 * Add the decoded value (of a block: its name) to buf: continuation lines joined by one blank, comments
 * between them taken out, quotes and escapes undone. Not expanded: $name and `<file` are as written
 * (of a FROM_FILE the name of the file). A here-document has all its line ends.
 */
void reeve_dovecot_value(const struct reeve_doc *doc, uint32_t node, struct reeve_buf *buf);

/* The same of the name (a setting's; a block's type). */
void reeve_dovecot_name(const struct reeve_doc *doc, uint32_t node, struct reeve_buf *buf);

/* Whether the value is in quotes, in which $name is plain text. */
bool reeve_dovecot_is_quoted(const struct reeve_doc *doc, uint32_t node);

/* ---- lines --------------------------------------------------------------------------------- */

/* White space inside a line: 2.3 takes blanks and tabs only, 2.4 all that isspace() does. */
static inline bool reeve_dovecot_is_white(unsigned char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* A line of a file, seen as Dovecot does: its comment is off before anything else is looked at. */
struct reeve_dovecot_line {
	uint32_t start, end;      /* with its line end */
	uint32_t text, text_end;  /* without white space around, comment, and backslash at the end */
	uint32_t note, note_end;  /* the comment, from '#' on; {0, 0} */
	bool is_skipped;          /* empty, or only a comment: ends a continuation, too */
	bool continues;           /* a backslash stood at the end */
	bool is_ambiguous;        /* no white space before '#': Dovecot warns */
	bool has_nul;             /* Dovecot does not see what is behind it */
};

struct reeve_dovecot_line reeve_dovecot_line_at(const struct reeve_doc *doc, uint32_t start);

#endif
