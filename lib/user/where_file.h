/* SPDX-License-Identifier: MIT */
/*
 * Which passwd-file has a virtual user, where its path is another one for each domain or name
 * ("/etc/vmail/%d/passwd"). By a name it is what Dovecot makes of the name; without one, what is in the file
 * system (conf/dovecot_files.h).
 */
#ifndef USER_WHERE_FILE_H
#define USER_WHERE_FILE_H

#include "conf/dovecot_files.h"
#include "user/where.h"

/*
 * The file of a name, kept, with the root in front. NULL with err: REEVE_EREFUSED if there is none (no domain
 * in it, or a name that leads elsewhere); only where users_where() names a file or a pattern.
 */
const char *users_where_file(struct reeve_users *users, const char *name, struct reeve_error *err);

/* All that there are, by path; of a path without variables that one, there or not. -1 with err. */
int users_where_files(struct reeve_users *users, const struct reeve_dovecot_file **files_r, size_t *count_r,
                      struct reeve_error *err);

/*
 * The files that there are of any path of Dovecot's with variables, after users_where(). free(*files_r) is the
 * caller's, always. -1 with err.
 */
int users_where_made(struct reeve_users *users, const char *pattern, struct reeve_dovecot_file **files_r,
                     size_t *count_r, struct reeve_error *err);

/*
 * Whose line it is that begins with `key`, kept; NULL: nobody's, for Dovecot would look for it in another file,
 * or for another line.
 */
const char *users_where_name(struct reeve_users *users, const struct reeve_dovecot_file *file, const char *key);

/*
 * Another name whose line is this one of `path`, for both their files are one (by device and inode): as a domain's
 * folder that is a link to another's makes it; kept. NULL: there is none. *is_first_r: a link leads to the other's
 * file, and none to this.
 */
const char *users_where_twin(struct reeve_users *users, const char *path, const char *key,
                             bool *is_first_r);

#endif
