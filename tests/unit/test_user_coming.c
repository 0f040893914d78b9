/* SPDX-License-Identifier: MIT */
/* A batch of virtual users: the passwd-file is parsed once for all of them, and nobody sees a difference. */
#include "folder.h"
#include "unit.h"

#include "user/coming.h"
#include "user/docs.h"
#include "user/where.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 300

static struct reeve_users *users;

/* A dry run, which needs no rights. Dovecot 2.3 looks for the part in front of the '@'. */
static void set_up(void)
{
	static const struct reeve_users_how how = {
		.root = "root", .is_for_changes = true, .dry_run = true, .what = "test"};
	struct reeve_error err = {0};

	folder_enter();
	ck_assert_int_eq(
		system("set -e; mkdir -p root/etc/dovecot root/srv; cd root/etc\n"
	               "echo vmail:x:900:900::/srv:/usr/sbin/nologin >passwd\n"
	               ": >shadow; echo vmail:x:900: >group\n"
	               "cat >dovecot/dovecot.conf <<-END\n"
	               "\tmail_location = maildir:~/Maildir\n"
	               "\tpassdb {\n\t driver = passwd-file\n\t args = username_format=%n /etc/dovecot/users\n\t}\n"
	               "\tuserdb {\n\t driver = passwd-file\n\t args = username_format=%n /etc/dovecot/users\n\t}\n"
	               "\tEND\n"
	               "echo 'eve:{PLAIN}x:900:900::/srv/of/eve' >dovecot/users"),
		0);
	users = reeve_users_open(&how, &err);
	ck_assert_msg(users != NULL, "%s", err.text);
}

static void tear_down(void)
{
	reeve_users_close(users);
	folder_leave();
}

static void add(const char *name, const char *home)
{
	struct reeve_user_wish wish = {.name = name,
	                               .home = home,
	                               .has_ids = true,
	                               .uid = 900,
	                               .gid = 900,
	                               .quota_bytes = 1024};

	reeve_users_add(users, &wish);
}

/* "": all wishes can be. */
static const char *why_not(void)
{
	static struct reeve_error err;
	struct reeve_users_result result;

	err = (struct reeve_error){0};
	reeve_users_apply(users, &result, &err);
	return err.text;
}

static struct reeve_doc *doc_of(void)
{
	struct reeve_error err = {0};
	const struct users_where *where = users_where(users, &err);
	struct reeve_doc *doc = users_doc(users, REEVE_SYNTAX_PASSWD_FILE, where->passwd_file, &err);

	ck_assert_msg(doc != NULL, "%s", err.text);
	return doc;
}

START_TEST(test_once)
{
	uint32_t parses = doc_of()->parses;
	struct reeve_user user;
	char name[40];

	for (int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof name, "user%d@example.org", i);
		ck_assert_int_eq(reeve_users_find(users, name, &user, NULL), 0);
		add(name, NULL);
	}
	ck_assert_str_eq(why_not(), "");
	ck_assert_uint_eq(doc_of()->parses, parses + 1);
	ck_assert_uint_ne(reeve_passwd_file_find(doc_of(), "user299"), 0);
	ck_assert_uint_eq(doc_of()->parses, parses + 1);
}
END_TEST

/* Whoever asks for one of them finds him. */
START_TEST(test_found)
{
	struct reeve_user user;
	struct reeve_doc *doc;

	add("ann@example.org", NULL);
	add("bob@example.org", NULL);
	ck_assert_int_eq(reeve_users_find(users, "bob@example.org", &user, NULL), 1);
	ck_assert_str_eq(user.home, "/srv/example.org/bob");
	ck_assert(user.has_quota && user.quota_bytes == 1024);
	add("cid@example.org", NULL);
	reeve_users_lock(users, "cid@example.org", true);
	ck_assert_str_eq(why_not(), "");
	doc = doc_of();
	ck_assert_int_eq(memcmp(doc->bytes,
	                        "eve:{PLAIN}x:900:900::/srv/of/eve\n"
	                        "ann:{CRYPT}$!:900:900::/srv/example.org/ann::userdb_quota_rule=*:storage=1K\n",
	                        110),
	                 0);
}
END_TEST

/* What is somebody's already: a home, one above it, a line. */
START_TEST(test_taken)
{
	static const struct {
		const char *name, *home, *why;
	} rows[] = {
		{"ann@example.org", "/srv/a/ann", ""},
		{"bob@example.org", "/srv/a/bob", ""},
		{"of@example.org", "/srv/of", "the home '/srv/of' is that of 'eve', or has it inside"},
		{"eve@example.com", "/srv/x/eve", "'eve@example.com' has the home '/srv/of/eve' already"},
		{"a@example.org", "/srv/a", "the home '/srv/a' is that of 'ann', or has it inside"},
		{"bob@example.com", "/srv/b/bob", "'bob@example.com' has the home '/srv/a/bob' already"},
		{"srv@example.com", "/srv/a/ann/srv", ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		tear_down();
		set_up();
		add("ann@example.org", "/srv/a/ann");
		add("bob@example.org", "/srv/a/bob");
		if (i >= 2)
			add(rows[i].name, rows[i].home);
		ck_assert_str_eq(why_not(), rows[i].why);
	}
}
END_TEST

Suite *suite_user_coming(void)
{
	Suite *suite = suite_create("user/coming");
	TCase *tcase = tcase_create("coming");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, test_once);
	tcase_add_test(tcase, test_found);
	tcase_add_test(tcase, test_taken);
	suite_add_tcase(suite, tcase);
	return suite;
}
