/* SPDX-License-Identifier: MIT */
/* Aliases by wishes, in a root with a stand-in for newaliases(1). */
#include "folder.h"
#include "unit.h"
#include "user_root.h"

#include "conf/passwd_file.h"
#include "user/alias_look.h"
#include "user/docs.h"
#include "user/files.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

static const char *root;

static struct reeve_users *open_for(const char *what, bool dry_run, struct reeve_error *err)
{
	struct reeve_users_how how = {
		.root = root, .is_for_changes = true, .dry_run = dry_run, .what = what};

	return reeve_users_open(&how, err);
}

static struct reeve_users *begin(bool dry_run)
{
	struct reeve_error err = {0};
	struct reeve_users *users = open_for("test", dry_run, &err);

	ck_assert_msg(users != NULL, "%s", err.text);
	return users;
}

/* How many steps it took; -1, and the text in `why`. */
static int end(struct reeve_users *users, char why[1000])
{
	struct reeve_users_result result;
	struct reeve_error err = {0};
	int r = reeve_users_apply(users, &result, &err);

	reeve_users_close(users);
	strcpy(why, err.text);
	return r < 0 ? -1 : (int)result.steps;
}

static int wish(const char *alias, const char *target, bool is_there, char why[1000])
{
	struct reeve_users *users = begin(false);

	reeve_users_alias(users, alias, target, is_there);
	return end(users, why);
}

static void set_up(void)
{
	folder_enter();
	root = user_root_make();
}

START_TEST(test_wishes)
{
	char why[1000];

	/* One that is not there is made. */
	ck_assert_int_eq(wish("abuse", "ann", true, why), 2);
	ck_assert_str_eq(folder_read("root/etc/aliases"), "abuse: ann\n");
	ck_assert_str_eq(folder_read("root/ran"), "newaliases \n");
	/* What is so takes nothing, and no program. */
	ck_assert_int_eq(wish("Abuse", "ANN", true, why), 0);
	ck_assert_str_eq(folder_read("root/ran"), "newaliases \n");

	folder_write("root/etc/aliases", "# x\nabuse:\tann, bob\nroot: abuse");
	ck_assert_int_eq(wish("abuse", "ann", false, why), 2);
	ck_assert_str_eq(folder_read("root/etc/aliases"), "# x\nabuse:\tbob\nroot: abuse");
	ck_assert_int_eq(wish("abuse", NULL, false, why), 2);
	ck_assert_str_eq(folder_read("root/etc/aliases"), "# x\nroot: abuse");
	ck_assert_int_eq(wish("abuse", NULL, false, why), 0);

	ck_assert_int_eq(wish("a@b", "ann", true, why), -1);
	ck_assert_ptr_nonnull(strstr(why, "no domain"));
	ck_assert_int_eq(wish("abuse", NULL, true, why), -1);
}
END_TEST

/* As a target these mean something; a name that is one of them is a slip. What is there stays usable. */
START_TEST(test_names)
{
	static const char *const bad[] = {"|/bin/sh", "/etc/passwd", ":include:/x", "a b", "b:c", "!",
	                                  "-x", ".a", "a.", "a..b", "a,b", "a\"b", "a\tb", "a%b",
	                                  "12345678901234567890123456789012345678901234567890123456789012345"};
	static const char *const good[] = {"a+b", "a-b", "owner-x", "a.b", "a_b", "a=b", "O'Brien", "1"};
	char why[1000];

	folder_write("root/etc/aliases", "\"first last\": bob\n");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ck_assert_msg(wish(bad[i], "ann", true, why) == -1, "'%s' is taken", bad[i]);
		ck_assert_msg(strstr(why, "is no name for an alias: ") != NULL, "%s", why);
	}
	ck_assert_str_eq(folder_read("root/etc/aliases"), "\"first last\": bob\n");
	ck_assert_int_eq(wish("first last", "ann", true, why), 2);
	ck_assert_str_eq(folder_read("root/etc/aliases"), "\"first last\": bob, ann\n");
	ck_assert_int_eq(wish("first last", NULL, false, why), 2);
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		ck_assert_msg(wish(good[i], "|/bin/true", true, why) == 2, "%s", why);
}
END_TEST

struct heard {
	char text[1000];
};

