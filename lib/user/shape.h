/* SPDX-License-Identifier: MIT */
/* The shapes of what stands behind a {SCHEME}: whether it is whole, before somebody is locked out
 * by it. */
#ifndef USER_SHAPE_H
#define USER_SHAPE_H

#include "base/buf.h"

/* How bytes are written in a field (password_scheme_lookup() of Dovecot: .hex, .b64, .base64). */
enum reeve_writing {
	REEVE_WRITING_USUAL, /* the scheme's own */
	REEVE_WRITING_HEX,
	REEVE_WRITING_BASE64,
};

/* Append the bytes that a text is, by HEX or BASE64 (with its '='). False: it is none, or no
 * memory. */
bool reeve_shape_decode(const char *text, enum reeve_writing writing, struct reeve_buf *out);

/* {ARGON2I}, {ARGON2ID}, {ARGON2} (either): "$argon2id$v=19$m=65536,t=3,p=1$SALT$HASH". */
bool reeve_shape_argon2(const char *scheme, const char *hash);

/* {SCRAM-SHA-256}, of 32 bytes: "4096,SALT,STOREDKEY,SERVERKEY". */
bool reeve_shape_scram(const char *hash, size_t bytes);

#endif
