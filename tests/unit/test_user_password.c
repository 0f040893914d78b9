/* SPDX-License-Identifier: MIT */
/*
 * Password fields: which password fits which, what a field holds, what is a hash and what is not.
 *
 * The hashes are published ones: of yescrypt's and glibc's own tests, crypt_blowfish's, Dovecot's
 * src/lib-auth/test-password-scheme.c, and hashcat's example hashes.
 */
#include "unit.h"
#include "user/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOST "$gy$j9T$HtyOX9cwJ2Dh8LlJV8IJ30$ZCSJt69pE/HLXFfIuxukRc2PlNla.tbqJxUHCp/WHVD"
#define YESCRYPT "$y$jC4$LdJMENpBABJJ3hIHjB1B$jVg4HoqqpbmQv/NCpin.QCMagJ8o4QX7lXdzvVV0xFC"
#define SCRYPT "$7$06..../....SodiumChloride$ENlyo6fGw4PCcDBOFepfSZjFUnVatHzCcW55.ZGz3B0"
#define SHA512 \
	"$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS" \
	"35inz1"
#define ROUNDS \
	"$6$rounds=1400$anotherlongsalts$POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSw" \
	"btEW7o7UmJEiDwGqd8p4ur1"
#define SHA256 "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"
#define BCRYPT_A "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
#define BCRYPT_B "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
#define BCRYPT_Y "$2y$05$11ipvo5dR6CwkzwmhwM26OXgzXwhV2PyPuLV.Qi31ILcRcThQpEiW"
#define MD5 "$1$saltstri$YMyguxXMBpd2TEZ.vS/3q1"
#define MD5_DOVECOT "$1$GgvxyNz8$OjZhLh4P.gF1lxYEbLZ3e/"
#define DES "//EsnG9FLTKjo"
#define LONG_TEXT \
	"a very much longer text to encrypt.  This one even stretches over morethan one line."
#define ARGON2ID \
	"$argon2id$v=19$m=65536,t=3,p=1$vBb99oJ12p3WAdYlaMHz1A$jtFOtbo/sYV9OSlTxDo/nVNq3uArHd5GJSEx0ty85" \
	"Cc"

enum {
	NONE = 1,
	LOCKED = 2,
	OPEN = 4,
	WEAK = 8,
	READABLE = 16,
};

/* ---- what fits ----------------------------------------------------------------------------- */

