/* SPDX-License-Identifier: MIT */
/* The accounts of a made-up root: what counts, what does not, and finding one of many. */
#include "folder.h"
#include "unit.h"

#include "user/user.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROWS(table) (int)(sizeof table / sizeof table[0])

static struct reeve_arena *arena;
static struct reeve_accounts accounts;

static void enter(void)
{
	folder_enter();
	ck_assert_int_eq(mkdir("root", 0755), 0);
	ck_assert_int_eq(mkdir("root/etc", 0755), 0);
	arena = reeve_arena_new();
	ck_assert_ptr_nonnull(arena);
}

static void leave(void)
{
	reeve_arena_free(arena);
	folder_leave();
}

static void read_root(void)
{
	struct reeve_error err = {0};

	ck_assert_msg(reeve_accounts_read(&accounts, "root", arena, &err) == 0, "%s", err.text);
}

static const char passwd[] = "root:x:0:0:root:/root:/bin/bash\n"
			     "# ann:x:1:1:::\n"
			     "\n"
			     "+nis::::::\n"
			     "short:x:5\n"
			     "odd:x:5x:8::/:/bin/sh\n"
			     "all:x:4294967295:8::/:/bin/sh\n"
			     "ann:x:1000:8:Ann, A:/home/mail-users/ann:/usr/sbin/nologin\n"
			     "bob:$1$old:1001:1001::/home/bob:\n"
			     "ann:x:1005:8::/second:/bin/sh\n"
			     "twin:x:1001:8::/home/twin:/bin/false"; /* no last line end */

START_TEST(test_passwd)
{
	const struct reeve_account *ann, *bob;

	folder_write("root/etc/passwd", passwd);
	folder_write("root/etc/shadow", "root:*:1:0:99999:7:::\n"
	                                "ann:$y$j9T$x:20000:0:99999:7::1:\n"
	                                "ann:second:20000:0:99999:7:::\n"
	                                "bob:$6$not-his:20000:0:99999:7:::\n"
	                                "torn:!\n"
	                                "gone:!:1::::::\n");
	folder_write("root/etc/group", "mail:x:8:bob,,ann\nempty:x:9:\nbad:x:nine:\n");
	read_root();

	ck_assert_int_eq(accounts.count, 5);
	ann = reeve_accounts_find(&accounts, "ann");
	ck_assert_ptr_nonnull(ann);
	ck_assert_int_eq(ann->line, 8);
	ck_assert_int_eq(ann->uid, 1000);
	ck_assert_str_eq(ann->gecos, "Ann, A");
	ck_assert_str_eq(ann->home, "/home/mail-users/ann");
	ck_assert_str_eq(ann->shell, "/usr/sbin/nologin");
	ck_assert_str_eq(ann->hash, "$y$j9T$x");
	ck_assert_int_eq(ann->expires_day, 1);
	ck_assert_int_eq(ann->shadow_line, 2);
	ck_assert(!ann->is_double);
	ck_assert(accounts.rows[3].is_double);
	/* A hash in passwd(5) is what counts then: pam_unix(8) does not look further. */
	bob = reeve_accounts_find(&accounts, "bob");
	ck_assert_str_eq(bob->hash, "$1$old");
	ck_assert_int_eq(bob->expires_day, -1);
	ck_assert(!bob->is_shadowed);
	ck_assert_ptr_eq(reeve_accounts_uid(&accounts, 1001), bob);
	ck_assert_ptr_null(reeve_accounts_uid(&accounts, 999));
	ck_assert_ptr_nonnull(reeve_accounts_find(&accounts, "twin"));
	ck_assert_ptr_null(reeve_accounts_find(&accounts, "odd"));
	ck_assert_ptr_null(reeve_accounts_find(&accounts, "all"));
	ck_assert_ptr_null(reeve_accounts_find(&accounts, ""));
	ck_assert_ptr_null(reeve_accounts_find(&accounts, "zzz"));
}
END_TEST

