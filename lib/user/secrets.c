/* SPDX-License-Identifier: MIT */
/* Fields of shadow(5) on their way to chpasswd(8). */
#include "user/secrets.h"

#include "base/diag.h"
#include "base/error.h"
#include "user/hash.h"
#include "user/programs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct users_secret {
	struct users_secret *next;
	const char *name, *old;
	char *field;
};

void users_secret_wipe(char *field)
{
	if (field != NULL)
		explicit_bzero(field, strlen(field));
	free(field);
}

/*
 * Lines "name:field". With `old` those who had one, as it was. In one piece, so that no copy of
 * it stays behind where a buffer grew. *n_r is 0 if there are none. NULL: no memory.
 */
static char *make_lines(const struct users_secret *list, bool old, size_t *n_r)
{
	size_t n = 0;
	char *lines, *p;

	for (const struct users_secret *s = list; s != NULL; s = s->next)
		if (!old || s->old != NULL)
			n += strlen(s->name) + strlen(old ? s->old : s->field) + 2;
	*n_r = n;
	lines = p = malloc(n + 1);
	for (const struct users_secret *s = list; p != NULL && s != NULL; s = s->next) {
		if (old && s->old == NULL)
			continue;
		p = stpcpy(p, s->name);
		*p++ = ':';
		p = stpcpy(p, old ? s->old : s->field);
		*p++ = '\n';
	}
	return lines;
}

/*
 * -e: they are hashes. With it a line that is wrong changes nothing at all (shadow 4.13 and 4.17,
 * src/chpasswd.c), and PAM is not asked; but any text is taken for a hash.
 */
static int run(struct reeve_users *users, bool old, struct reeve_error *err)
{
	static const char *const argv[] = {"chpasswd", "-e", NULL};
	size_t n;
	char *lines = make_lines(users->steps->secrets, old, &n);
	int result;

	if (lines == NULL)
		return reeve_fail_nomem(err);
	result = n == 0 ? 0 : users_program_run(users, argv, lines, n, NULL, err);
	explicit_bzero(lines, n);
	free(lines);
	return result;
}

static int carry_out(struct reeve_users *users, void *what, struct reeve_error *err)
{
	(void)what;
	return run(users, false, err);
}

static int take_back(struct reeve_users *users, void *what, struct reeve_error *err)
{
	(void)what;
	return run(users, true, err);
}

void users_secret_add(struct reeve_users *users, const char *name, char *field, const char *old)
{
	struct users_steps *steps = users_steps(users);
	struct users_secret *secret = field == NULL ? NULL : malloc(sizeof *secret);

	if (steps == NULL || secret == NULL) {
		users->has_failed = users->has_failed || field != NULL;
		free(secret);
		users_secret_wipe(field);
		return;
	}
	*secret = (struct users_secret){.name = reeve_users_keep(users, name),
	                                .old = reeve_users_keep(users, old),
	                                .field = field};
	if (steps->secrets_end == NULL)
		steps->secrets_end = &steps->secrets;
	*steps->secrets_end = secret;
	steps->secrets_end = &secret->next;
	users_step_once(users, USERS_PASSWORDS, carry_out, take_back);
}

void users_secrets_free(struct users_secret *secrets)
{
	while (secrets != NULL) {
		struct users_secret *next = secrets->next;

		users_secret_wipe(secrets->field);
		free(secrets);
		secrets = next;
	}
}

char *users_secret_field(char *hash, const struct reeve_account *account)
{
	struct reeve_password_look look = {0};
	char *field;

	if (account != NULL && account->hash != NULL)
		reeve_password_look(account->hash, &look);
	bool is_locked = (look.is_locked && !look.is_none) ||
	                 (account != NULL && account->expires_day == USERS_LOCKED_DAY);
	if (hash == NULL || !is_locked)
		return hash;
	if (asprintf(&field, REEVE_LOCK_SYSTEM "%s", hash) < 0)
		field = NULL;
	users_secret_wipe(hash);
	return field;
}