static const struct {
	const char *field, *password;
	int fits;
	enum reeve_code code;
} fit_rows[] = {
	{YESCRYPT, "pleaseletmein", 1, REEVE_OK},
	{YESCRYPT, "pleaseletmeim", 0, REEVE_OK},
	{YESCRYPT, "", 0, REEVE_OK},
	{"{CRYPT}" YESCRYPT, "pleaseletmein", 1, REEVE_OK},
	{"{crypt}" YESCRYPT, "pleaseletmein", 1, REEVE_OK},
	{GOST, "hashcat", 1, REEVE_OK},
	{GOST, "hashcaT", 0, REEVE_OK},
	{SCRYPT, "pleaseletmein", 1, REEVE_OK},
	{SCRYPT, "leaseletmein", 0, REEVE_OK},
	{SHA512, "Hello world!", 1, REEVE_OK},
	{SHA512, "Hello world", 0, REEVE_OK},
	{ROUNDS, LONG_TEXT, 1, REEVE_OK},
	{"{SHA512-CRYPT}" SHA512, "Hello world!", 1, REEVE_OK},
	{SHA256, "Hello world!", 1, REEVE_OK},
	{"{SHA256-CRYPT}" SHA256, "Hello world!", 1, REEVE_OK},
	{"{SHA256-CRYPT}" SHA256, "hello world!", 0, REEVE_OK},
	{BCRYPT_A, "U*U", 1, REEVE_OK},
	{BCRYPT_B, "U*U", 1, REEVE_OK},
	{BCRYPT_B, "U*U*", 0, REEVE_OK},
	{"{BLF-CRYPT}" BCRYPT_Y, "test", 1, REEVE_OK},
	{"{BLF-CRYPT}" BCRYPT_Y, "tset", 0, REEVE_OK},
	{MD5, "Hello world!", 1, REEVE_OK},
	{"{MD5-CRYPT}" MD5_DOVECOT, "test", 1, REEVE_OK},
	{"{MD5-CRYPT}" MD5_DOVECOT, "Test", 0, REEVE_OK},
	{"{MD5}" MD5_DOVECOT, "test", 1, REEVE_OK},
	{"{CRYPT}" DES, "test", 1, REEVE_OK},
	{"{DES-CRYPT}" DES, "test", 1, REEVE_OK},
	{DES, "tes", 0, REEVE_OK},
	{"{PLAIN}test", "test", 1, REEVE_OK},
	{"{PLAIN}test", "tes", 0, REEVE_OK},
	{"{CLEARTEXT}{x}!*", "{x}!*", 1, REEVE_OK},
	{"{Clear}test", "TEST", 0, REEVE_OK},

	/* Locked ones are looked at as if they were not. */
	{"!" SHA512, "Hello world!", 1, REEVE_OK},
	{"!" SHA512, "hello world!", 0, REEVE_OK},
	{"!!" MD5, "Hello world!", 1, REEVE_OK},
	{"{CRYPT}$!{BLF-CRYPT}" BCRYPT_Y, "test", 1, REEVE_OK},
	{"{CRYPT}$!{PLAIN}test", "test", 1, REEVE_OK},
	{"{CRYPT}$!" SHA512, "Hello world!", 1, REEVE_OK},
	{"{SHA512-CRYPT}!" SHA512, "Hello world!", 1, REEVE_OK},

	/* Nothing fits nothing. */
	{"", "", 0, REEVE_OK},
	{"", "x", 0, REEVE_OK},
	{"*", "*", 0, REEVE_OK},
	{"!", "", 0, REEVE_OK},
	{"!!", "", 0, REEVE_OK},
	{"!*", "*", 0, REEVE_OK},
	{"{CRYPT}", "", 0, REEVE_OK},
	{"{CRYPT}$!", "", 0, REEVE_OK},
	{"{CRYPT}*", "*", 0, REEVE_OK},
	{"{PLAIN}", "", 0, REEVE_OK},

	{"{ARGON2ID}" ARGON2ID, "test", -1, REEVE_EREFUSED},
	{"{CRYPT}$!{ARGON2ID}" ARGON2ID, "test", -1, REEVE_EREFUSED},
	{"{CRAM-MD5}e02d374fde0dc75a17a557039a3a5338c7743304777dccd376f332bee68d2cf6", "test", -1,
         REEVE_EREFUSED},
	{"{DIGEST-MD5}77c1a8c437c9b08ba2f460fe5d58db5d", "test", -1, REEVE_EREFUSED},
	{"{PLAIN-MD4}db346d691d7acc4dc2625db19f9e3f52", "test", -1, REEVE_EREFUSED},
	{"{SCRAM-SHA-1}4096,GetyLXdBuHzf1FWf8SLz2Q==,NA/OqmF4hhrsrB9KR7po+dliTGM=,QBiURvQaE6H6qYTmeghD"
         "HLANBFQ=",
         "test", -1, REEVE_EREFUSED},

	/* Of src/lib-auth/test-password-scheme.c of Dovecot 2.4.1, and coreutils' md5sum, sha*sum. */
	{"{SSHA}H/zrDv8FXUu1JmwvVYijfrYEF34jVZcO", "test", 1, REEVE_OK},
	{"{SSHA}H/zrDv8FXUu1JmwvVYijfrYEF34jVZcO", "tesT", 0, REEVE_OK},
	{"{SSHA}H/zrDv8FXUu1JmwvVYijfrYEF34jVZc", "test", -1, REEVE_EFORMAT},
	{"{CRYPT}$!{SSHA}H/zrDv8FXUu1JmwvVYijfrYEF34jVZcO", "test", 1, REEVE_OK},
	{"{SMD5}JTu1KRwptKZJg/RLd+6Vn5GUd0M=", "test", 1, REEVE_OK},
	{"{smd5.b64}JTu1KRwptKZJg/RLd+6Vn5GUd0M=", "test", 1, REEVE_OK},
	{"{SMD5.hex}253bb5291c29b4a64983f44b77ee959f91947743", "test", 1, REEVE_OK},
	{"{SMD5}JTu1KRwptKZJg/RLd+6Vn5GUd0M=", "", 0, REEVE_OK},
	{"{LDAP-MD5}CY9rzUYh03PK3k6DJie09g==", "test", 1, REEVE_OK},
	{"{PLAIN-MD5}098f6bcd4621d373cade4e832627b4f6", "test", 1, REEVE_OK},
	{"{PLAIN-MD5}098F6BCD4621D373CADE4E832627B4F6", "test", 1, REEVE_OK},
	{"{MD5}098f6bcd4621d373cade4e832627b4f6", "test", 1, REEVE_OK},
	{"{MD5}098f6bcd4621d373cade4e832627b4f7", "test", 0, REEVE_OK},
	{"{PLAIN-MD5.HEX}CY9rzUYh03PK3k6DJie09g==", "test", -1, REEVE_EFORMAT},
	{"{SHA1}qUqP5cyxm6YcTAhz05Hph5gvu9M=", "test", 1, REEVE_OK},
	{"{SHA}a94a8fe5ccb19ba61c4c0873d391e987982fbbd3", "test", 1, REEVE_OK},
	{"{SHA.HEX}a94a8fe5ccb19ba61c4c0873d391e987982fbbd3", "Test", 0, REEVE_OK},
	{"{SHA256}n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=", "test", 1, REEVE_OK},
	{"{SHA256}n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=", "test ", 0, REEVE_OK},
	{"{SHA512}7iaw3Ur350mqGo7jwQrpkj9hiYB3Lkc/iBml1JQODbJ6wYX4oOHV+E+IvIh/1nsUNzLDBMxfqa2Ob1f1ACio/w"
         "==",
         "test", 1, REEVE_OK},
	{"{SSHA256}Tt8H7clbL9y8ryN4/RLYrCEsKqbjJsWcPmKb4wOdZDJzYWx0", "test", 1, REEVE_OK},
	{"{SSHA512}bIOOk04/7vrmz6U68RN11JVPhcb17YiMAs14BqcWltHLRJ8r546ebqMBqVyB"
         "8orYdm865YL5vqrDPH3Ct7qRh3NhbHQ=",
         "test", 1, REEVE_OK},
	{"{PBKDF2}$1$bUnT4Pl7yFtYX0KU$5000$50a83cafdc517b9f46519415e53c6a858908680a", "test", 1, REEVE_OK},
	{"{PBKDF2}$1$bUnT4Pl7yFtYX0KU$5000$50A83CAFDC517B9F46519415E53C6A858908680B", "test", 0, REEVE_OK},
	{"{PBKDF2}$1$bUnT4Pl7yFtYX0KU$5001$50a83cafdc517b9f46519415e53c6a858908680a", "test", 0, REEVE_OK},
	{"{PBKDF2}$1$bUnT4Pl7yFtYX0KU$x$50a83cafdc517b9f46519415e53c6a858908680a", "test", -1,
         REEVE_EFORMAT},
	{"{PBKDF2}$1$bUnT4Pl7yFtYX0KU$999999999$50a83cafdc517b9f46519415e53c6a858908680a", "test", -1,
         REEVE_EREFUSED},
	{"{PLAIN.HEX}74657374", "test", 1, REEVE_OK},
	{"{plain.hex}7465737A", "test", 0, REEVE_OK},
	{"{PLAIN.B64}dGVzdA==", "test", 1, REEVE_OK},
	{"{CLEARTEXT.base64}dGVzdA==", "tes", 0, REEVE_OK},
	{"{PLAIN.B64}dGVzdA", "test", -1, REEVE_EFORMAT},
	{"{PLAIN.HEX}746", "test", -1, REEVE_EFORMAT},
	{"{PLAIN.WHAT}test", "test", -1, REEVE_EREFUSED},
	{"{BLF-CRYPT.HEX}74657374", "test", -1, REEVE_EFORMAT},
	{"{NEW-ONE}x", "x", -1, REEVE_EREFUSED},
	{"{}x", "x", -1, REEVE_EREFUSED},

	{"garbage!!", "x", -1, REEVE_EFORMAT},
	{"x", "x", -1, REEVE_EFORMAT},
	{"{PLAIN", "x", -1, REEVE_EFORMAT},
	{"$y$jC4$LdJMENpBABJJ3hIHjB1B$jVg4HoqqpbmQv/NCpin", "pleaseletmein", -1, REEVE_EFORMAT},
	{"{BLF-CRYPT}" SHA512, "Hello world!", -1, REEVE_EFORMAT},
	{"{SHA512-CRYPT}" SHA256, "Hello world!", -1, REEVE_EFORMAT},
	{"$9$unknown$0123456789012345678901", "x", -1, REEVE_EFORMAT},
};

