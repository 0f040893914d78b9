/* SPDX-License-Identifier: MIT */
/*
 * Who Dovecot's users are, as far as files tell: passwd-files, one for all or one for each domain or name,
 * passwd(5), and what passdbs let in where a userdb is the same for all (static). Who is in a database is
 * not asked for: unseen.c names them.
 */
#include "base/error.h"
#include "conf/dovecot_dbs.h"
#include "conf/dovecot_files.h"
#include "conf/dovecot_variables.h"
#include "limits/users.h"

#include <stdlib.h>
#include <string.h>

/* A file of a userdb that was asked before. */
struct table {
	const struct reeve_db *db;
	const char *format; /* of its lines; NULL */
	struct reeve_doc *doc;
};

struct walk {
	struct reeve_limits *limits;
	struct table *tables; /* in the arena; docs are to be freed */
	size_t count, room;
};

/* ---- a line ---------------------------------------------------------------------------------- */

static const char *field_of(struct reeve_limits *limits, const struct limit_line *line,
                            enum reeve_pwf_field field)
{
	struct reeve_span span;

	return reeve_passwd_file_field(line->doc, line->node, field, &span)
	               ? reeve_limits_text(limits, "%.*s", (int)span.length,
	                                   (const char *)line->doc->bytes + span.offset)
	               : "";
}

/* With the variables of a user's name, kept; NULL: one that we do not know. */
static const char *expanded(struct reeve_limits *limits, const char *text, const char *login)
{
	const struct reeve_whom whom = {.name = login};
	char *made = reeve_dovecot_expand(text, limits->is_24, &whom);
	const char *kept = reeve_limits_keep(limits, made);

	free(made);
	return kept;
}

/* What a userdb looks for in its file. */
static bool is_key(struct reeve_limits *limits, const struct reeve_db *db, const char *login,
                   const char *key)
{
	const char *wanted = login;

	if (db->format != NULL && db->format[0] != '\0')
		wanted = expanded(limits, db->format, login);
	return wanted != NULL && strcmp(wanted, key) == 0;
}

/* Whose line it is that begins with `key`; NULL: nobody's, for Dovecot looks for him elsewhere. */
static const char *login_of(struct reeve_limits *limits, const struct reeve_db *db,
                            const struct reeve_dovecot_file *of, const char *key)
{
	const char *login = key, *path;

	if (of == NULL)
		return key;
	if (of->user != NULL)
		login = of->user;
	else if (of->domain != NULL && strchr(key, '@') == NULL)
		login = reeve_limits_text(limits, "%s@%s", key, of->domain);
	path = expanded(limits, db->path, login);
	return path != NULL && strcmp(path, of->path + strlen(limits->root)) == 0 &&
	                       is_key(limits, db, login, key)
	               ? login
	               : NULL;
}

/* The userdb's home, or the line's, whichever counts; userdb_home comes later than the field. */
static const char *home_of(struct reeve_limits *limits, const struct reeve_db *db,
                           const struct limit_user *user, bool is_passdb)
{
	const struct limit_line *line = &user->line;
	const char *own = is_passdb ? "" : field_of(limits, line, REEVE_PWF_HOME);
	struct reeve_span value;

	if (!user->is_bare && reeve_passwd_file_extra(line->doc, line->node, "userdb_home", &value)) {
		own = reeve_limits_text(limits, "%.*s", (int)value.length,
		                        (const char *)line->doc->bytes + value.offset);
		if (strchr(own, '%') != NULL)
			own = expanded(limits, own, user->login);
	}
	if (db->home.value != NULL && (db->home.is_forced || own == NULL || own[0] == '\0'))
		own = expanded(limits, db->home.value, user->login);
	return own;
}

/*
 * What the userdbs before say: false if one has him and is the last that is asked, or tells of his mail
 * what we do not read; else what it adds is his.
 */
static bool look_before(struct walk *walk, const struct reeve_db *db, struct limit_user *user)
{
	for (size_t i = 0; i < walk->count; i++) {
		const struct table *table = &walk->tables[i];
		const char *key = user->login;
		uint32_t node;

		if (table->db == db)
			continue;
		if (table->format != NULL && table->format[0] != '\0')
			key = expanded(walk->limits, table->format, user->login);
		node = key == NULL ? 0 : reeve_passwd_file_find(table->doc, key);
		if (node == 0)
			continue;
		if (!table->db->goes_on || table->db->of_mail != NULL)
			return false;
		user->more = (struct limit_line){table->doc, node};
	}
	return true;
}

/* ---- a file ---------------------------------------------------------------------------------- */

