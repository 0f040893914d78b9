/* SPDX-License-Identifier: MIT */
/* Whom base/identity.c becomes, and that root comes back whole. */
#include "base/identity.h"
#include "unit.h"

#include <grp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* A uid that is in nobody's passwd file, and groups. */
#define OWNER ((uid_t)3999999)
#define MAIL ((gid_t)8)

static const struct {
	const char *name;
	uid_t folder_uid;
	mode_t folder_mode;
	gid_t gid;
} choices[] = {
	{"Debian's spool", 0, 02775, MAIL},
	{"group-writable", 0, 0775, MAIL},
	{"world-writable, as BSD had it", 0, 01777, 77},
	{"for root only", 0, 0755, 77},
	{"the owner's own folder", OWNER, 0700, 77},
	{"the owner's own, for a group", OWNER, 0770, 77},
};

START_TEST(test_choice)
{
	struct stat file = {.st_uid = OWNER, .st_gid = 77, .st_mode = S_IFREG | 0600};
	struct stat dir = {.st_uid = choices[_i].folder_uid,
	                   .st_gid = MAIL,
	                   .st_mode = S_IFDIR | choices[_i].folder_mode};
	uid_t uid;
	gid_t gid;

	reeve_identity_for(&file, &dir, &uid, &gid);
	ck_assert_uint_eq(uid, OWNER);
	ck_assert_msg(gid == choices[_i].gid, "%s: gid %u", choices[_i].name, gid);
}
END_TEST

/* Root's own group, not the file's, where passwd knows the owner. */
START_TEST(test_choice_primary_group)
{
	struct stat file = {.st_uid = 0, .st_gid = 77, .st_mode = S_IFREG | 0600};
	struct stat dir = {.st_uid = 0, .st_gid = MAIL, .st_mode = S_IFDIR | 0755};
	uid_t uid;
	gid_t gid;

	reeve_identity_for(&file, &dir, &uid, &gid);
	ck_assert_uint_eq(uid, 0);
	ck_assert_uint_eq(gid, 0);
}
END_TEST

static void check_ids(uid_t ruid, uid_t euid, gid_t egid, int group_count, gid_t first_group)
{
	gid_t groups[8] = {0};

	ck_assert_uint_eq(getuid(), ruid);
	ck_assert_uint_eq(geteuid(), euid);
	ck_assert_uint_eq(getegid(), egid);
	ck_assert_int_eq(getgroups(8, groups), group_count);
	ck_assert_uint_eq(groups[0], first_group);
}

START_TEST(test_root_becomes_owner)
{
	static const gid_t before[] = {4, 5, 6};
	struct reeve_identity id;
	struct reeve_error err;

	ck_assert_int_eq(setgroups(3, before), 0);
	ck_assert_int_eq(reeve_identity_become(&id, OWNER, MAIL, &err), 0);
	check_ids(0, OWNER, MAIL, 1, MAIL);
	reeve_identity_pause(&id);
	check_ids(0, 0, 0, 3, 4);
	reeve_identity_resume(&id);
	check_ids(0, OWNER, MAIL, 1, MAIL);
	reeve_identity_restore(&id);
	check_ids(0, 0, 0, 3, 4);
	reeve_identity_restore(&id);
	check_ids(0, 0, 0, 3, 4);

	/* For root's own box only the group changes. */
	ck_assert_int_eq(reeve_identity_become(&id, 0, MAIL, &err), 0);
	check_ids(0, 0, MAIL, 1, MAIL);
	reeve_identity_restore(&id);
	check_ids(0, 0, 0, 3, 4);
}
END_TEST

/* The owner must be able to signal neither us nor, through us, to trace root. */
START_TEST(test_owner_cannot_signal)
{
	struct reeve_identity id;
	pid_t parent = getpid();
	int status;

	ck_assert_int_eq(reeve_identity_become(&id, OWNER, MAIL, NULL), 0);
	pid_t child = fork();
	if (child == 0) {
		/* As the owner altogether. */
		if (seteuid(0) < 0 || setgroups(0, NULL) < 0 || setgid(MAIL) < 0 ||
		    setuid(OWNER) < 0)
			_exit(2);
		_exit(kill(parent, SIGTERM) == 0 ? 1 : 0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	reeve_identity_restore(&id);
}
END_TEST

START_TEST(test_others_stay)
{
	struct reeve_identity id;
	struct reeve_error err;
	uid_t uid = getuid() == 0 ? OWNER : getuid();
	int groups;

	if (getuid() == 0)
		ck_assert(setgid(77) == 0 && setuid(OWNER) == 0);
	groups = getgroups(0, NULL);
	ck_assert_int_eq(reeve_identity_become(&id, 1, MAIL, &err), 0);
	ck_assert_uint_eq(geteuid(), uid);
	ck_assert_int_eq(getgroups(0, NULL), groups);
	reeve_identity_pause(&id);
	reeve_identity_resume(&id);
	reeve_identity_restore(&id);
	ck_assert_uint_eq(geteuid(), uid);
}
END_TEST

Suite *suite_identity(void)
{
	Suite *suite = suite_create("base/identity");
	TCase *cases = tcase_create("identity");

	tcase_add_loop_test(cases, test_choice, 0, sizeof choices / sizeof choices[0]);
	tcase_add_test(cases, test_choice_primary_group);
	tcase_add_test(cases, test_others_stay);
	if (geteuid() == 0) {
		tcase_add_test(cases, test_root_becomes_owner);
		tcase_add_test(cases, test_owner_cannot_signal);
	} else {
		unit_skip(2, "base/identity: only root becomes somebody else");
	}
	suite_add_tcase(suite, cases);
	return suite;
}
