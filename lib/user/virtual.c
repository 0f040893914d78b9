/* SPDX-License-Identifier: MIT */
/* Virtual users: what a wish takes of their line, their home and their mail. */
#include "user/virtual.h"

#include "base/error.h"
#include "user/both.h"
#include "user/coming.h"
#include "user/entry.h"
#include "user/fresh.h"
#include "user/hash.h"
#include "user/home.h"
#include "user/line.h"
#include "user/quota.h"
#include "user/secrets.h"
#include "user/system.h"
#include <stdio.h>
#include <string.h>

bool users_is_virtual(struct reeve_users *users, const char *name)
{
	struct users_line line;
	bool has_account;

	if (strchr(name, '@') != NULL)
		return true;
	if (users_line_find(users, name, &line, NULL) != 1)
		return false;
	return users_line_is_second(users, &line, &has_account) || !has_account;
}

int users_virtual_of(struct reeve_users *users, const struct reeve_account *account,
                     const char **name_r, struct reeve_error *err)
{
	struct users_line line = {0};
	bool has_home = users_path_check(account->home, "the home", NULL) == 0 &&
	                strcmp(account->home, "/") != 0;
	int more;

	*name_r = NULL;
	while ((more = users_line_next(users, &line, err)) > 0) {
		struct users_entry entry = {
			.where = users->where, .doc = line.doc, .key = line.name, .node = line.node};
		struct reeve_whom whom;

		if (users_entry_whom(users, &entry, line.name, NULL, &whom, err) < 0)
			return -1;
		if ((whom.has_ids && whom.uid == account->uid) ||
		    (has_home && whom.home != NULL &&
		     users_path_is_inside(whom.home, account->home))) {
			*name_r = line.name;
			return 0;
		}
	}
	return more;
}

/* ---- add ------------------------------------------------------------------------------------ */

static int check_wish(struct reeve_users *users, const struct reeve_user_wish *wish,
                      const struct users_entry *entry, const struct reeve_whom *whom,
                      struct reeve_error *err)
{
	const struct users_fresh *other;
	const char *shares;

	users_look_at(users, wish->group != NULL ? USERS_COLUMN_GROUP : USERS_COLUMN_SHELL);
	if (wish->group != NULL || wish->shell != NULL)
		return reeve_fail(err, REEVE_EUSAGE,
		                  "'%s' is a virtual user: he has neither group nor shell",
		                  wish->name);
	users_look_at(users, whom->uid == 0 ? USERS_COLUMN_UID : USERS_COLUMN_GID);
	if (!whom->has_ids)
		return reeve_fail(
			err, REEVE_EUSAGE,
			"nobody says whose the mail of '%s' is: give uid and gid, or make a "
			"user vmail",
			wish->name);
	if (wish->has_ids && wish->uid != 0 && wish->gid == 0)
		return reeve_fail(err, REEVE_EUSAGE,
		                  "the mail of '%s' is uid %u's, but of no group: give a gid, too",
		                  wish->name, wish->uid);
	if (whom->uid == 0 || whom->gid == 0)
		return reeve_fail(err, REEVE_EREFUSED, "the mail of '%s' cannot be root's",
		                  wish->name);
	users_look_at(users, USERS_COLUMN_HOME);
	if (whom->home == NULL)
		return reeve_fail(err, REEVE_EUSAGE, "nobody says where '%s' lives: give a home",
		                  wish->name);
	if (users_path_check(whom->home, "the home", err) < 0)
		return -1;
	if (strchr(whom->home, '%') != NULL)
		return reeve_fail(err, REEVE_EUSAGE, "the home '%s' has a '%%' in it", whom->home);
	if (entry->node != 0)
		return 0;
	other = users_fresh_home(users, whom->home);
	shares = other != NULL ? other->name
	                       : users_entry_lives_in(users, entry, whom->home);
	if (shares != NULL)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "the home '%s' is that of '%s', or has it inside", whom->home,
		                  shares);
	return users_home_check(users, whom->home, true,
	                        reeve_accounts_uid(&users->accounts, whom->uid), err);
}

/* A slip of --file must not put a user into a configuration. Names alone count if Dovecot reads them. */
static int check_file(struct reeve_users *users, const struct users_entry *entry,
                      struct reeve_error *err)
{
	bool is_names;
	uint32_t node = reeve_passwd_file_alien(entry->doc, &is_names);
	uint64_t line, column;

	if (node == 0 || (is_names && users->how.passwd_file == NULL))
		return 0;
	reeve_doc_where(entry->doc, entry->doc->nodes[node].start, &line, &column);
	return reeve_fail(err, REEVE_EREFUSED,
	                  "'%s' is no passwd-file of Dovecot's: line %llu is %s",
	                  entry->doc->path, (unsigned long long)line,
	                  is_names ? "without a ':', as all are"
	                           : "a setting, or words, and no user");
}

/* He is there: what was asked for by name has to be what he has. */
static int check_there(struct reeve_users *users, const struct reeve_user_wish *wish,
                       const struct users_entry *entry, const struct reeve_whom *whom,
                       struct reeve_error *err)
{
	struct reeve_whom has;

	if (users_entry_whom(users, entry, wish->name, NULL, &has, err) < 0)
		return -1;
	users_look_at(users, USERS_COLUMN_UID);
	if (wish->has_ids && (!has.has_ids || has.uid != whom->uid || has.gid != whom->gid))
		return reeve_fail(err, REEVE_EREFUSED, "'%s' has uid %u and gid %u already",
		                  wish->name, has.uid, has.gid);
	users_look_at(users, USERS_COLUMN_HOME);
	if (wish->home != NULL && has.home != NULL && strcmp(has.home, whom->home) != 0)
		return reeve_fail(err, REEVE_EREFUSED, "'%s' has the home '%s' already", wish->name,
		                  has.home);
	return 0;
}

