/* SPDX-License-Identifier: MIT */
/* Virtual users where there is a passwd-file for each domain, or for each user. */
#include "user/where_file.h"
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include "user_wish.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH "{SHA256-CRYPT}" WISH_HASH5
#define V24  "dovecot_config_version = 2.4.0\n"
#define OLD_OF(args)                                                                               \
	"mail_location = maildir:~/Maildir\npassdb {\n driver = passwd-file\n args = " args "\n}\n" \
	"userdb {\n driver = passwd-file\n args = " args "\n}\n"
#define NEW_OF(path)                                                                               \
	V24 "mail_driver = maildir\nmail_path = ~/Maildir\npassdb passwd-file {\n"                  \
	    " passwd_file_path = " path "\n}\nuserdb passwd-file {\n passwd_file_path = " path "\n}\n"

/* A file for each of two domains, and folders without. */
static void set_up(void)
{
	wish_enter();
	ck_assert_int_eq(
		system("set -e; cd root; mkdir -p etc/dovecot srv/vmail; chown 900:900 srv/vmail\n"
	               "echo vmail:x:900:900::/srv/vmail:/usr/sbin/nologin >>etc/passwd\n"
	               "printf 'vmail:x:900:\\ndovecot:x:901:\\n' >>etc/group\n"
	               "cd etc; mkdir -p vmail/a.org vmail/b.org vmail/empty.org vmail/.hidden vmail/Odd\n"
	               "echo 'eve:" HASH ":900:900::/srv/vmail/a.org/eve' >vmail/a.org/passwd\n"
	               "echo 'eve:" HASH ":900:900::/srv/vmail/b.org/eve' >vmail/b.org/passwd\n"
	               "echo 'zoe@b.org:" HASH ":900:900::/srv/vmail/b.org/zoe' >>vmail/b.org/passwd\n"
	               "echo 'bad:x:1:1::/x' | tee vmail/.hidden/passwd >vmail/Odd/passwd\n"
	               "echo 'bad:x:1:1::/x' >vmail/passwd; mkdir -p vmail/dir.org/passwd\n"),
		0);
}

/* "root" in front instead of the folder that it is in. */
static const char *inside(const char *text)
{
	static char is[400];
	const size_t n = strlen(wish_root);
	size_t length = 0;

	for (; *text != '\0' && length < sizeof is - 5; length = strlen(is)) {
		bool is_root = strncmp(text, wish_root, n) == 0;

		snprintf(is + length, sizeof is - length, "%.*s", is_root ? 4 : 1,
		         is_root ? "root" : text);
		text += is_root ? n : 1;
	}
	return is;
}

/* `file`: in the root, or NULL. */
static struct reeve_users *begin(const char *file)
{
	static char named[200];

	snprintf(named, sizeof named, "%s%s", wish_root, file == NULL ? "" : file);
	return wish_begin_in(file == NULL ? NULL : named);
}

/* ---- which ---------------------------------------------------------------------------------- */

static const struct which {
	const char *dovecot, *names; /* all that there are, as they are listed */
} whiches[] = {
	{OLD_OF("username_format=%n /etc/vmail/%d/passwd"), "eve@a.org eve@b.org "},
	{OLD_OF("username_format=%n /etc/vmail/%Ld/passwd"), "eve@a.org eve@b.org "},
	{OLD_OF("username_format=%n /etc//vmail/%{domain}/passwd"), ""},
	{OLD_OF("/etc/vmail/%d/passwd"), "zoe@b.org "},
	{OLD_OF("username_format=%n /etc/vmail/b.%2.9d/passwd"), ""},
	{OLD_OF("username_format=%u /etc/vmail/%1d.org/passwd"), "zoe@b.org "},
	{NEW_OF("/etc/vmail/%{user | domain}/passwd\n auth_username_format = %{user | username}"),
         "eve@a.org eve@b.org "},
	{NEW_OF("/etc/vmail/%{user|lower|domain}/passwd"), "zoe@b.org "},
	/* a folder of that name to 2.4 */
	{NEW_OF("/etc/vmail/%d/passwd"), ""},
};

START_TEST(test_which)
{
	const struct which *row = &whiches[_i];
	struct reeve_error err = {0};
	struct reeve_users *users;
	struct reeve_user user;
	char names[200] = "";

	folder_write("root/etc/dovecot/dovecot.conf", row->dovecot);
	users = begin(NULL);
	while (reeve_users_next(users, &user, &err) > 0)
		if (user.is_virtual)
			strcat(strcat(names, user.name), " ");
	ck_assert_str_eq(err.text, "");
	ck_assert_msg(strcmp(names, row->names) == 0, "%s: '%s'", row->dovecot, names);
	/* Each is found by that name. */
	for (char *name = strtok(names, " "); name != NULL; name = strtok(NULL, " ")) {
		ck_assert_int_eq(reeve_users_find(users, name, &user, &err), 1);
		ck_assert_str_eq(user.name, name);
		ck_assert_ptr_nonnull(strstr(user.file, strchr(name, '@') + 1));
	}
	reeve_users_close(users);
}
END_TEST