static void hear(void *user, const struct reeve_diag *diag)
{
	struct heard *heard = user;

	if (diag->severity != REEVE_NOTE)
		snprintf(heard->text + strlen(heard->text), sizeof heard->text - strlen(heard->text),
		         "%s\n", diag->text);
}

/* 1: done; 0: refused. What is warned of is in `heard`. */
static int try(const char *alias, const char *target, bool is_there, struct heard *heard)
{
	const struct reeve_talk talk = {.diag = hear, .user = heard};
	struct reeve_users_how how = {
		.root = root, .is_for_changes = true, .dry_run = true, .what = "test", .talk = &talk};
	struct reeve_error err = {0};
	struct reeve_users_result result;
	struct reeve_users *users = reeve_users_open(&how, &err);

	ck_assert_msg(users != NULL, "%s", err.text);
	heard->text[0] = '\0';
	reeve_users_alias(users, alias, target, is_there);
	int r = reeve_users_apply(users, &result, &err);
	reeve_users_close(users);
	return r == 0;
}

START_TEST(test_where_they_lead)
{
	static const struct {
		const char *alias, *target;
		bool is_there;
		int is_good;
		const char *warning;
	} rows[] = {
		{"c3", "c1", true, 0, ""},    {"c3", "c2", true, 0, ""},  {"c2", "x", true, 1, ""},
		{"c4", "C4", true, 0, ""},    {"c1", "c1", true, 0, ""},  {"c4", "c1", true, 1, ""},
		{"loop", "a1", true, 1, ""},  {"c2", NULL, false, 1, ""}, {"c3", "b", true, 1, ""},
		{"bob", "bob", true, 1, ""},  {"me", "me", true, 1, ""},
		{"postmaster", NULL, false, 1, "nobody reads the mail for 'postmaster' any more"},
		{"ann", "x", true, 1, "all mail for the user 'ann' goes to 'x'"},
	};
	struct heard heard;

	folder_write("root/etc/aliases", "postmaster: x\nc1: c2\nc2: x@y, C3\na1: a2\na2: a1\nbob: x\nme: x, me\n");
	folder_write("root/etc/passwd", "ann:x:1001:8::/home/ann:/usr/sbin/nologin\n"
	                                "bob:x:1002:8::/home/bob:/usr/sbin/nologin\n");
	folder_write("root/etc/group", "mail:x:8:\n");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int r = try(rows[i].alias, rows[i].target, rows[i].is_there, &heard);

		ck_assert_msg(r == rows[i].is_good, "%s %s", rows[i].alias, rows[i].target);
		ck_assert_msg(strncmp(heard.text, rows[i].warning, strlen(rows[i].warning)) == 0 &&
		              (heard.text[0] == '\0') == (rows[i].warning[0] == '\0'),
		              "%s: %s", rows[i].alias, heard.text);
	}
}
END_TEST

/* Who goes while aliases lead to him, and what leads nowhere. */
START_TEST(test_leads_nowhere)
{
	struct heard heard = {""};
	const struct reeve_talk talk = {.diag = hear, .user = &heard};
	struct reeve_users_how how = {
		.root = root, .is_for_changes = true, .dry_run = true, .what = "test", .talk = &talk};
	struct reeve_users *users;

	folder_write("root/etc/aliases", "info: bob, x@y, Ann\nbob: info\nann: |/bin/x, nobody\n"
	                                 "one: :include:/etc/list, :Include:\"/etc/no list\"\n");
	folder_write("root/etc/list", "");
	folder_write("root/etc/passwd", "ann:x:1001:8::/home/ann:/usr/sbin/nologin\n"
	                                "bob:x:1002:8::/home/bob:/usr/sbin/nologin\n");
	folder_write("root/etc/group", "mail:x:8:\n");
	users = reeve_users_open(&how, NULL);
	ck_assert_ptr_nonnull(users);
	ck_assert_int_eq(users_alias_check(users), 4);
	char wanted[1000];
	snprintf(wanted, sizeof wanted,
	         "an alias takes all mail for the user 'bob': none comes into his mailbox\n"
	         "alias 'ann' leads to 'nobody', and there is no such user or alias\n"
	         "an alias takes all mail for the user 'ann': none comes into his mailbox\n"
	         "alias 'one' leads to the list '%s/etc/no list', which is not there: nobody gets its "
	         "mail\n",
	         root);
	ck_assert_str_eq(heard.text, wanted);
	heard.text[0] = '\0';
	reeve_users_remove(users, "ann", REEVE_USERS_KEEP_MAIL, NULL);
	ck_assert_str_eq(heard.text, "alias 'info' still leads to 'ann', who goes\n");
	reeve_users_close(users);
}
END_TEST

