/* SPDX-License-Identifier: MIT */
/* reeve-user list: who is there. */
#include "json.h"
#include "tool.h"
#include "user.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *login_word(const struct reeve_user *user)
{
	if (!user->is_password_known)
		return "?";
	if (user->password.is_open)
		return "open";
	if (user->password.is_none)
		return "none";
	if (user->is_locked)
		return "locked";
	return "yes";
}

static void date_word(int64_t seconds, char text[40])
{
	time_t when = (time_t)seconds;
	struct tm tm;

	if (localtime_r(&when, &tm) == NULL || strftime(text, 40, "%Y-%m-%d %H:%M", &tm) == 0)
		strcpy(text, "?");
}

static void say_head(void)
{
	tool_say(stdout, "%-32s %10s  %-16s %10s  %-6s  %s", "user", "mailbox", "changed", "quota",
	         "login", "password");
}

static void say_user(const struct reeve_user *user)
{
	char size[16] = "-", quota[16] = "-", date[40] = "-";

	if (user->has_mailbox) {
		reeve_size_format(user->mailbox_bytes, size);
		date_word(user->mailbox_time, date);
	}
	if (user->has_quota)
		reeve_size_format(user->quota_bytes, quota);
	tool_say(stdout, "%-32s %10s  %-16s %10s  %-6s  %s%s", user->name, size, date, quota,
	         login_word(user), user->password.scheme[0] != '\0' ? user->password.scheme : "-",
	         user->password.is_weak ? " (weak)" : "");
}

static struct json *json_password(const struct reeve_password_look *look)
{
	struct json *map = json_map();

	json_put_text(map, "scheme", look->scheme[0] != '\0' ? look->scheme : NULL);
	json_put_bool(map, "none", look->is_none);
	json_put_bool(map, "open", look->is_open);
	json_put_bool(map, "weak", look->is_weak);
	json_put_bool(map, "locked", look->is_locked);
	return map;
}

static struct json *json_user(const struct reeve_user *user)
{
	struct json *map = json_map();

	json_put_text(map, "name", user->name);
	json_put_bool(map, "virtual", user->is_virtual);
	json_put_text(map, "file", user->file);
	json_put_number(map, "line", user->line);
	if (user->has_ids) {
		json_put_number(map, "uid", user->uid);
		json_put_number(map, "gid", user->gid);
	}
	json_put_text(map, "home", user->home);
	if (!user->is_virtual) {
		json_put_text(map, "shell", user->shell);
		json_put_bool(map, "login_shell", user->may_log_in);
		json_put_bool(map, "expired", user->is_expired);
	}
	json_put_text(map, "mailbox", user->mailbox);
	if (user->has_mailbox) {
		json_put_number(map, "mailbox_bytes", user->mailbox_bytes);
		json_put_number(map, "mailbox_time", (uint64_t)user->mailbox_time);
	}
	if (user->has_quota)
		json_put_number(map, "quota_bytes", user->quota_bytes);
	json_put_bool(map, "locked", user->is_locked);
	if (user->is_password_known)
		json_put(map, "password", json_password(&user->password));
	return map;
}

static void tell_user(const struct reeve_user *user, struct json *list, bool *is_first)
{
	if (list != NULL) {
		json_append(list, json_user(user));
		return;
	}
	if (*is_first)
		say_head();
	*is_first = false;
	say_user(user);
}

/* Those who were named, or all. -1 with err. */
static int tell_users(struct user_run *run, struct json *list, struct reeve_error *err)
{
	struct reeve_user user;
	bool is_first = true;
	int more;

	if (run->word_count == 0) {
		while ((more = reeve_users_next(run->users, &user, err)) > 0)
			tell_user(&user, list, &is_first);
		return more;
	}
	for (size_t i = 0; i < run->word_count; i++) {
		more = reeve_users_find(run->users, run->words[i], &user, err);
		if (more < 0)
			return -1;
		if (more > 0) {
			tell_user(&user, list, &is_first);
			continue;
		}
		user_missing(run, run->words[i]);
	}
	return 0;
}

void user_list(struct user_run *run)
{
	struct reeve_error err = {0};
	struct json *list;
	int r;

	if (!user_open(run, false))
		return;
	list = run->is_json ? json_list() : NULL;
	r = tell_users(run, list, &err);
	if (r < 0)
		user_fail(run, &err);
	if (run->is_json) {
		struct json *map = json_map();

		json_put(map, "users", list);
		user_print_json(run, map, r < 0 ? &err : NULL);
	}
}
