/* SPDX-License-Identifier: MIT */
/* The words of a manifest, for who writes it (record_text.c) and who reads it (record_read.c). */
#ifndef PLAN_RECORD_TEXT_H
#define PLAN_RECORD_TEXT_H

#include "plan/parts.h"

#define RECORD_FIRST_LINE "mailreeve change 1\n"

/* The lines of a file, behind the one with its kind. */
enum {
	LINE_PATH = 1,
	LINE_TARGET = 2,
	LINE_BESIDE = 4,
	LINE_OWNER = 8,
	LINE_OLD = 16,
	LINE_NEW = 32,
	LINE_OLD_OWNER = 64,
	LINE_NEW_OWNER = 128
};

struct record_kind {
	enum reeve_plan_kind kind;
	const char *word;
	unsigned int lines; /* each once */
};

/* NULL: there is no such kind. */
const struct record_kind *record_kind_of(enum reeve_plan_kind kind);
const struct record_kind *record_kind_named(const char *word);

bool record_check_named(const char *word, size_t n, enum reeve_check *kind_r);

#endif
