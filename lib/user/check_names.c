/* SPDX-License-Identifier: MIT */
/*
 * Names and uids that are not one person's. Dovecot lower-cases the name that a client sends
 * (auth_username_format), Postfix's local(8) the one that mail is addressed to: to both of them
 * Ann is ann.
 */
#include "user/check.h"

#include "base/error.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* 2.3's default is "%Lu", 2.4's "%{user | lower}". */
bool users_check_is_lowering(struct reeve_users *users)
{
	const char *format =
		reeve_users_setting(users, REEVE_CONF_DOVECOT, "auth_username_format");

	return reeve_users_conf(users, REEVE_CONF_DOVECOT) != NULL &&
	       (format == NULL || strstr(format, "%L") != NULL || strstr(format, "lower") != NULL);
}

/* Which of the two that are here make lower case of names; NULL: neither. */
static const char *who_lowers(struct reeve_users *users)
{
	bool is_postfix = reeve_users_conf(users, REEVE_CONF_POSTFIX) != NULL;

	if (!users_check_is_lowering(users))
		return is_postfix ? "Postfix makes" : NULL;
	return is_postfix ? "Dovecot and Postfix make" : "Dovecot makes";
}

/* By the name in lower case, then by line. */
static int by_lower(const void *left, const void *right)
{
	const struct reeve_account *a = *(const struct reeve_account *const *)left;
	const struct reeve_account *b = *(const struct reeve_account *const *)right;
	int order = strcasecmp(a->name, b->name);

	return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

bool users_check_has_upper(const char *name)
{
	for (; *name != '\0'; name++)
		if (isupper((unsigned char)*name))
			return true;
	return false;
}

/* Accounts [from, to) have one name, but for case. */
static void check_case(struct users_check *check, const struct reeve_account *const *rows,
                       size_t from, size_t to, const char *who)
{
	const char *file = check->users->accounts.passwd_path;

	for (size_t i = from; i < to; i++) {
		const struct reeve_account *other = NULL;

		if (rows[i]->is_double || !reeve_users_is_mail_user(check->users, rows[i]) ||
		    !users_check_has_upper(rows[i]->name))
			continue;
		for (size_t k = from; k < to; k++)
			if (!users_check_has_upper(rows[k]->name))
				other = rows[k];
		if (other != NULL)
			users_check_fault(check, REEVE_PROBLEM, file, rows[i]->line,
			                  "%s lower case of names: what is meant for '%s' goes to "
			                  "'%s' (line %ju)",
			                  who, rows[i]->name, other->name,
			                  (uintmax_t)other->line);
		else
			users_check_fault(check, REEVE_PROBLEM, file, rows[i]->line,
			                  "%s lower case of names: nobody reaches '%s'", who,
			                  rows[i]->name);
	}
}

/* A second line of a name, and a uid that another account has. */
static void check_doubles(struct users_check *check)
{
	const struct reeve_accounts *accounts = &check->users->accounts;

	for (size_t i = 0; i < accounts->count; i++) {
		const struct reeve_account *row = &accounts->rows[i], *first;

		if (row->is_double) {
			first = reeve_accounts_find(accounts, row->name);
			users_check_fault(check, REEVE_WARNING, accounts->passwd_path, row->line,
			                  "'%s' is there already (line %ju), and that line counts",
			                  row->name, (uintmax_t)first->line);
			continue;
		}
		first = reeve_accounts_uid(accounts, row->uid);
		if (first == row || first->is_double)
			continue;
		/* Whoever he is: what users have is his, too. */
		if (row->uid == 0)
			users_check_fault(check, REEVE_PROBLEM, accounts->passwd_path, row->line,
			                  "'%s' has uid 0, as '%s' (line %ju): he may read and "
			                  "change everything",
			                  row->name, first->name, (uintmax_t)first->line);
		if (reeve_users_is_mail_user(check->users, row) ||
		    reeve_users_is_mail_user(check->users, first))
			users_check_fault(check, REEVE_PROBLEM, accounts->passwd_path, row->line,
			                  "'%s' has the uid of '%s' (line %ju): each may read what "
			                  "is the other's",
			                  row->name, first->name, (uintmax_t)first->line);
	}
}

int users_check_names(struct users_check *check, struct reeve_error *err)
{
	const struct reeve_accounts *accounts = &check->users->accounts;
	const struct reeve_account **rows;
	const char *who = who_lowers(check->users);
	size_t from, to;

	check_doubles(check);
	if (who == NULL)
		return 0;
	rows = calloc(accounts->count + 1, sizeof(const struct reeve_account *));
	if (rows == NULL)
		return reeve_fail_nomem(err);
	for (size_t i = 0; i < accounts->count; i++)
		rows[i] = &accounts->rows[i];
	qsort(rows, accounts->count, sizeof(const struct reeve_account *), by_lower);
	for (from = 0; from < accounts->count; from = to) {
		for (to = from + 1; to < accounts->count &&
		                    strcasecmp(rows[from]->name, rows[to]->name) == 0;)
			to++;
		check_case(check, rows, from, to, who);
	}
	free(rows);
	return 0;
}
