/* SPDX-License-Identifier: MIT */
/* Virtual users: their lines, and what Dovecot makes of them (src/auth/db-passwd-file.c). */
#include "user/line.h"

#include "base/error.h"
#include "base/number.h"
#include "user/mailbox.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- lines ---------------------------------------------------------------------------------- */

int users_line_find(struct reeve_users *users, const char *name, struct users_line *line_r,
                    struct reeve_error *err)
{
	const struct users_where *where = users_where(users, err);
	struct reeve_error why = {0};
	const char *key, *path;

	*line_r = (struct users_line){0};
	if (where == NULL)
		return -1;
	path = users_where_file(users, name, &why);
	if (path == NULL) /* no file at all, or none that could have him */
		return why.code == REEVE_OK || why.code == REEVE_EREFUSED
		               ? 0
		               : reeve_fail(err, why.code, "%s", why.text);
	key = users_where_key(users, name, &why);
	if (key == NULL) {
		/* A username_format that we cannot follow is no reason to know no system users. */
		if (why.code == REEVE_EREFUSED && strchr(name, '@') == NULL)
			return 0;
		return reeve_fail(err, why.code, "%s", why.text);
	}
	line_r->doc = users_doc_for(users, path, key, err);
	if (line_r->doc == NULL)
		return -1;
	line_r->node = reeve_passwd_file_find(line_r->doc, key);
	line_r->name = reeve_users_keep(users, name);
	return line_r->node != 0;
}

/* The name whose line it is; NULL: it does not count. */
static const char *name_of(struct reeve_users *users, const struct reeve_dovecot_file *file,
                           struct reeve_doc *doc, uint32_t node)
{
	const struct reeve_node *n = &doc->nodes[node];
	const char *key;

	if (n->kind != REEVE_NODE_SETTING)
		return NULL;
	key = reeve_users_text(users, "%.*s", (int)(n->name_end - n->name),
	                       (const char *)doc->bytes + n->name);
	return reeve_passwd_file_find(doc, key) == node ? users_where_name(users, file, key) : NULL;
}

int users_line_next(struct reeve_users *users, struct users_line *line, struct reeve_error *err)
{
	const struct reeve_dovecot_file *files;
	size_t count;

	if (users_where_files(users, &files, &count, err) < 0)
		return -1;
	for (;;) {
		if (line->doc == NULL) {
			if (line->file >= count)
				return 0;
			line->doc = users_doc(users, REEVE_SYNTAX_PASSWD_FILE, files[line->file].path,
			                      err);
			if (line->doc == NULL)
				return -1;
			line->node = line->doc->nodes[0].first;
		} else if (line->node < line->doc->count) {
			line->node = line->doc->nodes[line->node].next;
		} else {
			line->node = 0; /* the file was changed meanwhile, against the rule */
		}
		for (; line->node != 0; line->node = line->doc->nodes[line->node].next) {
			line->name = name_of(users, &files[line->file], line->doc, line->node);
			if (users->has_failed)
				return reeve_fail_nomem(err);
			if (line->name != NULL)
				return 1;
		}
		line->doc = NULL;
		line->file++;
	}
}

static char *text_of(const struct users_line *line, struct reeve_span span)
{
	return strndup((const char *)line->doc->bytes + span.offset, span.length);
}

char *users_line_field(const struct users_line *line, enum reeve_pwf_field field)
{
	struct reeve_span span;

	reeve_passwd_file_field(line->doc, line->node, field, &span);
	return text_of(line, span);
}

char *users_line_extra(const struct users_line *line, const char *key, bool *has_r)
{
	struct reeve_span span;

	*has_r = reeve_passwd_file_extra(line->doc, line->node, key, &span);
	return *has_r ? text_of(line, span) : NULL;
}

bool users_line_home(const struct reeve_doc *doc, uint32_t node, int which, struct reeve_span *span_r)
{
	return which == 0 ? reeve_passwd_file_field(doc, node, REEVE_PWF_HOME, span_r)
	                  : reeve_passwd_file_extra(doc, node, "userdb_home", span_r);
}

/* With what stands behind the ':' a field that another passdb gave stays. */
const char *const users_open_keys[] = {"nopassword", "nopassword:protected", "nopassword:default",
                                       NULL};

bool users_line_is_open(const struct users_line *line)
{
	bool is_open = false;

	for (size_t i = 0; users_open_keys[i] != NULL && !is_open; i++)
		free(users_line_extra(line, users_open_keys[i], &is_open));
	return is_open;
}

/* ---- what they mean ------------------------------------------------------------------------- */

/* Text that lives until the next user is filled; NULL for NULL, and where there is no memory. */
static const char *pass(struct reeve_users *users, char *text)
{
	const char *copy = NULL;

	if (text != NULL)
		copy = reeve_arena_strndup(users->passing, text, strlen(text));
	free(text);
	return copy;
}

/* The userdb's value, or the line's, whichever counts; NULL: neither has one. */
static const char *value_of(const struct reeve_db_default *usual, const char *own, bool is_userdb)
{
	bool has_own = is_userdb && own != NULL && own[0] != '\0';

	if (usual->value != NULL && (usual->is_forced || !has_own))
		return usual->value;
	return has_own ? own : NULL;
}

/*
 * What the line says of a userdb field, passing: its extra field "userdb_home", which comes later and so counts
 * (userdb-passwd-file.c), with its variables; else the field of passwd(5).
 */
