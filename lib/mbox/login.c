/* SPDX-License-Identifier: MIT */
/*
 * Who the users are, and where login.defs says that their mail lies.
 *
 * Under a root (a chroot, an image) its own etc/login.defs and etc/passwd count, and nothing of
 * this host; without one, getpwnam(3) knows users that are in no file.
 */
#include "mbox/login.h"

#include "base/error.h"
#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAIL_DIR_DEFAULT "/var/mail" /* login.defs(5), as Debian builds shadow */
#define UID_MIN_DEFAULT 1000
#define UID_MAX_DEFAULT 60000
#define PASSWD_MAX 65536

char *reeve_login_root(const char *root)
{
	size_t n = root == NULL ? 0 : strlen(root);

	while (n > 0 && root[n - 1] == '/')
		n--;
	return strndup(root == NULL ? "" : root, n);
}

/* ---- login.defs ----------------------------------------------------------------------------- */

/*
 * One line as libshadow reads it (getdef.c): a name, blanks, a value that may stand in double
 * quotes. Returns the value of `name` inside line, which is cut up, or NULL.
 */
static char *login_defs_value(char *line, const char *name)
{
	size_t n = strlen(line);
	char *value;

	while (n > 0 && isspace((unsigned char)line[n - 1]))
		line[--n] = '\0';
	line += strspn(line, " \t");
	n = strcspn(line, " \t");
	if (line[n] == '\0' || n != strlen(name) || strncmp(line, name, n) != 0)
		return NULL;
	value = line + n + 1;
	value += strspn(value, " \"\t");
	value[strcspn(value, "\"")] = '\0';
	return value;
}

#define SETTINGS 2

/*
 * Two settings of root's login.defs, to be freed; NULL where they are not set. The last line wins.
 * Where there is no login.defs nothing is set.
 */
static int read_login_defs(const char *root, const char *const names[SETTINGS],
                           char *values_r[SETTINGS], struct reeve_error *err)
{
	char *path = NULL, *line = NULL;
	size_t size = 0;
	FILE *f = NULL;
	int result = 0;

	values_r[0] = values_r[1] = NULL;
	if (asprintf(&path, "%s/etc/login.defs", root) < 0)
		return reeve_fail_nomem(err);
	f = fopen(path, "re");
	if (f == NULL) {
		if (errno != ENOENT)
			result = reeve_fail_errno(err, "cannot read '%s'", path);
		goto out;
	}
	while (getline(&line, &size, f) >= 0) {
		for (size_t i = 0; i < SETTINGS; i++) {
			const char *value = login_defs_value(line, names[i]);

			if (value == NULL || value[0] == '\0')
				continue;
			free(values_r[i]);
			values_r[i] = strdup(value);
			if (values_r[i] == NULL) {
				result = reeve_fail_nomem(err);
				goto out;
			}
			break;
		}
	}
	if (ferror(f))
		result = reeve_fail_errno(err, "cannot read '%s'", path);
out:
	if (f != NULL)
		fclose(f);
	free(line);
	free(path);
	if (result < 0) {
		free(values_r[0]);
		free(values_r[1]);
		values_r[0] = values_r[1] = NULL;
	}
	return result;
}

int reeve_login_mail(const char *root, char **dir_r, char **file_r, struct reeve_error *err)
{
	static const char *const names[SETTINGS] = {"MAIL_DIR", "MAIL_FILE"};
	char *values[SETTINGS], *dir, *file;
	size_t n;

	if (read_login_defs(root, names, values, err) < 0)
		return -1;
	dir = values[0];
	file = values[1];
	/* MAIL_DIR goes before MAIL_FILE, as in libshadow's mailcheck and usermod. */
	if (dir != NULL || file_r == NULL) {
		free(file);
		file = NULL;
	}
	if (dir == NULL && file == NULL && (dir = strdup(MAIL_DIR_DEFAULT)) == NULL)
		return reeve_fail_nomem(err);
	if (dir != NULL && dir[0] != '/') {
		reeve_fail(err, REEVE_EFORMAT, "MAIL_DIR '%s' in '%s/etc/login.defs' is relative",
		           dir, root);
		free(dir);
		return -1;
	}
	n = dir == NULL ? 0 : strlen(dir);
	while (n > 1 && dir[n - 1] == '/')
		dir[--n] = '\0';
	*dir_r = dir;
	if (file_r != NULL)
		*file_r = file;
	return 0;
}

int reeve_login_uids(const char *root, uint32_t *min_r, uint32_t *max_r, struct reeve_error *err)
{
	static const char *const names[SETTINGS] = {"UID_MIN", "UID_MAX"};
	uint32_t *const numbers[SETTINGS] = {min_r, max_r};
	char *values[SETTINGS];

	*min_r = UID_MIN_DEFAULT;
	*max_r = UID_MAX_DEFAULT;
	if (read_login_defs(root, names, values, err) < 0)
		return -1;
	for (size_t i = 0; i < SETTINGS; i++) {
		char *end = values[i];
		unsigned long n = end == NULL ? 0 : strtoul(values[i], &end, 0);

		/* What is no number is the default to useradd(8), too. */
		if (end != NULL && *end == '\0' && n <= UINT32_MAX)
			*numbers[i] = (uint32_t)n;
		free(values[i]);
	}
	return 0;
}

/* ---- users ---------------------------------------------------------------------------------- */

int reeve_login_find(const char *root, const char *name, char **home_r, struct reeve_error *err)
{
	struct passwd entry, *found = NULL;
	char *path = NULL, *buf = malloc(PASSWD_MAX);
	FILE *f = NULL;
	int result = -1, error;

	if (buf == NULL || asprintf(&path, "%s/etc/passwd", root) < 0) {
		reeve_fail_nomem(err);
		path = NULL;
		goto out;
	}
	if (root[0] == '\0') {
		error = getpwnam_r(name, &entry, buf, PASSWD_MAX, &found);
	} else {
		f = fopen(path, "re");
		if (f == NULL) {
			reeve_fail_errno(err, "cannot read '%s'", path);
			goto out;
		}
		while ((error = fgetpwent_r(f, &entry, buf, PASSWD_MAX, &found)) == 0)
			if (strcmp(entry.pw_name, name) == 0)
				break;
	}
	if (error != 0 && error != ENOENT && error != ESRCH) {
		errno = error;
		reeve_fail_errno(err, "cannot look up the user '%s'", name);
		goto out;
	}
	result = error == 0 && found != NULL;
	if (result == 1 && home_r != NULL && (*home_r = strdup(found->pw_dir)) == NULL)
		result = reeve_fail_nomem(err);
out:
	if (f != NULL)
		fclose(f);
	free(path);
	free(buf);
	return result;
}
