/* SPDX-License-Identifier: MIT */
/*
 * passdb and userdb of 2.3: `driver`, and `args` that hold all else; of 2.4 a setting for each. Both have
 * fields for all users, that a line may say otherwise (default_fields; "uid:default" in fields), or
 * may not (override_fields; "uid" in fields, userdb static).
 */
#include "conf/dovecot_dbs.h"

#include "base/error.h"
#include "base/rows.h"
#include "conf/dovecot_space.h"

#include <string.h>

/* What is read, and where it is kept. */
struct reading {
	struct reeve_arena *arena;
	struct reeve_dbs *dbs;
	bool is_24, has_failed;
};

static const char *keep(struct reading *reading, const char *text, size_t n)
{
	const char *copy = reeve_arena_strndup(reading->arena, text, n);

	reading->has_failed |= copy == NULL;
	return copy == NULL ? "" : copy;
}

/* "mail", "quota_rule", "namespace/inbox/location" */
static bool is_of_mail(const char *name, size_t n)
{
	static const char *const begins[] = {"mail", "quota", "namespace"};

	for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
		if (n >= strlen(begins[i]) && memcmp(name, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static void set_field(struct reading *reading, struct reeve_db *db, const char *name, size_t n,
                      const char *value, size_t length, bool is_forced)
{
	static const char *const names[] = {"home", "uid", "gid"};
	struct reeve_db_default *const fields[] = {&db->home, &db->uid, &db->gid};

	for (size_t i = 0; i < 3; i++) {
		if (strlen(names[i]) == n && memcmp(name, names[i], n) == 0 &&
		    (is_forced || !fields[i]->is_forced))
			*fields[i] = (struct reeve_db_default){keep(reading, value, length), is_forced};
	}
	if (db->of_mail == NULL && is_of_mail(name, n))
		db->of_mail = keep(reading, name, n);
}

/* "uid=vmail gid=vmail home=/var/vmail/%d/%n" */
static void set_fields(struct reading *reading, struct reeve_db *db, const char *text, bool is_forced)
{
	while (*text != '\0') {
		size_t n = strcspn(text, " \t"), key = strcspn(text, "= \t");

		if (key < n)
			set_field(reading, db, text, key, text + key + 1, n - key - 1, is_forced);
		text += n;
		text += strspn(text, " \t");
	}
}

/* "scheme=CRYPT username_format=%u /etc/dovecot/users": options up to the first word with a '/'. */
static void set_args(struct reading *reading, struct reeve_db *db, const char *args)
{
	static const char format[] = "username_format=";

	while (*args != '\0' && *args != '/') {
		size_t n = strcspn(args, " ");

		if (strncmp(args, format, sizeof format - 1) == 0)
			db->format = keep(reading, args + sizeof format - 1, n - (sizeof format - 1));
		args += n;
		args += strspn(args, " ");
	}
	if (*args == '/')
		db->path = keep(reading, args, strlen(args));
}

/* A setting of it; `name` is what is behind the block in the PATH. */
static void set(struct reading *reading, struct reeve_db *db, const char *name, const char *value)
{
	size_t n;

	if (strncmp(name, "passdb_", 7) == 0 || strncmp(name, "userdb_", 7) == 0)
		name += 7;
	if (strcmp(name, "driver") == 0) {
		db->driver = keep(reading, value, strlen(value));
	} else if (strcmp(name, "args") == 0) {
		set_args(reading, db, value);
		set_fields(reading, db, value, true); /* of static; a passwd-file has none such */
	} else if (strcmp(name, "default_fields") == 0 || strcmp(name, "override_fields") == 0) {
		set_fields(reading, db, value, name[0] == 'o');
	} else if (strcmp(name, "passwd_file_path") == 0) {
		db->path = keep(reading, value, strlen(value));
	} else if (strcmp(name, "auth_username_format") == 0) {
		db->format = keep(reading, value, strlen(value));
	} else if (strcmp(name, "master") == 0 || strcmp(name, "deny") == 0) {
		db->is_other |= reeve_space_is_yes(value);
	} else if (strcmp(name, "result_success") == 0) {
		db->goes_on = strncmp(value, "continue", 8) == 0;
	} else if (strncmp(name, "fields/", 7) == 0) {
		name += 7;
		n = strcspn(name, ":");
		set_field(reading, db, name, n, value, strlen(value), name[n] == '\0');
	}
}

/* "passdb pam/", "userdb[2]/args": the block's part; 0: something else. */
static size_t block_of(const char *path)
{
	bool is_db = strncmp(path, "passdb", 6) == 0 || strncmp(path, "userdb", 6) == 0;
	const char *end;

	if (!is_db || strchr("[ /", path[6]) == NULL || path[6] == '\0')
		return 0;
	if (path[6] == ' ' && path[7] == '"') {
		end = strstr(path + 8, "\"/");
		return end == NULL ? 0 : (size_t)(end - path) + 1;
	}
	return strcspn(path, "/");
}

static struct reeve_db *find_db(struct reading *reading, const char *path, size_t n)
{
	struct reeve_dbs *dbs = reading->dbs;
	struct reeve_db *db;

	for (size_t i = 0; i < dbs->count; i++) {
		if (dbs->rows[i].id_length == n && memcmp(dbs->rows[i].id, path, n) == 0)
			return &dbs->rows[i];
	}
	struct reeve_db *rows = reeve_rows_grow(dbs->rows, sizeof *rows, dbs->count, &dbs->room);
	if (rows == NULL) {
		reading->has_failed = true;
		return NULL;
	}
	dbs->rows = rows;
	db = &dbs->rows[dbs->count++];
	*db = (struct reeve_db){.id = keep(reading, path, n),
	                        .id_length = n,
	                        .is_passdb = path[0] == 'p',
	                        .driver = "",
	                        .path = ""};
	/* In 2.4 its name is the driver's, if nothing else is said. */
	if (reading->is_24 && n > 7 && path[6] == ' ')
		db->driver = path[7] == '"' ? keep(reading, path + 8, n - 9) : keep(reading, path + 7, n - 7);
	return db;
}

int reeve_dovecot_dbs(const struct reeve_conf_list *list, bool is_24, struct reeve_arena *arena,
                      struct reeve_dbs *dbs, struct reeve_error *err)
{
	struct reading reading = {.arena = arena, .dbs = dbs, .is_24 = is_24};

	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);
		size_t n = block_of(row->path);
		struct reeve_db *db = n == 0 ? NULL : find_db(&reading, row->path, n);

		if (db != NULL && row->path[n] == '/')
			set(&reading, db, row->path + n + 1, row->value);
	}
	return reading.has_failed ? reeve_fail_nomem(err) : 0;
}

bool reeve_db_is_passwd_file(const struct reeve_db *db)
{
	return strcmp(db->driver, "passwd-file") == 0 && db->path[0] == '/' && !db->is_other;
}
