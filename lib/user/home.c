/* SPDX-License-Identifier: MIT */
/* Where no home belongs. */
#include "user/home.h"

#include "base/error.h"
#include "base/open.h"
#include "mbox/login.h"
#include "user/real.h"
#include "user/system.h"
#include "user/where.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SPOOLS 4

struct users_spools {
	struct {
		const char *path;
		bool is_there;
		dev_t dev;
		ino_t ino;
	} rows[SPOOLS];
	size_t count;
};

/*
 * The Filesystem Hierarchy Standard 3.0 (hier(7)). Of the rows that a home is in the longest counts: a
 * home may not be it (AT), nor anywhere in it (BELOW).
 */
static const struct {
	const char *path;
	enum { AT, BELOW } is;
} kept[] = {
	{"/", AT},
	{"/bin", BELOW},
	{"/boot", BELOW},
	{"/dev", BELOW},
	{"/etc", BELOW},
	{"/home", AT},
	{"/lib", BELOW},
	{"/lib32", BELOW},
	{"/lib64", BELOW},
	{"/libx32", BELOW},
	{"/lost+found", BELOW},
	{"/media", AT},
	{"/mnt", AT},
	{"/opt", AT},
	{"/proc", BELOW},
	{"/root", BELOW},
	{"/run", BELOW},
	{"/sbin", BELOW},
	{"/srv", AT},
	{"/sys", BELOW},
	{"/tmp", BELOW},
	{"/usr", BELOW},
	{"/usr/home", AT},
	{"/usr/local", AT},
	{"/usr/local/bin", BELOW},
	{"/usr/local/etc", BELOW},
	{"/usr/local/lib", BELOW},
	{"/usr/local/sbin", BELOW},
	{"/var", AT},
	{"/var/backups", BELOW},
	{"/var/cache", BELOW},
	{"/var/lib", AT},
	{"/var/lib/apt", BELOW},
	{"/var/lib/dovecot", BELOW},
	{"/var/lib/dpkg", BELOW},
	{"/var/lib/mailreeve", BELOW},
	{"/var/lib/postfix", BELOW},
	{"/var/lib/systemd", BELOW},
	{"/var/local", AT},
	{"/var/lock", BELOW},
	{"/var/log", BELOW},
	{"/var/opt", AT},
	{"/var/run", BELOW},
	{"/var/spool", BELOW},
	{"/var/spool/mail", AT}, /* may be /var/mail: as a folder of mailboxes */
	{"/var/tmp", BELOW},
};

/* ---- the folders of mailboxes --------------------------------------------------------------- */

static void add_spool(struct reeve_users *users, struct users_spools *spools, const char *path)
{
	const char *full;
	struct stat st;
	int fd;

	if (path == NULL || path[0] != '/')
		return;
	path = users_path_clean(users, path);
	for (size_t i = 0; i < spools->count; i++)
		if (strcmp(spools->rows[i].path, path) == 0)
			return;
	/* "/" as a folder of mailboxes would be the end of all homes. */
	if (strcmp(path, "/") == 0 || spools->count == SPOOLS)
		return;
	full = reeve_users_text(users, "%s%s", users->root, path);
	fd = reeve_open_in_root(users->root, full);
	spools->rows[spools->count].path = path;
	if (fd >= 0 && fstat(fd, &st) == 0) {
		spools->rows[spools->count].is_there = true;
		spools->rows[spools->count].dev = st.st_dev;
		spools->rows[spools->count].ino = st.st_ino;
	}
	if (fd >= 0)
		close(fd);
	spools->count++;
}

/* Where the file is that Dovecot has a user's INBOX in; NULL: in his home, or in a folder of its own. */
static const char *dovecots(struct reeve_users *users, const struct users_mail *mail)
{
	const struct reeve_whom whom = {.name = "name", .home = USERS_NO_HOME};
	const struct reeve_location *at = &mail->location;
	const char *folder = NULL;
	char *inbox, *slash;

	if (at->is_24 ? at->driver == NULL || strcmp(at->driver, "mbox") != 0
	              : at->location == NULL || strncmp(at->location, "mbox:", 5) != 0)
		return NULL;
	inbox = reeve_location_inbox(at, &whom);
	slash = inbox == NULL ? NULL : strrchr(inbox, '/');
	if (slash != NULL && strcmp(slash, "/name") == 0 &&
	    !users_path_is_inside(inbox, USERS_NO_HOME)) {
		*slash = '\0';
		folder = reeve_users_keep(users, inbox);
	}
	free(inbox);
	return folder;
}

