/* SPDX-License-Identifier: MIT */
/*
 * Files that are changed as bytes: passwd-files and aliases. Each is read when first asked for, while the plan
 * is held; wishes edit it in memory; the step of the plan (files.h) puts all of them.
 *
 *     doc = users_doc(users, REEVE_SYNTAX_PASSWD_FILE, where->passwd_file, &err);
 *     reeve_passwd_file_set(doc, ...);
 *     users_step_add(users, &(struct users_step){.order = USERS_FILES, ...});     the news, no carry_out
 *     users_files_step(users);
 */
#ifndef USER_DOCS_H
#define USER_DOCS_H

#include "conf/tree.h"
#include "user/user.h"

/*
 * The document of a file (with the root in front); one that is not there is empty. It belongs to the users.
 * NULL with err: REEVE_EIO, REEVE_ENOMEM.
 */
struct reeve_doc *users_doc(struct reeve_users *users, enum reeve_syntax syntax, const char *path,
                            struct reeve_error *err);

/* The same without the lines that come (coming.h), except that of `key`. */
struct reeve_doc *users_doc_for(struct reeve_users *users, const char *path, const char *key,
                                struct reeve_error *err);

/*
 * A passwd-file that would be changed is none of the system's own files, nor the aliases, by whatever name.
 * 0, or -1 with err: REEVE_EREFUSED.
 */
int users_doc_check(struct reeve_users *users, const char *path, struct reeve_error *err);

/*
 * What the file was before its last change that is kept, if that took the line of `key` out: by a run that was
 * killed, perhaps. It belongs to the users; NULL: it did not, or nobody knows.
 */
struct reeve_doc *users_doc_before(struct reeve_users *users, const struct reeve_doc *doc, const char *key);

/* Whether the file was there when it was read. */
bool users_doc_is_there(const struct reeve_users *users, const struct reeve_doc *doc);

/* Put those that were changed into users->plan. A failure is the plan's to remember. */
void users_docs_put(struct reeve_users *users);

void users_docs_free(struct users_docs *docs); /* by reeve_users_close(). NULL is fine */

#endif
