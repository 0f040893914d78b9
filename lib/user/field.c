/* SPDX-License-Identifier: MIT */
/*
 * What a password field holds: of shadow(5), or of a passwd-file, where a {SCHEME} may stand in
 * front and CRYPT is meant where there is none (Dovecot, passdb passwd-file).
 */
#include "user/hash.h"

#include "base/error.h"
#include "user/digest.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FIELD_BYTES 4096 /* of a field, decoded */

enum kind {
	OTHER,  /* its own affair */
	CRYPT,  /* by crypt(3), any method */
	PLAIN,  /* as it is */
	DIGEST, /* digest.c */
	ARGON2,
	SCRAM,
};

/* src/lib-auth/password-scheme*.c of Dovecot 2.4.1: all it has, and which it calls weak. */
static const struct scheme {
	const char *name;
	enum kind kind;
	bool is_weak;
	const char *begins; /* CRYPT: what Dovecot wants to see; NULL: any */
} schemes[] = {
	{"CRYPT", CRYPT, false, NULL},
	{"SHA512-CRYPT", CRYPT, false, "$6$"},
	{"SHA256-CRYPT", CRYPT, false, "$5$"},
	{"BLF-CRYPT", CRYPT, false, "$2"},
	{"MD5-CRYPT", CRYPT, true, "$1$"},
	{"DES-CRYPT", CRYPT, true, NULL},
	{"MD5", CRYPT, true, "$1$"}, /* or PLAIN-MD5 */
	{"PLAIN", PLAIN, false, NULL},
	{"CLEAR", PLAIN, false, NULL},
	{"CLEARTEXT", PLAIN, false, NULL},
	{"PLAIN-TRUNC", OTHER, false, NULL},
	{"ARGON2I", ARGON2, false, NULL},
	{"ARGON2ID", ARGON2, false, NULL},
	{"ARGON2", ARGON2, false, NULL},
	{"PBKDF2", DIGEST, false, NULL},
	{"SHA", DIGEST, false, NULL},
	{"SHA1", DIGEST, false, NULL},
	{"SHA256", DIGEST, false, NULL},
	{"SHA512", DIGEST, false, NULL},
	{"SSHA", DIGEST, false, NULL},
	{"SSHA256", DIGEST, false, NULL},
	{"SSHA512", DIGEST, false, NULL},
	{"SMD5", DIGEST, true, NULL},
	{"PLAIN-MD4", DIGEST, true, NULL},
	{"PLAIN-MD5", DIGEST, true, NULL},
	{"LDAP-MD5", DIGEST, true, NULL},
	{"CRAM-MD5", DIGEST, false, NULL},
	{"HMAC-MD5", DIGEST, true, NULL},
	{"DIGEST-MD5", DIGEST, false, NULL},
	{"SCRAM-SHA-1", SCRAM, false, NULL},
	{"SCRAM-SHA-256", SCRAM, false, NULL},
	{"OTP", OTHER, false, NULL},
};

/* A field, taken to pieces. */
struct field {
	bool is_locked;
	const char *name; /* of the scheme, `length` bytes; "CRYPT" where none is said */
	size_t length;
	const struct scheme *scheme; /* NULL: unknown */
	enum reeve_writing writing;  /* {PLAIN.HEX} */
	const char *hash;
};

/* A name, or one with a suffix that says how its bytes are written. */
static const struct scheme *find_scheme(const char *name, size_t n, enum reeve_writing *writing_r)
{
	static const struct {
		const char *suffix;
		enum reeve_writing writing;
	} writings[] = {{".HEX", REEVE_WRITING_HEX},
	                {".B64", REEVE_WRITING_BASE64},
	                {".BASE64", REEVE_WRITING_BASE64}};

	*writing_r = REEVE_WRITING_USUAL;
	for (size_t i = 0; i < sizeof writings / sizeof writings[0]; i++) {
		size_t length = strlen(writings[i].suffix);

		if (n > length && strncasecmp(name + n - length, writings[i].suffix, length) == 0) {
			*writing_r = writings[i].writing;
			n -= length;
			break;
		}
	}
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (strlen(schemes[i].name) == n && strncasecmp(schemes[i].name, name, n) == 0)
			return &schemes[i];
	return NULL;
}

static struct field take_apart(const char *text)
{
	struct field field = {.name = "CRYPT", .length = strlen("CRYPT")};
	const char *end;

