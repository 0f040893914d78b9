/* SPDX-License-Identifier: MIT */
/* Pieces of a page: text that is escaped, bars, columns. The style is in page_style.h. */
#ifndef COMMON_PAGE_H
#define COMMON_PAGE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Doctype, head and style, up to the main part; and the end. */
void page_begin(FILE *out, const char *begins, const char *title);
void page_end(FILE *out);

/* Text of anybody's, between tags or in an attribute with double quotes. */
void page_text(FILE *out, const char *text);

/* A bar of one row: what it stands for, of the longest. */
struct page_bar {
	uint64_t bytes, unread_bytes, longest;
};

void page_bar(FILE *out, const struct page_bar *bar);

/* A picture of columns, from left to right, each with two lines of words below and one above. */
struct page_column {
	char below[40];
	char above[40];
	uint64_t bytes, unread_bytes;
};

void page_columns(FILE *out, const char *title, const struct page_column *columns, size_t n);

#endif
