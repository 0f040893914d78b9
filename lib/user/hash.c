/* SPDX-License-Identifier: MIT */
/* Hashes of passwords by crypt(3) of libcrypt: the one door to it. */
#include "user/hash.h"

#include "base/error.h"
#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ALPHABET "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define BCRYPT_MAX 72 /* bytes that bcrypt looks at: the rest would be open to anybody's guess */

/* ---- the shape of a hash ------------------------------------------------------------------- */

/*
 * crypt_checksalt(3) looks at the salt only, and a hash that lost its end would let nobody in. So
 * what stands behind the last '$' has the length that crypt(5) tells; without a '$', the whole.
 */
static const struct method {
	const char *prefix;
	const char *name;
	size_t tail_min, tail_max;
} methods[] = {
	{"$y$", "yescrypt", 43, 43},    {"$gy$", "gost-yescrypt", 43, 43},
	{"$7$", "scrypt", 43, 43},      {"$2a$", "bcrypt", 53, 53},
	{"$2b$", "bcrypt", 53, 53},     {"$2x$", "bcrypt", 53, 53},
	{"$2y$", "bcrypt", 53, 53},     {"$6$", "sha512crypt", 86, 86},
	{"$5$", "sha256crypt", 43, 43}, {"$sha1$", "sha1crypt", 28, 96},
	{"$md5", "SunMD5", 22, 22},     {"$1$", "md5crypt", 22, 22},
	{"$3$", "NT", 32, 32},          {"_", "bsdicrypt", 20, 20},
	{"", "descrypt", 13, 13},       {"", "bigcrypt", 14, 178},
};

static bool has_shape(const struct method *method, const char *hash)
{
	const char *tail = strrchr(hash, '$');
	size_t n;

	if (strncmp(hash, method->prefix, strlen(method->prefix)) != 0)
		return false;
	if ((tail != NULL) != (method->prefix[0] == '$'))
		return false;
	tail = tail != NULL ? tail + 1 : hash;
	n = strspn(tail, tail == hash ? ALPHABET "_" : ALPHABET);
	return tail[n] == '\0' && n >= method->tail_min && n <= method->tail_max;
}

const char *reeve_crypt_method(const char *hash, bool *is_legacy_r)
{
	int salt = crypt_checksalt(hash);

	*is_legacy_r = false;
	if (salt == CRYPT_SALT_INVALID || salt == CRYPT_SALT_METHOD_DISABLED)
		return NULL;
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (has_shape(&methods[i], hash)) {
			*is_legacy_r = salt == CRYPT_SALT_METHOD_LEGACY;
			return methods[i].name;
		}
	return NULL;
}

/* ---- hashing ------------------------------------------------------------------------------- */

/*
 * The hash of a password with a setting (a salt, or a hash), to be freed; NULL with errno. What
 * crypt(3) worked with is wiped.
 */
static char *hash_with(const char *password, const char *setting)
{
	struct crypt_data *data = calloc(1, sizeof *data);
	const char *hash;
	char *copy = NULL;
	int saved;

	if (data == NULL)
		return NULL;
	hash = crypt_rn(password, setting, data, sizeof *data);
	if (hash != NULL)
		copy = strdup(hash);
	saved = errno;
	explicit_bzero(data, sizeof *data);
	free(data);
	errno = saved;
	return copy;
}

int reeve_crypt_fits(const char *hash, const char *password, struct reeve_error *err)
{
	bool is_legacy, fits;
	char *found;

	if (reeve_crypt_method(hash, &is_legacy) == NULL)
		return reeve_fail(err, REEVE_EFORMAT, "the password's hash is damaged");
	if (strlen(password) > REEVE_PASSWORD_MAX)
		return 0; /* nobody could have set it */
	found = hash_with(password, hash);
	if (found == NULL && errno == ENOMEM)
		return reeve_fail_nomem(err);
	if (found == NULL)
		return reeve_fail(err, REEVE_EFORMAT,
		                  "the password's hash is none that this system knows");
	fits = strcmp(found, hash) == 0;
	explicit_bzero(found, strlen(found));
	free(found);
	return fits;
}

static const struct make {
	const char *scheme;
	const char *prefix; /* in a passwd-file */
	const char *salt;   /* of crypt_gensalt(3); NULL is its own default */
	unsigned long cost; /* 0 is the method's default */
	size_t max;         /* bytes of a password */
} makes[] = {
	{"CRYPT", "{CRYPT}", NULL, 0, REEVE_PASSWORD_MAX},
	{"SHA512-CRYPT", "{SHA512-CRYPT}", "$6$", 0, REEVE_PASSWORD_MAX},
	/* doveadm pw(1) and mkpasswd(1) take 5, which is 4 ms a guess. */
	{"BLF-CRYPT", "{BLF-CRYPT}", "$2y$", 12, BCRYPT_MAX},
};

static const struct make *find_make(const char *scheme)
{
	if (scheme == NULL)
		return &makes[0];
	for (size_t i = 0; i < sizeof makes / sizeof makes[0]; i++)
		if (strcasecmp(scheme, makes[i].scheme) == 0)
			return &makes[i];
	return NULL;
}

static int check_password(const char *password, const struct make *make, struct reeve_error *err)
{
	if (password[0] == '\0')
		return reeve_fail(err, REEVE_EUSAGE, "the password is empty");
	if (strpbrk(password, "\r\n") != NULL)
		return reeve_fail(err, REEVE_EUSAGE, "the password has a line end");
	/* An arrow key, or a file of another kind: nobody could type it again. */
	for (const char *p = password; *p != '\0'; p++)
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			return reeve_fail(err, REEVE_EUSAGE,
			                  "the password has a control character");
	if (strlen(password) > make->max)
		return reeve_fail(err, REEVE_EUSAGE,
		                  "the password is longer than the %zu bytes that %s looks at",
		                  make->max, make->scheme);
	return 0;
}

const char *reeve_password_prefix(const char *scheme)
{
	const struct make *make = find_make(scheme);

	return make != NULL ? make->prefix : NULL;
}

char *reeve_password_hash(const char *password, const char *scheme, struct reeve_error *err)
{
	const struct make *make = find_make(scheme);
	char *salt, *hash;

	if (make == NULL) {
		reeve_fail(err, REEVE_EUSAGE,
		           "no new password is kept as '%s': take CRYPT, SHA512-CRYPT or BLF-CRYPT",
		           scheme);
		return NULL;
	}
	if (check_password(password, make, err) != 0)
		return NULL;

	salt = crypt_gensalt_ra(make->salt, make->cost, NULL, 0);
	if (salt == NULL) {
		reeve_fail_errno(err, "cannot make a salt for %s", make->scheme);
		return NULL;
	}
	hash = hash_with(password, salt);
	if (hash == NULL)
		reeve_fail_errno(err, "cannot hash the password by %s", make->scheme);
	free(salt);
	return hash;
}
