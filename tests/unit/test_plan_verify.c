/* SPDX-License-Identifier: MIT */
/* What stand-ins for the real programs say, and what a plan makes of it. */
#include "plan/parts.h"

#include "folder.h"
#include "unit.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[PATH_MAX], programs[PATH_MAX];
static char heard[4000];

static void enter(void)
{
	folder_enter();
	ck_assert_ptr_nonnull(getcwd(root, sizeof root - 20));
	snprintf(programs, sizeof programs, "%.*s/bin", PATH_MAX - 20, root);
	strcat(root, "/r");
	for (const char *const *p = (const char *const[]){"bin", "r", "r/etc", "r/etc/dovecot",
	                                                  "r/etc/postfix", NULL};
	     *p != NULL; p++)
		ck_assert_int_eq(mkdir(*p, 0755), 0);
	folder_write("r/etc/dovecot/dovecot.conf", "old\n");
	folder_write("r/etc/dovecot/part", "old\n");
	folder_write("r/etc/postfix/main.cf", "old\n");
	heard[0] = '\0';
}

static void hear(void *user, const struct reeve_diag *diag)
{
	(void)user;
	size_t n = strlen(heard);

	snprintf(heard + n, sizeof heard - n, "%s|", diag->text);
}

/* A program that answers by what is in the file that it is asked about. */
static void stand_in(const char *name, const char *script)
{
	char path[100], text[2000];

	snprintf(path, sizeof path, "bin/%s", name);
	snprintf(text, sizeof text, "#!/bin/sh\n%s\n", script);
	folder_write(path, text);
	ck_assert_int_eq(chmod(path, 0755), 0);
}

static int change(const char *file, const char *new, enum reeve_check kind, const char *conf,
                  struct reeve_error *err)
{
	static const struct reeve_talk talk = {.diag = hear};
	struct reeve_plan_how how = {.root = root, .what = "a test", .talk = &talk};
	struct reeve_plan_result result;
	char path[PATH_MAX + 100], *old = strdup(folder_read(file));
	struct reeve_plan *plan = reeve_plan_begin(&how, err);

	ck_assert_msg(plan != NULL, "%s", err->text);
	plan->programs = programs;
	snprintf(path, sizeof path, "%.*s%s", (int)(strlen(root) - 2), root, "/");
	strcat(path, file);
	reeve_plan_replace(plan, path, old, strlen(old), new, strlen(new));
	reeve_plan_check(plan, kind, conf);
	int r = reeve_plan_apply(plan, &result, err);
	reeve_plan_free(plan);
	free(old);
	return r;
}

/* doveconf -n -c FILE: what the file must hold, what it must not. */
#define DOVECONF                                                                                   \
	"cat \"$3\" >>\"${0%/*}/seen\"; grep -q fatal \"$3\" && { echo noise >&2; "                \
	"echo \"doveconf: Fatal: $3 is bad\" >&2; exit 89; }; exit 0"

static const struct dovecot {
	const char *name, *old, *new, *script;
	int result;
	const char *text;  /* of the error */
	const char *heard; /* part of the diagnostics */
} dovecots[] = {
	{"taken", "old\n", "new\n", DOVECONF, 0, NULL, ""},
	{"refused", "old\n", "fatal\n", DOVECONF, -1,
         "'/etc/dovecot/dovecot.conf' would not work: doveconf refuses it: doveconf: Fatal: ", ""},
	{"mended", "fatal\n", "new\n", DOVECONF, 0, NULL, ""},
	{"mended in part", "fatal 1\nfatal 2\n", "fatal 2\n", DOVECONF, 0, NULL,
         "it is not accepted as it is, nor with this change"},
	{"dies", "old\n", "new\n", "grep -q old \"$3\" || kill -SEGV $$", -1, "died of signal 11",
         ""},
	{"says nothing", "old\n", "new\n", "grep -q old \"$3\"", -1, "its reason is in the log",
         ""},
	{"cannot be run", "old\n", "new\n", "", 0, NULL, "not verified by doveconf: cannot be run"},
	{"is not there", "old\n", "new\n", NULL, 0, NULL,
         "not verified: doveconf is not installed"},
};