START_TEST(test_group)
{
	const struct reeve_account_group *mail;

	folder_write("root/etc/passwd", passwd);
	folder_write("root/etc/group", "mail:x:8:bob,,ann\nempty:x:9:\nbad:x:nine:\n");
	read_root();
	ck_assert(!accounts.has_shadow);
	ck_assert_int_eq(accounts.group_count, 2);
	mail = reeve_accounts_group(&accounts, "mail");
	ck_assert_ptr_nonnull(mail);
	ck_assert_ptr_eq(reeve_accounts_gid(&accounts, 8), mail);
	ck_assert_int_eq(mail->member_count, 2);
	ck_assert(reeve_account_group_has(mail, "ann"));
	ck_assert(!reeve_account_group_has(mail, "an"));
	ck_assert_int_eq(reeve_accounts_group(&accounts, "empty")->member_count, 0);
	ck_assert_ptr_null(reeve_accounts_group(&accounts, "bad"));
}
END_TEST

static const struct {
	const char *file;
	uint64_t line;
} faults[] = {
	{"root/etc/passwd", 5}, {"root/etc/passwd", 6}, {"root/etc/passwd", 7},
	{"root/etc/shadow", 1}, {"root/etc/group", 3},
};

START_TEST(test_faults)
{
	folder_write("root/etc/passwd", passwd);
	folder_write("root/etc/shadow", "torn:!\n");
	folder_write("root/etc/group", "mail:x:8:\n\nbad:x:nine:\n");
	read_root();
	ck_assert_int_eq(accounts.fault_count, ROWS(faults));
	for (int i = 0; i < ROWS(faults); i++) {
		ck_assert_str_eq(accounts.faults[i].file, faults[i].file);
		ck_assert_int_eq(accounts.faults[i].line, faults[i].line);
	}
}
END_TEST

START_TEST(test_many)
{
	FILE *f = fopen("root/etc/passwd", "w");
	char name[32];

	ck_assert_ptr_nonnull(f);
	for (int i = 0; i < 10000; i++)
		fprintf(f, "user%d:x:%d:8::/home/mail-users/user%d:/usr/sbin/nologin\n",
		        (i * 7919) % 10000, 1000 + i, i);
	ck_assert_int_eq(fclose(f), 0);
	read_root();
	ck_assert_int_eq(accounts.count, 10000);
	for (int i = 0; i < 10000; i++) {
		const struct reeve_account *account;

		snprintf(name, sizeof name, "user%d", (i * 7919) % 10000);
		account = reeve_accounts_find(&accounts, name);
		ck_assert_msg(account != NULL && account->uid == 1000 + (unsigned int)i, "%s", name);
		ck_assert_ptr_eq(reeve_accounts_uid(&accounts, account->uid), account);
	}
}
END_TEST

START_TEST(test_no_passwd)
{
	struct reeve_users_how how = {.root = "root/"};
	struct reeve_error err = {0};

	ck_assert_ptr_null(reeve_users_open(&how, &err));
	ck_assert_int_eq(err.code, REEVE_EIO);
	ck_assert_msg(strstr(err.text, "'root/etc/passwd'") != NULL, "%s", err.text);
}
END_TEST

/* The lock of plans is held from open to close. */
START_TEST(test_lock)
{
	struct reeve_users_how how = {.root = "root", .state = "state", .is_for_changes = true};
	struct reeve_users_how look = {.root = "root", .state = "state"};
	struct reeve_users *first, *second;
	struct reeve_error err = {0};

	folder_write("root/etc/passwd", passwd);
	first = reeve_users_open(&how, &err);
	ck_assert_msg(first != NULL, "%s", err.text);
	ck_assert_str_eq(first->root, "root");
	ck_assert_ptr_null(reeve_users_open(&how, &err));
	ck_assert_int_eq(err.code, REEVE_EBUSY);
	second = reeve_users_open(&look, &err);
	ck_assert_ptr_nonnull(second);
	reeve_users_close(second);
	reeve_users_close(first);
	first = reeve_users_open(&how, &err);
	ck_assert_ptr_nonnull(first);
	reeve_users_close(first);
	reeve_users_close(NULL);
}
END_TEST

Suite *suite_user_accounts(void)
{
	Suite *s = suite_create("user/accounts");
	TCase *tc = tcase_create("accounts");

	tcase_add_checked_fixture(tc, enter, leave);
	tcase_add_test(tc, test_passwd);
	tcase_add_test(tc, test_group);
	tcase_add_test(tc, test_faults);
	tcase_add_test(tc, test_many);
	tcase_add_test(tc, test_no_passwd);
	tcase_add_test(tc, test_lock);
	suite_add_tcase(s, tc);
	return s;
}
