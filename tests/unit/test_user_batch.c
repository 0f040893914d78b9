/* SPDX-License-Identifier: MIT */
/* Wishes out of CSV: each as "add ...", each that is wrong as "LINE:COLUMN text". */
#include "folder.h"
#include "unit.h"
#include "user/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define COLUMNS                                                                                    \
	"this names no column: the first line has some of name, password, hash, scheme, home, "   \
	"group, shell, uid, gid, quota, alias\n"
#define HASH "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEd" \
	     "FCoEOfaS35inz1"
#define HOMES "/home/mail-users/"
#define ADD(name, home, group) "add system user '" name "' (home '" home "', group " group ")\n"
#define CARL ADD("carl", HOMES "carl", "mail")
#define PASSWORD(name) "set the password of '" name "'\n"

static const struct {
	const char *name, *input, *output;
} rows[] = {
	{"names only", "name\ncarl\ndora\n", CARL ADD("dora", HOMES "dora", "mail")},
	{"nobody", "name\n", ""},
	{"passwords and hashes", "Name,Hash,PASSWORD\r\ncarl,,secret\r\ndora," HASH ",\r\n",
	 CARL PASSWORD("carl") ADD("dora", HOMES "dora", "mail") PASSWORD("dora")},
	{"a hash with its scheme", "hash,name\n{SHA512-CRYPT}" HASH ",carl\n", CARL PASSWORD("carl")},
	{"columns", "home,name,group\n/srv/mail,carl,users\n,dora,\n/srv/emil,emil,",
	 ADD("carl", "/srv/mail/carl", "users") ADD("dora", HOMES "dora", "mail")
		 ADD("emil", "/srv/emil", "mail")},
	{"aliases", "alias,name\ninfo,carl\n\"sales,\nabuse \",dora\n,emil\n",
	 CARL "let alias 'info' lead to 'carl'\n" ADD("dora", HOMES "dora", "mail")
	 "let alias 'sales' lead to 'dora'\nlet alias 'abuse' lead to 'dora'\n"
	 ADD("emil", HOMES "emil", "mail")},
	{"an alias that is none", "name,alias\ncarl,info@example.org\n",
	 "2:6 'info@example.org': the name of an alias has no domain, and no '%'\n" CARL},
	{"a scheme", "name,password,scheme\ncarl,secret,sha512-crypt\n", CARL PASSWORD("carl")},

	{"empty", "", "1:1 there is no line that names the columns\n"},
	{"no columns", "carl,secret\ndora,geheim\n", "1:1 " COLUMNS},
	{"one that is none", "name,pasword\ncarl,secret\n", "1:6 " COLUMNS},
	{"a column twice", "name,home,Name\ncarl,/x,dora\n", "1:11 the column 'name' is there twice\n"},
	{"no names", "home,group\n/x,mail\n", "1:1 there is no column 'name'\n"},
	{"broken columns", "\"name\ncarl\n", "1:1 the quote that begins here does not end\n"},
	{"too few", "name,home\ncarl\ndora,\n",
	 "2:1 this line has 1 fields, the first one names 2\n" ADD("dora", HOMES "dora", "mail")},
	{"too many", "name\ncarl,secret\n", "2:6 this line has 2 fields, the first one names 1\n"},
	{"nobody's", "name,password\n,secret\n", "2:1 this line names no user\n"},
	{"a name that is none", "name\nCarl\n", "2:1 'Carl' is no name for a mail user: it has to "
					       "begin with a lower case letter or '_'\n"},
	{"twice", "name\ncarl\ndora\ncarl\n",
	 "4:1 'carl' is in line 2 already\n" CARL ADD("dora", HOMES "dora", "mail")},
	{"a scheme that is none", "name,scheme\ncarl,MD5-CRYPT\n",
	 "2:6 a scheme is CRYPT, SHA512-CRYPT or BLF-CRYPT\n"},
	{"quotas", "name,quota\ncarl,much\ndora,0\n",
	 "2:6 this is no quota, such as 500M or 2G\n3:6 this is no quota, such as 500M or 2G\n"},
	{"numbers", "name,uid,gid\ncarl,1x,\ndora,,-1\nemil,4294967295,\n",
	 "2:6 this is no number of a user or group\n3:7 this is no number of a user or group\n"
	 "4:6 this is no number of a user or group\n"},
	{"a gid alone", "name,uid,gid\ncarl,,1\ndora@example.org,,1\nemil@example.org,2,\n",
	 "2:7 a gid is for virtual users: one of the system has a group\n"
	 "3:19 uid and gid of a virtual user come together\n"
	 "4:18 uid and gid of a virtual user come together\n"},
	{"both", "name,password,hash\ncarl,secret," HASH "\n",
	 "2:13 a password and a hash: one of them is too much\n"},
	{"a hash that lost its beginning", "name,hash\ncarl,salt$svn8UoSVapNtMuq1\n",
	 "2:6 the hash is cut off, or none of CRYPT (did a shell take its '$'?)\n"},
	{"a hash for others", "name,hash\ncarl,{ARGON2ID}x\n",
	 "2:6 a hash by ARGON2ID is not for a user of the system: crypt(3) only\n"},
	{"all that is wrong", "name,quota\ncarl,x\n\"dora\" ,1G\nemil,y\n",
	 "2:6 this is no quota, such as 500M or 2G\n3:7 text behind the quote that ends a field\n"
	 "4:6 this is no quota, such as 500M or 2G\n"},
	{"a line end in a password", "name,password\ncarl,\"sec\nret\"\n",
	 "2:6 the password has a line end\n" CARL},
	{"Latin-1", "name,password\ncarl,stra\xdf" "e\n",
	 "2:6 this is not UTF-8: convert the file, for with other bytes a password is another\n"},
	{"UTF-8", "name,password\ncarl,stra\xc3\x9f" "e\n", CARL PASSWORD("carl")},
	{"a home that is none", "name,quota,home\ncarl,1G,x\ndora,,\"/a\nb\"\nemil,,/a:b\n",
	 "2:9 the home 'x/carl' is no absolute path\n"
	 "3:7 the home has a character that passwd(5) cannot hold\n"
	 "5:7 the home has a character that passwd(5) cannot hold\n"},
	{"a shell that is none", "name,shell\ncarl,sh\n", "2:6 the shell 'sh' is no absolute path\n"},
	{"a shell for mail", "name,shell\ncarl,/bin/sh\n",
	 "2:6 'carl' in group mail with the login shell '/bin/sh' could remove other users' mailboxes: "
	 "it has to be allowed\n"},
	{"a group that is none", "group,name\nnone,carl\n", "2:1 there is no group 'none'\n"},
	{"a uid that is none", "name,uid\ncarl,0\ndora,1001\n", 
	 "2:6 uid 0 is not for users (100 to 65533)\n3:6 uid 1001 is taken by 'ann'\n"},
	{"an alias that is no name", "name,alias\ncarl,\"info a|b\"\n", 
	 "2:6 'a|b' is no name for an alias: letters, digits and + - . _ = & ' ~ may be in it\n" CARL
	 "let alias 'info' lead to 'carl'\n"},
};