START_TEST(test_dovecot)
{
	const struct dovecot *row = &dovecots[_i];
	struct reeve_error err = {0};

	folder_write("r/etc/dovecot/dovecot.conf", row->old);
	if (row->script != NULL)
		stand_in("doveconf", row->script);
	if (row->script != NULL && row->script[0] == '\0')
		folder_write("bin/doveconf", "#!/no/such/program\n");
	int r = change("r/etc/dovecot/dovecot.conf", row->new, REEVE_CHECK_DOVECOT,
	               "/etc/dovecot/dovecot.conf", &err);
	ck_assert_msg(r == row->result, "%s: %d %s", row->name, r, err.text);
	ck_assert_str_eq(folder_read("r/etc/dovecot/dovecot.conf"), r == 0 ? row->new : row->old);
	if (row->text != NULL)
		ck_assert_msg(err.code == REEVE_EREFUSED && strstr(err.text, row->text) != NULL,
		              "%s: %s", row->name, err.text);
	ck_assert_msg(strstr(heard, row->heard) != NULL, "%s: %s", row->name, heard);
	ck_assert_int_ne(access("r/var/lib/mailreeve/stage", F_OK), 0);
}
END_TEST

/* It is asked before anything is in place, and again afterwards; then all is taken back. */
START_TEST(test_in_place)
{
	struct reeve_error err = {0};

	stand_in("doveconf", "test -e \"${0%/*}/asked\" && grep -q new \"$3\" && "
	                     "{ echo no, after all >&2; exit 1; }; : >\"${0%/*}/asked\"");
	ck_assert_int_eq(change("r/etc/dovecot/dovecot.conf", "new\n", REEVE_CHECK_DOVECOT,
	                        "/etc/dovecot/dovecot.conf", &err),
	                 -1);
	ck_assert_ptr_nonnull(strstr(err.text,
	                             "does not work as it is in place: doveconf refuses "
	                             "it: no, after all; what was changed is taken back"));
	ck_assert_str_eq(folder_read("r/etc/dovecot/dovecot.conf"), "old\n");
	ck_assert_int_eq(chdir("r/var/lib/mailreeve/undo"), 0);
	ck_assert_int_eq(folder_count("2"), 0);
	ck_assert_int_eq(chdir("../../../../.."), 0);
}
END_TEST

/* Of a dry run: the program sees what would be, and nothing of ours is left anywhere. */
static const struct {
	const char *name, *old, *new;
	int result;
	bool is_refused;
} looks[] = {
	{"taken", "old\n", "new\n", 0, false},
	{"refused", "old\n", "fatal\n", -1, false},
	{"refused before and after", "fatal 1\n", "fatal 2\n", 0, true},
	{"no change, taken", "old\n", "old\n", 0, false},
	{"no change, refused", "fatal\n", "fatal\n", 0, true},
};

START_TEST(test_look)
{
	static const struct reeve_talk talk = {.diag = hear};
	struct reeve_plan_how how = {.root = root, .talk = &talk, .dry_run = true};
	char path[PATH_MAX + 100], temp[PATH_MAX + 100];
	struct reeve_plan *plan;
	struct reeve_error err = {0};
	bool is_refused;

	snprintf(temp, sizeof temp, "%s/tmp", root);
	ck_assert_int_eq(mkdir(temp, 0700), 0);
	setenv("TMPDIR", temp, 1);
	stand_in("doveconf", DOVECONF);
	folder_write("r/etc/dovecot/dovecot.conf", looks[_i].old);
	plan = reeve_plan_begin(&how, &err);
	ck_assert_msg(plan != NULL, "%s", err.text);
	plan->programs = programs;
	snprintf(path, sizeof path, "%s/etc/dovecot/dovecot.conf", root);
	reeve_plan_replace(plan, path, looks[_i].old, strlen(looks[_i].old), looks[_i].new,
	                   strlen(looks[_i].new));
	reeve_plan_check(plan, REEVE_CHECK_DOVECOT, path);
	ck_assert_msg(reeve_plan_verify(plan, &is_refused, &err) == looks[_i].result, "%s: %s",
	              looks[_i].name, err.text);
	ck_assert_msg(is_refused == looks[_i].is_refused, "%s: refused %d", looks[_i].name,
	              is_refused);
	ck_assert_ptr_nonnull(strstr(folder_read("bin/seen"), looks[_i].new));
	reeve_plan_free(plan);
	ck_assert_str_eq(folder_read("r/etc/dovecot/dovecot.conf"), looks[_i].old);
	ck_assert_int_eq(rmdir(temp), 0);
	ck_assert_int_ne(access("r/var", F_OK), 0);
}
END_TEST

