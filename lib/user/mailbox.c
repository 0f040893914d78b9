/* SPDX-License-Identifier: MIT */
/* Where a user's mail is, how much, and how old. */
#include "user/mailbox.h"

#include "base/error.h"
#include "base/open.h"
#include "mbox/login.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_DEEP 32 /* folders in folders; Dovecot's own limit on names is below that */

/* ---- what is configured --------------------------------------------------------------------- */

/* A userdb that finds system users, or makes up whom a passdb let in (pam): "userdb/driver" with
 * passwd, or a block "userdb passwd/" of 2.4. */
static bool is_for_system(const char *path, const char *value)
{
	static const char *const drivers[] = {"passwd", "static", "nss"};
	const char *name = strstr(path, "userdb"), *slash;

	if (name == NULL || (name != path && name[-1] != '/'))
		return false;
	slash = strchr(name, '/');
	for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
		size_t n = strlen(drivers[i]);

		if (slash != NULL &&
		    (strcmp(slash, "/driver") == 0 || strcmp(slash, "/userdb_driver") == 0) &&
		    strcmp(value, drivers[i]) == 0)
			return true;
		if (strncmp(name, "userdb ", 7) == 0 && strncmp(name + 7, drivers[i], n) == 0 &&
		    name[7 + n] == '/')
			return true;
	}
	return false;
}

/* -1 with err. As written, for of 2.3's nameless blocks the effective list has one of each name. */
static int look_at_userdbs(struct reeve_conf *dovecot, struct users_mail *mail,
                           struct reeve_error *err)
{
	static const unsigned int flags[] = {0, REEVE_CONF_EFFECTIVE | REEVE_CONF_BLOCKS};

	for (size_t k = 0; k < 2; k++) {
		struct reeve_conf_list *list = reeve_conf_list(dovecot, flags[k], err);

		if (list == NULL)
			return -1;
		for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
			const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);

			if (is_for_system(row->path, row->value))
				mail->is_for_system = true;
		}
		reeve_conf_list_free(list);
	}
	return 0;
}

