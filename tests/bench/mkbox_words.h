/* SPDX-License-Identifier: MIT */
/*
 * What mkbox makes mail of: chance, output that may only be counted, and lines of text of some sorts.
 */
#ifndef BENCH_MKBOX_WORDS_H
#define BENCH_MKBOX_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* splitmix64: one word of state, so that a message's own chance is made from its number. */
extern uint64_t chance;
uint64_t draw(void);
unsigned int below(unsigned int n);
bool percent(unsigned int p);
size_t lognormal(double median, double sigma, size_t max);

/* One draw to an expression: C leaves open which argument of a call is worked out first. */
#define PICK(words) (words)[below(sizeof(words) / sizeof(words)[0])]
const char *pick_word(void);

#define OUT_BYTES ((size_t)4 << 20)

extern struct out {
	unsigned char *buf; /* OUT_BYTES */
	size_t n;
	uint64_t at; /* bytes so far, written or only counted */
	bool is_counting;
} out;

void die(const char *what) __attribute__((noreturn));
void out_flush(void);
void put(const void *bytes, size_t n);
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A megabyte of lines of one sort. Bodies are cut from it: making each anew would take longer
   than writing it. */
struct pool {
	unsigned char *bytes;
	size_t n;
	size_t *starts; /* of lines */
	size_t lines;
};

extern struct pool text_pool, html_pool, base64_pool, qp_pool, log_pool;
void pools_make(void);

/* Whole lines, at least n bytes of them. */
void put_lines(const struct pool *pool, size_t n);

#endif