START_TEST(verify)
{
	for (size_t i = 0; i < sizeof fit_rows / sizeof fit_rows[0]; i++) {
		struct reeve_error err = {0};
		int fits = reeve_password_verify(fit_rows[i].field, fit_rows[i].password, &err);

		ck_assert_msg(fits == fit_rows[i].fits, "'%s' and '%s': %d, %s", fit_rows[i].field,
		              fit_rows[i].password, fits, err.text);
		ck_assert_msg(err.code == fit_rows[i].code, "'%s': %s", fit_rows[i].field, err.text);
		/* Nothing of a secret is said. */
		ck_assert_msg(strstr(err.text, "Ldj") == NULL && strstr(err.text, "arbage") == NULL,
		              "%s", err.text);
	}
}
END_TEST

/* ---- what a field holds -------------------------------------------------------------------- */

static const struct {
	const char *field, *scheme;
	unsigned int is;
} look_rows[] = {
	{"", "", NONE | OPEN},
	{"*", "", NONE},
	{"!", "", NONE | LOCKED},
	{"!!", "", NONE | LOCKED},
	{"!*", "", NONE | LOCKED},
	{"*LK*", "", NONE},
	{"{CRYPT}", "", NONE},
	{"{CRYPT}$!", "", NONE | LOCKED},
	{"{PLAIN}", "", NONE},
	{YESCRYPT, "CRYPT yescrypt", READABLE},
	{GOST, "CRYPT gost-yescrypt", READABLE},
	{SCRYPT, "CRYPT scrypt", READABLE},
	{SHA512, "CRYPT sha512crypt", READABLE},
	{ROUNDS, "CRYPT sha512crypt", READABLE},
	{SHA256, "CRYPT sha256crypt", READABLE | WEAK},
	{BCRYPT_A, "CRYPT bcrypt", READABLE},
	{BCRYPT_B, "CRYPT bcrypt", READABLE},
	{MD5, "CRYPT md5crypt", READABLE | WEAK},
	{DES, "CRYPT descrypt", READABLE | WEAK},
	{"_J9..rasmz0.F/jqjWck", "CRYPT bsdicrypt", READABLE | WEAK},
	{"$3$$878d8014606cda29677a44efa1353fc7", "CRYPT NT", READABLE | WEAK},
	{"$sha1$1000$abcdefgh$ji8ESnkwjcTjo4hThodnLYyi.3yG", "CRYPT sha1crypt", READABLE | WEAK},
	{"$md5,rounds=1000$abcdefgh$$oHAhBRD1/YRiW7/YQB1d60", "CRYPT SunMD5", READABLE | WEAK},
	{"!" YESCRYPT, "CRYPT yescrypt", READABLE | LOCKED},
	{"{CRYPT}$!" YESCRYPT, "CRYPT yescrypt", READABLE | LOCKED},
	{"{CRYPT}!" YESCRYPT, "CRYPT yescrypt", READABLE | LOCKED},
	{"{CRYPT}$!{ARGON2ID}" ARGON2ID, "ARGON2ID", LOCKED},
	{"{crypt}$!{blf-crypt}" BCRYPT_Y, "BLF-CRYPT", READABLE | LOCKED},
	{"{SHA512-CRYPT}!" SHA512, "SHA512-CRYPT", READABLE | LOCKED},
	{"{MD5-CRYPT}" MD5, "MD5-CRYPT", READABLE | WEAK},
	{"{DES-CRYPT}" DES, "DES-CRYPT", READABLE | WEAK},
	{"{PLAIN}secret", "PLAIN", READABLE},
	{"{plain}!secret", "PLAIN", READABLE}, /* a password may begin so */
	{"{PLAIN}*", "PLAIN", READABLE},
	{"{PLAIN-MD5}5f4dcc3b5aa765d61d8327deb882cf99", "PLAIN-MD5", READABLE | WEAK},
	{"{LDAP-MD5}CY9rzUYh03PK3k6DJie09g==", "LDAP-MD5", READABLE | WEAK},
	{"{SMD5}JTu1KRwptKZJg/RLd+6Vn5GUd0M=", "SMD5", READABLE | WEAK},
	{"{SSHA}H/zrDv8FXUu1JmwvVYijfrYEF34jVZcO", "SSHA", READABLE},
	{"{SSHA}H/zrDv8FXUu1JmwvVYij", "SSHA", 0},
	{"{MD5}098f6bcd4621d373cade4e832627b4f6", "MD5", READABLE | WEAK},
	{"{SCRAM-SHA-256}4096,LfNGSFqiFykEZ1xDAYlnKQ==,x=,y=", "SCRAM-SHA-256", 0},
	{"{PLAIN.b64}dGVzdA==", "PLAIN.B64", READABLE},
	{"{A-SCHEME-WITH-A-VERY-LONG-NAME}x", "A-SCHEME-WITH-A-VERY-LO", 0},
	{"{BLF-CRYPT}" SHA512, "BLF-CRYPT", 0},
	{"garbage!!", "CRYPT", 0},
	{"secret", "CRYPT", 0},
};

