/* SPDX-License-Identifier: MIT */
/* A virtual user shall be gone: his line, his home and his mail. */
#include "user/virtual.h"

#include "base/error.h"
#include "user/belongings.h"
#include "user/entry.h"
#include "user/system.h"
#include "user/line.h"
#include <stdlib.h>
#include <string.h>

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

	/* A place that does not depend on the name is not his alone. */
	other.name = "nobody@example.invalid";
	if (entry->node != 0 && users_line_fill(users, &line, &user, &own, &has_own, err) < 0)
		return -1;
	if (users_mailbox_where(users, whom, true, has_own ? &own : NULL, &path, err) < 0)
		return -1;
	if (path != NULL &&
	    users_mailbox_where(users, &other, true, has_own ? &own : NULL, &others, err) < 0)
		result = -1;
	if (path != NULL && result == 0 && (others == NULL || strcmp(path, others) != 0))
		result = users_leaving_box(users, leaving, path + strlen(users->root), whom->home,
		                           err);
	free(others);
	free(path);
	return result < 0 ? -1 : 0;
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
		users_entry_say(users, whom->name, false,
		                reeve_users_text(users,
		                                 "'%s' stays: Dovecot does not take his home from "
		                                 "his line",
		                                 home));
}

int users_virtual_remove(struct reeve_users *users, const char *name, enum reeve_users_mail mail,
                         const char *archive, struct reeve_error *err)
{
	struct users_leaving *leaving;
	const char *shares = NULL;
	struct users_entry entry;
	struct reeve_whom whom;

	if (users_entry_find(users, name, &entry, err) < 0)
		return -1;
	if (entry.node == 0 && reeve_user_name_check(name, true, err) < 0)
		return -1;
	if (users_where_check_one(entry.where, name, err) < 0 ||
	    users_entry_whom(users, &entry, name, NULL, &whom, err) < 0)
		return -1;
	leaving = users_leaving_new(users, name, whom.uid);
	if (leaving == NULL)
		return reeve_fail_nomem(err);
	if (mail != REEVE_USERS_KEEP_MAIL && !whom.has_ids)
		return reeve_fail(err, REEVE_EREFUSED, "nobody says whose the mail of '%s' is",
		                  name);
	if (mail != REEVE_USERS_KEEP_MAIL && whom.home != NULL) {
		shares = users_entry_shares(users, &entry, whom.home);
		if (shares != NULL)
			users_entry_say(
				users, name, false,
				reeve_users_text(
					users,
					"the home '%s' stays: it is that of '%s', too, or has "
					"it inside",
					whom.home, shares));
		else if (users_leaving_home(users, leaving, whom.home, err) < 0)
			return -1;
	}
	if (mail != REEVE_USERS_KEEP_MAIL)
		say_left(users, &entry, &whom);
	if (mail != REEVE_USERS_KEEP_MAIL && shares == NULL &&
	    add_mail(users, leaving, &entry, &whom, err) < 0)
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
	users_leaving_go(users, leaving);
	return 0;
}
