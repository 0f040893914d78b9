/* SPDX-License-Identifier: MIT */
/* What Dovecot and Postfix name, of a made-up root. */
#include "folder.h"
#include "unit.h"

#include "user/where.h"
#include "user/where_file.h"
#include <string.h>
#include <sys/stat.h>

#define V24 "dovecot_config_version = 2.4.0\n"

static const struct {
	const char *dovecot; /* NULL: there is none */
	const char *file;    /* NULL: none; without "root" in front: another for each name */
	const char *key;     /* of Ann@Example.org; NULL: not known */
	const char *home, *uid, *gid; /* "!" in front: forced */
	const char *quota_file;
	bool is_userdb;
} rows[] = {
	{NULL, NULL, "Ann@Example.org", NULL, NULL, NULL, NULL, false},
	{"passdb {\n driver = pam\n}\nuserdb {\n driver = passwd\n}\n", NULL, "Ann@Example.org", NULL,
	 NULL, NULL, NULL, false},
	/* Debian's own, auth-passwdfile.conf.ext */
	{"passdb {\n driver = passwd-file\n args = scheme=CRYPT username_format=%u /etc/dovecot/users\n}\n"
	 "userdb {\n driver = passwd-file\n args = username_format=%u /etc/dovecot/users\n}\n",
	 "root/etc/dovecot/users", "Ann@Example.org", NULL, NULL, NULL, NULL, true},
	{V24 "passdb passwd-file {\n default_password_scheme = crypt\n auth_username_format = %{user}\n"
	     " passwd_file_path = /etc/dovecot/users\n}\n"
	     "userdb passwd-file {\n passwd_file_path = /etc/dovecot/users\n fields {\n"
	     "  uid:default = vmail\n  home = /v/%{user}\n }\n}\n",
	 "root/etc/dovecot/users", "Ann@Example.org", "!/v/%{user}", "vmail", NULL, NULL, true},
	/* the order of blocks and settings does not matter; nor what has nothing to do with it */
	{"userdb {\n driver = prefetch\n}\nuserdb {\n default_fields = uid=5000 gid=5000 home=/v/%d/%n\n"
	 " args = username_format=%u /x y\n driver = passwd-file\n override_fields = gid=vmail\n}\n"
	 "passdb {\n args = username_format=%Ln /x y\n driver = passwd-file\n}\npassdb {\n driver = pam\n}\n",
	 "root/x y", "ann", "/v/%d/%n", "5000", "!vmail", NULL, true},
	{"passdb {\n driver = passwd-file\n args = /x\n}\n"
	 "userdb {\n driver = static\n args = uid=5000 gid=vmail home=/v/%d/%n\n}\n",
	 "root/x", "Ann@Example.org", "!/v/%d/%n", "!5000", "!vmail", NULL, false},
	{V24 "passdb \"a b\" {\n driver = passwd-file\n passwd_file_path = /x\n}\n"
	     "userdb static {\n fields {\n  uid = 5000\n }\n}\nmail_gid = vmail\n"
	     "auth_username_format = %{user | username | lower}\n",
	 "root/x", "ann", NULL, "!5000", "vmail", NULL, false},
	{V24 "passdb_driver = x\npassdb x {\n passdb_driver = passwd-file\n passwd_file_path = /x\n}\n"
	     "mail_uid = 7\nmail_home = /v/%{user}\n",
	 "root/x", "Ann@Example.org", "/v/%{user}", "7", NULL, NULL, false},
	/* no users of mail, or not of one file */
	{"passdb {\n driver = passwd-file\n args = /m\n master = yes\n}\n"
	 "passdb {\n driver = passwd-file\n args = /d\n deny = yes\n}\n"
	 "passdb {\n driver = passwd-file\n args = /x\n}\n",
	 "root/x", "Ann@Example.org", NULL, NULL, NULL, NULL, false},
	{"passdb {\n driver = passwd-file\n args = /m\n master = Yes\n}\n"
	 "passdb {\n driver = passwd-file\n args = /d\n deny = Y\n}\n"
	 "passdb {\n driver = passwd-file\n args = /x\n}\n",
	 "root/x", "Ann@Example.org", NULL, NULL, NULL, NULL, false},
	{V24 "passdb m {\n driver = passwd-file\n master = yes\n passwd_file_path = /m\n}\n", NULL,
	 "Ann@Example.org", NULL, NULL, NULL, NULL, false},
	{"passdb {\n driver = passwd-file\n args = /x\n}\npassdb {\n driver = passwd-file\n args = /y\n}\n",
	 NULL, "Ann@Example.org", NULL, NULL, NULL, NULL, false},
	{"passdb {\n driver = passwd-file\n args = /x/%d\n}\n", "/x/%d", "Ann@Example.org", NULL, NULL, NULL,
	 NULL, false},
	{"passdb {\n driver = passwd-file\n args = username_format=%{host} /x\n}\n", "root/x", NULL, NULL,
	 NULL, NULL, NULL, false},
	/* one file, written in two ways */
	{V24 "passdb passwd-file {\n passwd_file_path = /x/%{user|domain}\n}\n"
	     "userdb passwd-file {\n passwd_file_path = /x/%{ user | domain | lower }\n"
	     " fields {\n  uid = 7\n }\n}\n",
	 "/x/%{user|domain}", "Ann@Example.org", NULL, "!7", NULL, NULL, true},
	{"passdb {\n driver = passwd-file\n args = /x/%d\n}\n"
	 "userdb {\n driver = passwd-file\n args = /x/%n\n}\n",
	 "/x/%d", "Ann@Example.org", NULL, NULL, NULL, NULL, false},
	/* quotas of system users */
	{"userdb {\n driver = passwd-file\n args = /q\n result_success = continue-ok\n}\n"
	 "userdb {\n driver = passwd\n}\n",
	 NULL, "Ann@Example.org", NULL, NULL, NULL, "root/q", false},
	{V24 "userdb q {\n driver = passwd-file\n passwd_file_path = /q\n result_success = continue\n}\n",
	 NULL, "Ann@Example.org", NULL, NULL, NULL, "root/q", false},
	{"userdb {\n driver = passwd-file\n args = /q\n}\nuserdb {\n driver = passwd\n}\n", NULL,
	 "Ann@Example.org", NULL, NULL, NULL, NULL, false},
};

