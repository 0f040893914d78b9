/* SPDX-License-Identifier: MIT */
/* What is wrong with users: the public door; who may log in, passwords, subordinate ids. */
#include "user/check.h"

#include "base/diag.h"
#include "base/error.h"
#include "base/open.h"
#include "user/alias_look.h"
#include "user/hash.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

void users_check_fault(struct users_check *check, enum reeve_severity severity, const char *file,
                       uint64_t line, const char *fmt, ...)
{
	char text[1000];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof text, fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	check->found += severity != REEVE_NOTE;
	reeve_diag(&check->users->talk, severity, file, line, 0, "%s", text);
}

/* ---- accounts ------------------------------------------------------------------------------- */

/*
 * With gid mail a process can remove and replace files of the spool (2775), whatever their modes. So
 * nobody should get a process with it by logging in.
 */
static void check_login(struct users_check *check, const struct reeve_account *account,
                        const struct reeve_account_group *mail)
{
	const struct reeve_accounts *accounts = &check->users->accounts;
	bool is_primary = account->gid == mail->gid;
	struct reeve_user user;

	if (account->uid == 0 || account->is_double ||
	    !(is_primary || reeve_account_group_has(mail, account->name)))
		return;
	reeve_users_fill(check->users, account, &user);
	if (!user.may_log_in || user.is_expired)
		return;
	users_check_fault(check, REEVE_WARNING,
	                  is_primary ? accounts->passwd_path : accounts->group_path,
	                  is_primary ? account->line : mail->line,
	                  "'%s' is in group mail and may log in (shell '%s'): what he runs can "
	                  "remove and replace mailboxes%s",
	                  account->name, user.shell[0] == '\0' ? "/bin/sh" : user.shell,
	                  is_primary ? "; usermod -s /usr/sbin/nologin ends it" : "");
}

/*
 * The mechanism of Dovecot's that works with passwords of this scheme only, or in clear (its manual,
 * "Authentication Mechanisms"); NULL: there is none, and a better scheme would do.
 */
static const char *needs(struct users_check *check, const char *scheme)
{
	static const struct {
		const char *mechanism, *scheme;
	} rows[] = {
		{"cram-md5", "CRAM-MD5"},
		{"cram-md5", "HMAC-MD5"}, /* the same by its other name: password-scheme.c of Dovecot */
		{"digest-md5", "DIGEST-MD5"},
		{"cram-md5", NULL},       {"digest-md5", NULL},
		{"apop", NULL},           {"rpa", NULL},
	};
	const char *list = reeve_users_setting(check->users, REEVE_CONF_DOVECOT, "auth_mechanisms");
	size_t name = strcspn(scheme, ".");
	bool is_clear = (name == 5 && strncmp(scheme, "PLAIN", 5) == 0) ||
	                strncmp(scheme, "CLEAR", 5) == 0;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].scheme == NULL ? !is_clear
		                           : strlen(rows[i].scheme) != name ||
		                                     strncmp(scheme, rows[i].scheme, name) != 0)
			continue;
		for (const char *at = list; at != NULL && *at != '\0';) {
			size_t n = strcspn(at, " \t,");

			if (n == strlen(rows[i].mechanism) &&
			    strncasecmp(at, rows[i].mechanism, n) == 0)
				return rows[i].mechanism;
			at += n;
			at += strspn(at, " \t,");
		}
	}
	return NULL;
}

void users_check_weak(struct users_check *check, const struct reeve_user *user, const char *field,
                      const char *words, const char *file, uint64_t line)
{
	const char *why = reeve_password_weakness(field), *mechanism;

	if (why == NULL)
		return;
	mechanism = user->is_virtual ? needs(check, user->password.scheme) : NULL;
	users_check_fault(check, mechanism == NULL ? REEVE_WARNING : REEVE_NOTE, file, line,
	                  "the password of '%s' is %s %s, %s%s%s", user->name, words,
	                  user->password.scheme, why,
	                  mechanism == NULL ? "" : "; auth_mechanisms has one that needs it: ",
	                  mechanism == NULL ? "" : mechanism);
}

static void check_password(struct users_check *check, const struct reeve_account *account)
{
	const struct reeve_accounts *accounts = &check->users->accounts;
	uint64_t line = account->is_shadowed ? account->shadow_line : account->line;
	const char *file = account->is_shadowed ? accounts->shadow_path : accounts->passwd_path;
	struct reeve_user user;

	reeve_users_fill(check->users, account, &user);
	if (accounts->has_shadow && account->is_shadowed && !account->has_shadow)
		users_check_fault(check, REEVE_PROBLEM, accounts->passwd_path, account->line,
		                  "'%s' has no line in '%s'", account->name, accounts->shadow_path);
	if (!user.is_password_known)
		return;
	if (user.password.is_open)
		users_check_fault(check, REEVE_PROBLEM, file, line,
		                  "the password of '%s' is empty: none is asked for", account->name);
	else if (account->hash != NULL)
		users_check_weak(check, &user, account->hash, "hashed by", file, line);
}

