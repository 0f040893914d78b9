/* SPDX-License-Identifier: MIT */
/* What Dovecot and Postfix name. */
#include "user/where.h"

#include "base/error.h"
#include "base/number.h"
#include "conf/dovecot_files.h"
#include "conf/dovecot_variables.h"
#include <stdlib.h>
#include <string.h>

/* ---- the passwd-file ------------------------------------------------------------------------ */

/* The one passdb that has virtual users; NULL, with where->why, if there is none or there are several. */
static const struct reeve_db *find_passdb(struct reeve_users *users, const struct reeve_dbs *dbs,
                                    struct users_where *where)
{
	const struct reeve_db *found = NULL;

	for (size_t i = 0; i < dbs->count; i++) {
		const struct reeve_db *db = &dbs->rows[i];

		if (!db->is_passdb || !reeve_db_is_passwd_file(db))
			continue;
		if (found != NULL && strcmp(found->path, db->path) != 0) {
			where->why = reeve_users_text(users,
			                              "the configuration of Dovecot names several "
			                              "passwd-files, '%s' and '%s'",
			                              found->path, db->path);
			return NULL;
		}
		found = found == NULL ? db : found;
	}
	if (found == NULL)
		where->why = where->has_dovecot
		                     ? "the configuration of Dovecot names no passwd-file"
		                     : "no configuration of Dovecot names a passwd-file";
	return found;
}

/* Its path for all, or a pattern; where->why, if that depends on more than a user's name. */
static void take_path(struct reeve_users *users, const char *path, struct users_where *where)
{
	char *plain;

	switch (reeve_dovecot_path_kind(path, where->is_24)) {
	case REEVE_PATH_UNKNOWN:
		where->why = reeve_users_text(users,
		                              "which file Dovecot's passwd-file '%s' is depends on "
		                              "more than the user's name",
		                              path);
		return;
	case REEVE_PATH_OF_NAMES:
		where->pattern = path;
		return;
	case REEVE_PATH_ONE:
		break;
	}
	/* "%%" of 2.3 */
	plain = reeve_dovecot_expand(path, where->is_24, &(struct reeve_whom){.name = ""});
	where->passwd_file =
		reeve_users_text(users, "%s%s", users->root, plain == NULL ? path : plain);
	free(plain);
}

/* The passdb of a file that is named: the file's own, or else one whose files it is among. */
static const struct reeve_db *find_passdb_of(const struct reeve_dbs *dbs, const char *path,
                                             struct users_where *where)
{
	struct reeve_match match;

	for (int k = 0; k < 2; k++) {
		for (size_t i = 0; i < dbs->count; i++) {
			const struct reeve_db *db = &dbs->rows[i];

			if (!db->is_passdb || !reeve_db_is_passwd_file(db))
				continue;
			if (k == 0 && strcmp(db->path, path) == 0)
				return db;
			if (k == 1 && reeve_dovecot_match(db->path, where->is_24, path, &match)) {
				where->pattern = db->path;
				return db;
			}
		}
	}
	return NULL;
}

/* Whether two paths are one, however their variables are written: they are, for a name. */
static bool is_one_path(const char *path, const char *other, bool is_24)
{
	static const struct reeve_whom whom = {.name = "local-part@domain.example"};
	char *a, *b;
	bool is;

	if (strcmp(path, other) == 0)
		return true;
	a = reeve_dovecot_expand(path, is_24, &whom);
	b = reeve_dovecot_expand(other, is_24, &whom);
	is = a != NULL && b != NULL && strcmp(a, b) == 0;
	free(a);
	free(b);
	return is;
}

/* The userdb that tells of the users of a file: of the same file, or one for all whom a passdb lets in. */
static const struct reeve_db *find_userdb(const struct reeve_dbs *dbs, const char *path, bool is_24)
{
	const struct reeve_db *other = NULL;

	for (size_t i = 0; i < dbs->count; i++) {
		const struct reeve_db *db = &dbs->rows[i];

		if (db->is_passdb)
			continue;
		if (reeve_db_is_passwd_file(db) && is_one_path(db->path, path, is_24))
			return db;
		if (other == NULL && strcmp(db->driver, "static") == 0)
			other = db;
	}
	return other;
}

/* Whether a userdb may know any user, and we cannot tell whom: that of a database. */
static bool is_anybodys(const struct reeve_db *db)
{
	static const char *const drivers[] = {"passwd-file", "passwd", "nss", "prefetch"};

	for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++)
		if (strcmp(db->driver, drivers[i]) == 0)
			return false;
	return true;
}

/*
 * Whether the users of a passdb's file have their homes in another file. `path` is the one of the two that is
 * asked for.
 */