	for (;;) {
		size_t n = strncasecmp(text, REEVE_LOCK_VIRTUAL, strlen(REEVE_LOCK_VIRTUAL)) == 0
		                   ? strlen(REEVE_LOCK_VIRTUAL)
		           : text[0] == '!' ? 1
		                            : 0;
		if (n == 0)
			break;
		field.is_locked = true;
		text += n;
	}
	end = text[0] == '{' ? strchr(text, '}') : NULL;
	if (end != NULL) {
		field.name = text + 1;
		field.length = (size_t)(end - text) - 1;
		text = end + 1;
	}
	field.scheme = find_scheme(field.name, field.length, &field.writing);
	/* {MD5} may be either (md5_verify()). */
	if (field.scheme != NULL && strcmp(field.scheme->name, "MD5") == 0 &&
	    strncmp(text, "$1$", 3) != 0 && text[0] != '!' && text[0] != '*')
		field.scheme = find_scheme("PLAIN-MD5", strlen("PLAIN-MD5"), &(enum reeve_writing){0});
	/* A lock that somebody put behind the scheme. */
	if (field.scheme != NULL && field.scheme->kind == CRYPT)
		while (text[0] == '!') {
			field.is_locked = true;
			text++;
		}
	field.hash = text;
	return field;
}

/* The method of a hash by crypt(3) that fits its scheme; NULL. */
static const char *method_of(const struct field *field, bool *is_legacy_r)
{
	const char *begins = field->scheme->begins;

	*is_legacy_r = false;
	if (field->writing != REEVE_WRITING_USUAL)
		return NULL; /* nobody writes it so */
	if (begins != NULL && strncmp(field->hash, begins, strlen(begins)) != 0)
		return NULL;
	return reeve_crypt_method(field->hash, is_legacy_r);
}

void reeve_password_look(const char *field, struct reeve_password_look *look_r)
{
	struct field parts = take_apart(field);
	const struct scheme *scheme = parts.scheme;
	const char *method = NULL;
	bool is_legacy = false;

	*look_r = (struct reeve_password_look){
		.is_locked = parts.is_locked,
		.is_open = field[0] == '\0',
		/* '*' is in no hash of crypt(3), but may be in a plain password. */
		.is_none = parts.hash[0] == '\0' ||
	                   (scheme != NULL && scheme->kind == CRYPT && parts.hash[0] == '*'),
	};
	if (look_r->is_none)
		return;
	if (scheme != NULL && scheme->kind == CRYPT)
		method = method_of(&parts, &is_legacy);
	look_r->is_weak = is_legacy || (scheme != NULL && scheme->is_weak);
	look_r->is_readable = method != NULL || (scheme != NULL && scheme->kind == PLAIN) ||
	                      (scheme != NULL && scheme->kind == DIGEST &&
	                       reeve_digest_is_ours(scheme->name) &&
	                       reeve_digest_is_whole(scheme->name, parts.hash, parts.writing));

	bool wants_method = method != NULL && strcmp(scheme->name, "CRYPT") == 0;
	snprintf(look_r->scheme, sizeof look_r->scheme, "%.*s%s%s", (int)parts.length, parts.name,
	         wants_method ? " " : "", wants_method ? method : "");
	for (size_t i = 0; i < parts.length && look_r->scheme[i] != '\0'; i++)
		if (look_r->scheme[i] >= 'a' && look_r->scheme[i] <= 'z')
			look_r->scheme[i] = (char)(look_r->scheme[i] - 'a' + 'A');
}

/* Whether a plain password is this one, however it is written. */
static int plain_fits(const struct field *field, const char *password, struct reeve_error *err)
{
	size_t n = strlen(password);
	struct reeve_buf plain;
	int fits = -1;

	if (field->writing == REEVE_WRITING_USUAL)
		return strcmp(field->hash, password) == 0;
	reeve_buf_init(&plain, FIELD_BYTES);
	reeve_buf_room(&plain, strlen(field->hash)); /* so that no copy stays where it grew */
	if (reeve_shape_decode(field->hash, field->writing, &plain))
		fits = plain.length == n && memcmp(reeve_buf_text(&plain), password, n) == 0;
	else
		reeve_fail(err, REEVE_EFORMAT, "the password is not written as its scheme says");
	if (plain.bytes != NULL)
		explicit_bzero(plain.bytes, plain.length);
	reeve_buf_dispose(&plain);
	return fits;
}

int reeve_password_verify(const char *field, const char *password, struct reeve_error *err)
{
	struct field parts = take_apart(field);
	struct reeve_password_look look;
	bool is_legacy;

	reeve_password_look(field, &look);
	if (look.is_none)
		return 0;
	if (parts.scheme != NULL && parts.scheme->kind == PLAIN)
		return plain_fits(&parts, password, err);
	if (parts.scheme != NULL && parts.scheme->kind == DIGEST &&
	    reeve_digest_is_ours(parts.scheme->name))
		return reeve_digest_fits(parts.scheme->name, parts.hash, parts.writing, password, err);
	if (parts.scheme == NULL || parts.scheme->kind != CRYPT)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "whether a password fits cannot be told for the scheme '%.*s'",
		                  (int)(parts.length < 100 ? parts.length : 100), parts.name);
	if (method_of(&parts, &is_legacy) == NULL)
		return reeve_fail(err, REEVE_EFORMAT, "the password's hash is damaged");
	return reeve_crypt_fits(parts.hash, password, err);
}

