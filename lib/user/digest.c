/* SPDX-License-Identifier: MIT */
/* Digests in passwd-files, as src/lib-auth/password-scheme.c and password-scheme-pbkdf2.c of
 * Dovecot 2.4 read them. */
#include "user/digest.h"

#include <string.h>

#define FIELD_BYTES 4096 /* of a field, decoded */

static const struct digest {
	const char *scheme;
	size_t bytes;
	bool has_salt; /* behind the digest */
} digests[] = {
	{"SHA", 20, false},
	{"SHA1", 20, false},
	{"SHA256", 32, false},
	{"SHA512", 64, false},
	{"SSHA", 20, true},
	{"SSHA256", 32, true},
	{"SSHA512", 64, true},
	{"SMD5", 16, true},
	{"PLAIN-MD5", 16, false},
	{"LDAP-MD5", 16, false},
	{"PLAIN-MD4", 16, false},
	{"DIGEST-MD5", 16, false},
	{"CRAM-MD5", 32, false},
	{"HMAC-MD5", 32, false},
};

static const struct digest *find(const char *scheme)
{
	for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++)
		if (strcmp(scheme, digests[i].scheme) == 0)
			return &digests[i];
	return NULL;
}

/*
 * Without a suffix a digest without salt is in hex if it has that length, else in base64; one with
 * salt is in base64 (password_decode()).
 */
static bool decode(const struct digest *digest, const char *hash, enum reeve_writing writing,
                   struct reeve_buf *out)
{
	if (writing == REEVE_WRITING_USUAL && !digest->has_salt &&
	    strlen(hash) == 2 * digest->bytes && reeve_shape_decode(hash, REEVE_WRITING_HEX, out) &&
	    out->length == digest->bytes)
		return true;
	reeve_buf_clear(out);
	if (writing == REEVE_WRITING_USUAL)
		writing = REEVE_WRITING_BASE64;
	return reeve_shape_decode(hash, writing, out) &&
	       (out->length == digest->bytes || (digest->has_salt && out->length > digest->bytes));
}

/* "$1$SALT$ROUNDS$" and 20 bytes in hex. Its pieces; false: it is none. */
struct pbkdf2 {
	const char *salt, *rounds, *key;
	size_t salt_n, rounds_n;
};

static bool take_pbkdf2(const char *hash, struct pbkdf2 *parts)
{
	if (strncmp(hash, "$1$", 3) != 0)
		return false;
	parts->salt = hash + 3;
	parts->salt_n = strcspn(parts->salt, "$");
	if (parts->salt[parts->salt_n] == '\0')
		return false;
	parts->rounds = parts->salt + parts->salt_n + 1;
	parts->rounds_n = strspn(parts->rounds, "0123456789");
	if (parts->rounds_n == 0 || parts->rounds_n > 9 || parts->rounds[0] == '0' ||
	    parts->rounds[parts->rounds_n] != '$')
		return false;
	parts->key = parts->rounds + parts->rounds_n + 1;
	return strlen(parts->key) == 40 && strspn(parts->key, "0123456789abcdefABCDEF") == 40;
}

bool reeve_digest_is_whole(const char *scheme, const char *hash, enum reeve_writing writing)
{
	const struct digest *digest = find(scheme);
	struct pbkdf2 parts;
	struct reeve_buf raw;
	bool is_whole;

	if (digest == NULL)
		return writing == REEVE_WRITING_USUAL && take_pbkdf2(hash, &parts);
	reeve_buf_init(&raw, FIELD_BYTES);
	is_whole = decode(digest, hash, writing, &raw);
	reeve_buf_dispose(&raw);
	return is_whole;
}
