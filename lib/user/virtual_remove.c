/* SPDX-License-Identifier: MIT */
/* A virtual user shall be gone: his line, his home and his mail. */
#include "user/virtual.h"

#include "base/diag.h"
#include "base/error.h"
#include "user/belongings.h"
#include "user/coming.h"
#include "user/elsewhere.h"
#include "user/entry.h"
#include "user/home.h"
#include "user/line.h"
#include "user/others.h"
#include "user/system.h"
#include "user/where_file.h"
#include <stdlib.h>
#include <string.h>

/* Why mail that his line puts outside of his home is not surely his alone; NULL: it is. */
static const char *why_not_his(struct reeve_users *users, const struct users_leaving *leaving,
                               const struct users_entry *entry, const struct reeve_whom *whom,
                               const char *path, const struct stat *st)
{
	const struct reeve_account *account;
	const char *other;

	if (users_home_is_systems(path))
		return "it is where the system has its own";
	if (users_home_is_for_many(users, path, reeve_accounts_uid(&users->accounts, whom->uid)))
		return "it is there for many";
	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
		return "it is neither a file nor a folder";
	if (st->st_uid != leaving->uid &&
	    (st->st_uid != 0 || st->st_size > 0 || !S_ISREG(st->st_mode)))
		return "it is not his";
	if (whom->home != NULL && users_path_is_inside(whom->home, path))
		return "his home is in it";
	account = users_home_shared(users, path, leaving->name);
	other = account != NULL ? account->name : users_others(users, entry, path, true, true);
	return other == NULL ? NULL
	                     : reeve_users_text(users, "it is that of '%s', too, or has it inside",
	                                        other);
}

/* Mail at `path`: a part, or what stays. */
static int add_box(struct reeve_users *users, struct users_leaving *leaving,
                   const struct users_entry *entry, const struct reeve_whom *whom, const char *path,
                   bool is_own, bool is_alls, struct reeve_error *err)
{
	struct reeve_error why = {0};
	const char *reason;
	struct stat st;
	int found;

	path = users_path_clean(users, path);
	if (users->has_failed)
		return reeve_fail_nomem(err);
	if (whom->home != NULL && whom->home[0] == '/' && strcmp(whom->home, "/") != 0 &&
	    users_path_is_inside(path, whom->home))
		return 0;
	if (!is_own && !is_alls)
		return users_leaving_box(users, leaving, path, whom->home, err);
	found = users_path_check(path, "the mailbox", &why) < 0
	                ? -1
	                : users_leaving_look(users, path, &st, &why);
	if (found == 0)
		return 0;
	if (found < 0)
		reason = reeve_users_keep(users, why.text);
	else if (!is_own)
		reason = "it is the same for all users";
	else
		reason = why_not_his(users, leaving, entry, whom, path, &st);
	if (reason == NULL)
		return users_leaving_box(users, leaving, path, whom->home, err);
	users_leaving_stays(users, leaving->name, "the mail", path, reason);
	return 0;
}

/* Where his mail is, by his line if that says it, else by the configuration. */
static int add_mail(struct reeve_users *users, struct users_leaving *leaving,
                    const struct users_entry *entry, const struct reeve_whom *whom,
                    struct reeve_error *err)
{
	struct users_line line = {entry->doc, entry->node, whom->name, 0};
	struct reeve_location own;
	struct reeve_whom other = *whom;
	struct reeve_user user;
	char *path = NULL, *others = NULL;
	bool has_own = false;
	int result = 0;

	/* A place that does not depend on the name is not his alone, unless only his line names it. */
	other.name = "nobody@example.invalid";
	if (entry->node != 0 && users_line_fill(users, &line, &user, &own, &has_own, err) < 0)
		return -1;
	if (users_mailbox_where(users, whom, true, has_own ? &own : NULL, &path, err) < 0)
		return -1;
	if (path != NULL &&
	    users_mailbox_where(users, &other, true, has_own ? &own : NULL, &others, err) < 0)
		result = -1;
	if (path != NULL && result == 0)
		result = add_box(users, leaving, entry, whom, path + strlen(users->root), has_own,
		                 others != NULL && strcmp(path, others) == 0, err);
	free(others);
	free(path);
	return result < 0 ? -1 : 0;
}

/* Of who is gone it was told when he went. */
static int tell_elsewhere(struct reeve_users *users, const struct users_leaving *leaving,
                          const struct users_entry *entry, const struct reeve_whom *whom,
                          struct reeve_error *err)
{
	struct users_line line = {entry->doc, entry->node, whom->name, 0};
	struct reeve_location own;
	struct reeve_user user;
	bool has_own = false;

	if (entry->node == 0)
		return 0;
	if (users_line_fill(users, &line, &user, &own, &has_own, err) < 0)
		return -1;
	users_leaving_elsewhere(users, leaving, whom, has_own ? &own : NULL);
	return 0;
}