/* `path` is with the root in front; `passdb`: whose lines it holds, where that is not the userdb. */
static void check_file(struct walk *walk, const struct reeve_db *db, const struct reeve_db *passdb,
                       const char *path, const struct reeve_dovecot_file *of)
{
	struct reeve_limits *limits = walk->limits;
	struct reeve_doc *doc =
		reeve_doc_open(REEVE_SYNTAX_PASSWD_FILE, limits->root, path, NULL, NULL);
	struct table *table =
		doc == NULL ? NULL : reeve_limits_add(limits, &walk->tables, &walk->count, &walk->room,
	                                              sizeof *table);

	if (table == NULL) {
		reeve_doc_free(doc);
		return;
	}
	*table = (struct table){db, passdb != NULL ? passdb->format : db->format, doc};
	/* What it says of the mail of all is not read; unseen.c notes it. */
	if (db->of_mail != NULL)
		return;
	for (uint32_t n = doc->nodes[0].first; n != 0; n = doc->nodes[n].next) {
		struct limit_user user = {.line = {doc, n},
		                          .is_bare = passdb != NULL || strcmp(db->driver, "passwd") == 0,
		                          .is_part = db->goes_on};

		/* A line of fewer fields is a passdb's: a userdb does not find him (conf/passwd_file.h). */
		if (doc->nodes[n].kind != REEVE_NODE_SETTING ||
		    (passdb == NULL && reeve_passwd_file_count(doc, n) < 3))
			continue;
		const char *key = field_of(limits, &user.line, REEVE_PWF_NAME);
		user.login = login_of(limits, passdb != NULL ? passdb : db, of, key);
		if (user.login == NULL || reeve_passwd_file_find(doc, key) != n ||
		    !look_before(walk, db, &user))
			continue;
		user.home = home_of(limits, db, &user, passdb != NULL);
		if (user.home == NULL)
			continue;
		user.place.file = reeve_limits_keep(limits, doc->path);
		reeve_doc_where(doc, doc->nodes[n].start, &user.place.line, &user.place.column);
		reeve_limits_check_user(limits, &user);
	}
}

/* All files of a path. */
static void check_path(struct walk *walk, const struct reeve_db *db, const struct reeve_db *passdb)
{
	struct reeve_limits *limits = walk->limits;
	const char *path = passdb != NULL ? passdb->path : db->path, *plain;
	struct reeve_dovecot_file *files = NULL;
	size_t count = 0;

	switch (reeve_dovecot_path_kind(path, limits->is_24)) {
	case REEVE_PATH_UNKNOWN:
		return;
	case REEVE_PATH_ONE:
		plain = expanded(limits, path, ""); /* "%%" of 2.3 */
		check_file(walk, db, passdb,
		           reeve_limits_text(limits, "%s%s", limits->root,
		                             plain == NULL ? path : plain),
		           NULL);
		return;
	case REEVE_PATH_OF_NAMES:
		break;
	}
	if (reeve_dovecot_files(limits->root, path, limits->is_24, limits->arena, &files, &count, NULL) ==
	    0)
		for (size_t i = 0; i < count; i++)
			check_file(walk, db, passdb, files[i].path, &files[i]);
	free(files);
}

/* ---- the door -------------------------------------------------------------------------------- */

static void check_userdb(struct walk *walk, const struct reeve_dbs *dbs, const struct reeve_db *db)
{
	struct reeve_limits *limits = walk->limits;

	if (reeve_db_is_passwd_file(db)) {
		check_path(walk, db, NULL);
	} else if (strcmp(db->driver, "passwd") == 0) {
		check_file(walk, db, NULL, reeve_limits_text(limits, "%s/etc/passwd", limits->root),
		           NULL);
	} else if (strcmp(db->driver, "static") == 0) {
		for (size_t i = 0; i < dbs->count; i++)
			if (dbs->rows[i].is_passdb && reeve_db_is_passwd_file(&dbs->rows[i]))
				check_path(walk, db, &dbs->rows[i]);
	}
}

void reeve_limits_check_users(struct reeve_limits *limits)
{
	struct walk walk = {.limits = limits};
	struct reeve_dbs dbs = {0};

	if (limits->of_dovecot == NULL || !limits->quota.is_on)
		return;
	if (reeve_dovecot_dbs(limits->of_dovecot, limits->is_24, limits->arena, &dbs, NULL) < 0)
		limits->has_failed = true;
	for (size_t i = 0; i < dbs.count; i++)
		if (!dbs.rows[i].is_passdb)
			check_userdb(&walk, &dbs, &dbs.rows[i]);
	for (size_t i = 0; i < walk.count; i++)
		reeve_doc_free(walk.tables[i].doc);
	free(dbs.rows);
}
