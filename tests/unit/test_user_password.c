/* SPDX-License-Identifier: MIT */
/* Password fields: which password fits which, and what a field holds. */
#include "unit.h"
#include "user/hash.h"
#include "user_hashes.h"

#include <string.h>

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

Suite *suite_password(void)
{
	Suite *suite = suite_create("user/password");
	TCase *tcase = tcase_create("password");

	tcase_add_test(tcase, verify);
	tcase_add_test(tcase, looks);
	suite_add_tcase(suite, tcase);
	return suite;
}
