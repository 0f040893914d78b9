/* SPDX-License-Identifier: MIT */
/*
 * Who else may read and change the passwd-files that the configuration names: whoever changes one lets himself
 * in as anybody, and whoever reads one guesses at its passwords at leisure.
 *
 *     /etc/dovecot/users    root:dovecot 0640, root:root 0600, vmail:vmail 0600, ...
 */
#include "user/check.h"

#include "base/diag.h"
#include "base/error.h"
#include "base/open.h"
#include "conf/dovecot_variables.h"
#include "user/line.h"
#include "user/real.h"
#include "user/where.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UID_PERSONS 1000 /* Debian Policy 9.2.2 */
#define DOVECOT "dovecot"

/* ---- persons -------------------------------------------------------------------------------- */

/* Whether virtual users have an account's uid. */
static bool is_virtuals(struct users_check *check, const struct reeve_account *account)
{
	struct reeve_users *users = check->users;
	const struct users_where *where = users_where(users, NULL);
	struct users_line line = {0};
	uint32_t uid;

	if (strcmp(account->name, DOVECOT) == 0 || strcmp(account->name, "vmail") == 0 ||
	    (where != NULL && users_where_uid(users, where->uid.value, &uid) &&
	     uid == account->uid))
		return true;
	if (reeve_account_may_log_in(account->shell))
		return false;
	while (users_line_next(users, &line, NULL) > 0) {
		char *field = users_line_field(&line, REEVE_PWF_UID);
		bool is = users_where_uid(users, field, &uid) && uid == account->uid;

		free(field);
		if (is)
			return true;
	}
	return false;
}

bool users_check_is_person(struct users_check *check, const struct reeve_account *account)
{
	if (account->uid == 0 || account->uid == USERS_UID_NOBODY || account->is_double)
		return false;
	return (reeve_users_is_mail_user(check->users, account) ||
	        (account->uid >= UID_PERSONS && reeve_account_may_log_in(account->shell))) &&
	       !is_virtuals(check, account);
}

const struct reeve_account *users_check_person_of(struct users_check *check, uint32_t gid)
{
	const struct reeve_accounts *accounts = &check->users->accounts;
	const struct reeve_account_group *group = reeve_accounts_gid(accounts, gid);

	for (size_t i = 0; i < accounts->count; i++) {
		const struct reeve_account *account = &accounts->rows[i];

		if ((account->gid == gid ||
		     (group != NULL && reeve_account_group_has(group, account->name))) &&
		    users_check_is_person(check, account))
			return account;
	}
	return NULL;
}

/* ---- a file --------------------------------------------------------------------------------- */

/* Whether a line has a password, hashed or not: more than the "x", "*" or "!" that is none. */
static bool has_passwords(int fd)
{
	FILE *f = fdopen(fd, "r");
	char *text = NULL;
	size_t size = 0;
	bool found = false;

	if (f == NULL) {
		close(fd);
		return true; /* it cannot be told */
	}
	while (!found && getline(&text, &size, f) >= 0) {
		const char *at = strchr(text, ':');

		if (text[0] == '#' || at == NULL)
			continue;
		at++;
		if (*at == '{')
			at += strcspn(at, "}:\n");
		at += *at == '}';
		found = strcspn(at, ":\r\n") > 1;
	}
	if (text != NULL)
		explicit_bzero(text, size);
	free(text);
	fclose(f);
	return found;
}

/*
 * What takes the others' bits away. The auth process of Dovecot is user dovecot (default_internal_user), who may
 * have read the file as one of the others: so he gets it by his group.
 */
static void mend(struct users_check *check, const char *path, const struct stat *st, bool is_shared)
{
	struct reeve_users *users = check->users;
	const struct reeve_account_group *group =
		reeve_accounts_group(&users->accounts, DOVECOT);
	const struct reeve_account *dovecot = reeve_accounts_find(&users->accounts, DOVECOT);
	struct reeve_rights rights = {st->st_uid, st->st_gid, st->st_mode & 07770};
	const char *inside = path + strlen(users->root), *text;
	bool is_dovecots = group == NULL || rights.gid == group->gid ||
	                   (dovecot != NULL && rights.uid == dovecot->uid);

	if (!is_dovecots && (is_shared || ((st->st_mode & 04) != 0 && rights.gid == 0))) {
		rights.gid = group->gid;
		rights.mode = (rights.mode & ~(mode_t)070) | 040;
	} else if (is_shared) {
		rights.mode &= ~(mode_t)070;
	} else if (!is_dovecots && (st->st_mode & 04) != 0) {
		/* Group and others are different people: who of them is Dovecot is not known. */
		reeve_diag(&users->talk, REEVE_NOTE, path, 0, 0,
		           "every user may still read it: whether Dovecot reads it as one of "
		           "them is not known");
		rights.mode = (rights.mode & ~(mode_t)07) | 04;
	}
	if (rights.gid == st->st_gid && rights.mode == (st->st_mode & 07777))
		return;
	text = rights.gid == st->st_gid
	               ? reeve_users_text(users,
	                                  "give the passwd-file '%s' mode %04o instead of %04o",
	                                  inside, rights.mode, st->st_mode & 07777)
	               : reeve_users_text(users,
	                                  "give the passwd-file '%s' to group '" DOVECOT
	                                  "', with mode %04o instead of %04o",
	                                  inside, rights.mode, st->st_mode & 07777);
	users_check_give(check, path, st, &rights, NULL, text);
}