static void check_accounts(struct users_check *check)
{
	const struct reeve_accounts *accounts = &check->users->accounts;
	const struct reeve_account_group *mail = accounts->mail;
	bool has_users = false;

	for (size_t i = 0; i < accounts->fault_count; i++)
		users_check_fault(check, REEVE_WARNING, accounts->faults[i].file,
		                  accounts->faults[i].line, "%s", accounts->faults[i].text);
	for (size_t i = 0; i < accounts->count; i++) {
		const struct reeve_account *account = &accounts->rows[i];

		if (mail != NULL)
			check_login(check, account, mail);
		if (!reeve_users_is_mail_user(check->users, account))
			continue;
		has_users = true;
		check_password(check, account);
	}
	if (has_users && !accounts->has_shadow)
		users_check_fault(check, REEVE_NOTE, accounts->shadow_path, 0,
		                  "it cannot be read: nothing is said about passwords");
}

/* ---- subordinate ids ------------------------------------------------------------------------ */

/* Ids that useradd(8) gives away: 65536 for each user, of some hundred million. */
static int check_subids(struct users_check *check, const char *name, struct reeve_error *err)
{
	struct reeve_users *users = check->users;
	const char *path = reeve_users_text(users, "%s/etc/%s", users->root, name);
	int fd = reeve_open_in_root(users->root, path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	char *text = NULL;
	size_t size = 0;
	uint64_t line = 0;
	int result = 0;

	if (f == NULL) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (getline(&text, &size, f) >= 0) {
		const struct reeve_account *account;
		char *colon = strchr(text, ':'), *end;

		line++;
		if (colon == NULL)
			continue;
		*colon = '\0';
		account = reeve_accounts_find(&users->accounts, text);
		if (account == NULL) {
			unsigned long uid = strtoul(text, &end, 10);

			if (end != text && *end == '\0' && uid <= UINT32_MAX)
				account = reeve_accounts_uid(&users->accounts, (uint32_t)uid);
		}
		if (account != NULL && reeve_users_is_mail_user(users, account))
			users_check_fault(check, REEVE_WARNING, path, line,
			                  "'%s' has subordinate ids, for which a mail user has no "
			                  "use",
			                  account->name);
	}
	if (ferror(f))
		result = reeve_fail_errno(err, "cannot read '%s'", path);
	free(text);
	fclose(f);
	return result;
}

/* ---- the public door ------------------------------------------------------------------------ */

bool users_check_is_shared(struct users_check *check, uint32_t gid, uint32_t uid)
{
	const struct reeve_accounts *accounts = &check->users->accounts;
	const struct reeve_account_group *group;

	if (!check->readers.is_known || check->readers.gid != gid) {
		group = reeve_accounts_gid(accounts, gid);
		check->readers.is_known = true;
		check->readers.gid = gid;
		check->readers.count = 0;
		for (size_t i = 0; i < accounts->count && check->readers.count < 2; i++) {
			const struct reeve_account *account = &accounts->rows[i];

			if (account->uid < USERS_UID_MIN ||
			    account->uid == USERS_UID_NOBODY || account->is_double ||
			    !(account->gid == gid ||
			      (group != NULL && reeve_account_group_has(group, account->name))))
				continue;
			if (check->readers.count == 0 || check->readers.uids[0] != account->uid)
				check->readers.uids[check->readers.count++] = account->uid;
		}
	}
	for (size_t i = 0; i < check->readers.count; i++)
		if (check->readers.uids[i] != uid)
			return true;
	return false;
}

long reeve_users_check(struct reeve_users *users, bool repair, struct reeve_error *err)
{
	struct users_check check = {.users = users, .repair = repair};

	if (repair && users->plan == NULL)
		return reeve_fail(err, REEVE_EUSAGE, "the users are open for looking only");
	check.mail = users_mail(users, err);
	if (check.mail == NULL)
		return -1;
	check_accounts(&check);
	if (check_subids(&check, "subuid", err) < 0 || check_subids(&check, "subgid", err) < 0 ||
	    users_check_names(&check, err) < 0 || users_check_places(&check, err) < 0 ||
	    users_check_lines(&check, err) < 0 || users_check_files(&check, err) < 0)
		check.found = -1;
	else
		check.found += users_alias_check(users);
	if (check.found >= 0 && users->has_failed)
		check.found = reeve_fail_nomem(err);
	users_check_forget(&check);
	return check.found;
}
