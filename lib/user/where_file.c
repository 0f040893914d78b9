/* SPDX-License-Identifier: MIT */
/* Which passwd-file has a virtual user, and which there are. */
#include "user/where_file.h"

#include "base/error.h"
#include "base/open.h"
#include "conf/dovecot_variables.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- by a name ------------------------------------------------------------------------------ */

/*
 * The name as Dovecot has it by the time it asks a passdb: auth_username_format, whose default makes lower
 * case of it in all versions. To be freed.
 */
static char *login_of(struct reeve_users *users, const char *name)
{
	const struct reeve_whom whom = {.name = name};
	const char *format = reeve_users_setting(users, REEVE_CONF_DOVECOT, "auth_username_format");
	char *login = NULL;

	if (format == NULL)
		format = users->where->is_24 ? "%{user | lower}" : "%Lu";
	if (format[0] != '\0')
		login = reeve_dovecot_expand(format, users->where->is_24, &whom);
	return login == NULL ? strdup(name) : login;
}

/* A piece of the path for a name, to be freed; NULL: nothing, or what would lead to another folder. */
static char *piece_for(const struct users_where *where, const struct reeve_piece *piece,
                       const struct reeve_whom *whom)
{
	char *text = strndup(piece->text, piece->length), *value;

	if (piece->kind == REEVE_PIECE_TEXT || text == NULL)
		return text;
	value = reeve_dovecot_expand(text, where->is_24, whom);
	free(text);
	if (value != NULL && (value[0] == '\0' || value[0] == '.' || strchr(value, '/') != NULL)) {
		free(value);
		value = NULL;
	}
	return value;
}

const char *users_where_file(struct reeve_users *users, const char *name, struct reeve_error *err)
{
	const struct users_where *where = users_where(users, err);
	const char *path, *at;
	struct reeve_whom whom = {0};
	struct reeve_piece piece;
	char *login;

	if (where == NULL)
		return NULL;
	if (where->pattern == NULL)
		return where->passwd_file;
	login = login_of(users, name);
	whom.name = login;
	path = users->root;
	for (at = where->pattern; login != NULL && path != NULL &&
	                          reeve_dovecot_piece(&at, where->is_24, &piece) > 0;) {
		char *value = piece_for(where, &piece, &whom);

		path = value == NULL ? NULL : reeve_users_text(users, "%s%s", path, value);
		free(value);
	}
	free(login);
	if (login == NULL || users->has_failed) {
		reeve_fail_nomem(err);
		return NULL;
	}
	if (path == NULL)
		reeve_fail(err, REEVE_EREFUSED, "of '%s' no passwd-file can be told: it is '%s'", name,
		           where->pattern);
	else if (where->passwd_file != NULL && strcmp(where->passwd_file, path) != 0)
		reeve_fail(err, REEVE_EREFUSED, "Dovecot looks for '%s' in '%s', not in '%s'", name, path,
		           where->passwd_file);
	else
		return path;
	return NULL;
}

/* ---- without ------------------------------------------------------------------------------- */

int users_where_made(struct reeve_users *users, const char *pattern,
                     struct reeve_dovecot_file **files_r, size_t *count_r, struct reeve_error *err)
{
	return reeve_dovecot_files(users->root, pattern, users->where->is_24, users->arena, files_r,
	                           count_r, err);
}

int users_where_files(struct reeve_users *users, const struct reeve_dovecot_file **files_r, size_t *count_r,
                      struct reeve_error *err)
{
	bool is_read = users_where(users, err) != NULL;
	struct users_where *where = users->where;
	struct reeve_dovecot_file *files, *made = NULL;
	size_t count = 0, kept = 0;

	*files_r = NULL;
	*count_r = 0;
	if (!is_read)
		return -1;
	if (where->files == NULL && where->pattern == NULL && where->passwd_file != NULL) {
		files = reeve_arena_alloc(users->arena, sizeof *files);
		if (files == NULL)
			return reeve_fail_nomem(err);
		files->path = where->passwd_file;
		where->files = files;
		where->file_count = 1;
	} else if (where->files == NULL && where->pattern != NULL) {
		int r = users_where_made(users, where->pattern, &made, &count, err);

		files = r < 0 ? NULL : reeve_arena_alloc(users->arena, (count + 1) * sizeof *files);
		/* Of one that is asked for, only that. */
		for (size_t i = 0; files != NULL && i < count; i++)
			if (where->passwd_file == NULL || strcmp(made[i].path, where->passwd_file) == 0)
				files[kept++] = made[i];
		free(made);
		if (files == NULL)
			return r < 0 ? -1 : reeve_fail_nomem(err);
		where->files = files;
		where->file_count = kept;
	}
	*files_r = where->files;
	*count_r = where->file_count;
	return 0;
}

const char *users_where_name(struct reeve_users *users, const struct reeve_dovecot_file *file, const char *key)
{
	const struct users_where *where = users->where;
	const char *name = key, *path, *wanted;

	if (where->pattern == NULL)
		return key;
	if (file->user != NULL)
		name = file->user;
	else if (file->domain != NULL && strchr(key, '@') == NULL)
		name = reeve_users_text(users, "%s@%s", key, file->domain);
	path = users_where_file(users, name, NULL);
	wanted = path == NULL || strcmp(path, file->path) != 0 ? NULL
	                                                       : users_where_key(users, name, NULL);
	return wanted != NULL && strcmp(wanted, key) == 0 ? name : NULL;
}

/* ---- one file by two names ------------------------------------------------------------------ */

static bool stat_in_root(const struct reeve_users *users, const char *path, struct stat *st)
{
	int fd = reeve_open_in_root(users->root, path);
	bool is = fd >= 0 && fstat(fd, st) == 0;

	if (fd >= 0)
		close(fd);
	return is;
}

/* Whether a link is on the way to `path`, behind what it has in common with `other`. */
static bool is_by_link(struct reeve_users *users, const char *path, const char *other)
{
	size_t n = 0;
	struct stat st;

	for (size_t i = 0; path[i] != '\0' && path[i] == other[i]; i++)
		n = path[i] == '/' ? i + 1 : n;
	while (path[n] != '\0') {
		n += strcspn(path + n, "/");
		if (lstat(reeve_users_text(users, "%.*s", (int)n, path), &st) == 0 &&
		    S_ISLNK(st.st_mode))
			return true;
		n += strspn(path + n, "/");
	}
	return false;
}

const char *users_where_twin(struct reeve_users *users, const char *path, const char *key,
                             bool *is_first_r)
{
	const struct reeve_dovecot_file *files;
	struct stat here, there;
	const char *name;
	size_t count;

	if (users_where(users, NULL) == NULL || users->where->pattern == NULL ||
	    users_where_files(users, &files, &count, NULL) < 0 || !stat_in_root(users, path, &here))
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(files[i].path, path) == 0 ||
		    !stat_in_root(users, files[i].path, &there) || there.st_dev != here.st_dev ||
		    there.st_ino != here.st_ino)
			continue;
		name = users_where_name(users, &files[i], key);
		if (name == NULL)
			continue;
		*is_first_r = !is_by_link(users, path, files[i].path) &&
		              is_by_link(users, files[i].path, path);
		return name;
	}
	return NULL;
}
