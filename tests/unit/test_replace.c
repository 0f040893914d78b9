/* SPDX-License-Identifier: MIT */
/* A file in the place of another, folders of our own, and what the lines between them promise. */
#include "base/folder.h"
#include "base/replace.h"

#include "folder.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static int here(void)
{
	int fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

START_TEST(test_replace)
{
	struct stat st;
	int dirfd = here(), old;

	folder_write("a", "old\n");
	folder_write(".reeve-1", "of a run that was killed\n");
	ck_assert_int_eq(chmod("a", 0604), 0);
	old = open("a", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(reeve_replace_write(dirfd, ".reeve-1", "new\n", 4, old, "a", NULL), 0);
	ck_assert_str_eq(folder_read("a"), "old\n");
	ck_assert_int_eq(reeve_replace_rename(dirfd, ".reeve-1", "a", "a", NULL), 0);
	ck_assert_int_eq(reeve_folder_flush(dirfd, "a", NULL), 0);
	ck_assert_str_eq(folder_read("a"), "new\n");
	ck_assert_int_eq(stat("a", &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0604);
	ck_assert_int_eq(folder_count("."), 2); /* . and .. */
	/* Without a file to be like, it is for us alone. */
	ck_assert_int_eq(reeve_replace_write(dirfd, "b", "", 0, -1, "b", NULL), 0);
	ck_assert_int_eq(stat("b", &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	close(old);
	close(dirfd);
}
END_TEST

/* What cannot be written whole is not there. */
START_TEST(test_full)
{
	static char bytes[8192];
	struct reeve_error err = {0};
	struct rlimit limit = {.rlim_cur = 4096, .rlim_max = RLIM_INFINITY};
	int dirfd = here();

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(reeve_replace_write(dirfd, "x", bytes, sizeof bytes, -1, "a", &err), -1);
	ck_assert_int_eq(err.sys_errno, EFBIG);
	ck_assert_int_eq(folder_count("x"), 0);
	close(dirfd);
}
END_TEST

/* Attributes that are there already, that are too many, and that are missing. */
START_TEST(test_attributes)
{
	char value[20] = "";
	int from, to;

	folder_write("a", "");
	folder_write("b", "");
	if (setxattr("a", "user.one", "1", 1, 0) < 0)
		return; /* not on this file system */
	ck_assert_int_eq(setxattr("a", "user.empty", "", 0, 0), 0);
	ck_assert_int_eq(setxattr("b", "user.one", "2", 1, 0), 0);
	ck_assert_int_eq(setxattr("b", "user.two", "2", 1, 0), 0);
	from = open("a", O_RDONLY | O_CLOEXEC);
	to = open("b", O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(reeve_attributes_copy(to, from, "a", NULL), 0);
	ck_assert_int_eq(getxattr("b", "user.one", value, sizeof value), 1);
	ck_assert_str_eq(value, "1");
	ck_assert_int_eq(getxattr("b", "user.empty", value, sizeof value), 0);
	ck_assert_int_eq(getxattr("b", "user.two", value, sizeof value), -1);
	close(from);
	close(to);
}
END_TEST

/* A new name, and never one that is taken. */
START_TEST(test_new)
{
	const struct stat as = {.st_uid = geteuid(), .st_gid = getegid(), .st_mode = 02640};
	struct reeve_error err = {0};
	struct stat st;
	int dirfd = here();

	umask(077);
	ck_assert_int_eq(reeve_replace_write_new(dirfd, "b", "new\n", 4, &as, "a", &err), 0);
	ck_assert_int_eq(reeve_replace_name(dirfd, "b", "a", "a", &err), 0);
	ck_assert_str_eq(folder_read("a"), "new\n");
	ck_assert_int_eq(stat("a", &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 02640);
	ck_assert_int_eq(reeve_replace_write_new(dirfd, "b", "newer\n", 6, &as, "a", &err), 0);
	ck_assert_int_eq(reeve_replace_name(dirfd, "b", "a", "a", &err), -1);
	ck_assert_int_eq(err.code, REEVE_ECHANGED);
	ck_assert_str_eq(folder_read("a"), "new\n");
	close(dirfd);
}
END_TEST

/* Owner, mode, and bits that get lost on the way. */
START_TEST(test_set)
{
	static const mode_t modes[] = {0600, 0644, 04755, 02775, 07777, 0};
	struct stat as = {.st_uid = geteuid(), .st_gid = getegid()}, st;
	int fd;

	folder_write("a", "");
	fd = open("a", O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		as.st_mode = modes[i];
		as.st_uid += geteuid() == 0;
		as.st_gid += geteuid() == 0;
		ck_assert_int_eq(reeve_attributes_set(fd, &as, "a", NULL), 0);
		ck_assert_int_eq(fstat(fd, &st), 0);
		ck_assert_uint_eq(st.st_mode & 07777, modes[i]);
		ck_assert_uint_eq(st.st_uid, as.st_uid);
		ck_assert_uint_eq(st.st_gid, as.st_gid);
	}
	close(fd);
}
END_TEST

/* Where it may not be given away, it is seen what it is on the way: of both modes what they share. */
START_TEST(test_on_the_way)
{
	const struct stat as = {.st_uid = 0, .st_gid = 0, .st_mode = 0604};
	uid_t me = geteuid(), nobody = me == 0 ? 65534 : me;
	struct reeve_error err = {0};
	struct stat st;
	int fd = open("a", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fchown(fd, nobody, (gid_t)-1), 0);
	ck_assert_int_eq(fchmod(fd, 0640), 0);
	ck_assert_int_eq(seteuid(nobody), 0);
	ck_assert_int_eq(reeve_attributes_set(fd, &as, "a", &err), -1);
	ck_assert_int_eq(seteuid(me), 0);
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	ck_assert_str_eq(err.text, "cannot give 'a' to uid 0, gid 0: Operation not permitted");
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	close(fd);
}
END_TEST

START_TEST(test_folders)
{
	struct reeve_error err = {0};
	struct stat st;
	char path[4096];
	int fd;

	umask(0);
	ck_assert_ptr_nonnull(getcwd(path, sizeof path - 20));
	strcat(path, "/p/q/r");
	for (int i = 0; i < 2; i++) /* made, and there already */
		ck_assert_int_eq(reeve_folder_make(path, &err), 0);
	ck_assert_int_eq(stat("p/q/r", &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0700);
	ck_assert_int_eq(stat("p/q", &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0755);
	ck_assert_int_eq(reeve_folder_open(path, geteuid(), &fd, &err), 0);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(chmod("p/q/r", 0770), 0);
	ck_assert_int_eq(reeve_folder_open(path, geteuid(), &fd, &err), -1);
	ck_assert_int_eq(err.code, REEVE_EREFUSED);
	ck_assert_int_eq(reeve_folder_open("p/none", geteuid(), &fd, &err), 0);
	ck_assert_int_eq(fd, -1);

	folder_write("p/q/x", "");
	folder_write("keep", "");
	ck_assert_int_eq(symlink("../keep", "p/link"), 0);
	fd = here();
	ck_assert_int_eq(reeve_folder_remove(fd, "p"), 0);
	ck_assert_int_eq(folder_count("p"), 0);
	ck_assert_int_eq(folder_count("keep"), 1);
	ck_assert_int_eq(reeve_folder_remove(fd, "p"), 0); /* it is gone already */
	ck_assert_int_eq(reeve_folder_remove(fd, "keep"), 0);
	ck_assert_int_eq(folder_count("keep"), 0);
	close(fd);
	/* What is in the way is said, and the path is whole again. */
	folder_write("p", "");
	ck_assert_int_eq(reeve_folder_make(path, &err), -1);
	ck_assert_ptr_nonnull(strstr(path, "/p/q/r"));
}
END_TEST

Suite *suite_replace(void)
{
	Suite *suite = suite_create("base/replace");
	TCase *tc = tcase_create("replace");

	tcase_add_checked_fixture(tc, folder_enter, folder_leave);
	tcase_add_test(tc, test_replace);
	tcase_add_test(tc, test_full);
	tcase_add_test(tc, test_attributes);
	tcase_add_test(tc, test_new);
	tcase_add_test(tc, test_set);
	tcase_add_test(tc, test_on_the_way);
	tcase_add_test(tc, test_folders);
	suite_add_tcase(suite, tc);
	return suite;
}
