/* SPDX-License-Identifier: MIT */
/*
 * Virtual users: their lines in the passwd-file that Dovecot names, and what Dovecot makes of them.
 *
 *     found = users_line_find(users, "ann@example.org", &line, &err);
 *     users_line_fill(users, &line, &user, &own, &has_own, &err);
 *
 * A line is good until the file is changed in memory (docs.h).
 */
#ifndef USER_LINE_H
#define USER_LINE_H

#include "conf/passwd_file.h"
#include "user/docs.h"
#include "conf/dovecot_location.h"
#include "user/where_file.h"

struct users_line {
	struct reeve_doc *doc;
	uint32_t node;    /* of the line that counts; 0: there is none */
	const char *name; /* as he was asked for, or as the line and its file have him */
	size_t file;      /* of users_line_next() */
};

/* The line of a user, whose name is kept. 1, 0, -1, also if a file that there is cannot be read. */
int users_line_find(struct reeve_users *users, const char *name, struct users_line *line_r,
                    struct reeve_error *err);

/* The next line that counts, file by file, in their order; `line` begins as {0}. 1, 0, -1. */
int users_line_next(struct reeve_users *users, struct users_line *line, struct reeve_error *err);

/* A field of the line, to be freed; "" if it is not there. NULL: no memory. */
char *users_line_field(const struct users_line *line, enum reeve_pwf_field field);

/* An extra field, to be freed; *has_r says whether it is there. NULL if not, or without memory. */
char *users_line_extra(const struct users_line *line, const char *key, bool *has_r);

/*
 * The homes that a line names, as written: its field (0), and userdb_home (1), by which Dovecot goes if it is there.
 * Who looks whether a folder is another's takes both for his. False: it names none.
 */
#define USERS_LINE_HOMES 2
bool users_line_home(const struct reeve_doc *doc, uint32_t node, int which, struct reeve_span *span_r);

/*
 * Extra fields by which Dovecot lets any password in, whatever their value ("nopassword=no" is none; 2.3 and 2.4,
 * src/auth/auth-request.c, auth_request_set_field()); 2.3 only beside an empty password field. To NULL.
 */
extern const char *const users_open_keys[];
bool users_line_is_open(const struct users_line *line);

/* The quota that the line gives, in the field of Dovecot's version; false: none, or it cannot be read. */
bool users_line_quota(struct reeve_users *users, const struct users_line *line, uint64_t *bytes_r);

/*
 * All of *user_r but his mailbox; strings live until the next call of this. *own_r, and *has_own_r, is
 * what the line says of his mail's location instead of the configuration.
 */
int users_line_fill(struct reeve_users *users, const struct users_line *line,
                    struct reeve_user *user_r, struct reeve_location *own_r, bool *has_own_r,
                    struct reeve_error *err);

#endif
