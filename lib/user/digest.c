/* SPDX-License-Identifier: MIT */
/*
 * Digests in passwd-files, as src/lib-auth/password-scheme.c and password-scheme-pbkdf2.c of Dovecot
 * 2.4 read them.
 *
 * OpenSSL's libcrypto computes them: the one door to it. Loaded with dlopen(3) when a password is
 * to be compared with one, and closed again: no other tool should wait for 5 MB of it.
 */
#include "user/digest.h"

#include "base/error.h"
#include <dlfcn.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define FIELD_BYTES 4096     /* of a field, decoded */
#define ROUNDS_MAX  10000000 /* of PBKDF2: some seconds, in which nothing stops OpenSSL */

static const struct digest {
	const char *scheme;
	const char *name; /* to OpenSSL; NULL: nothing that we compute */
	size_t bytes;
	bool has_salt; /* behind the digest */
} digests[] = {
	{"SHA", "SHA1", 20, false},
	{"SHA1", "SHA1", 20, false},
	{"SHA256", "SHA256", 32, false},
	{"SHA512", "SHA512", 64, false},
	{"SSHA", "SHA1", 20, true},
	{"SSHA256", "SHA256", 32, true},
	{"SSHA512", "SHA512", 64, true},
	{"SMD5", "MD5", 16, true},
	{"PLAIN-MD5", "MD5", 16, false},
	{"LDAP-MD5", "MD5", 16, false},
	{"PLAIN-MD4", NULL, 16, false},
	{"DIGEST-MD5", NULL, 16, false},
	{"CRAM-MD5", NULL, 32, false},
	{"HMAC-MD5", NULL, 32, false},
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

bool reeve_digest_is_ours(const char *scheme)
{
	const struct digest *digest = find(scheme);

	return digest == NULL || digest->name != NULL;
}

/* ---- OpenSSL -------------------------------------------------------------------------------- */

struct crypto {
	void *library;
	__typeof__(&EVP_get_digestbyname) by_name;
	__typeof__(&EVP_Digest) digest;
	__typeof__(&PKCS5_PBKDF2_HMAC) pbkdf2;
};

/* Of OpenSSL 3.x, which Debian 12 and 13 have. */
static int crypto_open(struct crypto *crypto, struct reeve_error *err)
{
	crypto->library = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
	if (crypto->library == NULL)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "whether a password fits cannot be told: libcrypto is not there");
	crypto->by_name = (__typeof__(crypto->by_name))dlsym(crypto->library, "EVP_get_digestbyname");
	crypto->digest = (__typeof__(crypto->digest))dlsym(crypto->library, "EVP_Digest");
	crypto->pbkdf2 = (__typeof__(crypto->pbkdf2))dlsym(crypto->library, "PKCS5_PBKDF2_HMAC");
	if (crypto->by_name != NULL && crypto->digest != NULL && crypto->pbkdf2 != NULL)
		return 0;
	dlclose(crypto->library);
	return reeve_fail(err, REEVE_EREFUSED,
	                  "whether a password fits cannot be told: libcrypto is another one");
}

/* How long that takes says nothing of where they differ. */
static bool is_same(const unsigned char *a, const unsigned char *b, size_t n)
{
	unsigned char other = 0;

	for (size_t i = 0; i < n; i++)
		other |= a[i] ^ b[i];
	return other == 0;
}

/* Its digest, salt behind the password, is what `raw` begins with. */
static int digest_fits(const struct crypto *crypto, const struct digest *digest,
                       const struct reeve_buf *raw, const char *password, struct reeve_error *err)
{
	const EVP_MD *method = crypto->by_name(digest->name);
	size_t length = strlen(password), salt = raw->length - digest->bytes;
	unsigned char found[EVP_MAX_MD_SIZE], *text = malloc(length + salt + 1);
	unsigned int n = 0;
	int fits = -1;

	if (text == NULL)
		return reeve_fail_nomem(err);
	memcpy(text, password, length);
	memcpy(text + length, raw->bytes + digest->bytes, salt);
	if (method != NULL && crypto->digest(text, length + salt, found, &n, method, NULL) == 1 &&
	    n == digest->bytes)
		fits = is_same(found, raw->bytes, n);
	else
		reeve_fail(err, REEVE_EREFUSED, "OpenSSL computes no %s here", digest->name);
	explicit_bzero(found, sizeof found);
	explicit_bzero(text, length + salt);
	free(text);
	return fits;
}

static int pbkdf2_fits(const struct crypto *crypto, const char *hash, const char *password,
                       struct reeve_error *err)
{
	const EVP_MD *method = crypto->by_name("SHA1");
	unsigned char found[20];
	struct pbkdf2 parts;
	struct reeve_buf key;
	int fits = -1;

	if (!take_pbkdf2(hash, &parts))
		return reeve_fail(err, REEVE_EFORMAT, "the password's hash is damaged");
	if (atoi(parts.rounds) > ROUNDS_MAX)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "whether a password fits cannot be told: its hash wants %.*s rounds "
		                  "of PBKDF2, more than %d",
		                  (int)parts.rounds_n, parts.rounds, ROUNDS_MAX);
	reeve_buf_init(&key, sizeof found);
	if (!reeve_shape_decode(parts.key, REEVE_WRITING_HEX, &key))
		reeve_fail_nomem(err);
	else if (method == NULL ||
	         crypto->pbkdf2(password, (int)strlen(password), (const unsigned char *)parts.salt,
	                        (int)parts.salt_n, atoi(parts.rounds), method, sizeof found,
	                        found) != 1)
		reeve_fail(err, REEVE_EREFUSED, "OpenSSL computes no PBKDF2 here");
	else
		fits = is_same(found, key.bytes, sizeof found);
	explicit_bzero(found, sizeof found);
	reeve_buf_dispose(&key);
	return fits;
}

int reeve_digest_fits(const char *scheme, const char *hash, enum reeve_writing writing,
                      const char *password, struct reeve_error *err)
{
	const struct digest *digest = find(scheme);
	struct crypto crypto = {0};
	struct reeve_buf raw;
	int fits = -1;

	if (!reeve_digest_is_whole(scheme, hash, writing))
		return reeve_fail(err, REEVE_EFORMAT, "the password's hash is damaged");
	if (strlen(password) > INT_MAX)
		return 0;
	if (crypto_open(&crypto, err) < 0)
		return -1;
	reeve_buf_init(&raw, FIELD_BYTES);
	if (digest == NULL)
		fits = pbkdf2_fits(&crypto, hash, password, err);
	else if (!decode(digest, hash, writing, &raw))
		reeve_fail_nomem(err);
	else
		fits = digest_fits(&crypto, digest, &raw, password, err);
	reeve_buf_dispose(&raw);
	dlclose(crypto.library);
	return fits;
}