/* Somebody comes whose name is an alias already: by the file, or by a wish before or after his. */
START_TEST(test_new_user)
{
	static const struct {
		const char *name, *alias, *before, *after, *warning;
	} rows[] = {
		{"cid", "", NULL, NULL, ""},
		{"cid", "info: cid\n", NULL, NULL, ""},
		{"cid", "cid: bob, Cid\n", NULL, NULL, ""},
		{"cid", "cid: \\cid, bob\n", NULL, NULL, ""},
		{"cid", "a: b\nCid: bob\n", NULL, NULL,
	         "an alias takes all mail for the user 'cid': none comes into his mailbox, unless "
	         "it leads to 'cid', too\n"},
		{"cid", "", "bob", NULL,
	         "an alias takes all mail for the user 'cid': none comes into his mailbox, unless "
	         "it leads to 'cid', too\n"},
		{"cid", "", NULL, "bob",
	         "all mail for the user 'cid' goes to 'bob', and none into his mailbox, unless the "
	         "alias leads to 'cid', too\n"},
		{"ann", "ann: bob\n", NULL, NULL, ""}, /* he is there: check tells it */
	};
	struct heard heard;
	const struct reeve_talk talk = {.diag = hear, .user = &heard};
	struct reeve_users_how how = {
		.root = root, .is_for_changes = true, .dry_run = true, .what = "test", .talk = &talk};

	folder_write("root/etc/passwd", "ann:x:1001:8::/home/ann:/usr/sbin/nologin\n");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reeve_user_wish wish = {.name = rows[i].name};
		struct reeve_users_result result;
		struct reeve_error err = {0};

		folder_write("root/etc/aliases", rows[i].alias);
		heard.text[0] = '\0';
		struct reeve_users *users = reeve_users_open(&how, &err);
		ck_assert_msg(users != NULL, "%s", err.text);
		if (rows[i].before != NULL)
			reeve_users_alias(users, "cid", rows[i].before, true);
		reeve_users_add(users, &wish);
		if (rows[i].after != NULL)
			reeve_users_alias(users, "cid", rows[i].after, true);
		ck_assert_msg(reeve_users_apply(users, &result, &err) == 0, "%zu: %s", i, err.text);
		reeve_users_close(users);
		ck_assert_msg(strcmp(heard.text, rows[i].warning) == 0, "%zu: %s", i, heard.text);
	}
}
END_TEST

START_TEST(test_together)
{
	struct reeve_users *users = begin(false);
	char why[1000];

	/* Several are one change, and one run of newaliases; the order of wishes counts. */
	reeve_users_alias(users, "abuse", "ann", true);
	reeve_users_alias(users, "abuse", "bob", true);
	reeve_users_alias(users, "abuse", "ann", false);
	reeve_users_alias(users, "x", "ann", false);
	ck_assert_uint_eq(reeve_users_step_count(users), 5);
	ck_assert_str_eq(reeve_users_step_at(users, 0).text, "let alias 'abuse' lead to 'ann'");
	ck_assert(!reeve_users_step_at(users, 4).is_change);
	ck_assert_int_eq(end(users, why), 4);
	ck_assert_str_eq(folder_read("root/etc/aliases"), "abuse: bob\n");
	ck_assert_str_eq(folder_read("root/ran"), "newaliases \n");

	users = begin(true);
	reeve_users_alias(users, "abuse", "cid", true);
	ck_assert_int_eq(end(users, why), 2);
	/* One that cannot be: nothing is done. */
	users = begin(false);
	reeve_users_alias(users, "abuse", "cid", true);
	reeve_users_alias(users, "a@b", "cid", true);
	ck_assert_int_eq(end(users, why), -1);
	ck_assert_str_eq(folder_read("root/etc/aliases"), "abuse: bob\n");
	ck_assert_str_eq(folder_read("root/ran"), "newaliases \n");
}
END_TEST