START_TEST(looks)
{
	for (size_t i = 0; i < sizeof look_rows / sizeof look_rows[0]; i++) {
		struct reeve_password_look look;
		unsigned int is;

		reeve_password_look(look_rows[i].field, &look);
		is = (look.is_none ? NONE : 0) | (look.is_locked ? LOCKED : 0) |
		     (look.is_open ? OPEN : 0) | (look.is_weak ? WEAK : 0) |
		     (look.is_readable ? READABLE : 0);
		ck_assert_msg(strcmp(look.scheme, look_rows[i].scheme) == 0, "'%s': '%s'",
		              look_rows[i].field, look.scheme);
		ck_assert_msg(is == look_rows[i].is, "'%s': %u, not %u", look_rows[i].field, is,
		              look_rows[i].is);
	}
}
END_TEST

/* ---- new hashes ---------------------------------------------------------------------------- */

static const struct {
	const char *scheme, *prefix, *begins, *look;
} hash_rows[] = {
	{NULL, "{CRYPT}", "$y$", "CRYPT yescrypt"},
	{"crypt", "{CRYPT}", "$y$", "CRYPT yescrypt"},
	{"SHA512-CRYPT", "{SHA512-CRYPT}", "$6$", "SHA512-CRYPT"},
	{"blf-crypt", "{BLF-CRYPT}", "$2y$12$", "BLF-CRYPT"},
};

