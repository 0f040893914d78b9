/* SPDX-License-Identifier: MIT */
/* Whether a configuration may be a copy of the one in its usual folder. */
#include "conf/dovecot_include.h"

#include <string.h>
#include <sys/stat.h>

/* Where the root file is the original itself, nothing is a copy. */
static bool is_in(const char *path, const char *folder)
{
	const char *slash = strrchr(path, '/');
	struct stat here, there;
	char own[4096] = ".";

	if (slash != NULL) {
		if ((size_t)(slash - path) + 2 > sizeof own)
			return true;
		memcpy(own, path, (size_t)(slash - path) + 1);
		own[slash - path + 1] = '\0';
	}
	return stat(own, &here) != 0 || (stat(folder, &there) == 0 && here.st_dev == there.st_dev &&
	                                 here.st_ino == there.st_ino);
}

const char *reeve_include_in_copy(const struct reeve_conf *conf, const char *pattern)
{
	static const char *const usual[] = {"/etc/dovecot/", "/usr/local/etc/dovecot/"};
	const struct reeve_dovecot *own = conf->own;

	if (!conf->how.may_be_copy || conf->how.root[0] != '\0')
		return NULL;
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		size_t n = strlen(usual[i]);

		if (strncmp(pattern, usual[i], n) == 0)
			return pattern[n] == '\0' || pattern[n] == '/' ||
			                       is_in(own->files[0].path, usual[i])
			               ? NULL
			               : pattern + n;
	}
	return NULL;
}
