/* SPDX-License-Identifier: MIT */
/*
 * Lines that come to a passwd-file, held back until somebody wants to see them in it: each change of a
 * document parses all of it again, and for a batch that would be the square of its lines. And the homes
 * of all lines, in the file or coming.
 *
 * users_doc() settles them first, so whoever has a document from there sees all; where only one user is
 * looked for, users_doc_for() is enough.
 */
#ifndef USER_COMING_H
#define USER_COMING_H

#include "conf/passwd_file.h"
#include "user/user.h"

struct users_coming;

/* A line, copied; its name is none of the document's, nor of one that comes. 0, or -1 with err. */
int users_coming_add(struct reeve_users *users, struct reeve_doc *doc,
                     const struct reeve_pwf_line *line, struct reeve_error *err);

bool users_coming_has(const struct reeve_users *users, const struct reeve_doc *doc,
                      const char *key);

/* All that come to a document (NULL: to any) are put into it, in memory. 0, or -1 with err. */
int users_coming_settle(struct reeve_users *users, const struct reeve_doc *doc,
                        struct reeve_error *err);

/*
 * The first user whose line has this home, or one inside of it; kept. NULL: there is none, or no memory,
 * which is remembered.
 */
const char *users_coming_lives_in(struct reeve_users *users, struct reeve_doc *doc,
                                  const char *home);

void users_coming_free(struct users_coming *coming); /* by reeve_users_close(). NULL is fine */

#endif