static const struct users_spools *read_spools(struct reeve_users *users)
{
	const struct users_mail *mail = users_mail(users, NULL);
	struct users_spools *spools = users->spools;
	char *dir = NULL;

	if (spools != NULL || mail == NULL)
		return spools;
	spools = reeve_arena_alloc(users->arena, sizeof *spools);
	if (spools == NULL) {
		users->has_failed = true;
		return NULL;
	}
	add_spool(users, spools, mail->spool);
	if (reeve_login_mail(users->root, &dir, NULL, NULL) == 0)
		add_spool(users, spools, dir);
	free(dir);
	add_spool(users, spools,
	          reeve_users_setting(users, REEVE_CONF_POSTFIX, "mail_spool_directory"));
	add_spool(users, spools, dovecots(users, mail));
	users->spools = spools;
	return spools;
}

/* ---- what is in what ------------------------------------------------------------------------ */

/* The folder, or the lowest one above it that can be opened; -1. */
static int open_lowest(struct reeve_users *users, const char *path)
{
	char *full = strdup(reeve_users_text(users, "%s%s", users->root, path));
	size_t root = strlen(users->root);
	int fd = -1;

	while (full != NULL) {
		char *slash = strrchr(full + root, '/');

		fd = reeve_open_in_root(users->root, full);
		if (fd >= 0 || slash == NULL || strcmp(full + root, "/") == 0)
			break;
		slash[slash == full + root] = '\0';
	}
	free(full);
	return fd;
}

static bool is_at(const struct users_spools *spools, size_t i, const struct stat *st)
{
	return spools->rows[i].is_there && st->st_dev == spools->rows[i].dev &&
	       st->st_ino == spools->rows[i].ino;
}

/* The folder of mailboxes that `fd`, which is closed, is or lies in; NULL. */
static const char *spool_above(const struct users_spools *spools, int fd)
{
	struct stat here, below = {0};
	const char *found = NULL;

	while (fd >= 0 && found == NULL && fstat(fd, &here) == 0 &&
	       (here.st_dev != below.st_dev || here.st_ino != below.st_ino)) {
		for (size_t i = 0; i < spools->count && found == NULL; i++)
			if (is_at(spools, i, &here))
				found = spools->rows[i].path;
		int up = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);

		close(fd);
		fd = up;
		below = here;
	}
	if (fd >= 0)
		close(fd);
	return found;
}

const char *users_home_spool(struct reeve_users *users, const char *home)
{
	const struct users_spools *spools = read_spools(users);

	if (spools == NULL || home[0] != '/' || users_path_is_inside(home, USERS_NO_HOME))
		return NULL;
	for (size_t i = 0; i < spools->count; i++)
		if (users_path_is_inside(home, spools->rows[i].path) ||
		    users_path_is_inside(spools->rows[i].path, home))
			return spools->rows[i].path;
	return spool_above(spools, open_lowest(users, home));
}

/* "/var/mail/vhosts" in "maildir:/var/mail/vhosts/%d/%n". */
static bool is_in(const char *text, const char *path)
{
	size_t n = strlen(path);
	const char *found = text == NULL ? NULL : strstr(text, path);

	return found != NULL && (found[n] == '\0' || found[n] == '/' || found[n] == ':');
}

static bool is_in_location(const struct reeve_location *at, const char *path)
{
	return is_in(at->location, path) || is_in(at->path, path) || is_in(at->inbox, path);
}

bool users_home_is_for_many(struct reeve_users *users, const char *path,
                            const struct reeve_account *owner)
{
	const struct users_mail *mail = users_mail(users, NULL);
	const struct users_where *where = users_where(users, NULL);

	if (mail == NULL || where == NULL)
		return false;
	return is_in_location(&mail->location, path) || is_in_location(&mail->outside, path) ||
	       is_in(mail->home, path) || is_in(where->home.value, path) ||
	       (owner != NULL && (users_path_is_inside(path, owner->home) ||
	                          users_path_is_inside(owner->home, path)));
}

/*
 * What a path with variables, or a location, has in front of the folder with the first of them: of
 * "maildir:/var/mail/vhosts/%d/%n" that is "/var/mail/vhosts". NULL: it is in the home, or the like.
 */
