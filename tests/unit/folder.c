/* SPDX-License-Identifier: MIT */
/* A folder of a test's own, in $TMPDIR, or in memory. */
#include "folder.h"

#include <check.h>
#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[PATH_MAX];

void folder_enter(void)
{
	const char *top = getenv("TMPDIR");

	/* In memory where the machine lets us: plans and journals flush, and disks take their time. */
	if (top == NULL)
		top = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(folder, sizeof folder, "%s/reeve-unit.XXXXXX", top);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	/* Whoever we become in a test must get in. */
	ck_assert_int_eq(chmod(folder, 0755), 0);
	ck_assert_int_eq(chdir(folder), 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

void folder_leave(void)
{
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

void folder_make_above(const char *path)
{
	char part[PATH_MAX];

	for (const char *p = strchr(path + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
		snprintf(part, sizeof part, "%.*s", (int)(p - path), path);
		mkdir(part, 0755);
	}
}

void folder_write(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	ck_assert_msg(f != NULL, "cannot write %s", name);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

const char *folder_read(const char *name)
{
	static char text[4096];
	FILE *f = fopen(name, "r");

	if (f == NULL)
		return "(none)";
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	return text;
}

int folder_count(const char *prefix)
{
	DIR *dir = opendir(".");
	struct dirent *entry;
	int n = 0;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL)
		n += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(dir);
	return n;
}
