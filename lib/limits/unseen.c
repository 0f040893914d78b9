/* SPDX-License-Identifier: MIT */
/*
 * Notes: whom limits and findings say nothing of, since only a database, a server or a running Dovecot
 * knows them. Who reads that nothing contradicts is to know of whom that is not said.
 */
#include "base/open.h"
#include "base/whole.h"
#include "conf/dovecot_dbs.h"
#include "conf/dovecot_files.h"
#include "limits/limits.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NSSWITCH_MAX 65536

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

/* ---- users that passwd(5) does not have ------------------------------------------------------ */

/* Where passwd(5) itself is asked, or what has no users with mail. */
static bool is_of_files(const char *word, size_t n)
{
	static const char *const names[] = {"files", "compat", "systemd", "mymachines"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strlen(names[i]) == n && memcmp(names[i], word, n) == 0)
			return true;
	return false;
}

/* What a line of nsswitch.conf(5) has for users beside passwd(5), "ldap, sss"; NULL: it is about others. */
static const char *others_in(struct reeve_limits *limits, const char *line, size_t n)
{
	static const char blank[] = " \t\r";
	const char *end = memchr(line, '#', n), *others = "";

	end = end == NULL ? line + n : end;
	line += strspn(line, blank);
	if (end - line < 7 || strncmp(line, "passwd:", 7) != 0)
		return NULL;
	for (line += 7; line < end; line += n) {
		bool is_action = line[0] == '[';

		n = is_action ? strcspn(line, "]") + 1 : strcspn(line, " \t\r[");
		n = n > (size_t)(end - line) ? (size_t)(end - line) : n;
		if (!is_action && n > 0 && !is_of_files(line, n))
			others = reeve_limits_text(limits, "%s%s%.*s", others,
			                           others[0] == '\0' ? "" : ", ", (int)n, line);
		line += n;
		n = line < end ? strspn(line, blank) : 0;
	}
	return others;
}

/* Of several lines the last counts (nss/nss_database.c of glibc). */
static const char *find_others(struct reeve_limits *limits)
{
	const char *path = reeve_limits_text(limits, "%s/etc/nsswitch.conf", limits->root);
	int fd = reeve_open_in_root(limits->root, path);
	struct reeve_whole whole = {0};
	const char *others = "";

	if (fd < 0)
		return "";
	if (reeve_whole_read_fd(&whole, fd, path, NSSWITCH_MAX, NULL) == 0) {
		const char *text = reeve_limits_text(limits, "%.*s", (int)whole.size,
		                                     (const char *)whole.bytes);

		while (*text != '\0') {
			size_t n = strcspn(text, "\n");
			const char *found = others_in(limits, text, n);

			others = found != NULL ? found : others;
			text += n + (text[n] == '\n');
		}
	}
	reeve_whole_dispose(&whole);
	close(fd);
	return others;
}

/* home_mailbox of all users: the folder of mailboxes tells by itself whose they are. */
static void note_homes(struct reeve_limits *limits, const char *others)
{
	const struct reeve_limit *local = reeve_limits_find(limits, "local/unix", "mailbox_size_limit");
	struct reeve_conf_setting setting;

	if (others[0] != '\0' && reeve_limits_bytes(local) != REEVE_NO_LIMIT &&
	    reeve_limits_writes_mbox(limits) &&
	    reeve_conf_get(limits->postfix, "home_mailbox", 0, &setting, NULL) > 0)
		reeve_limits_note(limits, &setting,
		                  reeve_limits_text(limits,
		                                    "home_mailbox of users that are not in passwd(5) (%s in "
		                                    "nsswitch.conf(5)) is not looked at: which of their "
		                                    "mailboxes are full is not known",
		                                    others));
}

/* ---- Dovecot: who the users are -------------------------------------------------------------- */

/* Where it is said, or begins. */
static const struct reeve_conf_setting *place_of(const struct reeve_limits *limits,
                                                 const struct reeve_db *db)
{
	const struct reeve_conf_setting *first = NULL;

	for (size_t i = 0; i < reeve_conf_list_count(limits->of_dovecot); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(limits->of_dovecot, i);
		const char *rest = row->path + db->id_length;

		if (strncmp(row->path, db->id, db->id_length) != 0 ||
		    (rest[0] != '/' && rest[0] != '\0'))
			continue;
		if (strcmp(rest, "/driver") == 0)
			return row;
		first = first == NULL ? row : first;
	}
	return first;
}

static void note_userdb(struct reeve_limits *limits, const struct reeve_db *db, const char *why)
{
	reeve_limits_note(limits, place_of(limits, db),
	                  reeve_limits_text(limits,
	                                    "userdb %s is not looked at%s: of its users, own quotas and "
	                                    "full mailboxes are not known",
	                                    db->driver, why));
}

/* A file without the root in front, of a userdb. */
static void note_file(struct reeve_limits *limits, const struct reeve_db *db, const char *path)
{
	if (!reeve_limits_is_there(limits, path))
		note_userdb(limits, db,
		            reeve_limits_text(limits, ", for '%s' cannot be opened", path));
}