static const char *base_of(struct reeve_users *users, const char *text)
{
	const char *slash = text == NULL ? NULL : strchr(text, '/');
	size_t n;

	/* "/..." or "driver:/..." */
	if (slash == NULL || (slash != text && slash[-1] != ':') ||
	    strcspn(text, "~%") < (size_t)(slash - text))
		return NULL;
	n = strcspn(slash, "%:");
	if (slash[n] != '%')
		return NULL;
	while (n > 1 && slash[n - 1] != '/')
		n--;
	return users_path_clean(users, reeve_users_text(users, "%.*s", (int)n, slash));
}

/* Whether the configuration of Dovecot has a base in `above` that a home is in; or, `is_at`, that is `above`. */
static bool has_base(struct reeve_users *users, const char *home, const char *above, bool is_at)
{
	const struct users_mail *mail = users_mail(users, NULL);
	const struct users_where *where = users_where(users, NULL);
	const char *const texts[] = {
		where == NULL ? NULL : where->home.value,
		mail == NULL ? NULL : mail->home,
		mail == NULL || is_at ? NULL : mail->location.location,
		mail == NULL || is_at ? NULL : mail->location.path,
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		const char *base = base_of(users, texts[i]);

		if (base == NULL)
			continue;
		if (is_at ? strcmp(base, above) == 0
		          : strcmp(base, above) != 0 && strcmp(base, home) != 0 &&
		                    users_path_is_inside(base, above) &&
		                    users_path_is_inside(home, base))
			return true;
	}
	return false;
}

bool users_home_is_apart(struct reeve_users *users, const char *home, const char *spool,
                         const struct reeve_account *owner)
{
	const struct users_mail *mail = users_mail(users, NULL);
	size_t n = strlen(spool), length;
	const char *files;

	if (mail == NULL || !users_path_is_inside(home, spool) || strlen(home) <= n + 1)
		return false;
	length = n + 1 + strcspn(home + n + 1, "/");
	if (home[length] == '/' &&
	    users_home_is_for_many(users, reeve_users_text(users, "%.*s", (int)length, home),
	                           owner))
		return true;
	/* Dovecot's own homes are there; but its files of mail must not be. */
	files = dovecots(users, mail);
	return has_base(users, home, spool, true) &&
	       (home[length] == '/' || files == NULL || strcmp(files, spool) != 0);
}

/* The system's folder that a path is, holds or is in; NULL: none. */
static const char *system_at(const char *path)
{
	size_t best = 0;

	for (size_t i = 1; i < sizeof kept / sizeof kept[0]; i++)
		if (users_path_is_inside(path, kept[i].path) &&
		    (best == 0 || strlen(kept[i].path) > strlen(kept[best].path)))
			best = i;
	if (kept[best].is == BELOW || users_path_is_inside(kept[best].path, path) ||
	    (best == 0 && strchr(path + 1, '/') == NULL))
		return kept[best].path;
	return NULL;
}

bool users_home_is_systems(const char *path)
{
	return system_at(path) != NULL;
}

/* Where a system user's mailbox would be: the name has neither the '@' of an address nor the '.' of a domain. */
static bool is_for_box(const char *home, const char *spool)
{
	const char *name = home + strlen(spool);

	name += strspn(name, "/");
	return memchr(name, '@', strcspn(name, "/")) == NULL &&
	       memchr(name, '.', strcspn(name, "/")) == NULL;
}

int users_home_check(struct reeve_users *users, const char *home, bool is_virtual,
                     const struct reeve_account *owner, struct reeve_error *err)
{
	const char *real = users_path_real(users, home, err), *spool, *system;

	if (real == NULL)
		return -1;
	system = system_at(home);
	if (system == NULL)
		system = system_at(real);
	/* What is configured so is not the system's: /var/spool/vhosts/%d/%n. */
	if (system != NULL && !(is_virtual && strcmp(system, "/") != 0 &&
	                        strcmp(home, real) == 0 && has_base(users, home, system, false)))
		return reeve_fail(err, REEVE_EREFUSED,
		                  "the home '%s' would be %s'%s', which is the system's", home,
		                  strcmp(real, system) == 0 ? "" : "in ", system);
	spool = users_home_spool(users, home);
	if (spool == NULL ||
	    (is_virtual && users_home_is_apart(users, home, spool, owner) &&
	     (has_base(users, home, spool, false) || !has_base(users, home, spool, true) ||
	      !is_for_box(home, spool))))
		return 0;
	return reeve_fail(err, REEVE_EREFUSED,
	                  "the home '%s' would be in '%s', the folder of mailboxes, or has it "
	                  "inside: no mail could be put into a mailbox there",
	                  home, spool);
}
