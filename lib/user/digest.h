/* SPDX-License-Identifier: MIT */
/* Digests that stand in passwd-files: {SHA256}, {SSHA}, {PLAIN-MD5}, {PBKDF2}. */
#ifndef USER_DIGEST_H
#define USER_DIGEST_H

#include "user/shape.h"

/* Whether a hash is whole: that many bytes, salt behind them where the scheme has one. */
bool reeve_digest_is_whole(const char *scheme, const char *hash, enum reeve_writing writing);

#endif