START_TEST(test_taken_back)
{
	char why[1000];

	folder_write("root/etc/aliases", "a: b\n");
	folder_write("root/etc/fail-newaliases", "75\nno room\n");
	ck_assert_int_eq(wish("abuse", "ann", true, why), -1);
	ck_assert_str_eq(why, "nothing was changed: the table of aliases is not made anew: 'newaliases' failed: "
	                      "newaliases: no room");
	ck_assert_str_eq(folder_read("root/etc/aliases"), "a: b\n");
	/* Without the program there is the file. */
	ck_assert_int_eq(unlink("root/usr/sbin/newaliases"), 0);
	ck_assert_int_eq(wish("abuse", "ann", true, why), 1);
	ck_assert_str_eq(folder_read("root/etc/aliases"), "a: b\nabuse: ann\n");
	/* So it is where the link to sendmail(1) is all that there is. */
	ck_assert_int_eq(symlink("/usr/sbin/sendmail", "root/usr/sbin/newaliases"), 0);
	ck_assert_int_eq(wish("abuse", "bob", true, why), 1);
	ck_assert_str_eq(folder_read("root/etc/aliases"), "a: b\nabuse: ann, bob\n");
}
END_TEST

/* A table that was made of the new file is made of the old one again, and nobody hears of it later. */
START_TEST(test_taken_back_table)
{
	static const char *const behind[] = {
		/* It fails when the table is made; and userdel(8) fails behind that. */
		"[ -e /once ] || { : >/once; echo 'newaliases: no room' >&2; exit 75; }\n", ""};
	char why[1000], text[500];
	const char *ran;
	struct reeve_users *users;

	folder_write("root/etc/aliases", "a: b\n");
	snprintf(text, sizeof text,
	         "#!/bin/sh\nwhile read -r l; do echo \"$l\"; done </etc/aliases >/etc/aliases.db\n"
	         "echo newaliases >>/ran\n%s", behind[_i]);
	folder_write("root/usr/sbin/newaliases", text);
	ck_assert_int_eq(system("cd root; echo ann:x:1001:8::/home/ann:/usr/sbin/nologin >>etc/passwd\n"
	                        "echo 'ann:!:20000::::::' >>etc/shadow"), 0);
	users = begin(false);
	reeve_users_alias(users, "abuse", "root", true);
	if (_i == 1) {
		folder_write("root/etc/fail-userdel", "8\nbusy\n");
		reeve_users_remove(users, "ann", REEVE_USERS_KEEP_MAIL, NULL);
	}
	ck_assert_int_eq(end(users, why), -1);
	ck_assert_msg(strstr(why, _i == 1 ? "nothing was changed: userdel: busy"
	                                  : "nothing was changed: the table of aliases is not made anew: ") == why,
	              "%s", why);
	ck_assert_str_eq(folder_read("root/etc/aliases"), "a: b\n");
	ck_assert_str_eq(folder_read("root/etc/aliases.db"), "a: b\n");
	ran = _i == 0 ? "newaliases\nnewaliases\n" : "newaliases\nuserdel -- ann\nnewaliases\n";
	ck_assert_str_eq(folder_read("root/ran"), ran);
	reeve_users_close(begin(false));
	ck_assert_str_eq(folder_read("root/ran"), ran);
}
END_TEST

/* What check finds of aliases. */
static int look(void)
{
	struct reeve_users *users = begin(true);
	int found = (int)users_alias_check(users);

	reeve_users_close(users);
	return found;
}

START_TEST(test_stale)
{
	const struct timespec old[2] = {{1000, 0}, {1000, 0}};
	char why[1000];

	/* A table that is older than its file was not made anew: a run was broken off. */
	ck_assert_int_eq(system("mkdir root/etc/postfix; : >root/etc/postfix/master.cf"), 0);
	folder_write("root/etc/postfix/main.cf",
	             "alias_maps = lmdb:/etc/a\nalias_database = lmdb:/etc/a\n");
	folder_write("root/etc/a", "a: b\n");
	folder_write("root/etc/a.lmdb", "");
	ck_assert_int_eq(wish("a", "b", true, why), 0);
	ck_assert_int_eq(look(), 1); /* "a" leads to nobody */
	ck_assert_int_eq(utimensat(AT_FDCWD, "root/etc/a.lmdb", old, 0), 0);
	ck_assert_int_eq(look(), 2);
	ck_assert_int_eq(wish("a", "b", true, why), 1);
	ck_assert_str_eq(folder_read("root/ran"), "newaliases \n");
	ck_assert_int_eq(unlink("root/etc/a.lmdb"), 0);
	ck_assert_int_eq(look(), 2);
	ck_assert_int_eq(wish("a", "b", true, why), 1);
	ck_assert_str_eq(folder_read("root/etc/a"), "a: b\n");
}
END_TEST

