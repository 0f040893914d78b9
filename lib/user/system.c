/* SPDX-License-Identifier: MIT */
/* System users: whom wishes may be about. */
#include "user/system.h"

#include "base/error.h"
#include "base/number.h"
#include "mbox/login.h"
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define NSS_BYTES 65536
#define PATH_BYTES 1000

int users_system_find(const struct reeve_users *users, const char *name,
                      const struct reeve_account **account_r, struct reeve_error *err)
{
	const struct reeve_account *account = reeve_accounts_find(&users->accounts, name);

	*account_r = account;
	if (account == NULL && users_system_is_elsewhere(users, name))
		return reeve_fail(err, REEVE_EREFUSED,
		                  "'%s' is in no file of this host, but in a directory (NSS): he "
		                  "has to be changed there",
		                  name);
	if (account == NULL)
		return reeve_fail(err, REEVE_EREFUSED, "there is no user '%s'", name);
	if (account->uid == 0)
		return reeve_fail(err, REEVE_EREFUSED, "'%s' has uid 0: he is no mail user", name);
	return 0;
}

int users_system_knows_hash(const struct reeve_users *users, const struct reeve_account *account,
                            struct reeve_error *err)
{
	if (users->accounts.has_shadow || !account->is_shadowed || users->how.dry_run)
		return 0;
	return reeve_fail(err, REEVE_EIO, "cannot read '%s'", users->accounts.shadow_path);
}

bool users_system_is_elsewhere(const struct reeve_users *users, const char *name)
{
	struct passwd entry, *found = NULL;
	char *buf;

	if (users->root[0] != '\0' || (buf = malloc(NSS_BYTES)) == NULL)
		return false;
	if (getpwnam_r(name, &entry, buf, NSS_BYTES, &found) != 0)
		found = NULL;
	free(buf);
	return found != NULL;
}

bool users_system_uid_elsewhere(const struct reeve_users *users, uint32_t uid)
{
	struct passwd entry, *found = NULL;
	char *buf;

	if (users->root[0] != '\0' || (buf = malloc(NSS_BYTES)) == NULL)
		return false;
	if (getpwuid_r(uid, &entry, buf, NSS_BYTES, &found) != 0)
		found = NULL;
	free(buf);
	return found != NULL;
}

int users_system_group(const struct reeve_users *users, const char *group, uint32_t *gid_r,
                       struct reeve_error *err)
{
	const struct reeve_account_group *row = reeve_accounts_group(&users->accounts, group);
	struct group entry, *found = NULL;
	uint64_t gid;
	char *buf;

	if (row == NULL && reeve_digits(group, strlen(group), UINT32_MAX - 1, &gid))
		row = reeve_accounts_gid(&users->accounts, (uint32_t)gid);
	if (row != NULL) {
		*gid_r = row->gid;
		return 0;
	}
	if (users->root[0] == '\0' && (buf = malloc(NSS_BYTES)) != NULL) {
		if (getgrnam_r(group, &entry, buf, NSS_BYTES, &found) != 0)
			found = NULL;
		if (found != NULL)
			*gid_r = found->gr_gid;
		free(buf);
	}
	return found != NULL ? 0 : reeve_fail(err, REEVE_EUSAGE, "there is no group '%s'", group);
}

const char *users_system_box(struct reeve_users *users, const struct reeve_whom *whom,
                             struct reeve_error *err)
{
	const char *path = NULL;
	char *found;

	if (users_mailbox_where(users, whom, false, NULL, &found, err) == 1)
		path = reeve_users_keep(users, found + strlen(users->root));
	free(found);
	return path;
}

const char *users_spool_box(struct reeve_users *users, const char *name, struct reeve_error *err)
{
	const char *path;
	char *dir;

	if (reeve_login_mail(users->root, &dir, NULL, err) < 0)
		return NULL;
	path = reeve_users_text(users, "%s/%s", dir, name);
	free(dir);
	return path;
}

int users_path_check(const char *path, const char *what, struct reeve_error *err)
{
	if (path[0] != '/' || strlen(path) > PATH_BYTES)
		return reeve_fail(err, REEVE_EUSAGE, "%s '%.100s' is no absolute path", what, path);
	for (const char *p = path; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f || *p == ':')
			return reeve_fail(err, REEVE_EUSAGE,
			                  "%s has a character that passwd(5) cannot hold", what);
	for (const char *p = strstr(path, "/."); p != NULL; p = strstr(p + 1, "/."))
		if (p[2 + (p[2] == '.')] == '/' || p[2 + (p[2] == '.')] == '\0')
			return reeve_fail(err, REEVE_EUSAGE, "%s '%s' has '.' or '..' in it", what,
			                  path);
	return 0;
}

const char *users_path_clean(struct reeve_users *users, const char *path)
{
	char *text = reeve_arena_strndup(users->arena, path, strlen(path));
	size_t n = 0;

	if (text == NULL) {
		users->has_failed = true;
		return "";
	}
	for (const char *p = path; *p != '\0'; p++)
		if (*p != '/' || n == 0 || text[n - 1] != '/')
			text[n++] = *p;
	while (n > 1 && text[n - 1] == '/')
		n--;
	text[n] = '\0';
	return text;
}

bool users_path_is_inside(const char *path, const char *folder)
{
	for (;;) {
		size_t n;

		path += strspn(path, "/");
		folder += strspn(folder, "/");
		n = strcspn(folder, "/");
		if (n == 0)
			return true;
		if (strcspn(path, "/") != n || memcmp(path, folder, n) != 0)
			return false;
		path += n;
		folder += n;
	}
}

const struct reeve_account *users_home_shared(const struct reeve_users *users, const char *home,
                                              const char *name)
{
	for (size_t i = 0; i < users->accounts.count; i++) {
		const struct reeve_account *other = &users->accounts.rows[i];

		if (strcmp(other->name, name) != 0 && users_path_is_inside(other->home, home))
			return other;
	}
	return NULL;
}