/* For each user one, in which the name stands or does not matter. */
START_TEST(test_of_users)
{
	struct reeve_error err = {0};
	struct reeve_users *users;
	struct reeve_user user;

	folder_write("root/etc/dovecot/dovecot.conf", OLD_OF("username_format=me /etc/vmail/users/%d/%n"));
	ck_assert_int_eq(system("cd root/etc/vmail; mkdir -p users/a.org; for who in ann bob; do "
	                        "echo me:" HASH ":900:900::/x/$who >users/a.org/$who; done; "
	                        "echo ann:x:1:1::/ >users/a.org/zoe"),
	                 0);
	users = begin(NULL);
	ck_assert_int_eq(reeve_users_find(users, "bob@a.org", &user, &err), 1);
	ck_assert_str_eq(user.home, "/x/bob");
	ck_assert_int_eq(reeve_users_find(users, "bob@b.org", &user, &err), 0);
	ck_assert_int_eq(reeve_users_find(users, "bob", &user, &err), 0);
	ck_assert_int_eq(reeve_users_find(users, "zoe@a.org", &user, &err), 0);
	reeve_users_close(users);
}
END_TEST

static const struct path {
	const char *dovecot, *file, *name, *path; /* NULL: refused, or none */
} paths[] = {
	{OLD_OF("/etc/vmail/%d/passwd"), NULL, "ann@a.org", "root/etc/vmail/a.org/passwd"},
	{OLD_OF("/etc/vmail/%d/%1n/%Un"), NULL, "ann@a.org", "root/etc/vmail/a.org/a/ANN"},
	{OLD_OF("/etc/vmail/%u"), NULL, "ann", "root/etc/vmail/ann"},
	{OLD_OF("/etc/100%%/%n"), NULL, "ann@a.org", "root/etc/100%/ann"},
	{OLD_OF("/etc/100%%"), NULL, "ann@a.org", "root/etc/100%"},
	{"auth_username_format = %Ln\n" OLD_OF("/etc/%u"), NULL, "Ann@a.org", "root/etc/ann"},
	{"auth_username_format = %Ln\n" OLD_OF("/etc/%d/x"), NULL, "ann@a.org", NULL},
	{NEW_OF("/etc/%{user|domain}/x"), NULL, "ann@a.org", "root/etc/a.org/x"},
	{NEW_OF("/etc/%d/x"), NULL, "ann@a.org", "root/etc/%d/x"},
	/* no domain, and ways out */
	{OLD_OF("/etc/vmail/%d/passwd"), NULL, "ann", NULL},
	{OLD_OF("/etc/vmail/%d/passwd"), NULL, "ann@..", NULL},
	{OLD_OF("/etc/vmail/%d/passwd"), NULL, "ann@.hidden", NULL},
	{OLD_OF("/etc/vmail/%d/passwd"), NULL, "ann@../a.org", NULL},
	{OLD_OF("/etc/vmail/%n/passwd"), NULL, "a/nn@a.org", NULL},
	/* that depend on more */
	{OLD_OF("/etc/vmail/%d/%r"), NULL, "ann@a.org", NULL},
	{OLD_OF("/etc/vmail/%d/%h"), NULL, "ann@a.org", NULL},
	{OLD_OF("/etc/vmail/%d/%"), NULL, "ann@a.org", NULL},
	{NEW_OF("/etc/%{user|sha1}/x"), NULL, "ann@a.org", NULL},
	{NEW_OF("/etc/%{local_ip}/x"), NULL, "ann@a.org", NULL},
	/* one of them is named */
	{OLD_OF("/etc/vmail/%d/passwd"), "/etc/vmail/a.org/passwd", "ann@a.org",
         "root/etc/vmail/a.org/passwd"},
	{OLD_OF("/etc/vmail/%d/passwd"), "/etc/vmail/a.org/passwd", "ann@b.org", NULL},
	{OLD_OF("/etc/vmail/%d/passwd"), "/etc/x", "ann@b.org", "root/etc/x"},
};

START_TEST(test_path)
{
	const struct path *row = &paths[_i];
	struct reeve_error err = {0};
	struct reeve_users *users;
	const char *path;

	folder_write("root/etc/dovecot/dovecot.conf", row->dovecot);
	users = begin(row->file);
	path = users_where_file(users, row->name, &err);
	ck_assert_msg(strcmp(path == NULL ? "none" : inside(path), row->path == NULL ? "none" : row->path) == 0,
	              "row %d: '%s', %s", _i, path, err.text);
	reeve_users_close(users);
}
END_TEST

/* ---- changes -------------------------------------------------------------------------------- */

