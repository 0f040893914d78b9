/* SPDX-License-Identifier: MIT */
/*
 * Trees of main.cf, master.cf, passwd-files and aliases in short, for tables: _ empty lines, # a comment,
 * name=[value], [piece], name/value{...} a service, ! an error; children in {...}. White space
 * at line ends in a value is shown as '~' for "\n".
 */
#ifndef CF_TREE_H
#define CF_TREE_H

#include "conf/tree.h"

/* The tree of text, which must tile it, in short. Allocated. `told_r`: line:column and N, W or P. */
char *cf_tree_of(enum reeve_syntax syntax, const char *text, size_t n, char told[100]);

#endif
