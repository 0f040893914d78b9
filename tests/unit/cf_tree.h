/* SPDX-License-Identifier: MIT */
/*
 * Trees of main.cf, master.cf, passwd-files and aliases in short, for tables: _ empty lines, # a comment,
 * name=[value], [piece], name/value{...} a service, ! an error; children in {...}. White space
 * at line ends in a value is shown as '~' for "\n".
 */
#ifndef CF_TREE_H
#define CF_TREE_H

#include "conf/tree.h"

struct cf_tree_row {
	const char *text;
	size_t n;
	const char *tree, *told; /* in short; line:column and N, W or P of what is told */
};

#define CF_TREE_ROW(text, tree, told) {text, sizeof(text) - 1, tree, told}

/* The text's tree must tile it, and be that of the row. */
void cf_tree_check(enum reeve_syntax syntax, const struct cf_tree_row *row);

/*
 * An edit makes `after` of `before` (NULL: nothing is changed) and returns r; said again, it makes
 * nothing and returns 0, or -1 as before. It has an error if it returns -1, and only then.
 */
void cf_edit_check(enum reeve_syntax syntax, const char *before, const char *after, int r,
                   int (*edit)(struct reeve_doc *doc, const void *row, struct reeve_error *err),
                   const void *row);

#endif
