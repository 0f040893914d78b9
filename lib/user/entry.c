/* SPDX-License-Identifier: MIT */
/* The line of a virtual user, and what Dovecot makes of it. */
#include "user/entry.h"

#include "base/error.h"
#include "base/open.h"
#include "user/add.h"
#include "user/coming.h"
#include "user/docs.h"
#include "user/files.h"
#include "user/hash.h"
#include "user/line.h"
#include "user/mailbox.h"
#include "user/secrets.h"
#include "user/steps.h"
#include "user/system.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define USUAL_OWNER "vmail" /* of virtual users' mail, where nothing says whose it is */

int users_entry_find(struct reeve_users *users, const char *name, struct users_entry *entry_r,
                     struct reeve_error *err)
{
	const char *path;

	*entry_r = (struct users_entry){.where = users_where(users, err)};
	if (entry_r->where == NULL)
		return -1;
	if (entry_r->where->passwd_file == NULL && entry_r->where->pattern == NULL)
		return reeve_fail(err, REEVE_EREFUSED, "there is no place for '%s': %s", name,
		                  entry_r->where->why);
	path = users_where_file(users, name, err);
	if (path == NULL || users_doc_check(users, path, err) < 0)
		return -1;
	entry_r->key = users_where_key(users, name, err);
	if (entry_r->key == NULL)
		return -1;
	entry_r->doc = users_doc_for(users, path, entry_r->key, err);
	if (entry_r->doc == NULL)
		return -1;
	entry_r->node = reeve_passwd_file_find(entry_r->doc, entry_r->key);
	return 0;
}

int users_entry_check_new(struct reeve_users *users, const struct users_entry *entry,
                          struct reeve_error *err)
{
	const char *path = entry->doc->path, *slash = strrchr(path, '/'), *folder;
	int fd;

	if (users_doc_is_there(users, entry->doc) || slash == NULL)
		return 0;
	folder = reeve_users_text(users, "%.*s", (int)(slash - path), path);
	fd = reeve_open_in_root(users->root, folder[0] == '\0' ? "/" : folder);
	if (fd >= 0)
		close(fd);
	else if (errno == ENOENT)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "there is no folder '%s' for the passwd-file '%s': make it first",
		                  folder, path);
	return 0;
}

static const char *keep_span(struct reeve_users *users, const struct reeve_doc *doc,
                             struct reeve_span span)
{
	const char *text;

	if (span.length == 0)
		return NULL;
	text = reeve_arena_strndup(users->arena, (const char *)doc->bytes + span.offset,
	                           (size_t)span.length);
	if (text == NULL)
		users->has_failed = true;
	return text;
}

/* ---- whose mail ----------------------------------------------------------------------------- */

/* Whose it is: as it was wished, as Dovecot finds it, else the user vmail's. */
static void find_ids(struct reeve_users *users, const struct users_entry *entry,
                     const struct reeve_user_wish *wish, const struct reeve_user *user,
                     struct reeve_whom *whom)
{
	const struct users_where *where = entry->where;
	const struct reeve_account *account = reeve_accounts_find(&users->accounts, USUAL_OWNER);

	if (wish != NULL && wish->has_ids) {
		*whom = (struct reeve_whom){whom->name, NULL, true, wish->uid, wish->gid};
	} else if (user->has_ids) {
		*whom = (struct reeve_whom){whom->name, NULL, true, user->uid, user->gid};
	} else if (users_where_uid(users, where->uid.value, &whom->uid)) {
		account = reeve_accounts_uid(&users->accounts, whom->uid);
		whom->has_ids = users_where_gid(users, where->gid.value, &whom->gid);
		if (!whom->has_ids && account != NULL) {
			whom->gid = account->gid;
			whom->has_ids = true;
		}
	} else if (account != NULL) {
		*whom = (struct reeve_whom){whom->name, NULL, true, account->uid, account->gid};
	}
}