/* What was there is given back, also what the program never took. */
START_TEST(test_undo)
{
	static const struct reeve_talk talk = {.diag = hear};
	struct reeve_plan_how how = {.root = root, .what = "undo", .talk = &talk};
	struct reeve_plan_result result;
	struct reeve_error err = {0};

	folder_write("r/etc/dovecot/dovecot.conf", "fatal\n");
	stand_in("doveconf", DOVECONF);
	ck_assert_int_eq(change("r/etc/dovecot/dovecot.conf", "new\n", REEVE_CHECK_DOVECOT,
	                        "/etc/dovecot/dovecot.conf", &err),
	                 0);
	struct reeve_plan *undo = reeve_plan_undo(&how, NULL, &err);
	ck_assert_msg(undo != NULL, "%s", err.text);
	undo->programs = programs;
	ck_assert_msg(reeve_plan_apply(undo, &result, &err) == 0, "%s", err.text);
	reeve_plan_free(undo);
	ck_assert_str_eq(folder_read("r/etc/dovecot/dovecot.conf"), "fatal\n");
	ck_assert_msg(strstr(heard, "it was not accepted before the change either: doveconf refuses") != NULL,
	              "%s", heard);
}
END_TEST

/* What it sees is the new file under the old name (root), or a copy of the tree. */
START_TEST(test_sees)
{
	struct reeve_error err = {0};
	bool is_root = geteuid() == 0;

	stand_in("doveconf", "d=${3%/*}; echo \"$3 $(cat \"$3\") $(cat \"$d/part\") "
	                     "$(readlink \"$d/link\")\" >>\"${0%/*}/seen\"");
	ck_assert_int_eq(symlink("part", "r/etc/dovecot/link"), 0);
	ck_assert_int_eq(change("r/etc/dovecot/part", "new\n", REEVE_CHECK_DOVECOT,
	                        "/etc/dovecot/dovecot.conf", &err),
	                 0);
	const char *seen = folder_read("bin/seen");
	ck_assert_msg(strstr(seen, "dovecot.conf old new ") != NULL, "%s", seen);
	if (is_root && strstr(heard, "a copy is verified") == NULL)
		ck_assert_ptr_null(strstr(seen, "stage"));
}
END_TEST

/* No mount makes believe that a file comes or goes: then it is a copy, in which they do. */
START_TEST(test_sees_new)
{
	static const struct reeve_talk talk = {.diag = hear};
	struct reeve_plan_how how = {.root = root, .what = "a test", .talk = &talk};
	const struct reeve_rights rights = {geteuid(), getegid(), 0600};
	struct reeve_plan_result result;
	struct reeve_error err = {0};
	char path[PATH_MAX + 100];
	struct reeve_plan *plan = reeve_plan_begin(&how, &err);

	stand_in("doveconf", "d=${3%/*}; case $d in */stage/copy*) w=before;; *) w=after;; esac; "
	                     "echo \"$w $(ls $d) $(cat $d/new) in $(ls $d/in)\" >>\"${0%/*}/seen\"");
	ck_assert_int_eq(mkdir("r/etc/dovecot/in", 0755), 0);
	plan->programs = programs;
	snprintf(path, sizeof path, "%s/etc/dovecot/new", root);
	reeve_plan_create(plan, path, "n = 1\n", 6, &rights);
	snprintf(path, sizeof path, "%s/etc/dovecot/part", root);
	reeve_plan_remove(plan, path, "old\n", 4);
	snprintf(path, sizeof path, "%s/etc/dovecot", root);
	reeve_plan_give(plan, path, &(struct reeve_rights){rights.uid, rights.gid, 0755},
	                &(struct reeve_rights){rights.uid, rights.gid, 0750});
	reeve_plan_check(plan, REEVE_CHECK_DOVECOT, "/etc/dovecot/dovecot.conf");
	ck_assert_msg(reeve_plan_apply(plan, &result, &err) == 0, "%s", err.text);
	reeve_plan_free(plan);
	const char *seen = folder_read("bin/seen");
	ck_assert_msg(strstr(seen, "before dovecot.conf\nin\nnew n = 1 in \n") != NULL, "%s", seen);
	ck_assert_msg(strstr(seen, "after dovecot.conf\nin\nnew n = 1 in \n") != NULL, "%s", seen);
	ck_assert_msg(strstr(heard, "a file comes or goes, so a copy is verified") != NULL, "%s",
	              heard);
}
END_TEST

