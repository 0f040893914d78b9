/* SPDX-License-Identifier: MIT */
/* reeve-user add, passwd, lock, unlock, remove: the words become wishes. */
#include "json.h"
#include "tool.h"
#include "user.h"
#include <string.h>
#include <strings.h>

#define BATCH_MAX ((size_t)64 << 20)

/* ---- add ----------------------------------------------------------------------------------- */

static void add_one(struct user_run *run, const char *name)
{
	struct reeve_user_wish wish = run->wish;
	const char *secret = NULL;

	wish.name = name;
	wish.is_virtual = wish.is_virtual || strchr(name, '@') != NULL;
	/* What is there stays, and a password that is not needed is not made. */
	if (!run->is_generated || !user_has_password(run, name))
		secret = user_secret_of(run, name);
	if (run->is_hash)
		wish.hash = secret;
	else
		wish.password = secret;
	reeve_users_add(run->users, &wish);
}

/* Whether the line of columns has one for passwords. */
static bool has_passwords(const struct secret_bytes *all)
{
	static const char word[] = "password";

	for (size_t i = 0; i + sizeof word - 1 <= all->n && all->bytes[i] != '\n'; i++)
		if (strncasecmp((const char *)all->bytes + i, word, sizeof word - 1) == 0)
			return true;
	return false;
}

static void add_batch(struct user_run *run)
{
	struct secret_bytes all;
	struct reeve_users_batch batch = {.file = run->batch, .usual = run->wish};

	if (!secret_read_all(&all, run->batch, BATCH_MAX))
		return;
	if (all.is_for_all && has_passwords(&all))
		secret_warn(run->batch);
	batch.bytes = all.bytes;
	batch.n = all.n;
	batch.password = run->is_generated ? user_secret_for_batch : NULL;
	batch.user = run;
	if (user_open(run, true)) {
		reeve_users_batch(run->users, &batch);
		user_apply(run);
	}
	secret_bytes_wipe(&all);
}

void user_add(struct user_run *run)
{
	if (run->batch != NULL) {
		add_batch(run);
		return;
	}
	if (!user_secrets_get(run) || !user_open(run, true))
		return;
	for (size_t i = 0; i < run->word_count; i++)
		add_one(run, run->words[i]);
	user_apply(run);
}

/* ---- the others ---------------------------------------------------------------------------- */

void user_passwd(struct user_run *run)
{
	if (!user_secrets_get(run) || !user_open(run, true))
		return;
	for (size_t i = 0; i < run->word_count; i++) {
		const char *name = run->words[i], *secret = user_secret_of(run, name);

		if (secret == NULL)
			return;
		reeve_users_password(run->users, name, run->is_hash ? NULL : secret,
		                     run->is_hash ? secret : NULL, run->wish.scheme);
	}
	user_apply(run);
}

void user_lock(struct user_run *run)
{
	bool is_locked = strcmp(run->command, "lock") == 0;

	if (!user_open(run, true))
		return;
	for (size_t i = 0; i < run->word_count; i++)
		reeve_users_lock(run->users, run->words[i], is_locked);
	user_apply(run);
}

void user_remove(struct user_run *run)
{
	if (!user_open(run, true))
		return;
	for (size_t i = 0; i < run->word_count; i++)
		reeve_users_remove(run->users, run->words[i], run->mail, run->archive);
	user_apply(run);
}