static const char *own_of(struct reeve_users *users, const struct users_where *where,
                          const struct users_line *line, enum reeve_pwf_field field,
                          const char *key)
{
	const struct reeve_whom whom = {.name = line->name};
	bool has;
	const char *value = pass(users, users_line_extra(line, key, &has));

	if (!has)
		return pass(users, users_line_field(line, field));
	if (value != NULL && strchr(value, '%') != NULL)
		value = pass(users, reeve_dovecot_expand(value, where->is_24, &whom));
	return value;
}

static void fill_ids(struct reeve_users *users, const struct users_where *where,
                     const struct users_line *line, struct reeve_user *user)
{
	const char *uid = own_of(users, where, line, REEVE_PWF_UID, "userdb_uid");
	const char *gid = own_of(users, where, line, REEVE_PWF_GID, "userdb_gid");

	uid = value_of(&where->uid, uid, where->is_userdb);
	gid = value_of(&where->gid, gid, where->is_userdb);
	user->has_ids = uid != NULL && gid != NULL && users_where_uid(users, uid, &user->uid) &&
	                users_where_gid(users, gid, &user->gid);
	if (!user->has_ids)
		user->uid = user->gid = 0;
}

static void fill_home(struct reeve_users *users, const struct users_where *where,
                      const struct users_line *line, struct reeve_user *user)
{
	struct reeve_whom whom = {user->name, NULL, user->has_ids, user->uid, user->gid};
	const char *home = own_of(users, where, line, REEVE_PWF_HOME, "userdb_home");
	const struct users_mail *mail;
	bool is_usual;

	home = value_of(&where->home, home, where->is_userdb);
	is_usual = home != NULL && home == where->home.value;
	/* mail_home is for whom the userdb gives none. */
	mail = home == NULL ? users_mail(users, NULL) : NULL;
	if (mail != NULL && mail->home != NULL) {
		home = mail->home;
		is_usual = true;
	}
	if (is_usual)
		home = pass(users, reeve_dovecot_expand(home, where->is_24, &whom));
	user->home = home;
}

static void fill_password(const struct users_line *line, struct reeve_user *user)
{
	char *field = users_line_field(line, REEVE_PWF_PASSWORD);
	bool is_without;

	if (field == NULL)
		return;
	reeve_password_look(field, &user->password);
	explicit_bzero(field, strlen(field));
	free(field);
	/* An empty field lets nobody in, unless it says that none is asked for. */
	is_without = users_line_is_open(line);
	user->password.is_open = is_without;
	user->password.is_none = user->password.is_none && !is_without;
	user->is_password_known = true;
	user->is_locked = user->password.is_locked;
}

/*
 * The size in a quota field: in 2.3 behind "*:storage=", up to the next ':', in KiB without a unit
 * (src/plugins/quota/quota-util.c), in 2.4 all of it, in bytes.
 */
static bool quota_of(const char *value, const char *before, bool is_24, uint64_t *bytes_r)
{
	size_t n = strlen(before);
	char text[32];

	if (strncmp(value, before, n) != 0)
		return false;
	value += n;
	n = strcspn(value, is_24 ? "" : ":");
	if (n == 0 || n >= sizeof text)
		return false;
	memcpy(text, value, n);
	text[n] = '\0';
	if (reeve_size_parse(text, bytes_r, NULL) < 0)
		return false;
	if (!is_24 && isdigit((unsigned char)text[n - 1]) &&
	    !reeve_mul_size(*bytes_r, 1024, bytes_r))
		return false;
	return *bytes_r > 0; /* 0 is none */
}

bool users_line_quota(struct reeve_users *users, const struct users_line *line, uint64_t *bytes_r)
{
	const struct users_where *where = users_where(users, NULL);
	struct users_quota_field field;
	bool has = false, is_good;
	char *value;

	if (where == NULL || !users_where_quota(users, &field, NULL))
		return false;
	value = users_line_extra(line, field.key, &has);
	is_good = value != NULL && quota_of(value, field.before, where->is_24, bytes_r);
	free(value);
	return is_good;
}

/* What the line says of the location of his mail; the rest is as configured. 1, 0, -1. */
static int fill_location(struct reeve_users *users, const struct users_line *line,
                         struct reeve_location *own)
{
	const struct users_mail *mail = users_mail(users, NULL);

	if (mail == NULL)
		return 0;
	*own = mail->outside;
	return reeve_space_settle(&mail->space, line->doc, line->node, users->passing, own);
}

int users_line_fill(struct reeve_users *users, const struct users_line *line,
                    struct reeve_user *user_r, struct reeve_location *own_r, bool *has_own_r,
                    struct reeve_error *err)
{
	const struct users_where *where = users_where(users, err);
	uint64_t column;
	int own = 0;

	*user_r = (struct reeve_user){.name = line->name, .is_virtual = true};
	reeve_arena_free(users->passing);
	users->passing = reeve_arena_new();
	if (where == NULL)
		return -1;
	if (users->passing == NULL)
		return reeve_fail_nomem(err);
	user_r->file = line->doc->path;
	reeve_doc_where(line->doc, line->doc->nodes[line->node].start, &user_r->line, &column);
	/* Who has his home in another file may have any. */
	if (where->homes == NULL) {
		fill_ids(users, where, line, user_r);
		fill_home(users, where, line, user_r);
	}
	fill_password(line, user_r);
	user_r->has_quota = users_line_quota(users, line, &user_r->quota_bytes);
	if (where->is_userdb)
		own = fill_location(users, line, own_r);
	*has_own_r = own > 0;
	return own < 0 ? reeve_fail_nomem(err) : 0;
}