static struct reeve_users *open_root(const char *dovecot, const char *main_cf, const char *file)
{
	struct reeve_users_how how = {.root = "root", .passwd_file = file};
	struct reeve_error err = {0};
	struct reeve_users *users;

	folder_enter();
	mkdir("root", 0755);
	mkdir("root/etc", 0755);
	mkdir("root/etc/dovecot", 0755);
	mkdir("root/etc/postfix", 0755);
	folder_write("root/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nvmail:x:5000:5001::/v:/bin/false\n");
	folder_write("root/etc/group", "root:x:0:\nvmail:x:5001:\n");
	if (dovecot != NULL)
		folder_write("root/etc/dovecot/dovecot.conf", dovecot);
	if (main_cf != NULL) {
		folder_write("root/etc/postfix/main.cf", main_cf);
		folder_write("root/etc/postfix/master.cf", "");
	}
	users = reeve_users_open(&how, &err);
	ck_assert_msg(users != NULL, "%s", err.text);
	return users;
}

static void close_root(struct reeve_users *users)
{
	reeve_users_close(users);
	folder_leave();
}

static void same(const char *is, const char *wanted)
{
	ck_assert_str_eq(is == NULL ? "(null)" : is, wanted == NULL ? "(null)" : wanted);
}

static void same_default(struct reeve_db_default is, const char *wanted)
{
	ck_assert_int_eq(is.is_forced, wanted != NULL && wanted[0] == '!');
	same(is.value, wanted != NULL && wanted[0] == '!' ? wanted + 1 : wanted);
}

START_TEST(test_dovecot)
{
	struct reeve_users *users = open_root(rows[_i].dovecot, NULL, NULL);
	struct reeve_error err = {0};
	const struct users_where *where = users_where(users, &err);

	ck_assert_ptr_nonnull(where);
	same(where->pattern != NULL ? where->pattern : where->passwd_file, rows[_i].file);
	ck_assert_int_eq(where->why == NULL, rows[_i].file != NULL);
	same(users_where_key(users, "Ann@Example.org", &err), rows[_i].key);
	same_default(where->home, rows[_i].home);
	same_default(where->uid, rows[_i].uid);
	same_default(where->gid, rows[_i].gid);
	same(where->quota_file, rows[_i].quota_file);
	ck_assert_int_eq(where->is_userdb, rows[_i].is_userdb);
	close_root(users);
}
END_TEST

