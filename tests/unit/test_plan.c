/* SPDX-License-Identifier: MIT */
/* Plans: what is refused before anything is written, what stays as it was, and the way back. */
#include "plan/parts.h"

#include "base/hash.h"
#include "folder.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

static struct reeve_plan_how how = {.root = "r", .what = "a test"};

static void enter(void)
{
	folder_enter();
	umask(022);
	ck_assert_int_eq(mkdir("r", 0755), 0);
	ck_assert_int_eq(mkdir("r/etc", 0755), 0);
	folder_write("r/etc/a", "a = 1\n");
	folder_write("r/etc/b", "b = 1\n");
	how = (struct reeve_plan_how){.root = "r", .what = "a test"};
}

static struct reeve_plan *begin(void)
{
	struct reeve_error err = {0};
	struct reeve_plan *plan = reeve_plan_begin(&how, &err);

	ck_assert_msg(plan != NULL, "%s", err.text);
	return plan;
}

static void replace(struct reeve_plan *plan, const char *path, const char *old, const char *new)
{
	reeve_plan_replace(plan, path, old, strlen(old), new, strlen(new));
}

static int apply(struct reeve_plan *plan, struct reeve_plan_result *result, struct reeve_error *err)
{
	struct reeve_plan_result mine;
	int r = plan == NULL ? -1 : reeve_plan_apply(plan, result != NULL ? result : &mine, err);

	reeve_plan_free(plan);
	return r;
}

/* a: 1 -> 2, b: 1 -> 2. */
static struct reeve_plan_result change_both(void)
{
	struct reeve_plan_result result;
	struct reeve_error err = {0};
	struct reeve_plan *plan = begin();

	replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	replace(plan, "r/etc/b", "b = 1\n", "b = 2\n");
	ck_assert_msg(apply(plan, &result, &err) == 0, "%s", err.text);
	return result;
}

/* Nothing lies about: no names beside the files, no stage, no record of what was not done. */
static void assert_tidy(int records)
{
	ck_assert_int_eq(chdir("r/etc"), 0);
	ck_assert_int_eq(folder_count(".reeve"), 0);
	ck_assert_int_eq(chdir("../var/lib/mailreeve"), 0);
	ck_assert_int_eq(folder_count("stage"), 0);
	ck_assert_int_eq(chdir("undo"), 0);
	ck_assert_int_eq(folder_count("2"), records);
	ck_assert_int_eq(chdir("../../../../.."), 0);
}

START_TEST(test_apply)
{
	struct reeve_plan_result result = change_both();
	struct stat st;
	char path[100];

	ck_assert_str_eq(folder_read("r/etc/a"), "a = 2\n");
	ck_assert_str_eq(folder_read("r/etc/b"), "b = 2\n");
	ck_assert(result.is_changed);
	ck_assert_uint_eq(result.files, 2);
	ck_assert(record_is_id(result.id));
	assert_tidy(1);
	ck_assert_int_eq(stat("r/var/lib/mailreeve/undo", &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0700);
	snprintf(path, sizeof path, "r/var/lib/mailreeve/undo/%s/2.old", result.id);
	ck_assert_str_eq(folder_read(path), "b = 1\n");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0644);
}
END_TEST