/* DIR/DOMAIN/LOCAL, or DIR/LOCAL for a name without a domain. */
static const char *below(struct reeve_users *users, const char *folder, const char *name)
{
	const char *at = strchr(name, '@');
	size_t n = strlen(folder);

	while (n > 0 && folder[n - 1] == '/')
		n--;
	if (at == NULL)
		return reeve_users_text(users, "%.*s/%s", (int)n, folder, name);
	return reeve_users_text(users, "%.*s/%s/%.*s", (int)n, folder, at + 1, (int)(at - name),
	                        name);
}

/* The home that is wished: itself, if its last name is the user's, with the domain or without. */
static const char *wished_home(struct reeve_users *users, const char *home, const char *name)
{
	size_t n = strlen(home);
	const char *last;

	while (n > 1 && home[n - 1] == '/')
		n--;
	home = reeve_users_text(users, "%.*s", (int)n, home);
	last = strrchr(home, '/');
	last = last == NULL ? home : last + 1;
	if (strcmp(last, name) == 0 ||
	    (strlen(last) == strcspn(name, "@") && strncmp(last, name, strlen(last)) == 0))
		return home;
	return below(users, home, name);
}

/* The home that Dovecot's configuration makes up for him. */
static const char *usual_home(struct reeve_users *users, const struct users_entry *entry,
                              const struct reeve_whom *whom)
{
	const struct users_mail *mail = users_mail(users, NULL);
	const char *text = entry->where->home.value;
	const char *kept = NULL;
	char *made;

	if (text == NULL && mail != NULL)
		text = mail->home;
	made = text == NULL ? NULL : reeve_dovecot_expand(text, entry->where->is_24, whom);
	/* Of a name without a domain "/home/vmail/%d/%n" has two slashes. */
	if (made != NULL)
		kept = users_path_clean(users, made);
	free(made);
	return kept;
}

int users_entry_whom(struct reeve_users *users, const struct users_entry *entry, const char *name,
                     const struct reeve_user_wish *wish, struct reeve_whom *whom_r,
                     struct reeve_error *err)
{
	struct users_line line = {entry->doc, entry->node, name, 0};
	struct reeve_location own;
	struct reeve_user user = {0};
	const struct reeve_account *owner;
	bool has_own;

	*whom_r = (struct reeve_whom){.name = name};
	if (entry->node != 0 && users_line_fill(users, &line, &user, &own, &has_own, err) < 0)
		return -1;
	find_ids(users, entry, wish, &user, whom_r);
	if (wish != NULL && wish->home != NULL)
		whom_r->home = wished_home(users, wish->home, name);
	else if (user.home != NULL)
		whom_r->home = reeve_users_keep(users, user.home);
	else
		whom_r->home = usual_home(users, entry, whom_r);
	if (whom_r->home == NULL && whom_r->has_ids) {
		owner = reeve_accounts_uid(&users->accounts, whom_r->uid);
		if (owner != NULL && strlen(owner->home) > 1)
			whom_r->home = below(users, owner->home, name);
	}
	return 0;
}

/* Another line of the file with this home, or with one inside it: its name, kept; NULL. */
static const char *shares_in(struct reeve_users *users, const struct reeve_doc *doc,
                             const struct users_entry *entry, const char *home)
{
	size_t n = strlen(home);
	struct reeve_span span = {0};

	for (uint32_t i = doc->nodes[0].first; i != 0; i = doc->nodes[i].next) {
		bool is_there = false;

		if (doc->nodes[i].kind != REEVE_NODE_SETTING ||
		    (doc == entry->doc && i == entry->node))
			continue;
		for (int k = 0; k < USERS_LINE_HOMES && !is_there; k++)
			is_there = users_line_home(doc, i, k, &span) && span.length >= n &&
			           memcmp(doc->bytes + span.offset, home, n) == 0 &&
			           (span.length == n || doc->bytes[span.offset + n] == '/');
		if (!is_there)
			continue;
		span = (struct reeve_span){doc->nodes[i].name,
		                           doc->nodes[i].name_end - doc->nodes[i].name};
		/* A second line of the same name counts for nothing. */
		if (doc == entry->doc && span.length == strlen(entry->key) &&
		    memcmp(doc->bytes + span.offset, entry->key, (size_t)span.length) == 0)
			continue;
		return keep_span(users, doc, span);
	}
	return NULL;
}