static void hear(void *user, const struct reeve_diag *diag)
{
	char *out = user;
	size_t n = strlen(out);

	/* What else is told is not about the batch, such as a table of aliases that is not there yet. */
	if (diag->severity < REEVE_PROBLEM)
		return;
	/* Passwords are in no message. */
	ck_assert_msg(strstr(diag->text, "secret") == NULL, "%s", diag->text);
	ck_assert_str_eq(diag->file, "batch.csv");
	snprintf(out + n, 2000 - n, "%d:%d %s\n", (int)diag->line, (int)diag->column, diag->text);
}

static void enter_root(void)
{
	folder_enter();
	ck_assert_int_eq(mkdir("etc", 0755), 0);
	ck_assert_int_eq(mkdir("var", 0755), 0);
	ck_assert_int_eq(mkdir("var/mail", 0755), 0);
	folder_write("etc/passwd", "root:x:0:0::/root:/bin/sh\n"
				   "ann:x:1001:8::/home/mail-users/ann:/usr/sbin/nologin\n");
	folder_write("etc/shadow", "root:*:1::::::\nann:" HASH ":1::::::\n");
	folder_write("etc/group", "root:x:0:\nmail:x:8:\nusers:x:100:\n");
	ck_assert_int_eq(mkdir("etc/postfix", 0755), 0);
	folder_write("etc/postfix/main.cf", "alias_maps = hash:/etc/aliases\n");
	folder_write("etc/aliases", "postmaster: root\n");
}

