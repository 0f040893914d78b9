/* SPDX-License-Identifier: MIT */
/* Numbers out of text that notice the rest of the word and the overflow. Public: mailreeve/base.h */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <mailreeve/base.h>

/* Decimal digits of text[0..n), all of them. False if none, another byte, or above max. */
bool reeve_digits(const char *text, size_t n, uint64_t max, uint64_t *value_r);

/* a + b, a * b; false on overflow. */
bool reeve_add_size(uint64_t a, uint64_t b, uint64_t *sum_r);
bool reeve_mul_size(uint64_t a, uint64_t b, uint64_t *product_r);

#endif
