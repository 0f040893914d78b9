/* SPDX-License-Identifier: MIT */
/* Saying what is wrong with somebody's file, or how far work has come. talk may be NULL. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <mailreeve/base.h>

/* line, column: 0 where there is none. */
void reeve_diag(const struct reeve_talk *talk, enum reeve_severity severity, const char *file,
                uint64_t line, uint64_t column, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

void reeve_progress(const struct reeve_talk *talk, const char *phase, uint64_t done,
                    uint64_t total);

bool reeve_canceled(const struct reeve_talk *talk);

#endif
