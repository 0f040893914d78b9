/* SPDX-License-Identifier: MIT */
/* Wishes about users, carried out in a root. */
#include "user_wish.h"

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

const char *wish_root;
int wish_cancel_at;
bool wish_is_killed;
bool (*wish_kill_when)(void);
char wish_told[2000];

void wish_enter(void)
{
	folder_enter();
	wish_root = user_root_make();
	wish_cancel_at = 0;
	wish_is_killed = false;
	wish_kill_when = NULL;
	wish_told[0] = '\0';
}

static bool cancel(void *user)
{
	(void)user;
	if (wish_kill_when != NULL && wish_kill_when())
		raise(SIGKILL);
	if (wish_cancel_at == 0 || --wish_cancel_at > 0)
		return false;
	if (wish_is_killed)
		raise(SIGKILL);
	return true;
}

static void hear(void *user, const struct reeve_diag *diag)
{
	size_t n = strlen(wish_told);

	(void)user;
	snprintf(wish_told + n, sizeof wish_told - n, "%s:%d %s\n", diag->file == NULL ? "" : diag->file,
	         (int)diag->line, diag->text);
}

struct reeve_users *wish_begin_in(const char *passwd_file)
{
	static const struct reeve_talk talk = {.cancel = cancel, .diag = hear};
	struct reeve_users_how how = {.root = wish_root,
	                              .passwd_file = passwd_file,
	                              .is_for_changes = true,
	                              .what = "test",
	                              .lock_timeout_ms = 20000,
	                              .talk = &talk};
	struct reeve_error err = {0};
	struct reeve_users *users = reeve_users_open(&how, &err);

	ck_assert_msg(users != NULL, "%s", err.text);
	return users;
}

struct reeve_users *wish_begin(void)
{
	return wish_begin_in(NULL);
}

int wish_end(struct reeve_users *users, struct reeve_error *err)
{
	struct reeve_users_result result;
	int got = reeve_users_apply(users, &result, err);

	reeve_users_close(users);
	return got < 0 ? -1 : (int)result.steps;
}

int wish_add(const char *name, const char *hash, struct reeve_error *err)
{
	struct reeve_users *users = wish_begin();

	reeve_users_add(users, &(struct reeve_user_wish){.name = name, .hash = hash});
	return wish_end(users, err);
}

int wish_remove(const char *name, enum reeve_users_mail mail, struct reeve_error *err)
{
	struct reeve_users *users = wish_begin();

	reeve_users_remove(users, name, mail, "kept");
	return wish_end(users, err);
}

const char *wish_look(const char *path)
{
	static char text[40];
	char full[200];
	struct stat st;

	snprintf(full, sizeof full, "root/%s", path);
	if (lstat(full, &st) < 0)
		return "none";
	snprintf(text, sizeof text, "%04o %u %u", st.st_mode & 07777, st.st_uid, st.st_gid);
	return text;
}

const char *wish_ran(void)
{
	return folder_read("root/ran");
}

void wish_check_gone(void)
{
	ck_assert_ptr_null(strstr(folder_read("root/etc/passwd"), "ann"));
	ck_assert_ptr_null(strstr(folder_read("root/etc/shadow"), "ann"));
	ck_assert_str_eq(wish_look("home/mail-users"), "none");
	ck_assert_str_eq(wish_look("var/mail/ann"), "none");
}

void wish_check_there(void)
{
	const char *line = strstr(folder_read("root/etc/passwd"), "\nann:");

	ck_assert_ptr_nonnull(line);
	ck_assert_str_eq(line, "\nann:x:1001:8::/home/mail-users/ann:/usr/sbin/nologin\n");
	ck_assert_ptr_nonnull(strstr(folder_read("root/etc/shadow"), "\nann:" WISH_HASH ":"));
	ck_assert_str_eq(wish_look("home/mail-users"), "0755 0 0");
	ck_assert_str_eq(wish_look("home/mail-users/ann"), "0700 1001 8");
	ck_assert_str_eq(wish_look("var/mail/ann"), "0600 1001 8");
}