static int add_line(struct reeve_users *users, const struct reeve_user_wish *wish,
                    struct users_entry *entry, const struct reeve_whom *whom, char *field,
                    struct reeve_error *err)
{
	char uid[12], gid[12];
	struct reeve_pwf_line line = {{
		[REEVE_PWF_NAME] = entry->key,
		/* Of an empty field nobody should have to know what it means. */
		[REEVE_PWF_PASSWORD] = field == NULL ? REEVE_LOCK_VIRTUAL : field,
		[REEVE_PWF_UID] = uid,
		[REEVE_PWF_GID] = gid,
		[REEVE_PWF_HOME] = whom->home,
	}};

	if (wish->quota_bytes != 0) {
		line.fields[REEVE_PWF_EXTRA] = users_quota_item(users, wish->quota_bytes, err);
		if (line.fields[REEVE_PWF_EXTRA] == NULL)
			return -1;
	}
	snprintf(uid, sizeof uid, "%u", whom->uid);
	snprintf(gid, sizeof gid, "%u", whom->gid);
	if (users_coming_add(users, entry->doc, &line, err) < 0)
		return -1;
	users_entry_say(users, wish->name, true,
	                reeve_users_text(users, "add virtual user '%s' to '%s' (home '%s', uid %u)",
	                                 wish->name, entry->doc->path, whom->home,
	                                 whom->uid));
	return 0;
}

/* What he lacks, of who is there. */
static int complete(struct reeve_users *users, const struct reeve_user_wish *wish,
                    const struct users_entry *entry, unsigned int *steps, struct reeve_error *err)
{
	struct reeve_password_look look;

	const char *field = users_entry_password(users, entry, &look);

	if (wish->password == NULL && wish->hash == NULL)
		return 0;
	if (!look.is_none) {
		users_secret_stays(users, wish, field);
		return 0;
	}
	if (users_entry_replace(
		    entry, users_secret_make(wish->password, wish->hash, wish->scheme, true, err),
		    &look, err) < 0)
		return -1;
	users_entry_say(users, wish->name, true,
	                reeve_users_text(users, "set the password of '%s'", wish->name));
	(*steps)++;
	return 0;
}

static int add_home(struct reeve_users *users, const struct reeve_whom *whom, const char *name,
                    unsigned int *steps, struct reeve_error *err)
{
	struct users_fresh *fresh = users_fresh_new(users, name);
	struct users_place place = {.kind = USERS_PLACE_HOME,
	                            .path = whom->home,
	                            .knows_owner = true,
	                            .uid = whom->uid,
	                            .gid = whom->gid};

	if (fresh == NULL)
		return reeve_fail_nomem(err);
	fresh->home = whom->home;
	fresh->is_virtual = true;
	users_fresh_settle(users, fresh);
	return users_fresh_need(users, fresh, &place, steps, err);
}

int users_virtual_add(struct reeve_users *users, const struct reeve_user_wish *wish,
                      struct reeve_error *err)
{
	struct users_entry entry;
	struct reeve_whom whom;
	unsigned int steps = 0;
	char *field = NULL;
	int quota = 0, result;

	if (reeve_user_name_check(wish->name, true, err) < 0)
		return -1;
	if (users_is_wished(users, wish->name))
		return reeve_fail(err, REEVE_EUSAGE, "'%s' is named twice", wish->name);
	if (strchr(wish->name, '@') == NULL &&
	    (reeve_accounts_find(&users->accounts, wish->name) != NULL ||
	     users_system_is_elsewhere(users, wish->name)))
		return reeve_fail(err, REEVE_EREFUSED,
		                  "'%s' is a user of the system: a virtual one of that name would be "
		                  "another way in",
		                  wish->name);
	if (users_entry_find(users, wish->name, &entry, err) < 0)
		return -1;
	if (users_where_check_one(entry.where, wish->name, err) < 0 ||
	    users_entry_whom(users, &entry, wish->name, wish, &whom, err) < 0 ||
	    check_wish(users, wish, &entry, &whom, err) < 0 ||
	    (entry.node == 0 && users_entry_check_new(users, &entry, err) < 0) ||
	    (entry.node != 0 && check_there(users, wish, &entry, &whom, err) < 0))
		return -1;
	users_look_at(users, wish->hash != NULL ? USERS_COLUMN_HASH : USERS_COLUMN_PASSWORD);
	if (entry.node == 0) {
		if (check_file(users, &entry, err) < 0)
			return -1;
		if (wish->password != NULL || wish->hash != NULL) {
			field = users_secret_make(wish->password, wish->hash, wish->scheme, true,
			                          err);
			if (field == NULL)
				return -1;
		}
		result = add_line(users, wish, &entry, &whom, field, err);
		users_secret_wipe(field);
		steps++;
	} else {
		result = complete(users, wish, &entry, &steps, err);
	}
	if (result < 0 || add_home(users, &whom, wish->name, &steps, err) < 0)
		return -1;
	users_look_at(users, USERS_COLUMN_QUOTA);
	/* A new line has it already. */
	if (wish->quota_bytes != 0)
		quota = entry.node == 0 ? 1
		                        : users_quota_set(users, entry.doc, entry.key,
		                                          wish->quota_bytes, err);
	if (quota < 0)
		return -1;
	if (quota > 0) {
		users_entry_say(users, wish->name, true,
		                reeve_users_text(users, "set the quota of '%s' to %s", wish->name,
		                                 users_quota_text(users, wish->quota_bytes)));
		steps++;
	}
	if (steps == 0)
		users_entry_say(users, wish->name, false,
		                reeve_users_text(users, "'%s' is there already", wish->name));
	return 0;
}