START_TEST(test_add)
{
	struct reeve_error err = {0};
	struct reeve_users *users;

	folder_write("root/etc/dovecot/dovecot.conf", OLD_OF("username_format=%n /etc/vmail/%d/passwd"));
	for (int again = 0; again < 2; again++) {
		users = begin(NULL);
		reeve_users_add(users, &(struct reeve_user_wish){.name = "ann@a.org", .hash = HASH});
		reeve_users_add(users, &(struct reeve_user_wish){.name = "ann@empty.org", .hash = HASH});
		int got = wish_end(users, &err);
		ck_assert_msg(got == (again ? 0 : 4), "%d, %s", got, err.text);
	}
	ck_assert_str_eq(folder_read("root/etc/vmail/a.org/passwd"),
	                 "eve:" HASH ":900:900::/srv/vmail/a.org/eve\n"
	                 "ann:" HASH ":900:900::/srv/vmail/a.org/ann\n");
	ck_assert_str_eq(folder_read("root/etc/vmail/empty.org/passwd"),
	                 "ann:" HASH ":900:900::/srv/vmail/empty.org/ann::\n");
	ck_assert_int_eq(system("[ \"$(stat -c '%a %u %g' root/etc/vmail/empty.org/passwd)\" = '640 0 901' ]"),
	                 0);
}
END_TEST

static const struct refused {
	const char *dovecot, *name, *text;
	bool is_alone; /* else there is another wish, that could be */
} refused[] = {
	{OLD_OF("/etc/vmail/%d/passwd"), "ann@new.org",
         "there is no folder 'root/etc/vmail/new.org' for the passwd-file "
         "'root/etc/vmail/new.org/passwd': make it first", false},
	{OLD_OF("/etc/vmail/%d/passwd"), "ann",
         "of 'ann' no passwd-file can be told: it is '/etc/vmail/%d/passwd'", false},
	{OLD_OF("/etc/vmail/%s/passwd"), "ann@a.org",
         "there is no place for 'ann@a.org': which file Dovecot's passwd-file '/etc/vmail/%s/passwd' is "
         "depends on more than the user's name", true},
	/* a home that another file has */
	{OLD_OF("username_format=%n /etc/vmail/%d/passwd"), "bob@b.org",
         "the home '/srv/vmail/b.org/bob' is that of 'bob', or has it inside", false},
};

START_TEST(test_refused)
{
	const struct refused *row = &refused[_i];
	struct reeve_error err = {0};
	struct reeve_users *users;

	folder_write("root/etc/dovecot/dovecot.conf", row->dovecot);
	ck_assert_int_eq(system("echo bob::900:900::/srv/vmail/b.org/bob >root/etc/vmail/empty.org/passwd; "
	                        "cat root/etc/vmail/*/passwd >before 2>/dev/null"),
	                 256);
	users = begin(NULL);
	/* What could be done is not done either. */
	if (!row->is_alone)
		reeve_users_add(users, &(struct reeve_user_wish){.name = "ok@a.org", .hash = HASH});
	reeve_users_add(users, &(struct reeve_user_wish){
				       .name = row->name, .hash = HASH, .is_virtual = true});
	ck_assert_int_eq(wish_end(users, &err), -1);
	ck_assert_str_eq(inside(err.text), row->text);
	ck_assert_int_eq(system("cat root/etc/vmail/*/passwd 2>/dev/null | cmp - before"), 0);
}
END_TEST

/* Of one domain, and the same name of the other stays. */
START_TEST(test_others)
{
	struct reeve_error err = {0};
	struct reeve_users *users;

	folder_write("root/etc/dovecot/dovecot.conf", OLD_OF("username_format=%n /etc/vmail/%d/passwd"));
	users = begin(NULL);
	reeve_users_lock(users, "eve@a.org", true);
	ck_assert_msg(wish_end(users, &err) == 1, "%s", err.text);
	users = begin(NULL);
	reeve_users_remove(users, "eve@b.org", REEVE_USERS_KEEP_MAIL, NULL);
	reeve_users_remove(users, "eve@nowhere.org", REEVE_USERS_KEEP_MAIL, NULL);
	ck_assert_msg(wish_end(users, &err) == 1, "%s", err.text);
	ck_assert_str_eq(folder_read("root/etc/vmail/a.org/passwd"),
	                 "eve:{CRYPT}$!" HASH ":900:900::/srv/vmail/a.org/eve\n");
	ck_assert_str_eq(folder_read("root/etc/vmail/b.org/passwd"),
	                 "zoe@b.org:" HASH ":900:900::/srv/vmail/b.org/zoe\n");
	ck_assert_int_eq(system("[ ! -e root/etc/vmail/nowhere.org ]"), 0);
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

Suite *suite_user_files(void)
{
	Suite *suite = suite_create("user/files");
	TCase *tcase = tcase_create("files");

	if (!user_root_can()) {
		unit_skip(3 + COUNT(whiches) + COUNT(paths) + COUNT(refused),
		          "virtual users' homes are given to them only by root");
		return suite;
	}
	tcase_add_checked_fixture(tcase, set_up, folder_leave);
	tcase_add_loop_test(tcase, test_which, 0, COUNT(whiches));
	tcase_add_test(tcase, test_of_users);
	tcase_add_loop_test(tcase, test_path, 0, COUNT(paths));
	tcase_add_test(tcase, test_add);
	tcase_add_loop_test(tcase, test_refused, 0, COUNT(refused));
	tcase_add_test(tcase, test_others);
	suite_add_tcase(suite, tcase);
	return suite;
}
