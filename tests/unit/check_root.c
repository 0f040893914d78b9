/* SPDX-License-Identifier: MIT */
/* A made-up root, and what `check` says of it. */
#include "check_root.h"

#include "folder.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned int uid, gid;
char check_said[8192];
static long hidden; /* findings that are there because only root can make a folder root's */

void check_enter(void)
{
	uid = geteuid() == 0 ? 1000 : geteuid();
	gid = geteuid() == 0 ? 8 : getegid();
	folder_enter();
}

void check_fill(const char *text, char *out, size_t n)
{
	size_t used = 0;

	for (; *text != '\0' && used + 16 < n; text++) {
		if (*text == '^' || *text == '#' || *text == '&')
			used += (size_t)snprintf(out + used, n - used, "%u",
			                         *text == '^'   ? uid
			                         : *text == '#' ? uid + 1
			                                        : gid);
		else
			out[used++] = *text;
	}
	out[used] = '\0';
}

void check_write(const char *name, const char *text)
{
	char filled[2048];

	if (text == NULL)
		return;
	check_fill(text, filled, sizeof filled);
	folder_write(name, filled);
	/* A passwd-file that others can read is a finding. */
	if (strcmp(name, "root/etc/dovecot/users") == 0)
		ck_assert_int_eq(chmod(name, 0640), 0);
}

static void own(const char *path, mode_t mode)
{
	if (geteuid() == 0)
		ck_assert_int_eq(chown(path, uid, gid), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static void make_places(const char *text)
{
	char path[512] = "root", word[256];
	unsigned int mode;
	int n;

	while (text != NULL && sscanf(text, " %255s %o%n", word, &mode, &n) == 2) {
		text += n;
		snprintf(path, sizeof path, "root/%s", word);
		for (char *p = path; (p = strchr(p, '/')) != NULL; p++) {
			*p = '\0';
			mkdir(path, 0755);
			*p = '/';
		}
		if (path[strlen(path) - 1] != '/')
			folder_write(path, "From x\n");
		own(path, mode);
	}
}

static void hear(void *user, const struct reeve_diag *diag)
{
	static const char letters[] = "NWP";
	size_t n = strlen(check_said);

	(void)user;
	if (geteuid() != 0 && (strstr(diag->text, "folder of mailboxes belongs") != NULL ||
	                       strstr(diag->text, "passwd-file belongs") != NULL)) {
		hidden++;
		return;
	}
	snprintf(check_said + n, sizeof check_said - n, "%c %s:%d: %s\n", letters[diag->severity],
	         diag->file, (int)diag->line, diag->text);
}

const struct reeve_talk check_talk = {.diag = hear};

void check_root(const char *passwd, const char *shadow, const char *group, const char *places)
{
	if (access("root", F_OK) == 0)
		ck_assert_int_eq(system("rm -rf root"), 0);
	ck_assert_int_eq(mkdir("root", 0755), 0);
	ck_assert_int_eq(mkdir("root/etc", 0755), 0);
	check_write("root/etc/passwd", passwd);
	check_write("root/etc/shadow", shadow);
	check_write("root/etc/group", group);
	make_places(places);
	/* The folder of mailboxes is root's, unless a row says otherwise. */
	if (geteuid() == 0 && access("root/var/mail", F_OK) == 0)
		ck_assert_int_eq(chown("root/var/mail", 0, gid), 0);
}

long check_look(struct reeve_users *users, bool repair)
{
	struct reeve_error err = {0};
	long found;

	check_said[0] = '\0';
	hidden = 0;
	found = reeve_users_check(users, repair, &err);
	ck_assert_msg(found >= 0, "%s", err.text);
	return found - hidden;
}

struct reeve_users *check_begin(void)
{
	struct reeve_users_how how = {
		.root = "root", .state = "state", .talk = &check_talk, .is_for_changes = true};
	struct reeve_error err = {0};
	struct reeve_users *users = reeve_users_open(&how, &err);

	ck_assert_msg(users != NULL, "%s", err.text);
	return users;
}

long check_end(struct reeve_users *users)
{
	struct reeve_users_result result;
	struct reeve_error err = {0};

	ck_assert_msg(reeve_users_apply(users, &result, &err) == 0, "%s", err.text);
	ck_assert(result.is_changed && result.id != NULL);
	reeve_users_close(users);
	return (long)result.steps;
}

long check_users(const struct reeve_users_how *how, bool repair)
{
	struct reeve_error err = {0};
	struct reeve_users *users = reeve_users_open(how, &err);
	long found;

	ck_assert_msg(users != NULL, "%s", err.text);
	found = check_look(users, repair);
	reeve_users_close(users);
	return found;
}
