/* SPDX-License-Identifier: MIT */
/*
 * Files whose path is another one for each domain or name ("/etc/vmail/%d/passwd"): what is in the file system
 * and could be made of some name.
 *
 * A file that is found tells a part of the names in it: of /etc/vmail/example.org/passwd, in which a line begins
 * with "ann", the user is ann@example.org.
 */
#ifndef CONF_DOVECOT_FILES_H
#define CONF_DOVECOT_FILES_H

#include "base/arena.h"
#include <mailreeve/base.h>

struct reeve_dovecot_file {
	const char *path;                      /* with the root in front */
	const char *user, *username, *domain;  /* that the path tells; NULL: it does not */
};

/*
 * All that there are of a path, in the order of names; root: "" for "/". Also those whose folder we may not look
 * into. Strings are kept in the arena; free(*files_r) is the caller's, always. -1 with err.
 */
int reeve_dovecot_files(const char *root, const char *pattern, bool is_24, struct reeve_arena *arena,
                        struct reeve_dovecot_file **files_r, size_t *count_r, struct reeve_error *err);

/* Whether a path depends on nothing, on a user's name, or on what we do not know. */
enum reeve_path_kind {
	REEVE_PATH_ONE,
	REEVE_PATH_OF_NAMES,
	REEVE_PATH_UNKNOWN,
};
enum reeve_path_kind reeve_dovecot_path_kind(const char *path, bool is_24);

#endif
