/* SPDX-License-Identifier: MIT */
/*
 * Notes: whom limits and findings say nothing of, since only a database, a server or a running Dovecot
 * knows them. Who reads that nothing contradicts is to know of whom that is not said.
 */
#include "base/open.h"
#include "limits/limits.h"

#include <string.h>
#include <unistd.h>

void reeve_limits_note(struct reeve_limits *limits, const struct reeve_conf_setting *at,
                       const char *text)
{
	struct reeve_limit_note *row = reeve_limits_add(
		limits, &limits->notes, &limits->note_count, &limits->note_room, sizeof *row);

	if (row != NULL)
		*row = (struct reeve_limit_note){reeve_limits_keep(limits, at->file), at->line,
		                                 at->column, reeve_limits_keep(limits, text)};
}

bool reeve_limits_is_there(struct reeve_limits *limits, const char *path)
{
	int fd = reeve_open_in_root(limits->root,
	                            reeve_limits_text(limits, "%s%s", limits->root, path));

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* ---- Postfix: a patch of its own ------------------------------------------------------------- */

/* Per-user limits of the VDA patch; postconf(5) has none. */
static void note_patch(struct reeve_limits *limits)
{
	static const char *const names[] = {"virtual_mailbox_limit_maps", "virtual_mailbox_limit_override",
	                                    "virtual_mailbox_limit_inbox", "virtual_maildir_limit_message",
	                                    "virtual_maildir_limit_message_maps"};
	struct reeve_conf_setting setting;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (reeve_conf_get(limits->postfix, names[i], 0, &setting, NULL) > 0)
			reeve_limits_note(
				limits, &setting,
				reeve_limits_text(limits,
			                          "%s is a setting of the VDA patch: Postfix itself "
			                          "does not know it, and limits nobody by it",
			                          names[i]));
}

/* ---- Dovecot: who the users are -------------------------------------------------------------- */

/* "userdb[1]" of "userdb[1]/driver", "userdb sql" of "userdb sql/query"; 0: of no userdb. */
static size_t userdb_of(const char *path)
{
	size_t n = strcspn(path, "/");

	return strncmp(path, "userdb", 6) == 0 && path[n] == '/' &&
	                       (n == 6 || path[6] == '[' || path[6] == ' ')
	               ? n
	               : 0;
}

/* A setting of the userdb whose first row that is; NULL. */
static const struct reeve_conf_setting *setting_of(const struct reeve_limits *limits, size_t first,
                                                   const char *name)
{
	const struct reeve_conf_list *list = limits->of_dovecot;
	const char *path = reeve_conf_list_at(list, first)->path;
	size_t n = userdb_of(path) + 1;

	for (size_t i = first; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);

		if (strncmp(row->path, path, n) == 0 && strcmp(row->path + n, name) == 0)
			return row;
	}
	return NULL;
}

/* The userdb whose first row is the i-th. */
static void note_userdb(struct reeve_limits *limits, size_t first)
{
	const struct reeve_conf_setting *row = reeve_conf_list_at(limits->of_dovecot, first);
	const struct reeve_conf_setting *driver = setting_of(limits, first, "driver"), *where;
	size_t n = userdb_of(row->path);
	const char *name, *path = NULL, *why;

	if (driver != NULL)
		name = driver->value;
	else if (limits->is_24 && n > 7)
		name = reeve_limits_text(limits, "%.*s", (int)n - 7, row->path + 7);
	else
		return;
	if (strcmp(name, "passwd") == 0)
		return;
	where = setting_of(limits, first, limits->is_24 ? "passwd_file_path" : "args");
	if (strcmp(name, "passwd-file") == 0 && where != NULL)
		path = strchr(where->value, '/');
	if (path == NULL)
		why = "is not looked at";
	else if (strchr(path, '%') != NULL)
		why = reeve_limits_text(limits, "is not looked at, for '%s' is another file for "
		                                "each of them",
		                        path);
	else if (!reeve_limits_is_there(limits, path))
		why = reeve_limits_text(limits, "is not looked at, for '%s' cannot be opened", path);
	else
		return;
	reeve_limits_note(limits, driver != NULL ? driver : row,
	                  reeve_limits_text(limits,
	                                    "userdb %s %s: of its users, own quotas and full "
	                                    "mailboxes are not known",
	                                    name, why));
}

/* Mail that is no maildir has its sizes in Dovecot's index. */
static void note_format(struct reeve_limits *limits)
{
	const char *name = limits->is_24 ? "mail_driver" : "mail_location";

	for (size_t i = 0; i < reeve_conf_list_count(limits->of_dovecot); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(limits->of_dovecot, i);

		if (strcmp(row->path, name) != 0 || row->value[0] == '\0' ||
		    strncmp(row->value, "maildir", 7) == 0)
			continue;
		reeve_limits_note(limits, row,
		                  reeve_limits_text(limits,
		                                    "%s %.*s: which mailboxes are full is known of "
		                                    "maildirs only",
		                                    name, (int)strcspn(row->value, ":"), row->value));
	}
}

static void note_dovecot(struct reeve_limits *limits)
{
	const struct reeve_conf_list *list = limits->of_dovecot;

	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const char *path = reeve_conf_list_at(list, i)->path;
		size_t n = userdb_of(path), k = 0;

		while (n > 0 && k < i && strncmp(reeve_conf_list_at(list, k)->path, path, n + 1) != 0)
			k++;
		if (n > 0 && k == i)
			note_userdb(limits, i);
	}
	note_format(limits);
}

void reeve_limits_read_notes(struct reeve_limits *limits)
{
	if (limits->postfix != NULL) {
		reeve_limits_note_maps(limits);
		note_patch(limits);
	}
	if (limits->of_dovecot != NULL && limits->quota.is_on)
		note_dovecot(limits);
}