/* What the users shall be, and their passwords: not homes and mailboxes, which always come. */
static void put_steps(const struct reeve_users *users, char *out)
{
	for (size_t i = 0; i < reeve_users_step_count(users); i++) {
		struct reeve_user_step step = reeve_users_step_at(users, i);
		size_t n = strlen(out);

		if (step.is_change && strncmp(step.text, "make ", 5) != 0)
			snprintf(out + n, 2000 - n, "%s\n", step.text);
	}
}

static void play(const struct reeve_users_batch *batch, char out[2000])
{
	const struct reeve_talk talk = {.diag = hear, .user = out};
	const struct reeve_users_how how = {
		.root = ".", .is_for_changes = true, .dry_run = true, .talk = &talk};
	struct reeve_users_result result;
	struct reeve_error err = {0};
	struct reeve_users *users = reeve_users_open(&how, &err);

	ck_assert_msg(users != NULL, "%s", err.text);
	out[0] = '\0';
	reeve_users_batch(users, batch);
	int r = reeve_users_apply(users, &result, &err);
	/* Any that is wrong is enough. */
	ck_assert_msg((r == 0) == (out[0] == '\0'), "%s%s", out, err.text);
	put_steps(users, out);
	reeve_users_close(users);
}

START_TEST(lines)
{
	enter_root();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reeve_users_batch batch = {.file = "batch.csv", .n = strlen(rows[i].input)};
		char out[2000], *bytes = malloc(batch.n);

		if (batch.n > 0)
			memcpy(bytes, rows[i].input, batch.n);
		batch.bytes = bytes;
		play(&batch, out);
		free(bytes);
		ck_assert_msg(strcmp(out, rows[i].output) == 0, "%s: %s", rows[i].name, out);
	}
	folder_leave();
}
END_TEST

static const char *make_password(void *user, const char *name, struct reeve_error *err)
{
	char *asked = user;

	(void)err;
	strcat(strcat(asked, name), " ");
	return "new";
}

/* Who has a password, or brings one, needs none. */
START_TEST(asks_for_passwords)
{
	char asked[100] = "", out[2000];
	static const char text[] = "name,password\nann,\ncarl,\ndora,secret\n";
	const struct reeve_users_batch batch = {
		.file = "batch.csv",
		.bytes = text,
		.n = sizeof text - 1,
		.password = make_password,
		.user = asked,
	};

	enter_root();
	play(&batch, out);
	ck_assert_str_eq(asked, "carl ");
	ck_assert_str_eq(out, CARL PASSWORD("carl") ADD("dora", HOMES "dora", "mail")
				      PASSWORD("dora"));
	folder_leave();
}
END_TEST

START_TEST(takes_what_is_usual)
{
	char out[2000];
	struct reeve_users_batch batch = {
		.file = "batch.csv",
		.bytes = "name,home\ncarl,\ndora,/home/dora\n",
		.usual = {.home = "/srv", .group = "users"},
	};

	batch.n = strlen(batch.bytes);
	enter_root();
	play(&batch, out);
	ck_assert_str_eq(out, ADD("carl", "/srv/carl", "users") ADD("dora", "/home/dora", "users"));
	folder_leave();
}
END_TEST

/* ---- long lists ------------------------------------------------------------------------------ */

static void count_diag(void *user, const struct reeve_diag *diag)
{
	(void)diag;
	(*(size_t *)user)++;
}

