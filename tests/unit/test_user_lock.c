/* SPDX-License-Identifier: MIT */
/* Hashes and locks of system users. */
#include "user/secrets.h"
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include "user_wish.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A hash that somebody brings along is taken, but not in silence. */
static const struct weak {
	const char *hash, *told;
} weaks[] = {
	{"$1$abcdefgh$irWbblnpmw.5z7wgBnprh0",
         ":0 the hash that 'ann' shall have is of the scheme CRYPT md5crypt, which is weak\n"},
	{"JuXD4WLNH.kOs",
         ":0 the hash that 'ann' shall have is of the scheme CRYPT descrypt, which is weak\n"},
	{"$2b$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
         ":0 the hash that 'ann' shall have is of the scheme CRYPT bcrypt, of a cost below 10\n"},
	{"{BLF-CRYPT}$2y$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", ""},
	{"$6$rounds=1000$salt$hitX40AsX91LfrgfyWiA7hqXb.iu7KxcYOMpo2DsJPdpzpQkHPzdjo.YBVr9cxVFSBHMa8eK"
         "gPyXSLuNyUPZo1",
         ":0 the hash that 'ann' shall have is of the scheme CRYPT sha512crypt, of less than 5000 "
         "rounds\n"},
	{WISH_HASH, ""},
};

START_TEST(test_weak)
{
	const struct weak *row = &weaks[_i];
	struct reeve_error err = {0};
	struct reeve_users *users;

	ck_assert_msg(wish_add("ann", row->hash, &err) > 0, "%s", err.text);
	ck_assert_str_eq(wish_told, row->told);
	wish_told[0] = '\0';
	users = wish_begin();
	reeve_users_password(users, "ann", NULL, row->hash, NULL);
	ck_assert_msg(wish_end(users, &err) >= 0, "%s", err.text);
	ck_assert_str_eq(wish_told, row->told);
}
END_TEST

/* Whether a password is so already; a scheme that is named has to be the one. */
#define SHA512 /* openssl passwd -6 */ \
	"$6$saltstring$hitX40AsX91LfrgfyWiA7hqXb.iu7KxcYOMp" \
	"o2DsJPdpzpQkHPzdjo.YBVr9cxVFSBHMa8eKgPyXSLuNyUPZo1"
#define BCRYPT_5 "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW" /* crypt_blowfish */
#define BCRYPT "$2b$10$CCCCCCCCCCCCCCCCCCCCC.KgQljzbljH4iwhlg3oTf8buusOTZRX6"

static const struct fits {
	const char *field, *scheme;
	bool fits;
} fits[] = {
	{SHA512, NULL, true},
	{"!" SHA512, NULL, true},
	{SHA512, "SHA512-CRYPT", true},
	{"{SHA512-CRYPT}" SHA512, "sha512-crypt", true},
	{SHA512, "CRYPT", false},
	{SHA512, "BLF-CRYPT", false},
	{BCRYPT, "BLF-CRYPT", true},
	{"{BLF-CRYPT}" BCRYPT, "BLF-CRYPT", true},
	{BCRYPT, "SHA512-CRYPT", false},
	{"!", NULL, false},
	/* What is soon guessed is hashed anew. */
	{BCRYPT_5, NULL, false},
	{"{PLAIN}U*U", NULL, false},
	{"{SHA1}d7S/rU7dd40hb+nf3dzK+2KcKp8=", NULL, false},
};

START_TEST(test_fits)
{
	const struct fits *row = &fits[_i];

	ck_assert_msg(users_secret_fits(row->field, "U*U", row->scheme) == row->fits, "%s %s",
	              row->field, row->scheme);
	ck_assert(!users_secret_fits(row->field, "U*V", NULL));
}
END_TEST

/* Locks, and passwords beside them. */
START_TEST(test_lock)
{
	static const struct {
		const char *what, *field, *day, *ran;
	} rows[] = {
		{"lock", "!" WISH_HASH, "1", "usermod -L -e 1 -- ann\n"},
		{"lock", "!" WISH_HASH, "1", "(none)"},
		{"passwd", "!" WISH_HASH5, "1", "chpasswd -e\n"},
		{"unlock", WISH_HASH5, "", "usermod -U -e  -- ann\n"},
		{"unlock", WISH_HASH5, "", "(none)"},
		{"passwd", WISH_HASH5, "", "(none)"},
	};
	struct reeve_error err = {0};
	char line[300];

	ck_assert_int_eq(wish_add("ann", WISH_HASH, &err), 4);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reeve_users *users = wish_begin();

		unlink("root/ran");
		if (strcmp(rows[i].what, "passwd") == 0)
			reeve_users_password(users, "ann", NULL, rows[2].field + 1, NULL);
		else
			reeve_users_lock(users, "ann", strcmp(rows[i].what, "lock") == 0);
		ck_assert_msg(wish_end(users, &err) >= 0, "%zu: %s", i, err.text);
		ck_assert_str_eq(wish_ran(), rows[i].ran);
		snprintf(line, sizeof line, "\nann:%s:20000:0:99999:7::%s:\n", rows[i].field,
		         rows[i].day);
		ck_assert_msg(strstr(folder_read("root/etc/shadow"), line) != NULL, "%zu: %s", i,
		              folder_read("root/etc/shadow"));
	}
}
END_TEST