START_TEST(test_postfix)
{
	struct reeve_error err = {0};

	stand_in("postconf", "echo \"$*\" >>\"${0%/*}/seen\"; ! grep -q fatal \"$2/main.cf\"");
	stand_in("postmap", "! grep -q number \"$2/main.cf\" || { echo bad number >&2; exit 1; }");
	stand_in("postfix", "test \"$3\" = check");
	ck_assert_int_eq(
		change("r/etc/postfix/main.cf", "new\n", REEVE_CHECK_POSTFIX, "/etc/postfix", &err),
		0);
	ck_assert_ptr_nonnull(strstr(folder_read("bin/seen"), "/etc/postfix -M"));
	/* Or one of its files. */
	ck_assert_int_eq(change("r/etc/postfix/main.cf", "number\n", REEVE_CHECK_POSTFIX,
	                        "/etc/postfix/main.cf", &err),
	                 -1);
	ck_assert_msg(strstr(err.text, "postmap refuses it: bad number") != NULL, "%s", err.text);
	ck_assert_str_eq(folder_read("r/etc/postfix/main.cf"), "new\n");
}
END_TEST

/* Where the copy finds no room, nothing is changed; that a tree is too large is only told. */
static const struct {
	const char *name;
	rlim_t most;     /* bytes of a file that is written */
	const char *big; /* so many bytes are beside */
	off_t bytes;
	int result;
	const char *text; /* of the error, or of the diagnostics */
} rooms[] = {
	{"room", 100000, "r/etc/dovecot/big", 100000, 0, "a copy is verified"},
	{"no room", 100000, "r/etc/dovecot/big", 100001, -1,
         "nothing was changed, for it cannot be verified: '"},
	{"too large", RLIM_INFINITY, "r/etc/dovecot/big", ((off_t)64 << 20) + 1, 0,
         "not verified before it is in place: "},
};

START_TEST(test_room)
{
	static const struct reeve_talk talk = {.diag = hear};
	struct reeve_plan_how how = {.root = root, .what = "a test", .talk = &talk};
	const struct reeve_rights rights = {geteuid(), getegid(), 0600};
	struct reeve_plan_result result;
	struct reeve_error err = {0};
	struct rlimit usual;
	char path[PATH_MAX + 100];
	struct reeve_plan *plan = reeve_plan_begin(&how, &err);

	ck_assert_msg(plan != NULL, "%s", err.text);
	stand_in("doveconf", "exit 0");
	folder_write(rooms[_i].big, "");
	ck_assert_int_eq(truncate(rooms[_i].big, rooms[_i].bytes), 0);
	plan->programs = programs;
	snprintf(path, sizeof path, "%s/etc/dovecot/new", root);
	reeve_plan_create(plan, path, "n = 1\n", 6, &rights);
	reeve_plan_check(plan, REEVE_CHECK_DOVECOT, "/etc/dovecot/dovecot.conf");
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &usual), 0);
	struct rlimit now = {rooms[_i].most, usual.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &now), 0);
	int r = reeve_plan_apply(plan, &result, &err);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &usual), 0);
	reeve_plan_free(plan);
	ck_assert_msg(r == rooms[_i].result, "%s: %d %s", rooms[_i].name, r, err.text);
	ck_assert_int_eq(access("r/etc/dovecot/new", F_OK) == 0, r == 0);
	ck_assert_msg(strstr(r < 0 ? err.text : heard, rooms[_i].text) != NULL, "%s: %s %s",
	              rooms[_i].name, err.text, heard);
	ck_assert_int_ne(access("r/var/lib/mailreeve/stage", F_OK), 0);
}
END_TEST

Suite *suite_plan_verify(void)
{
	Suite *suite = suite_create("plan/verify");
	TCase *tc = tcase_create("verify");

	tcase_add_checked_fixture(tc, enter, folder_leave);
	tcase_add_loop_test(tc, test_dovecot, 0, sizeof dovecots / sizeof dovecots[0]);
	tcase_add_loop_test(tc, test_look, 0, sizeof looks / sizeof looks[0]);
	tcase_add_test(tc, test_in_place);
	tcase_add_test(tc, test_undo);
	tcase_add_test(tc, test_sees);
	tcase_add_test(tc, test_sees_new);
	tcase_add_loop_test(tc, test_room, 0, sizeof rooms / sizeof rooms[0]);
	tcase_add_test(tc, test_postfix);
	suite_add_tcase(suite, tc);
	return suite;
}