/* A home that is in his line, and that Dovecot does not take from there, may be anybody's. */
static void say_left(struct reeve_users *users, const struct users_entry *entry,
                     const struct reeve_whom *whom)
{
	struct users_line line = {entry->doc, entry->node, whom->name, 0};
	char *field = entry->node == 0 ? NULL : users_line_field(&line, REEVE_PWF_HOME);
	const char *home = field == NULL ? "" : users_path_clean(users, field);
	struct reeve_error err = {0};
	struct stat st;

	free(field);
	if (users_path_check(home, "the home", NULL) == 0 &&
	    (whom->home == NULL || strcmp(home, whom->home) != 0) &&
	    users_leaving_look(users, home, &st, &err) > 0)
		users_leaving_stays(users, whom->name, "the home in the line", home,
		                    "Dovecot does not take his home from there");
}

/* Home and mail. Where nobody says whose they would be there is no line, either, and nothing to be his. */
static int add_belongings(struct reeve_users *users, struct users_leaving *leaving,
                          const struct users_entry *entry, const struct reeve_whom *whom,
                          struct reeve_error *err)
{
	const char *shares;

	if (!whom->has_ids)
		return 0;
	if (whom->home != NULL) {
		shares = users_entry_shares(users, entry, whom->home);
		if (shares == NULL && whom->home[0] == '/')
			shares = users_others(users, entry, users_path_clean(users, whom->home),
			                      false, false);
		if (shares != NULL)
			users_leaving_stays(
				users, leaving->name, "the home", whom->home,
				reeve_users_text(users,
			                         "it is that of '%s', too, or has it inside",
			                         shares));
		else if (users_leaving_home(users, leaving, whom->home, err) < 0)
			return -1;
	} else if (entry->node != 0 && users_leaving_home(users, leaving, "", err) < 0) {
		return -1;
	}
	say_left(users, entry, whom);
	return add_mail(users, leaving, entry, whom, err);
}

/* A domain whose folder is a link to another's: ann@alias.org is the line of ann@a.org. 0, -1. */
static int check_twin(struct reeve_users *users, const struct users_entry *entry, const char *name,
                      struct reeve_error *err)
{
	bool is_first = false;
	const char *twin = entry->node == 0 ? NULL
	                                    : users_where_twin(users, entry->doc->path, entry->key,
	                                                       &is_first);

	if (twin == NULL)
		return 0;
	if (!is_first)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "'%s' and '%s' are one line: '%s' is the file of both", name, twin,
		                  entry->doc->path);
	reeve_diag(&users->talk, REEVE_WARNING, entry->doc->path, 0, 0,
	           "'%s' and '%s' are one line, which goes; mail that only '%s' has stays", name,
	           twin, twin);
	return 0;
}

/* His line, or that which the last change of the file took out: what is left of his is known by it. */
static struct users_entry last_of(struct reeve_users *users, const struct users_entry *entry)
{
	struct users_entry last = *entry;
	struct reeve_doc *before = entry->node != 0 ? NULL : users_doc_before(users, entry->doc, entry->key);

	if (before != NULL) {
		last.node = reeve_passwd_file_find(before, entry->key);
		if (last.node != 0)
			last.doc = before;
	}
	return last;
}

int users_virtual_remove(struct reeve_users *users, const char *name, enum reeve_users_mail mail,
                         const char *archive, struct reeve_error *err)
{
	struct users_leaving *leaving;
	struct users_entry entry, last;
	struct reeve_whom whom;

	/* Lines that come are put in first: whoever else asks for them would make our node another's. */
	if (users_coming_settle(users, NULL, err) < 0 ||
	    users_entry_find(users, name, &entry, err) < 0)
		return -1;
	if (entry.node == 0 && reeve_user_name_check(name, true, err) < 0)
		return -1;
	last = last_of(users, &entry);
	if (users_where_check_one(entry.where, name, err) < 0 ||
	    check_twin(users, &entry, name, err) < 0 ||
	    users_entry_whom(users, &last, name, NULL, &whom, err) < 0)
		return -1;
	leaving = users_leaving_new(users, name, whom.uid);
	if (leaving == NULL)
		return reeve_fail_nomem(err);
	if (mail != REEVE_USERS_KEEP_MAIL && !whom.has_ids && last.node != 0)
		return reeve_fail(err, REEVE_EREFUSED, "nobody says whose the mail of '%s' is",
		                  name);
	if (mail != REEVE_USERS_KEEP_MAIL &&
	    (add_belongings(users, leaving, &last, &whom, err) < 0 ||
	     tell_elsewhere(users, leaving, &entry, &whom, err) < 0))
		return -1;
	if (users_leaving_copy(users, leaving, mail, archive, err) < 0)
		return -1;
	if (entry.node != 0) {
		if (reeve_passwd_file_remove(entry.doc, entry.key, err) < 0)
			return -1;
		users_entry_say(
			users, name, true,
			reeve_users_text(users, "remove virtual user '%s' from '%s'%s", name,
		                         entry.doc->path,
		                         mail == REEVE_USERS_KEEP_MAIL ? " (his mail stays)" : ""));
	} else if (leaving->part_count == 0) {
		users_entry_say(users, name, false,
		                reeve_users_text(users, "there is no user '%s'", name));
	}
	if (entry.node == 0 && last.node != 0 && leaving->part_count > 0)
		reeve_diag(&users->talk, REEVE_NOTE, entry.doc->path, 0, 0,
		           "'%s' was removed by the last change of this file, and what is left of his goes now",
		           name);
	users_leaving_go(users, leaving, USERS_MAIL);
	return 0;
}
