/* SPDX-License-Identifier: MIT */
/* Reading the values of options that several tools have. */
#include "option.h"

#include "clean.h"
#include "tool.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define LOCK_TIMEOUT_MAX (7 * 24 * 3600)

int64_t option_lock_timeout_ms(const char *arg)
{
	uint64_t seconds;

	if (!clean_count_parse(arg, &seconds) || seconds > LOCK_TIMEOUT_MAX)
		tool_usage("--lock-timeout: '%s' is not a number of seconds", arg);
	return (int64_t)seconds * 1000;
}

char *option_root(char *arg)
{
	struct stat st;

	/* A script's variable that is not set must not mean the machine we run on. */
	if (arg[0] == '\0')
		tool_usage("--root: no folder is named");
	for (size_t n = strlen(arg); n > 0 && arg[n - 1] == '/';)
		arg[--n] = '\0';
	if (arg[0] == '\0')
		return NULL;
	if (stat(arg, &st) != 0 || !S_ISDIR(st.st_mode))
		tool_usage("--root: '%s' is not a folder", arg);
	return arg;
}

char *option_in_root(const char *root, const char *path)
{
	char *whole = NULL;

	if (root == NULL)
		return strdup(path);
	return asprintf(&whole, "%s/%s", root, path + strspn(path, "/")) < 0 ? NULL : whole;
}
