/* SPDX-License-Identifier: MIT */
/*
 * A file as nodes over its bytes. One shape for all syntaxes.
 *
 * Node 0 is the file. The children of a node tile its body, [body, body_end): the first begins
 * where the body begins, each next one where the one before ends, the last ends where the body ends.
 * A node with a body has a head, [start, body), and a tail, [body_end, end), either of which
 * may be empty. So heads, tails and nodes without body, in order, are the file's bytes.
 *
 * Offsets are 32 bits: a file has at most REEVE_CONF_MAX_BYTES. Spans inside a node (name, value, note)
 * are exact: no white space around, quotes inside. An empty span is {0, 0} if the part is not there,
 * and stands where the part would be if it is there and empty (`key =`).
 *
 * Lines end after "\n"; a "\r" before it belongs to the line end. Nodes own the line ends of their
 * lines. The parser of a syntax makes nodes with reeve_tree_open() and _close(), and never fails: what
 * means nothing is a REEVE_NODE_ERROR with a diagnostic. Nesting is the parser's to do without recursion.
 */
#ifndef CONF_TREE_H
#define CONF_TREE_H

#include <mailreeve/conf.h>
#include "base/buf.h"
#include "base/edits.h"
#include "base/whole.h"

enum reeve_syntax {
	REEVE_SYNTAX_DOVECOT,
	REEVE_SYNTAX_DOVECOT_EXT, /* what lib-settings reads: dovecot-sql.conf.ext and its kin */
	REEVE_SYNTAX_MAIN_CF,
	REEVE_SYNTAX_MASTER_CF,
	REEVE_SYNTAX_PASSWD_FILE,
	REEVE_SYNTAX_ALIASES,
};

enum reeve_node_kind {
	REEVE_NODE_FILE,
	REEVE_NODE_BLANK,   /* empty lines together, white space, a byte order mark */
	REEVE_NODE_COMMENT, /* one comment line */
	/*
	 * name, value. Where a value goes over several lines with comments between, the children
	 * are its pieces and the comments (main.cf, aliases).
	 */
	REEVE_NODE_SETTING,
	REEVE_NODE_INCLUDE, /* Dovecot: name is !include or !include_try, value the pattern */
	REEVE_NODE_BLOCK,   /* Dovecot: name is the type, value the name. master.cf: service, type */
	REEVE_NODE_CLOSE,   /* Dovecot: a '}' whose '{' is not in this file */
	REEVE_NODE_PIECE,   /* value is a piece of its parent's: a line, a word, a field */
	REEVE_NODE_ERROR,
};

/* flags */
enum {
	REEVE_NODE_UNCLOSED = 1, /* a block that the file does not close */
	REEVE_NODE_FROM_FILE = 2, /* Dovecot: `<file`; the value is the name behind '<' */
	REEVE_NODE_HERE = 4,      /* Dovecot: `<<EOF`; the value is the lines, without the last line's end */
	REEVE_NODE_ONE_LINE = 8,  /* a block on one line */
};

struct reeve_node {
	uint32_t start, end;       /* all of it, line ends too */
	uint32_t name, name_end;
	uint32_t value, value_end; /* raw: from its first byte to its last, whatever is between */
	uint32_t note, note_end;   /* a comment behind it on its (or the block's opening) line, from '#' on */
	uint32_t body, body_end;   /* tiled by the children; empty: no children */
	uint32_t parent;           /* node 0's is 0 */
	uint32_t first, last, next; /* children, sibling; 0: none */
	uint8_t kind;              /* enum reeve_node_kind */
	uint8_t flags;
};

struct reeve_doc {
	enum reeve_syntax syntax;
	char *path; /* with the root in front */
	struct reeve_whole read; /* as it was read */
	unsigned char *bytes;    /* as it is now: read.bytes until something was changed */
	uint32_t size;
	struct reeve_node *nodes; /* in the order of their starts */
	uint32_t count, room;
	bool has_failed; /* no memory: nodes are not to be used */
	const struct reeve_talk *talk;
	uint32_t *lines; /* where lines start; made when first asked for */
	uint32_t line_count;
	uint32_t parses; /* how often the bytes were parsed: indexes of nodes are good for one of them */
	uint32_t *names; /* of a passwd-file, its users by name; made when often asked for */
	uint32_t name_count, asked;
	uint32_t errors; /* that its parser told; of Dovecot only what it refuses */
	uint32_t found; /* warnings and problems that were told, or would have been */
};

