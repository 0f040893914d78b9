/* SPDX-License-Identifier: MIT */
/* A root with a few files, and plans: what every test of plans begins with. */
#include "plan_root.h"

#include "folder.h"
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct reeve_plan_how plan_root_how;
struct reeve_rights plan_root_mine;

void plan_root_enter(void)
{
	folder_enter();
	umask(022);
	ck_assert_int_eq(mkdir("r", 0755), 0);
	ck_assert_int_eq(mkdir("r/etc", 0755), 0);
	ck_assert_int_eq(mkdir("r/mail", 0755), 0);
	folder_write("r/etc/a", "a = 1\n");
	folder_write("r/etc/b", "b = 1\n");
	folder_write("r/mail/ann", "From ann\n");
	folder_write("r/mail/bob", "From bob\n");
	plan_root_how = (struct reeve_plan_how){.root = "r", .what = "a test"};
	plan_root_mine = (struct reeve_rights){geteuid(), getegid(), 0640};
}

struct reeve_plan *plan_root_begin(void)
{
	struct reeve_error err = {0};
	struct reeve_plan *plan = reeve_plan_begin(&plan_root_how, &err);

	ck_assert_msg(plan != NULL, "%s", err.text);
	return plan;
}

void plan_root_replace(struct reeve_plan *plan, const char *path, const char *old, const char *new)
{
	reeve_plan_replace(plan, path, old, strlen(old), new, strlen(new));
}

void plan_root_create(struct reeve_plan *plan, const char *path, const char *text)
{
	reeve_plan_create(plan, path, text, strlen(text), &plan_root_mine);
}

struct stat plan_root_look(const char *path)
{
	struct stat st = {0};

	ck_assert_msg(lstat(path, &st) == 0, "%s is not there", path);
	return st;
}

unsigned int plan_root_mode(const char *path)
{
	return plan_root_look(path).st_mode & 07777;
}

void plan_root_give(struct reeve_plan *plan, const char *path, unsigned int from, unsigned int to)
{
	struct reeve_rights old = {plan_root_mine.uid, plan_root_mine.gid, from},
			    new = {plan_root_mine.uid, plan_root_mine.gid, to};

	reeve_plan_give(plan, path, &old, &new);
}

int plan_root_apply(struct reeve_plan *plan, struct reeve_plan_result *result,
                    struct reeve_error *err)
{
	struct reeve_plan_result unused;
	int r = plan == NULL ? -1 : reeve_plan_apply(plan, result != NULL ? result : &unused, err);

	reeve_plan_free(plan);
	return r;
}

int plan_root_undo(const char *id, struct reeve_plan_result *result, struct reeve_error *err)
{
	return plan_root_apply(reeve_plan_undo(&plan_root_how, id, err), result, err);
}

struct reeve_plan_result plan_root_change_both(void)
{
	struct reeve_plan_result result;
	struct reeve_error err = {0};
	struct reeve_plan *plan = plan_root_begin();

	plan_root_replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	plan_root_replace(plan, "r/etc/b", "b = 1\n", "b = 2\n");
	ck_assert_msg(plan_root_apply(plan, &result, &err) == 0, "%s", err.text);
	return result;
}

const char *plan_root_record(const struct reeve_plan_result *result, const char *name)
{
	static char path[200];

	snprintf(path, sizeof path, "r/var/lib/mailreeve/undo/%s/%s", result->id, name);
	return path;
}

void plan_root_assert_tidy(int records)
{
	static const char *const folders[] = {"r/etc", "../mail", "../var/lib/mailreeve"};

	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		ck_assert_int_eq(chdir(folders[i]), 0);
		ck_assert_int_eq(folder_count(".reeve"), 0);
	}
	ck_assert_int_eq(folder_count("stage"), 0);
	ck_assert_int_eq(chdir("undo"), 0);
	ck_assert_int_eq(folder_count("2"), records);
	ck_assert_int_eq(chdir("../../../../.."), 0);
}
