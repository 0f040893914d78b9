/* SPDX-License-Identifier: MIT */
/* System users: groups that no mail user should have. */
#include "user/system.h"

#include "base/error.h"
#include <string.h>

/* Groups that give more than mail (Debian's base-passwd, users-and-groups.txt; docker.io, lxd). */
static const struct power {
	const char *group, *why;
	bool is_for_nobody; /* else only a login shell makes it one */
} powers[] = {
	{"root", "has what root's group may read and change", true},
	{"shadow", "may read all hashes of passwords", true},
	{"disk", "may read and change every disk", true},
	{"kmem", "may read the kernel's memory", false},
	{"sudo", "may become root", false},
	{"wheel", "may become root", false},
	{"docker", "may become root", false},
	{"lxd", "may become root", false},
	{"adm", "may read all logs", false},
};

int users_group_check(const struct reeve_users *users, const char *name, const char *group,
                      uint32_t gid, bool has_shell, struct reeve_error *err)
{
	for (size_t i = 0; i < sizeof powers / sizeof powers[0]; i++) {
		const struct power *power = &powers[i];
		const struct reeve_account_group *row =
			reeve_accounts_group(&users->accounts, power->group);
		bool is_it = strcmp(group, power->group) == 0 || (row != NULL && row->gid == gid) ||
		             (i == 0 && gid == 0);

		if (!is_it || (!power->is_for_nobody && !has_shell))
			continue;
		return reeve_fail(
			err, REEVE_EREFUSED, "'%s' in group '%s' %s%s", name, group, power->why,
			power->is_for_nobody ? ": no group for mail users"
					     : " by his login shell: it has to be allowed");
	}
	return 0;
}
