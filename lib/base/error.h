/* SPDX-License-Identifier: MIT */
/*
 * Filling a struct reeve_error. All take err == NULL and return -1, so that
 * `return reeve_fail(err, REEVE_EUSAGE, "no size in '%s'", text);` is one line.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <mailreeve/base.h>

/* An error without a system call behind it. */
int reeve_fail(struct reeve_error *err, enum reeve_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A system call failed: REEVE_EIO (REEVE_ENOMEM for ENOMEM), ": strerror" is added. Keeps errno. */
int reeve_fail_errno(struct reeve_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

int reeve_fail_nomem(struct reeve_error *err);

/* Put "what: " in front of the text of an error that is already there. */
int reeve_fail_prefix(struct reeve_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