/* ---- documents ----------------------------------------------------------------------------- */

/*
 * Read and parse a file as it is found in the root (NULL or "": "/"), which `path` has in front.
 * Diagnostics go to talk (borrowed). NULL with err as reeve_conf_open().
 */
struct reeve_doc *reeve_doc_open(enum reeve_syntax syntax, const char *root, const char *path,
                                 const struct reeve_talk *talk, struct reeve_error *err);

/* The same of bytes (n, copied into a buffer of that size), for tests; path is for diagnostics. */
struct reeve_doc *reeve_doc_of(enum reeve_syntax syntax, const char *path, const void *bytes,
                               size_t n, const struct reeve_talk *talk, struct reeve_error *err);

void reeve_doc_free(struct reeve_doc *doc); /* NULL is fine */

/*
 * Carry edits out on the bytes as they are now and parse them afresh, in silence. All nodes
 * and offsets from before are void. -1 with err (sticky failure of edits, REEVE_ENOMEM, larger than
 * REEVE_CONF_MAX_BYTES) and nothing changed.
 */
int reeve_doc_apply(struct reeve_doc *doc, const struct reeve_edits *edits, struct reeve_error *err);

/*
 * The same in two steps: try, look at the new tree, then keep it or undo it; nothing else in between.
 * -1 as reeve_doc_apply(), and then there is nothing to keep or undo.
 */
struct reeve_doc_before {
	unsigned char *bytes;
	uint32_t size;
};
int reeve_doc_try(struct reeve_doc *doc, const struct reeve_edits *edits,
                  struct reeve_doc_before *before, struct reeve_error *err);
void reeve_doc_keep(struct reeve_doc *doc, struct reeve_doc_before *before);
int reeve_doc_undo(struct reeve_doc *doc, struct reeve_doc_before *before, struct reeve_error *err);

/* The line and column (from 1, in bytes) of an offset. */
void reeve_doc_where(struct reeve_doc *doc, uint32_t offset, uint64_t *line_r, uint64_t *column_r);

/* A diagnostic about `offset`. */
void reeve_doc_diag(struct reeve_doc *doc, enum reeve_severity severity, uint32_t offset,
                    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* ---- for parsers --------------------------------------------------------------------------- */

/* The parser of each syntax: nodes below node 0, which is there. In conf/SYNTAX_parse.c. */
void reeve_parse_dovecot(struct reeve_doc *doc);
void reeve_parse_main_cf(struct reeve_doc *doc);
void reeve_parse_master_cf(struct reeve_doc *doc);
void reeve_parse_passwd_file(struct reeve_doc *doc);
void reeve_parse_aliases(struct reeve_doc *doc);

/*
 * A new last child of `parent`, from `start` on; its number, or 0 without memory (node 0, which takes
 * writes without harm). Pointers to nodes are void after this.
 */
uint32_t reeve_tree_add(struct reeve_doc *doc, uint32_t parent, enum reeve_node_kind kind,
                        uint32_t start, uint32_t end);

/* The first byte of the next line after `at` (behind the line's "\n"), or the size. */
uint32_t reeve_line_after(const struct reeve_doc *doc, uint32_t at);

/*
 * The offset of the line end ("\n" or "\r\n") of the line that ends at `end`; `end` if there is none. A "\r"
 * that ends the document is one, too (Dovecot, src/lib/istream.c, i_stream_last_line()).
 */
uint32_t reeve_line_text_end(const struct reeve_doc *doc, uint32_t start, uint32_t end);

/* What ends the line that `at` is in, "\n" or "\r\n" (half of it counts); of one without an end, the one before. */
const char *reeve_line_eol(const struct reeve_doc *doc, uint32_t at);

/* ---- walking ------------------------------------------------------------------------------- */

/* The node after `node` in the order of bytes; children first. 0 at the end. */
uint32_t reeve_tree_next(const struct reeve_doc *doc, uint32_t node);

/* The node after `node` and all below it. 0 at the end. */
uint32_t reeve_tree_skip(const struct reeve_doc *doc, uint32_t node);

/*
 * Join the leaves: heads, bodies' children, tails, in order, and see that they tile the file without
 * gap or overlap. For tests and fuzzing. Returns false if they do not.
 */
bool reeve_tree_tiles(const struct reeve_doc *doc);

#endif
