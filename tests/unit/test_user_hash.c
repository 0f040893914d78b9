/* SPDX-License-Identifier: MIT */
/* Hashes: new ones, those that somebody gives, and new passwords. */
#include "unit.h"
#include "user/hash.h"
#include "user_hashes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

Suite *suite_user_hash(void)
{
	Suite *suite = suite_create("user/hash");
	TCase *tcase = tcase_create("hash");

	tcase_add_test(tcase, hashes);
	tcase_add_test(tcase, salts);
	tcase_add_test(tcase, no_hashes);
	tcase_add_test(tcase, fields);
	tcase_add_test(tcase, generated);
	suite_add_tcase(suite, tcase);
	return suite;
}
