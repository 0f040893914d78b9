/* SPDX-License-Identifier: MIT */
/*
 * Mail of virtual users who are gone: folders beside those of users who are there, with mail where
 * these have theirs.
 *
 *     /var/vmail/example.org/ann/Maildir      ann@example.org has a line
 *     /var/vmail/example.org/zoe/Maildir      there is no line for zoe@example.org
 *
 * If Dovecot knows users from elsewhere (SQL, LDAP) nothing is said: they may be theirs.
 */
#include "user/check.h"

#include "base/error.h"
#include "base/open.h"
#include "user/line.h"
#include "user/where.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A user's own folder: the path up to and with his name, and where his mail is below it. */
struct users_own {
	const char *path;   /* with the root in front */
	size_t parent;      /* bytes of it in front of the last '/' */
	const char *mail;   /* "Maildir"; "": the folder itself */
	const char *domain; /* of his name; NULL */
};

/* The end of the part of `path` that is the user's name, or the local part; 0: it has none. */
static size_t name_end(const char *path, size_t skip, const char *user)
{
	size_t whole = strlen(user), local = strcspn(user, "@"), end = 0;

	for (const char *p = strchr(path + skip, '/'); p != NULL; p = strchr(p + 1, '/')) {
		size_t n = strcspn(p + 1, "/");

		if ((n == whole || n == local) && strncmp(p + 1, user, n) == 0)
			end = (size_t)(p + 1 - path) + n;
	}
	return end;
}

void users_check_keep_own(struct users_check *check, const struct reeve_user *user,
                          const char *mailbox)
{
	struct users_left *left = &check->left;
	const char *at = strchr(user->name, '@');
	size_t end = name_end(mailbox, strlen(check->users->root), user->name), n;
	struct users_own *row;

	if (end == 0)
		return;
	if (left->count == left->room) {
		size_t more = left->room * 2 + 64;
		struct users_own *grown = reallocarray(left->rows, more, sizeof *grown);

		if (grown == NULL) {
			check->users->has_failed = true;
			return;
		}
		left->rows = grown;
		left->room = more;
	}
	row = &left->rows[left->count++];
	row->path = reeve_users_text(check->users, "%.*s", (int)end, mailbox);
	row->mail = reeve_users_keep(check->users, mailbox + end + strspn(mailbox + end, "/"));
	row->domain = at == NULL ? NULL : reeve_users_keep(check->users, at + 1);
	for (n = strlen(row->path); n > 0 && row->path[n - 1] != '/';)
		n--;
	row->parent = n - 1;
}

static int by_path(const void *left, const void *right)
{
	const struct users_own *a = left, *b = right;
	size_t n = a->parent < b->parent ? a->parent : b->parent;
	int order = memcmp(a->path, b->path, n);

	if (order == 0)
		order = (a->parent > b->parent) - (a->parent < b->parent);
	return order != 0 ? order : strcmp(a->path, b->path);
}

bool users_check_knows_all(struct users_check *check)
{
	static const char *const drivers[] = {"passwd-file", "passwd", "pam",      "shadow",
	                                      "static",      "nss",    "prefetch", "bsdauth"};
	struct reeve_conf *dovecot = reeve_users_conf(check->users, REEVE_CONF_DOVECOT);
	struct reeve_dbs dbs = {0};
	bool all = dovecot == NULL || users_dbs_read(check->users, dovecot,
	                                             check->mail->location.is_24, &dbs, NULL) == 0;

	for (size_t i = 0; i < dbs.count && all; i++) {
		bool is_known = false;

		for (size_t k = 0; k < sizeof drivers / sizeof drivers[0]; k++)
			is_known |= dbs.rows[i].driver != NULL &&
			            strcmp(dbs.rows[i].driver, drivers[k]) == 0;
		all = is_known;
	}
	free(dbs.rows);
	return all;
}

static bool is_home(const struct users_check *check, const char *path)
{
	const struct reeve_accounts *accounts = &check->users->accounts;
	const char *inside = path + strlen(check->users->root);

	for (size_t i = 0; i < accounts->count; i++)
		if (strcmp(accounts->rows[i].home, inside) == 0)
			return true;
	return false;
}

/*
 * Whether there is mail at `path`, where its neighbour `own` has his, and neither is what somebody
 * has whose line says where.
 */
static bool has_mail(struct users_check *check, const char *path, const struct users_own *own)
{
	const char *mail = own->mail[0] == '\0'
	                           ? reeve_users_text(check->users, "%s/cur", path)
	                           : reeve_users_text(check->users, "%s/%s", path, own->mail);
	struct users_amount amount;

	users_mailbox_look(check->users, mail, false, &amount);
	if (amount.is != USERS_MAILBOX_THERE || users_check_is_seen(check, &amount.st))
		return false;
	users_mailbox_look(check->users, path, false, &amount);
	return amount.is == USERS_MAILBOX_THERE && !users_check_is_seen(check, &amount.st);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* A folder that is none of the rows': told if there is mail of somebody who is not there. */
static void check_other(struct users_check *check, const char *path, const char *name,
                        const struct users_own *beside)
{
	const char *user = beside->domain == NULL
	                           ? name
	                           : reeve_users_text(check->users, "%s@%s", name, beside->domain);
	struct users_line line;

	if (name[0] == '.' || is_home(check, path) || !has_mail(check, path, beside) ||
	    users_line_find(check->users, user, &line, NULL) != 0)
		return;
	users_check_fault(check, REEVE_WARNING, path, 0,
	                  "a mailbox without a user: there is no '%s'", user);
}

/* The folder in which the rows are. */
static void check_parent(struct users_check *check, const struct users_own *rows, size_t count)
{
	const char *parent =
		reeve_users_text(check->users, "%.*s", (int)rows[0].parent, rows[0].path);
	int fd = reeve_open_in_root(check->users->root, parent[0] == '\0' ? "/" : parent);
	struct dirent **entries = NULL;
	int n = fd < 0 ? -1 : scandirat(fd, ".", &entries, NULL, by_name);
	size_t next = 0;

	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		const char *path = reeve_users_text(check->users, "%s/%s", parent, name);

		/* Both are sorted. */
		while (next < count && strcmp(rows[next].path, path) < 0)
			next++;
		if (next == count || strcmp(rows[next].path, path) != 0)
			check_other(check, path, name, &rows[0]);
		free(entries[i]);
	}
	free(entries);
	if (fd >= 0)
		close(fd);
}

/* All in the folder have one domain, and their mail at one place; else nobody knows what is there. */
static bool is_plain(const struct users_own *rows, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (strcmp(rows[i].mail, rows[0].mail) != 0 ||
		    (rows[i].domain == NULL) != (rows[0].domain == NULL) ||
		    (rows[i].domain != NULL && strcmp(rows[i].domain, rows[0].domain) != 0))
			return false;
	return true;
}

void users_check_left(struct users_check *check)
{
	struct users_own *rows = check->left.rows;
	size_t count = check->left.count, to;

	if (count == 0 || !users_check_knows_all(check))
		return;
	qsort(rows, count, sizeof *rows, by_path);
	for (size_t from = 0; from < count; from = to) {
		for (to = from + 1; to < count && rows[to].parent == rows[from].parent &&
		                    memcmp(rows[to].path, rows[from].path, rows[to].parent) == 0;)
			to++;
		if (is_plain(rows + from, to - from))
			check_parent(check, rows + from, to - from);
	}
}
