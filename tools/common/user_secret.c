/* SPDX-License-Identifier: MIT */
/* reeve-user: the passwords of the users who were named. */
#include "user.h"

#include "tool.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Room for one more: a new place, and the old one wiped, for realloc(3) would leave it as it is. */
static bool grow(struct user_run *run)
{
	size_t room = run->secret_room * 2 + 8;
	struct user_secret *larger = calloc(room, sizeof *larger);

	if (larger == NULL)
		return false;
	if (run->secrets != NULL) {
		memcpy(larger, run->secrets, run->secret_count * sizeof *larger);
		explicit_bzero(run->secrets, run->secret_count * sizeof *larger);
		free(run->secrets);
	}
	run->secrets = larger;
	run->secret_room = room;
	return true;
}

/* A place for the secret of a user; NULL without memory, which is said. */
static struct user_secret *add_secret(struct user_run *run, const char *name)
{
	char *copy = strdup(name); /* a line of a batch is gone when the next is read */

	if (copy == NULL || (run->secret_count == run->secret_room && !grow(run))) {
		free(copy);
		tool_error("out of memory");
		tool_worse(TOOL_FAILED);
		return NULL;
	}
	run->secrets[run->secret_count].name = copy;
	return &run->secrets[run->secret_count++];
}

static const struct user_secret *find_secret(const struct user_run *run, const char *name)
{
	for (size_t i = 0; i < run->secret_count; i++)
		if (strcmp(run->secrets[i].name, name) == 0)
			return &run->secrets[i];
	return NULL;
}

bool user_has_password(struct user_run *run, const char *name)
{
	struct reeve_user user;

	return reeve_users_find(run->users, name, &user, NULL) > 0 &&
	       (!user.is_password_known || !user.password.is_none);
}

/* ---- before -------------------------------------------------------------------------------- */

/* Ask for one: of add for who has none, if the name can be one. */
static bool ask_for(struct user_run *run, const char *name)
{
	struct reeve_user user;
	struct user_secret *secret;

	if (strcmp(run->command, "add") == 0) {
		if (reeve_user_name_check(name, run->wish.is_virtual || strchr(name, '@') != NULL,
		                          NULL) != 0 ||
		    user_has_password(run, name))
			return true;
	} else if (reeve_users_find(run->users, name, &user, NULL) <= 0) {
		user_missing(run, name);
		return false;
	}
	secret = add_secret(run, name);
	return secret != NULL && secret_ask(&secret->secret, name, true);
}

/* Nobody else should wait while somebody types, so the users are opened to look, and closed. */
static bool ask_for_all(struct user_run *run)
{
	bool is_good;

	run->is_asking = true;
	is_good = user_open(run, false);
	for (size_t i = 0; is_good && i < run->word_count; i++)
		is_good = ask_for(run, run->words[i]);
	user_close(run);
	run->is_asking = false;
	return is_good;
}

bool user_secrets_get(struct user_run *run)
{
	struct user_secret *secret;

	if (run->batch != NULL || run->is_generated || run->is_without_password)
		return true;
	if (run->password_file == NULL && run->password_fd < 0) {
		/* Of a dry run nothing depends on the password. */
		run->is_generated = run->how.dry_run;
		return run->how.dry_run || ask_for_all(run);
	}
	secret = add_secret(run, run->words[0]);
	if (secret == NULL)
		return false;
	return run->password_file != NULL ? secret_read_file(&secret->secret, run->password_file)
	                                  : secret_read_fd(&secret->secret, run->password_fd);
}

/* ---- meanwhile ----------------------------------------------------------------------------- */

static const char *make(struct user_run *run, const char *name, struct reeve_error *err)
{
	char *made = reeve_password_generate(err);
	struct user_secret *secret;

	if (made == NULL)
		return NULL;
	secret = add_secret(run, name);
	if (secret != NULL) {
		secret->made = made;
		return made;
	}
	explicit_bzero(made, strlen(made));
	free(made);
	return NULL;
}

const char *user_secret_of(struct user_run *run, const char *name)
{
	const struct user_secret *secret = find_secret(run, name);
	const char *made;
	struct reeve_error err = {0};

	if (secret != NULL)
		return secret->made != NULL ? secret->made : secret->secret.text;
	if (!run->is_generated)
		return NULL;
	made = make(run, name, &err);
	if (made == NULL && err.code != REEVE_OK)
		user_fail(run, &err);
	return made;
}

const char *user_secret_for_batch(void *user, const char *name, struct reeve_error *err)
{
	err->code = REEVE_ENOMEM; /* what make() says itself */
	strcpy(err->text, "out of memory");
	return make(user, name, err);
}

/* ---- before they are set ------------------------------------------------------------------- */

bool user_secrets_write(struct user_run *run, size_t *count_r)
{
	int fd = run->generate_fd >= 0 ? run->generate_fd : STDOUT_FILENO;

	*count_r = 0;
	for (size_t i = 0; i < run->secret_count; i++) {
		if (run->secrets[i].made == NULL)
			continue;
		if (!secret_write(fd, run->secrets[i].name, run->secrets[i].made))
			return false;
		(*count_r)++;
	}
	return *count_r == 0 || secret_flush(fd);
}

void user_secrets_wipe(struct user_run *run)
{
	for (size_t i = 0; i < run->secret_count; i++) {
		char *made = run->secrets[i].made;

		secret_wipe(&run->secrets[i].secret);
		if (made != NULL)
			explicit_bzero(made, strlen(made));
		free(made);
		free(run->secrets[i].name);
	}
	free(run->secrets);
	run->secrets = NULL;
	run->secret_count = run->secret_room = 0;
}