const char *users_entry_shares(struct reeve_users *users, const struct users_entry *entry,
                               const char *home)
{
	const char *name = shares_in(users, entry->doc, entry, home);
	const struct reeve_dovecot_file *files;
	size_t count;

	if (users_where_files(users, &files, &count, NULL) < 0)
		return name;
	for (size_t i = 0; i < count && name == NULL; i++) {
		/* Lines that come are in already: a document that is parsed anew has other nodes. */
		const struct reeve_doc *doc = users_doc_for(users, files[i].path, "", NULL);

		if (doc != NULL && doc != entry->doc)
			name = shares_in(users, doc, entry, home);
	}
	return name;
}

const char *users_entry_lives_in(struct reeve_users *users, const struct users_entry *entry,
                                 const char *home)
{
	const char *name = users_coming_lives_in(users, entry->doc, home);
	const struct reeve_dovecot_file *files;
	size_t count;

	if (users_where_files(users, &files, &count, NULL) < 0)
		return name;
	for (size_t i = 0; i < count && name == NULL; i++) {
		/* With lines that come: users_fresh_home() knows their homes, too. */
		struct reeve_doc *doc = users_doc_for(users, files[i].path, "", NULL);

		if (doc != NULL && doc != entry->doc)
			name = users_coming_lives_in(users, doc, home);
	}
	return name;
}

/* ---- passwords ------------------------------------------------------------------------------ */

bool users_entry_is_open(const struct users_entry *entry)
{
	struct users_line line = {entry->doc, entry->node, entry->key, 0};

	return entry->node != 0 && users_line_is_open(&line);
}

int users_entry_set(const struct users_entry *entry, const char *field, struct reeve_error *err)
{
	int changed = reeve_passwd_file_set(entry->doc, entry->key, REEVE_PWF_PASSWORD, field, err);

	for (size_t i = 0; users_open_keys[i] != NULL && changed >= 0; i++)
		changed = reeve_passwd_file_set_extra(entry->doc, entry->key, users_open_keys[i],
		                                      NULL, err);
	return changed < 0 ? -1 : 0;
}

const char *users_entry_password(struct reeve_users *users, const struct users_entry *entry,
                                 struct reeve_password_look *look_r)
{
	struct reeve_span span = {0};
	const char *field = NULL;

	if (entry->node != 0)
		reeve_passwd_file_field(entry->doc, entry->node, REEVE_PWF_PASSWORD, &span);
	field = keep_span(users, entry->doc, span);
	field = field == NULL ? "" : field;
	reeve_password_look(field, look_r);
	return field;
}

/* `field` (taken over) instead of what is there; a lock stays. */
int users_entry_replace(const struct users_entry *entry, char *field,
                        const struct reeve_password_look *look, struct reeve_error *err)
{
	char *locked = NULL;
	int result;

	if (field == NULL)
		return -1;
	if (look->is_locked && !look->is_none &&
	    asprintf(&locked, REEVE_LOCK_VIRTUAL "%s", field) < 0) {
		users_secret_wipe(field);
		return reeve_fail_nomem(err);
	}
	result = users_entry_set(entry, locked == NULL ? field : locked, err);
	users_secret_wipe(locked);
	users_secret_wipe(field);
	return result;
}

/* ---- what is said --------------------------------------------------------------------------- */

void users_entry_say(struct reeve_users *users, const char *name, bool is_change, const char *text)
{
	users_step_add(users, &(struct users_step){.order = USERS_FILES,
	                                           .user = name,
	                                           .text = text,
	                                           .is_change = is_change});
	if (is_change)
		users_files_step(users);
}