/* What changes nothing writes nothing: the same inode, the same times, no record. */
START_TEST(test_nothing)
{
	struct reeve_plan_result result;
	struct stat before, after;
	struct reeve_plan *plan = begin();

	ck_assert_int_eq(stat("r/etc/a", &before), 0);
	replace(plan, "r/etc/a", "a = 1\n", "a = 1\n");
	ck_assert_uint_eq(reeve_plan_count(plan), 0);
	ck_assert_int_eq(apply(plan, &result, NULL), 0);
	ck_assert(!result.is_changed);
	ck_assert_str_eq(result.id, "");
	ck_assert_int_eq(stat("r/etc/a", &after), 0);
	ck_assert_int_eq(memcmp(&before.st_ctim, &after.st_ctim, sizeof before.st_ctim), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	assert_tidy(0);
}
END_TEST

/* Bytes are bytes. */
START_TEST(test_bytes)
{
	static const char old[] = "a\0b\r\n", new[] = "\0\xff\r";
	struct reeve_plan *plan;
	FILE *f = fopen("r/etc/a", "w");

	ck_assert_uint_eq(fwrite(old, 1, sizeof old - 1, f), sizeof old - 1);
	fclose(f);
	plan = begin();
	reeve_plan_replace(plan, "r/etc/a", old, sizeof old - 1, new, sizeof new - 1);
	replace(plan, "r/etc/b", "b = 1\n", "");
	ck_assert_int_eq(apply(plan, NULL, NULL), 0);
	ck_assert_int_eq(memcmp(folder_read("r/etc/a"), new, sizeof new), 0);
	ck_assert_str_eq(folder_read("r/etc/b"), "");
}
END_TEST

START_TEST(test_dry_run)
{
	struct reeve_plan_result result;
	struct reeve_plan *plan;

	how.dry_run = true;
	plan = begin();
	replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	ck_assert_uint_eq(reeve_plan_count(plan), 1);
	ck_assert_str_eq(reeve_plan_at(plan, 0).path, "/etc/a");
	ck_assert_int_eq(apply(plan, &result, NULL), 0);
	ck_assert(result.is_changed);
	ck_assert_uint_eq(result.files, 1);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_int_eq(access("r/var", F_OK), -1);
}
END_TEST

/* ---- what stays --------------------------------------------------------------------------- */

START_TEST(test_attributes)
{
	struct stat st;
	char value[20] = "";
	bool is_root = geteuid() == 0;
	int has = setxattr("r/etc/a", "user.note", "mine", 4, 0);

	if (is_root)
		ck_assert_int_eq(chown("r/etc/a", 65534, 8), 0);
	ck_assert_int_eq(chmod("r/etc/a", 0640), 0);
	change_both();
	ck_assert_int_eq(stat("r/etc/a", &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0640);
	if (is_root) {
		ck_assert_uint_eq(st.st_uid, 65534);
		ck_assert_uint_eq(st.st_gid, 8);
	}
	if (has == 0) {
		ck_assert_int_eq(getxattr("r/etc/a", "user.note", value, sizeof value), 4);
		ck_assert_str_eq(value, "mine");
	}
}
END_TEST

/* A link in /etc stays one, and what it leads to is replaced; the record names both. */
START_TEST(test_link)
{
	struct stat st;
	struct reeve_plan *plan;

	ck_assert_int_eq(mkdir("r/srv", 0755), 0);
	folder_write("r/srv/c", "c = 1\n");
	ck_assert_int_eq(symlink("../srv/d", "r/etc/c"), 0);
	ck_assert_int_eq(symlink("c", "r/srv/d"), 0);
	plan = begin();
	replace(plan, "r/etc/c", "c = 1\n", "c = 2\n");
	ck_assert_str_eq(reeve_plan_at(plan, 0).path, "/etc/c");
	ck_assert_str_eq(reeve_plan_at(plan, 0).target, "/srv/c");
	ck_assert_int_eq(apply(plan, NULL, NULL), 0);
	ck_assert_str_eq(folder_read("r/srv/c"), "c = 2\n");
	ck_assert_int_eq(lstat("r/etc/c", &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_int_eq(apply(reeve_plan_undo(&how, NULL, NULL), NULL, NULL), 0);
	ck_assert_str_eq(folder_read("r/srv/c"), "c = 1\n");
	ck_assert_int_eq(lstat("r/etc/c", &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
}
END_TEST

/* ---- what is refused ---------------------------------------------------------------------- */

static void make_fifo(void)
{
	ck_assert_int_eq(mkfifo("r/etc/x", 0600), 0);
}

static void make_hard_link(void)
{
	ck_assert_int_eq(link("r/etc/b", "r/etc/x"), 0);
}

static void make_link_out(void)
{
	folder_write("out", "x = 1\n");
	ck_assert_int_eq(symlink("../../out", "r/etc/x"), 0);
}

static void make_loop(void)
{
	ck_assert_int_eq(symlink("x", "r/etc/x"), 0);
}

static void make_folder(void)
{
	ck_assert_int_eq(mkdir("r/etc/x", 0700), 0);
}

static void make_other(void)
{
	folder_write("r/etc/x", "x = other\n");
}

static void make_his_link(void)
{
	ck_assert_int_eq(symlink("b", "r/etc/x"), 0);
	(void)!lchown("r/etc/x", 65534, 65534);
}

static void make_nothing(void)
{
}

static const struct refused {
	const char *name;
	void (*make)(void);
	enum reeve_code code;
	const char *text;
	bool needs_root;
} refused[] = {
	{"fifo", make_fifo, REEVE_EREFUSED, "'r/etc/x' is a FIFO", false},
	{"hard link", make_hard_link, REEVE_EREFUSED, "'r/etc/x' has 2 hard links", false},
	{"out", make_link_out, REEVE_EREFUSED, "leads out of 'r'", false},
	{"loop", make_loop, REEVE_EIO, "cannot open 'r/etc/x': Too many levels", false},
	{"folder", make_folder, REEVE_EFORMAT, "'r/etc/x' is a folder", false},
	{"missing", make_nothing, REEVE_EIO, "cannot open 'r/etc/x': No such file", false},
	{"other bytes", make_other, REEVE_ECHANGED, "'r/etc/x' was changed by somebody else",
         false},
	{"somebody's link", make_his_link, REEVE_EREFUSED, "symbolic link that uid 65534 made",
         true},
};

START_TEST(test_refused)
{
	const struct refused *row = &refused[_i];
	struct reeve_error err = {0};
	struct reeve_plan *plan;

	if (row->needs_root && geteuid() != 0)
		return;
	row->make();
	plan = begin();
	replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	replace(plan, "r/etc/x", "x = 1\n", "x = 2\n");
	replace(plan, "r/etc/b", "?", "!");
	ck_assert_int_eq(apply(plan, NULL, &err), -1);
	ck_assert_msg(err.code == row->code && strstr(err.text, row->text) != NULL, "%s: %d %s",
	              row->name, err.code, err.text);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	assert_tidy(0);
}
END_TEST

/* The same file by two names. */
START_TEST(test_twice)
{
	struct reeve_error err = {0};
	struct reeve_plan *plan = begin();

	ck_assert_int_eq(symlink("a", "r/etc/x"), 0);
	replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	replace(plan, "r/etc/x", "a = 1\n", "a = 3\n");
	ck_assert_int_eq(reeve_plan_ok(plan, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EUSAGE);
	ck_assert_int_eq(apply(plan, NULL, NULL), -1);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
}
END_TEST

/* Changed after it was read: by its bytes, by another file in its place, by its mode. */
START_TEST(test_changed)
{
	struct reeve_error err = {0};
	struct reeve_plan *plan = begin();

	replace(plan, "r/etc/a", "a = 1\n", "a = 2\n");
	replace(plan, "r/etc/b", "b = 1\n", "b = 2\n");
	if (_i == 0) {
		folder_write("r/etc/b", "b = 3\n");
	} else if (_i == 1) {
		folder_write("r/etc/b.new", "b = 1\n");
		ck_assert_int_eq(rename("r/etc/b.new", "r/etc/b"), 0);
	} else {
		ck_assert_int_eq(chmod("r/etc/b", 0600), 0);
	}
	ck_assert_int_eq(apply(plan, NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_ECHANGED);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	assert_tidy(0);
}
END_TEST

START_TEST(test_lock)
{
	struct reeve_error err = {0};
	struct reeve_plan *plan = begin();
	char holder[40];

	ck_assert_ptr_null(reeve_plan_begin(&how, &err));
	ck_assert_int_eq(err.code, REEVE_EBUSY);
	snprintf(holder, sizeof holder, "held by pid %ld", (long)getpid());
	ck_assert_ptr_nonnull(strstr(err.text, holder));
	how.dry_run = true;
	reeve_plan_free(begin()); /* a look is always possible */
	how.dry_run = false;
	reeve_plan_free(plan);
	reeve_plan_free(begin());
}
END_TEST

/* An image whose var leads out of it: nothing is made there, nothing is believed. */
START_TEST(test_state_outside)
{
	struct reeve_error err = {0};

	ck_assert_int_eq(mkdir("out", 0755), 0);
	if (_i == 1) {
		ck_assert_int_eq(mkdir("out/lib", 0755), 0);
		ck_assert_int_eq(mkdir("out/lib/mailreeve", 0755), 0);
	}
	ck_assert_int_eq(symlink("../out", "r/var"), 0);
	ck_assert_ptr_null(reeve_plan_begin(&how, &err));
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	ck_assert_msg(strstr(err.text, "leads out of 'r'") != NULL, "%s", err.text);
	ck_assert_int_eq(access("out/lib/mailreeve/undo", F_OK), -1);
	ck_assert_ptr_null(reeve_changes_open(&how, &err));
	how.dry_run = true;
	reeve_plan_free(begin());
}
END_TEST

/* Who may not look at the list is told so; a dry run does without. */
START_TEST(test_blind)
{
	struct reeve_error err = {0};

	if (geteuid() != 0)
		return;
	change_both();
	ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_ptr_null(reeve_changes_open(&how, &err));
	ck_assert_msg(strstr(err.text, "must belong to uid 65534") != NULL, "%s", err.text);
	how.dry_run = true;
	ck_assert_ptr_null(reeve_plan_undo(&how, NULL, &err));
	reeve_plan_free(begin());
	ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

/* ---- the way back ------------------------------------------------------------------------- */

static int undo(const char *id, struct reeve_plan_result *result, struct reeve_error *err)
{
	struct reeve_plan *plan = reeve_plan_undo(&how, id, err);

	return plan == NULL ? -1 : apply(plan, result, err);
}

START_TEST(test_undo)
{
	struct reeve_plan_result first = change_both(), second, third;
	struct reeve_error err = {0};

	ck_assert_msg(undo(NULL, &second, &err) == 0, "%s", err.text);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_str_eq(folder_read("r/etc/b"), "b = 1\n");
	/* Not twice. */
	ck_assert_int_eq(undo(first.id, NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	ck_assert_ptr_nonnull(strstr(err.text, "undone already, by"));
	ck_assert_int_eq(undo(NULL, NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EUSAGE);
	ck_assert_int_eq(undo("20000101-000000-1", NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EUSAGE);
	/* The undo can be undone; then the change is there again, and can be undone. */
	ck_assert_int_eq(undo(second.id, &third, &err), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 2\n");
	ck_assert_int_eq(undo(NULL, NULL, &err), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_str_eq(folder_read("r/etc/b"), "b = 1\n");
	assert_tidy(4);
}
END_TEST

/* Each undo without an ID goes one change further back. */
START_TEST(test_undo_steps)
{
	struct reeve_plan *plan;

	change_both();
	plan = begin();
	replace(plan, "r/etc/a", "a = 2\n", "a = 3\n");
	ck_assert_int_eq(apply(plan, NULL, NULL), 0);
	ck_assert_int_eq(undo(NULL, NULL, NULL), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 2\n");
	ck_assert_str_eq(folder_read("r/etc/b"), "b = 2\n");
	ck_assert_int_eq(undo(NULL, NULL, NULL), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_str_eq(folder_read("r/etc/b"), "b = 1\n");
}
END_TEST

/* A file that was changed since: nothing is undone, and a diff can be had of what happened. */
START_TEST(test_conflict)
{
	struct reeve_plan_result result;
	struct reeve_error err = {0};
	struct reeve_plan *plan;
	char *diff;
	size_t n;

	change_both();
	folder_write("r/etc/b", "b = mine\n");
	plan = reeve_plan_undo(&how, NULL, &err);
	ck_assert_msg(plan != NULL, "%s", err.text);
	ck_assert_uint_eq(reeve_plan_count(plan), 2);
	ck_assert(!reeve_plan_at(plan, 0).is_conflict);
	ck_assert(reeve_plan_at(plan, 1).is_conflict);
	ck_assert_int_eq(reeve_plan_diff(plan, 1, REEVE_DIFF_SINCE, &diff, &n, &err), 0);
	ck_assert_str_eq(diff, "--- a/etc/b\n+++ b/etc/b\n@@ -1 +1 @@\n-b = 2\n+b = mine\n");
	ck_assert_uint_eq(n, strlen(diff));
	free(diff);
	ck_assert_int_eq(apply(plan, NULL, &err), -1);
	ck_assert_int_eq(err.code, REEVE_ECHANGED);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 2\n");
	ck_assert_str_eq(folder_read("r/etc/b"), "b = mine\n");

	/* Left as it is, if that is what is wanted. */
	how.leave_changed = true;
	plan = reeve_plan_undo(&how, NULL, &err);
	ck_assert_int_eq(apply(plan, &result, &err), 0);
	ck_assert_uint_eq(result.files, 1);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_str_eq(folder_read("r/etc/b"), "b = mine\n");
	how.leave_changed = false;
	ck_assert_int_eq(apply(reeve_plan_undo(&how, result.id, &err), NULL, &err), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 2\n");

	/* Put back by hand, it is no obstacle. */
	folder_write("r/etc/b", "b = 1\n");
	ck_assert_int_eq(undo(NULL, NULL, &err), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
}
END_TEST

/* What was broken off (here: has lost its note), and files as they are then. */
static const struct leftover {
	const char *name, *a, *b;
	int records;
	bool asks;
} leftovers[] = {
	{"old, old", "a = 1\n", "b = 1\n", 0, false},
	{"new, new", "a = 2\n", "b = 2\n", 1, false},
	{"new, old", "a = 2\n", "b = 1\n", 1, true},
	{"old, other", "a = 1\n", "b = mine\n", 1, false},
	{"other, new", "a = mine\n", "b = 2\n", 1, false},
	{"other, other", "a = mine\n", "b = mine\n", 1, false},
	{"new, gone", "a = 2\n", NULL, 1, false},
};

START_TEST(test_leftover)
{
	const struct leftover *row = &leftovers[_i];
	struct reeve_plan_result result = change_both();
	struct reeve_error err = {0};
	char path[100];

	snprintf(path, sizeof path, "r/var/lib/mailreeve/undo/%s/done", result.id);
	ck_assert_int_eq(unlink(path), 0);
	folder_write("r/etc/a", row->a);
	if (row->b != NULL)
		folder_write("r/etc/b", row->b);
	else
		ck_assert_int_eq(unlink("r/etc/b"), 0);
	/* A dry run sees it, and leaves it. */
	how.dry_run = true;
	reeve_plan_free(begin());
	how.dry_run = false;
	ck_assert_int_ne(access(path, F_OK), 0);

	struct reeve_plan *plan = reeve_plan_begin(&how, &err);
	ck_assert_msg((plan == NULL) == row->asks, "%s: %s", row->name, err.text);
	reeve_plan_free(plan);
	assert_tidy(row->records);
	ck_assert_str_eq(folder_read("r/etc/a"), row->a);
	ck_assert_str_eq(folder_read("r/etc/b"), row->b == NULL ? "(none)" : row->b);
	if (!row->asks)
		return;
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	ck_assert_ptr_nonnull(strstr(err.text, "'/etc/a' is new, '/etc/b' is old; 'reeve-undo "
	                                       "--root=r 2"));
	ck_assert_int_eq(undo("20000101-000000-1", NULL, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "comes first"));
	plan = reeve_plan_finish(&how, NULL, &err);
	ck_assert_int_eq(apply(plan, &result, &err), 0);
	ck_assert_str_eq(folder_read("r/etc/b"), "b = 2\n");
	ck_assert_int_eq(access(path, F_OK), 0);
	ck_assert_ptr_null(reeve_plan_finish(&how, NULL, &err));
	ck_assert_int_eq(err.code, REEVE_EUSAGE);
}
END_TEST

/* Its folder is gone: that is no reason never to change anything again. */
START_TEST(test_leftover_folder)
{
	struct reeve_plan_result result = change_both();
	char path[100];

	snprintf(path, sizeof path, "r/var/lib/mailreeve/undo/%s/done", result.id);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rename("r/etc", "r/elsewhere"), 0);
	reeve_plan_free(begin());
	ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

/* A manifest that is not ours to act upon is no torn one, which would go with its backups. */
START_TEST(test_strange)
{
	struct reeve_plan_result result = change_both();
	struct reeve_error err = {0};
	char manifest[100], done[100], text[100];

	snprintf(manifest, sizeof manifest, "r/var/lib/mailreeve/undo/%s/manifest", result.id);
	snprintf(done, sizeof done, "r/var/lib/mailreeve/undo/%s/done", result.id);
	folder_write(manifest, "damaged");
	reeve_plan_free(begin());
	assert_tidy(1);
	ck_assert_int_eq(undo(result.id, NULL, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "damaged, or of another version"));

	const char *later = "mailreeve change 2\n";
	snprintf(text, sizeof text, "%send %016" PRIx64 "\n", later,
	         reeve_hash(later, strlen(later)));
	folder_write(manifest, text);
	reeve_plan_free(begin());
	ck_assert_int_eq(unlink(done), 0);
	ck_assert_ptr_null(reeve_plan_begin(&how, &err));
	ck_assert_ptr_nonnull(strstr(err.text, "another version of mailreeve"));
	assert_tidy(1);

	/* Torn, and not done: nothing was changed. */
	folder_write(manifest, "mailreeve change 1\nid");
	reeve_plan_free(begin());
	assert_tidy(0);
}
END_TEST

START_TEST(test_diff)
{
	struct reeve_plan *plan = begin();
	char *diff;
	size_t n;

	replace(plan, "r/etc/a", "a = 1\n", "a = 1\nb = \x1b\n");
	ck_assert_int_eq(reeve_plan_diff(plan, 0, REEVE_DIFF_CHANGE, &diff, &n, NULL), 0);
	ck_assert_str_eq(diff, "--- a/etc/a\n+++ b/etc/a\n@@ -1 +1,2 @@\n a = 1\n+b = \x1b\n");
	free(diff);
	ck_assert_int_eq(reeve_plan_diff(plan, 1, REEVE_DIFF_CHANGE, &diff, &n, NULL), -1);
	reeve_plan_free(plan);
}
END_TEST

START_TEST(test_list)
{
	struct reeve_plan_result first = change_both(), second;
	struct reeve_changes *changes;
	struct reeve_change change;
	char what[] = "set 'x'\nand \\ more";

	how.what = what;
	ck_assert_int_eq(undo(NULL, &second, NULL), 0);
	changes = reeve_changes_open(&how, NULL);
	ck_assert_ptr_nonnull(changes);
	ck_assert_int_eq(reeve_changes_next(changes, &change, NULL), 1);
	ck_assert_str_eq(change.id, second.id);
	ck_assert_str_eq(change.what, what);
	ck_assert_str_eq(change.undoes, first.id);
	ck_assert_int_eq(change.state, REEVE_CHANGE_DONE);
	ck_assert_int_eq(reeve_changes_next(changes, &change, NULL), 1);
	ck_assert_str_eq(change.id, first.id);
	ck_assert_ptr_null(change.undoes);
	ck_assert_int_eq(change.state, REEVE_CHANGE_UNDONE);
	ck_assert_uint_eq(change.file_count, 2);
	ck_assert_str_eq(change.files[1], "/etc/b");
	ck_assert_int_eq(reeve_changes_next(changes, &change, NULL), 0);
	reeve_changes_close(changes);
	/* Nothing there is an empty list. */
	how.root = "r/etc";
	changes = reeve_changes_open(&how, NULL);
	ck_assert_int_eq(reeve_changes_next(changes, &change, NULL), 0);
	reeve_changes_close(changes);
}
END_TEST

/* What the list says of changes that were not ended, and what can be said to them. */
static const struct listed {
	const char *name, *a, *b, *manifest;
	bool is_done;
	enum reeve_change_state state;
	size_t files;
	int undo, finish;
} listed[] = {
	{"none is new", "a = 1\n", "b = 1\n", NULL, false, REEVE_CHANGE_NOT_BEGUN, 2, 0, -1},
	{"all are new", "a = 2\n", "b = 2\n", NULL, false, REEVE_CHANGE_DONE, 2, 0, 0},
	{"mixed", "a = 2\n", "b = 1\n", NULL, false, REEVE_CHANGE_BROKEN_OFF, 2, 0, 0},
	{"torn", "a = 1\n", "b = 1\n", "mailreeve", false, REEVE_CHANGE_NOT_BEGUN, 0, 0, -1},
	{"damaged", "a = 2\n", "b = 2\n", "mailreeve", true, REEVE_CHANGE_UNREADABLE, 0, -1, -1},
};

START_TEST(test_list_left)
{
	const struct listed *row = &listed[_i / 2];
	bool is_finish = _i % 2 != 0;
	struct reeve_plan_result result = change_both();
	struct reeve_error err = {0};
	struct reeve_changes *changes;
	struct reeve_change change;
	char path[100];

	snprintf(path, sizeof path, "r/var/lib/mailreeve/undo/%s/done", result.id);
	if (!row->is_done)
		ck_assert_int_eq(unlink(path), 0);
	snprintf(path, sizeof path, "r/var/lib/mailreeve/undo/%s/manifest", result.id);
	if (row->manifest != NULL)
		folder_write(path, row->manifest);
	folder_write("r/etc/a", row->a);
	folder_write("r/etc/b", row->b);
	changes = reeve_changes_open(&how, &err);
	ck_assert_int_eq(reeve_changes_next(changes, &change, &err), 1);
	ck_assert_str_eq(change.id, result.id);
	ck_assert_msg(change.state == row->state, "%s: %d", row->name, change.state);
	ck_assert_uint_eq(change.file_count, row->files);
	ck_assert_int_lt(llabs(change.time - time(NULL)), 100);
	reeve_changes_close(changes);

	/* A dry run says what a run does. */
	for (int dry = 1; dry >= 0; dry--) {
		how.dry_run = dry != 0;
		struct reeve_plan *plan = is_finish ? reeve_plan_finish(&how, result.id, &err)
		                                    : reeve_plan_undo(&how, result.id, &err);
		ck_assert_msg(apply(plan, NULL, &err) == (is_finish ? row->finish : row->undo),
		              "%s, dry %d: %s", row->name, dry, err.text);
	}
	if (row->state == REEVE_CHANGE_NOT_BEGUN && is_finish)
		ck_assert_ptr_nonnull(strstr(err.text, "cleared away: make it again"));
}
END_TEST

/* The last change died before it changed anything: the one before it is not meant. */
START_TEST(test_undo_of_nothing)
{
	struct reeve_plan_result first = change_both(), result;
	struct reeve_plan *plan = begin();
	struct reeve_error err = {0};
	char path[100];

	replace(plan, "r/etc/a", "a = 2\n", "a = 3\n");
	ck_assert_int_eq(apply(plan, &result, NULL), 0);
	folder_write("r/etc/a", "a = 2\n");
	snprintf(path, sizeof path, "r/var/lib/mailreeve/undo/%s/done", result.id);
	ck_assert_int_eq(unlink(path), 0);
	how.dry_run = true;
	ck_assert_int_eq(undo(NULL, &result, &err), 0);
	ck_assert(!result.is_changed);
	how.dry_run = false;
	ck_assert_int_eq(undo(NULL, &result, &err), 0);
	ck_assert(!result.is_changed);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 2\n");
	ck_assert_int_eq(undo(NULL, &result, &err), 0);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");

	/* An undo that died so is said again. */
	snprintf(path, sizeof path, "r/var/lib/mailreeve/undo/%s/done", result.id);
	ck_assert_int_eq(unlink(path), 0);
	folder_write("r/etc/a", "a = 2\n");
	folder_write("r/etc/b", "b = 2\n");
	ck_assert_int_eq(undo(NULL, &result, &err), 0);
	ck_assert(result.is_changed);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 1\n");
	ck_assert_int_eq(undo(first.id, NULL, &err), -1);
}
END_TEST

/* One that is just being made is not broken off. */
START_TEST(test_list_running)
{
	struct reeve_plan_result result = change_both();
	struct reeve_changes *changes;
	struct reeve_change change;
	char path[100];
	int fd = open("r/var/lib/mailreeve/plan.lock", O_RDWR | O_CLOEXEC);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	ck_assert_int_eq(fcntl(fd, F_OFD_SETLK, &lock), 0);
	snprintf(path, sizeof path, "r/var/lib/mailreeve/undo/%s/done", result.id);
	ck_assert_int_eq(unlink(path), 0);
	changes = reeve_changes_open(&how, NULL);
	ck_assert_int_eq(reeve_changes_next(changes, &change, NULL), 1);
	ck_assert_int_eq(change.state, REEVE_CHANGE_UNDER_WAY);
	reeve_changes_close(changes);
	close(fd);
}
END_TEST

/* The last 20 are kept. */
START_TEST(test_kept)
{
	char old[20] = "a = 1\n", new[20];

	for (int i = 2; i < 27; i++) {
		struct reeve_plan *plan = begin();
		snprintf(new, sizeof new, "a = %d\n", i);
		replace(plan, "r/etc/a", old, new);
		ck_assert_int_eq(apply(plan, NULL, NULL), 0);
		memcpy(old, new, sizeof old);
	}
	assert_tidy(20);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(undo(NULL, NULL, NULL), 0);
	/* 20 undos pushed the 20 changes out. */
	assert_tidy(20);
	ck_assert_str_eq(folder_read("r/etc/a"), "a = 6\n");
	ck_assert_int_eq(undo(NULL, NULL, NULL), -1);
}
END_TEST

Suite *suite_plan(void)
{
	Suite *suite = suite_create("plan");
	TCase *tc = tcase_create("plan");

	tcase_add_checked_fixture(tc, enter, folder_leave);
	tcase_add_test(tc, test_apply);
	tcase_add_test(tc, test_nothing);
	tcase_add_test(tc, test_bytes);
	tcase_add_test(tc, test_dry_run);
	tcase_add_test(tc, test_attributes);
	tcase_add_test(tc, test_link);
	tcase_add_loop_test(tc, test_refused, 0, sizeof refused / sizeof refused[0]);
	tcase_add_test(tc, test_twice);
	tcase_add_loop_test(tc, test_changed, 0, 3);
	tcase_add_test(tc, test_lock);
	tcase_add_loop_test(tc, test_state_outside, 0, 2);
	tcase_add_test(tc, test_blind);
	tcase_add_test(tc, test_undo);
	tcase_add_test(tc, test_undo_steps);
	tcase_add_test(tc, test_conflict);
	tcase_add_loop_test(tc, test_leftover, 0, sizeof leftovers / sizeof leftovers[0]);
	tcase_add_test(tc, test_leftover_folder);
	tcase_add_test(tc, test_strange);
	tcase_add_test(tc, test_diff);
	tcase_add_test(tc, test_list);
	tcase_add_loop_test(tc, test_list_left, 0, 2 * sizeof listed / sizeof listed[0]);
	tcase_add_test(tc, test_list_running);
	tcase_add_test(tc, test_undo_of_nothing);
	tcase_add_test(tc, test_kept);
	suite_add_tcase(suite, tc);
	return suite;
}