static bool is_equal(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Where other namespaces than that of INBOX have their mail. No memory is remembered. */
static void keep_others(struct reeve_users *users, const struct reeve_conf_list *list,
                        struct users_mail *mail)
{
	size_t room = reeve_conf_list_count(list), i = 0;
	struct reeve_location at;

	mail->others = reeve_arena_alloc(users->arena, (room + 1) * sizeof *mail->others);
	if (mail->others == NULL)
		users->has_failed = true;
	while (mail->others != NULL && reeve_space_next(list, mail->outside.is_24, &i, &at)) {
		if (is_equal(at.location, mail->location.location) &&
		    is_equal(at.path, mail->location.path))
			continue;
		mail->others[mail->other_count++] =
			(struct reeve_location){.is_24 = at.is_24,
		                                .location = reeve_users_keep(users, at.location),
		                                .driver = reeve_users_keep(users, at.driver),
		                                .path = reeve_users_keep(users, at.path)};
	}
}

/* -1 with err. */
static int read_space(struct reeve_users *users, struct reeve_conf *dovecot, struct users_mail *mail,
                      struct reeve_error *err)
{
	struct reeve_conf_list *list = reeve_conf_list(dovecot, REEVE_CONF_EFFECTIVE, err);
	struct reeve_space *space = &mail->space;
	struct reeve_location *at = &space->at;

	if (list == NULL)
		return -1;
	reeve_space_find(list, mail->outside.is_24, space);
	if (space->name != NULL)
		space->name = reeve_users_text(users, "%.*s", (int)space->name_length, space->name);
	at->location = reeve_users_keep(users, at->location);
	at->driver = reeve_users_keep(users, at->driver);
	at->path = reeve_users_keep(users, at->path);
	at->inbox = reeve_users_keep(users, at->inbox);
	mail->location = mail->outside;
	reeve_space_settle(space, NULL, 0, users->arena, &mail->location);
	keep_others(users, list, mail);
	reeve_conf_list_free(list);
	return 0;
}

static int read_dovecot(struct reeve_users *users, struct users_mail *mail, struct reeve_error *err)
{
	struct reeve_conf *dovecot = reeve_users_conf(users, REEVE_CONF_DOVECOT);
	const char *version;

	if (dovecot == NULL)
		return 0;
	version = reeve_users_setting(users, REEVE_CONF_DOVECOT, "dovecot_config_version");
	mail->outside = (struct reeve_location){
		.is_24 = version != NULL,
		.location = reeve_users_setting(users, REEVE_CONF_DOVECOT, "mail_location"),
		.driver = reeve_users_setting(users, REEVE_CONF_DOVECOT, "mail_driver"),
		.path = reeve_users_setting(users, REEVE_CONF_DOVECOT, "mail_path"),
		.inbox = reeve_users_setting(users, REEVE_CONF_DOVECOT, "mail_inbox_path"),
	};
	mail->home = reeve_users_setting(users, REEVE_CONF_DOVECOT, "mail_home");
	return read_space(users, dovecot, mail, err) < 0 ? -1 : look_at_userdbs(dovecot, mail, err);
}

/* A setting of main.cf that somebody set, not Postfix's default; NULL. */
static const char *set_in_main_cf(struct reeve_users *users, const char *name)
{
	struct reeve_conf *postfix = reeve_users_conf(users, REEVE_CONF_POSTFIX);
	struct reeve_conf_setting setting;

	if (postfix == NULL ||
	    reeve_conf_get(postfix, name, REEVE_CONF_EFFECTIVE, &setting, NULL) <= 0 ||
	    setting.is_default || setting.value[0] == '\0')
		return NULL;
	return reeve_users_keep(users, setting.value);
}

static int read_spool(struct reeve_users *users, struct users_mail *mail, struct reeve_error *err)
{
	char *dir = NULL, *file = NULL;
	const char *spool;
	size_t n;

	mail->in_home = set_in_main_cf(users, "home_mailbox");
	spool = set_in_main_cf(users, "mail_spool_directory");
	if (spool == NULL) {
		if (reeve_login_mail(users->root, &dir, &file, err) < 0)
			return -1;
		if (mail->in_home == NULL)
			mail->in_home = reeve_users_keep(users, file);
		spool = reeve_users_keep(users, dir);
		free(dir);
		free(file);
	}
	n = spool == NULL ? 0 : strlen(spool);
	mail->is_spool_of_folders = n > 1 && spool[n - 1] == '/';
	while (n > 1 && spool[n - 1] == '/')
		n--;
	if (spool != NULL)
		mail->spool = reeve_users_text(users, "%.*s", (int)n, spool);
	return 0;
}

const struct users_mail *users_mail(struct reeve_users *users, struct reeve_error *err)
{
	struct users_mail *mail = users->mail;

	if (mail != NULL)
		return mail;
	mail = reeve_arena_alloc(users->arena, sizeof *mail);
	if (mail == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	if (read_dovecot(users, mail, err) < 0 || read_spool(users, mail, err) < 0)
		return NULL;
	if (users->has_failed) {
		reeve_fail_nomem(err);
		return NULL;
	}
	users->mail = mail;
	return mail;
}

/* ---- where ---------------------------------------------------------------------------------- */

/* As Postfix and login.defs say; *path_r stays NULL where neither does. */
static int by_postfix(const struct users_mail *mail, const char *root,
                      const struct reeve_whom *whom, char **path_r)
{
	if (mail->in_home != NULL) {
		if (whom->home == NULL || whom->home[0] != '/')
			return 0;
		return asprintf(path_r, "%s%s/%s", root, whom->home, mail->in_home);
	}
	if (mail->spool == NULL)
		return 0;
	return asprintf(path_r, "%s%s/%s%s", root, mail->spool, whom->name,
	                mail->is_spool_of_folders ? "/" : "");
}

/* "/var/mail/vhosts//supp" */
static void join(char *path)
{
	char *to = path;

	for (const char *p = path; *p != '\0'; p++)
		if (*p != '/' || to == path || to[-1] != '/')
			*to++ = *p;
	*to = '\0';
}

int users_mailbox_where(struct reeve_users *users, const struct reeve_whom *whom, bool is_virtual,
                        const struct reeve_location *own, char **path_r, struct reeve_error *err)
{
	const struct users_mail *mail = users_mail(users, err);
	struct reeve_whom at = *whom;
	char *inbox = NULL, *home = NULL;
	int n = 0;

	*path_r = NULL;
	if (mail == NULL)
		return -1;
	/* Else "../../etc/shadow" would be a mailbox. */
	if (whom->name[0] == '\0' || whom->name[0] == '.' || strchr(whom->name, '/') != NULL)
		return 0;
	if (is_virtual || mail->is_for_system) {
		if (at.home == NULL && mail->home != NULL)
			at.home = home = reeve_dovecot_expand(mail->home, mail->location.is_24, whom);
		if (own != NULL)
			inbox = reeve_location_inbox(own, &at);
		else
			inbox = reeve_location_inbox(&mail->location, &at);
		free(home);
	}
	/* Of who has no domain "%d" is nothing. */
	if (inbox != NULL && strchr(whom->name, '@') == NULL)
		join(inbox);
	if (inbox != NULL)
		n = asprintf(path_r, "%s%s", users->root, inbox);
	else if (!is_virtual)
		n = by_postfix(mail, users->root, whom, path_r);
	free(inbox);
	if (n < 0) {
		*path_r = NULL;
		return reeve_fail_nomem(err);
	}
	return *path_r != NULL;
}

/* ---- how much ------------------------------------------------------------------------------- */

/* Files that Dovecot and Maildir++ keep for themselves. Reading changes them. */
static bool is_own(const char *name)
{
	static const char *const names[] = {"maildirsize", "maildirfolder", "subscriptions"};

	if (strncmp(name, "dovecot", 7) == 0)
		return true;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void newer(struct users_amount *amount, const struct stat *st)
{
	if (st->st_mtim.tv_sec > amount->time)
		amount->time = st->st_mtim.tv_sec;
}

/* All below the folder `fd`, which is closed. What goes away meanwhile is not counted. */
static void walk(int fd, int depth, struct users_amount *amount)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	if (dir == NULL) {
		close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		    fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISREG(st.st_mode) && !is_own(name)) {
			amount->bytes += (uint64_t)st.st_size;
			newer(amount, &st);
		} else if (S_ISDIR(st.st_mode) && st.st_dev == amount->st.st_dev && depth > 0) {
			/* Mail that goes away changes them, too. */
			if (strcmp(name, "cur") == 0 || strcmp(name, "new") == 0)
				newer(amount, &st);
			int below = openat(dirfd(dir), name,
			                   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (below >= 0)
				walk(below, depth - 1, amount);
		}
	}
	closedir(dir);
}

/* The folder it is in, to be freed; behind its NUL *name_r, without slashes at the end. */
static char *split(const char *path, const char **name_r)
{
	size_t n = strlen(path);
	char *folder, *slash;

	while (n > 1 && path[n - 1] == '/')
		n--;
	folder = strndup(path, n);
	slash = folder == NULL ? NULL : strrchr(folder, '/');
	if (slash == NULL) {
		free(folder);
		return NULL;
	}
	*slash = '\0';
	*name_r = slash + 1;
	return folder;
}

void users_mailbox_look(const struct reeve_users *users, const char *path, bool is_deep,
                        struct users_amount *amount_r)
{
	const char *name;
	char *folder = split(path, &name);
	int fd, below;

	*amount_r = (struct users_amount){.is = USERS_MAILBOX_HIDDEN};
	if (folder == NULL)
		return;
	fd = reeve_open_in_root(users->root, folder[0] == '\0' ? "/" : folder);
	if (fd < 0 || fstatat(fd, name, &amount_r->st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			amount_r->is = USERS_MAILBOX_NONE;
		goto out;
	}
	amount_r->time = amount_r->st.st_mtim.tv_sec;
	amount_r->is = USERS_MAILBOX_THERE;
	if (S_ISREG(amount_r->st.st_mode)) {
		amount_r->bytes = (uint64_t)amount_r->st.st_size;
	} else if (!S_ISDIR(amount_r->st.st_mode)) {
		amount_r->is = USERS_MAILBOX_OTHER;
	} else if (is_deep) {
		below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below < 0) {
			amount_r->is = USERS_MAILBOX_HIDDEN;
			goto out;
		}
		amount_r->time = 0;
		walk(below, MOST_DEEP, amount_r);
		if (amount_r->time == 0)
			amount_r->time = amount_r->st.st_mtim.tv_sec;
	}
out:
	if (fd >= 0)
		close(fd);
	free(folder);
}
