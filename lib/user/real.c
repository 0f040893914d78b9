/* SPDX-License-Identifier: MIT */
/* Where a path leads: as realpath(3), for a path whose end need not be there, in a root. */
#include "user/real.h"

#include "base/error.h"
#include "base/open.h"
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define LINKS 40 /* as the kernel: path_resolution(7) */

/* Whether something is at the end of a link; what we may not look at is. */
static bool leads_somewhere(const struct reeve_users *users, const char *full)
{
	int fd = reeve_open_in_root(users->root, full);
	bool is_there = fd >= 0 || (errno != ENOENT && errno != ENOTDIR && errno != ELOOP);

	if (fd >= 0)
		close(fd);
	return is_there;
}

static const char *above(struct reeve_users *users, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? "" : reeve_users_text(users, "%.*s", (int)(slash - path), path);
}

const char *users_path_real(struct reeve_users *users, const char *path, struct reeve_error *err)
{
	const char *done = "", *rest = path;
	int links = 0;

	for (;;) {
		char target[PATH_MAX];
		const char *next, *full;
		ssize_t length;
		size_t n;

		rest += strspn(rest, "/");
		n = strcspn(rest, "/");
		if (n == 0)
			break;
		next = rest + n;
		if (n == 1 && rest[0] == '.') {
			rest = next;
			continue;
		}
		if (n == 2 && memcmp(rest, "..", 2) == 0) {
			done = above(users, done);
			rest = next;
			continue;
		}
		full = reeve_users_text(users, "%s%s/%.*s", users->root, done, (int)n, rest);
		length = readlink(full, target, sizeof target - 1);
		if (length < 0) {
			done = full + strlen(users->root);
			rest = next;
			continue;
		}
		target[length] = '\0';
		if (++links > LINKS || !leads_somewhere(users, full)) {
			reeve_fail(err, REEVE_EREFUSED,
			           "'%s' leads nowhere: '%s' is a symbolic link to '%s'", path,
			           full + strlen(users->root), target);
			return NULL;
		}
		if (target[0] == '/')
			done = "";
		rest = reeve_users_text(users, "%s%s", target, next);
	}
	return done[0] == '\0' ? "/" : done;
}