static bool cancel(void *user)
{
	(void)user;
	return true;
}

/* Carry a batch of `n` names out, all of them wrong. */
static void play_many(size_t n, struct reeve_talk *talk, struct reeve_error *err)
{
	struct reeve_users_how how = {.root = ".", .dry_run = true, .talk = talk};
	struct reeve_users_batch batch = {.file = "batch.csv"};
	struct reeve_users_result result;
	struct reeve_users *users;
	char text[1000] = "name\n";

	for (size_t i = 0; i < n; i++)
		snprintf(text + strlen(text), 32, "Ann%zu\n", i);
	batch.bytes = text;
	batch.n = strlen(text);
	enter_root();
	users = reeve_users_open(&how, err);
	ck_assert_ptr_nonnull(users);
	reeve_users_batch(users, &batch);
	ck_assert_int_eq(reeve_users_apply(users, &result, err), -1);
	reeve_users_close(users);
	folder_leave();
}

START_TEST(tells_no_more_than_twenty)
{
	struct reeve_error err = {0};
	size_t told = 0;

	play_many(25, &(struct reeve_talk){.diag = count_diag, .user = &told}, &err);
	ck_assert_uint_eq(told, 20);
	ck_assert_str_eq(err.text, "nothing was changed: 25 of the wishes cannot be (the first 20 "
	                           "are told)");
}
END_TEST

START_TEST(stops_between_lines)
{
	struct reeve_error err = {0};

	play_many(2, &(struct reeve_talk){.cancel = cancel}, &err);
	ck_assert_int_eq(err.code, REEVE_ECANCELED);
}
END_TEST

START_TEST(fits_users)
{
	const struct reeve_users_how how = {.root = ".", .passwd_file = "./users"};
	struct reeve_error err = {0};
	struct reeve_users *users;

	enter_root();
	folder_write("users", "emil@example.org:{CRYPT}$!{SHA512-CRYPT}" HASH "::::::\n"
			      "fritz@example.org:{PLAIN}secret\ngerd@example.org\n");
	users = reeve_users_open(&how, &err);
	ck_assert_msg(users != NULL, "%s", err.text);
	ck_assert_int_eq(reeve_users_verify(users, "ann", "Hello world!", &err), 1);
	ck_assert_int_eq(reeve_users_verify(users, "emil@example.org", "Hello world!", &err), 1);
	ck_assert_int_eq(reeve_users_verify(users, "emil@example.org", "hello world!", &err), 0);
	ck_assert_int_eq(reeve_users_verify(users, "fritz@example.org", "secret", &err), 1);
	ck_assert_int_eq(reeve_users_verify(users, "gerd@example.org", "", &err), 0);
	ck_assert_int_eq(reeve_users_verify(users, "ann", "Hello world", &err), 0);
	ck_assert_int_eq(reeve_users_verify(users, "root", "*", &err), 0);
	ck_assert_int_eq(reeve_users_verify(users, "carl", "x", &err), -1);
	ck_assert_str_eq(err.text, "there is no user 'carl'");
	reeve_users_close(users);
	ck_assert_int_eq(remove("etc/shadow"), 0);
	users = reeve_users_open(&how, &err);
	ck_assert_int_eq(reeve_users_verify(users, "ann", "Hello world!", &err), -1);
	ck_assert_str_eq(err.text, "the password of 'ann' is in './etc/shadow', which we may not read");
	reeve_users_close(users);
	folder_leave();
}
END_TEST

Suite *suite_user_batch(void)
{
	Suite *suite = suite_create("user/batch");
	TCase *test = tcase_create("user_batch");

	tcase_add_test(test, lines);
	tcase_add_test(test, asks_for_passwords);
	tcase_add_test(test, takes_what_is_usual);
	tcase_add_test(test, tells_no_more_than_twenty);
	tcase_add_test(test, stops_between_lines);
	tcase_add_test(test, fits_users);
	suite_add_tcase(suite, test);
	return suite;
}