static void find_two(const struct reeve_dbs *dbs, const char *path, struct users_where *where)
{
	const char *passwords = NULL, *homes = NULL;

	for (size_t i = 0; i < dbs->count; i++) {
		const struct reeve_db *db = &dbs->rows[i];
		bool is_file = reeve_db_is_passwd_file(db) && !db->goes_on;
		bool is_asked = is_file && is_one_path(db->path, path, where->is_24);

		if (!db->is_passdb && is_anybodys(db))
			return;
		if (is_file && db->is_passdb &&
		    (is_asked || (passwords == NULL &&
		                  find_userdb(dbs, db->path, where->is_24) == NULL)))
			passwords = db->path;
		if (is_file && !db->is_passdb && (is_asked || homes == NULL))
			homes = db->path;
	}
	if (passwords == NULL || homes == NULL || is_one_path(passwords, homes, where->is_24) ||
	    !(is_one_path(passwords, path, where->is_24) || is_one_path(homes, path, where->is_24)) ||
	    find_userdb(dbs, passwords, where->is_24) != NULL)
		return;
	where->passwords = passwords;
	where->homes = homes;
}

/* As Dovecot would name it: "users", said in /etc/dovecot, too. */
static const char *without_root(struct reeve_users *users, const char *path)
{
	size_t n = strlen(users->root);
	char *whole, *root;

	if (strncmp(path, users->root, n) == 0 && path[n] == '/')
		return path + n;
	whole = path[0] == '/' ? NULL : realpath(path, NULL);
	root = whole == NULL || n == 0 ? NULL : realpath(users->root, NULL);
	n = root == NULL ? 0 : strlen(root);
	if (whole != NULL && (n == 0 || (strncmp(whole, root, n) == 0 && whole[n] == '/')))
		path = reeve_users_keep(users, whole + n);
	free(whole);
	free(root);
	return path;
}

static void choose(struct reeve_users *users, const struct reeve_dbs *dbs, struct users_where *where)
{
	const struct reeve_db *passdb = NULL, *userdb;
	const char *path = NULL;

	if (users->how.passwd_file != NULL) {
		const char *file = reeve_users_keep(users, users->how.passwd_file);

		path = without_root(users, file);
		/* "users", said in /etc/dovecot, is compared with what a path of variables makes. */
		if (file[0] != '/' && path[0] == '/')
			file = reeve_users_text(users, "%s%s", users->root, path);
		passdb = find_passdb_of(dbs, path, where);
		if (where->pattern != NULL)
			path = where->pattern;
		where->passwd_file = file;
	} else {
		passdb = find_passdb(users, dbs, where);
		if (passdb == NULL)
			return;
		path = passdb->path;
		take_path(users, path, where);
		if (where->why != NULL)
			return;
	}
	userdb = find_userdb(dbs, path, where->is_24);
	if (passdb != NULL && passdb->format != NULL)
		where->format = passdb->format;
	find_two(dbs, path, where);
	/* A file that Dovecot does not know will be one of its own some day: its lines say all. */
	where->is_userdb = users->how.passwd_file != NULL && passdb == NULL;
	if (userdb == NULL)
		return;
	where->is_userdb |= reeve_db_is_passwd_file(userdb);
	if (where->format == NULL && passdb == NULL)
		where->format = userdb->format;
	where->home = userdb->home;
	where->uid = userdb->uid;
	where->gid = userdb->gid;
	if (passdb == NULL)
		where->home.is_forced = where->uid.is_forced = where->gid.is_forced = false;
}

static void find_quota_file(struct reeve_users *users, const struct reeve_dbs *dbs,
                            struct users_where *where)
{
	for (size_t i = 0; i < dbs->count && where->quota_file == NULL; i++) {
		const struct reeve_db *db = &dbs->rows[i];

		if (!db->is_passdb && reeve_db_is_passwd_file(db) && db->goes_on &&
		    strchr(db->path, '%') == NULL)
			where->quota_file = reeve_users_text(users, "%s%s", users->root, db->path);
	}
}

int users_dbs_read(struct reeve_users *users, struct reeve_conf *dovecot, bool is_24,
                   struct reeve_dbs *dbs, struct reeve_error *err)
{
	struct reeve_conf_list *list =
		reeve_conf_list(dovecot, REEVE_CONF_EFFECTIVE | REEVE_CONF_BLOCKS, err);
	int r = list == NULL ? -1 : reeve_dovecot_dbs(list, is_24, users->arena, dbs, err);

	reeve_conf_list_free(list);
	return r;
}