char *users_secret_make(const char *password, const char *hash, const char *scheme, bool is_virtual,
                        struct reeve_error *err)
{
	char *made, *field;

	if (hash != NULL)
		return reeve_password_field(hash, is_virtual, err);
	made = reeve_password_hash(password, scheme, err);
	if (made == NULL || !is_virtual)
		return made;
	if (asprintf(&field, "%s%s", reeve_password_prefix(scheme), made) < 0) {
		reeve_fail_nomem(err);
		field = NULL;
	}
	users_secret_wipe(made);
	return field;
}

void users_secret_warn(const struct reeve_users *users, const char *name, const char *hash,
                       const char *file, uint64_t line)
{
	const char *why = hash == NULL ? NULL : reeve_password_weakness(hash);
	struct reeve_password_look look;

	if (why == NULL)
		return;
	reeve_password_look(hash, &look);
	reeve_diag(&users->talk, REEVE_WARNING, file, line, 0,
	           "the hash that '%s' shall have is of the scheme %s, %s", name, look.scheme, why);
}

/* Whether a field has this hash, whatever scheme or lock is in front of either. */
static bool has_hash(const char *field, const char *hash)
{
	const char *end = hash[0] == '{' ? strchr(hash, '}') : NULL;
	const char *bare = end != NULL ? end + 1 : hash;
	size_t n = strlen(field), length = strlen(bare);

	return n >= length && strcmp(field + n - length, bare) == 0;
}

void users_secret_stays(struct reeve_users *users, const struct reeve_user_wish *wish,
                        const char *field)
{
	struct users_steps *steps = users_steps(users);
	bool is_other = false;

	if (steps == NULL)
		return;
	if (wish->hash != NULL)
		is_other = !has_hash(field, wish->hash);
	else if (wish->file == NULL)
		is_other = reeve_password_verify(field, wish->password, NULL) == 0;
	else
		steps->not_compared++;
	if (!is_other)
		return;
	if (wish->file == NULL)
		reeve_diag(&users->talk, REEVE_WARNING, NULL, 0, 0,
		           "'%s' has another password already, which stays: passwd changes it",
		           wish->name);
	else if (steps->others++ == 0)
		steps->other = reeve_users_keep(users, wish->name);
}

void users_secret_tell_stays(struct reeve_users *users, const char *file)
{
	const struct users_steps *steps = users->steps;

	if (steps == NULL)
		return;
	if (steps->others > 0)
		reeve_diag(&users->talk, REEVE_WARNING, file, 0, 0,
		           "users who have another hash already, which stays: %zu, the first is '%s'; "
		           "passwd changes it",
		           steps->others, steps->other);
	if (steps->not_compared > 0)
		reeve_diag(&users->talk, REEVE_NOTE, file, 0, 0,
		           "users who have a password already, which stays: %zu; those given were not "
		           "compared, and passwd changes one",
		           steps->not_compared);
}

/* Whether a field is what hashing by a scheme gives: "{BLF-CRYPT}$2b$...", and "$2b$..." as well.
 */
static bool is_scheme(const char *found, const char *scheme)
{
	static const char *const methods[][2] = {
		{"CRYPT", "CRYPT yescrypt"}, /* of Debian 12 and 13 */
		{"SHA512-CRYPT", "CRYPT sha512crypt"},
		{"BLF-CRYPT", "CRYPT bcrypt"},
	};

	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (strcasecmp(scheme, methods[i][0]) == 0 && strcasecmp(found, methods[i][1]) == 0)
			return true;
	return strcasecmp(found, scheme) == 0;
}

bool users_secret_fits(const char *field, const char *password, const char *scheme)
{
	struct reeve_password_look look;

	reeve_password_look(field, &look);
	if (look.is_none || !look.is_readable || reeve_password_weakness(field) != NULL)
		return false;
	if (scheme != NULL && !is_scheme(look.scheme, scheme))
		return false;
	return reeve_password_verify(field, password, NULL) == 1;
}