START_TEST(test_named)
{
	/* A file that is named counts, with what Dovecot makes of it if it knows it. */
	struct reeve_users *users =
		open_root("passdb {\n driver = passwd-file\n args = /x\n}\n"
	                  "passdb {\n driver = passwd-file\n args = username_format=%n /y\n}\n"
	                  "userdb {\n driver = passwd-file\n args = /y\n}\n",
	                  NULL, "root/y");
	struct reeve_error err;
	struct users_quota_field quota;
	uint32_t id = 0;

	same(users_where(users, &err)->passwd_file, "root/y");
	same(users_where_key(users, "ann@example.org", &err), "ann");
	ck_assert(users->where->is_userdb);
	ck_assert(users_where_quota(users, &quota, &err));
	same(quota.key, "userdb_quota_rule");
	same(quota.before, "*:storage=");
	ck_assert(users_where_uid(users, "vmail", &id) && id == 5000);
	ck_assert(users_where_gid(users, "vmail", &id) && id == 5001);
	ck_assert(users_where_gid(users, "12", &id) && id == 12);
	ck_assert(!users_where_uid(users, "nosuch", &id) && !users_where_uid(users, "4294967295", &id) &&
	          !users_where_uid(users, NULL, &id) && !users_where_uid(users, "", &id));
	close_root(users);
}
END_TEST

/* However the file is named, it is the one that a path of variables makes of the user. */
START_TEST(test_named_relative)
{
	static const char *const files[] = {"root/x/a.org", "./root/x/a.org"};
	struct reeve_error err = {0};
	struct reeve_users *users = open_root(V24 "passdb passwd-file {\n passwd_file_path = /x/%{user|domain}\n}\n"
	                                      "userdb passwd-file {\n passwd_file_path = /x/%{user|domain}\n}\n",
	                                      NULL, NULL);

	reeve_users_close(users);
	mkdir("root/x", 0755);
	folder_write("root/x/a.org", "ann@a.org:{PLAIN}x:5000:5001::/v/ann::\n");
	struct reeve_users_how how = {.root = "root", .passwd_file = files[_i]};
	users = reeve_users_open(&how, &err);
	ck_assert_msg(users != NULL, "%s", err.text);
	const char *path = users_where_file(users, "ann@a.org", &err);
	ck_assert_msg(path != NULL, "%s: %s", files[_i], err.text);
	ck_assert_str_eq(path, "root/x/a.org");
	close_root(users);
}
END_TEST

START_TEST(test_quota_24)
{
	struct reeve_users *users = open_root(V24, NULL, NULL);
	struct users_quota_field quota;
	struct reeve_error err;

	ck_assert(users_where_quota(users, &quota, &err));
	same(quota.key, "userdb_quota_storage_size");
	same(quota.before, "");
	close_root(users);
	users = open_root(NULL, NULL, NULL);
	ck_assert(!users_where_quota(users, &quota, &err));
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	close_root(users);
}
END_TEST

static const struct {
	const char *main_cf, *aliases, *type;
	bool is_for_newaliases;
} aliases[] = {
	{NULL, "root/etc/aliases", "", true},
	{"", "root/etc/aliases", "hash", true},
	{"alias_maps = lmdb:/etc/a\nalias_database = lmdb:/etc/a\n", "root/etc/a", "lmdb", true},
	{"alias_maps = ldap:x, pcre:/y proxy:hash:/etc/b,hash:/etc/c\n", "root/etc/b", "hash", false},
	{"alias_maps = $alias_database\nalias_database = btree:/etc/d\n", "root/etc/d", "btree", true},
	{"alias_maps = texthash:/etc/e\n", "root/etc/e", "texthash", false},
	{"alias_maps =\n", NULL, NULL, false},
	{"alias_maps = ldap:/x\n", NULL, NULL, false},
};

START_TEST(test_postfix)
{
	struct reeve_users *users = open_root(NULL, aliases[_i].main_cf, NULL);
	struct reeve_error err;
	const struct users_where *where = users_where(users, &err);

	same(where->aliases, aliases[_i].aliases);
	same(where->alias_type, aliases[_i].type);
	ck_assert_int_eq(where->is_for_newaliases, aliases[_i].is_for_newaliases);
	ck_assert_int_eq(where->aliases_why == NULL, aliases[_i].aliases != NULL);
	close_root(users);
}
END_TEST

Suite *suite_user_where(void)
{
	Suite *suite = suite_create("user/where");
	TCase *tcase = tcase_create("where");

	tcase_add_loop_test(tcase, test_dovecot, 0, sizeof rows / sizeof rows[0]);
	tcase_add_test(tcase, test_named);
	tcase_add_loop_test(tcase, test_named_relative, 0, 2);
	tcase_add_test(tcase, test_quota_24);
	tcase_add_loop_test(tcase, test_postfix, 0, sizeof aliases / sizeof aliases[0]);
	suite_add_tcase(suite, tcase);
	return suite;
}