/* ---- a hash that somebody gives ------------------------------------------------------------ */

/* Whether it has the shape that its scheme wants: what is cut off lets nobody in. */
static bool is_whole(const struct field *field)
{
	const struct scheme *scheme = field->scheme;
	bool is_usual = field->writing == REEVE_WRITING_USUAL, is_legacy, is_good;
	struct reeve_buf bytes;

	switch (scheme->kind) {
	case CRYPT:
		return method_of(field, &is_legacy) != NULL;
	case DIGEST:
		return reeve_digest_is_whole(scheme->name, field->hash, field->writing);
	case ARGON2:
		return is_usual && reeve_shape_argon2(scheme->name, field->hash);
	case SCRAM:
		return is_usual &&
		       reeve_shape_scram(field->hash,
		                         strcmp(scheme->name, "SCRAM-SHA-1") == 0 ? 20 : 32);
	case PLAIN:
	case OTHER:
		break;
	}
	if (is_usual)
		return true;
	reeve_buf_init(&bytes, FIELD_BYTES);
	reeve_buf_room(&bytes, strlen(field->hash));
	is_good = reeve_shape_decode(field->hash, field->writing, &bytes);
	if (bytes.bytes != NULL)
		explicit_bzero(bytes.bytes, bytes.length);
	reeve_buf_dispose(&bytes);
	return is_good;
}

static int check_hash(const struct field *field, bool is_virtual, struct reeve_error *err)
{
	if (field->is_locked)
		return reeve_fail(err, REEVE_EUSAGE, "the hash is locked by a '!'");
	if (field->scheme == NULL)
		return reeve_fail(err, REEVE_EUSAGE, "the hash has a scheme that is not known");
	if (!is_virtual && field->scheme->kind != CRYPT)
		return reeve_fail(err, REEVE_EUSAGE,
		                  "a hash by %s is not for a user of the system: crypt(3) only",
		                  field->scheme->name);
	if (field->hash[0] == '\0')
		return reeve_fail(err, REEVE_EUSAGE, "the hash is empty");
	/* The end of a field, or of a line. */
	if (strpbrk(field->hash, ":\r\n") != NULL)
		return reeve_fail(err, REEVE_EUSAGE, "the hash holds a ':' or a line end");
	if (!is_whole(field))
		return reeve_fail(err, REEVE_EUSAGE,
		                  "the hash is cut off, or none of %s (did a shell take its '$'?)",
		                  field->scheme->name);
	return 0;
}

char *reeve_password_field(const char *hash, bool is_virtual, struct reeve_error *err)
{
	struct field field = take_apart(hash);
	const char *suffix = memchr(field.name, '.', field.length);
	char *text = NULL;
	int n;

	if (check_hash(&field, is_virtual, err) != 0)
		return NULL;
	if (is_virtual)
		n = asprintf(&text, "{%s%.*s}%s", field.scheme->name,
		             suffix == NULL ? 0 : (int)(field.name + field.length - suffix),
		             suffix == NULL ? "" : suffix, field.hash);
	else
		n = asprintf(&text, "%s", field.hash);
	if (n < 0) {
		reeve_fail_nomem(err);
		return NULL;
	}
	return text;
}

/* ---- how soon it is guessed ----------------------------------------------------------------- */

#define BCRYPT_COST 10  /* 2^10 rounds: about 50 ms a guess */
#define SHA_ROUNDS 5000 /* sha512crypt's own default */

const char *reeve_password_weakness(const char *field)
{
	struct field parts = take_apart(field);
	struct reeve_password_look look;
	const char *hash = parts.hash;

	reeve_password_look(field, &look);
	if (look.is_none || parts.scheme == NULL)
		return NULL;
	if (look.is_weak)
		return "which is weak";
	switch (parts.scheme->kind) {
	case PLAIN:
		return "which is the password itself";
	case DIGEST:
		return strcmp(parts.scheme->name, "PBKDF2") == 0 ? NULL : "which is guessed fast";
	case CRYPT:
		if (hash[0] == '$' && hash[1] == '2' && hash[2] != '\0' && hash[3] == '$' &&
		    atoi(hash + 4) < BCRYPT_COST)
			return "of a cost below 10";
		if (strncmp(hash, "$6$rounds=", 10) == 0 && atoi(hash + 10) < SHA_ROUNDS)
			return "of less than 5000 rounds";
		return NULL;
	case OTHER:
		return strcmp(parts.scheme->name, "PLAIN-TRUNC") == 0
		               ? "which is the password itself"
		               : NULL;
	case ARGON2:
	case SCRAM:
		break;
	}
	return NULL;
}