START_TEST(hashes)
{
	for (size_t i = 0; i < sizeof hash_rows / sizeof hash_rows[0]; i++) {
		const char *prefix = reeve_password_prefix(hash_rows[i].scheme);
		struct reeve_password_look look;
		struct reeve_error err = {0};
		char field[500];
		char *hash = reeve_password_hash("a: p\xc3\xa4ss", hash_rows[i].scheme, &err);

		ck_assert_msg(hash != NULL, "%s", err.text);
		ck_assert_str_eq(prefix, hash_rows[i].prefix);
		ck_assert_msg(strncmp(hash, hash_rows[i].begins, strlen(hash_rows[i].begins)) == 0,
		              "%s", hash);
		snprintf(field, sizeof field, "%s%s", prefix, hash);
		reeve_password_look(field, &look);
		ck_assert_str_eq(look.scheme, hash_rows[i].look);
		ck_assert(!look.is_weak);
		ck_assert_int_eq(reeve_password_verify(field, "a: p\xc3\xa4ss", NULL), 1);
		ck_assert_int_eq(reeve_password_verify(hash, "a: pass", NULL), 0);
		free(hash);
	}
	ck_assert_ptr_null(reeve_password_prefix("MD5-CRYPT"));
}
END_TEST

START_TEST(salts)
{
	char *one = reeve_password_hash("secret", "SHA512-CRYPT", NULL);
	char *two = reeve_password_hash("secret", "SHA512-CRYPT", NULL);

	ck_assert_str_ne(one, two);
	free(one);
	free(two);
}
END_TEST