/* Both files in one change, of which then only the passwd-file is in place. Nothing has to be decided. */
START_TEST(test_broken_off)
{
	static const char *const fields[REEVE_PWF_FIELDS] = {"vera@x", "{CRYPT}y"};
	struct reeve_error err = {0};
	struct reeve_users *users = open_for("reeve-user add", false, &err);
	struct reeve_users_result result;
	struct reeve_doc *doc = users_doc(users, REEVE_SYNTAX_PASSWD_FILE,
	                                  reeve_users_text(users, "%s/etc/users", root), &err);
	char path[300];

	folder_write("root/etc/aliases", "a: b\n");
	ck_assert_int_eq(reeve_passwd_file_add(doc, fields, &err), 1);
	reeve_users_alias(users, "vera", "vera@x", true);
	ck_assert_int_eq(reeve_users_apply(users, &result, &err), 0);
	snprintf(path, sizeof path, "root/var/lib/mailreeve/undo/%s/done", users->change);
	reeve_users_close(users);
	ck_assert_str_eq(folder_read("root/etc/users"), "vera@x:{CRYPT}y::::::\n");
	ck_assert_int_eq(unlink(path), 0);
	folder_write("root/etc/aliases", "a: b\n");

	ck_assert_ptr_null(open_for("reeve-conf set", false, &err));
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	users = open_for("reeve-user lock", false, &err);
	ck_assert_msg(users != NULL, "%s", err.text);
	reeve_users_close(users);
	ck_assert_str_eq(folder_read("root/etc/aliases"), "a: b\nvera: vera@x\n");
	ck_assert_str_eq(folder_read("root/etc/users"), "vera@x:{CRYPT}y::::::\n");
}
END_TEST

START_TEST(test_next)
{
	struct reeve_users *users;
	struct reeve_user_alias alias;
	struct reeve_error err;

	folder_write("root/etc/aliases", "# x\n\nroot: ann,\n  bob\n\"a b\": \"|x y\"\n");
	users = begin(true);
	ck_assert_int_eq(reeve_users_next_alias(users, &alias, &err), 1);
	ck_assert_str_eq(alias.name, "root");
	ck_assert_str_eq(alias.value, "ann, bob");
	ck_assert_uint_eq(alias.line, 3);
	ck_assert_int_eq(reeve_users_next_alias(users, &alias, &err), 1);
	ck_assert_str_eq(alias.name, "a b");
	ck_assert_str_eq(alias.value, "\"|x y\"");
	ck_assert_int_eq(reeve_users_next_alias(users, &alias, &err), 0);
	reeve_users_close(users);
}
END_TEST

Suite *suite_user_alias(void)
{
	Suite *suite = suite_create("user/alias");
	TCase *tcase = tcase_create("alias");

	tcase_add_checked_fixture(tcase, set_up, folder_leave);
	if (user_root_can()) {
		tcase_add_test(tcase, test_wishes);
		tcase_add_test(tcase, test_names);
		tcase_add_test(tcase, test_where_they_lead);
		tcase_add_test(tcase, test_leads_nowhere);
		tcase_add_test(tcase, test_new_user);
		tcase_add_test(tcase, test_together);
		tcase_add_test(tcase, test_taken_back);
		tcase_add_loop_test(tcase, test_taken_back_table, 0, 2);
		tcase_add_test(tcase, test_stale);
		tcase_add_test(tcase, test_broken_off);
		tcase_add_test(tcase, test_next);
	} else {
		unit_skip(11, "only root may chroot(2)");
	}
	suite_add_tcase(suite, tcase);
	return suite;
}
