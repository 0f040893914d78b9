/* SPDX-License-Identifier: MIT */
/*
 * Tables with bars on standard output, as wide as the terminal (80 columns where there is none).
 *
 *     table_begin();                       once, after text_begin()
 *     table_labels("ann@example.org");     what the first column must hold, for all rows to come
 *     table_head("Sender", "messages");
 *     table_row("ann@example.org", &row);
 */
#ifndef COMMON_TABLE_H
#define COMMON_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table_row {
	uint64_t count;
	uint64_t bytes;
	uint64_t unread_bytes;
	uint64_t all_bytes; /* what 100 % is */
	uint64_t max_bytes; /* what the longest bar is */
};

void table_begin(void);

/* Columns that a line may take. */
size_t table_width(void);

/* The first column is to hold this label, or the beginning of a longer one; NULL: begin anew. */
void table_labels(const char *label);

/* An empty line, then a head for rows; `count` names what is counted. */
void table_head(const char *title, const char *count);
void table_row(const char *label, const struct table_row *row);

/* A line of text, strong: the words are ours, or clean already. */
void table_title(const char *text);

/* What the parts of bars mean. */
void table_legend(void);

/* Escapes for strong and faint text and its end; "" where there is no colour. */
const char *table_strong(void);
const char *table_faint(void);
const char *table_plain(void);

#endif