static void fill(char *text, size_t n)
{
	memset(text, 'x', n);
	text[n] = '\0';
}

START_TEST(no_hashes)
{
	char longest[REEVE_PASSWORD_MAX + 2];
	const struct {
		const char *password, *scheme, *error;
		size_t length;
	} rows[] = {
		{"secret", "MD5-CRYPT",
	         "no new password is kept as 'MD5-CRYPT': take CRYPT, SHA512-CRYPT or BLF-CRYPT", 0},
		{"secret", "",
	         "no new password is kept as '': take CRYPT, SHA512-CRYPT or BLF-CRYPT", 0},
		{"", NULL, "the password is empty", 0},
		{"sec\nret", NULL, "the password has a line end", 0},
		{"secret\r", NULL, "the password has a line end", 0},
		{"sec\033[Aret", NULL, "the password has a control character", 0},
		{"secret\177", NULL, "the password has a control character", 0},
		{longest, NULL, NULL, REEVE_PASSWORD_MAX},
		{longest, NULL, "the password is longer than the 511 bytes that CRYPT looks at",
	         REEVE_PASSWORD_MAX + 1},
		{longest, "BLF-CRYPT", NULL, 72},
		{longest, "BLF-CRYPT",
	         "the password is longer than the 72 bytes that BLF-CRYPT looks at", 73},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reeve_error err = {0};

		fill(longest, rows[i].length);
		char *hash = reeve_password_hash(rows[i].password, rows[i].scheme, &err);

		ck_assert_msg((hash == NULL) == (rows[i].error != NULL), "row %zu", i);
		if (rows[i].error != NULL) {
			ck_assert_str_eq(err.text, rows[i].error);
			ck_assert_int_eq(err.code, REEVE_EUSAGE);
		}
		free(hash);
	}
	fill(longest, REEVE_PASSWORD_MAX + 1);
	ck_assert_int_eq(reeve_password_verify(SHA512, longest, NULL), 0);
}
END_TEST

/* ---- hashes that somebody gives ------------------------------------------------------------ */

