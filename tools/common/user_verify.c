/* SPDX-License-Identifier: MIT */
/* reeve-user verify: does a password fit. */
#include "json.h"
#include "tool.h"
#include "user.h"
#include <stdio.h>

static bool read_secret(struct user_run *run, struct secret *secret)
{
	if (run->password_file != NULL)
		return secret_read_file(secret, run->password_file);
	if (run->password_fd >= 0)
		return secret_read_fd(secret, run->password_fd);
	return secret_ask(secret, run->words[0], false);
}

/* What we say of a password that fits or does not. */
static void say_verdict(const struct user_run *run, bool fits, bool is_locked)
{
	if (run->is_json) {
		struct json *map = json_map();

		json_put_text(map, "user", run->words[0]);
		json_put_bool(map, "fits", fits);
		json_put_bool(map, "locked", is_locked);
		user_print_json((struct user_run *)run, map, NULL);
	} else if (!run->is_quiet) {
		tool_say(stdout, "the password of '%s' %s%s", run->words[0],
		         fits ? "fits" : "does not fit", is_locked ? "; he is locked" : "");
	}
}

void user_verify(struct user_run *run)
{
	struct reeve_error err = {0};
	struct reeve_user user;
	struct secret secret;
	bool is_read = false;
	int fits = -1;

	if (!user_open(run, false))
		return;
	int found = reeve_users_find(run->users, run->words[0], &user, &err);
	bool is_locked = found > 0 && user.is_locked;

	if (found == 0)
		user_missing(run, run->words[0]);
	else if (found > 0 && (is_read = read_secret(run, &secret)))
		fits = reeve_users_verify(run->users, run->words[0], secret.text, &err);
	/* What reading the password, or nobody, said is no error of the library's. */
	if (fits < 0 && (found == 0 || (found > 0 && !is_read)))
		err.code = REEVE_OK;
	secret_wipe(&secret);
	if (fits < 0) {
		if (err.code != REEVE_OK)
			user_fail(run, &err);
		if (run->is_json)
			user_print_failure(run, &err);
		return;
	}
	if (fits == 0)
		tool_worse(TOOL_FOUND);
	say_verdict(run, fits > 0, is_locked);
}
