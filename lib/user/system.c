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
		return reeve_fail(err, REEVE_EUSAGE, "there is no user '%s'", name);
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

const char *users_system_box(struct reeve_users *users, const char *name, const char *home,
                             struct reeve_error *err)
{
	const char *path = NULL;
	char *dir, *file;

	if (reeve_login_mail(users->root, &dir, &file, err) < 0)
		return NULL;
	path = file != NULL ? reeve_users_text(users, "%s/%s", home, file)
	                    : reeve_users_text(users, "%s/%s", dir, name);
	free(dir);
	free(file);
	return path;
}