static const struct {
	const char *hash;
	const char *system, *file; /* as shadow(5) and as a passwd-file take it; NULL: not */
} field_rows[] = {
	{YESCRYPT, YESCRYPT, "{CRYPT}" YESCRYPT},
	{"{CRYPT}" YESCRYPT, YESCRYPT, "{CRYPT}" YESCRYPT},
	{"{sha512-crypt}" SHA512, SHA512, "{SHA512-CRYPT}" SHA512},
	{"{BLF-CRYPT}" BCRYPT_Y, BCRYPT_Y, "{BLF-CRYPT}" BCRYPT_Y},
	{MD5, MD5, "{CRYPT}" MD5},
	{DES, DES, "{CRYPT}" DES},
	{"{ARGON2ID}" ARGON2ID, NULL, "{ARGON2ID}" ARGON2ID},
	{"{PLAIN}secret", NULL, "{PLAIN}secret"},
	{"{PLAIN}sec:ret", NULL, NULL},
	{"{PLAIN}sec\nret", NULL, NULL},
	{"{PLAIN}", NULL, NULL},
	{"{plain.Hex}74657374", NULL, "{PLAIN.Hex}74657374"},
	{"{PLAIN.HEX}7465737", NULL, NULL},
	{"{PLAIN.WHAT}x", NULL, NULL},
	{"{ARGON2}" ARGON2ID, NULL, "{ARGON2}" ARGON2ID},
	{"{ARGON2I}" ARGON2ID, NULL, NULL},
	{"{ARGON2ID}" ARGON2ID "=", NULL, NULL},
	{"{ARGON2ID}" ARGON2ID "$x", NULL, NULL},
	{"{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$x", NULL, NULL},
	{"{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$vBb99oJ12p3WAdYlaMHz1A", NULL, NULL},
	{"{ARGON2ID}$argon2id$v=19$m=65536,t=3$vBb99oJ12p3WAdYlaMHz1A$jtFOtbo/sYV9OSlTxDo/nQ", NULL,
         NULL},
	{"{ARGON2ID}x", NULL, NULL},
	{"{SSHA}H/zrDv8FXUu1JmwvVYijfrYEF34jVZcO", NULL, "{SSHA}H/zrDv8FXUu1JmwvVYijfrYEF34jVZcO"},
	{"{SSHA}H/zrDv8FXUu1JmwvVYij", NULL, NULL},
	{"{SHA1}qUqP5cyxm6YcTAhz05Hph5gvu9M=", NULL, "{SHA1}qUqP5cyxm6YcTAhz05Hph5gvu9M="},
	{"{SHA}a94a8fe5ccb19ba61c4c0873d391e987982fbbd3", NULL,
         "{SHA}a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"},
	{"{SHA.B64}a94a8fe5ccb19ba61c4c0873d391e987982fbbd3", NULL, NULL},
	{"{SHA1}qUqP5cyxm6YcTAhz05Hph5gvu9M", NULL, NULL},
	{"{SHA256}qUqP5cyxm6YcTAhz05Hph5gvu9M=", NULL, NULL},
	{"{PBKDF2}$1$bUnT4Pl7yFtYX0KU$5000$50a83cafdc517b9f46519415e53c6a858908680a", NULL,
         "{PBKDF2}$1$bUnT4Pl7yFtYX0KU$5000$50a83cafdc517b9f46519415e53c6a858908680a"},
	{"{PBKDF2}$1$bUnT4Pl7yFtYX0KU$5000$50a83cafdc517b9f46519415e53c6a85890868", NULL, NULL},
	{"{PBKDF2}$1$bUnT4Pl7yFtYX0KU$0$50a83cafdc517b9f46519415e53c6a858908680a", NULL, NULL},
	{"{CRAM-MD5}e02d374fde0dc75a17a557039a3a5338c7743304777dccd376f332bee68d2cf6", NULL,
         "{CRAM-MD5}e02d374fde0dc75a17a557039a3a5338c7743304777dccd376f332bee68d2cf6"},
	{"{CRAM-MD5}e02d374fde0dc75a17a557039a3a5338", NULL, NULL},
	{"{SCRAM-SHA-1}4096,GetyLXdBuHzf1FWf8SLz2Q==,NA/OqmF4hhrsrB9KR7po+dliTGM=,QBiURvQaE6H6qYTmeghD"
         "HLANBFQ=",
         NULL,
         "{SCRAM-SHA-1}4096,GetyLXdBuHzf1FWf8SLz2Q==,NA/OqmF4hhrsrB9KR7po+dliTGM=,QBiURvQaE6H6qYTmeghD"
         "HLANBFQ="},
	{"{SCRAM-SHA-1}4096,GetyLXdBuHzf1FWf8SLz2Q==,NA/OqmF4hhrsrB9KR7po+dliTGM=", NULL, NULL},
	{"{SCRAM-SHA-256}4096,LfNGSFqiFykEZ1xDAYlnKQ==,x=,y=", NULL, NULL},
	{"{MD5}098f6bcd4621d373cade4e832627b4f6", NULL, "{PLAIN-MD5}098f6bcd4621d373cade4e832627b4f6"},
	{"{WHAT}x", NULL, NULL},
	{"", NULL, NULL},
	{"*", NULL, NULL},
	{"!", NULL, NULL},
	{"!" YESCRYPT, NULL, NULL},
	{"{CRYPT}$!" YESCRYPT, NULL, NULL},
	{"garbage!!", NULL, NULL},
	{"secret", NULL, NULL},
	{"y$jC4$LdJMENpBABJJ3hIHjB1B$jVg4HoqqpbmQv/NCpin.QCMagJ8o4QX7lXdzvVV0xFC", NULL, NULL},
	{"..$jVg4HoqqpbmQv/NCpin.QCMagJ8o4QX7lXdzvVV0xFC", NULL, NULL},
	{"$y$jC4$LdJMENpBABJJ3hIHjB1B$jVg4HoqqpbmQv/NCpin.QCMagJ8o4QX7lXdzvVV0xF", NULL, NULL},
	{YESCRYPT "x", NULL, NULL},
	{YESCRYPT " ", NULL, NULL},
	{YESCRYPT ":0:0", NULL, NULL},
	{YESCRYPT "\n", NULL, NULL},
	{"$6$saltstring", NULL, NULL},
	{"$6$salt:string$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOf"
         "aS35inz1",
         NULL, NULL},
};