static void check_rights(struct users_check *check, const char *path, const struct stat *st,
                         bool has_secrets)
{
	const struct reeve_accounts *accounts = &check->users->accounts;
	const struct reeve_account *owner = reeve_accounts_uid(accounts, st->st_uid), *person;
	const struct reeve_account_group *group = reeve_accounts_gid(accounts, st->st_gid);
	unsigned int mode = st->st_mode & 07777;
	bool is_shared = false;

	if (owner != NULL && users_check_is_person(check, owner))
		users_check_fault(check, REEVE_PROBLEM, path, 0,
		                  "the passwd-file belongs to '%s', who can change everybody's password",
		                  owner->name);
	if ((mode & 02) != 0)
		users_check_fault(check, REEVE_PROBLEM, path, 0,
		                  "every user can change the passwd-file, and so be anybody in it "
		                  "(mode %04o)",
		                  mode);
	else if ((mode & 04) != 0 && has_secrets)
		users_check_fault(check, REEVE_PROBLEM, path, 0,
		                  "a password is open to others: every user can read the passwd-file "
		                  "(mode %04o)",
		                  mode);
	person = (mode & 020) != 0 || ((mode & 040) != 0 && has_secrets)
	                 ? users_check_person_of(check, st->st_gid)
	                 : NULL;
	if (person != NULL && person != owner) {
		is_shared = true;
		users_check_fault(check, REEVE_PROBLEM, path, 0,
		                  "%s: group '%s', which '%s' is in, can %s the passwd-file (mode %04o)",
		                  (mode & 020) != 0 ? "everybody's password can be changed by others"
		                                    : "a password is open to others",
		                  group == NULL ? "?" : group->name, person->name,
		                  (mode & 020) != 0 ? "change" : "read", mode);
	}
	if (check->repair && ((mode & 02) != 0 || ((mode & 04) != 0 && has_secrets) || is_shared))
		mend(check, path, st, is_shared);
}

/* Who may write a folder can put another file in the place of the one below it. */
static void check_above(struct users_check *check, const char *path)
{
	struct reeve_users *users = check->users;

	for (const char *p = strchr(path + strlen(users->root) + 1, '/'); p != NULL;
	     p = strchr(p + 1, '/')) {
		const char *folder = reeve_users_text(users, "%.*s", (int)(p - path), path), *text;
		int fd = reeve_open_in_root(users->root, folder);
		struct stat st;

		if (fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 01002) == 02 &&
		    users_check_is_first(check, &st)) {
			mode_t mode = st.st_mode & 07777;
			struct reeve_rights rights = {st.st_uid, st.st_gid, mode & ~(mode_t)02};

			users_check_fault(check, REEVE_PROBLEM, folder, 0,
			                  "every user can put another passwd-file in the place of '%s' "
			                  "(mode %04o)",
			                  path, (unsigned int)mode);
			text = reeve_users_text(users, "give the folder '%s' mode %04o instead of %04o",
			                        folder + strlen(users->root), rights.mode,
			                        (unsigned int)mode);
			if (check->repair)
				users_check_give(check, folder, &st, &rights, NULL, text);
		}
		if (fd >= 0)
			close(fd);
	}
}

/* `path` has the root in front. */
static void check_file(struct users_check *check, const char *path)
{
	struct reeve_users *users = check->users;
	const char *real = users_path_real(users, path + strlen(users->root), NULL);
	struct stat st;
	int fd;

	check_above(check, path);
	if (real == NULL)
		return;
	real = reeve_users_text(users, "%s%s", users->root, real);
	check_above(check, real);
	fd = reeve_open_in_root(users->root, real);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && users_check_is_first(check, &st))
		check_rights(check, real, &st, has_passwords(fd)); /* which closes it */
	else
		close(fd);
}

/* ---- all ------------------------------------------------------------------------------------ */

static int check_path(struct users_check *check, const char *path, struct reeve_error *err)
{
	struct reeve_users *users = check->users;
	struct reeve_dovecot_file *files = NULL;
	size_t count = 0;
	int r;
	char *plain;

	switch (reeve_dovecot_path_kind(path, users->where->is_24)) {
	case REEVE_PATH_UNKNOWN:
		return 0;
	case REEVE_PATH_ONE:
		plain = reeve_dovecot_expand(path, users->where->is_24,
		                             &(struct reeve_whom){.name = ""});
		check_file(check, reeve_users_text(users, "%s%s", users->root,
		                                   plain == NULL ? path : plain));
		free(plain);
		return 0;
	case REEVE_PATH_OF_NAMES:
		break;
	}
	r = users_where_made(users, path, &files, &count, err);
	for (size_t i = 0; i < count && r == 0; i++)
		check_file(check, files[i].path);
	free(files);
	return r;
}

int users_check_files(struct users_check *check, struct reeve_error *err)
{
	struct reeve_users *users = check->users;
	const struct users_where *where = users_where(users, err);
	struct reeve_conf *dovecot = reeve_users_conf(users, REEVE_CONF_DOVECOT);
	struct reeve_dbs dbs = {0};
	int r = 0;

	if (where == NULL)
		return -1;
	/* One that is named, if it is the root's. */
	if (users->how.passwd_file != NULL && where->passwd_file != NULL &&
	    strncmp(where->passwd_file, users->root, strlen(users->root)) == 0 &&
	    where->passwd_file[strlen(users->root)] == '/')
		check_file(check, where->passwd_file);
	if (dovecot != NULL)
		r = users_dbs_read(users, dovecot, where->is_24, &dbs, err);
	for (size_t i = 0; i < dbs.count && r == 0; i++)
		if (strcmp(dbs.rows[i].driver, "passwd-file") == 0 && dbs.rows[i].path[0] == '/')
			r = check_path(check, dbs.rows[i].path, err);
	free(dbs.rows);
	return r;
}
