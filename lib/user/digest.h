/* SPDX-License-Identifier: MIT */
/* Digests that stand in passwd-files: {SHA256}, {SSHA}, {PLAIN-MD5}, {PBKDF2}. */
#ifndef USER_DIGEST_H
#define USER_DIGEST_H

#include "user/shape.h"
#include <mailreeve/base.h>

/* Whether a hash is whole: that many bytes, salt behind them where the scheme has one. */
bool reeve_digest_is_whole(const char *scheme, const char *hash, enum reeve_writing writing);

/* Whether we compute it; not CRAM-MD5, DIGEST-MD5 and PLAIN-MD4. */
bool reeve_digest_is_ours(const char *scheme);

/*
 * Whether a password gives this hash: 1, 0, or -1 with err: REEVE_EFORMAT if it is not whole,
 * REEVE_EREFUSED if it cannot be told (libcrypto is not there), REEVE_ENOMEM.
 */
int reeve_digest_fits(const char *scheme, const char *hash, enum reeve_writing writing,
                      const char *password, struct reeve_error *err);

#endif