static void check_field(const char *hash, bool is_virtual, const char *expected)
{
	struct reeve_error err = {0};
	char *field = reeve_password_field(hash, is_virtual, &err);

	if (expected != NULL) {
		ck_assert_msg(field != NULL, "'%s': %s", hash, err.text);
		ck_assert_str_eq(field, expected);
	} else {
		ck_assert_msg(field == NULL, "'%s' is taken", hash);
		ck_assert_int_eq(err.code, REEVE_EUSAGE);
		ck_assert_msg(strlen(hash) < 6 || strstr(err.text, hash) == NULL, "%s", err.text);
	}
	free(field);
}

START_TEST(fields)
{
	for (size_t i = 0; i < sizeof field_rows / sizeof field_rows[0]; i++) {
		check_field(field_rows[i].hash, false, field_rows[i].system);
		check_field(field_rows[i].hash, true, field_rows[i].file);
	}
}
END_TEST

/* ---- generated passwords ------------------------------------------------------------------- */

START_TEST(generated)
{
	unsigned int seen[256] = {0};

	for (size_t i = 0; i < 2000; i++) {
		char *password = reeve_password_generate(NULL);

		ck_assert_uint_eq(strlen(password), 23);
		for (const char *p = password; *p != '\0'; p++)
			seen[(unsigned char)*p]++;
		free(password);
	}
	/* 46000 letters: 821 of each; 500 or 1200 would be 11 standard deviations away. */
	for (unsigned int c = 0; c < 256; c++) {
		bool is_letter = c != 0 && strchr("23456789abcdefghijkmnpqrstuvwxyz"
		                                  "ABCDEFGHJKLMNPQRSTUVWXYZ",
		                                  (int)c) != NULL;

		ck_assert_msg(is_letter ? seen[c] > 500 && seen[c] < 1200 : seen[c] == 0,
		              "'%c': %u", c, seen[c]);
	}
}
END_TEST

Suite *suite_password(void)
{
	Suite *suite = suite_create("user/password");
	TCase *test = tcase_create("password");

	tcase_add_test(test, verify);
	tcase_add_test(test, looks);
	tcase_add_test(test, hashes);
	tcase_add_test(test, salts);
	tcase_add_test(test, no_hashes);
	tcase_add_test(test, fields);
	tcase_add_test(test, generated);
	suite_add_tcase(suite, test);
	return suite;
}
