/* SPDX-License-Identifier: MIT */
/*
 * The users of a passwd-file of Dovecot: whose line counts, what its fields hold, and edits of them, in
 * memory (reeve_doc_apply()). What an edit does not name stays, byte for byte.
 *
 *     passwd_file_find.c    a user's line
 *     passwd_file_look.c    asking
 *     passwd_file_add.c     new lines
 *     passwd_file_edit.c    changing those that are there
 *
 * Each change makes nodes and offsets from before void. It returns 1, 0 if that was so already, -1 with
 * err and nothing changed: REEVE_EUSAGE for a text that the file cannot hold (a ':' or a line end), also
 * REEVE_EREFUSED, REEVE_ENOMEM.
 *
 * `name` is as it stands in the file: what becomes of a login name on the way there (username_format)
 * is Dovecot's configuration's matter.
 */
#ifndef CONF_PASSWD_FILE_H
#define CONF_PASSWD_FILE_H

#include "conf/tree.h"

enum reeve_pwf_field {
	REEVE_PWF_NAME,
	REEVE_PWF_PASSWORD, /* with its {SCHEME} */
	REEVE_PWF_UID,
	REEVE_PWF_GID,
	REEVE_PWF_GECOS,
	REEVE_PWF_HOME,
	REEVE_PWF_SHELL,
	REEVE_PWF_EXTRA, /* KEY or KEY=VALUE, blanks between; colons do not end it */
	REEVE_PWF_FIELDS,
};

/* ---- asking -------------------------------------------------------------------------------- */

/* The line that Dovecot takes for a user: the first of his. Its node, or 0. */
uint32_t reeve_passwd_file_find(struct reeve_doc *doc, const char *name);

/* The name of a line and another: less than 0, 0, more, as sort(1) has it in the C locale. */
int reeve_passwd_file_compare(const struct reeve_doc *doc, uint32_t node, const char *name,
                              size_t n);

/*
 * The bytes of a field. A line may end before it: false, and the span is empty and stands at its end.
 * With fewer than three fields Dovecot takes it for a passdb's line: a userdb does not find the user.
 */
bool reeve_passwd_file_field(const struct reeve_doc *doc, uint32_t node, enum reeve_pwf_field field,
                             struct reeve_span *span_r);

/*
 * The value of an extra field: of several with that key, the last one's. Empty for a key without '='.
 *
 * Up to 2.3 an eighth field of nothing has the location of the mail behind it ("...:/bin/sh::maildir:~/M"),
 * as userdb_mail; it is found as that.
 */
bool reeve_passwd_file_extra(const struct reeve_doc *doc, uint32_t node, const char *key,
                             struct reeve_span *value_r);

/*
 * The line by which a file is clearly no passwd-file: a setting ("name = value") in front of all users
 * with a password; or, where there are none of these, one of several words. If no line has a ':' and each
 * may be a name, the first, and *is_names_r: Dovecot would take them for users without passwords. 0: there
 * is none.
 */
uint32_t reeve_passwd_file_alien(const struct reeve_doc *doc, bool *is_names_r);

/* The items of the eighth field, one after another; `at` begins with 0. 1 or 0. */
struct reeve_pwf_item {
	struct reeve_span all, key, value;
	bool has_value;
	bool is_old_mail; /* the location of 2.3; its key is empty */
};
int reeve_passwd_file_item(const struct reeve_doc *doc, uint32_t node, uint64_t *at,
                           struct reeve_pwf_item *item_r);

/* ---- changing ------------------------------------------------------------------------------ */

/*
 * A line for a new user; NULL is an empty field. Where all lines are in order, in its place; else behind the
 * last user of the same domain; else at the end. With as many fields as the line before it, or more.
 */
int reeve_passwd_file_add(struct reeve_doc *doc, const char *const fields[REEVE_PWF_FIELDS],
                          struct reeve_error *err);

/*
 * Many at once, and the file is parsed once. Their names differ; who is there already is left out. Those of a
 * new domain come together, else they keep their order. 1, 0 if all are there, -1 with err.
 */
struct reeve_pwf_line {
	const char *fields[REEVE_PWF_FIELDS];
};
int reeve_passwd_file_add_all(struct reeve_doc *doc, const struct reeve_pwf_line *list, size_t count,
                              struct reeve_error *err);

/* Whether it can be a line; -1 with err: REEVE_EUSAGE. */
int reeve_passwd_file_check(const struct reeve_pwf_line *line, struct reeve_error *err);

/* A field (not the name, nor the extra ones) of the line that counts, which is there. */
int reeve_passwd_file_set(struct reeve_doc *doc, const char *name, enum reeve_pwf_field field,
                          const char *value, struct reeve_error *err);

/*
 * An extra field: KEY=VALUE, or KEY alone (""); NULL: not any more, of several with that key none. A '%' in
 * a value means something to Dovecot, and is the caller's. A line in the old form of 2.3 becomes one that
 * 2.4 reads, too. Without memory, of several that go some may be gone.
 */
int reeve_passwd_file_set_extra(struct reeve_doc *doc, const char *name, const char *key,
                                const char *value, struct reeve_error *err);

/* The user goes: all lines of his, or the second would come to life. Comments stay. */
int reeve_passwd_file_remove(struct reeve_doc *doc, const char *name, struct reeve_error *err);

/* ---- between the files ---------------------------------------------------------------------- */

/* Whether a text can be a field. The last one, of extra fields, may have colons, but not begin with one. */
int reeve_passwd_file_check_text(const char *text, enum reeve_pwf_field field,
                                 struct reeve_error *err);

/* How many fields a line has: REEVE_PWF_FIELDS at most. */
unsigned int reeve_passwd_file_count(const struct reeve_doc *doc, uint32_t node);

#endif