static int read_dovecot(struct reeve_users *users, struct users_where *where, struct reeve_error *err)
{
	struct reeve_conf *dovecot = reeve_users_conf(users, REEVE_CONF_DOVECOT);
	struct reeve_dbs dbs = {0};
	int r = 0;

	where->has_dovecot = dovecot != NULL;
	if (dovecot != NULL) {
		where->is_24 = reeve_users_setting(users, REEVE_CONF_DOVECOT,
		                                   "dovecot_config_version") != NULL;
		r = users_dbs_read(users, dovecot, where->is_24, &dbs, err);
	}
	if (r == 0) {
		choose(users, &dbs, where);
		find_quota_file(users, &dbs, where);
	}
	free(dbs.rows);
	/* Of 2.4 it is what the whole of Dovecot makes of a name. */
	if (where->format == NULL && where->is_24)
		where->format = reeve_users_setting(users, REEVE_CONF_DOVECOT, "auth_username_format");
	if (where->uid.value == NULL)
		where->uid.value = reeve_users_setting(users, REEVE_CONF_DOVECOT, "mail_uid");
	if (where->gid.value == NULL)
		where->gid.value = reeve_users_setting(users, REEVE_CONF_DOVECOT, "mail_gid");
	if (where->home.value == NULL)
		where->home.value = reeve_users_setting(users, REEVE_CONF_DOVECOT, "mail_home");
	return r;
}

/* ---- the door ------------------------------------------------------------------------------- */

const struct users_where *users_where(struct reeve_users *users, struct reeve_error *err)
{
	struct users_where *where = users->where;

	if (where != NULL)
		return where;
	where = reeve_arena_alloc(users->arena, sizeof *where);
	if (where == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	if (read_dovecot(users, where, err) < 0)
		return NULL;
	users_where_aliases(users, where);
	if (users->has_failed) {
		reeve_fail_nomem(err);
		return NULL;
	}
	users->where = where;
	return where;
}

const char *users_where_key(struct reeve_users *users, const char *name, struct reeve_error *err)
{
	const struct users_where *where = users_where(users, err);
	struct reeve_whom whom = {.name = name};
	const char *key;
	char *text;

	if (where == NULL)
		return NULL;
	if (where->format == NULL || where->format[0] == '\0')
		return reeve_users_keep(users, name);
	text = reeve_dovecot_expand(where->format, where->is_24, &whom);
	if (text == NULL) {
		reeve_fail(err, REEVE_EREFUSED,
		           "what Dovecot looks for in '%s' cannot be told: username_format is '%s'",
		           where->passwd_file != NULL ? where->passwd_file
		           : where->pattern != NULL   ? where->pattern
		                                      : "a passwd-file",
		           where->format);
		return NULL;
	}
	key = reeve_users_keep(users, text);
	free(text);
	return key;
}

int users_where_check_one(const struct users_where *where, const char *name, struct reeve_error *err)
{
	if (where->homes == NULL)
		return 0;
	return reeve_fail(err, REEVE_EREFUSED,
	                  "Dovecot takes the password of '%s' from '%s', and his home from '%s': give its "
	                  "passdb and its userdb one file with both",
	                  name, where->passwords, where->homes);
}

bool users_where_uid(struct reeve_users *users, const char *value, uint32_t *uid_r)
{
	const struct reeve_account *account;
	uint64_t n;

	if (value == NULL || value[0] == '\0')
		return false;
	if (reeve_digits(value, strlen(value), UINT32_MAX - 1, &n)) {
		*uid_r = (uint32_t)n;
		return true;
	}
	account = reeve_accounts_find(&users->accounts, value);
	if (account != NULL)
		*uid_r = account->uid;
	return account != NULL;
}

bool users_where_gid(struct reeve_users *users, const char *value, uint32_t *gid_r)
{
	const struct reeve_account_group *group;
	uint64_t n;

	if (value == NULL || value[0] == '\0')
		return false;
	if (reeve_digits(value, strlen(value), UINT32_MAX - 1, &n)) {
		*gid_r = (uint32_t)n;
		return true;
	}
	group = reeve_accounts_group(&users->accounts, value);
	if (group != NULL)
		*gid_r = group->gid;
	return group != NULL;
}

bool users_where_quota(struct reeve_users *users, struct users_quota_field *field_r,
                       struct reeve_error *err)
{
	const struct users_where *where = users_where(users, err);

	if (where == NULL)
		return false;
	if (!where->has_dovecot) {
		reeve_fail(err, REEVE_EREFUSED,
		           "without a configuration of Dovecot it cannot be told how it takes a quota");
		return false;
	}
	/* Dovecot 2.4 upgrade guide: quota_rule is gone; quota_storage_size is a size alone. */
	*field_r = where->is_24 ? (struct users_quota_field){"userdb_quota_storage_size", ""}
	                        : (struct users_quota_field){"userdb_quota_rule", "*:storage="};
	return true;
}