START_TEST(test_unlock_refused)
{
	struct reeve_users *users;
	struct reeve_error err = {0};

	ck_assert_int_eq(wish_add("ann", NULL, &err), 3);
	users = wish_begin();
	reeve_users_lock(users, "ann", false);
	ck_assert_int_eq(wish_end(users, &err), -1);
	ck_assert_str_eq(err.text, "'ann' has no password to unlock: give him one first");
	users = wish_begin();
	reeve_users_lock(users, "root", true);
	ck_assert_int_eq(wish_end(users, &err), -1);
	ck_assert_str_eq(err.text, "'root' has uid 0: he is no mail user");
}
END_TEST

/* A later step fails: the lock and the old password come back. */
START_TEST(test_lock_back)
{
	struct reeve_users *users;
	struct reeve_error err = {0};

	ck_assert_int_eq(wish_add("ann", WISH_HASH, &err), 4);
	ck_assert_int_eq(system("printf '1\\nno\\n' >root/etc/fail-chpasswd"), 0);
	users = wish_begin();
	reeve_users_lock(users, "ann", true);
	reeve_users_password(users, "ann", NULL, WISH_HASH5, NULL);
	ck_assert_int_eq(wish_end(users, &err), -1);
	ck_assert_str_eq(err.text, "nothing was changed: chpasswd: no");
	ck_assert_ptr_nonnull(
		strstr(folder_read("root/etc/shadow"), "\nann:" WISH_HASH ":20000:0:99999:7:::\n"));
}
END_TEST

/* So does what is no password. */
START_TEST(test_lock_back_none)
{
	struct reeve_users *users;
	struct reeve_error err = {0};

	ck_assert_int_eq(wish_add("ann", NULL, &err), 3);
	ck_assert_int_eq(system("sed -i '/^ann/s/:!:/:*:/' root/etc/shadow; "
	                        "printf '1\\nno\\n' >root/etc/fail-chpasswd"),
	                 0);
	users = wish_begin();
	reeve_users_lock(users, "ann", true);
	reeve_users_add(users, &(struct reeve_user_wish){.name = "bob", .hash = WISH_HASH});
	ck_assert_int_eq(wish_end(users, &err), -1);
	ck_assert_str_eq(err.text, "nothing was changed: chpasswd: no");
	ck_assert_msg(strstr(folder_read("root/etc/shadow"), "\nann:*:20000:0:99999:7:::\n") !=
	                      NULL,
	              "%s", folder_read("root/etc/shadow"));
}
END_TEST

/* Who is there keeps his password; that another one was given is said. */
START_TEST(test_stays)
{
	static const struct {
		const char *password, *hash, *file, *told;
	} rows[] = {
		{NULL, WISH_HASH, NULL, ""},
		{NULL, "{CRYPT}" WISH_HASH, NULL, ""},
		{NULL, BCRYPT, NULL,
	         ":0 'ann' has another password already, which stays: passwd changes it\n"},
		{"U*V", NULL, NULL,
	         ":0 'ann' has another password already, which stays: passwd changes it\n"},
		{NULL, WISH_HASH, "list", ""},
		{NULL, BCRYPT, "list",
	         "list:0 users who have another hash already, which stays: 1, the first is 'ann'; passwd "
	         "changes it\n"},
		{"U*V", NULL, "list",
	         "list:0 users who have a password already, which stays: 1; those given were not "
	         "compared, and passwd changes one\n"},
	};
	struct reeve_error err = {0};

	ck_assert_msg(wish_add("ann", WISH_HASH, &err) > 0, "%s", err.text);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reeve_user_wish wish = {.name = "ann",
		                               .password = rows[i].password,
		                               .hash = rows[i].hash,
		                               .file = rows[i].file,
		                               .line = 2};
		struct reeve_users *users = wish_begin();

		wish_told[0] = '\0';
		reeve_users_add(users, &wish);
		users_secret_tell_stays(users, rows[i].file);
		ck_assert_msg(wish_end(users, &err) == 0, "%zu: %s", i, err.text);
		ck_assert_msg(strcmp(wish_told, rows[i].told) == 0, "%zu: %s", i, wish_told);
	}
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

Suite *suite_user_lock(void)
{
	Suite *suite = suite_create("user/lock");
	TCase *tcase = tcase_create("lock");

	if (!user_root_can()) {
		unit_skip(5 + COUNT(weaks) + COUNT(fits),
		          "users are made in a root only by who may chroot");
		return suite;
	}
	tcase_add_checked_fixture(tcase, wish_enter, folder_leave);
	tcase_add_loop_test(tcase, test_weak, 0, COUNT(weaks));
	tcase_add_loop_test(tcase, test_fits, 0, COUNT(fits));
	tcase_add_test(tcase, test_lock);
	tcase_add_test(tcase, test_unlock_refused);
	tcase_add_test(tcase, test_lock_back);
	tcase_add_test(tcase, test_lock_back_none);
	tcase_add_test(tcase, test_stays);
	suite_add_tcase(suite, tcase);
	return suite;
}