/* The files of a userdb, or of the passdb whose users it has. */
static void note_path(struct reeve_limits *limits, const struct reeve_db *db, const char *path)
{
	struct reeve_dovecot_file *files = NULL;
	struct reeve_error err = {0};
	size_t count = 0;

	switch (reeve_dovecot_path_kind(path, limits->is_24)) {
	case REEVE_PATH_UNKNOWN:
		note_userdb(limits, db,
		            reeve_limits_text(limits,
		                              ", for which file '%s' is depends on more than a name",
		                              path));
		return;
	case REEVE_PATH_ONE:
		note_file(limits, db, path);
		return;
	case REEVE_PATH_OF_NAMES:
		break;
	}
	if (reeve_dovecot_files(limits->root, path, limits->is_24, limits->arena, &files, &count, &err) < 0)
		note_userdb(limits, db, reeve_limits_text(limits, ": %s", err.text));
	else if (count == 0)
		note_userdb(limits, db, reeve_limits_text(limits, ", for there is no '%s'", path));
	for (size_t i = 0; i < count; i++)
		note_file(limits, db, files[i].path + strlen(limits->root));
	free(files);
}

/* Whom a passdb lets in who stands in no file: of a userdb that is the same for all. */
static void note_static(struct reeve_limits *limits, const struct reeve_dbs *dbs,
                        const struct reeve_db *db)
{
	bool has_file = false;

	for (size_t i = 0; i < dbs->count; i++) {
		const struct reeve_db *passdb = &dbs->rows[i];

		if (!passdb->is_passdb || passdb->is_other)
			continue;
		if (!reeve_db_is_passwd_file(passdb)) {
			note_userdb(limits, db, "");
			return;
		}
		has_file = true;
	}
	if (!has_file)
		note_userdb(limits, db, "");
	for (size_t i = 0; i < dbs->count; i++)
		if (dbs->rows[i].is_passdb && !dbs->rows[i].is_other)
			note_path(limits, db, dbs->rows[i].path);
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

/* Limits that may be others for each user. */
static void note_variables(struct reeve_limits *limits)
{
	const char *grace = limits->is_24 ? "quota_storage_grace" : "quota_grace";
	const struct reeve_conf_setting *said = NULL;

	for (size_t i = 0; i < limits->row_count; i++) {
		const struct reeve_limit *row = &limits->rows[i];
		struct reeve_conf_setting at = {
			.file = row->file, .line = row->line, .column = row->column};

		if (row->file != NULL && reeve_limits_has_variable(limits, row))
			reeve_limits_note(limits, &at,
			                  reeve_limits_text(limits, "%s has variables: what it is for a "
			                                            "user is not known",
			                                    row->path));
	}
	for (size_t i = 0; i < limits->quota.root_count; i++) {
		const struct reeve_conf_setting *at =
			reeve_limits_nearest(limits, grace, limits->quota.roots[i].name);

		if (at == NULL || at == said || reeve_limits_expanded(limits, at->value) != NULL)
			continue;
		said = at;
		reeve_limits_note(limits, at,
		                  reeve_limits_text(limits, "%s has variables: how much mail may go "
		                                            "beyond the quota is not known",
		                                    at->path));
	}
}

static void note_passwd(struct reeve_limits *limits, const struct reeve_db *db, const char *others)
{
	if (others[0] != '\0')
		reeve_limits_note(limits, place_of(limits, db),
		                  reeve_limits_text(limits,
		                                    "userdb passwd: users that are not in passwd(5) (%s in "
		                                    "nsswitch.conf(5)) are not looked at: which of their "
		                                    "mailboxes are full is not known",
		                                    others));
}

static void note_dovecot(struct reeve_limits *limits, const char *others)
{
	struct reeve_dbs dbs = {0};

	if (reeve_dovecot_dbs(limits->of_dovecot, limits->is_24, limits->arena, &dbs, NULL) < 0)
		limits->has_failed = true;
	for (size_t i = 0; i < dbs.count; i++) {
		const struct reeve_db *db = &dbs.rows[i];

		/* prefetch hands on what a passdb said: mail that comes asks the next one. */
		if (db->is_passdb || db->is_other || db->driver[0] == '\0' ||
		    strcmp(db->driver, "prefetch") == 0)
			continue;
		if (db->of_mail != NULL)
			note_userdb(limits, db,
			            reeve_limits_text(limits, ", for it says %s of all of them",
			                              db->of_mail));
		else if (strcmp(db->driver, "passwd") == 0)
			note_passwd(limits, db, others);
		else if (reeve_db_is_passwd_file(db))
			note_path(limits, db, db->path);
		else if (strcmp(db->driver, "static") == 0)
			note_static(limits, &dbs, db);
		else
			note_userdb(limits, db, "");
	}
	free(dbs.rows);
	note_format(limits);
}

/* A queue that is named and not there; a queue of the default may be of an image that never ran. */
static void note_queue(struct reeve_limits *limits)
{
	struct reeve_conf_setting setting;

	if (limits->is_queue_unseen &&
	    reeve_conf_get(limits->postfix, "queue_directory", 0, &setting, NULL) > 0)
		reeve_limits_note(limits, &setting,
		                  reeve_limits_text(limits,
		                                    "queue_directory %s cannot be looked at: how much is "
		                                    "free on its disk is not known",
		                                    setting.value));
}

void reeve_limits_read_notes(struct reeve_limits *limits)
{
	const char *others = find_others(limits);

	if (limits->postfix != NULL) {
		note_homes(limits, others);
		reeve_limits_note_maps(limits);
		note_patch(limits);
		note_queue(limits);
	}
	if (limits->of_dovecot != NULL)
		note_variables(limits);
	if (limits->of_dovecot != NULL && limits->quota.is_on)
		note_dovecot(limits, others);
}
